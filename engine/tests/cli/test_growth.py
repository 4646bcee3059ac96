#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/growth --native: the reader's work grows with the file and not
faster, counted, never timed; and a reader that is planted to do worse fails."""
import os
import pathlib
import shutil
import subprocess
import unittest

from support import PROGRAM, TREE, CliTest

GROWTH = TREE / "scripts/growth"
FAMILIES = ("big-value", "empty-bins", "nil-values", "same-value",
            "shared-data", "shared-leaf", "tiny-cells")

# What is taken out of a file, and what takes its place.
LOOKS_BACK = ("regf/bins.c", "    if (!open_bin(it, &end)) {",
              "    for (size_t back = 0; back < at; back += BIN_ALIGN)\n"
              "        (void)is_header(bins, back);\n"
              "    if (!open_bin(it, &end)) {")
NO_BUDGET = ("regf/cell.h", "    if (hive->records == hive->record_limit ||\n"
             "        hive->reads >= hive->read_limit) {", "    if (false) {")


class Growth(CliTest):
    def growth(self, *arguments, **options):
        return subprocess.run(
            [GROWTH, "--native", "--program", PROGRAM, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=300, **options)

    def planted(self, name, old, new):
        """count_reads with a reader in which `old` is `new`."""
        engine = self.directory / "engine"
        for layer in ("base", "regf"):
            shutil.copytree(TREE / "engine" / layer, engine / layer)
        text = (engine / name).read_text(encoding="utf-8")
        self.assertEqual(1, text.count(old), name)
        (engine / name).write_text(text.replace(old, new), encoding="utf-8")
        counter = self.directory / "count_reads"
        subprocess.run(
            ["cc", "-O1", "-I", engine / "base", "-I", engine / "regf",
             *engine.glob("*/*.c"), TREE / "engine/tests/count_reads.c",
             "-o", counter], check=True)
        return counter

    def test_ours_is_linear_in_all_families(self):
        done = self.growth()
        self.assertEqual(0, done.returncode, done)
        rows = [tuple(line.split()[:2]) for line in done.stdout.splitlines()]
        for family in FAMILIES:
            for mode in ("strict", "forensic"):
                self.assertEqual(1, rows.count((family, mode)), done.stdout)
        self.assertIn("at most 1.1 is wanted of each: kept\n", done.stdout)

    def test_square_reads_fail(self):
        counter = self.planted(*LOOKS_BACK)
        done = self.growth("--counter", counter, "--family", "empty-bins")
        self.assertEqual(1, done.returncode, done)
        self.assertEqual(2, done.stdout.count("FAILS\n"), done.stdout)
        self.assertIn("NOT KEPT", done.stdout)

    def test_walk_without_a_budget_fails(self):
        counter = self.planted(*NO_BUDGET)
        done = self.growth("--counter", counter, "--family", "shared-leaf")
        self.assertEqual(1, done.returncode, done)
        self.assertEqual(2, done.stdout.count("FAILS: no end\n"), done.stdout)

    def test_sizes_that_are_no_ladder(self):
        vectors = self.directory / "vectors/bomb"
        vectors.mkdir(parents=True)
        for size in ("32k", "128k", "512k", "2m"):
            name = f"bomb-tiny-cells-{size}.recipe"
            shutil.copy(TREE / "corpus/conformance/bomb" / name, vectors)
        done = self.growth("--vectors", vectors.parent)
        self.assertEqual(3, done.returncode, done)
        self.assertRegex(done.stderr, "growth: tiny-cells: .* are not 5 sizes")
        done = self.growth("--vectors", vectors.parent, "--family", "no")
        self.assertEqual(3, done.returncode, done)

    def test_nothing_is_left_behind(self):
        folder = self.directory / "tmp"
        folder.mkdir()
        done = self.growth("--family", "nil-values",
                           env={**os.environ, "TMPDIR": str(folder)})
        self.assertEqual(0, done.returncode, done)
        self.assertEqual([], list(pathlib.Path(folder).iterdir()))


if __name__ == "__main__":
    unittest.main()
