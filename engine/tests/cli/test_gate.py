#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The gate: what it runs, what it notices, and what it says of it."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree

GATE = os.environ["GATE"]
GOOD = "hiveproof recipe 1\n[\\a]\n\"v\" = \"x\"\n"
CASE = "regressions/area/HP-0001-x"


class Gate(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="gate of ' \" ")
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        self.write("corpus/recipes/good-a.recipe", GOOD)
        self.write(f"{CASE}/SYSTEM.recipe", GOOD)
        self.write(f"{CASE}/expected.transcript",
                   "# counted\n$ hiveproof dump --format count SYSTEM\n")
        self.write(f"{CASE}/lies.recipe", GOOD)
        self.write(f"{CASE}/lies.tsv", "# head\nplain\t\t\n"
                   "count\tnk[\\a].value_count = 9\t\n")
        self.write(f"{CASE}/paths.tsv", "q\t'Q:\\a.exe'\t\n")
        self.write(f"{CASE}/runs.recipe", "hiveproof recipe 1\n"
                   "[\\Select]\n\"Current\" = dword:1\n"
                   "[\\ControlSet001\\Services\\S]\n\"Type\" = dword:10\n")
        self.write(f"{CASE}/runs.tsv", "s\t\t--profile pre\t\n")
        self.write(f"{CASE}/mistakes.tsv", "m\thiveproof recipe 1⏎[x⏎\t\n")
        self.run_gate("--accept")
        self.run_gate("--index")

    def write(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, name):
        return (self.tree / name).read_text()

    def run_gate(self, *arguments, exit=0):
        done = subprocess.run([GATE, *map(str, arguments), self.tree],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, exit, done)
        self.said, self.complained = done.stdout, done.stderr
        return done

    def replace(self, name, old, new):
        text = self.read(name)
        self.assertIn(old, text)
        self.write(name, text.replace(old, new))

    def results(self):
        report = self.tree / "report.xml"
        self.run_gate("--junit", report, exit=self.exit)
        return {case.get("name"): case.find("failure")
                for case in xml.etree.ElementTree.parse(report)
                .iter("testcase")}


class Verdict(Gate):
    def test_all_pass(self):
        self.run_gate()
        self.assertEqual(self.said, "gate: 7 passed, 0 failed, 0 skipped\n")
        self.assertEqual(self.complained, "")

    def test_what_was_accepted_is_there(self):
        self.assertIn("  keys 2 values 1 data-bytes 4\n? 0\n",
                      self.read(f"{CASE}/expected.transcript"))
        self.assertIn("partial 2k", self.read(f"{CASE}/lies.tsv"))
        self.assertIn("FAIL_VOLUME 87", self.read(f"{CASE}/paths.tsv"))
        self.assertIn('-> SKIP_NOT_SERVICE',
                      self.read(f"{CASE}/runs.tsv"))
        self.assertIn("row:2:", self.read(f"{CASE}/mistakes.tsv"))
        self.assertEqual(self.read("corpus/INDEX"),
                         "1 corpus/recipes/good-a.recipe\n"
                         f"1 {CASE}/expected.transcript\n"
                         f"2 {CASE}/lies.tsv\n1 {CASE}/mistakes.tsv\n"
                         f"1 {CASE}/paths.tsv\n1 {CASE}/runs.tsv\n")

    def test_each_kind_can_fail(self):
        for name, old in [("expected.transcript", "values 1"),
                          ("expected.transcript", "? 0"),
                          ("lies.tsv", "partial 2k"),
                          ("paths.tsv", "FAIL_VOLUME 87"),
                          ("runs.tsv", "SKIP_NOT_SERVICE"),
                          ("mistakes.tsv", "row:2:")]:
            path = f"{CASE}/{name}"
            kept = self.read(path)
            self.replace(path, old, old + "9")
            self.run_gate(exit=1)
            self.assertIn("6 passed, 1 failed", self.said)
            self.assertIn("expected: ", self.complained)
            self.assertIn(path.rsplit(".", 1)[0], self.complained)
            self.write(path, kept)

    def test_seeds_keep_the_promise_of_their_name(self):
        for name, recipe in [
                ("bad-a", GOOD), ("good-b", GOOD + "base.major = 2\n"),
                ("good-c", GOOD + "nk[\\a].value_count = 2\n")]:
            path = f"corpus/recipes/{name}.recipe"
            self.write(path, recipe)
            self.run_gate(exit=1)
            self.assertIn("broken: ", self.complained)
            (self.tree / path).unlink()

    def test_junit_names_what_failed(self):
        self.exit = 1
        self.replace(f"{CASE}/lies.tsv", "partial 2k", "done <2k>")
        results = self.results()
        self.assertEqual(len(results), 7)
        failed = [name for name, failure in results.items()
                  if failure is not None]
        self.assertEqual(failed, [f"{CASE}/lies/count"])
        failure = results[failed[0]]
        self.assertEqual(failure.get("type"), "failed")
        self.assertIn("done <2k>", failure.text)

    def test_only(self):
        self.run_gate("--only", "*/lies/*")
        self.assertIn("2 passed", self.said)
        self.run_gate("--only", "nothing", exit=3)

    def test_wrong_use(self):
        for arguments in [["--what"], ["--jobs", "0"], ["--jobs", "x"],
                          ["--seconds", "-1"], ["a"],
                          ["--index", "--only", "x"]]:
            self.run_gate(*arguments, exit=2)
            self.assertIn("Usage", self.complained)


class Missing(Gate):
    """Cases that are not there are no success."""

    def test_a_file(self):
        (self.tree / f"{CASE}/paths.tsv").unlink()
        self.run_gate(exit=3)
        self.assertIn(f"{CASE}/paths.tsv", self.complained)
        self.assertIn("not all that is due", self.said)

    def test_a_row(self):
        self.write(f"{CASE}/lies.tsv",
                   self.read(f"{CASE}/lies.tsv").replace("plain", "#plain"))
        self.run_gate(exit=3)
        self.assertIn("2 cases are listed in corpus/INDEX, 1 are there",
                      self.complained)

    def test_the_index(self):
        (self.tree / "corpus/INDEX").write_text("")
        self.run_gate(exit=3)
        (self.tree / "corpus/INDEX").unlink()
        self.run_gate(exit=3)

    def test_everything(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run([GATE, empty], capture_output=True)
            self.assertEqual(done.returncode, 3, done)
        done = subprocess.run([GATE, "/nowhere"], capture_output=True)
        self.assertEqual(done.returncode, 3, done)

    def test_what_cannot_be_understood(self):
        for name, text in [("other.tsv", "x\ty\tz\n"),
                           ("mistakes.tsv", "no columns\n"),
                           ("mistakes.tsv", "m\tx\ty"),
                           ("lies.tsv", "plain\t\t\nplain\t\t\n")]:
            path = f"{CASE}/{name}"
            kept = (self.tree / path).exists() and self.read(path)
            self.write(path, text)
            self.run_gate(exit=3)
            self.assertTrue(self.complained)
            if kept:
                self.write(path, kept)
            else:
                (self.tree / path).unlink()

    def test_a_report_that_cannot_be_written(self):
        self.run_gate("--junit", self.tree / "no/such/folder", exit=3)


class Limits(Gate):
    """A case that does not end, and one that ends its process."""

    def hang(self):
        """A case that waits for a pipe that nobody fills."""
        folder = self.tree / CASE
        os.mkfifo(folder / "pipe")
        writer = os.open(folder / "pipe", os.O_RDWR)
        self.addCleanup(os.close, writer)
        self.write(f"{CASE}/expected.transcript", "$ hiveproof dump pipe\n")

    def test_the_time_limit_names_the_offender(self):
        self.hang()
        self.run_gate("--seconds", 1, exit=1)
        self.assertIn(f"{CASE}/expected\nthe time limit", self.complained)
        self.assertIn("6 passed, 1 failed", self.said)

    def test_a_crash_names_the_offender(self):
        self.hang()
        scratch = self.tree / "scratch"
        scratch.mkdir()
        gate = subprocess.Popen([GATE, "--jobs", "1", self.tree],
                                stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.PIPE,
                                env={**os.environ, "TMPDIR": str(scratch)})
        children = f"/proc/{gate.pid}/task/{gate.pid}/children"
        for _ in range(100):
            time.sleep(0.05)
            with open(children) as file:
                found = file.read().split()
            if found:
                time.sleep(0.5)
                os.kill(int(found[0]), signal.SIGKILL)
                break
        said, complained = gate.communicate(timeout=60)
        self.assertEqual(gate.returncode, 1)
        self.assertIn(f"{CASE}/expected\nsignal 9", complained)
        self.assertIn("6 passed, 1 failed", said)
        self.assertEqual(list(scratch.iterdir()), [])


class Places(Gate):
    def test_hostile_surroundings(self):
        """No HOME, Turkish, a strict umask, twice at once."""
        environment = {"LC_ALL": "tr_TR.UTF-8", "PATH": os.environ["PATH"]}
        both = [subprocess.Popen([GATE, self.tree], env=environment, cwd="/",
                                 umask=0o077, stdout=subprocess.PIPE)
                for _ in range(2)]
        for gate in both:
            said, _ = gate.communicate(timeout=60)
            self.assertEqual((gate.returncode, said),
                             (0, b"gate: 7 passed, 0 failed, 0 skipped\n"))

    def test_leaves_nothing_behind(self):
        temporary = self.tree / "temporary"
        temporary.mkdir()
        subprocess.run([GATE, self.tree], check=True, capture_output=True,
                       env={**os.environ, "TMPDIR": str(temporary)})
        self.assertEqual(list(temporary.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
