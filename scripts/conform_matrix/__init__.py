# SPDX-License-Identifier: Apache-2.0
"""What scripts/matrix consists of: readers, measuring, what may be told, page
and counts."""
import os
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]

# The letter of each verdict in a cell.
LETTERS = {
    "pass": "P", "wrong_content": "W", "accepted": "A", "rejected": "R",
    "crash": "C", "hang": "H", "exhaustion": "E", "input_modified": "M",
    "protocol": "X", "not_supported": "N", "broken": "?"}
FAILS, UNTOLD = "F", "-"
MEANINGS = {
    "P": "pass", "W": "wrong content", "A": "accepted, must be refused",
    "R": "refused, must be read", "C": "crash", "H": "hang",
    "E": "exhaustion", "M": "input modified", "X": "protocol broken",
    "N": "not supported", "?": "no result",
    FAILS: "fails; how is not told", UNTOLD: "not told"}
BAD = frozenset("WARCHEMXF")

# Controls, what turns text around or cannot be seen, surrogates, noncharacters.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164"
    "\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff]|[\U0001fffe\U0001ffff\U0010fffe\U0010ffff]")


class Infrastructure(Exception):
    """What is needed is not there, with the reason."""


def visible(text, keep=" "):
    """The text with whatever else than `keep` cannot be seen as \\u{HEX}."""
    return UNSEEN.sub(lambda match: match[0] if match[0] in keep else
                      f"\\u{{{ord(match[0]):x}}}", text)


def is_private(folder):
    """True if the folder is, or is below, one called findings."""
    return "findings" in pathlib.Path(folder).resolve().parts


def program_at_hand():
    paths = [TOP / "build" / preset / "engine/cli/hiveproof"
             for preset in ("release", "dev")]
    return next((path for path in paths if path.exists()), paths[0])


def write(path, text):
    """A file that is there whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)
