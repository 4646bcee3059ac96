# SPDX-License-Identifier: Apache-2.0
"""Which lines and branches of hivex inputs reach, by clang's coverage."""
import os
import pathlib
import re
import shutil
import subprocess

from bench_fuzz import TOP, Infrastructure, run

FOLDER = TOP / "build" / "bench-fuzz" / "coverage"
FLAGS = "-fprofile-instr-generate -fcoverage-mapping"
READ = ("handle.c", "node.c", "value.c", "visit.c", "offset-list.c", "utf16.c",
        "util.c")
# Those of these files that only writing calls, or nobody.
NOT_READ = {"hivex_commit", "_hivex_encode_string", "_hivex_print_offset_list"}
AT_ONCE = 100


class Reached:
    """Sets of lines (file, line) and branches (file, line, block, number)."""

    def __init__(self):
        self.lines, self.all_lines = set(), set()
        self.branches, self.all_branches = set(), set()


class CoverageBuild:
    def __init__(self):
        run(["cmake", "--preset", "dev", "-B", FOLDER,
             "-DCMAKE_C_COMPILER=clang", f"-DCMAKE_C_FLAGS={FLAGS}",
             "-DHP_WERROR=OFF", "-DBUILD_TESTING=OFF", "-DHP_TARGET_SOURCES=ON"],
            cwd=TOP)
        if not (FOLDER / "targets" / "hivex" / "arguments").exists():
            raise Infrastructure("the source of hivex is not available")
        run(["cmake", "--build", FOLDER, "-j2", "--target", "fuzz_hivex"])
        self.binary = FOLDER / "harnesses" / "fuzz_hivex"

    def replay(self, inputs, profiles):
        """Runs inputs; one that ends the process leaves nothing behind, so the
        others with it are run again without."""
        profile = profiles / f"{len(list(profiles.iterdir()))}.profraw"
        done = subprocess.run([self.binary, *inputs], check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=1200,
                              env={**os.environ, "LLVM_PROFILE_FILE": str(profile)})
        if done.returncode != 0 and len(inputs) > 1:
            half = len(inputs) // 2
            self.replay(inputs[:half], profiles)
            self.replay(inputs[half:], profiles)

    def reached(self, inputs, work):
        """What `inputs` (paths) reach of the functions that read."""
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for at in range(0, len(inputs), AT_ONCE):
            self.replay(inputs[at:at + AT_ONCE], work)
        profile = work / "all.profdata"
        raw = [path for path in work.glob("*.profraw") if path.stat().st_size]
        run(["llvm-profdata", "merge", "-o", profile, *raw])
        said = run(["llvm-cov", "export", "-format=lcov",
                    f"-instr-profile={profile}", self.binary])
        shutil.rmtree(work)
        return parse(said)


def parse(lcov):
    """The Reached of an lcov report."""
    result = Reached()
    for record in lcov.split("end_of_record"):
        match = re.search(r"^SF:(.*)$", record, re.M)
        if not match or "/hivex-" not in match[1] or \
                pathlib.Path(match[1]).name not in READ:
            continue
        file = pathlib.Path(match[1]).name
        starts = sorted((int(line), name.split(":")[-1]) for line, name in
                        re.findall(r"^FN:(\d+),(.*)$", record, re.M))

        def reads(line, starts=starts):
            inside = [name for start, name in starts if start <= line]
            return bool(inside) and inside[-1] not in NOT_READ

        for line, count in re.findall(r"^DA:(\d+),(\d+)", record, re.M):
            if reads(int(line)):
                result.all_lines.add((file, int(line)))
                if int(count):
                    result.lines.add((file, int(line)))
        for line, block, number, count in re.findall(
                r"^BRDA:(\d+),(\d+),(\d+),(\S+)", record, re.M):
            if reads(int(line)):
                branch = (file, int(line), block, number)
                result.all_branches.add(branch)
                if count not in ("-", "0"):
                    result.branches.add(branch)
    return result
