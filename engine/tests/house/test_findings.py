#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""That findings.py sees what it should."""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

import findings

INPUT = b"regf and what a parser dies of"


class Findings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        subprocess.run(["git", "init", "-q", self.tree], check=True)
        (self.tree / ".gitignore").write_text("/findings/\n")
        self.found = self.tree / "findings" / "fuzz_x"
        self.found.mkdir(parents=True)
        (self.found / "some").write_bytes(INPUT)
        (self.found / "crash-empty").write_bytes(b"")

    def rules(self, name, data):
        (self.tree / name).write_bytes(data)
        return [what for _, what in findings.violations(self.tree)]

    def test_the_input(self):
        self.assertEqual(self.rules("seed", INPUT), ["is an input of findings"])

    def test_its_hashes(self):
        for made in (hashlib.sha1, hashlib.sha256):
            text = f"see crash-{made(INPUT).hexdigest().upper()}.\n"
            self.assertIn("holds the hash", self.rules("note", text.encode())[0])

    def test_the_name_of_a_file(self):
        name = hashlib.sha1(b"before it was made smaller").hexdigest()
        (self.found / f"crash-{name}").write_bytes(b"smaller")
        self.assertIn(name, self.rules("page.html", name.encode())[0])

    def test_what_betrays_nothing(self):
        empty = hashlib.sha1(b"").hexdigest()
        self.assertEqual(self.rules("note", f"{empty} {'0' * 40}".encode()), [])
        self.assertEqual(self.rules("nothing", b""), [])

    def test_what_a_campaign_starts_from(self):
        state = self.found.parent / "run"
        seed = b"a seed of ours"
        for folder in ("corpus/fuzz_x", "work/fuzz_x/libfuzzer/some"):
            (state / folder).mkdir(parents=True)
            (state / folder / "seed").write_bytes(seed)
        self.assertEqual(self.rules("seed", seed), ["is an input of findings"])
        (state / "campaign.json").write_text("{}")
        self.assertEqual(self.rules("seed", seed), [])

    def test_what_a_campaign_found(self):
        state = self.found.parent / "run"
        for number, folder in enumerate(("inputs", "findings/1",
                                         "work/fuzz_x/libfuzzer/artifacts")):
            (state / folder).mkdir(parents=True)
            (state / folder / "input").write_bytes(INPUT + bytes([number]))
        (state / "campaign.json").write_text("{}")
        for number in range(3):
            with self.subTest(number):
                self.assertEqual(self.rules("seed", INPUT + bytes([number])),
                                 ["is an input of findings"])

    def test_nothing_found(self):
        (self.found / "some").unlink()
        self.assertEqual(self.rules("seed", INPUT), [])

    def test_the_program(self):
        run = [sys.executable, findings.__file__, self.tree]
        self.assertEqual(subprocess.run(run, check=False).returncode, 0)
        (self.tree / "a name\nof two lines").write_bytes(INPUT)
        done = subprocess.run(run, check=False, capture_output=True)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
