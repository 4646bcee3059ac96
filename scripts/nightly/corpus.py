# SPDX-License-Identifier: Apache-2.0
"""The corpus of each target: corpus/TARGET/ has what reaches something that no
smaller file reaches, under the SHA-1 of its content."""
import contextlib
import hashlib
import os
import pathlib
import shutil

from fuzz_targets import HIVES
from nightly import finds, store
from nightly.slice import files, link

# New files, to one that is there, that are worth another merge.
GROWN = 0.5
FEW = 100
MENDED = 3  # inputs of a finding, the smallest
LARGEST = 1 << 20  # an input that is imported: AFL++ takes no larger one


def relatives(state, target):
    """The corpora of the other targets that take the same input."""
    return [state.corpus(other) for other in sorted(HIVES)
            if other != target and target in HIVES and
            state.corpus(other).is_dir()]


class Care:
    """Merging of all targets, by libFuzzer's build."""

    def __init__(self, state, engines):
        self.state, self.engines = state, engines
        self.fuzzer = engines["libfuzzer"]
        self.merging, self.tried = [], set()
        self.late = set()  # targets whose merge did not end in its time

    def seeds(self, target):
        return self.fuzzer.folder / "seeds" / target

    def own(self, target):
        """The folders that engines work in, and what was imported."""
        found = [self.imported(target)]
        for engine in self.engines.values():
            found += engine.corpus(self.state.work(target, engine.name))
        return [folder for folder in found if folder.is_dir()]

    def imported(self, target):
        return self.state.folder / "import" / target

    def inputs(self, target):
        """What an engine starts with. Seeds that were merged are in the
        corpus, as far as they are worth it."""
        corpus, seeds = self.state.corpus(target), self.seeds(target)
        made = seeds.parent / "made"
        old = corpus.is_dir() and (not made.exists() or made.stat().st_mtime <
                                   corpus.stat().st_mtime)
        return [*([corpus] if corpus.is_dir() else []),
                *([] if old else [seeds])]

    def mended(self, book, target):
        """A folder with what showed a finding that is marked fixed: if it
        comes back, that is seen at once."""
        folder = self.state.work(target, "mended")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for one in book.findings():
            if one["status"] != "fixed":
                continue
            shown = [row["sha256"] for row in book.inputs(one["id"])
                     if row["target"] == target][:MENDED]
            if one["target"] == target and one["minimized"]:
                shown.append(one["minimized"])
            for name in set(shown):
                if (self.state.inputs / name).exists():
                    link(self.state.inputs / name, folder / name)
        return folder

    def fresh(self, target):
        """How many files were not merged yet."""
        return sum(len(files(folder)) for folder in self.own(target))

    def is_raw(self, target):
        """True once of a target whose seeds were never merged: AFL++ would
        spend its first slice on running the thousands of them."""
        if self.state.corpus(target).is_dir() or target in self.tried:
            return False
        self.tried.add(target)
        return True

    def is_due(self, target):
        kept = len(files(self.state.corpus(target)))
        return self.fresh(target) > max(FEW, kept * GROWN)

    def begin(self, target, memory):
        """The Instance that merges into corpus/TARGET.new."""
        new = self.state.corpus(target).with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        store.make_folder(new)
        # What is imported meanwhile has to wait.
        self.merging = files(self.imported(target))
        return self.fuzzer.merge(
            target, self.state.work(target, self.fuzzer.name), memory, new,
            [*self.inputs(target), *self.own(target),
             *relatives(self.state, target)])

    def finish(self, target, whole):
        """Puts the new corpus in the old one's place, and takes away what it
        was made of. A merge that was broken off changes nothing."""
        corpus = self.state.corpus(target)
        new, old = corpus.with_suffix(".new"), corpus.with_suffix(".old")
        if not whole or not files(new):
            shutil.rmtree(new, ignore_errors=True)
            return False
        if corpus.is_dir():
            corpus.rename(old)
        new.rename(corpus)
        store.sync_folder(corpus.parent)
        shutil.rmtree(old, ignore_errors=True)
        self.prune(target)
        return True

    def prune(self, target):
        """What was merged need not lie in the engines' folders."""
        for path in self.merging:
            path.unlink(missing_ok=True)
        for engine in self.engines.values():
            engine.forget(self.state.work(target, engine.name))


def ended_well(log):
    """libFuzzer's last word of a merge."""
    try:
        return "MERGE-OUTER: " in log.read_text(errors="replace") and \
            "new features added" in log.read_text(errors="replace")
    except OSError:
        return False


def why_not(path):
    """Why a file cannot be imported, or ""."""
    with contextlib.suppress(OSError):
        if path.is_symlink():
            return "a symbolic link"
        if not path.is_file():
            return "no plain file"
        if path.stat().st_size > LARGEST:
            return f"larger than {LARGEST >> 20} MiB"
    return ""


def walk(folder):
    """Each file below a folder; links are not followed."""
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(top, name)


def take(state, target, source):
    """Imports one file; "" or why not."""
    path = pathlib.Path(source)
    reason = why_not(path)
    data = None if reason else finds.read(path)
    if data is None:
        return reason or "cannot be read"
    folder = store.make_folder(state.folder / "import" / target)
    name = folder / hashlib.sha1(data).hexdigest()
    if not name.exists():
        store.write(name, data)
    return ""
