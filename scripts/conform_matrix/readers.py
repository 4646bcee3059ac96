# SPDX-License-Identifier: Apache-2.0
"""The parsers at hand, and how hiveproof conform is told to read with each."""
import dataclasses
import shlex
import subprocess
import sys

from conform_matrix import TOP

sys.path.insert(0, str(TOP / "adapters"))
sys.dont_write_bytecode = True
import self_test  # noqa: E402

LIBRARIES = ("libregf", "regfi")
# As the vectors' evidence calls the parser behind an adapter.
EVIDENCE = {"hivex": "hivex", "python_hivex": "hivex", "libregf": "libregf",
            "regfi": "regfi", "reglookup": "regfi", "reged": "reged",
            "parse_win32registry": "perl", "impacket_winregistry": "impacket"}


@dataclasses.dataclass(frozen=True)
class Reader:
    name: str
    words: tuple  # of conform
    profile: str = "forensic"
    package: str = ""  # where its version comes from
    ours: bool = False

    @property
    def evidence(self):
        return EVIDENCE.get(self.name, "")

    def version(self, said):
        """What it says itself, and the package that is installed."""
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}",
                               self.package], capture_output=True, text=True,
                              check=False) if self.package else None
        if done is None or done.returncode != 0 or not done.stdout:
            return said
        package = f"{self.package} {done.stdout}"
        # A program of one shot has nobody to ask.
        return package if said in ("", "?") else f"{said} ({package})"


def own(profile):
    return Reader(f"native {profile}", ("--backend", "native"), profile,
                  ours=True)


def adapter(name, program):
    """(reader, ""), or (None, why it is left out)."""
    script, package, check = self_test.ADAPTERS[name]
    if script is None:
        module = program.parents[2] / "adapters" / f"{name}.so"
        if not module.exists():
            return None, f"{module} is not built: target {name}_module"
        return Reader(name, ("--plugin", str(module)), package=package), ""
    if not self_test.there(check):
        return None, f"{package} is not installed"
    return Reader(name, tuple(self_test.reader(name)), package=package), ""


def added(text):
    """NAME=OPTION WORDS of --add."""
    name, equals, rest = text.partition("=")
    words = rest.split(None, 1)
    if not equals or not name.replace("_", "").replace("-", "").isalnum() or \
            len(words) != 2 or \
            words[0] not in ("--plugin", "--command", "--session"):
        raise ValueError(f"not NAME=--plugin|--command|--session WHAT: {text}")
    return Reader(name, tuple(words))


def at_hand(program):
    """[reader], {name: why it is left out}"""
    found = [own("strict"), own("forensic"),
             Reader("hivex", ("--backend", "hivex"), package="libhivex0")]
    missing = {}
    for name in (*LIBRARIES, *(n for n in self_test.ADAPTERS
                               if n not in LIBRARIES)):
        reader, why = adapter(name, program)
        if reader is None:
            missing[name] = why
        else:
            found.append(reader)
    return found, missing


def shown(reader):
    return shlex.join(word.replace(f"{TOP}/", "") for word in reader.words)
