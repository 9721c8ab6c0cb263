"""Whether files are as they were: by their status where that settles it, else by their content.

A status is the size, the time of the last change of the content, the file's number on its disk, and
the time of the last change of the status, which nobody can set back. It is compared for equality
only, so that a clock that jumps is no matter. One thing it cannot tell: two changes within one tick
of the file system's clock. So a file that was changed just before it was looked at is read again
the next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

SLACK = 2_500_000_000
"""How coarse the times of a file system may be, in nanoseconds: two seconds on FAT, and some."""

ABSENT = b"\0" * 16
"""The digest of a file that is not there."""

FOLDER = b"\1" * 16
"""The digest of a folder of which nothing counts but that it exists."""

_FIELDS = 4
_NOTHING = (-1,) * _FIELDS


class Files(NamedTuple):
    """Files of one folder, as they were when they were looked at.

    Attributes:
        names: Their names.
        status: Four numbers a file.
        digests: 16 bytes a file.
    """

    names: tuple[str, ...]
    status: tuple[int, ...]
    digests: bytes

    def digest(self, number: int) -> bytes:
        """The digest of one file."""
        return self.digests[16 * number : 16 * number + 16]


Table: TypeAlias = dict[str, Files]
"""Files by their folder."""


def status(paths: Iterable[str]) -> list[int]:
    """The status of files, four numbers each; -1 four times where there is none."""
    found: list[int] = []
    for path in paths:
        try:
            each = os.stat(path)
        except (OSError, ValueError):
            found += _NOTHING
        else:
            found += (each.st_size, each.st_mtime_ns, each.st_ino, each.st_ctime_ns)
    return found


def digest(path: str) -> bytes:
    """The digest of a file's content, of the names in a folder, or `ABSENT`.

    A path that ends with a separator asks for no more than whether there is a folder.
    """
    from hashlib import sha256  # noqa: PLC0415 - a build that has nothing to do needs none

    if path.endswith(os.sep):
        return FOLDER if os.path.isdir(path) else ABSENT

    try:
        if os.path.isdir(path):
            content = "\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape")
        else:
            with open(path, "rb") as file:
                content = file.read()
    except (OSError, ValueError):
        return ABSENT
    return sha256(content).digest()[:16]


def table(paths: Iterable[str], known: Mapping[str, bytes] | None = None, base: str = "") -> Table:
    """The status and the digest of files, by folder.

    Args:
        paths: Their paths.
        known: The digests of some of them.
        base: The folder that the paths are relative to.
    """
    folders: dict[str, list[str]] = {}
    for path in sorted(set(paths)):
        folder, name = os.path.split(path)
        folders.setdefault(folder, []).append(name)
    found: Table = {}
    for folder, names in folders.items():
        full = [os.path.join(base, folder, name) for name in names]
        # The status first: what changes after it, changes it.
        numbers = status(full)
        digests = [(known or {}).get(os.path.join(folder, name)) or digest(path)
                   for name, path in zip(names, full, strict=True)]  # fmt: skip
        found[folder] = Files(tuple(names), tuple(numbers), b"".join(digests))
    return found


def digests_in(files: Table) -> dict[str, bytes]:
    """The digest of every file in a table, by its path."""
    return {os.path.join(folder, name): Files(*kept).digest(number)
            for folder, kept in files.items() for number, name in enumerate(kept[0])}  # fmt: skip


def flat(files: Table) -> dict[str, tuple[tuple[int, ...], bytes]]:
    """Status and digest of every file in a table, by its path."""
    return {
        os.path.join(folder, name): (
            kept[1][_FIELDS * number : _FIELDS * number + _FIELDS],
            Files(*kept).digest(number),
        )
        for folder, kept in files.items()
        for number, name in enumerate(kept[0])
    }


def folders_of(files: Mapping[str, tuple[tuple[int, ...], bytes]]) -> Table:
    """The table of files with their status and digest: the reverse of `flat`."""
    folders: dict[str, list[str]] = {}
    for path in sorted(files):
        folders.setdefault(os.path.dirname(path), []).append(path)
    return {
        folder: Files(
            tuple(os.path.basename(path) for path in paths),
            tuple(number for path in paths for number in files[path][0]),
            b"".join(files[path][1] for path in paths),
        )
        for folder, paths in folders.items()
    }


def merged(one: Table, other: Table) -> Table:
    """The files of two tables in one."""
    return folders_of(flat(one) | flat(other))


def as_plain_data(files: Table) -> dict[str, tuple[object, ...]]:
    """A table as plain data."""
    return {folder: tuple(kept) for folder, kept in files.items()}


class Comparison(NamedTuple):
    """How files compare with what they were.

    Attributes:
        changed: Those whose content is another, or which are gone: their digests.
        settled: Whether a status said so for every file, and no file had to be read.
    """

    changed: dict[str, bytes]
    settled: bool


def compare(files: Table, moment: int, base: str = "") -> Comparison:
    """Compare files with what they were.

    Args:
        files: The files as they were.
        moment: When they were looked at; a file that was changed later, or just before, is read.
        base: The folder that their folders are relative to.
    """
    changed: dict[str, bytes] = {}
    settled = True
    for folder, kept in files.items():
        each = Files(*kept)
        prefix = os.path.join(base, folder, "")
        now = status([prefix + name for name in each.names])
        if tuple(now) == each.status and max(now[1::_FIELDS]) < moment:
            continue
        for number, name in enumerate(each.names):
            part = slice(_FIELDS * number, _FIELDS * number + _FIELDS)
            new = tuple(now[part])
            if new == each.status[part] and new[1] < moment:
                continue
            settled = False
            found = digest(prefix + name)
            if found != each.digest(number):
                changed[os.path.join(folder, name)] = found
    return Comparison(changed, settled)
