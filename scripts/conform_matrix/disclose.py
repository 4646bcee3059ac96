# SPDX-License-Identifier: Apache-2.0
"""What may be told of a run of somebody else's parser, vector by vector.

Crash, hang and exhaustion ("died") are told as counts only. A cell that is
empty, or says less than its neighbours, would tell as much as the word. So
vectors are put into classes of those that look alike in all that is public:
which honest failures they allow, what is expected in strict mode, and whether
their evidence names the parser. In each class the cells that do not tell how
they failed must be many (COVER) besides those that died, and at least as many
as those. So first all failures but wrong contents are such cells; where these
do not suffice, wrong contents too; where these do not, every cell of the class
and of all smaller ones, passes and all (a class of one that tells nothing would
tell everything); and of larger ones, until as many of those vectors were
survived.

Labels (library, adapter) of cells that do not tell come from the vector's id
alone."""
import collections
import fnmatch

from conform_matrix import FAILS, LETTERS, TOP, UNTOLD

DIED = frozenset(("crash", "hang", "exhaustion"))
TOLD_ALWAYS = frozenset(("pass", "not_supported", "broken"))
COVER = 5
LIMITS = TOP / "adapters" / "matrix.tsv"
ANY = "*"


# ---- labels ---------------------------------------------------------------


def limits(path=LIMITS):
    """[(pattern of ids, adapter, pattern of fields, why)]"""
    with open(path, encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split("\t")) for line in file
                if line.strip() and not line.startswith("#")]


class Labels:
    """Whose a failure is: the adapter's, where its table says so, or the
    library's."""

    def __init__(self, rows):
        self.rows = rows
        self.used = set()

    def of(self, adapter, name, field):
        """("adapter", why) or ("library", ""); field "": not known."""
        for row in self.rows:
            pattern, whose, fields, why = row
            if whose == adapter and fnmatch.fnmatchcase(name, pattern) and \
                    (fields == ANY or
                     (field and fnmatch.fnmatchcase(field, fields))):
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
    tell; 2: no failure does; 3: no cell does."""
    counts = collections.Counter(verdicts)
    dead = sum(counts[verdict] for verdict in DIED)
    if dead == 0:
        return 0
    others = sum(counts[v] for v in LETTERS
                 if v not in DIED | TOLD_ALWAYS | {"wrong_content"})
    if covered(dead, others):
        return 1
    return 2 if covered(dead, others + counts["wrong_content"]) else 3


def levels(verdicts, vectors, evidence):
    """{id: level}; verdicts {id: verdict}."""
    classes = collections.defaultdict(list)
    for vector in vectors:
        if vector["id"] in verdicts:
            classes[class_of(vector, evidence)].append(vector["id"])
    level = {key: level_of(verdicts[name] for name in names)
             for key, names in classes.items()}
    if not any(level.values()):
        return dict.fromkeys(verdicts, 0)
    # A class without one that died looks like one with: else its refusals
    # would tell which classes have none, and the counts the rest.
    level = {key: max(value, 1) for key, value in level.items()}
    # By size alone, so that a small class is not silent for its own sake.
    order = sorted(classes, key=lambda key: (len(classes[key]),
                                             classes[key][0]))
    silent = []
    for key in order:
        dead = sum(verdicts[name] in DIED for name in silent)
        if 3 not in (level[other] for other in order[order.index(key):]) and \
                covered(dead, len(silent) - dead):
            break
        level[key] = 3
        silent += classes[key]
    return {name: level[key] for key, names in classes.items()
            for name in names}


def letter(verdict, level):
    if level == 3:
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
        field = case.get("difference", {}).get("field", "")
        sign = letter(case["verdict"], level[name])
        if not reader.ours and case["verdict"] not in TOLD_ALWAYS:
            labels.of(reader.adapter, name, field)  # is a row needed?
            # What is counted must be what cells that do not tell would say.
            known = "" if sign in (FAILS, UNTOLD) else field
            label, why = labels.of(reader.adapter, name, known)
            counts[label] += 1
        else:
            label = why = ""
        cells[name] = cell(case, sign, label, why)
    return {"counts": dict(report["verdicts"]), "labels": dict(counts),
            "broken": sum(v == "broken" for v in verdicts.values()),
            "cells": cells}
