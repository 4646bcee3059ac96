# SPDX-License-Identifier: Apache-2.0
"""findings/ID/: the smallest input that shows a finding, what it is, where it
fails, and the line that replays it."""
import itertools
import os
import pathlib
import re
import subprocess
import tempfile
import time

from fuzz_targets import HIVES
from nightly import TOP, paste, replay, store, visible
from nightly.signature import LIMITED, Reader

# Of one finding, for its structure and for its bytes, and of all of them.
SECONDS, BYTES_SECONDS, BUDGET = 60, 15, 900
# A hang is made smaller by what is still at it after a short time, and must be one
# in the end, not something slow.
MIDDLE = replay.Limits(2000, 512, 20_000)
LONG = replay.Limits(10_000, 1024, 60_000)
TEXTS, TEXT_MOST = ("recipe", "map.txt"), 4 << 20
RECIPES = "fuzz_recipe"
LOGS = b"HPLG"  # how a hive and its logs in one input begin (fuzz_log)
# Of an input that has no recipe but its bytes, for the bug is one of ours.
BYTES_MOST, PARTS = 64 << 10, 24
# A recipe of more lines is made shorter, for so long.
FEW_LINES, LINES_SECONDS = 8, 20


def program():
    """hiveproof, whichever build has it."""
    paths = [TOP / "build" / name / "engine/cli/hiveproof"
             for name in ("release", "dev", "replay", "fuzz-libfuzzer", "asan")]
    return next((path for path in paths if path.exists()), None)


def said(command, most=TEXT_MOST, seconds=60):
    """(exit code, standard output), or (None, b"") where it did not end."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=seconds)
    except (subprocess.TimeoutExpired, OSError):
        return None, b""
    return done.returncode, done.stdout[:most]


def has_logs(path):
    with open(path, "rb") as source:
        return source.read(len(LOGS)) == LOGS


def can_minimize(hiveproof):
    return hiveproof is not None and \
        said([hiveproof, "minimize", "--help"])[0] == 0


def recipe_of_bytes(data):
    """That makes `data`, whatever it is (docs/recipes.md): equal bytes as one."""
    runs = ((key, len(list(same))) for key, same in itertools.groupby(data))
    parts = [f"{key:02x}*{times}" if times > 1 else f"{key:02x}"
             for key, times in runs]
    lines = (",".join(parts[at:at + PARTS]) for at in range(0, len(parts), PARTS))
    return ("hiveproof recipe 1\ntail " + ",\\\n ".join(lines) + "\n").encode()


class Asker:
    """Whether an input still shows a signature."""

    def __init__(self, folder, target, signature, symbols):
        self.judge = replay.Judge(folder, target)
        self.reader = Reader(target, symbols)
        self.signature = signature
        self.hangs = signature.startswith(LIMITED)

    def shows(self, path, limits=None):
        limits = limits or (replay.SHORT if self.hangs else MIDDLE)
        known = self.reader.read(*self.judge.ask(
            path, limits, self.signature.startswith("leak")))
        return known is not None and self.signature in known.signatures


def in_halves(data, shows):
    """Takes away parts, from halves to bytes, while `shows` holds."""
    size = len(data) // 2
    while size > 0:
        at = 0
        while at < len(data):
            less = data[:at] + data[at + size:]
            if shows(less):
                data = less
            else:
                at += size
        size //= 2
    return data


def lines_of(recipe):
    """With their ends, without those that say nothing; one that goes on in the
    next is one."""
    return re.findall(rb"(?:[^\\\n]|\\\n?)+\n?", recipe)


class Describer:
    """Of the findings in one state folder."""

    def __init__(self, state, folder, symbols, extra=(), minimizes=True,
                 say=print):
        """folder(target) has its replay binary."""
        self.state, self.folder = pathlib.Path(state), folder
        self.symbols, self.extra = symbols, extra
        self.minimizes, self.say = minimizes, say
        self.hiveproof = program()

    def all(self, book, findings):
        """First each as it is, then smaller as long as there is time: the next
        start goes on with the rest. Ours come first."""
        findings = sorted((one for one in findings if one["minimized"] is None),
                          key=lambda one: one["owner"] != "ours")
        for one in findings:
            if one["replay"] is None:
                self.describe(book, one, False)
        end = time.monotonic() + BUDGET
        for one in findings if self.minimizes else ():
            if time.monotonic() < end:
                self.say(f"minimising {one['id']} {visible(one['title'])}")
                self.describe(book, one, True)

    def describe(self, book, finding, smaller):
        rows = book.inputs(finding["id"])
        if not rows:
            return
        place = store.make_folder(self.state / "findings" / finding["id"])
        # The smallest, of hives if there is one: that has a recipe.
        row = min(rows, key=lambda one: one["target"] not in (*HIVES, RECIPES))
        asker = Asker(self.folder(row["target"]), row["target"],
                      finding["signature"], self.symbols)
        data = (self.state / "inputs" / row["sha256"]).read_bytes()
        short = None
        with asker.judge:
            if smaller:
                data = self.smaller(asker, row, data)
                data, short = self.by_lines(asker, row, data)
            store.write(place / "input", data)
            store.write(place / "report.txt", self.report(asker, place / "input"))
        texts = dict(self.texts(row["target"], place / "input", short))
        for name in TEXTS:
            if name in texts:
                store.write(place / name, texts[name])
            else:  # there may be one of a larger input
                (place / name).unlink(missing_ok=True)
        if any(row["engine"] == "hand" for row in rows):
            # It may be somebody's hive, and so may be what is left of it.
            store.write(place / "private", "")
        line = paste.line("scripts/triage", "--show", *self.extra, row["target"],
                          paste.place(place / "input"))
        store.write(place / "replay", line + "\n")
        book.describe(finding["id"], row["target"],
                      store.keep(self.state / "inputs", data)
                      if smaller else None, line)

    def smaller(self, asker, row, data):
        """The minimised input, or `data` if nothing smaller shows it; a hang
        must be seen for longer."""
        # In the state folder, where what a kill leaves is swept away.
        with tempfile.TemporaryDirectory(
                prefix=f".new-{os.getpid()}-", dir=self.state) as work:
            path = pathlib.Path(work) / "input"
            path.write_bytes(data)
            less = None
            if row["target"] in HIVES and can_minimize(self.hiveproof):
                less = self.by_structure(asker, path)
            if less is None:
                # The bug may be one that it has itself.
                less = self.in_halves(asker, path, data)
            if len(less) > len(data):
                return data
            path.write_bytes(less)
            return less if asker.shows(
                path, LONG if asker.hangs else MIDDLE) else data

    def by_structure(self, asker, path):
        out = path.with_name("smaller")
        said([self.hiveproof, "minimize", path, "-o", out, "--limit",
              str(SECONDS), "--session", "--", TOP / "scripts/triage",
              "--session", "--binaries", asker.judge.binary.parent,
              asker.signature, asker.reader.target], seconds=2 * SECONDS)
        return out.read_bytes() if out.exists() else None

    def by_lines(self, asker, row, data):
        """The hive that the shortest recipe makes that shows it, and that recipe;
        or `data` and None where it is short or cannot be made shorter."""
        if row["target"] not in HIVES or self.hiveproof is None or asker.hangs:
            return data, None
        with tempfile.TemporaryDirectory(
                prefix=f".new-{os.getpid()}-", dir=self.state) as work:
            hive, text = pathlib.Path(work) / "hive", pathlib.Path(work) / "recipe"
            hive.write_bytes(data)
            pinned, placed = (lines_of(said(
                [self.hiveproof, "dump", "--format", "recipe", "--layout", layout,
                 hive])[1]) for layout in ("pinned", "auto"))
            if len(pinned) <= FEW_LINES:
                return data, None
            end = time.monotonic() + LINES_SECONDS

            def makes(parts):
                text.write_bytes(b"".join([pinned[0], *parts]))
                hive.unlink(missing_ok=True)
                return said([self.hiveproof, "forge", text, "-o", hive])[0] == 0

            def shows(parts):
                return time.monotonic() < end and makes(parts) and asker.shows(hive)

            recipe = next((lines for lines in (placed[1:], pinned[1:])
                           if shows(lines)), None)
            if recipe is None:
                return data, None
            # A line may be needed by words of another only.
            recipe = in_halves(recipe, shows)
            recipe = in_halves(re.findall(rb"\S+\s*", b"".join(recipe)), shows)
            makes(in_halves(lines_of(b"".join(recipe)), shows))
            return hive.read_bytes(), text.read_bytes()

    @staticmethod
    def in_halves(asker, path, data):
        end = time.monotonic() + BYTES_SECONDS

        def shows(candidate):
            path.write_bytes(candidate)
            return time.monotonic() < end and asker.shows(path)
        return in_halves(data, shows)

    def report(self, asker, path):
        way, number, printed = asker.judge.ask(
            path, MIDDLE, asker.signature.startswith("leak"))
        known = asker.reader.read(way, number, printed)
        lines = [f"{way} {number}", *(known.signatures if known else ()), "",
                 *(f"at {frame}" for frame in (known.frames if known else ())),
                 "", printed]
        return "".join(visible(line, " \n") + "\n" for line in lines)

    def texts(self, target, path, short=None):
        """The recipe of a hive, `short` if there is that, and its map. What forge
        reads, .reg files too, is its own."""
        if target == RECIPES:
            yield "recipe", path.read_bytes()
        if target not in HIVES or self.hiveproof is None:
            return
        code, recipe = (0, short) if short else said(
            [self.hiveproof, "dump", "--format", "recipe", path])
        if code in (0, 1) and recipe:
            yield "recipe", recipe
        elif path.stat().st_size <= BYTES_MOST:
            yield "recipe", recipe_of_bytes(path.read_bytes())
        code, shown = said([self.hiveproof, "inspect", path])
        if code in (0, 1) and shown:
            yield "map.txt", shown


def show(folder, target, path, symbols, full=False):
    """Replays one input and prints what happens; 1 if it fails."""
    with replay.Judge(folder, target) as judge:
        known = Reader(target, symbols).read(*judge.ask(
            path, replay.FULL if full else MIDDLE, True))
    if known is None:
        print(f"{visible(os.fsdecode(path))}: passes")
        return 0
    print(f"{known.title}\nsignature: {known.signatures[0]}")
    for frame in known.frames:
        print(f"  {visible(frame)}")
    print(visible(known.report, " \n"))
    return 1


