#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/campaign, its guards and its engines (fake_engines.py) are killed with
kill -9 at moments that a seed chooses, and the same command is given again."""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

from fake_engines import CampaignTest, processes_with
from support import TREE

# Of one test; scripts/test-slow asks for more.
KILLS = int(os.environ.get("HP_KILLS", "10"))
SECONDS = "30s"


# Who adopts orphans, and how many it is left with by a guard.
PARENT = """
import os, pathlib, subprocess, sys
sys.path.insert(0, str(pathlib.Path(sys.argv[1]).parents[1]))
from nightly.guard import adopt_orphans
adopt_orphans()
subprocess.run([sys.executable, sys.argv[1], str(os.getpid()), "30", "sh", "-c",
                sys.argv[2]])
print(pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
      .read_text().split())
"""


class Guards(unittest.TestCase):
    def test_nothing_is_left(self):
        for orphan in "sleep 0.1", "setsid sleep 60":
            done = subprocess.run(
                [sys.executable, "-B", "-c", PARENT,
                 TREE / "scripts/nightly/guard.py", f"({orphan} &); sleep 0.5"],
                capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done)


class Kills(CampaignTest):
    def kill(self, what, chance):
        """The process to kill: the campaign, one of its guards, or what runs
        below those."""
        process = self.begin("--time", SECONDS)
        time.sleep(chance.uniform(0.05, 3))
        mine = [one for one in processes_with(str(self.directory))
                if one != process.pid]
        victim = process.pid
        if what != "campaign" and mine:
            victim = chance.choice(mine)
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if victim != process.pid:
            time.sleep(chance.uniform(0.5, 1.5))
            self.assertIsNone(process.poll(), "it died of a part")
            os.kill(process.pid, signal.SIGKILL)
        said = process.communicate(timeout=60)[0]
        self.assertNotIn("Traceback", said)

    def test_kills(self):
        chance = random.Random(6)
        for turn in range(KILLS):
            self.kill("campaign" if turn % 2 else "part", chance)
            self.nobody_left()
        _, said = self.campaign("--time", SECONDS)
        self.nobody_left()
        self.all_recorded()
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)], said)
        self.assertEqual([path for path in self.state.rglob(".new-*")], [])
        # One night, unless what was killed used up its time.
        self.assertEqual(self.rows("SELECT * FROM night WHERE state = "
                                   "'running'"), [], said)
        self.assertLess(len(self.rows("SELECT id FROM night")), 2 + KILLS / 20)
        self.assertGreater(len(self.fakes.found()), KILLS)


if __name__ == "__main__":
    unittest.main()
