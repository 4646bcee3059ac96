#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""self_test.py PROGRAM ADAPTER recipes|hives: what an adapter makes of hives
whose content is known.

recipes: every good recipe of corpus/recipes is forged and compared with what native
reads: equal in all that the adapter's parser can tell, or limits.tsv names the
limit; an entry that is not needed fails. hives: of the real hives ($HP_HIVES)
each that it reads whole has the key and value counts of the consensus. Skips
with exit 77 where the parser is not installed, or there are no hives."""
import concurrent.futures
import fnmatch
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECIPES = HERE.parent / "corpus/recipes"
SKIPPED = 77
AGREE = 5       # readers that dumped the same, by truth/consensus.json

# Where the parser comes from, and how to see that it is there.
ADAPTERS = {
    "python_hivex": ("python_hivex.py", "python3-hivex",
                     ["/usr/bin/python3", "-c", "import hivex"]),
    "impacket_winregistry": (
        "impacket_winregistry.py", "python3-impacket",
        ["/usr/bin/python3", "-c", "import impacket.winregistry"]),
    "parse_win32registry": ("parse_win32registry.pl",
                            "libparse-win32registry-perl",
                            ["perl", "-MParse::Win32Registry", "-e", "1"]),
    "reged": ("reged.py", "chntpw",
              ["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin command -v reged"]),
    "reglookup": ("reglookup.sh", "reglookup",
                  ["sh", "-c", "command -v reglookup"]),
    # Part of the program, where it was built with HP_COPYLEFT_TARGETS.
    "libregf": (None, "libregf-dev", ["true"]),
    "regfi": (None, "libregfi-dev", ["true"]),
}


def there(check):
    try:
        return subprocess.run(check, capture_output=True,
                              check=False).returncode == 0
    except FileNotFoundError:
        return False


def reader(adapter):
    """How hiveproof is told to read with it."""
    script = ADAPTERS[adapter][0]
    if script is None:
        return ["--backend", adapter]
    command = f"'{HERE / script}'"
    if script.endswith(".sh"):
        return ["--command", command + " {}"]
    return ["--session", command + " --session"]


def compare(program, how, recipe, folder):
    """'' if the adapter reads what native reads, otherwise how they differ."""
    hive = pathlib.Path(folder, recipe.stem)
    subprocess.run([program, "forge", recipe, "-o", hive], check=True)
    done = subprocess.run([program, "diff", "--backend", "native", *how, hive],
                          capture_output=True, check=False)
    hive.unlink()
    if done.returncode == 0:
        return ""
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return " ".join(said.split())[:200] or f"exit code {done.returncode}"


def limits_of(adapter, real):
    """The names in limits.tsv: of recipes, or of real hives, with a slash."""
    with open(HERE / "limits.tsv", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file
                if not line.startswith("#")]
    return [row[0] for row in rows
            if row[1] == adapter and ("/" in row[0]) == real]


def unneeded(adapter, limits, differ):
    stale = [limit for limit in limits if not fnmatch.filter(differ, limit)]
    for limit in stale:
        print(f"limits.tsv: {limit} of {adapter} is not needed")
    return len(stale)


def check_recipes(program, adapter):
    recipes = sorted(RECIPES.glob("good-*.recipe"))
    how = reader(adapter)
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = dict(zip(recipes, pool.map(
            lambda recipe: compare(program, how, recipe, folder), recipes)))
    limits, failed = limits_of(adapter, False), 0
    differ = {recipe.stem: said for recipe, said in answers.items() if said}
    for name, said in differ.items():
        if not any(fnmatch.fnmatch(name, limit) for limit in limits):
            print(f"{name}: {said}")
            failed += 1
    failed += unneeded(adapter, limits, differ)
    print(f"{adapter}: {len(recipes)} good recipes, "
          f"{len(recipes) - len(differ)} read as native does, "
          f"{len(differ)} limits")
    return failed if recipes else 1


def counts(program, adapter, hive):
    """(result, keys, values) of what the adapter prints. Programs are run
    directly: nothing that reads a real hive in Python keeps within the limits
    that are meant for vectors."""
    script = ADAPTERS[adapter][0]
    command = [HERE / script, hive] if script else \
        [program, "dump", *reader(adapter), hive]
    keys = values = 0
    result = "none"
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as reading:
        for line in reading.stdout:
            keys += line.startswith(b'{"event":"key_enter"')
            values += line.startswith(b'{"event":"value"')
            if line.startswith(b'{"event":"end"'):
                result = json.loads(line)["result"]
    return result, keys, values


def check_hives(program, adapter):
    hives = pathlib.Path(os.environ["HP_HIVES"])
    consensus = json.loads((hives / "truth/consensus.json").read_text())
    limits, differ, whole = limits_of(adapter, True), {}, 0
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "hive")
        for name, entry in consensus.items():
            if entry["n"] < AGREE or not (hives / name).exists():
                continue
            shutil.copyfile(hives / name, copy)
            result, *found = counts(program, adapter, copy)
            whole += result == "accept"
            if result == "accept" and found != [entry["keys"], entry["values"]]:
                differ[name] = f"{found}, not {entry['keys'], entry['values']}"
    wrong = [name for name in differ
             if not any(fnmatch.fnmatch(name, limit) for limit in limits)]
    for name in wrong:
        print(f"{name}: {differ[name]}")
    print(f"{adapter}: {whole} real hives read whole, {len(differ)} with other"
          " counts than the consensus")
    return len(wrong) + unneeded(adapter, limits, differ)


def main():
    program, adapter, what = sys.argv[1:]
    _, package, asked = ADAPTERS[adapter]
    if not there(asked):
        print(f"{package} is not installed")
        return SKIPPED
    if what == "hives" and not os.environ.get("HP_HIVES"):
        print("HP_HIVES is not set: . scripts/shared-hives")
        return SKIPPED
    check = {"recipes": check_recipes, "hives": check_hives}[what]
    return 1 if check(program, adapter) else 0


if __name__ == "__main__":
    sys.exit(main())
