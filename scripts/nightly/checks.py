# SPDX-License-Identifier: Apache-2.0
"""Where the reader checks what: a crash in the function that has a check, and that
check missing, are one bug."""
import functools
import re

from nightly import TOP

READER = TOP / "engine" / "regf"
# anomaly.h: X(NAME, "name", "field", ...)
FIELDS = re.compile(r'^\s*X\((\w+), "[^"]*", "([^"]*)"', re.M)
FUNCTION = re.compile(r"^[^\s#/][^;{}]*?(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)
USED = re.compile(r"\bHP_A_(\w+)")
# What a signature says of a check, [ri.element depth] or [count], and of a crash,
# which comes from its last function.
CHECK = re.compile(r"\[(?:([\w.]+) )?([\w-]+)\]$")
CHAIN = re.compile(r"^[^|]+ \| ([^|]+?)(?: \||$)")
# What leads to a cell is told by no field: [cell-size] is checked where all are opened.
OPENED = {"cell-size": {"hp_cell_open (cell.h)"}}


@functools.cache
def functions():
    """{field, or what is wrong with a cell: {function (file)}}"""
    fields = dict(FIELDS.findall((READER / "anomaly.h").read_text(encoding="utf-8")))
    found = dict(OPENED)
    for path in READER.glob("*.c"):
        for name, body in FUNCTION.findall(path.read_text(encoding="utf-8")):
            for used in USED.findall(body):
                found.setdefault(fields.get(used), set()).add(f"{name} ({path.name})")
    return found


def are_of_one(a, b):
    """Whether the signature `a` is a crash where `b` is checked, or both are the
    same check, of which only one names the record."""
    check = CHECK.search(b) if b.startswith("oracle") else None
    if check is None:
        return False
    if not a.startswith("oracle"):
        chain = CHAIN.match(a)
        return chain is not None and chain[1].split(" < ")[-1] in functions().get(
            check[1] or check[2], ())
    other = CHECK.search(a)
    return other is not None and other[2] == check[2] and \
        (other[1] is None) != (check[1] is None)


def of_one(some, others):
    """Whether that is so of any signature of both."""
    return any(are_of_one(a, b) or are_of_one(b, a) for a in some for b in others)
