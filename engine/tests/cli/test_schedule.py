#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The shares of a campaign's targets (scripts/nightly/schedule.py), which
instances of AFL++ a slice gets (scripts/nightly/afl.py), and which inputs
libFuzzer starts with (scripts/nightly/libfuzzer.py)."""
import pathlib
import random
import sys
import tempfile
import types
import unittest
from unittest import mock

from support import TREE

sys.path.insert(0, str(TREE / "scripts"))
sys.dont_write_bytecode = True
from nightly import afl, campaign, jobs, libfuzzer, schedule
from nightly.slice import Slice


def shares(plan, pairs, seconds):
    """What each pair gets when slices take as long as they should."""
    used = dict.fromkeys(pairs, 0)
    slices = dict.fromkeys(pairs, 0)
    lanes, now = [], 0  # (end, pair, its seconds)
    while now < seconds or not all(slices.values()):
        while len(lanes) < plan.lanes:
            busy = {pair[0] for _, pair, _ in lanes}
            pair = schedule.due(used, busy)
            if pair is None:
                break
            left = sum(max(0, plan.rounds - one) for one in slices.values())
            given = schedule.length(plan, seconds - now, left - len(lanes))
            lanes.append((now + given, pair, given))
        now, pair, given = min(lanes)
        lanes.remove((now, pair, given))
        used[pair] += given
        slices[pair] += 1
    return used, now


class Shares(unittest.TestCase):
    def test_a_quarter_of_an_hour_over_all(self):
        plan = schedule.plan(900, 2, 15, 2)
        self.assertEqual((plan.teams, plan.seconds, plan.rounds),
                         ([1, 1], 60, 1))

    def test_a_night(self):
        plan = schedule.plan(8 * 3600, 2, 15, 2)
        self.assertEqual(plan.teams, [2])
        self.assertGreaterEqual(plan.rounds, schedule.BRIEF)
        self.assertLessEqual(plan.seconds, schedule.LONGEST)
        self.assertEqual(sum(schedule.plan(8 * 3600, 62, 15, 2).teams), 62)

    def test_one_target_has_all_cores(self):
        self.assertEqual(schedule.plan(60, 16, 1, 1).teams, [16])

    def test_any(self):
        chance = random.Random(6)
        for _ in range(300):
            seconds, cores = chance.randint(1, 40000), chance.randint(1, 70)
            names = [str(one) for one in range(chance.randint(1, 40))]
            engines = ["a", "b"][:chance.randint(1, 2)]
            pairs = [(name, engine) for engine in engines for name in names]
            plan = schedule.plan(seconds, cores, len(names), len(engines))
            self.assertEqual(sum(plan.teams), cores)
            self.assertTrue(all(plan.teams))
            self.assertLessEqual(plan.lanes, len(names))
            used, end = shares(plan, pairs, seconds)
            self.assertTrue(all(used.values()))
            least, most = min(used.values()), max(used.values())
            self.assertLessEqual(most - least, 2 * plan.seconds, plan)
            # It ends in time, or with the shortest slices.
            self.assertLessEqual(end, max(
                seconds + schedule.SHORTEST, schedule.SHORTEST *
                (len(pairs) // plan.lanes + 2) + plan.seconds))


class Instances(unittest.TestCase):
    def ways(self, target="fuzz_volumes", cmplog="folder", **slice_):
        able = types.SimpleNamespace(
            takes=lambda option: option.split()[0] in ("-p", "-Z", "-L"))
        with mock.patch.object(afl, "able", lambda: able):
            fuzzer = afl.Afl(pathlib.Path("x"), cmplog and pathlib.Path("y"))
            return fuzzer.ways(types.SimpleNamespace(target=target, **slice_))

    def names(self, **slice_):
        return [name for name, _, _ in self.ways(**slice_)]

    def test_one_main_and_others(self):
        first = self.names(brief=False, cores=4, number=0)
        self.assertEqual(first, ["main", "cmplog", "explore", "sequence"])
        second = self.names(brief=False, cores=4, number=1)
        self.assertEqual(second[0], "main")
        self.assertFalse(set(first[1:]) & set(second[1:]))

    def test_on_one_core_they_take_turns(self):
        turns = [self.names(brief=False, cores=1, number=number)[0]
                 for number in range(7)]
        self.assertEqual(turns[:2], ["main", "cmplog"])
        self.assertEqual(len(set(turns)), 7)

    def test_brief_nights_have_no_main(self):
        self.assertNotIn("main", [self.names(brief=True, cores=1, number=number)[0]
                                  for number in range(7)])

    def test_each_has_a_name_of_its_own(self):
        names = self.names(brief=False, cores=20, number=3)
        self.assertEqual(len(set(names)), 20)

    def test_what_it_cannot_do_is_left_out(self):
        hive = self.ways(target="fuzz_hive", brief=False, cores=8, number=0,
                         cmplog=None)
        self.assertFalse({"mopt", "cmplog"} & {name for name, _, _ in hive})
        for _, options, _ in self.ways(brief=False, cores=8, number=0):
            self.assertNotIn("-P exploit", options)


class Merges(unittest.TestCase):
    def test_what_takes_too_long_waits_for_the_end(self):
        night = campaign.Campaign(mock.Mock(state="state"))
        night.plan, night.watch, night.care, night.night = (
            mock.Mock(rounds=9), mock.Mock(crowded=False), mock.Mock(late=set()),
            mock.Mock())
        night.left = lambda: 10_000
        self.assertTrue(night.merge_is_due("fuzz_x"))
        for whole, stopped, due in ((True, False, True), (False, True, True),
                                    (False, False, False)):
            job = mock.Mock(spec=jobs.MergeJob, whole=whole, stopped=stopped,
                            target="fuzz_x", new=0)
            night.watch.found = 0
            night.finish(job)
            self.assertEqual(bool(night.merge_is_due("fuzz_x")), due)
        night.watch.crowded = True
        self.assertFalse(night.merge_is_due("fuzz_x"))


class Inputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hiveproof-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.corpora = [self.folder / "seeds", self.folder / "mended"]
        for corpus, count in zip(self.corpora, (1000, 20)):
            corpus.mkdir()
            for number in range(count):
                (corpus / f"{number:04}").write_bytes(b"%d" % number)

    def given(self, seconds, number=0):
        """The folders that a slice starts with."""
        engine = libfuzzer.LibFuzzer(self.folder)
        engine.command = lambda *_: (["fuzz_x"], {})
        [instance] = engine.instances(Slice(
            "fuzz_x", "libfuzzer", seconds, 1, 1024, number, True,
            self.folder / "work", self.corpora))
        own = instance.command.index(self.folder / "work" / "corpus")
        return instance.command[own + 1:]

    def test_a_short_slice_starts_with_some(self):
        [first] = self.given(3)
        names = {path.name for path in first.iterdir()}
        self.assertEqual(len(names), 15 + 15)  # of each folder
        self.assertTrue(all(path.read_bytes() == b"%d" % int(path.name[2:])
                            for path in first.iterdir()))
        self.given(3, number=1)
        self.assertNotEqual({path.name for path in first.iterdir()}, names)

    def test_a_long_one_with_all(self):
        self.assertEqual(self.given(180), self.corpora)


if __name__ == "__main__":
    unittest.main()
