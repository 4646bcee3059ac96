#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof dump --format recipe --scrub: what must go is gone, what must
stay is there."""
import json
import random
import re
import string
import struct
import subprocess
import unittest

from support import CliTest, TREE, folder

FIRST = "hiveproof recipe 1\n"
RECIPES = TREE / "corpus" / "recipes"
BASE = (RECIPES / "good-fields.recipe").read_text()
WINDOW = 5  # characters of a marker in a row that must not be found

READERS = [[], ["--mode", "strict"], ["--backend", "hivex"]]


class Markers:
    """Sixteen letters and digits each, from a seed; Latin-1 has two more."""

    def __init__(self, seed, letters=string.ascii_letters + string.digits):
        self.random = random.Random(seed)
        self.letters, self.all = letters, []

    def new(self):
        marker = "".join(self.random.choice(self.letters) for _ in range(16))
        self.all.append(marker)
        return marker

    def hex(self, wide=False):
        marker = self.new()
        return (marker.encode("utf-16-le") if wide
                else marker.encode("latin-1")).hex()

    def number(self):
        return "0x" + self.new()[:8].encode("latin-1").hex()


def lh_hash(name):
    value = 0
    for unit in name.upper():
        value = (value * 37 + ord(unit)) & 0xFFFFFFFF
    return value


def sid(markers):
    """S-1-AUTHORITY-..., all of it a marker but the shape."""
    text = markers.new().encode("latin-1") + markers.new().encode("latin-1")
    return bytes([1, 6]) + text[:30]


def descriptor(markers):
    """Owner, group, SACL, DACL with common, object and callback ACEs."""
    def ace(kind, body):
        return struct.pack("<BBH", kind, 0, 4 + len(body)) + body

    mask, guid = markers.new().encode("latin-1"), markers.new().encode("latin-1")
    aces = (ace(0, mask[:4] + sid(markers)) +
            ace(5, mask[4:8] + struct.pack("<I", 1) + guid + sid(markers)) +
            ace(9, mask[8:12] + sid(markers) + guid))
    acl = struct.pack("<BBHHH", 4, 0, 8 + len(aces), 3, 0) + aces
    parts = [sid(markers), sid(markers), acl, acl]
    offsets, at = [], 20
    for part in parts:
        offsets.append(at)
        at += len(part)
    return struct.pack("<BBH4I", 1, 0, 0x8014, *offsets) + b"".join(parts)


def marked(markers):
    """A recipe with a marker in every place that the issue names, and more."""
    m, wide = markers, "\\u4e2d"
    quoted = [m.new() for _ in range(3)]
    return FIRST + f"""
base minor=5 name=hex:{m.hex(True)} filetime={m.number()}
bin 0x8000
[\\] filetime={m.number()}
security s = hex:{descriptor(m).hex()}
[\\{m.new()}] class="{m.new()}" filetime={m.number()} security=s
"{m.new()}" = "{m.new()}"
"{m.new()}{wide}" = expand:"{m.new()}"
"{m.new()}" = multi:"{m.new()}","{m.new()}"
"{m.new()}" = hex:{m.hex()}{m.hex(True)}
"{m.new()}" = hex(7b):{m.hex()}00
"{m.new()}" = dword:{m.hex()[:8]}
"{m.new()}" = qword:{m.hex()[:16]}
"{m.new()}" = str(1):"{m.new()}"
"{m.new()}" = hex(1):{m.hex()}
"big" = hex:{m.hex()}{"55" * 16400}{m.hex()}
[\\{m.new()}{wide}]
[\\{m.new()}] lf
[\\{m.all[-1]}\\{m.new()}]
[\\{m.all[-2]}\\{m.new()}] utf16
[\\MountedDevices]
"\\\\DosDevices\\\\{quoted[0]}:" = hex:{m.hex(True)}
"\\\\??\\\\Volume{{{quoted[1]}}}" = hex:{m.hex()}
[\\k] lf values@0x7000+0x80 nk@0x7100+0x100 class="x" class@0x7200+0x80
"v" = hex:01020304050607 vk@0x7300+0x80 data@0x7380+0x80
[\\k\\{quoted[2]}]
[\\k\\b]
free @0x7400+0x80 {m.hex()}{m.hex(True)}
cell @0x7480+0x80 {m.hex()}{m.hex(True)}
cell @0x7500+0x80 6e6b2000{m.hex()}{m.hex()}{m.hex()}{m.hex()}{m.hex()}
tail {m.hex()}{m.hex(True)}00{m.hex()}
base.rm_id = hex:{m.hex()}
base.log_id = hex:{m.hex()}
base.tm_id = hex:{m.hex()}
base.reserved = hex:{m.hex()}{m.hex(True)}
base.unused = hex:{m.hex()}{m.hex(True)}
base.thaw_tm_id = hex:{m.hex()}
base.thaw_rm_id = hex:{m.hex()}
base.thaw_log_id = hex:{m.hex()}
base.reorganized = {m.number()}
bin#0.reserved = {m.number()}
bin#0.filetime = {m.number()}
bin#0.spare = {m.number()[:10]}
nk[\\k].slack = hex:{m.hex()}{m.hex(True)}
nk[\\k].work_var = {m.number()[:10]}
nk[\\k].max_class = {m.number()[:10]}
nk[\\k].max_value_name = {m.number()[:10]}
nk[\\k].max_data = {m.number()[:10]}
nk[\\k].spare = {m.number()[:6]}
nk[\\k].volatile_count = {m.number()[:10]}
nk[\\k].volatile_subkeys = {m.number()[:10]}
values[\\k].slack = hex:{m.hex()}{m.hex(True)}
class[\\k].slack = hex:{m.hex()}{m.hex(True)}
vk[\\k]"v".slack = hex:{m.hex()}{m.hex(True)}
vk[\\k]"v".spare = {m.number()[:6]}
data[\\k]"v".slack = hex:{m.hex()}{m.hex(True)}
list[\\k].hint[1] = {m.number()[:10]}
"""


class Scrub(CliTest):
    def forge(self, recipe, name="forged"):
        hive = self.directory / name
        self.ask("forge", self.write("recipe", recipe.encode()), "-o", hive,
                 "--force")
        return hive

    def scrub(self, hive, *more):
        """The recipe of `hive` and the path of what it forges."""
        recipe = self.directory / "scrubbed.recipe"
        with open(recipe, "wb") as output:
            self.ask("dump", "--format", "recipe", "--scrub", *more, hive,
                     stdout=output)
        scrubbed = self.directory / "scrubbed"
        self.ask("forge", recipe, "-o", scrubbed, "--force")
        return recipe.read_text(), scrubbed

    def shape(self, hive, *more):
        """What a reader makes of `hive` as it lies: all but the content."""
        done = self.run_program("dump", "--no-logs", *more, hive)
        return [done.returncode] + [shape_of(json.loads(line))
                                    for line in done.stdout.splitlines()]

    def check(self, hive, what, full=False):
        _, scrubbed = self.scrub(hive)
        self.assertEqual(scrubbed.stat().st_size, hive.stat().st_size)
        for more in READERS:
            was, now = self.shape(hive, *more), self.shape(scrubbed, *more)
            self.assertEqual(normal(now, was), was, (what, more))
        if full:
            for tool in [["hivexml"], ["hivexsh", "-f", "/dev/null"]]:
                self.assertEqual(*[self.end_of(tool, path)
                                   for path in [hive, scrubbed]], (what, tool))

    def end_of(self, tool, hive):
        done = subprocess.run([*tool, str(hive)], check=False, timeout=120,
                              capture_output=True)
        return done.returncode


def units(event, member):
    if event.get(member + "_utf16") is not None:
        return len(event[member + "_utf16"]) // 4
    text = event.get(member)
    return text if text is None else len(text.encode("utf-16-le")) // 2


def reads(number):
    """A number whose four bytes are ASCII is taken for text."""
    return (isinstance(number, int) and number > 0xFFFF and
            all(0x20 <= byte < 0x7F for byte in number.to_bytes(8, "little")[:4]))


def shape_of(event):
    kind = event["event"]
    if kind == "damage":
        return [kind] + [event[m] for m in ["status", "offset", "field",
                                            "action"]]
    if kind == "data":
        return [kind, len(event["hex"])]
    if kind in ("key_enter", "value"):
        shape = [kind, units(event, "name"), units(event, "class_name"),
                 event.get("security") and len(event["security"])]
        for member in ["type", "data_size", "flags"]:
            number = event.get(member)
            shape.append("wild" if reads(number) else number)
        return shape
    return [kind] + [event.get(m) for m in ["dirty", "result", "reason"]]


def normal(shape, other):
    """`shape` where `other` has no wild number instead."""
    return [["wild" if isinstance(b, list) and len(a) == len(b) and y == "wild"
             else x for x, y in zip(a, b)]
            if isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
            else a for a, b in zip(shape, other)] + shape[len(other):]


def forms(text):
    """How `text` could be written in a file."""
    for written in {text, text.upper(), text.lower(), text.swapcase(),
                    text[::-1]}:
        yield written.encode("latin-1")
        yield written.encode("utf-16-le")
        yield written.encode("utf-16-be")


def survivors(markers, recipe, image):
    """What of the markers can be found in the two."""
    plain = re.sub(r"[\s,\\]|\\u00|\\x", "", recipe).lower()
    for marker in markers:
        for at in range(len(marker) - WINDOW + 1):
            part = marker[at:at + WINDOW]
            if part.lower() in plain or part[::-1].lower() in plain:
                yield "recipe", part
            for form in forms(part):
                if form in image or form.hex() in plain:
                    yield "image", part
        numbers = [lh_hash(marker),
                   int.from_bytes(marker[:4].encode("latin-1"), "little"),
                   int.from_bytes(marker[:4].encode("latin-1"), "big")]
        for number in numbers:
            if number.to_bytes(4, "little") in image or \
                    f"{number:x}" in recipe.lower():
                yield "number", marker


class Gone(Scrub):
    """Markers survive nowhere."""

    def test_every_place(self):
        for seed in range(4):
            markers = Markers(seed)
            hive = self.forge(marked(markers))
            image = hive.read_bytes()
            here = self.ask("dump", "--format", "recipe", hive).decode()
            # The oracle sees each of them where they were.
            for marker in markers.all:
                self.assertTrue(
                    any(marker[at:at + 4].encode(code) in image
                        for at in range(12)
                        for code in ["latin-1", "utf-16-le"]) or
                    marker[:2].encode()[::-1] in image, marker)
            self.assertTrue(set(survivors(markers.all, here, image)))
            recipe, scrubbed = self.scrub(hive)
            self.assertEqual(list(survivors(markers.all, recipe,
                                            scrubbed.read_bytes())), [])
            for more in READERS:
                self.assertEqual(self.shape(hive, *more),
                                 self.shape(scrubbed, *more))

    def test_latin1_beyond_ascii(self):
        letters = "ÀÉÎÕÜàéîõü¡¿£§¶×÷"
        markers = Markers(7, letters)
        text = FIRST + "".join(
            f"[\\{markers.new()}]\n\"{markers.new()}\" = \"{markers.new()}\"\n"
            for _ in range(4)) + f"tail {markers.hex()}\n"
        recipe, scrubbed = self.scrub(self.forge(text))
        image = scrubbed.read_bytes()
        for marker in markers.all:
            for code in ["latin-1", "utf-16-le"]:
                self.assertNotIn(marker.encode(code), image)
            self.assertNotIn(marker, recipe)

    def test_no_hive_at_all(self):
        generator = random.Random(1)
        for size in [1, 3, 4, 511, 512, 4095, 4096, 8192, 20001]:
            image = generator.randbytes(size)
            hive = self.write("random", image)
            _, scrubbed = self.scrub(hive)
            self.assertEqual(scrubbed.read_bytes(), b"x" * size)

    def test_random_hives(self):
        """Whatever stands in a file that says it is a hive: nothing that could
        be text survives in a row."""
        generator = random.Random(2)
        for size in [4096, 8192, 65536]:
            image = bytes(generator.randrange(0x20, 0x7F) for _ in range(size))
            whole = bytearray(image)
            whole[:4] = b"regf"
            whole[4096:4100] = b"hbin"[:max(0, size - 4096)]
            _, scrubbed = self.scrub(self.write("text", whole[:size]))
            out = bytearray(scrubbed.read_bytes())
            self.assertEqual(len(out), size)
            out[4096:4100] = b"xxxx"[:len(out[4096:4100])]  # was "hbin"
            run = longest = 0
            for a, b in zip(whole[8:], out[8:]):
                run = run + 1 if a == b and a != ord("x") else 0
                longest = max(longest, run)
            self.assertLess(longest, WINDOW)


class Order(Scrub):
    """Names keep their order, their kind and what is alike."""

    def names(self, hive, event="key_enter"):
        lines = self.ask("dump", hive).splitlines()
        return [e["name"] for e in map(json.loads, lines)
                if e["event"] == event]

    def test_many_short_names(self):
        names = list(string.digits + string.ascii_uppercase + "_-.{}~ ÄÖ")
        keys = "".join(f"[\\\"{name}\"]\n" for name in names)
        hive = self.forge(FIRST + keys)
        _, scrubbed = self.scrub(hive)
        self.assertEqual(self.shape(hive), self.shape(scrubbed))
        self.assertEqual(len(set(self.names(scrubbed)[1:])), len(names))

    def test_alike_and_out_of_order(self):
        keys = "".join(f"[\\{label}] name=\"{name}\" unsorted\n"
                       for label, name in [("1", "Same"), ("2", "sAME"),
                                           ("3", "Zebra"), ("4", "Apple"),
                                           ("5", "a\\u0100"), ("6", "\\ud800"),
                                           ("7", "x\\\\y")])
        hive = self.forge(FIRST + "[\\] unsorted\n" + keys)
        _, scrubbed = self.scrub(hive)
        names = [name.upper() for name in self.names(scrubbed)[1:]]
        self.assertEqual(names[0], names[1])
        self.assertGreater(names[2], names[3])
        self.assertEqual(names[6][1], "\\")
        for more in READERS:
            self.assertEqual(self.shape(hive, *more),
                             self.shape(scrubbed, *more))

    def test_sorted_stays_sorted_and_hashed(self):
        """hivex finds each key by its name, and the strict reader notes
        nothing."""
        generator = random.Random(3)
        names = {"".join(generator.choice(string.ascii_letters + "_-. 12")
                         for _ in range(generator.randrange(1, 9))).strip()
                 for _ in range(1500)} - {""}
        hive = self.forge(FIRST + "".join(f"[\\\"{n}\"]\n" for n in names))
        _, scrubbed = self.scrub(hive)
        self.assertEqual(self.shape(hive), self.shape(scrubbed))
        self.assertNotIn(b"damage", self.ask("dump", scrubbed))


class Damage(Scrub):
    """What was wrong is wrong, in the same place and in the same way."""

    ROW = re.compile(r"^\| `(\w+)` \| (\S+) \| (\d+) \| `([^`]+)` \|$", re.M)

    def test_corpus(self):
        for recipe in sorted(RECIPES.glob("*.recipe")):
            hive = self.directory / "hive"
            self.ask("forge", recipe, "-o", hive, "--force")
            self.check(hive, recipe, True)

    def test_a_lie_about_every_field(self):
        rows = self.ROW.findall((TREE / "docs" / "recipe-fields.md")
                                .read_text())
        self.assertGreater(len(rows), 80)
        for symbol, _, width, line in rows:
            with self.subTest(line):
                self.check(self.forge(BASE + line + "\n"), line, True)

    def test_numbers(self):
        """The numbers that parsers stumble on, where they look at them."""
        fields = ["nk[\\k].subkey_count", "nk[\\k].subkeys",
                  "nk[\\k].value_count", "nk[\\k].values", "nk[\\k].class",
                  "nk[\\k].security", "nk[\\k].parent", "nk[\\k].size",
                  "vk[\\k]\"v\".data", "vk[\\k]\"v\".data_size",
                  "vk[\\k]\"v\".size", "list[\\].element[0]", "list[\\].size",
                  "values[\\k].element[0]", "values[\\k].size", "base.root",
                  "base.bins_size", "bin#0.size", "bin#0.offset",
                  "sk[s].flink", "sk[s].descriptor_size",
                  "db[\\k]\"big\".list", "segments[\\k]\"big\".element[0]",
                  "cell#0.size"]
        numbers = ["0", "0x20", "0x302", "0x1000", "0x7fffffff", "0x80000005",
                   "0xffffffff", "0xffffffe8", "0x700000",
                   "offset(nk[\\k])+8", "offset(data[\\k]\"v\")"]
        for field in fields:
            for number in numbers:
                lie = f"{field} = {number}\n"
                with self.subTest(lie):
                    self.check(self.forge(BASE + lie), lie)

    def test_wrong_use(self):
        for more in [[], ["--format", "count"], ["--format", "events"]]:
            self.complains(2, "--scrub", "dump", *more, "--scrub",
                           self.minimal())


class RealHives(Scrub):
    def test_all(self):
        hives = folder("HP_HIVES")
        files = sorted(path for top in ["system", "other"]
                       for path in (hives / top).rglob("*")
                       if path.is_file() and path.stat().st_size > 0)
        self.assertGreater(len(files), 60)
        for path in files:
            size = path.stat().st_size
            if size < 4 << 20:
                self.check(path, path, size < 1 << 20)
                continue
            _, scrubbed = self.scrub(path)
            self.assertEqual(scrubbed.stat().st_size, size)
            for more in READERS:
                count = ["dump", "--no-logs", "--format", "count", *more]
                was, now = [self.run_program(*count, hive)
                            for hive in [path, scrubbed]]
                self.assertEqual((was.returncode, was.stdout),
                                 (now.returncode, now.stdout), path)


if __name__ == "__main__":
    unittest.main()
