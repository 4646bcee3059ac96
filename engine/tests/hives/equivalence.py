#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""equivalence.py PROGRAM RULES.tsv: native against hivex over every real hive.

Reads each hive in $HP_HIVES as it lies (skips with exit 77 without it) with both back
ends, as text streams, and compares the trees. A difference is allowed only by
a rule of RULES.tsv: its field is the rule's, and where it stands and what each
reader says match the rule's patterns. Counts each rule's uses; a rule that is never used fails,
for then nobody knows that it is still true. A hive that one of them refuses
is a difference too."""
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import re
import subprocess
import sys

SKIPPED = 77
# Members of a key or value that both readers give.
KEY_MEMBERS = ("filetime", "class_name", "class_name_utf16", "security", "flags")
VALUE_MEMBERS = ("type", "data_size", "flags")


def exact_name(event):
    return event.get("name_utf16") or event["name"].encode("utf-16-be").hex()


def read(program, backend, path):
    """(result, fields, objects): the end line's result, the fields that damage
    was reported in, and path -> members of every key and value. Several of one
    path are numbered in order."""
    run = subprocess.run([program, "dump", "--no-logs", "--backend", backend, "--", path],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    result, fields, objects, current = "none", set(), {}, None
    path_now, seen = [], collections.Counter()
    for line in run.stdout.splitlines():
        event = json.loads(line)
        kind = event["event"]
        if kind in ("key_enter", "value"):
            name = event["name"]
            where = "\\".join([*path_now, name]) + (" (value)" if kind == "value" else "")
            seen[where] += 1
            members = KEY_MEMBERS if kind == "key_enter" else VALUE_MEMBERS
            current = {m: event[m] for m in members if m in event}
            current.update(kind=kind, name=exact_name(event), data="")
            objects[where, seen[where]] = current
            if kind == "key_enter":
                path_now.append(name)
        elif kind == "data":
            current["data"] += event["hex"]
        elif kind == "key_leave":
            path_now.pop()
        elif kind == "damage":
            fields.add(event["field"])
        elif kind == "end":
            result = event["result"]
    return result, fields, objects


def said(value):
    text = str(value)
    return text if len(text) <= 60 else f"{text[:40]}... ({len(text)} characters)"


def differences(native, hivex):
    """(field, path, native, hivex) for everything that is not the same."""
    if native[0] != hivex[0]:
        yield ("result", "", *(" ".join([side[0], *sorted(side[1])])
                               for side in (native, hivex)))
    if "reject" in (native[0], hivex[0]):
        return
    ours, theirs = native[2], hivex[2]
    for where in sorted({*ours, *theirs}):
        one, other = ours.get(where), theirs.get(where)
        if one is None or other is None:
            kind = (one or other)["kind"]
            yield kind, where[0], "missing" if one is None else "there", \
                "missing" if other is None else "there"
            continue
        for member in sorted({*one} & {*other}):
            if one[member] != other[member]:
                yield (f"{one['kind']}.{member}", where[0], said(one[member]),
                       said(other[member]))


def load_rules(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")),
                                   delimiter="\t"))


def rule_for(rules, difference):
    field, path, native, hivex = difference
    for rule in rules:
        if rule["field"] == field and all(
                re.fullmatch(rule[column], text, re.DOTALL) for column, text in
                (("path", path), ("native", native), ("hivex", hivex))):
            return rule["id"]
    return None


def compare(program, path):
    return list(differences(read(program, "native", path), read(program, "hivex", path)))


def main():
    program, rules = sys.argv[1], load_rules(sys.argv[2])
    hives = os.environ.get("HP_HIVES")
    if not hives:
        print("skipped: HP_HIVES names no folder of real hives")
        return SKIPPED
    paths = [str(p) for p in sorted(pathlib.Path(hives).rglob("*"))
             if p.is_file() and "truth" not in p.parts and p.stat().st_size > 0]
    used, failures = collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, found in zip(paths, pool.map(lambda p: compare(program, p), paths)):
            for difference in found:
                rule = rule_for(rules, difference)
                used[rule] += 1
                if rule is None:
                    failures += 1
                    print(f"{os.path.relpath(path, hives)!a}: {difference!a}")
    for rule in rules:
        print(f"rule {rule['id']}: used {used[rule['id']]} times")
        failures += used[rule["id"]] == 0
    print(f"{len(paths)} hives compared, {failures} failures")
    return 3 if not paths else 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
