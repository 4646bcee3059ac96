#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof diff"""
import struct
import unittest

from minimal_hive import Editor, minimal_hive, string, win32
from support import CliTest, UNSAFE

DIFF = ["diff", "--backend", "native", "--backend", "hivex"]


def with_checksum(image):
    checksum = 0
    for (word,) in struct.iter_unpack("<I", bytes(image[:508])):
        checksum ^= word
    image[508:512] = struct.pack("<I", checksum)
    return image


class Diff(CliTest):
    def test_equal(self):
        path = self.system({"A": win32("C:\\a.exe")})
        for more in [[], ["--mode", "strict"], ["--no-logs"]]:
            self.assertEqual(self.ask(*DIFF, *more, path),
                             b"equal: 5 keys, 7 values\n")
        self.assertEqual(
            self.ask("diff", "--backend", "hivex", "--backend", "hivex", path),
            b"equal: 5 keys, 7 values\n")

    def test_first_difference(self):
        # A value's name of lone surrogates, which hivex cannot read.
        path = self.minimal()
        edit = Editor(str(path))
        edit.set("Key\x1b\\sub", {"中中中": string("x"), "sound": string("y")})
        edit.done()
        image = path.read_bytes()
        name = "中中中".encode("utf-16-le")
        self.assertIn(name, image)
        path.write_bytes(image.replace(name, b"\x00\xd8" * 3))
        text = self.ask(*DIFF, path, exit=1).decode()
        self.assertEqual(text.splitlines()[0], "\\Key\\x1B\\sub")
        self.assertIn("native: ", text)
        self.assertIn("hivex: ", text)
        self.assertIsNone(UNSAFE.search(text), text)

    def test_refused_by_one(self):
        # A checksum of 0 is stored as 1; hivex does not know that.
        image = bytearray(minimal_hive())
        image[0xFC:0x100] = bytes(4)
        with_checksum(image)
        image[0xFC:0x100] = image[508:512]
        image[508:512] = struct.pack("<I", 1)
        path = self.write("zero", image)
        self.ask("dump", "--format", "count", path)
        self.assertEqual(self.ask(*DIFF, path, exit=1),
                         b"hivex refuses the hive, native reads it\n")
        self.assertEqual(
            self.ask("diff", "--backend", "hivex", "--backend", "native", path,
                     exit=1), b"hivex refuses the hive, native reads it\n")

    def test_refused_by_both(self):
        path = self.write("bad", bytes(8192))
        self.assertEqual(self.ask(*DIFF, path, exit=3), b"")

    def test_a_back_end_that_fails(self):
        self.assertEqual(
            self.ask("diff", "--backend", "native", "--backend",
                     "/missing.so", self.minimal(), exit=3), b"")


if __name__ == "__main__":
    unittest.main()
