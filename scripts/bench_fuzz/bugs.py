# SPDX-License-Identifier: Apache-2.0
"""Which of the bugs that the vectors are proved with fuzzing finds, by itself:
each row of corpus/conformance/bugs.tsv, a bug that readers of hives have or may
have, is planted as the canaries are (canaries.py), and libFuzzer gets SECONDS
of processor time on one core."""
import planted
from bench_fuzz import TOP

from .canaries import Bench, targets_of

SECONDS = 60
TABLE = TOP / "corpus" / "conformance" / "bugs.tsv"


class Bug(planted.Edit):
    """As Bench wants it; no case of regressions/ is its own."""
    kind, case = "bug", ""

    @property
    def name(self):
        return self.rule


def jobs():
    kept = []

    def job(bug):
        def measure():
            if not kept:
                kept.append(Bench())
            return kept[0].measure(bug, targets_of(bug), SECONDS)
        return measure

    for row in planted.rows(TABLE, ("bug", "file", "text", "instead", "what")):
        yield row[0], job(Bug(*row))


def line(name, result):
    last = result["runs"][-1]
    return (f"{name:28} {'found' if result['found'] else 'NOT':5} "
            f"{last['cpu']:5.1f} {last['executions']:8} "
            f"{last['seeds_dropped']:5}  {last['target']:9} "
            f"{last.get('oracle', '')[:60]}\n")


def report(results):
    found = sum(result["found"] for result in results.values())
    return (f"At most {SECONDS} s of processor time each on one core. seeds: those "
            f"taken out\nbecause they fail.\n\n"
            f"{'bug':28} {'':5} {'s':>5} {'inputs':>8} {'seeds':>5}  target    "
            f"what failed\n"
            + "".join(line(*item) for item in sorted(results.items()))
            + f"\n{found} of {len(results)} found\n")
