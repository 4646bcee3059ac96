# SPDX-License-Identifier: Apache-2.0
"""Command lines that are safe to paste, whatever a file is called."""
import os
import pathlib
import re
import shlex

from nightly import TOP

# What may stand in a line, and how it is quoted there.
PART = re.compile(r"""(?P<plain>[A-Za-z0-9_./%+@:,=-]+)|\$'(?P<bytes>(?:[^'\\]|"""
                  r"""\\[0-7]{3})*)'|'(?P<single>[^']*)'|"(?P<double>')\"""")
WORD = re.compile(re.sub(r"\?P<\w+>", "?:", f"(?:{PART.pattern})+"))
OCTAL = re.compile(r"\\([0-7]{3})|([^\\]+)")


def word(text):
    """One word of a shell's line. What cannot be printed is escaped: a terminal
    must not obey it either, nor a CI runner, which looks for ##[ anywhere."""
    text = os.fsdecode(text)
    if text.isascii() and text.isprintable() and "##[" not in text:
        return shlex.quote(text)
    return "$'" + "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\#"
        else f"\\{byte:03o}" for byte in os.fsencode(text)) + "'"


def place(path):
    """Below the top of the tree where it is there, which is where the lines are
    pasted."""
    path = pathlib.Path(os.path.abspath(path))
    try:
        path = path.relative_to(TOP)
    except ValueError:
        pass
    return f"./{path}" if str(path).startswith("-") else path


def line(*words):
    return " ".join(map(word, words))


def unquoted(match):
    """What a part of a word stands for: as it is, '...', "..." or $'...', where
    bytes are octal."""
    if match["plain"] is not None:
        return match["plain"]
    for quotes in ("single", "double"):
        if match[quotes] is not None:
            return match[quotes]
    parts = OCTAL.findall(match["bytes"])
    return b"".join(
        bytes([int(octal, 8) & 255]) if octal else other.encode()
        for octal, other in parts).decode("utf-8", "surrogateescape")


def split(line):
    """The words of a line as it is made here; None for any other: what a shell would
    do something with must be in quotes."""
    words = []
    for match in re.finditer(rf" |{WORD.pattern}|.", line, re.S):
        word = match[0]
        if word == " ":
            continue
        if not WORD.fullmatch(word):
            return None
        words.append("".join(map(unquoted, PART.finditer(word))))
    return words
