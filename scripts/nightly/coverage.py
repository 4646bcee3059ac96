# SPDX-License-Identifier: Apache-2.0
"""What the corpora of a campaign cover: the corpus of each target is replayed by a
build of its own, with gcov in our code and in the parsers that could be built
from source, and gcovr makes reports of it, per target and of all together.

What counts as code is what is linked into a target, and of all together what is
linked into any. An input that ends the process leaves nothing behind: those with
it are run again without."""
import contextlib
import difflib
import fcntl
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from fuzz_targets import COPYLEFT, VENDOR, listed
from nightly import TOP, Infrastructure, store
from nightly.facts import ENGINE, TOTAL

FOLDER = TOP / "build" / "coverage-corpus"
FLAGS = "--coverage -fprofile-abs-path"
# Whose code it is, by where it lies in the tree.
LIBRARIES = {
    ENGINE: r"engine/(?!tests/)",
    "hivex": r"build/sources/hivex-[^/]*/lib/",
    "libregf": r"build/coverage-corpus/targets/libregf/libregf/",
    "regfi": r"build/sources/reglookup-[^/]*/lib/"}
PLACES = re.compile(r"^build/(sources|coverage-corpus/targets)/")
AT_ONCE = 100      # inputs
LIMIT = 300        # seconds for the corpus of a target
TAIL = 64 << 10    # bytes of what it said at last
OFFENDER = re.compile(rb"^replay: offender: (.*)$", re.M)
PAGES_KEPT = 7     # nights; the lines of the others are kept
ALONE = 30         # seconds for one input
LINES_SCHEMA = "hiveproof-lines/1"
LINES = "lines.json.gz"


# ---- building and replaying -------------------------------------------------


def run(command, what, **more):
    done = subprocess.run(command, cwd=TOP, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **more)
    if done.returncode != 0:
        raise Infrastructure(f"{what} failed: {done.stdout[-1000:].strip()}")
    return done.stdout


@contextlib.contextmanager
def alone():
    """Two campaigns do not build in one folder at once."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with open(FOLDER.with_suffix(".lock"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(targets):
    """Parsers that are not ours are built from source where they can be had."""
    if shutil.which("gcovr") is None:
        raise Infrastructure("gcovr is not installed: scripts/setup")
    copyleft = "ON" if set(targets) & set(COPYLEFT) else "OFF"
    run(["cmake", "--preset", "coverage", "-B", FOLDER, "-DBUILD_TESTING=OFF",
         "-DHP_WERROR=OFF", "-DHP_TARGET_SOURCES=ON",
         f"-DHP_COPYLEFT_TARGETS={copyleft}", f"-DCMAKE_C_FLAGS={FLAGS}"],
        "configuring the coverage build")
    run(["cmake", "--build", FOLDER, "--target", *targets],
        "the coverage build")


class Replay:
    """Runs inputs of a target; what they reached goes below `counts`."""

    def __init__(self, target, counts, limit):
        self.binary = FOLDER / "harnesses" / target
        self.counts, self.until = counts, time.monotonic() + limit
        self.done = self.lost = 0

    def run(self, inputs):
        for at in range(0, len(inputs), AT_ONCE):
            self.batch(inputs[at:at + AT_ONCE])

    def said(self, count):
        """What came of `count` inputs."""
        late = count - self.done - self.lost
        return f"{self.done} of {count} inputs replayed" + \
            (f", {self.lost} ended it" if self.lost else "") + \
            (f", for {late} there was no time" if late else "")

    def batch(self, inputs):
        left = self.until - time.monotonic()
        if not inputs or left <= 0:
            return
        well, offender = self.ends_well(inputs, min(left, ALONE * len(inputs)))
        names = list(map(str, inputs))
        if well:
            self.done += len(inputs)
        elif len(inputs) == 1:
            self.lost += 1
        elif offender in names:
            at = names.index(offender)
            self.lost += 1
            self.batch(inputs[:at])
            self.batch(inputs[at + 1:])
        else:
            half = len(inputs) // 2
            self.batch(inputs[:half])
            self.batch(inputs[half:])

    def ends_well(self, inputs, seconds):
        """(whether it did, the input that it says it died of or None)"""
        with tempfile.TemporaryFile() as said:
            try:
                code = subprocess.run(
                    [self.binary, *inputs], check=False, timeout=seconds,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=said, cwd=self.counts,
                    env={**os.environ, "GCOV_PREFIX": str(self.counts),
                         "GCOV_PREFIX_STRIP": "0"}).returncode
            except subprocess.TimeoutExpired:
                return False, None
            said.seek(max(0, said.tell() - TAIL))
            names = OFFENDER.findall(said.read())
        return code == 0, os.fsdecode(names[-1]) if names else None


def lay_beside(counts):
    """What the compiler noted of each object, beside its counts. Objects that are
    in no binary have no counts, and so are no code here."""
    for path in counts.rglob("*.gcda"):
        note = pathlib.Path("/") / path.relative_to(counts).with_suffix(".gcno")
        path.with_suffix(".gcno").symlink_to(note)


# ---- gcovr ------------------------------------------------------------------


def gcovr(*more):
    """gcovr as it runs in the tree, of all code that is looked at."""
    words = ["gcovr", "--root", str(TOP), "--object-directory", str(FOLDER)]
    for pattern in LIBRARIES.values():
        words += ["--filter", pattern]
    return run([*words, *map(str, more)], "gcovr")


def traced(counts, path):
    """What gcovr reads of the counts, kept for what is made of it."""
    lay_beside(counts)
    gcovr("--json", path, counts)
    return json.loads(path.read_text(encoding="utf-8"))["files"]


def reports(folder, traces):
    """Pages, Cobertura and a summary in JSON, of one trace or several."""
    store.make_folder(folder)
    more = [word for path in traces for word in ("--add-tracefile", path)]
    gcovr(*more, "--html-details", folder / "index.html", "--html-title",
          f"hiveproof: {folder.name}", "--cobertura", folder / "cobertura.xml",
          "--json-summary", folder / "summary.json")
    path = folder / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    # It would be this machine's.
    path.write_text(json.dumps({**summary, "root": "."}), encoding="utf-8")
    return summary


def library_of(file):
    return next((name for name, pattern in LIBRARIES.items()
                 if re.match(pattern, file)), None)


def sums(summary):
    """{library: {lines, lines_total, branches, branches_total}}"""
    totals = {}
    for file in summary["files"]:
        library = library_of(file["filename"])
        if library is None:
            continue
        row = totals.setdefault(library, dict.fromkeys(
            ("lines", "lines_total", "branches", "branches_total"), 0))
        row["lines"] += file["line_covered"]
        row["lines_total"] += file["line_total"]
        row["branches"] += file["branch_covered"]
        row["branches_total"] += file["branch_total"]
    return totals


# ---- lines and functions ----------------------------------------------------


class Reached:
    """Lines and functions of files: which there are, and which were reached."""

    def __init__(self):
        self.lines, self.functions = {}, {}

    def add(self, files):
        for file in files:
            name = file["file"]
            lines = self.lines.setdefault(name, {})
            for line in file["lines"]:
                if not line.get("gcovr/noncode"):
                    at = line["line_number"]
                    lines[at] = lines.get(at, False) or line["count"] > 0
            functions = self.functions.setdefault(name, {})
            for function in file.get("functions", ()):
                place = function["lineno"], function["name"]
                functions[place] = functions.get(place, False) or \
                    function["execution_count"] > 0
        return self

    def missed(self, library, everywhere):
        """Functions that were never entered; unless `everywhere`, of files that
        were reached at all."""
        for file, functions in sorted(self.functions.items()):
            if library_of(file) != library or not (
                    everywhere or any(functions.values())):
                continue
            yield from (f"{shown(file)}: {name}" for (_, name), entered
                        in sorted(functions.items()) if not entered)

    def function_at(self, file, line):
        starts = [place for place in self.functions.get(file, ())
                  if place[0] <= line]
        return max(starts)[1] if starts else "?"


def shown(file):
    return PLACES.sub("", file)


def texts_of(lines_of):
    """{file: [[number, text]]} of the lines with code."""
    texts = {}
    for file, lines in lines_of.items():
        try:
            source = (TOP / file).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        there = source.split("\n")
        texts[file] = [[at, there[at - 1].strip()] for at in sorted(lines)
                       if at <= len(there)]
    return texts


def moved(old, new):
    """{old number: new number} of lines that are the same, wherever they are."""
    if old == new:
        return {at: at for at, _ in old}
    matcher = difflib.SequenceMatcher(
        None, [text for _, text in old], [text for _, text in new], False)
    return {old[a + i][0]: new[b + i][0]
            for a, b, size in matcher.get_matching_blocks()
            for i in range(size)}


def stretches(numbers, coded):
    """Runs of lines with no other line with code between."""
    found, wanted = [], set(numbers)
    open_ = False
    for at in sorted(coded):
        if at not in wanted:
            open_ = False
        elif open_:
            found[-1][1] = at
        else:
            found.append([at, at])
            open_ = True
    return found


def lost(before, target, reached, texts, library):
    """What the last night's corpus reached and this one's does not."""
    for file, covered in sorted(before["covered"].get(target, {}).items()):
        if library_of(file) != library or file not in texts:
            continue
        now = moved(before["texts"].get(file, []), texts[file])
        lines = reached.lines.get(file, {})
        gone = {now[at] for at in covered if at in now and
                not lines.get(now[at], False)}
        for first, last in stretches(gone, lines):
            yield f"{shown(file)}: {first}" + \
                (f"-{last}" if last > first else "") + \
                f" ({reached.function_at(file, first)})"


def nights_of(state):
    """Their folders, the oldest first. What else somebody keeps there is not
    ours."""
    return sorted((folder for folder in (pathlib.Path(state) / "nights").glob("*")
                   if folder.name.isdecimal()), key=lambda one: int(one.name))


def last_lines(state, night):
    """Of the last night before that has them."""
    for folder in reversed(nights_of(state)):
        if int(folder.name) >= night:
            continue
        try:
            with gzip.open(folder / "coverage" / LINES, "rt",
                           encoding="utf-8") as file:
                found = json.load(file)
            if found["schema"] == LINES_SCHEMA:
                return found
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            continue
    return {"texts": {}, "covered": {}}


# ---- together ---------------------------------------------------------------


def corpora(state):
    """{target: its inputs} of those with a corpus and a build of ours."""
    known = set(listed()) - set(VENDOR)
    found = {}
    for folder in sorted((pathlib.Path(state) / "corpus").glob("fuzz_*")):
        inputs = sorted(path for path in folder.iterdir() if path.is_file()) \
            if folder.name in known and folder.is_dir() else []
        if inputs:
            found[folder.name] = inputs
    return found


class Night:
    """The coverage of one night, below `folder`."""

    def __init__(self, state, book, night, folder, say):
        self.book, self.night, self.folder = book, night, folder
        self.before = last_lines(state, night)
        self.say = say
        self.covered, self.texts = {}, {}

    def record(self, target, reached, summary):
        """The rows of a target in the ledger, one for each library."""
        self.texts.update(texts_of({
            file: lines for file, lines in reached.lines.items()
            if file not in self.texts or target == TOTAL}))
        self.covered[target] = {
            file: [at for at, hit in sorted(lines.items()) if hit]
            for file, lines in reached.lines.items()}
        for library, numbers in sums(summary).items():
            self.book.record_coverage(
                self.night, target, library, **numbers,
                missed=list(reached.missed(library, target == TOTAL)),
                lost=list(lost(self.before, target, reached, self.texts,
                               library)))

    def measure(self, target, inputs, limit):
        """The trace of a target's corpus, or None where it reached nothing."""
        counts = self.folder / "counts"
        store.make_folder(counts)
        replay = Replay(target, counts, limit)
        replay.run(inputs)
        trace = self.folder / f"{target}.json"
        files = traced(counts, trace)
        shutil.rmtree(counts)
        self.say(f"{target}: {replay.said(len(inputs))}")
        if not files:
            return None
        self.record(target, Reached().add(files),
                    reports(self.folder / target, [trace]))
        return trace

    def together(self, traces):
        reached = Reached()
        for trace in traces:
            reached.add(json.loads(trace.read_text(encoding="utf-8"))["files"])
        self.record(TOTAL, reached, reports(self.folder / TOTAL, traces))
        (self.folder / "index.html").write_text(INDEX.format(links="".join(
            f'<li><a href="{name}/index.html">{name}</a></li>\n'
            for name in (TOTAL, *(trace.stem for trace in traces)))),
            encoding="utf-8")
        for trace in traces:
            trace.unlink()
        with gzip.open(self.folder / LINES, "wt", encoding="utf-8") as file:
            json.dump({"schema": LINES_SCHEMA, "texts": self.texts,
                       "covered": self.covered}, file)


INDEX = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Coverage, line by line</title></head>
<body>
<h1>Coverage, line by line</h1>
<ul>
{links}</ul>
</body>
</html>
"""


def measure(state, book, night, limit=LIMIT, say=print):
    """Measures what the corpora in `state` cover, `limit` seconds at most for
    each, and puts it into the ledger and the night's folder. Returns False where
    there is no corpus."""
    inputs = corpora(state)
    if not inputs:
        return False
    with alone():
        return measured(state, book, night, inputs, limit, say)


def prune(state):
    """Takes away the pages of nights long ago, which are many megabytes each."""
    folders = [folder / "coverage" for folder in nights_of(state)
               if (folder / "coverage").is_dir()]
    for folder in folders[:-PAGES_KEPT]:
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LINES:
                path.unlink()


def measured(state, book, night, inputs, limit, say):
    build(list(inputs))
    place = pathlib.Path(state) / "nights" / f"{night:04}"
    new = place / f"coverage.new-{os.getpid()}"
    store.make_folder(new)
    try:
        made = Night(state, book, night, new, say)
        traces = [made.measure(target, paths, limit)
                  for target, paths in inputs.items()]
        made.together([trace for trace in traces if trace])
        shutil.rmtree(place / "coverage", ignore_errors=True)
        new.rename(place / "coverage")
        prune(state)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return True
