#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof path"""
import unittest

from cases import MACHINE, read_cases
from minimal_hive import Editor, minimal_hive, string, units
from support import CliTest, UNSAFE, VOLUMES, folder


class Values(CliTest):
    def test_string_is_stored_with_a_nul(self):
        answer = self.json("path", *VOLUMES, "Q:\\é\U0001F600.exe")
        self.assertEqual(answer["image_path"], {
            "type": 2, "raw": units("Q:\\é\U0001F600.exe\0").hex(),
            "text": "Q:\\é\U0001F600.exe"})
        self.assertEqual((answer["verdict"], answer["code"]),
                         ("FAIL_VOLUME", 87))
        self.assertEqual((answer["kind"], answer["name"], answer["type"],
                          answer["start"]), ("win32", "foo", 0x10, 2))

    def test_lone_surrogate(self):
        answer = self.json("path", *VOLUMES, b"C:\\\xed\xa0\xbd.exe")
        self.assertEqual(answer["image_path"]["text"], "C:\\\ufffd.exe")
        self.assertEqual(answer["image_path"]["text_utf16"],
                         "0043003a005cd83d002e006500780065")
        self.assertEqual(answer["writer_path_utf16"],
                         "0063003a005cd83d002e006500780065")

    def test_hex_is_the_data(self):
        data = units("C:\\a.exe").hex()
        answer = self.json("path", *VOLUMES, "--hex", data.upper())
        self.assertEqual(answer["image_path"]["raw"], data)
        self.assertIn("UNTERMINATED", answer["findings"])
        self.assertEqual(self.json("path", "--hex", "")["image_path"],
                         {"type": 2, "raw": "", "text": ""})

    def test_missing(self):
        answer = self.json("path", "--missing")
        self.assertIsNone(answer["image_path"])
        self.assertEqual(answer["verdict"], "QSC_FAIL")

    def test_driver(self):
        answer = self.json("path", *VOLUMES, "--kind", "driver", "--name",
                           "Bär", "--missing")
        self.assertEqual((answer["kind"], answer["name"], answer["type"]),
                         ("driver", "Bär", 1))
        self.assertEqual(answer["writer_path"],
                         "C:\\Windows\\System32\\Drivers\\Bär.SYS")

    def test_type(self):
        for given, number in [("REG_SZ", 1), ("1", 1), ("0x10", 16),
                              ("4294967295", 0xFFFFFFFF), ("REG_QWORD", 11)]:
            answer = self.json("path", "--type", given, "C:\\a.exe")
            self.assertEqual(answer["image_path"]["type"], number)
        for wrong in ["REG_FOO", "", "-1", "4294967296", "0x", "1x", " 1"]:
            self.complains(2, "not a value type", "path", "--type", wrong, "x")

    def test_exactly_one_value(self):
        for arguments in [[], ["a", "b"], ["--missing", "a"],
                          ["--hex", "00", "a"], ["--hex", "00", "--missing"],
                          ["--hex", "00", "--hex", "00"]]:
            self.complains(2, "one value", "path", *arguments)
        for wrong in ["0", "0g", "00 00", "0x00"]:
            self.complains(2, "not bytes", "path", "--hex", wrong)
        self.complains(2, "not valid UTF-8", "path", b"C:\\\xff.exe")

    def test_a_string_that_looks_like_an_option(self):
        answer = self.json("path", "--kind", "win32", "x.exe")
        self.assertEqual(answer["verdict"], "FAIL_FORMAT")
        done = self.ask("path", "--format", "json", "--", "--missing")
        self.assertIn(b'"--missing"', done)


class Text(CliTest):
    def test_says_it_in_words(self):
        text = self.ask("path", *VOLUMES, "Q:\\a.exe").decode()
        for words in ["(REG_EXPAND_SZ) Q:\\a.exe", "q:\\a.exe",
                      "FAIL_VOLUME, 87 (0x80070057)", "no local volume"]:
            self.assertIn(words, text)

    def test_values_of_every_kind(self):
        for arguments, words in [(["--type", "99", "x"], "(type 99) \n"),
                                 (["--missing"], "(no such value)")]:
            self.assertIn(words, self.ask("path", *arguments).decode())

    def test_nothing_hostile_reaches_the_terminal(self):
        hostile = "C:\\\x1b[2J\x9b\u202e\u2028\t\n.exe"
        text = self.ask("path", "--name", "\x1b]0;x\x07", hostile).decode()
        self.assertIsNone(UNSAFE.search(text), text)


class Software(CliTest):
    def test_it_must_be_readable(self):
        self.complains(3, "No such file", "path", "--software", "/missing",
                       "x")
        self.complains(3, "bad: the file is too short", "path", "--software",
                       self.write("bad", b"regf"), "x")

    def test_its_environment_counts(self):
        software = self.write("SOFTWARE", minimal_hive())
        edit = Editor(software)
        edit.set("Microsoft\\Windows NT\\CurrentVersion",
                 {"SystemRoot": string("E:\\Win")})
        edit.done()
        answer = self.json("path", "--software", software,
                           "%SystemRoot%\\a.exe")
        self.assertEqual(answer["writer_path"], "e:\\win\\a.exe")


class Cases(CliTest):
    def test_imagepath_tsv(self):
        machine = self.write("machine.json", MACHINE)
        cases = read_cases(folder("HP_SHARED"))
        self.assertGreaterEqual(len(cases), 60)
        for case in cases:
            value = ["--missing"] if case.is_missing else [
                "--type", str(case.type), "--hex", case.data.hex()]
            answer = self.json(
                "path", "--volumes", machine, "--kind",
                "driver" if case.is_driver else "win32", *value)
            with self.subTest(case.id, found=answer):
                self.assertTrue(case.is_writer_path(answer))
                self.assertEqual((answer["verdict"], answer["code"]),
                                 (case.verdict, case.code))

    def test_as_a_string_they_are_the_same(self):
        for case in read_cases(folder("HP_SHARED")):
            if case.is_missing or "\0" in case.text:
                continue
            arguments = ["path", "--type", str(case.type)]
            self.assertEqual(
                self.json(*arguments, "--hex", case.data.hex()),
                self.json(*arguments,
                          case.text.encode("utf-8", "surrogatepass")))


if __name__ == "__main__":
    unittest.main()
