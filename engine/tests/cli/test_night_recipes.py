#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/nightly/: each file is what its reader takes, as far as that is at hand,
and what it runs is there and takes its options."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import unittest

from support import TREE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
sys.dont_write_bytecode = True
from nightly.command import arguments

FOLDER = TREE / "docs" / "nightly"
CALL = re.compile(r"scripts/(campaign|setup)((?: [\w./%\"$-]+)*)")


class Recipes(CliTest):
    def test_what_they_run(self):
        for path in sorted(FOLDER.iterdir()):
            text = re.sub("^ *#.*$", "", path.read_text(), flags=re.M)
            calls = CALL.findall(text)
            self.assertTrue(calls or path.suffix == ".timer", path)
            for program, words in calls:
                self.assertTrue(os.access(TREE / "scripts" / program, os.X_OK))
                if program == "campaign":
                    given = arguments("", shlex.split(words))
                    self.assertGreaterEqual(given.time, 3600)
                else:
                    self.assertEqual(words, " --test")

    def test_systemd(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze")
        program = self.directory / "hiveproof" / "scripts" / "campaign"
        program.parent.mkdir(parents=True)
        program.symlink_to(TREE / "scripts" / "campaign")
        units = []
        for path in sorted(FOLDER.glob("hiveproof-campaign.*")):
            text = path.read_text().replace("%h", str(self.directory))
            units.append(self.write(path.name, text.encode()))
        self.assertEqual(len(units), 2)
        self.assertEqual(self.verify(units), "")
        broken = units[0].read_text().replace("Type=oneshot", "Type=monthly")
        units[0].write_text(broken)
        self.assertIn("monthly", self.verify(units))

    @staticmethod
    def verify(units):
        """What is wrong with our units; of the machine's others others say."""
        done = subprocess.run(["systemd-analyze", "verify", *units],
                              capture_output=True, text=True, check=False,
                              timeout=120)
        return "".join(line for line in done.stderr.splitlines(True)
                       if "hiveproof-campaign" in line)

    def test_cron(self):
        lines = [line for line in
                 (FOLDER / "crontab").read_text().splitlines()
                 if line and not line.startswith("#")]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r"^([\d*,/-]+ ){5}\S")
        command = lines[0].split(None, 5)[5]
        self.assertNotIn("%", command)  # cron would take it for a line end
        subprocess.run(["sh", "-n", "-c", command], check=True)

    def test_yaml(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("no python3-yaml")
        campaign = yaml.safe_load((FOLDER / "github.yml").read_text())[
            "jobs"]["campaign"]
        # All may read the cache of a public repository, and what was found.
        self.assertEqual(campaign["if"], "github.event.repository.private")
        steps = campaign["steps"]
        self.assertTrue(all({"uses", "run"} & set(step) for step in steps))
        # What a red night found is there the next night, too.
        used = [step.get("uses", step.get("run")).split("@")[0].split()[0]
                for step in steps]
        take, run, keep = [used.index(name) for name in (
            "actions/cache/restore", "scripts/campaign", "actions/cache/save")]
        self.assertTrue(take < run < keep)
        self.assertEqual(steps[keep]["if"], "always()")
        for key in ("path", "key"):
            self.assertEqual(steps[keep]["with"][key], steps[take]["with"][key])
        job = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text())["nightly"]
        self.assertEqual(len(job["script"]), 2)


if __name__ == "__main__":
    unittest.main()
