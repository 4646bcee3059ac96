# SPDX-License-Identifier: Apache-2.0
"""The real hives, and what the tests over them share."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77
LEAST = 80  # files
AGREE = 5  # readers that dumped the same, by truth/consensus.json
DAMAGE = b'{"event":"damage"'

# Not healthy though readers agree on it: hand-made, two keys have one list.
# --layout auto gives the keys in it to the first of them.
SHARED = {"BadListHive"}


def folder():
    """The folder with the real hives; ends the test without it."""
    if not os.environ.get("HP_HIVES"):
        print("skipped: HP_HIVES is not set")
        sys.exit(SKIPPED)
    return pathlib.Path(os.environ["HP_HIVES"])


def files():
    """Every file that is not empty, logs too."""
    hives = folder()
    found = sorted(path for top in ["system", "other", "logsets"]
                   for path in (hives / top).rglob("*")
                   if path.is_file() and path.stat().st_size > 0)
    if len(found) < LEAST:
        print(f"only {len(found)} files in {hives}")
        sys.exit(3)
    return found


class Program:
    def __init__(self, path):
        self.path = path

    def ask(self, *arguments):
        """Standard output; ValueError when the program fails."""
        done = subprocess.run([self.path, *map(str, arguments)], check=False,
                              capture_output=True, timeout=600)
        if done.returncode != 0:
            raise ValueError(f"{arguments}: {done.returncode} {done.stderr}")
        return done.stdout

    def recipe(self, hive, recipe, *more):
        recipe.write_bytes(self.ask("dump", "--format", "recipe", *more, hive))

    def events(self, hive, *more):
        """The lines of a dump of the hive as it lies, but those about
        damage."""
        done = subprocess.run([self.path, "dump", "--no-logs", *more, hive],
                              check=False, capture_output=True, timeout=600)
        return [line for line in done.stdout.splitlines()
                if not line.startswith(DAMAGE)]

    def is_accepted(self, hive):
        return json.loads(self.events(hive)[-1])["result"] == "accept"


def joined(lines):
    """Events, with pieces of data put together."""
    events = []
    for event in map(json.loads, lines):
        if event["event"] == "data" and events[-1]["event"] == "data":
            events[-1]["hex"] += event["hex"]
        else:
            events.append(event)
    return events


def same(one, other):
    """Do two lists of lines say the same?"""
    return one == other or joined(one) == joined(other)


def healthy(program):
    """Hives that at least five readers read alike and the native one reads
    whole."""
    hives = folder()
    with open(hives / "truth" / "consensus.json", encoding="utf-8") as file:
        consensus = json.load(file)
    names = {name for name, entry in consensus.items()
             if entry.get("n", 0) >= AGREE}
    found = [path for path in files()
             if names & {path.name, str(path.relative_to(hives))}
             and path.name not in SHARED and program.is_accepted(path)]
    if len(found) < 40:
        print(f"only {len(found)} healthy hives")
        sys.exit(3)
    return found


def judge(check, paths):
    """Calls check(path), a list of what is wrong, for each; the exit code."""
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, wrong in zip(paths, pool.map(check, paths)):
            for what in wrong:
                print(f"{path}: {what}")
                failures += 1
    print(f"{len(paths)} hives, {failures} failures")
    return 1 if failures else 0
