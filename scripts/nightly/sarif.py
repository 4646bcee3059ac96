# SPDX-License-Identifier: Apache-2.0
"""The facts of a night as SARIF 2.1.0: a result for each finding, whose rule is
its kind."""
import json
import re
import urllib.parse

from nightly.facts import RED

# Of a frame, where it has one: engine/regf/walk.c:120
PLACE = re.compile(r"((?:[\w.+-]+/)+[\w.+-]+\.(?:c|h|cc|cpp))(?::(\d{1,7}))?")
# As a run before knew it.
BASELINE = {"new": "new", "regressed": "new", "expired": "unchanged",
            "known": "unchanged", "fixed": "absent"}


def text(said):
    return {"text": said or "nothing was said"}


def location(finding):
    """The first frame with a file, and all of the frames by name."""
    place = next(filter(None, map(PLACE.search, finding["frames"])), None)
    found = {}
    if place:
        physical = {"artifactLocation": {
            "uri": urllib.parse.quote(place[1]), "uriBaseId": "TREE"}}
        if place[2] and int(place[2]) > 0:
            physical["region"] = {"startLine": int(place[2])}
        found["physicalLocation"] = physical
    if finding["frames"]:
        found["logicalLocations"] = [
            {"fullyQualifiedName": frame, "kind": "function"}
            for frame in finding["frames"]]
    return [found] if found else []


def result_of(finding, rules):
    ours = finding["owner"] == "ours"
    group = finding["group"]
    result = {
        "ruleId": finding["kind"], "ruleIndex": rules.index(finding["kind"]),
        "level": "error" if ours and group in RED else
                 "note" if ours else "none",
        "kind": "fail" if ours else "informational",
        "message": text(finding["title"]), "baselineState": BASELINE[group],
        "locations": location(finding),
        "partialFingerprints": {"hiveproofSignature/v1": finding["id"]},
        "properties": {key: finding[key] for key in (
            "group", "signature", "target", "owner", "engines", "flaky", "inputs",
            "first_night", "last_night", "first_seen", "last_seen", "expires",
            "replay")}}
    if group in ("known", "expired"):
        result["suppressions"] = [{
            "kind": "external", "justification": finding["reason"],
            "status": "accepted" if group == "known" else "rejected"}]
    return result


def notifications(runs):
    """What was wrong with the runs of targets."""
    for run in runs:
        said = "; ".join([*run["look"], *filter(None, [run["trouble"]])])
        if said:
            yield {"level": "warning", "message": text(
                f"{run['target']}, {run['engine']} {run['instance']}: {said}")}


def log(driver, findings, **more):
    """One run of the tool `driver`; `more` is said of that run."""
    rules = sorted({f["kind"] for f in findings})
    return {"version": "2.1.0", "runs": [{
        "tool": {"driver": {**driver, "rules": [
            {"id": kind, "shortDescription": text(kind)} for kind in rules]}},
        "originalUriBaseIds": {"TREE": {"description": text(
            "the top of hiveproof's tree")}},
        **more, "results": [result_of(f, rules) for f in findings]}]}


def sarif(facts):
    night = facts["night"]
    invocation = {
        "executionSuccessful": facts["totals"]["executions"] > 0,
        "toolExecutionNotifications": list(notifications(facts["runs"]))}
    for key, name in (("started", "startTimeUtc"), ("ended", "endTimeUtc")):
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", night[key]):
            invocation[name] = night[key]
    return json.dumps(log(
        {"name": "hiveproof nightly", "version": night["revision"] or "unknown"},
        facts["findings"], invocations=[invocation],
        properties={"night": night["id"],
                    "verdict": facts["verdict"]["sentence"],
                    "others": facts["others"]})) + "\n"
