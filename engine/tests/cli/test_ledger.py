#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ledger of nightly campaigns and the files beside it: many writers, killed
writers, a newer schema."""
import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest
from xml.etree import ElementTree

import jsonschema

from minimal_hive import minimal_hive
from support import TREE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
from nightly import Infrastructure, ledger, store  # noqa: E402

KILLS = int(os.environ.get("HP_LEDGER_KILLS", "20"))
# Writes inputs and a finding until it is killed; says when each is recorded.
WRITER = """
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {scripts!r})
from nightly import ledger, store
name, state = sys.argv[1], sys.argv[2]
with ledger.open_ledger(state + "/ledger.sqlite") as book:
    for number in range({most}):
        data = (name + str(number)).encode() * 500
        digest = store.keep(state + "/inputs", data)
        book.record_input(digest, "fuzz_x", "afl", 1, "crash", "x", len(data))
        book.record_finding("sig" + str(number % 7), "fuzz_x", "crash", "ours",
                            "t", [], 1, "r", [name])
        print(digest, flush=True)
"""


class BookTest(CliTest):
    def setUp(self):
        super().setUp()
        self.state = self.directory / "state"
        self.path = self.state / "ledger.sqlite"

    def open(self):
        book = ledger.open_ledger(self.path)
        self.addCleanup(book.close)
        return book

    def found(self, book, status="new", **more):
        given = {"signature": "s", "target": "fuzz_x", "kind": "crash",
                 "owner": "ours", "title": "t", "frames": ["f"], "night": 1,
                 "revision": "r", "engines": ["afl"], **more}
        identity = book.record_finding(**given)
        if status != "new":
            book.mark(identity, status, "because", "2000-01-01")
        return identity


class LedgerTest(BookTest):
    def writer(self, name, most):
        return subprocess.Popen(
            [sys.executable, "-c", WRITER.format(
                scripts=str(TREE / "scripts"), most=most), name, self.state],
            stdout=subprocess.PIPE, text=True)

    def test_what_is_written_is_synced(self):
        pragma = self.open().connection.execute("PRAGMA synchronous")
        self.assertEqual(pragma.fetchone()[0], 2)

    def test_newer_schema_is_refused(self):
        self.open().close()
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        with self.assertRaisesRegex(Infrastructure, "ledger.sqlite: .* 99"):
            ledger.open_ledger(self.path)

    def test_an_older_schema_is_made_anew(self):
        book = self.open()
        self.found(book, signature="s")
        book.connection.execute("DROP TABLE alias")
        book.connection.execute("PRAGMA user_version = 1")
        book.close()
        one, = self.open().findings()
        self.assertEqual(one["also"], [])

    def test_a_finding_becomes_part_of_another(self):
        book = self.open()
        first = self.found(book, signature="s", night=2, engines=["afl"])
        other = self.found(book, signature="t", night=1, engines=["libfuzzer"])
        book.record_input("00", "fuzz_x", "afl", 1, "crash", "a", 3)
        book.assign("00", "fuzz_x", other, 3, 3)
        book.join(other, first)
        one, = book.findings()
        self.assertEqual((one["id"], one["also"], one["inputs"]),
                         (first, ["t"], 1))
        self.assertEqual((one["first_night"], one["last_night"]), (1, 2))
        self.assertEqual(one["engines"], ["afl", "libfuzzer"])
        self.assertEqual(self.found(book, signature="t", night=None), first)
        book.mark(first, "fixed")
        self.assertNotEqual(self.found(book, signature="t"), first)
        self.assertEqual([one["status"] for one in book.findings()],
                         ["fixed", "new"])

    def test_no_database_is_refused_and_kept(self):
        self.state.mkdir()
        self.path.write_bytes(b"what a user has" * 100)
        with self.assertRaisesRegex(Infrastructure, "ledger.sqlite: .*not a"):
            ledger.open_ledger(self.path)
        self.assertEqual(self.path.read_bytes(), b"what a user has" * 100)

    def test_an_input_is_recorded_once(self):
        book = self.open()
        for engine, new in (("afl", True), ("libfuzzer", False)):
            self.assertEqual(book.record_input(
                "00", "fuzz_x", engine, 1, "crash", "a\udcff\n", 3), new)
        self.assertEqual([(row["engine"], row["name"])
                          for row in book.untriaged()], [("afl", "a\\xff\n")])
        book.assign("00", "fuzz_x", ledger.UNREPRODUCED, 10, 0)
        self.assertEqual(book.untriaged(), [])

    def test_what_comes_back_has_regressed(self):
        book = self.open()
        for before, after in (("new", "new"), ("known", "known"),
                              ("fixed", "regressed")):
            identity = self.found(book, before, engines=[before])
            self.found(book)
            found = book.finding(identity)
            self.assertEqual(found["status"], after)
        self.assertEqual(found["engines"], ["afl", "fixed", "known", "new"])

    def test_the_same_input_shows_that_a_bug_is_back(self):
        book = self.open()

        def again(night):
            return book.record_input("00", "fuzz_x", "afl", night, "crash",
                                     "a", 3)
        again(1)
        identity = self.found(book)
        book.assign("00", "fuzz_x", identity, 3, 3)
        self.assertFalse(again(2))
        self.assertEqual(book.finding(identity)["last_night"], 2)
        self.assertEqual(book.untriaged(), [])
        book.mark(identity, "fixed")
        again(2)
        self.assertEqual(len(book.untriaged()), 1)

    def test_what_did_not_fail_is_looked_at_when_it_is_found_again(self):
        book = self.open()
        for night, left in ((1, 1), (1, 0), (2, 1)):
            book.record_input("00", "fuzz_x", "afl", night, "crash", "a", 3)
            self.assertEqual(len(book.untriaged()), left, night)
            book.assign("00", "fuzz_x", ledger.UNREPRODUCED, 10, 0)

    def test_a_night_finds_what_a_hand_gave(self):
        book = self.open()
        for night, left in ((None, 1), (1, 1), (1, 0), (None, 1)):
            book.record_input("00", "fuzz_x", "afl", night, "crash", "a", 3)
            self.assertEqual(len(book.untriaged()), left, night)
            book.assign("00", "fuzz_x", ledger.UNREPRODUCED, 10, 0)

    def test_a_hand_does_not_take_away_a_night(self):
        book = self.open()
        identity = self.found(book, night=None)
        for night, last in ((None, None), (2, 2), (None, 2)):
            self.assertEqual(self.found(book, night=night), identity)
            self.assertEqual(book.finding(identity)["last_night"], last)
        book.record_input("00", "fuzz_x", "afl", 3, "crash", "a", 3)
        book.assign("00", "fuzz_x", self.found(book, signature="t", night=None),
                    3, 3)
        book.record_input("00", "fuzz_x", "afl", 4, "crash", "a", 3)
        self.assertEqual([one["last_night"] for one in book.findings()
                          if one["id"] != identity], [4])

    def test_writers_wait_for_each_other(self):
        writers = [self.writer(name, 40) for name in "abcd"]
        said = [writer.communicate(timeout=200)[0] for writer in writers]
        self.assertEqual([w.returncode for w in writers], [0] * 4)
        self.assertEqual({row["sha256"] for row in self.open().untriaged()},
                         set("".join(said).split()))
        self.assertEqual(len(self.open().findings()), 7)

    def test_killed_writers_lose_nothing(self):
        """What a writer said it had recorded is there, whole."""
        chance, said = random.Random(6), set()
        for kill in range(KILLS):
            with self.writer(f"k{kill}-", 10**6) as writer:
                for _ in range(chance.randrange(1, 12)):
                    said.add(writer.stdout.readline().strip())
                pause(chance.random() / 100)
                os.kill(writer.pid, signal.SIGKILL)
                said |= set(writer.stdout.read().split())
        book = self.open()
        check = book.connection.execute("PRAGMA integrity_check")
        self.assertEqual(check.fetchone()[0], "ok")
        # A line that was cut short is no promise.
        promised = {name for name in said if len(name) == 64}
        self.assertGreater(len(promised), 20)
        self.assertLessEqual(promised,
                             {row["sha256"] for row in book.untriaged()})
        for row in book.untriaged():
            data = (self.state / "inputs" / row["sha256"]).read_bytes()
            self.assertEqual(len(data), row["size"])
        store.sweep(self.state)
        self.assertEqual(list(self.state.rglob(".new-*")), [])


def pause(seconds):
    signal.sigtimedwait((), seconds)


class CommandTest(BookTest):
    """scripts/ledger"""

    def run_ledger(self, *words, exit=0):
        done = subprocess.run(
            [TREE / "scripts/ledger", "--state", self.state, *words],
            check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, exit, done)
        if exit > 1:
            self.assertEqual(done.stdout, "")
        return done.stdout if exit < 2 else done.stderr

    def test_the_gate_is_red_for_what_is_new_back_or_known_too_long(self):
        book = self.open()
        identity = self.found(book)
        far, past = "2999-01-01", "2000-01-01"
        for mark, code in ((None, 1), (("known", "r", far), 0),
                           (("known", "r", past), 1), (("fixed",), 0)):
            if mark:
                book.mark(identity, *mark)
            self.run_ledger("gate", exit=code)
        self.found(book)
        self.assertIn("regressed", self.run_ledger("gate", exit=1))

    def test_the_gate_counts_what_is_others_and_stays_green(self):
        self.found(self.open(), owner="hivex")
        self.assertIn("1 finding in other people's",
                      self.run_ledger("gate"))

    def test_mark(self):
        identity = self.found(self.open())
        self.run_ledger("mark", identity[:6], "known", "--reason", "waits",
                        "--expires", "2999-01-01")
        self.assertIn("waits (until 2999-01-01)", self.run_ledger("list"))
        for words, code in (((identity, "known"), 2),
                            ((identity, "known", "--reason", "r"), 2),
                            ((identity, "known", "--reason", "r", "--expires",
                              "2000-01-01"), 2),
                            ((identity, "known", "--reason", "r", "--expires",
                              "soon"), 2),
                            ((identity, "fixed", "--expires", "2999-01-01"), 2),
                            ((identity, "regressed"), 2),
                            (("ffffffffffff", "fixed"), 3), (("%", "fixed"), 3)):
            self.run_ledger("mark", *words, exit=code)
        self.assertEqual(self.open().finding(identity)["status"], "known")

    def test_forms(self):
        hostile = "=1+1]]>\u202e<b>\x1b[31m"
        book = self.open()
        self.found(book, title=hostile, signature=hostile)
        self.found(book, signature="theirs", owner="hivex", title="secret")
        files = {form: self.directory / form for form in
                 ("json", "junit", "sarif")}
        self.run_ledger("gate", exit=1, *(f"--{form}={path}" for form, path
                                          in files.items()))
        for form, path in files.items():
            text = path.read_text(encoding="utf-8")
            self.assertEqual(text, self.run_ledger("export", form))
            self.assertNotIn("secret", text)
            self.assertNotRegex(text, "[\x1b\u202e]")
        self.assertTrue(json.loads(files["json"].read_text())["red"])
        self.assertEqual(json.loads(files["sarif"].read_text())["runs"][0]
                         ["results"][0]["level"], "error")
        self.assertEqual(ElementTree.parse(files["junit"]).getroot().find(
            "testsuite").get("failures"), "1")
        rows = list(csv.reader(io.StringIO(self.run_ledger("export", "csv"))))
        self.assertEqual(len(rows), 3)
        self.assertTrue(all(not cell.startswith("=") for row in rows
                            for cell in row))

    def test_no_ledger(self):
        self.assertIn("there is no ledger", self.run_ledger("gate", exit=3))
        self.assertFalse(self.state.exists())

    def test_a_full_disk_is_said_and_nothing_is_lost(self):
        """In 32 MiB of memory; asks for root."""
        place = self.directory / "small"
        place.mkdir()
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=32m", "none", place],
                check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=True)
        kept = []
        with ledger.open_ledger(place / "ledger.sqlite") as book:
            with self.assertRaisesRegex(Infrastructure, "make room"):
                for number in range(100):
                    digest = store.keep(place / "inputs", os.urandom(1 << 20))
                    book.record_input(digest, "x", "afl", 1, "crash", "x", 1)
                    kept.append(digest)
            with self.assertRaisesRegex(Infrastructure, "make room"):
                while True:
                    book.record_finding("s" * 4000 + str(len(kept)), "x",
                                        "crash", "ours", "t", [], 1, "r", [])
                    kept.append("")
        kept = [name for name in kept if name]
        self.assertGreater(len(kept), 10)
        self.assertEqual(list(place.rglob(".new-*")), [])
        (place / "inputs" / kept[0]).unlink()
        with ledger.open_ledger(place / "ledger.sqlite") as book:
            check = book.connection.execute("PRAGMA integrity_check")
            self.assertEqual(check.fetchone()[0], "ok")
            self.assertLessEqual(set(kept), {row["sha256"] for row in
                                             book.untriaged()})
        for name in kept[1:]:
            data = (place / "inputs" / name).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), name)


class PromoteTest(BookTest):
    """scripts/promote, in a copy of the regressions."""

    def setUp(self):
        super().setUp()
        self.tree = self.directory / "tree"
        (self.tree / "regressions").mkdir(parents=True)
        self.ids = self.tree / "regressions/IDS"
        self.ids.write_text("HP-0001 reader/HP-0001-old\n"
                            "HP-0041 writer/HP-0041-gone retired\n")

    def gate(self, text):
        path = self.tree / "scripts/gate"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def real_gate(self):
        """The gate of this build, over the copy."""
        shutil.copy(TREE / "corpus/INDEX", self.make("corpus") / "INDEX")
        self.gate(f'exec "{os.environ["GATE"]}" "$@" -- "{self.tree}"')

    def make(self, name):
        (self.tree / name).mkdir(exist_ok=True)
        return self.tree / name

    def finding(self, data, **more):
        book = self.open()
        identity = self.found(book, target="fuzz_hive", **more)
        folder = store.make_folder(self.state / "findings" / identity)
        store.write(folder / "input", data)
        return identity

    def promote(self, *words, exit=0):
        done = subprocess.run(
            [TREE / "scripts/promote", "--state", self.state, "--tree",
             self.tree, *words], check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, exit, done)
        if exit:
            self.assertEqual(list(self.tree.glob("regressions/reader/*")), [])
            self.assertEqual(len(self.ids.read_text().splitlines()), 2)
        return done.stderr

    def test_a_case_is_made(self):
        self.real_gate()
        data = bytearray(minimal_hive())
        data[508] ^= 1  # its checksum
        self.promote(self.finding(bytes(data)), "wrong-sum")
        folder = self.tree / "regressions/reader/HP-0042-wrong-sum"
        self.assertEqual(sorted(path.name for path in folder.iterdir()), [
            "case.json", "expected.transcript", "found.recipe"])
        self.assertIn("checksum", (folder / "expected.transcript").read_text())
        self.assertEqual(self.ids.read_text().splitlines()[-1],
                         "HP-0042 reader/HP-0042-wrong-sum")
        schema = json.loads((TREE / "schema/hiveproof-case-1.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(
            json.loads((folder / "case.json").read_text()))
        self.assertIn("HP-0042-wrong-sum/expected.transcript",
                      (self.tree / "corpus/INDEX").read_text())

    def test_its_own_recipe_is_taken_if_it_makes_the_same(self):
        self.real_gate()
        recipe, hive = self.write("own", b"hiveproof recipe 1\n[\\k]\n"), \
            self.directory / "own.hiv"
        self.ask("forge", recipe, "-o", hive)
        for slug, kept in (("own", recipe.read_bytes()), ("other", b"x")):
            identity = self.finding(hive.read_bytes(), signature=slug)
            (self.state / "findings" / identity / "recipe").write_bytes(kept)
            self.promote(identity, slug)
            [made] = self.tree.glob(f"regressions/reader/HP-*-{slug}/found.recipe")
            self.assertEqual(made.read_bytes() == kept, slug == "own")

    def test_what_is_private_is_refused(self):
        identity = self.finding(minimal_hive(), owner="hivex")
        self.assertIn("stays private", self.promote(identity, "x", exit=3))
        identity = self.finding(minimal_hive(), signature="t")
        (self.state / "findings" / identity / "private").touch()
        self.assertIn("somebody gave", self.promote(identity, "x", exit=3))

    def test_what_cannot_be_is_refused_and_changes_nothing(self):
        self.gate("exit 3")
        identity = self.finding(minimal_hive())
        self.assertIn("gate --accept ended",
                      self.promote(identity, "x", exit=3))
        for slug in ("X", "a/b", "..", "a--b", "", "-a"):
            self.promote(identity, "--", slug, exit=2)
        self.assertIn("no such finding", self.promote("0" * 12, "x", exit=3))


CALL = re.compile(r"(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class SyncTest(BookTest):
    """What reaches the disk before what, as the system sees it."""

    def trace(self, code):
        log = self.directory / "log"
        done = subprocess.run(
            ["strace", "-f", "-y", "-o", log, "-e", "trace=openat,fsync,"
             "fdatasync,rename,renameat,renameat2,unlink,write,pwrite64",
             sys.executable, "-B", "-c", "import sys\nsys.path.insert(0, "
             f"{str(TREE / 'scripts')!r})\nfrom nightly import ledger, store\n"
             f"state = {str(self.state)!r}\n{code}"], check=False,
            stderr=subprocess.PIPE)
        if b"PTRACE" in done.stderr or b"not permitted" in done.stderr:
            self.skipTest("nothing can be traced here")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [match for match in map(CALL.search,
                                       log.read_text().splitlines()) if match]

    def test_a_file_is_synced_before_its_name_and_its_folder_after(self):
        calls = self.trace("store.make_folder(state)\n"
                           "store.write(state + '/page', 'x')\n"
                           "store.keep(state + '/inputs', b'x')")
        renames = [n for n, call in enumerate(calls)
                   if call["name"].startswith("rename")]
        self.assertEqual(len(renames), 2)
        for at in renames:
            old, new = re.findall(r'"([^"]*)"', calls[at]["rest"])
            before = [call["rest"] for call in calls[:at]
                      if call["name"] == "fsync"]
            self.assertTrue(any(f"<{old}>" in rest for rest in before), old)
            written = max(n for n, call in enumerate(calls[:at])
                          if call["name"] == "write" and f"<{old}>" in
                          call["rest"])
            synced = max(n for n, call in enumerate(calls[:at])
                         if call["name"] == "fsync" and f"<{old}>" in
                         call["rest"])
            self.assertLess(written, synced)
            self.assertTrue(any(
                call["name"] == "fsync" and f"<{os.path.dirname(new)}>" in
                call["rest"] for call in calls[at:]), new)
        for folder in (self.state, self.state / "inputs"):
            self.assertTrue(any(call["name"] == "fsync" and
                                f"<{folder.parent}>" in call["rest"]
                                for call in calls), folder)

    def test_what_the_ledger_has_recorded_is_synced(self):
        calls = self.trace(
            "with ledger.open_ledger(state + '/ledger.sqlite') as book:\n"
            "    for n in range(3):\n"
            "        sys.stdout.flush()\n"
            "        book.record_input(str(n), 'x', 'a', 1, 'crash', 'x', 1)\n"
            "        sys.stdout.write('recorded')\n"
            "        sys.stdout.flush()")
        said = [n for n, call in enumerate(calls) if "recorded" in call["rest"]]
        self.assertEqual(len(said), 3)
        for at in said:
            wal = [call["name"] for call in calls[:at]
                   if "ledger.sqlite-wal>" in call["rest"]]
            self.assertIn(wal[-1], ("fsync", "fdatasync"))


class StoreTest(CliTest):
    def test_a_file_is_put_in_place_of_another(self):
        path = self.write("page", b"old")
        store.write(path, "new")
        self.assertEqual(path.read_bytes(), b"new")
        self.assertEqual(list(self.directory.iterdir()), [path])

    def test_where_it_cannot_be_written_is_said(self):
        with self.assertRaisesRegex(Infrastructure, "missing.*No such file"):
            store.write(self.directory / "missing" / "page", b"")

    def test_what_a_living_writer_has_begun_stays(self):
        own = self.write(f".new-{os.getpid()}-abc", b"")
        # Past the largest process id.
        self.write(".new-4194399-abc", b"")
        (self.directory / ".new-4194399-folder/below").mkdir(parents=True)
        store.sweep(self.directory)
        self.assertEqual(list(self.directory.iterdir()), [own])

    def test_folders_are_private(self):
        folder = store.make_folder(self.directory / "a" / "b")
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
