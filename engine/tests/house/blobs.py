#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""blobs.py HIVEPROOF: nothing in the tree is a hive that nobody can read.

Every file that git tracks, or would, is looked at:
- a file that is no text is refused, whatever it holds, compressed or not; one
  beside which a recipe of its name and ".recipe" lies is let through when that
  recipe forges the identical bytes and its name begins with good-, bad- or
  open-;
- bytes written as text (hexadecimal, base 64, arrays, escapes, dumps, what else
  is dense) are refused when a hive, a log or something compressed is in them,
  at any byte order, and when they are many;
- the bytes in a recipe or .reg file are counted: at most 64 together and 256
  in a case with what it includes.

Prints each violation as file: rule and exits 1 if there is one; exits 3 when it
found nothing to check."""
import collections
import pathlib
import subprocess
import sys
import tempfile

import encoded
import recipe_bytes

TREE = pathlib.Path(__file__).resolve().parents[3]
RUN_MOST = 256  # bytes written as text in one place
FILE_MOST = 1024  # and in a file, of those that are more than a few
DISTINCT_FEW = 6  # bytes that are repeated are read at a glance
TEXT_MOST = 512 << 10  # of text that somebody is to read
KINDS = ("good-", "bad-", "open-")
RECIPES = {".recipe", ".reg"}

# Tables that hold no bytes of anything, or those that a test works out anew. What is searched in all
# others is searched in them too; only how much there is is not judged.
TABLES = {
    "engine/base/upcase_table25.inc": "Microsoft's up-case table",
    "engine/base/upcase.c": "made of it by scripts/upcase-table",
    "corpus/INDEX": "paths; the gate and house.cases hold it against the tree",
    "regressions/forge/HP-0302-prints/prints.tsv":
        "what the gate says of its rows, recipes of hives",
}


def files_of(tree):
    """(path below `tree`, mode or None) of what is tracked or would be."""
    def git(*arguments):
        return subprocess.run(["git", "-C", tree, *arguments], check=True,
                              capture_output=True).stdout.split(b"\0")[:-1]

    for entry in git("ls-files", "-z", "--stage"):
        head, _, path = entry.partition(b"\t")
        yield path.decode("utf-8", "surrogateescape"), head.split()[0].decode()
    for path in git("ls-files", "-z", "-o", "--exclude-standard"):
        yield path.decode("utf-8", "surrogateescape"), None


def text_of(data):
    """The text of a file, or None. UTF-16 is binary to git and to a reviewer."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    controls = {chr(c) for c in range(32)} - set("\t\n\r\f")
    return None if controls & set(text) else text


def check_binary(path, data, program):
    """A binary file is right when its recipe makes it."""
    recipe = path.with_name(path.name + ".recipe")
    if not recipe.exists():
        yield "no text, and no recipe beside it"
        return
    if not path.name.startswith(KINDS):
        yield "a hive is called good-, bad- or open-"
    with tempfile.TemporaryDirectory() as folder:
        forged = pathlib.Path(folder) / "forged"
        done = subprocess.run([program, "forge", recipe, "-o", forged],
                              check=False, capture_output=True, timeout=300)
        if done.returncode != 0:
            yield "its recipe cannot be forged"
        elif forged.read_bytes() != data:
            yield "its recipe forges other bytes"


def check_text(name, text):
    if len(text) > TEXT_MOST:
        yield f"{len(text)} characters are more than anybody reads"
    if text.startswith("version https://git-lfs"):
        yield "a pointer to a file that is elsewhere"
    total = 0
    for run in encoded.runs(text):
        what = encoded.hidden(run.data)
        if what:
            yield f"line {run.line}: {what} as {run.form}"
        if len(set(run.data)) <= DISTINCT_FEW:
            continue
        total += len(run.data)
        if not what and name not in TABLES and len(run.data) > RUN_MOST:
            yield f"line {run.line}: {len(run.data)} bytes as {run.form}"
    if name not in TABLES and total > FILE_MOST:
        yield f"{total} bytes written as text"


def check_file(tree, name, mode, program):
    path = tree / name
    if mode == "160000":
        return ["a submodule: its files are not here"]
    if mode == "120000" or path.is_symlink():
        return []
    if not path.is_file():
        return []  # deleted, but not yet for git
    data = path.read_bytes()
    text = text_of(data)
    if text is None:
        return list(check_binary(path, data, program))
    found = list(check_text(name, text))
    return found + recipe_bytes.problems(path) if path.suffix in RECIPES else found


def check_tree(tree, program):
    """(files checked, [(file, rule)])"""
    found, checked = collections.OrderedDict(), 0
    for name, mode in files_of(tree):
        checked += 1
        for rule in check_file(tree, name, mode, program):
            found[(name, rule)] = None
    return checked, list(found)


def main():
    checked, found = check_tree(TREE, sys.argv[1])
    for name, rule in found:
        print(f"{name.encode('unicode_escape').decode()}: {rule}")
    print(f"{checked} files checked, {len(found)} violations")
    return 3 if checked == 0 else 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
