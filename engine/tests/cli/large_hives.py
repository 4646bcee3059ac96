# SPDX-License-Identifier: Apache-2.0
"""Large and hostile hives from nothing, for the page of `hiveproof inspect`:
each function gives the bytes of a file of about `mib` mebibytes."""
import random
import struct

BIN = 4096
NIL = 0xFFFFFFFF
ROOT = 32
# Names that try to get out of wherever they are put.
HOSTILE = [
    "<script>window.pwned=1</script>", "</pre></details><img src=x onerror=pwned=1>",
    "\"'><svg onload=pwned=1>", "</script><script>window.pwned=1</script>",
    "<!--", "]]>", "{{image}}", "&lt;b&gt;&#60;", "`${pwned=1}`", "\\x41\\u0041",
    "javascript:pwned=1", "\x00\x01\x1b[2J\x7f\x9b", "\u202egnp.exe", "\ud800",
    "\udc00\ud800x", "\ufeff\u2028\u2029", " !1-999999 of 00000000 ", "%s%n%d",
    "a\nb\r\n00000020 nk 88 of base", "\U0001f4a9", "\uffff\ufffe", "x" * 200,
    "<link rel=stylesheet href=http://127.0.0.1:1/x>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:1/'>",
]


def cell(payload, free=False):
    size = -(-(len(payload) + 4) // 8) * 8
    return struct.pack("<i", size if free else -size) + payload.ljust(size - 4, b"\0")


def name_of(text):
    """(bytes, is it Latin-1) as Windows writes it."""
    try:
        return text.encode("latin-1"), True
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass"), False


def nk(text, parent, subkeys=(0, NIL), values=(0, NIL), root=False):
    name, narrow = name_of(text)
    flags = (0x20 if narrow else 0) | (0x0C if root else 0)
    return cell(struct.pack(
        "<2sHQIIIIIIIIIIIIIIIHH", b"nk", flags, 0, 0, parent, subkeys[0], 0,
        subkeys[1], NIL, values[0], values[1], NIL, NIL, 0, 0, 0, 0, 0,
        len(name), 0) + name)


def vk(text, size, data, kind=3):
    name, narrow = name_of(text)
    return cell(struct.pack("<2sHIIIHH", b"vk", len(name), size, data, kind,
                            int(narrow), 0) + name)


def hbin(offset, size, cells):
    free = size - 32 - len(cells)
    rest = cell(bytes(free - 4), free=True) if free else b""
    return struct.pack("<4sIIIIQI", b"hbin", offset, size, 0, 0, 0, 0) + cells + rest


def file_of(bins):
    block = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 5, 0, 1, ROOT,
                        len(bins), 1).ljust(508, b"\0")
    checksum = 0
    for (word,) in struct.iter_unpack("<I", block):
        checksum ^= word
    return (block + struct.pack("<I", checksum)).ljust(BIN, b"\0") + bins


def one_bin(cells):
    return file_of(hbin(0, -(-(32 + len(cells)) // BIN) * BIN, cells))


def small_cells(mib, size=64):
    """One bin full of free and used cells of `size` bytes that are nothing."""
    pair = cell(b"\xa5" * (size - 4)) + cell(bytes(size - 4), free=True)
    return one_bin(nk("ROOT", NIL, root=True) + pair * (mib * (1 << 19) // size))


def huge_value(mib):
    """A value whose data is one cell (version 1.5 wants big data: damage)."""
    root = nk("ROOT", NIL, values=(1, 120), root=True)
    size = mib << 20
    return one_bin(root + cell(struct.pack("<I", 128)) +
                   vk("", size, 152) + cell(b"<script>" * (size // 8)))


def empty_bins(mib):
    first = hbin(0, BIN, nk("ROOT", NIL, root=True))
    return file_of(first + b"".join(hbin(i * BIN, BIN, b"")
                                    for i in range(1, mib * 256)))


def random_bytes(mib):
    """A good base block, then nothing that is a hive."""
    return file_of(random.Random(1).randbytes(mib << 20))


def many_keys(count, names=HOSTILE, least=0):
    """`count` subkeys of the root with names of `names` and their number, each
    with a value; one bin, at least `least` bytes of it."""
    leaf = 500
    leaves = [range(i, min(i + leaf, count)) for i in range(0, count, leaf)]
    at = ROOT + len(nk("ROOT", NIL, root=True))
    ri_at, at = at, at + len(cell(bytes(4 + 4 * len(leaves))))
    leaf_at = []
    for part in leaves:
        leaf_at.append(at)
        at += len(cell(bytes(4 + 4 * len(part))))
    cells, places = [], []
    for i in range(count):
        name = f"{names[i % len(names)]}{i}"
        size = len(nk(name, ROOT))
        places.append(at)
        cells.append(nk(name, ROOT, values=(1, at + size)))
        cells.append(cell(struct.pack("<I", at + size + 8)))
        cells.append(vk(names[(i + 1) % len(names)], 0x80000004, i, 4))
        at += size + 8 + len(cells[-1])
    head = nk("ROOT", NIL, subkeys=(count, ri_at), root=True)
    head += cell(struct.pack("<2sH", b"ri", len(leaves)) +
                 b"".join(struct.pack("<I", a) for a in leaf_at))
    for part in leaves:
        head += cell(struct.pack("<2sH", b"li", len(part)) +
                     b"".join(struct.pack("<I", places[i]) for i in part))
    body = head + b"".join(cells)
    if len(body) < least:
        body += cell(b"\xa5" * (least - len(body)))
    return one_bin(body)
