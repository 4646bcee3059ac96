# SPDX-License-Identifier: Apache-2.0
"""A campaign: targets and engines in turn on the cores, and what comes of it.

It does one thing at a time and often: look at what runs in each lane, take what
was found, end what is over, begin what is due. All that must outlive it is on
the disk before anything rests on it, so that it may be killed at any moment."""
import signal
import time

from bench_fuzz import first_line, machine
from nightly import (command, corpus, engines, finds, jobs, ledger,
                     limits, replay, schedule)
from nightly.guard import adopt_orphans
from nightly.lanes import Lanes
from nightly.morning import Morning, Triage
from nightly.night import Night
from nightly.slice import Slice
from nightly.state import State
from nightly.watch import Watch, clock

TICK = 0.25
TRIAGE_EVERY, TRIAGE_FOR = 120, 180
LAST_TRIAGE = 60  # seconds before the end in which none is begun
# A merge, and one at the end: of a night's time at most so much for each.
MERGE_FOR, LAST_MERGE_FOR, LAST_MERGE_SHARE = 120, 900, 1 / 8
# Seconds of a night that is worth what takes minutes: inputs made smaller, and
# coverage.
THOROUGH = 600
GOOD, BAD, TROUBLE, STOPPED = 0, 1, 3, 4


class Campaign:
    def __init__(self, options):
        self.options, self.state = options, State(options.state)
        self.stopping, self.waits, self.lanes = "", False, None
        self.triaged = time.monotonic()

    def run(self):
        """The exit code."""
        self.state.lock()
        try:
            limits.check_room(self.state.folder)
            self.state.recover()
            self.listen()
            self.make_engines()
            adopt_orphans()
            with ledger.open_ledger(self.state.ledger) as self.ledger:
                return self.whole()
        finally:
            if self.lanes:
                # What they leave the next start records.
                self.lanes.abandon()
            self.state.unlock()

    def listen(self):
        """What nohup or a shell ignores stays ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.on_signal)

    def on_signal(self, number, _frame):
        if self.stopping and self.lanes:
            self.lanes.kill()
        self.stopping = signal.Signals(number).name
        if not self.waits:
            raise KeyboardInterrupt

    def make_engines(self):
        """Nothing is to be built where a build is given."""
        given = self.options
        self.wanted = engines.installed(given.engines)
        self.engines = engines.make(given.targets, self.wanted, given.build)
        if not given.build:
            print("building them for triage ...", flush=True)
            replay.build(given.targets)

    def whole(self):
        self.waits = True
        self.prepare()
        if not self.night.over:
            self.fuzz()
        self.settle()
        return self.stopped() if self.stopping else self.morning()

    # What a night begins with.

    def prepare(self):
        known, asked = self.state.load(), command.same(self.options)
        goes_on = Night.goes_on(known, asked)
        self.night = Night(self.state, self.ledger, [
            (target, name) for name in self.wanted
            for target in self.options.targets], asked,
            known if goes_on else {})
        if not goes_on:
            self.begin_night(known)
        self.plan = schedule.plan(self.options.time, self.options.cores,
                                  len(self.options.targets), len(self.wanted))
        self.lanes = Lanes(self.plan.lanes, self.state.handle)
        self.watch = Watch(self.state, self.night, self.lanes, self.options)
        self.care = corpus.Care(self.state, self.engines)
        self.triage = Triage(self.state, self.options.build)
        self.take_over()
        self.night.save()
        self.say_plan(goes_on)

    def begin_night(self, known):
        """A new one. Those that are running in the ledger are not: nobody else
        is at work here. One was begun, and not saved, before a kill: it is
        begun again."""
        changed = first_line(["git", "diff", "--name-only", "HEAD"]) != "none"
        new = {"cores": self.options.cores,
               "revision": first_line(["git", "rev-parse", "HEAD"]) +
               (" with changes" if changed else ""),
               "machine": machine(), "versions": engines.versions()}
        for night in self.ledger.nights():
            if night["state"] != "running":
                continue
            if night["id"] != known.get("night") and \
                    all(night[key] == value for key, value in new.items()):
                self.night.number = night["id"]
            else:
                self.ledger.end_night(night["id"], known.get("used", 0.0)
                                      if night["id"] == known.get("night")
                                      else 0.0, "stopped")
        if self.night.number is None:
            self.night.number = self.ledger.begin_night(**new)

    def take_over(self):
        """What engines of earlier left is recorded, whoever ended them."""
        self.finds = {}
        for name, engine in self.engines.items():
            for target in {*self.options.targets, *self.state.targets()}:
                engine.salvage(self.state.work(target, name))
                taker = finds.Finds(self.state, self.ledger, engine, target)
                self.watch.found += taker.adopt(self.night.number, over=True)
                self.finds[target, name] = taker

    def say_plan(self, goes_on):
        plan, given = self.plan, self.options
        done = f", of which {clock(self.night.used())} are done" \
            if goes_on else ""
        self.watch.progress.tell(
            f"night {self.night.number}: {clock(given.time)}{done}; "
            f"{len(given.targets)} targets, {', '.join(self.wanted)}; "
            f"{plan.rounds} slice{'s' * (plan.rounds > 1)} of {plan.seconds} s "
            f"each, {plan.lanes} at a time, on {given.cores} cores")
        if self.watch.found:
            self.watch.progress.tell(f"{self.watch.found} inputs of earlier "
                                     "were not in the ledger yet: now they are")

    # What it does all night.

    def left(self):
        return self.options.time - self.night.used()

    def is_on(self):
        """Also after its time each pair gets one slice, if a short one."""
        if self.left() <= 0:
            return bool(self.night.used_by_unserved())
        return bool(self.lanes.working()) or not self.night.is_aside()

    def fuzz(self):
        while self.is_on() and not self.stopping:
            for lane in self.lanes.free():
                job = self.next_job(self.plan.teams[lane])
                if job:
                    self.lanes.begin(lane, job)
            self.turn()
        self.end_jobs()
        if not self.stopping:
            self.night.end_fuzzing()
        self.night.save()

    def turn(self):
        time.sleep(TICK)
        for job in self.lanes.take_ended():
            self.finish(job)
        self.watch.look()

    def end_jobs(self):
        self.lanes.stop()
        while self.lanes.working():
            time.sleep(TICK)
            for job in self.lanes.take_ended():
                self.finish(job)

    def next_job(self, cores):
        """Triage when there is something, merging when a corpus has grown,
        else the pair that had the least."""
        if self.left() <= 0:
            pair = schedule.due(self.night.used_by_unserved(),
                                self.lanes.targets())
            return self.slice_job(pair, cores) if pair else None
        if self.triage_is_due():
            # To make inputs smaller is for the morning.
            return self.triage.job(TRIAGE_FOR, "--no-minimize", "--jobs",
                                   str(cores))
        busy = self.lanes.targets()
        for target in self.options.targets:
            if target not in busy and self.merge_is_due(target):
                return self.merge_job(target)
        pair = schedule.due(self.night.used_by_pair(), busy)
        if pair and pair[1] == "afl" and self.care.is_raw(pair[0]):
            return self.merge_job(pair[0], min(MERGE_FOR, self.plan.seconds))
        return self.slice_job(pair, cores) if pair else None

    def slice_job(self, pair, cores):
        target, name = pair
        number = self.night.pairs[pair]["slices"]
        brief = self.plan.rounds < schedule.BRIEF
        if brief:
            # Each night and each target begins with another way of AFL++.
            number += self.night.number + self.options.targets.index(target)
        to_come = self.night.slices_left(self.plan.rounds) - \
            len(self.lanes.working(jobs.SliceJob))
        given = Slice(
            target, name, schedule.length(self.plan, self.left(), to_come),
            cores, self.options.memory * cores // self.options.cores, number,
            brief, self.state.work(*pair),
            [*self.care.inputs(target), self.care.mended(self.ledger, target)])
        return jobs.SliceJob(given, self.engines[name], self.finds[pair],
                             self.night.number)

    def merge_job(self, target, seconds=MERGE_FOR):
        return jobs.MergeJob(self.care, target, seconds,
                             self.options.memory // self.options.cores,
                             self.finds[target, self.care.fuzzer.name],
                             self.night.number)

    def merge_is_due(self, target):
        """Not where each pair has but one slice: all are merged at the end. So
        is what takes too long."""
        if target in self.care.late:
            return False
        if self.watch.crowded:
            return self.care.fresh(target) > 0
        return self.plan.rounds > 1 and self.left() > MERGE_FOR and \
            self.care.is_due(target)

    def triage_is_due(self):
        return self.left() > LAST_TRIAGE and self.triage.possible() and \
            time.monotonic() - self.triaged > TRIAGE_EVERY and \
            not self.lanes.working(jobs.ProgramJob) and self.ledger.untriaged()

    def finish(self, job):
        job.finish()
        if isinstance(job, jobs.ProgramJob):
            self.triaged = time.monotonic()
        elif isinstance(job, jobs.MergeJob):
            self.watch.found += job.new
            if not job.whole and not job.stopped:
                self.care.late.add(job.target)
        else:
            self.night.end_slice(job, [*job.engine.corpus(job.slice.work),
                                       self.state.corpus(job.target)])
            self.night.save(self.lanes.working(jobs.SliceJob))
            self.watch.tell_slice(job)

    # What it ends with.

    def settle(self):
        """Merges what is new, in all lanes."""
        left = [target for target in self.options.targets
                if self.care.fresh(target)]
        most = min(LAST_MERGE_FOR, max(
            MERGE_FOR, int(self.options.time * LAST_MERGE_SHARE)))
        if left and not self.stopping:
            self.watch.progress.tell(f"merging the corpora of {len(left)} "
                                     "targets")
        while (left or self.lanes.working()) and not self.stopping:
            for lane in self.lanes.free():
                if left:
                    self.lanes.begin(lane, self.merge_job(left.pop(), most))
            self.turn()
        self.end_jobs()

    def stopped(self):
        self.night.save()
        self.ledger.end_night(self.night.number, self.night.used(), "stopped")
        self.watch.progress.end()
        self.watch.progress.tell(
            f"stopped by {self.stopping} after {clock(self.night.used())} of "
            f"{clock(self.options.time)}; the same command goes on")
        return STOPPED

    def run_program(self, job):
        self.lanes.begin(0, job)
        while self.lanes.working() and not self.stopping:
            time.sleep(TICK)
            self.lanes.take_ended()
        self.end_jobs()
        job.finish()

    def morning(self):
        say, executions = self.watch.progress.tell, self.night.executions()
        self.watch.progress.end()
        self.ledger.end_night(self.night.number, self.night.used())
        say(f"night {self.night.number}: {executions:,} inputs were run")
        after = Morning(self.state, self.ledger, self.night.number,
                        self.options.build, self.options.time >= THOROUGH,
                        self.run_program, say)
        if not executions:
            after.trouble("no target runs with any engine")
        after.triage()
        if not self.stopping:
            after.report()
        if self.stopping:
            return self.stopped()
        self.night.save(done=True)
        red = after.red()
        return TROUBLE if after.troubles else BAD if red else GOOD
