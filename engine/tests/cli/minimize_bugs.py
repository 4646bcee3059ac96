#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""minimize_bugs.py BUG FILE | --session BUG: a reader of hives with a bug, and
whether FILE shows it (exit 0, or the line yes). Each bug needs something else of
a hive. Broken hives do not trouble it; what cannot be read is not there."""
import struct
import sys

NIL = 0xFFFFFFFF
DEEP = 40  # keys below the root
TWINS = {b"left", b"right"}


class Hive:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.end = len(self.data) - 4096

    def number(self, form, at):
        """A number at a hive offset; 0 outside of the hive."""
        if at < 0 or at + struct.calcsize(form) > self.end:
            return 0
        return struct.unpack_from(form, self.data, 4096 + at)[0]

    def cell(self, at, signature):
        """The payload's offset of the used cell at `at` if it is that record."""
        size = -self.number("<i", at)
        if at % 8 or at == NIL or size < 8 or at + size > self.end:
            return None
        start = 4096 + at + 4
        return at + 4 if self.data[start:start + 2] in signature else None

    def root(self):
        return struct.unpack_from("<I", self.data, 36)[0] if self.end > 0 else NIL

    def elements(self, record):
        wide = self.data[4096 + record:4098 + record] in (b"lf", b"lh")
        count = self.number("<H", record + 2)
        size = -self.number("<i", record - 4)
        count = min(count, (size - 8) // (8 if wide else 4))
        return [self.number("<I", record + 4 + i * (8 if wide else 4))
                for i in range(count)]

    def leaves(self, at, nested=0):
        """(child, ri records above its leaf) of a subkey list."""
        record = self.cell(at, (b"lf", b"lh", b"li", b"ri"))
        if record is None or nested > 8:
            return
        if self.data[4096 + record:4098 + record] != b"ri":
            for child in self.elements(record):
                yield child, nested
            return
        for below in self.elements(record):
            yield from self.leaves(below, nested + 1)

    def keys(self):
        """(record, depth, names of the children) of every key, once."""
        waiting, seen = [(self.root(), 0)], set()
        while waiting:
            at, depth = waiting.pop()
            record = self.cell(at, (b"nk",))
            if record is None or at in seen:
                continue
            seen.add(at)
            yield record, depth
            if self.number("<I", record + 20):
                waiting += [(child, depth + 1) for child, _ in
                            self.leaves(self.number("<I", record + 28))]

    def name(self, record):
        size = self.number("<H", record + 72)
        return self.data[4096 + record + 76:4096 + record + 76 + size]


def nested_ri(hive):
    return any(nested > 1 and hive.cell(child, (b"nk",))
               for record, _ in hive.keys()
               for child, nested in
               hive.leaves(hive.number("<I", record + 28)))


def big_data(hive):
    """A value in segments, all of which are there."""
    for record, _ in hive.keys():
        values = hive.number("<I", record + 40)
        for i in range(min(hive.number("<I", record + 36), 1000)):
            value = hive.cell(hive.number("<I", values + 4 + 4 * i), (b"vk",))
            if value is None:
                continue
            size = hive.number("<I", value + 4)
            data = hive.cell(hive.number("<I", value + 8), (b"db",))
            if data is None or not 16344 < size < 1 << 31:
                continue
            count, segments = hive.number("<H", data + 2), hive.number("<I", data + 4)
            parts = [-hive.number("<i", hive.number("<I", segments + 4 + 4 * n)) - 4
                     for n in range(count)]
            if sum(min(max(part, 0), 16344) for part in parts) >= size:
                return True
    return False


def depth(hive):
    return any(deep >= DEEP for _, deep in hive.keys())


def twins(hive):
    """Two keys below one, each with its own name."""
    for record, _ in hive.keys():
        names = {hive.name(child) for child in
                 (hive.cell(at, (b"nk",)) for at, _ in
                  hive.leaves(hive.number("<I", record + 28))) if child}
        if TWINS <= names:
            return True
    return False


BUGS = {"ri": nested_ri, "db": big_data, "depth": depth, "twins": twins}


def main(words):
    if words[0] == "--session":
        for line in sys.stdin:
            found = BUGS[words[1]](Hive(line.rstrip("\n")))
            print("yes" if found else "no", flush=True)
        return 0
    return 0 if BUGS[words[0]](Hive(words[1])) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
