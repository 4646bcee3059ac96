#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof minimize"""
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time
import unittest

import minimize_bugs
from support import PROGRAM, TREE, CliTest, folder

BUGS = pathlib.Path(minimize_bugs.__file__)

# A hive with each bug somewhere among other things, and the least that has it.
DEEP = "\\d" * minimize_bugs.DEEP
AMONG = {
    "ri": '[\\Software\\x] ri(ri(lh))\n[\\Software\\x\\alpha]\n"v"="1"\n'
          "[\\Software\\x\\beta]\n",
    "db": '[\\Software\\x]\n"large"=hex:41*16344,42*5000\n"w"=dword:1\n',
    "depth": f"[{DEEP}\\more\\than\\that]\n",
    "twins": "[\\Software\\x\\y\\left]\n[\\Software\\x\\y\\middle]\n"
             "[\\Software\\x\\y\\right]\n",
}
ALONE = {
    "ri": "[\\] ri(ri(lh))\n[\\a]\n",
    "db": '[\\]\n"a"=hex:41*16344,42\n',
    "depth": f"[{DEEP}]\n",
    "twins": "[\\left]\n[\\right]\n",
}
OTHERS = "".join(
    f'[\\Software\\vendor{n % 7}\\product{n}] class="c{n}"\n"name"="{n}"\n'
    f'"path"=expand:"C:\\\\{n}"\n"number"=dword:{n:08x}\n' for n in range(60))


def used_cells(hive):
    """Allocated cells of a sound hive, counted by hand."""
    data, count, at = hive.read_bytes(), 0, 4096
    while at < len(data):
        end = at + int.from_bytes(data[at + 8:at + 12], "little")
        at += 32
        while at < end:
            size = int.from_bytes(data[at:at + 4], "little", signed=True)
            count += size < 0
            at += abs(size)
    return count


class Minimize(CliTest):
    def setUp(self):
        super().setUp()
        self.out = self.directory / "out"

    def forge(self, text, name="hive"):
        recipe = self.write(f"{name}.recipe", b"hiveproof recipe 1\n" +
                            text.encode())
        hive = self.directory / name
        self.ask("forge", recipe, "-o", hive, "--force")
        return hive

    def script(self, text, name="ask"):
        path = self.write(name, b"#!/bin/sh\n" + text.encode())
        path.chmod(0o755)
        return path

    def minimize(self, hive, *command, more=(), exit=0):
        """(runs, used cells) by what was printed."""
        text = self.ask("minimize", hive, "-o", self.out, "--force", *more,
                        "--", *command, exit=exit).decode()
        found = re.fullmatch(
            r"bytes (\d+) to (\d+), used cells (\d+) to (\d+), runs (\d+)"
            r"(, ended by [a-z -]+)?\n", text)
        self.assertTrue(found, text)
        self.assertEqual(int(found[1]), hive.stat().st_size)
        self.assertEqual(int(found[2]), self.out.stat().st_size)
        return int(found[5]), int(found[4])

    def complaint(self, *arguments, exit=3, **options):
        return super().complaint("minimize", *arguments, exit=exit, **options)

    def in_session(self, hive, bug):
        runs, cells = self.minimize(hive, BUGS, "--session", bug,
                                    more=["--session", "--limit", "3600"])
        self.assertTrue(minimize_bugs.BUGS[bug](minimize_bugs.Hive(self.out)))
        return runs, cells


class Triggers(Minimize):
    """What a bug needs stays, in hardly more cells than by hand."""

    def check(self, bug, hive, runs_most):
        runs, cells = self.in_session(hive, bug)
        by_hand = self.forge(ALONE[bug], "by_hand")
        self.assertEqual(cells, used_cells(self.out))
        self.assertLessEqual(cells, 1.5 * used_cells(by_hand), bug)
        self.assertLessEqual(self.out.stat().st_size, by_hand.stat().st_size)
        lines = [self.ask("dump", "--format", "recipe", one).count(b"\n")
                 for one in (self.out, by_hand)]
        self.assertLessEqual(lines[0], lines[1] + 5)
        self.assertLess(runs, runs_most, bug)
        return runs

    def test_among_others(self):
        for bug, text in AMONG.items():
            hive = self.forge(OTHERS + text)
            self.assertGreater(used_cells(hive), 400)
            with self.subTest(bug=bug):
                self.check(bug, hive, 900 if bug == "depth" else 300)

    def test_what_is_least_stays_about_that(self):
        for bug, text in ALONE.items():
            with self.subTest(bug=bug):
                self.check(bug, self.forge(text), 900)

    def test_in_a_large_hive(self):
        """One of 1 MiB with the bug below its first key; no other is kept."""
        large = self.directory / "large"
        subprocess.run([TREE / "scripts/make-large-hive", large, "2"],
                       check=True)
        recipe = self.ask("dump", "--format", "recipe", "--layout", "auto",
                          large).decode()
        for bug in ("twins", "db"):
            text = AMONG[bug].replace("Software\\x", "00000007\\x")
            path = self.write("large.recipe", (recipe + text).encode())
            self.ask("forge", path, "-o", large, "--force")
            self.assertGreater(large.stat().st_size, 400 << 10)
            with self.subTest(bug=bug):
                self.check(bug, large, 300)

    def test_in_a_real_hive(self):
        real = folder("HP_HIVES") / "other/regipy/transactions_NTUSER.DAT"
        recipe = self.ask("dump", "--format", "recipe", "--layout", "auto",
                          real).decode()
        for bug, text in AMONG.items():
            path = self.write("real.recipe", (recipe + text).encode())
            hive = self.directory / "real"
            self.ask("forge", path, "-o", hive, "--force")
            with self.subTest(bug=bug):
                self.check(bug, hive, 900 if bug == "depth" else 300)

    def test_the_same_each_time(self):
        hive = self.forge(OTHERS + AMONG["twins"])
        first = self.in_session(hive, "twins"), self.out.read_bytes()
        again = self.in_session(hive, "twins"), self.out.read_bytes()
        self.assertEqual(first, again)
        runs, _ = self.minimize(hive, BUGS, "twins", "{}")
        self.assertEqual((runs, self.out.read_bytes()),
                         (first[0][0], first[1]))


class Lies(Minimize):
    """What is wrong in a hive stays wrong where that is what it is for."""

    def test_lies_stay(self):
        damages = {
            "nk[\\Software\\vendor3].subkey_count = 0xffffff":
                "nk.subkey_count",
            "list[\\Software].element[2] = 0x00fffff0": "element",
            "nk[\\Software\\vendor5].security = 0x3": "nk.security",
            'vk[\\Software\\vendor1\\product1]"path".data = 0x7000000': "vk.data",
            "nk[\\Software\\vendor2].size = -0x7000": "cell.size",
            "base.checksum = 5": "checksum",
        }
        for lie, field in damages.items():
            with self.subTest(lie=lie):
                hive = self.forge(OTHERS + lie + "\n")
                asks = self.script(f'"{PROGRAM}" dump "$1" 2>&1 |'
                                   f' grep -q \'"damage".*{field}\'')
                runs, cells = self.minimize(hive, asks, "{}",
                                            more=["--limit", "3600"])
                self.assertLessEqual(cells, 6)
                self.assertLess(runs, 400)


def bomb():
    """1 MiB: one list of 65,534 segments, and 49,150 db that share it."""
    size = 1 << 20
    head = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 5, 0, 1, 32, size,
                       1).ljust(4096, b"\0")
    bin_head = struct.pack("<4sIIIIQI", b"hbin", 0, size, 0, 0, 0, 0)
    segments = struct.pack("<i", -4 * 65536) + struct.pack("<I", 32) * 65535
    record = struct.pack("<i2sHII", -16, b"db", 65535, 32, 0)
    room = size - len(bin_head) - len(segments)
    return head + bin_head + segments + record * (room // 16) + bytes(room % 16)


class OtherFiles(Minimize):
    def test_what_is_shared_does_not_multiply(self):
        hive = self.write("bomb", bomb())
        self.assertEqual(hive.stat().st_size, 4096 + (1 << 20))
        _, cells = self.minimize(hive, "true")
        self.assertLessEqual(cells, 1)

    def test_a_recipe(self):
        recipe = self.write("a.recipe", ("hiveproof recipe 1\n" + OTHERS +
                                         '"x"=dword:zz\n').encode())
        asks = self.script(f'"{PROGRAM}" forge "$1" -o /dev/null --force 2>&1 |'
                           " grep -q 'a number should'")
        self.minimize(recipe, asks, "{}", more=["--limit", "3600"])
        self.assertLess(self.out.stat().st_size, 60, self.out.read_bytes())

    def test_standard_input_without_a_name(self):
        runs, _ = self.minimize(self.write("text", b"abc\nneedle\nxyz\n"),
                                "grep", "-q", "eedl")
        self.assertEqual(self.out.read_bytes(), b"eedl")
        self.assertLess(runs, 40)


class Commands(Minimize):
    """The command is hostile, and so may be what it says."""

    def setUp(self):
        super().setUp()
        self.hive = self.forge(OTHERS)

    def quietly(self, *command, more=(), exit=3):
        said = self.complaint(self.hive, "-o", self.out, *more, "--", *command,
                              exit=exit)
        self.assertFalse(self.out.exists())
        return said

    def test_not_interesting(self):
        self.assertIn("exit code is 1", self.quietly("false", exit=1))
        self.assertIn("signal 9", self.quietly("sh", "-c", "kill -9 $$",
                                               exit=1))
        self.assertIn("1 seconds", self.quietly(
            "sleep", "100", more=["--timeout", "1"], exit=1))
        self.assertIn("says no", self.quietly(
            "sh", "-c", "while read -r n; do echo no; done",
            more=["--session"], exit=1))

    def test_no_such_command(self):
        self.assertIn("No such file", self.quietly("/nowhere/at all"))
        self.assertIn("No such file", self.quietly("/nowhere",
                                                   more=["--session"]))
        self.assertIn("Permission", self.quietly(self.hive))

    def test_sessions_that_are_none(self):
        for text in ("exit 0", "echo maybe", "yes maybe", "printf yes"):
            with self.subTest(text=text):
                self.assertIn("yes or no", self.quietly(
                    "sh", "-c", text, more=["--session", "--timeout", "1"]))

    def test_everything_is_interesting(self):
        _, cells = self.minimize(self.hive, "true")
        self.assertLessEqual(cells, 1)

    def test_hangs_and_crashes_cost_a_run(self):
        """Smaller files than the first make it hang, crash, or fail."""
        size = self.hive.stat().st_size
        for then in ("sleep 100", "kill -11 $$", "exit 3"):
            asks = self.script(f'[ "$(stat -c %s "$1")" -ge {size} ] || {then}\n'
                               'grep -q product7 "$1"')
            self.minimize(self.hive, asks, "{}",
                          more=["--timeout", "1", "--max-runs", "4"])

    def test_a_session_that_dies_is_started_again(self):
        asks = self.script('read -r name; grep -q product7 "$name" && echo yes'
                           " || echo no")
        _, cells = self.minimize(self.hive, asks, more=["--session"])
        self.assertLessEqual(cells, 420)
        asks = self.script("while read -r name; do grep -q product7 \"$name\" "
                           "&& echo yes || exit 7; done")
        _, cells = self.minimize(self.hive, asks, more=["--session"])
        self.assertLessEqual(cells, 3)

    def test_the_file_may_be_taken_away_or_changed(self):
        for text in ('grep -q product7 "$1"; r=$?; rm "$1"; exit $r',
                     'grep -q product7 "$1"; r=$?; echo x > "$1"; exit $r',
                     'grep -q product7 "$1"; r=$?; rm "$1"; mkdir "$1"; '
                     "exit $r"):
            with self.subTest(text=text):
                _, cells = self.minimize(self.hive, self.script(text), "{}")
                self.assertLessEqual(cells, 3)

    def test_nothing_is_left_running(self):
        """Not even what went away into another session."""
        mark = f"8{os.getpid()}"
        asks = self.script(f"sleep {mark} & setsid sleep {mark} &\n"
                           'grep -q product7 "$1"')
        self.minimize(self.hive, asks, "{}", more=["--max-runs", "20"])
        left = [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                if mark in self.command_line(path)]
        self.assertEqual(left, [])

    @staticmethod
    def command_line(path):
        try:
            return path.read_bytes().decode(errors="replace")
        except OSError:
            return ""

    def test_no_files_are_left(self):
        places = self.directory / "places"
        places.mkdir()
        environment = {**os.environ, "TMPDIR": str(places)}
        self.ask("minimize", self.hive, "-o", self.out, "--", "true",
                 env=environment)
        self.assertEqual(list(places.iterdir()), [])
        environment["TMPDIR"] = str(self.directory / "absent")
        self.complaint(self.hive, "-o", self.out, "--force", "--", "true",
                       env=environment)

    def test_names_are_no_shell(self):
        places = self.directory / "$(touch owned)"
        places.mkdir()
        self.ask("minimize", self.hive, "-o", self.out, "--", "grep", "-q",
                 "product7", "{}", cwd=self.directory,
                 env={**os.environ, "TMPDIR": str(places)})
        self.assertFalse((self.directory / "owned").exists())

    def test_an_answer_by_chance_is_told(self):
        count = self.directory / "count"
        asks = self.script(f'echo x >> "{count}"; '
                           f'[ "$(wc -l < "{count}")" -le 3 ]')
        done = self.run_program("minimize", self.hive, "-o", self.out,
                                "--max-runs", "6", "--", asks, "{}")
        self.assertEqual(done.returncode, 4, done)
        self.assertIn(b"does not always say the same", done.stderr)
        self.assertTrue(self.out.exists())


class Ends(Minimize):
    def setUp(self):
        super().setUp()
        self.hive = self.forge(OTHERS)

    def test_limits(self):
        runs, _ = self.minimize(self.hive, "grep", "-q", "product7", "{}",
                                more=["--max-runs", "5"])
        self.assertEqual(runs, 5)
        asks = self.script('sleep 0.3; grep -q product7 "$1"')
        self.minimize(self.hive, asks, "{}", more=["--limit", "1"])
        self.assertIn(b"product7", self.out.read_bytes())

    def test_interrupted_it_keeps_the_best(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            log = self.directory / "log"
            log.write_bytes(b"")
            asks = self.script(f'echo run >> "{log}"; sleep 0.1; '
                               'grep -q product7 "$1"')
            program = subprocess.Popen(
                [PROGRAM, "minimize", self.hive, "-o", self.out, "--force",
                 "--", asks, "{}"], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            while len(log.read_bytes().splitlines()) < 8:
                self.assertIsNone(program.poll())
                time.sleep(0.05)
            program.send_signal(number)
            said, wrong = program.communicate(timeout=60)
            self.assertEqual((program.returncode, wrong), (0, b""))
            self.assertIn(b"ended by a signal", said)
            self.assertIn(b"product7", self.out.read_bytes())
            self.assertLess(used_cells(self.out), used_cells(self.hive))

    def test_progress_on_a_terminal(self):
        main, side = pty.openpty()
        program = subprocess.Popen(
            [PROGRAM, "minimize", self.hive, "-o", self.out, "--", "grep",
             "-q", "product7", "{}"], stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        seen = b""
        while select.select([main], [], [], 60)[0]:
            try:
                seen += os.read(main, 4096)
            except OSError:
                break
        os.close(main)
        self.assertEqual(program.wait(60), 0)
        self.assertRegex(seen, rb"1 runs, \d+ bytes")


class Output(Minimize):
    def test_never_overwrites_unasked(self):
        hive = self.forge(OTHERS)
        keep = self.write("keep", b"mine")
        asks = self.script(f'touch "{self.directory}/asked"')
        self.assertIn("--force", self.complaint(hive, "-o", keep, "--", asks))
        self.assertEqual(keep.read_bytes(), b"mine")
        self.assertFalse((self.directory / "asked").exists())
        self.complaint(hive, "-o", self.directory / "absent/out", "--", asks)
        self.assertFalse((self.directory / "asked").exists())

    def test_what_cannot_be_overwritten_is_said_before_the_work(self):
        hive = self.forge(OTHERS)
        asks = self.script(f'touch "{self.directory}/asked"')
        for path in [self.directory, hive, self.directory / "absent/out",
                     "/dev/null"]:
            with self.subTest(path):
                self.complaint(hive, "-o", path, "--force", "--", asks)
                self.assertFalse((self.directory / "asked").exists())

    def test_what_was_there_stays_if_nothing_comes(self):
        hive = self.forge(OTHERS)
        keep = self.write("keep", b"mine")
        self.complaint(hive, "-o", keep, "--force", "--", "false", exit=1)
        self.assertEqual(keep.read_bytes(), b"mine")

    def test_the_old_file_is_there_until_the_new_one_is_whole(self):
        """Its other name keeps the old content: nothing is written into it."""
        hive, keep = self.forge(OTHERS), self.write("keep", b"mine")
        os.link(keep, self.directory / "other")
        self.ask("minimize", hive, "-o", keep, "--force", "--", "true")
        self.assertNotEqual(keep.read_bytes(), b"mine")
        self.assertEqual((self.directory / "other").read_bytes(), b"mine")
        self.assertEqual(list(self.directory.glob("*.part")), [])

    def test_never_over_its_input(self):
        hive = self.forge(OTHERS)
        before = hive.read_bytes()
        for more in ([], ["--force"]):
            done = self.run_program("minimize", hive, "-o", hive, *more, "--",
                                    "true")
            self.assertEqual(done.returncode, 3, done)
            self.assertEqual(hive.read_bytes(), before)

    def test_what_cannot_be_written(self):
        if pathlib.Path("/dev/full").exists():
            self.complaint(self.forge(OTHERS), "-o", "/dev/full", "--force",
                           "--", "true")

    def test_wrong_use(self):
        hive = self.forge("[\\a]\n")
        for arguments in [[], [hive], [hive, "-o", self.out],
                          [hive, "--", "true"],
                          [hive, "-o", self.out, "--limit", "0", "--", "true"],
                          [hive, "-o", self.out, "--max-runs", "x", "--",
                           "true"],
                          [hive, "-o", self.out, "--seed", "1", "--", "true"]]:
            self.complaint(*arguments, exit=2)
        self.complaint(self.directory / "absent", "-o", self.out, "--", "true")
        self.complaint(self.write("empty", b""), "-o", self.out, "--", "true")


if __name__ == "__main__":
    sys.exit(unittest.main())
