"""The lock of a build folder: one build at a time is at work in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from figgen.disk.atomic_files import STATE, naming_the_file
from figgen.disk.leftovers import sweep_build
from figgen.errors import BuildError


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Have the folder ``out`` for one build, and clean up if the one before did not end by itself.

    The lock is the system's: it goes with its process, however that ends. The file that it is on
    stays, and holds the number of the process as long as the build lasts.

    Raises:
        BuildError: If another build is at work there, with its number, or if the folder cannot be
            locked.
    """
    path = out / STATE / "lock"
    with naming_the_file(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
    with file:
        if not _lock(file, path):
            raise BuildError(
                f"{out}: another build is at work there{_whose(path)};"
                " wait for it, or write to another folder with -o"
            )
        file.seek(0)
        clean = not file.read() or sweep_build(out)
        _say(file, path, f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            if clean:
                _say(file, path, b"")


def _lock(file: BinaryIO, path: Path) -> bool:
    try:
        # The types know the module of one system only.
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        import msvcrt  # noqa: PLC0415 - only Windows has it

        # Far behind the number, because others cannot read what is locked there.
        file.seek(2**30)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    with naming_the_file(path):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _whose(path: Path) -> str:
    with suppress(OSError):
        if number := path.read_text(encoding="ascii").strip():
            return f" (process {number})"
    return ""


def _say(file: BinaryIO, path: Path, text: bytes) -> None:
    with naming_the_file(path):
        file.seek(0)
        file.truncate()
        file.write(text)
