# SPDX-License-Identifier: Apache-2.0
"""Whether a target does the same whenever it is given the same: the edges of one
input that afl-fuzz sees taken in one execution and not in another, after 200,000
executions in persistent mode; and of inputs of its queue, whether each covers the
same when a process runs them first and when it runs them again after all the
others, counts of edges included (afl-showmap, one process for all). Wanted is a
stability of 98 % of targets with 100 edges and more, of smaller ones that at most
one edge varies, and no input that covers something else the second time."""
import functools
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from bench_fuzz import TOP, Infrastructure, run, spread
from fuzz_targets import FOREIGN, HIVES, STEADY, VENDOR

EXECUTIONS = 200000
EDGES = 100
STABILITY = 98.0
# Inputs run first and last, and those between.
TWICE = 50
BETWEEN = 1000
FOLDER = TOP / "build" / "fuzz-afl"
WORK = TOP / "build" / "bench-fuzz" / "work"
AFL = {"AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_NO_AFFINITY": "1",
       "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
       "AFL_FORKSRV_INIT_TMOUT": "30000"}


def targets():
    return sorted({path.stem for path in (TOP / "harnesses").glob("fuzz_*.c")}
                  - set(VENDOR))


@functools.cache
def built():
    """The folder of the harnesses: all of one state of the tree."""
    if shutil.which("afl-fuzz") is None:
        raise Infrastructure("afl-fuzz is not installed: scripts/setup --test")
    run(["cmake", "--preset", "fuzz-afl", "-DHP_TARGET_SOURCES=ON",
         "-DHP_COPYLEFT_TARGETS=ON"], cwd=TOP)
    run(["cmake", "--build", FOLDER, "-j2", "--target", *targets(), "seeds",
         "hp_afl_mutator"])
    return FOLDER / "harnesses"


def steady(target):
    return {**os.environ, **AFL, **(STEADY if target in FOREIGN else {})}


def fuzz(folder, target, out):
    """fuzzer_stats of one run of afl-fuzz."""
    command = ["afl-fuzz", "-i", folder / "seeds" / target, "-o", out, "-s", "1",
               "-E", str(EXECUTIONS), "-m", "none", "-t", "5000+"]
    dictionary = folder / "seeds" / f"{target}.dict"
    if dictionary.stat().st_size > 0:
        command += ["-x", dictionary]
    more = steady(target)
    if target in HIVES:
        more["AFL_CUSTOM_MUTATOR_LIBRARY"] = str(
            folder / "mutate" / "hp_afl_mutator.so")
    out.mkdir(parents=True)
    with open(out / "log", "w+b") as log:
        done = subprocess.run([*command, "--", folder / target], check=False,
                              stdout=log, stderr=log, cwd=out,
                              env=more)
        log.seek(max(0, log.seek(0, 2) - 2000))
        said = log.read().decode(errors="replace")
    stats = out / "default" / "fuzzer_stats"
    if done.returncode != 0 or not stats.exists():
        raise Infrastructure(f"afl-fuzz of {target} ended:\n{said}")
    return dict(re.findall(r"^(\w+)\s+: (.*)$", stats.read_text(), re.M))


def covers_else(target, binary, inputs):
    """The names of the first TWICE inputs that cover something else after all
    the others, in one process."""
    inputs = inputs[:TWICE + BETWEEN]
    again = [*inputs, *inputs[:TWICE]]
    with tempfile.TemporaryDirectory() as scratch:
        queue, maps = pathlib.Path(scratch, "in"), pathlib.Path(scratch, "out")
        queue.mkdir()
        for number, path in enumerate(again):  # it goes by name
            shutil.copy(path, queue / f"{number:06}")
        run(["afl-showmap", "-q", "-m", "none", "-t", "10000", "-i", queue,
             "-o", maps, "--", binary], env=steady(target))
        covered = [(maps / f"{number:06}").read_bytes()
                   for number in range(len(again))]
    return [path.name for path, first, last in zip(
        inputs, covered, covered[len(inputs):]) if first != last]


def keep_crashes(target, work):
    """What failed, by its hash: theirs in findings/, as scripts/fuzz has it."""
    kept = TOP / "findings" / target if target in FOREIGN \
        else TOP / "build" / "fuzz" / target / "artifacts"
    for path in work.glob("default/crashes/id:*"):
        if target in FOREIGN:
            (TOP / "findings").mkdir(mode=0o700, exist_ok=True)
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = path.read_bytes()
        (kept / f"crash-{hashlib.sha1(data).hexdigest()}").write_bytes(data)


def measure(target):
    folder = built()
    work = WORK / f"stability-{target}"
    shutil.rmtree(work, ignore_errors=True)
    stats = fuzz(folder, target, work)
    queue = sorted((work / "default" / "queue").glob("id:*"))
    twice = spread(queue, TWICE)[:TWICE]
    rest = [path for path in queue if path not in set(twice)]
    differ = covers_else(target, folder / target, twice + spread(rest, BETWEEN))
    keep_crashes(target, work)
    shutil.rmtree(work)
    return {"executions": int(stats["execs_done"]),
            "edges": int(stats["edges_found"]),
            "variable": int(stats["var_byte_count"]),
            "stability": float(stats["stability"].rstrip("%")),
            "crashes": int(stats["saved_crashes"]),
            "hangs": int(stats["saved_hangs"]),
            "seconds": int(stats["run_time"]),
            "twice": len(twice), "differ": differ}


def jobs():
    return [(target, lambda target=target: measure(target))
            for target in targets()]


def is_stable(result):
    stable = result["stability"] >= STABILITY if result["edges"] >= EDGES \
        else result["variable"] <= 1
    return stable and not result["differ"]


def report(results):
    lines = [f"{'target':<20}{'executions':>11}{'edges':>7}{'variable':>9}"
             f"{'stability':>11}{'  other the second time':<24}{'crashes':>9}"]
    for target, result in results.items():
        lines.append(
            f"{target:<20}{result['executions']:>11}{result['edges']:>7}"
            f"{result['variable']:>9}{result['stability']:>10.2f}%"
            f"{len(result['differ']):>12} of {result['twice']:<8}"
            f"{result['crashes']:>9}{'' if is_stable(result) else '  NOT'}")
    stable = sum(map(is_stable, results.values()))
    return "\n".join([*lines, "", f"{stable} of {len(results)} as wanted"]) + "\n"
