#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fuzz_diff.tsv is as narrow as it can be: of each reader that HP_FUZZ_DIFF is
linked with, 98 % of what it tells of the good recipes of corpus (and of the hives
below HP_HIVES, if that is set) is compared without a rule, and each rule is needed
by the vector it names. HP_HIVEPROOF makes them."""
import collections
import importlib.util
import importlib.machinery
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[3]
FUZZ_DIFF = os.environ["HP_FUZZ_DIFF"]
WANTED = 98
COUNT = re.compile(r"^fuzz_diff: (\w+): (\S+): (\d+) the same, (\d+) exempt, "
                   r"(\d+) not told, (\d+) hives$", re.M)


def load_seeds():
    """scripts/seeds as a module."""
    sys.path.insert(0, str(TOP / "scripts"))
    loader = importlib.machinery.SourceFileLoader("seeds",
                                                  str(TOP / "scripts" / "seeds"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("seeds", loader))
    loader.exec_module(module)
    return module


def rules():
    lines = (TOP / "harnesses" / "fuzz_diff.tsv").read_text("utf-8").splitlines()
    head, *rows = [line.split("\t") for line in lines if line[0] != "#"]
    return [dict(zip(head, row)) for row in rows]


def run(*paths):
    done = subprocess.run([FUZZ_DIFF, *paths], capture_output=True, text=True,
                          errors="replace", timeout=1200, check=False,
                          env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
    if done.returncode != 0:
        raise AssertionError(f"{paths[0]}: {done.stderr[-3000:]}")
    return done.stderr


class Policy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.good = {path.stem for path in
                    (TOP / "corpus" / "recipes").glob("good-*.recipe")}
        cls.rules = rules()
        names = cls.good | {rule["vector"] for rule in cls.rules}
        for name, hive in load_seeds().forge(os.environ["HP_HIVEPROOF"],
                                             names).items():
            (cls.folder / name).write_bytes(hive)
        cls.counts = COUNT.findall(run(*(cls.folder / name
                                         for name in sorted(cls.good))))
        cls.readers = {reader for reader, *_ in cls.counts}

    def check_counts(self, counts):
        told = collections.Counter()
        same = collections.Counter()
        for reader, _, equal, exempt, *_ in counts:
            told[reader] += int(equal) + int(exempt)
            same[reader] += int(equal)
        for reader, number in told.items():
            print(f"{reader}: {same[reader]} of {number} fields without a rule "
                  f"({100 * same[reader] / number:.2f} %)", file=sys.stderr)
            self.assertGreaterEqual(100 * same[reader], WANTED * number)
        self.assertIn("hivex", told)

    def test_fields_of_good_vectors(self):
        # What lies behind the bins is noted, and such a hive not compared.
        tails = {name for name in self.good if name.startswith("good-base-tail-")}
        self.assertEqual({int(hives) for *_, hives in self.counts},
                         {len(self.good - tails)})
        self.check_counts(self.counts)

    def test_fields_of_real_hives(self):
        if not os.environ.get("HP_HIVES"):
            self.skipTest("HP_HIVES is not set")
        self.check_counts(COUNT.findall(run(os.environ["HP_HIVES"])))

    def test_fields_that_nobody_tells_are_named(self):
        told = {field for _, field, equal, *_ in self.counts if int(equal) > 0}
        self.assertEqual({field for _, field, *_ in self.counts} - told,
                         {"key.flags", "key.class", "key.security",
                          "value.flags"})

    def test_rules_are_needed(self):
        for rule in self.rules:
            if rule["reader"] in self.readers:
                with self.subTest(rule["id"]):
                    self.assertIn(f"rule {rule['id']}: used",
                                  run(self.folder / rule["vector"]))

    def test_names_are_told_apart(self):
        names = [rule["id"] for rule in self.rules]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
