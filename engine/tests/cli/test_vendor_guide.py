#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/vendor-guide.md, step by step: what stands there works."""
import json
import re
import shutil
import subprocess
import unittest

import jsonschema

from support import PROGRAM, TREE, CliTest, schema

GUIDE = (TREE / "docs/vendor-guide.md").read_text(encoding="utf-8")


def blocks(language):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.M | re.S)
    return [text for name, text in fenced if name == language]


class Guide(CliTest):
    def hive(self):
        hive = self.directory / "hive"
        self.ask("forge", TREE / "corpus/recipes/good-fields.recipe", "-o",
                 hive, "--force")
        return hive

    def check_reader(self, *reader):
        """It knows the root's name, and says that there is more."""
        hive = self.hive()
        lines = self.ask("dump", *reader, hive, exit=1).splitlines()
        self.assertEqual(json.loads(lines[1])["name"], "ROOT")
        self.assertEqual(json.loads(lines[-1])["result"], "partial")
        answer = self.ask("diff", "--backend", "native", *reader, hive, exit=1)
        self.assertIn(b'key "k"\n  native: present', answer)
        other = self.write("other", b"not a hive" * 1000)
        hive.write_bytes(b"regf")
        for bad in hive, other:
            self.assertEqual(self.run_program("dump", *reader, bad).returncode,
                             3)

    def test_python(self):
        script, = blocks("python")
        path = self.write("rootname.py", script.encode())
        path.chmod(0o755)
        (self.directory / "hp_events.py").write_bytes(
            (TREE / "adapters/hp_events.py").read_bytes())
        self.check_reader("--command", f"'{path}' {{}}")
        self.check_reader("--session", f"'{path}' --session")

    @unittest.skipUnless(shutil.which("go"), "go is not installed")
    def test_go(self):
        source, = blocks("go")
        self.write("rootname.go", source.encode())
        subprocess.run(["go", "build", "-o", "rootname", "rootname.go"],
                       cwd=self.directory, check=True)
        path = self.directory / "rootname"
        self.check_reader("--command", f"'{path}' {{}}")
        self.check_reader("--session", f"'{path}' --session")

    def test_c(self):
        module = self.directory / "example.so"
        subprocess.run(["cc", "-fPIC", "-shared", "-I", TREE / "engine/backend",
                        TREE / "adapters/example_module.c", "-o", module],
                       check=True)
        self.check_reader("--backend", module)

    def test_protocol_is_what_the_schema_says(self):
        check = jsonschema.Draft202012Validator(schema("hiveproof-events-1"))
        lines = [line for block in blocks("")
                 for line in block.splitlines() if line.startswith("{")]
        self.assertGreater(len(lines), 6)
        for line in lines:
            check.validate(json.loads(line))

    def test_quoting(self):
        command, = re.findall(r'`--command ("sh -c .*?)`', GUIDE, re.S)
        words = subprocess.run(
            ["sh", "-c", f"printf '%s' {command}"], check=True,
            stdout=subprocess.PIPE).stdout.decode().replace("\n  ", " ")
        words = words.replace("mytool", f"{PROGRAM} dump").replace("filter",
                                                                   "cat")
        hive = self.hive()
        self.assertEqual(self.ask("dump", "--command", words, hive),
                         self.ask("dump", hive))


if __name__ == "__main__":
    unittest.main()
