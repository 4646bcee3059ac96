# SPDX-License-Identifier: Apache-2.0
"""Other people's parsers, run as the programs that Debian has: each on a copy
of its own (one of them writes to its input), with a time, memory and output
limit, and what it read counted from what it printed."""
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile

CPU_SECONDS = 30
SECONDS = 600  # of time, however busy the machine is
OUTPUT = 256 << 20
MEMORY = 2 << 30


class Died(Exception):
    """The parser was ended, by itself or by a limit."""


def _limits():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(command, folder):
    """(exit code, standard output) of `command` in `folder`."""
    with open(folder / "stdout", "w+b") as output:
        try:
            done = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
                preexec_fn=_limits)
        except subprocess.TimeoutExpired as error:
            raise Died("did not end") from error
        if done.returncode < 0:
            raise Died("was ended by a signal")
        output.seek(0)
        return done.returncode, output.read()


def _lines(pattern, text):
    return len(re.findall(pattern, text, re.M))


def regfexport(folder):
    code, text = run(["regfexport", "hive"], folder)
    if code != 0:
        return None
    return (_lines(rb"^Key path: ", text), _lines(rb"^Value: \d+ ", text))


def reglookup(folder):
    code, text = run(["reglookup", "-H", "hive"], folder)
    if code != 0:
        return None
    kinds = [line.split(b",")[1] for line in text.splitlines()]
    return kinds.count(b"KEY"), len(kinds) - kinds.count(b"KEY")


def reged(folder):
    """What stands in its .reg file; lines that begin like a key or a value and
    are not the rest of a longer one."""
    code, _ = run(["reged", "-x", "hive", "HIVE", "\\", "out.reg"], folder)
    # 2: it is left as it was.
    if code not in (0, 2) or not (folder / "out.reg").exists():
        return None
    text = (folder / "out.reg").read_bytes()
    return _lines(rb"^\[HIVE", text), _lines(rb"^(?:\"|@=)", text)


PARSERS = {"regfexport": regfexport, "reglookup": reglookup, "reged": reged}


def missing():
    """The programs that are not installed."""
    return [name for name in PARSERS
            if shutil.which(name) is None
            and not pathlib.Path("/usr/sbin", name).exists()]


def count(name, hive):
    """(keys, values) that the parser finds in the file `hive`, or None when it
    refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        shutil.copyfile(hive, folder / "hive")
        return PARSERS[name](folder)
