#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A reader in a session that does to a hive what HP_PICKY, a JSON object, says
for the name of its root: die, hang, refuse, wrong, unable; else it reads it, as
a root without values and subkeys."""
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "adapters"))
import hp_events  # noqa: E402


def read(path, mode, out):
    with open(path, "rb") as file:
        hive = file.read()
    root = 4100 + int.from_bytes(hive[36:40], "little")
    size = int.from_bytes(hive[root + 72:root + 74], "little")
    name = hive[root + 76:root + 76 + size].decode("latin-1")
    what = json.loads(os.environ["HP_PICKY"]).get(name)
    if what == "die":
        os.abort()
    if what == "hang":
        time.sleep(3600)
    if what == "refuse":
        raise hp_events.Refused("it is not to its taste")
    if what == "unable":
        raise hp_events.Unsupported("it never learnt to")
    out.hive()
    out.key("</script><b>|`\u202e" if what == "wrong" else name)
    out.leave()


hp_events.run(read, name="picky", version=os.environ.get("HP_VERSION", "1.0"),
              language="Python", homepage="", capabilities=["forensic"])
