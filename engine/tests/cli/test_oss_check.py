#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/oss-fuzz/check on targets that are scripts and say what libFuzzer
would."""
import pathlib
import subprocess
import tempfile
import unittest
import zipfile

CHECK = pathlib.Path(__file__).resolve().parents[3] / "scripts/oss-fuzz/check"
MODULE = "/src/hiveproof/engine/base/multi_sz.c:9"


def said(*functions, edges=200):
    """Of each function: its file and line, edges reached, edges."""
    return f"#4 INITED cov: {edges} ft: 9\nCOVERAGE:\n" + "".join(
        f"{'COVERED' if reached else 'UNCOVERED'}_FUNC: hits: 1 "
        f"edges: {reached}/{total} f {where}\n  UNCOVERED_PC: {where}\n"
        for where, reached, total in functions)


class Check(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.out = pathlib.Path(scratch.name)

    def check(self, name, text, seeds=4, code=0, sanitizer="none"):
        target = self.out / name
        target.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{text}END\nexit {code}\n")
        target.chmod(0o755)
        (self.out / f"{name}.options").write_text("[libfuzzer]\nmax_len = 9\n")
        with zipfile.ZipFile(self.out / f"{name}_seed_corpus.zip", "w") as archive:
            for number in range(seeds):
                archive.writestr(f"seed-{number}", "x")
        done = subprocess.run([CHECK, self.out, sanitizer], capture_output=True, text=True,
                              check=False, timeout=60)
        return done.returncode, done.stdout

    def test_most_of_the_module_is_reached(self):
        text = said((MODULE, 7, 8), (MODULE, 1, 2),
                    ("/src/hiveproof/engine/base/arena.c:3", 0, 90), edges=20)
        code, told = self.check("fuzz_multi_sz", text)
        self.assertEqual(code, 0, told)
        self.assertIn("8 of 10 edges of engine/base/multi_sz.c", told)

    def test_an_edge_less(self):
        code, told = self.check("fuzz_multi_sz", said((MODULE, 7, 8),
                                                      (MODULE, 0, 2)))
        self.assertEqual(code, 1)
        self.assertIn("only 70 % of its module", told)

    def test_reports_of_a_sanitizer_are_no_edges(self):
        self.assertEqual(self.check("fuzz_multi_sz", said((MODULE, 1, 9)),
                                    sanitizer="address")[0], 0)
        self.assertEqual(self.check("fuzz_multi_sz", said((MODULE, 0, 9)),
                                    sanitizer="address")[0], 1)

    def test_a_stub_reaches_other_code(self):
        text = said(("/src/hiveproof/harnesses/fuzz_multi_sz.c:3", 3, 3))
        code, told = self.check("fuzz_multi_sz", text)
        self.assertEqual(code, 1)
        self.assertIn("none of its module", told)

    def test_readers_of_hives_reach_100_edges(self):
        self.assertEqual(self.check("fuzz_hive", said(edges=100))[0], 0)
        self.assertEqual(self.check("fuzz_hive", said(edges=99))[0], 1)

    def test_seeds_and_start(self):
        self.assertEqual(self.check("fuzz_hive", said(), seeds=3)[0], 1)
        self.assertEqual(self.check("fuzz_hive", said(), code=77)[0], 1)


if __name__ == "__main__":
    unittest.main()
