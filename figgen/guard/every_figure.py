"""Work on every figure of a course, in this process or in others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from figgen.course.course import Entry
from figgen.pipeline.workers import LostError, run_each

T = TypeVar("T")


def every_figure(
    work: Callable[[Entry], T], entries: Sequence[Entry], jobs: int
) -> Generator[tuple[Entry, T | LostError]]:
    """Do some work on figures.

    Args:
        work: What to do with one; it can be pickled.
        entries: The figures.
        jobs: How many processes to use; with one it is this process.

    Yields:
        A figure with what came of it, or why its process is gone, as soon as it is done.
    """
    if min(jobs, len(entries)) > 1:
        yield from run_each(work, entries, min(jobs, len(entries)))
    else:
        yield from ((entry, work(entry)) for entry in entries)
