#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""round_trip.py HIVEPROOF [...]: every file in HP_HIVES to its recipe and back, byte
for byte. The recipes of healthy hives are at most LENGTH times as long as
hivexregedit's export, and their raw lines are about slack and free cells alone:
those bytes are in free cells or behind the record in their cell, and turning
them round changes nothing of what two readers read."""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import real_hives

LENGTH = 3
EXPORT_LEAST = 10000  # bytes; below, the recipe's head counts for too much
RAW = re.compile(r"^raw (0x[0-9a-f]+|\d+) (.*)$", re.M)
BYTES = re.compile(r"[0-9a-f]{2}(?:\*(\d+))?")
BASE = 4096
CHECKED = 508  # bytes of the base block that the checksum covers


def raw_ranges(recipe):
    """(start, end) of the bytes that raw lines say, as file positions."""
    text = recipe.read_text(encoding="utf-8").replace("\\\n", "")
    for position, data in RAW.findall(text):
        start = int(position, 0)
        yield start, start + sum(int(times or 1)
                                 for times in BYTES.findall(data))


def record_size(payload):
    """Bytes of the record at the start of a cell, as far as it tells."""
    def number(form, at):
        return struct.unpack_from(form, payload, at)[0]

    kind = payload[:2]
    if kind == b"nk" and len(payload) >= 76:
        return 76 + number("<H", 72)
    if kind == b"vk" and len(payload) >= 20:
        return 20 + number("<H", 2)
    if kind in (b"lf", b"lh"):
        return 4 + 8 * number("<H", 2)
    if kind in (b"li", b"ri"):
        return 4 + 4 * number("<H", 2)
    if kind == b"sk" and len(payload) >= 20:
        return 20 + number("<I", 16)
    return 0


def cells(image):
    """(start, end of what must not be raw, end) of every cell."""
    at, size = BASE, min(BASE + struct.unpack_from("<I", image, 40)[0],
                         len(image))
    while at < size and image[at:at + 4] == b"hbin":
        end = at + struct.unpack_from("<I", image, at + 8)[0]
        yield at, at + 32, at + 32
        at += 32
        while at < end:
            raw = struct.unpack_from("<i", image, at)[0]
            cell = image[at:at + abs(raw)]
            used = 4 + (record_size(cell[4:]) if raw < 0 else 0)
            yield at, at + used, at + abs(raw)
            at += abs(raw)


def touches_records(image, ranges):
    """The first raw range that says part of a record, or None."""
    ranges = sorted(ranges)
    all_cells = [(0, BASE, BASE), *cells(image)]
    i = 0
    for start, end in ranges:
        while i < len(all_cells) and all_cells[i][2] <= start:
            i += 1
        for at, used, after in all_cells[i:]:
            if at >= end:
                break
            if start < used and at < end and after > start:
                return start
    return None


def turned_round(image, ranges):
    """`image` with other bytes where raw lines are."""
    image = bytearray(image)
    for start, end in ranges:
        image[start:end] = bytes(byte ^ 0xff for byte in image[start:end])
    return image


class RoundTrip:
    def __init__(self, program):
        self.program = program
        self.healthy = set(real_hives.healthy(program))

    def check(self, path):
        with tempfile.TemporaryDirectory() as folder:
            recipe = pathlib.Path(folder) / "recipe"
            forged = pathlib.Path(folder) / "forged"
            try:
                self.program.recipe(path, recipe)
                self.program.ask("forge", recipe, "-o", forged)
            except ValueError as error:
                return [str(error)]
            if forged.read_bytes() != path.read_bytes():
                return ["the forged file is not the same"]
            if path not in self.healthy:
                return []
            return [*self.length(path, recipe), *self.raw(path, recipe, forged)]

    def length(self, path, recipe):
        done = subprocess.run(["hivexregedit", "--export", path, "\\"],
                              check=False, capture_output=True)
        size = recipe.stat().st_size
        if done.returncode == 0 and len(done.stdout) > EXPORT_LEAST and \
                size > LENGTH * len(done.stdout):
            yield f"{size} bytes of recipe, {len(done.stdout)} of export"

    def raw(self, path, recipe, forged):
        """`forged` is written over."""
        image, ranges = path.read_bytes(), list(raw_ranges(recipe))
        at = touches_records(image, ranges)
        if at is not None:
            yield f"a raw line at {at:#x} is about a record"
        if ranges:
            forged.write_bytes(turned_round(image, ranges))
        for more in [[], ["--backend", "hivex"]] if ranges else []:
            if not real_hives.same(self.program.events(forged, *more),
                                   self.program.events(path, *more)):
                yield f"raw lines are about what is read {more}"


def main():
    program = real_hives.Program(sys.argv[1])
    return real_hives.judge(RoundTrip(program).check, real_hives.files())


if __name__ == "__main__":
    sys.exit(main())
