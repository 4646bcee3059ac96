#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/campaign with engines that are small programs (fake_engines.py): what
it records, and that nothing is lost when it or a part of it is killed."""
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import unittest

from fake_engines import TARGETS, CampaignTest
from support import TREE


class Records(CampaignTest):
    def test_each_target_with_each_engine(self):
        _, said = self.campaign("--time", "9s")
        self.nobody_left()
        self.all_recorded()
        runs = {(target, engine): (executions, edges, stability, seconds)
                for target, engine, executions, edges, stability, seconds in
                self.rows("SELECT target, engine, executions, edges, stability,"
                          " seconds FROM run")}
        self.assertEqual(set(runs), {(target, engine) for target in TARGETS
                                     for engine in ("libfuzzer", "afl")}, said)
        for (_, engine), known in runs.items():
            self.assertGreater(known[0], 0)
            self.assertGreater(known[1], 0)
            self.assertEqual(known[2], 42.5 if engine == "afl" else None)
            self.assertGreater(known[3], 0)
        self.assertEqual(self.rows("SELECT state FROM night"), [("done",)])
        troubles = {row[0] for row in self.rows(
            "SELECT trouble FROM run WHERE engine = 'afl'")}
        self.assertTrue(all("stability 42 %" in one for one in troubles))
        kinds = {row[0] for row in self.rows("SELECT DISTINCT kind FROM input")}
        self.assertEqual(kinds, {"crash", "timeout"})
        self.assertEqual(list((self.state / "work").rglob("crash-*")), [])

    def test_engines_share_what_they_reach(self):
        self.campaign("--time", "4s", targets=("fuzz_multi_sz",))
        texts = {path.read_text() for path in
                 (self.state / "corpus" / "fuzz_multi_sz").iterdir()}
        self.assertTrue({"corpus", "queue", "seed"} <=
                        {text.split()[0] for text in texts}, texts)

    def test_a_night_is_gone_on_with(self):
        first = self.begin("--time", "9s", engines="libfuzzer")
        until = time.monotonic() + 60
        while len(self.fakes.found()) < 10:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        first.send_signal(signal.SIGINT)
        said = first.communicate(timeout=60)[0]
        self.assertEqual(first.returncode, 4, said)
        self.assertIn("stopped by SIGINT", said)
        self.nobody_left()
        self.all_recorded()
        saved = json.loads((self.state / "campaign.json").read_text())
        self.assertFalse(saved["done"])
        _, said = self.campaign("--time", "9s", engines="libfuzzer")
        self.assertIn("are done", said)
        nights = self.rows("SELECT state, seconds FROM night")
        self.assertEqual([night[0] for night in nights], ["done"], said)
        self.assertGreaterEqual(nights[0][1], 8)
        self.all_recorded()
        # What is over is not gone on with.
        self.campaign("--time", "2s", engines="libfuzzer")
        self.assertEqual(len(self.rows("SELECT id FROM night")), 2)

    def test_twice_on_one_state(self):
        first = self.begin("--time", "30s", engines="libfuzzer")
        until = time.monotonic() + 30
        while not (self.state / "campaign.json").exists():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        code, said = self.campaign("--time", "30s", engines="libfuzzer")
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=60)
        self.assertEqual(code, 3)
        self.assertIn(f"in use by a campaign (process {first.pid})", said)
        self.nobody_left()


    def test_what_was_fixed_is_tried_first(self):
        """Its input lies before the engine, and that of no other finding."""
        self.campaign("--time", "2s", engines="libfuzzer",
                      targets=("fuzz_hive",))
        sys.path.insert(0, str(TREE / "scripts"))
        from nightly.ledger import open_ledger
        with open_ledger(self.state / "ledger.sqlite") as book:
            rows = book.untriaged()[:2]
            for row, status in zip(rows, ("fixed", "known")):
                one = book.record_finding(
                    f"crash in {status}", "fuzz_hive", "crash", "ours", status,
                    [], 1, "", ["libfuzzer"])
                book.assign(row["sha256"], "fuzz_hive", one, 1, 1)
                book.mark(one, status, "x", "2999-01-01")
        self.campaign("--time", "2s", engines="libfuzzer",
                      targets=("fuzz_hive",))
        self.assertEqual([path.name for path in (
            self.state / "work" / "fuzz_hive" / "mended").iterdir()],
            [rows[0]["sha256"]])


class Trouble(CampaignTest):
    def test_a_target_that_does_not_run(self):
        self.fakes.libfuzzer("fuzz_hive", before="echo no luck >&2; exit 1")
        code, said = self.campaign("--time", "12s", engines="libfuzzer")
        self.assertIn("did not run: no luck", said)
        self.assertTrue(self.rows("SELECT trouble FROM run WHERE target = "
                                  "'fuzz_hive'")[0][0].startswith("did not"))
        self.all_recorded()
        self.assertNotEqual(code, 0)

    def test_a_target_that_reads_for_longer_than_its_slice(self):
        self.fakes.libfuzzer("fuzz_hive", before="""
echo Running with entropic power schedule >&2; sleep 60""")
        _, said = self.campaign("--time", "3s", engines="libfuzzer")
        self.assertIn("over before it had read its inputs", said)
        self.assertNotIn("did not run", said)
        self.assertIn("over before", self.rows(
            "SELECT trouble FROM run WHERE target = 'fuzz_hive'")[0][0])
        self.nobody_left()

    def test_no_target_runs(self):
        for target in TARGETS:
            self.fakes.libfuzzer(target, before="echo no luck >&2; exit 1")
        code, said = self.campaign("--time", "60s", engines="libfuzzer")
        self.assertEqual(code, 3, said)
        self.assertIn("no target runs with any engine", said)

    def test_a_flood_ends_its_slice(self):
        self.fakes.libfuzzer("fuzz_hive", before="""
i=0; while [ $i -lt 250 ]; do i=$((i + 1))
find_one "${prefix}crash-$$-a$i" "flood $$ $i"; done""")
        _, said = self.campaign("--time", "15s", engines="libfuzzer",
                                targets=("fuzz_hive",))
        self.assertIn("ended after 200 inputs that fail", said)
        self.all_recorded()

    def test_memory(self):
        self.fakes.libfuzzer("fuzz_hive", before="""
python3 -c 'import time; x = b"x" * (96 << 20); time.sleep(60)'""")
        _, said = self.campaign("--time", "8s", "--memory", "64M",
                                engines="libfuzzer", targets=("fuzz_hive",))
        self.assertRegex(said, "ended at [0-9]+ MiB of memory")
        self.nobody_left()

    def test_disk(self):
        self.fakes.libfuzzer("fuzz_hive", before="""
head -c 8000000 /dev/zero >"$1/large" """)
        code, said = self.campaign("--time", "60s", "--disk", "4M",
                                   engines="libfuzzer", targets=("fuzz_hive",))
        self.assertEqual(code, 3, said)
        self.assertIn("(--disk)", said)
        self.nobody_left()

    @unittest.skipUnless(os.geteuid() == 0, "only root mounts a small disk")
    def test_a_full_disk(self):
        self.state.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "none", self.state]
        if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no tmpfs can be mounted")
        self.addCleanup(subprocess.run, ["umount", "-l", self.state])
        self.fakes.libfuzzer("fuzz_hive", before="""
(sleep 3; cat /dev/zero >"$1/large" 2>/dev/null) &""")
        code, said = self.campaign("--time", "60s", engines="libfuzzer",
                                   targets=("fuzz_hive",))
        self.assertEqual(code, 3, said)
        self.assertRegex(said, "(make room and start it again|No space left)")
        self.assertNotIn("Traceback", said)
        self.nobody_left()
        self.assertEqual(self.rows("PRAGMA integrity_check"), [("ok",)])
        (self.state / "work/fuzz_hive/libfuzzer/corpus/large").unlink()
        self.fakes.libfuzzer("fuzz_hive")
        code, said = self.campaign("--time", "12s", engines="libfuzzer",
                                   targets=("fuzz_hive",))
        self.assertIn("inputs were run", said)
        whole = {digest for digest in self.fakes.found()
                 if digest in self.recorded()}
        self.assertTrue(whole)
        for digest in self.recorded():
            self.assertEqual(hashlib.sha256(
                (self.state / "inputs" / digest).read_bytes()).hexdigest(),
                digest)

    def test_a_state_that_is_none(self):
        self.state.mkdir()
        for text in ("{", "[]", "[" * 100000, '{"schema": "x"}'):
            (self.state / "campaign.json").write_text(text)
            code, said = self.campaign("--time", "2s", engines="libfuzzer")
            self.assertEqual(code, 3, said)
            self.assertIn("campaign.json", said)
            self.assertNotIn("Traceback", said)


if __name__ == "__main__":
    unittest.main()
