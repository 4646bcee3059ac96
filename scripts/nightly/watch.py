# SPDX-License-Identifier: Apache-2.0
"""What is looked at while a campaign runs, each thing every few seconds."""
import datetime
import os
import time

from nightly import Infrastructure, jobs, limits, visible
from nightly.progress import Progress

LANES, SAVE, SAMPLE, DISK = 1, 10, 30, 15  # seconds between
CROWDED = 0.7  # of --disk
USAGE = "seconds\tmemory_kib\tdisk_bytes\ttmp_bytes\n"


def clock(seconds):
    return str(datetime.timedelta(seconds=int(seconds)))


class Watch:
    def __init__(self, state, night, lanes, options):
        self.state, self.night, self.lanes = state, night, lanes
        self.options, self.progress = options, Progress(60)
        self.last, self.found, self.crowded = {}, 0, False

    def is_time(self, what, seconds):
        now = time.monotonic()
        if now - self.last.get(what, 0) < seconds:
            return False
        self.last[what] = now
        return True

    def look(self):
        slices = self.lanes.working(jobs.SliceJob)
        if self.is_time("lanes", LANES):
            self.lanes.watch()
            self.show(slices)
        if self.is_time("save", SAVE):
            self.night.save(slices)
        if self.is_time("sample", SAMPLE):
            self.night.sample(slices)
            self.note_usage(slices)
        if self.is_time("disk", DISK):
            self.check_disk()

    def show(self, slices):
        works = "+".join(job.target.removeprefix("fuzz_") for job in slices)
        self.progress.show(
            f"{clock(self.night.used())} of {clock(self.options.time)}  "
            f"{self.night.executions(slices):,} runs, "
            f"{self.found + sum(job.new for job in slices)} finds  {works}")

    def note_usage(self, slices):
        """That nothing grows for ever can be seen in nights/NNNN/usage.tsv."""
        path = self.state.night(self.night.number) / "usage.tsv"
        temporary = sum(limits.disk(job.slice.work / "tmp") for job in slices)
        if not path.exists():
            path.write_text(USAGE, encoding="utf-8")
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{self.night.used():.0f}\t{limits.memory(os.getpid())}"
                       f"\t{limits.disk(self.state.folder)}\t{temporary}\n")

    def check_disk(self):
        used, most = limits.disk(self.state.folder), self.options.disk << 20
        # Merging makes room.
        self.crowded = used > most * CROWDED
        if used > most:
            raise Infrastructure(
                f"{visible(str(self.state.folder))}: {used >> 20} MiB are used "
                f"of {self.options.disk} (--disk): make room, or allow more, "
                "and start it again; nothing was lost")
        limits.check_room(self.state.folder)

    def tell_slice(self, job):
        self.found += job.new
        done = job.numbers().values()
        why = job.trouble()
        self.progress.tell(
            f"{clock(self.night.used())}  {job.target:<17} {job.slice.engine:<9}"
            f" {job.elapsed():4.0f} s {sum(one['executions'] for one in done):9}"
            f" runs {max(one['edges'] or 0 for one in done):6} edges"
            f" {job.new:4} new finds{'; ' if why else ''}{why}")
        if self.night.pairs[job.pair]["aside"]:
            self.progress.tell(f"{job.target} with {job.slice.engine} is set "
                               "aside for this night")
