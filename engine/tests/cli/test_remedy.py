#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof remedy"""
import shutil
import subprocess
import unittest

from minimal_hive import Editor, add_services, driver, multi, units, win32
from support import CliTest, UNSAFE, VOLUMES, folder

FIXED = ["--profile", "kb980794", *VOLUMES]
KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SystemWriter"


def entries_of(reg):
    """What regedit would make of the file: the strings of the value."""
    text = reg.decode("utf-16")
    head, _, data = text.partition("hex(7):")
    assert head == ("Windows Registry Editor Version 5.00\r\n\r\n"
                    f'[{KEY}]\r\n"ExcludedBinaryPaths"='), head
    assert data.endswith("\r\n\r\n")
    digits = data[:-4].replace("\\\r\n  ", "").replace(",", "")
    listed = bytes.fromhex(digits).decode("utf-16-le", "surrogatepass")
    assert listed.endswith("\0\0")
    return listed[:-2].split("\0")


class RegFile(CliTest):
    def remedy(self, path, *more, exit=0):
        done = self.run_program("remedy", *VOLUMES, *more, path)
        self.assertEqual(done.returncode, exit, done)
        self.said = done.stderr.decode()
        return done.stdout

    def test_what_fails_is_excluded(self):
        path = self.system({"Fine": win32("C:\\a.exe"),
                            "Clus": win32('"Q:\\Pro gram\\X.exe" -x')})
        self.assertEqual(entries_of(self.remedy(path)),
                         ["q:\\pro gram\\x.exe"])
        self.assertIn("q:\\pro gram\\x.exe: leaves the system state backup",
                      self.said)

    def test_form_is_that_of_regedit(self):
        long = "Q:\\" + "d" * 40 + ".exe"
        reg = self.remedy(self.system({"Clus": win32(long)}))
        self.assertEqual(reg[:2], b"\xff\xfe")
        text = reg.decode("utf-16")
        self.assertEqual(text.count("\n"), text.count("\r\n"))
        lines = text.split("\r\n")[3:]
        self.assertTrue(all(len(line) <= 80 for line in lines), lines)
        self.assertRegex(lines[0], r'^"ExcludedBinaryPaths"=hex\(7\):'
                         r"([0-9a-f]{2},){16}\\$")
        self.assertRegex(lines[1], r"^  ([0-9a-f]{2},){25}\\$")
        self.assertEqual(entries_of(reg), [long.lower()])

    def test_live_entries_stay(self):
        path = self.system(
            {"A": win32("Q:\\a.exe"), "B": win32("Q:\\b.exe"),
             "C": win32("Q:\\B.exe -2")},
            exclusions=multi("Q:\\A.EXE", "odd \u4e2d \x1b"))
        self.assertEqual(entries_of(self.remedy(path)),
                         ["Q:\\A.EXE", "odd \u4e2d \x1b", "q:\\b.exe"])
        self.assertIn("Q:\\A.EXE: stays out", self.said)
        self.assertIsNone(UNSAFE.search(self.said))

    def test_dead_entries_go(self):
        path = self.system({"B": win32("Q:\\b.exe")}, exclusions=(
            7, units("C:\\live.exe\0\0Q:\\dead.exe\0\0")))
        self.assertEqual(entries_of(self.remedy(path)),
                         ["C:\\live.exe", "q:\\b.exe"])
        self.assertIn("Q:\\dead.exe: has no effect today and is not kept",
                      self.said)

    def test_entries_that_match_nothing_stay(self):
        path = self.system({"B": win32("Q:\\b.exe")},
                           exclusions=multi('"C:\\quoted.exe"'))
        self.assertEqual(entries_of(self.remedy(path)),
                         ['"C:\\quoted.exe"', "q:\\b.exe"])
        self.assertIn('"C:\\quoted.exe": is kept, but can match nothing',
                      self.said)

    def test_a_damaged_hive_may_hold_more(self):
        path = self.system({"B": win32("Q:\\b.exe")},
                           exclusions=multi("C:\\lost.exe"))
        node = Editor(path).key("ControlSet001\\Control\\SystemWriter")
        with open(path, "r+b") as file:
            file.seek(node + 4 + 40)  # the value list, outside the hive
            file.write(b"\0\0\0\x70")
        self.assertEqual(entries_of(self.remedy(path, exit=4)), ["q:\\b.exe"])
        self.assertIn("the hive is damaged: entries", self.said)

    def test_only_hex_digits_of_the_hive(self):
        path = self.system({"Evil\r\n[HKEY]": win32(
            'Q:\\"=dword:1\r\n[HKEY_LOCAL_MACHINE\\x]\r\n.exe'),
            "Plain": win32("Q:\\[HKEY].exe")})
        reg = self.remedy(path, exit=1).decode("utf-16")
        self.assertRegex(reg.partition("hex(7):")[2],
                         r"^([0-9a-f]{2}[,]?|\\\r\n  )*\r\n\r\n$")

    def test_nothing_is_needed(self):
        for services, exclusions in [
                ({"A": win32("C:\\a.exe")}, None),
                ({"A": win32("Q:\\a.exe")}, multi("Q:\\a.exe"))]:
            path = self.system(services, exclusions=exclusions)
            self.assertEqual(self.remedy(path), b"")
            self.assertEqual(self.said, "hiveproof: no exclusion is needed\n")

    def test_what_no_entry_can_cure(self):
        path = self.system({"Drv\x07": driver("\\??\\Q:\\d.sys"),
                            "A": win32("Q:\\a.exe")})
        self.assertEqual(entries_of(self.remedy(path, exit=1)),
                         ["q:\\a.exe"])
        self.assertIn("Drv\\x07: fails, and no exclusion", self.said)
        path = self.system({"A": win32("C:\\a?b.exe")})
        self.assertEqual(self.remedy(path, exit=1), b"")

    def test_indeterminate(self):
        path = self.system({"A": win32("R:\\a.exe")})
        self.assertEqual(self.remedy(path, "--volume", "R=unknown", exit=4),
                         b"")
        self.assertIn("not known", self.said)

    def test_the_profile(self):
        path = self.system({"A": win32("Q:\\a.exe")})
        for profile in ["pre", "kb980794"]:
            self.assertEqual(entries_of(self.remedy(path, "--profile",
                                                    profile)), ["q:\\a.exe"])
        for profile in ["client8", "server2012"]:
            self.complains(2, "do not read", "remedy", "--profile", profile,
                           path)
        self.complains(2, "unknown option", "remedy", "--format", "json", path)


@unittest.skipUnless(shutil.which("hivexregedit"), "no hivexregedit")
class Merged(CliTest):
    def merge(self, path):
        reg = self.ask("remedy", *VOLUMES, path).decode("utf-16")
        # hivexregedit knows no volatile link, and wants UTF-8.
        reg = reg.replace("CurrentControlSet", "ControlSet001")
        file = self.write("cure.reg", reg.encode("utf-8"))
        subprocess.run(["hivexregedit", "--merge", "--prefix",
                        r"HKEY_LOCAL_MACHINE\SYSTEM", path, str(file)],
                       check=True)

    def check(self, path):
        self.assertEqual(
            self.json("enumerate", *FIXED, path, exit=1)["error"]["code"], 87)
        self.merge(path)
        self.assertEqual(self.json("enumerate", *FIXED, path)["result"], "ok")
        self.assertEqual(self.ask("remedy", *VOLUMES, path), b"")

    def test_the_merged_hive_is_ok(self):
        self.check(self.system({
            "A": win32("Q:\\a.exe"), "B": win32("Q:\\Über \u4e2d.exe"),
            "C": win32("Q:\\" + "long" * 100 + ".exe")},
            exclusions=multi("Q:\\other.exe")))

    def test_on_a_real_hive(self):
        real = folder("HP_HIVES") / "system" / "log2timeline-SYSTEM-xp"
        path = str(shutil.copy(real, self.directory / "real"))
        add_services(path, {"Clus": win32("Q:\\Program Files\\x.exe /s")})
        self.check(path)


if __name__ == "__main__":
    unittest.main()
