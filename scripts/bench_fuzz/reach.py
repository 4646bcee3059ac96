# SPDX-License-Identifier: Apache-2.0
"""How far fuzz_hivex gets in instrumented hivex in 1,000,000 executions from three
small seeds. Only the mutator differs (HP_MUTATOR): ours; bytes alone; bytes
with a dictionary and a mended checksum. Then, by clang's coverage of the
functions that read: does ours reach all branches that seeds, regressions and
real hives (HP_HIVES of scripts/shared-hives, if set) reach together, and which
lines does it miss."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_fuzz import TOP, Infrastructure
from bench_fuzz._coverage import CoverageBuild
from bench_fuzz._fuzz import FLAGS, Fuzzer, Verdict, environment, keep_finding
from bench_fuzz._hivex import Build

EXECUTIONS = 1000000
MUTATORS = ("ours", "bytes", "sum")
WORK = TOP / "build" / "bench-fuzz" / "work"
CORPORA = TOP / "build" / "bench-fuzz" / "reach-corpora"


def measure(mutator):
    build = Build("libfuzzer", ["fuzz_hivex", "seeds"])
    binary = build.binary("fuzz_hivex")
    dictionary = build.folder / "harnesses" / "seeds" / "fuzz_hivex.dict"
    os.environ.pop("HP_MUTATOR", None)
    if mutator != "ours":
        os.environ["HP_MUTATOR"] = mutator

    def judge(path):
        verdict = Verdict(binary, path)
        if verdict.kind:
            keep_finding("fuzz_hivex", verdict, path)

    seeds = build.seeds(WORK / f"seeds-{mutator}")
    fuzzer = Fuzzer(binary, seeds, WORK / f"reach-{mutator}", 1,
                    [f"-dict={dictionary}"] if mutator == "sum" else [])
    fuzzer.run(EXECUTIONS, judge)
    corpus = CORPORA / mutator
    shutil.rmtree(corpus, ignore_errors=True)
    shutil.copytree(WORK / f"reach-{mutator}" / "corpus", corpus)
    edges, features = counted(binary, [corpus, seeds])
    shutil.rmtree(WORK / f"reach-{mutator}")
    return {**fuzzer.told(), "edges": edges, "features": features,
            "hivex": build.version}


def counted(binary, folders):
    """(edges, features) of all inputs in folders, as libFuzzer counts them. A
    merge goes on behind one that now ends the process: some bugs of hivex show
    only in some places of memory."""
    with tempfile.TemporaryDirectory(prefix="hiveproof-") as scratch:
        merged = pathlib.Path(scratch) / "merged"
        merged.mkdir()
        done = subprocess.run([binary, *FLAGS, "-merge=1",
                               f"-artifact_prefix={scratch}/", merged, *folders],
                              env=environment(), stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, errors="replace",
                              check=False)
    match = re.search(r"with (\d+) new features added; (\d+) new coverage edges",
                      done.stderr)
    if not match:
        raise Infrastructure(f"{binary} ended:\n{done.stderr[-2000:]}")
    return int(match[2]), int(match[1])


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def coverage():
    if not (CORPORA / "ours").is_dir():
        raise Infrastructure("the corpus of the mutator is not there: "
                             "scripts/bench-fuzz reach")
    build = CoverageBuild()
    seeds = TOP / "build" / "fuzz-libfuzzer" / "harnesses" / "seeds"
    known = files(seeds / "fuzz_hivex")
    real = files(pathlib.Path(os.environ["HP_HIVES"])) \
        if os.environ.get("HP_HIVES") else []
    ours = build.reached(files(CORPORA / "ours"), WORK / "coverage")
    theirs = build.reached(known + real, WORK / "coverage")
    missed = theirs.branches - ours.branches
    return {"lines": len(ours.lines), "all_lines": len(ours.all_lines),
            "missed_lines": sorted(ours.all_lines - ours.lines),
            "branches": len(ours.branches), "known_branches": len(theirs.branches),
            "missed_branches": sorted(missed), "known_inputs": len(known),
            "real_hives": len(real)}


def jobs():
    return [*((mutator, lambda mutator=mutator: measure(mutator))
              for mutator in MUTATORS), ("coverage", coverage)]


def report(results):
    lines = [f"{'mutator':<10}{'executions':>12}{'edges':>8}{'features':>10}"
             f"{'ours to it':>12}"]
    for mutator in MUTATORS:
        if mutator in results:
            result = results[mutator]
            ratio = f"{results['ours']['features'] / result['features']:.2f}" \
                if "ours" in results else ""
            lines.append(f"{mutator:<10}{result['executions']:>12}"
                         f"{result['edges']:>8}{result['features']:>10}"
                         f"{ratio:>12}")
    lines.append("wanted: 1.5 times the features of bytes, 1.2 times those of sum")
    if "coverage" in results:
        found = results["coverage"]
        lines += ["", f"lines of hivex's functions that read: {found['lines']} "
                  f"of {found['all_lines']}, "
                  f"{100 * found['lines'] / found['all_lines']:.1f} % "
                  "(wanted: 92 %); not reached:"]
        lines += [f"  {file}:{line}" for file, line in found["missed_lines"]]
        lines += [f"branches that {found['known_inputs']} seeds and regressions "
                  f"and {found['real_hives']} real hives reach: "
                  f"{found['known_branches']}; of these ours does not reach "
                  f"{len(found['missed_branches'])} (wanted: none):"]
        lines += [f"  {file}:{line} {block} {number}" for
                  file, line, block, number in found["missed_branches"]]
    return "\n".join(lines) + "\n"
