# SPDX-License-Identifier: Apache-2.0
"""guard.py PARENT SECONDS COMMAND...: runs COMMAND, and nothing of it outlives
the guard.

Engines start processes that leave their group (afl-fuzz) and orphans
(libFuzzer): the guard adopts those, and takes them with it when COMMAND ends,
when SECONDS are over, when it is told to (SIGTERM) or when PARENT is no more,
whatever ended it. COMMAND is interrupted first and has GRACE seconds to write
down what it has; not when PARENT is gone. The exit code is COMMAND's, or
TIME_OVER where SECONDS were. Who kills the guard itself has
COMMAND killed with it, and PARENT has the rest to look after."""
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

GRACE = 8
TICK = 0.2
TIME_OVER, NO_COMMAND, KILLED = 124, 127, 128
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def prctl(what, value):
    ctypes.CDLL(None, use_errno=True).prctl(what, value, 0, 0, 0)


def adopt_orphans():
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def parents():
    """{process: its parent}"""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_bytes().rsplit(b")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if words[0] != b"Z":
            found[int(path.parent.name)] = int(words[1])
    return found


def descendants(process, table=None):
    """Those that live below `process`."""
    table = parents() if table is None else table
    children = {}
    for child, parent in table.items():
        children.setdefault(parent, []).append(child)
    found, left = [], [process]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def send(processes, number):
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def reap():
    """Forgets children that have ended: the campaign would inherit them, and
    not know them."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def end_all(process):
    """Kills what lives below `process`; new ones may come meanwhile."""
    while True:
        left = descendants(process)
        if not left:
            return
        send(left, signal.SIGKILL)
        time.sleep(0.02)


class Guard:
    def __init__(self, parent, seconds, command):
        self.parent, self.told = parent, False
        signal.signal(signal.SIGTERM, self.tell)
        # A terminal's Ctrl-C goes to all: the campaign decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        adopt_orphans()
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        self.until = time.monotonic() + seconds
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                      start_new_session=True,
                                      preexec_fn=self.dies_with_us)

    @staticmethod
    def dies_with_us():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def tell(self, *_):
        self.told = True

    def orphaned(self):
        return os.getppid() != self.parent

    def wait(self):
        while self.child.poll() is None and not self.told and \
                not self.orphaned() and time.monotonic() < self.until:
            time.sleep(TICK)

    def interrupt(self):
        """SIGINT to all of them: libFuzzer's parent does not listen."""
        send(descendants(os.getpid()), signal.SIGINT)
        until = time.monotonic() + GRACE
        while self.child.poll() is None and not self.orphaned() and \
                time.monotonic() < until:
            time.sleep(TICK)

    def run(self):
        self.wait()
        late = False
        if self.child.poll() is None and not self.orphaned():
            late = not self.told
            self.interrupt()
        code = self.child.poll()
        end_all(os.getpid())
        reap()
        return TIME_OVER if late else \
            KILLED if code is None or code < 0 else code


def main():
    parent, seconds, *command = sys.argv[1:]
    try:
        return Guard(int(parent), float(seconds), command).run()
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return NO_COMMAND


if __name__ == "__main__":
    sys.exit(main())
