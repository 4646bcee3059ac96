#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vectors_check.py HIVEPROOF: vectors.py sees each violation, and nothing else:
one planted at a time."""
import copy
import json
import pathlib
import sys
import tempfile
import unittest

import vectors

PROGRAM = sys.argv.pop(1)
HEAD = "hiveproof recipe 1\n"
GOOD = HEAD + '[\\Alpha]\n"v" = "text"\n[\\Beta]\n'
BAD = HEAD + ('; a comment\ninclude "../ok/ok-a.recipe"\n'
              "nk[\\Beta].name_length = 9\n")
ROWS = ["# a comment", "ok-a\tok\tvector", "nk-b\tnk\tvector"]
REASON = "db-x\tdb\tnobody reads so much text"
ACCEPT = {"verdict": "accept"}
UNKNOWN = {"verdict": "unknown", "evidence": "unknown"}
VECTOR = {
    "schema": "hiveproof-vector/1", "id": "ok-a", "group": "ok",
    "says": "A sound hive.", "lie": None, "twin": None,
    "rule": "a sound hive", "impact": "wrong-data", "sources": ["none"],
    "profiles": {"strict": ACCEPT, "forensic": ACCEPT, "windows": UNKNOWN},
    "evidence": {"agree": ["hivex"], "clause": "the format"}}
CLAMPED = {"verdict": "accept",
           "content": {"of": "nk-b.1.recipe", "partial": True}}
# nk[\Beta] of ok-a, where it is forged to.
BETA = 4096 + 0x1d8


class Vectors(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        self.folder = self.tree / "corpus/conformance"
        self.good = copy.deepcopy(VECTOR)
        self.bad = {
            **copy.deepcopy(VECTOR), "id": "nk-b", "group": "nk",
            "twin": "ok-a", "lie": {
                "record": "nk[\\Beta]", "field": "name_length", "offset": 0}}
        self.bad["profiles"] = {"strict": {"verdict": "reject"},
                                "forensic": CLAMPED, "windows": UNKNOWN}
        self.put("ok/ok-a.recipe", GOOD)
        self.put("nk/nk-b.recipe", BAD)
        self.put("nk/nk-b.1.recipe", GOOD)
        self.bad["lie"]["offset"] = self.place()
        self.rows = list(ROWS)
        self.write()

    def place(self):
        """Where the field lies: the first byte that the lie changes."""
        tree = vectors.Tree(self.tree, PROGRAM)
        hives = [vectors.forge(tree, self.folder / name, self.tree / "hive")[""]
                 for name in ("ok/ok-a.recipe", "nk/nk-b.recipe")]
        return min(vectors.differing(*hives))

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write(self):
        self.put("ok/ok-a.json", json.dumps(self.good))
        self.put("nk/nk-b.json", json.dumps(self.bad))
        self.put("catalogue.tsv", "\n".join(self.rows) + "\n")

    def see(self, *rules):
        """Each rule is a part of one violation, and there are no others."""
        self.write()
        found = vectors.problems(self.tree, PROGRAM)[1]
        self.assertEqual(len(found), len(rules), found)
        for rule in rules:
            self.assertTrue(any(rule in line for line in found), (rule, found))

    def lines(self, *lines):
        """The recipe of nk-b with these lines behind its twin."""
        self.put("nk/nk-b.recipe", HEAD + 'include "../ok/ok-a.recipe"\n'
                 + "\n".join(lines) + "\n")

    def test_a_tree_without_violations(self):
        self.see()
        self.assertEqual(vectors.problems(self.tree, PROGRAM)[0], 2)

    def test_schema(self):
        self.good["impact"] = "none"
        self.see("ok-a: not of its schema", "ok-a.recipe: is used by nothing",
                 "ok-a.json: is used by nothing",
                 "ok-a: is in the catalogue and has no vector",
                 "nk-b: its twin ok-a is no good vector")

    def test_another_member(self):
        self.bad["seed"] = True
        self.see("nk-b: not of its schema", "nk-b.recipe: is used by nothing",
                 "nk-b.1.recipe: is used by nothing",
                 "nk-b.json: is used by nothing",
                 "nk-b: is in the catalogue and has no vector")

    def test_another_id(self):
        self.good["id"] = "ok-c"
        self.see("ok-a: its json says another id or group")

    def test_json_that_is_none(self):
        self.put("ok/ok-d.json", "{")
        self.see("ok-d: its json cannot be read",
                 "ok-d.json: is used by nothing")

    def test_files(self):
        self.put("ok/left-over.txt", "x")
        self.put("parts/keys.recipe", HEAD)
        self.see("left-over.txt: is used by nothing",
                 "keys.recipe: is used by nothing")
        (self.folder / "ok/left-over.txt").unlink()
        self.put("ok/ok-a.recipe", GOOD + 'include "../parts/keys.recipe"\n')
        (self.folder / "nk/nk-b.1.recipe").unlink()
        self.see("nk-b.1.recipe: is not there")

    def test_content_of_another(self):
        self.put("nk/nk-c.1.recipe", GOOD)
        self.bad["profiles"]["forensic"]["content"]["of"] = "nk-c.1.recipe"
        self.addCleanup(CLAMPED["content"].update, of="nk-b.1.recipe")
        self.see("nk-c.1.recipe belongs to another vector",
                 "nk-b.1.recipe: is used by nothing")

    def test_canaries(self):
        source = self.tree / "engine/a.c"
        source.parent.mkdir()
        source.write_text("one two two\n", encoding="utf-8")
        row = "w1\tengine/a.c\t{}\tthree\tit is off\n"
        off = "canaries.tsv, w1: has a canary or vectors, not both"
        for text, rules in (
                ("# nothing\n", ()),
                (row.format("one"), (off,)),
                (row.format("two"), (off, "stands 2 times in engine/a.c")),
                (row.format("four"), (off, "stands 0 times")),
                (row.format("one").replace("a.c", "b.c"),
                 (off, "canaries.tsv, w1: cannot be read")),
                ("w1\tengine/a.c\n", ("not rule, file, text",))):
            self.put("canaries.tsv", text)
            with self.subTest(text):
                self.see(*rules)

    def test_bugs(self):
        source = self.tree / "engine/a.c"
        source.parent.mkdir()
        source.write_text("one two two\n", encoding="utf-8")
        row = "a-bug\tengine/a.c\t{}\tthree\tit does it\n"
        for text, rules in (
                (row.format("one"), ()),
                (row.format("one") * 2, ("bugs.tsv, a-bug: is there twice",)),
                (row.format("two"), ("stands 2 times in engine/a.c",)),
                ("a-bug\n", ("bugs.tsv: cannot be read",))):
            self.put("bugs.tsv", text)
            with self.subTest(text):
                self.see(*rules)

    def test_waits(self):
        for text, rules in (
                ("# nothing\nnk-b\ta bug\n", ()),
                ("nk-c\ta bug\n", ("waits.tsv, nk-c: is no vector",)),
                ("nk-b\ta bug\nnk-b\tanother\n", ("nk-b is there twice",)),
                ("nk-b\t\n", ("waits.tsv: cannot be read",))):
            self.put("waits.tsv", text)
            with self.subTest(text):
                self.see(*rules)

    def test_rule_without_canary(self):
        rule = {**copy.deepcopy(VECTOR), "id": "e2e-w1-a", "group": "e2e",
                "services": {"profile": "pre", "options": [], "result": "ok",
                             "code": None, "verdicts": []}}
        self.put("e2e/e2e-w1-a.recipe", GOOD)
        self.put("e2e/e2e-w1-a.volumes.json", "{}")
        self.put("e2e/e2e-w1-a.json", json.dumps(rule))
        self.rows.append("e2e-w1-a\te2e\tvector")
        self.see("canaries.tsv: cannot be read",
                 "canaries.tsv, w1: has a canary or vectors, not both")

    def test_catalogue(self):
        for rows, rules in (
                (ROWS[:2], ["nk-b: is not in the catalogue"]),
                ([*ROWS, "OK-A\tok\tvector"],
                 ["OK-A: is in the catalogue twice",
                  "OK-A: is in the catalogue and has no vector"]),
                ([*ROWS, "nk-c\tnk\tvector"],
                 ["nk-c: is in the catalogue and has no vector"]),
                ([*ROWS, "nk-c nk vector"], ["not id, group, reason"]),
                ([*ROWS[:2], "nk-b\tvk\tvector"],
                 ["nk-b: is of another group in the catalogue"]),
                ([*ROWS, REASON], ["1 reasons for 3 ids"]),
                ([*ROWS[:2], "nk-b\tnk\tno time"],
                 ["nk-b: has a reason not to be there, and is there",
                  "nk-b: is not in the catalogue", "1 reasons for 2 ids"])):
            with self.subTest(rows=rows):
                self.rows = rows
                self.see(*rules)
        (self.folder / "catalogue.tsv").unlink()
        found = vectors.problems(self.tree, PROGRAM)[1]
        self.assertTrue(any("cannot be read" in line for line in found), found)

    def test_either(self):
        either = {"verdict": "either", "outcomes": ["reject", {"of": "own"}]}
        self.bad["profiles"] = {"strict": either, "forensic": CLAMPED,
                                "windows": UNKNOWN}
        self.see("1 of 2 vectors allow either in strict")
        self.bad["profiles"].update(strict={"verdict": "reject"},
                                    forensic=either)
        self.see("1 of 2 vectors allow either in forensic",
                 "nk-b.1.recipe: is used by nothing")

    def test_evidence(self):
        self.good["evidence"] = {"agree": ["hivex"]}
        self.see("ok-a: neither two parsers that agree nor a clause")
        self.good["evidence"] = {"agree": ["hivex", "perl"]}
        self.see()

    def test_twin(self):
        self.bad["twin"] = "ok-c"
        self.see("nk-b: its twin ok-c is no good vector")
        self.bad["twin"] = None
        self.see("nk-b: a lie has a twin, and a twin has a lie")
        self.bad.update(twin="ok-a", lie=None)
        self.see("nk-b: a lie has a twin, and a twin has a lie")

    def test_twin_that_is_bad(self):
        self.good["profiles"] = {"strict": {"verdict": "reject"},
                                 "forensic": ACCEPT, "windows": UNKNOWN}
        self.see("nk-b: its twin ok-a is no good vector")

    def test_twin_that_no_strict_reader_takes(self):
        self.put("ok/ok-a.recipe", GOOD + "base.format = 7\n")
        self.see("ok-a: a strict reader does not take this twin")

    def test_recipes(self):
        self.put("nk/nk-b.recipe", GOOD)
        self.see("nk-b: its recipe does not begin with its twin")
        self.put("nk/nk-b.recipe", HEAD + "[\\unclosed\n")
        self.see("nk-b: its recipe cannot be forged")

    def test_lie_elsewhere(self):
        self.bad["lie"]["offset"] += 2
        self.see("is that of the twin", "nk-b: differs from its twin at")

    def test_another_lie(self):
        self.lines("nk[\\Alpha].name_length = 9")
        self.see("nk-b: its recipe does not begin with the lie")

    def test_lie_that_is_none(self):
        self.lines("nk[\\Beta].name_length = 4")
        self.see("is that of the twin")

    def test_more_than_the_lie(self):
        self.lines("nk[\\Beta].name_length = 9", "base.cluster = 8")
        self.see()
        self.lines("nk[\\Beta].name_length = 9", "[\\Gamma]")
        self.see("nk-b: adds what is no lie: [\\Gamma]")
        self.lines("nk[\\Beta].name_length = 9", *["base.cluster = 8"] * 4)
        self.see("nk-b: 5 lines are added to the twin")
        self.lines()
        self.see("nk-b: 0 lines are added to the twin")

    def test_raw_that_reaches_further(self):
        place = self.bad["lie"]["offset"]
        self.lines(f"raw {place} 0900")
        self.see()
        self.lines(f"raw {place} 0900", "raw 0x1100 ff")
        self.see()
        self.lines("raw 0x1100 ff", f"raw {place} 0900")
        self.see("nk-b: its recipe does not begin with the lie")

    def test_length_of_the_file(self):
        self.bad["lie"] = {"record": "file", "field": "size", "offset": 5000}
        self.lines("end 5000")
        self.see()
        self.lines("end 5001")
        self.see("nk-b: its recipe does not begin with the lie")

    def see_log(self, lines, *rules, **lie):
        """A log of one entry, and a vector that lies about it."""
        good = {**copy.deepcopy(VECTOR), "id": "hvle-a", "group": "hvle",
                "logs": [".LOG1"]}
        bad = {**copy.deepcopy(good), "id": "hvle-b", "twin": "hvle-a", "lie": {
            "file": ".LOG1", "record": "entry[LOG1]#0", "field": "count",
            "offset": 512 + 20, **lie}}
        if lie.get("file", True) is None:
            del bad["lie"]["file"]
        self.put("hvle/hvle-a.json", json.dumps(good))
        self.put("hvle/hvle-a.recipe",
                 GOOD + 'log LOG1 hvle\nentry\n[\\Beta]\n"v" = "w"\n')
        self.put("hvle/hvle-b.json", json.dumps(bad))
        self.put("hvle/hvle-b.recipe",
                 HEAD + 'include "hvle-a.recipe"\n' + lines + "\n")
        self.rows = [*ROWS, "hvle-a\thvle\tvector", "hvle-b\thvle\tvector"]
        self.see(*rules)

    def test_lie_of_a_log(self):
        count = "entry[LOG1]#0.count = 9"
        self.see_log(count)
        self.see_log(count, "begin with the lie", field="size")
        self.see_log(count, "is that of the twin", "differs from its twin at",
                     offset=512 + 16)
        self.see_log(count, "is that of the twin", "differs from its twin at",
                     file=None)
        self.see_log(count + "\nlog[LOG1].cluster = 8")
        self.see_log(count + "\nraw 0x1100 ff")
        self.see_log("raw[LOG1] 532 09", record="bin#0")
        self.see_log("raw 532 09", "begin with the lie")
        self.see_log("end[LOG1] 1000", record="file", field="size", offset=1000)
        self.see_log("end 1000", "begin with the lie", record="file",
                     field="size", offset=1000)
        self.see_log("tail[LOG1] cc", "begin with the lie")

    def test_logs_that_are_not_there(self):
        self.see_log("entry[LOG1]#0.count = 9\nlog LOG2 hvle",
                     "hvle-b: its recipe makes other logs than it says",
                     "hvle-b: adds what is no lie")


if __name__ == "__main__":
    unittest.main()
