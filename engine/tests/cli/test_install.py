#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` leaves: it works without the source tree."""
import os
import shutil
import subprocess
import unittest

from support import TREE, CliTest

MODULE = """
#include <hp_backend.h>
static uint32_t walk(const struct hp_input *input, const struct hp_sink *sink)
{
    (void)input;
    (void)sink;
    return HP_WALK_REFUSED;
}
static const struct hp_backend backend = {
    sizeof(struct hp_backend), "refuser", "1", "", HP_CAN_STRICT, walk};
const struct hp_backend *hp_backend_v1(void) { return &backend; }
"""


class Install(CliTest):
    def setUp(self):
        super().setUp()
        self.place = self.directory / "place"
        subprocess.run(
            ["cmake", "--install", os.environ["HP_BUILD"], "--prefix", "/usr"],
            env={**os.environ, "DESTDIR": str(self.place)}, check=True,
            stdout=subprocess.DEVNULL)
        self.usr = self.place / "usr"

    def run_installed(self, *arguments):
        """Where bwrap can start, with nothing in the place of the source and
        of the build."""
        command = [str(self.usr / "bin/hiveproof"), *map(str, arguments)]
        hide = []
        for folder in (TREE, os.environ["HP_BUILD"]):
            hide += ["--tmpfs", str(folder)]
        sandbox = ["bwrap", "--dev-bind", "/", "/", *hide, "--chdir", "/"]
        if shutil.which("bwrap") and subprocess.run(
                [*sandbox, "true"], check=False,
                stderr=subprocess.DEVNULL).returncode == 0:
            command = sandbox + command
        return subprocess.run(command, capture_output=True, check=False,
                              timeout=600)

    def test_vectors_are_found_and_judge(self):
        done = self.run_installed("conform", "--backend", "native", "--group",
                                  "ok", "--group", "cell", "--sandbox", "none")
        self.assertEqual(done.returncode, 0, done)
        # All that a vector includes is there.
        done = self.run_installed("conform", "--backend", "native",
                                  "--sandbox", "none")
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])

    def test_a_module_is_made_of_what_is_installed(self):
        source = self.write("refuser.c", MODULE.encode())
        packages = self.usr / "share/pkgconfig"
        flags = subprocess.run(
            ["pkg-config", "--cflags", "hiveproof"], check=True,
            capture_output=True, text=True,
            env={**os.environ, "PKG_CONFIG_PATH": str(packages)}).stdout
        module = self.directory / "refuser.so"
        for language in ("c89", "c11"):
            subprocess.run(["cc", f"-std={language}", "-shared", "-fPIC",
                            *flags.split(), source, "-o", module], check=True)
        done = self.run_installed("conform", "--plugin", module, "--group",
                                  "bb", "--sandbox", "none")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(b"refuser 1", done.stdout)

    def test_all_is_there(self):
        for name in ("bin/hiveproof", "include/hiveproof/hp_backend.h",
                     "share/pkgconfig/hiveproof.pc",
                     "share/man/man1/hiveproof-conform.1",
                     "share/hiveproof/schema/hiveproof-vector-1.json",
                     "share/hiveproof/schema/hiveproof-conform-1.json",
                     "share/hiveproof/conformance/catalogue.tsv"):
            self.assertTrue((self.usr / name).is_file(), name)


if __name__ == "__main__":
    unittest.main()
