"""What the last build in a folder knew, and whether anything has changed since.

The state is one file with three parts. The first is all that a build with nothing to do needs: the
status of every file that it depends on or has made. The second says how many files each figure has,
the third what it was made from.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from figgen.disk import cache_files
from figgen.disk.file_status import SLACK, compare, digests_in, table
from figgen.tracking.environment import environment
from figgen.tracking.importable_names import importable_names

FILE = ".figgen/state"
MANIFEST = "manifest.json"


class StateKey(NamedTuple):
    """The build that wrote a state; a build with another key does not use it.

    Attributes:
        course: The folder of the course.
        formats: The file formats.
        themes: The themes.
        dpi: The resolution of a PNG.
    """

    course: str
    formats: tuple[str, ...]
    themes: tuple[str, ...]
    dpi: float


class Summary(NamedTuple):
    """What a build that has nothing to do can tell.

    Attributes:
        title: The title of the course.
        figures: How many figures are as they should be.
        files: How many files they have.
        orphans: Files of figures that the course no longer has.
    """

    title: str
    figures: int
    files: int
    orphans: tuple[str, ...]


def moment(out: str) -> int:
    """The present time by the file system's clock, less `SLACK`, in nanoseconds."""
    probe = os.path.join(out, f"{FILE}-clock")
    now = time.time_ns()
    if cache_files.keep(probe, b""):
        now = min(now, os.stat(probe).st_mtime_ns)
        os.unlink(probe)
    return now - SLACK


def nothing_to_do(out: str, key: StateKey, names: Sequence[str]) -> Summary | None:
    """The summary of a build folder in which nothing is stale, found without reading the course.

    Args:
        out: The build folder.
        key: Which build this is.
        names: The figures; none for all.

    Returns:
        None if something may be stale.
    """
    path = os.path.join(out, FILE)
    # What the figures were made from is most of it.
    data = cache_files.read(path) if names else cache_files.head(path)
    known = cache_files.unpack(data)
    if known is None or not known["complete"] or known["key"] != tuple(key):
        return None
    figures, files, stale = known["figures"], known["files"], known["stale"]
    if names:
        counts = cache_files.unpack(data, 1)
        wanted = {*names}
        if counts is None or not counts.keys() >= wanted:
            return None
        figures, files = len(wanted), sum(counts[name] for name in wanted)
        stale = stale & wanted
    if stale or known["environment"] != environment(known["packages"]):
        return None
    if any(importable_names(folder) != held for folder, held in known["folders"].items()):
        return None
    inputs = compare(known["inputs"], known["moment"])
    outputs = compare(known["outputs"], known["moment"], out)
    if inputs.changed or outputs.changed:
        return None
    if not (inputs.settled and outputs.settled):
        _settle(out, path, known)
    return Summary(known["title"], figures, files, known["orphans"])


def _settle(out: str, path: str, known: dict[str, Any]) -> None:
    """Note the new status of files that had to be read, so that the next time they need not be."""
    data = cache_files.read(path)
    # Another build may have ended meanwhile.
    if cache_files.unpack(data) != known:
        return
    known["moment"] = moment(out)
    for part, base in (("inputs", ""), ("outputs", out)):
        old = digests_in(known[part])
        new = table(old, base=base)
        if digests_in(new) != old:
            return
        known[part] = {folder: tuple(files) for folder, files in new.items()}
    cache_files.keep(
        path, cache_files.pack(known, *(cache_files.unpack(data, part) for part in (1, 2)))
    )


def load(out: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first and the last part of the state in ``out``; empty if there is none."""
    data = cache_files.read(os.path.join(out, FILE))
    first, last = cache_files.unpack(data), cache_files.unpack(data, 2)
    return (first, last) if first and last else ({}, {})


def save(out: str, first: dict[str, Any], last: dict[str, Any]) -> bool:
    """Write the state and say whether; without it, the next build draws everything.

    Args:
        out: The build folder.
        first: What a build with nothing to do needs; ``figures`` says how many files each has.
        last: What each figure was made from.
    """
    counts = first["figures"]
    totals = {"figures": len(counts), "files": sum(counts.values())}
    data = cache_files.pack(first | totals, counts, last)
    kept = cache_files.keep(os.path.join(out, FILE), data)
    if not kept:
        sys.stderr.write(f"{out}/{FILE}: cannot be written; the next build draws everything\n")
    return kept
