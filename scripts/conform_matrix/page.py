# SPDX-License-Identifier: Apache-2.0
"""The page: page.html with page.css, page.js and the results in it."""
import base64
import collections
import hashlib
import html
import json
import pathlib
import re

from conform_matrix import BAD, LETTERS, MEANINGS, visible
from conform_matrix.disclose import COVER, PIECE

HERE = pathlib.Path(__file__).resolve().parent
SLOT = re.compile(r"\{\{(\w+)\}\}")


def escaped(text):
    return html.escape(visible(str(text)))


def csp_hash(text):
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def for_script(value):
    """JSON that does not end a <script>, in ASCII."""
    return (json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
            .replace(">", "\\u003e").replace("&", "\\u0026"))


def seen(value):
    """The same with all text made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: seen(item) for key, item in value.items()}
    return value


# ---- data -----------------------------------------------------------------


def lie_of(vector):
    lie = vector["lie"]
    return f"{lie['record']}.{lie['field']}" if lie else ""


def data_of(vectors, shown, results):
    """Each line of what is shown once: vectors are much alike."""
    numbers, items = {}, {}
    for vector in vectors:
        text, whole = shown[vector["id"]]
        lie = vector["lie"] or {}
        items[vector["id"]] = {
            "says": visible(vector["says"]), "rule": visible(vector["rule"]),
            "lie": visible(lie_of(vector)), "position": lie.get("offset"),
            "twin": visible(vector["twin"] or ""), "whole": whole,
            "strict": vector["profiles"]["strict"]["verdict"],
            "forensic": vector["profiles"]["forensic"]["verdict"],
            "show": [numbers.setdefault(visible(line), len(numbers))
                     for line in text.split("\n")]}
    cells = [{name: seen({k: v for k, v in cell.items() if k != "sign"})
              for name, cell in result["cells"].items() if len(cell) > 1}
             for result in results]
    return {"lines": list(numbers), "vectors": items, "cells": cells,
            "meanings": MEANINGS}


# ---- tables ---------------------------------------------------------------


def sign_of(result, vector):
    return result["cells"].get(vector["id"], {"sign": "?"})["sign"]


def counts_table(results):
    columns = [*LETTERS]
    yield ("<thead><tr><th scope=\"col\">Parser</th><th scope=\"col\">version"
           "</th><th scope=\"col\">profile</th>" +
           "".join(f"<th scope=\"col\">{escaped(c.replace('_', ' '))}</th>"
                   for c in columns) +
           "<th scope=\"col\">library's</th><th scope=\"col\">adapter's</th>"
           "</tr></thead>\n<tbody>\n")
    for result in results:
        numbers = [result["counts"].get(c, 0) for c in columns[:-1]]
        numbers += [result["broken"], result["labels"].get("library", 0),
                    result["labels"].get("adapter", 0)]
        yield (f"<tr><th scope=\"row\">{escaped(result['name'])}</th>"
               f"<th scope=\"row\">{escaped(result['version'])}</th>"
               f"<th scope=\"row\">{escaped(result['profile'])}</th>" +
               "".join(f"<td>{number}</td>" for number in numbers) +
               "</tr>\n")
    yield "</tbody>\n"


def legend(results):
    used = {cell["sign"] for r in results for cell in r["cells"].values()}
    return "".join(f"<li><b>{sign}</b> {escaped(meaning)}</li>\n"
                   for sign, meaning in MEANINGS.items() if sign in used)


def group_table(name, vectors, results):
    # Passes of those that are told.
    yield (f"<tbody data-group=\"{escaped(name)}\">\n<tr class=\"group\">"
           f"<th scope=\"rowgroup\">{escaped(name)}: {len(vectors)}</th>")
    for result in results:
        count = sum(sign_of(result, v) == "P" for v in vectors)
        yield f"<td class=\"count\">{count} P</td>"
    yield "</tr>\n"
    for vector in vectors:
        yield (f"<tr data-id=\"{escaped(vector['id'])}\"><th scope=\"row\">"
               f"<code>{escaped(vector['id'])}</code> "
               f"<span>{escaped(vector['says'])}</span></th>")
        for result in results:
            sign = sign_of(result, vector)
            yield ("<td class=\"bad\">" if sign in BAD else "<td>") + \
                f"{sign}</td>"
        yield "</tr>\n"
    yield "</tbody>\n"


def group_tables(vectors, results):
    groups = collections.defaultdict(list)
    for vector in vectors:
        groups[vector["group"]].append(vector)
    for name, members in groups.items():
        yield from group_table(name, members, results)


def left_out(missing):
    if not missing:
        return ""
    items = "".join(f"<li>{escaped(name)}: {escaped(why)}</li>\n"
                    for name, why in missing.items())
    return f"<p>Left out:</p>\n<ul id=\"left-out\">\n{items}</ul>\n"


PRIVATE = ("<p class=\"private\"><strong>Private:</strong> this page tells which "
           "vectors other people's parsers die on. It is for their makers "
           "alone.</p>\n")


def page(vectors, shown, results, missing, facts, private):
    style, script = [(HERE / name).read_text(encoding="utf-8")
                     for name in ("page.css", "page.js")]
    slots = {
        "style": style, "script": script, "style_hash": csp_hash(style),
        "script_hash": csp_hash(script), "cover": str(COVER), "piece": str(PIECE),
        "title": f"{len(vectors)} vectors, {len(results)} readers",
        "private": PRIVATE if private else "", "facts": escaped(facts),
        "counts": "".join(counts_table(results)), "legend": legend(results),
        "left_out": left_out(missing),
        "heads": "".join(f"<th scope=\"col\">{escaped(r['name'])}</th>"
                         for r in results),
        "groups": "".join(group_tables(vectors, results)),
        "data": for_script(data_of(vectors, shown, results))}
    text = (HERE / "page.html").read_text(encoding="utf-8")
    return SLOT.sub(lambda match: slots[match[1]], text)
