# SPDX-License-Identifier: Apache-2.0
"""The ledger: one SQLite file with what nights did and what they found.

Any number of processes may read and write it: each change is one transaction
that waits for the others (BUSY_SECONDS) and is on the disk when the call
returns (WAL, synchronous=FULL). A writer that is killed loses the change that
it was at and nothing else. Rows come back as dictionaries; what is JSON in the
file is a value in them."""
import contextlib
import datetime
import hashlib
import json
import pathlib
import sqlite3
import time

from nightly import Infrastructure, store, visible

VERSION = 2
BUSY_SECONDS = 60
STATUSES = ("new", "known", "fixed", "regressed")
OURS = "ours"
# input.finding of what was replayed and failed at no try.
UNREPRODUCED = ""

# The signatures of what was joined to a finding; version 2.
ALIAS = """CREATE TABLE alias (
    signature TEXT PRIMARY KEY, finding TEXT NOT NULL REFERENCES finding)"""
# One statement an entry: executescript would end the transaction it is in.
SCHEMA = (
    """CREATE TABLE night (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, seconds REAL,
    cores INTEGER, revision TEXT, machine TEXT, versions TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped')))""",
    """CREATE TABLE run (
    night INTEGER NOT NULL REFERENCES night, target TEXT NOT NULL,
    engine TEXT NOT NULL, instance TEXT NOT NULL, executions INTEGER,
    edges INTEGER, features INTEGER, corpus_files INTEGER,
    corpus_bytes INTEGER, stability REAL, rate REAL, slow INTEGER,
    timeouts INTEGER, ooms INTEGER, crashes INTEGER, seconds REAL,
    peak_kib INTEGER, trouble TEXT,
    PRIMARY KEY (night, target, engine, instance))""",
    """CREATE TABLE sample (
    night INTEGER NOT NULL REFERENCES night, target TEXT NOT NULL,
    engine TEXT NOT NULL, at REAL NOT NULL, executions INTEGER, edges INTEGER,
    corpus_files INTEGER, rate REAL)""",
    "CREATE INDEX sample_night ON sample (night)",
    """CREATE TABLE finding (
    id TEXT PRIMARY KEY, signature TEXT NOT NULL UNIQUE, target TEXT NOT NULL,
    kind TEXT NOT NULL, owner TEXT NOT NULL, title TEXT NOT NULL,
    frames TEXT NOT NULL, first_night INTEGER, last_night INTEGER,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, first_revision TEXT,
    last_revision TEXT, engines TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('new', 'known', 'fixed', 'regressed')),
    reason TEXT, expires TEXT, flaky INTEGER NOT NULL, minimized TEXT,
    replay TEXT)""",
    """CREATE TABLE input (
    sha256 TEXT NOT NULL, target TEXT NOT NULL, engine TEXT NOT NULL,
    night INTEGER, kind TEXT NOT NULL
        CHECK (kind IN ('crash', 'timeout', 'oom', 'leak')),
    name TEXT NOT NULL, size INTEGER NOT NULL, seen TEXT NOT NULL,
    finding TEXT, tries INTEGER, failed INTEGER,
    PRIMARY KEY (sha256, target))""",
    "CREATE INDEX input_finding ON input (finding)",
    ALIAS,
    """CREATE TABLE coverage (
    night INTEGER NOT NULL REFERENCES night, target TEXT NOT NULL,
    library TEXT NOT NULL, lines INTEGER, lines_total INTEGER,
    branches INTEGER, branches_total INTEGER, missed TEXT NOT NULL,
    lost TEXT NOT NULL, PRIMARY KEY (night, target, library))""",
)
JSON = ("versions", "frames", "engines", "missed", "lost", "also")
RUN = ("executions", "edges", "features", "corpus_files", "corpus_bytes",
       "stability", "rate", "slow", "timeouts", "ooms", "crashes", "seconds",
       "peak_kib", "trouble")


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def today():
    return now()[:10]


def finding_id(signature):
    return hashlib.sha256(signature.encode("utf-8")).hexdigest()[:12]


def is_red(finding, day=None):
    """True for what makes the morning's verdict red: ours, and new, come back,
    or known for longer than was granted."""
    return finding["owner"] == OURS and (
        finding["status"] in ("new", "regressed") or is_expired(finding, day))


def is_expired(finding, day=None):
    return finding["status"] == "known" and \
        (finding["expires"] or "") < (day or today())


class Ledger:
    def __init__(self, path, connection):
        self.path, self.connection = path, connection

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @contextlib.contextmanager
    def change(self):
        """One transaction; within one, that one."""
        if self.connection.in_transaction:
            yield
            return
        with self.told():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have rolled it back already.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def told(self):
        """What SQLite refuses is said of the file."""
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            hint = ": nothing was changed; make room and start it again" \
                if "full" in str(error) else ""
            raise Infrastructure(
                f"{visible(str(self.path))}: {error}{hint}") from error

    def rows(self, query, *values):
        with self.told():
            rows = [dict(row) for row in self.connection.execute(query, values)]
        for row in rows:
            row.update({key: json.loads(row[key]) for key in JSON if key in row})
        return rows

    def put(self, statement, values):
        with self.change():
            return self.connection.execute(statement, {
                key: json.dumps(value) if key in JSON else value
                for key, value in values.items()})

    def begin_night(self, cores, revision, machine, versions):
        """The number of the new night, which is running."""
        return self.put(
            "INSERT INTO night (started, cores, revision, machine, versions, "
            "state) VALUES (:started, :cores, :revision, :machine, :versions, "
            "'running')", {
                "started": now(), "cores": cores, "revision": revision,
                "machine": machine, "versions": versions}).lastrowid

    def end_night(self, night, seconds, state="done"):
        self.put("UPDATE night SET ended = :ended, seconds = :seconds, "
                 "state = :state WHERE id = :night", {
                     "ended": now(), "seconds": seconds, "state": state,
                     "night": night})

    def record_run(self, night, target, engine, instance, **numbers):
        """What one instance of an engine has done so far this night (RUN)."""
        values = {**dict.fromkeys(RUN), **numbers}
        if len(values) != len(RUN):
            raise TypeError(f"no column of run: {set(values) - set(RUN)}")
        columns = ("night", "target", "engine", "instance", *RUN)
        self.put(f"INSERT OR REPLACE INTO run ({', '.join(columns)}) VALUES "
                 f"({', '.join(':' + name for name in columns)})", {
                     "night": night, "target": target, "engine": engine,
                     "instance": instance, **values})

    def record_sample(self, night, target, engine, at, executions, edges,
                      corpus_files, rate):
        """`at` is seconds since the night began."""
        self.put("INSERT INTO sample VALUES (:night, :target, :engine, :at, "
                 ":executions, :edges, :corpus_files, :rate)", {
                     "night": night, "target": target, "engine": engine,
                     "at": at, "executions": executions, "edges": edges,
                     "corpus_files": corpus_files, "rate": rate})

    def record_input(self, sha256, target, engine, night, kind, name, size):
        """True if the input was not known: the first who finds it is named. One
        that is found once more is replayed once more if it had not failed, or
        if what it showed was fixed."""
        values = {"sha256": sha256, "target": target, "engine": engine,
                  "night": night, "kind": kind, "size": size, "seen": now(),
                  "name": store.as_text(name)}
        with self.change():
            if self.put(NEW_INPUT, values).rowcount == 1:
                return True
            for statement in FOUND_AGAIN:
                self.put(statement, values)
        return False

    def untriaged(self):
        return self.rows("SELECT * FROM input WHERE finding IS NULL "
                         "ORDER BY target, sha256")

    def inputs(self, finding):
        """Of one finding; of UNREPRODUCED what failed at no try."""
        return self.rows("SELECT * FROM input WHERE finding = ? "
                         "ORDER BY size, sha256, target", finding)

    def assign(self, sha256, target, finding, tries, failed):
        """An input was replayed: its finding, or UNREPRODUCED."""
        self.put("UPDATE input SET finding = :finding, tries = :tries, "
                 "failed = :failed WHERE sha256 = :sha256 AND target = :target",
                 {"finding": finding, "tries": tries, "failed": failed,
                  "sha256": sha256, "target": target})

    def record_finding(self, signature, target, kind, owner, title, frames,
                       night, revision, engines, flaky=False):
        """The id of the finding, made or seen once more. One that was fixed
        has come back then."""
        with self.change():
            identity = self.told_by(signature)
            known = self.finding(identity)
            values = {
                "id": identity, "signature": signature, "target": target,
                "kind": kind, "owner": owner, "title": title,
                "frames": frames, "night": night, "seen": now(),
                "revision": revision, "flaky": int(flaky),
                "engines": sorted({*engines, *(known or {}).get("engines", ())})}
            self.put(NEW_FINDING if known is None else SEEN_AGAIN, values)
        return identity

    def describe(self, identity, target, minimized, replay):
        """The smallest input that shows it, whose it is, and the line that
        replays it."""
        self.put("UPDATE finding SET target = :target, minimized = :minimized, "
                 "replay = :replay WHERE id = :id", {
                     "target": target, "minimized": minimized,
                     "replay": replay, "id": identity})

    def told_by(self, signature):
        """The id of the finding that is told by it, be it there or not."""
        found = self.rows("SELECT finding FROM alias WHERE signature = ?",
                          signature)
        return found[0]["finding"] if found else finding_id(signature)

    def join(self, identity, other):
        """One finding becomes part of another: its inputs, and its signature
        tells that one from now on."""
        with self.change():
            for statement in JOIN:
                self.put(statement, {"id": identity, "other": other})

    def mark(self, identity, status, reason=None, expires=None):
        """What was joined to a finding that is fixed is told by itself again,
        should it be seen: it may have been another bug."""
        with self.change():
            self.put("UPDATE finding SET status = :status, reason = :reason, "
                     "expires = :expires WHERE id = :id", {
                         "status": status, "reason": reason,
                         "expires": expires, "id": identity})
            if status == "fixed":
                self.put("DELETE FROM alias WHERE finding = :id",
                         {"id": identity})

    def record_coverage(self, night, target, library, lines, lines_total,
                        branches, branches_total, missed, lost):
        self.put("INSERT OR REPLACE INTO coverage VALUES (:night, :target, "
                 ":library, :lines, :lines_total, :branches, :branches_total, "
                 ":missed, :lost)", {
                     "night": night, "target": target, "library": library,
                     "lines": lines, "lines_total": lines_total,
                     "branches": branches, "branches_total": branches_total,
                     "missed": missed, "lost": lost})

    def finding(self, identity):
        found = self.rows("SELECT * FROM finding WHERE id = ?", identity)
        return found[0] if found else None

    def findings(self):
        """Each with `inputs`, how many inputs show it, and `also`, the
        signatures of what was joined to it."""
        return self.rows(
            "SELECT finding.*, count(input.sha256) AS inputs, (SELECT "
            "json_group_array(signature) FROM alias WHERE "
            "alias.finding = finding.id) AS also FROM finding LEFT JOIN input ON input.finding = finding.id "
            "GROUP BY finding.id ORDER BY first_seen, finding.id")

    def nights(self):
        return self.rows("SELECT * FROM night ORDER BY id")

    def runs(self, night):
        return self.rows("SELECT * FROM run WHERE night = ? "
                         "ORDER BY target, engine, instance", night)

    def samples(self, night):
        return self.rows("SELECT * FROM sample WHERE night = ? "
                         "ORDER BY target, engine, at", night)

    def coverage(self, night):
        return self.rows("SELECT * FROM coverage WHERE night = ? "
                         "ORDER BY target, library", night)


NEW_INPUT = """INSERT OR IGNORE INTO input (sha256, target, engine, night, kind,
    name, size, seen) VALUES (:sha256, :target, :engine, :night, :kind, :name,
    :size, :seen)"""
# :night is NULL of what comes from no night: a hand, or a check of what is fixed.
FOUND_AGAIN = (
    """UPDATE input SET finding = NULL, night = coalesce(:night, night)
    WHERE sha256 = :sha256 AND target = :target AND (finding = '' AND
    night IS NOT :night OR finding IN
    (SELECT id FROM finding WHERE status = 'fixed'))""",
    """UPDATE finding SET last_night = :night, last_seen = :seen WHERE
    ifnull(last_night, 0) < :night AND id IN (SELECT finding FROM input WHERE
    sha256 = :sha256 AND target = :target)""")
NEW_FINDING = """INSERT INTO finding (id, signature, target, kind, owner, title,
    frames, first_night, last_night, first_seen, last_seen, first_revision,
    last_revision, engines, status, flaky) VALUES (:id, :signature, :target,
    :kind, :owner, :title, :frames, :night, :night, :seen, :seen, :revision,
    :revision, :engines, 'new', :flaky)"""
# Who saw it fail each time knows better than who did not.
SEEN_AGAIN = """UPDATE finding SET last_night = coalesce(:night, last_night),
    last_seen = :seen, last_revision = :revision, engines = :engines,
    flaky = min(flaky, :flaky),
    status = CASE status WHEN 'fixed' THEN 'regressed' ELSE status END
    WHERE id = :id"""


# A night is NULL where a hand found it.
JOIN = (
    """UPDATE finding SET
    first_night = coalesce(min(finding.first_night, one.first_night),
                           finding.first_night, one.first_night),
    last_night = coalesce(max(finding.last_night, one.last_night),
                          finding.last_night, one.last_night),
    first_seen = min(finding.first_seen, one.first_seen),
    last_seen = max(finding.last_seen, one.last_seen),
    flaky = min(finding.flaky, one.flaky),
    engines = (SELECT json_group_array(value) FROM (
        SELECT value FROM json_each(finding.engines) UNION
        SELECT value FROM json_each(one.engines)))
    FROM finding AS one WHERE finding.id = :other AND one.id = :id""",
    "INSERT INTO alias SELECT signature, :other FROM finding WHERE id = :id",
    "UPDATE alias SET finding = :other WHERE finding = :id",
    "UPDATE input SET finding = :other WHERE finding = :id",
    "DELETE FROM finding WHERE id = :id")


def keep_log(connection):
    """Switches to a write-ahead log. While another one does so, too, in a new
    file SQLite does not wait but refuses at once."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(0.01)


def prepare(ledger):
    """Makes the tables of a new file; refuses one of a later version."""
    with ledger.told():
        keep_log(ledger.connection)
        ledger.connection.execute("PRAGMA synchronous = FULL")
    with ledger.change():
        version = ledger.connection.execute(
            "PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise Infrastructure(
                f"{visible(str(ledger.path))}: its schema is version "
                f"{version}, this hiveproof knows up to {VERSION}: a newer one "
                "has written it")
        for statement in SCHEMA if version == 0 else \
                [ALIAS] if version == 1 else []:
            ledger.connection.execute(statement)
        ledger.connection.execute(f"PRAGMA user_version = {VERSION}")


def open_ledger(path, make=True):
    """The ledger in the file `path`; unless it is there it is made, or with
    make=False refused."""
    path = pathlib.Path(path)
    if make:
        store.make_folder(path.parent)
    elif not path.exists():
        raise Infrastructure(f"{visible(str(path))}: there is no ledger")
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS,
                                     isolation_level=None)
    except sqlite3.Error as error:
        raise Infrastructure(f"{visible(str(path))}: {error}") from error
    connection.row_factory = sqlite3.Row
    ledger = Ledger(path, connection)
    try:
        prepare(ledger)
    except BaseException:
        ledger.close()
        raise
    return ledger
