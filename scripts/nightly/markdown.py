# SPDX-License-Identifier: Apache-2.0
"""The facts of a night as Markdown. No line of it is a command of a CI runner,
whatever the names are: text stands escaped, behind a mark."""
from conform_matrix.counts import literal
from nightly.facts import TOTAL
from nightly.page import NAMES, listed, part, rate
from nightly.words import number, some, span


def code(text):
    """Text as a code span: its fence is longer than any in it."""
    longest, run = 0, 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def table(heads, rows):
    rows = list(rows)
    if not rows:
        return
    yield "| " + " | ".join(heads) + " |\n"
    yield "|" + "---|" * len(heads) + "\n"
    for row in rows:
        yield "| " + " | ".join(literal(str(cell)) for cell in row) + " |\n"
    yield "\n"


def finding_lines(finding):
    yield f"- **{NAMES[finding['group']]['row']}** {finding['id']} " \
          f"{literal(finding['title'])} ({literal(finding['target'])}, " \
          f"{literal(finding['kind'])}{', flaky' if finding['flaky'] else ''})\n"
    yield f"  - signature: {literal(finding['signature'])}\n"
    for name in finding["also"]:
        yield f"  - also: {literal(name)}\n"
    if finding["replay"]:
        yield f"  - replay: {code(finding['replay'])}\n"
    if finding["frames"]:
        yield f"  - frames: {', '.join(map(literal, finding['frames']))}\n"
    yield f"  - {some(finding['inputs'], 'input')}, first seen " \
          f"{literal(finding['first_seen'])} in night {finding['first_night']}, " \
          f"last {literal(finding['last_seen'])} in night " \
          f"{finding['last_night']}\n"
    if finding["reason"]:
        yield f"  - known: {literal(finding['reason'])}, until " \
              f"{literal(finding['expires'] or 'ever')}\n"


def health(runs):
    heads = ["target", "engine", "executions", "a second", "edges", "corpus",
             "stability", "slow", "timeouts", "out of memory", "crashes",
             "trouble"]
    yield from table(heads, (
        (r["target"], r["engine"], number(r["executions"]), rate(r["rate"]),
         number(r["edges"]), number(r["corpus_files"]),
         "" if r["stability"] is None else f"{r['stability']:.1f} %",
         number(r["slow"]), number(r["timeouts"]), number(r["ooms"]),
         number(r["crashes"]),
         "; ".join([*r["look"], *filter(None, [r["trouble"]])]))
        for r in runs))


def coverage(rows):
    yield from table(
        ["target", "code of", "lines", "of", "%", "branches", "of", "%"],
        (("all together" if c["target"] == TOTAL else c["target"], c["library"],
          number(c["lines"]), number(c["lines_total"]),
          part((c["lines"], c["lines_total"])), number(c["branches"]),
          number(c["branches_total"]),
          part((c["branches"], c["branches_total"]))) for c in rows))
    for row in rows:
        if row["target"] != TOTAL:
            continue
        name = literal(row["library"])
        yield f"{name}: {some(len(row['missed']), 'function')} never entered, " \
              f"{some(len(row['lost']), 'stretch', 'stretches')} of lines lost " \
              "since the night before\n\n"
        yield "".join(f"- lost: {literal(item)}\n" for item in row["lost"])
        yield "".join(f"- never entered: {literal(item)}\n"
                      for item in row["missed"])
        yield "\n"


def lines(facts):
    night = facts["night"]
    yield f"# Night {night['id']}: {facts['verdict']['word']}\n\n"
    if facts["private"]:
        yield "**Private: what was found in other people's parsers is for " \
              "their makers alone.**\n\n"
    if facts["real_hives"]:
        yield "**Some inputs were made of somebody's hives; nothing of their " \
              "content is here.**\n\n"
    yield f"{literal(facts['verdict']['sentence'])}\n\n## Findings of ours\n\n"
    yield ", ".join(f"{facts['counts'][group]:,} {NAMES[group]['short']}"
                    for group in facts["counts"]) + "\n\n"
    for group, members in listed(facts["findings"]):
        yield f"### {NAMES[group]['long']}: {len(members):,}\n\n"
        for finding in members:
            yield from finding_lines(finding)
        yield "\n"
    yield "## Other people's parsers\n\n"
    yield "" if facts["others"] else "Nothing was found in them.\n\n"
    yield from table(
        ["parser", "findings", "new this night", "seen this night", "inputs"],
        ((owner, *map(number, counts.values()))
         for owner, counts in facts["others"].items()))
    yield "## Nights\n\n"
    yield from table(
        ["night", "began", "time", "executions", "a second", "corpus files",
         "engine's lines, %"],
        ((n["id"], n["started"], span(n["seconds"]), number(n["executions"]),
          number(n["rate"]), number(n["corpus_files"]),
          part(n["lines"].get("engine"))) for n in reversed(facts["history"])))
    if facts["canaries"]:
        yield "## Time to find canaries\n\n"
        yield from table(["canary", "finding", "night", "engine", "after"], (
            (c["name"], c["finding"], c["night"], c["engine"],
             span(c["seconds"])) for c in facts["canaries"]))
    yield "## Health of the targets\n\n"
    yield from health(facts["runs"])
    yield "## Coverage\n\n"
    yield from coverage(facts["coverage"])
    yield "## Machine and versions\n\n"
    for name in ("started", "ended", "cores", "revision", "machine"):
        yield f"- {name}: {literal(str(night[name]))}\n"
    for name, version in night["versions"].items():
        yield f"- {literal(name)}: {literal(version)}\n"


def markdown(facts):
    return "".join(lines(facts))
