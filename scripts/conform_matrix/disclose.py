# SPDX-License-Identifier: Apache-2.0
"""What may be told of a run of somebody else's parser, vector by vector.

Crash, hang and exhaustion ("died") are told as counts only. A cell that is
empty, or says less than its neighbours, would tell as much as the word. So
vectors are put into classes of those that look alike in all that is public:
which honest failures they allow, what is expected in strict mode, and whether
their evidence names the parser. Where it died on any vector:

1. All failures but wrong contents look the same, in every class.
2. In a class where these do not cover those that it died on, wrong contents
   look like them, too. Cover: as many vectors that it survived, and COVER.
3. Where that is not enough either, nothing is told of the vectors around those,
   passes and all: the class is cut into pieces of at least PIECE in the order of
   ids, and those in which it died are silent. If one of them has no cover, the
   class is.
4. Small classes, and those that allow no honest failure, are pooled with others
   to POOL vectors, and silent together: a class of one that tells nothing would
   tell everything.
5. What has no cover even then makes the whole column silent.

Which vectors look how depends on nothing but the numbers of each verdict in
each class, or piece."""
import collections
import fnmatch

from conform_matrix import FAILS, LETTERS, TOP, UNTOLD

DIED = frozenset(("crash", "hang", "exhaustion"))
TOLD_ALWAYS = frozenset(("pass", "not_supported", "broken"))
COVER, PIECE, POOL = 5, 12, 60
SILENT = 3
LIMITS = TOP / "adapters" / "matrix.tsv"


# ---- labels ---------------------------------------------------------------


def limits(path=LIMITS):
    """[(pattern of ids, adapter, why)]"""
    with open(path, encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file
                if line.strip() and not line.startswith("#")]


class Labels:
    """Whose a failure is: the adapter's, where its table says so, or the
    library's. That depends on the vector alone, not on how it failed."""

    def __init__(self, rows):
        self.rows = rows
        self.used = set()

    def of(self, adapter, name):
        """("adapter", why) or ("library", "")"""
        for row in self.rows:
            pattern, whose, why = row
            if whose == adapter and fnmatch.fnmatchcase(name, pattern):
                self.used.add(row)
                return "adapter", why
        return "library", ""

    def unused(self, adapters):
        """The rows of these that no failure needs."""
        return [row for row in self.rows
                if row[1] in adapters and row not in self.used]


# ---- classes --------------------------------------------------------------


def honest(profile):
    """The failures that a vector allows and that may be told."""
    outcomes = profile.get("outcomes", [])
    if profile["verdict"] == "reject":
        return frozenset(("accepted",))
    kinds = {"wrong_content", "rejected"}
    if "reject" in outcomes:
        kinds.discard("rejected")
    if "bounded" in outcomes:
        kinds.discard("wrong_content")
    return frozenset(kinds)


def class_of(vector, evidence):
    profiles = vector["profiles"]
    agree = vector.get("evidence", {}).get("agree", [])
    return (honest(profiles["forensic"]), profiles["strict"]["verdict"],
            evidence in agree)


def covered(dead, others):
    return dead == 0 or others >= max(dead, COVER)


def level_of(verdicts):
    """0: the class has nothing to hide; 1: failures but wrong contents do not
    tell; 2: no failure does; SILENT: no cell does."""
    counts = collections.Counter(verdicts)
    dead = sum(counts[verdict] for verdict in DIED)
    if dead == 0:
        return 0
    others = sum(counts[v] for v in LETTERS
                 if v not in DIED | TOLD_ALWAYS | {"wrong_content"})
    if covered(dead, others):
        return 1
    return 2 if covered(dead, others + counts["wrong_content"]) else SILENT


def classes_of(vectors, evidence):
    """The pool and the other classes: lists of classes, which are lists of
    ids."""
    classes = collections.defaultdict(list)
    for vector in vectors:
        classes[class_of(vector, evidence)].append(vector["id"])
    order = sorted(classes.items(), key=lambda item: (
        bool(item[0][0]), len(item[1]), item[1][0]))
    pool, size = [], 0
    while order and (not order[0][0][0] or size < POOL or
                     len(order[0][1]) < PIECE):
        pool.append(order.pop(0)[1])
        size += len(pool[-1])
    return pool, [names for _, names in order]


def pieces(names):
    count = max(len(names) // PIECE, 1)
    return [names[i * len(names) // count:(i + 1) * len(names) // count]
            for i in range(count)]


def has_cover(names, verdicts):
    dead = sum(verdicts[name] in DIED for name in names)
    return covered(dead, len(names) - dead)


def silent_of(names, verdicts):
    """Those of a class at SILENT that are; all of them may be no cover."""
    dead = [piece for piece in pieces(names)
            if any(verdicts[name] in DIED for name in piece)]
    if all(has_cover(piece, verdicts) for piece in dead):
        return [name for piece in dead for name in piece]
    return names


def levels(verdicts, vectors, evidence):
    """{id: level}; verdicts {id: verdict}."""
    if not DIED & set(verdicts.values()):
        return dict.fromkeys(verdicts, 0)
    pool, classes = classes_of([v for v in vectors if v["id"] in verdicts],
                               evidence)
    level, silent = {}, []
    for names in pool + classes:
        own = level_of(verdicts[name] for name in names)
        if own < SILENT:
            level.update(dict.fromkeys(names, max(own, 1)))
            continue
        level.update(dict.fromkeys(names, 1))
        # The pool's classes are silent together.
        part = sum(pool, []) if names in pool else silent_of(names, verdicts)
        if not has_cover(part, verdicts):
            return dict.fromkeys(verdicts, SILENT)
        silent += part
    return {**level, **dict.fromkeys(silent, SILENT)}


def letter(verdict, level):
    if level == SILENT:
        return UNTOLD
    if level == 0 or verdict in TOLD_ALWAYS or \
            (level == 1 and verdict == "wrong_content"):
        return LETTERS[verdict]
    return FAILS


# ---- a run ----------------------------------------------------------------


def cell(case, sign, label, why):
    """What the page has of it."""
    if sign in (LETTERS["pass"], UNTOLD):
        return {"sign": sign}
    told = {"sign": sign, "label": label, "why": why}
    if sign == FAILS:
        return told
    told["says"] = case["says"]
    if "difference" in case:
        told.update(case["difference"])
    return told


def told(report, reader, vectors, labels, private):
    """The report as it may be kept and shown."""
    cases = {case["id"]: case for case in report["cases"]}
    verdicts = {name: case["verdict"] for name, case in cases.items()}
    level = dict.fromkeys(verdicts, 0) if reader.ours or private else \
        levels(verdicts, vectors, reader.evidence)
    cells, counts = {}, collections.Counter()
    for name, case in cases.items():
        sign = letter(case["verdict"], level[name])
        if not reader.ours and case["verdict"] not in TOLD_ALWAYS:
            label, why = labels.of(reader.name, name)
            counts[label] += 1
        else:
            label = why = ""
        cells[name] = cell(case, sign, label, why)
    return {"counts": dict(report["verdicts"]), "labels": dict(counts),
            "broken": sum(v == "broken" for v in verdicts.values()),
            "cells": cells}
