# SPDX-License-Identifier: Apache-2.0
"""From inputs that nobody has looked at to findings: each is replayed, told by
its signature, and put to those that show the same bug."""
import collections
import concurrent.futures
import dataclasses
import pathlib
import subprocess

from nightly import TOP, ledger, replay, visible
from nightly.signature import Reader
from nightly.symbols import Symbols

TRIES, TRIES_MOST = 3, 10
SHORT_TRIES = 2  # each takes until its limit
CONFIRM = 3      # members of a group that are given the whole time
BATCH = 2000     # inputs: what a kill may cost
KINDS = {"timeout": "timeout", "out of memory": "oom"}


@dataclasses.dataclass
class Verdict:
    observation: object  # None: it failed at no try
    tries: int = 0
    failed: int = 0


def revision():
    done = subprocess.run(["git", "-C", TOP, "describe", "--always", "--dirty",
                           "--abbrev=12"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or "unknown"


def look(judge, reader, path, limits, leaks=False):
    """One try: an observation or None."""
    known = reader.read(*judge.ask(path, limits, leaks))
    if known is not None and known.kind in KINDS and limits != replay.FULL:
        known.short = "judge: " in known.report
    return known


def try_often(judge, reader, path, leaks):
    """Until it is clear whether and how it fails, and whether each time."""
    known, tries = [], 0
    while tries < TRIES_MOST:
        known.append(look(judge, reader, path, replay.SHORT, leaks))
        tries += 1
        failed = [one for one in known if one is not None]
        if tries >= (SHORT_TRIES if failed and failed[-1].short else TRIES) \
                and len(failed) == tries:
            break
    if not failed:
        return Verdict(None, tries, 0)
    first = collections.Counter(one.signatures[0] for one in failed)
    best = max(failed, key=lambda one: first[one.signatures[0]])
    if best.short:
        best = reader.again([one for one in failed if one.short and
                             one.kind == best.kind])
    return Verdict(best, tries, len(failed))


def sort(observations, known):
    """The signature of each observation: one that is known, else that which is
    of most of them."""
    chosen, left = {}, {}
    for key, one in observations.items():
        old = [name for name in one.signatures if name in known]
        if old:
            chosen[key] = old[0]
        else:
            left[key] = one.signatures
    while left:
        counts = collections.Counter(name for names in left.values()
                                     for name in names)
        first = collections.Counter(names[0] for names in left.values())
        name = min(counts, key=lambda name: (-counts[name], -first[name], name))
        for key in [key for key, names in left.items() if name in names]:
            chosen[key] = name
            del left[key]
    return chosen


def functions(observation):
    """Those in which it may be said to stay."""
    return {name.split(" | ")[-1] for name in observation.signatures}


def members(verdicts, known):
    """{signature: numbers of the rows that show it}"""
    found = collections.defaultdict(list)
    for n, name in sort({n: one.observation for n, one in verdicts.items()
                         if one.observation}, known).items():
        found[name].append(n)
    return found


class Triage:
    """`folder` holds the replay binaries; None: they are built."""

    def __init__(self, state, folder=None, jobs=2, say=print):
        self.state, self.folder, self.jobs = pathlib.Path(state), folder, jobs
        self.say, self.symbols = say, Symbols()
        self.revision = revision()

    def path(self, row):
        return self.state / "inputs" / row["sha256"]

    def run(self, book):
        """The ids of the findings that were seen."""
        seen = self.recheck(book)
        rows = book.untriaged()
        if not rows:
            return seen
        targets = sorted({row["target"] for row in rows})
        if self.folder is None:
            self.say(f"building {', '.join(map(visible, targets))} for replay")
            self.folder = replay.build(targets)
        for target in targets:
            mine = [row for row in rows if row["target"] == target]
            for at in range(0, len(mine), BATCH):
                seen |= self.batch(book, target, mine[at:at + BATCH])
        return seen

    def recheck(self, book):
        """What was fixed is looked at each time: the ids of what came back."""
        back, nights = set(), book.nights()
        for one in book.findings():
            path = self.state / "inputs" / (one["minimized"] or "none")
            if one["status"] != "fixed" or not path.exists():
                continue
            with self.judge(one["target"]) as judge:
                known = look(judge, Reader(one["target"], self.symbols), path,
                             replay.FULL, one["kind"] == "leak")
            if known is not None and one["signature"] in known.signatures:
                back.add(book.record_finding(
                    one["signature"], one["target"], one["kind"], one["owner"],
                    one["title"], one["frames"],
                    nights[-1]["id"] if nights else None, self.revision,
                    one["engines"], bool(one["flaky"])))
        return back

    def judge(self, target):
        return replay.Judge(self.folder or replay.build([target]), target)

    def batch(self, book, target, rows):
        verdicts = self.replay(target, rows)
        known = {name for one in book.findings()
                 for name in (one["signature"], *one["also"])}
        for name, numbers in members(verdicts, known).items():
            if name not in known and all(verdicts[n].observation.short
                                         for n in numbers):
                self.confirm(target, rows, verdicts, numbers)
        seen = set()
        with book.change():
            for name, numbers in members(verdicts, known).items():
                seen.add(self.record(book, target, name, {
                    n: (rows[n], verdicts[n]) for n in numbers}))
            for n, row in enumerate(rows):
                if verdicts[n].observation is None:
                    book.assign(row["sha256"], target, ledger.UNREPRODUCED,
                                verdicts[n].tries, 0)
        return seen

    def record(self, book, target, name, group):
        """One finding and what shows it."""
        smallest = min(group, key=lambda n: (
            group[n][0]["size"], group[n][0]["sha256"]))
        one = group[smallest][1].observation
        nights = [row["night"] for row, _ in group.values()
                  if row["night"] is not None]
        for night in sorted({min(nights), max(nights)}) if nights else [None]:
            identity = book.record_finding(
                name, target, one.kind, one.owner, one.title, one.frames, night,
                self.revision, sorted({row["engine"] for row, _ in
                                       group.values()}),
                all(known.failed < known.tries for _, known in group.values()))
        for row, known in group.values():
            book.assign(row["sha256"], target, identity, known.tries,
                        known.failed)
        return identity

    def replay(self, target, rows):
        """{number of a row: its verdict}, by several at once."""
        numbers = collections.deque(range(len(rows)))
        verdicts = {}

        def work():
            reader = Reader(target, self.symbols)
            with replay.Judge(self.folder, target) as judge:
                while True:
                    try:
                        n = numbers.popleft()
                    except IndexError:
                        return
                    verdicts[n] = try_often(judge, reader, self.path(rows[n]),
                                            rows[n]["kind"] == "leak")
                    if len(verdicts) % 200 == 0:
                        self.say(f"{target}: {len(verdicts)} of {len(rows)} "
                                 "inputs replayed")
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for done in [pool.submit(work) for _ in range(self.jobs)]:
                done.result()
        return verdicts

    def confirm(self, target, rows, verdicts, numbers):
        """Gives the smallest members of a group, which were broken off, the
        whole time. One that hangs all the same in the same function speaks for
        those that were not given it: what looked like a hang may be memory that
        grows slowly. Unless one does, each member is what it is then."""
        numbers = sorted(numbers, key=lambda n: (rows[n]["size"],
                                                 rows[n]["sha256"]))
        wanted = functions(verdicts[numbers[0]].observation)
        reader = Reader(target, self.symbols)
        with replay.Judge(self.folder, target) as judge:
            for place, n in enumerate(numbers):
                known = look(judge, reader, self.path(rows[n]), replay.FULL)
                if known and known.kind in KINDS and place < CONFIRM and \
                        wanted & functions(known):
                    for other in numbers[place:]:
                        verdicts[other].observation = known
                    return
                verdicts[n] = Verdict(known, 1, int(known is not None))
