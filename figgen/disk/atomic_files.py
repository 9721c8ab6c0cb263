"""The one place that writes files: whole or not at all. It does not know what is in them."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from figgen.disk.leftovers import part_of, sweep_folder_once
from figgen.errors import BuildError

STATE = ".figgen"
"""The folder, in the build folder, of what helps a build and is no part of what it makes."""


def prepare(out: Path) -> None:
    """Make the folder ``out``, so that nothing is drawn for one that cannot be written to.

    Raises:
        BuildError: If it cannot be made or written to, with the reason.
    """
    with naming_the_file(out):
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
    with naming_the_file(path):
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
    part = part_of(path)
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
    sweep_folder_once(path.parent)


@contextmanager
def naming_the_file(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one line that names the file.

    Raises:
        BuildError: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise BuildError(f"{path}: cannot be written: {reason}; what was there is kept") from error
