"""An index of a course, so that it need not be parsed each time: what `read_course` found.

It lies where Python keeps its caches, and is silently done without: if a file of the course is
not as it was, if it is torn, foreign or of another version, or if it cannot be written.

Its first part says what it was made from, the second is the `Listing`, the third the `Course`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from figgen.disk import cache_files
from figgen.disk.file_status import SLACK, as_plain_data, compare, digests_in, table

if TYPE_CHECKING:
    from figgen.course.course import Course, Entry

NAME = "figgen-index"

# What the reading of a course depends on besides its files. By their paths, because what they
# import takes longer than all the rest.
_READERS = tuple(
    os.path.join(os.path.dirname(__file__), name)
    for name in ("course.py", "definition.py", "index.py", "reading.py")
)


class Listing(NamedTuple):
    """A course in plain data, for those who only print it.

    Attributes:
        figures: What `Entry.as_json` gives of every figure, in teaching order.
        problems: What keeps others out, and where.
    """

    figures: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]


def listing(course: Course, entries: Sequence[Entry]) -> Listing:
    """The listing of some figures of a course."""
    figures = tuple(entry.as_json() for entry in entries)
    return Listing(figures, tuple(str(problem) for problem in course.problems))


def read_listing(folder: Path) -> Listing:
    """The listing of the course in ``folder``.

    Raises:
        BuildError: As `read_course` does.
    """
    known = _kept(folder, 1)
    if known is None:
        course = _read(folder)
        return listing(course, course.entries)
    return Listing(*known)


def read_indexed(folder: Path) -> Course:
    """The course in ``folder``, from its index where that is up to date.

    Raises:
        BuildError: As `read_course` does.
    """
    known = _kept(folder, 2)
    if known is None:
        return _read(folder)

    import pickle  # noqa: PLC0415 - a listing needs neither
    from dataclasses import replace  # noqa: PLC0415 - likewise

    course: Course = pickle.loads(known)  # noqa: S301 - as trusted as the .pyc
    return replace(course, folder=folder)


def _read(folder: Path) -> Course:
    """The course in ``folder``, from its modules; its index is made."""
    import pickle  # noqa: PLC0415 - as above

    from figgen.course.reading import read_course  # noqa: PLC0415 - likewise

    path = str(folder.absolute())
    begun = time.time_ns()
    before = digests_in(table(_files(path)))
    course = read_course(folder)
    listed = listing(course, course.entries)
    _keep(path, begun, before, (tuple(listed), pickle.dumps(course)))
    return course


def _kept(folder: Path, number: int) -> Any:
    """A part of the index of a course; None if there is none that is up to date."""
    path = str(folder.absolute())
    data = cache_files.read(cache_files.cache_file(path, NAME))
    known = cache_files.unpack(data)
    # Another figgen that read the same course knows other things of it.
    if known is None or known.get("readers") != _READERS:
        return None
    if known["folder"] != path or known["names"] != _names(path):
        return None
    found = compare(known["files"], known["moment"])
    if found.changed:
        return None
    if not found.settled:
        parts = (cache_files.unpack(data, 1), cache_files.unpack(data, 2))
        _keep(path, time.time_ns(), digests_in(known["files"]), parts)
    return cache_files.unpack(data, number)


def _names(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(folder) if name.endswith(".py")))
    except OSError:
        return ()


def _files(folder: str) -> list[str]:
    return [*(os.path.join(folder, name) for name in _names(folder)), *_READERS]


def _keep(folder: str, begun: int, before: dict[str, bytes], parts: tuple[object, object]) -> None:
    files = table(_files(folder))
    # What was changed while it was read is read again the next time.
    if digests_in(files) != before:
        return
    known = {
        "readers": _READERS,
        "folder": folder,
        "names": _names(folder),
        "files": as_plain_data(files),
        "moment": begun - SLACK,
    }
    cache_files.keep(cache_files.cache_file(folder, NAME), cache_files.pack(known, *parts))
