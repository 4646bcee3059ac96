#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""winregistry.py HIVE: what impacket's winregistry makes of the hive, in the
lines of win32registry.pl. It knows keys by their paths only."""
import sys

from impacket import winregistry


def units(name):
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    return text.encode("utf-16-le", "surrogatepass").hex()


def value_of(registry, path, name):
    kind, data = registry.getValue(f"{path}\\{name}")
    if isinstance(data, int):
        data = data.to_bytes(8 if kind == 11 else 4, "little")
    return kind, (data or b"").hex()


def main():
    try:
        registry = winregistry.Registry(sys.argv[1])
        if registry.rootKey is None:
            raise ValueError("no root")
    except Exception:  # whatever it raises is its way to refuse
        print("refused")
        return
    waiting = [("", 0, registry.rootKey["KeyName"])]
    while waiting:
        path, depth, name = waiting.pop()
        key = registry.findKey(path or "\\")
        print("K", depth, units(name))
        for raw in registry.enumValues(key):
            label = raw.decode("latin-1")
            kind, data = value_of(registry, path, label)
            print("V", units("" if label == "default" else label), kind, data)
        children = [(f"{path}\\{child}".lstrip("\\"), depth + 1, child)
                    for child in registry.enumKey(key)]
        waiting += reversed(children)
    print("end")


main()
