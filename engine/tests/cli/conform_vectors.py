# SPDX-License-Identifier: Apache-2.0
"""A small folder of vectors of the tests' own."""
import json

UNKNOWN = {"verdict": "unknown", "evidence": "unknown"}
ACCEPT, REJECT = {"verdict": "accept"}, {"verdict": "reject"}

ROOT = 'hiveproof recipe 1\n[\\] name="ROOT"\n'
TREE = ROOT + ('[\\Alpha] class="c"\n"v" = "text"\n@ = dword:1\n'
               '"big" = hex:5a*20000\n[\\Alpha\\Sub]\n[\\Beta]\n')


def vector(id, group="ok", strict=ACCEPT, forensic=ACCEPT, windows=UNKNOWN,
           **more):
    return {"schema": "hiveproof-vector/1", "id": id, "group": group,
            "says": "What is special about this hive of a test.", "lie": None,
            "twin": None, "rule": "the clause of the format that is broken",
            "impact": "wrong-data", "sources": ["the tests"],
            "evidence": {"clause": "made up"},
            "profiles": {"strict": strict, "forensic": forensic,
                         "windows": windows}, **more}


def write(folder, recipe, item, **files):
    """The vector `item` in its place, with more files beside it."""
    place = folder / item["group"]
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{item['id']}.recipe").write_text(recipe, encoding="utf-8")
    (place / f"{item['id']}.json").write_text(json.dumps(item),
                                              encoding="utf-8")
    for name, content in files.items():
        (place / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def with_log(folder, name):
    """A hive of one key, and beside it a log."""
    return write(folder, ROOT.replace("ROOT", name) + "log LOG1 hvle\n",
                 vector(f"log-{name}", "log", logs=[".LOG1"]))


def rogue_folder(folder):
    """A hive of one key, whole and with a root that is nowhere."""
    write(folder, ROOT, vector("ok-root"))
    return write(folder, ROOT + "base.root = 0xffffffff\n",
                 vector("bb-root", "bb", strict=REJECT, forensic=REJECT))


def tree_folder(folder):
    """Hives that native reads as they say."""
    rogue_folder(folder)
    write(folder, TREE, vector("ok-tree"))
    write(folder, TREE + "nk[\\Alpha\\Sub].signature = 1\n",
          vector("nk-sub", "nk", strict=REJECT, twin="ok-tree",
                 forensic={"verdict": "accept", "content": {
                     "of": "own", "drop": ["\\Alpha\\Sub"], "partial": True}},
                 lie={"record": "nk[\\Alpha\\Sub]", "field": "signature",
                      "offset": 4100}))
    return folder
