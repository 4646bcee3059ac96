# SPDX-License-Identifier: Apache-2.0
"""What the parts of scripts/bench-fuzz share; head() and processor() are the
other benchmarks' as well. A part is a module with

jobs()           [(name, function)]: function() runs one fuzzer or replay and
                 returns what it measured, for json; it raises Infrastructure
                 if it could not be obtained
report(results)  the text about {name: what the function returned}, of the jobs
                 that have a result"""
import os
import pathlib
import platform
import resource
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent.parent


class Infrastructure(Exception):
    """A measurement could not be made."""


def first_line(command):
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True,
                          check=False)
    return (done.stdout.splitlines() or ["none"])[0] if done.returncode == 0 \
        else "none"


def head(command):
    """What was run, of which tree, where: the first lines of each report."""
    commit = first_line(["git", "rev-parse", "HEAD"])
    changed = first_line(["git", "diff", "--name-only", "HEAD"])
    return (f"command   {command}\n"
            f"commit    {commit}{' with changes' if changed != 'none' else ''}\n"
            f"machine   {machine()}\n")


def machine():
    cpu = next((line.split(": ")[1].strip()
                for line in open("/proc/cpuinfo", encoding="utf-8")
                if line.startswith("model name")), platform.machine())
    return (f"{platform.system()} {platform.release()}, {cpu}, "
            f"{os.cpu_count()} cores")


def processor():
    """Seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def spread(paths, count):
    """So many of them, from all over."""
    return paths[::max(1, len(paths) // count)]


def run(command, **more):
    """What a command printed; Infrastructure if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          errors="replace", **more)
    if done.returncode != 0:
        raise Infrastructure(f"{' '.join(map(str, command))} failed:\n"
                             f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
