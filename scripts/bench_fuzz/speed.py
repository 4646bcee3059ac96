# SPDX-License-Identifier: Apache-2.0
"""How fast the harnesses are. Five rounds, each with everything side by side on
one core, to which afl-fuzz would bind itself: the machine may be shared, so a
rate is executions for each second of processor time, of all processes of a run,
and ratios are those of one round."""
import ctypes
import hashlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile

from . import TOP, Infrastructure, processor, run, spread

WORK = TOP / "build" / "bench-speed"
ROUNDS = 5
RUNS = 20  # libhivex ends some
SECONDS = 10  # of the first ones most go to what is new
SEVERAL = 3  # what a run finds first is luck, and decides what it mutates
# A sanitizer takes a quarter of a second more of the first executions.
EMPTY_RUNS = 20
EMPTY_EXECUTIONS = 500_000
SEEDS = 200
SEED_MOST = 16 << 10
SMALL = 8 << 10
SANITIZERS = {"sanitized": "address,undefined,fuzzer-no-link",
              "plain": "fuzzer-no-link"}


# ---- what is run ------------------------------------------------------------

def built(name):
    """The folder of the harnesses, with those sanitizers, built once a run."""
    out = WORK / name
    run(["cmake", "--preset", "fuzz-libfuzzer", "-B", out,
         f"-DHP_SANITIZE={SANITIZERS[name]}", "-DBUILD_TESTING=OFF"], cwd=TOP)
    run(["cmake", "--build", out, "--target", "bench_speed"]
        + (["seeds"] if name == "plain" else []), cwd=TOP)
    return out / "harnesses"


def hivexml():
    """hivexml of the upstream source, as its FUZZING file has it built."""
    if shutil.which("afl-fuzz") is None:
        raise Infrastructure("afl-fuzz is not installed: scripts/setup --test")
    out = WORK / "hivex-afl"
    binary = out / "xml" / "hivexml"
    if not binary.exists():
        run([TOP / "scripts" / "target-source", "hivex", TOP / "build/sources", out],
            env={**os.environ, "CC": "afl-clang-fast", "CFLAGS": "-O2 -g",
                 "AFL_QUIET": "1"})
        run(["make", "-C", out / "xml", "hivexml"], env={**os.environ, "AFL_QUIET": "1"})
    return binary


def opener():
    try:
        hivex = ctypes.CDLL("libhivex.so.0")
    except OSError as why:
        raise Infrastructure(f"{why}: scripts/setup") from why
    hivex.hivex_open.restype = ctypes.c_void_p
    hivex.hivex_close.argtypes = [ctypes.c_void_p]

    def opens(path):
        handle = hivex.hivex_open(os.fsencode(path), 0)
        if handle:
            hivex.hivex_close(handle)
        return bool(handle)
    return opens


def choose(folder):
    """Copies the seeds to WORK/seeds: of the distinct ones of at most 16 KiB,
    in the order of their SHA-256, the first 200 that hivex opens."""
    chosen = WORK / "seeds"
    shutil.rmtree(chosen, ignore_errors=True)
    chosen.mkdir(parents=True)
    seeds = {}
    for path in folder.iterdir():
        if path.stat().st_size <= SEED_MOST:
            seeds[hashlib.sha256(path.read_bytes()).hexdigest()] = path
    opens = opener()
    for digest, path in sorted(seeds.items()):
        if opens(path):
            shutil.copy(path, chosen / digest[:16])
            if len(list(chosen.iterdir())) == SEEDS:
                return chosen
    raise Infrastructure(f"{folder} has fewer than {SEEDS} seeds that hivex opens")


# ---- single runs ------------------------------------------------------------

def timed(command, **more):
    """(what it said, seconds of processor time)."""
    before = processor()
    done = subprocess.run(command, capture_output=True, check=False, **more)
    spent = processor() - before
    said = done.stdout + done.stderr
    if done.returncode != 0:
        raise Infrastructure(f"{' '.join(map(str, command))} failed:\n"
                             f"{said[-2000:].decode(errors='replace')}")
    return said, spent


def libfuzzer(number, binary, seeds, *options):
    """{"rate": ..., and what the binary counted} of the first run that no bug of
    libhivex ends, from seed `number` on."""
    for seed in range(number, number + RUNS - 1):
        try:
            return libfuzzer_once(binary, seeds, f"-seed={seed}", *options)
        except Infrastructure:
            if "hivex" not in binary.name:
                raise
    return libfuzzer_once(binary, seeds, f"-seed={number + RUNS - 1}", *options)


def together(results):
    """One result of several."""
    whole = {name: sum(one[name] for one in results) for name in results[0]}
    seconds = sum(one["executions"] / one["rate"] for one in results)
    return whole | {"rate": whole["executions"] / seconds}


def several(number, binary, seeds, *options):
    """The same of SEVERAL runs."""
    return together([libfuzzer(RUNS * (SEVERAL * number + i), binary, seeds, *options)
                     for i in range(SEVERAL)])


def empty(binary, seeds, *options):
    """The same of a harness without coverage. libFuzzer would stay with one of
    the seeds: EMPTY_RUNS of them have a run each."""
    results = []
    for path in spread(sorted(seeds.iterdir()), EMPTY_RUNS):
        with tempfile.TemporaryDirectory(prefix="hiveproof-") as scratch:
            shutil.copy(path, scratch)
            results.append(libfuzzer_once(binary, scratch, "-seed=1", "-keep_seed=1",
                                          f"-runs={EMPTY_EXECUTIONS}", *options))
    return together(results)


def libfuzzer_once(binary, seeds, *options, mutator="ours"):
    with tempfile.TemporaryDirectory(prefix="hiveproof-") as scratch:
        corpus = pathlib.Path(scratch) / "corpus"
        shutil.copytree(seeds, corpus)
        said, spent = timed(
            [binary, f"-max_total_time={SECONDS}", "-use_counters=0", "-reload=0",
             "-print_funcs=0", "-detect_leaks=0", "-print_final_stats=1",
             f"-artifact_prefix={scratch}/", *options, corpus],
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0",
                 "HP_MUTATOR": mutator})
    runs = re.search(rb"number_of_executed_units: *(\d+)", said)
    if runs is None:
        raise Infrastructure(f"{binary} did not say how much it ran")
    result = {"rate": int(runs[1]) / spent, "executions": int(runs[1])}
    counted = re.search(rb"counted: (runs .*)", said)
    if counted:
        words = counted[1].decode().split()
        result |= dict(zip(words[::2], map(int, words[1::2])))
    return result


def afl(binary, seeds):
    """hivex's own recipe, from its file FUZZING."""
    with tempfile.TemporaryDirectory(prefix="hiveproof-") as scratch:
        out = pathlib.Path(scratch) / "out"
        _, spent = timed(
            ["afl-fuzz", "-i", seeds, "-o", out, "-V", str(SECONDS), "--", binary,
             "-k", "@@"],
            env={**os.environ, "AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1",
                 "AFL_NO_AFFINITY": "1", "AFL_NO_STARTUP_CALIBRATION": "1",
                 "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1"})
        stats = (out / "default" / "fuzzer_stats").read_text()
    return {"rate": int(re.search(r"execs_done *: (\d+)", stats)[1]) / spent}


def mutations(binary, seed):
    said = run([binary, seed, "1"])
    return {"rate": min(float(number) for number in
                        re.findall(r": (\d+) mutations a second", said))}


def measure(number):
    """One round; another number is other luck of libFuzzer's."""
    folders = {name: built(name) for name in SANITIZERS}
    recipe = hivexml()
    seeds = choose(folders["plain"] / "seeds" / "fuzz_hive")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return side_by_side(number, folders, recipe, seeds)
    finally:
        os.sched_setaffinity(0, cores)


def side_by_side(number, folders, recipe, seeds):
    with tempfile.TemporaryDirectory(prefix="hiveproof-") as scratch:
        small = pathlib.Path(scratch) / "small"
        small.mkdir()
        for path in sorted(seeds.iterdir()):
            if path.stat().st_size == SMALL:
                shutil.copy(path, small)
        if not any(small.iterdir()):
            raise Infrastructure("no seed of 8 KiB")
        result = {"recipe": afl(recipe, seeds)}
        room = "-max_len=65536"
        for name, folder in folders.items():
            bench = folder / "bench"
            result |= {
                f"hivex {name}": several(number, bench / "bench_hivex_counted",
                                         seeds, room),
                f"empty {name}": empty(bench / "bench_empty", seeds, room),
                f"hive {name}": several(number, bench / "bench_hive_counted",
                                        seeds, room, "-reduce_inputs=0"),
                f"bytes {name}": libfuzzer_once(
                    bench / "bench_hive_counted", small, f"-seed={number}",
                    f"-max_len={SMALL}", "-reduce_inputs=0", mutator="bytes")}
        result["mutator"] = mutations(folders["plain"] / "mutate" / "bench_mutate",
                                      next(small.iterdir()))
    return result


def jobs():
    return [(f"round-{number}", lambda number=number: measure(number))
            for number in range(1, ROUNDS + 1)]


# ---- the report --------------------------------------------------------------

def middle(results, value):
    return statistics.median(value(one) for one in results.values())


def rate(name):
    return lambda one: one[name]["rate"]


def ratio(over, under, part="rate"):
    return lambda one: one[over][part] / one[under]["rate"]


def share(name, part):
    return lambda one: one[name][part] / one[name]["runs"]


def line(what, wanted, measured, digits=0):
    verdict = "met" if measured >= wanted else "not met"
    return f"{what:<52} {wanted:>9,.{digits}f} {measured:>11,.{digits}f}  {verdict}\n"


def report(results):
    if not results:
        return "nothing measured\n"
    text = f"{__doc__}\n\nRounds: {len(results)}; medians.\n\n"
    text += f"{'':<52} {'wanted':>9} {'measured':>11}\n"
    for name in SANITIZERS:
        text += line(f"1. fuzz_hivex, {name}, times hivex's recipe", 20,
                     middle(results, ratio(f"hivex {name}", "recipe")), 1)
    for name in SANITIZERS:
        text += line(f"2. fuzz_hive, {name}, of an empty harness", 0.5,
                     middle(results, ratio(f"hive {name}", f"empty {name}")), 2)
        text += line("   of its inputs walked whole", 0.6,
                     middle(results, share(f"hive {name}", "whole")), 2)
    for name in SANITIZERS:
        text += line(f"3. fuzz_hive, {name}, bytes of 8 KiB, a second", 100_000,
                     middle(results, rate(f"bytes {name}")))
    text += line("4. the mutator alone, a second", 100_000,
                 middle(results, rate("mutator")))
    text += "\nExecutions a second:\n"
    for name in results[min(results)]:
        text += f"  {name:<20} {middle(results, rate(name)):>11,.0f}\n"
    for name in SANITIZERS:
        text += (f"fuzz_hivex, {name}: "
                 f"{middle(results, share(f'hivex {name}', 'calls')):.0f} calls of "
                 "libhivex an execution, "
                 f"{middle(results, share(f'hivex {name}', 'opened')):.0%} opened\n")
    return text + NOTES


NOTES = """
sanitized  -O3, address and undefined; libhivex is the system's, which only
           its calls of libc are watched of (the instrumented one stops at
           its first bug); plain: coverage alone
recipe     afl-fuzz ... hivexml -k @@, all of hivex by afl-clang-fast -O2, no
           sanitizer (FUZZING of hivex)
seeds      of those of fuzz_hive the distinct ones of at most 16 KiB, in order
           of SHA-256, the first 200 that hivex opens; 3. those of 8 KiB
engine     libFuzzer, its corpus growing, as scripts/fuzz runs it; 3. with
           HP_MUTATOR=bytes, libFuzzer's own mutations. The empty harness has
           no coverage, and libFuzzer would stay with one seed: each tenth
           seed has a run of its own, 500,000 executions; fuzz_hive and
           fuzz_hivex have three runs each, but 3. one
whole      the first walk, which knows no more than 48 events and deep keys
           but 1 time in 64, came to its end
"""
