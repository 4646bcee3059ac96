#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""rules.py SOURCE_DIR BUILD_DIR: the house rules that a machine can check.

Prints each violation as file:line: rule and exits 1 if there is one; exits 3
when it found nothing to check."""
import json
import pathlib
import re
import sys

# What each layer may include: itself and the layers named here.
LAYERS = {
    "base": set(),
    "regf": {"base"},
    "backend": {"base", "regf"},
    "writer": {"base", "backend"},
    "forge": {"base", "regf"},
    "inspect": {"base", "backend", "forge", "regf"},
    "mutate": {"base", "regf"},
    "conform": {"base", "backend", "forge", "inspect"},
    "cli": {"base", "regf", "backend", "writer", "forge", "inspect", "mutate", "conform"},
    "gate": {"base", "regf", "backend", "writer", "forge", "inspect", "mutate", "conform", "cli"},
    "bench": {"base", "regf", "backend", "writer"},
}
# Those that are not folders of engine/.
ELSEWHERE = {"mutate": "harnesses/mutate"}
# hp_backend.h and everything a layer's headers include is public to the next,
# but regf is behind backend: only its .c files may look at it.
HIDDEN = {("backend", "regf"), ("forge", "regf"), ("inspect", "regf")}
# What forge writes must not be read back by the same code, the map must not
# believe the reader, and the mutator is judged by the reader: of regf they see
# where the fields are and nothing else. The program applies transaction logs
# before any back end reads.
ONLY = {("forge", "regf"): {"layout.h"}, ("inspect", "regf"): {"layout.h"},
        ("mutate", "regf"): {"layout.h"}, ("cli", "regf"): {"log.h"},
        ("bench", "regf"): {"log.h"}}
FUNCTION_LINES = 60
NESTING = 4
COLUMNS = 80
HARNESS_LINES = 60

STRUCT_CAST = re.compile(r"\(\s*(const\s+)?(struct\s+\w+|u?int(16|32|64)_t)\s*\*\s*\)(?!0\b)")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
# A file of ours in the folder of whoever measured.
PLACE = re.compile(r"""(^|[\s"'(=])/\S*/(engine|harnesses|build|scripts)/""")
# One word each, so that this file does not find itself.
UNFINISHED = re.compile("TO" + "DO|FIX" + "ME|XX" + "X")


def strip_literals(line):
    """`line` without what stands in quotes."""
    line = re.sub(r"'(\\.|[^'\\])*'", "''", line)
    return re.sub(r'"(\\.|[^"\\])*"', '""', line)


def functions(lines):
    """(first, last, deepest nesting) of each function body in `lines`."""
    start = depth = deepest = 0
    comment = False
    for number, raw in enumerate(lines, 1):
        line = strip_literals(raw)
        if comment or line.lstrip().startswith("/*"):
            comment = "*/" not in line
            continue
        if line == "{":
            start, depth, deepest = number, 0, 0
        for character in line:
            depth += (character == "{") - (character == "}")
            deepest = max(deepest, depth)
        if line == "}" and start:
            yield start, number, deepest
            start = 0


def check_text(path, lines):
    licences = ["Apache-2.0"]
    if path.parent.name == "adapters":
        licences.append("CC0-1.0")  # what is there to be copied
    if not any(f"SPDX-License-Identifier: {licence}" in "".join(lines[:2])
               for licence in licences):
        yield 1, "no SPDX line"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and path.suffix in (".c", ".h"):
            yield number, f"more than {COLUMNS} columns"
        if UNFINISHED.search(line):
            yield number, "unfinished by its own words"


def check_code(lines):
    for first, last, deepest in functions(lines):
        if last - first - 1 > FUNCTION_LINES:
            yield first, f"function of {last - first - 1} lines"
        if deepest > NESTING:
            yield first, f"nested {deepest} levels"


def check_harness(lines):
    """fuzz_<what>.c: one page, whose head says what goes in and what holds."""
    if len(lines) - 1 > HARNESS_LINES:
        yield 1, f"harness of {len(lines) - 1} lines"
    text = "\n".join(lines)
    head = text[:text.find("*/")]
    if not re.search(r"^ \* Input +\S", head, re.M):
        yield 1, "the head does not say what the input is"
    numbers = re.findall(r"^ \*(?: Oracles| {8}) (\d)\. ", head, re.M)
    if numbers != [str(n) for n in range(1, len(numbers) + 1)] or not numbers:
        yield 1, "no oracles, numbered from 1"


def check_macro(lines):
    """What is fuzzed is what is shipped."""
    for number, line in enumerate(lines, 1):
        if "FUZZING_BUILD_MODE" in line:
            yield number, "the engine must not know that it is fuzzed"


def check_places(lines):
    for number, line in enumerate(lines, 1):
        if PLACE.search(line):
            yield number, "a path of one machine"


def check_casts(lines):
    for number, line in enumerate(lines, 1):
        if not line.startswith(" *") and STRUCT_CAST.search(strip_literals(line)):
            yield number, "cast to a pointer to a struct or an integer"


def check_includes(layer, path, lines, owners):
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        if "/" in match[1]:
            yield number, "an include with a path goes round the layers"
        owner = owners.get(match[1])
        if owner in (None, layer):
            continue
        if owner not in LAYERS[layer]:
            yield number, f"{layer} includes {match[1]} of {owner}"
        elif (layer, owner) in HIDDEN and path.suffix == ".h":
            yield number, f"a header of {layer} includes {match[1]} of {owner}"
        elif match[1] not in ONLY.get((layer, owner), {match[1]}):
            yield number, f"{layer} includes {match[1]} of {owner}"


def folder_of(source, layer):
    return source / ELSEWHERE.get(layer, f"engine/{layer}")


def check_include_paths(source, build):
    """An upward include must not compile: no -I leads to a layer above."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        layer = path.parent.name
        if layer not in LAYERS or path.parent != folder_of(source, layer):
            continue
        for folder in re.findall(r"-I(\S+)", entry["command"]):
            owner = pathlib.Path(folder).name
            if owner in LAYERS and owner not in LAYERS[layer] | {layer}:
                yield path, 1, f"compiled with -I{owner}"


def main():
    source, build = (pathlib.Path(arg).resolve() for arg in sys.argv[1:3])
    engine = source / "engine"
    owners = {header.name: layer for layer in LAYERS
              for header in folder_of(source, layer).glob("*.h")}
    found = checked = 0
    problems = list(check_include_paths(source, build))
    elsewhere = {path: layer for layer in ELSEWHERE
                 for path in folder_of(source, layer).glob("*.[ch]")}
    for path in sorted([*engine.rglob("*.[ch]"), *elsewhere]):
        lines = path.read_text(encoding="utf-8").split("\n")
        layer = elsewhere.get(path) or path.relative_to(engine).parts[0]
        checks = [check_text(path, lines), check_code(lines), check_macro(lines)]
        if layer in LAYERS:
            checks += [check_casts(lines), check_includes(layer, path, lines, owners)]
        problems += [(path, *problem) for check in checks for problem in check]
        checked += 1
    for path in sorted([*(source / "harnesses").rglob("*.[ch]"),
                        *(source / "adapters").glob("*.[ch]")]):
        lines = path.read_text(encoding="utf-8").split("\n")
        checks = [check_text(path, lines), check_code(lines)]
        if path.parent.name == "harnesses" and path.name.startswith("fuzz_"):
            checks.append(check_harness(lines))
        problems += [(path, *problem) for check in checks for problem in check]
        checked += 1
    for path in sorted((source / "docs" / "bench").iterdir()):
        lines = path.read_text(encoding="utf-8").split("\n")
        problems += [(path, *problem) for problem in check_places(lines)]
        checked += 1
    for path, number, rule in problems:
        print(f"{path.relative_to(source)}:{number}: {rule}")
        found += 1
    print(f"{checked} files checked, {found} violations")
    return 3 if checked == 0 else 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
