# SPDX-License-Identifier: Apache-2.0
"""A campaign's state folder with nights in its ledger, for the tests of
scripts/report."""
import hashlib
import os
import subprocess
import sys

from support import TREE

sys.path.insert(0, str(TREE / "scripts"))
from nightly import ledger, store  # noqa: E402

REPORT = TREE / "scripts" / "report"
# What a database takes; what it does not is in the frames, which are JSON there.
HOSTILE = ("</script><script>window.pwned=1</script><img src=x "
           "onerror=window.pwned=1> \u202e\u0007\ufffe ::error::x ##[error] %0A"
           " | ` {{ 7*7 }} '\"\n::warning::y")
SURROGATE = "\ud800 lone " + HOSTILE
# What a shell must take for a name, and how the line has it.
HIVE = "findings/it's $(reboot).hiv"
LINE = ("scripts/triage --show fuzz_hive 'findings/it'\"'\"'s $(reboot).hiv' "
        r"$'\033[201~\012reboot\012' '##[error]'")
REVISION = "0123456789abcdef0123456789abcdef01234567 with changes"
SECRET = hashlib.sha256(b"an input of theirs").hexdigest()


def begin(book, started="2026-11-20T20:00:00Z", **more):
    values = {"cores": 2, "revision": REVISION, "machine": "2 cores, 8 GiB",
              "versions": {"clang": "14.0.6", "afl++": "4.04c"}, **more}
    night = book.begin_night(**values)
    book.put("UPDATE night SET started = :at WHERE id = :id",
             {"at": started, "id": night})
    return night


def end(book, night, ended="2026-11-21T04:00:00Z", seconds=28800.0, **more):
    book.end_night(night, seconds, **more)
    book.put("UPDATE night SET ended = :at WHERE id = :id",
             {"at": ended, "id": night})


def run(book, night, target, engine="libfuzzer", instance="0", **more):
    values = {"executions": 1000000, "edges": 2000, "features": 5000,
              "corpus_files": 300, "corpus_bytes": 300000, "stability": None,
              "rate": 500.0, "slow": 0, "timeouts": 0, "ooms": 0, "crashes": 0,
              "seconds": 28000.0, "peak_kib": 200000, "trouble": None, **more}
    book.record_run(night, target, engine, instance, **values)


def samples(book, night, target, engine="libfuzzer", count=10):
    for at in range(count):
        book.record_sample(night, target, engine, at * 600.0, at * 100000,
                           1000 + at * 100, 200 + at, 500.0 - at)


def finding(book, night, name, status=None, owner="ours", replay=None, title=None,
            frames=("hp_walk_next", "hp_native_walk"), target="fuzz_hive",
            kind="crash", reason=None, expires=None, minutes=30):
    """The id of one finding with one input."""
    identity = book.record_finding(
        f"{kind}: {name}", target, kind, owner, title or f"a bug: {name}",
        list(frames), night, REVISION, ["libfuzzer"])
    digest = hashlib.sha256(name.encode()).hexdigest()
    book.record_input(digest, target, "libfuzzer", night, "crash",
                      f"crash-{name}", 8192)
    book.assign(digest, target, identity, 5, 5)
    started = book.rows("SELECT started FROM night WHERE id = ?", night)
    book.put("UPDATE input SET seen = :seen WHERE sha256 = :sha256", {
        "sha256": digest, "seen": started[0]["started"].replace(
            ":00:00", f":{minutes:02}:00")})
    book.describe(identity, target, digest, replay or (
        f"scripts/triage --show {target} findings/campaign/findings/{identity}/input"))
    if status:
        book.mark(identity, status, reason, expires)
    return identity


def coverage(book, night, lines=800, lost=()):
    book.record_coverage(night, "all", "engine", lines, 1000, 1500, 2000,
                         ["engine/regf/log.c: hp_log_open"], list(lost))
    book.record_coverage(night, "fuzz_hive", "engine", lines - 100, 900, 1200,
                         1800, [], [])
    book.record_coverage(night, "all", "hivex", 400, 800, 500, 1000,
                         ["lib/write.c: hivex_commit"], [])


def usual(state):
    """Two nights with one finding of each kind; the ids by what they are."""
    with ledger.open_ledger(state / "ledger.sqlite") as book:
        first = begin(book)
        run(book, first, "fuzz_hive", edges=1900)
        coverage(book, first, lines=790)
        ids = {
            "known": finding(book, first, "known", "known", reason="issue 12",
                             expires="2027-01-01"),
            "expired": finding(book, first, "expired", "known",
                               reason="issue 13", expires="2026-11-21"),
            "fixed": finding(book, first, "fixed", "fixed"),
            "canary": finding(book, first, "planted", "known", minutes=12,
                              reason="canary: cell-size-zero",
                              expires="2027-01-01")}
        ids["regressed"] = finding(book, first, "again", "fixed")
        end(book, first)
        second = begin(book, "2026-11-21T20:00:00Z")
        run(book, second, "fuzz_hive")
        run(book, second, "fuzz_hive", "afl", "main", stability=66.0, edges=900,
            trouble="66 % stable")
        run(book, second, "fuzz_hivex", crashes=36, executions=0, rate=0.0,
            trouble=f"crash-{SECRET} in hivex_secret_function")
        samples(book, second, "fuzz_hive")
        samples(book, second, "fuzz_hive", "afl")
        ids["new"] = finding(book, second, "new", minutes=45)
        finding(book, second, "again")
        ids["theirs"] = finding(
            book, second, "theirs", owner="hivex", target="fuzz_hivex",
            title="hivex_secret_function reads too far", frames=["hivex_secret"],
            replay=f"build/fuzz_hivex findings/campaign/inputs/{SECRET}")
        coverage(book, second, lost=["engine/regf/walk.c: 120-124 (hp_walk_next)"])
        end(book, second, "2026-11-22T04:00:00Z")
    return ids


def hostile(state):
    """A night in which everything that has a name has a hostile one."""
    with ledger.open_ledger(state / "ledger.sqlite") as book:
        night = begin(book, "2026-11-19T20:00:00Z")
        run(book, night, HOSTILE, HOSTILE, HOSTILE, edges=100)
        end(book, night)
        night = begin(book, machine=HOSTILE, revision=HOSTILE,
                      versions={HOSTILE: SURROGATE})
        run(book, night, HOSTILE, HOSTILE, HOSTILE, trouble=HOSTILE)
        samples(book, night, HOSTILE, HOSTILE)
        samples(book, night, "x'; !touch pwned; y='", "\nquit\n")
        found = finding(book, night, HOSTILE, owner="ours", title=HOSTILE,
                        frames=[SURROGATE], target=HOSTILE, kind=HOSTILE,
                        replay=LINE)
        finding(book, night, "a line nobody should paste",
                replay="build/fuzz_hive $(reboot).hiv; reboot")
        finding(book, night, "known" + HOSTILE, "known", reason=HOSTILE,
                expires="2999-01-01")
        finding(book, night, "theirs" + HOSTILE, owner=HOSTILE)
        book.record_coverage(night, "all", HOSTILE, 1, 2, 1, 2, [SURROGATE],
                             [SURROGATE])
        end(book, night)
    folder = store.make_folder(state / "findings" / found)
    (folder / "found.recipe").write_bytes(
        HOSTILE.encode() + b"\xff\xed\xa0\x80\n[\\]\n")
    return found


def many(state, count):
    """A night with so many findings; the id of the last on its page."""
    with ledger.open_ledger(state / "ledger.sqlite") as book:
        night = begin(book)
        run(book, night, "fuzz_hive")
        ids = []
        with book.change():
            for number in range(count):
                ids.append(finding(book, night, f"number {number:05}"))
        end(book, night)
    return sorted(ids)[-1]


def report(state, *more):
    return subprocess.run(
        list(map(os.fspath, [REPORT, "--state", state, *more])),
        capture_output=True, check=False, timeout=120)
