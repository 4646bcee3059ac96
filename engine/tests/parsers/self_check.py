#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""self_check.py HIVEPROOF: does good_recipes.py see what it is there to see?
Each test plants one fault."""
import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest

import good_recipes
import tools

PROGRAM = sys.argv.pop(1)
GOOD = "hiveproof recipe 1\n[\\k]\n\"v\" = \"x\"\n"


class SelfCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.parsers = dict(tools.PARSERS)
        self.addCleanup(self.restore)
        tools.PARSERS.clear()
        tools.PARSERS["fake"] = lambda folder: (2, 1)

    def restore(self):
        tools.PARSERS.clear()
        tools.PARSERS.update(self.parsers)

    def failures(self, recipe, table=""):
        """What the check prints, a line each."""
        path = self.folder / "good-x.recipe"
        path.write_text(recipe)
        (self.folder / "table").write_text(table)
        check = good_recipes.Check(PROGRAM, self.folder)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            good_recipes.check_all(
                check, [path],
                good_recipes.Exceptions(self.folder / "table"))
        return said.getvalue().splitlines()[:-1]

    def expect(self, wanted, *arguments):
        failures = self.failures(*arguments)
        self.assertEqual(len(failures), 1, failures)
        self.assertIn(wanted, failures[0])

    def test_nothing_wrong(self):
        self.assertEqual(self.failures(GOOD), [])

    def test_a_recipe_that_is_none(self):
        self.expect("forge", "nonsense\n")

    def test_a_damaged_hive(self):
        self.expect("native", GOOD + "nk[\\k].signature = 0\n")

    def test_a_value_too_few(self):
        tools.PARSERS["fake"] = lambda folder: (2, 0)
        self.expect("fake", GOOD)
        self.assertEqual(self.failures(GOOD, "good-x\tfake\tis\n"), [])

    def test_a_key_too_many(self):
        tools.PARSERS["fake"] = lambda folder: (3, 1)
        self.expect("fake", GOOD)

    def test_a_refusal(self):
        tools.PARSERS["fake"] = lambda folder: None
        self.expect("fake", GOOD)

    def test_an_exception_that_is_none(self):
        self.expect("that is none", GOOD, "good-*\tfake\tis\n")

    def test_malformed_exceptions(self):
        for row in ["good-x\tfake\n", "good-x\tother\tis\n", "a\tfake\t\n"]:
            with self.assertRaises(ValueError):
                self.failures(GOOD, row)

    def test_death_is_no_exception(self):
        def killed(folder):
            return tools.run(["sh", "-c", "kill -SEGV $$"], folder)

        def slow(folder):
            return tools.run(["sleep", "60"], folder)

        tools.SECONDS, before = 1, tools.SECONDS
        self.addCleanup(setattr, tools, "SECONDS", before)
        for death in [killed, slow]:
            tools.PARSERS["fake"] = death
            failures = self.failures(GOOD, "good-x\tfake\tis\n")
            self.assertEqual(len(failures), 2, failures)
            self.assertIn("died", failures[0])

    def test_the_hive_is_a_copy(self):
        def writes(folder):
            (folder / "hive").write_bytes(b"")
            return 2, 1

        tools.PARSERS.update(fake=writes, second=lambda folder: (
            (2, 1) if os.path.getsize(folder / "hive") else None))
        self.assertEqual(self.failures(GOOD), [])


if __name__ == "__main__":
    unittest.main()
