# SPDX-License-Identifier: Apache-2.0
"""A hive and its logs in one input (fuzz_log), made simpler: logs are left out and
parts made zero, and the sums over them that were right are made right again."""
import struct

from nightly.neighbours import BASE, SUM, summed

MAGIC, HEADER = b"HPLG", 20
SECTOR, MOST = 512, 8  # bytes, of them in a cluster
CLUSTER = 44  # regf
# HvLE: its head, of which the first bytes have the second hash; what is behind
# it has the first one.
ENTRY, ENTRY_HEAD, HASH_1, HASH_2 = b"HvLE", 40, 24, 32
SALT, SALTS = 2048, 16  # where nothing is, and how many
SEED, WORD = 0x82EF4D887A4E55C5, 0xFFFFFFFF


def is_set(data):
    return data.startswith(MAGIC) and len(data) >= HEADER


def hash_of(data):
    """Marvin32, as logs have it."""
    low, high = SEED & WORD, SEED >> 32

    def rotated(word, bits):
        return (word << bits | word >> (32 - bits)) & WORD
    whole = len(data) // 4 * 4
    rest = int.from_bytes(data[whole:] + b"\x80", "little")
    for word in (*(word for word, in struct.iter_unpack("<I", data[:whole])),
                 rest, 0):
        low = (low + word) & WORD
        high ^= low
        low = (rotated(low, 20) + high) & WORD
        high = rotated(high, 9) ^ low
        low = (rotated(low, 27) + high) & WORD
        high = rotated(high, 19)
    return struct.pack("<II", low, high)


def parts(data):
    """(where it begins, its bytes) of the hive and each log."""
    at = HEADER
    for size in struct.unpack_from("<4I", data, 4):
        yield at, data[at:at + size]
        at += len(data[at:at + size])


def entries(start, log):
    """(where it begins, where it ends)"""
    if len(log) < CLUSTER + 4:
        return
    cluster, = struct.unpack_from("<I", log, CLUSTER)
    at = SECTOR * (cluster if 0 < cluster <= MOST else 1)
    while log[at:at + 4] == ENTRY and len(log) - at >= ENTRY_HEAD:
        size, = struct.unpack_from("<I", log, at + 4)
        if not ENTRY_HEAD <= size <= len(log) - at:
            return
        yield start + at, start + at + size
        at += size


def sums(data):
    """(where, what must stand there). The second hash of an entry is over the
    first one, which may be mended before it is asked for."""
    for number, (start, part) in enumerate(parts(data)):
        if len(part) >= SECTOR:
            base = bytes(part[:BASE]).ljust(BASE, b"\0")
            yield start + SUM, summed(base)[SUM:SUM + 4]
        for at, end in entries(start, part) if number else ():
            yield at + HASH_1, hash_of(data[at + ENTRY_HEAD:end])
            yield at + HASH_2, hash_of(data[at:at + HASH_2])


def mended(data, right):
    """With right sums at the places in `right`."""
    data = bytearray(data)
    for at, due in sums(data):
        if at in right:
            data[at:at + len(due)] = due
    return bytes(data)


def without(data, number):
    """Without that log."""
    kept = [part for _, part in parts(data)]
    kept[number] = b""
    return MAGIC + struct.pack("<4I", *map(len, kept)) + b"".join(kept)


def salted(data):
    """The same in some ways: the oracles choose by a hash of the input what they do
    to the logs."""
    yield data
    at, hive = next(parts(data))
    if len(hive) >= BASE:
        for salt in range(1, SALTS):
            yield data[:at + SALT] + bytes([salt]) + data[at + SALT + 1:]


def simpler(data, shows):
    """The simplest that still `shows`."""
    def shown(less):
        return next((one for one in salted(less) if shows(one)), data)

    for number in (1, 2, 3):
        data = shown(without(data, number))
    right = {at for at, due in sums(data) if data[at:at + len(due)] == due}
    size = len(data)
    while size > 0:
        for at in range(HEADER, len(data), size):
            part = data[at:at + size]
            if any(part):
                less = data[:at] + bytes(len(part)) + data[at + size:]
                data = shown(mended(less, right))
        size //= 2
    return data
