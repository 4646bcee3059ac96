# SPDX-License-Identifier: Apache-2.0
"""What is told on a page, in words: text that can be seen and says nothing of
the machine it was made on, lines that are safe to paste, spans of time."""
import getpass
import os
import pathlib
import re
import socket

from nightly import TOP, paste, visible

# As they are called on any machine.
COMMON = ("/usr/", "/bin/", "/lib", "/dev/", "/proc/", "/etc/")
PATH = re.compile(r"(?<![\w./:~$-])/(?:[^\s/'\"():,;<>|]+/)+[^\s/'\"():,;<>|]*")
# What fuzzers and the state folder call inputs by (contracts 5).
HASH = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32,}(?![0-9A-Za-z])")
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
UNTOLD = "\u2026"


def owner_names():
    """Of this machine and who uses it; too short a name is part of words."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    host = socket.gethostname()
    return [name for name in {host, host.partition(".")[0], user}
            if len(name) > 2 and name not in ("root", "localhost", "runner")]


class Words:
    """How a page puts things; a private one leaves nothing out."""

    def __init__(self, state, private=False):
        self.private = private
        self.state = str(pathlib.Path(state).resolve())
        self.names = re.compile("|".join(
            rf"(?<![\w-]){re.escape(name)}(?![\w-])"
            for name in owner_names()) or r"(?!)")
        # Most of it is short, and has nothing that could be told or not.
        self.plain = re.compile(rf"(?!.*(?:{self.names.pattern}))[ -.0-~]{{0,31}}")

    def path(self, match):
        """A path: below the tree as from there, below the state folder with its
        name, elsewhere its end alone."""
        text = os.path.normpath(match[0])
        if self.private:
            return text.removeprefix(f"{TOP}/")
        for folder, name in ((str(TOP), ""), (self.state, "$STATE/")):
            if text.startswith(f"{folder}/"):
                return name + text[len(folder) + 1:]
        if text.startswith(COMMON):
            return text
        return f"{UNTOLD}/{text.rsplit('/', 1)[1]}"

    def of(self, text, keep=" "):
        """Text as it is told."""
        text = str(text)
        if self.plain.fullmatch(text):
            return text
        text = visible(text, keep)
        if self.private:
            return PATH.sub(self.path, text)
        text = PATH.sub(self.path, text)
        # Where a folder's name has blanks, it is no match of PATH.
        text = text.replace(f"{TOP}/", "").replace(f"{self.state}/", "$STATE/")
        return self.names.sub(UNTOLD, HASH.sub(UNTOLD, text))

    def word(self, word):
        """One word of a line for a shell, quoted."""
        prefix = ""
        if not self.private:
            for folder, name in ((TOP, "./"), (self.state, '"$STATE"/')):
                if word.startswith(f"{folder}/"):
                    prefix, word = name, word[len(str(folder)) + 1:]
            if word.startswith("/") and not word.startswith(COMMON):
                prefix, word = '"$ELSEWHERE"/', word.rsplit("/", 1)[1]
        return prefix + paste.word(word)

    def line(self, line):
        """A line that may be pasted: the words of `line`, each of which is only
        itself afterwards. None if it is no such line."""
        words = paste.split(line or "")
        told, assigns = [], True
        for word in words or ():
            match = ASSIGNMENT.match(word) if assigns else None
            assigns = match is not None
            name = match[0] if match else ""
            told.append(name + self.word(word[len(name):]))
        return " ".join(told) or None


def span(seconds):
    """1 h 02 min; 3 min 20 s; 4.5 s"""
    if seconds is None:
        return "an unknown time"
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def number(value):
    """12,345,678; nothing for what is not known."""
    return "" if value is None else f"{value:,}"


def some(count, what, many=None):
    """1 bug, 2 bugs"""
    return f"{count:,} {what if count == 1 else many or what + 's'}"
