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


def of(hive):
    """COUNT of them, the same for the same hive."""
    live = places(hive)
    chance = random.Random(hive)
    for _ in range(COUNT if live else 0):
        at = chance.choice(live)
        number, = struct.unpack_from("<I", hive, at)
        number = chance.choice((
            0, number ^ 1 << chance.randrange(32),
            number + chance.choice(STEPS) & 0xFFFFFFFF,
            number + (chance.choice((-1, 1)) << 8 * chance.randrange(4))
            & 0xFFFFFFFF,
            struct.unpack_from("<I", hive, chance.choice(live))[0]))
        yield summed(hive[:at] + struct.pack("<I", number) + hive[at + 4:])
