#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cases.py SOURCE_DIR: what must hold for regressions/ and corpus/INDEX.

Every case has a valid case.json that says the same as the folder's name, an id
that regressions/IDS gave to it alone, commands or rows, both directions or
none, and no file that nothing uses; corpus/INDEX lists every case file and how
many cases it holds; each canary's patch fits the tree. Prints each violation as
path: rule and exits 1 if there is one; exits 3 when it found nothing to
check."""
import json
import pathlib
import re
import subprocess
import sys

import jsonschema

FOLDER = re.compile(r"(HP-[0-9]{4})-([a-z0-9-]+)")
ID_LINE = re.compile(r"(HP-[0-9]{4}) ([a-z0-9_]+/[A-Za-z0-9-]+)( retired)?")
INCLUDE = re.compile(r'include "([^"]*)"')
COMMAND = "$ hiveproof "
BROKEN = re.compile(r"broken: | overrun$", re.M)
HALVES = ("unfixed.transcript", "fixed.transcript")
TRANSCRIPTS = ("expected.transcript", *HALVES)
# The gate's own list of tables, in the tree that this file stands in.
KINDS = pathlib.Path(__file__).resolve().parents[2] / "gate" / "cases.h"
TABLES = tuple(f"{name}.tsv" for name in re.findall(
    r'^    X\(\w+, "(\w+)"\)', KINDS.read_text(encoding="utf-8"), re.M))
CASE_FILES = ("corpus/recipes/*.recipe", "corpus/recipes/*.reg",
              "regressions/*/*/*.transcript", "regressions/*/*/*.tsv")
NO_AREAS = ("canaries",)


def text_of(path):
    return path.read_text(encoding="utf-8", errors="replace")


def folders(parent):
    return sorted(path for path in parent.iterdir() if path.is_dir())


def areas(tree):
    return [path for path in folders(tree / "regressions")
            if path.name not in NO_AREAS]


def rows_of(path):
    return [line for line in text_of(path).split("\n")
            if line and not line.startswith("#")]


def words_of(path):
    """What the commands of a transcript, or the rows of a table, name."""
    for line in text_of(path).split("\n"):
        if line.startswith(COMMAND) or path.suffix == ".tsv":
            yield from re.split(r"[ '=,/\t]+", line)


# ---- one case ------------------------------------------------------------

def check_facts(folder, schema):
    try:
        facts = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield f"no case.json that can be read: {error}"
        return
    for error in jsonschema.Draft202012Validator(schema).iter_errors(facts):
        yield f"case.json is not of its schema: {error.message}"
    if not isinstance(facts, dict):
        return
    if facts.get("area") != folder.parent.name:
        yield "case.json says another area than the folder"
    if not folder.name.startswith(f"{facts.get('id')}-"):
        yield "case.json says another id than the folder"


def check_content(folder):
    present = [name for name in (*TRANSCRIPTS, *TABLES)
               if (folder / name).is_file()]
    if not present:
        yield "neither a transcript nor a table"
    for name in present:
        commands = list(words_of(folder / name)) if name in TRANSCRIPTS else None
        if commands == [] or commands is None and not rows_of(folder / name):
            yield f"{name} holds no case"
        # What the gate prints of an invariant, or of memory, that broke.
        if BROKEN.search(text_of(folder / name)):
            yield f"{name} takes a broken invariant for an answer"
    unfixed, fixed = (folder / name for name in HALVES)
    if unfixed.is_file() != fixed.is_file():
        yield "one direction alone: unfixed and fixed go together"
    elif fixed.is_file() and unfixed.read_bytes() == fixed.read_bytes():
        yield "unfixed and fixed are the same"


def named_by_cases(folder):
    """Files that transcripts and tables use, by name."""
    for name in TRANSCRIPTS:
        if (folder / name).is_file():
            yield name
            for word in words_of(folder / name):
                yield word
                if word[:1].isupper():
                    yield word + ".recipe"
    for name in TABLES:
        if (folder / name).is_file():
            yield name
            yield name.replace(".tsv", ".recipe")
            yield from words_of(folder / name)
            yield from INCLUDE.findall(text_of(folder / name))


def check_use(folder):
    there = {path.name for path in folder.iterdir()}
    used = {"case.json"} & there
    found = list(named_by_cases(folder))
    while found:
        name = found.pop()
        if name in used or name not in there:
            continue
        used.add(name)
        if name.endswith(".recipe"):
            found += INCLUDE.findall(text_of(folder / name))
    for name in sorted(there - used):
        yield f"{name} is used by nothing"


def check_case(folder, schema):
    if not FOLDER.fullmatch(folder.name):
        yield "the folder is not called HP-NNNN-slug, slug in a-z, 0-9 and -"
    yield from check_facts(folder, schema)
    yield from check_content(folder)
    yield from check_use(folder)


# ---- the tree ------------------------------------------------------------

def check_ids(tree):
    """regressions/IDS: every id that was ever given, and to whom."""
    try:
        lines = text_of(tree / "regressions/IDS").splitlines()
    except OSError as error:
        yield f"cannot be read: {error}"
        return
    given = {}
    for line in lines:
        match = ID_LINE.fullmatch(line)
        if not match:
            yield f"not ID AREA/FOLDER or ID AREA/FOLDER retired: {line}"
            continue
        number, place, retired = match.groups()
        if number in given:
            yield f"{number} is given twice"
        given[number] = place
        if not place.split("/")[1].startswith(number + "-"):
            yield f"{number} is another id than that of {place}"
        if (tree / "regressions" / place).is_dir() == bool(retired):
            yield f"{place} is there and retired" if retired else \
                f"{place} is not there, and not retired"
    if list(given) != sorted(given):
        yield "the ids are not in order"
    for area in areas(tree):
        for folder in folders(area):
            if f"{area.name}/{folder.name}" not in given.values():
                yield f"{area.name}/{folder.name} has no line"


def check_index(tree):
    """corpus/INDEX: COUNT PATH, each file that holds cases, once."""
    want = {}
    for pattern in CASE_FILES:
        for path in tree.glob(pattern):
            count = len(rows_of(path)) if path.suffix == ".tsv" else 1
            if count > 0 and not path.relative_to(tree).parts[1] in NO_AREAS:
                want[str(path.relative_to(tree))] = count
    try:
        lines = text_of(tree / "corpus/INDEX").splitlines()
    except OSError as error:
        yield f"cannot be read: {error}"
        return
    listed = {}
    for line in lines:
        count, _, path = line.partition(" ")
        if path in listed:
            yield f"{path} is listed twice"
        listed[path] = count
    for path in sorted(want.keys() | listed.keys()):
        if path not in listed:
            yield f"{path} is not listed"
        elif str(want.get(path, 0)) != listed[path]:
            yield f"{path} holds {want.get(path, 0)} cases, not {listed[path]}"


def check_canaries(tree):
    """That each patch still fits; scripts/canaries does the rest."""
    for path in sorted((tree / "regressions/canaries").glob("*.patch")):
        with open(path, "rb") as patch:
            done = subprocess.run(["patch", "-p1", "--fuzz=0", "--dry-run",
                                   "--force", "--quiet"], cwd=tree, check=False,
                                  stdin=patch, capture_output=True)
        if done.returncode != 0:
            yield f"{path.name} does not apply"


def problems(tree):
    """(cases checked, violations as path: rule)"""
    with open(tree / "schema/hiveproof-case-1.json", encoding="utf-8") as file:
        schema = json.load(file)
    found, checked = [], 0
    for area in areas(tree):
        for path in sorted(area.iterdir()):
            name = path.relative_to(tree)
            if path.is_dir():
                checked += 1
                found += [f"{name}: {rule}" for rule in check_case(path, schema)]
            else:
                found.append(f"{name}: no folder of a case")
    found += [f"regressions/IDS: {rule}" for rule in check_ids(tree)]
    found += [f"corpus/INDEX: {rule}" for rule in check_index(tree)]
    found += [f"regressions/canaries: {rule}" for rule in check_canaries(tree)]
    return checked, found


def main():
    checked, found = problems(pathlib.Path(sys.argv[1]))
    for problem in found:
        print(problem)
    print(f"{checked} cases checked, {len(found)} violations")
    return 3 if checked == 0 else 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
