# SPDX-License-Identifier: Apache-2.0
"""The page of a night and the index over nights: night.html and index.html with
page.css, page.js, the facts and the plots in them."""
import pathlib

from conform_matrix.page import csp_hash, for_script
from nightly import Infrastructure, plots
from nightly.facts import ENGINE, GROUPS, TOTAL, percent
from nightly.words import number, some, span

try:
    import jinja2
    from markupsafe import Markup
except ImportError:
    jinja2 = None

HERE = pathlib.Path(__file__).resolve().parent
THEIRS = "theirs"
NAMES = {
    "new": {"row": "new", "short": "new", "long": "New"},
    "regressed": {"row": "came back", "short": "that came back",
                  "long": "Came back"},
    "expired": {"row": "expired", "short": "expired",
                "long": "Known for longer than was granted"},
    "known": {"row": "known", "short": "known", "long": "Known"},
    "fixed": {"row": "fixed", "short": "fixed", "long": "Fixed"},
    THEIRS: {"row": "theirs", "short": "theirs",
             "long": "In other people's parsers"}}
STATIC = 300  # findings of a group; page.js makes rows of the others
FIELDS = ("row", "target", "status", "id", "title", "where", "signature", "replay",
          "seen", "known", "frames", "recipe_head", "recipe")
# Of a replay line, which does not tell where things are.
VARIABLES = {"$STATE": "the campaign's folder",
             "$ELSEWHERE": "a folder of that machine"}
# How the series of a plot are drawn, in the order of plots.Plot.
STROKES = ("solid", "dashed", "dotted")


def part(pair):
    """78.4, of what is a pair (some, all); nothing where it is not known."""
    value = percent(pair) if pair and None not in pair else None
    return "" if value is None else f"{value:.1f}"


def rate(value):
    return "" if value is None else f"{value:,.0f}" if value >= 10 \
        else f"{value:.1f}"


def environment():
    if jinja2 is None:
        raise Infrastructure("python3-jinja2 is not installed: scripts/setup")
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(number=number, some=some, span=span, part=part, rate=rate)
    return made


def render(template, **slots):
    style, script = [(HERE / name).read_text(encoding="utf-8")
                     for name in ("page.css", "page.js")]
    return environment().get_template(template).render(
        style=Markup(style), script=Markup(script),
        style_hash=Markup(csp_hash(style)), script_hash=Markup(csp_hash(script)),
        **slots)


def with_plots(wanted):
    """[(what it says, Plot)] as what the templates take."""
    drawn = plots.draw([plot for _, plot in wanted])
    return [{"says": says, "svg": Markup(svg)}
            for (says, _), svg in zip(wanted, drawn) if svg is not None]


# ---- plots ------------------------------------------------------------------


def over_nights(history):
    """What changes from night to night."""
    engines = sorted({engine for night in history for engine in night["edges"]})
    wanted = [("executions a second", lambda n: n["rate"]),
              *((f"edges by {engine}", lambda n, e=engine: n["edges"].get(e))
                for engine in engines),
              ("corpus files", lambda n: n["corpus_files"]),
              ("% of the engine's lines covered",
               lambda n: percent(n["lines"].get(ENGINE)))]
    for says, value in wanted:
        points = [(night["id"], value(night)) for night in history
                  if value(night) is not None]
        top = 100 if says.startswith("%") else None
        yield f"{says[0].upper()}{says[1:]}, by night", \
            plots.Plot([points], "boxes", "small", top)


def during(samples):
    """Edges and speed of each target while the night went on."""
    targets = {}
    for curve in samples:
        targets.setdefault(curve["target"], []).append(curve)
    for target, curves in targets.items():
        curves = curves[:len(STROKES)]
        for what, at, form in (("edges", 2, number), ("executions a second", 4,
                                                      rate)):
            ends = "; ".join(
                f"{curve['engine']} ({stroke}) {form(curve['points'][0][at])} to "
                f"{form(curve['points'][-1][at])}"
                for curve, stroke in zip(curves, STROKES))
            yield f"{target}, {what}: {ends}", plots.Plot(
                [[(p[0] / 3600, p[at]) for p in curve["points"]]
                 for curve in curves])


def of_the_machine(usage):
    """That nothing grows for ever."""
    for says, at, unit in (("memory of all processes", 1, 1024),
                           ("the state folder", 2, 1 << 20),
                           ("temporary files", 3, 1 << 20)):
        points = [(row[0] / 3600, row[at] / unit) for row in usage]
        last = [mib for hour, mib in points if hour >= points[-1][0] - 1]
        if points:
            yield f"{says[0].upper()}{says[1:]}, MiB: {min(last):,.0f} to " \
                f"{max(last):,.0f} in the last hour", plots.Plot([points])


# ---- pages ------------------------------------------------------------------


def listed(findings):
    """(group, its findings) of those that have any, in their order."""
    ours = [f for f in findings if f["owner"] == "ours"]
    groups = [(group, [f for f in ours if f["group"] == group])
              for group in GROUPS]
    groups.append((THEIRS, [f for f in findings if f["owner"] != "ours"]))
    return [(group, members) for group, members in groups if members]


def where_of(finding):
    said = [finding["target"], finding["kind"]]
    said += ["flaky"] if finding["flaky"] else []
    said += [f"of {finding['owner']}"] if finding["owner"] != "ours" else []
    return ", ".join(said)


def seen_of(finding, night):
    said = [f"{some(finding['inputs'], 'input')} by "
            f"{', '.join(finding['engines']) or 'nobody'}"]
    for word in ("first", "last"):
        revision = finding[f"{word}_revision"]
        said.append(f"{word} {finding[f'{word}_seen']} (night "
                    f"{finding[f'{word}_night']}"
                    f"{', ' + revision if revision else ''})")
    if finding["last_night"] != night:
        said.append("not this night")
    if finding["found_after"] is not None:
        said.append(f"{span(finding['found_after'])} after its night began")
    return "; ".join(said)


def known_of(finding):
    if not finding["reason"] and not finding["expires"]:
        return "no"
    until = f"; until {finding['expires']}" if finding["expires"] else ""
    return (finding["reason"] or "without a reason") + until


def fields_of(finding, night):
    """What stands in the row of a finding; of None, in one to be filled."""
    if finding is None:
        return dict.fromkeys(FIELDS, "")
    recipe = finding["recipe"] or {"kind": "", "text": "", "whole": True}
    head = f"{recipe['kind'].capitalize()} of the smallest input" + \
        ("" if recipe["whole"] else ", its first part")
    group = finding["group"] if finding["owner"] == "ours" else THEIRS
    return {"row": f"f-{finding['id']}", "status": NAMES[group]["row"],
            "where": where_of(finding),
            "seen": seen_of(finding, night), "known": known_of(finding),
            "replay": finding["replay"] or "",
            "frames": "\n".join(finding["frames"]),
            "recipe_head": head if recipe["text"] else "",
            "recipe": recipe["text"],
            "signature": "\n".join([finding["signature"], *finding["also"]]),
            **{key: finding[key] for key in ("id", "target", "title")}}


def rest_of(groups, night):
    """The rows that are not made yet."""
    rest = {}
    for group, members in groups:
        rows = (fields_of(f, night) for f in members[STATIC:])
        rest[group] = [[row[key] for key in FIELDS] for row in rows]
    return {"fields": FIELDS, "groups": rest}


def night_page(facts, coverage_link=None, to_index=None):
    groups, night = listed(facts["findings"]), facts["night"]["id"]
    return render(
        "night.html", names=NAMES, groups=GROUPS, total=TOTAL, static=STATIC,
        listed=groups, fields=lambda finding: fields_of(finding, night),
        rest=Markup(for_script(rest_of(groups, night))), plotted=plots.at_hand(),
        night_plots=with_plots(list(over_nights(facts["history"]))),
        sample_plots=with_plots([*of_the_machine(facts["usage"]),
                                 *during(facts["samples"])]),
        variables=[(name, what) for name, what in VARIABLES.items()
                   if any(name in (f["replay"] or "")
                          for f in facts["findings"])],
        coverage_link=coverage_link, to_index=to_index, **facts)


def index_page(nights):
    """`nights` are those of a history, with `link` and `sentence`."""
    return render("index.html", nights=nights,
                  night_plots=with_plots(list(over_nights(nights))))
