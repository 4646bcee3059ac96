#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""hiveproof enumerate"""
import fcntl
import json
import os
import pty
import shutil
import struct
import termios
import unittest

from cases import MACHINE, read_cases
from minimal_hive import (Editor, REG_BINARY, REG_SZ, add_services, driver,
                          dword, minimal_hive, multi, string, system_hive,
                          units, win32)
from support import CliTest, UNSAFE, VOLUMES, folder

PRE = ["enumerate", *VOLUMES]
FIXED = [*PRE, "--profile", "kb980794"]
SERVER = [*PRE, "--profile", "server2012"]

OTHER = "C:\\other.exe"
CLUSTER = "Q:\\ProgramFolder\\bin\\program.exe"
ERROR_87 = {"code": 87, "hresult": "0x80070057",
            "message": "Enumeration of the files failed. "
                       "The parameter is incorrect."}


def service(answer, name):
    (found,) = [s for s in answer["services"] if s["name"] == name]
    return found


class ExitCodes(CliTest):
    def test_each_result(self):
        for path, exit, result in [("C:\\a.exe", 0, "ok"),
                                   ("Q:\\a.exe", 1, "failed"),
                                   ("R:\\a.exe", 4, "indeterminate")]:
            hive = self.system({"A": win32(path)})
            arguments = ["enumerate", *VOLUMES, "--volume", "R=unknown", hive]
            answer = self.json(*arguments, exit=exit)
            self.assertEqual(answer["result"], result)
            self.assertEqual(answer["error"] is None, exit != 1)
            self.ask(*arguments, exit=exit)

    def test_unproven(self):
        hive = self.system({"A": win32("svc.exe")})
        for more, exit, error in [
                ([], 4, None), (["--assume-unproven", "ok"], 0, None),
                (["--assume-unproven", "fail"], 1,
                 {"code": None, "hresult": None,
                  "message": "Enumeration of the files failed.",
                  "services": ["A"]})]:
            answer = self.json(*PRE, *more, hive, exit=exit)
            self.assertEqual(answer["error"], error)

    def test_code_123(self):
        answer = self.json(*PRE, self.system({"A": win32("C:\\a|b.exe")}),
                           exit=1)
        self.assertEqual(answer["error"], {
            "code": 123, "hresult": "0x8007007B", "message": "Enumeration of "
            "the files failed. The file name, directory name, or volume label "
            "syntax is incorrect.", "services": ["A"]})


class Kb980794(CliTest):
    """failed/87 or ok, by profile and exclusion list."""

    def check_all(self, make):
        """make(services, exclusions) gives a hive; what it gives without the
        failing services must be ok."""
        self.assertEqual(self.json(*PRE, make({}, None))["result"], "ok")
        one = {"Clus": win32(f'"{CLUSTER}"')}
        two = {**one, "Clus2": win32("Q:\\other\\two.exe -x")}
        right, other = multi(CLUSTER), multi("Q:\\other\\third.exe")
        fails = [(PRE, one, None), (PRE, one, right), (FIXED, one, None),
                 (FIXED, one, other), (FIXED, one, multi(CLUSTER + "x")),
                 (FIXED, one, multi(CLUSTER[:-1])), (FIXED, two, right)]
        for profile, services, exclusions in fails:
            answer = self.json(*profile, make(services, exclusions), exit=1)
            failing = [s["name"] for s in answer["services"]
                       if s["verdict"] == "FAIL_VOLUME"]
            self.assertEqual((answer["result"], answer["error"]),
                             ("failed", {**ERROR_87, "services": failing}))
        for entry in [CLUSTER, CLUSTER.upper(), CLUSTER.lower(),
                      CLUSTER.swapcase()]:
            answer = self.json(*FIXED, make(one, multi(OTHER, entry)))
            found = service(answer, "Clus")
            self.assertEqual((answer["result"], found["verdict"],
                              found["excluded_by"]), ("ok", "EXCLUDED", 1))
            index = answer["services"].index(found)
            self.assertEqual([e["matches"] for e in answer["exclusions"]],
                             [[], [index]])

    def test_on_a_small_hive(self):
        self.check_all(lambda services, exclusions:
                       self.system(services, exclusions=exclusions))

    def test_on_a_real_hive(self):
        real = folder("HP_HIVES") / "system" / "log2timeline-SYSTEM-xp"

        def make(services, exclusions):
            path = shutil.copy(real, self.directory / "real")
            add_services(path, services, exclusions=exclusions)
            return path
        self.check_all(make)


class Exclusions(CliTest):
    """The exclusion cases of the model's section 10."""

    def entry(self, value, profile=FIXED, path=CLUSTER, exit=1):
        value = multi(value) if isinstance(value, str) else value
        hive = self.system({"Clus": win32(f'"{path}"')}, exclusions=value)
        self.answer = self.json(*profile, hive, exit=exit)
        return self.answer["exclusions"]

    def test_entries(self):
        for value, finding in [
                (f'"{CLUSTER}"', "E_QUOTED"),
                (CLUSTER.replace("Q:", "%Disk%"), "E_ENVVAR"),
                ("Q:\\ProgramFolder\\bin\\", "E_NO_FILENAME"),
                ("Q:\\ProgramFolder\\bin\\program", "E_STALE"),
                ("\\\\?\\" + CLUSTER, "E_NTPREFIX")]:
            (found,) = self.entry(value)
            self.assertEqual((found["text"], found["live"], found["matches"]),
                             (value, True, []))
            self.assertIn(finding, found["findings"])

    def test_dead_entry(self):
        (found,) = self.entry((7, units("\0" + CLUSTER + "\0\0")))
        self.assertEqual((found["live"], found["matches"]), (False, []))
        self.assertEqual(self.answer["exclusions_value"]["type"], 7)
        self.assertIn("DEAD_ENTRIES",
                      self.answer["exclusions_value"]["findings"])

    def test_wrong_type(self):
        value = string(CLUSTER, REG_SZ)
        self.entry(value, exit=4)
        self.entry(value, profile=[*FIXED, "--exclusion-type", "unknown"],
                   exit=4)
        self.entry(value, profile=[*FIXED, "--exclusion-type", "strict"])
        self.entry(value, profile=[*FIXED, "--exclusion-type", "lenient"],
                   exit=0)

    def test_ignored_by_the_profile(self):
        (found,) = self.entry(CLUSTER, profile=PRE)
        self.assertIn("E_IGNORED_PROFILE", found["findings"])

    def test_a_local_file_is_hidden(self):
        (found,) = self.entry("C:\\a.exe", path="C:\\a.exe", exit=0)
        self.assertIn("E_HIDES_LOCAL", found["findings"])
        self.assertEqual(self.answer["services"][0]["verdict"], "EXCLUDED")

    def test_no_value(self):
        hive = self.system({})
        answer = self.json(*FIXED, hive)
        self.assertIsNone(answer["exclusions_value"])
        self.assertEqual(answer["exclusions"], [])


class Options(CliTest):
    """Each knob changes what it says it changes."""

    def verdict(self, values, *options, name="A", volumes=VOLUMES):
        hive = self.system({name: values})
        done = self.run_program("enumerate", "--format", "json", *volumes,
                                *options, hive)
        return json.loads(done.stdout)["services"][0]["verdict"]

    def test_active_drivers(self):
        on_demand = driver("\\??\\Q:\\d.sys", Start=dword(3))
        at_boot = driver("\\??\\Q:\\d.sys")
        for value, demand, boot in [
                ("boot", "SKIP_INACTIVE_DRIVER", "FAIL_VOLUME"),
                ("none", "SKIP_INACTIVE_DRIVER", "SKIP_INACTIVE_DRIVER")]:
            option = ["--active-drivers", value]
            self.assertEqual(self.verdict(on_demand, *option), demand)
            self.assertEqual(self.verdict(at_boot, *option), boot)
        self.assertEqual(self.verdict(on_demand), "SKIP_INACTIVE_DRIVER")

    def test_expand_drivers(self):
        # Expanded it is an NT path, as it is it is put behind SystemRoot.
        values = driver(string("%X%\\d.sys", 2))
        option = ["--env", "X=\\??\\C:\\d"]
        self.assertEqual(self.verdict(values, *option), "OK")
        for value, verdict in [("yes", "OK"), ("no", "FAIL_SYNTAX")]:
            self.assertEqual(self.verdict(values, *option, "--expand-drivers",
                                          value), verdict)

    def test_user_services(self):
        values = win32("Q:\\a.exe", Type=dword(0x50))
        self.assertEqual(self.verdict(values), "FAIL_VOLUME")
        self.assertEqual(self.verdict(values, "--user-services", "no"),
                         "SKIP_NOT_SERVICE")

    def test_missing_image_path(self):
        self.assertEqual(self.verdict(win32(None)), "QSC_FAIL")
        self.assertNotEqual(
            self.verdict(win32(None), "--missing-image-path", "skip"),
            "QSC_FAIL")

    def test_assume_unknown(self):
        unknown = ["--volume", "R=unknown"]
        values = win32("R:\\a.exe")
        self.assertEqual(self.verdict(values, *unknown), "INDETERMINATE")
        for value, verdict in [("absent", "FAIL_VOLUME"), ("present", "OK")]:
            self.assertEqual(self.verdict(values, *unknown, "--assume-unknown",
                                          value), verdict)

    def test_exclusions_cover_drivers(self):
        hive = self.system({"D": driver("\\??\\Q:\\d.sys")},
                           exclusions=multi("q:\\d.sys"))
        self.json(*FIXED, hive, exit=1)
        answer = self.json(*FIXED, "--exclusions-cover-drivers", hive)
        self.assertEqual(answer["services"][0]["verdict"], "EXCLUDED")

    def test_server2012_leaves_services_out(self):
        hive = self.system({"A": win32("Q:\\a.exe")})
        answer = self.json(*SERVER, hive)
        self.assertEqual(answer["services"][0]["verdict"], "FAIL_VOLUME")
        self.assertIn("OPTIONAL_COMPONENT", answer["services"][0]["findings"])

    def test_environment(self):
        values = win32("%Here%\\a.exe")
        self.assertEqual(self.verdict(values, "--env", "here=C:\\x"), "OK")
        self.assertEqual(self.verdict(values, "--env", "HERE=Q:"),
                         "FAIL_VOLUME")
        self.assertEqual(self.verdict(values), "INDETERMINATE")

    def test_system_root(self):
        values = win32("%SystemRoot%\\a.exe")
        self.assertEqual(
            self.verdict(values, "--system-root", "E:\\W", volumes=[]), "OK")
        self.assertEqual(self.verdict(values), "OK")

    def test_software(self):
        software = self.write("SOFTWARE", minimal_hive())
        edit = Editor(software)
        edit.set("Microsoft\\Windows NT\\CurrentVersion", {
            "SystemRoot": string("E:\\Win"), "CurrentVersion": string("6.1"),
            "CurrentBuildNumber": string("7600"),
            "ProductName": string("Windows 7 \ud83d")})
        edit.done()
        answer = self.json(
            "enumerate", "--software", software,
            self.system({"A": win32("%SystemRoot%\\a.exe")}))
        self.assertEqual(answer["environment"], [
            {"name": "SystemRoot", "value": "E:\\Win",
             "source": "software"}])
        self.assertEqual(answer["hotfix"]["product"], "Windows 7 \ufffd")
        self.assertTrue(answer["hotfix"]["product_utf16"].endswith("d83d"))
        self.assertNotIn("ASSUMED_SYSTEMROOT", answer["findings"])

    def test_control_set(self):
        hive = self.system({"A": win32("C:\\a.exe")})
        add_services(hive, {"A": win32("Q:\\a.exe")},
                     control_set="ControlSet007")
        for value, exit, number in [("current", 0, 1), ("default", 0, 1),
                                    ("lkg", 0, 1), ("1", 0, 1), ("7", 1, 7),
                                    ("007", 1, 7)]:
            answer = self.json(*PRE, "--control-set", value, hive, exit=exit)
            self.assertEqual(answer["control_set"], number)

    def test_what_was_asked_is_told(self):
        answer = self.json(
            *FIXED, "--mode", "strict", "--active-drivers", "all",
            "--exclusions-cover-drivers", "--exclusion-type", "lenient",
            "--expand-drivers", "no", "--user-services", "no",
            "--missing-image-path", "skip", "--assume-unknown", "absent",
            "--assume-unproven", "fail", "--no-logs", self.system({}))
        self.assertEqual((answer["profile"], answer["mode"], answer["logs"],
                          answer["backend"], answer["dirty"]),
                         ("kb980794", "strict", [], "native", False))
        self.assertEqual(answer["policies"], {
            "active_drivers": "all", "exclusions_cover_drivers": True,
            "exclusion_type": "lenient", "expand_drivers": False,
            "user_services": False, "missing_image_path": "skip",
            "assume_unknown": "absent", "assume_unproven": "fail"})
        self.assertEqual(self.json(*PRE, self.system({}))["policies"], {
            "active_drivers": "boot", "exclusions_cover_drivers": False,
            "exclusion_type": "unknown", "expand_drivers": True,
            "user_services": True, "missing_image_path": "qsc-fail",
            "assume_unknown": None, "assume_unproven": None})


class Report(CliTest):
    def test_hive(self):
        path = self.system({})
        answer = self.json(*PRE, path)
        self.assertEqual(answer["hive"], {
            "file": path, "size": os.path.getsize(path), "minor_version": 5,
            "sequence1": 3, "sequence2": 3})  # hivex committed twice

    def test_dirty_hive(self):
        path = self.system({})
        with open(path, "r+b") as file:
            image = bytearray(file.read(512))
            image[8] ^= 2    # the second sequence number,
            image[508] ^= 2  # and the checksum, an XOR of 32-bit words
            file.seek(0)
            file.write(image)
        self.assertTrue(self.json(*PRE, path)["dirty"])
        self.assertIn(b"the hive is dirty", self.ask(*PRE, path))

    def test_file_name_of_bytes(self):
        path = os.fsencode(self.directory) + b"/\xff\x1b"
        system_hive(self.directory / "plain", {})
        os.rename(self.directory / "plain", path)
        answer = self.json(*PRE, path)
        self.assertEqual(answer["hive"]["file_bytes"], path.hex())
        self.assertIsNone(UNSAFE.search(self.ask(*PRE, path).decode()))

    def test_every_subkey_in_hive_order(self):
        path = self.system({"b": win32("C:\\a.exe"), "A": {}, "c": {
            "Type": (REG_BINARY, b"\x10")}, "{x}": win32("Q:\\a.exe")})
        answer = self.json(*PRE, path)
        self.assertEqual([(s["name"], s["kind"], s["type"], s["verdict"])
                          for s in answer["services"]],
                         [("A", None, None, "SKIP_NOT_SERVICE"),
                          ("b", "win32", 0x10, "OK"),
                          ("c", None, None, "SKIP_NOT_SERVICE"),
                          ("{x}", None, 0x10, "SKIP_NOT_SERVICE")])

    def test_both_steps(self):
        path = self.system({"A": win32("Q:\\a.exe", Type=dword(0x11),
                                       Start=dword(0))})
        (found,) = self.json(*PRE, path, exit=1)["services"]
        self.assertIn("TYPE_MIXED", found["findings"])
        self.assertIn("driver", found)

    def test_by_both_back_ends(self):
        path = self.system({"A": win32("Q:\\a.exe"), "D": driver(None)},
                           exclusions=multi("Q:\\b.exe"))
        native = self.json(*PRE, path, exit=1)
        hivex = self.json(*PRE, "--backend", "hivex", path, exit=1)
        for answer in native, hivex:
            del answer["backend"], answer["hive"], answer["dirty"]
        self.assertEqual(native, hivex)


class Text(CliTest):
    def test_worst_first_then_the_verdict(self):
        path = self.system({
            "Alpha": win32(None), "Beta": win32("svc.exe"),
            "Gamma": win32('"Q:\\Pro gram\\x.exe" -run',
                           DisplayName=string("The Gamma Service")),
            "Delta": win32("C:\\a.exe"), "Epsilon": win32("C:\\a.exe")})
        text = self.ask(*PRE, path, exit=1).decode()
        at = [text.index(words) for words in [
            "VERDICT", "FAIL_VOLUME", "FAIL_FORMAT", "QSC_FAIL", "The others",
            "2 OK", "Enumeration of the files failed.\n"
            "The parameter is incorrect. (0x80070057)\n",
            "Gamma (The Gamma Service)",
            "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Gamma",
            '(REG_EXPAND_SZ) "Q:\\Pro gram\\x.exe" -run', "no local volume",
            "KB 980794", "Assumed", "nobody has checked this model"]]
        self.assertEqual(at, sorted(at))
        self.assertTrue(all(len(line) <= 100 for line in
                            text[:at[4]].splitlines()))
        self.assertNotIn("\x1b", text)

    def test_ok_and_not_known(self):
        self.assertIn(b"\nThe enumeration of the files succeeds.\n",
                      self.ask(*PRE, self.system({"A": win32("C:\\a.exe")})))
        self.assertIn(b"\nWhether the enumeration of the files succeeds is "
                      b"not known.\n", self.ask(
                          *PRE, self.system({"A": win32("a.exe")}), exit=4))

    def test_code_123(self):
        self.assertIn(
            b"Enumeration of the files failed.\nThe file name, directory "
            b"name, or volume label syntax is incorrect. (0x8007007B)\n",
            self.ask(*PRE, self.system({"A": win32("C:\\a|b.exe")}), exit=1))

    def test_both_steps_and_the_exclusion_list(self):
        path = self.system({"A": win32("Q:\\a.exe", Type=dword(0x11),
                                       Start=dword(0))},
                           exclusions=(7, units("Q:\\b.exe\0\0x\0\0")))
        text = self.ask(*FIXED, path, exit=1).decode()
        for words in ["also      a driver:", "\nExcludedBinaryPaths, ",
                      "\n  Q:\\b.exe: 0 services, E_STALE\n",
                      "\n  x: 0 services, behind the end of the list"]:
            self.assertIn(words, text)

    def test_an_ignored_string_is_behind_no_list(self):
        path = self.system({"A": win32("Q:\\a.exe")},
                           exclusions=(1, units("Q:\\a.exe\0")))
        text = self.ask(*FIXED, "--exclusion-type", "strict", path, exit=1)
        self.assertIn(b"\n  Q:\\a.exe: 0 services, WRONG_TYPE\n", text)

    def test_the_cure_of_a_wrong_type(self):
        path = self.system({"A": win32("Q:\\a.exe"), "B": win32("R:\\b.exe")},
                           exclusions=(1, units("Q:\\a.exe\0")))
        text = self.ask(*FIXED, "--volume", "R=unknown", path, exit=4)
        for cure in [b"make ExcludedBinaryPaths a REG_MULTI_SZ, or",
                     b"say what is known: --volume"]:
            self.assertEqual(text.count(b"\n  remedy    " + cure), 1, text)

    def test_no_entry_is_proposed_that_could_not_match(self):
        path = self.system({"A": win32("\\\\?\\Q:\\a.exe"),
                            "B": win32("Q:\\b.exe")})
        for profile in (PRE, FIXED):
            text = self.ask(*profile, path, exit=1)
            self.assertIn(b"no entry of the exclusion list can name this path",
                          text)
            self.assertEqual(text.count(b"\n  entry "), 1)
            self.assertIn(b"\n  entry     q:\\b.exe\n", text)

    def test_damage(self):
        path = self.system({"A": win32("C:\\a.exe")})
        node = Editor(path).key("ControlSet001\\Services\\A")
        with open(path, "r+b") as file:
            file.seek(node + 4 + 40)  # the value list, outside the hive
            file.write(b"\0\0\0\x70")
        self.assertIn(b"\n  the hive is damaged in 1 places, 1 of them "
                      b"decisive\n", self.ask(*PRE, path, exit=4))
        (damage,) = self.json(*PRE, path, exit=4)["damage"]
        self.assertEqual(
            damage, {"status": 110, "slug": "cell-offset",
                     "offset": node - 4096, "position": node,
                     "field": "nk.values", "found": 0x70000000,
                     "action": "skipped", "decisive": True})

    def test_many_are_summed_up(self):
        path = self.system({f"s{i}": win32(f"Q:\\{i}.exe")
                            for i in range(21)})
        text = self.ask(*PRE, path, exit=1).decode()
        self.assertEqual(text.count("  key "), 20)
        self.assertIn("and 1 more;", text)
        self.assertEqual(text.count("\nFAIL_VOLUME"), 21)


class Terminal(CliTest):
    """What only a terminal gets: colours, its width, no raw characters."""

    def on_terminal(self, *arguments, columns=80, **environment):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        done = self.run_program(*arguments, stdout=slave, env=environment)
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(master)
        self.assertIn(done.returncode, [0, 1, 4])
        return text.decode().replace("\r\n", "\n")

    def setUp(self):
        super().setUp()
        self.path = self.system({"A\u202e" * 20: win32("Q:\\" + "x" * 200
                                                       + ".exe")})

    def test_colours(self):
        text = self.on_terminal(*PRE, self.path)
        self.assertIn("\x1b[31mFAIL_VOLUME\x1b[0m", text)
        self.assertNotIn("\x1b", self.on_terminal(*PRE, self.path,
                                                  NO_COLOR="1"))
        self.assertIn("\x1b", self.on_terminal(*PRE, self.path, NO_COLOR=""))

    def test_width(self):
        for columns, width in [(80, 80), (200, 200), (20, 60)]:
            text = self.on_terminal(*PRE, self.path, columns=columns,
                                    NO_COLOR="1")
            (row,) = [line for line in text.splitlines()
                      if line.startswith("FAIL_VOLUME")]
            self.assertEqual(len(row), width)
            self.assertTrue(row.endswith("..."))

    def test_json_is_ascii(self):
        text = self.on_terminal(*PRE, "--format", "json", self.path)
        self.assertTrue(text.isascii())
        self.assertIsNone(UNSAFE.search(text))


class Hostile(CliTest):
    """Names that no tool expects go through every report."""

    def make(self):
        path = self.system({
            "N1_nul": win32("Q:\\a.exe"),
            "\u4e2d\u4e2d\u4e2d": win32("Q:\\b\ud800.exe"),
            "Esc\x1b[2J": win32("Q:\\\x1b]0;x\x07.exe",
                                DisplayName=string("D\x9b\u202e")),
            "<script>&amp;\"'": win32("Q:\\%s%n.exe"),
            "={\"a\":1}\n": win32("Q:\\\n[x].exe")},
            exclusions=multi("Q:\\e\x1b\ud800.exe"))
        with open(path, "r+b") as file:
            image = file.read()
            image = image.replace(b"N1_nul", b"N1\0nul")
            image = image.replace(units("\u4e2d\u4e2d\u4e2d"),
                                  units("\u4e2d\ud83d\u4e2d"))
            file.seek(0)
            file.write(image)
        return path

    def test_json(self):
        answer = self.json(*FIXED, self.make(), exit=1)
        by_name = {s.get("name_utf16", s["name"]): s
                   for s in answer["services"]}
        self.assertEqual(by_name["004e00310000006e0075006c"]["name"],
                         "N1\0nul")
        self.assertEqual(by_name["4e2dd83d4e2d"]["name"], "\u4e2d\ufffd\u4e2d")
        self.assertIn("Esc\x1b[2J", by_name)
        self.assertEqual(by_name["4e2dd83d4e2d"]["writer_path_utf16"],
                         "0071003a005c0062d800002e006500780065")
        names = answer["error"]["services_utf16"]
        self.assertIn("4e2dd83d4e2d", names)
        self.assertIn("text_utf16", answer["exclusions"][0])

    def test_text(self):
        path = self.make()
        for arguments in [FIXED, PRE, ["remedy", *VOLUMES]]:
            done = self.run_program(*arguments, path)
            self.assertEqual(done.returncode, 1)
            said = done.stderr.decode()
            if arguments[0] == "enumerate":
                said += done.stdout.decode()
            self.assertIsNone(UNSAFE.search(said), said)


class Cases(CliTest):
    def check(self, case, path, machine):
        for back_end in ["native", "hivex"]:
            done = self.run_program("enumerate", "--format", "json",
                                    "--volumes", machine, "--backend",
                                    back_end, path)
            with self.subTest(case.id, back_end=back_end):
                (found,) = json.loads(done.stdout)["services"]
                self.assertTrue(case.is_writer_path(found), found)
                self.assertEqual((found["verdict"], found["code"]),
                                 (case.verdict, case.code))

    def test_imagepath_tsv(self):
        machine = self.write("machine.json", MACHINE)
        for case in read_cases(folder("HP_SHARED")):
            value = None if case.is_missing else (case.type, case.data)
            make = driver if case.is_driver else win32
            path = self.system({"foo": make(value)})
            self.check(case, path, machine)


if __name__ == "__main__":
    unittest.main()
