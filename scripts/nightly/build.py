# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets, built for an engine, and what lies beside them."""
import configparser
import os
import re
import subprocess

from fuzz_targets import COPYLEFT, FOREIGN, HIVES, VENDOR
from nightly import TOP, Infrastructure

PRESETS = {"libfuzzer": "fuzz-libfuzzer", "afl": "fuzz-afl",
           "cmplog": "fuzz-afl"}
# AFL++'s second build, which writes down what is compared. The macro is nobody's:
# it tells the two builds apart for who keeps compilers' results.
CMPLOG = ("-DCMAKE_C_FLAGS=-DHP_CMPLOG", {"AFL_LLVM_CMPLOG": "1"})
# What cmake says of the parsers that are not ours.
LINKED = re.compile(r"^-- ((?:hivex|libregf|regfi|target-source): .*)", re.M)
NO_PARSER = ("A parser is named once: cmake --preset fuzz-libfuzzer "
             "-DHP_PARSER_LIBRARY=FILE (docs/vendor-guide.md, 4)")


def targets():
    return sorted(path.stem for path in (TOP / "harnesses").glob("fuzz_*.c"))


def usual():
    """The targets that need nothing special."""
    return [name for name in targets() if name not in (*COPYLEFT, *VENDOR)]


def folder_of(engine, top=None):
    """Where the harnesses of an engine lie, in `top` or in our own build."""
    name = "fuzz-afl-cmplog" if engine == "cmplog" else PRESETS[engine]
    return (top or TOP / "build") / name / "harnesses"


def commands(names, engine):
    """What configures and what builds."""
    folder = folder_of(engine).parent
    configure = ["cmake", "--preset", PRESETS[engine], "-B", folder]
    if engine == "cmplog":
        configure.append(CMPLOG[0])
    if any(name in FOREIGN and name not in VENDOR for name in names):
        configure.append("-DHP_TARGET_SOURCES=ON")
    if any(name in COPYLEFT for name in names):
        configure.append("-DHP_COPYLEFT_TARGETS=ON")
    wanted = [*names]
    if engine != "cmplog":
        wanted.append("seeds")
    if engine == "afl" and any(name in HIVES for name in names):
        wanted.append("hp_afl_mutator")
    return configure, ["cmake", "--build", folder, "--target", *wanted]


def build(names, engine):
    """The folder of the harnesses, built."""
    what = names[0] if len(names) == 1 else f"{len(names)} targets"
    print(f"building {what} for {engine} ...", flush=True)
    environment = {**os.environ, **(CMPLOG[1] if engine == "cmplog" else {})}
    for command in commands(names, engine):
        run = subprocess.run(command, cwd=TOP, text=True, check=False,
                             errors="replace", env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if run.returncode != 0:
            raise Infrastructure(
                f"{' '.join(map(str, command))} failed:\n{run.stdout}" +
                (NO_PARSER if any(name in VENDOR for name in names) else ""))
        if "-DHP_TARGET_SOURCES=ON" in command:
            print("".join(f"{line}\n" for line in LINKED.findall(run.stdout)),
                  end="", flush=True)
    return present(names, engine)


def present(names, engine, top=None):
    """The folder of harnesses that are built, all of them."""
    folder = folder_of(engine, top)
    for name in names:
        if not (folder / name).exists():
            raise Infrastructure(f"{name} was not built for {engine} in "
                                 f"{folder}: is its library installed?")
    return folder


def options(folder, target):
    """TARGET.options: the arguments of libFuzzer, and the environment."""
    known = configparser.ConfigParser()
    known.read(folder / "seeds" / f"{target}.options")
    arguments = []
    for key, value in known["libfuzzer"].items() \
            if "libfuzzer" in known else ():
        if key == "dict":
            value = folder / "seeds" / value
        arguments.append(f"-{key}={value}")
    asan = known["asan"].items() if "asan" in known else ()
    return arguments, {**os.environ, "ASAN_OPTIONS": ":".join(
        [os.environ.get("ASAN_OPTIONS", ""), *(f"{k}={v}" for k, v in asan)])}
