#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fuzz_parser and fuzz_parser_diff, linked with a parser that can lie, over the
seeds of fuzz_hive: HP_PARSER, HP_PARSER_DIFF and HP_SEEDS say where."""
import os
import signal
import subprocess
import unittest


def run(which, lie=None):
    environment = {key: value for key, value in os.environ.items()
                   if key != "HP_PARSER_LIES"}
    if lie:
        environment["HP_PARSER_LIES"] = lie
    return subprocess.run([os.environ[which], "--at-least=4",
                           os.environ["HP_SEEDS"]], capture_output=True,
                          text=True, timeout=120, check=False, env=environment)


class Parser(unittest.TestCase):
    def test_truth_is_taken(self):
        for which in ("HP_PARSER", "HP_PARSER_DIFF"):
            done = run(which)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_lies_are_caught(self):
        for which, lie, oracle in (("HP_PARSER", "nesting", "oracle 4"),
                                   ("HP_PARSER_DIFF", "type", "oracle 2"),
                                   ("HP_PARSER_DIFF", "damage", "oracle 4")):
            done = run(which, lie)
            self.assertEqual(done.returncode, -signal.SIGABRT)
            self.assertIn(oracle, done.stderr)

    def test_a_disagreement_names_path_and_field(self):
        self.assertRegex(run("HP_PARSER_DIFF", "type").stderr,
                         r"fuzz_diff: vendor: \\\S+ \[.*\]: value\.type: ")


if __name__ == "__main__":
    unittest.main()
