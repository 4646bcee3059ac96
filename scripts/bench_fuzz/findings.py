# SPDX-License-Identifier: Apache-2.0
"""Is one planted bug one finding?

Each canary of regressions/canaries/ is planted alone in a copy of the tree; some
of the corpora of a campaign and of the seeds are replayed there, and what fails is
triaged as if a campaign had found it: so many inputs of each signature, one target
after the other. HP_STATE is the campaign's state folder; what of its corpora passes
is the corpora of the triage. How many findings of ours there are is the result;
none says that no input showed the bug."""
import collections
import contextlib
import functools
import os
import pathlib
import random
import shutil
import subprocess

import planted
from bench_fuzz import TOP, Infrastructure
from fuzz_targets import FOREIGN
from nightly import ledger, replay
from nightly.signature import Reader
from nightly.slice import files
from nightly.symbols import Symbols

PRESET = "replay"
STATE = TOP / "build" / "bench-findings" / "state"
EACH, SEEDS = 350, 5  # inputs of a corpus; of the seeds each so many'th
ADDED, HUNG = 12, 15  # of a signature; in a target, then it is given up
ONLY_THEIRS = {name for name in FOREIGN if name != "fuzz_diff"}


def corpora():
    state = pathlib.Path(os.environ.get("HP_STATE") or "/nonexistent")
    if not (state / "corpus").is_dir():
        raise Infrastructure("HP_STATE has to be the state folder of a campaign")
    return {folder.name: folder for folder in sorted((state / "corpus").iterdir())
            if folder.name not in ONLY_THEIRS}


class Bench:
    """The copy, and the inputs of each target."""

    def __init__(self):
        self.copy = planted.Copy("bench-findings", PRESET, (
            "-DBUILD_TESTING=OFF", "-DHP_COPYLEFT_TARGETS=OFF"))
        self.folder = self.copy.tree / "build" / PRESET / "harnesses"
        problem = self.copy.build()
        if problem:
            raise Infrastructure(problem[-2000:])
        self.inputs = {}
        for target, folder in corpora().items():
            found = files(folder)
            some = random.Random(1).sample(found, min(EACH, len(found)))
            seeds = files(self.folder / "seeds" / target)[::SEEDS]
            self.inputs[target] = some, [path.read_bytes() for path in seeds]
        self.symbols = Symbols()

    def failing(self, target):
        """[(signature, path)] of the inputs that show a bug of ours; what of the
        corpus passes is put where triage looks for it."""
        corpus, seeds = self.inputs[target]
        passing, made = STATE / "corpus" / target, STATE / "seeds" / target
        passing.mkdir(parents=True)
        made.mkdir(parents=True)
        for number, data in enumerate(seeds):
            (made / f"{number:05}").write_bytes(data)
        reader, hung = Reader(target, self.symbols), 0
        with replay.Judge(self.folder, target) as judge:
            for path in (*corpus, *files(made)):
                known = reader.read(*judge.ask(path, replay.SHORT))
                if known and known.owner == ledger.OURS:
                    yield known.signatures[0], path
                elif not known and path.parent != made:
                    shutil.copyfile(path, passing / path.name)
                hung += bool(known) and known.kind == "timeout"
                if hung == HUNG:
                    return

    def triage(self, target, paths):
        done = subprocess.run(
            [self.copy.tree / "scripts" / "triage", "--state", STATE, "--binaries",
             self.folder, "--add", target, *paths], check=False,
            stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise Infrastructure(os.fsdecode(done.stderr)[-2000:])

    def measure(self, canary):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(STATE)
        counts, chosen = collections.Counter(), {}
        try:
            problem = canary.plant(self.copy)
            if problem:
                raise Infrastructure(f"{canary.name}: {problem}")
            for target in self.inputs:
                for signature, path in self.failing(target):
                    counts[signature] += 1
                    if counts[signature] <= ADDED:
                        chosen.setdefault(target, []).append(path)
            for target, paths in chosen.items():
                self.triage(target, paths)
        finally:
            canary.remove(self.copy)
        found = []
        if chosen:
            with ledger.open_ledger(STATE / "ledger.sqlite") as book:
                found = [[one["target"], one["title"]] for one in book.findings()
                         if one["owner"] == ledger.OURS]
        return {"kind": canary.kind, "failing": sum(counts.values()),
                "signatures": len(counts), "findings": found}


def jobs():
    bench = functools.cache(Bench)
    return [(canary.name, lambda canary=canary: bench().measure(canary))
            for canary in planted.canaries()]


def report(results):
    lines = [f"{'canary':<22}{'kind':<8}{'failing':>8}{'signatures':>12}"
             f"{'findings':>10}  "]
    for name, one in results.items():
        lines.append(f"{name:<22}{one['kind']:<8}{one['failing']:>8}"
                     f"{one['signatures']:>12}{len(one['findings']):>10}  " +
                     "; ".join(f"{target}: {title[:60]}"
                               for target, title in one["findings"]))
    numbers = collections.Counter(len(one["findings"]) for one in results.values())
    return "\n".join(line.rstrip() for line in lines) + (
        f"\n\none finding: {numbers[1]} of {len(results)}; none, for no input showed "
        f"the bug: {numbers[0]}; more: {len(results) - numbers[0] - numbers[1]}\n")
