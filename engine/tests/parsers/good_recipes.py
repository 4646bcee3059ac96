#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""good_recipes.py HIVEPROOF: every good- recipe of the corpus is forged,
and must be read whole, with as many keys and values, by the native reader
(strict), by hivex and by the parsers of tools.py. corpus/parsers.tsv names the
exceptions, each of which must be one. A parser that is ended by a signal or a
limit is never an exception: such a recipe is not called good.

Exits 77 when a parser is not installed, 3 when there is nothing to check."""
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import tools

LEAST = 100  # good recipes
TREE = pathlib.Path(__file__).resolve().parents[3]


class Exceptions:
    """corpus/parsers.tsv: recipe, parser, limit."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split("\t") for line in file
                    if line.strip() and not line.startswith("#")]
        known = {"hivex", *tools.PARSERS}
        for row in rows:
            if len(row) != 3 or row[1] not in known or not row[2]:
                raise ValueError(f"{path}: {row}")
        self.rows = [tuple(row) for row in rows]
        self.used = set()

    def of(self, recipe, parser):
        rows = [row for row in self.rows if row[1] == parser
                and fnmatch.fnmatchcase(recipe, row[0])]
        self.used.update(rows)
        return rows

    def unused(self):
        return [row for row in self.rows if row not in self.used]


class Check:
    def __init__(self, program, folder):
        self.program = program
        self.folder = pathlib.Path(folder)

    def ask(self, *arguments):
        return subprocess.run([self.program, *map(str, arguments)],
                              capture_output=True, check=False, timeout=300)

    def counts(self, hive, *more):
        done = self.ask("dump", "--format", "count", *more, hive)
        if done.returncode != 0:
            return None
        words = done.stdout.split()
        return int(words[1]), int(words[3])

    def is_sound(self, hive):
        """Strictly read, and damage at most noted (a tail, say)."""
        lines = self.ask("dump", "--mode", "strict", hive).stdout.splitlines()
        events = [json.loads(line) for line in lines]
        return events[-1]["result"] == "accept" and all(
            event["action"] == "noted" for event in events
            if event["event"] == "damage")

    def found(self, parser, hive):
        if parser == "hivex":
            return self.counts(hive, "--backend", "hivex")
        return tools.count(parser, hive)

    def recipe(self, recipe):
        """What is wrong, as (parser, what it found instead of what)."""
        hive = self.folder / recipe.stem
        done = self.ask("forge", recipe, "-o", hive)
        if done.returncode != 0:
            return [("forge", done.stderr.decode().strip())]
        wanted = self.counts(hive, "--mode", "strict")
        if wanted is None or not self.is_sound(hive):
            return [("native", f"found {wanted} and damage")]
        wrong = []
        for parser in ["hivex", *tools.PARSERS]:
            try:
                found = self.found(parser, hive)
            except tools.Died as error:
                wrong.append(("died", f"{parser} {error}"))
                continue
            if found != wanted:
                wrong.append((parser, f"found {found} of {wanted}"))
        hive.unlink()
        return wrong


def check_all(check, recipes, exceptions):
    """Prints what is wrong; returns how much."""
    failures = excepted = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for recipe, wrong in zip(recipes, pool.map(check.recipe, recipes)):
            for parser, what in wrong:
                if exceptions.of(recipe.stem, parser):
                    excepted += 1
                    continue
                print(f"{recipe.name}: {parser}: {what}")
                failures += 1
    for row in exceptions.unused():
        print("an exception that is none:", *row)
        failures += 1
    print(f"{len(recipes)} good recipes, {2 + len(tools.PARSERS)} readers, "
          f"{excepted} exceptions, {failures} failures")
    return failures


def main():
    program = sys.argv[1]
    os.environ["PATH"] += ":/usr/sbin"
    missing = tools.missing()
    if missing:
        print("skipped, not installed:", *missing)
        return 77
    recipes = sorted((TREE / "corpus" / "recipes").glob("good-*.recipe"))
    if len(recipes) < LEAST:
        print(f"{len(recipes)} good recipes, at least {LEAST} are asked for")
        return 3
    exceptions = Exceptions(TREE / "corpus" / "parsers.tsv")
    with tempfile.TemporaryDirectory() as folder:
        check = Check(program, folder)
        return 1 if check_all(check, recipes, exceptions) else 0


if __name__ == "__main__":
    sys.exit(main())
