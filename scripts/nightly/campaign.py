# SPDX-License-Identifier: Apache-2.0
"""A campaign: targets and engines in turn on the cores, and what comes of it.

It does one thing at a time and often: look at what runs in each lane, take what
was found, end what is over, begin what is due. All that must outlive it is on
the disk before anything rests on it, so that it may be killed at any moment."""
import datetime
import os
import pathlib
import signal
import time

from bench_fuzz import first_line, machine
from nightly import (TOP, Infrastructure, command, corpus, engines, finds,
                     jobs, ledger, limits, schedule, state, store, visible)
from nightly.guard import adopt_orphans, reap, send
from nightly.night import Night
from nightly.progress import Progress
from nightly.slice import Slice

TICK = 0.25
WATCH, SAVE, SAMPLE, TIDY = 1, 10, 30, 15  # seconds between
TRIAGE_EVERY, TRIAGE_FOR = 120, 180
LAST_TRIAGE = 60  # seconds before the end in which none is begun
MERGE_FOR = 120
ANY_TIME = 24 * 3600
GOOD, BAD, TROUBLE, STOPPED = 0, 1, 3, 4


def clock(seconds):
    return str(datetime.timedelta(seconds=int(seconds)))


class Campaign:
    def __init__(self, options):
        self.options = options
        self.state = state.State(options.state)
        self.progress = Progress(60)
        self.stopping = ""
        self.trouble = ""
        self.last = {}
        self.triaged = 0.0
        self.found = 0

    # -- before and after

    def run(self):
        """The exit code."""
        self.state.lock()
        try:
            limits.check_room(self.state.folder)
            self.state.recover()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, self.on_signal)
            return self.whole()
        finally:
            self.state.unlock()

    def on_signal(self, number, _frame):
        if self.stopping:
            # Asked twice: nobody waits for what engines have to write.
            send([guard.pid for job in self.lanes if job
                  for guard in job.guards], signal.SIGKILL)
        self.stopping = signal.Signals(number).name

    def whole(self):
        options = self.options
        wanted = engines.installed(options.engines)
        self.lanes = []
        self.engines = engines.make(options.targets, wanted, options.build,
                                    self.progress.tell)
        self.wanted = wanted
        adopt_orphans()
        self.ledger = ledger.open_ledger(self.state.ledger)
        with self.ledger:
            self.prepare()
            self.fuzz()
            if not self.stopping:
                self.settle()
            return self.end()

    def prepare(self):
        """Takes what is there of earlier, and begins or goes on with a
        night."""
        known = self.state.load()
        options = self.options
        self.finds = {
            (target, name): finds.Finds(self.state, self.ledger, engine, target)
            for name, engine in self.engines.items()
            for target in {*options.targets, *self.state.targets()}}
        self.care = corpus.Care(self.state, self.engines)
        pairs = [(target, name) for name in self.wanted
                 for target in options.targets]
        asked = command.same(options)
        goes_on = Night.goes_on(known, asked)
        self.night = Night(self.state, self.ledger, pairs, asked,
                           known if goes_on else {})
        if not goes_on:
            self.begin_night(known)
        self.plan = schedule.plan(options.time, options.cores,
                                  len(options.targets), len(self.wanted))
        self.lanes = [None] * self.plan.lanes
        for (target, name), one in self.finds.items():
            self.engines[name].salvage(self.state.work(target, name))
            self.found += one.adopt(self.night.number, over=True)
        self.night.save()
        self.say_plan(goes_on)

    def begin_night(self, known):
        if known.get("night") is not None and not known.get("done"):
            self.ledger.end_night(known["night"], known.get("used", 0.0),
                                  "stopped")
        changed = first_line(["git", "diff", "--name-only", "HEAD"]) != "none"
        self.night.number = self.ledger.begin_night(
            self.options.cores, first_line(["git", "rev-parse", "HEAD"]) +
            (" with changes" if changed else ""), machine(),
            engines.versions())

    def say_plan(self, goes_on):
        plan, options = self.plan, self.options
        done = f", of which {clock(self.night.used())} are done" \
            if goes_on else ""
        self.progress.tell(
            f"night {self.night.number}: {clock(options.time)}{done}; "
            f"{len(options.targets)} targets, {', '.join(self.wanted)}; "
            f"{plan.rounds} slice{'s' * (plan.rounds > 1)} of {plan.seconds} s "
            f"each, {plan.lanes} at a time, on {options.cores} cores")
        if self.found:
            self.progress.tell(f"{self.found} inputs of before were not in the "
                               "ledger yet: now they are")

    # -- fuzzing

    def left(self):
        return 0 if self.night.over else self.options.time - self.night.used()

    def fuzz(self):
        while self.left() > 0 and not self.stopping:
            self.turn()
            if not any(self.lanes) and self.nothing_due():
                self.trouble = "no target runs with any engine: see above"
                break
            time.sleep(TICK)
        for job in filter(None, self.lanes):
            job.stop()
        while any(self.lanes):
            self.turn(begins=False)
            time.sleep(TICK)
        if not self.stopping and not self.trouble:
            self.night.end_fuzzing()
        self.night.save()

    def nothing_due(self):
        return all(pair["aside"] for pair in self.night.pairs.values())

    def turn(self, begins=True):
        """Looks at each lane once."""
        for lane, job in enumerate(self.lanes):
            if job and not job.running():
                self.finish(job)
                self.lanes[lane] = None
            if begins and self.lanes[lane] is None and self.left() > 0:
                self.begin(lane, self.next_job(self.plan.teams[lane]))
        self.look()

    def begin(self, lane, job):
        if job:
            job.start(self.state.handle)
            self.lanes[lane] = job

    def at_work(self, kind=jobs.SliceJob):
        return [job for job in self.lanes if isinstance(job, kind)]

    def next_job(self, cores):
        """Triage when there is something, merging when a corpus has grown,
        else the pair that had the least."""
        busy = {job.target for job in self.lanes if job}
        if self.triage_is_due():
            return self.triage_job(TRIAGE_FOR)
        for target in self.options.targets:
            if target not in busy and not self.plan.rounds < 2 and \
                    self.left() > MERGE_FOR and self.care.is_due(target):
                return self.merge_job(target)
        used = {key: pair["used"] for key, pair in self.night.pairs.items()
                if not pair["aside"]}
        pair = schedule.due(used, busy)
        return self.slice_job(pair, cores) if pair else None

    def slice_job(self, pair, cores):
        target, name = pair
        number = self.night.pairs[pair]["slices"]
        brief = self.plan.rounds < schedule.BRIEF
        place = self.options.targets.index(target)
        seconds = max(1, min(self.plan.seconds, int(self.left())))
        given = Slice(target, name, seconds, cores,
                      self.options.memory * cores // self.options.cores,
                      number + (self.night.number + place if brief else 0),
                      brief, self.state.work(*pair), self.care.inputs(target))
        return jobs.SliceJob(given, self.engines[name], self.finds[pair],
                             self.night.number)

    def merge_job(self, target):
        name = self.care.fuzzer.name
        return jobs.MergeJob(self.care, target, MERGE_FOR,
                             self.options.memory // self.options.cores,
                             self.finds[target, name], self.night.number)

    def triage_is_due(self):
        return self.left() > LAST_TRIAGE and \
            time.monotonic() - self.triaged > TRIAGE_EVERY and \
            not self.at_work(jobs.ProgramJob) and self.ledger.untriaged()

    def triage_job(self, seconds):
        return jobs.ProgramJob([TOP / "scripts" / "triage", "--state",
                                self.state.folder], seconds, self.state.folder)

    def finish(self, job):
        job.finish()
        if isinstance(job, jobs.ProgramJob):
            self.triaged = time.monotonic()
            return
        self.found += job.new
        if isinstance(job, jobs.MergeJob):
            return
        planned = max(job.elapsed(), job.slice.seconds if job.why or
                      job.failed() else 0)
        self.night.end_slice(job, planned, [
            *job.engine.corpus(job.slice.work), self.state.corpus(job.target)])
        self.night.save([other for other in self.at_work() if other is not job])
        self.tell_slice(job)

    def tell_slice(self, job):
        done = job.numbers().values()
        pair = self.night.pairs[job.pair]
        more = f"; did not run: {job.tail()}" if pair["failed"] else \
            f"; {job.why}" if job.why else ""
        self.progress.tell(
            f"{clock(self.night.used())}  {job.target:<17} {job.slice.engine:<9}"
            f" {job.elapsed():4.0f} s {sum(one['executions'] for one in done):9}"
            f" runs {max(one['edges'] or 0 for one in done):6} edges"
            f" {job.new:4} new finds{more}")
        if pair["aside"]:
            self.progress.tell(f"{job.target} with {job.slice.engine} is set "
                               "aside for this night")

    # -- looking on

    def every(self, what, seconds):
        now = time.monotonic()
        if now - self.last.get(what, 0) < seconds:
            return False
        self.last[what] = now
        return True

    def look(self):
        if self.every("watch", WATCH):
            table = limits.table()
            for job in filter(None, self.lanes):
                job.watch(table)
            self.bury(table)
            self.show()
        if self.every("save", SAVE):
            self.night.save(self.at_work())
        if self.every("sample", SAMPLE):
            self.night.sample(self.at_work())
            self.note_usage()
        if self.every("tidy", TIDY):
            self.check_disk()

    def bury(self, table):
        """Ends what was left to us by a guard that somebody killed."""
        guards = {guard.pid for job in self.lanes if job
                  for guard in job.guards if guard.poll() is None}
        known = set()
        for guard in guards:
            known.update((guard, *jobs.descendants(guard, table)))
        strays = [one for one in jobs.left_behind(known) if one in table]
        send(strays, signal.SIGKILL)

    def show(self):
        works = "+".join(job.target.removeprefix("fuzz_")
                         for job in self.at_work()) or "-"
        self.progress.show(
            f"{clock(self.night.used())} of {clock(self.options.time)}  "
            f"{self.night.executions(self.at_work()):,} runs, "
            f"{self.found + sum(job.new for job in self.at_work())} finds  "
            f"{works}")

    def note_usage(self):
        """That nothing grows for ever can be seen in nights/NNNN/usage.tsv."""
        path = self.state.night(self.night.number) / "usage.tsv"
        temporary = sum(limits.disk(job.slice.work / "tmp")
                        for job in self.at_work())
        if not path.exists():
            path.write_text("seconds\tmemory_kib\tdisk_bytes\ttmp_bytes\n")
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{self.night.used():.0f}\t{limits.memory(os.getpid())}"
                       f"\t{limits.disk(self.state.folder)}\t{temporary}\n")

    def check_disk(self):
        """Merging makes room; where it does not, it is over."""
        used = limits.disk(self.state.folder)
        free = limits.free(self.state.folder)
        if used < self.options.disk << 20 and free > limits.RESERVE:
            return
        raise Infrastructure(
            f"{self.state.folder}: {used >> 20} MiB are used of "
            f"{self.options.disk} (--disk), {free >> 20} MiB are free: make "
            "room and start it again; nothing was lost")

    # -- the end

    def settle(self):
        """Merges what is new, in all lanes."""
        left = [target for target in self.options.targets
                if self.care.fresh(target)]
        if left:
            self.progress.tell(f"merging the corpora of {len(left)} targets")
        while (left or any(self.lanes)) and not self.stopping:
            for lane, job in enumerate(self.lanes):
                if job and not job.running():
                    self.finish(job)
                    self.lanes[lane] = None
                if left and self.lanes[lane] is None:
                    self.begin(lane, self.merge_job(left.pop()))
            self.look()
            time.sleep(TICK)
        for job in filter(None, self.lanes):
            job.stop()
            self.finish(job)

    def program(self, words):
        """Runs one of our programs to its end; its exit code, or None if it
        was stopped."""
        path = TOP / "scripts" / words[0]
        job = jobs.ProgramJob([path, *words[1:]], ANY_TIME, self.state.folder)
        job.start(self.state.handle)
        self.lanes = [job]
        while job.running():
            if self.stopping:
                job.stop()
            time.sleep(TICK)
        job.finish()
        if job.code() not in (0, 1) and not self.stopping:
            said = f"scripts/{words[0]}: {job.tail()}"
            self.progress.tell(said)
            self.trouble = self.trouble or said
        return job.code()

    def end(self):
        self.progress.end()
        night = self.night.number
        if self.stopping:
            self.night.save()
            self.ledger.end_night(night, self.night.used(), "stopped")
            print(f"stopped by {self.stopping} after "
                  f"{clock(self.night.used())} of {clock(self.options.time)}; "
                  "the same command goes on", flush=True)
            return STOPPED
        self.ledger.end_night(night, self.night.used())
        print(f"night {night}: {self.night.executions():,} inputs were run",
              flush=True)
        where = ["--state", self.state.folder]
        self.program(["triage", *where])
        self.program(["report", *where, "--night", str(night)])
        if self.stopping:
            return self.end()
        self.night.save(done=True)
        return self.verdict()

    def verdict(self):
        red = [one for one in self.ledger.findings() if ledger.is_red(one)]
        for one in red[:20]:
            print(f"{one['status']:<9} {one['id']}  {one['target']}  "
                  f"{visible(one['title'])}")
        page = self.state.folder / "nights" / f"{self.night.number:04}"
        print(f"{len(red)} findings of ours need somebody; "
              f"{page / 'index.html'}")
        if self.trouble or not self.night.executions():
            print(f"campaign: {self.trouble or 'nothing was run'}")
            return TROUBLE
        return BAD if red else GOOD
