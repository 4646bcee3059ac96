# SPDX-License-Identifier: Apache-2.0
"""What is to be said of a night, once, for every format: a dictionary that is
the JSON of schema/hiveproof-night-1.json. All text in it can be seen, and of the
machine and of other people's parsers it says no more than may be told."""
import datetime
import pathlib
import re

from nightly import Infrastructure, ledger as ledgers
from nightly.words import Words, number, some, span

SCHEMA = "hiveproof-night/1"
# The row of the coverage table that is of all targets together.
TOTAL = "all"
ENGINE = "engine"  # our own code, among the libraries
GROUPS = ("new", "regressed", "expired", "known", "fixed")
RED = GROUPS[:3]
# A finding that stands for a planted bug is known for this reason.
CANARY = re.compile(r"canary:? *(.*)", re.I)
COMMIT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28}\b")
# A line of usage.tsv; the night's hours have at most so many digits.
USAGE = re.compile(r"\d{1,9}(\t\d{1,18}){3}")
RECIPE_LINES = 400
RECIPES_BYTES = 4 << 20  # of all findings, so that a page stays small
STEADY_PERCENT = 90
SLOW_RATE = 10  # executions a second; fewer, and something is wrong
HISTORY = 60    # nights
POINTS = 120    # of a curve


def moment(text):
    return datetime.datetime.fromisoformat(text)


def between(start, end):
    try:
        return (moment(end) - moment(start)).total_seconds()
    except (TypeError, ValueError):
        return None


def total(rows, key):
    return sum(row[key] or 0 for row in rows)


# ---- nights -----------------------------------------------------------------


def best_edges(runs):
    """{(engine, target): edges of its best instance}"""
    best = {}
    for run in runs:
        place = run["engine"], run["target"]
        best[place] = max(best.get(place, 0), run["edges"] or 0)
    return best


def edges_of(best):
    """{engine: edges of all targets together}; engines count differently."""
    totals = {}
    for (engine, _), edges in sorted(best.items()):
        totals[engine] = totals.get(engine, 0) + edges
    return totals


def corpus_of(runs, key):
    """Engines of a target have much in common: its largest corpus counts."""
    best = {}
    for run in runs:
        best[run["target"]] = max(best.get(run["target"], 0), run[key] or 0)
    return sum(best.values())


def seconds_of(night):
    return night["seconds"] if night["seconds"] is not None else \
        between(night["started"], night["ended"] or ledgers.now())


def lines_of(coverage):
    """{library: (lines reached, lines)} by all targets together"""
    return {row["library"]: [row["lines"], row["lines_total"]]
            for row in coverage if row["target"] == TOTAL}


def night_totals(ledger, night, words):
    """What is said of each night; engines and libraries by their told names."""
    runs = ledger.runs(night["id"])
    seconds = seconds_of(night)
    executions = total(runs, "executions")
    return {"id": night["id"], "started": words.of(night["started"]),
            "seconds": seconds, "state": night["state"],
            "executions": executions,
            "rate": round(executions / seconds, 1) if seconds else None,
            "edges": {words.of(engine): edges for engine, edges
                      in edges_of(best_edges(runs)).items()},
            "corpus_files": corpus_of(runs, "corpus_files"),
            "corpus_bytes": corpus_of(runs, "corpus_bytes"),
            "lines": {words.of(library): pair for library, pair in
                      lines_of(ledger.coverage(night["id"])).items()}}


# ---- findings ---------------------------------------------------------------


def group_of(finding, day):
    return "expired" if ledgers.is_expired(finding, day) else finding["status"]


def first_inputs(ledger):
    """{finding: (when its first input was seen, by which engine)}"""
    return {row["finding"]: (row["seen"], row["engine"]) for row in ledger.rows(
        "SELECT finding, engine, min(seen) AS seen FROM input "
        "WHERE finding IS NOT NULL GROUP BY finding")}


class Recipes:
    """The recipes or maps of findings, as many as a page takes."""

    def __init__(self, state, words):
        self.folder, self.words = pathlib.Path(state) / "findings", words
        self.room = RECIPES_BYTES
        self.real_hives = False

    def of(self, identity):
        folder = self.folder / identity
        if (folder / "private").exists():
            # Made of somebody's hive, which no page carries.
            self.real_hives = True
            return None
        for name in ("recipe", "map"):
            path = next((p for p in sorted(folder.glob(f"*{name}*"))
                         if p.is_file()), None)
            if path is not None and self.room > 0:
                return self.read(path, name)
        return None

    def read(self, path, kind):
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(min(self.room, 256 << 10))
            whole = not file.read(1)
        lines = text.split("\n")
        whole = whole and len(lines) <= RECIPE_LINES
        text = self.words.of("\n".join(lines[:RECIPE_LINES]), " \n\t")
        self.room -= len(text)
        return {"kind": kind, "text": text, "whole": whole}


def told_finding(finding, group, words, recipes, first, nights):
    seen, engine = first.get(finding["id"], (None, None))
    night = nights.get(finding["first_night"])
    text = {key: words.of(finding[key] or "") for key in (
        "signature", "target", "kind", "owner", "title", "first_seen",
        "last_seen", "reason", "expires")}
    return {"id": finding["id"], "group": group, **text,
            **{key: words.of(short(finding[key])) for key in (
                "first_revision", "last_revision")},
            "also": [words.of(name) for name in finding["also"]],
            "frames": [words.of(frame) for frame in finding["frames"]],
            "first_night": finding["first_night"],
            "last_night": finding["last_night"],
            "engines": [words.of(name) for name in finding["engines"]],
            "flaky": bool(finding["flaky"]), "inputs": finding["inputs"],
            "found_by": words.of(engine or ""),
            "found_after": between(night["started"], seen) if night else None,
            "replay": words.line(finding["replay"]),
            "recipe": recipes.of(finding["id"])}


def others_of(findings, night):
    """Of other people's parsers: counts, and nothing of which input."""
    parsers = {}
    for finding in findings:
        counts = parsers.setdefault(finding["owner"], {
            "findings": 0, "new_tonight": 0, "seen_tonight": 0, "inputs": 0})
        counts["findings"] += 1
        counts["new_tonight"] += finding["first_night"] == night
        counts["seen_tonight"] += finding["last_night"] == night
        counts["inputs"] += finding["inputs"]
    return parsers


def canaries_of(findings):
    for finding in findings:
        match = CANARY.match(finding["reason"])
        if match:
            yield {"name": match[1] or finding["title"],
                   "finding": finding["id"], "night": finding["first_night"],
                   "engine": finding["found_by"],
                   "seconds": finding["found_after"]}


# ---- health -----------------------------------------------------------------


def health_of(run):
    """What of a run wants to be looked at, in a few words each."""
    said = []
    if not run["executions"]:
        said.append("nothing was run")
    elif run["rate"] is not None and run["rate"] < SLOW_RATE:
        said.append(f"fewer than {SLOW_RATE} a second")
    if run["stability"] is not None and run["stability"] < STEADY_PERCENT:
        said.append(f"less than {STEADY_PERCENT} % stable")
    return said


def told_run(run, words, foreign):
    trouble = run["trouble"] or ""
    # What the campaign saw in it is not said twice.
    look = [] if trouble else health_of(run)
    if trouble and foreign and not words.private:
        trouble, look = "told with --private", health_of(run)
    return {**{key: value for key, value in run.items() if key != "night"},
            **{key: words.of(run[key]) for key in ("target", "engine", "instance")},
            "trouble": words.of(trouble), "look": look}


def samples_of(samples, words):
    """[{target, engine, points}], of each engine what its instances have
    together: [seconds, executions, edges, corpus files, a second]."""
    curves = {}
    for row in samples:
        points = curves.setdefault((row["target"], row["engine"]), {})
        point = points.setdefault(row["at"], [row["at"], 0, 0, 0, 0])
        point[1] += row["executions"] or 0
        point[2] = max(point[2], row["edges"] or 0)
        point[3] = max(point[3], row["corpus_files"] or 0)
        point[4] += row["rate"] or 0
    return [{"target": words.of(target), "engine": words.of(engine),
             "points": thinned([points[at] for at in sorted(points)])}
            for (target, engine), points in sorted(curves.items())]


def thinned(points):
    """At most POINTS of them, the last among them."""
    step = max(1, -(-len(points) // POINTS))
    return points[(len(points) - 1) % step::step]


def usage_of(state, night):
    """[seconds, KiB of memory, bytes of the state, bytes of temporary files], as
    the campaign wrote them down; lines that are not so are left out."""
    path = pathlib.Path(state) / "nights" / f"{night:04}" / "usage.tsv"
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    return thinned([[int(part) for part in line.split("\t")]
                    for line in lines if USAGE.fullmatch(line)])


# ---- the verdict ------------------------------------------------------------


def gained(runs, runs_before):
    """{engine: edges more than the night before}, of the targets that it ran in
    both."""
    now, before = best_edges(runs), best_edges(runs_before)
    more = edges_of({place: edges - before[place] for place, edges in now.items()
                     if place in before})
    return {engine: edges for engine, edges in more.items() if edges > 0}


def percent(pair):
    return 100 * pair[0] / pair[1] if pair and pair[1] else None


def coverage_words(now, before):
    part = percent(now["lines"].get(ENGINE))
    if part is None:
        return []
    last = percent((before or {"lines": {}})["lines"].get(ENGINE))
    change = f" ({part - last:+.1f})" if last is not None else ""
    return [f"{part:.1f} % of the engine's lines are covered{change}"]


def listing(parts):
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def found_words(counts):
    """What makes the gate red."""
    said = [some(counts["new"], "new bug")] if counts["new"] else []
    if counts["regressed"]:
        said.append(f"{counts['regressed']:,} that came back")
    if counts["expired"]:
        said.append(f"{counts['expired']:,} known for longer than was granted")
    return listing(said)


def verdict_of(night, now, before, counts, more):
    """Whether it was worth it, in a word and in a sentence. `more` is the edges
    gained."""
    found = found_words(counts)
    if now["executions"] == 0:
        word, why = "nothing ran", ["no target ran a single input"]
    elif found:
        word, why = "act on it", [f"of ours, {found}"]
    elif more or before is None:
        word, why = "worth it", ["no new bug of ours"]
    else:
        word, why = "quiet", ["no new bug of ours and no new edges"]
    ran = f"{now['executions']:,} executions in {span(now['seconds'])}"
    if night["cores"]:
        ran += f" on {some(night['cores'], 'core')}"
    why.append(ran)
    why += [f"{number(edges)} more edges by {engine} than the night before"
            for engine, edges in more.items()]
    why += coverage_words(now, before)
    return word, "; ".join(why)


def whole_sentence(word, why, night, runs):
    troubled = sum(bool(run["trouble"] or run["look"]) for run in runs)
    if troubled:
        why += f"; {troubled} of {some(len(runs), 'run')} wants to be looked at" \
            if troubled == 1 else \
            f"; {troubled} of {some(len(runs), 'run')} want to be looked at"
    state = {"running": " It still runs.", "stopped": " It was stopped early."}
    return f"{word[0].upper()}{word[1:]}: {why}.{state.get(night['state'], '')}"


# ---- together ---------------------------------------------------------------


def chosen(nights, number_):
    if not nights:
        raise Infrastructure("the ledger has no night yet")
    for night in nights:
        if number_ in (None, night["id"]):
            found = night
            if number_ is not None:
                return night
    if number_ is not None:
        raise Infrastructure(f"the ledger has no night {number_}: it has "
                             f"{nights[0]['id']} to {nights[-1]['id']}")
    return found


def short(revision):
    """A commit as people call it; it is no hash of an input."""
    return COMMIT.sub(r"\1", revision or "")


def findings_of(ledger, words, state, night, nights):
    """(those of ours that are told, others' counts, whether some are of real
    hives)"""
    day = (night["ended"] or ledgers.now())[:10]
    known = [row for row in ledger.findings()
             if (row["first_night"] or 0) <= night["id"]]
    ours = [row for row in known if row["owner"] == ledgers.OURS]
    theirs = [row for row in known if row["owner"] != ledgers.OURS]
    listed = known if words.private else ours
    order = {group: at for at, group in enumerate(GROUPS)}
    listed.sort(key=lambda row: (order[group_of(row, day)],
                                 -(row["first_night"] or 0), row["id"]))
    recipes = Recipes(state, words)
    first = first_inputs(ledger)
    told = [told_finding(row, group_of(row, day), words, recipes, first, nights)
            for row in listed]
    parsers = {words.of(owner): counts for owner, counts
               in sorted(others_of(theirs, night["id"]).items())}
    counts = {group: sum(group_of(row, day) == group for row in ours)
              for group in GROUPS}
    return told, parsers, counts, recipes.real_hives


def gather(ledger, state, number_=None, private=False, foreign=()):
    """The facts of a night, the last one unless its number is given. `foreign`
    are the targets of other people's parsers."""
    words = Words(state, private)
    nights = ledger.nights()
    night = chosen(nights, number_)
    history = [night_totals(ledger, row, words) for row in nights
               if row["id"] <= night["id"]][-HISTORY:]
    now, before = history[-1], history[-2] if len(history) > 1 else None
    told, parsers, counts, real = findings_of(
        ledger, words, state, night, {row["id"]: row for row in nights})
    rows = ledger.runs(night["id"])
    runs = [told_run(run, words, run["target"] in foreign) for run in rows]
    word, why = verdict_of(night, now, before, counts, {
        words.of(engine): edges for engine, edges in gained(
            rows, ledger.runs(before["id"]) if before else []).items()})
    coverage = [{key: value for key, value in row.items() if key != "night"} |
                {key: words.of(row[key]) for key in ("target", "library")} |
                {key: [words.of(item) for item in row[key]]
                 for key in ("missed", "lost")}
                for row in ledger.coverage(night["id"])]
    versions = {words.of(name): words.of(value) for name, value in
                sorted((night["versions"] or {}).items())}
    return {"schema": SCHEMA, "private": private, "real_hives": real,
            "night": {"id": night["id"], "started": words.of(night["started"]),
                      "ended": words.of(night["ended"] or ""),
                      "seconds": now["seconds"], "cores": night["cores"],
                      "revision": words.of(short(night["revision"])),
                      "machine": words.of(night["machine"] or ""),
                      "versions": versions, "state": night["state"]},
            "verdict": {"word": word, "red": any(counts[g] for g in RED),
                        "sentence": whole_sentence(word, why, night, runs)},
            "counts": counts, "findings": told, "others": parsers,
            "totals": now, "history": history, "runs": runs,
            "samples": samples_of(ledger.samples(night["id"]), words),
            "usage": usage_of(state, night["id"]), "canaries": list(canaries_of(told)), "coverage": coverage}
