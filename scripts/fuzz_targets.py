# SPDX-License-Identifier: Apache-2.0
"""What harnesses/targets.tsv says of single fuzz targets, for the scripts."""
import pathlib

LISTED = pathlib.Path(__file__).resolve().parent.parent / "harnesses" / "targets.tsv"


def listed():
    """{target: (its traits, what its module consists of)}"""
    rows = [line.split("\t") for line in
            LISTED.read_text(encoding="utf-8").splitlines()
            if line.startswith("fuzz_")]
    return {target: (set(traits.split(",")), [] if module == "-"
                     else module.split(","))
            for target, traits, module in rows}


def having(trait):
    return tuple(target for target, (traits, _) in listed().items()
                 if trait in traits)


COPYLEFT = having("copyleft")
VENDOR = having("vendor")
FOREIGN = having("foreign")
HIVES = having("hive")
MODULES = {target: module for target, (_, module) in listed().items() if module}

# Of AFL++'s targets. Some of other people's parsers read memory that nobody has
# written, and so do something else each time, unless malloc fills it.
STEADY = {"GLIBC_TUNABLES":
          "glibc.malloc.perturb=170:glibc.malloc.tcache_count=0"}
