#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""auto_layout.py HIVEPROOF LIBREGF.tsv: the recipe of --layout auto has no
places, and the hive that it makes says the same: the native reader and hivex
give identical events, regfexport and regfinfo print the same. LIBREGF.tsv names
the hives where those two may differ: hive, program, lines that differ, limit of
libregf. An entry that is not needed fails the test; without the programs of
libregf the test is skipped when all else holds."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import real_hives

LAYOUT = re.compile(r"^(raw|free|cell|link|bin|tail|end) |[a-z]@0x", re.M)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
PROGRAMS = ["regfexport", "regfinfo"]
SECONDS = 300


def printed(program, hive):
    """The lines that a program of libregf prints about `hive`."""
    done = subprocess.run([program, hive.name], cwd=hive.parent, check=False,
                          capture_output=True, timeout=SECONDS)
    return [done.returncode, *done.stdout.splitlines()]


class Auto:
    def __init__(self, program, table):
        self.program = program
        self.programs = [name for name in PROGRAMS if shutil.which(name)]
        self.limits, self.used = {}, set()
        for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                hive, name, lines, _ = line.split("\t")
                self.limits[hive, name] = int(lines)

    def check(self, path):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for part in ("old", "new"):
                (folder / part).mkdir()
            # Under the same name, for programs print it.
            forged, copy = folder / "new" / "hive", folder / "old" / "hive"
            try:
                self.program.recipe(path, folder / "recipe", "--layout", "auto")
                self.program.ask("forge", folder / "recipe", "-o", forged)
            except ValueError as error:
                return [str(error)]
            shutil.copyfile(path, copy)
            text = (folder / "recipe").read_text(encoding="utf-8")
            wrong = ["the recipe has places"] if LAYOUT.search(
                STRING.sub('""', text)) else []
            return wrong + self.events(copy, forged) + [
                what for name in self.programs
                for what in self.libregf(path, name, copy, forged)]

    def events(self, path, forged):
        return [f"other events {more}"
                for more in ([], ["--backend", "hivex"])
                if not real_hives.same(self.program.events(forged, *more),
                                       self.program.events(path, *more))]

    def libregf(self, path, name, copy, forged):
        one, other = printed(name, copy), printed(name, forged)
        different = sum(a != b for a, b in zip(one, other)) + abs(
            len(one) - len(other))
        # A hive's name is what stands last in its path: they are unique there.
        hive = str(path.relative_to(real_hives.folder()))
        self.used.add((hive, name) if different else None)
        if different != self.limits.get((hive, name), 0):
            yield f"{name} prints {different} other lines"

    def unused(self):
        return set(self.limits) - self.used


def main():
    auto = Auto(real_hives.Program(sys.argv[1]), sys.argv[2])
    code = real_hives.judge(auto.check, real_hives.healthy(auto.program))
    if len(auto.programs) < len(PROGRAMS):
        print("skipped, not installed: programs of libregf-utils")
        return code or real_hives.SKIPPED
    for entry in auto.unused():
        print("an exception that is none:", *entry)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
