# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree in which bugs are planted, built and put before the gate,
a fuzzer or the vectors: what scripts/canaries, scripts/rule-canaries,
scripts/mutants and scripts/bench-fuzz share. The shipped code is never
touched."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
from conform_matrix import measure, readers  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parent.parent
PASSED = "passed"


class Copy:
    def __init__(self, name, preset="gate", options=()):
        self.preset = preset
        self.tree = TOP / "build" / name / "tree"
        self.report = TOP / "build" / name / f"{preset}.xml"
        self.refresh()
        self.command(["cmake", "--preset", preset, *options], check=True)

    def command(self, words, **more):
        return subprocess.run(words, cwd=self.tree, stdin=subprocess.DEVNULL,
                              capture_output=True, **more)

    def refresh(self):
        """Makes the copy the same as the working tree; what did not change
        keeps its time, so that little is built again."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], cwd=TOP, check=True, capture_output=True)
        names = {os.fsdecode(name) for name in listed.stdout.split(b"\0")
                 if name}
        for name in names:
            self.restore(name)
        for path in list(self.tree.rglob("*")):
            name = str(path.relative_to(self.tree))
            if not name.startswith("build") and not path.is_dir() and \
                    name not in names:
                path.unlink()

    def restore(self, name):
        source, target = TOP / name, self.tree / name
        if not source.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or source.read_bytes() != target.read_bytes():
            shutil.copyfile(source, target)
            shutil.copymode(source, target)

    def build(self, *targets):
        """"" if the targets, or without any those of the preset, could be
        built, otherwise what the compiler said."""
        done = self.command(["cmake", "--build", "--preset", self.preset,
                             *(f"--target={target}" for target in targets)])
        return "" if done.returncode == 0 else os.fsdecode(done.stdout)

    def run(self, seconds, whole, jobs=os.cpu_count()):
        """The state of each case, or None if the gate had no end in `whole`
        seconds; each case has `seconds`. Cases that hang only wait: with more
        `jobs` than processors they wait together."""
        gate = self.tree / "build" / self.preset / "engine" / "gate" / "gate"
        self.report.unlink(missing_ok=True)
        # In a group of its own, for its workers must end with it.
        process = subprocess.Popen(
            [gate, "--seconds", str(seconds), "--jobs", str(jobs),
             "--junit", self.report],
            cwd=self.tree, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        try:
            process.wait(whole)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return None
        return self.states() if self.report.exists() else None

    def states(self):
        states = {}
        for case in xml.etree.ElementTree.parse(self.report).iter("testcase"):
            failure = case.find("failure")
            states[case.get("name")] = (
                PASSED if failure is None else failure.get("type"))
        return states


class Program:
    """hiveproof of a copy, which judges its own reader by the vectors."""
    SECONDS = 600

    def __init__(self, name):
        self.copy = Copy(name)

    def report(self, profile, *more):
        """As of measure.Suite.run."""
        suite = measure.Suite(
            self.copy.tree / "build" / self.copy.preset /
            "engine/cli/hiveproof", self.copy.tree / "corpus" / "conformance")
        return suite.run(readers.own(profile), "--sandbox", "none", *more,
                         seconds=self.SECONDS)


# How the named case may fail, by the oracle that its patch names.
HOW = {"memory": ("crashed", "late"), "invariant": ("failed", "late"),
       "differential": ("failed",), "model": ("failed",)}


class Planted:
    """A bug in `files`, which change() puts into the copy."""
    files = ()

    def change(self, copy):
        """"" or why it cannot be planted."""
        raise NotImplementedError

    def digest(self):
        """Of what is planted."""
        raise NotImplementedError

    def plant(self, copy, *targets):
        """"" or why it cannot be planted and built."""
        problem = self.change(copy)
        if problem:
            return problem
        problem = copy.build(*targets)
        return problem and "it does not build: " + problem[-2000:]

    def remove(self, copy):
        for name in self.files:
            copy.restore(name)
            for rest in (".rej", ".orig"):
                (copy.tree / (name + rest)).unlink(missing_ok=True)


class Canary(Planted):
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        text = path.read_text(encoding="utf-8")
        head = dict(re.findall(r"^(\w+): (.*)$", text.split("\n--- ")[0], re.M))
        self.kind, self.oracle = head["Kind"], head["Oracle"]
        self.case, self.what = head["Case"], head["What"]
        self.files = re.findall(r"^\+\+\+ b/(\S+)", text, re.M)
        if head["Canary"] != self.name or \
                self.kind not in ("memory", "logic") or \
                self.oracle not in HOW:
            raise ValueError(f"{path}: not a canary's head")

    def digest(self):
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def change(self, copy):
        with open(self.path, "rb") as patch:
            done = subprocess.run(
                ["patch", "-p1", "--fuzz=0", "--no-backup-if-mismatch",
                 "--quiet"], cwd=copy.tree, stdin=patch, capture_output=True)
        return "" if done.returncode == 0 else "the patch does not apply: " + \
            done.stdout.decode(errors="replace").strip()


class Edit(Planted):
    """A rule that is off: other text in place of one that stands there once."""

    def __init__(self, rule, file, text, instead, what):
        self.rule, self.what = rule, what
        self.files = (file,)
        self.text, self.instead = text, instead

    def digest(self):
        text = "\t".join((*self.files, self.text, self.instead))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def problem(self, tree):
        try:
            count = (tree / self.files[0]).read_text(
                encoding="utf-8").count(self.text)
        except OSError as error:
            return f"cannot be read: {error}"
        return "" if count == 1 else \
            f"stands {count} times in {self.files[0]}: {self.text}"

    def change(self, copy):
        problem = self.problem(copy.tree)
        if not problem:
            path = copy.tree / self.files[0]
            source = path.read_text(encoding="utf-8")
            path.write_text(source.replace(self.text, self.instead),
                            encoding="utf-8")
        return problem


def rows(table, columns):
    """Those of a file of columns that are all there, without comments."""
    found = [line.split("\t")
             for line in table.read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    for row in found:
        if len(row) != len(columns) or not all(row):
            raise ValueError(f"not {', '.join(columns)}: {row}")
    return found


def edits(table):
    """The rows of corpus/conformance/canaries.tsv or bugs.tsv."""
    return [Edit(*row) for row in rows(
        table, ("rule", "file", "text", "instead", "what"))]


def waits(table):
    """{vector: the reader bug it waits for}, from a file that may be missing."""
    found = {}
    for name, bug in rows(table, ("id", "bug")) if table.exists() else []:
        if name in found:
            raise ValueError(f"{name} is there twice")
        found[name] = bug
    return found


# End-to-end vectors that are about reading a hive, not about the writer.
NO_RULES = {"hive"}


def rule_of(name):
    """The rule that an end-to-end vector is about, "" of other vectors."""
    fields = name.split("-")
    return fields[1] if fields[0] == "e2e" and fields[1] not in NO_RULES else ""


def canaries():
    folder = TOP / "regressions" / "canaries"
    return [Canary(path) for path in sorted(folder.glob("*.patch"))]
