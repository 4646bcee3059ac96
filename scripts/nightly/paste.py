# SPDX-License-Identifier: Apache-2.0
"""Command lines that are safe to paste, whatever a file is called."""
import os
import pathlib
import shlex

from nightly import TOP


def word(text):
    """One word of a shell's line. What cannot be printed is escaped: a terminal
    must not obey it either."""
    text = os.fsdecode(text)
    if text.isascii() and text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\"
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
