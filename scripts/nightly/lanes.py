# SPDX-License-Identifier: Apache-2.0
"""The lanes of a campaign: what runs in each, and that nothing else does."""
import os
import signal

from nightly.guard import descendants, parents, send
from nightly.jobs import Job


class Lanes:
    def __init__(self, count, lock):
        """`lock` is held by all that runs in a lane (state.py)."""
        self.jobs, self.lock = [None] * count, lock

    def working(self, kind=Job):
        return [job for job in self.jobs if isinstance(job, kind)]

    def targets(self):
        return {job.target for job in self.working()}

    def free(self):
        return [lane for lane, job in enumerate(self.jobs) if job is None]

    def begin(self, lane, job):
        self.jobs[lane] = job
        job.start(self.lock)

    def take_ended(self):
        """The jobs that have ended; their lanes are free then."""
        ended = [job for job in self.working() if not job.running()]
        self.jobs = [None if job in ended else job for job in self.jobs]
        return ended

    def stop(self):
        for job in self.working():
            job.stop()

    def abandon(self):
        """Nothing runs any more."""
        self.stop()
        for job in self.working():
            job.wait()

    def kill(self):
        """Asked twice, nobody waits for what engines have to write."""
        send([guard.pid for job in self.working() for guard in job.guards
              if guard.poll() is None], signal.SIGKILL)

    def watch(self):
        table = parents()
        for job in self.working():
            job.watch(table)
        self.bury(table)

    def bury(self, table):
        """Ends what a guard that somebody killed has left to us: what lives
        below us and below none of the guards."""
        known = set()
        for job in self.working():
            for guard in job.guards:
                known.update((guard.pid, *descendants(guard.pid, table)))
        send([one for one in descendants(os.getpid(), table)
              if one not in known], signal.SIGKILL)
