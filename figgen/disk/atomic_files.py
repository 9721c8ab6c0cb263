"""The one place that writes files: whole or not at all. It does not know what is in them."""

from __future__ import annotations

import errno
import math
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from figgen.errors import BuildError

STATE = ".figgen"
"""The folder, in the build folder, of what helps a build and is no part of what it makes."""

PART = ".part"
"""What the name of a file ends with that is being written."""

ALONE = 3600
"""Seconds after which what a process was writing is nobody's, if it is gone here: before that it
may be one of another machine, or container, that shares the folder."""

_swept: set[Path] = set()


def prepare(out: Path) -> None:
    """Make the folder ``out``, so that nothing is drawn for one that cannot be written to.

    Raises:
        BuildError: If it cannot be made or written to, with the reason.
    """
    with told(out):
        if out.exists() and not out.is_dir():
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: an old one stays until the new one is complete.

    Raises:
        BuildError: If it cannot be written, with the reason.
    """
    with told(path):
        replace(path, data)


def replace(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file whole or not at all; whatever of figgen's writes a file does so with this.

    What a process that was killed has left half written in the same folder goes.

    Args:
        path: The file; its folder is made.
        data: What is to be in it.
        durable: Whether it must also be whole after a power cut.

    Raises:
        OSError: If it cannot be written; what was there is kept.
    """
    # The process's number, so that two builds do not write one temporary file.
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()
    # Once, because a folder may hold the files of thousands of figures.
    folder = path.parent.absolute()
    if folder not in _swept:
        _swept.add(folder)
        with suppress(OSError):
            sweep(folder.glob(f".*{PART}"), time.time() - ALONE)


def sweep(paths: Iterable[Path], before: float = math.inf) -> bool:
    """Delete those of some files that processes were writing which were killed, and are gone.

    Args:
        paths: The files; those that are named otherwise stay.
        before: Only what was written before this time.

    Returns:
        Whether no such file is left: the number of one that is gone may be that of another now.
    """
    clean = True
    for path in paths:
        match = re.fullmatch(rf"\..+\.(\d+){re.escape(PART)}", path.name)
        if match and _runs(int(match[1])):
            clean = False
        elif match:
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()
    return clean


def _runs(pid: int) -> bool:
    # Windows cannot ask, and does not delete a file that is open.
    if pid == os.getpid() or os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # Another user's.
        return True
    return True


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one line that names the file.

    Raises:
        BuildError: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise BuildError(f"{path}: cannot be written: {reason}; what was there is kept") from error
