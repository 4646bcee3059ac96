#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/matrix: what it keeps, and that it does not tell which vectors
somebody else's parser dies on."""
import collections
import json
import pathlib
import random
import re
import stat
import sys
import unittest

import matrix_folder
from conform_vectors import ACCEPT, REJECT, vector
from support import TREE, UNSAFE, CliTest

sys.path.insert(0, str(TREE / "scripts"))
from conform_matrix import LETTERS, Infrastructure, counts  # noqa: E402
from conform_matrix import disclose, readers  # noqa: E402

STRANGER = readers.Reader("stranger", ("--command", "x"))
EITHER = {"verdict": "either", "outcomes": ["reject", {"of": "own"}]}
BOUNDED = {"verdict": "either", "outcomes": ["reject", "bounded"]}
HONEST = {"accept": ("rejected", "wrong_content"), "reject": ("accepted",),
          "either": ("wrong_content",), "bounded": ()}
PROFILES = {"accept": ACCEPT, "reject": REJECT, "either": EITHER,
            "bounded": BOUNDED}


def report_of(verdicts):
    """As conform writes it, with a difference for each wrong content."""
    cases = []
    for name, verdict in verdicts.items():
        case = {"id": name, "verdict": verdict, "says": f"{verdict} of {name}"}
        if verdict == "wrong_content":
            case["difference"] = {"key": name, "name": "", "field": "key",
                                  "expected": "a", "received": "b"}
        cases.append(case)
    return {"cases": cases,
            "verdicts": dict(collections.Counter(verdicts.values()))}


class Disclosure(unittest.TestCase):
    def told(self, verdicts, vectors, private=False):
        return disclose.told(report_of(verdicts), STRANGER, vectors,
                             disclose.Labels([]), private)

    def signs(self, verdicts, vectors, **more):
        cells = self.told(verdicts, vectors, **more)["cells"]
        return {name: cell["sign"] for name, cell in cells.items()}

    def alike(self, **numbers):
        """{sign: number} for so many of each verdict, in one class."""
        verdicts = {f"ok-{v}-{i}": v for v, number in numbers.items()
                    for i in range(number)}
        vectors = [vector(name) for name in verdicts]
        return collections.Counter(self.signs(verdicts, vectors).values())

    def test_levels(self):
        self.assertEqual(self.alike(**{"pass": 3, "rejected": 2,
                                       "wrong_content": 1}),
                         {"P": 3, "R": 2, "W": 1})
        self.assertEqual(self.alike(**{"pass": 3, "rejected": 6, "crash": 3,
                                       "wrong_content": 1}),
                         {"P": 3, "F": 9, "W": 1})
        self.assertEqual(self.alike(**{"pass": 3, "rejected": 2, "hang": 3,
                                       "wrong_content": 4}),
                         {"P": 3, "F": 9})
        self.assertEqual(self.alike(**{"pass": 9, "exhaustion": 3}),
                         {"-": 12})

    def test_own_failures_and_private_runs_tell_all(self):
        verdicts = {"ok-1": "crash", "ok-2": "pass"}
        vectors = [vector(name) for name in verdicts]
        self.assertEqual(self.signs(verdicts, vectors, private=True),
                         {"ok-1": "C", "ok-2": "P"})
        own = disclose.told(report_of(verdicts), readers.own("strict"), vectors,
                            disclose.Labels([]), False)
        self.assertEqual(own["cells"]["ok-1"]["sign"], "C")

    def test_what_is_told_does_not_depend_on_who_died(self):
        """Two vectors with the same cell in one class, one of which died,
        change places: nothing that is told changes."""
        swaps = 0
        for seed in range(100):
            dice = random.Random(seed)
            vectors, verdicts = self.random_run(dice)
            told = self.told(verdicts, vectors)
            self.check_silent(verdicts, told)
            for name, verdict in verdicts.items():
                if verdict not in disclose.DIED:
                    continue
                sign = told["cells"][name]["sign"]
                others = self.others(name, verdicts, vectors, told)
                self.assertIn(sign, "F-")
                self.assertTrue(others or sign == "-", (seed, name, verdicts))
                for other in dice.sample(others, min(len(others), 3)):
                    changed = {**verdicts, name: verdicts[other], other: verdict}
                    self.assertEqual(self.told(changed, vectors), told, seed)
                    swaps += 1
        self.assertGreater(swaps, 700)

    def check_silent(self, verdicts, told):
        silent = [verdicts[name] for name, cell in told["cells"].items()
                  if cell["sign"] == "-"]
        dead = sum(verdict in disclose.DIED for verdict in silent)
        if len(silent) < len(verdicts):
            self.assertTrue(disclose.covered(dead, len(silent) - dead))

    def test_a_small_class_is_not_silent_alone(self):
        """One vector that is like no other, and was died on."""
        verdicts = {f"ok-{i:03}": "rejected" if i % 2 else "pass"
                    for i in range(200)}
        vectors = [vector(name, strict=REJECT if i >= 140 else ACCEPT)
                   for i, name in enumerate(verdicts)]
        vectors.append(vector("dag-0", forensic=BOUNDED))
        signs = self.signs({**verdicts, "dag-0": "hang"}, vectors)
        silent = {name for name, sign in signs.items() if sign == "-"}
        self.assertEqual(silent, {"dag-0", *(f"ok-{i}" for i in range(140, 200))})
        # The same, if another one of the pool was died on, and not it.
        other = {**verdicts, "dag-0": "pass",
                 **{f"ok-{i}": "pass" for i in range(140, 200)}, "ok-142": "hang"}
        again = self.signs(other, vectors)
        self.assertEqual({n for n, sign in again.items() if sign == "-"}, silent)

    def test_a_large_class_is_silent_in_part(self):
        verdicts = {f"ok-{i:03}": "pass" for i in range(300)}
        vectors = [vector(name, strict=REJECT if i < 100 else ACCEPT)
                   for i, name in enumerate(verdicts)]
        signs = self.signs({**verdicts, "ok-200": "hang"}, vectors)
        silent = [name for name, sign in signs.items() if sign == "-"]
        self.assertIn("ok-200", silent)
        self.assertTrue(disclose.PIECE <= len(silent) < 2 * disclose.PIECE)
        # More than half of a piece: the class; of the class: all.
        many = {f"ok-{i:03}": "hang" for i in range(200, 212)}
        signs = self.signs({**verdicts, **many}, vectors)
        self.assertEqual(collections.Counter(signs.values()),
                         {"P": 100, "-": 200})
        many = {f"ok-{i:03}": "hang" for i in range(190, 295)}
        signs = self.signs({**verdicts, **many}, vectors)
        self.assertEqual(set(signs.values()), {"-"})

    def random_run(self, dice):
        vectors, verdicts = [], {}
        for number in range(dice.choice((80, 400))):
            kind = dice.choice(list(HONEST))
            name = f"{kind}-{number}"
            item = vector(name, forensic=PROFILES[kind],
                          strict=dice.choice((ACCEPT, REJECT)))
            item["evidence"] = {"agree": []}
            vectors.append(item)
            verdicts[name] = dice.choice(("pass", "pass", *HONEST[kind]))
        for name in dice.sample(sorted(verdicts), dice.choice((1, 3, 12))):
            verdicts[name] = dice.choice(sorted(disclose.DIED))
        return vectors, verdicts

    def others(self, name, verdicts, vectors, told):
        """Those that survived behind the same sign, in its class or piece."""
        pool, classes = disclose.classes_of(vectors, "")
        sign = told["cells"][name]["sign"]
        parts = pool + classes
        if sign == "-":
            parts = pool + [p for c in classes for p in disclose.pieces(c)]
        part, = (names for names in parts if name in names)
        return [other for other in part if verdicts[other] not in disclose.DIED
                and told["cells"][other]["sign"] == sign]

    def test_evidence_that_names_the_parser_makes_a_class(self):
        """A vector that a strict reader must refuse, which it refused, has it
        in its evidence; one that it died on has not."""
        verdicts, vectors = {}, []
        for number in range(10):
            verdicts[f"ok-{number}"] = "rejected" if number else "crash"
            item = vector(f"ok-{number}", strict=REJECT)
            item["evidence"] = {"agree": ["hivex"] if number else []}
            vectors.append(item)
        hivex = readers.Reader("hivex", ())
        cells = disclose.told(report_of(verdicts), hivex, vectors,
                              disclose.Labels([]), False)["cells"]
        self.assertEqual({cell["sign"] for cell in cells.values()}, {"-"})

    def test_labels(self):
        labels = disclose.Labels([("db-*", "stranger", "no big data"),
                                  ("ok-1", "stranger", "no data")])
        for name, label in [("db-1", "adapter"), ("ok-1", "adapter"),
                            ("ok-2", "library")]:
            self.assertEqual(labels.of("stranger", name)[0], label)
        self.assertEqual(labels.of("other", "db-1")[0], "library")
        self.assertEqual(labels.unused({"stranger"}), [])
        labels = disclose.Labels([("db-*", "stranger", "no big data")])
        verdicts = {"db-1": "rejected", "db-2": "pass", "ok-1": "wrong_content"}
        told = disclose.told(report_of(verdicts), STRANGER,
                             [vector(name) for name in verdicts], labels, False)
        self.assertEqual(told["labels"], {"adapter": 1, "library": 1})
        self.assertEqual(told["cells"]["db-1"]["label"], "adapter")

    def test_the_shipped_table(self):
        for row in disclose.limits():
            self.assertEqual(len(row), 3, row)
            self.assertIn(row[1], readers.EVIDENCE, row)
            self.assertNotRegex(row[2].lower(), "crash|hang|exhaust", row)


class Matrix(CliTest):
    def setUp(self):
        super().setUp()
        self.vectors = self.directory / "vectors"
        self.out = self.directory / "out"

    def matrix(self, *more, exit=0, out=None, **options):
        done = matrix_folder.run(self.vectors, out or self.out, *more, **options)
        self.assertEqual(done.returncode, exit, done)
        return done

    def files(self, out=None):
        out = out or self.out
        return {path.name: path.read_text(encoding="utf-8")
                for path in out.iterdir()}

    def test_a_page_does_not_tell_which(self):
        """Those that died and those that were refused change places: the same
        page, Markdown and kept cells; --private tells them apart."""
        matrix_folder.many_roots(self.vectors, 20)
        first = {f"ok-{i:03}": ("die" if i < 4 else "refuse")
                 for i in range(10)}
        second = {f"ok-{i:03}": ("die" if i >= 6 else "refuse")
                  for i in range(10)}
        seen = []
        for number, picky in enumerate((first, second)):
            out = self.directory / f"out-{number}"
            done = self.matrix(out=out, picky=picky)
            files = self.files(out)
            kept = json.loads(files["picky.json"])
            self.assertEqual(kept["counts"]["crash"], 4)
            self.assertEqual(kept["counts"]["rejected"], 6)
            said = re.sub(rb"; \d+ s|out-\d", b"", done.stdout)
            # A day could end between the two.
            page = re.sub(r"\d{4}-\d\d-\d\d( to )?", "", files["matrix.html"])
            marks = re.sub(r"\d{4}-\d\d-\d\d( to )?", "", files["matrix.md"]
                           .replace("\\-", "-"))
            seen.append((kept["cells"], kept["labels"], page, marks, said))
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(
            collections.Counter(c["sign"] for c in seen[0][0].values()),
            {"P": 10, "F": 10})

        private = self.directory / "findings" / "matrix"
        self.matrix("--private", out=private, picky=first)
        files = self.files(private)
        cells = json.loads(files["picky.json"])["cells"]
        self.assertEqual({name for name, cell in cells.items()
                          if cell["sign"] == "C"},
                         {name for name, what in first.items() if what == "die"})
        self.assertIn("Private:", files["matrix.html"])
        self.assertEqual(stat.S_IMODE(private.stat().st_mode), 0o700)

    def test_private_is_for_findings_alone(self):
        matrix_folder.many_roots(self.vectors, 1)
        self.matrix("--private", exit=2)
        self.matrix(exit=2, out=self.directory / "findings")
        self.matrix("--private", "--readme", exit=2)
        self.assertFalse(self.out.exists())

    def test_what_differs_is_kept(self):
        matrix_folder.many_roots(self.vectors, 3)
        self.matrix(picky={"ok-001": "wrong"}, version="1|2`<b>")
        files = self.files()
        cell = json.loads(files["picky.json"])["cells"]["ok-001"]
        self.assertEqual((cell["sign"], cell["label"]), ("W", "library"))
        self.assertEqual((cell["field"], cell["expected"]), ("key", "present"))
        self.assertIn(r"| picky | 1\|2\`\<b\> | 2 | 1 | 1 | 0 |",
                      files["matrix.md"])
        for name in ("matrix.html", "matrix.md"):
            self.assertIsNone(UNSAFE.search(files[name]), name)
        self.assertNotIn("<b>\\u{202e}", files["matrix.html"])

    def test_one_reader_again_keeps_the_others(self):
        matrix_folder.many_roots(self.vectors, 2)
        self.matrix(picky={})
        self.matrix("--reader", "picky", picky={"ok-000": "refuse"})
        self.assertRegex(self.files()["matrix.md"], r"native forensic .*\| 2 \|")
        # But not beside those of other vectors.
        matrix_folder.many_roots(self.vectors, 3)
        done = self.matrix("--reader", "picky", picky={})
        self.assertIn(b"its results are of other vectors", done.stdout)
        self.assertNotIn("native forensic", self.files()["matrix.md"])

    def test_what_cannot_run_is_left_out(self):
        matrix_folder.many_roots(self.vectors, 1)
        done = self.matrix("--add", "gone=--session /nowhere/tool", "--reader",
                           "native strict", "--reader", "gone")
        self.assertIn(b"left out: gone: ", done.stdout)
        self.assertIn("gone: ", self.files()["matrix.html"])
        self.matrix("--reader", "nobody", exit=3)
        self.matrix("--add", "a/b=--session x", exit=2)
        self.matrix("--add", "a=--backend x", exit=2)
        self.matrix("--add", "hivex=--session x", exit=3)
        self.vectors = self.directory / "none"
        self.matrix(exit=3)

    def test_readme(self):
        path = self.directory / "README.md"
        path.write_text(f"above\n{counts.BEGIN}\nold\n{counts.END}\nbelow\n")
        for _ in range(2):
            counts.put_into_readme("new\n", path)
            self.assertEqual(
                path.read_text(),
                f"above\n{counts.BEGIN}\n\nnew\n\n{counts.END}\nbelow\n")
        path.write_text("nothing\n")
        with self.assertRaises(Infrastructure):
            counts.put_into_readme("new\n", path)
        self.assertIn(counts.BEGIN, (TREE / "README.md").read_text())
        self.matrix("--readme", exit=3)


if __name__ == "__main__":
    unittest.main()
