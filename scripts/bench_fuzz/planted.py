# SPDX-License-Identifier: Apache-2.0
"""Sixty builds of hivex, each with one validity check taken out (_checks.py), and
whether fuzz_hivex or fuzz_diff tells it from the unchanged one: an input was
found that fails there and passes with the unchanged hivex. A run has 300,000
executions from three small seeds and goes on after inputs that both fail on;
one without a find counts as that many."""
import collections
import random
import shutil
import statistics

from bench_fuzz import TOP, Infrastructure, run
from bench_fuzz._checks import checks
from bench_fuzz._fuzz import Fuzzer, Verdict, keep_finding
from bench_fuzz._hivex import Build

TARGETS = ("fuzz_hivex", "fuzz_diff")
BUILDS = 60
EXECUTIONS = 300000
WORK = TOP / "build" / "bench-fuzz" / "work"
built = []


def build():
    """The unchanged build, made once."""
    if not built:
        built.append(Build("libfuzzer", TARGETS))
    return built[0]


def source():
    """hivex's lib/."""
    said = run(["scripts/target-source", "hivex"], cwd=TOP)
    return TOP / said.split(": ")[1].strip() / "lib"


def chosen():
    found = checks(source())
    if len(found) < BUILDS:
        raise Infrastructure(f"only {len(found)} checks were found")
    return sorted(random.Random(BUILDS).sample(found, BUILDS),
                  key=lambda check: (check.file, check.line))


def measure(target, check):
    reference = build()
    text = (reference.source / check.file).read_text(encoding="utf-8")
    work = WORK / f"{target}-{check.name}"
    binary = reference.with_changed(check.file, check.taken_out(text), [target],
                                    work / "build")[target]

    def judge(path):
        before = Verdict(reference.binary(target), path)
        if before.kind:
            keep_finding(target, before, path)
            return None
        planted = Verdict(binary, path)
        return planted if planted.kind else None

    fuzzer = Fuzzer(binary, reference.seeds(WORK / "seeds"), work / "fuzz",
                    check.line)
    found = fuzzer.run(EXECUTIONS, judge)
    shutil.rmtree(work)
    return {**fuzzer.told(), "found": bool(found), "hivex": reference.version,
            "kind": found.kind if found else "",
            "detail": found.detail if found else ""}


def jobs():
    return [(f"{target}-{check.name}",
             lambda target=target, check=check: measure(target, check))
            for target in TARGETS for check in chosen()]


def report(results):
    by_check = collections.defaultdict(dict)
    for name, result in results.items():
        target, check = name.split("-", 1)
        by_check[check][target] = result
    lines = [f"{'check':<16}" + "".join(f"{target:>40}" for target in TARGETS)]
    for check, found in sorted(by_check.items()):
        lines.append(f"{check:<16}" + "".join(
            f"{cell(found.get(target)):>40}" for target in TARGETS))
    told = {check for check, found in by_check.items()
            if any(result["found"] for result in found.values())}
    hard = {check for check, found in by_check.items() if any(
        result["found"] and result["kind"] != "oracle"
        for result in found.values())}
    both = [check for check, found in by_check.items()
            if len(found) == len(TARGETS)]
    counts = [min(result["executions"] if result["found"] else EXECUTIONS
                  for result in found.values()) for found in by_check.values()]
    lines += ["", f"told apart: {len(told)} of {BUILDS} (wanted: 37), "
              f"{len(hard)} of them also by crash, hang or sanitizer (wanted: "
              f"16); both targets were run for {len(both)}"]
    if counts:
        lines.append(f"executions to the first find, median: "
                     f"{statistics.median(counts):.0f}")
    return "\n".join(lines) + "\n"


def cell(result):
    if result is None:
        return "not measured"
    if not result["found"]:
        return f"not in {result['executions']}"
    return f"{result['executions']} {result['kind']} {result['detail']}"[:39]
