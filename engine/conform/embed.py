#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""embed.py OUT.c FILE...: the files, which are ASCII, as hp_export_files
(export.h)."""
import pathlib
import sys


def main():
    files = [pathlib.Path(name) for name in sys.argv[2:]]
    lines = ['#include "export.h"', ""]
    table = ["const struct hp_export_file hp_export_files[] = {"]
    for number, file in enumerate(files):
        data = file.read_text(encoding="ascii").encode("ascii")
        lines.append(f"static const char file{number}[] = {{")
        lines += [",".join(map(str, data[at:at + 20])) + ","
                  for at in range(0, len(data), 20)]
        lines.append("};")
        table.append(f'{{"{file.name}", file{number}, sizeof file{number}}},')
    text = "\n".join([*lines, *table, "{0, 0, 0}};", ""])
    pathlib.Path(sys.argv[1]).write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
