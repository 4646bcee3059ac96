#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof forge, and dump --format recipe"""
import os
import re
import shutil
import subprocess
import unittest

from support import CliTest, TREE

FIRST = b"hiveproof recipe 1\n"
CASE = FIRST + b"""[\\ControlSet001\\Services\\x]
"Type" = dword:00000010
"ImagePath" = expand:"Q:\\\\x.exe"
"""
RECIPES = TREE / "corpus" / "recipes"


class Forge(CliTest):
    def forge(self, recipe, *more, exit=0):
        """The hive of `recipe`, which is a path."""
        hive = self.directory / "forged"
        self.ask("forge", recipe, "-o", hive, *more, exit=exit)
        return hive

    def complaint(self, *arguments, exit=3):
        return super().complaint("forge", *arguments, exit=exit)


class Whole(Forge):
    def test_same_recipe_same_bytes(self):
        recipe = self.write("case", CASE)
        first = self.forge(recipe).read_bytes()
        self.assertEqual(self.forge(recipe, "--force").read_bytes(), first)
        self.assertEqual(self.ask("dump", "--format", "count",
                                  self.directory / "forged"),
                         b"keys 4 values 2 data-bytes 22\n")

    def test_never_overwrites_unasked(self):
        recipe = self.write("case", CASE)
        hive = self.write("hive", b"mine")
        text = self.complaint(recipe, "-o", hive)
        self.assertIn("--force", text)
        self.assertEqual(hive.read_bytes(), b"mine")

    def test_a_mistake_leaves_nothing(self):
        recipe = self.write("case", CASE + b"nonsense\n")
        hive = self.directory / "hive"
        self.assertIn(":5:1: ", self.complaint(recipe, "-o", hive))
        self.assertFalse(hive.exists())
        keep = self.write("keep", b"mine")
        self.complaint(recipe, "-o", keep, "--force")
        self.assertEqual(keep.read_bytes(), b"mine")

    def test_wrong_use(self):
        recipe = self.write("case", CASE)
        for arguments in [[recipe], ["-o", "x"], [recipe, recipe, "-o", "x"],
                          [recipe, "-o"], [recipe, "-x"]]:
            self.complaint(*arguments, exit=2)
        for arguments in [["--layout", "auto"],
                          ["--format", "recipe", "--backend", "hivex"]]:
            done = self.run_program("dump", *arguments, recipe)
            self.assertEqual(done.returncode, 2)

    def test_what_cannot_be_had(self):
        recipe = self.write("case", CASE)
        hive = self.directory / "none" / "hive"
        self.complaint(recipe, "-o", hive)
        self.complaint(self.directory / "absent", "-o", self.directory / "h")
        self.complaint(self.directory, "-o", self.directory / "h")
        newer = self.write("newer", b"hiveproof recipe 2\n")
        self.assertIn("newer", self.complaint(newer, "-o",
                                              self.directory / "h"))
        if os.path.exists("/dev/full"):
            self.complaint(recipe, "-o", "/dev/full", "--force")

    def test_many_of_everything(self):
        """In linear time: square time would not end before the program's
        time is up."""
        keys = [f"k{i * 7919 % 100000:06}" for i in range(100000)]
        cases = {
            "keys": "".join(f"[\\p\\{key}]\n" for key in keys),
            "unsorted": "[\\p] unsorted\n" + "".join(
                f"[\\p\\{key}]\n" for key in keys),
            "values": "[\\p]\n" + "".join(
                f"\"{key}\" = dword:1\n" for key in keys),
            "bins": "bin 0x1000\n" * 200000 + "[\\p]\n",
            "cells": "[\\p]\n" + "cell +0x10 01\n" * 200000 + "".join(
                f"cell#{i}.size = -24\n" for i in range(200000)),
            "segments": "[\\p]\n\"v\" = hex:01*100000 db(list,"
                        + "1," * 65000 + "35000)\n" + "".join(
                            f"segment[\\p]\"v\"#{i}.bytes = hex:02\n"
                            for i in range(65000))}
        for name, lines in cases.items():
            with self.subTest(name=name):
                self.forge(self.write("case", FIRST + lines.encode()),
                           "--force")

    def test_includes_are_relative(self):
        inner = self.directory / "inner"
        inner.mkdir()
        (inner / "base").write_bytes(CASE)
        (inner / "case").write_bytes(FIRST + b"include \"base\"\n")
        self.write("top", FIRST + b"include \"inner/case\"\n")
        os.chdir(self.directory)
        self.addCleanup(os.chdir, "/")
        plain = self.forge(self.write("plain", CASE)).read_bytes()
        self.assertEqual(self.forge("top", "--force").read_bytes(), plain)
        broken = self.write("broken", FIRST + b"include \"absent\"\n")
        done = self.run_program("forge", broken, "-o", "h")
        why, where = done.stderr.decode().splitlines()
        self.assertEqual(done.returncode, 3)
        self.assertRegex(why, "^hiveproof: .*absent: No such file")
        self.assertRegex(where, "^hiveproof: .*/broken:2:9: the included file")

    def test_a_mistake_in_an_include_names_it(self):
        self.write("bad", FIRST + b"\n[x]\n")
        top = self.write("top", FIRST + b"include \"bad\"\n")
        self.assertIn("/bad:3:2: ",
                      self.complaint(top, "-o", self.directory / "h"))


class Logs(Forge):
    """A hive and its logs are made together or not at all."""
    LOGS = CASE + b"""log LOG1 hvle
entry
[\\ControlSet001\\Services\\y]
log LOG dirt
[\\ControlSet001\\Services\\z]
"""

    def files(self):
        return {path.name: path.read_bytes()
                for path in self.directory.glob("forged*")}

    def test_all_files_are_made(self):
        recipe = self.write("case", self.LOGS)
        self.forge(recipe)
        files = self.files()
        self.assertEqual(set(files), {"forged", "forged.LOG", "forged.LOG1"})
        self.assertEqual(files["forged.LOG1"][512:516], b"HvLE")
        self.assertEqual(files["forged.LOG"][512:516], b"DIRT")
        self.complaint(recipe, "-o", self.directory / "forged")
        self.assertEqual(self.files(), files)
        self.forge(recipe, "--force")
        self.assertEqual(self.files(), files)

    def test_none_is_made_when_one_cannot_be(self):
        recipe = self.write("case", self.LOGS)
        self.write("forged.LOG1", b"mine")
        text = self.complaint(recipe, "-o", self.directory / "forged")
        self.assertIn("forged.LOG1: File exists", text)
        self.assertEqual(self.files(), {"forged.LOG1": b"mine"})
        self.write("bad", self.LOGS + b"entry[LOG1]#1.size=1\n")
        self.complaint(self.directory / "bad", "-o",
                       self.directory / "forged", "--force")
        self.assertEqual(self.files(), {"forged.LOG1": b"mine"})

    def test_a_recipe_is_not_overwritten_by_its_log(self):
        recipe = self.write("forged.LOG1", self.LOGS)
        text = self.complaint(recipe, "-o", self.directory / "forged",
                              "--force")
        self.assertIn("read, not to be overwritten", text)
        self.assertEqual(recipe.read_bytes(), self.LOGS)

    def test_lies_about_what_was_included(self):
        self.write("base", self.LOGS)
        recipe = self.write("case", FIRST + b"include \"base\"\n"
                            b"entry[LOG1]#0.sequence = 9\n"
                            b"end[LOG] 600\n")
        self.forge(recipe)
        files = self.files()
        self.assertEqual(files["forged.LOG1"][524:528], b"\x09\0\0\0")
        self.assertEqual(len(files["forged.LOG"]), 600)

    def test_includes_are_opened_once(self):
        """However many states there are, and however often it is said."""
        self.write("base", CASE)
        recipe = self.write("case", FIRST + b"log LOG1 hvle\n"
                            + b"entry anew\ninclude \"base\"\n" * 63)
        self.forge(recipe)


class Corpus(Forge):
    """Every recipe of the corpus; what parsers make of the good ones is the
    test parsers.good_recipes."""

    def test_round_trip(self):
        recipes = sorted(RECIPES.glob("*.recipe"))
        self.assertGreater(len(recipes), 4)
        for recipe in recipes:
            hive = self.forge(recipe, "--force")
            again = self.write("again", self.ask("dump", "--format", "recipe",
                                                 hive))
            first = hive.read_bytes()
            self.assertEqual(self.forge(again, "--force").read_bytes(), first,
                             recipe)


class Fields(Forge):
    """docs/recipe-fields.md: every field, and the line that breaks it."""

    ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| (\d+) \| `([^`]+)` \|$", re.M)

    def test_each_line_breaks_its_field(self):
        page = (TREE / "docs" / "recipe-fields.md").read_text()
        base = (RECIPES / "good-fields.recipe").read_bytes()
        plain = self.forge(self.write("base", base)).read_bytes()
        rows = self.ROW.findall(page)
        self.assertGreater(len(rows), 80)
        for symbol, position, width, line in rows:
            recipe = self.write("case", base + line.encode() + b"\n")
            broken = self.forge(recipe, "--force").read_bytes()
            at, width = int(position, 16), int(width)
            different = [i for i, (x, y) in enumerate(zip(plain, broken))
                         if x != y and not 508 <= i < 512]
            if symbol == "BASE_CHECKSUM":
                different = [i for i in range(508, 512)
                             if plain[i] != broken[i]]
            self.assertEqual(len(plain), len(broken))
            self.assertTrue(different, line)
            self.assertTrue(at <= min(different) and
                            max(different) < at + width, line)


    def test_every_cell_has_a_size_and_slack(self):
        """Of every kind of record, and of a free cell."""
        base = (RECIPES / "good-fields.recipe").read_bytes() \
            + b"free @0x7c0+0x40 01\n"
        plain = self.forge(self.write("base", base)).read_bytes()
        cells = [line.split(".")[0] for line in re.findall(
            r"\| `\w+` \| \S+ \| \d+ \| `([^`]+\.(?:signature|bytes|"
            r"element\[1\]|slack)) =",
            (TREE / "docs" / "recipe-fields.md").read_text())]
        cells = {cell for cell in cells if cell not in ("base", "bin#0")}
        self.assertGreaterEqual(len(cells), 12)
        for cell in sorted(cells) + ["cell#1"]:
            changed = {}
            for what, value in [("size", "0x5a5b5c5d"), ("slack", "hex:5a5b")]:
                recipe = self.write("case", base + (
                    f"{cell}.{what} = {value}\n").encode())
                broken = self.forge(recipe, "--force").read_bytes()
                changed[what] = [i for i, (x, y) in enumerate(
                    zip(plain, broken)) if x != y]
            at = changed["size"][0]
            size = abs(int.from_bytes(plain[at:at + 4], "little", signed=True))
            self.assertEqual(changed["size"], list(range(at, at + 4)), cell)
            self.assertEqual(broken[changed["slack"][0]:][:2], b"\x5a\x5b")
            self.assertEqual(len(changed["slack"]), 2, cell)
            self.assertTrue(at + 4 <= changed["slack"][0] < at + size, cell)

    def test_a_place_without_a_line_is_found(self):
        """What scripts/docs-recipe-fields does when layout.h grows."""
        files = ["scripts/docs-recipe-fields", "engine/regf/layout.h",
                 "engine/forge/field.h", "docs/recipe-fields.md"]
        for name in files:
            (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TREE / name, self.directory / name)

        def check():
            return subprocess.run([self.directory / files[0], "--check"],
                                  check=False, capture_output=True).returncode

        self.assertEqual(check(), 0)
        layout = self.directory / files[1]
        text = layout.read_text()
        for new in ["NK_NEW = 14,", "NK_NEW = NK_SPARE + 1,", "NK_NEW,",
                    "NK_NEW = 0x0e,", "NK_NEW = 14, /* new */"]:
            layout.write_text(text.replace("    NK_PARENT = 16,",
                                           f"    {new}\n    NK_PARENT = 16,"))
            self.assertEqual(check(), 1, new)
        layout.write_text(text.replace("NK_PARENT = 16", "NK_PARENT = 20"))
        self.assertEqual(check(), 1)
        layout.write_text(text)
        table = self.directory / files[2]
        table.write_text(re.sub(r"    X\(NK, \"parent\".*\n", "",
                                table.read_text()))
        self.assertEqual(check(), 1)


class RegFile(Forge):
    def test_as_windows_writes_it(self):
        """UTF-16LE with its mark forges what the same text in UTF-8 does."""
        text = ("Windows Registry Editor Version 5.00\r\n\r\n"
                "[HKEY_LOCAL_MACHINE\\SYSTEM\\\u00e4\u03a9]\r\n"
                "\"\u20ac\"=\"x\\\\y\"\r\n@=hex(2):25,00,\\\r\n  00,00\r\n")
        plain = self.forge(self.write("8.reg", text.encode())).read_bytes()
        wide = self.write("16.reg", b"\xff\xfe" + text.encode("utf-16-le"))
        self.assertEqual(self.forge(wide, "--force").read_bytes(), plain)
        self.assertIn("\u03a9", self.ask("dump", "--format", "recipe",
                                         self.directory / "forged").decode())

    def test_as_hivexregedit_reads_it(self):
        """hivexregedit --merge into a minimal hive gives the same keys."""
        text = (b"Windows Registry Editor Version 5.00\r\n\r\n"
                b"[\\B]\r\n\"s\"=\"x\\\\y\"\r\n\"d\"=dword:0000001f\r\n"
                b"\"m\"=hex(7):61,00,00,00,\\\r\n  00,00\r\n\r\n[\\a]\r\n\r\n[\\a\\c]\r\n"
                b"@=\"z\"\r\n")
        hive = self.minimal()
        subprocess.run(["hivexregedit", "--merge", "--prefix", "", str(hive)],
                       input=text, check=True)
        forged = self.forge(self.write("reg", text))
        exports = [subprocess.run(["hivexregedit", "--export", str(path),
                                   "\\"], check=True, capture_output=True)
                   .stdout for path in [hive, forged]]
        self.assertEqual(*exports)


if __name__ == "__main__":
    unittest.main()
