#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""python3-hivex as a command: python_hivex.py HIVE, or
python_hivex.py --session."""
import hivex

import hp_events

NONE = {"class_name": None}


def filetime(handle, node):
    try:
        return {"filetime": handle.node_timestamp(node)}
    except RuntimeError:  # from 2^63 on, its number is signed
        return {}


def send_values(handle, node, out):
    try:
        values = handle.node_values(node)
    except RuntimeError:
        out.damage("nk.values", "skipped")
        return
    for value in values:
        try:
            name = handle.value_key(value)
            kind, data = handle.value_value(value)
        except (RuntimeError, UnicodeDecodeError):
            out.damage("vk", "dropped")
            continue
        out.value(name, data, type=kind & 0xFFFFFFFF, data_size=len(data))


def enter(handle, node, out):
    """Sends a key and its values; returns its subkeys, or None: it has none
    that could be read."""
    try:
        name = handle.node_name(node)
    except (RuntimeError, UnicodeDecodeError):
        out.damage("nk.name", "dropped")
        return None
    out.key(name, **filetime(handle, node))
    send_values(handle, node, out)
    try:
        return iter(handle.node_children(node))
    except RuntimeError:
        out.damage("nk.subkeys", "skipped")
        return iter(())


def read(path, mode, out):
    try:
        handle = hivex.Hivex(path)
        root = handle.root()
    except RuntimeError as why:
        raise hp_events.Refused(why)
    out.hive()
    above = [enter(handle, root, out)]
    while above:
        node = next(above[-1], None)
        if node is None:
            above.pop()
            out.leave()
            continue
        below = enter(handle, node, out)
        if below is not None:
            above.append(below)


hp_events.run(read, name="hivex-python",
              version=hp_events.debian("python3-hivex"), language="Python",
              homepage="https://libguestfs.org/", 
              capabilities=["timestamps", "forensic"])
