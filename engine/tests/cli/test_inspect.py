#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof inspect: the text, the page as it is without a browser"""
import base64
import hashlib
import json
import os
import re
import unittest
from html.parser import HTMLParser

import large_hives
from minimal_hive import Editor, string
from support import CliTest, TREE, UNSAFE, folder

COUNTS = re.compile(r"(\d+) bytes; (\d+) bins?, (\d+) cells?; (\d+) keys?, "
                    r"(\d+) values?, (\d+) bytes of data\n"
                    r"The reader (.*); (\d+) problems?, (\d+) of which")
PART = re.compile(r"(?:base|[0-9a-f]{8}) (\w+) (\d+)")
PROBLEM = re.compile(r"!(\d+) at (?:base|[0-9a-f]{8}) ")


class Page(HTMLParser):
    """What a reader without scripts gets: text of each section, attributes of
    #counts, and everything that could load or run something."""

    def __init__(self, content):
        super().__init__()
        self.sections, self.counts, self.hashed = {}, {}, []
        self.section = self.policy = self.capture = None
        self.tags, self.attributes = set(), set()
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.add(tag)
        self.attributes |= set(given)
        if tag == "section":
            self.section = given["id"]
        if given.get("id") == "counts":
            self.counts = {name[5:].replace("-", "_"): int(value) for name, value
                           in given.items() if name.startswith("data-")}
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        self.capture = tag if tag in ("script", "style") else None
        if self.capture and "type" in given:
            self.capture = "image"

    def handle_endtag(self, tag):
        self.section = None if tag == "section" else self.section
        self.capture = None

    def handle_data(self, data):
        if self.capture:
            self.hashed.append((self.capture, data))
        if self.section:
            self.sections[self.section] = self.sections.get(self.section, "") + data

    def parts(self):
        return [m for m in map(PART.match, self.sections["cells"].splitlines()) if m]

    def problems(self):
        return PROBLEM.findall(self.sections["problems"])


class Inspect(CliTest):
    def inspect(self, path, *more, exit):
        return self.ask("inspect", path, *more, exit=exit).decode()

    def page(self, path, *more, exit):
        target = self.directory / "page.html"
        said = self.inspect(path, "--html", target, "--force", *more, exit=exit)
        return Page(target.read_text(encoding="utf-8")), said

    def forged(self, name):
        path = self.directory / name
        self.ask("forge", TREE / "corpus" / "recipes" / f"{name}.recipe", "-o", path)
        return path

    def engine(self, path):
        """(keys, values, data bytes, damage, damage that costs) by dump."""
        keys = values = data = damage = costly = 0
        for line in self.run_program("dump", path).stdout.splitlines():
            event = json.loads(line)
            keys += event["event"] == "key_enter"
            values += event["event"] == "value"
            data += len(event["hex"]) // 2 if event["event"] == "data" else 0
            if event["event"] == "damage":
                damage += 1
                costly += event["action"] != "noted"
        return keys, values, data, damage, costly

    def check_counts(self, path, exit):
        """Text and page say what dump says, and list as many."""
        engine = self.engine(path)
        text = self.inspect(path, exit=exit)
        self.assertIsNone(UNSAFE.search(text), path)
        counts = COUNTS.search(text).groups()
        numbers = tuple(map(int, counts[3:6] + counts[7:]))
        self.assertEqual(numbers, engine, path)
        page, said = self.page(path, exit=exit)
        self.assertIn(COUNTS.search(said).group(), text)
        c = page.counts
        self.assertEqual((c["keys"], c["values"], c["data_bytes"], c["problems"],
                          c["costly"]), engine, path)
        self.assertEqual(c["size"], os.path.getsize(path))
        parts = page.parts()
        self.assertEqual(len(parts), c["parts"])
        others = ("block", "bin", "gap", "tail")
        self.assertEqual(sum(p[1] not in others for p in parts), c["cells"])
        self.assertEqual([int(n) for n in page.problems()],
                         list(range(1, c["problem_lines"] + 1)))
        in_text = [m for m in map(PART.match, text.splitlines()) if m]
        self.assertEqual([m.groups() for m in in_text],
                         [m.groups() for m in parts])
        return text, page


class Counts(Inspect):
    def test_corpus(self):
        for recipe in sorted((TREE / "corpus" / "recipes").glob("*.recipe")):
            path = self.forged(recipe.stem)
            whole = self.run_program("dump", path).returncode
            self.check_counts(path, whole)

    def test_large_and_hostile(self):
        for name, image, exit in [
                ("small", large_hives.small_cells(1), 0),
                ("huge", large_hives.huge_value(1), 1),
                ("empty", large_hives.empty_bins(1), 0),
                ("random", large_hives.random_bytes(1), 1),
                ("keys", large_hives.many_keys(3000), 0)]:
            with self.subTest(name):
                self.check_counts(self.write(name, image), exit)

    def test_bytes_are_a_part_each(self):
        path = self.forged("good-lists")
        page, _ = self.page(path, exit=0)
        self.assertEqual(sum(int(p[2]) for p in page.parts()),
                         os.path.getsize(path))

    def test_truncated(self):
        image = self.forged("good-lists").read_bytes()
        self.complains(3, "empty", "inspect", self.write("none", b""))
        for size in [1, 100, 4095, 4096, 4097, 5000, 8191, len(image) - 1]:
            self.check_counts(self.write("cut", image[:size]), 1)

    def test_real_hives(self):
        hives = folder("HP_HIVES")
        for path in sorted((hives / "other").rglob("*")):
            if path.is_file() and path.stat().st_size < 1 << 20:
                alone = self.write("hive", path.read_bytes())  # without its logs
                code = self.run_program("dump", alone).returncode
                self.check_counts(alone, min(code, 1))


class Text(Inspect):
    def test_fields_have_values_and_meanings(self):
        text = self.inspect(self.forged("good-fields"), exit=0)
        for line in [
                '  +0    signature        0x66676572 "regf" -- Says that this is',
                "00000020 nk 88 of base \"ROOT\" the root\n",
                "  +6    flags            0x002c root no-delete latin1-name -- ",
                "2000-01-01 00:00:00 UTC -- When the key was changed last",
                '  +36   root             0x00000020 nk "ROOT" -- ']:
            self.assertIn(line, text)

    def test_problem_stands_at_its_cell_and_in_the_summary(self):
        text = self.inspect(self.forged("bad-subkey-count"), exit=1)
        problem = r"!1 at \w+ \(nk\): .*; nk.subkey_count is 0xffffffff; .*\n"
        self.assertRegex(text, r"\w+ nk 88 !1 of .*\\Services\n  " + problem)
        self.assertRegex(text, r"\nProblems\n" + problem)

    def test_notes_cost_nothing(self):
        image = bytearray(self.minimal().read_bytes())
        image[8] ^= 1  # sequence2 and with it the checksum
        text = self.inspect(self.write("dirty", image), exit=0)
        self.assertIn("2 problems, 0 of which cost content", text)

    def test_hostile_names_in_one_line(self):
        path = self.minimal()
        edit = Editor(str(path))
        edit.set("a", {"x\x1b[2J\n\u202e": string("\x07<b>")})
        edit.done()
        text = self.inspect(path, exit=0)
        self.assertIsNone(UNSAFE.search(text))
        self.assertIn('"x\\x1B[2J\\x0A\\u202E" REG_SZ, 10 bytes: "\\x07<b>"', text)

    def test_output_that_is_full(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                self.ask("inspect", self.minimal(), stdout=full, exit=3)


class ExitCodes(Inspect):
    def test_wrong_use(self):
        path = self.minimal()
        for arguments in [[], [path, path], [path, "--force"], [path, "--html"],
                          [path, "--mode", "strict"], [path, "--against"]]:
            self.complains(2, "", "inspect", *arguments)

    def test_what_cannot_be_read(self):
        path = self.minimal()
        self.complains(3, "absent", "inspect", self.directory / "absent")
        self.complains(3, "", "inspect", self.directory)
        self.complains(3, "absent", "inspect", path, "--against",
                       self.directory / "absent")

    def test_never_overwrites_unasked(self):
        path, mine = self.minimal(), self.write("mine", b"mine")
        self.complains(3, "--force", "inspect", path, "--html", mine)
        self.assertEqual(mine.read_bytes(), b"mine")
        self.inspect(path, "--html", mine, "--force", exit=0)
        self.assertTrue(mine.read_bytes().startswith(b"<!DOCTYPE html>"))

    def test_never_overwrites_what_it_reads(self):
        path = self.minimal()
        other = self.write("other", path.read_bytes())
        link = self.directory / "link"
        link.symlink_to(other)
        before = path.read_bytes()
        for target in [path, other, link]:
            self.complains(3, "not to be overwritten", "inspect", path,
                           "--against", other, "--html", target, "--force")
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(other.read_bytes(), before)

    def test_a_page_that_cannot_be_written(self):
        path = self.minimal()
        self.complains(3, "none", "inspect", path, "--html",
                       self.directory / "none" / "page")
        if os.path.exists("/dev/full"):
            self.complains(3, "/dev/full", "inspect", path, "--html",
                           "/dev/full", "--force")


class Against(Inspect):
    def test_equal(self):
        path = self.minimal()
        same = self.write("same", path.read_bytes())
        text = self.inspect(path, "--against", same, exit=0)
        self.assertIn("Equal to ", text)
        page, _ = self.page(path, "--against", same, exit=0)
        self.assertIn("None.", page.sections["difference"])

    def test_different(self):
        path = self.minimal()
        other = self.write("other", path.read_bytes())
        edit = Editor(str(other))
        edit.set("<i>new", {"v": string("x")})
        edit.done()
        page, said = self.page(path, "--against", other, exit=1)
        self.assertIn("Differs from ", said)
        text = self.inspect(path, "--against", other, exit=1)
        for where in [text, page.sections["difference"]]:
            self.assertIn('\\ key "<i>new": first missing, second present', where)
            self.assertRegex(where, r"subkey_count: first 0x0+ 0, second 0x0+1 1")
        self.assertRegex(text, "(?m)^00000020 nk 88 differs of base")

    def test_second_that_is_no_hive(self):
        text = self.inspect(self.minimal(), "--against",
                            self.write("none", b"x" * 5000), exit=1)
        self.assertIn("the reader refuses the second", text)


class Html(Inspect):
    def test_policy_holds_the_hashes(self):
        page, _ = self.page(self.minimal(), exit=0)
        self.assertEqual([kind for kind, _ in page.hashed],
                         ["style", "image", "script"])
        for kind, content in page.hashed:
            digest = base64.b64encode(
                hashlib.sha256(content.encode()).digest()).decode()
            if kind != "image":
                self.assertIn(f"{kind}-src 'sha256-{digest}'", page.policy)
        self.assertIn("default-src 'none'", page.policy)
        self.assertNotIn("unsafe", page.policy)
        self.assertNotIn("{{", page.sections["cells"])

    def test_hostile_names_are_text(self):
        path = self.write("hostile", large_hives.many_keys(200))
        plain, _ = self.page(self.minimal(), exit=0)
        page, _ = self.page(path, exit=0)
        # Nothing of the hive became an element or an attribute.
        self.assertEqual(page.tags - plain.tags, {"strong"} - plain.tags)
        self.assertEqual(page.attributes, plain.attributes)
        self.assertFalse([a for a in page.attributes if a.startswith("on")])
        self.assertFalse(page.attributes & {"src", "srcset", "style", "action"})
        for name in ["<script>window.pwned=1</script>0", "\\uD80013",
                     "a\\x0Ab\\x0D\\x0A00000020 nk 88 of base18"]:
            self.assertIn(name, page.sections["keys"])

    def test_the_hive_is_in_it(self):
        path = self.forged("good-lists")
        page, _ = self.page(path, exit=0)
        image = next(text for kind, text in page.hashed if kind == "image")
        self.assertEqual(base64.b64decode(image), path.read_bytes())

    def test_file_name_is_text(self):
        path = self.write("<img src=x>&\x1b", self.minimal().read_bytes())
        page, said = self.page(path, exit=0)
        self.assertNotIn("img", page.tags)
        self.assertIsNone(UNSAFE.search(said))


if __name__ == "__main__":
    unittest.main()
