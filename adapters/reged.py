#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""reged (chntpw) as a command: reged.py HIVE, or reged.py --session. An example
of a parser whose only output is a file for somebody else, here a .reg file."""
import os
import re
import subprocess
import tempfile

import hp_events

PREFIX = b"HIVE"
KEY = re.compile(rb"\[" + PREFIX + rb"(\\[^\r\n]*)?\]\r\n")
VALUE = re.compile(
    rb'(?:@|"(?P<name>(?:[^"\\]|\\.)*)")=(?:"(?P<text>(?:[^"\\]|\\.)*)"'
    rb"|dword:(?P<dword>[0-9a-f]{8})|hex(?:\((?P<type>[0-9a-f]+)\))?:"
    rb"(?P<hex>[0-9a-f,\\\r\n ]*))(?:\r\n)?", re.DOTALL)
REST = re.compile(rb"[^\r\n]*[\r\n]*")


def text_of(field):
    """8-bit names come as they are, others as UTF-8."""
    try:
        return field.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return field.decode("latin-1")


def unescaped(field):
    return text_of(re.sub(rb"\\(.)", rb"\1", field or b"", flags=re.DOTALL))


def send_value(match, out):
    name = unescaped(match["name"])
    if match["text"] is not None:  # reged ends it with a NUL that may be ours
        data = unescaped(match["text"]).encode("utf-16-le", "surrogatepass")
        out.value(name, data + b"\0\0", type=1)
    elif match["dword"] is not None:
        out.value(name, bytes.fromhex(match["dword"].decode())[::-1], type=4)
    else:
        data = bytes.fromhex(re.sub(rb"[^0-9a-f]", b"", match["hex"]).decode())
        out.value(name, data, type=int(match["type"] or b"3", 16),
                  data_size=len(data))


def send(text, out):
    """Keys come depth first, each with its whole path."""
    path, at, above = [], text.find(b"["), 0
    out.hive()
    while 0 <= at < len(text):
        match = KEY.match(text, at)
        if match:
            parts = [b"", *(match[1] or b"").split(b"\\")[1:]]
            common = len(os.path.commonprefix([path, parts[:-1]]))
            for _ in path[common:]:
                out.leave()
            if not path:
                above = len(parts) - 1
            # The root's name is left out unless its flags are unusual.
            out.key(text_of(parts[-1]) if len(parts) > 1 else None)
            path = parts
        elif match := VALUE.match(text, at):
            send_value(match, out)
        else:
            match = REST.match(text, at)
            if match[0].strip():
                out.damage("line", "skipped")
        at = max(match.end(), at + 1)
    for _ in path[above:]:
        out.leave()


def read(path, mode, out):
    with tempfile.TemporaryDirectory() as folder:
        reg = os.path.join(folder, "out.reg")
        # It ends with 2 where it changed nothing.
        done = subprocess.run(["reged", "-x", path, PREFIX, "\\", reg],
                              stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.DEVNULL,
                              env={**os.environ, "PATH": os.environ["PATH"] +
                                   ":/usr/sbin:/sbin"})
        if done.returncode < 0:
            raise RuntimeError(f"reged died of signal {-done.returncode}")
        if done.returncode not in (0, 2) or not os.path.exists(reg):
            raise hp_events.Refused(f"reged: exit code {done.returncode}")
        with open(reg, "rb") as file:
            send(file.read(), out)


hp_events.run(read, name="reged", version=hp_events.debian("chntpw"),
              language="C, through Python", capabilities=["forensic"],
              homepage="https://pogostick.net/~pnh/ntpasswd/")
