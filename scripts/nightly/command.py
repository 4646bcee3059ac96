# SPDX-License-Identifier: Apache-2.0
"""What may be asked of a campaign."""
import argparse
import os
import pathlib
import re

from nightly import TOP, build, limits

UNITS = {"s": 1, "m": 60, "h": 3600}
MOST = 30 * 86400
CORE = 3 << 10  # MiB: what triage allows an input, and the engine itself
DEFAULT_STATE = "findings/campaign"


def seconds(text):
    match = re.fullmatch(r"([1-9][0-9]{0,6})([smh]?)", text)
    value = int(match[1]) * UNITS[match[2] or "s"] if match else 0
    if not 0 < value <= MOST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: 90s, 15m or 8h, at most 30 days")
    return value


def mebibytes(text):
    match = re.fullmatch(r"([1-9][0-9]{0,8})([MGT]?)", text)
    if not match:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no size: MiB, or with G or T")
    return int(match[1]) << {"": 0, "M": 0, "G": 10, "T": 20}[match[2]]


def cores(text):
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cores")
    return int(text)


def names(known, what):
    def parse(text):
        wanted = list(dict.fromkeys(text.split(",")))
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"no {what}: {', '.join(map(repr, unknown))}; there are "
                f"{', '.join(known)}")
        return wanted
    return parse


def targets(text):
    return build.usual() if text == "all" else \
        names(build.targets(), "target")(text)


def parser(description):
    parse = argparse.ArgumentParser(
        prog="campaign", description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False)
    parse.add_argument("--time", type=seconds, default=8 * 3600,
                       help="how long is fuzzed: 90s, 15m, 8h (the default); "
                       "building before it and reports after it not counted")
    parse.add_argument("--cores", type=cores,
                       default=len(os.sched_getaffinity(0)),
                       help="all of this machine by default")
    parse.add_argument("--targets", type=targets, default="all",
                       metavar="NAME,...", help="all, the default, is each "
                       "that needs nothing special")
    parse.add_argument("--engines", metavar="libfuzzer,afl",
                       type=names(("libfuzzer", "afl"), "engine"),
                       help="those that are installed by default")
    parse.add_argument("--state", type=pathlib.Path, metavar="DIR",
                       default=TOP / DEFAULT_STATE,
                       help=f"what is kept over the nights: {DEFAULT_STATE}")
    parse.add_argument("--build", type=pathlib.Path, metavar="DIR",
                       help="take what is built in DIR/fuzz-libfuzzer/harnesses"
                       " and DIR/fuzz-afl/harnesses instead of building")
    parse.add_argument("--disk", type=mebibytes, default=20 << 10,
                       metavar="MIB", help="most that the state may take: 20G")
    parse.add_argument("--memory", type=mebibytes, metavar="MIB",
                       help="most that the engines may take together: 3G a "
                       "core, and at most three quarters of this machine's")
    return parse


def arguments(description, words):
    known = parser(description).parse_args(words)
    if known.targets == "all":
        known.targets = build.usual()
    known.build = known.build and known.build.resolve()
    known.memory = known.memory or min(CORE * known.cores,
                                       limits.whole_memory() * 3 // 4)
    return known


def same(known):
    """What makes two commands the same: who changes it begins a new night."""
    return {"time": known.time, "cores": known.cores, "targets": known.targets,
            "engines": known.engines}
