# SPDX-License-Identifier: Apache-2.0
"""What a slice of time is given to, and what an engine makes of it."""
import dataclasses
import os
import pathlib
import shutil


@dataclasses.dataclass
class Slice:
    """One engine on one target for some seconds."""
    target: str
    engine: str
    seconds: int
    cores: int
    memory: int  # MiB for all of it
    number: int  # how many this pair of target and engine had before
    brief: bool  # this night has few slices for each pair
    work: pathlib.Path  # the engine's own folder
    corpora: list  # folders with other inputs, the seeds among them


@dataclasses.dataclass
class Instance:
    """One process of an engine."""
    name: str
    command: list
    environment: dict
    log: pathlib.Path
    talks: bool = False  # its standard output belongs to the log
    before: dict = dataclasses.field(default_factory=dict)


def numbers(**known):
    """What an instance has done: as the ledger's run has it."""
    return {"executions": 0, "edges": 0, "features": None, "stability": None,
            "rate": 0.0, **known}


def remove(path):
    """A file that somebody else may have removed meanwhile."""
    path.unlink(missing_ok=True)


def link(path, name):
    """Another name of a file, or a copy: on another file system, or where it
    has too many names."""
    try:
        os.link(path, name)
    except OSError:
        shutil.copyfile(path, name)


def files(folder):
    """The plain files in a folder that may not be there, by name; links,
    devices and folders are none."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [path for path in found if path.is_file() and not path.is_symlink()]
