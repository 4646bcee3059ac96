#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs as back ends: those that behave, and those that do not. Each of the
latter has its verdict, and nothing of it is left: no process, no file."""
import concurrent.futures
import glob
import os
import pathlib
import subprocess
import tempfile
import unittest
import uuid

from minimal_hive import win32
from support import PROGRAM, TREE, CliTest

ROGUE = TREE / "engine/tests/rogues/rogue.py"

CRASH = "the back end crashed"
WALL = "the time limit was reached"
CPU = "the processor time limit was reached"
MEMORY = "the memory limit was reached"
OUTPUT = "the output limit was reached"
PROTOCOL = "the back end broke the protocol"
COMMAND = "the command cannot be run"
EDITED = "the command changed its copy of the hive"

# What one does, what becomes of it, what is said about it.
BOTH = [
    ("segv", CRASH, "signal 11"),
    ("raise", CRASH, "exit code 1, it said: IndexError: list index out of"),
    ("hang", WALL, ""),
    ("stopped", WALL, ""),
    ("deaf", WALL, ""),
    ("spin", CPU, ""),
    ("hog", MEMORY, ""),
    ("deaf-daemon", CRASH, "exit code 0"),
    ("edit", EDITED, ""),
    ("replace", EDITED, ""),
    ("delete", EDITED, ""),
    ("lines", OUTPUT, ""),
    ("long-line", OUTPUT, "a line of 16 MiB"),
    ("stderr", OUTPUT, ""),
    ("nested", PROTOCOL, "line 1: something nested"),
    ("nested-objects", PROTOCOL, "line 1: an object in an object"),
    ("latin1", PROTOCOL, "line 1: not valid UTF-8"),
    ("utf16", PROTOCOL, "line 1: not an object of JSON"),
    ("surrogate", PROTOCOL, "line 1: not valid UTF-8"),
    ("utf8-bom", PROTOCOL, "line 1: not an object of JSON"),
    ("nul", PROTOCOL, "line 1: not an object of JSON"),
    ("text", PROTOCOL, "line 1: not an object of JSON"),
    ("leave-first", PROTOCOL, "an event in the wrong place"),
    ("order", PROTOCOL, "an event in the wrong place"),
    ("no-such-event", PROTOCOL, "line 1: event: there is no such event"),
    ("other-schema", PROTOCOL, "line 1: schema: not hiveproof-events/1"),
    ("silent", CRASH, "exit code 0"),
    ("silent-1", CRASH, "exit code 1"),
    ("half-line", CRASH, "exit code 0"),
    ("half-end", CRASH, "exit code 0"),
    ("closed", WALL, ""),
    ("exit-1", CRASH, ""),
    ("then-segv", CRASH, ""),
    ("good", None, ""),
    ("daemon", None, ""),
    ("litter", None, ""),
]
SHOT = BOTH + [
    ("early-end", PROTOCOL, "the end in the wrong place"),
    ("then-more", PROTOCOL, "something behind the end line"),
    ("then-hang", WALL, ""),
    ("exit-1", CRASH, "exit code 1"),
    ("then-segv", CRASH, "signal 11"),
]
SESSION = BOTH + [
    ("early-end", PROTOCOL, "line 3: seq: not of this hive"),
    ("other-case", PROTOCOL, "line 4: seq: not of this hive"),
    ("no-seq", PROTOCOL, "line 4: seq: not of this hive"),
    ("no-start", CRASH, "exit code 0, but no answer"),
    ("bad-start", PROTOCOL, "the answer to start: not an object of JSON"),
    ("bad-stop", CRASH, "after its answer"),
    ("deaf-stop", CRASH, "after its answer"),
]


def running(token):
    """The processes that have `token` in their environment."""
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            if token.encode() in pathlib.Path(path).read_bytes():
                found.append(path)
        except OSError:
            pass
    return found


class Command(CliTest):
    def run_rogue(self, option, command, hive, mode="forensic"):
        """What the program says, with what is left of the command."""
        token = uuid.uuid4().hex
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [PROGRAM, "dump", "--mode", mode, option, command, hive],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=200,
                env={**os.environ, "TMPDIR": folder, "HP_TOKEN": token},
                check=False)
            left = running(token) + os.listdir(folder)
        return done, left

    def check_all(self, option, rogues, name):
        hive = self.minimal()
        before = hive.read_bytes()
        file = " {}" if option == "--command" else ""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            waiting = {row: pool.submit(self.run_rogue, option,
                                        f"'{ROGUE}' {row[0]}{file}", hive)
                       for row in rogues}
        for (what, status, detail), task in waiting.items():
            done, left = task.result()
            said = done.stderr.decode()
            with self.subTest(what=what):
                self.assertEqual(left, [])
                if status is None:
                    self.assertEqual((done.returncode, said), (0, ""))
                    self.assertIn(f'"name":"{name}"'.encode(), done.stdout)
                    continue
                self.assertEqual(done.returncode, 3, said)
                if what == "spin" and WALL in said:
                    continue  # the machine has no 5 seconds in 20 for it
                self.assertIn(f"{status}: {detail}" if detail else status,
                              said)
        self.assertEqual(hive.read_bytes(), before)

    def test_one_shot(self):
        self.check_all("--command", SHOT, "shot")

    def test_session(self):
        self.check_all("--session", SESSION, "forensic")

    def test_own_stream_comes_back_as_it_was(self):
        hive = self.minimal()
        straight = self.ask("dump", hive)
        for command in (f"'{PROGRAM}' dump {{}}", f"'{PROGRAM}' dump /dev/stdin",
                        f'"{PROGRAM}" "dump" /dev/fd/0',
                        f"sh -c 'exec \"$0\" dump \"$1\"' '{PROGRAM}' {{}}",
                        f"{PROGRAM}\tdump\n--mode=forensic {{}}"):
            self.assertEqual(self.ask("dump", "--command", command, hive),
                             straight, command)
        self.assertIn(b"equal:", self.ask(
            "diff", "--backend", "native", "--command",
            f"'{PROGRAM}' dump {{}}", hive))

    def test_other_commands_take_it(self):
        hive = self.system({"foo": win32("Q:\\x.exe")})
        self.assertIn(b"FAIL_VOLUME", self.ask(
            "enumerate", "--volume", "Q=absent", "--command",
            f"'{PROGRAM}' dump {{}}", hive, exit=1))

    def test_refusal_has_its_reason(self):
        hive = self.write("short", b"regf")
        said = self.run_program("dump", "--command", f"'{PROGRAM}' dump {{}}",
                                hive).stderr.decode()
        # Our own program ends a refusal with code 3, which is against the
        # protocol: the end line alone does not make it a verdict.
        self.assertIn("exit code 3", said)
        script = self.write("refuse", b"echo '{\"event\":\"end\",\"result\":"
                                      b"\"reject\",\"reason\":\"too old\"}'")
        self.complains_with("too old", "--command", f"sh '{script}'", hive)

    def complains_with(self, wanted, option, command, hive):
        done = self.run_program("dump", option, command, hive)
        self.assertEqual(done.returncode, 3)
        self.assertIn(wanted, done.stderr.decode())

    def test_what_cannot_be_run(self):
        hive = self.minimal()
        self.complains_with(f"{COMMAND}: nosuchprogram: No such file",
                            "--command", "nosuchprogram {}", hive)
        self.complains_with(f"{COMMAND}: /: Permission denied", "--session",
                            "/", hive)
        for wrong in ("", " ", "x 'y", 'x "y', "x" * 9000, "x " * 200):
            self.complaint("dump", "--command", wrong, hive, exit=2)

    def test_mode_is_told(self):
        done, left = self.run_rogue("--session", f"'{ROGUE}' good",
                                    self.minimal(), "strict")
        self.assertIn(b'"name":"strict"', done.stdout)
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
