# SPDX-License-Identifier: Apache-2.0
"""What independent parsers make of a hive, and whether it is what a vector
expects. Each runs as the program that Debian has, on a copy of its own, with
limits (engine/tests/parsers/tools.py).

A reading is a list of keys and values, depth first, as ("K", depth, name) and
("V", name, type, data); None is a refusal. What a program prints of a name or
of data is a function that says whether it stands for the right one, for most
print something else than the exact units and bytes."""
import hashlib
import json
import os
import pathlib
import re
import struct
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] /
                       "engine/tests/parsers"))
import tools  # noqa: E402

tools.CPU_SECONDS = 10
ADAPTERS = pathlib.Path(__file__).resolve().parents[2] / "adapters"
STRINGS = {1, 2, 7}


class NotKnown(Exception):
    """The parser gave no answer that can be read."""


# ---- events of hiveproof -------------------------------------------------

def _units(event, member):
    exact = event.get(member + "_utf16")
    if exact:
        return b"".join(struct.pack("<H", int(exact[i:i + 4], 16))
                        for i in range(0, len(exact), 4))
    return event[member].encode("utf-16-le", "surrogatepass")


def _digested(event):
    def says(data):
        return len(data) == event["size"] and \
            hashlib.sha256(data).hexdigest() == event["sha256"]
    return says


def events(text):
    """(result, reading) of the text stream."""
    reading, depth, result = [], 0, None
    for line in text.splitlines():
        event = json.loads(line)
        kind = event["event"]
        if kind == "key_enter":
            reading.append(("K", depth, _units(event, "name")))
            depth += 1
        elif kind == "key_leave":
            depth -= 1
        elif kind == "value":
            reading.append(("V", _units(event, "name"), event.get("type"),
                            bytearray()))
        elif kind == "data" and "hex" in event:
            reading[-1][3].extend(bytes.fromhex(event["hex"]))
        elif kind == "data":
            reading[-1] = (*reading[-1][:3], _digested(event))
        elif kind == "end":
            result = event["result"]
    return result, reading


def hivex(folder, program):
    _, text = tools.run([program, "dump", "--backend", "hivex", "hive"], folder)
    result, reading = events(text.decode())
    if result not in ("accept", "reject"):
        raise NotKnown(result)
    return reading if result == "accept" else None


def adapter(folder, script):
    """What a program of adapters/ says, all or in part."""
    _, text = tools.run([ADAPTERS / script, "hive"], folder)
    result, reading = events(text.decode())
    if result == "reject":
        return None
    if result not in ("accept", "partial"):
        raise NotKnown(result)
    return reading


def perl(folder, _program):
    return adapter(folder, "parse_win32registry.pl")


def impacket(folder, _program):
    return adapter(folder, "impacket_winregistry.py")


# ---- regfexport ----------------------------------------------------------

_TYPES = {"undefined": 0, "string": 1, "expandable string": 2, "binary data": 3,
          "32-bit integer little-endian": 4, "32-bit integer big-endian": 5,
          "symbolic link": 6, "multi-value string": 7, "resource list": 8,
          "full resource descriptor": 9, "resource requirements list": 10,
          "64-bit integer little-endian": 11}


def _exported_data(size, kind, lines):
    """What regfexport prints of data, as a function of the right one."""
    dump = bytearray()
    for line in lines:
        match = re.match(rb"[0-9a-f]{8}: ((?:[0-9a-f]{2} {1,2}){1,16})", line)
        if match:
            dump += bytes.fromhex(match[1].decode().replace(" ", ""))
    text = lines[0][6:] if lines and lines[0].startswith(b"Data: ") else None

    def says(data):
        if size != len(data):
            return False
        if size == 0 or dump:
            return bytes(dump) == data
        if kind in (4, 5, 11):
            order = "big" if kind == 5 else "little"
            return text == str(int.from_bytes(data, order)).encode()
        units = data[:len(data) // 2 * 2].decode("utf-16-le", "replace")
        return text is not None and text == units.split("\0")[0].encode()
    return says


def _exported_value(block):
    head = re.match(rb"Value: \d+ ?(.*)", block[0])
    kind = re.match(rb"Type: (?:unknown: 0x([0-9a-f]{8})|(.*?) \(.*)",
                    block[1])
    size = re.match(rb"Data size: (\d+)", block[2]) if len(block) > 2 else None
    if not head or not kind or not size:
        raise NotKnown("a value in another form")
    number = int(kind[1], 16) if kind[1] else _TYPES.get(kind[2].decode())
    name = b"" if head[1] == b"(default)" else head[1]
    return ("V", name.decode("utf-8", "replace").encode("utf-16-le"), number,
            _exported_data(int(size[1]), number, block[3:]))


def libregf(folder, _program):
    code, text = tools.run(["regfexport", "hive"], folder)
    if code != 0:
        return None
    reading, path, block = [], [], []
    for line in text.splitlines() + [b""]:
        if line:
            block.append(line)
            continue
        if block and block[0].startswith(b"Key path: "):
            name = next((row[5:] for row in block if row.startswith(b"Key: ")),
                        b"")
            whole = block[0][10:]
            while path and whole != path[-1] + b"\\" + name:
                path.pop()
            reading.append(("K", len(path), name.decode("utf-8", "replace")
                            .encode("utf-16-le")))
            path.append(whole)
            first = next((i for i, row in enumerate(block)
                          if row.startswith(b"Value: ")), len(block))
            block = block[first:]
        if block and block[0].startswith(b"Value: "):
            reading.append(_exported_value(block))
        block = []
    return reading


# ---- reglookup -----------------------------------------------------------

_LABELS = {"NONE": 0, "SZ": 1, "EXPAND_SZ": 2, "BINARY": 3, "DWORD": 4,
           "DWORD_BE": 5, "LINK": 6, "MULTI_SZ": 7, "RSRC_LIST": 8,
           "RSRC_DESC": 9, "RSRC_REQ_LIST": 10, "QWORD": 11}


def _looked_up_name(text):
    raw = urllib.parse.unquote_to_bytes(text)

    def says(name):
        narrow = name[::2] if not any(name[1::2]) else None
        return raw in (name, narrow)
    return says


def _looked_up_data(text, kind):
    raw = urllib.parse.unquote_to_bytes(text)

    def says(data):
        if raw == data:
            return True
        if kind in (4, 5, 11) and re.fullmatch(rb"0x[0-9A-F]+", raw):
            order = "big" if kind == 5 else "little"
            return int(raw, 16) == int.from_bytes(data, order)
        if kind not in STRINGS | {6}:
            return False
        units = data.decode("utf-16-le", "replace")
        if kind == 7:
            listed = [part for part in units.split("\0") if part]
            return raw == "|".join(listed).encode()
        return raw == units.rstrip("\0").encode()
    return says


def regfi(folder, _program):
    code, text = tools.run(["reglookup", "-H", "hive"], folder)
    if code != 0:
        return None
    reading = []
    for line in text.splitlines():
        path, label, value = line.split(b",")[:3]
        parts = path.split(b"/")[1:]
        name = _looked_up_name(parts[-1])
        if label == b"KEY":
            depth = 0 if path == b"/" else len(parts)
            # It does not print the name of the root.
            reading.append(("K", depth, name if depth else bool))
            continue
        label = label.decode()
        kind = int(label, 16) if label.startswith("0x") else _LABELS.get(label)
        reading.append(("V", name, kind, _looked_up_data(value, kind)))
    return reading


# ---- reged ---------------------------------------------------------------

def _unescaped(text):
    return re.sub(r"\\(.)", r"\1", text)


def reged(folder, _program):
    """Keys and names of values; of data only that there is some."""
    code, _ = tools.run(["reged", "-x", "hive", "HIVE", "\\", "out.reg"],
                        folder)
    # 2: the hive is left as it was.
    if code not in (0, 2) or not (folder / "out.reg").exists():
        return None
    reading = []
    text = (folder / "out.reg").read_bytes().decode("latin-1")
    for line in text.splitlines():
        key = re.fullmatch(r"\[HIVE(.*)\]", line)
        value = re.match(r'(?:@|"((?:\\.|[^"\\])*)")=', line)
        if key:
            depth = key[1].count("\\")
            name = key[1].rpartition("\\")[2].encode("utf-16-le")
            reading.append(("K", depth, name if depth else bool))
        elif value:
            name = _unescaped(value[1] or "").encode("utf-16-le")
            reading.append(("V", name, None, lambda data: True))
    return reading


READERS = {"hivex": hivex, "libregf": libregf, "regfi": regfi, "reged": reged,
           "perl": perl, "impacket": impacket}


def missing():
    """What of these is not installed."""
    found = [name for name in tools.missing()]
    for name, command in (
            ("perl", ["perl", "-MParse::Win32Registry", "-e", "1"]),
            ("impacket", ["/usr/bin/python3", "-c",
                          "from impacket import winregistry"])):
        if os.spawnvp(os.P_WAIT, command[0], command) != 0:
            found.append(name)
    return found


def _says(printed, right):
    return printed(right) if callable(printed) else printed == right


def agrees(reading, wanted):
    """True if the reading is the wanted one, as far as the parser prints it."""
    if reading is None or wanted is None:
        return reading is wanted
    if len(reading) != len(wanted):
        return False
    for got, right in zip(reading, wanted):
        if got[0] != right[0]:
            return False
        if got[0] == "K":
            same = got[1] == right[1] and _says(got[2], right[2])
        else:
            same = (_says(got[1], right[1]) and got[2] in (None, right[2])
                    and _says(got[3], bytes(right[3])))
        if not same:
            return False
    return True
