#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ledger of nightly campaigns and the files beside it: many writers, killed
writers, a newer schema."""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import unittest

from support import TREE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
from nightly import Infrastructure, ledger, store  # noqa: E402

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


class LedgerTest(CliTest):
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
        for kill in range(20):
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
        self.write(".new-4194399-abc", b"")  # past the largest process id
        store.sweep(self.directory)
        self.assertEqual(list(self.directory.iterdir()), [own])

    def test_folders_are_private(self):
        folder = store.make_folder(self.directory / "a" / "b")
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)


if __name__ == "__main__":
    unittest.main()
