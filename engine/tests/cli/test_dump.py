#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof dump"""
import json
import unittest

from minimal_hive import Editor, REG_BINARY, REG_SZ, string, win32
from support import CliTest, UNSAFE

COUNT = ["dump", "--format", "count"]


class Whole(CliTest):
    def test_events(self):
        lines = self.ask("dump", self.minimal()).decode().splitlines()
        events = [json.loads(line) for line in lines]
        self.assertEqual([e["event"] for e in events],
                         ["hive", "key_enter", "key_leave", "end"])
        self.assertEqual(events[0]["schema"], "hiveproof-events/1")
        self.assertEqual(events[-1], {"event": "end", "result": "accept"})

    def test_count(self):
        path = self.minimal()
        edit = Editor(str(path))
        edit.set("a\\b", {"one": string("xy"), "two": (REG_BINARY, b"123"),
                          "none": (REG_SZ, b"")})
        edit.set("c", {"big": (REG_BINARY, bytes(16000))})
        edit.done()
        for more in [[], ["--mode", "strict"], ["--mode", "forensic"],
                     ["--no-logs"], ["--backend", "hivex"],
                     ["--backend", "native"]]:
            self.assertEqual(self.ask(*COUNT, *more, path),
                             b"keys 4 values 4 data-bytes 16009\n")

    def test_lines_are_safe_and_exact(self):
        path = self.system({"Evil\x1b]0;\x07\u202eName": win32("x")})
        lines = self.ask("dump", path).decode().splitlines()
        names = [json.loads(line).get("name") for line in lines]
        self.assertIn("Evil\x1b]0;\x07\u202eName", names)


class Damaged(CliTest):
    """A value list that points outside the hive: forensic reading goes on."""

    def broken(self, count=1):
        path = self.minimal()
        edit = Editor(str(path))
        nodes = []
        for i in range(count):
            edit.set(f"key{i:03}", {"v": string("x")})
            nodes.append(edit.key(f"key{i:03}"))
        edit.set("sound", {"v": string("x")})
        edit.done()
        image = bytearray(path.read_bytes())
        for node in nodes:  # hivex's handle is the cell's file position
            image[node + 4 + 40:node + 4 + 44] = b"\0\0\0\x70"
        path.write_bytes(image)
        return path

    def test_in_part(self):
        path = self.broken()
        done = self.run_program(*COUNT, path)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, b"keys 3 values 1 data-bytes 4\n")
        self.assertRegex(done.stderr.decode(), r"^hiveproof: .*/minimal: .*"
                         r"\(nk\.values at offset \d+ is 0x70000000\): "
                         r"skipped\n$")
        lines = self.ask("dump", path, exit=1).splitlines()
        self.assertEqual(json.loads(lines[-1])["result"], "partial")

    def test_strict_refuses(self):
        path = self.broken()
        self.complains(3, "nk.values", *COUNT, "--mode", "strict", path)
        lines = self.ask("dump", "--mode", "strict", path, exit=3).splitlines()
        end = json.loads(lines[-1])
        self.assertEqual((end["event"], end["result"]), ("end", "reject"))

    def test_a_hundred_places_are_named(self):
        for count, lines in [(100, 100), (101, 101), (150, 101)]:
            done = self.run_program(*COUNT, self.broken(count))
            said = done.stderr.decode().splitlines()
            self.assertEqual(len(said), lines)
            if count > 100:
                self.assertIn(f"and {count - 100} more places", said[-1])


class Refused(CliTest):
    def test_the_end_line_says_so(self):
        path = self.write("bad", b"\x1b[2J".ljust(8192, b"\0"))
        done = self.run_program("dump", path)
        self.assertEqual(done.returncode, 3)
        end = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((end["event"], end["result"]), ("end", "reject"))
        self.assertIn(b"wrong signature (base_block.signature at offset 0",
                      done.stderr)
        self.assertIsNone(UNSAFE.search(done.stderr.decode()))
        self.complains(3, "wrong signature", *COUNT, path)
        self.complains(3, "bad", *COUNT, "--backend", "hivex", path)

    def test_a_module_that_is_none(self):
        path = self.minimal()
        self.complains(3, "the module cannot be used", *COUNT, "--backend",
                       "/missing.so", path)


if __name__ == "__main__":
    unittest.main()
