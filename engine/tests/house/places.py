#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""places.py SOURCE_DIR: scripts/gate in places that are not this one: a path
with blanks and quotes, another user, a strict umask, Turkish, without HOME,
and twice at once. Exit 77 (skipped) where another user cannot be had."""
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile


def copy_tree(source, target):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source, check=True, capture_output=True).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)


def main():
    source = pathlib.Path(sys.argv[1])
    if os.geteuid() != 0:
        print("skipped: only root can be another user")
        return 77
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="it's a \"place\" ") as folder:
        tree = pathlib.Path(folder) / "of its own"
        copy_tree(source, tree)
        for path in [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid,
                     follow_symlinks=False)
        both = [subprocess.Popen(
            [tree / "scripts" / "gate"], cwd="/", umask=0o077,
            user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
            env={"PATH": os.environ["PATH"], "LC_ALL": "tr_TR.UTF-8"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True) for _ in range(2)]
        answers = [(gate.communicate()[0], gate.returncode) for gate in both]
    for said, code in answers:
        print(said.strip()[-2000:], "-> exit", code)
    passed = all(code == 0 and " 0 failed, 0 skipped" in said
                 for said, code in answers)
    print("places: passed" if passed else "places: FAILED")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
