# SPDX-License-Identifier: Apache-2.0
"""Files that are there whole or not at all, also after a kill or a power cut.

A file is written beside its place, synced, renamed and its folder synced. What
a killed writer leaves behind is called .new-PID-NAME; sweep() takes it away."""
import contextlib
import errno
import hashlib
import os
import pathlib
import re
import shutil
import tempfile

from nightly import Infrastructure, visible

PRIVATE = 0o700
LEFT = re.compile(r"\.new-(\d+)-")
FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def told(path):
    """What the system refuses is said of `path`."""
    try:
        yield
    except OSError as error:
        hint = ": nothing was changed; make room and start it again" \
            if error.errno in FULL else ""
        raise Infrastructure(f"{visible(str(path))}: "
                             f"{error.strerror or error}{hint}") from error


def sync_folder(path):
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path, mode=PRIVATE):
    """The folder and those above it; each new one is synced into its own."""
    path = pathlib.Path(path)
    if not path.is_dir():
        make_folder(path.parent, mode)
        with told(path), contextlib.suppress(FileExistsError):
            os.mkdir(path, mode)
            sync_folder(path.parent)
    return path


def write(path, data, mode=0o600):
    """Puts text or bytes into `path`, in place of what was there."""
    path = pathlib.Path(path)
    data = data.encode("utf-8", "surrogateescape") \
        if isinstance(data, str) else data
    with told(path):
        handle, new = tempfile.mkstemp(prefix=f".new-{os.getpid()}-",
                                       dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.rename(new, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(new)
            raise
        sync_folder(path.parent)


def keep(folder, data):
    """Puts `data` into `folder` under its SHA-256, which is returned. What has
    that name was renamed to it whole: it is not written again."""
    digest = hashlib.sha256(data).hexdigest()
    path = pathlib.Path(folder) / digest
    if not path.exists():
        make_folder(folder)
        write(path, data)
    return digest


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def sweep(folder):
    """Takes away what writers that are no more had begun below `folder`."""
    for path in list(pathlib.Path(folder).rglob(".new-*")):
        match = LEFT.match(path.name)
        if match and not alive(int(match[1])):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def as_text(name):
    """A file's name as a database takes it: bytes that are no text escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
