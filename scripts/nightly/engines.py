# SPDX-License-Identifier: Apache-2.0
"""The engines of a campaign, made ready: {name: engine}."""
import shutil

from nightly import Infrastructure, afl, build, libfuzzer, visible

KINDS = {"libfuzzer": libfuzzer.LibFuzzer, "afl": afl.Afl}


def installed(wanted):
    """Those that are asked for; without a wish, those that are here."""
    return wanted or ["libfuzzer", *(["afl"] if shutil.which("afl-fuzz")
                                     else [])]


def cmplog(targets, top):
    """The folder of AFL++'s second build, or None: it is a help, no need."""
    if not afl.able().takes("-c"):
        return None
    try:
        return build.present(targets, "cmplog", top) if top else \
            build.build(targets, "cmplog")
    except Infrastructure as why:
        if not top:
            print(f"AFL++ goes without cmplog: {visible(str(why)[-300:])}",
                  flush=True)
        return None


def make(targets, wanted, top):
    """All kinds, so that what any of them left is seen; those that are wanted
    are built. libFuzzer is in any case: it merges."""
    made = {name: kind(None) for name, kind in KINDS.items()}
    for name in ("libfuzzer", *(name for name in wanted
                                if name != "libfuzzer")):
        folder = build.present(targets, name, top) if top else \
            build.build(targets, name)
        made[name] = KINDS[name](folder, *(
            [cmplog(targets, top)] if name == "afl" else []))
    return made


def versions():
    """Of what takes part in a night."""
    from bench_fuzz import first_line
    known = {"clang": first_line(["clang", "--version"])}
    if shutil.which("afl-fuzz"):
        known["afl++"] = afl.able().version
    return known
