#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py FOLDER OUTPUT.c: page.html of FOLDER as hp_page_pieces, with
page.css, page.js and their hashes in it. A {{slot}} that is left is for
page.c."""
import base64
import hashlib
import pathlib
import re
import sys

SLOT = re.compile(r"\{\{(\w+)\}\}")


def csp_hash(text):
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def array(number, text):
    octets = ",".join(map(str, text.encode("utf-8")))
    return f"static const char piece_{number}[] = {{{octets}}};\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    page, style, script = [(folder / name).read_text(encoding="utf-8")
                           for name in ("page.html", "page.css", "page.js")]
    given = {"style": style, "script": script,
             "style_hash": csp_hash(style), "script_hash": csp_hash(script)}
    # The page first: what is put into it is not looked at again.
    parts = SLOT.split(page)
    texts, slots = [parts[0]], []
    for slot, text in zip(parts[1::2], parts[2::2]):
        if slot in given:
            texts[-1] += given[slot] + text
        else:
            slots.append(slot)
            texts.append(text)
    arrays = "".join(array(i, text) for i, text in enumerate(texts))
    rows = "".join(
        f'    {{piece_{i}, sizeof piece_{i}, {slot}}},\n'
        for i, slot in enumerate([f'"{s}"' for s in slots] + ["NULL"]))
    pathlib.Path(sys.argv[2]).write_text(
        f'/* Made by engine/inspect/embed.py. */\n#include "page.h"\n\n{arrays}\n'
        f"const struct hp_page_piece hp_page_pieces[] = {{\n{rows}}};\n",
        encoding="utf-8")


if __name__ == "__main__":
    main()
