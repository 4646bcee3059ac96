# SPDX-License-Identifier: Apache-2.0
"""The harness with six bugs (engine/tests/triage), built, and inputs of it."""
import pathlib
import random
import subprocess

TREE = pathlib.Path(__file__).resolve().parents[3]
BUGS, WAYS = 6, 4
KINDS = {1: "timeout", 2: "oom"}


def build(folder, *flags):
    """fuzz_planted, made as the replay binaries are."""
    folder.mkdir(parents=True, exist_ok=True)
    harnesses = TREE / "harnesses"
    sources = [TREE / "engine/tests/triage/fuzz_planted.c",
               harnesses / "replay_main.c", harnesses / "replay_judge.c",
               harnesses / "support/fuzz.c",
               *sorted((TREE / "engine/base").glob("*.c"))]
    subprocess.run(
        ["clang", "-std=gnu11", "-O1", "-g", "-fno-omit-frame-pointer",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-DHP_REPLAY", f"-I{harnesses}", f"-I{harnesses / 'support'}",
         f"-I{TREE / 'engine/base'}", f"-I{TREE / 'engine/backend'}", *flags,
         *sources, "-o", folder / "fuzz_planted"], check=True)
    return folder


def make(folder, count):
    """Pairwise different; the bug of each is the number behind its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(6)
    for n in range(count):
        bug = n % BUGS
        data = bytes([bug, n // BUGS % WAYS]) + \
            chance.randbytes(chance.randrange(8, 60)) + n.to_bytes(3, "big")
        name = f"{KINDS.get(bug, 'crash')}-{bug}-{n:04}"
        (folder / name).write_bytes(data)
    return sorted(folder.iterdir())
