#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/triage: six planted bugs come out as six findings, whichever way the
inputs take to them; and what each part of it does for itself."""
import collections
import contextlib
import io
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import planted_inputs
from support import TREE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
from nightly import Infrastructure, groups, ledger, paste  # noqa: E402
from nightly import checks, neighbours, replay, same, store, symbols  # noqa: E402
from nightly.describe import Describer, in_halves, recipe_of_bytes  # noqa: E402
from nightly.signature import (Observation, Reader, owner_of,  # noqa: E402
                               short_words)
from nightly.symbols import Frame, Symbols, plain  # noqa: E402

TRIAGE = TREE / "scripts/triage"
COUNT = int(os.environ.get("HP_TRIAGE_COUNT", "48"))
KILLS = int(os.environ.get("HP_TRIAGE_KILLS", "20"))
# The suite has not the time of a night.
FULL = replay.Limits(4000, 300, 120_000)


def setUpModule():
    global BINARIES
    directory = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(directory.cleanup)
    BINARIES = planted_inputs.build(pathlib.Path(directory.name))


def frame(function, file="a.c", line=1, module="/bin/x"):
    return Frame(function, file, line, 1, module)


class StateTest(CliTest):
    def setUp(self):
        super().setUp()
        self.state = self.directory / "state"

    def open(self):
        book = ledger.open_ledger(self.state / "ledger.sqlite")
        self.addCleanup(book.close)
        return book

    def record(self, book, paths, target="fuzz_planted"):
        for path in paths:
            data = path.read_bytes()
            book.record_input(store.keep(self.state / "inputs", data),
                              target, "afl", 1,
                              path.name.split("-")[0], path.name, len(data))

    def triage(self, book):
        work = groups.Triage(self.state, BINARIES, 2, lambda text: None)
        with mock.patch.object(replay, "FULL", FULL):
            return work.run(book), work

    def bugs(self, book):
        """{finding: the planted bugs of its inputs}"""
        return {one["id"]: {row["name"].split("-")[1]
                            for row in book.inputs(one["id"])}
                for one in book.findings()}


class PlantedTest(StateTest):
    def test_six_bugs_are_six_findings(self):
        book = self.open()
        inputs = planted_inputs.make(self.directory / "found", COUNT)
        self.record(book, inputs)
        self.triage(book)
        self.assertEqual(book.untriaged(), [])
        self.assertEqual(book.inputs(ledger.UNREPRODUCED), [])
        self.assertEqual(sorted(map(sorted, self.bugs(book).values())),
                         [[str(n)] for n in range(planted_inputs.BUGS)])
        counts = collections.Counter(path.name.split("-")[1] for path in inputs)
        self.assertEqual(sorted(one["inputs"] for one in book.findings()),
                         sorted(counts.values()))
        self.assertEqual({one["owner"] for one in book.findings()}, {"ours"})
        self.assertFalse(any(one["flaky"] for one in book.findings()))

    def test_a_second_night_adds_to_the_same_findings(self):
        book = self.open()
        inputs = planted_inputs.make(self.directory / "found", 48)
        self.record(book, inputs[::2])
        first, _ = self.triage(book)
        self.record(book, inputs[1::2])
        again, _ = self.triage(book)
        self.assertEqual(len(first | again), planted_inputs.BUGS)
        self.assertTrue(all(len(bugs) == 1 for bugs in
                            self.bugs(book).values()))

    def test_what_passes_is_no_finding(self):
        book = self.open()
        self.record(book, [self.write("crash-x-1", b"\x63" * 20),
                           self.write("timeout-x-2", b"\x64" * 20)])
        self.assertEqual(self.triage(book)[0], set())
        self.assertEqual([(row["tries"], row["failed"]) for row in
                          book.inputs(ledger.UNREPRODUCED)], [(10, 0)] * 2)

    def looked_at(self, count, *tries):
        """The ledger after `count` inputs whose tries showed that."""
        book = self.open()
        self.record(book, [self.write(f"timeout-s-{n}", bytes([0x63] * (n + 4)))
                           for n in range(count)])
        with mock.patch.object(groups, "look", side_effect=tries), \
                mock.patch.object(Reader, "again",
                                  lambda self, known: known[0]):
            self.triage(book)
        self.assertEqual(book.untriaged(), [])
        return book

    @staticmethod
    def broken_off(kind, short=True):
        return Observation(kind, [f"{kind} | f"], "t", [], "ours",
                           "judge: cpu limit", short)

    def test_what_is_only_slow_is_no_finding(self):
        """It is broken off at first; given the whole time, it ends."""
        book = self.looked_at(1, *[self.broken_off("timeout")] * 2, None)
        self.assertEqual(book.findings(), [])
        self.assertEqual(len(book.inputs(ledger.UNREPRODUCED)), 1)

    def test_one_speaks_for_those_that_were_broken_off(self):
        """Memory that grows slowly looks like a hang at first."""
        book = self.looked_at(3, *[self.broken_off("timeout")] * 6,
                              self.broken_off("out of memory", False))
        finding, = book.findings()
        self.assertEqual((finding["signature"], finding["inputs"]),
                         ("out of memory | f", 3))

    def test_what_fails_at_times_is_flaky(self):
        book = self.open()
        self.record(book, planted_inputs.make(self.directory / "found", 4)[:1])
        with replay.Judge(BINARIES, "fuzz_planted") as judge:
            real = groups.look(judge, Reader("fuzz_planted", Symbols()),
                               next((self.directory / "found").iterdir()),
                               replay.SHORT)
        with mock.patch.object(groups, "look",
                               side_effect=[None, real] * 5):
            self.triage(book)
        finding, = book.findings()
        self.assertEqual(finding["flaky"], 1)
        row, = book.inputs(finding["id"])
        self.assertEqual((row["tries"], row["failed"]), (10, 5))

    def test_each_finding_is_described(self):
        book = self.open()
        self.record(book, planted_inputs.make(self.directory / "found", 6)[3:5])
        _, work = self.triage(book)
        Describer(self.state, lambda _: BINARIES, work.symbols,
                  say=lambda text: None).all(book, book.findings())
        for one in book.findings():
            folder = self.state / "findings" / one["id"]
            self.assertEqual(len((folder / "input").read_bytes()), 4)
            self.assertIn(one["signature"],
                          (folder / "report.txt").read_text())
            self.assertEqual(one["replay"] + "\n",
                             (folder / "replay").read_text())
            self.assertTrue((self.state / "inputs" / one["minimized"]).exists())

    def test_a_hive_stands_for_the_finding(self):
        """And its target is that from then on, which replays it."""
        (BINARIES / "fuzz_hive").symlink_to("fuzz_planted")
        self.addCleanup((BINARIES / "fuzz_hive").unlink)
        book = self.open()
        found = planted_inputs.make(self.directory / "found", 10)
        same_bug = sorted((path for path in found if "-3-" in path.name),
                          key=lambda path: path.stat().st_size)
        self.record(book, same_bug[:1])
        self.record(book, same_bug[1:], "fuzz_hive")
        _, work = self.triage(book)
        Describer(self.state, lambda _: BINARIES, work.symbols, minimizes=False,
                  say=lambda text: None).all(book, book.findings())
        one, = book.findings()
        self.assertEqual(one["target"], "fuzz_hive")
        self.assertIn("--show fuzz_hive", one["replay"])
        kept = self.state / "findings" / one["id"] / "input"
        self.assertEqual(kept.read_bytes(), same_bug[1].read_bytes())

    def test_a_long_recipe_is_made_shorter(self):
        class Asker:
            hangs = False

            @staticmethod
            def shows(path):
                return b"needle" in path.read_bytes()

        self.state.mkdir()
        long, few = self.directory / "long", self.directory / "few"
        path = "".join(f"[{key}]\n" for key in ("\\a" * n for n in range(1, 99)))
        for out, more in ((long, path), (few, "")):
            self.ask("forge", self.write(
                "recipe", f"hiveproof recipe 1\n{more}[\\needle]\n".encode()), "-o", out)
        describer = Describer(self.state, None, None)
        data, recipe = describer.by_lines(Asker, {"target": "fuzz_hive"},
                                          long.read_bytes())
        self.assertEqual(recipe.splitlines()[0], b"hiveproof recipe 1")
        self.assertLess(len(recipe.splitlines()), 4)
        self.assertTrue(b"needle" in data, recipe)
        self.ask("forge", self.write("shorter", recipe), "-o", self.directory / "again")
        self.assertTrue((self.directory / "again").read_bytes() == data)
        for target, hive in (("fuzz_hive", few), ("fuzz_multi_sz", long)):
            data = hive.read_bytes()
            self.assertEqual(describer.by_lines(Asker, {"target": target}, data),
                             (data, None))
        self.assertEqual(list(self.state.iterdir()), [])

    def test_what_hangs_its_reader_has_a_recipe_of_its_bytes(self):
        data = b"regf" + bytes(500) + bytes(range(256))
        recipe, out = self.write("recipe", recipe_of_bytes(data)), \
            self.directory / "hive"
        self.ask("forge", recipe, "-o", out)
        self.assertEqual(out.read_bytes(), data)
        self.assertLess(len(recipe.read_text().splitlines()), 14)


class CommandTest(StateTest):
    def setUp(self):
        super().setUp()
        self.oracle = self.write("crash", bytes([3, 0]) + b"xyz")
        self.other = self.write("$(touch pwned).hiv", bytes([4, 1]) + b"xyz")

    def run_triage(self, *words, **more):
        return subprocess.run([TRIAGE, "--binaries", BINARIES, "--state",
                               self.state, *words], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=300, **more)

    SIGNATURE = "oracle | fuzz_planted.c | 7: the ways are few"

    def test_is(self):
        for path, code in ((self.oracle, 0), (self.other, 1),
                           (self.directory / "missing", 3)):
            done = self.run_triage("--is", self.SIGNATURE, "fuzz_planted", path)
            self.assertEqual(done.returncode, code, done)
        self.assertIn("missing", done.stderr)

    def test_session(self):
        done = self.run_triage("--session", self.SIGNATURE, "fuzz_planted",
                               input=f"{self.oracle}\n{self.other}\n" * 2)
        self.assertEqual((done.returncode, done.stdout),
                         (0, "yes\nno\n" * 2), done)

    def test_show(self):
        done = self.run_triage("--show", "fuzz_planted", self.other)
        self.assertEqual(done.returncode, 1)
        self.assertIn("out of bounds READ in copy_out", done.stdout)
        passes = self.write("good", b"\x63xyz")
        self.assertEqual(self.run_triage("--show", "fuzz_planted",
                                         passes).returncode, 0)

    def test_a_replay_line_is_safe_to_paste(self):
        done = self.run_triage("--add", "fuzz_planted", self.other)
        self.assertEqual(done.returncode, 0, done)
        line, = [path.read_text() for path in
                 (self.state / "findings").glob("*/replay")]
        pasted = subprocess.run(["bash", "-c", line], cwd=TREE, check=False,
                                capture_output=True, text=True)
        self.assertEqual(pasted.returncode, 1, pasted)
        self.assertIn("copy_out", pasted.stdout)

    def test_a_text_of_a_larger_input_goes(self):
        self.run_triage("--add", "fuzz_planted", self.other, "--no-minimize")
        self.run_triage("--no-minimize")
        [folder] = (self.state / "findings").iterdir()
        (folder / "recipe").write_text("of a larger input")
        self.assertEqual(self.run_triage().returncode, 0)
        self.assertFalse((folder / "recipe").exists())

    def test_two_oracles_that_one_bug_fails(self):
        one = self.write("one", b"\x06\x00ab")
        seed = self.write("seed", b"\x63xyz")
        both = self.write("both", b"\x06\x01ab")
        self.run_triage("--add", "fuzz_planted", both, "--no-minimize")
        self.run_triage("--add", "fuzz_planted", one, "--no-minimize")
        self.assertEqual(self.run_triage("--no-minimize").returncode, 0)
        book = self.open()
        done = self.run_triage()
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(len(book.findings()), 2)  # both may be common
        store.keep(self.state / "corpus" / "fuzz_planted", seed.read_bytes())
        self.assertEqual(self.run_triage().returncode, 0)
        found, = book.findings()
        self.assertEqual((found["signature"], found["also"], found["inputs"]), (
            "oracle | fuzz_planted.c | 9: straight",
            ["oracle | fuzz_planted.c | 8: short"], 2))
        self.run_triage("--add", "fuzz_planted",
                        self.write("third", b"\x06\x01abc"))
        self.run_triage()
        found, = book.findings()
        self.assertEqual(found["inputs"], 3)

    def test_wrong_use(self):
        for words in (["--is", "x"], ["--show"], ["stray"], ["--add", "x"]):
            self.assertEqual(self.run_triage(*words).returncode, 2)

    def test_killed_at_any_moment_nothing_is_lost(self):
        """What was recorded stays, and in the end everything is looked at."""
        inputs = planted_inputs.make(self.directory / "found", 24)
        inputs = [path for path in inputs if path.name[0] == "c"]
        book = self.open()
        self.record(book, inputs)
        recorded = {row["sha256"] for row in book.untriaged()}
        chance = random.Random(6)
        for _ in range(KILLS):
            with subprocess.Popen(
                    [TRIAGE, "--binaries", BINARIES, "--state", self.state],
                    stdout=subprocess.DEVNULL, start_new_session=True) as work:
                signal.sigtimedwait((), chance.random() * 4)
                os.killpg(work.pid, signal.SIGKILL)
        check = book.connection.execute("PRAGMA integrity_check")
        self.assertEqual(check.fetchone()[0], "ok")
        self.assertEqual(self.run_triage("--no-minimize").returncode, 0)
        self.assertEqual(book.untriaged(), [])
        self.assertEqual({row["sha256"] for one in book.findings()
                          for row in book.inputs(one["id"])}, recorded)
        for one in book.findings():
            self.assertTrue(one["replay"])
            self.assertTrue((self.state / "findings" / one["id"] /
                             "input").exists())
        self.assertEqual(list(self.state.rglob(".new-*")), [])


class ExplainedTest(unittest.TestCase):
    def explained(self, shows, common=(), near=None, **more):
        """`shows` has of each finding, called by its signature, what its
        smallest input shows, and `near` what some neighbours of that do."""
        findings = [{"id": name, "signature": name, "also": [], "target":
                     "fuzz_x", "kind": "oracle", "status": "new", "first_seen":
                     "", **more.get(name, {})} for name in shows]
        return same.explained(
            findings, {name: {name, *others} for name, others in shows.items()},
            {name: set((near or {}).get(name, ())) for name in shows},
            set(common))

    def test_by_what_fails_with_less(self):
        self.assertEqual(self.explained({"a": "b", "b": ""}), {"a": "b"})
        self.assertEqual(self.explained({"a": "b", "b": "a"}), {"b": "a"})
        self.assertEqual(self.explained({"a": "", "b": ""}), {})

    def test_by_what_explains_that(self):
        self.assertEqual(self.explained({"a": "bc", "b": "c", "c": ""}),
                         {"a": "c", "b": "c"})

    def test_what_two_explain_keeps_them_apart(self):
        self.assertEqual(self.explained({"a": "bc", "b": "", "c": ""}),
                         {"a": "b"})

    def test_by_a_crash_and_by_the_reader(self):
        self.assertEqual(self.explained(
            {"a": "b", "b": "acd"}, b={"kind": "out of bounds"}), {"a": "b"})
        self.assertEqual(self.explained(
            {"a": "", "b": "acd"}, b={"target": "fuzz_hive"}), {})

    def test_near_to_each_other(self):
        apart = {"a": "", "b": ""}
        self.assertEqual(self.explained(apart, near={"a": "b", "b": "a"}), {"b": "a"})
        self.assertEqual(self.explained(apart, near={"a": "b"}), {})
        self.assertEqual(self.explained(apart, near={"b": "a"}), {})
        self.assertEqual(self.explained(apart, "b", near={"a": "b", "b": "a"}), {})

    def test_one_way_where_both_are_about_one_check(self):
        crash = "overflow | peek (span.h) < push (subkeys.c) | x;"
        check = "oracle | reader_tape.c | 9 [ri.element depth]"
        other = "oracle | reader_tape.c | 9 [vk.data_size data-size]"
        kind = {crash: {"kind": "overflow"}}
        self.assertEqual(self.explained({crash: [], check: []}, near={check: [crash]},
                                        **kind), {check: crash})
        self.assertEqual(self.explained({crash: [], other: []}, near={other: [crash]},
                                        **kind), {})
        self.assertEqual(self.explained({crash: [], check: []}, **kind), {})
        count, named = (f"oracle | reader_tape.c | 9 [{name}count]"
                        for name in ("", "db.count "))
        self.assertEqual(self.explained({named: [], count: []}, near={count: [named]}),
                         {named: count})
        self.assertEqual(self.explained({other: [], named: []}, near={other: [named]}),
                         {})
        opened = "assertion | hp_cell_open (cell.h) | x;"
        size, free = (f"oracle | reader_tape.c | 9 [cell-{name}]"
                      for name in ("size", "free"))
        kind = {opened: {"kind": "assertion"}}
        self.assertEqual(self.explained({opened: [], size: []}, near={size: [opened]},
                                        **kind), {size: opened})
        self.assertEqual(self.explained({opened: [], free: []}, near={free: [opened]},
                                        **kind), {})

    def test_every_check_has_a_function(self):
        found = checks.functions()
        self.assertIn("push (subkeys.c)", found["ri.element"])
        self.assertNotIn(None, found)
        header = (checks.READER / "cell.h").read_text(encoding="utf-8")
        for function in set().union(*checks.OPENED.values()):
            name, file = function.split()
            self.assertEqual(file, "(cell.h)")
            self.assertIn(f" {name}(", header)

    def test_near_to_the_same_third(self):
        near = {"a": "c", "b": "c"}
        self.assertEqual(self.explained({"a": "", "b": ""}, near=near), {"b": "a"})
        self.assertEqual(self.explained({"a": "", "b": ""}, "c", near=near), {})
        self.assertEqual(self.explained({"a": "", "b": "", "c": ""}, near=near), {})

    def test_near_to_each_other_by_what_the_reader_says(self):
        inside = "oracle | event_check.c | 3: bytes inside the image"
        another = "oracle | reader_tape.c | 9: the model's event [key / another]"
        apart = {inside: [], another: []}
        mutual = {inside: [another], another: [inside]}
        self.assertEqual(self.explained(apart, near=mutual), {another: inside})
        self.assertEqual(self.explained(apart, near={inside: [another]}), {})
        self.assertEqual(self.explained(apart, [inside], near=mutual), {})
        self.assertEqual(
            self.explained({**apart, "a": [another]}, near=mutual,
                           a={"kind": "SEGV"}), {another: "a", inside: "a"})
        self.assertEqual(
            self.explained({"a": [], inside: []}, near={"a": [inside], inside: [another]},
                           a={"also": [another]}), {inside: "a"})

    def test_what_comes_to_no_end_explains_nothing(self):
        work, cycle, depth, second = (
            f"oracle | reader_tape.c | 9 [{name}]" for name in (
                "walk.records work", "list.element cycle", "ri.element depth",
                "list.element duplicate"))
        end = {"t": {"kind": "timeout"}}

        def by(shows, *others):
            return self.explained({"t": shows, **{name: [] for name in others}}, **end)

        self.assertEqual(by([cycle], cycle), {"t": cycle})
        self.assertEqual(by([second], second), {})
        self.assertEqual(by([cycle, depth], cycle, depth), {})
        self.assertEqual(by([cycle, work], cycle, work), {"t": work})
        self.assertEqual(by([second], second, work), {"t": work})
        self.assertEqual(by([cycle], cycle, work), {"t": cycle})

    def test_near_to_a_crash_by_what_that_shows_of_the_reader(self):
        inside = "oracle | event_check.c | 3: bytes inside the image"
        check = "oracle | reader_tape.c | 9 [nk.class_length data-size]"
        shows, crash = {"c": [inside], check: []}, {"c": {"kind": "out of bounds"}}
        self.assertEqual(self.explained(shows, near={"c": [check], check: [inside]},
                                        **crash), {check: "c"})
        self.assertEqual(self.explained(shows, near={"c": [check]}, **crash), {})
        self.assertEqual(self.explained(shows, near={check: [inside]}, **crash), {})

    def test_a_part_is_not_explained_by_the_whole(self):
        whole = "oracle | enumerate_check.c | 3: its code"
        part = "oracle | exclusion_lists.c | 1: the model"
        self.assertEqual(self.explained({part: [whole], whole: []}), {})
        self.assertEqual(self.explained({part: [], whole: [part]}), {whole: part})

    def test_what_a_crash_shows_of_the_reader_is_the_crash(self):
        reader = "oracle | event_check.c | 3: bytes inside the image"
        self.assertEqual(self.explained(
            {"a": [reader], reader: []}, a={"kind": "SEGV"}), {reader: "a"})
        self.assertEqual(self.explained(
            {"a": "b", "b": ""}, a={"kind": "SEGV"}), {})

    def test_by_whose_blocks_are_too_small(self):
        block = "behind a block of grow (grow.c)"
        self.assertEqual(self.explained({"a": [block], "b": [block], "c": []}),
                         {"b": "a"})

    def test_not_by_what_comes_of_many_bugs(self):
        oracle = "oracle | x.c |"
        for name, cause in (
                ("overflow | b (x.c)", True),
                ("timeout | b (x.c)", False),
                (f"{oracle} 9 [list.element cycle]", True),
                (f"{oracle} 9 [cell-free]", True),
                (f"{oracle} 9 [list.element]", False),
                (f"{oracle} 9: the model's event [key / the end]", False),
                (f"{oracle} 6: says the same", False)):
            self.assertEqual(self.explained(
                {"a": [], name: []}, near={"a": [name], name: ["a"]}),
                             {name: "a"} if cause else {})

    def test_not_by_what_is_common(self):
        self.assertEqual(self.explained({"a": "b", "b": ""}, "b"), {})

    def test_what_somebody_has_marked_stays(self):
        self.assertEqual(self.explained({"a": "b", "b": ""},
                                        a={"status": "known"}), {})
        self.assertEqual(self.explained({"a": "b", "b": ""},
                                        b={"status": "known"}), {"a": "b"})


class FilesTest(unittest.TestCase):
    def test_files_of_another_copy_are_those_of_this_tree(self):
        for there, here in (
                ("/x y/build/replay/../../engine/regf/cell.h",
                 str(symbols.TOP / "engine/regf/cell.h")),
                ("/x/build/replay/../../no/such/file.h",
                 "/x/build/replay/../../no/such/file.h"),
                ("/usr/include/stdio.h", "/usr/include/stdio.h"), ("", "")):
            self.assertEqual(symbols.of_tree(there), here)


class NeighboursTest(CliTest):
    def test_one_number_is_another_and_the_checksum_is_right(self):
        hive = self.minimal().read_bytes()
        found = list(neighbours.of(hive))
        self.assertEqual(found, list(neighbours.of(hive)))
        self.assertEqual(len(found), neighbours.COUNT + -(-neighbours.COUNT // 3))
        self.assertGreater(len(set(found)), neighbours.COUNT // 2)
        for other in found:
            self.assertEqual(neighbours.summed(other), other)
            self.assertEqual(len(other), len(hive))
            self.assertLessEqual(sum(
                other[at:at + 4] != hive[at:at + 4]
                for at in range(neighbours.BASE, len(hive), 4)), 1)

    def test_the_checksum_is_the_formats(self):
        hive = self.minimal().read_bytes()
        self.assertEqual(neighbours.summed(hive[:508] + bytes(4) + hive[512:]),
                         hive)

    def test_what_has_no_bins_has_none(self):
        for data in (b"", b"regf", bytes(4096), bytes(8192)):
            self.assertEqual(list(neighbours.of(data)), [])


class JoinerTest(StateTest):
    """What the hives show is told here; the rest is as it is."""

    CRASH, CHECK = "SEGV | deep (x.c)", "oracle | reader_tape.c | 9 [ri.element depth]"

    def find(self, book, night, signature, target, kind, data):
        digest = store.keep(self.state / "inputs", data)
        identity = book.record_finding(signature, target, kind, "ours", signature,
                                       ["a"], night, "r", ["afl"])
        book.record_input(digest, target, "afl", night, "crash", "x", len(data))
        book.assign(digest, target, identity, 5, 5)
        book.describe(identity, target, digest, "replay")
        return identity

    def join(self, passing_shows=()):
        """Of two findings of which each shows the other in each fourth of its
        neighbours."""
        book, hive = self.open(), self.minimal().read_bytes()
        night = book.begin_night(1, "r", "m", {})
        crash = self.find(book, night, self.CRASH, "fuzz_diff", "SEGV", hive)
        check = self.find(book, night, self.CHECK, "fuzz_hive", "oracle",
                          hive + b"x")
        for target in ("fuzz_hive", "fuzz_diff"):
            self.write(target, b"")
            corpus = store.make_folder(
                self.state / "work" / target / "libfuzzer" / "corpus")
            (corpus / "passes").write_bytes(hive + b"ok")

        def shown(_, __, paths):
            for number, path in enumerate(paths):
                data = path.read_bytes()
                if data.endswith(b"ok"):
                    yield set(passing_shows if number else ())
                elif data.endswith(b"x"):
                    yield {self.CRASH if number % 4 == 3 else self.CHECK}
                else:
                    yield {self.CHECK if number % 4 == 3 else self.CRASH}
        with mock.patch.object(same.Joiner, "shown", shown), \
                mock.patch.object(neighbours, "COUNT", 40):
            return crash, check, same.Joiner(
                self.state, lambda _: self.directory, None,
                lambda _: None).all(book)

    def test_what_a_little_less_of_it_shows_is_part_of_a_crash(self):
        crash, check, moved = self.join()
        self.assertEqual(moved, {check: crash})

    def test_what_most_hives_show_in_another_target_explains_nothing(self):
        log, path = "oracle | log_twin.c | 2: a", "oracle | path_check.c | 3: b"
        for most, wanted in (True, False), (False, True):
            book, hive = self.open(), self.minimal().read_bytes()
            night = book.begin_night(1, "r", "m", {})
            self.find(book, night, log, "fuzz_log", "oracle", hive)
            found = self.find(book, night, path, "fuzz_enumerate", "oracle", hive + b"x")
            for target in ("fuzz_hive", "fuzz_log", "fuzz_enumerate"):
                self.write(target, b"")
                folder = self.state / "work" / target / "libfuzzer" / "corpus"
                (store.make_folder(folder) / "passes").write_bytes(
                    b"in " + target.encode())

            def shown(_, target, paths, most=most):
                for data in map(pathlib.Path.read_bytes, paths):
                    yield {log} if target == "fuzz_log" and (
                        data.startswith(hive) or most and data == b"in fuzz_hive") \
                        else {path} if data.endswith(b"x") else set()
            with mock.patch.object(same.Joiner, "shown", shown), \
                    mock.patch.object(neighbours, "COUNT", 1):
                moved = same.Joiner(self.state, lambda _: self.directory, None,
                                    lambda _: None).all(book)
            self.assertEqual(found in moved, wanted)

    def test_but_not_what_is_near_to_all(self):
        _, _, moved = self.join([self.CHECK])
        self.assertEqual(moved, {})


class SignatureTest(unittest.TestCase):
    def reader(self):
        return Reader("fuzz_x", Symbols())

    def test_what_lies_behind_a_block_is_told_by_who_took_it(self):
        report = "0x60 is located 0 bytes to the right of 8-byte region [0x58,"
        stacks = [[frame("use")], [frame("refill", "arena.c"), frame("hp_grow"),
                                   frame("use")]]
        self.assertEqual(Reader.of_block(report, stacks),
                         ["behind a block of hp_grow (a.c)"])
        self.assertEqual(Reader.of_block("", stacks), [])
        # What somebody took for himself may be passed for many reasons.
        self.assertEqual(Reader.of_block(report, [stacks[0], [frame("use")]]),
                         [])
        self.assertEqual(Reader.of_block(report, stacks[:1]), [])

    def test_words_have_no_numbers(self):
        self.assertEqual(
            short_words("load of misaligned address 0x7f12 for type 'x *', "
                        "which requires 4 byte alignment, -2147483648 + 1e9"),
            "load of misaligned address N for type 'x *', which requires N "
            "byte alignment, N + N")

    def test_names_have_no_templates_and_copies(self):
        for name, wanted in (("a::b<int, c<d> >(char const*)", "a::b"),
                             ("walk.part.0.isra.3", "walk"), ("", "?"),
                             ("f[abi:cxx11](int)", "f")):
            self.assertEqual(plain(name), wanted)

    def test_a_helper_blames_its_caller(self):
        known = self.reader().place("k", "k", [
            frame("get", "span.h"), frame("caller"), frame("main_loop")])
        self.assertEqual(known.signatures,
                         ["k | get (span.h) < caller (a.c) | +0"])

    def test_a_recursion_is_one_whichever_frame_overflowed(self):
        a, b, c = frame("a"), frame("b"), frame("c")
        told = [self.reader().of_recursion(stack).signatures
                for stack in ([a, b] * 40 + [c], [b, a] * 40, [a, c] * 40,
                              [c, b, a] * 40)]
        chosen = groups.sort({n: mock.Mock(signatures=names)
                              for n, names in enumerate(told)}, set())
        self.assertEqual(set(chosen.values()), {"stack-overflow | a (a.c)"})

    def test_a_hang_is_told_by_where_it_stays(self):
        """Chance decides how often the callee is met, not what it is called."""
        outer, loop = frame("outer"), frame("loop")
        chance = random.Random(1)
        for share in (.1, .5, .6, .7, .75, .8, .85, .9, .95, .99, 1):
            told = {n: self.reader().of_presence("timeout", [
                [frame("leaf")] * (chance.random() < share) + [loop, outer]
                for _ in range(80)]) for n in range(300)}
            self.assertEqual(len(set(groups.sort(told, set()).values())), 1,
                             share)

    def test_hangs_in_two_callees_are_two(self):
        told = {n: self.reader().of_presence("timeout", [
            [frame(name), frame("loop")]] * 20)
            for n, name in enumerate(("x", "y"))}
        self.assertEqual(len(set(groups.sort(told, set()).values())), 2)

    def test_whose_a_function_is(self):
        for file, module, owner in (
                (f"{TREE}/engine/a.c", "/x", "ours"),
                (f"{TREE}/build/sources/hivex-1.3.24/lib/a.c", "/x", "hivex"),
                (f"{TREE}/build/replay/targets/reglookup/a.c", "/x", "regfi"),
                ("/b/build/sources/libregf-20201007/a.c", "/x", "libregf"),
                ("/home/x/sources/hiveproof/engine/a.c", "/x", "ours"),
                ("", "/usr/lib/libhivex.so.0", "hivex")):
            self.assertEqual(owner_of(frame("f", file, 1, module)), owner)

    def test_a_difference_is_told_by_its_field(self):
        report = "fuzz_diff: hivex: \\a: b [c: d]: value.type: 1 / 2\n" \
            "x.c:1: oracle 1: the same: n == 0\n"
        known = self.reader().read("signal", 6, report)
        self.assertEqual(known.signatures, [
            "oracle | x.c | 1: the same [hivex: value.type]"])
        self.assertEqual(known.owner, "hivex")

    def test_an_oracle_is_told_by_its_field(self):
        known = self.reader().read(
            "signal", 6, "oracle's field: value.type / another\n"
            "x.c:1: oracle 9: the model's event: a == b\n")
        self.assertEqual(known.signatures, [
            "oracle | x.c | 9: the model's event [value.type / another]"])
        for words in ("the model's event", "the model's damage"):
            known = self.reader().read(
                "signal", 6, "oracle's field: cell-free\n"
                f"x.c:1: oracle 9: {words}: a == b\n")
            self.assertEqual(known.signatures, [
                "oracle | x.c | 9 [cell-free]"])

    def test_an_oracle_is_told_by_number_and_words(self):
        known = self.reader().read(
            "signal", 6, "x.c:1: oracle 12: at most 7 keys: n == 0\n")
        self.assertEqual(known.signatures,
                         ["oracle | x.c | 12: at most N keys"])


class PartsTest(unittest.TestCase):
    def test_words_of_a_shell(self):
        for name in ("$(reboot).hiv", "a b", "it's", "a\nb", "\x1b[31m", "é",
                     "\udcff", "`id`", "back\\slash", ";", ""):
            done = subprocess.run(
                ["bash", "-c", f"printf %s {paste.word(name)}"], check=True,
                stdout=subprocess.PIPE)
            self.assertEqual(done.stdout, os.fsencode(name))
            self.assertTrue(paste.word(name).isprintable())
        with contextlib.chdir("/") if hasattr(contextlib, "chdir") else \
                contextlib.nullcontext():
            self.assertFalse(str(paste.place("-x")).startswith("-"))

    def test_in_halves(self):
        left = in_halves(b"abcXdefYghi" * 9, lambda data:
                         b"X" in data and b"Y" in data)
        self.assertEqual(sorted(left), sorted(b"XY"))

    def test_what_a_judge_has_not_is_said(self):
        for folder, name, said in (("/nowhere", "missing", "missing: No such"),
                                   ("/bin", "true", "no replay binary")):
            with self.assertRaisesRegex(Infrastructure, said):
                with replay.Judge(folder, name) as judge:
                    judge.ask("/dev/null", replay.SHORT)

    def test_hostile_output_is_taken(self):
        reader = Reader("fuzz_x", Symbols())
        chance = random.Random(3)
        words = ["==1==ERROR: AddressSanitizer: ", "\n", "    #0 0x1 (",
                 "x+0x1)", "judge: cpu limit", "judge: sample 1 MiB\n",
                 "a:1: oracle ", ": ", "runtime error: ", "\x1b", "(", "\udcff"]
        with contextlib.redirect_stderr(io.StringIO()):
            for _ in range(300):
                text = "".join(chance.choices(words, k=40))
                known = reader.read("signal", 6, text)
                self.assertTrue(known.signatures[0].isprintable(), known)


if __name__ == "__main__":
    unittest.main()
