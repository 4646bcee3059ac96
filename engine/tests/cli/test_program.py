#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What all sub-commands share: help, wrong use, inputs, outputs."""
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import unittest

from minimal_hive import minimal_hive, system_hive, win32
from support import CliTest, PROGRAM, TREE

# Each sub-command with what it needs to be good on a good SYSTEM hive.
COMMANDS = {
    "enumerate": ["enumerate"],
    "dump": ["dump"],
    "diff": ["diff", "--backend", "native", "--backend", "hivex"],
    "remedy": ["remedy"],
}
MODEL = ["enumerate", "path", "remedy"]


class Help(CliTest):
    def test_version(self):
        self.assertRegex(self.ask("--version"), rb"^hiveproof \d+\.\d+\.\d+\n$")

    def test_help_names_every_command(self):
        text = self.ask("--help").decode()
        for command in [*COMMANDS, "path", "forge", "inspect", "mutate",
                        "recover", "minimize"]:
            self.assertIn(f"\n  {command} ", text)

    def test_help_and_man_page_name_the_same_options(self):
        shared = (TREE / "man" / "hiveproof.1").read_text()
        model = (TREE / "man" / "hiveproof-enumerate.1").read_text()
        for command in [*COMMANDS, "path", "forge", "inspect", "mutate",
                        "recover", "minimize"]:
            page = (TREE / "man" / f"hiveproof-{command}.1").read_text()
            known = page + shared + (model if command in MODEL else "")
            text = self.ask(command, "--help").decode()
            self.assertIn(f"hiveproof {command} ", text)
            for line in text.splitlines():
                if line.startswith("  --") and not line.startswith("  --help"):
                    option = line.split()[0][2:]
                    self.assertIn(f".It Fl -{option}\n",
                                  known.replace(" Ar", "\n"))


class ExitCodes(CliTest):
    """Each sub-command against the table of exit codes."""

    def check(self, command, exit, *arguments):
        done = self.run_program(command, *arguments)
        self.assertEqual(done.returncode, exit, done)

    def test_table(self):
        ok, fails, incurable, unknown = [
            system_hive(str(self.directory / name), {"A": values})
            for name, values in [
                ("ok", win32("C:\\a.exe")), ("fails", win32("Q:\\a.exe")),
                ("incurable", win32("C:\\a?.exe")),
                ("unknown", win32("a.exe"))]]
        garbage = self.write("garbage", bytes(9000))
        image = bytearray(pathlib.Path(ok).read_bytes())
        part = self.write("part", image[:-4096])
        image[508] ^= 1  # the checksum: hivex refuses, native reads on
        odd = self.write("odd", image)
        both = ["--backend", "native", "--backend", "hivex"]
        for command, arguments, exit in [
                ("enumerate", [ok], 0), ("enumerate", [fails], 1),
                ("enumerate", [], 2), ("enumerate", [garbage], 3),
                ("enumerate", [self.minimal()], 3),
                ("enumerate", [unknown], 4),
                ("path", ["C:\\a.exe"], 0), ("path", ["Q:\\a.exe"], 0),
                ("path", ["a.exe"], 0), ("path", [], 2),
                ("path", ["--volumes", garbage, "x"], 3),
                ("dump", [ok], 0), ("dump", [part], 1), ("dump", [], 2),
                ("dump", [garbage], 3), ("dump", ["--mode", "strict", part], 3),
                ("diff", [*both, ok], 0), ("diff", [*both, odd], 1),
                ("diff", [ok], 2), ("diff", [*both, garbage], 3),
                ("remedy", [ok], 0), ("remedy", [fails], 0),
                ("remedy", [incurable], 1), ("remedy", [], 2),
                ("remedy", [garbage], 3), ("remedy", [unknown], 4)]:
            with self.subTest(command, arguments=arguments):
                self.check(command, exit, *arguments)


class WrongUse(CliTest):
    def test_no_command(self):
        self.complains(2, "no command")

    def test_unknown_command(self):
        self.complains(2, "\\x1B[31m: no such command", "\x1b[31m")

    def test_each_command(self):
        for command in COMMANDS.values():
            self.complains(2, "--bogus: unknown option", *command, "--bogus")
            self.complains(2, "-x: unknown option", *command, "-x", "file")
            self.complains(2, "--mode: needs an argument", *command, "--mode")
            self.complains(2, "--no-logs=1: takes no argument", *command,
                           "--no-logs=1", "file")
            self.complains(2, "zz: no such --mode", *command, "--mode", "zz",
                           "file")
            self.complains(2, "takes one HIVE", *command)
            self.complains(2, "takes one HIVE", *command, "a", "b")
            self.complains(2, "foo: no such back end", *command, "--backend",
                           "foo", "file")

    def test_diff_takes_two_back_ends(self):
        two = "diff takes two of --backend, --command and --session"
        self.complains(2, two, "diff", "file")
        self.complains(2, two, "diff", "--backend", "native", "file")
        self.complains(2, two, "diff", "--command", "x", "file")
        self.complains(2, "two readers, not more", "diff",
                       *["--backend", "native"] * 3, "file")

    def test_model_options(self):
        wrong = [
            ("--profile", "xp", "no such --profile"),
            ("--control-set", "0", "not a control set"),
            ("--control-set", "1000", "not a control set"),
            ("--control-set", "all", "not a control set"),
            ("--control-set", "", "not a control set"),
            ("--env", "novalue", "not a variable"),
            ("--env", "=value", "not a variable"),
            ("--env", b"N=\xff", "not valid UTF-8"),
            ("--system-root", "Windows", "begins with a drive"),
            ("--system-root", "C:", "begins with a drive"),
            ("--active-drivers", "some", "no such --active-drivers"),
            ("--exclusion-type", "no", "no such --exclusion-type"),
            ("--expand-drivers", "maybe", "no such --expand-drivers"),
            ("--user-services", "1", "no such --user-services"),
            ("--missing-image-path", "ok", "no such --missing-image-path"),
            ("--assume-unknown", "unknown", "no such --assume-unknown"),
            ("--assume-unproven", "yes", "no such --assume-unproven"),
        ]
        for command in MODEL:
            for option, value, why in wrong:
                self.complains(2, why, command, option, value, "x")

    def test_volume_option(self):
        for value in ["", "C", "C=", "C=gone", "CC=present", "1=present",
                      "C=present,", "C=present,big", "C=present,guid=1",
                      "C=present,guid=11111111-1111-1111-1111-1111111111111",
                      "C=present,guid=11111111-1111-1111-1111-11111111111g",
                      "=present", "C:=present"]:
            self.complains(2, "not a volume", "path", "--volume", value, "x")

    def test_contradictions_between_options(self):
        guid = "guid=11111111-2222-3333-4444-555555555555"
        for one, other in [("C=present", "C=absent"),
                           ("C=present", "c=unknown"),
                           ("C=present,fixed", "C=present,cdrom"),
                           (f"C=present,{guid}", f"D=present,{guid}"),
                           (f"C=present,{guid}",
                            f"C=present,{guid[:-1]}6")]:
            self.complains(2, "contradicts", "path", "--volume", one,
                           "--volume", other, "x")
        self.complains(2, "contradicts", "path", "--env", "A=1", "--env",
                       "a=2", "x")
        self.complains(2, "absent", "path", "--volume", "D=absent",
                       "--system-root", "D:\\Windows", "x")

    def test_facts_that_agree_are_one(self):
        guid = "11111111-2222-3333-4444-555555555555"
        answer = self.json("path", "--volume", "Q=present,fixed", "--volume",
                           f"q=present,guid={{{guid}}}", "--volume",
                           "Q=present", "--env", "A=1", "--env", "a=1", "x")
        given = [v for v in answer["volumes"] if v["source"] == "user"]
        self.assertEqual(given, [{"letter": "Q", "guid": guid, "device": None,
                                  "state": "present", "kind": "fixed",
                                  "source": "user", "hint": None}])


class VolumesFile(CliTest):
    def refuses(self, exit, why, content, *more):
        path = self.write("volumes.json", content.encode())
        self.complains(exit, why, "path", "--volumes", path, *more, "x")

    def test_what_is_no_such_file(self):
        one = '{"volumes": [%s]}'
        for content, why in [
                ("", "is empty"),
                ("{", "not valid JSON"),
                ('{"volumes": [], "volumes": []}', "not valid JSON"),
                ('{"a\\u0000b": 1}', "not valid JSON"),
                ("[" * 5000 + "]" * 5000, "not valid JSON"),
                ("[]", "not an object"),
                ('{"volume": []}', "not an object"),
                ('{"volumes": {}}', "no array"),
                ('{"system_root": 1}', "no string"),
                ('{"system_root": "Windows"}', "begin with a drive"),
                (one % "1", "a volume is"),
                (one % '{"state": "present", "x": 1}', "a volume is"),
                (one % '{"letter": "C"}', "state"),
                (one % '{"state": true}', "state"),
                (one % '{"state": "gone"}', "state"),
                (one % '{"state": "present", "kind": "big"}', "kind"),
                (one % '{"state": "present", "letter": "1"}', "letter"),
                (one % '{"state": "present", "letter": "CD"}', "letter"),
                (one % '{"state": "present", "letter": 1}', "letter"),
                (one % '{"state": "present", "guid": "1"}', "guid"),
                (one % '{"state": "present", "guid": null}', "guid"),
                (one % '{"state": "present", "device": 1}', "device"),
                (" " * (1 << 20) + "{}", "larger than 1024 KiB")]:
            self.refuses(3, why, content)
        self.complains(3, "No such file", "path", "--volumes",
                       self.directory / "missing", "x")

    def test_contradictions(self):
        same = '{"volumes": [{"letter": "C", "state": "present"}, %s]}'
        self.refuses(2, "contradicts itself or an option about C:",
                     same % '{"letter": "c", "state": "absent"}')
        self.refuses(2, "about D:", same % '{"letter": "D", "state": "absent"}',
                     "--volume", "D=present")
        self.refuses(2, "the system root", '{"system_root": "C:\\\\Windows"}',
                     "--system-root", "D:\\Windows")
        device = '{"device": "\\\\Device\\\\A", "state": "%s"%s}'
        self.refuses(2, "about a volume", '{"volumes": [%s, %s]}' % (
            device % ("present", ""), device % ("absent", "")))
        self.refuses(2, "about E:", '{"volumes": [%s, %s]}' % (
            device % ("present", ', "letter": "D"'),
            device % ("present", ', "letter": "E"')))

    def test_what_it_says_counts(self):
        path = self.write("volumes.json", rb'''{"system_root": "E:\\Win",
            "volumes": [{"letter": "E", "state": "present"},
                        {"letter": "Q", "state": "present", "kind": "fixed"},
                        {"guid": "9C7C7E4E-0000-0000-0000-00000000000A",
                         "device": "\\Device\\HarddiskVolume7",
                         "state": "unknown"}]}''')
        answer = self.json("path", "--volumes", path,
                           "%SystemRoot%\\svc.exe")
        self.assertEqual(answer["writer_path"], "e:\\win\\svc.exe")
        self.assertEqual(answer["verdict"], "OK")
        self.assertIn({"letter": None,
                       "guid": "9c7c7e4e-0000-0000-0000-00000000000a",
                       "device": "\\Device\\HarddiskVolume7",
                       "state": "unknown", "kind": "unknown",
                       "source": "user", "hint": None}, answer["volumes"])

    def test_entries_about_one_volume_are_one(self):
        guid = '"guid": "{9C7C7E4E-0000-0000-0000-00000000000A}"'
        device = '"device": "\\\\Device\\\\V7"'
        state = '"state": "present"'
        parts = [guid, device, '"kind": "fixed"', '"letter": "V"']
        for first in range(len(parts)):
            # One entry has a name and a fact; the other one all of them.
            entries = "{%s, %s, %s}, {%s, %s}" % (
                guid, parts[first], state, ", ".join(parts), state)
            entries = entries.replace(f"{guid}, {guid}", guid)
            path = self.write("volumes.json",
                              b'{"volumes": [%s]}' % entries.encode())
            answer = self.json("path", "--volumes", path, "x")
            given = [v for v in answer["volumes"] if v["source"] == "user"]
            self.assertEqual(given, [{
                "letter": "V", "guid": "9c7c7e4e-0000-0000-0000-00000000000a",
                "device": "\\Device\\V7", "state": "present",
                "kind": "fixed", "source": "user", "hint": None}])

    def test_many_volumes(self):
        path = self.write("volumes.json", json.dumps({"volumes": [
            {"guid": f"{i:08x}-0000-0000-0000-000000000000",
             "state": "absent"} for i in range(100)]}).encode())
        answer = self.json("path", "--volumes", path, "x")
        self.assertEqual(
            [v["guid"][:8] for v in answer["volumes"]
             if v["source"] == "user"], [f"{i:08x}" for i in range(100)])

    def test_an_empty_table_is_one(self):
        path = self.write("volumes.json", b"{}")
        self.json("path", "--volumes", path, "x")


class Inputs(CliTest):
    def refuses(self, why, path, **options):
        for command in COMMANDS.values():
            self.complains(3, why, *command, path, **options)

    def test_what_cannot_be_opened(self):
        self.refuses("missing\\x07\\u202E: No such file",
                     self.directory / "missing\x07\u202e")
        self.refuses("Is a directory", self.directory)
        self.refuses("the file is empty", self.write("empty", b""))
        self.refuses("the file is empty", "/dev/null")
        self.refuses("not a hive", "/dev/zero")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.directory / "socket"))
            self.refuses("No such device", self.directory / "socket")

    def test_a_name_of_bytes(self):
        self.refuses("No such file", os.fsencode(self.directory) + b"/\xff")

    def test_no_permission(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        path = self.write("secret", minimal_hive())
        path.chmod(0)
        self.refuses("Permission denied", path)

    def test_what_is_no_hive(self):
        sparse = self.write("sparse", b"")
        os.truncate(sparse, 5 << 30)
        short = self.write("short", b"regf")
        for path, why in [(sparse, "wrong signature (base_block.signature"),
                          (short, "the file is too short (file.size")]:
            self.complains(3, why, "enumerate", path)
            self.complains(3, why, "remedy", path)
            self.complains(3, why, "dump", "--format", "count", path)
        # Each of the two says why.
        done = self.run_program(*COMMANDS["diff"], short)
        self.assertEqual((done.returncode, done.stdout), (3, b""))
        self.assertEqual([line.split(b": ")[1] for line in
                          done.stderr.splitlines()], [b"native", b"hivex"])

    def test_fifo_without_a_writer(self):
        path = self.directory / "fifo"
        os.mkfifo(path)
        start = time.monotonic()
        self.complains(3, "nothing arrived for 5 seconds", "dump", path)
        self.assertLess(time.monotonic() - start, 15)

    def test_pipe_is_read_to_its_end(self):
        path = self.directory / "fifo"
        os.mkfifo(path)

        def feed():
            hive = minimal_hive()
            with open(path, "wb", buffering=0) as pipe:
                for at in range(0, len(hive), 1000):
                    pipe.write(hive[at:at + 1000])
        writer = threading.Thread(target=feed)
        writer.start()
        self.assertEqual(self.ask("dump", "--format", "count", path),
                         b"keys 1 values 0 data-bytes 0\n")
        writer.join()

    def test_not_a_system_hive(self):
        path = self.minimal()
        self.complains(3, "not a SYSTEM hive", "enumerate", path)
        self.complains(3, "not a SYSTEM hive", "remedy", path)

    def test_the_software_hive_is_named(self):
        path = self.system({})
        self.complains(3, "bad: wrong signature", "enumerate", "--software",
                       self.write("bad", b"x" * 9000), path)
        self.complains(3, "No such file", "path", "--software",
                       self.directory / "missing", "x")


class ChangingFile(CliTest):
    """A file that is cut while its dump stands still in a full pipe."""

    def dump_and_change(self, change, *options):
        services = {f"s{i:04}": win32("C:\\a.exe") for i in range(3000)}
        path = self.system(services)
        with subprocess.Popen([PROGRAM, "dump", *options, path],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as dump:
            dump.stdout.read(100)
            time.sleep(0.5)
            change(path)
            dump.stdout.read()
            said = dump.stderr.read().decode()
            code = dump.wait()
        self.assertEqual((code, said.count("\n")), (3, 1), said)
        self.assertIn("the file changed while it was read", said)

    def test_it_shrinks(self):
        self.dump_and_change(lambda path: os.truncate(path, 8192))

    def test_it_shrinks_for_an_isolated_back_end(self):
        self.dump_and_change(lambda path: os.truncate(path, 0), "--backend",
                             "hivex")

    def test_it_is_written(self):
        def change(path):
            with open(path, "ab") as file:
                file.write(b"more")
        self.dump_and_change(change)


class Outputs(CliTest):
    def commands(self):
        path = self.system({"Bad": win32("Q:\\a.exe")})
        yield ["--help"]
        yield ["--version"]
        yield ["path", "x"]
        yield ["path", "--format", "json", "x"]
        yield ["enumerate", "--format", "json", path]
        for command in COMMANDS.values():
            yield [*command, "--help"]
            yield [*command, path]

    def said(self, arguments, **options):
        done = self.run_program(*arguments, **options)
        self.assertEqual(done.returncode, 3, (arguments, done))
        return done.stderr.decode().splitlines()[-1]

    def test_full_disk(self):
        for arguments in self.commands():
            with open("/dev/full", "wb") as full:
                self.assertEqual(
                    self.said(arguments, stdout=full), "hiveproof: standard "
                    "output: No space left on device")

    def test_closed_output(self):
        for arguments in self.commands():
            said = self.said(arguments, stdout=None,
                             preexec_fn=lambda: os.close(1))
            self.assertEqual(said, "hiveproof: standard output: Bad file "
                             "descriptor")

    def test_pipe_nobody_reads(self):
        for arguments in self.commands():
            reader, writer = os.pipe()
            os.close(reader)
            self.assertEqual(self.said(arguments, stdout=writer),
                             "hiveproof: standard output: Broken pipe")
            os.close(writer)

    def test_everything_closed(self):
        path = self.minimal()
        done = self.run_program(
            "dump", path, stdin=None, stdout=None, stderr=None,
            preexec_fn=lambda: os.closerange(0, 3))
        self.assertEqual(done.returncode, 3)
        self.assertEqual(path.read_bytes(), minimal_hive())

    def test_closed_input_and_errors_do_not_matter(self):
        self.ask("dump", self.minimal(), stdin=None, stderr=None,
                 preexec_fn=lambda: (os.close(0), os.close(2)))


if __name__ == "__main__":
    unittest.main()
