#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Transaction logs: found, applied, told; hiveproof recover"""
import json
import os
import resource
import shutil
import signal
import subprocess
import unittest

import hivex

from support import CliTest, UNSAFE, VOLUMES, folder

COUNT = ["dump", "--format", "count"]
ENUMERATE = ["enumerate", *VOLUMES]

# A service that the hive as it lies does not have, and a second change, which
# makes it larger.
BEFORE = r"""hiveproof recipe 1
[\Select]
"Current" = dword:00000001
[\ControlSet001\Services\Old]
"Type" = dword:00000010
"Start" = dword:00000002
"ErrorControl" = dword:00000001
"ImagePath" = "C:\\old.exe"
"""
NEW = r"""[\ControlSet001\Services\New]
"Type" = dword:00000010
"Start" = dword:00000002
"ErrorControl" = dword:00000001
"ImagePath" = "Q:\\new.exe"
"""
LARGE = r"""[\ControlSet001\Services\New]
"Large" = hex:00*9000
"""
TWO_LOGS = BEFORE + "log LOG1 hvle\nentry\n" + NEW + \
    "log LOG2 hvle\nentry\n" + LARGE
OLD_LOG = BEFORE + "log LOG dirt\n" + NEW

LIES, ONE, BOTH = (b"keys 5 values 5 data-bytes 38\n",
                   b"keys 6 values 9 data-bytes 72\n",
                   b"keys 6 values 10 data-bytes 9072\n")


class LogTest(CliTest):
    def forge(self, recipe=TWO_LOGS, name="SYSTEM"):
        hive = self.directory / name
        recipe = self.write("recipe", recipe.encode())
        self.ask("forge", "--force", recipe, "-o", hive)
        return hive

    def said(self, *arguments, exit=0):
        """The lines of standard error."""
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, exit, done)
        return done.stderr.decode().splitlines()


class Commands(LogTest):
    def test_dump(self):
        hive = self.forge()
        self.assertEqual(self.ask(*COUNT, "--no-logs", hive), LIES)
        self.assertEqual(self.ask(*COUNT, hive), BOTH)
        self.assertEqual(self.ask(*COUNT, "--backend", "hivex", hive), BOTH)
        self.assertEqual(self.said("dump", hive), [
            f"hiveproof: {hive}.LOG1: applied: entry 1",
            f"hiveproof: {hive}.LOG2: applied: entry 2"])
        self.assertEqual(self.said("dump", "--no-logs", hive), [])
        event = json.loads(self.ask("dump", hive).splitlines()[0])
        self.assertEqual((event["dirty"], event["sequence1"],
                          event["sequence2"]), (False, 2, 2))

    def test_old_format(self):
        hive = self.forge(OLD_LOG)
        self.assertEqual(self.ask(*COUNT, "--no-logs", hive), LIES)
        self.assertEqual(self.ask(*COUNT, hive), ONE)
        [line] = self.said("dump", hive)
        self.assertRegex(line, r"\.LOG: applied: \d+ pages of 512 bytes$")

    def test_larger_sectors(self):
        base = "hiveproof recipe 1\nbase cluster=8\n"
        for name, recipe, count in ("new", TWO_LOGS, BOTH), ("old", OLD_LOG, ONE):
            recipe = recipe.replace("hiveproof recipe 1\n", base)
            hive = self.forge(recipe, name)
            self.assertEqual(self.ask(*COUNT, hive), count)

    def test_enumerate(self):
        hive = self.forge()
        answer = self.json(*ENUMERATE, hive, exit=1)
        self.assertEqual([s["name"] for s in answer["services"]],
                         ["New", "Old"])
        self.assertIs(answer["dirty"], False)
        first, second = answer["logs"]
        self.assertEqual(first, {
            "file": f"{hive}.LOG1", "size": os.path.getsize(f"{hive}.LOG1"),
            "format": "hvle", "applied": 1, "entries": 1, "pages": 1,
            "first_sequence": 1, "last_sequence": 1, "why": None})
        self.assertEqual((second["applied"], second["first_sequence"]), (2, 2))
        self.assertIn(f"log {hive}.LOG1: applied: entry 1\n"
                      f"log {hive}.LOG2: applied: ",
                      self.ask(*ENUMERATE, hive, exit=1).decode())

    def test_enumerate_without(self):
        hive = self.forge()
        answer = self.json(*ENUMERATE, "--no-logs", hive)
        self.assertEqual([s["name"] for s in answer["services"]], ["Old"])
        self.assertEqual((answer["dirty"], answer["logs"]), (True, []))

    def test_diff_and_remedy(self):
        hive = self.forge()
        both = ["diff", "--backend", "native", "--backend", "hivex"]
        self.assertEqual(self.ask(*both, hive), b"equal: 6 keys, 10 values\n")
        self.assertEqual(self.ask(*both, "--no-logs", hive),
                         b"equal: 5 keys, 5 values\n")
        remedy = self.ask("remedy", *VOLUMES, hive).decode("utf-16")
        self.assertIn("71,00,3a,00,5c,00,6e,00,65,00,77,00", remedy)
        self.assertIn(f"hiveproof: {hive}.LOG1: applied: entry 1", self.said("remedy", *VOLUMES, hive))

    def test_inspect(self):
        hive = self.forge()
        text = self.ask("inspect", hive).decode()
        self.assertIn(f"\n{hive}.LOG1: applied: entry 1\n"
                      f"{hive}.LOG2: applied: ", text)
        self.assertIn("\\Services\\New", text)
        self.assertNotIn("New", self.ask("inspect", "--no-logs",
                                         hive).decode())
        page = self.directory / "page.html"
        self.ask("inspect", "--html", page, hive)
        self.assertIn("LOG1: applied: entry 1",
                      page.read_text())

    def test_the_other_hive_has_its_logs_too(self):
        one, other = self.forge(), self.forge(name="OTHER")
        self.ask("inspect", "--against", other, one)
        self.ask("inspect", "--against", other, "--no-logs", one)
        os.unlink(f"{other}.LOG2")
        self.ask("inspect", "--against", other, one, exit=1)

    def test_software(self):
        recipe = r"""hiveproof recipe 1
[\Microsoft\Windows NT\CurrentVersion]
"SystemRoot" = "C:\\Windows"
log LOG1 hvle
entry
[\Microsoft\Windows NT\CurrentVersion]
"SystemRoot" = "D:\\WINNT"
"""
        software = self.forge(recipe, "SOFTWARE")
        for logs, root in [([], "D:\\WINNT"), (["--no-logs"], "C:\\Windows")]:
            answer = self.json("path", "--software", software, *logs,
                               r"%SystemRoot%\x.exe")
            self.assertEqual(answer["environment"][0]["value"], root)

    def test_a_recipe_is_of_the_hive_as_it_lies(self):
        hive = self.forge()
        recipe = self.write("again", self.ask("dump", "--format", "recipe",
                                              hive))
        self.ask("forge", recipe, "-o", self.directory / "again.hive")
        self.assertEqual((self.directory / "again.hive").read_bytes(),
                         hive.read_bytes())
        self.complains(2, "as it lies", "dump", "--format", "recipe", "--log",
                       f"{hive}.LOG1", hive)


class Found(LogTest):
    def test_in_any_letter_case(self):
        for name, logs in [("aa", ["aa.LOG1", "AA.log2"]),
                           ("AA", ["aa.log1", "aA.Log2"])]:
            with self.subTest(name):
                hive = self.forge(name=name)
                for number, log in enumerate(logs, 1):
                    os.rename(f"{hive}.LOG{number}", self.directory / log)
                self.assertEqual(self.ask(*COUNT, hive), BOTH)
                os.chdir(self.directory)
                self.assertEqual(self.ask(*COUNT, name), BOTH)
                for log in logs:
                    os.unlink(log)

    def test_the_one_that_is_spelled_alike_goes_first(self):
        hive = self.forge()
        for name in ["SYSTEM.LoG1", "system.LOG1", "SYSTEM.Log1"]:
            self.write(name, b"")
        self.assertEqual(self.ask(*COUNT, hive), BOTH)
        os.unlink(f"{hive}.LOG1")
        self.assertIn("SYSTEM.LoG1: not applied: empty",
                      self.said("dump", hive)[0])

    def test_what_is_no_file_is_no_log(self):
        hive = self.forge(BEFORE)
        os.mkdir(f"{hive}.LOG1")
        os.mkfifo(f"{hive}.LOG2")
        os.symlink("nowhere", f"{hive}.LOG")
        answer = self.json(*ENUMERATE, hive)
        self.assertEqual(answer["logs"], [])

    def test_through_a_symbolic_link(self):
        hive = self.forge()
        os.rename(f"{hive}.LOG1", self.directory / "elsewhere")
        os.symlink("elsewhere", f"{hive}.LOG1")
        self.assertEqual(self.ask(*COUNT, hive), BOTH)

    def test_not_beside_a_pipe(self):
        hive = self.forge()
        with open(hive, "rb") as file, subprocess.Popen(
                ["cat"], stdin=file, stdout=subprocess.PIPE) as cat:
            self.assertEqual(self.ask(*COUNT, "/dev/stdin", stdin=cat.stdout),
                             LIES)

    def test_of_a_clean_hive_are_left_alone(self):
        hive = self.forge(TWO_LOGS.replace(
            "recipe 1\n", "recipe 1\nbase sequence1=1 sequence2=1\n"))
        answer = self.json(*ENUMERATE, hive)
        self.assertEqual([log["why"]["slug"] for log in answer["logs"]],
                         ["not-needed"] * 2)
        self.assertEqual(self.said("dump", hive), [])
        self.assertIn("LOG1: not applied: the hive is clean\n",
                      self.ask(*ENUMERATE, hive).decode())

    def test_that_cannot_be_read_are_an_error(self):
        hive = self.forge()
        os.chmod(f"{hive}.LOG1", 0)
        if os.access(f"{hive}.LOG1", os.R_OK):
            self.skipTest("root reads everything")
        self.complains(3, "LOG1: Permission denied", "dump", hive)
        self.assertEqual(self.ask(*COUNT, "--no-logs", hive), LIES)


class Named(LogTest):
    def logs(self, hive, *names):
        return [word for name in names
                for word in ("--log", f"{hive}.{name}")]

    def test_in_any_order(self):
        hive = self.forge()
        moved = shutil.copy(hive, self.directory / "moved")
        for names in [["LOG1", "LOG2"], ["LOG2", "LOG1"],
                      ["LOG2", "LOG1", "LOG1"]]:
            self.assertEqual(self.ask(*COUNT, *self.logs(hive, *names), moved),
                             BOTH)
        self.assertEqual(self.ask(*COUNT, *self.logs(hive, "LOG1"), moved),
                         ONE)

    def test_instead_of_those_beside(self):
        hive = self.forge()
        self.assertEqual(self.ask(*COUNT, *self.logs(hive, "LOG1"), hive), ONE)

    def test_with_a_pipe(self):
        hive = self.forge()
        for source in [hive, f"{hive}.LOG1"]:
            with open(source, "rb") as file, subprocess.Popen(
                    ["cat"], stdin=file, stdout=subprocess.PIPE) as cat:
                if source == hive:
                    words = [*self.logs(hive, "LOG1", "LOG2"), "/dev/stdin"]
                else:
                    words = ["--log", "/dev/stdin", *self.logs(hive, "LOG2"),
                             hive]
                self.assertEqual(self.ask(*COUNT, *words, stdin=cat.stdout),
                                 BOTH)

    def test_wrong_use(self):
        hive = self.forge()
        self.complains(2, "three logs", "dump", *self.logs(hive, *["LOG1"] * 4),
                       hive)
        self.complains(2, "contradict", "dump", "--no-logs",
                       *self.logs(hive, "LOG1"), hive)
        self.complains(3, "No such file", "dump", *self.logs(hive, "LOG9"),
                       hive)
        self.complains(3, "Is a directory", "dump", "--log", self.directory,
                       hive)
        self.complains(2, "unknown option", "path", "--log", "x", "y")


class Refused(LogTest):
    def test_the_reason_is_told(self):
        hive = self.forge(TWO_LOGS + "log[LOG1].checksum = 1\n"
                          "log[LOG2].type = 0\n")
        self.assertEqual(self.said("dump", hive), [
            f"hiveproof: {hive}.LOG1: not applied: wrong checksum "
            "(log.checksum at 508 is 0x1)",
            f"hiveproof: {hive}.LOG2: not applied: not a primary hive file "
            "(log.type at 28 is 0x0)"])
        answer = self.json(*ENUMERATE, hive)
        self.assertIs(answer["dirty"], True)
        self.assertEqual(answer["logs"][0]["why"], {
            "status": 106, "slug": "checksum", "field": "log.checksum",
            "position": 508, "found": 1})
        self.assertIn("the hive is dirty, and no transaction log was applied",
                      self.ask(*ENUMERATE, hive).decode())

    def test_an_entry_behind_good_ones(self):
        hive = self.forge(BEFORE + "log LOG1 hvle\nentry\n" + NEW +
                          "entry\n" + LARGE + "entry[LOG1]#1.hash1 = 7\n")
        self.assertEqual(self.ask(*COUNT, hive), ONE)
        [line] = self.said("dump", hive)
        self.assertRegex(line, "applied: entry 1; the next one does not "
                         r"count: wrong hash \(hvle.hash1 at \d+\)$")

    def test_names_are_escaped(self):
        hive = self.forge(name="S\x1b[2J\u202e")
        for done in [self.run_program("dump", hive),
                     self.run_program(*ENUMERATE, hive),
                     self.run_program("inspect", hive)]:
            self.assertIn(b"LOG1", done.stdout + done.stderr)
            self.assertIsNone(UNSAFE.search(done.stderr.decode()))
        self.assertIsNone(UNSAFE.search(
            self.ask(*ENUMERATE, hive, exit=1).decode()))


class Recover(LogTest):
    def setUp(self):
        super().setUp()
        self.hive = self.forge()
        self.out = self.directory / "out"
        self.was = self.content()

    def content(self):
        """Everything in the folder."""
        return {path.name: path.read_bytes()
                for path in self.directory.iterdir() if path.is_file()}

    def expect_nothing(self):
        self.assertEqual(self.content(), self.was)

    def test_a_clean_hive(self):
        text = self.ask("recover", self.hive, "-o", self.out).decode()
        self.assertIn(f"{self.hive}.LOG2: applied: entry 2", text)
        self.assertIn("sequence number 2\n", text)
        self.assertEqual(self.ask(*COUNT, self.out), BOTH)
        self.assertEqual(self.json(*ENUMERATE, self.out, exit=1)["dirty"],
                         False)
        self.assertEqual(self.ask("dump", self.out).splitlines()[1:],
                         self.ask("dump", self.hive).splitlines()[1:])
        self.assertEqual({**self.was, "out": self.out.read_bytes()},
                         self.content())
        clean = hivex.Hivex(str(self.out))
        services = clean.node_get_child(clean.node_get_child(
            clean.root(), "ControlSet001"), "Services")
        self.assertEqual([clean.node_name(node)
                          for node in clean.node_children(services)],
                         ["New", "Old"])

    def test_read_by_libregf(self):
        if shutil.which("regfexport") is None:
            self.skipTest("libregf-utils is not installed")
        self.ask("recover", self.hive, "-o", self.out)
        done = subprocess.run(["regfexport", self.out], check=False,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn(b"New", done.stdout)
        self.assertNotIn(b"orrupt", done.stdout)

    def test_what_is_clean_is_written_as_it_is(self):
        self.ask("recover", self.hive, "-o", self.out)
        again = self.directory / "again"
        self.assertIn(b"the hive is clean",
                      self.ask("recover", self.out, "-o", again))
        self.assertEqual(again.read_bytes(), self.out.read_bytes())

    def test_by_named_logs(self):
        moved = shutil.copy(self.hive, self.directory / "moved")
        self.ask("recover", "--log", f"{self.hive}.LOG2", "--log",
                 f"{self.hive}.LOG1", moved, "-o", self.out)
        self.assertEqual(self.ask(*COUNT, self.out), BOTH)

    def test_no_log_applies(self):
        os.unlink(f"{self.hive}.LOG1")
        os.unlink(f"{self.hive}.LOG2")
        self.was = self.content()
        self.complains(1, "the hive is dirty, and no log applies", "recover",
                       self.hive, "-o", self.out)
        self.expect_nothing()

    def test_never_over_a_file_unasked(self):
        self.out.write_bytes(b"mine")
        self.was = self.content()
        self.complains(3, "--force overwrites it", "recover", self.hive, "-o",
                       self.out)
        self.expect_nothing()
        self.ask("recover", self.hive, "-o", self.out, "--force")
        self.assertEqual(self.ask(*COUNT, self.out), BOTH)
        self.assertEqual(set(self.content()), set(self.was))

    def test_never_over_what_is_read_under_any_name(self):
        for name in ["SYSTEM", "SYSTEM.LOG1", "SYSTEM.LOG2"]:
            os.link(self.directory / name, self.directory / f"hard-{name}")
            os.symlink(name, self.directory / f"soft-{name}")
            self.was = self.content()
            for path in [name, f"hard-{name}", f"soft-{name}", f"./{name}",
                         f"{self.directory}/../{self.directory.name}/{name}"]:
                with self.subTest(path):
                    for force, wanted in [([], "File exists"),
                                          (["--force"], "is read")]:
                        self.complains(3, wanted, "recover", *force, self.hive,
                                       "-o", path, cwd=self.directory)
                    self.expect_nothing()

    def test_only_over_files(self):
        self.complains(3, "not a regular file", "recover", "--force",
                       self.hive, "-o", "/dev/null")
        os.mkfifo(self.out)
        self.complains(3, "not a regular file", "recover", "--force",
                       self.hive, "-o", self.out)
        os.unlink(self.out)
        os.mkdir(self.out)
        self.complains(3, "not a regular file", "recover", "--force",
                       self.hive, "-o", self.out)
        self.complains(3, "No such file", "recover", self.hive, "-o",
                       self.directory / "none" / "out")
        self.expect_nothing()

    def test_a_write_that_fails_leaves_what_was_there(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        for force in [[], ["--force"]]:
            if force:
                self.out.write_bytes(b"mine")
                self.was = self.content()
            self.complains(3, "File too large", "recover", *force, self.hive,
                           "-o", self.out, preexec_fn=limit)
            self.expect_nothing()

    def test_wrong_use(self):
        for words in [[], ["-o", self.out], [self.hive],
                      [self.hive, self.hive, "-o", self.out],
                      ["--no-logs", self.hive, "-o", self.out]]:
            self.complaint("recover", *words, exit=2)
        self.expect_nothing()


class RealSets(CliTest):
    """Hives and logs that Windows wrote."""
    COUNTS = {"regipy-SYSTEM_B": b"keys 35595 values 78901 ",
              "regipy-transactions_NTUSER": b"keys 3105 values 4695 ",
              "yarp-NewDirtyHive1": b"keys 5 values 1 ",
              "yarp-OldDirtyHive": b"keys 5003 values 1 ",
              "yarp-BadBaseBlockHive": b"keys 5003 values 1 "}

    def setUp(self):
        super().setUp()
        self.sets = folder("HP_HIVES") / "logsets"

    def events(self, hive):
        """But those about the file: what it is called and its tail."""
        return [line for line in self.ask("dump", hive).splitlines()
                if not line.startswith((b'{"schema"', b'{"event":"damage"'))]

    def test_equal_what_windows_made_of_them(self):
        compared = 0
        for path in sorted(self.sets.iterdir()):
            if not (path / "expected-by-windows").exists():
                continue
            with self.subTest(path.name):
                self.assertEqual(self.events(path / "hive"),
                                 self.events(path / "expected-by-windows"))
                compared += 1
        self.assertEqual(compared, 3)

    def test_counts_before_and_after_recovery(self):
        for name, wanted in self.COUNTS.items():
            with self.subTest(name):
                hive, out = self.sets / name / "hive", self.directory / name
                self.assertTrue(self.ask(*COUNT, hive).startswith(wanted))
                self.ask("recover", hive, "-o", out)
                self.assertTrue(self.ask(
                    *COUNT, "--mode", "strict", out).startswith(wanted))
                self.assertEqual(
                    self.ask("diff", "--backend", "native", "--backend",
                             "hivex", out)[:6], b"equal:")

    def test_services_of_system_b(self):
        answer = self.json("enumerate", self.sets / "regipy-SYSTEM_B/hive")
        self.assertEqual(len(answer["services"]), 656)
        self.assertEqual([(log["applied"], log["first_sequence"],
                           log["last_sequence"]) for log in answer["logs"]],
                         [(1, 2107, 2110), (2, 2111, 2130)])

    def test_bad_logs_are_refused_with_their_reason(self):
        for name in ["yarp-BadLogHive1", "yarp-BadLogHive3"]:
            with self.subTest(name):
                hive = self.sets / name / "hive"
                done = self.run_program("recover", hive, "-o",
                                        self.directory / name)
                self.assertEqual(done.returncode, 1)
                self.assertIn(b"LOG1: not applied: wrong checksum "
                              b"(log.checksum at 508 is 0x4c564e49)",
                              done.stderr)
                self.assertFalse((self.directory / name).exists())


if __name__ == "__main__":
    unittest.main()
