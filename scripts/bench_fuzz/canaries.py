# SPDX-License-Identifier: Apache-2.0
"""Which planted bugs fuzzing finds, by itself.

Each canary of regressions/canaries/ is planted in a copy of the tree that has
no regressions, and libFuzzer gets SECONDS of processor time on one core, shared
by the targets below. Seeds are the good, bad and open recipes and the small inputs of
scripts/seeds; those that fail with the canary planted, and the canary's own
case, are taken out. Found is an input that fails with the canary planted and
passes without it. Logic canaries of the reader get as much time of fuzz_diff,
which has no other parser than libhivex in it (of what libregf reads otherwise
not all has a rule yet) and reads no logs."""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time

import planted
from bench_fuzz import TOP, Infrastructure
from fuzz_targets import FOREIGN

SECONDS = 600
PRESET = "fuzz-libfuzzer"
OTHERS = TOP / "build" / "bench-canaries" / "others"

FUZZ_HIVE = ("fuzz_hive",)

# The targets whose code a canary's file is; the first prefix counts.
TARGETS = (
    ("engine/regf/log", ("fuzz_log",)),
    ("engine/backend/native", ("fuzz_log",)),
    ("engine/regf/", FUZZ_HIVE),
    ("engine/base/multi_sz", ("fuzz_multi_sz",)),
    ("engine/base/escape", ("fuzz_escape",)),
    ("engine/forge/difference", ("fuzz_roundtrip",)),
    ("engine/forge/path", ("fuzz_recipe",)),
    ("engine/forge/", ("fuzz_recipe", "fuzz_roundtrip")),
    ("engine/writer/exclusions", ("fuzz_exclusions", "fuzz_enumerate")),
    ("engine/writer/volumes", ("fuzz_volumes", "fuzz_enumerate")),
    ("engine/writer/image_path", ("fuzz_image_path",)),
    ("engine/writer/environment", ("fuzz_enumerate",)),
    ("engine/", ("fuzz_enumerate",)),
)
SAID = re.compile(r"oracle (\w.*)|SUMMARY: (?:\w+Sanitizer|libFuzzer): (.*)|"
                  r"(fuzz_diff: (?!rule).*)")
# Where a file of ours stands on this machine, before its name in the tree.
OURS = re.compile(r"\S*/((?:engine|harnesses)/)")


def targets_of(canary):
    return next(targets for prefix, targets in TARGETS
                if canary.files[0].startswith(prefix))


class Bench:
    """The copy, its seeds and the targets as they are without a canary."""

    def __init__(self):
        wanted = sorted({target for _, targets in TARGETS
                         for target in targets} | {"fuzz_diff"})
        self.copy = planted.Copy("bench-canaries", PRESET, (
            "-DBUILD_TESTING=OFF", "-DHP_COPYLEFT_TARGETS=OFF",
            "-DHP_WERROR=OFF"))
        for folder in (self.copy.tree / "regressions").glob("*/"):
            shutil.rmtree(folder)
        chosen = self.copy.tree / "corpus" / "SEEDS"
        chosen.write_text("".join(
            line for line in chosen.read_text().splitlines(keepends=True)
            if not line.startswith("HP-")))
        self.folder = self.copy.tree / "build" / PRESET / "harnesses"
        shutil.rmtree(self.folder / "seeds", ignore_errors=True)
        problem = self.copy.build(*wanted, "seeds")
        if problem:
            raise Infrastructure(problem[-2000:])
        self.sound = TOP / "build" / "bench-canaries" / "sound"
        self.sound.mkdir(exist_ok=True)
        for target in wanted:
            shutil.copy2(self.folder / target, self.sound / target)

    def command(self, folder, target, *words):
        options = (self.folder / "seeds" / f"{target}.options").read_text()
        limits = re.findall(r"^(max_len|close_fd_mask) = (\d+)", options, re.M)
        return [folder / target, "-timeout=25", "-rss_limit_mb=2560",
                *(f"-{key}={value}" for key, value in limits), *words]

    def run(self, command, target, scratch, seconds):
        """(exit code, what was said); `seconds` of processor time end it."""
        leaks = "detect_leaks=0" if target in FOREIGN else ""
        done = subprocess.run(
            command, cwd=scratch, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors="replace", check=False,
            env={**os.environ, "ASAN_OPTIONS": leaks},
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_CPU, (seconds, seconds + 5)))
        return done.returncode, done.stderr

    def fails(self, folder, target, path, scratch):
        command = self.command(folder, target, path)
        return self.run(command, target, scratch, 120)[0] != 0

    def seeds(self, canary, target, scratch):
        """A folder of seeds that pass with the canary planted, and how many
        do not."""
        folder = scratch / f"seeds-{target}"
        shutil.copytree(self.folder / "seeds" / target, folder)
        own = canary.case.rsplit("/", 1)[-1]
        paths = []
        for path in sorted(folder.iterdir()):
            if path.name.removeprefix("asked-") == own:
                path.unlink()
            else:
                paths.append(path)
        dropped = 0
        while paths:
            code, said = self.run(
                self.command(self.folder, target, *paths), target, scratch, 600)
            if code == 0:
                break
            last = pathlib.Path(re.findall(r"^Running: (.*)$", said, re.M)[-1])
            paths = paths[paths.index(last) + 1:]
            last.unlink()
            dropped += 1
        return folder, dropped

    def hunt(self, canary, target, seconds, scratch):
        """What so much time of a target found, and what it did: what fails
        without the canary, too, ends a run and not the hunt."""
        seeds, dropped = self.seeds(canary, target, scratch)
        found, corpus = scratch / f"found-{target}", scratch / f"new-{target}"
        found.mkdir()
        corpus.mkdir()
        words = [f"-artifact_prefix={found}/"]
        dictionary = self.folder / "seeds" / f"{target}.dict"
        if dictionary.stat().st_size > 0:
            words.append(f"-dict={dictionary}")
        result = {"target": target, "seconds": 0.0, "cpu": 0.0, "executions": 0,
                  "runs": 0, "seeds_dropped": dropped, "found": False}
        while not result["found"] and result["cpu"] < seconds - 1:
            result["runs"] += 1
            start, used = time.monotonic(), os.times()
            _, said = self.run(
                self.command(self.folder, target, f"-seed={result['runs']}",
                             *words, corpus, seeds),
                target, scratch, int(seconds - result["cpu"]))
            now = os.times()
            counts = re.findall(r"^#(\d+)\s", said, re.M)
            result["seconds"] += time.monotonic() - start
            result["cpu"] += (now.children_user - used.children_user
                              + now.children_system - used.children_system)
            result["executions"] += int(counts[-1]) if counts else 0
            result |= self.judge(target, found, said, scratch)
        return result | {"seconds": round(result["seconds"], 1),
                         "cpu": round(result["cpu"], 1)}

    def judge(self, target, found, said, scratch):
        """Takes away the inputs that a run found, and says whether one fails
        with the canary planted alone. Those of our own code that fail without
        are kept in OTHERS: nobody planted their bug."""
        result = {}
        for path in sorted(found.iterdir()):
            if self.fails(self.sound, target, path, scratch):
                if target not in FOREIGN:
                    OTHERS.mkdir(exist_ok=True)
                    shutil.copy(path, OTHERS / f"{target}-{path.name}")
            elif not path.name.startswith("slow-unit") and \
                    self.fails(self.folder, target, path, scratch):
                match = SAID.search(OURS.sub(r"\1", said))
                result = {"found": True, "input_bytes": path.stat().st_size,
                          "oracle": next(filter(None, match.groups()), "")
                          if match else path.name.split("-")[0]}
            path.unlink()
        return result

    def measure(self, canary, targets, seconds=SECONDS):
        problem = canary.plant(self.copy, *targets)
        runs = []
        try:
            if problem:
                raise Infrastructure(f"{canary.name}: {problem}")
            with tempfile.TemporaryDirectory() as scratch:
                for target in targets:
                    runs.append(self.hunt(canary, target,
                                          seconds // len(targets),
                                          pathlib.Path(scratch)))
                    if runs[-1]["found"]:
                        break
        finally:
            canary.remove(self.copy)
        return {"runs": runs, "found": runs[-1]["found"], "kind": canary.kind}


def jobs():
    kept = []

    def job(canary, targets):
        def measure():
            if not kept:
                kept.append(Bench())
            return kept[0].measure(canary, targets)
        return measure

    for canary in planted.canaries():
        yield canary.name, job(canary, targets_of(canary))
    for canary in planted.canaries():
        if canary.kind == "logic" and targets_of(canary) == FUZZ_HIVE:
            yield f"diff.{canary.name}", job(canary, ("fuzz_diff",))


def line(name, result):
    last = result["runs"][-1]
    wall = sum(run["seconds"] for run in result["runs"])
    cpu = sum(run["cpu"] for run in result["runs"])
    runs = sum(run["executions"] for run in result["runs"])
    return (f"{name:24} {result['kind']:6} "
            f"{'found' if result['found'] else 'NOT':5} {cpu:6.1f} "
            f"{wall:6.1f} {runs:9} {last['seeds_dropped']:5}  "
            f"{last['target']:16} {last.get('oracle', '')}\n")


def report(results):
    head = (f"{'canary':24} {'kind':6} {'':5} {'s':>6} {'wall':>6} "
            f"{'inputs':>9} {'seeds':>5}  target           what failed\n")
    text = (f"At most {SECONDS} s of processor time each on one core (s; wall: "
            "by the clock of a\nbusy machine). seeds: those taken out because "
            f"they fail.\n\n{head}")
    alone = {name: r for name, r in results.items()
             if not name.startswith("diff.")}
    diff = {name: r for name, r in results.items() if name.startswith("diff.")}
    text += "".join(line(*item) for item in sorted(alone.items()))
    text += (f"\n{sum(r['found'] for r in alone.values())} of {len(alone)} "
             f"found\n\nfuzz_diff alone, logic canaries of the reader\n\n{head}")
    text += "".join(line(name.removeprefix("diff."), r)
                    for name, r in sorted(diff.items()))
    text += (f"\n{sum(r['found'] for r in diff.values())} of {len(diff)} "
             "found\n")
    if OTHERS.is_dir():
        text += (f"\n{len(list(OTHERS.iterdir()))} inputs of our own targets fail "
                 f"without a canary, too: {OTHERS.relative_to(TOP)}\n")
    return text
