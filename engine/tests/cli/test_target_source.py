#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/target-source without a network: what was fetched is used again."""
import hashlib
import io
import os
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "target-source"


class TargetSource(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.state = self.folder / ".apt"
        self.state.mkdir()
        (self.folder / "bin").mkdir()
        # All that would go to the network.
        for name in ("apt-get", "apt-helper"):
            fake = self.folder / "bin" / name
            fake.write_text("#!/bin/sh\necho no network >&2\nexit 100\n")
            fake.chmod(0o755)

    def keep(self, name, data=b"x"):
        tarball = self.state / "thing_1.0.orig.tar.gz"
        with tarfile.open(tarball, "w:gz") as archive:
            member = tarfile.TarInfo("thing-1.0/README")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        digest = hashlib.sha256(tarball.read_bytes()).hexdigest()
        (self.state / f"{name}.fetched").write_text(
            f"{tarball.name} {digest} 1.0 sid\n")
        return tarball

    def run_for(self, name):
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.run([SCRIPT, name, self.folder], capture_output=True,
                              text=True, check=False, timeout=60,
                              env={**os.environ, "PATH": path})

    def test_what_was_fetched_is_used(self):
        self.keep("hivex")
        done = self.run_for("hivex")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"hivex 1.0 from sid: "
                                      f"{self.folder.resolve()}/thing-1.0\n")
        self.assertTrue((self.folder / "thing-1.0" / "README").exists())

    def test_what_has_changed_is_not(self):
        self.keep("hivex").write_bytes(b"other")
        done = self.run_for("hivex")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("hivex is not available", done.stderr)

    def test_of_another_library_nothing_is(self):
        self.keep("libregf")
        self.assertEqual(self.run_for("hivex").returncode, 3)


if __name__ == "__main__":
    unittest.main()
