# SPDX-License-Identifier: Apache-2.0
"""From an engine's folder into inputs/ and the ledger. That an input is there
says that something failed, not an exit code."""
import collections
import os
import stat
import time

from nightly import store
from nightly.slice import remove

# An engine may still be writing what is younger.
SETTLED = 1.0
LARGEST = 64 << 20


def read(path):
    """The bytes of a plain file, or None."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        known = os.fstat(file.fileno())
        if not stat.S_ISREG(known.st_mode) or known.st_size > LARGEST:
            return None
        return file.read()


class Finds:
    """Of one target and engine."""

    def __init__(self, state, ledger, engine, target):
        self.state, self.ledger = state, ledger
        self.engine, self.target = engine, target
        self.seen = set()
        self.counts = collections.Counter()

    def adopt(self, night, over):
        """Records what is there; when the engine is `over`, all of it, and
        nothing stays in its folder. Returns how many inputs are new."""
        new = 0
        for path, kind, instance in self.engine.found(
                self.state.work(self.target, self.engine.name)):
            try:
                known = path.lstat()
            except FileNotFoundError:
                continue
            mark = (str(path), known.st_mtime_ns)
            if mark not in self.seen and (
                    over or time.time() - known.st_mtime > SETTLED):
                data = read(path)
                if data is None:
                    continue
                new += self.record(path.name, data, kind, instance, night)
                self.seen.add(mark)
            if over:
                remove(path)
        if over:
            self.seen.clear()
        return new

    def record(self, name, data, kind, instance, night):
        self.counts[instance, kind or "slow"] += 1
        if kind is None:
            return 0
        digest = store.keep(self.state.inputs, data)
        return self.ledger.record_input(digest, self.target, self.engine.name,
                                        night, kind, name, len(data))
