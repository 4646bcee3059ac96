# SPDX-License-Identifier: Apache-2.0
"""What follows a night: triage, the page with coverage, and the verdict."""
import pathlib

from nightly import TOP, jobs, ledger, visible

ANY_TIME = 24 * 3600
SHOWN = 20


class Triage:
    """scripts/triage over what nobody has looked at."""

    def __init__(self, state, build):
        self.state = state
        self.binaries = build and build / "replay" / "harnesses"

    def possible(self):
        return not self.binaries or self.binaries.is_dir()

    def job(self, seconds, *more):
        return program("triage", self.state, seconds, *more, *(
            ["--binaries", self.binaries] if self.binaries else []))


def program(name, state, seconds, *more):
    return jobs.ProgramJob([TOP / "scripts" / name, "--state", state.folder,
                            *more], seconds, state.folder)


class Morning:
    """`run` runs a job to its end; `say` prints a line. `thorough` is true
    if inputs are to be made smaller, and coverage to be measured."""

    def __init__(self, state, book, night, build, thorough, run, say):
        self.state, self.book, self.night = state, book, night
        self.build, self.run, self.say = build, run, say
        self.thorough = thorough
        self.troubles = []

    def trouble(self, text):
        self.troubles.append(text)
        self.say(text)

    def program(self, job):
        self.run(job)
        if not job.stopped and job.code() != 0:
            name = pathlib.Path(job.instances[0].command[0]).name
            self.trouble(f"scripts/{name}: {job.tail()}")

    def triage(self):
        triage = Triage(self.state, self.build)
        if triage.possible():
            self.program(triage.job(ANY_TIME, *(
                [] if self.thorough else ["--no-minimize"])))
        elif self.book.untriaged():
            self.trouble(f"{visible(str(triage.binaries))} is not there: "
                         "nobody has looked at the finds (scripts/triage)")

    def covers(self):
        """Coverage needs a build of its own: not where none is to be made."""
        return self.thorough and not self.build

    def report(self):
        """A page is made in any case."""
        for more in (["--coverage"], []) if self.covers() else ([],):
            job = program("report", self.state, ANY_TIME, "--night",
                          str(self.night), *more)
            self.program(job)
            if job.stopped or job.code() == 0:
                return

    def red(self):
        """Says what needs somebody; how much that is."""
        red = [one for one in self.book.findings() if ledger.is_red(one)]
        for one in red[:SHOWN]:
            self.say(f"{one['status']:<9} {one['id']}  {one['target']}  "
                     f"{visible(one['title'])}")
        page = self.state.night(self.night) / "index.html"
        self.say(f"{len(red)} findings of ours need somebody" +
                 (f"; {visible(str(page))}" if page.exists() else ""))
        return len(red)
