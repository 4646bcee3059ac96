# SPDX-License-Identifier: Apache-2.0
"""AFL++: a main instance and others, each set up in its own way, in one
folder, where they take what the others reach."""
import functools
import os
import re
import shutil
import subprocess

from fuzz_targets import FOREIGN, HIVES, STEADY
from nightly import Infrastructure
from nightly.slice import Instance, files, link, numbers

OUT = "out"
# A folder that looks like an instance: what libFuzzer reached.
SHARED = "libfuzzer"
LARGEST = 1 << 20  # AFL++ takes no larger input
TIMEOUT = "1000+"
# Beside the main instance: what AFL++'s documentation recommends for the
# others. Where time is short only those run.
MIX = (
    ("cmplog", {"cmplog"}, {"AFL_DISABLE_TRIM": "1"}),
    ("explore", {"-p explore"}, {"AFL_DISABLE_TRIM": "1",
                                 "AFL_EXPAND_HAVOC_NOW": "1"}),
    ("sequence", {"-Z"}, {"AFL_KEEP_TIMEOUTS": "1"}),
    ("mopt", {"-L 0"}, {"AFL_DISABLE_TRIM": "1"}),
    ("exploit", {"-p exploit", "-P exploit"}, {"AFL_EXPAND_HAVOC_NOW": "1"}),
    ("rare", {"-p rare"}, {"AFL_DISABLE_TRIM": "1"}),
)


class Able:
    """What this afl-fuzz can do: its own help is asked."""

    def __init__(self, program="afl-fuzz"):
        path = shutil.which(program)
        if path is None:
            raise Infrastructure("afl-fuzz is not installed: "
                                 "scripts/setup --test")
        said = subprocess.run([path, "-hh"], capture_output=True, text=True,
                              check=False, errors="replace", timeout=60)
        text = re.sub(r"\x1b\[[0-9;]*m", "", said.stdout + said.stderr)
        version = re.search(r"afl-fuzz\+\+(\S+)", text)
        self.version = version[1] if version else "unknown"
        self.options = set(re.findall(r"^  (-\w)\b", text, re.M))
        self.variables = set(re.findall(r"\bAFL_\w+", text))
        self.schedules = set(re.findall(r"\w+", re.search(
            r"-p schedule(.*?)\n  -\w", text + "\n  -x", re.S)[1])) \
            if "-p schedule" in text else set()

    def takes(self, option):
        name, *value = option.split()
        return name in self.options and (
            name != "-p" or not value or value[0] in self.schedules)


@functools.cache
def able():
    return Able()


def environment(folder, target):
    """What every AFL++ run of a target needs."""
    known = {"AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1",
             "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
             "AFL_TRY_AFFINITY": "1", "AFL_FAST_CAL": "1",
             "AFL_CMPLOG_ONLY_NEW": "1", "AFL_AUTORESUME": "1",
             "AFL_FORKSRV_INIT_TMOUT": "30000"}
    if target in HIVES:
        known["AFL_CUSTOM_MUTATOR_LIBRARY"] = str(
            folder / "mutate" / "hp_afl_mutator.so")
    if target in FOREIGN:
        known.update(STEADY)
    return {**os.environ, **known}


def stats(out, instance="default"):
    """afl-whatsup prints zeros for a finished run: read the file itself."""
    path = out / instance / "fuzzer_stats"
    text = path.read_text(errors="replace") if path.exists() else ""
    return dict(re.findall(r"^(\w+)\s+: (.*)$", text, re.M))


def number(text):
    """Of a value like 12.34 or 99.9%; 0 if it is none."""
    match = re.match(r"[0-9.]+", text or "")
    try:
        return float(match[0]) if match else 0.0
    except ValueError:
        return 0.0


class Afl:
    name = "afl"

    def __init__(self, folder, cmplog=None):
        """`cmplog` is the folder of the second build, if there is one."""
        self.folder, self.cmplog = folder, cmplog

    @property
    def able(self):
        return able()

    def ways(self, slice_):
        """(name, options, environment) of each instance of a slice."""
        mix = [(name, {option for option in wanted
                       if option == "cmplog" or self.able.takes(option)},
                more) for name, wanted, more in MIX
               if (name != "cmplog" or self.cmplog) and
               # AFL++ refuses MOpt where a custom mutator is.
               (name != "mopt" or slice_.target not in HIVES)]
        main = ("main", set(), {"AFL_FINAL_SYNC": "1"})
        if slice_.brief or slice_.cores == 1:
            ways, rest = [], mix if slice_.brief else [main, *mix]
        else:
            ways, rest = [main], mix
        count = slice_.cores - len(ways)
        for place in range(count):
            name, options, more = rest[(slice_.number * count + place)
                                       % len(rest)]
            again = place // len(rest)
            ways.append((f"{name}{again or ''}", options, more))
        return ways

    def instances(self, slice_):
        out = slice_.work / OUT
        out.mkdir(parents=True, exist_ok=True)
        self.share(slice_)
        start = self.starting_inputs(slice_)
        made = []
        for name, options, more in self.ways(slice_):
            role = "-M" if name == "main" else "-S"
            command = ["afl-fuzz", "-i", start, "-o", out, role, name, "-V",
                       str(slice_.seconds), "-t", TIMEOUT,
                       "-m", str(slice_.memory // slice_.cores),
                       *self.chosen(slice_.target, options), "--",
                       self.folder / slice_.target]
            made.append(Instance(
                name, command, self.environment(slice_, more),
                slice_.work / f"{name}.log", True, stats(out, name)))
        return made

    def chosen(self, target, options):
        words = []
        for option in sorted(options):
            words += ["-c", self.cmplog / target] if option == "cmplog" \
                else option.split()
        dictionary = self.folder / "seeds" / f"{target}.dict"
        if dictionary.exists() and dictionary.stat().st_size > 0:
            words += ["-x", dictionary]
        return words

    def environment(self, slice_, more):
        optional = {"AFL_IMPORT_FIRST": "1", "AFL_SYNC_TIME": "1",
                    "AFL_TESTCACHE_SIZE": "50",
                    "AFL_IGNORE_SEED_PROBLEMS": "1", **more}
        tmp = slice_.work / "tmp"
        tmp.mkdir(exist_ok=True)
        return {**environment(self.folder, slice_.target),
                **{name: value for name, value in optional.items()
                   if name in self.able.variables}, "TMPDIR": str(tmp)}

    @staticmethod
    def share(slice_):
        """Gives what the other engine reached an instance's shape: links with
        numbers that grow."""
        queue = slice_.work / OUT / SHARED / "queue"
        queue.mkdir(parents=True, exist_ok=True)
        known = {path.name.partition(",")[2] for path in files(queue)}
        count = len(known)
        for path in files(slice_.work.parent / "libfuzzer" / "corpus"):
            if path.name not in known and path.stat().st_size <= LARGEST:
                link(path, queue / f"id:{count:06},{path.name}")
                count += 1

    @staticmethod
    def starting_inputs(slice_):
        """A folder of links to what an instance starts with."""
        folder = slice_.work / "in"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for place, corpus in enumerate(slice_.corpora):
            for path in files(corpus):
                if 0 < path.stat().st_size <= LARGEST:
                    link(path, folder / f"{place}-{path.name[:200]}")
        return folder

    @staticmethod
    def numbers(instance, work):
        known = stats(work / OUT, instance.name)
        done = int(number(known.get("execs_done")))
        before = int(number(instance.before.get("execs_done")))
        # An instance that goes on counts on.
        return numbers(
            executions=done - before if done >= before else done,
            edges=int(number(known.get("edges_found"))),
            rate=number(known.get("execs_per_sec")),
            stability=number(known["stability"]) if "stability" in known
            else None)

    @staticmethod
    def found(work):
        """Those of earlier runs lie in folders with a date."""
        for folder, kind in (("crashes", "crash"), ("hangs", "timeout")):
            for path in sorted((work / OUT).glob(f"*/{folder}*/id:*")):
                yield path, kind, path.parent.parent.name

    @staticmethod
    def corpus(work):
        return sorted(path for path in (work / OUT).glob("*/queue")
                      if path.parent.name != SHARED)

    @staticmethod
    def forget(work):
        """What was reached lies elsewhere now: all instances begin anew."""
        shutil.rmtree(work / OUT, ignore_errors=True)

    @staticmethod
    def salvage(work):
        """AFL++ goes on in its folder by itself: what it started with is
        there."""
        shutil.rmtree(work / "in", ignore_errors=True)
