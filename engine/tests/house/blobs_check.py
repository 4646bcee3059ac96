#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""blobs_check.py HIVEPROOF: does blobs.py find a hive in whatever form it is
planted in a tree, and nothing where there is none?"""
import base64
import binascii
import bz2
import gzip
import io
import lzma
import os
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import unittest
import zipfile
import zlib

import blobs

PROGRAM = sys.argv.pop(1)
RECIPE = (b"hiveproof recipe 1\n[\\k]\n\"v\" = \""
          + b"the quick brown fox 0123456789 " * 60 + b"\"\n")
SHORT = 700  # bytes of the hive that are tried where all would be too easy


def forge(folder):
    (folder / "x.recipe").write_bytes(RECIPE)
    subprocess.run([PROGRAM, "forge", folder / "x.recipe", "-o", folder / "x"],
                   check=True)
    return (folder / "x").read_bytes()


def wrap(text, width=76, start="", end=""):
    return "\n".join(start + line + end
                     for line in textwrap.wrap(text, width)) + "\n"


def tar_of(hive):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("hive")
        info.size = len(hive)
        archive.addfile(info, io.BytesIO(hive))
    return file.getvalue()


def zip_of(hive, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("hive", hive)
    return file.getvalue()


def swapped(data, size):
    return b"".join(data[i:i + size][::-1] for i in range(0, len(data), size))


def words(data, form, template):
    size = struct.calcsize(form)
    return ", ".join(template % value for value, in
                     struct.iter_unpack(form, data[:len(data) // size * size]))


def c_escapes(data, template):
    return wrap("".join(template % byte for byte in data), 72, '    "', '"')


def dump(data, group=2):
    lines = []
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        pieces = [row[i:i + group].hex() for i in range(0, 16, group)]
        lines.append(f"{at:08x}: {' '.join(pieces)}  "
                     + "".join(chr(c) if 32 < c < 127 else "." for c in row))
    return "\n".join(lines) + "\n"


def binary_forms(hive):
    """What is no text."""
    yield "raw", hive
    yield "cut", hive[:SHORT]
    yield "bins", hive[4096:]
    yield "swapped", swapped(hive, 4)
    yield "xor", bytes(byte ^ 0x55 for byte in hive)
    yield "gzip", gzip.compress(hive)
    yield "xz", lzma.compress(hive)
    yield "lzma", lzma.compress(hive, lzma.FORMAT_ALONE)
    yield "bzip2", bz2.compress(hive)
    yield "zlib", zlib.compress(hive)
    yield "tar", tar_of(hive)
    yield "zip", zip_of(hive)
    yield "stored", zip_of(hive, zipfile.ZIP_STORED)
    yield "utf-8", hive.decode("latin-1").encode("utf-8")
    yield "utf-16", hive.decode("latin-1").encode("utf-16")
    yield "behind text", b"/* text */\n" * 100 + hive


def text_forms(hive):
    """What is text, and says the bytes of `hive`."""
    plain = base64.b64encode(hive).decode()
    yield "base 64", plain
    yield "base 64, lines", wrap(plain)
    yield "base 64, short lines", wrap(plain, 20)
    yield "base 64, url", base64.urlsafe_b64encode(hive).decode()
    yield "base 64, C", wrap(plain, 64, '    "', '"')
    yield "base 64, python", wrap(plain, 64, '    b"', '\\n"')
    yield "base 64, comment", wrap(plain, 70, "# ")
    yield "base 64, glued", "data:x/y;base64," + plain
    yield "base 64 twice", base64.b64encode(plain.encode()).decode()
    yield "base 32", wrap(base64.b32encode(hive).decode())
    yield "base 85", wrap(base64.b85encode(hive).decode())
    yield "ascii 85", base64.a85encode(hive, wrapcol=72, adobe=True).decode()
    yield "uuencode", "begin 644 hive\n" + "".join(
        binascii.b2a_uu(hive[i:i + 45]).decode()
        for i in range(0, len(hive), 45)) + "end\n"
    yield "hex", hive.hex()
    yield "hex, capitals", hive.hex().upper()
    yield "hex, lines", wrap(hive.hex(), 64)
    yield "hex, C string", wrap(hive.hex(), 64, '    "', '"')
    yield "hex, blanks", wrap(hive.hex(" "), 72)
    yield "hex, commas", wrap(hive.hex(","), 74, "", "\\")
    yield "hex, colons", hive.hex(":")
    yield "hex, comment", wrap(hive.hex(), 64, "// ")
    yield "hex, swapped", swapped(hive, 4).hex()
    yield "hex, backwards", hive[::-1].hex()
    yield "array", wrap(words(hive, "B", "0x%02x"), 72)
    yield "array, capitals", wrap(words(hive, "B", "0X%02X"), 72)
    yield "array, decimal", wrap(words(hive, "B", "%d"), 72)
    yield "array, signed", wrap(words(hive, "b", "%d"), 72)
    yield "array, 16 bits", wrap(words(hive, "<H", "0x%04x"), 72)
    yield "array, 32 bits", wrap(words(hive, "<I", "0x%08xu"), 72)
    yield "array, 64 bits", wrap(words(hive, "<Q", "0x%016xULL"), 72)
    yield "array, big-endian", wrap(words(hive, ">I", "0x%08x"), 72)
    yield "array, decimal words", wrap(words(hive, "<I", "%d"), 72)
    yield "array, decimal long", wrap(words(hive, "<Q", "%d"), 72)
    yield "json", "{\"d\": [" + words(hive, "B", "%d") + "]}"
    yield "escapes", c_escapes(hive, "\\x%02x")
    yield "escapes, octal", c_escapes(hive, "\\%03o")
    yield "escapes, python", "DATA = " + repr(hive) + "\n"
    yield "escapes, units", '"' + "".join(
        f"\\u{unit:04x}" for unit, in struct.iter_unpack("<H", hive)) + '"'
    yield "percent", "".join(f"%{byte:02X}" for byte in hive)
    yield "quoted-printable", wrap("".join(f"={byte:02X}" for byte in hive),
                                   75)
    yield "xxd", dump(hive)
    yield "hexdump", dump(hive, 1)


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.outside = pathlib.Path(folder.name)
        self.hive = forge(self.outside)
        self.tree = self.outside / "tree"
        self.tree.mkdir()
        subprocess.run(["git", "init", "-q", self.tree], check=True)

    def write(self, name, content):
        path = self.tree / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def found(self, name=None):
        _, found = blobs.check_tree(self.tree, PROGRAM)
        return [rule for file, rule in found if name in (None, file)]

    def expect(self, wanted, name, content):
        path = self.write(name, content)
        rules = self.found(name)
        path.unlink()
        self.assertTrue(any(wanted in rule for rule in rules),
                        (name, wanted, rules))

    def test_binary(self):
        for form, data in binary_forms(self.hive):
            for name in ["hive", "data.txt", "x.c", "x.recipe"]:
                with self.subTest(form=form, name=name):
                    self.expect("no text", name, data)

    def test_text(self):
        for form, text in text_forms(self.hive):
            for name in ["x.c", "x.py", "x.md", "x"]:
                with self.subTest(form=form, name=name):
                    self.expect("", name, text.encode())

    def test_short_text(self):
        """A piece that is short enough for how much there may be is found by
        what it holds."""
        short = self.hive[:blobs.RUN_MOST]
        for form, text in text_forms(short):
            if form in ("base 32", "base 85", "ascii 85", "array, decimal long"):
                continue  # found by how much they are, not by what they hold
            with self.subTest(form=form):
                self.expect("", "x.c", text.encode())

    def test_short_compressed_text(self):
        small = self.hive[4096:4096 + 800]
        packed = [gzip.compress(small), zlib.compress(small),
                  lzma.compress(small), bz2.compress(small), zip_of(small)]
        for data in packed:
            for text in [data.hex(), base64.b64encode(data).decode(),
                         c_escapes(data, "\\x%02x"),
                         words(data, "B", "0x%02x"), words(data, "B", "%d")]:
                with self.subTest(start=text[:40]):
                    self.expect("data as" if len(data) <= blobs.RUN_MOST
                                else "", "x.h", text.encode())

    def test_pieces(self):
        """Cut into pieces that are each short."""
        piece = self.hive.replace(b"regf", b"").replace(b"hbin", b"").hex()
        text = "".join(f"a{i} = \"{piece[i:i + 400]}\";\n"
                       for i in range(0, len(piece), 400))
        self.expect("", "x.c", text.encode())

    def test_recipes(self):
        head = "hiveproof recipe 1\n[\\k]\n"
        ff = ",".join(["f1"] * 65)
        lines = [f"raw 0x1000 {ff}", f"cell {ff}", f"free @0x300+0x80 {ff}",
                 f"tail {ff}", f"\"v\" = hex:{ff}", f"\"v\" = hex(7):{ff}",
                 f"security s = hex:{ff}", f"nk[\\k].slack = hex:{ff}",
                 f"[\\l] class=hex:{ff}",
                 "\"v\" = text(3):\"" + "\\x01" * 65 + "\"",
                 "\"v\" = text(3):\"" + "\\u0101" * 33 + "\"",
                 "raw 0x1000 " + ",".join(["f1"] * 33) + "\nraw 0x1040 "
                 + ",".join(["f1"] * 33),
                 f"\"v\" = hex:\\\n  {ff[:90]}\\\n  {ff[90:]}",
                 f"raw 0x1000 {ff.replace(',', '*1,')}"]
        for line in lines:
            with self.subTest(line=line):
                self.expect("in one place", "x.recipe",
                            (head + line + "\n").encode())
        reg = ("\ufeffWindows Registry Editor Version 5.00\r\n\r\n[\\k]\r\n"
               f"\"v\"=hex:{ff}\r\n")
        self.expect("in one place", "x.reg", reg[1:].encode())
        self.expect("no text", "x.reg", reg.encode("utf-16-le"))

    def test_cases(self):
        """Many small pieces, and pieces in what is included."""
        head = "hiveproof recipe 1\n"
        some = ",".join(["f1"] * 60)
        many = "".join(f"cell {some}\n" for _ in range(5))
        self.expect("in the case", "x.recipe", (head + many).encode())
        for i in range(4):
            self.write(f"in/{i}.recipe", (
                head + f"cell {some}\n"
                + (f"include \"{i + 1}.recipe\"\n" if i < 3 else "")).encode())
        self.assertEqual(self.found(), [])
        self.expect("in the case", "x.recipe", (
            head + f"include \"in/0.recipe\"\nraw 0 {some}\n").encode())

    def test_what_may_be(self):
        head = b"hiveproof recipe 1\n; A comment; with f1,f1\n[\\k]\n"
        self.write("a.recipe", head + b"\"v\" = hex:5a*16345\ntail 00*4096\n"
                   b"\"w\" = \"f1f2; raw\" ; raw 0 " + b"f1," * 80 + b"\n")
        self.write("b.recipe", b"hiveproof recipe 1\ninclude \"b.recipe\"\n")
        self.write("c.py", b"GUID = '4d36e967-e325-11ce-bfc1-08002be10318'\n"
                   b"SHA = '" + b"0123456789abcdef" * 4 + b"'\n")
        self.write("d.md", b"`regf`, `hbin`, `HvLE` and DIRT are signatures.\n")
        os.symlink("d.md", self.tree / "e")
        self.assertEqual(self.found(), [])

    def test_a_hive_with_its_recipe(self):
        self.write("good-x.recipe", RECIPE)
        self.write("good-hive", self.hive)
        self.assertEqual(self.found(), ["no text, and no recipe beside it"])
        self.write("good-hive.recipe", RECIPE)
        self.assertEqual(self.found(), [])
        self.write("good-hive", self.hive[:-1] + b"x")
        self.assertEqual(self.found(), ["its recipe forges other bytes"])
        self.write("good-hive.recipe", b"hiveproof recipe 1\nnonsense\n")
        self.assertEqual(self.found(), ["its recipe cannot be forged"])
        self.write("hive", self.hive)
        self.write("hive.recipe", RECIPE)
        self.assertIn("a hive is called good-, bad- or open-",
                      self.found("hive"))

    def test_what_git_knows(self):
        self.write("tracked", self.hive)
        subprocess.run(["git", "-C", self.tree, "add", "tracked"], check=True)
        self.write(".gitignore", b"/build/\ntracked\n")
        self.write("build/hive", self.hive)
        self.assertEqual(len(self.found("tracked")), 1)
        self.assertEqual(self.found("build/hive"), [])
        self.write("new/hive", self.hive)
        self.assertEqual(len(self.found("new/hive")), 1)

    def test_elsewhere(self):
        self.expect("elsewhere", "x", b"version https://git-lfs.github.com/"
                    b"spec/v1\noid sha256:00\nsize 8192\n")
        self.expect("anybody reads", "x", b"word \n" * 100000)
        subprocess.run(["git", "-C", self.tree, "update-index", "--add",
                        "--cacheinfo", "160000," + "1" * 40 + ",sub"],
                       check=True)
        self.assertTrue(any("submodule" in rule for rule in self.found()))


if __name__ == "__main__":
    unittest.main()
