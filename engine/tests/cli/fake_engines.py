# SPDX-License-Identifier: Apache-2.0
"""A folder of builds (scripts/campaign --build) whose targets and engines are
small programs with an engine's arguments, files and words.

Each input that they "find" is whole in its place before its SHA-256 is written
to the file `truth`: what stands there must be in a campaign's ledger."""
import hashlib
import os
import pathlib
import sqlite3
import subprocess
import time

from support import TREE, CliTest

CAMPAIGN = TREE / "scripts" / "campaign"
TARGETS = ("fuzz_multi_sz", "fuzz_volumes", "fuzz_hive")

HEAD = """#!/bin/sh
find_one() { # FILE TEXT
    printf '%s' "$2" >"$1"
    sha256sum <"$1" | cut -c1-64 >>"$TRUTH" # of the file: a part may be killed
}
"""

# Finds an input each tenth of a second, and has a child that outlives it.
LIBFUZZER = HEAD + """TRUTH=@truth@
for word; do
    case $word in
    -artifact_prefix=*) prefix=${word#*=} ;;
    -max_total_time=*) seconds=${word#*=} ;;
    -merge=1) merge=1 ;;
    -*) ;;
    *) folders="$folders $word" ;;
    esac
done
set -- $folders
if [ "$merge" ]; then
    into=$1
    for folder; do
        [ "$folder" = "$into" ] || cp "$folder"/* "$into" 2>/dev/null
    done
    echo "MERGE-OUTER: 2 new files with 3 new features added" >&2
    exit 0
fi
@before@
setsid sleep 300 &
turns=$((seconds * 10))
turn=0
while [ $turn -lt $turns ]; do
    turn=$((turn + 1))
    find_one "${prefix}crash-$$-$turn" "@find@"
    echo "corpus $$ $turn" >"$1/$$-$turn"
    echo "#$((turn * 1000)): cov: 1$turn ft: 2$turn corp: 3 exec/s 1000 oom/timeout/crash: 0/0/1 time: 1s job: 1 dft_time: 0" >&2
    sleep 0.1
done
exit 77
"""

AFL = HEAD + """TRUTH=@truth@
if [ "$1" = -hh ]; then
    echo "afl-fuzz++9.99x"
    echo "  -c program - x"
    echo "  -Z - x"
    echo "  AFL_IMPORT_FIRST: x"
    exit 1
fi
while [ $# -gt 0 ]; do
    case $1 in
    -o) out=$2 ;;
    -M | -S) name=$2 ;;
    -V) seconds=$2 ;;
    esac
    shift
done
mkdir -p "$out/$name/crashes" "$out/$name/hangs" "$out/$name/queue"
turn=0
while [ $turn -lt $((seconds * 10)) ]; do
    turn=$((turn + 1))
    echo "queue $$ $turn" >"$out/$name/queue/id:00000$turn,$$"
    find_one "$out/$name/crashes/id:00000$turn,$$" "crash $$ $turn"
    find_one "$out/$name/hangs/id:00000$turn,$$" "hang $$ $turn"
    printf 'execs_done : %s\\nedges_found : 7\\nstability : 42.50%%\\n' \\
        $((turn * 10)) >"$out/$name/fuzzer_stats"
    sleep 0.1
done
exit 0
"""


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


class Fakes:
    """In `folder`: build/, truth and bin/ with afl-fuzz."""

    def __init__(self, folder, targets, find="crash $$ $turn", before=""):
        self.folder, self.targets = folder, targets
        self.build, self.truth = folder / "build", folder / "truth"
        self.truth.touch()
        for target in targets:
            self.libfuzzer(target, find, before)
            program(self.build / "fuzz-afl" / "harnesses" / target, "#!/bin/sh\n")
            seeds = self.build / "fuzz-libfuzzer" / "harnesses" / "seeds"
            (seeds / target).mkdir(parents=True, exist_ok=True)
            (seeds / target / "seed").write_text("seed of " + target)
        program(folder / "bin" / "afl-fuzz",
                AFL.replace("@truth@", str(self.truth)))

    def libfuzzer(self, target, find="crash $$ $turn", before=""):
        program(self.build / "fuzz-libfuzzer" / "harnesses" / target,
                LIBFUZZER.replace("@truth@", str(self.truth))
                .replace("@find@", find).replace("@before@", before))

    def environment(self):
        return {**os.environ,
                "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}

    def found(self):
        return set(self.truth.read_text().split())


def processes_with(text):
    """{process: its command line}, of those that have `text` in it, but for this
    one."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if text.encode() in words and int(path.parent.name) != os.getpid():
            found[int(path.parent.name)] = words
    return found


class CampaignTest(CliTest):
    def setUp(self):
        super().setUp()
        self.state = self.directory / "state"
        self.fakes = Fakes(self.directory, TARGETS)

    def command(self, *more, targets=TARGETS, engines="libfuzzer,afl"):
        return [CAMPAIGN, "--build", self.fakes.build, "--state", self.state,
                "--targets", ",".join(targets), "--engines", engines,
                "--cores", "2", *more]

    def begin(self, *more, **which):
        return subprocess.Popen(
            self.command(*more, **which), env=self.fakes.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def campaign(self, *more, **which):
        """(exit code, what it said)"""
        with self.begin(*more, **which) as process:
            said = process.communicate(timeout=240)[0]
        return process.returncode, said

    def rows(self, query):
        ledger = sqlite3.connect(self.state / "ledger.sqlite")
        try:
            return ledger.execute(query).fetchall()
        finally:
            ledger.close()

    def recorded(self):
        return {row[0] for row in self.rows("SELECT sha256 FROM input")}

    def nobody_left(self):
        until = time.monotonic() + 60
        while left := processes_with(str(self.directory)):
            self.assertLess(time.monotonic(), until, left)
            time.sleep(0.1)

    def all_recorded(self):
        """What lay in an engine's folder is in ledger and inputs/."""
        found = self.fakes.found()
        self.assertTrue(found)
        lost = found - self.recorded()
        self.assertFalse(lost, f"{len(lost)} of {len(found)} are lost")
        for digest in found:
            data = (self.state / "inputs" / digest).read_bytes()
            self.assertEqual(hashlib.sha256(data).hexdigest(), digest)
