# SPDX-License-Identifier: Apache-2.0
"""Hives that differ from a smallest one in one place: what one bug does to one of
them, it does to another in another way."""
import random
import struct

COUNT = 500
BASE, SUM = 4096, 508  # regf: the base block's size, and where its checksum is
STEPS = (-16, -8, -4, -1, 1, 4, 8, 16)


def summed(hive):
    """With the checksum of what is there (format: XOR-32, never 0 or -1)."""
    if len(hive) < BASE:
        return hive
    found = 0
    for number, in struct.iter_unpack("<I", hive[:SUM]):
        found ^= number
    found = {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(found, found)
    return hive[:SUM] + struct.pack("<I", found) + hive[SUM + 4:]


def places(hive):
    """The aligned numbers of the bins that are not 0."""
    return [at for at in range(min(BASE, len(hive)), len(hive) - 3, 4)
            if any(hive[at:at + 4])]


def references(hive):
    """The places of numbers that can be one."""
    return [at for at in places(hive)
            if 0 < word(hive, at) < len(hive) - BASE and word(hive, at) % 8 == 0]


def word(hive, at):
    return struct.unpack_from("<I", hive, at)[0]


def changed(hive, at, number):
    return summed(hive[:at] + struct.pack("<I", number) + hive[at + 4:])


def of(hive):
    """COUNT of them, and for every third one more in which a reference is another
    one of the hive; the same for the same hive."""
    live, links = places(hive), references(hive)
    chance, of_links = random.Random(hive), random.Random(hive)
    for count in range(COUNT if live else 0):
        at = chance.choice(live)
        number = word(hive, at)
        yield changed(hive, at, chance.choice((
            0, number ^ 1 << chance.randrange(32),
            number + chance.choice(STEPS) & 0xFFFFFFFF,
            number + (chance.choice((-1, 1)) << 8 * chance.randrange(4))
            & 0xFFFFFFFF,
            word(hive, chance.choice(live)))))
        if links and count % 3 == 0:
            yield changed(hive, of_links.choice(links),
                          word(hive, of_links.choice(links)))
