# SPDX-License-Identifier: Apache-2.0
"""The morning's verdict over the findings of a ledger, and what a ledger holds,
in the forms that others read. What was found in other people's parsers is
counted and never red."""
import collections
import csv
import io
import json

from nightly import facts, junit, ledger, sarif, visible
from nightly.words import Words, some

COLUMNS = ("id", "status", "owner", "target", "kind", "title", "signature",
           "inputs", "flaky", "engines", "first_night", "last_night",
           "first_seen", "last_seen", "first_revision", "last_revision",
           "reason", "expires", "replay")


class Verdict:
    def __init__(self, book, state, day=None):
        self.day = day or ledger.today()
        self.findings = book.findings()
        ours = [one for one in self.findings if one["owner"] == ledger.OURS]
        self.red = [one for one in ours if ledger.is_red(one, self.day)]
        self.groups = collections.Counter(facts.group_of(one, self.day)
                                          for one in ours)
        self.others = collections.Counter(
            one["owner"] for one in self.findings
            if one["owner"] != ledger.OURS)
        words, first = Words(state), facts.first_inputs(book)
        nights = {row["id"]: row for row in book.nights()}
        self.told = [facts.told_finding(
            one, facts.group_of(one, self.day), words,
            facts.Recipes(state, words), first, nights) for one in ours]

    def sentence(self):
        counts = [f"{self.groups[name]} {name}" for name in facts.GROUPS
                  if self.groups[name]]
        theirs = sum(self.others.values())
        return f"{'red' if self.red else 'green'}: of ours " \
            f"{', '.join(counts) or 'nothing'}; " \
            f"{some(theirs, 'finding')} in other people's parsers"

    def facts(self):
        return {"schema": "hiveproof-verdict/1", "day": self.day,
                "red": bool(self.red), "sentence": self.sentence(),
                "counts": {name: self.groups[name] for name in facts.GROUPS},
                "others": {visible(name): count for name, count
                           in sorted(self.others.items())},
                "findings": self.told}

    def json(self):
        return json.dumps(self.facts(), indent=1) + "\n"

    def junit(self):
        return junit.document("hiveproof ledger", "findings", self.told,
                              {"verdict": self.sentence()})

    def sarif(self):
        return json.dumps(sarif.log(
            {"name": "hiveproof ledger"}, self.told,
            properties={"verdict": self.sentence()}), indent=1) + "\n"


FORMS = ("json", "junit", "sarif")


def table(findings):
    """All of it as CSV, for who may see it. Text that a spreadsheet would work
    out gets a quote before it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in findings:
        cells = [" ".join(one[key]) if isinstance(one[key], list) else
                 "" if one[key] is None else visible(str(one[key]))
                 for key in COLUMNS]
        rows.writerow([f"'{cell}" if cell[:1] in tuple("=+-@") else cell
                       for cell in cells])
    return out.getvalue()
