# SPDX-License-Identifier: Apache-2.0
"""Findings of ours that are one bug. What fails several oracles, or fails in
several targets, has as many signatures; which of them are one the smallest
inputs say. An oracle that fails ends the harness: here it is run on, to see
what else would have failed.

A finding is explained by another that its smallest input shows, too, and that
is nearer to the cause: a crash before an oracle, the reader before what is made
of it, and what fails with little else before what fails with more. What most
inputs of a corpus show explains nothing."""
import collections
import os
import pathlib
import random
import tempfile

from fuzz_targets import HIVES
from nightly import describe, ledger, replay, store, visible
from nightly.signature import Reader
from nightly.slice import files

SHOWS = "shows"  # in findings/ID/: the signatures, a line each
READER, RECIPES = "fuzz_hive", "fuzz_recipe"
SAMPLE = 20  # of a corpus: what more than half of them show is common


def explained(findings, shows, common):
    """{id: the id of the finding that explains it}"""
    def distance(one):
        return (one["kind"] == "oracle", one["target"] != READER,
                len(shows[one["id"]]), one["first_seen"], one["id"])
    by, nearer = {}, {}  # nearer: {signature: (how near, finding)}
    for place, one in enumerate(sorted(findings, key=distance)):
        _, cause = min((nearer[name] for name in shows[one["id"]] - common
                        if name in nearer), default=(None, None))
        # What somebody has marked stays what it is.
        if cause and one["status"] == "new":
            by[one["id"]] = cause
        for name in (one["signature"], *one["also"]):
            nearer[name] = place, by.get(one["id"], one["id"])
    return by


class Joiner:
    """Of the findings in one state folder."""

    def __init__(self, state, folder, symbols, say=print):
        """folder(target) has its replay binary."""
        self.state, self.folder = pathlib.Path(state), folder
        self.symbols, self.say = symbols, say

    def all(self, book):
        """{id: the id of the finding that it became part of}. What is marked
        fixed explains nothing: it comes back by itself."""
        findings = {one["id"]: one for one in book.findings()
                    if one["owner"] == ledger.OURS and one["minimized"] and
                    one["status"] != "fixed"}
        if not any(one["status"] == "new" for one in findings.values()):
            return {}
        hives = {one["target"] for one in findings.values()} & set(HIVES)
        shows = {key: self.shows(book, one, hives)
                 for key, one in findings.items()}
        moved = explained(findings.values(), shows,
                          self.common(findings.values()))
        for key, other in moved.items():
            book.join(key, other)
            self.say(f"{key} is {other}: {visible(findings[key]['title'])}")
        return moved

    def common(self, findings):
        """The signatures that most inputs show, and those of targets without a
        corpus, of which that is not known."""
        found = set()
        for target in {one["target"] for one in findings}:
            inputs = files(self.state / "corpus" / target)
            asked = random.Random(1).sample(inputs, min(SAMPLE, len(inputs)))
            counts = collections.Counter(
                name for names in self.shown(target, asked) for name in names)
            found |= {name for name, count in counts.items()
                      if 2 * count > len(asked)}
            if not asked:
                found |= {one["signature"] for one in findings
                          if one["target"] == target}
        return found

    def shows(self, book, finding, hives):
        """What its smallest input shows; asked once, and kept."""
        kept = self.state / "findings" / finding["id"] / SHOWS
        if not kept.exists():
            path = self.state / "inputs" / finding["minimized"]
            targets = {row["target"] for row in book.inputs(finding["id"])}
            found = self.shown_in(targets | hives if targets & set(HIVES)
                                  else targets, path)
            if RECIPES in targets:
                found |= self.shown_as_hive(hives, path)
            store.make_folder(kept.parent)
            store.write(kept, "".join(f"{name}\n" for name in sorted(found)))
        return set(kept.read_text(encoding="utf-8").splitlines())

    def shown(self, target, paths):
        """[the signatures that an input shows], of each."""
        reader = Reader(target, self.symbols)
        with replay.Judge(self.folder(target), target) as judge:
            return [reader.every(*judge.ask(path, replay.SHORT, goes_on=True))
                    for path in paths]

    def shown_in(self, targets, path):
        return set().union(*(names for target in sorted(targets)
                             for names in self.shown(target, [path])))

    def shown_as_hive(self, hives, path):
        """By the hive that a recipe makes."""
        forge = describe.program()
        if forge is None:
            return set()
        with tempfile.TemporaryDirectory(
                prefix=f".new-{os.getpid()}-", dir=self.state) as work:
            hive = pathlib.Path(work) / "hive"
            describe.said([forge, "forge", path, "-o", hive])
            return self.shown_in(hives, hive) if hive.exists() else set()
