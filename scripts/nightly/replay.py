# SPDX-License-Identifier: Apache-2.0
"""Runs inputs again, in the sanitizer build with every oracle asked (preset
replay): each in a process of its own, forked by one that is ready
(harnesses/replay_judge.h)."""
import dataclasses
import os
import pathlib
import subprocess

from fuzz_targets import COPYLEFT, FOREIGN, VENDOR
from nightly import TOP, Infrastructure, visible

PRESET = "replay"
SIZE_MOST = 2560  # MiB, as when fuzzing


@dataclasses.dataclass(frozen=True)
class Limits:
    """Milliseconds of processor time and of the clock, and MiB."""
    cpu: int
    memory: int
    wall: int


# What hangs is told after 0.2 seconds; that it hangs, by the limits of the
# fuzzers themselves.
SHORT = Limits(200, 256, 10_000)
FULL = Limits(25_000, SIZE_MOST, 120_000)
ASAN = ("symbolize=0:handle_abort=1:handle_sigbus=1:handle_sigfpe=1:"
        "handle_sigill=1:detect_leaks=1:print_summary=0:print_legend=0:"
        "print_full_thread_history=0:malloc_context_size=10:"
        f"allocator_may_return_null=0:max_allocation_size_mb={SIZE_MOST}:"
        "exitcode=1:abort_on_error=0:disable_coredump=1")
MARK = b"judge: cpu limit"
UBSAN = "symbolize=0:print_stacktrace=1:halt_on_error=1"


def build(targets):
    """Builds the replay binaries of `targets`; the folder they lie in."""
    configure = ["cmake", "--preset", PRESET]
    if any(target in COPYLEFT for target in targets):
        configure.append("-DHP_COPYLEFT_TARGETS=ON")
    for command in (configure, ["cmake", "--build", "--preset", PRESET,
                                "--target", *sorted(targets)]):
        done = subprocess.run(command, cwd=TOP, text=True, errors="replace",
                              check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            hint = "\na parser is named once: cmake --preset replay " \
                "-DHP_PARSER_LIBRARY=FILE" if set(targets) & set(VENDOR) else ""
            raise Infrastructure(f"{' '.join(command)} failed:\n"
                                 f"{visible(done.stdout[-4000:], ' ' + chr(10))}"
                                 + hint)
    return TOP / "build" / PRESET / "harnesses"


class Judge:
    """One binary that answers request after request."""

    def __init__(self, folder, target):
        self.binary = pathlib.Path(folder) / target
        self.leaks = target not in FOREIGN
        self.process = None

    def start(self):
        try:
            # A fuzzer would begin to fuzz.
            if MARK not in self.binary.read_bytes():
                raise Infrastructure(f"{visible(str(self.binary))}: no replay "
                                     "binary (cmake --preset replay)")
            self.process = subprocess.Popen(
                [self.binary.resolve(), "--judge"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "ASAN_OPTIONS": ASAN, "UBSAN_OPTIONS": UBSAN})
        except OSError as error:
            raise Infrastructure(f"{visible(str(self.binary))}: "
                                 f"{error.strerror}") from error

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, path, limits, leaks=False, goes_on=False):
        """("exit" or "signal", its number, what was printed). With `goes_on` an
        oracle that fails does not end it."""
        path = os.path.abspath(path)
        if "\n" in path:
            raise Infrastructure(f"{visible(path)}: a path with a line end "
                                 "cannot be replayed: use another folder")
        if self.process is None:
            self.start()
        request = f"{limits.cpu} {limits.memory} {limits.wall} " \
            f"{int(leaks and self.leaks)} {int(goes_on)} "
        try:
            self.process.stdin.write(request.encode() + os.fsencode(path) + b"\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().split()
            size = int(answer[2])
            printed = self.process.stdout.read(size)
        except (BrokenPipeError, IndexError) as error:
            self.close()
            raise Infrastructure(f"{visible(str(self.binary))} --judge ended "
                                 "without an answer") from error
        way, number = answer[0].decode(), int(answer[1])
        said = printed.decode("utf-8", "replace")
        if (way, number) == ("exit", 3) and said.startswith("replay: "):
            raise Infrastructure(visible(said.strip()))
        return way, number, said
