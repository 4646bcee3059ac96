# SPDX-License-Identifier: Apache-2.0
"""Two bugs of hivex that have a name, put back by taking out the check that
mended them: CVE-2021-3504, a block past the end of its page, and CVE-2021-3622,
lists of lists without a limit. How long libFuzzer and AFL++ with our mutator
take to find each in fuzz_hivex, five times from other random numbers and from
three small seeds that have no such thing. A find fails with the bug and passes
without it. Times are those of one core: what the fuzzer and the target used."""
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import time

from bench_fuzz import TOP, Infrastructure
from bench_fuzz._checks import checks
from bench_fuzz._fuzz import Fuzzer, Verdict, keep_finding
from bench_fuzz._hivex import Build

# The words that the condition of each check has.
CVES = {"CVE-2021-3504": ("handle.c", r"blkoff \+ seg_len > off \+ page_size"),
        "CVE-2021-3622": ("node.c", r"depth >= ")}
ENGINES = ("libfuzzer", "afl")
TIMES = 5
SECONDS = 120
WORK = TOP / "build" / "bench-fuzz" / "work"
TICKS = os.sysconf("SC_CLK_TCK")


def planted(build, cve, folder):
    file, words = CVES[cve]
    text = (build.source / file).read_text(encoding="utf-8")
    found = [check for check in checks(build.source)
             if check.file == file and re.search(words, text[check.start:check.end])]
    if len(found) != 1:
        raise Infrastructure(f"{cve}: {len(found)} checks look like its own")
    return build.with_changed(file, found[0].taken_out(text), ["fuzz_hivex"],
                              folder)["fuzz_hivex"]


class Judge:
    """True of an input that fails with the bug alone. libFuzzer's binaries
    judge for both engines: it is the same harness."""

    def __init__(self, cve, work):
        self.build = Build("libfuzzer", ["fuzz_hivex"])
        self.reference = self.build.binary("fuzz_hivex")
        self.binary = planted(self.build, cve, work / "libfuzzer")

    def __call__(self, path):
        before = Verdict(self.reference, path)
        if before.kind:
            keep_finding("fuzz_hivex", before, path)
            return None
        verdict = Verdict(self.binary, path)
        return verdict if verdict.kind else None


def libfuzzer(judge, work, number):
    fuzzer = Fuzzer(judge.binary, judge.build.seeds(work / "seeds"),
                    work / "fuzz", number)
    found = fuzzer.run(10 ** 9, judge, SECONDS)
    return found, fuzzer.told()


def processor_time(process):
    """Seconds that a process, those below it and those of them that ended
    have used."""
    parents, ticks = {}, {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        number = int(path.parent.name)
        parents[number] = int(fields[1])
        ticks[number] = sum(int(field) for field in fields[11:15])
    below = {process}
    while more := {number for number, parent in parents.items()
                   if parent in below} - below:
        below |= more
    return sum(ticks.get(number, 0) for number in below) / TICKS


def afl_command(build, binary, work, number):
    environment = {
        **os.environ, "AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1",
        "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_NO_AFFINITY": "1",
        "AFL_FAST_CAL": "1", "AFL_FORKSRV_INIT_TMOUT": "30000",
        "AFL_CUSTOM_MUTATOR_LIBRARY":
            str(build.folder / "harnesses" / "mutate" / "hp_afl_mutator.so")}
    return ["afl-fuzz", "-i", work / "seeds", "-o", work / "out", "-s",
            str(number), "-m", "none", "-t", "5000+", "--", binary], environment


def afl(judge, work, number, binary, build):
    build.seeds(work / "seeds")
    command, environment = afl_command(build, binary, work, number)
    seen, found, failures = set(), None, 0
    with open(work / "log", "wb") as log, subprocess.Popen(
            command, cwd=work, env=environment, stdout=log,
            stderr=log) as fuzzer:
        while found is None and fuzzer.poll() is None:
            time.sleep(0.5)
            used = processor_time(fuzzer.pid)
            for path in sorted(work.glob("out/default/[ch]*/id:*")):
                if path not in seen and found is None:
                    seen.add(path)
                    found = judge(path)
                    failures += found is None
            if used > SECONDS:
                break
        if fuzzer.poll() is not None:
            raise Infrastructure("afl-fuzz ended:\n" + (work / "log").read_text(
                errors="replace")[-2000:])
        fuzzer.terminate()  # and it ends its target
    return found, {"cpu_seconds": round(used, 1), "other_failures": failures}


def measure(cve, engine, number):
    work = WORK / f"{cve}-{engine}-{number}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    judge = Judge(cve, work)
    if engine == "libfuzzer":
        found, told = libfuzzer(judge, work, number)
    else:
        build = Build("afl", ["fuzz_hivex"])
        found, told = afl(judge, work, number,
                          planted(build, cve, work / "afl"), build)
    shutil.rmtree(work)
    return {**told, "found": found is not None, "hivex": judge.build.version,
            "kind": f"{found.kind} {found.detail}" if found else ""}


def jobs():
    return [(f"{cve}-{engine}-{number}",
             lambda cve=cve, engine=engine, number=number:
             measure(cve, engine, number))
            for cve in CVES for engine in ENGINES
            for number in range(1, TIMES + 1)]


def report(results):
    lines = [f"{'':<15}{'engine':<11}{'found':>9}{'median s':>10}{'most s':>8}"
             "   wanted: all, median below 20, none above 120"]
    for cve in CVES:
        for engine in ENGINES:
            mine = [result for name, result in results.items()
                    if name.startswith(f"{cve}-{engine}-")]
            if not mine:
                continue
            seconds = [result["cpu_seconds"] if result["found"] else SECONDS
                       for result in mine]
            found = sum(result["found"] for result in mine)
            lines.append(f"{cve:<15}{engine:<11}{found:>4} of {len(mine):<2}"
                         f"{statistics.median(seconds):>9.1f}"
                         f"{max(seconds):>8.1f}")
    return "\n".join(lines) + "\n"
