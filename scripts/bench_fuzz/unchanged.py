# SPDX-License-Identifier: Apache-2.0
"""fuzz_hivex and fuzz_diff on the unchanged hivex: 1,000,000 executions each, in
ten runs, and how many of its inputs failed. An oracle that fails there is a
false alarm or a bug of hivex: each kind of failure is kept once in findings/,
for a person to judge."""
import collections
import shutil

from bench_fuzz import TOP
from bench_fuzz._fuzz import Fuzzer, Verdict, keep_finding
from bench_fuzz._hivex import Build

TARGETS = ("fuzz_diff", "fuzz_hivex")
RUNS = 10
EXECUTIONS = 100000
WORK = TOP / "build" / "bench-fuzz" / "work"


def measure(target, number):
    build = Build("libfuzzer", TARGETS)
    kinds = collections.Counter()

    def judge(path):
        verdict = Verdict(build.binary(target), path)
        kinds[verdict.kind] += 1
        if verdict.kind:
            keep_finding(target, verdict, path)

    work = WORK / f"unchanged-{target}-{number}"
    fuzzer = Fuzzer(build.binary(target), build.seeds(WORK / "seeds"), work,
                    1000 + number)
    fuzzer.run(EXECUTIONS, judge)
    shutil.rmtree(work)
    return {**fuzzer.told(), "failures": kinds, "hivex": build.version}


def jobs():
    return [(f"{target}-{number}",
             lambda target=target, number=number: measure(target, number))
            for number in range(RUNS) for target in TARGETS]


def report(results):
    lines = [f"{'target':<12}{'executions':>12}{'by an oracle':>14}"
             f"{'by a sanitizer':>16}{'else':>6}"]
    for target in TARGETS:
        mine = [result for name, result in results.items()
                if name.startswith(target)]
        kinds = collections.Counter()
        for result in mine:
            kinds.update(result["failures"])
        oracle, caught = kinds["oracle"], kinds["address"] + kinds["undefined"]
        lines.append(f"{target:<12}{sum(r['executions'] for r in mine):>12}"
                     f"{oracle:>14}{caught:>16}"
                     f"{sum(kinds.values()) - oracle - caught:>6}")
    return "\n".join(lines) + "\n"
