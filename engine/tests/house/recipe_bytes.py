# SPDX-License-Identifier: Apache-2.0
"""How many bytes are written as bytes in a recipe or .reg file.

A byte counts that the text spells: a pair of hexadecimal digits in raw, cell,
free and tail lines and behind hex: or hex(...):, an escape in a string. Repeated
ones (00*4096) count once, for they are read at a glance. What one line says may
be CELL_MOST bytes, raw lines that touch the same 64 bytes count as one, and a
case CASE_MOST with all that it includes."""
import re

CELL_MOST = 64
CASE_MOST = 256
NEAR = 64  # bytes between raw lines that are taken for one

_CONTINUED = re.compile(r"\\[ \t]*\r?\n[ \t]*")
_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|(u)[0-9A-Fa-f]{4})")
_BYTES = r"(?:[0-9A-Fa-f]{2}(?:\*\w+)?[, \t]*)+"
_VALUE = re.compile(rf"\bhex(?:\([0-9A-Fa-f]+\))?:[ \t]*({_BYTES})")
_LINE = re.compile(rf"[ \t]*(raw|cell|free|tail)\b(.*)")
_PLACE = re.compile(r"[ \t]*(?:[@+][@+\w]*[ \t]*)*")
_INCLUDE = re.compile(r'[ \t]*include[ \t]+"([^"\n]*)"')
_PAIR = re.compile(r"[0-9A-Fa-f]{2}(?=\*|[^*]|\Z)")


def _pairs(text):
    """Pairs of digits, and how many bytes they are with their repeats."""
    pairs = size = 0
    for match in re.finditer(r"([0-9A-Fa-f]{2})(?:\*(0x[0-9A-Fa-f]+|\d+))?",
                             text):
        pairs += 1
        size += int(match[2], 0) if match[2] else 1
    return pairs, size


def _strings(line):
    """Bytes written as escapes in the strings of `line`."""
    return sum(2 if unit else 1 for text in _STRING.findall(line)
               for unit in _ESCAPE.findall(text))


def _without_comment(line):
    plain = _STRING.sub(lambda match: '"' + "_" * (len(match[0]) - 2) + '"',
                        line)
    end = plain.find(";")
    return line if end < 0 else line[:end]


def _raw(line):
    """(position, size, pairs) of a raw line."""
    words = line.split(None, 1)
    pairs, size = _pairs(words[1] if len(words) > 1 else "")
    try:
        return int(words[0], 0), size, pairs
    except (IndexError, ValueError):
        return 0, size, pairs


def count(text):
    """([bytes of each line that has some], [(position, size, bytes) of raw
    lines], [names of includes])"""
    lines, raws, includes = [], [], []
    for line in map(_without_comment, _CONTINUED.sub(" ", text).splitlines()):
        include = _INCLUDE.match(line)
        special = _LINE.match(line)
        if include:
            includes.append(include[1])
        elif special and special[1] == "raw":
            raws.append(_raw(special[2]))
        elif special:
            place = _PLACE.match(special[2]).end()
            lines.append(_pairs(special[2][place:])[0])
        else:
            lines.append(_strings(line) + sum(
                _pairs(data)[0] for data in _VALUE.findall(
                    _STRING.sub('""', line))))
    return lines, raws, includes


def _groups(raws):
    """Bytes of raw lines that lie near each other."""
    end, groups = None, []
    for position, size, pairs in sorted(raws):
        if end is None or position > end + NEAR:
            groups.append(0)
        groups[-1] += pairs
        end = max(end or 0, position + size)
    return groups


def _read(path):
    data = path.read_bytes()
    if data[:2] == b"\xff\xfe":
        return data[2:].decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def _case(path):
    """The bytes of a case and everything that it includes, each file once, and
    all its raw lines."""
    waiting, seen, total, raws = [path], set(), 0, []
    while waiting:
        file = waiting.pop()
        if file.resolve() in seen or not file.is_file():
            continue
        seen.add(file.resolve())
        lines, own, includes = count(_read(file))
        total += sum(lines) + sum(pairs for _, _, pairs in own)
        raws += own
        waiting += [file.parent / name for name in includes]
    return total, raws


def problems(path):
    """What is too much in the recipe or .reg file."""
    found = []
    lines, _, _ = count(_read(path))
    total, raws = _case(path)
    most = max([*lines, *_groups(raws)], default=0)
    if most > CELL_MOST:
        found.append(f"{most} bytes in one place, {CELL_MOST} are allowed")
    if total > CASE_MOST:
        found.append(f"{total} bytes in the case, {CASE_MOST} are allowed")
    return found
