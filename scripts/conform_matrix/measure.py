# SPDX-License-Identifier: Apache-2.0
"""Runs hiveproof: a reader over the vectors, and what it shows of a vector."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from conform_matrix import Infrastructure, visible

SHOWN = 24 << 10  # bytes of `conform show` that the page has of a vector


# Where a recipe lies on this machine is not for the page.
RECIPE = re.compile(r"^\S.*/([^/\n]+/[^/\n]+\.recipe)$", re.M)


def last_line(data):
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return visible(lines[-1]) if lines else "no message"


class Suite:
    """A program and a folder of vectors."""

    def __init__(self, program, folder=None):
        self.program = pathlib.Path(program).resolve()
        self.folder = ["--vectors", str(folder)] if folder else []
        if not os.access(self.program, os.X_OK):
            raise Infrastructure(f"{program} cannot be run: build hiveproof, "
                                 "or name it with --program")

    def ask(self, *words):
        done = subprocess.run([self.program, "conform", *words, *self.folder],
                              stdin=subprocess.DEVNULL, capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise Infrastructure(last_line(done.stderr))
        return done.stdout.decode("utf-8")

    def vectors(self):
        vectors = [json.loads(line) for line in
                   self.ask("list", "--json").splitlines()]
        if not vectors:
            raise Infrastructure("there are no vectors")
        return vectors

    def run(self, reader, *more, seconds=None):
        """The whole report, also of what is not told to all. No file of it
        stays."""
        with tempfile.TemporaryDirectory() as folder:
            # The one folder name that conform writes such reports to.
            report = pathlib.Path(folder, "findings", "report.json")
            report.parent.mkdir()
            try:
                done = subprocess.run(
                    [self.program, "conform", *reader.words, *self.folder,
                     "--reader-profile", reader.profile, "--private", "--json",
                     report, *more], stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    check=False, timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise Infrastructure(
                    f"conform came to no end in {seconds} seconds") from error
            if done.returncode < 0:
                raise Infrastructure("conform was ended by signal "
                                     f"{-done.returncode}")
            if done.returncode not in (0, 1, 3) or not report.exists() or \
                    report.stat().st_size == 0:
                raise Infrastructure(last_line(done.stderr))
            return json.loads(report.read_text(encoding="utf-8"))

    def show(self, name):
        """(what `conform show` prints first, True if that is all)"""
        with subprocess.Popen(
                [self.program, "conform", "show", *self.folder, name],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL) as process:
            text = process.stdout.read(SHOWN + 1)
            process.kill()
        whole = len(text) <= SHOWN
        text = RECIPE.sub(r"\1", text[:SHOWN].decode("utf-8", "ignore"))
        return (text if whole else text[:text.rfind("\n") + 1]), whole

    def shows(self, names):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return dict(zip(names, pool.map(self.show, names)))

    def digest(self, vectors, shown):
        """Of what the vectors are: results of others are not put beside."""
        text = json.dumps([vectors, [shown[v["id"]] for v in vectors]])
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
