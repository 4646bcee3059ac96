#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/vector-power: what it counts, and what it measures again."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import sys
import types
import unittest
from unittest import mock

import conform_vectors
from support import PROGRAM, TREE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
loader = importlib.machinery.SourceFileLoader(
    "vector_power", str(TREE / "scripts" / "vector-power"))
vector_power = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("vector_power", loader))
loader.exec_module(vector_power)


class Counts(CliTest):
    def tell(self, vectors, failed, waits=""):
        vector_power.WAITS = self.write("waits.tsv", waits.encode("utf-8"))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exit = vector_power.tell(types.SimpleNamespace(
                vectors=vectors, failed=failed))
        return exit, out.getvalue()

    def test_patterns(self):
        exit, said = self.tell(list("abcd"), {
            "one": ["a", "b"], "two": ["a", "b", "c"], "three": ["d"]})
        self.assertIn("3 distinct patterns", said)
        self.assertIn("0 vectors fail nowhere", said)
        self.assertEqual(exit, 0)

    def test_nowhere(self):
        exit, said = self.tell(list("abcd"), {"one": ["a"]}, "b\ta bug\n")
        self.assertIn("3 vectors fail nowhere, 75.0%", said)
        self.assertIn("b: a bug", said)
        self.assertIn("c: WAITS FOR NOTHING", said)
        self.assertEqual(exit, 1)
        exit, said = self.tell(list("ab"), {"one": ["a"]}, "# x\na\tx\nb\ty\n")
        self.assertIn("a fails somewhere", said)
        self.assertEqual(exit, 0)

    def measured(self, given, groups=None, bug=""):
        """(what failed, the options that conform was run with, if it was)"""
        asked = []
        power = vector_power.Power(given)

        def run(more):
            asked.extend(more)
            return power.suite.run(vector_power.readers.own("strict"), *more)
        with contextlib.redirect_stdout(io.StringIO()):
            power.add("native", run, groups, bug)
        return power.failed["native"], asked

    def test_measured_once(self):
        """The same vectors and bug are not measured again, others are."""
        folder = conform_vectors.tree_folder(self.directory / "vectors")
        vector_power.KEPT = self.directory / "findings" / "vector-power"
        given = types.SimpleNamespace(program=pathlib.Path(PROGRAM),
                                      vectors=folder)
        everything = ["--group=bb", "--group=nk", "--group=ok"]
        self.assertEqual(self.measured(given), (set(), everything))
        self.assertEqual(self.measured(given), (set(), []))
        wrong = conform_vectors.vector("ok-more")
        conform_vectors.write(folder, conform_vectors.ROOT +
                              "base.root = 0xffffffff\n", wrong)
        self.assertEqual(self.measured(given), ({"ok-more"}, ["--group=ok"]))
        # A row of the volumes is a change, too.
        (folder / "ok" / "ok-more.volumes.json").write_text("{}")
        self.assertEqual(self.measured(given), ({"ok-more"}, ["--group=ok"]))
        self.assertEqual(self.measured(given, ["bb"]), (set(), []))
        self.assertEqual(self.measured(given, bug="another"),
                         ({"ok-more"}, everything))
        self.assertEqual(vector_power.KEPT.stat().st_mode & 0o777, 0o700)

    def test_gross_bugs_do_not_count(self):
        """What breaks an eighth of the vectors may stay, more may not."""
        power = types.SimpleNamespace(vectors=dict.fromkeys("abcdefgh"),
                                      failed={})
        failed = {"bug one forensic": {"a"}, "bug two forensic": {"a", "b"}}
        power.tried = lambda name, *rest: power.failed.update(
            {name: failed[name]})
        bug = types.SimpleNamespace(digest=lambda: "")
        planted = [("bug one", bug, ("forensic",), None),
                   ("bug two", bug, ("forensic",), None)]
        out = io.StringIO()
        with mock.patch.object(vector_power, "bugs", lambda: planted), \
                contextlib.redirect_stdout(out):
            vector_power.add_bugs(power, "all")
        self.assertEqual(set(power.failed), {"bug one forensic"})
        self.assertIn("bug two: too gross", out.getvalue())

    def test_bugs_of_the_tree(self):
        """Each is called otherwise and can be planted as the sources are."""
        bugs = list(vector_power.bugs())
        self.assertEqual(len({name for name, *_ in bugs}), len(bugs))
        layers = {bug.files[0].split("/")[1] for _, bug, _, groups in bugs
                  if groups is None}
        self.assertEqual(layers, {"regf", "base", "backend"})


if __name__ == "__main__":
    unittest.main()
