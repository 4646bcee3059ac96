#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The replay binary from outside: HP_OFFENDER dies of inputs "die"."""
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

OFFENDER = os.environ["HP_OFFENDER"]


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def put(self, name, data):
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return path

    def run_on(self, *args):
        return subprocess.run([OFFENDER, *args], capture_output=True,
                              text=True, timeout=60, check=False)

    def test_counts_files_and_folders(self):
        self.put("a", b"")
        self.put("below/b", b"live")
        self.put("below/.hidden", b"die")
        done = self.run_on(self.path, self.path / "a")
        self.assertEqual((done.returncode, done.stdout), (0, "3 inputs\n"))

    def test_names_the_offender(self):
        self.put("a", b"live")
        bad = self.put("b", b"die now")
        done = self.run_on(self.path)
        self.assertEqual(done.returncode, -signal.SIGABRT)
        self.assertIn(f"offender: {bad}\n", done.stderr)
        self.assertIn("oracle 1: no death", done.stderr)

    def test_nothing_is_not_success(self):
        for arguments in ((self.path,), (self.path / "nowhere",)):
            self.assertEqual(self.run_on(*arguments).returncode, 3)

    def test_fewer_than_promised(self):
        self.put("a", b"")
        self.assertEqual(self.run_on("--at-least=1", self.path).returncode, 0)
        self.assertEqual(self.run_on("--at-least=2", self.path).returncode, 3)

    def test_wrong_use(self):
        for arguments in ((), ("--at-least=x", "a"), ("-runs=1", "a"),
                          ("--at-least=1",)):
            self.assertEqual(self.run_on(*arguments).returncode, 2)

    def test_no_regular_file(self):
        self.put("a", b"")
        os.mkfifo(self.path / "pipe")
        done = self.run_on(self.path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("pipe", done.stderr)


if __name__ == "__main__":
    unittest.main()
