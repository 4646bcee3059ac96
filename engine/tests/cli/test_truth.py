#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real hives against what eight other readers agree on."""
import json
import unittest

from support import CliTest, folder

BACK_ENDS = ["native", "hivex"]

# Readers that must agree before a count is taken for the truth.
ENOUGH = 5

# Its bins end before the lists of its root do: what is there is read, and
# hiveproof says that it is a part.
IN_PART = ["other/yarp/TruncatedHive"]


def hive_of(hives, name):
    found = [p for p in hives.rglob(name) if p.is_file()]
    return found[0] if found else None


class Services(CliTest):
    def wanted(self, service):
        """Name, Type, Start and ImagePath as the ground truth has them."""
        def number(name):
            value = service.get(name)
            is_dword = value and value["type"] == 4 and \
                len(value["raw_hex"]) == 8
            return value["decoded"] if is_dword else None
        path = service.get("imagepath")
        return (service["name"], number("type"), number("start"),
                path and (path["type"], path["raw_hex"]))

    def found(self, service):
        path = service["image_path"]
        return (service["name"], service["type"], service["start"],
                path and (path["type"], path["raw"]))

    def test_names_types_starts_and_paths(self):
        hives = folder("HP_HIVES")
        checked = 0
        for truth in sorted((hives / "truth").glob("*.services.json")):
            name = truth.name.removesuffix(".services.json")
            # "+logs" is after a replay.
            logs = [] if name.endswith("+logs") else ["--no-logs"]
            path = hive_of(hives, name.removesuffix("+logs"))
            # The damaged hive has no truth.
            if path is None or "corrupted" in name:
                continue
            wanted = [self.wanted(s)
                      for s in json.loads(truth.read_text())["services"]]
            for back_end in BACK_ENDS:
                with self.subTest(name, back_end=back_end):
                    done = self.run_program("enumerate", "--format", "json",
                                            "--backend", back_end, *logs, path)
                    self.assertIn(done.returncode, [0, 1, 4], done.stderr)
                    answer = json.loads(done.stdout)
                    checked += 1
                    self.assertEqual(
                        [self.found(s) for s in answer["services"]], wanted)
        self.assertGreaterEqual(checked, 3 * len(BACK_ENDS))

    def test_healthy_hives_do_not_fail(self):
        for path in sorted((folder("HP_HIVES") / "system").iterdir()):
            if ".LOG" in path.name or "corrupted" in path.name:
                continue
            with self.subTest(path.name):
                self.assertIn(self.run_program("enumerate", path).returncode,
                              [0, 4])

    def test_the_damaged_hive_invents_no_service(self):
        hives = folder("HP_HIVES")
        name = "regipy-corrupted_system_hive"
        truth = json.loads(
            (hives / "truth" / f"{name}.services.json").read_text())
        known = {s["name"].lower() for s in truth["services"]}
        # What some readers find and the others lose is there too.
        known |= {d["path"].rpartition("/")[2].lower()
                  for d in truth["disagreements"] if d["where"] == "service"}
        done = self.run_program("enumerate", "--format", "json",
                                hive_of(hives, name))
        self.assertIn(done.returncode, [0, 1, 3, 4], done.stderr)
        if done.stdout:
            names = {s["name"].lower()
                     for s in json.loads(done.stdout)["services"]}
            self.assertLessEqual(names, known)


class Counts(CliTest):
    def test_whole_with_the_counts_of_the_consensus(self):
        hives = folder("HP_HIVES")
        consensus = json.loads((hives / "truth/consensus.json").read_text())
        checked = 0
        for name, entry in consensus.items():
            path = hives / name
            if entry["n"] < ENOUGH or not path.exists():
                continue
            with self.subTest(name):
                text = self.ask("dump", "--format", "count", "--no-logs", path,
                                exit=int(name in IN_PART)).decode()
                self.assertTrue(text.startswith(
                    f"keys {entry['keys']} values {entry['values']} "), text)
                checked += 1
        self.assertGreater(checked, 20)


if __name__ == "__main__":
    unittest.main()
