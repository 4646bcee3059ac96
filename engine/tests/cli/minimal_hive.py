# SPDX-License-Identifier: Apache-2.0
"""Hives for the tests: an empty one from nothing, the rest added by hivex."""
import struct

import hivex

BASE_BLOCK_SIZE = 4096
BIN_SIZE = 4096
NIL = 0xFFFFFFFF
ROOT = 0x20  # offset of the root's cell, behind the bin's header

REG_SZ, REG_EXPAND_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ = 1, 2, 3, 4, 7


def _cell(body):
    size = (4 + len(body) + 7) // 8 * 8
    return struct.pack("<i", -size) + body.ljust(size - 4, b"\0")


def _key_node(name, security):
    return struct.pack(
        "<2sHQIIIIIIIIIIIIIIIHH", b"nk", 0x2C, 0, 0, 0, 0, 0, NIL, NIL, 0,
        NIL, security, NIL, 0, 0, 0, 0, 0, len(name), 0) + name


def _security(offset):
    # A self-relative descriptor without owner, group and lists.
    descriptor = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)
    return struct.pack("<2sHIIII", b"sk", 0, offset, offset, 1,
                       len(descriptor)) + descriptor


def _base_block():
    block = struct.pack("<4sIIQIIIIIII", b"regf", 1, 1, 0, 1, 5, 0, 1, ROOT,
                        BIN_SIZE, 1).ljust(508, b"\0")
    checksum = 0
    for (word,) in struct.iter_unpack("<I", block):
        checksum ^= word
    return (block + struct.pack("<I", checksum)).ljust(BASE_BLOCK_SIZE, b"\0")


def minimal_hive():
    """8 KiB: a base block, one bin, a root key and its security."""
    security = ROOT + len(_cell(_key_node(b"ROOT", 0)))
    cells = _cell(_key_node(b"ROOT", security)) + _cell(_security(security))
    free = BIN_SIZE - ROOT - len(cells)
    header = struct.pack("<4sIIQQI", b"hbin", 0, BIN_SIZE, 0, 0, 0)
    return (_base_block() + header + cells + struct.pack("<i", free)).ljust(
        BASE_BLOCK_SIZE + BIN_SIZE, b"\0")


def units(text):
    """UTF-16LE, lone surrogates too."""
    return text.encode("utf-16-le", "surrogatepass")


def string(text, kind=REG_SZ):
    """A value as Windows stores it: with a NUL."""
    return kind, units(text + "\0")


def multi(*entries):
    return REG_MULTI_SZ, units("".join(e + "\0" for e in entries) + "\0")


def dword(number):
    return REG_DWORD, struct.pack("<I", number)


def win32(image_path, **more):
    """The values of an automatic Win32 service; image_path is a string, a
    pair of type and data, or None."""
    values = {"Type": dword(0x10), "Start": dword(2), "ErrorControl": dword(1)}
    if isinstance(image_path, str):
        image_path = string(image_path, REG_EXPAND_SZ)
    if image_path is not None:
        values["ImagePath"] = image_path
    return {**values, **more}


def driver(image_path, **more):
    """The same of a boot driver."""
    return win32(image_path, **{"Type": dword(1), "Start": dword(0), **more})


class Editor:
    """A hive opened by hivex, with keys by path."""

    def __init__(self, path):
        self.hive = hivex.Hivex(str(path), write=True)

    def key(self, path):
        node = self.hive.root()
        for name in path.split("\\"):
            node = (self.hive.node_get_child(node, name)
                    or self.hive.node_add_child(node, name))
        return node

    def set(self, path, values):
        node = self.key(path)
        for name, (kind, data) in values.items():
            self.hive.node_set_value(
                node, {"key": name, "t": kind, "value": data})

    def done(self):
        self.hive.commit(None)


def add_services(path, services, control_set="ControlSet001",
                 exclusions=None, services_key="Services"):
    """Adds services (name -> values) and ExcludedBinaryPaths (type, data) to
    the hive at `path`."""
    edit = Editor(path)
    for name, values in services.items():
        edit.set(f"{control_set}\\{services_key}\\{name}", values)
    if exclusions is not None:
        edit.set(f"{control_set}\\Control\\SystemWriter",
                 {"ExcludedBinaryPaths": exclusions})
    edit.done()


def system_hive(path, services, **more):
    """A SYSTEM hive at `path` whose current control set is the first."""
    with open(path, "wb") as file:
        file.write(minimal_hive())
    edit = Editor(path)
    edit.set("Select", {name: dword(1) for name in
                        ("Current", "Default", "LastKnownGood")})
    edit.set("ControlSet001\\Services", {})
    edit.done()
    add_services(path, services, **more)
    return path
