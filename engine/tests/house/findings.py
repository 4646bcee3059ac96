#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""findings.py TREE: what fuzzing found in other people's parsers is not told.

No file that git tracks in TREE, or would, is an input of TREE/findings, nor
holds the SHA-1 or SHA-256 of one, as fuzzers name them (contracts 5, SECURITY.md).
Prints each violation as file: rule and exits 1 if there is one. Without findings
there is nothing to betray."""
import hashlib
import os
import pathlib
import re
import subprocess
import sys

# Of a campaign's state, what its engines start from and go on with: seeds of ours
# among it. What they found is copied to its inputs and findings.
STARTS = {"corpus", "in", "queue", "some"}
HASH = re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})(?![0-9a-fA-F])")


def hashes(data):
    return {hashlib.sha1(data).hexdigest(), hashlib.sha256(data).hexdigest()}


def starts(folder):
    """The files below findings that a campaign starts from."""
    return {path for state in folder.rglob("campaign.json")
            for path in state.parent.rglob("*")
            if STARTS & set(path.relative_to(state.parent).parts[:-1])}


def inputs(tree):
    """The hashes of what lies in findings, but for nothing at all."""
    known = set()
    folder = tree / "findings"
    for path in set(folder.rglob("*")) - starts(folder):
        if path.is_file() and path.stat().st_size > 0:
            known |= hashes(path.read_bytes())
            known |= {found.decode() for found in HASH.findall(os.fsencode(path.name))}
    return known - hashes(b"")


def tracked(tree):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=tree, check=True, capture_output=True).stdout
    for name in filter(None, listed.split(b"\0")):
        path = tree / os.fsdecode(name)
        if path.is_file() and not path.is_symlink():
            yield path


def violations(tree):
    known = inputs(tree)
    for path in tracked(tree) if known else ():
        data = path.read_bytes()
        told = {found.decode().lower() for found in HASH.findall(data)}
        if hashes(data) & known:
            yield path, "is an input of findings"
        elif told & known:
            yield path, f"holds the hash of an input of findings, {min(told & known)}"


def main():
    tree = pathlib.Path(sys.argv[1]).resolve()
    count = 0
    for path, what in violations(tree):
        print(f"{path.relative_to(tree)}: {what}")
        count += 1
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
