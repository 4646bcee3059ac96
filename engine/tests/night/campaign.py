#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real campaigns over a copy of the tree in which two bugs are planted
(regressions/canaries/): found, marked known, mended, and come back. Slow: it
builds the copy with the fuzzers' instrumentation, and four times in part."""
import datetime
import pathlib
import subprocess
import sys
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TREE / "scripts"))
sys.dont_write_bytecode = True
import planted
from nightly.ledger import open_ledger

# Each in a target of its own; in fuzz_volumes there is none.
PLANTED = {"leading-quote": "fuzz_image_path", "empty-entry": "fuzz_multi_sz"}
TARGETS = "fuzz_image_path,fuzz_multi_sz,fuzz_volumes"
SECONDS = "90s"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


class Nights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.copy = planted.Copy("night-test", "fuzz-libfuzzer")
        cls.canaries = [one for one in planted.canaries()
                        if one.name in PLANTED]
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.state = pathlib.Path(cls.folder.name) / "findings" / "state"

    def script(self, name, *words):
        done = subprocess.run(
            [self.copy.tree / "scripts" / name, *words], check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, timeout=7200)
        print(done.stdout, flush=True)
        return done.returncode

    def campaign(self):
        return self.script("campaign", "--time", SECONDS, "--targets", TARGETS,
                           "--state", self.state)

    def gate(self):
        return self.script("ledger", "--state", self.state, "gate")

    def findings(self):
        with open_ledger(self.state / "ledger.sqlite") as book:
            return book.findings()

    def mark(self, *words):
        for one in self.findings():
            self.assertEqual(self.script("ledger", "--state", self.state,
                                         "mark", one["id"], *words), 0)

    def expire(self):
        """As if it had been marked long ago: scripts/ledger takes no day that
        is over."""
        day = str(TODAY - datetime.timedelta(days=2))
        with open_ledger(self.state / "ledger.sqlite") as book:
            for one in book.findings():
                book.mark(one["id"], "known", "canary", day)

    def plant(self):
        for canary in self.canaries:
            self.assertEqual(canary.change(self.copy), "")

    def test_a_life(self):
        for canary in self.canaries:
            canary.remove(self.copy)
        self.plant()
        self.assertEqual(self.campaign(), 1)
        found = self.findings()
        self.assertEqual({one["target"] for one in found},
                         set(PLANTED.values()))
        self.assertEqual({(one["owner"], one["status"]) for one in found},
                         {("ours", "new")})
        # Known is green, and red again when that has expired.
        until = TODAY + datetime.timedelta(days=2)
        self.mark("known", "--reason", "canary", "--expires", str(until))
        self.assertEqual(self.campaign(), 0)
        self.assertEqual(self.gate(), 0)
        self.expire()
        self.assertEqual(self.gate(), 1)
        # Mended is green, and red when it comes back.
        for canary in self.canaries:
            canary.remove(self.copy)
        self.mark("fixed")
        self.assertEqual(self.campaign(), 0)
        self.plant()
        self.assertEqual(self.campaign(), 1)
        self.assertEqual({one["status"] for one in self.findings()
                          if one["target"] == "fuzz_image_path"}, {"regressed"})
        for canary in self.canaries:
            canary.remove(self.copy)


if __name__ == "__main__":
    unittest.main()
