# SPDX-License-Identifier: Apache-2.0
"""One hour of processor time each of fuzz_hive, fuzz_enumerate, fuzz_recipe and
fuzz_log, from their seeds: what was found, and how many branches of regf (its
transaction logs are fuzz_log's), writer and forge that hour's corpora cover alone
(gcov, replayed without a sanitizer): with the seeds that they started from, and
what was added to them."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from . import TOP, Infrastructure, run

TARGETS = ("fuzz_hive", "fuzz_enumerate", "fuzz_recipe", "fuzz_log")
LAYERS = ("regf", "writer", "forge")
SECONDS = 3600
FUZZERS = TOP / "build" / "fuzz-libfuzzer" / "harnesses"
COVERAGE = TOP / "build" / "bench-fuzz" / "hours-coverage"
WORK = TOP / "build" / "bench-fuzz" / "hours-work"


def processor(pid):
    """Seconds that the process has used, or None when it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
    except OSError:
        return None
    words = fields.split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def watch(fuzzer, left):
    """Lets it run for `left` seconds of processor time; what it used."""
    used = 0.0
    while fuzzer.poll() is None:
        time.sleep(1)
        used = processor(fuzzer.pid) or used
        if used >= left:
            fuzzer.send_signal(signal.SIGINT)
            fuzzer.wait()
    return used


def measure(target):
    run(["cmake", "--preset", "fuzz-libfuzzer"], cwd=TOP)
    run(["cmake", "--build", "--preset", "fuzz-libfuzzer", "--target", target,
         "seeds"], cwd=TOP)
    work = WORK / target
    shutil.rmtree(work, ignore_errors=True)
    (work / "corpus").mkdir(parents=True)
    (work / "found").mkdir()
    seeds, used, executions, runs = FUZZERS / "seeds", 0.0, 0, 0
    while used < SECONDS:
        with open(work / "log", "w+b") as log:
            fuzzer = subprocess.Popen(
                [FUZZERS / target, work / "corpus", seeds / target,
                 f"-dict={seeds / target}.dict", "-max_len=65536", "-timeout=25",
                 "-rss_limit_mb=2560", "-print_funcs=0", "-reload=0",
                 "-print_final_stats=1", f"-artifact_prefix={work}/found/"],
                stdout=subprocess.DEVNULL, stderr=log)
            used += watch(fuzzer, SECONDS - used)
            log.seek(max(0, log.seek(0, 2) - 20000))
            said = log.read().decode(errors="replace")
        runs += 1
        count = re.search(r"number_of_executed_units: *(\d+)", said)
        if count is None:
            raise Infrastructure(f"{target} ended:\n{said[-2000:]}")
        executions += int(count[1])
    return {"executions": executions, "runs": runs, "cpu_seconds": round(used),
            "corpus": len(list((work / "corpus").iterdir())),
            "found": sorted(path.name for path in (work / "found").iterdir()
                            if not path.name.startswith("slow-unit"))}


def covered(folders_of):
    """{layer: [branches, those that were taken]}, each target given its
    folders."""
    for path in COVERAGE.rglob("*.gcda"):
        path.unlink()
    for target in TARGETS:
        run([COVERAGE / "harnesses" / target, *folders_of(target)])
    result = {}
    for layer in LAYERS:
        said = run(["gcovr", "--root", TOP, "--object-directory", COVERAGE,
                    "--filter", f"{TOP}/engine/{layer}/", "--json-summary=-",
                    COVERAGE / "CMakeFiles", COVERAGE / "engine"])
        summary = json.loads(said)
        result[layer] = [summary["branch_total"], summary["branch_covered"]]
    return result


def coverage():
    """What the three corpora cover, "whole" and what was "added" to the seeds."""
    run(["cmake", "--preset", "coverage", "-B", COVERAGE, "-DBUILD_TESTING=OFF"],
        cwd=TOP)
    run(["cmake", "--build", COVERAGE, "--target", *TARGETS])

    def added(target):
        return [WORK / target / "corpus"]

    def whole(target):
        return [*added(target), FUZZERS / "seeds" / target]

    return {"added": covered(added), "whole": covered(whole)}


def jobs():
    return [*((target, lambda target=target: measure(target))
              for target in TARGETS), ("coverage", coverage)]


def report(results):
    lines = [f"{'target':<16}{'seconds':>8}{'executions':>12}{'corpus':>8}"
             f"{'found':>7}"]
    for target in TARGETS:
        if target in results:
            one = results[target]
            lines.append(f"{target:<16}{one['cpu_seconds']:>8}"
                         f"{one['executions']:>12,}{one['corpus']:>8}"
                         f"{len(one['found']):>7}")
    lines += ["", f"{'branches of':<16}{'taken':>12}{'of':>8}{'':>7}   wanted: 95 %"]
    for what, layers in sorted(results.get("coverage", {}).items(), reverse=True):
        lines.append(f"corpora, {what}:")
        lines += [f"{layer:<16}{taken:>12}{total:>8}{taken / total:>7.1%}"
                  for layer, (total, taken) in layers.items()]
    return "\n".join(lines) + "\n"
