#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/corpus: what is imported, what is left out, and what a merge keeps
(of fake_engines.py: everything)."""
import hashlib
import os
import pathlib
import signal
import subprocess
import time
import unittest

from fake_engines import CampaignTest, processes_with
from support import TREE, UNSAFE

CORPUS = TREE / "scripts" / "corpus"
MORE_THAN_IS_TAKEN = (1 << 20) + 1


class CorpusTest(CampaignTest):
    def setUp(self):
        super().setUp()
        self.other = self.directory / "other"
        self.other.mkdir()

    def corpus(self, *words):
        return [CORPUS, "--build", self.fakes.build, "--state", self.state,
                *words]

    def ask(self, exit, *words):
        done = subprocess.run(self.corpus(*words), check=False, timeout=120,
                              stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, exit, done)
        self.assertIsNone(UNSAFE.search(done.stdout), repr(done.stdout))
        return done.stdout

    def waiting(self, target="fuzz_hive"):
        folder = self.state / "import" / target
        return sorted(path.read_bytes() for path in folder.iterdir())

    def test_hostile_folder(self):
        (self.other / "sub").mkdir()
        (self.other / "sub" / "$(reboot).hiv").write_bytes(b"one")
        (self.other / "evil\x1b[31m\nname").write_bytes(b"two")
        pathlib.Path(os.fsdecode(os.fsencode(self.other) + b"/\xff\xfe")
                     ).write_bytes(b"three")
        (self.other / ".hidden").write_bytes(b"two")
        os.symlink("/etc/passwd", self.other / "link")
        os.symlink("..", self.other / "up")
        os.mkfifo(self.other / "pipe")
        with open(self.other / "huge", "wb") as huge:
            huge.truncate(MORE_THAN_IS_TAKEN)
        said = self.ask(1, "import", "fuzz_hive", str(self.other))
        self.assertEqual(self.waiting(), [b"one", b"three", b"two"])
        for name, why in (("link", "a symbolic link"), ("pipe", "no plain file"),
                          ("huge", "larger than 1 MiB")):
            self.assertIn(f"{name}: left out: {why}", said)
        self.assertIn("4 files for fuzz_hive, 3 were left out", said)

    def test_a_name_is_its_content(self):
        (self.other / "x").write_bytes(b"content")
        self.ask(0, "import", "fuzz_hive", str(self.other))
        names = [path.name for path in
                 (self.state / "import" / "fuzz_hive").iterdir()]
        self.assertEqual(names, [hashlib.sha1(b"content").hexdigest()])

    def test_nothing_to_take(self):
        self.assertIn("nothing to take",
                      self.ask(3, "import", "fuzz_hive", str(self.other)))
        self.ask(3, "import", "fuzz_hive", str(self.other / "none"))
        self.ask(2, "import", "../../etc", str(self.other))

    def test_merge(self):
        (self.other / "x").write_bytes(b"content")
        self.ask(0, "import", "fuzz_hive", str(self.other))
        left = self.state / "work" / "fuzz_hive" / "afl" / "out" / "main"
        (left / "crashes").mkdir(parents=True)
        (left / "queue").mkdir()
        (left / "crashes" / "id:0").write_bytes(b"crash of before")
        (left / "queue" / "id:0").write_bytes(b"queue of before")
        self.assertIn("3 files", self.ask(0, "merge", "fuzz_hive"))
        texts = {path.read_bytes() for path in
                 (self.state / "corpus" / "fuzz_hive").iterdir()}
        self.assertEqual(texts, {b"content", b"seed of fuzz_hive",
                                 b"queue of before"})
        self.assertEqual(self.waiting(), [])
        self.assertFalse(left.exists())
        self.assertEqual(self.recorded(), {
            hashlib.sha256(b"crash of before").hexdigest()})
        self.assertRegex(self.ask(0, "list"), "fuzz_hive +3 files")

    def test_a_merge_that_fails_changes_nothing(self):
        self.ask(0, "merge", "fuzz_hive")
        (self.other / "x").write_bytes(b"content")
        self.ask(0, "import", "fuzz_hive", str(self.other))
        self.fakes.libfuzzer("fuzz_hive")
        program = self.fakes.build / "fuzz-libfuzzer/harnesses/fuzz_hive"
        program.write_text("#!/bin/sh\necho no luck >&2\nexit 1\n")
        self.assertIn("not merged", self.ask(1, "merge", "fuzz_hive"))
        self.assertEqual(self.waiting(), [b"content"])
        self.assertEqual(len(list(
            (self.state / "corpus" / "fuzz_hive").iterdir())), 1)

    def test_what_a_killed_merge_left(self):
        """The folders between its two renames."""
        self.ask(0, "merge", "fuzz_hive")
        corpus = self.state / "corpus" / "fuzz_hive"
        corpus.rename(corpus.with_suffix(".old"))
        corpus.with_suffix(".new").mkdir()
        self.ask(0, "merge", "fuzz_volumes")
        self.assertEqual([path.name for path in sorted(
            corpus.parent.iterdir())], ["fuzz_hive", "fuzz_volumes"])
        self.assertEqual(len(list(corpus.iterdir())), 1)

    def test_killed_imports(self):
        for number in range(300):
            (self.other / str(number)).write_text(f"content {number}")
        for turn in range(5):
            with subprocess.Popen(self.corpus("import", "fuzz_hive",
                                              str(self.other)),
                                  stdout=subprocess.DEVNULL) as process:
                time.sleep(0.1 + 0.07 * turn)
                process.send_signal(signal.SIGKILL)
        self.ask(0, "import", "fuzz_hive", str(self.other))
        self.ask(0, "merge", "fuzz_hive")
        self.assertEqual(len(list(
            (self.state / "corpus" / "fuzz_hive").iterdir())), 301)
        self.assertEqual(list(self.state.rglob(".new-*")), [])
        self.assertFalse(processes_with(str(self.directory)))


if __name__ == "__main__":
    unittest.main()
