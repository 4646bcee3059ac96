# SPDX-License-Identifier: Apache-2.0
"""How far something is."""
import sys
import time


class Progress:
    """One line that is written over on a terminal, else one every `seconds`."""

    def __init__(self, seconds=10):
        self.shown, self.seconds = 0.0, seconds
        self.tty = sys.stdout.isatty()

    def show(self, text):
        now = time.monotonic()
        if now - self.shown < (0.2 if self.tty else self.seconds):
            return
        self.shown = now
        print(f"\r{text[:78]:<78}" if self.tty else text,
              end="" if self.tty else "\n", flush=True)

    def tell(self, text):
        """A line that stays."""
        print(f"\r{text:<78}" if self.tty else text, flush=True)

    def end(self):
        if self.tty:
            print()
