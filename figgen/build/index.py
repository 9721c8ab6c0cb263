"""An index of a course, so that it need not be parsed each time: what `read_course` found.

It lies where Python keeps its caches, and is silently done without: if a file of the course is
not as it was, if it is torn, foreign or of another version, or if it cannot be written.
"""

from __future__ import annotations

import os
import pickle
import time
from dataclasses import replace
from pathlib import Path

from figgen.build import course as reading
from figgen.build import definition, statefile
from figgen.build.course import Course, read_course
from figgen.build.signatures import SLACK, digests_in, look, plain, table

NAME = "figgen-index"

# What the reading of a course depends on besides its files.
_READERS = tuple(sorted(str(module.__file__) for module in (reading, definition)))


def read_indexed(folder: Path) -> Course:
    """The course in ``folder``, from its index where that is true.

    Raises:
        BuildError: As `read_course` does.
    """
    place = str(folder.absolute())
    path = statefile.cache_file(place, NAME)
    data = statefile.read(path)
    known = statefile.unpack(data)
    if known is not None and known["folder"] == place and known["names"] == _names(place):
        found = look(known["files"], known["moment"])
        if not found.changed:
            course: Course = pickle.loads(known["course"])  # noqa: S301 - as trusted as the .pyc
            if not found.settled:
                _keep(path, place, time.time_ns(), known["course"], digests_in(known["files"]))
            return replace(course, folder=folder)
    begun = time.time_ns()
    before = digests_in(table(_files(place)))
    course = read_course(folder)
    _keep(path, place, begun, pickle.dumps(course), before)
    return course


def _names(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(name for name in os.listdir(folder) if name.endswith(".py")))  # noqa: PTH208
    except OSError:
        return ()


def _files(folder: str) -> list[str]:
    return [*(os.path.join(folder, name) for name in _names(folder)), *_READERS]  # noqa: PTH118


def _keep(path: str, place: str, begun: int, course: bytes, before: dict[str, bytes]) -> None:
    files = table(_files(place))
    # What was changed while it was read is read again the next time.
    if digests_in(files) != before:
        return
    known = {
        "folder": place,
        "names": _names(place),
        "files": plain(files),
        "moment": begun - SLACK,
        "course": course,
    }
    statefile.keep(path, statefile.pack(known))
