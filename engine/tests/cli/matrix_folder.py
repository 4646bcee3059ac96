# SPDX-License-Identifier: Apache-2.0
"""A small matrix for the tests of scripts/matrix and of its page."""
import json
import os
import subprocess

import conform_vectors
from conform_vectors import REJECT, vector, write
from support import PROGRAM, TREE

MATRIX = TREE / "scripts" / "matrix"
PICKY = TREE / "engine" / "tests" / "rogues" / "picky.py"
HOSTILE = ("</script><script>window.pwned=1</script><img src=x "
           "onerror=window.pwned=1> \u202e\u0007 && | ` {{data}}")


def root(name):
    return f'hiveproof recipe 1\n[\\] name="{name}"\n'


def many_roots(folder, count, group="ok", **more):
    """Hives of one key with the names of their vectors, which look alike."""
    for number in range(count):
        name = f"{group}-{number:03}"
        write(folder, root(name), vector(name, group, **more))
    return folder


def hostile_folder(folder):
    """With whatever strings a vector can have."""
    conform_vectors.tree_folder(folder)
    many_roots(folder, 6)
    item = vector("name-hostile", "name")
    item.update(says=HOSTILE, rule=HOSTILE, sources=[HOSTILE])
    write(folder, conform_vectors.ROOT + "; " + HOSTILE.replace("\u0007", "") +
          "\n[\\</script>] class=\"<img src=x onerror=window.pwned=1>\"\n", item)
    return write(folder, root("bb-000") + "base.root = 0xffffffff\n",
                 vector("bb-000", "bb", strict=REJECT, forensic=REJECT))


def run(vectors, out, *more, picky=None, version="1.0"):
    """scripts/matrix with native and, if it is told what to do, picky."""
    words = [MATRIX, "--program", PROGRAM, "--vectors", vectors, "--out", out,
             "--sandbox", "none", *more]
    if "--reader" not in more and "--readme" not in more:
        words += ["--reader", "native forensic"]
        if picky is not None:
            words += ["--reader", "picky"]
    if picky is not None:
        words.append(f"--add=picky=--session {PICKY} --session")
    return subprocess.run(
        list(map(os.fspath, words)), capture_output=True, check=False,
        env={**os.environ, "HP_PICKY": json.dumps(picky or {}),
             "HP_VERSION": version})
