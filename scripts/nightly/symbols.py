# SPDX-License-Identifier: Apache-2.0
"""Places in programs, by name: llvm-symbolizer is asked once for each."""
import dataclasses
import functools
import json
import pathlib
import re
import shutil
import subprocess
import threading

from nightly import TOP, Infrastructure

LINE_MOST = 120
TOOLS = ("llvm-symbolizer", "llvm-symbolizer-14")
# Compilers' copies of one function, and what templates and C++ add to it.
CLONE = re.compile(r"(\.(part|isra|constprop|cold|llvm|lto_priv)(\.\d+)*)+$")
# Not the project's and not a target's: the system's, and what runs the input.
SYSTEM = re.compile(r"^(libc|libm|libdl|librt|libgcc_s|libpthread|ld-linux|"
                    r"libstdc\+\+|libc\+\+|linux-vdso|\[vdso\])[^/]*$")
# A file of the tree, as it is told when it was compiled in build/PRESET.
BUILT = re.compile(r".*/build/[^/]+/\.\./\.\./")
DRIVER_FILES = ("replay_main.c", "replay_judge.c")
DRIVER_NAMES = re.compile(r"^(main|_start|__libc_start.*|__restore_rt|fuzzer::.*"
                          r"|fuzz_fail)$")


@dataclasses.dataclass(frozen=True)
class Frame:
    function: str
    file: str
    line: int
    start: int  # the line that its function begins in
    module: str

    def is_ours_to_see(self):
        """False for sanitizers, libc and what runs the input."""
        name = pathlib.PurePath(self.file).name
        if name in DRIVER_FILES or DRIVER_NAMES.match(self.function):
            return False
        if SYSTEM.match(pathlib.PurePath(self.module).name):
            return False
        # Of the program itself only the sanitizers come without lines.
        return bool(self.file) or ".so" in pathlib.PurePath(self.module).name

    def is_helper(self):
        """Inlined from a header, or of the harnesses' own bytes: its caller is
        to blame. Not of what opens a record, which must have checked it."""
        path = pathlib.PurePath(self.file)
        return path.suffix in (".h", ".hpp", ".inc") and \
            not self.function.endswith("_open") or \
            path.parts[-2:] == ("support", "fuzz.c")

    def name(self):
        """Without a line: what a signature may hold."""
        return f"{self.function} ({pathlib.PurePath(self.file or self.module).name})"

    def statement(self):
        """The text of its line: it stays the same where lines move."""
        if self.line == 0:
            return ""
        return line_of(self.file, self.line) or f"+{self.line - self.start}"

    def __str__(self):
        if not self.file:
            return f"{self.function} in {pathlib.PurePath(self.module).name}"
        return f"{self.function} {short(self.file)}:{self.line}"


def of_tree(file):
    """The same file of this tree: a compiler's cache may have met it in another
    copy, where other text stands in its lines."""
    built = BUILT.match(file)
    here = TOP / file[built.end():] if built else TOP
    return str(here) if here.is_file() else file


def short(file):
    """Below the tree where it is there."""
    try:
        return str(pathlib.PurePath(file).relative_to(TOP))
    except ValueError:
        return file


@functools.lru_cache(maxsize=4096)
def line_of(file, line):
    try:
        with open(file, encoding="utf-8", errors="replace") as text:
            for number, found in enumerate(text, 1):
                if number == line:
                    return " ".join(found.split())[:LINE_MOST]
    except OSError:
        pass
    return ""


def plain(function):
    """Template-free, without arguments and the compiler's copies."""
    function = CLONE.sub("", function)
    while True:
        less = re.sub(r"<[^<>]*>|\([^()]*\)|\[abi:\w+\]", "", function)
        if less == function:
            return function.strip() or "?"
        function = less


@functools.cache
def tool():
    found = next(filter(None, map(shutil.which, TOOLS)), None)
    if found is None:
        raise Infrastructure("llvm-symbolizer is not installed: scripts/setup")
    return found


class Symbols:
    """{(module, offset): frames, the innermost first}, for several threads."""

    def __init__(self):
        self.known, self.tools = {}, {}
        self.lock = threading.Lock()

    def __del__(self):
        for process in filter(None, self.tools.values()):
            process.stdin.close()
            process.stdout.close()
            process.wait()

    def learn(self, places):
        """Asks for those that are not known."""
        with self.lock:
            for place in dict.fromkeys(places):
                if place not in self.known:
                    self.known[place] = self.ask(*place)

    def tool(self, module):
        """What answers for one module, line by line; None if it is no file."""
        if module not in self.tools:
            self.tools[module] = subprocess.Popen(
                [tool(), "--output-style=JSON", f"--obj={module}"], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, errors="replace") \
                if pathlib.Path(module).is_file() else None
        return self.tools[module]

    def ask(self, module, offset):
        process, symbols = self.tool(module), []
        if process is not None:
            try:
                process.stdin.write(f"{offset}\n")
                process.stdin.flush()
                symbols = json.loads(process.stdout.readline()).get("Symbol")
            except (OSError, ValueError):
                process.kill()
                self.tools[module] = None
        return tuple(
            Frame(plain(one.get("FunctionName", "")),
                  of_tree(one.get("FileName", "")), one.get("Line", 0), one.get("StartLine", 0), module)
            for one in symbols or [{}])

    def frames(self, places):
        """The frames of a stack that a report prints as modules and offsets."""
        return [frame for place in places for frame in self.known[place]]
