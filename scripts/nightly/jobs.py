# SPDX-License-Identifier: Apache-2.0
"""What occupies a lane: an engine on a target, a merge, or a program; each
with its guards (guard.py)."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from nightly import corpus, limits, visible
from nightly.guard import GRACE, TIME_OVER, descendants, end_all
from nightly.slice import Instance, files

GUARD = pathlib.Path(__file__).with_name("guard.py")
# Inputs after which a slice is over: most show the same, and each is replayed.
FLOOD = 200
LOG_LIMIT = 64 << 20
COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\)B|[\x0e\x0f]")
LATE = 2  # seconds that an engine may need for its own end


class Job:
    """`instances` run for at most `seconds`."""
    cores = 1

    def __init__(self, instances, seconds, folder):
        self.instances, self.seconds, self.folder = instances, seconds, folder
        self.guards, self.started = [], time.monotonic()
        self.stopped, self.why = False, ""

    def start(self, lock):
        for instance in self.instances:
            with open(instance.log, "wb") as log:
                self.guards.append(subprocess.Popen(
                    ["/usr/bin/python3", "-B", "-S", GUARD, str(os.getpid()),
                     str(self.seconds + LATE), *map(os.fspath,
                                                    instance.command)],
                    cwd=self.folder, stdin=subprocess.DEVNULL, stderr=log,
                    stdout=log if instance.talks else subprocess.DEVNULL,
                    env=instance.environment, pass_fds=[lock],
                    start_new_session=True))

    def elapsed(self):
        return time.monotonic() - self.started

    def running(self):
        return any([guard.poll() is None for guard in self.guards])

    def stop(self, why=""):
        """Ends it before its time; `why` if that is worth telling."""
        self.stopped, self.why = True, self.why or why
        for guard in self.guards:
            if guard.poll() is None:
                guard.send_signal(signal.SIGTERM)

    def wait(self):
        """After stop(): a guard that does not end is ended."""
        for guard in self.guards:
            try:
                guard.wait(2 * GRACE)
            except subprocess.TimeoutExpired:
                end_all(guard.pid)
                guard.kill()
                guard.wait()

    def memory(self, table):
        """KiB of the engines, without the guards."""
        return sum(limits.resident(one) for guard in self.guards
                   for one in descendants(guard.pid, table))

    def tail(self):
        """The end of what the first instance said."""
        return tail(self.instances[0].log)


def tail(path, length=300):
    try:
        with open(path, "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - length))
            said = log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    if len(said) == length:
        said = said.partition(" ")[2]  # the first word may be half of one
    return visible(" ".join(COLOURS.sub("", said).split()))


class SliceJob(Job):
    def __init__(self, slice_, engine, finds, night):
        shutil.rmtree(slice_.work / "tmp", ignore_errors=True)
        slice_.work.mkdir(parents=True, exist_ok=True)
        super().__init__(engine.instances(slice_), slice_.seconds, slice_.work)
        self.slice, self.engine, self.finds = slice_, engine, finds
        self.night, self.cores = night, slice_.cores
        self.target, self.pair = slice_.target, (slice_.target, slice_.engine)
        self.new = self.peak = 0
        finds.counts.clear()

    def watch(self, table):
        """Once a second."""
        self.new += self.finds.adopt(self.night, over=False)
        used = self.memory(table)
        self.peak = max(self.peak, used)
        if used > self.slice.memory << 10:
            self.stop(f"ended at {used >> 10} MiB of memory")
        if sum(self.finds.counts.values()) >= FLOOD:
            self.stop(f"ended after {FLOOD} inputs that fail")
        if any(instance.log.stat().st_size > LOG_LIMIT
               for instance in self.instances if instance.log.exists()):
            self.stop("ended: it says too much")

    def finish(self):
        self.wait()
        self.new += self.finds.adopt(self.night, over=True)
        self.engine.salvage(self.slice.work)
        shutil.rmtree(self.slice.work / "tmp", ignore_errors=True)

    def numbers(self):
        """{instance: what it has done in this slice}"""
        done = {}
        for instance in self.instances:
            known = self.engine.numbers(instance, self.slice.work)
            found = {kind: self.finds.counts[instance.name, kind]
                     for kind in ("crash", "leak", "timeout", "oom", "slow")}
            done[instance.name] = {
                **known, "crashes": found["crash"] + found["leak"],
                "timeouts": found["timeout"], "ooms": found["oom"],
                "slow": found["slow"], "seconds": self.elapsed(),
                "peak_kib": self.peak // len(self.instances)}
        return done

    def failed(self):
        """It was not ended by us and has done nothing."""
        return not self.stopped and not self.finds.counts and not any(
            known["executions"] for known in self.numbers().values())

    def trouble(self):
        """What is to be told of it, or ""."""
        if not self.failed():
            return self.why
        if any(guard.returncode == TIME_OVER for guard in self.guards):
            return "its time was over before it had read its inputs"
        return f"did not run: {self.tail()}"


class MergeJob(Job):
    def __init__(self, care, target, seconds, memory, finds, night):
        folder = care.state.work(target, care.fuzzer.name)
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__([care.begin(target, memory)], seconds, folder)
        self.care, self.target, self.finds, self.night = \
            care, target, finds, night
        self.new = 0

    def watch(self, _table):
        pass

    def finish(self):
        self.wait()
        self.new += self.finds.adopt(self.night, over=True)
        self.whole = self.care.finish(
            self.target, corpus.ended_well(self.instances[0].log))
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)


class ProgramJob(Job):
    """One of our own programs."""
    target = None

    def __init__(self, command, seconds, folder):
        log = folder / f"{pathlib.Path(command[0]).name}.log"
        super().__init__([Instance("", list(command), dict(os.environ), log, True)],
                         seconds, folder)

    def watch(self, _table):
        pass

    def finish(self):
        self.wait()

    def code(self):
        return self.guards[0].returncode


def corpus_size(folders):
    """(files, bytes)"""
    sizes = [path.stat().st_size for folder in folders
             for path in files(folder)]
    return len(sizes), sum(sizes)
