# SPDX-License-Identifier: Apache-2.0
"""Runs of libFuzzer that go on after an input that fails."""
import array
import hashlib
import os
import random
import re
import shutil
import subprocess
import time

from bench_fuzz import TOP, Infrastructure

FLAGS = ("-detect_leaks=0", "-timeout=25", "-rss_limit_mb=2560",
         "-max_len=65536", "-len_control=0")
KINDS = (("oracle", r"^.*oracle (.*)$"),
         ("hang", r"^.*ERROR: libFuzzer: (timeout).*$"),
         ("memory", r"^.*ERROR: libFuzzer: (out-of-memory|fuzz target ex).*$"),
         ("undefined", r"^.*runtime error: (.*)$"),
         ("address", r"^.*ERROR: AddressSanitizer: ([\w-]+).*$"))
# What a run starts with after another one was broken off.
SAMPLE = 40


def environment():
    """Without names a report is made in no time."""
    return {**os.environ,
            "ASAN_OPTIONS": "detect_leaks=0:symbolize=0:malloc_context_size=4:"
                            "quarantine_size_mb=16",
            "UBSAN_OPTIONS": "symbolize=0:print_stacktrace=1"}


class Verdict:
    """What a harness says of one input: `kind` is "" if it passes."""

    def __init__(self, binary, path):
        self.kind, self.detail, said = "", "", ""
        try:
            done = subprocess.run([binary, *FLAGS, path], env=environment(),
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True,
                                  errors="replace", check=False, timeout=180)
            if done.returncode != 0:
                self.kind, said = "crash", done.stderr
        except subprocess.TimeoutExpired:
            self.kind = "hang"
        for kind, pattern in KINDS:
            match = re.search(pattern, said, re.M)
            if match:
                self.kind = kind
                self.detail = re.sub(r"0x[0-9a-f]+", "", match[1])[:120]
                break
        frames = re.findall(r"^ +#\d+ 0x\w+ +\(\S+/" + binary.name +
                            r"\+(0x\w+)\)", said, re.M)[:3]
        self.signature = f"{self.kind} {self.detail} {' '.join(frames)}"


def keep_finding(target, verdict, path):
    """An input that the unchanged parser fails on: the first of its kind goes
    to findings/, which only its owner can read and git ignores."""
    folder = TOP / "findings" / target
    folder.mkdir(parents=True, exist_ok=True)
    for one in (TOP / "findings", folder):
        one.chmod(0o700)
    listed = folder / "signatures"
    known = listed.read_text(encoding="utf-8").splitlines() \
        if listed.exists() else []
    if verdict.signature in known:
        return
    data = path.read_bytes()
    (folder / f"crash-{hashlib.sha1(data).hexdigest()}").write_bytes(data)
    listed.write_text("\n".join([*known, verdict.signature]) + "\n",
                      encoding="utf-8")


class Fuzzer:
    """One campaign. Its corpus has what reaches something new, judged over all
    of its runs; each run but the first starts with a sample of it."""

    def __init__(self, binary, seeds, work, seed, more=()):
        shutil.rmtree(work, ignore_errors=True)
        self.binary, self.seeds, self.work, self.more = binary, seeds, work, more
        self.seed, self.random = seed, random.Random(seed)
        self.features = set()
        self.executions = self.runs = self.failures = 0
        self.started, self.cpu = time.monotonic(), 0.0
        for name in ("corpus", "found", "new", "features", "sample"):
            (work / name).mkdir(parents=True)

    def collect(self):
        """Takes over what the last run added."""
        for path in sorted((self.work / "new").iterdir()):
            listed = self.work / "features" / path.name
            reached = array.array("I")
            if listed.exists():
                reached.frombytes(listed.read_bytes())
                listed.unlink()
            if self.features.issuperset(reached):
                path.unlink()
                continue
            self.features.update(reached)
            path.rename(self.work / "corpus" / path.name)

    def sample(self):
        folder = self.work / "sample"
        for path in folder.iterdir():
            path.unlink()
        corpus = sorted((self.work / "corpus").iterdir())
        for path in self.random.sample(corpus, min(SAMPLE, len(corpus))):
            os.link(path, folder / path.name)

    def run_once(self, limit, seconds):
        """One run; the path of the input that ended it, or None."""
        self.sample()
        self.runs += 1
        command = [self.binary, *FLAGS, *self.more, f"-runs={limit}",
                   f"-seed={self.seed * 100000 + self.runs}",
                   f"-max_total_time={seconds}",
                   "-print_final_stats=1", "-verbosity=0",
                   f"-artifact_prefix={self.work}/found/",
                   f"-features_dir={self.work}/features",
                   self.work / "new", self.work / "sample", self.seeds]
        before = os.times()
        with open(self.work / "log", "w+b") as log:
            done = subprocess.run(command, env=environment(), check=False,
                                  stdout=subprocess.DEVNULL, stderr=log)
            log.seek(max(0, log.seek(0, 2) - 20000))
            said = log.read().decode(errors="replace")
        count = re.search(r"number_of_executed_units: (\d+)", said)
        after = os.times()
        self.cpu += after.children_user - before.children_user + \
            after.children_system - before.children_system
        self.executions += int(count[1]) if count else 0
        self.collect()
        found = list((self.work / "found").iterdir())
        if not found and (done.returncode != 0 or not count):
            raise Infrastructure(f"{self.binary} ended:\n{said[-2000:]}")
        return found[0] if found else None

    def run(self, limit, judge, seconds=None):
        """Runs until `limit` executions are done, or `seconds` of one core are
        used, or judge(path) of an input that failed is true; what it returned
        then, else None."""
        while self.executions < limit and (seconds is None or
                                           self.cpu < seconds):
            # 0: without end.
            left = 0 if seconds is None else int(seconds - self.cpu) + 1
            path = self.run_once(limit - self.executions, left)
            if path is None:
                continue
            judged = judge(path)
            path.unlink()
            if judged:
                return judged
            self.failures += 1
        return None

    def told(self):
        return {"executions": self.executions, "runs": self.runs,
                "other_failures": self.failures,
                "seconds": round(time.monotonic() - self.started, 1),
                "cpu_seconds": round(self.cpu, 1)}
