# SPDX-License-Identifier: Apache-2.0
"""What a night has done so far: of each pair, and of each instance as the
ledger has it."""
import time

from nightly.jobs import corpus_size
from nightly.state import FORGOTTEN

SUMS = ("executions", "crashes", "timeouts", "ooms", "slow", "seconds")
MOST = ("edges", "features", "peak_kib")
STEADY = 90.0  # % of AFL++'s stability below which it is said
LEAST = 10.0  # executions a second
FAILURES = 3  # slices in a row after which a pair is set aside


def added(before, now):
    """What an instance has done in all its slices."""
    whole = {**before, **now}
    for name in SUMS:
        whole[name] = (before.get(name) or 0) + (now.get(name) or 0)
    for name in MOST:
        values = [known[name] for known in (before, now)
                  if known.get(name) is not None]
        whole[name] = max(values, default=None)
    if now.get("stability") is None:
        whole["stability"] = before.get("stability")
    return whole


def trouble(known):
    """What is wrong with an instance, or None."""
    said = [known["why"]] if known.get("why") else []
    if known["stability"] is not None and 0 < known["stability"] < STEADY:
        said.append(f"stability {known['stability']:.0f} %")
    if known["seconds"] >= 10 and known["executions"] < \
            LEAST * known["seconds"]:
        said.append(f"{known['executions'] / known['seconds']:.1f} executions "
                    "a second")
    return "; ".join(said) or None


class Night:
    """`known` is what was saved of it, {} of a new one."""

    def __init__(self, state, ledger, pairs, command, known):
        self.state, self.ledger, self.command = state, ledger, command
        self.number = known.get("night")
        self.used_before = known.get("used", 0.0)
        self.started = time.monotonic()
        self.over = known.get("over", False)
        saved = {tuple(one["pair"]): one for one in known.get("pairs", ())}
        self.pairs = {pair: saved.get(pair) or {
            "pair": list(pair), "used": 0.0, "slices": 0, "failed": 0,
            "aside": False} for pair in pairs}
        self.runs = {tuple(one["run"]): one["numbers"]
                     for one in known.get("runs", ())}

    @staticmethod
    def goes_on(known, command):
        """True if what was saved is a night that the same command left."""
        return known.get("night") is not None and not known.get("done") and \
            known.get("command") == command and \
            time.time() - known.get("alive", 0) < FORGOTTEN

    def used(self):
        return self.used_before if self.over else self.used_before + time.monotonic() - self.started

    def live(self, jobs):
        """The runs, with those that are at work."""
        runs = dict(self.runs)
        for job in jobs:
            for name, now in job.numbers().items():
                key = (*job.pair, name)
                runs[key] = added(runs.get(key, {}), now)
        return runs

    def save(self, jobs=(), done=False):
        self.state.save({
            "night": self.number, "command": self.command,
            "used": self.used(),
            "over": self.over, "done": done,
            "pairs": list(self.pairs.values()),
            "runs": [{"run": list(key), "numbers": numbers}
                     for key, numbers in self.live(jobs).items()]})

    def end_fuzzing(self):
        self.used_before, self.over = self.used(), True

    def used_by_pair(self):
        """{pair: seconds} of those that are not set aside."""
        return {key: pair["used"] for key, pair in self.pairs.items()
                if not pair["aside"]}

    def used_by_unserved(self):
        """The same of those that had no slice yet."""
        return {key: used for key, used in self.used_by_pair().items()
                if not self.pairs[key]["slices"]}

    def is_aside(self):
        return not self.used_by_pair()

    def slices_left(self, rounds):
        """How many are to come, those that are at work among them."""
        return sum(max(0, rounds - pair["slices"])
                   for pair in self.pairs.values() if not pair["aside"])

    def end_slice(self, job, folders):
        """Adds what a slice has done to its pair and to the ledger."""
        pair = self.pairs[job.pair]
        pair["slices"] += 1
        # What floods or fails has had its turn.
        pair["used"] += max(job.elapsed(), job.slice.seconds
                            if job.why or job.failed() else 0)
        pair["failed"] = pair["failed"] + 1 if job.failed() else 0
        pair["aside"] = pair["failed"] >= FAILURES
        self.runs = self.live([job])
        count, size = corpus_size(folders)
        for instance in job.instances:
            numbers = self.runs[(*job.pair, instance.name)]
            numbers.update(corpus_files=count, corpus_bytes=size,
                           why=job.trouble())
            self.record(job.pair, instance.name, numbers)

    def record(self, pair, instance, numbers):
        known = {key: value for key, value in numbers.items() if key != "why"}
        seconds = max(known["seconds"], 0.001)
        self.ledger.record_run(
            self.number, *pair, instance, **{
                **known, "rate": round(known["executions"] / seconds, 1),
                "trouble": trouble(numbers)})

    def sample(self, jobs):
        """Points for the plots."""
        runs = self.live(jobs)
        for job in jobs:
            mine = [runs[(*job.pair, instance.name)]
                    for instance in job.instances]
            self.ledger.record_sample(
                self.number, *job.pair, round(self.used(), 1),
                sum(one["executions"] for one in mine),
                max(one["edges"] or 0 for one in mine),
                corpus_size(job.engine.corpus(job.slice.work))[0],
                sum(one["rate"] or 0 for one in mine))

    def executions(self, jobs=()):
        return sum(one["executions"] for one in self.live(jobs).values())
