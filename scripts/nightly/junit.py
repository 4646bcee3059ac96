# SPDX-License-Identifier: Apache-2.0
"""The facts of a night as JUnit: a case for each finding of ours, which fails if
it is new, came back or is known for too long, and one for each run of a target,
which never does: what went wrong with it is told in its output."""
import xml.etree.ElementTree as ET

from nightly.facts import RED
from nightly.page import NAMES


def body(finding):
    said = [f"signature: {finding['signature']}",
            f"replay: {finding['replay'] or 'there is no line for it'}",
            *(f"at {frame}" for frame in finding["frames"])]
    return "\n".join(said)


def put_finding(suite, finding):
    theirs = finding["owner"] != "ours"
    case = ET.SubElement(suite, "testcase", classname="findings." + (
        finding["owner"] if theirs else finding["target"]),
        name=f"{finding['id']} {finding['title']}")
    if not theirs and finding["group"] in RED:
        said = f"{NAMES[finding['group']]['long']}: {finding['title']}"
        ET.SubElement(case, "failure", type=finding["kind"],
                      message=said).text = body(finding)
    elif theirs or finding["group"] == "known":
        reason = finding["reason"] or ("somebody else's" if theirs else "known")
        ET.SubElement(case, "skipped", message=reason)
        ET.SubElement(case, "system-out").text = body(finding)


def put_run(suite, run):
    case = ET.SubElement(
        suite, "testcase", classname=f"targets.{run['target']}",
        name=" ".join(filter(None, (run["target"], run["engine"],
                                    run["instance"]))))
    if run["seconds"] is not None:
        case.set("time", f"{run['seconds']:.3f}")
    said = [f"{key}: {run[key]}" for key in (
        "executions", "edges", "corpus_files", "stability", "slow", "timeouts",
        "ooms", "crashes") if run[key] is not None]
    said += run["look"] + ([f"trouble: {run['trouble']}"] if run["trouble"]
                           else [])
    ET.SubElement(case, "system-out").text = "\n".join(said)


def properties_of(facts):
    values = {"verdict": facts["verdict"]["sentence"],
              **{f"night.{key}": facts["night"][key] for key in
                 ("id", "started", "ended", "cores", "revision", "machine")},
              **{f"version.{name}": value for name, value
                 in facts["night"]["versions"].items()}}
    for owner, counts in facts["others"].items():
        values.update({f"others.{owner}.{key}": value
                       for key, value in counts.items()})
    return values


def document(name, suite_name, findings, properties, runs=(), **more):
    """One suite with all of it; `more` are attributes of it."""
    ours = [f for f in findings if f["owner"] == "ours"]
    root = ET.Element("testsuites", name=name)
    suite = ET.SubElement(
        root, "testsuite", name=suite_name,
        tests=str(len(findings) + len(runs)),
        failures=str(sum(f["group"] in RED for f in ours)), errors="0",
        skipped=str(sum(f["group"] == "known" for f in ours)
                    + len(findings) - len(ours)), **more)
    listed = ET.SubElement(suite, "properties")
    for key, value in properties.items():
        ET.SubElement(listed, "property", name=key, value=str(value))
    for finding in findings:
        put_finding(suite, finding)
    for run in runs:
        put_run(suite, run)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + \
        ET.tostring(root, encoding="unicode") + "\n"


def junit(facts):
    night = facts["night"]
    return document("hiveproof nightly", f"night {night['id']}",
                    facts["findings"], properties_of(facts), facts["runs"],
                    # Years of a broken clock are no timestamp.
                    timestamp=night["started"].removesuffix("Z"))
