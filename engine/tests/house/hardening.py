#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hardening.py PROGRAM: what a release binary must have, read off the binary:
PIE, full RELRO, stack protector, FORTIFY, a stack that is not executable, and
no trace of the fuzzing macro."""
import subprocess
import sys


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def main():
    program = sys.argv[1]
    header = readelf("-h", program)
    segments = readelf("-l", program)
    dynamic = readelf("-d", program)
    symbols = readelf("--dyn-syms", program)
    stack = [line for line in segments.split("\n") if "GNU_STACK" in line]
    properties = {
        "PIE": "DYN (Position-Independent Executable file)" in header,
        "RELRO": "GNU_RELRO" in segments,
        "immediate binding": "BIND_NOW" in dynamic or "NOW" in dynamic,
        "stack protector": "__stack_chk_fail" in symbols,
        "FORTIFY": "_chk@" in symbols.replace("__stack_chk_fail", ""),
        "no executable stack": bool(stack) and "RWE" not in stack[0],
    }
    with open(program, "rb") as binary:
        properties["no fuzzing macro"] = b"hiveproof-fuzzing-build" not in binary.read()
    for name, kept in properties.items():
        print(f"{'ok  ' if kept else 'LOST'} {name}")
    return 0 if all(properties.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
