# SPDX-License-Identifier: Apache-2.0
"""What an input that fails is told by: its signature, the same for each input
that shows the same bug, whichever way it came there.

A bug is the statement that fails and how it does: KIND, the function with its
file's name, and the text of the line, which stays the same where lines move.
Who called is not part of it, but for helpers in headers: there the caller's
statement is. Without the source at hand its line in the function stands for it,
without lines the three top frames. An
oracle is told by its file, its number and words, and the field that it names;
of other people's parsers by its target.

A recursion is told by a function of its cycle, a timeout and memory without end
by the function in which it stays: such inputs could be told in several ways, of
which all() names each, the best first. An input is of a finding if any is that
finding's signature."""
import collections
import dataclasses
import pathlib
import re

from fuzz_targets import FOREIGN
from nightly import visible
from nightly.symbols import short

FRAMES = 3
# Each is one bug seen from nearer or farther: how far it reads decides.
SPATIAL = ("heap-buffer-overflow", "stack-buffer-overflow",
           "stack-buffer-underflow", "global-buffer-overflow",
           "dynamic-stack-buffer-overflow", "container-overflow",
           "unknown-crash", "use-after-poison", "SEGV", "BUS",
           "intra-object-overflow", "negative-size-param")
OF_MEMORY = ("allocation-size-too-big", "out-of-memory", "calloc-overflow",
             "rss-limit-exceeded")
# What takes memory for others.
TAKERS = re.compile(r"alloc|arena|reserve|grow|dup|^take$|^operator new")
# What an allocator consists of, what takes memory from it for others, and the end
# of a block that was passed.
PRIMITIVE = re.compile(r"alloc|arena|^operator new|fuzz")
FOR_OTHERS = re.compile(r"reserve|grow|dup")
BEHIND_BLOCK = re.compile(r"located \d+ bytes (to the right of|after) \d+-byte region")
BEHIND = "behind a block of "
# A stack may be cut off anywhere: what comes so often is a cycle.
CYCLE = 4
# Shares of the samples. A hang stays in the innermost function that is nearly
# always on the stack. Between the two bounds chance decides whether that is one
# function or the one that calls it: then either will do.
STAYS, UNSURE_FROM, UNSURE_TO = 0.8, 0.6, 0.95
# Where other people's parsers are built, and those that a project calls otherwise.
SOURCES = re.compile(r"/build/(?:[^/]+/)?(?:sources|targets)/([^/]+)/")
PROJECTS = {"reglookup": "regfi"}
LIMITS = {"judge: cpu limit": "timeout", "judge: wall limit": "timeout",
          "judge: memory limit": "out of memory"}
LIMITED = tuple(sorted(set(LIMITS.values())))

FRAME = re.compile(r"^ +#\d+ 0x[0-9a-f]+ +\((.*)\+(0x[0-9a-f]+)\)", re.M)
ASAN = re.compile(r"^==\d+==ERROR: (?:Address|Leak|Memory)Sanitizer: (.*)", re.M)
UBSAN = re.compile(r"^(?:.*:\d+:\d+|<unknown>): runtime error: (.*)", re.M)
ORACLE = re.compile(r"^(\S+):\d+: oracle (.*?: .*?): ", re.M)
ASSERT = re.compile(r"^\S+: \S+:\d+: (.*): Assertion `(.*)' failed\.$", re.M)
FIELD = re.compile(r"^fuzz_diff: ([\w-]+): (?:.*: )?([\w. ]+): [^:]* / [^/]*$",
                   re.M)
OWN_FIELD = re.compile(r"^oracle's field: (.*)$", re.M)
SAMPLE = re.compile(r"^judge: sample \d+ MiB\n", re.M)
SAMPLED = re.compile(r"^judge: sample \d+ MiB\n(?: +#\d+ .*\n)*\n?", re.M)


@dataclasses.dataclass
class Observation:
    """What one try showed. `short`: it was still at it when a limit that was
    shorter than that of a finding was over."""
    kind: str
    signatures: list  # the best first
    title: str
    frames: list
    owner: str
    report: str = ""
    short: bool = False


def places(report):
    """(module, offset) of each frame of a report, for Symbols.learn."""
    return FRAME.findall(report)


def stacks(report, symbols):
    """The stacks of a report: frames with numbers that go up."""
    found, last = [], -1
    for match in FRAME.finditer(report):
        number = int(match[0].split("#")[1].split()[0])
        if number <= last or not found:
            found.append([])
        last = number
        found[-1].append((match[1], match[2]))
    return [symbols.frames(stack) for stack in found]


def seen(stack):
    return [frame for frame in stack if frame.is_ours_to_see()]


def owner_of(frame):
    """Whose a function is, by its file or its library."""
    if not frame.file:
        library = re.match(r"lib([\w+-]+?)\.so",
                           pathlib.PurePath(frame.module).name)
        return library[1] if library else "ours"
    # In this tree, wherever it lies; or in a copy of it.
    path = short(frame.file)
    where = SOURCES.search(path) if path.startswith("/") else \
        SOURCES.match(f"/{path}")
    name = re.sub(r"-[\d.]+$", "", where[1]) if where else "ours"
    return PROJECTS.get(name, name)


def theirs(target):
    """Whom an oracle of a target speaks of."""
    if target not in FOREIGN:
        return "ours"
    return re.sub(r"^fuzz_|_write$", "", target)


def short_words(text):
    """Without what differs from one input to the next."""
    text = re.sub(r"0x[0-9a-fA-F]+|-?\d+(\.\d+)?(e[+-]?\d+)?", "N", text)
    return " ".join(visible(text).split())[:160]


class Reader:
    """Makes observations of what the inputs of one target printed."""

    def __init__(self, target, symbols):
        self.target, self.symbols = target, symbols

    def read(self, way, number, report):
        """None if the input passed."""
        if way == "exit" and number == 0:
            return None
        self.symbols.learn(places(report))
        limit = next((kind for line, kind in LIMITS.items()
                      if line in report), None)
        if limit:
            known = self.of_samples(limit, report)
        else:
            report = SAMPLED.sub("", report)
            known = self.of_words(way, number, report,
                                  stacks(report, self.symbols))
        known.report = report
        return known

    def every(self, way, number, report):
        """The signatures of all that an input shows that was run on after
        oracles that failed: those, for what fails then may fail for that."""
        oracles, found, start = list(ORACLE.finditer(report)), set(), 0
        for match in oracles:
            found.update(self.of_oracle(
                match, report[start:match.end()], [], []).signatures)
            start = match.end()
        known = None if oracles else self.read(way, number, report)
        return found | set(known.signatures if known else ())

    def again(self, known):
        """What several tries that were broken off show together."""
        whole = self.of_samples(known[0].kind,
                                "".join(one.report for one in known))
        whole.report, whole.short = known[0].report, True
        return whole

    def of_words(self, way, number, report, found):
        stack = seen(found[0]) if found else []
        for pattern, make in ((ORACLE, self.of_oracle), (ASSERT, self.of_assert),
                              (UBSAN, self.of_undefined), (ASAN, self.of_address)):
            match = pattern.search(report)
            if match:
                return make(match, report, stack, found)
        if "libFuzzer: timeout" in report:
            return self.place("timeout", "timeout", stack)
        if "libFuzzer: out-of-memory" in report:
            return self.of_memory(stack)
        kind = f"{way} {number}"
        return self.place(kind, kind, stack)

    def made(self, kind, signatures, title, stack, blamed=None, owner=None):
        return Observation(
            kind, [visible(name) for name in signatures], visible(title)[:200], [str(one) for one in stack],
            owner or (owner_of(blamed) if blamed else
                      theirs(self.target)))

    def place(self, kind, words, stack):
        """By the statement that failed."""
        if not stack:
            return self.made(kind, [f"{words} | {self.target}"],
                             f"{words} in {self.target}", [])
        helpers = [n for n, frame in enumerate(stack) if not frame.is_helper()]
        blamed = helpers[0] if helpers else 0
        chain = [frame.name() for frame in stack[:blamed + 1]]
        text = stack[blamed].statement()
        if not stack[blamed].file:
            chain = [frame.name() for frame in stack[:max(FRAMES, blamed + 1)]]
        signature = " | ".join(filter(None, (words, " < ".join(chain), text)))
        return self.made(kind, [signature], f"{words} in {stack[blamed].function}",
                         stack, stack[blamed])

    def of_oracle(self, match, report, stack, _found):
        number, words = match[2].split(": ", 1)
        # One is asked by several targets.
        place = self.target if self.target in FOREIGN else \
            visible(pathlib.PurePath(match[1]).name)
        words = f"{visible(number)[:20]}: {short_words(words)}"
        field, own = FIELD.search(report), OWN_FIELD.search(report)
        owner = theirs(self.target)
        if own and " / " not in own[1]:
            words = f"{visible(number)[:20]} [{visible(own[1])[:80]}]"
        elif own:
            words += f" [{visible(own[1])[:80]}]"
        elif field:
            words += f" [{field[1]}: {field[2]}]"
            owner = field[1]
        return self.made("oracle", [f"oracle | {place} | {words}"],
                         f"oracle {words}", stack, owner=owner)

    def of_assert(self, match, _report, stack, _found):
        return self.place("assertion", f"assertion {visible(match[2])[:160]}",
                          stack)

    def of_undefined(self, match, _report, stack, _found):
        return self.place("undefined", short_words(match[1]), stack)

    def of_address(self, match, report, stack, found):
        kind = visible((match[1].split() or ["?"])[0].rstrip(":"))[:60]
        if kind in ("attempting", "detected"):
            kind = "leak" if "leak" in match[1] else " ".join(
                re.sub(r" on .*| in thread.*", "", match[1]).split())
        if kind == "stack-overflow":
            return self.of_recursion(stack)
        if kind in OF_MEMORY or "exceeds maximum supported size" in match[1] or \
                kind == "requested":
            return self.of_memory(stack)
        if kind == "leak":
            return self.of_taken("leak", stack)
        access = re.search(r"^(READ|WRITE) of size|signal is caused by a "
                           r"(READ|WRITE) memory", report, re.M)
        access = next(filter(None, access.groups())) if access else ""
        if kind == "SEGV" and "points to the zero page" in report:
            kind = "null dereference"
        elif kind in SPATIAL:
            kind = "out of bounds"
        known = self.place(kind, f"{kind} {access}".strip(), stack)
        known.signatures += self.of_block(report, found)
        return known

    @staticmethod
    def of_block(report, found):
        """[whose block it was], where what lies right behind it was touched: who
        takes too small ones for others shows that in all of them."""
        if len(found) < 2 or not BEHIND_BLOCK.search(report):
            return []
        taker = next((frame for frame in seen(found[1])
                      if not PRIMITIVE.search(frame.name())), None)
        return [f"{BEHIND}{taker.name()}"] \
            if taker and FOR_OTHERS.search(taker.function) else []

    def of_recursion(self, stack):
        """By each function that comes again and again, the most frequent
        first."""
        counts = collections.Counter(frame.name() for frame in stack)
        cycle = sorted((name for name, count in counts.items() if count >= CYCLE),
                       key=lambda name: (-counts[name] // 3, name))
        if not cycle:
            return self.place("recursion", "stack-overflow", stack)
        by_name = {frame.name(): frame for frame in reversed(stack)}
        return self.made("recursion",
                         [f"stack-overflow | {name}" for name in cycle],
                         f"endless recursion in {by_name[cycle[0]].function}",
                         stack[:2 * len(cycle) + FRAMES], by_name[cycle[0]])

    def of_taken(self, kind, stack):
        takers = [n for n, frame in enumerate(stack)
                  if not TAKERS.search(frame.function)]
        rest = stack[takers[0]:] if takers else stack
        return self.place(kind, kind, rest)

    def of_memory(self, stack):
        """By the function alone: memory that ends at one block and memory that
        ends at many are one bug."""
        rest = [frame for frame in stack if not TAKERS.search(frame.function)
                and not frame.is_helper()] or stack
        if not rest:
            return self.place("out of memory", "out of memory", stack)
        return self.made("out of memory", [f"out of memory | {rest[0].name()}"],
                         f"out of memory in {rest[0].function}", stack, rest[0])

    def of_samples(self, kind, report):
        """By the function in which it stays."""
        samples = []
        for part in SAMPLE.split(report)[1:]:
            stack = next(iter(stacks(part, self.symbols)), [])
            samples.append([
                frame for frame in seen(stack) if not frame.is_helper()
                and not TAKERS.search(frame.function)])
        samples = [sample for sample in samples if sample]
        if not samples:
            return self.place(kind, kind, [])
        return self.of_presence(kind, samples)

    def of_presence(self, kind, samples):
        """`samples` are stacks without helpers, the innermost frame first."""
        share, depth = collections.Counter(), collections.Counter()
        frames = {}
        for sample in samples:
            here = {one.name(): (n, one) for n, one in
                    enumerate(reversed(sample))}
            for name, (level, frame) in here.items():
                share[name] += 1 / len(samples)
                depth[name] += level
                frames[name] = frame
        order = sorted(share, key=lambda name: (
            -depth[name] / share[name], name))
        stays = [name for name in order if share[name] >= STAYS] or order[-1:]
        first = stays[0]
        inner = max(order[:order.index(first)], key=share.get, default=None)
        likely = [first]
        if inner is not None and share[inner] >= UNSURE_FROM:
            likely.append(inner)
        if share[first] < UNSURE_TO:
            likely += stays[1:2]
        stack = next(sample for sample in samples
                     if first in [one.name() for one in sample])
        at = [one.name() for one in stack].index(first)
        return self.made(kind, [f"{kind} | {name}" for name in likely],
                         f"{kind} in {frames[first].function}", stack[at:],
                         frames[first])
