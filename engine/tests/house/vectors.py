#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vectors.py HIVEPROOF [TREE]: what must hold for corpus/conformance/.

catalogue.tsv has each vector once, or a reason in place of few; each vector is
of its schema, uses all its files and no others, makes the logs that it says,
and differs from its twin, which is good, by the field that lies and by what
other lines of its recipe change; few vectors allow more than one answer; each rule of the end-to-end
vectors has a row of canaries.tsv; each text that canaries.tsv and bugs.tsv
replace is in its file once; what waits.tsv names is a vector, once. Prints each
violation as vector: rule and exits 1 if there is one; exits 3 when it found
nothing to check."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

SOURCE = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(SOURCE / "scripts"))
import planted  # noqa: E402 - what scripts/rule-canaries plants

SECONDS = 300
REASONS_MOST = 3  # of 100 ids
EITHER_MOST = {"strict": 5, "forensic": 10}  # of 100 vectors
LINES_MOST = 4  # that a vector adds to its twin
CHECKSUM = range(508, 512)
NOT_GROUPS = ("parts",)

INCLUDE = re.compile(r'include "([^"]*)"')
RAW = re.compile(r"raw(?:\[LOG[12]?\])? (0x[0-9a-f]+|\d+) (.*)")
END = re.compile(r"end(?:\[LOG[12]?\])? (0x[0-9a-f]+|\d+)")
PAIR = re.compile(r"[0-9A-Fa-f]{2}(?:\*(\w+))?")
# A line that changes fields and adds nothing.
LIE = re.compile(r"(?:raw|tail|end)(?:\[LOG[12]?\])? .*|[a-z]+[^ =]*\.[a-z0-9_]+(?:\[\d+\])? = .*|"
                 r'[a-z]+\[.*\]\S*\.[a-z0-9_]+(?:\[\d+\])? = .*|'
                 r"\[[^\]]*\](?: [a-z_]+=\w+)+")
FIELD = re.compile(r'X\((\w+), "(\w+)", [^,]+, (\d+),', re.S)
LOG_FIELD = re.compile(r'{HP_LOG_(\w+), \w+, (\d+), [^"]*, "(\w+)"}')
LOGS = (".LOG", ".LOG1", ".LOG2")
# Of the entries of a log: where the first is, and in each its size and what is
# worked out last.
ENTRIES, ENTRY_SIZE, HASHES = 512, slice(4, 8), range(24, 40)
# What recipes call a record, and the kinds of field.h that it can be.
KINDS = {"base": ("BASE",), "bin": ("BIN",), "nk": ("NK",), "vk": ("VK",),
         "list": ("LEAF", "INDEX"), "values": ("VALUES",), "db": ("DB",),
         "segments": ("SEGMENTS",), "sk": ("SK",), "log": ("BASE",),
         "entry": ("ENTRY",), "vector": ("VECTOR",)}


def widths():
    """{(kind, field): bytes}, from the tables of the forge."""
    text = (SOURCE / "engine/forge/field.h").read_text(encoding="utf-8")
    logs = (SOURCE / "engine/forge/log_plan.c").read_text(encoding="utf-8")
    return {(kind, name): int(width) for kind, name, width
            in FIELD.findall(text.replace("\\\n", "")) +
            [(kind, name, width) for kind, width, name
             in LOG_FIELD.findall(logs)]}


class Tree:
    def __init__(self, top, program):
        self.top, self.program = top, program
        self.folder = top / "corpus/conformance"
        self.widths = widths()
        self.vectors, self.paths, self.found = {}, {}, []

    def wrong(self, where, rule):
        self.found.append(f"{where}: {rule}")

    def groups(self):
        return sorted(path for path in self.folder.iterdir()
                      if path.is_dir() and path.name not in NOT_GROUPS)


# ---- files ---------------------------------------------------------------

def lines_of(recipe):
    """The lines of a recipe but the first, comments and empty ones."""
    text = re.sub(r"\\\n[ \t]*", "", recipe.read_text(encoding="utf-8"))
    return [line.strip() for line in text.split("\n")[1:]
            if line.strip() and not line.strip().startswith(";")]


def read_vectors(tree):
    with open(SOURCE / "schema/hiveproof-vector-1.json", encoding="utf-8") as f:
        schema = jsonschema.Draft202012Validator(json.load(f))
    for group in tree.groups():
        for path in sorted(group.glob("*.json")):
            if path.name.endswith(".volumes.json"):
                continue
            try:
                vector = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                tree.wrong(path.stem, f"its json cannot be read: {error}")
                continue
            errors = [error.message for error in schema.iter_errors(vector)]
            for message in errors:
                tree.wrong(path.stem, f"not of its schema: {message[:200]}")
            if errors:
                continue
            if (vector["id"], vector["group"]) != (path.stem, group.name):
                tree.wrong(path.stem, "its json says another id or group")
            tree.vectors[path.stem], tree.paths[path.stem] = vector, path


def contents(vector):
    """The content of each profile and outcome."""
    for profile in vector["profiles"].values():
        for outcome in [profile.get("content"), *profile.get("outcomes", [])]:
            if isinstance(outcome, dict):
                yield outcome["of"]


def files_of(tree, name):
    """The files that the vector is made of."""
    vector = tree.vectors[name]
    yield f"{name}.json"
    yield f"{name}.recipe"
    if vector["group"] == "e2e":
        yield f"{name}.volumes.json"
    for of in contents(vector):
        if of.endswith(".recipe"):
            yield of
            if not of.startswith(name + "."):
                tree.wrong(name, f"{of} belongs to another vector")
        elif of == "twin" and vector["twin"] is None:
            tree.wrong(name, "the content of its twin, and it has none")


def check_files(tree):
    used = {(tree.vectors[name]["group"], file) for name in tree.vectors
            for file in files_of(tree, name)}
    there = {(group.name, path.name) for group in tree.groups()
             for path in group.iterdir()}
    for group, file in sorted(used - there):
        tree.wrong(f"{group}/{file}", "is not there")
    for group, file in sorted(there - used):
        tree.wrong(f"{group}/{file}", "is used by nothing")
    included = {(path.parent / name).resolve()
                for group in tree.groups() for path in group.glob("*.recipe")
                for line in lines_of(path) for name in INCLUDE.findall(line)}
    for part in sorted((tree.folder / "parts").glob("*")):
        if part.resolve() not in included:
            tree.wrong(f"parts/{part.name}", "is used by nothing")


# ---- the catalogue -------------------------------------------------------

def check_catalogue(tree):
    """Every id once, with its vector or a reason."""
    try:
        text = (tree.folder / "catalogue.tsv").read_text(encoding="utf-8")
    except OSError as error:
        tree.wrong("catalogue.tsv", f"cannot be read: {error}")
        return
    seen, reasons, vectors = set(), 0, set()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or not all(fields):
            tree.wrong("catalogue.tsv", f"not id, group, reason: {line[:80]}")
            continue
        name, group, what = fields
        # Windows and macOS do not tell a from A in the names of files.
        if name.lower() in seen:
            tree.wrong(name, "is in the catalogue twice")
        seen.add(name.lower())
        if what != "vector":
            reasons += 1
            if name in tree.vectors:
                tree.wrong(name, "has a reason not to be there, and is there")
            continue
        vectors.add(name)
        if name not in tree.vectors:
            tree.wrong(name, "is in the catalogue and has no vector")
        elif tree.vectors[name]["group"] != group:
            tree.wrong(name, "is of another group in the catalogue")
    for name in sorted(tree.vectors.keys() - vectors):
        tree.wrong(name, "is not in the catalogue")
    if reasons * 100 > REASONS_MOST * len(seen):
        tree.wrong("catalogue.tsv", f"{reasons} reasons for {len(seen)} ids")


def edits_of(tree, name, needed):
    """The rows of the table; each can be planted in the sources as they are."""
    table = tree.folder / name
    try:
        edits = planted.edits(table) if needed or table.exists() else []
    except (OSError, ValueError) as error:
        tree.wrong(name, f"cannot be read: {error}")
        return []
    for edit in edits:
        problem = edit.problem(tree.top)
        if problem:
            tree.wrong(f"{name}, {edit.rule}", problem)
    return edits


def check_canaries(tree):
    """Each rule of the end-to-end vectors can be switched off."""
    rules = {planted.rule_of(name) for name in tree.vectors} - {""}
    known = {edit.rule for edit in edits_of(tree, "canaries.tsv", rules)}
    for rule in sorted(rules ^ known):
        tree.wrong(f"canaries.tsv, {rule}", "has a canary or vectors, not both")


def check_bugs(tree):
    seen = set()
    for edit in edits_of(tree, "bugs.tsv", False):
        if edit.rule in seen:
            tree.wrong(f"bugs.tsv, {edit.rule}", "is there twice")
        seen.add(edit.rule)


def check_waits(tree):
    """Each vector that fails nowhere waits for one bug."""
    try:
        waits = planted.waits(tree.folder / "waits.tsv")
    except (OSError, ValueError) as error:
        tree.wrong("waits.tsv", f"cannot be read: {error}")
        return
    for name in waits.keys() - tree.vectors.keys():
        tree.wrong(f"waits.tsv, {name}", "is no vector")


def check_either(tree):
    for mode, most in EITHER_MOST.items():
        count = sum(vector["profiles"][mode]["verdict"] == "either"
                    for vector in tree.vectors.values())
        if count * 100 > most * len(tree.vectors):
            tree.wrong("catalogue.tsv", f"{count} of {len(tree.vectors)} "
                       f"vectors allow either in {mode}")


def check_evidence(tree):
    """Two parsers that agree, or what the expectation rests on instead."""
    for name, vector in tree.vectors.items():
        evidence = vector["evidence"]
        if len(evidence.get("agree", [])) < 2 and "clause" not in evidence:
            tree.wrong(name, "neither two parsers that agree nor a clause")


# ---- hives ---------------------------------------------------------------

def forge(tree, recipe, hive):
    """{"": the bytes of the hive, ".LOG1": of a log, ...}, or None; what is
    wrong is told."""
    done = subprocess.run([tree.program, "forge", recipe, "-o", hive],
                          check=False, capture_output=True, timeout=SECONDS)
    if done.returncode != 0:
        tree.wrong(recipe.stem, "its recipe cannot be forged: "
                   + done.stderr.decode(errors="replace").strip()[:200])
        return None
    paths = [hive.with_name(hive.name + end) for end in ("", *LOGS)]
    files = {path.name[len(hive.name):]: path.read_bytes()
             for path in paths if path.exists()}
    for path in paths:
        path.unlink(missing_ok=True)
    return files


def log_of(vector):
    """The file that lies, as forge() has it."""
    return vector["lie"].get("file", "").upper()


def differing(one, other):
    """Where two files differ, as positions; the end of the shorter one stands
    for all behind it."""
    common = min(len(one), len(other))
    found = set()
    step = 4096
    for start in range(0, common, step):
        a, b = one[start:start + step], other[start:start + step]
        if a != b:
            found.update(start + i for i in range(min(len(a), len(b)))
                         if a[i] != b[i])
    return found | ({common} if len(one) != len(other) else set())


def worked_out(name, data, changed):
    """Positions in a file of what forge works out from the rest: checksums, and
    the hashes of the entries of a log that are changed."""
    found = set(CHECKSUM)
    at = ENTRIES
    while name and data[at:at + 4] == b"HvLE":
        size = int.from_bytes(data[at:at + 8][ENTRY_SIZE], "little")
        if changed & set(range(at, at + size)):
            found.update(at + i for i in HASHES)
        at += max(size, ENTRIES)
    return found


def room_of(tree, vector, lines, twin):
    """The positions of the field that lies."""
    lie = vector["lie"]
    raw = RAW.match(lines[0])
    if lie["record"] == "file":
        end = END.match(lines[0])
        return {int(end[1], 0) if end else len(twin)}
    if raw:
        width = sum(int(times, 0) if times else 1
                    for times in PAIR.findall(raw[2]))
    else:
        field = lie["field"].split("[")[0]
        kinds = KINDS.get(re.match(r"[a-z]+", lie["record"])[0], ()) + ("CELL",)
        width = next((tree.widths[kind, field] for kind in kinds
                      if (kind, field) in tree.widths), 0)
    return set(range(lie["offset"], lie["offset"] + width))


def says_lie(vector, line):
    """True if the line of the recipe is about the field of `lie`."""
    lie = vector["lie"]
    log = log_of(vector)
    of_file = f"[{log[1:]}] " if log else " "
    if lie["record"] == "file":
        end = END.match(line)
        return line.startswith("end" + of_file) and end and \
            int(end[1], 0) == lie["offset"]
    raw = RAW.match(line)
    if raw:
        return line.startswith("raw" + of_file) and \
            int(raw[1], 0) == lie["offset"]
    return line.startswith(f"{lie['record']}.{lie['field']} = ")


def alone(tree, name, line, twin):
    """What one line of the recipe changes."""
    path = tree.paths[name]
    other = tree.paths[tree.vectors[name]["twin"]].with_suffix(".recipe")
    with tempfile.TemporaryDirectory() as folder:
        recipe = pathlib.Path(folder) / path.with_suffix(".recipe").name
        recipe.write_text(f'hiveproof recipe 1\ninclude "{other}"\n{line}\n',
                          encoding="utf-8")
        files = forge(tree, recipe, pathlib.Path(folder) / "hive")
    return {end: set() if files is None else differing(files[end], twin[end])
            for end in twin}


def check_bytes(tree, name, files, twin, lines):
    """What differs is the lie, in its file, and what other lines change."""
    vector = tree.vectors[name]
    log = log_of(vector)
    room = room_of(tree, vector, lines, twin[log])
    others = [alone(tree, name, line, twin) for line in lines[1:]]
    for end in twin:
        changed = differing(files[end], twin[end])
        if end == log and not changed & room:
            tree.wrong(name, "the field at the offset of the lie is that of "
                       "the twin")
        rest = changed - (room if end == log else set())
        for other in others:
            rest -= other[end]
        rest -= worked_out(end, twin[end], changed)
        if rest:
            tree.wrong(name, f"differs from its twin at {min(rest)} too")


def check_difference(tree, name, files, twin):
    vector = tree.vectors[name]
    include, *lines = lines_of(tree.paths[name].with_suffix(".recipe"))
    included = INCLUDE.fullmatch(include)
    if not included or pathlib.Path(included[1]).stem != vector["twin"]:
        tree.wrong(name, "its recipe does not begin with its twin")
        return
    if not 0 < len(lines) <= LINES_MOST:
        tree.wrong(name, f"{len(lines)} lines are added to the twin")
        return
    if not says_lie(vector, lines[0]):
        tree.wrong(name, "its recipe does not begin with the lie")
        return
    for line in lines:
        if not LIE.fullmatch(line):
            tree.wrong(name, f"adds what is no lie: {line[:80]}")
            return
    if files.keys() != twin.keys():
        tree.wrong(name, "its twin has other logs")
        return
    check_bytes(tree, name, files, twin, lines)


def is_good(vector):
    return vector["lie"] is None and all(
        vector["profiles"][mode]["verdict"] == "accept"
        for mode in EITHER_MOST)


def check_hive(tree, name):
    """The hive of a vector, and how it differs from its twin."""
    vector = tree.vectors[name]
    recipe = tree.paths[name].with_suffix(".recipe")
    if (vector["lie"] is None) != (vector["twin"] is None):
        tree.wrong(name, "a lie has a twin, and a twin has a lie")
        return
    twin = vector["twin"]
    if twin is not None and (twin not in tree.vectors or
                             not is_good(tree.vectors[twin])):
        tree.wrong(name, f"its twin {twin} is no good vector")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        files = forge(tree, recipe, folder / "hive")
        if files is not None and {end.upper() for end in
                                  vector.get("logs", [])} != files.keys() - {""}:
            tree.wrong(name, "its recipe makes other logs than it says")
        if twin is None or files is None:
            return
        other = forge(tree, tree.paths[twin].with_suffix(".recipe"),
                      folder / "twin")
        if other is not None:
            check_difference(tree, name, files, other)


def check_twins(tree):
    """A good vector to which others are compared is read strictly."""
    for twin in sorted({vector["twin"] for vector in tree.vectors.values()
                        if vector["twin"] in tree.vectors}):
        with tempfile.TemporaryDirectory() as folder:
            hive = pathlib.Path(folder) / "hive"
            subprocess.run([tree.program, "forge",
                            tree.paths[twin].with_suffix(".recipe"), "-o", hive],
                           check=False, capture_output=True, timeout=SECONDS)
            done = subprocess.run([tree.program, "dump", "--mode", "strict",
                                   "--format", "count", hive], check=False,
                                  capture_output=True, timeout=SECONDS)
            if done.returncode != 0:
                tree.wrong(twin, "a strict reader does not take this twin")


def problems(top, program):
    """(vectors checked, violations as vector: rule)"""
    tree = Tree(pathlib.Path(top), program)
    read_vectors(tree)
    check_files(tree)
    check_catalogue(tree)
    check_canaries(tree)
    check_bugs(tree)
    check_waits(tree)
    check_either(tree)
    check_evidence(tree)
    whole = [name for name in tree.vectors
             if tree.paths[name].with_suffix(".recipe").exists()]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: check_hive(tree, name), whole))
    check_twins(tree)
    return len(tree.vectors), sorted(tree.found)


def main():
    top = sys.argv[2] if len(sys.argv) > 2 else SOURCE
    checked, found = problems(top, sys.argv[1])
    for problem in found:
        print(problem)
    print(f"{checked} vectors checked, {len(found)} violations")
    return 3 if checked == 0 else 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
