# SPDX-License-Identifier: Apache-2.0
"""Writes what is to be read of a night: the page and its other forms, and the
index over nights."""
import json
import pathlib

from fuzz_targets import FOREIGN
from nightly import ledger as ledgers
from nightly import coverage, facts as facts_of, junit, markdown, page, sarif, store
from nightly.words import Words

# What report.make writes; the page last, so that it stands for the rest.
FORMS = {
    "night.json": lambda facts: json.dumps(facts) + "\n",
    "night.md": markdown.markdown, "junit.xml": junit.junit,
    "night.sarif": sarif.sarif}
PAGE = "index.html"


def folder_of(state, number, private=False):
    folder = pathlib.Path(state) / "nights" / f"{number:04}"
    return folder / "private" if private else folder


def sentence_of(folder):
    """What a night's page says first; "" if there is none that is sound."""
    try:
        with open(folder / "night.json", encoding="utf-8") as file:
            told = json.load(file)
        if told["schema"] != facts_of.SCHEMA or told["private"]:
            return ""
        return str(told["verdict"]["sentence"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def index(state, book):
    nights = []
    for night in book.nights():
        folder = folder_of(state, night["id"])
        made = (folder / PAGE).exists()
        nights.append({**facts_of.night_totals(book, night, Words(state)),
                       "sentence": sentence_of(folder) if made else "",
                       "link": f"nights/{folder.name}/{PAGE}" if made else ""})
    store.write(pathlib.Path(state) / PAGE, page.index_page(nights))


def coverage_link(folder):
    """Where it lies beside the page."""
    path = folder / "coverage" / PAGE
    return f"coverage/{PAGE}" if path.exists() else None


def cover(state, number=None, *_):
    """Measures the coverage of a night; returns what there is to say of it."""
    with ledgers.open_ledger(pathlib.Path(state) / "ledger.sqlite",
                             make=False) as book:
        night = facts_of.chosen(book.nights(), number)["id"]
        if not coverage.measure(state, book, night):
            return "no target has a corpus yet"
        return f"night {night}: coverage is measured"


def make(state, number=None, out=None, private=False):
    """The path of the page of a night, made with all else."""
    state = pathlib.Path(state)
    with ledgers.open_ledger(state / "ledger.sqlite", make=False) as book:
        facts = facts_of.gather(book, state, number, private, FOREIGN)
        folder = pathlib.Path(out) if out else \
            folder_of(state, facts["night"]["id"], private)
        # A page for others is readable as what lies around it.
        store.make_folder(folder, 0o755 if out and not private else store.PRIVATE)
        mode = 0o644 if out and not private else 0o600
        for name, form in FORMS.items():
            store.write(folder / name, form(facts), mode)
        to_index = None if out else \
            "../../../index.html" if private else "../../index.html"
        store.write(folder / PAGE, page.night_page(
            facts, coverage_link(folder), to_index), mode)
        if out is None and not private:
            index(state, book)
    return folder / PAGE
