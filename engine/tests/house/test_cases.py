#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cases.py sees each violation, and nothing else: one planted at a time."""
import json
import pathlib
import shutil
import tempfile
import unittest

import cases

SOURCE = pathlib.Path(__file__).resolve().parents[3]
NAME = "HP-0001-one"
RECIPE = 'hiveproof recipe 1\ninclude "base.recipe"\n'
SAID = "# why\n$ hiveproof enumerate --volumes disks.json SYSTEM\n? 0\n"
INDEX = ("1 corpus/recipes/good-x.recipe\n"
         "1 regressions/area/HP-0001-one/expected.transcript\n"
         "2 regressions/area/HP-0001-one/lies.tsv\n")


class Cases(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.tree = pathlib.Path(directory.name)
        (self.tree / "schema").mkdir()
        shutil.copy(SOURCE / "schema/hiveproof-case-1.json",
                    self.tree / "schema")
        self.folder = self.tree / "regressions/area" / NAME
        self.folder.mkdir(parents=True)
        (self.tree / "regressions/canaries").mkdir()
        (self.tree / "corpus/recipes").mkdir(parents=True)
        self.facts = {
            "schema": "hiveproof-case/1", "id": "HP-0001", "area": "area",
            "title": "A title of this case.", "unfixed": "It was wrong.",
            "must": "It must be right.", "links": ["KB 980794"]}
        self.put("case.json", json.dumps(self.facts))
        self.put("SYSTEM.recipe", RECIPE)
        self.put("base.recipe", "hiveproof recipe 1\n")
        self.put("lies.recipe", 'hiveproof recipe 1\n')
        self.put("lies.tsv", "# a comment\n\na\tb\tc\nd\te\tf\n")
        self.put("disks.json", "{}\n")
        self.put("expected.transcript", SAID)
        self.put("../../../corpus/recipes/good-x.recipe", RECIPE)
        self.put("../../IDS", "HP-0001 area/HP-0001-one\n")
        self.put("../../../corpus/INDEX", INDEX)

    def put(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def found(self):
        return cases.problems(self.tree)[1]

    def see(self, *rules):
        """Each rule is a part of one violation, and there are no others."""
        found = self.found()
        self.assertEqual(len(found), len(rules), found)
        for rule in rules:
            self.assertTrue(any(rule in line for line in found), (rule, found))

    def say(self, **facts):
        self.put("case.json", json.dumps({**self.facts, **facts}))

    def halves(self, unfixed, fixed):
        """The tree of one more transcript or two, with its index."""
        for name, text in (("fixed", fixed), ("unfixed", unfixed)):
            if text is not None:
                self.put(f"{name}.transcript", text)
                index = self.tree / "corpus/INDEX"
                index.write_text(index.read_text() + "1 regressions/area/"
                                 f"{NAME}/{name}.transcript\n")

    def test_a_tree_without_violations(self):
        self.assertEqual(cases.problems(self.tree), (1, []))
        self.halves(SAID, SAID.replace("0", "1"))
        self.see()

    def test_facts(self):
        self.say(title="short")
        self.see("case.json is not of its schema")
        self.say(more=1)
        self.see("case.json is not of its schema")
        self.say(area="other")
        self.see("another area")
        self.say(id="HP-0002")
        self.see("another id")
        self.put("case.json", "[]")
        self.see("case.json is not of its schema")
        self.put("case.json", "{")
        self.see("no case.json that can be read")
        (self.folder / "case.json").unlink()
        self.see("no case.json that can be read")

    def test_name_of_the_folder(self):
        self.folder.rename(self.folder.with_name("HP-0001-One"))
        for name in ("regressions/IDS", "corpus/INDEX"):
            path = self.tree / name
            path.write_text(path.read_text().replace(NAME, "HP-0001-One"))
        self.see("the folder is not called")

    def test_a_file_among_the_folders(self):
        self.put("../stray", "")
        self.see("no folder of a case")

    def test_a_case_without_cases(self):
        for name in ("expected.transcript", "lies.tsv"):
            (self.folder / name).unlink()
        found = self.found()
        self.assertTrue(any("neither a transcript" in line for line in found))

    def test_files_without_cases(self):
        self.put("expected.transcript", "# nothing but words\n")
        found = self.found()
        self.assertTrue(any("expected.transcript holds no case" in line
                            for line in found))
        self.put("expected.transcript", SAID)
        self.put("lies.tsv", "# nothing\n")
        self.see("lies.tsv holds no case", "lies.tsv holds 0 cases, not 2")

    def test_a_broken_invariant(self):
        self.put("lies.tsv", "a\tb\tdonebroken: a second walk differs \n"
                 "d\te\tf\n")
        self.see("lies.tsv takes a broken invariant for an answer")
        self.put("lies.tsv", "a\tb\tc overrun\nd\te\tf\n")
        self.see("lies.tsv takes a broken invariant for an answer")

    def test_directions(self):
        self.halves(SAID, None)
        self.see("one direction alone")
        (self.folder / "unfixed.transcript").unlink()
        self.put("../../../corpus/INDEX", INDEX)
        self.halves(None, SAID)
        self.see("one direction alone")
        self.put("../../../corpus/INDEX", INDEX)
        self.halves(SAID, SAID)
        self.see("are the same")

    def test_unused_files(self):
        for name in ("OTHER.recipe", "note.txt", ".hidden"):
            self.put(name, "")
            self.see(f"{name} is used by nothing")
            (self.folder / name).unlink()
        (self.folder / "more").mkdir()
        self.see("more is used by nothing")

    def test_what_a_row_uses(self):
        self.put("rows.json", "{}\n")
        self.see("rows.json is used by nothing")
        self.put("lies.tsv", "a\t--volumes regressions/x/rows.json\tb\n"
                             "c\td\te\n")
        self.see()

    def test_the_tables_are_those_of_the_gate(self):
        self.assertIn("lies.tsv", cases.TABLES)
        self.assertGreaterEqual(len(cases.TABLES), 4)

    def test_what_only_an_unused_file_uses(self):
        self.put("SYSTEM.recipe", "hiveproof recipe 1\n")
        self.see("base.recipe is used by nothing")

    def test_a_transcript_that_the_gate_knows_under_no_name(self):
        self.put("other.transcript", SAID)
        self.see("other.transcript is used by nothing",
                 "other.transcript is not listed")

    def test_ids(self):
        for text, rules in (
                ("", ["has no line"]),
                ("HP-0001 area/HP-0001-old\n",
                 ["is not there, and not retired", "has no line"]),
                ("HP-0001 area/HP-0001-one retired\n", ["there and retired"]),
                ("HP-0001 area/HP-0001-one\nHP-0001 area/HP-0001-two retired\n",
                 ["given twice", "has no line"]),
                ("HP-0002 area/HP-0002-x retired\nHP-0001 area/HP-0001-one\n",
                 ["not in order"]),
                ("HP-0001 area/HP-0001-one\nHP-0002 area/HP-0003-x retired\n",
                 ["another id than that of"]),
                ("one\nHP-0001 area/HP-0001-one\n", ["not ID AREA/FOLDER"])):
            self.put("../../IDS", text)
            self.see(*rules)
        (self.tree / "regressions/IDS").unlink()
        self.see("cannot be read")

    def test_a_retired_id(self):
        self.put("../../IDS", "HP-0001 area/HP-0001-one\n"
                              "HP-0002 area/HP-0002-gone retired\n")
        self.see()

    def test_a_canary_that_does_not_apply(self):
        (self.tree / "planted.c").write_text("a\nb\nc\n")
        patch = self.tree / "regressions/canaries/x.patch"
        patch.write_text("Canary: x\n\n--- a/planted.c\n+++ b/planted.c\n"
                         "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")
        self.see()
        (self.tree / "planted.c").write_text("a\nother\nc\n")
        self.see("x.patch does not apply")
        self.assertEqual((self.tree / "planted.c").read_text(), "a\nother\nc\n")

    def test_index(self):
        for text, rules in (
                (INDEX.replace("2 ", "1 "), ["holds 2 cases, not 1"]),
                (INDEX.replace("2 ", "3 "), ["holds 2 cases, not 3"]),
                (INDEX[:INDEX.index("2 ")], ["lies.tsv is not listed"]),
                (INDEX + "1 regressions/a/b/lies.tsv\n", ["holds 0 cases"]),
                (INDEX + "1 corpus/recipes/good-x.recipe\n", ["listed twice"])):
            self.put("../../../corpus/INDEX", text)
            self.see(*rules)
        (self.tree / "corpus/INDEX").unlink()
        self.see("cannot be read")


if __name__ == "__main__":
    unittest.main()
