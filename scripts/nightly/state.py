# SPDX-License-Identifier: Apache-2.0
"""The folder of a campaign: where its things are, who is at work in it, and
how far it was."""
import fcntl
import json
import os
import pathlib
import shutil
import time

from nightly import Infrastructure, store, visible

SCHEMA = "hiveproof-campaign/1"
# Seconds for which those of a killed campaign may still be there.
GOING = 20
# A night that was left for longer is over.
FORGOTTEN = 12 * 3600


class State:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        store.make_folder(self.folder)
        self.folder.chmod(store.PRIVATE)
        self.ledger = self.folder / "ledger.sqlite"
        self.inputs = self.folder / "inputs"
        self.handle = None

    def work(self, target, engine):
        return self.folder / "work" / target / engine

    def targets(self):
        """Those that were at work here."""
        return sorted(path.name for path in (self.folder / "work").glob("*"))

    def corpus(self, target):
        return self.folder / "corpus" / target

    def night(self, night):
        return store.make_folder(self.folder / "nights" / f"{night:04}")

    def lock(self):
        """Refuses while another campaign is at work here. Its guards have the
        lock too: after a kill their last seconds are waited for."""
        path = self.folder / "lock"
        self.handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + GOING
        while True:
            try:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                owner = os.pread(self.handle, 32, 0).decode("ascii", "replace")
                if not owner.isdigit() or store.alive(int(owner)) or \
                        time.monotonic() > until:
                    raise Infrastructure(
                        f"{visible(str(self.folder))} is in use by a campaign "
                        f"(process {visible(owner) or 'unknown'}): wait for its "
                        "end, or use another --state") from None
                time.sleep(0.2)
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, str(os.getpid()).encode(), 0)

    def unlock(self):
        if self.handle is not None:
            os.ftruncate(self.handle, 0)
            os.close(self.handle)
            self.handle = None

    def recover(self):
        """Takes away what was half done when the last one was killed."""
        store.sweep(self.folder)
        for old in (self.folder / "corpus").glob("*.old"):
            if old.with_suffix("").exists():
                shutil.rmtree(old)
            else:
                old.rename(old.with_suffix(""))
        for new in (self.folder / "corpus").glob("*.new"):
            shutil.rmtree(new)

    def load(self):
        """What save() wrote, or {}."""
        path = self.folder / "campaign.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            if known["schema"] != SCHEMA:
                raise ValueError(f"its schema is {known['schema']!r:.40}, this "
                                 f"hiveproof knows {SCHEMA!r}")
            return known
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Infrastructure(
                f"{visible(str(path))}: {visible(str(error))}: remove it to "
                "begin a new night; corpora and findings stay") from error

    def save(self, known):
        store.write(self.folder / "campaign.json", json.dumps(
            {"schema": SCHEMA, "alive": time.time(), **known}, indent=1) + "\n")
