#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof mutate"""
import os
import pathlib
import unittest

from minimal_hive import system_hive, win32
from support import CliTest


class Mutate(CliTest):
    def mutate(self, hive, *more, exit=0):
        """The bytes of the mutated hive, and what was printed."""
        out = self.directory / "mutated"
        text = self.ask("mutate", hive, "-o", out, "--force", *more, exit=exit)
        return out.read_bytes(), text

    def complaint(self, *arguments, exit=3):
        return super().complaint("mutate", *arguments, exit=exit)

    def test_a_seed_is_a_hive(self):
        hive = self.minimal()
        before = hive.read_bytes()
        made = {self.mutate(hive, "--seed", str(n))[0] for n in range(40)}
        self.assertGreater(len(made), 35)
        self.assertEqual(self.mutate(hive), self.mutate(hive, "--seed", "0"))
        self.assertEqual(self.mutate(hive, "--seed", "0x11"),
                         self.mutate(hive, "--seed", "17"))
        self.assertEqual(hive.read_bytes(), before)

    def test_explain_says_what_was_done(self):
        hive = self.minimal()
        texts = set()
        for seed in range(60):
            _, text = self.mutate(hive, "--seed", str(seed), "--explain")
            text = text.decode()
            step = r"[a-z]+\.[a-z_]+\([a-z_.0-9]*@?0x[0-9a-f]+=0x[0-9a-f]+\)"
            self.assertRegex(text, rf"\A{step}(\+{step})*\n\Z")
            texts.add(text.split("(")[0])
        self.assertGreater(len(texts), 15)
        self.assertEqual(self.mutate(hive)[1], b"")

    def test_most_results_are_still_hives(self):
        hive = self.system({"x": win32("a.exe")})
        read = 0
        for seed in range(50):
            self.mutate(hive, "--seed", str(seed))
            done = self.run_program("dump", "--format", "count",
                                    self.directory / "mutated")
            self.assertIn(done.returncode, (0, 1, 3), done)
            read += done.returncode != 3
        self.assertGreater(read, 30)

    def test_with_takes_from_the_other_hive(self):
        hive = self.minimal()
        donor = self.directory / "donor"
        system_hive(str(donor), {"Unusual": win32("u.exe")})
        taken = sum(b"Unusual" in self.mutate(hive, "--with", donor,
                                              "--seed", str(n))[0]
                    for n in range(30))
        self.assertGreater(taken, 3)

    def test_never_overwrites_unasked(self):
        hive = self.minimal()
        keep = self.write("keep", b"mine")
        self.assertIn("--force", self.complaint(hive, "-o", keep))
        self.assertEqual(keep.read_bytes(), b"mine")
        before = hive.read_bytes()
        self.complaint(hive, "-o", hive)
        self.assertEqual(hive.read_bytes(), before)

    def test_over_itself_when_asked(self):
        hive = self.minimal()
        made, _ = self.mutate(hive, "--seed", "3")
        self.ask("mutate", hive, "-o", hive, "--force", "--seed", "3")
        self.assertEqual(hive.read_bytes(), made)
        self.ask("mutate", hive, "--with", hive, "-o", hive, "--force")

    def test_anything_may_be_mutated(self):
        out = self.directory / "out"
        for n, content in enumerate([b"x", b"regf", bytes(4096), bytes(9000),
                                     os.urandom(20000),
                                     b"regf" + os.urandom(8188)]):
            odd = self.write(f"odd{n}", content)
            for seed in range(5):
                self.ask("mutate", odd, "-o", out, "--force", "--seed",
                         str(seed))
                self.assertGreater(out.stat().st_size, 0)

    def test_what_cannot_be_had(self):
        hive = self.minimal()
        out = self.directory / "out"
        absent = self.directory / "absent"
        self.complaint(absent, "-o", out)
        self.complaint(self.write("empty", b""), "-o", out)
        self.complaint(hive, "--with", absent, "-o", out)
        self.complaint(self.directory, "-o", out)
        self.assertFalse(out.exists())
        self.complaint(hive, "-o", absent / "hive")
        if pathlib.Path("/dev/full").exists():
            self.complaint(hive, "-o", "/dev/full", "--force")

    def test_wrong_use(self):
        hive = self.minimal()
        for arguments in [[], [hive], ["-o", "x"], [hive, hive, "-o", "x"],
                          [hive, "-o"], [hive, "-o", "x", "--seed", "y"],
                          [hive, "-o", "x", "--seed", "4294967296"],
                          [hive, "-o", "x", "--backend", "hivex"]]:
            self.complaint(*arguments, exit=2)


if __name__ == "__main__":
    unittest.main()
