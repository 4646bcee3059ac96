#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof conform"""
import base64
import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import uuid
import zipfile

import jsonschema

import conform_vectors
from conform_vectors import ACCEPT, REJECT, ROOT, TREE, vector, write
from support import PROGRAM, TREE as SOURCE, CliTest, schema

ROGUE = os.path.join(os.environ["HP_TEST_MODULES"], "rogue.so")
FORMATS = ("junit", "sarif", "ctrf", "markdown", "html", "json")
BWRAP = shutil.which("bwrap") and subprocess.run(
    ["bwrap", "--ro-bind", "/", "/", "--unshare-net", "true"],
    stderr=subprocess.DEVNULL, check=False).returncode == 0


def with_environment(value):
    """Processes whose environment holds `value`."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if value.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            pass
    return [pid for pid in found if pid != os.getpid()]


class ConformTest(CliTest):
    def setUp(self):
        super().setUp()
        self.vectors = self.directory / "vectors"

    def conform(self, *arguments, exit=0, **options):
        """The JSON report."""
        report = self.directory / "report.json"
        self.ask("conform", "--vectors", self.vectors, "--json", report,
                 "--force", *arguments, exit=exit, **options)
        answer = json.loads(report.read_text(encoding="utf-8"))
        jsonschema.validate(answer, schema("hiveproof-conform-1"))
        return answer

    def verdicts(self, *arguments, exit=0, **options):
        answer = self.conform(*arguments, exit=exit, **options)
        return {case["id"]: case["verdict"] for case in answer["cases"]}


class Readers(ConformTest):
    def setUp(self):
        super().setUp()
        conform_vectors.tree_folder(self.vectors)

    def test_native_is_right(self):
        for profile in ("strict", "forensic"):
            for sandbox in ("auto", "none"):
                verdicts = self.verdicts("--backend", "native", "--sandbox",
                                         sandbox, "--reader-profile", profile)
                self.assertEqual(set(verdicts.values()), {"pass"})
                self.assertEqual(len(verdicts), 4)

    def test_what_cannot_be_told_is_no_difference(self):
        verdicts = self.verdicts("--backend", "hivex", "--group", "ok",
                                 "--sandbox", "none")
        self.assertEqual(verdicts, {"ok-root": "pass", "ok-tree": "pass"})

    def test_each_field_of_content_is_compared(self):
        """An expected content with one thing else fails there."""
        changes = {
            '"text"': ('"tex!"', "value.data"), 'dword:1': ("dword:2", "value.data"),
            '"v" =': ('"w" =', "value"), '[\\Beta]': ("[\\Bete]", "key"),
            '"text"\n': ('expand:"text"\n', "value.type"),
            'class="c"': ('class="d"', "key.class"),
            '5a*20000': ("5a*19999", "value.data"),
            '[\\Beta]\n': ("[\\Beta] filetime=7\n", "key.filetime"),
            '[\\Beta]\n ': ("[\\Beta] flags=0x120\n ", "key.flags")}
        for old, (new, field) in changes.items():
            other = (TREE + " ").replace(old, new)
            self.assertNotEqual(other, TREE + " ", old)
            folder = self.directory / uuid.uuid4().hex
            item = vector("ok-other", forensic={
                "verdict": "accept", "content": {"of": "ok-other.1.recipe"}})
            self.vectors = write(folder, TREE, item,
                                 **{"ok-other__1__recipe": other})
            report = self.conform("--backend", "native", "--sandbox", "none",
                                  exit=1)
            case, = report["cases"]
            self.assertEqual(case["verdict"], "wrong_content", (old, case))
            self.assertIn(case["difference"]["field"],
                          (field, "value.data_size"), (old, case))

    def test_the_order_follows_the_seed(self):
        for number in range(30):
            write(self.vectors, ROOT, vector(f"ok-{number}"))
        rests = [self.conform("--backend", "native", "--sandbox", "none",
                              "--seed", seed)["seed"] for seed in ("7", "7", "8")]
        self.assertEqual(rests, ["7", "7", "8"])

    def test_groups(self):
        self.assertEqual(
            self.verdicts("--backend", "native", "--group", "nk", "--group",
                          "bb", "--sandbox", "none"),
            {"bb-root": "pass", "nk-sub": "pass"})
        self.complain("--backend", "native", "--group", "zz", exit=2)

    def complain(self, *arguments, exit):
        done = self.run_program("conform", "--vectors", self.vectors,
                                *arguments)
        self.assertEqual(done.returncode, exit, done)
        self.assertEqual(done.stdout, b"")
        self.assertRegex(done.stderr, b"(?m)^hiveproof: ")

    def test_wrong_use(self):
        self.complain(exit=2)
        self.complain("--plugin", "noslash.so", exit=2)
        self.complain("--backend", "nobody", exit=2)
        self.complain("--backend", "native", "--plugin", "./x.so", exit=2)
        self.complain("--backend", "native", "--jobs", "0", exit=2)
        self.complain("--backend", "native", "more", exit=2)
        self.complain("--plugin", "./missing.so", "--sandbox", "none", exit=3)

    def test_outcomes_and_windows(self):
        either = {"verdict": "either", "outcomes": [
            "reject", {"of": "own", "drop": ["\\Alpha"]}]}
        write(self.vectors, TREE, vector("ok-either", forensic=either))
        bounded = {"verdict": "either", "outcomes": ["reject", "bounded"]}
        write(self.vectors, TREE, vector("ok-bounded", forensic=bounded))
        verdicts = self.verdicts("--backend", "native", "--group", "ok",
                                 "--sandbox", "none", exit=1)
        self.assertEqual(verdicts["ok-either"], "wrong_content")
        self.assertEqual(verdicts["ok-bounded"], "pass")
        # Nothing is documented: only misdeeds count.
        self.assertEqual(set(self.verdicts(
            "--backend", "native", "--reader-profile", "windows", "--sandbox",
            "none").values()), {"pass"})
        write(self.vectors, TREE, vector("ok-windows", windows={
            "verdict": "reject", "evidence": "documented", "source": "a page"}))
        self.assertEqual(self.verdicts(
            "--backend", "native", "--reader-profile", "windows", "--sandbox",
            "none", exit=1)["ok-windows"], "accepted")


class Rogues(ConformTest):
    """Each misdeed has its own verdict, the run completes, nothing is left."""

    VERDICTS = {
        "crash": "crash", "exit": "crash", "late_crash": "crash",
        "overread": "crash", "loop": "hang", "sleep": "hang", "stop": "hang",
        "deaf": "hang", "flood": "exhaustion", "hog": "exhaustion",
        "edit": "input_modified", "disorder": "protocol",
        "wrong": "wrong_content", "reject": "rejected",
        "unable": "not_supported", "daemon": "pass", "nothing": "pass"}

    def setUp(self):
        super().setUp()
        conform_vectors.rogue_folder(self.vectors)
        self.home = self.directory / "home"
        self.home.mkdir()
        self.mark = "HP_MARK=" + uuid.uuid4().hex

    def environment(self, misdeed, **more):
        name, value = self.mark.split("=")
        return {**os.environ, "HP_ROGUE": misdeed, name: value,
                "HOME": str(self.home), "TMPDIR": str(self.home), **more}

    def judge(self, misdeed, *arguments, exit, **more):
        verdicts = self.verdicts(
            "--plugin", ROGUE, "--timeout", "1", "--memory", "64", *arguments,
            exit=exit, env=self.environment(misdeed, **more))
        self.assertEqual(with_environment(self.mark), [], misdeed)
        return verdicts

    def test_each_has_its_verdict(self):
        sandboxes = ["none"] + (["bwrap"] if BWRAP else [])
        for sandbox in sandboxes:
            for misdeed, expected in self.VERDICTS.items():
                exit = 3 if expected == "not_supported" else 1
                verdicts = self.judge(misdeed, "--sandbox", sandbox, exit=exit)
                self.assertEqual(verdicts["ok-root"], expected, misdeed)
                self.assertEqual(list(self.home.iterdir()), [], misdeed)
                # A hive that must be refused tells less.
                good = expected in ("pass", "wrong_content")
                self.assertEqual(
                    verdicts["bb-root"],
                    "accepted" if good else
                    "pass" if expected == "rejected" else expected, misdeed)

    def test_strict_never_ends_in_part(self):
        verdicts = self.judge("partial", "--sandbox", "none", "--group", "ok",
                              "--reader-profile", "strict", exit=1)
        self.assertEqual(verdicts, {"ok-root": "wrong_content"})
        verdicts = self.judge("partial", "--sandbox", "none", "--group", "ok",
                              exit=0)

    def test_logs(self):
        """What a module may do to them is what it may do to a hive; one that
        does not know them is not asked."""
        conform_vectors.with_log(self.vectors, "ROOT")
        misdeeds = {"nothing": ("not_supported", 1), "only_log1": ("pass", 1),
                    "edit_log": ("input_modified", 1),
                    "overread_log": ("crash", 1)}
        for sandbox in ["none"] + (["bwrap"] if BWRAP else []):
            for misdeed, (expected, exit) in misdeeds.items():
                verdicts = self.judge(misdeed, "--sandbox", sandbox, exit=exit)
                self.assertEqual(verdicts["log-ROOT"], expected, misdeed)
                self.assertEqual(list(self.home.iterdir()), [], misdeed)
        # Counted apart, and no failure.
        report = self.conform("--backend", "hivex", "--sandbox", "none")
        self.assertEqual(report["verdicts"]["not_supported"], 1)
        self.assertEqual(report["standings"]["skipped"], 1)
        self.assertEqual([case["id"] for case in report["cases"]],
                         ["bb-root", "log-ROOT", "ok-root"])
        # Nothing is left to be judged.
        self.verdicts("--backend", "hivex", "--group", "log", "--sandbox",
                      "none", exit=3)

    def test_the_home_and_the_network(self):
        """What the sandbox is for; without it both would come through."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            port = str(server.getsockname()[1])
            for misdeed in ("home", "socket"):
                verdicts = self.judge(misdeed, "--sandbox", "none", exit=1,
                                      HP_PORT=port)
                self.assertEqual(verdicts["ok-root"], "pass", misdeed)
            server.accept()[0].close()
            server.accept()[0].close()
            self.assertEqual(len(list(self.home.iterdir())), 1)
            next(self.home.iterdir()).unlink()
            if not BWRAP:
                self.skipTest("bwrap cannot start")
            for misdeed in ("home", "socket"):
                verdicts = self.judge(misdeed, "--sandbox", "bwrap", exit=3,
                                      HP_PORT=port)
                self.assertEqual(verdicts["ok-root"], "not_supported", misdeed)
            self.assertEqual(list(self.home.iterdir()), [])
            with self.assertRaises(TimeoutError):
                server.accept()

    def test_a_signal_ends_everything(self):
        report = self.directory / "report.json"
        for sandbox in ["none"] + (["bwrap"] if BWRAP else []):
            child = subprocess.Popen(
                [PROGRAM, "conform", "--vectors", self.vectors, "--plugin",
                 ROGUE, "--sandbox", sandbox, "--timeout", "1000", "--jobs",
                 "2", "--json", report], env=self.environment("deaf"),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                while len(with_environment(self.mark)) < 7:
                    self.assertIsNone(child.poll())
                    time.sleep(0.02)
                child.send_signal(signal.SIGINT)
                out, err = child.communicate(timeout=60)
            finally:
                child.kill()
                child.communicate()
            self.assertEqual((child.returncode, out), (3, b""), err)
            self.assertEqual(with_environment(self.mark), [])
            self.assertFalse(report.exists())
            self.assertEqual(list(self.home.iterdir()), [])


class Commands(ConformTest):
    """The same for programs, of one shot and in a session: what each does is
    in rogues/rogue.py."""

    SHOT = {
        "good": "pass", "daemon": "pass", "litter": "pass", "stderr": None,
        "segv": "crash", "raise": "crash", "silent": "crash",
        "half-line": "crash", "exit-1": "crash", "then-segv": "crash",
        "hang": "hang", "stopped": "hang", "deaf": "hang", "spin": "hang",
        "hog": "exhaustion", "long-line": "exhaustion",
        "edit": "input_modified", "replace": "input_modified",
        "delete": "input_modified", "nested": "protocol",
        "latin1": "protocol", "utf16": "protocol", "surrogate": "protocol",
        "nul": "protocol", "text": "protocol", "leave-first": "protocol",
        "then-more": "protocol"}
    SESSION = {
        "good": "pass", "segv": "crash", "hang": "hang", "spin": "hang",
        "edit": "input_modified", "other-case": "protocol",
        "no-seq": "protocol", "order": "protocol", "then-segv": "crash"}
    TO_LOGS = {
        "good": "pass", "name-log": "pass", "litter-log": "pass",
        "edit-log": "input_modified", "longer-log": "input_modified",
        "replace-log": "input_modified", "delete-log": "input_modified"}
    ROGUE = SOURCE / "engine/tests/rogues/rogue.py"

    def setUp(self):
        super().setUp()
        self.temporary = self.directory / "tmp"
        self.temporary.mkdir()
        self.mark = "HP_MARK=" + uuid.uuid4().hex
        name, value = self.mark.split("=")
        self.environment = {**os.environ, "TMPDIR": str(self.temporary),
                            name: value}
        # The rogue says how it was run; as a stream has no root's flags, that
        # is all there is.
        for number in range(3):
            write(self.vectors, ROOT.replace("ROOT", "shot"),
                  vector(f"ok-shot-{number}"))
            write(self.vectors, ROOT.replace("ROOT", "forensic"),
                  vector(f"dag-{number}", "dag"))

    def judge(self, group, *arguments):
        done = self.run_program(
            "conform", "--vectors", self.vectors, "--group", group,
            "--timeout", "2", "--memory", "128", "--force", "--json",
            self.directory / "report", *arguments, env=self.environment)
        self.assertIn(done.returncode, (0, 1), done)
        self.assertEqual(with_environment(self.mark), [], arguments)
        self.assertEqual(list(self.temporary.iterdir()), [], arguments)
        report = json.loads((self.directory / "report").read_text())
        jsonschema.validate(report, schema("hiveproof-conform-1"))
        return {case["verdict"] for case in report["cases"]}

    def test_one_shot(self):
        sandbox = "bwrap" if BWRAP else "none"
        for misdeed, expected in self.SHOT.items():
            verdicts = self.judge("ok", "--sandbox", sandbox, "--command",
                                  f"{self.ROGUE} {misdeed} {{}}")
            self.assertEqual(len(verdicts), 1, misdeed)
            if expected is not None:
                self.assertEqual(verdicts, {expected}, misdeed)

    def test_a_session(self):
        for misdeed, expected in self.SESSION.items():
            verdicts = self.judge("dag", "--sandbox", "none", "--jobs", "1",
                                  "--session", f"{self.ROGUE} {misdeed}")
            self.assertEqual(verdicts, {expected}, misdeed)

    def test_logs(self):
        for way, name, more in (("--command", "shot", " {} {logs}"),
                                ("--session", "forensic", "")):
            self.vectors = self.vectors.parent / name
            conform_vectors.with_log(self.vectors, name)
            for sandbox in ["none"] + (["bwrap"] if BWRAP else []):
                for misdeed, expected in self.TO_LOGS.items():
                    verdicts = self.judge("log", "--sandbox", sandbox, way,
                                          f"{self.ROGUE} {misdeed}{more}")
                    self.assertEqual(verdicts, {expected}, (misdeed, way))
        # A command that does not ask for them does not know them.
        self.vectors = self.vectors.parent / "shot"
        done = self.run_program(
            "conform", "--vectors", self.vectors, "--sandbox", "none",
            "--command", f"{self.ROGUE} good {{}}", env=self.environment)
        self.assertEqual(done.returncode, 3, done)
        self.assertIn(b"1 not_supported", done.stdout)

    def test_a_hive_that_it_dies_of_at_once(self):
        """Without a word, as if of the hive before, which is not to blame."""
        for number in range(8):
            name = f"bb-{number}"
            write(self.vectors, ROOT.replace("ROOT", name), vector(name, "bb"))
        picky = SOURCE / "engine/tests/rogues/picky.py"
        report = self.directory / "report"
        self.ask("conform", "--vectors", self.vectors, "--group", "bb",
                 "--jobs", "1", "--sandbox", "none", "--json", report,
                 "--session", f"{picky} --session", exit=1,
                 env={**self.environment,
                      "HP_PICKY": '{"bb-2": "die", "bb-5": "die"}'})
        cases = json.loads(report.read_text())["cases"]
        self.assertEqual({case["id"] for case in cases
                          if case["verdict"] == "crash"}, {"bb-2", "bb-5"})

    def test_what_cannot_be_started(self):
        done = self.run_program("conform", "--vectors", self.vectors,
                                "--command", "/nowhere/tool {}", "--sandbox",
                                "none", env=self.environment)
        self.assertEqual(done.returncode, 3, done)
        done = self.run_program("conform", "--vectors", self.vectors,
                                "--command", "'open", env=self.environment)
        self.assertEqual(done.returncode, 2, done)


class Elsewhere(ConformTest):
    """export, the runner in it, and judge."""

    def setUp(self):
        super().setUp()
        conform_vectors.tree_folder(self.vectors)
        archive = self.directory / "vectors.zip"
        self.ask("conform", "export", "--vectors", self.vectors, archive)
        done = self.run_program("conform", "export", "--vectors", self.vectors,
                                archive)
        self.assertEqual(done.returncode, 3)
        with zipfile.ZipFile(archive) as packed:
            self.assertIsNone(packed.testzip())
            self.names = packed.namelist()
            packed.extractall(self.directory)
        self.folder = self.directory / "hiveproof-vectors"

    def judge(self, text, *arguments, exit):
        results = self.directory / "results"
        results.write_bytes(text)
        self.ask("conform", "judge", "--vectors", self.vectors, results,
                 "--json", self.directory / "report", "--force", *arguments,
                 exit=exit)
        report = json.loads((self.directory / "report").read_text())
        jsonschema.validate(report, schema("hiveproof-conform-1"))
        return {case["id"]: case["verdict"] for case in report["cases"]}

    def expected(self, id, profile="forensic"):
        path, = self.folder.glob(f"expected/*/{id}.{profile}.0.jsonl")
        return path.read_bytes()

    def test_names_are_legal_on_windows(self):
        for name in self.names:
            self.assertRegex(name, r"\A[A-Za-z0-9._/-]+\Z")
        self.assertEqual(len({name.lower() for name in self.names}),
                         len(self.names))

    def test_the_archive_is_the_same_each_time(self):
        other = self.directory / "other.zip"
        self.ask("conform", "export", "--vectors", self.vectors, other)
        self.assertEqual(other.read_bytes(),
                         (self.directory / "vectors.zip").read_bytes())

    def test_the_hives_are_what_the_recipes_forge(self):
        hive = self.directory / "hive"
        self.ask("forge", self.vectors / "ok/ok-tree.recipe", "-o", hive)
        self.assertEqual(hive.read_bytes(),
                         (self.folder / "hives/ok/ok-tree.hive").read_bytes())

    def test_the_runner_and_its_results(self):
        results = self.directory / "measured"
        tool = self.write("tool.py", b"""
import subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
sys.stdout.buffer.write(done.stdout or
                        b'{"event":"end","result":"reject"}\\n')
""")
        for mode in ("strict", "forensic"):
            subprocess.run(
                ["python3", self.folder / "runner.py", "--out", results,
                 "--mode", mode, "--", "python3", tool, PROGRAM, "dump",
                 "--mode", "{mode}", "{}"], check=True,
                stdout=subprocess.DEVNULL)
            text = results.read_bytes()
            results.unlink()
            verdicts = self.judge(text, "--reader-profile", mode, exit=0)
            self.assertEqual(set(verdicts.values()), {"pass"})
        self.assertEqual(len(verdicts), 4)
        # Another mode than it was measured in.
        self.ask("conform", "judge", "--vectors", self.vectors,
                 self.directory / "results", "--reader-profile", "strict",
                 exit=3)

    def test_logs(self):
        folder = conform_vectors.with_log(self.directory / "logs", "ROOT")
        archive = self.directory / "logs.zip"
        self.ask("conform", "export", "--vectors", folder, archive)
        shutil.rmtree(self.folder)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self.directory)
        self.vectors = folder
        self.assertTrue((self.folder / "hives/log/log-ROOT.hive.LOG1")
                        .stat().st_size > 0)
        tool = SOURCE / "engine/tests/rogues/rogue.py"
        say = "s = sys.stdin.read(); sys.stdout.write(s.replace('shot', 'ROOT'))"
        script = f"{tool} WHAT {{}} {{logs}} | python3 -c \"import sys; {say}\""
        for what, logs, expected, exit in (
                ("good", True, "pass", 0), ("name-log", True, "pass", 0),
                ("litter-log", True, "pass", 0),
                ("edit-log", True, "input_modified", 1),
                ("delete-log", True, "input_modified", 1),
                ("good", False, "not_supported", 3)):
            results = self.directory / f"results-{what}-{logs}"
            words = ["sh", "-c", script.replace("WHAT", what)
                     .replace("{} {logs}", '"$@"'), "sh", "{}"]
            subprocess.run(
                ["python3", self.folder / "runner.py", "--out", results, "--",
                 *words, *["{logs}"] * logs], check=True,
                stdout=subprocess.DEVNULL)
            self.assertEqual(self.judge(results.read_bytes(), exit=exit),
                             {"log-ROOT": expected}, what)

    def test_the_runner_sees_misdeeds(self):
        misdeeds = {"hang": "import time; time.sleep(99)",
                    "crash": "import os; os.abort()",
                    "exhaustion": "while True: print('x' * 65536)",
                    "input_modified": "import sys; open(sys.argv[1], 'wb')"}
        for verdict, code in misdeeds.items():
            results = self.directory / f"measured-{verdict}"
            subprocess.run(
                ["python3", self.folder / "runner.py", "--out", results,
                 "--timeout", "1", "--output-limit", "1000000", "--group", "ok",
                 "--", "python3", "-c", code, "{}"], check=True,
                stdout=subprocess.DEVNULL)
            verdicts = self.judge(results.read_bytes(), "--group", "ok", exit=1)
            self.assertEqual(set(verdicts.values()), {verdict})

    def test_each_fault_of_a_stream_has_its_verdict(self):
        good = self.expected("ok-root")
        lines = good.splitlines(keepends=True)
        head = b'{"case":"ok-root"}\n'
        streams = {
            "pass": [good, good.replace(b"\n", b"\r\n"),
                     good.replace(b"{", b" { ")],
            "crash": [b"", b"".join(lines[:-1]), b'{"failed":"crash"}\n'],
            "hang": [b'{"failed":"hang"}\n'],
            "exhaustion": [lines[0] + b'{"failed":"exhaustion"}\n'],
            "input_modified": [b'{"failed":"input_modified"}\n'],
            "rejected": [b'{"event":"end","result":"reject"}\n'],
            "not_supported": [b'{"event":"end","result":"unsupported"}\n'],
            "wrong_content": [good.replace(b"ROOT", b"R00T"),
                              lines[0] + lines[-1]],
            "protocol": [
                good + b"more\n", good + lines[0], lines[1] + lines[-1],
                b'{"failed":"boredom"}\n', b"{\n" + lines[-1],
                lines[0] + lines[1] + lines[-1], b"[" * 10**6 + b"\n",
                b"x" * (18 << 20) + b"\n", b'{"event":"keys"}\n',
                b"\xff\n"]}
        others = b"".join(b'{"case":"%s"}\n{"failed":"hang"}\n' % id.encode()
                          for id in ("bb-root", "nk-sub", "ok-tree"))
        for verdict, texts in streams.items():
            for text in texts:
                verdicts = self.judge(others + head + text, exit=1)
                self.assertEqual(verdicts["ok-root"], verdict, text[:200])

    def test_wrong_files(self):
        for text in (b"", b'{"event":"hive"}\n', b'{"case":"nobody"}\n',
                     b'{"case":"ok-root"}\n' * 2, b"x" * (18 << 20),
                     b'{"case":"ok-root","mode":"strict"}\n'):
            results = self.write("results", text)
            self.ask("conform", "judge", "--vectors", self.vectors, results,
                     exit=3)
        # What is missing is no pass.
        verdicts = self.judge(b'{"case":"ok-root"}\n' + self.expected("ok-root"),
                              exit=3)
        self.assertEqual(sorted(verdicts.values()), ["broken"] * 3 + ["pass"])

    def test_the_reader_is_named(self):
        self.judge(b'{"reader":"mine","version":"3"}\n{"case":"ok-root"}\n'
                   + self.expected("ok-root"), "--group", "ok", exit=3)
        report = json.loads((self.directory / "report").read_text())
        self.assertEqual(report["reader"], {"name": "mine", "version": "3",
                                            "way": "results"})


class Reports(ConformTest):
    # As a recipe writes it between quotes.
    HOSTILE = (r"\x01\x07\x1b[31m\uFFFE\uD800\uDC00\uD800 ::error::x %0A <b>&'"
               r'\"]|`*')

    def setUp(self):
        super().setUp()
        name = self.HOSTILE
        write(self.vectors, TREE + f'[\\Alpha\\"{name}"]\n"{name}" = "a"\n',
              vector("ok-hostile", strict={
                  "verdict": "accept", "content": {"of": "ok-hostile.1.recipe"}},
                     says="A sentence with <b>, & and ::error:: in \u202e it.\u0001"),
              **{"ok-hostile__1__recipe":
                 TREE + f'[\\Alpha\\"{name}"]\n"{name}" = "b"\n'})
        write(self.vectors, ROOT, vector("ok-root"))

    def reports(self, *arguments, exit):
        files = {name: self.directory / f"report.{name}" for name in FORMATS}
        options = [word for name, path in files.items()
                   for word in (f"--{name}", path)]
        self.ask("conform", "--vectors", self.vectors, "--force", *arguments,
                 *options, exit=exit)
        return {name: path.read_bytes().decode("utf-8")
                for name, path in files.items()}

    def check(self, reports):
        for name, file in (("ctrf", "ctrf.schema.json"),
                           ("sarif", "sarif-2.1.0.json")):
            text = (SOURCE / "scripts/third_party" / file).read_text("utf-8")
            published = json.loads(text)
            validator = jsonschema.validators.validator_for(published)
            validator(published).validate(json.loads(reports[name]))
        jsonschema.validate(json.loads(reports["json"]),
                            schema("hiveproof-conform-1"))
        done = subprocess.run(
            ["xmllint", "--noout", "--schema",
             SOURCE / "scripts/third_party/junit-10.xsd", "-"],
            input=reports["junit"].encode(), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_hostile_names_stay_valid(self):
        reports = self.reports("--backend", "native", "--sandbox", "none",
                               "--reader-profile", "strict", exit=1)
        self.check(reports)
        case = json.loads(reports["json"])["cases"][0]
        self.assertEqual(case["difference"]["field"], "value.data")
        self.assertIn("key_utf16", case["difference"])
        for name, text in reports.items():
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f]", name)
            self.assertNotRegex(text, r"(?m)^::error::", name)
        for name in ("html", "markdown"):
            self.assertNotIn("<b>", reports[name])
            self.assertNotRegex(reports[name], "[\u202e\ufffe]")

    def test_all_is_well(self):
        reports = self.reports("--backend", "native", "--sandbox", "none",
                               exit=0)
        self.check(reports)
        self.assertEqual(json.loads(reports["sarif"])["runs"][0]["results"], [])
        self.assertIn('tests="2" failures="0"', reports["junit"])

    def test_the_page_allows_its_one_style(self):
        page = self.reports("--backend", "native", "--sandbox", "none",
                            exit=0)["html"]
        style = re.search("<style>(.*)</style>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
        self.assertIn(f"style-src 'sha256-{digest.decode()}'", page)
        self.assertNotRegex(page, r"<script|<img|<link|\son\w+=|style=")

    def test_nothing_is_overwritten(self):
        kept = self.write("kept", b"mine")
        done = self.run_program("conform", "--vectors", self.vectors,
                                "--backend", "native", "--junit", kept)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(kept.read_bytes(), b"mine")

    def test_whom_a_vector_kills_is_not_told(self):
        """Of a parser of others; hivex stands for one that died."""
        private = self.directory / "findings"
        private.mkdir()
        done = self.run_program(
            "conform", "--vectors", self.vectors, "--backend", "hivex",
            "--private", "--json", self.directory / "open.json")
        self.assertEqual(done.returncode, 2, done)
        # A memory limit of one MiB is more than hivex needs for nothing. Memory
        # is looked at now and then: it must be at it for long enough.
        write(self.vectors, ROOT + "[\\k]\n" + "".join(
            f'"{n}" = hex:00*6000000\n' for n in range(16)), vector("ok-large"))
        arguments = ("conform", "--vectors", self.vectors, "--backend", "hivex",
                     "--memory", "1", "--sandbox", "none", "--force", "--json")
        opened = self.directory / "open.json"
        text = self.ask(*arguments, opened, exit=1)
        report = json.loads(opened.read_text())
        verdicts = {case["id"]: case for case in report["cases"]}
        self.assertGreater(report["verdicts"]["exhaustion"], 0)
        self.assertEqual(verdicts["ok-large"]["verdict"], "failed")
        self.assertNotIn("cpu_us", verdicts["ok-large"])
        self.assertNotRegex(text, b"(?m)^.*exhaustion.*ok-large")
        self.ask(*arguments, private / "all.json", "--private", exit=1)
        report = json.loads((private / "all.json").read_text())
        verdicts = {case["id"]: case["verdict"] for case in report["cases"]}
        self.assertEqual(verdicts["ok-large"], "exhaustion")


class KnownFailures(ConformTest):
    def setUp(self):
        super().setUp()
        conform_vectors.rogue_folder(self.vectors)
        self.known = self.directory / "known"

    def run_rogue(self, misdeed, *arguments, exit):
        return self.ask("conform", "--vectors", self.vectors, "--plugin", ROGUE,
                        "--sandbox", "none", *arguments, exit=exit,
                        env={**os.environ, "HP_ROGUE": misdeed})

    def test_they_are_written_read_and_outgrown(self):
        self.run_rogue("wrong", "--write-known-failures", self.known, exit=1)
        lines = self.known.read_text().splitlines()
        self.assertEqual(lines[2:], ["bb-root accepted",
                                     "ok-root wrong_content"])
        known = ("--known-failures", self.known)
        self.run_rogue("wrong", *known, exit=0)
        text = self.run_rogue("nothing", *known, exit=1)
        self.assertIn(b"FIXED    pass           ok-root", text)
        self.run_rogue("crash", *known, exit=1)
        self.known.write_text("ok-root failed it is old\nbb-root failed\n")
        self.run_rogue("crash", *known, exit=0)
        # Reasons are kept.
        self.run_rogue("crash", *known, "--write-known-failures",
                       self.directory / "new", exit=0)
        self.assertIn("ok-root crash it is old",
                      (self.directory / "new").read_text())

    def test_a_wrong_file_is_refused(self):
        for text, line in (("ok-none crash\n", "line 1"),
                           ("\nok-root\n", "line 2"),
                           ("ok-root pass\n", "line 1"),
                           ("ok-root crash\nok-root hang\n", "lines 1 and 2"),
                           ("ok-root crash\0\n", "NUL")):
            self.known.write_text(text)
            done = self.run_program(
                "conform", "--vectors", self.vectors, "--plugin", ROGUE,
                "--known-failures", self.known)
            self.assertEqual(done.returncode, 3, text)
            self.assertIn(line, done.stderr.decode())


class Vectors(ConformTest):
    """What a vector must be: the program and the schema are of one mind."""

    def refused(self, item, recipe=ROOT):
        folder = self.directory / uuid.uuid4().hex
        write(folder, recipe, item)
        return self.run_program("conform", "list", "--vectors", folder)

    def test_wrong_ones_are_refused(self):
        good = vector("ok-root")
        validator = jsonschema.Draft202012Validator(
            schema("hiveproof-vector-1"))
        self.assertEqual(self.refused(good).returncode, 0)
        validator.validate(good)
        changes = [
            ("more", 1), ("says", 7), ("impact", "death"), ("twin", 1),
            ("sources", ["x", 1]), ("schema", "hiveproof-vector/2"),
            ("lie", {}), ("lie", {"record": "nk", "field": "x", "offset": -1}),
            ("evidence", {"agree": [1]}), ("profiles", {}), ("profiles", None),
            ("id", "ok root"), ("logs", ".LOG1"), ("logs", ["LOG1"]),
            ("logs", [".LOG1", ".LOG1"]), ("logs", [".LOG3"]), ("logs", [1]),
            ("lie", {"record": "nk", "field": "x", "offset": 1, "file": "y"})]
        contents = [{"of": "x"}, {"of": "../x.recipe"}, {}, {"of": "own", "x": 1},
                    {"of": "own", "drop": ["x"]}, {"of": "own", "drop": [7]},
                    {"of": "own", "drop_values": [["\\a"]]},
                    {"of": "own", "cut": [["\\a", "v"]]},
                    {"of": "own", "partial": 1}]
        profiles = [{"verdict": "accept", "content": c} for c in contents]
        profiles += [{"verdict": "maybe"}, {"verdict": "either"},
                     {"verdict": "either", "outcomes": ["reject"]},
                     {"verdict": "either", "outcomes": ["reject", "accept"]},
                     {"verdict": "reject", "content": {"of": "own"}},
                     {"verdict": "reject", "outcomes": ["reject", "bounded"]}]
        items = [{**good, name: value} for name, value in changes]
        for profile in profiles:
            item = copy.deepcopy(good)
            item["profiles"]["strict"] = profile
            items.append(item)
        for windows in ({"verdict": "accept", "evidence": "documented"},
                        {"verdict": "unknown", "evidence": "documented"},
                        {"verdict": "accept", "evidence": "guessed"}):
            item = copy.deepcopy(good)
            item["profiles"]["windows"] = windows
            items.append(item)
        for item in items:
            done = self.refused(item)
            self.assertEqual(done.returncode, 3, item)
            self.assertIn(b".json: ", done.stderr)
            self.assertFalse(validator.is_valid(item), item)

    def test_files_that_are_no_vectors(self):
        folder = self.directory / "f"
        place = folder / "ok"
        for text in (b"", b"{", b"[]", b'{"a":1,"a":2}', b"[" * 100000,
                     b"\xff\xfe"):
            place.mkdir(parents=True, exist_ok=True)
            (place / "ok-x.json").write_bytes(text)
            done = self.run_program("conform", "list", "--vectors", folder)
            self.assertEqual(done.returncode, 3, text[:10])
        done = self.run_program("conform", "list", "--vectors",
                                self.directory / "none")
        self.assertEqual(done.returncode, 3)

    def test_what_stands_elsewhere_is_refused(self):
        place = write(self.directory / "a", ROOT, vector("ok-root")) / "ok"
        (place / "ok-root.json").rename(place / "ok-other.json")
        done = self.run_program("conform", "list", "--vectors", place.parent)
        self.assertIn(b"id: another than the file's name", done.stderr)
        folder = write(self.directory / "b", ROOT, vector("ok-root"))
        write(folder, ROOT, vector("OK-root"))
        done = self.run_program("conform", "list", "--vectors", folder)
        self.assertIn(b"only in case", done.stderr)

    def test_logs_are_shown(self):
        conform_vectors.with_log(self.vectors, "ROOT")
        self.assertRegex(self.ask("conform", "list", "--vectors", self.vectors),
                         rb"log-ROOT .* \.LOG1\n")
        shown = self.ask("conform", "show", "--vectors", self.vectors,
                         "log-ROOT")
        self.assertIn(b".LOG1: not applied: no entries", shown)

    def test_logs_are_those_of_the_recipe(self):
        """Another log than the metadata says is no verdict, nor is a state
        that the recipe has not."""
        conform_vectors.with_log(self.vectors, "ROOT")
        path = self.vectors / "log/log-ROOT.json"
        item = json.loads(path.read_text())
        state = {"verdict": "accept", "content": {"of": "own", "state": 1}}
        for change in ({"logs": [".LOG2"]},
                       {"profiles": {**item["profiles"], "forensic": state}}):
            path.write_text(json.dumps({**item, **change}))
            verdicts = self.verdicts("--backend", "native", "--sandbox", "none",
                                     exit=3)
            self.assertEqual(verdicts, {"log-ROOT": "broken"}, change)

    def test_a_broken_recipe_or_path_is_no_verdict(self):
        conform_vectors.rogue_folder(self.vectors)
        write(self.vectors, ROOT + "nonsense\n", vector("ok-broken"))
        report = self.conform("--backend", "native", "--sandbox", "none",
                              exit=3)
        cases = {case["id"]: case for case in report["cases"]}
        self.assertEqual(cases["ok-broken"]["verdict"], "broken")
        self.assertIn("line 3", cases["ok-broken"]["says"])
        write(self.vectors, ROOT, vector("ok-broken", forensic={
            "verdict": "accept", "content": {"of": "own", "drop": ["\\x"]}}))
        report = self.conform("--backend", "native", "--sandbox", "none",
                              exit=3)
        self.assertEqual(report["standings"]["broken"], 1)

    def test_list_and_show(self):
        conform_vectors.tree_folder(self.vectors)
        text = self.ask("conform", "list", "--vectors", self.vectors,
                        "--group", "nk")
        self.assertRegex(text, rb"\Ank +nk-sub +reject +accept ")
        lines = self.ask("conform", "list", "--vectors", self.vectors,
                         "--json").splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines],
                         ["bb-root", "nk-sub", "ok-root", "ok-tree"])
        text = self.ask("conform", "show", "--vectors", self.vectors, "nk-sub")
        for part in (b"nk[\\Alpha\\Sub].signature at position 4100",
                     b'"drop": [', b"    nk[\\Alpha\\Sub].signature = 1\n",
                     b"base block 4096"):
            self.assertIn(part, text)
        done = self.run_program("conform", "show", "--vectors", self.vectors,
                                "nobody")
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
