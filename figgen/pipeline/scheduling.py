"""Figures to files: several at a time, the longest first, each written when it is whole.

It draws nothing itself, so that it need not import what draws: worker processes do that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from figgen.course.course import Course, Entry
from figgen.disk.atomic_files import write
from figgen.errors import BuildError
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.parallel import figure_results
from figgen.pipeline.request import Request
from figgen.tracking.recorded_reads import placed, portable


class Progress(Protocol):
    """What shows how far a build is."""

    def doing(self, names: Sequence[str]) -> None:
        """Show which figures are being drawn, some of them."""

    def done(self) -> None:
        """Count one figure more."""


class NoProgress:
    """A progress display that shows nothing."""

    def doing(self, names: Sequence[str]) -> None:
        """Show nothing."""

    def done(self) -> None:
        """Count nothing."""


def make_all(
    course: Course,
    entries: Sequence[Entry],
    request: Request,
    *,
    executor: Executor | None = None,
    seconds: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    note: Callable[[Outcome], None] = lambda _: None,
    idle: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Make all files of some figures; one that fails does not stop the others.

    A figure is drawn wherever ``executor`` does it, and written here, when it is whole.

    Args:
        course: The course.
        entries: The figures to make.
        request: What to make of each.
        executor: Draws the figures; None to draw them here. It is shut down.
        seconds: How long figures took the last time, by name. The longest begin.
        progress: Shows how far it is.
        note: Called with each outcome as it comes, when its files are written. Those of one process
            come in the order in which it drew them.
        idle: Called whenever no outcome has come for a second.

    Returns:
        The outcomes, in the order of ``entries``.
    """
    progress = progress or NoProgress()
    outcomes: dict[str, Outcome] = {}
    if executor is None:
        ordered, sent = entries, course
    else:
        # A figure needs nothing of the others, and there may be thousands to send.
        ordered = _longest_first(entries, seconds or {})
        sent = replace(course, entries=(), problems=())
    task = partial(_make, sent, request)
    results = figure_results(task, ordered, executor=executor, doing=progress.doing, idle=idle)
    with closing(results):
        for entry, result in results:
            if isinstance(result, BuildError):
                outcome = Outcome(entry.name, error=result)
            else:
                outcome = _written(result, request.out, course.folder)
            outcomes[entry.name] = outcome
            note(outcome)
            progress.done()
    return [outcomes[entry.name] for entry in entries]


def _longest_first(entries: Sequence[Entry], seconds: Mapping[str, float]) -> list[Entry]:
    # The longest must not be the last to begin. One that is new may be long.
    return sorted(
        entries,
        key=lambda entry: (seconds.get(entry.name, math.inf), entry.definition.steps),
        reverse=True,
    )


def _make(course: Course, request: Request, entry: Entry) -> Outcome:
    from figgen.pipeline.figure_files import make  # noqa: PLC0415 - in the process that draws

    outcome = make(course, entry, request)
    # Where it was drawn, the course may lie elsewhere.
    return replace(outcome, reads=portable(outcome.reads, course.folder))


def _written(outcome: Outcome, out: Path, folder: Path) -> Outcome:
    """The outcome of a figure whose files are on the disk, with the paths of its reads here."""
    outcome = replace(outcome, reads=placed(outcome.reads, folder))
    try:
        for path, data in outcome.contents.items():
            write(out / path, data)
    except BuildError as error:
        return replace(outcome, record={}, error=error, contents={})
    return replace(outcome, contents={})
