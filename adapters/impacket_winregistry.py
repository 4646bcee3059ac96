#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""impacket's winregistry as a command: impacket_winregistry.py HIVE, or
impacket_winregistry.py --session."""
import struct
import sys

from impacket import winregistry

import hp_events

INLINE = 1 << 31


def data_of(registry, value):
    """getValue() looks values up by a path, which no name with a slash
    survives; this is what it calls."""
    data = registry._Registry__getValueData(value)
    if isinstance(data, int):  # inline: the field itself
        return struct.pack("<L", data)[:value["DataLen"] & (INLINE - 1)]
    return data or b""


def send_values(registry, key, out):
    """enumValues() gives names alone; this is what it calls."""
    if key["NumValues"] == 0:
        return
    try:
        # One more: what it takes for the first element is the cell's size.
        values = registry._Registry__getValueBlocks(key["OffsetValueList"],
                                                    key["NumValues"] + 1)
    except Exception as why:  # whatever it trips over
        print(f"enumValues: {why!r}", file=sys.stderr)
        out.damage("nk.values", "skipped")
        return
    for value in values:
        if not isinstance(value, winregistry.REG_VK):
            out.damage("vk", "dropped")
            continue
        name = value["Name"][:value["NameLength"]]
        if value["Flag"] & 1:
            name = name.decode("latin-1").encode("utf-16-le")
        out.value(name, data_of(registry, value), type=value["ValueType"],
                  data_size=value["DataLen"] & (INLINE - 1),
                  flags=value["Flag"])


def enter(registry, key, out):
    name = key["KeyName"][:key["NameLength"]]
    if key["Type"] & 0x20:
        name = name.decode("latin-1").encode("utf-16-le")
    out.key(name, filetime=key["lastChange"], flags=key["Type"])
    send_values(registry, key, out)
    try:
        return key, iter(registry.enumKey(key))
    except Exception as why:  # whatever it trips over
        print(f"enumKey: {why!r}", file=sys.stderr)
        out.damage("nk.subkeys", "skipped")
        return key, iter(())


def read(path, mode, out):
    try:
        registry = winregistry.Registry(path)
    except Exception as why:  # its way to refuse, and quotes the whole file
        raise hp_events.Refused(f"Registry: {repr(why)[:200]}") from None
    root = registry.rootKey
    if root is None:
        raise hp_events.Refused("it finds no root key")
    out.hive()
    above = [enter(registry, root, out)]
    while above:
        name = next(above[-1][1], None)
        if name is None:
            above.pop()
            out.leave()
            continue
        # What findKey() calls for each part of a path.
        key = registry._Registry__findSubKey(above[-1][0], name)
        if key is None:
            out.damage("nk", "dropped")
        else:
            above.append(enter(registry, key, out))


hp_events.run(read, name="impacket-winregistry",
              version=hp_events.debian("python3-impacket"), language="Python",
              homepage="https://github.com/fortra/impacket",
              capabilities=["timestamps", "flags", "forensic"])
