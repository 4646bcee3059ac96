# SPDX-License-Identifier: Apache-2.0
"""Findings of ours that are one bug. What fails several oracles, or fails in
several targets, has as many signatures; which of them are one the smallest
inputs say. An oracle that fails ends the harness: here it is run on, to see
what else would have failed.

A finding is explained by another that its smallest input shows, too, and that
is nearer to the cause: a crash before an oracle, an oracle before a limit of time
or memory, the reader before what is made of it, and what fails with little else
before what fails with more. What comes to no end is hardly made smaller and shows
much: it is explained by work that is not bounded, or by the one finding that it
shows and that can be why. And two are
one if each is shown by hives that differ from the other's smallest in one place,
or if such hives of both show a third: what writes over memory fails no oracle,
and a little less of it does. One way is enough only for a crash where a check is
and that check: a bug that is easily met is near to others.
What most inputs of a corpus show explains nothing."""
import collections
import contextlib
import itertools
import os
import pathlib
import random
import re
import shutil
import tempfile

from fuzz_targets import FOREIGN, HIVES
from nightly import checks, describe, ledger, neighbours, replay, store, visible
from nightly.signature import BEHIND, LIMITED, Reader
from nightly.slice import files

# In findings/ID/: the signatures that it shows, and that its neighbours show.
SHOWS, NEAR = "shows", "near"
READER = "fuzz_hive"
# What reads hives without other people's parsers, which take long to build.
OF_HIVES = tuple(target for target in HIVES if target not in FOREIGN)
# Oracles of the reader alone: what shows one shows its bug.
READERS = re.compile(r"oracle \| (reader_tape|event_check)\.c \|")
# Oracles of what is made of parts: what one of these is to blame for fails them, too.
WHOLES = re.compile(r"oracle \| (enumerate_\w+|inspect_check|roundtrip|forge_run)\.c \|")
# Oracles of work that has a bound; and of what brings no walk to no end.
UNBOUNDED = re.compile(r"^oracle .*( work\]|: bounded \w+)$")
ENDS = re.compile(r"^oracle .* (data-size|duplicate|hint|mismatch|name-length|order)\]$")
SAMPLE = 20  # of a corpus: what more than half of them show is common
LEAST = 3  # of the neighbours: of fewer, it may be chance
NEAR_MOST = 100  # findings of which that is asked
# It is given up after so many neighbours that hang, and not asked of larger hives.
HUNG_MOST, LARGEST = 25, 256 << 10
# Hives of the corpus that pass, and of each so many neighbours: what these show is
# near to everything.
PASSING, NEIGHBOURS = 20, 65


def is_told_by_cause(name):
    """A crash, or a check of the reader's that is missing: [vk.type unknown], or
    one for all references: [cell-free]. What is there instead of what is due, and
    where it stays when it comes to no end, come of many bugs."""
    if name.startswith("oracle"):
        return re.search(r" \[([\w.]+ [\w-]+|cell-\w+)\]$", name) is not None
    return not name.startswith(LIMITED)


def told_by(shown, told, limited):
    """{(how near, finding)}: those that what is shown are called."""
    if not limited:
        return {told[name] for name in shown if name in told}
    unbounded = set(filter(UNBOUNDED.search, told))
    able = {name for name in shown if name in told and not ENDS.search(name)}
    for names in (able & unbounded, able, unbounded):
        causes = {told[name] for name in names}
        if len({cause for _, cause in causes}) == 1:
            return causes
    return set()


def explained(findings, shows, near, common):
    """{id: the id of the finding that explains it}"""
    def distance(one):
        return (one["kind"] in LIMITED, one["kind"] == "oracle",
                one["target"] != READER,
                WHOLES.match(one["signature"]) is not None,
                len(shows[one["id"]]), one["first_seen"], one["id"])

    findings = sorted(findings, key=distance)
    by, told, read = {}, {}, {}  # {signature: (how near, finding)}
    names, said = {}, {}
    for place, one in enumerate(findings):
        shown = shows[one["id"]] - common
        own = {one["signature"], *one["also"],
               *(name for name in shown if name.startswith(BEHIND))}
        causes = told_by(shown, told, one["kind"] in LIMITED)
        causes |= {read[name] for name in own if name in read}
        _, cause = min(causes, default=(None, None))
        # What somebody has marked stays what it is.
        if cause and one["status"] == "new":
            by[one["id"]] = cause
        known = place, by.get(one["id"], one["id"])
        for name in own:
            told.setdefault(name, known)
        for name in filter(READERS.match, shown):
            read.setdefault(name, known)
        said[one["id"]] = own | set(filter(READERS.match, shown))
        is_crash = one["kind"] != "oracle" and one["kind"] not in LIMITED
        names[one["id"]] = said[one["id"]] if is_crash else own
    join_near(by, findings, names, said, {
        key: {name for name in near[key] - common
              if is_told_by_cause(name) or READERS.match(name)} for key in near})
    return by


def join_near(by, findings, names, said, near):
    """Adds those of which each is near to the other, or one is and both are about
    one check, or both are near to the same check that is missing and that no
    finding is called by."""
    places = {one["id"]: place for place, one in enumerate(findings)}
    called = set().union(*names.values())
    for a, b in itertools.product(filter(near.get, places), places):
        if a == b:
            continue
        ways = bool(names[a] & near[b]) + bool(names[b] & near[a])
        third = filter(is_told_by_cause, (near[a] & near[b]) - called)
        if ways == 2 or any(third) or ways and checks.of_one(said[a], said[b]):
            first, last = sorted((by.get(a, a), by.get(b, b)), key=places.get)
            if first != last and findings[places[last]]["status"] == "new":
                by[last] = first
                for key, cause in by.items():
                    by[key] = first if cause == last else cause


def is_hive(finding, path):
    """What stands for the finding is a hive: a recipe or a set of logs would show
    other targets what is wrong with files that are none."""
    return finding["target"] in HIVES and not describe.has_logs(path)


def variants(hive):
    """The path, with each neighbour in turn."""
    if hive.exists() and hive.stat().st_size <= LARGEST:
        for data in neighbours.of(hive.read_bytes()):
            hive.write_bytes(data)
            yield hive


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
        shows = {key: self.shows(one) for key, one in findings.items()}
        near = self.all_near(findings, shows)
        if any(near.values()):
            anyway = self.near_to_all()
            near = {key: names - anyway for key, names in near.items()}
        common = self.common(findings.values())
        moved = explained(findings.values(), shows, near, common)
        for key, other in moved.items():
            book.join(key, other)
            self.say(f"{key} is {other}: {visible(findings[key]['title'])}")
        return moved

    def corpus(self, target):
        """What was merged; until then, what libFuzzer has."""
        return files(self.state / "corpus" / target) or \
            files(self.state / "work" / target / "libfuzzer" / "corpus")

    def common(self, findings):
        """The signatures that most inputs of a target show, or most hives that
        pass in the reader; and those of targets without a corpus, of which that is
        not known."""
        targets = {one["target"] for one in findings}
        asked_of = {(target, target) for target in targets}
        if targets & {*HIVES, describe.RECIPES}:
            asked_of |= {(target, READER) for target in self.at_hand(OF_HIVES)}
        found = {one["signature"] for one in findings
                 if not self.corpus(one["target"])}
        for target, source in asked_of:
            inputs = self.corpus(source)
            asked = random.Random(1).sample(inputs, min(SAMPLE, len(inputs)))
            counts = collections.Counter(
                name for names in self.shown(target, asked) for name in names)
            found |= {name for name, count in counts.items()
                      if 2 * count > len(asked)}
        return found

    def shows(self, finding):
        """What its smallest input shows; asked once, and kept: so of each target
        that is there, not only of those that have findings by now."""
        kept = self.state / "findings" / finding["id"] / SHOWS
        if not kept.exists():
            path = self.state / "inputs" / finding["minimized"]
            hives = self.at_hand(OF_HIVES) if is_hive(finding, path) else []
            found = self.shown_in({finding["target"], *hives}, path)
            if finding["target"] == describe.RECIPES:
                found |= self.shown_as_hive(path)
            store.make_folder(kept.parent)
            store.write(kept, "".join(f"{name}\n" for name in sorted(found)))
        return set(kept.read_text(encoding="utf-8").splitlines())

    def all_near(self, findings, shows):
        """{id: signatures}, of the new ones and without what each shows itself."""
        near = {key: set() for key in findings}
        new = sorted((one for one in findings.values() if one["status"] == "new"),
                     key=lambda one: (one["first_seen"], one["id"]))
        for one in new[:NEAR_MOST]:
            near[one["id"]] = self.near(one) - shows[one["id"]]
        return near

    def near(self, finding):
        """What at least LEAST of the neighbours of its smallest input show. Not
        of what hangs: it would take too long."""
        kept = self.state / "findings" / finding["id"] / NEAR
        if not kept.exists():
            found = set()
            path = self.state / "inputs" / finding["minimized"]
            asked = {READER} if finding["target"] == describe.RECIPES else \
                {finding["target"], READER} if is_hive(finding, path) else set()
            if finding["kind"] not in LIMITED:
                for target in self.at_hand(asked):
                    found |= self.near_in(target, finding, path)
            store.write(kept, "".join(f"{name}\n" for name in sorted(found)))
        return set(kept.read_text(encoding="utf-8").splitlines())

    def near_in(self, target, finding, path):
        counts, hung = collections.Counter(), 0
        with self.as_hive(path, finding["target"]) as hive:
            for names in self.shown(target, variants(hive)):
                counts.update(names)
                hung += any(name.startswith(LIMITED) for name in names)
                if hung == HUNG_MOST:
                    break
        return {name for name, times in counts.items() if times >= LEAST}

    def at_hand(self, targets):
        """Those that have a replay binary: not each folder of them has all."""
        return [target for target in sorted(targets)
                if (pathlib.Path(self.folder(target)) / target).exists()]

    def near_to_all(self):
        """What neighbours of hives that pass show."""
        if not self.at_hand([READER]):
            return set()
        inputs = [path for path in self.corpus(READER)
                  if path.stat().st_size > neighbours.BASE]
        random.Random(1).shuffle(inputs)
        passing = (path for path in inputs
                   if not self.shown_in({READER}, path))
        found = set()
        for path in itertools.islice(passing, PASSING):
            with self.as_hive(path, READER) as hive:
                some = itertools.islice(variants(hive), NEIGHBOURS)
                found = found.union(*self.shown(READER, some))
        return found

    def shown(self, target, paths):
        """The signatures that each input shows, one after the other."""
        reader = Reader(target, self.symbols)
        with replay.Judge(self.folder(target), target) as judge:
            for path in paths:
                yield reader.every(*judge.ask(path, replay.SHORT, goes_on=True))

    def shown_in(self, targets, path):
        return set().union(*(names for target in sorted(targets)
                             for names in self.shown(target, [path])))

    def shown_as_hive(self, path):
        """By the hive that a recipe makes."""
        with self.as_hive(path, describe.RECIPES) as hive:
            return self.shown_in(self.at_hand(OF_HIVES), hive) \
                if hive.exists() else set()

    @contextlib.contextmanager
    def as_hive(self, path, target):
        """A path in a folder of its own, where the hive is that a recipe or .reg
        file makes, or a copy of another target's input, or nothing."""
        with tempfile.TemporaryDirectory(
                prefix=f".new-{os.getpid()}-", dir=self.state) as work:
            hive = pathlib.Path(work) / "hive"
            if target != describe.RECIPES:
                shutil.copyfile(path, hive)
            elif describe.program():
                describe.said([describe.program(), "forge", path, "-o", hive])
            yield hive
