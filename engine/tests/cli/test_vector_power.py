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

    def test_measured_once(self):
        """The same vectors are not measured again, others are."""
        folder = conform_vectors.tree_folder(self.directory / "vectors")
        vector_power.KEPT = self.directory / "findings"
        given = types.SimpleNamespace(program=pathlib.Path(PROGRAM),
                                      vectors=folder)
        asked = []

        def native(power):
            asked.append(1)
            return power.suite, vector_power.readers.own("strict")
        for count in (1, 1, 2):
            if count == 2:
                conform_vectors.write(folder, conform_vectors.ROOT,
                                      conform_vectors.vector("ok-more"))
            power = vector_power.Power(given)
            with contextlib.redirect_stdout(io.StringIO()):
                power.add("native strict", lambda p=power: native(p))
            self.assertEqual(power.failed, {"native strict": []})
            self.assertEqual(len(asked), count)
        self.assertEqual(vector_power.KEPT.stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
