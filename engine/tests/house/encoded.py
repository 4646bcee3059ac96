# SPDX-License-Identifier: Apache-2.0
"""Bytes that are written as text: where they are, and whether a hive, a log or
something compressed is in them."""
import base64
import binascii
import collections
import math
import re
import struct
import zlib

Run = collections.namedtuple("Run", "line form data")

FEW = 32  # bytes that are no content yet: a GUID, a hash, a key
DEPTH = 3  # encodings in each other

MAGIC = [b"regf", b"hbin", b"HvLE", b"DIRT"]
COMPRESSED = {
    b"\x1f\x8b\x08": "gzip", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4", b"PK\3\4": "zip", b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar", b"LZIP": "lzip", b"MSCF": "cab",
    b"\x1f\x9d": "compress", b"\x5d\0\0": "lzma"}

# Possessive throughout: what cannot be matched in two ways takes no time.
_BETWEEN = (r"(?:[\s,;:\"'{}()|+#*/_-]|\\(?![xX]?[0-9A-Fa-f]{2})){0,24}+")
_BYTE = r"(?:0[xX]|\\[xX]|\\|%|=|&#x|\$)?+[0-9A-Fa-f]{2}"
_HEX = re.compile(rf"(?<![0-9A-Za-z])(?:{_BYTE}{_BETWEEN}){{{FEW},}}+")
_HEX_PREFIX = re.compile(r"0[xX](?=[0-9A-Fa-f]{2})")
_WORD = r"(?:0[xX])?+[0-9A-Fa-f]{%d}(?:[uU]?+[lL]{0,2}+)"
_WORDS = [(size, re.compile(rf"(?:\b{_WORD % (2 * size)}\b{_BETWEEN}){{8,}}+"))
          for size in (2, 4, 8)]
_DUMP = re.compile(r"^[ \t]*[0-9A-Fa-f]{4,16}:?[ \t]+((?:[0-9A-Fa-f]{2}[ \t]?)"
                   r"{4,64})", re.M)
_INTEGERS = re.compile(r"(?:(?<![\w.])-?\d{1,20}+[uU]?[lL]{0,2}\b"
                       r"[\s,;{}()\[\]]{1,24}+){8,}+")
# One that is not closed ends with its line, so that each byte is seen once.
_LITERALS = [re.compile(r'"(?:\\.|[^"\\\n])*+"?'),
             re.compile(r"'(?:\\.|[^'\\\n])*+'?")]
_BETWEEN_LITERALS = re.compile(r"[\s+\\,]{0,64}[a-zA-Z]{0,2}")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|([0-7]{1,3})|"
                     r"(.))")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{16,}+={0,2}[\s\"',\\;)]{0,24}+)++")
_DENSE = re.compile(r"(?:^[ \t]*+[!-~]{40,}+[ \t]*+(?:\n|\Z)){1,}+", re.M)
_UU = re.compile(r"^begin(?:-base64)? [0-7]{3,4} ", re.M)


def entropy(text):
    """Bits a character."""
    counts = collections.Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text))
                for n in counts.values()) if text else 0


def _hexadecimal(text):
    for match in _HEX.finditer(text):
        digits = _HEX_PREFIX.sub("", match[0])
        digits = "".join(re.findall(r"[0-9A-Fa-f]{2}", digits))
        yield match.start(), "hexadecimal", bytes.fromhex(digits)


def _words(text):
    for size, pattern in _WORDS:
        for match in pattern.finditer(text):
            words = re.findall(rf"\b{_WORD % (2 * size)}\b", match[0])
            digits = [re.sub("(?i)^0x|[ul]+$", "", word) for word in words]
            yield (match.start(), "words", b"".join(
                bytes.fromhex(word)[::-1] for word in digits))


def _dumps(text):
    lines = list(_DUMP.finditer(text))
    if lines:
        data = "".join(re.sub(r"\s", "", line[1]) for line in lines)
        yield (lines[0].start(), "a dump",
               bytes.fromhex(data[:len(data) // 2 * 2]))


def _integers(text):
    for match in _INTEGERS.finditer(text):
        numbers = [int(n) for n in re.findall(r"-?\d+", match[0])]
        for size in (1, 2, 4, 8):
            if all(-(1 << 8 * size - 1) <= n < 1 << 8 * size for n in numbers):
                yield (match.start(), "numbers", b"".join(
                    (n % (1 << 8 * size)).to_bytes(size, "little")
                    for n in numbers))
                break


def _unescape(piece):
    """The bytes of a literal, and how many of them are escapes."""
    data, at, escapes = bytearray(), 1, 0
    for match in _ESCAPE.finditer(piece, 1, len(piece) - 1):
        data += piece[at:match.start()].encode("utf-8")
        at = match.end()
        byte, unit, octal, _ = match.groups()
        escapes += 1 if byte or octal else 2 if unit else 0
        if byte:
            data.append(int(byte, 16))
        elif unit:
            data += int(unit, 16).to_bytes(2, "little")
        elif octal:
            data.append(int(octal, 8) & 0xff)
        else:
            data += match[4].encode("utf-8")
    data += piece[at:-1].encode("utf-8")
    return bytes(data), escapes


def _literals(text):
    """String literals with bytes in them, adjacent ones joined."""
    for pattern in _LITERALS:
        start, end, data, escapes = 0, None, [], 0
        for match in pattern.finditer(text):
            between = text[end:match.start()] if end is not None else "."
            if not _BETWEEN_LITERALS.fullmatch(between):
                yield from _literal(start, b"".join(data), escapes)
                start, data, escapes = match.start(), [], 0
            piece, count = _unescape(match[0])
            data.append(piece)
            escapes += count
            end = match.end()
        yield from _literal(start, b"".join(data), escapes)


def _literal(start, data, escapes):
    # Text with an escape here and there is text.
    if 2 * escapes > len(data):
        yield start, "escapes", data


def _base64(text):
    for match in _BASE64.finditer(text):
        letters = "".join(re.findall(r"[A-Za-z0-9+/_-]+", match[0]))
        letters = letters.replace("-", "+").replace("_", "/")
        found = None
        for skip in range(4):  # something may be glued to its start
            part = letters[skip:]
            data = base64.b64decode(part[:len(part) // 4 * 4])
            if hidden(data, DEPTH) or _is_ascii(data):
                found = data
        # Capitals enough: a path or a name has few.
        mixed = len(re.findall("[A-Z]", letters)) > len(letters) / 5 and all(
            re.search(some, letters) for some in ("[a-z]", "[0-9]"))
        if found is None and mixed and (entropy(letters) > 4 or re.search(
                r"[A-Za-z0-9+/]{200}", match[0])):
            found = data
        if found is not None:
            yield match.start(), "base 64", found


def _is_ascii(data):
    return all(9 <= byte < 127 for byte in data)


def _decoded(letters):
    """`letters` as what else is used to write bytes."""
    plain = letters.removeprefix("<~").removesuffix("~>")
    for decode in (base64.b85decode, base64.a85decode, base64.b32decode):
        for text in (letters, plain):
            try:
                yield decode(text)
            except (ValueError, binascii.Error, struct.error):
                continue


def _dense(text):
    """Lines without a blank that use many characters alike: base 85 and what
    there is beside it."""
    for match in _DENSE.finditer(text):
        letters = re.sub(r"\s", "", match[0])
        for data in _decoded(letters):
            if hidden(data, DEPTH):
                yield match.start(), "dense text", data
        if entropy(letters) > 5.2:
            yield match.start(), "dense text", letters.encode("utf-8")
    for match in _UU.finditer(text):
        yield match.start(), "uuencode", text[match.start():].encode("utf-8")


def runs(text):
    """Every run of more than a few bytes."""
    for find in (_hexadecimal, _words, _dumps, _integers, _literals, _base64,
                 _dense):
        for start, form, data in find(text):
            if len(data) > FEW:
                yield Run(text.count("\n", 0, start) + 1, form, data)


def _swapped(data, size):
    whole = data[:len(data) // size * size]
    return b"".join(whole[i:i + size][::-1] for i in range(0, len(whole), size))


def _zlib(data):
    if len(data) < 2 or data[0] & 15 != 8 or int.from_bytes(data[:2]) % 31:
        return False
    try:
        return len(zlib.decompressobj().decompress(data, 4096)) >= FEW
    except zlib.error:
        return False


def hidden(data, depth=0):
    """What `data` holds that nobody could read there, or None."""
    for order in (data, data[::-1], _swapped(data, 2), _swapped(data, 4),
                  _swapped(data, 8)):
        if any(magic in order for magic in MAGIC):
            return "a hive or a log"
        for magic, name in COMPRESSED.items():
            if order.startswith(magic):
                return f"{name} data"
        if re.match(rb"BZh[1-9]1AY", order):
            return "bzip2 data"
        if _zlib(order):
            return "zlib data"
    if depth < DEPTH:
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError:
            return None
        for run in runs(text):
            what = hidden(run.data, depth + 1)
            if what:
                return what
    return None
