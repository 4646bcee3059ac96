#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/report: what it says of a night in each of its forms, that these are
valid whatever names hold, and what they do not tell."""
import collections
import getpass
import gzip
import html.parser
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import unittest

import jsonschema

import night_folder
from support import TREE, UNSAFE, CliTest, schema

sys.path.insert(0, str(TREE / "scripts"))
from nightly import coverage, facts, ledger, page, paste, plots, store  # noqa: E402
from nightly import report as report_of  # noqa: E402
from nightly import words  # noqa: E402
from nightly.words import Words, span  # noqa: E402

FORMS = ("index.html", "night.md", "junit.xml", "night.sarif", "night.json")


class Tags(html.parser.HTMLParser):
    """What a page has of tags and attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = collections.Counter(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)


class ReportTest(CliTest):
    def setUp(self):
        super().setUp()
        self.state = self.directory / "findings" / "campaign"

    def report(self, *more, exit=0, state=None):
        done = night_folder.report(state or self.state, *more)
        self.assertEqual(done.returncode, exit, done)
        return done

    def files(self, folder):
        return {name: (folder / name).read_text("utf-8") for name in FORMS}

    def made(self, *more, night=1, private=False):
        self.report(*more)
        return self.files(report_of.folder_of(self.state, night, private))

    def told(self, *more, **which):
        return json.loads(self.made(*more, **which)["night.json"])

    def check(self, files):
        """Each form is what its schema says, and a terminal can take it."""
        jsonschema.Draft202012Validator(schema("hiveproof-night-1")).validate(
            json.loads(files["night.json"]))
        published = json.loads((TREE / "scripts/third_party/sarif-2.1.0.json")
                               .read_text("utf-8"))
        jsonschema.validators.validator_for(published)(published).validate(
            json.loads(files["night.sarif"]))
        done = subprocess.run(
            ["xmllint", "--noout", "--schema",
             TREE / "scripts/third_party/junit-10.xsd", "-"],
            input=files["junit.xml"].encode(), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, text in files.items():
            self.assertIsNone(UNSAFE.search(text), name)
            self.assertIsNone(re.search("[\ufffe\uffff\ud800-\udfff]", text), name)
            # Nobody prints a page to the log of a CI runner.
            self.assertIsNone(name != "index.html" and
                              re.search(r"(?m)^\s*::\w", text) or None, name)
        for name in ("night.md", "index.html"):
            self.assertIsNone(re.search(r"(?<!\\)<img", files[name]), name)
        self.assertIsNone(re.search(r"##\[", files["night.md"]))
        return files


class Findings(ReportTest):
    def test_groups(self):
        ids = night_folder.usual(self.state)
        told = self.told(night=2)
        groups = collections.defaultdict(list)
        for finding in told["findings"]:
            groups[finding["group"]].append(finding["id"])
        self.assertEqual(groups, {
            "new": [ids["new"]], "regressed": [ids["regressed"]],
            "expired": [ids["expired"]],
            "known": sorted([ids["known"], ids["canary"]]),
            "fixed": [ids["fixed"]]})
        self.assertEqual(told["counts"], {
            "new": 1, "regressed": 1, "expired": 1, "known": 2, "fixed": 1})
        self.assertTrue(told["verdict"]["red"])
        self.assertEqual(told["others"]["hivex"], {
            "findings": 1, "new_tonight": 1, "seen_tonight": 1, "inputs": 1})

    def test_each_form_has_the_same(self):
        ids = night_folder.usual(self.state)
        files = self.check(self.made(night=2))
        for name, text in files.items():
            for what, identity in ids.items():
                self.assertEqual(identity in text, what != "theirs",
                                 (name, what))
            self.assertIn("0123456789ab with changes", text, name)
            self.assertNotIn("0123456789abcdef", text, name)
            self.assertIn(json.loads(files["night.json"])["verdict"]["sentence"]
                          .split(";")[1], text.replace("\\", ""), name)
        results = json.loads(files["night.sarif"])["runs"][0]["results"]
        levels = {r["partialFingerprints"]["hiveproofSignature/v1"]: r["level"]
                  for r in results}
        self.assertEqual({levels[ids[name]] for name in
                          ("new", "regressed", "expired")}, {"error"})
        self.assertEqual({levels[ids[name]] for name in ("known", "fixed")},
                         {"note"})
        self.assertIn('tests="9" failures="3"', files["junit.xml"])
        self.assertEqual(files["junit.xml"].count("<failure"), 3)

    def test_red_is_what_the_gate_calls_red(self):
        night_folder.usual(self.state)
        told = self.told(night=2)
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            red = {row["id"] for row in book.findings()
                   if ledger.is_red(row, "2026-11-22")}
        self.assertEqual({f["id"] for f in told["findings"]
                          if f["group"] in facts.RED}, red)

    def test_a_night_knows_nothing_of_later_ones(self):
        ids = night_folder.usual(self.state)
        told = self.told("--night", "1")
        self.assertNotIn(ids["new"], [f["id"] for f in told["findings"]])
        self.assertEqual(len(told["history"]), 1)
        self.assertEqual(told["others"], {})

    def test_canaries_and_times(self):
        ids = night_folder.usual(self.state)
        told = self.told(night=2)
        self.assertEqual(told["canaries"], [
            {"name": "cell-size-zero", "finding": ids["canary"], "night": 1,
             "engine": "libfuzzer", "seconds": 720.0}])
        after = {f["id"]: f["found_after"] for f in told["findings"]}
        self.assertEqual(after[ids["new"]], 2700.0)

    def test_usage(self):
        night_folder.usual(self.state)
        path = store.make_folder(report_of.folder_of(self.state, 2)) / "usage.tsv"
        store.write(path, "seconds\tmemory_kib\tdisk_bytes\ttmp_bytes\n" + "".join(
            f"{at * 30}\t{1024 * (300 - at)}\t{at << 20}\t0\n"
            for at in range(240)) + "1\t2\t3\n9\t-1\tx\t1\n" + "9" * 5000)
        files = self.check(self.made(night=2))
        usage = json.loads(files["night.json"])["usage"]
        self.assertEqual(usage[-1], [7170, 62464, 239 << 20, 0])
        self.assertEqual(len(usage), 120)
        self.assertIn("Memory of all processes, MiB: 61 to 181 in the last hour",
                      files["index.html"])

    def test_recipes(self):
        ids = night_folder.usual(self.state)
        for what, name, text in (("new", "recipe", "hiveproof recipe 1\n[\\]\n"),
                                 ("known", "map.txt", "x\n" * 1000)):
            folder = store.make_folder(self.state / "findings" / ids[what])
            store.write(folder / name, text)
        folder = store.make_folder(self.state / "findings" / ids["expired"])
        store.write(folder / "recipe", "a secret of somebody's hive")
        store.write(folder / "private", "")
        files = self.made(night=2)
        told = json.loads(files["night.json"])
        recipes = {f["id"]: f["recipe"] for f in told["findings"]}
        self.assertEqual(recipes[ids["new"]], {
            "kind": "recipe", "text": "hiveproof recipe 1\n[\\]\n",
            "whole": True})
        self.assertEqual((recipes[ids["known"]]["kind"],
                          recipes[ids["known"]]["whole"]), ("map", False))
        self.assertIsNone(recipes[ids["expired"]])
        self.assertTrue(told["real_hives"])
        self.assertIn("Real hives:", files["index.html"])
        for text in files.values():
            self.assertNotIn("a secret of", text)

    def test_the_index(self):
        night_folder.usual(self.state)
        self.report("--night", "1")
        index = (self.state / "index.html").read_text("utf-8")
        self.assertIn('href="nights/0001/index.html"', index)
        self.assertNotIn('href="nights/0002/index.html"', index)
        self.report()
        index = (self.state / "index.html").read_text("utf-8")
        self.assertIn('href="nights/0002/index.html"', index)
        self.assertEqual(index.count("Act on it: of ours"), 2)
        # What is no page of ours is left alone.
        store.write(report_of.folder_of(self.state, 1) / "night.json", "[1]")
        self.report()
        self.assertIn("there is no page", (self.state / "index.html")
                      .read_text("utf-8"))


class Verdicts(ReportTest):
    def sentence(self, *, runs=(), before=(), mark=(), **more):
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            for numbers in (before, runs):
                night = night_folder.begin(book)
                for run in numbers:
                    night_folder.run(book, night, **run)
                night_folder.end(book, night, **more)
        verdict = self.told(night=2)["verdict"]
        return verdict["word"], verdict["sentence"]

    def test_nothing_ran(self):
        word, said = self.sentence(
            before=[{"target": "fuzz_hive"}],
            runs=[{"target": "fuzz_hive", "executions": 0}])
        self.assertEqual(word, "nothing ran")
        self.assertIn("1 of 1 run wants to be looked at", said)

    def test_quiet(self):
        word, said = self.sentence(before=[{"target": "fuzz_hive"}],
                                   runs=[{"target": "fuzz_hive"}],
                                   state="stopped")
        self.assertEqual(word, "quiet")
        self.assertIn("It was stopped early.", said)

    def test_worth_it(self):
        """Edges count of targets that both nights ran."""
        word, said = self.sentence(
            before=[{"target": "fuzz_hive", "edges": 90}],
            runs=[{"target": "fuzz_hive", "edges": 100},
                  {"target": "fuzz_escape", "edges": 5000}])
        self.assertEqual(word, "worth it")
        self.assertIn("10 more edges by libfuzzer", said)

    def test_theirs_alone_is_not_red(self):
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            night = night_folder.begin(book)
            night_folder.run(book, night, "fuzz_hivex", crashes=5)
            night_folder.finding(book, night, "theirs", owner="hivex")
            night_folder.end(book, night)
        told = self.told()
        self.assertFalse(told["verdict"]["red"])
        self.assertEqual(told["verdict"]["word"], "worth it")
        self.assertEqual(told["findings"], [])


class NotTold(ReportTest):
    def everything(self, folder):
        return "".join(path.read_text("utf-8") for path in folder.rglob("*")
                       if path.is_file())

    def test_what_is_found_in_others(self):
        night_folder.usual(self.state)
        self.report()
        nights = self.everything(self.state / "nights")
        for secret in (night_folder.SECRET, "hivex_secret", "reads too far"):
            self.assertNotIn(secret, nights)
        self.assertIn("told with --private", nights)

    def test_private(self):
        ids = night_folder.usual(self.state)
        files = self.check(self.made("--private", night=2, private=True))
        for name, text in files.items():
            self.assertIn("reads too far", text, name)
            self.assertIn(ids["theirs"], text, name)
        self.assertIn("Private:", files["index.html"])
        self.assertEqual(files["junit.xml"].count("<failure"), 3)
        folder = report_of.folder_of(self.state, 2, True)
        for path in (folder, folder / "index.html"):
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0)
        self.assertFalse((self.state / "index.html").exists())

    def test_private_is_for_findings_alone(self):
        state = self.directory / "elsewhere"
        night_folder.usual(state)
        self.report("--private", exit=2, state=state)
        self.report("--private", "--out", self.directory / "out", exit=2)
        self.assertFalse((self.directory / "out").exists())
        self.assertFalse((state / "nights").exists())

    def test_the_machine(self):
        """Paths, the host and who uses it."""
        house = f"/home/{getpass.getuser()}/here"
        host = socket.gethostname()
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            night = night_folder.begin(
                book, machine=f"{host}: 2 cores, in {house}/machine",
                versions={"clang": f"14 of {TREE}/build/clang and /opt/a/b.c"})
            night_folder.run(book, night, "fuzz_hive",
                             trouble=f"no {self.state}/inner/x; {house}/y; "
                             f"crash-{night_folder.SECRET}")
            found = night_folder.finding(
                book, night, "x", title=f"in {TREE}/engine/regf/walk.c",
                frames=[f"walk {TREE}/build/x/../../engine/regf/walk.c:7"],
                replay=f"{TREE}/scripts/triage --show --binaries {house}/build "
                f"fuzz_hive {self.state}/findings/1/input")
            night_folder.end(book, night)
        self.check(self.made())
        nights = self.everything(self.state / "nights")
        for secret in (str(TREE), str(self.state), house, "/opt/a",
                       night_folder.SECRET):
            self.assertNotIn(secret, nights)
        if len(host) > 2:
            self.assertNotRegex(nights, rf"(?<![\w-]){re.escape(host)}: 2 cores")
        told, = self.told()["findings"]
        self.assertEqual(told["id"], found)
        self.assertEqual(told["replay"], './scripts/triage --show --binaries '
                         '"$ELSEWHERE"/build fuzz_hive "$STATE"/findings/1/input')
        for variable in ("STATE", "ELSEWHERE"):
            self.assertIn(f"<code>${variable}</code>", nights)
        self.assertEqual(told["frames"], ["walk engine/regf/walk.c:7"])
        sarif = json.loads(self.made()["night.sarif"])
        place = sarif["runs"][0]["results"][0]["locations"][0]
        self.assertEqual(place["physicalLocation"], {
            "artifactLocation": {"uri": "engine/regf/walk.c",
                                 "uriBaseId": "TREE"},
            "region": {"startLine": 7}})

    def test_out(self):
        """The page that is kept as an example."""
        night_folder.usual(self.state)
        out = self.directory / "out"
        self.report("--out", out)
        self.check(self.files(out))
        self.assertEqual(stat.S_IMODE((out / "index.html").stat().st_mode),
                         0o644)
        self.assertNotIn("../", (out / "index.html").read_text("utf-8"))
        self.assertFalse((self.state / "nights").exists())


class Hostile(ReportTest):
    def test_every_form_stays_valid(self):
        night_folder.hostile(self.state)
        files = self.check(self.made(night=2))
        for name, text in files.items():
            self.assertIn("window.pwned=1", text, name)
        self.assertIn("1,900 more edges by </script>", json.loads(
            files["night.json"])["verdict"]["sentence"])
        index = (self.state / "index.html").read_text("utf-8")
        for text in (files["index.html"], index):
            tags = Tags(text)
            self.assertLessEqual(tags.tags["script"], 2)
            self.assertEqual(tags.tags["img"], 0)
            self.assertEqual([name for name in tags.attributes
                              if name.startswith(("on", "style", "src"))], [])
        self.assertIn("{{ 7*7 }}", files["index.html"])
        self.check(self.made("--private", night=2, private=True))

    def test_a_replay_line_is_safe_to_paste(self):
        """The shell that it is pasted into runs the one program it names, with
        the words that were meant."""
        found = night_folder.hostile(self.state)
        told = {f["id"]: f for f in self.told(night=2)["findings"]}
        line = told[found]["replay"]
        self.assertIsNone(UNSAFE.search(line))
        words = subprocess.run(
            ["bash", "-c", "set -- " + line + "; printf '%s\\0' \"$@\""],
            capture_output=True, check=True, cwd=self.directory).stdout
        self.assertEqual(words.decode().split("\0")[:-1], [
            "scripts/triage", "--show", "fuzz_hive", night_folder.HIVE,
            "\x1b[201~\nreboot\n", "##[error]"])
        bad, = (f for f in told.values() if "nobody" in f["title"])
        self.assertIsNone(bad["replay"])

    def test_names_are_no_commands_of_gnuplot(self):
        if not plots.at_hand():
            self.skipTest("gnuplot is not installed")
        night_folder.hostile(self.state)
        svg = "".join(re.findall(r"(?s)<svg.*?</svg>",
                                 self.made(night=2)["index.html"]))
        self.assertGreaterEqual(svg.count("<svg"), 4)
        self.assertEqual(set(re.findall(r"<(\w+)", svg)),
                         set(plots.KEPT))
        self.assertNotRegex(svg, r"style=|href|<title|pwned|\bid=")
        script = "".join(plots.Plot([[(0, 1)]]).script("x.svg"))
        self.assertRegex(script, r"\Aset terminal svg ")
        with self.assertRaises((TypeError, ValueError)):
            plots.Plot([[("0; !touch pwned", 1)]])

    def test_the_page_allows_its_own_scripts_alone(self):
        night_folder.hostile(self.state)
        text = self.made(night=2)["index.html"]
        for tag in ("style", "script"):
            inner = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", text)
            self.assertEqual(len(inner), 1)
            self.assertIn(f"{tag}-src {page.csp_hash(inner[0])}", text)
        self.assertNotRegex(text, r"\sstyle=|<link|<img|https?://(?!www\.w3)")


class Missing(ReportTest):
    def test_no_ledger_and_no_night(self):
        done = self.report(exit=3)
        self.assertIn(b"there is no ledger", done.stderr)
        with ledger.open_ledger(self.state / "ledger.sqlite"):
            pass
        self.assertIn(b"has no night", self.report(exit=3).stderr)
        night_folder.usual(self.state)
        done = self.report("--night", "7", exit=3)
        self.assertIn(b"no night 7", done.stderr)
        self.assertFalse((self.state / "nights").exists())

    def test_a_later_ledger_is_refused(self):
        night_folder.usual(self.state)
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            book.connection.execute("PRAGMA user_version = 99")
        self.assertIn(b"99", self.report(exit=3).stderr)

    def test_without_gnuplot(self):
        night_folder.usual(self.state)
        tools = self.directory / "tools"
        tools.mkdir()
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = str(tools)
        text = self.made(night=2)["index.html"]
        self.assertIn("gnuplot is not installed", text)
        self.assertNotIn("<svg", text)

    def test_what_fails_leaves_the_old_page(self):
        night_folder.usual(self.state)
        self.report()
        path = report_of.folder_of(self.state, 2) / "index.html"
        before = path.read_bytes()
        whole = page.night_page
        self.addCleanup(setattr, page, "night_page", whole)
        page.night_page = lambda *_: 1 / 0
        with self.assertRaises(ZeroDivisionError):
            report_of.make(self.state)
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual(list(path.parent.glob(".new-*")), [])

    def test_a_night_that_runs(self):
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            night_folder.begin(book, "2026-11-20T20:00:00Z")
        told = self.told()
        self.check(self.made())
        self.assertEqual(told["verdict"]["word"], "nothing ran")
        self.assertIn("It still runs.", told["verdict"]["sentence"])


class Sayings(unittest.TestCase):
    def test_quoted(self):
        for word in ("plain", "a b", "it's", "$(reboot)", "`x`", "\x1b[201~", "\n",
                     "\u202e", "é", "##[error]", "a\\b", "*", "~",
                     "", "x\udcff"):
            line = paste.word(word)
            self.assertIsNone(UNSAFE.search(line), line)
            self.assertNotRegex(line, r"##\[", line)
            said = subprocess.run(["bash", "-c", f"printf %s {line}"],
                                  capture_output=True, check=True).stdout
            self.assertEqual(os.fsdecode(said), word)
            self.assertEqual(paste.split(line), [word])

    def test_split(self):
        self.assertEqual(paste.split("a 'b c' $'\\303\\251\\n'"), None)
        self.assertEqual(paste.split("a 'b c' $'\\303\\251'"), ["a", "b c", "é"])
        for line in ("$(x)", "a;b", "a|b", "a&b", "`a`", "a'", "a\tb", "a\nb",
                     "$HOME", "a>b", "~", "*", "a#b", "!x"):
            self.assertIsNone(paste.split(line), line)
            self.assertIsNone(Words("/x").line(line), line)

    def test_names_of_the_machine_and_its_user(self):
        names = words.owner_names
        self.addCleanup(setattr, words, "owner_names", names)
        words.owner_names = lambda: ["hal-9000", "dave"]
        told = Words("/x")
        for text, said in (("hal-9000: 2 cores", "\u2026: 2 cores"),
                           ("of dave", "of \u2026"),
                           ("not-dave, daves, dave's",
                            "not-dave, daves, \u2026's")):
            self.assertEqual(told.of(text), said)
        self.assertEqual(Words("/x", True).of("of dave"), "of dave")

    def test_spans(self):
        for seconds, said in ((0.5, "0.5 s"), (12, "12 s"), (125, "2 min 05 s"),
                              (28800, "8 h 00 min"), (None, "an unknown time")):
            self.assertEqual(span(seconds), said)

    def test_axes(self):
        for top in (1e-9, 1, 3, 7, 99, 100, 12345, 8.1e7):
            said = "".join(plots.axis("y", top))
            marks = re.findall(r"'[\d.e+-]+[kMG]?' ([\d.e+-]+)", said)
            self.assertTrue(2 <= len(marks) <= 5, said)


class CoverageWords(unittest.TestCase):
    """What is lost and missed, of traces written by hand."""
    FILE = "engine/base/span.h"

    def trace(self, *hit, file=FILE):
        count = len(self.lines(file))
        return [{"file": file, "functions": [
            {"name": "early", "lineno": 1, "execution_count": int(1 in hit)},
            {"name": "late", "lineno": 30, "execution_count": 0}],
            "lines": [{"line_number": at, "count": int(at in hit)}
                      for at in range(1, min(count, 60))]}]

    def lines(self, file):
        return (TREE / file).read_text("utf-8").split("\n")

    def before(self, *covered):
        reached = coverage.Reached().add(self.trace(*covered))
        return {"texts": coverage.texts_of(reached.lines),
                "covered": {"t": {self.FILE: list(covered)}}}

    def lost(self, before, *hit):
        reached = coverage.Reached().add(self.trace(*hit))
        return list(coverage.lost(before, "t", reached, coverage.texts_of(
            reached.lines), "engine"))

    def test_lost(self):
        before = self.before(5, 6, 7, 40)
        self.assertEqual(self.lost(before, 5, 6, 7, 40), [])
        self.assertEqual(self.lost(before, 5), [
            f"{self.FILE}: 6-7 (early)", f"{self.FILE}: 40 (late)"])
        self.assertEqual(self.lost({"texts": {}, "covered": {}}, 5), [])

    def test_lines_that_moved_are_not_lost(self):
        before = self.before(40)
        before["texts"][self.FILE] = [
            [at + 2, text] for at, text in before["texts"][self.FILE]]
        before["texts"][self.FILE].insert(0, [1, "a line that is no more"])
        before["covered"]["t"][self.FILE] = [1, 42]
        self.assertEqual(self.lost(before, 40), [])
        self.assertEqual(self.lost(before, 41), [f"{self.FILE}: 40 (late)"])

    def test_missed(self):
        reached = coverage.Reached().add(self.trace(1)).add(
            self.trace(file="engine/base/utf16.h"))
        self.assertEqual(list(reached.missed("engine", False)),
                         [f"{self.FILE}: late"])
        self.assertEqual(len(list(reached.missed("engine", True))), 3)
        self.assertEqual(list(reached.missed("hivex", True)), [])

    def test_whose_code(self):
        for file, name in (("engine/regf/walk.c", "engine"),
                           ("engine/tests/x.c", None), ("harnesses/x.c", None),
                           ("build/sources/hivex-1.3.24/lib/node.c", "hivex"),
                           ("build/coverage-corpus/targets/libregf/libregf/x.c",
                            "libregf"),
                           ("build/sources/reglookup-1.0/lib/regfi.c", "regfi")):
            self.assertEqual(coverage.library_of(file), name)


HARNESS = r"""
#include <stdio.h>
#include <stdlib.h>
int hp_twice(int number);
int main(int count, char **names)
{
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(names[i], "rb");
        int first = file != NULL ? getc(file) : 0;
        if (first == 'x')
            fprintf(stderr, "replay: offender: %s\n", names[i]);
        if (first == 'x' || first == 'y')
            abort();
        hp_twice(first);
    }
    return 0;
}
"""
ENGINE = """int hp_never(int number)
{
    return number;
}
int hp_twice(int number)
{
    if (number == 'b')
        return 1;
    return 2 * number;
}
"""


class Measured(ReportTest):
    """gcovr over a tree of one file, two nights."""

    def setUp(self):
        super().setUp()
        for tool in ("gcovr", "gcc"):
            if shutil.which(tool) is None:
                self.skipTest(f"{tool} is not installed")
        tree = self.directory / "tree"
        self.patch("TOP", tree)
        self.patch("FOLDER", tree / "build" / "coverage-corpus")
        self.patch("build", lambda targets: None)
        for name, text in (("engine/base/twice.c", ENGINE),
                           ("harnesses/fuzz_escape.c", HARNESS)):
            path = tree / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
        binary = coverage.FOLDER / "harnesses" / "fuzz_escape"
        binary.parent.mkdir(parents=True)
        subprocess.run(["gcc", "--coverage", "-fprofile-abs-path", "-O0", "-o",
                        binary, *tree.glob("*/*.c"), *tree.glob("*/*/*.c")],
                       cwd=coverage.FOLDER, check=True)

    def patch(self, name, value):
        self.addCleanup(setattr, coverage, name, getattr(coverage, name))
        setattr(coverage, name, value)

    def night(self, **inputs):
        corpus = self.state / "corpus" / "fuzz_escape"
        shutil.rmtree(corpus, ignore_errors=True)
        store.make_folder(corpus)
        for name, text in inputs.items():
            (corpus / name).write_text(text)
        said = []
        with ledger.open_ledger(self.state / "ledger.sqlite") as book:
            night = night_folder.begin(book)
            self.assertTrue(coverage.measure(self.state, book, night,
                                             say=said.append))
            night_folder.end(book, night)
            return {row["target"]: row for row in book.coverage(night)}, said

    def test_two_nights(self):
        first, said = self.night(a="a", b="x", c="y", d="b", e="x", f="y")
        self.assertEqual(said, ["fuzz_escape: 2 of 6 inputs replayed, 4 ended it"])
        row = first["all"]
        self.assertEqual((row["lines"], row["lines_total"]), (4, 6))
        self.assertEqual((row["branches"], row["branches_total"]), (2, 2))
        self.assertEqual(row["missed"], ["engine/base/twice.c: hp_never"])
        self.assertEqual(row["lost"], [])
        second, _ = self.night(a="a")
        self.assertEqual(second["all"]["lost"],
                         ["engine/base/twice.c: 8 (hp_twice)"])
        self.assertEqual(second["fuzz_escape"]["lines"], 3)
        folder = report_of.folder_of(self.state, 2) / "coverage"
        self.assertEqual(sorted(path.name for path in folder.iterdir()),
                         ["all", "fuzz_escape", "index.html", "lines.json.gz"])
        for name in ("index.html", "cobertura.xml", "summary.json"):
            self.assertTrue((folder / "all" / name).exists())
        summary = json.loads((folder / "all" / "summary.json").read_text())
        self.assertEqual(summary["root"], ".")
        for path in folder.rglob("*"):
            if path.is_file() and path.suffix != ".gz":
                self.assertNotIn(str(self.directory), path.read_text("utf-8"))
        with gzip.open(folder / "lines.json.gz", "rt") as file:
            jsonschema.validate(json.load(file), schema("hiveproof-lines-1"))
        files = self.check(self.made(night=2))
        self.assertIn('href="coverage/index.html"', files["index.html"])
        self.assertIn("8 (hp_twice)", files["night.md"].replace("\\", ""))

    def test_lines_that_cannot_be_read_are_none(self):
        self.night(a="a", b="b")
        path = report_of.folder_of(self.state, 1) / "coverage" / "lines.json.gz"
        for broken in (b"", b"\x1f\x8b", gzip.compress(b"[]"),
                       gzip.compress(b'{"schema": "hiveproof-lines/2"}')):
            path.write_bytes(broken)
            self.assertEqual(coverage.last_lines(self.state, 2)["covered"], {})

    def test_what_is_no_night_is_left_alone(self):
        kept = self.state / "nights" / "0001.bak" / "coverage"
        kept.mkdir(parents=True)
        for night in range(1, coverage.PAGES_KEPT + 2):
            (self.state / "nights" / f"{night:04}" / "coverage" / "all").mkdir(
                parents=True, exist_ok=True)
        (kept / "all").mkdir()
        coverage.prune(self.state)
        self.assertTrue((kept / "all").exists())
        self.assertFalse(
            (self.state / "nights" / "0001" / "coverage" / "all").exists())
        self.assertEqual(coverage.last_lines(self.state, 3)["covered"], {})

    def test_no_time_is_no_coverage(self):
        replay = coverage.Replay("fuzz_escape", self.directory, 0)
        replay.run([self.directory / "x"])
        self.assertEqual((replay.done, replay.lost), (0, 0))
        self.assertEqual(replay.said(1), "0 of 1 inputs replayed, for 1 there "
                         "was no time")

    def test_old_pages_go(self):
        nights = self.state / "nights"
        for night in range(1, coverage.PAGES_KEPT + 3):
            folder = store.make_folder(nights / f"{night:04}" / "coverage" / "all")
            store.write(folder / "index.html", "")
            store.write(folder.parent / "index.html", "")
            store.write(folder.parent / coverage.LINES, "")
        coverage.prune(self.state)
        self.assertEqual(len(list(nights.glob("*/coverage/lines.json.gz"))),
                         coverage.PAGES_KEPT + 2)
        for what in ("all", "index.html"):
            self.assertEqual(len(list(nights.glob(f"*/coverage/{what}"))),
                             coverage.PAGES_KEPT)
        self.assertFalse((nights / "0002" / "coverage" / "all").exists())
        self.assertTrue((nights / "0003" / "coverage" / "all").exists())

    def test_without_a_corpus(self):
        self.assertFalse(coverage.measure(self.state, None, 1))


if __name__ == "__main__":
    unittest.main()
