# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share: running it, and judging what it says.

HIVEPROOF  the program (set by ctest)
HP_SHARED  a folder with cases/imagepath.tsv, or not set
HP_HIVES   a folder with unpacked real hives and their truth, or not set"""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import jsonschema

from minimal_hive import minimal_hive, system_hive

PROGRAM = os.environ["HIVEPROOF"]
TREE = pathlib.Path(__file__).resolve().parents[3]

# What must never reach a terminal: controls but line ends, and bidi.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f"
                    "\u202a-\u202e\u2066-\u2069]")

# Every volume is said explicitly, so that a verdict rests on nothing else.
VOLUMES = ["--volume", "C=present", "--volume", "Q=absent"]


def folder(variable):
    """The folder that `variable` names; the test is skipped without it."""
    value = os.environ.get(variable)
    if not value:
        raise unittest.SkipTest(f"{variable} is not set")
    return pathlib.Path(value)


def schema(name):
    with open(TREE / "schema" / f"{name}.json", encoding="utf-8") as file:
        return json.load(file)


class CliTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def write(self, name, content):
        path = self.directory / name
        path.write_bytes(content)
        return path

    def minimal(self):
        return self.write("minimal", minimal_hive())

    def system(self, services, **more):
        return system_hive(str(self.directory / "SYSTEM"), services, **more)

    def run_program(self, *arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "timeout": 120, **options}
        return subprocess.run([PROGRAM, *map(os.fspath, arguments)],
                              check=False, **options)

    def ask(self, *arguments, exit=0, **options):
        """Runs the program, expects `exit`, returns its standard output."""
        done = self.run_program(*arguments, **options)
        self.assertEqual(done.returncode, exit, (arguments, done))
        return done.stdout

    def json(self, *arguments, exit=0):
        """The same for JSON, which must be what its schema says."""
        command, *rest = arguments
        answer = json.loads(self.ask(command, "--format", "json", *rest,
                                     exit=exit))
        name = answer["schema"].replace("/", "-")
        self.assertEqual(list(answer)[0], "schema")
        jsonschema.Draft202012Validator(schema(name)).validate(answer)
        return answer

    def complaint(self, *arguments, exit=3, **options):
        """Runs the program, expects `exit`, nothing on standard output and
        one clear line on standard error, which it returns."""
        done = self.run_program(*arguments, **options)
        said = done.stderr.decode("utf-8")
        self.assertEqual(done.returncode, exit, (arguments, done))
        self.assertRegex(said, r"\Ahiveproof: [^\n]+\n\Z")
        self.assertIsNone(UNSAFE.search(said), repr(said))
        self.assertFalse(done.stdout)
        return said

    def complains(self, exit, wanted, *arguments, **options):
        """The same for a line with `wanted` in it."""
        self.assertIn(wanted, self.complaint(*arguments, exit=exit, **options))
