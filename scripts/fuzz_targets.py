# SPDX-License-Identifier: Apache-2.0
"""What scripts/fuzz and scripts/seeds have to know of single fuzz targets;
harnesses/CMakeLists.txt has the same lists."""
COPYLEFT = ("fuzz_libregf", "fuzz_regfi")

# Other people's parsers: what is found in them, and what they leak, is theirs
# (contracts 5).
VENDOR = ("fuzz_parser", "fuzz_parser_diff")
FOREIGN = ("fuzz_hivex", "fuzz_hivex_write", *COPYLEFT, "fuzz_diff", *VENDOR)

# Those whose input is a hive.
HIVES = ("fuzz_hive", "fuzz_roundtrip", "fuzz_enumerate", "fuzz_inspect",
         *FOREIGN)
