# SPDX-License-Identifier: CC0-1.0
"""The protocol of hiveproof's --command and --session, for readers in Python.

Standard library only and free of rights: copy it into your tree. A reader is a
function read(path, mode, out) that calls out.hive, then out.key, out.value,
out.data and out.leave for each key, and returns at the end; run() does the
rest. docs/vendor-guide.md of hiveproof has the protocol itself."""
import json
import subprocess
import sys

LARGEST_EXACT = 1 << 53  # above it, numbers are strings
PIECE = 4096             # most bytes of data in one line


class Refused(Exception):
    """Not a hive that this reader takes, with the reason."""


class Unsupported(Exception):
    """What was asked is not what this reader does, with the reason."""


def text(line, name, value):
    """Sets line[name] to a str, which may have lone surrogates and NUL, or to
    the bytes of UTF-16LE; and its exact units where UTF-8 cannot say them."""
    if isinstance(value, str):
        value = value.encode("utf-16-le", "surrogatepass")
    line[name] = value.decode("utf-16-le", "replace")
    if line[name].encode("utf-16-le") != value or "\0" in line[name]:
        line[name + "_utf16"] = b"".join(
            value[i + 1:i + 2] + value[i:i + 1]
            for i in range(0, len(value) - 1, 2)).hex()


class Events:
    """Writes events as lines. What is left out the reader cannot tell; None
    says that the key has none. `logs` are the paths of the hive's logs, for a
    reader with that capability."""

    def __init__(self, out, seq=None, logs=()):
        self.out = out
        self.logs = logs
        self.seq = {} if seq is None else {"seq": seq}
        self.partial = False

    def line(self, event, **members):
        line = {"event": event}
        for name, value in members.items():
            if isinstance(value, (bytes, bytearray)):
                value = value.hex()
            elif isinstance(value, int) and value > LARGEST_EXACT:
                value = str(value)
            line[name] = value
        self.out.write(json.dumps(line, separators=(",", ":")) + "\n")

    def hive(self, **members):
        """minor_version, dirty, sequence1, sequence2"""
        self.line("hive", **members)

    def key(self, name, **members):
        """filetime, flags, security (bytes), class_name. The name of the root
        may be None: the reader cannot tell."""
        names = {}
        if name is not None:
            text(names, "name", name)
        if members.get("class_name") is not None:
            text(names, "class_name", members.pop("class_name"))
        self.line("key_enter", **names, **members)

    def leave(self):
        self.line("key_leave")

    def value(self, name, data=None, **members):
        """type, data_size, flags; and the bytes of `data`, if it is given."""
        names = {}
        text(names, "name", name)
        self.line("value", **names, **members)
        if data:
            self.data(data)

    def data(self, data):
        for at in range(0, len(data), PIECE):
            self.line("data", hex=data[at:at + PIECE])

    def damage(self, field, action="dropped", **members):
        """Something is wrong: `action` is noted, dropped, clamped or skipped.
        status, offset, found"""
        self.partial = self.partial or action != "noted"
        self.line("damage", field=field, action=action, **members)

    def end(self, result, reason=None):
        reason = {} if reason is None else {"reason": str(reason)}
        self.line("end", result=result, **reason, **self.seq)
        self.out.flush()


def answer(read, path, mode, out):
    """Reads one hive. An exception that is not for the protocol ends the
    program: without an end line that is a crash, which is the truth."""
    try:
        read(path, mode, out)
    except Refused as why:
        out.end("reject", why)
    except Unsupported as why:
        out.end("unsupported", why)
    else:
        out.end("partial" if out.partial else "accept")


def session(read, about, source, out):
    for line in source:
        order = json.loads(line)
        if order["cmd"] == "start":
            out.write(json.dumps(about) + "\n")
            out.flush()
        elif order["cmd"] == "run":
            answer(read, order["path"], order["mode"],
                   Events(out, order["seq"], order.get("logs", ())))
        elif order["cmd"] == "stop":
            return


def debian(package):
    """The version of a Debian package, for parsers that do not know theirs."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                          capture_output=True, text=True, check=False)
    return done.stdout or "unknown"


def run(read, **about):
    """The whole program: PROGRAM [--strict] HIVE [LOG]..., or PROGRAM --session.
    `about` is the answer to start: name, version, language, homepage, capabilities (of
    class, security, timestamps, flags, logs, strict, forensic)."""
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n",
               buffering=1 << 16, closefd=False)
    arguments = sys.argv[1:]
    mode = "forensic"
    if arguments[:1] == ["--session"] and len(arguments) == 1:
        session(read, about, sys.stdin, out)
        return
    if arguments[:1] == ["--strict"]:
        mode = "strict"
        del arguments[0]
    if not arguments:
        sys.exit(f"usage: {sys.argv[0]} [--strict] HIVE [LOG]... | --session")
    answer(read, arguments[0], mode, Events(out, logs=arguments[1:]))
