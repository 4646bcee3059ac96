# SPDX-License-Identifier: Apache-2.0
"""What is used of memory and disk."""
import os
import pathlib
import shutil

from nightly import Infrastructure, visible
from nightly.guard import descendants

RESERVE = 256 << 20  # bytes that stay free on the disk; a tenth of a small one
PAGE = os.sysconf("SC_PAGE_SIZE")


def disk(folder):
    """Bytes that the files below `folder` take, those of hard links once."""
    total, left, seen = 0, [folder], set()
    while left:
        try:
            entries = list(os.scandir(left.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                known = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if entry.is_dir(follow_symlinks=False):
                left.append(entry.path)
            if known.st_nlink > 1 and not entry.is_dir(follow_symlinks=False):
                if known.st_ino in seen:
                    continue
                seen.add(known.st_ino)
            total += known.st_blocks * 512
    return total


def room(folder):
    """Bytes that may still be written where `folder` is."""
    disk_ = shutil.disk_usage(folder)
    return disk_.free - min(RESERVE, disk_.total // 10)


def resident(process):
    """KiB of one process."""
    try:
        words = pathlib.Path(f"/proc/{process}/statm").read_text().split()
        return int(words[1]) * PAGE // 1024
    except (OSError, IndexError, ValueError):
        return 0


def memory(process, table=None):
    """KiB of the process and all below it."""
    return sum(resident(one) for one in
               (process, *descendants(process, table)))


def whole_memory():
    """MiB of this machine."""
    return os.sysconf("SC_PHYS_PAGES") * PAGE >> 20


def check_room(folder):
    if room(folder) < 0:
        raise Infrastructure(
            f"{visible(str(folder))}: hardly anything is free on this disk: "
            "make room and start it again; nothing was lost")
