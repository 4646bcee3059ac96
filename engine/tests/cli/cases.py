# SPDX-License-Identifier: Apache-2.0
"""The worked cases of cases/imagepath.tsv and the machine they are for."""
import json
import re

from minimal_hive import units

MACHINE = json.dumps({"system_root": "C:\\Windows", "volumes": [
    {"letter": "C", "device": "\\Device\\HarddiskVolume2",
     "state": "present", "kind": "fixed"},
    {"letter": "E", "state": "present", "kind": "fixed"},
    {"letter": "Q", "state": "absent"},
    {"letter": "X", "state": "absent"},
    {"letter": "R", "state": "unknown", "kind": "removable"},
    {"letter": "Z", "state": "present", "kind": "network"},
    {"guid": "11111111-1111-1111-1111-111111111111", "state": "present"},
    {"guid": "99999999-9999-9999-9999-999999999999", "state": "absent"},
]}).encode()

_MARKS = {"<NUL>": "\0", "<TAB>": "\t", "<SP>": " ", "<HI>": "\ud83d",
          "<empty>": ""}


def _text(cell):
    for mark, text in _MARKS.items():
        cell = cell.replace(mark, text)
    return re.sub(r"<(.)\*(\d+)>", lambda m: m[1] * int(m[2]), cell)


class Case:
    def __init__(self, line):
        (self.id, kind, kind_of_value, path, writer_path, verdict,
         *_) = line.split("\t")
        self.is_driver = kind == "D"
        self.type = int(kind_of_value)
        self.is_missing = path == "<missing>"
        self.text = _text(path)
        self.data = units(self.text + "\0")
        self.verdict, _, code = verdict.partition("/")
        if self.verdict == "INDET":
            self.verdict = "INDETERMINATE"
        self.code = int(code) if code.isdigit() else None
        self._writer_path = None if writer_path == "-" else writer_path

    def is_writer_path(self, answer):
        """`answer` is a JSON object; a long path is given by its start and
        its length."""
        wanted, found = self._writer_path, answer["writer_path"]
        if found is None or wanted is None:
            return found == wanted
        if "writer_path_utf16" in answer:
            found = bytes.fromhex(answer["writer_path_utf16"]).decode(
                "utf-16-be", "surrogatepass")
        cut = re.fullmatch(r"(.*)…\((\d+)\)", wanted)
        if cut:
            return found.startswith(cut[1]) and len(found) == int(cut[2])
        return found == _text(wanted)


def read_cases(shared):
    with open(shared / "cases" / "imagepath.tsv", encoding="utf-8") as file:
        return [Case(line.rstrip("\n")) for line in file
                if not line.startswith("#")]
