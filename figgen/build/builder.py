"""The build: figures to files, several at a time, and what became of each."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from figgen.build.course import Course, Entry
from figgen.build.drawing import Drawing, FigureError, draw, settle
from figgen.build.errors import BuildError
from figgen.build.files import write
from figgen.build.order import Order, assets, place
from figgen.build.reads import Read, placed, portable, recorded
from figgen.build.workers import LostError
from figgen.build.writer import encode_all

SHOWN = 3
"""How many of the figures that are being drawn a progress bar has room for."""


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes:
        name: The figure's name.
        record: The figure's entry in the manifest; None if it failed.
        error: Why it failed; None if it did not.
        reads: The files and folders that it read.
        seconds: How long it took to draw; None if its process was lost.
    """

    name: str
    record: dict[str, Any] | None = None
    error: str | None = None
    reads: tuple[Read, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Made:
    """One figure as it comes from where it was drawn, which need not share a disk with the build.

    Attributes:
        outcome: What became of it.
        contents: The bytes of its files, by their path in the build folder.
    """

    outcome: Outcome
    contents: Mapping[str, bytes] = field(default_factory=dict)


def validate(course: Course, entries: Sequence[Entry], order: Order) -> None:
    """Refuse an order that does not fit every figure, before the first is drawn.

    Raises:
        RequestError: If a figure has no such step or parameter, or a value does not fit.
    """
    for entry in entries:
        assets(entry, order)
        if order.settings:
            # A module that does not import is no fault of the order; `make` tells it.
            with suppress(FigureError):
                settle(course, entry, order.settings)


def make(course: Course, entry: Entry, order: Order) -> Made:
    """Draw one figure and check its claims; errors become part of the outcome, files are bytes."""
    start = time.perf_counter()
    try:
        with recorded(course.folder) as reads:
            drawing = draw(course, entry, order.settings)
            drawing.require_claims()
            wanted = assets(entry, order, drawing.canvas.sources)
            encoded = list(encode_all(drawing, wanted, order.dpi))
    except BuildError as error:
        reason = str(error)
        if isinstance(error.__cause__, MemoryError):
            reason += "; --memory allows more"
        seconds = time.perf_counter() - start
        return Made(Outcome(entry.name, error=reason, reads=tuple(reads), seconds=seconds))
    files = [
        {
            "path": place(asset, order).as_posix(),
            "theme": asset.theme,
            "format": asset.format,
            "step": asset.step,
            "alt": drawing.alt(asset.step),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for asset, data in encoded
    ]
    about = record(drawing) | {"sources": sorted(drawing.canvas.sources), "files": files}
    contents = {place(asset, order).as_posix(): data for asset, data in encoded}
    seconds = time.perf_counter() - start
    outcome = Outcome(entry.name, record=about, reads=tuple(reads), seconds=seconds)
    return Made(outcome, contents)


def record(drawing: Drawing) -> dict[str, Any]:
    """Everything known of a drawn figure, as plain data."""
    return drawing.entry.as_json() | {
        "alt": drawing.alt(),
        "fingerprint": drawing.fingerprint,
        "claims": [claim.as_json() for claim in drawing.claims],
        "equations": [equation.as_json() for equation in drawing.canvas.equations],
    }


def build(
    course: Course,
    entries: Sequence[Entry],
    order: Order,
    *,
    executor: Executor | None = None,
    seconds: Mapping[str, float] | None = None,
    doing: Callable[[list[str]], None] = lambda _: None,
    done: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Make all figures and write their files; one that fails does not stop the others.

    A figure is drawn wherever ``executor`` does it, and written here, when it is whole.

    Args:
        course: The course.
        entries: The figures to make.
        order: What to make of each.
        executor: Draws the figures; None to draw them here. It is shut down.
        seconds: How long figures took the last time, by name. The longest begin.
        doing: Called with the names of some figures that are being drawn, whenever they change.
        done: Called with each outcome as it comes, when its files are written. Those of one process
            come in the order in which it drew them.

    Returns:
        The outcomes, in the order of ``entries``.
    """
    outcomes: dict[str, Outcome] = {}
    if executor is None:
        made = _made_here(course, entries, order, doing)
    else:
        made = _made_there(course, _longest_first(entries, seconds or {}), order, executor, doing)
    # Closed whatever happens, so that no process goes on after an interrupt.
    with closing(made):
        for each in made:
            outcome = _written(each, order.out)
            outcomes[outcome.name] = outcome
            done(outcome)
    return [outcomes[entry.name] for entry in entries]


def _longest_first(entries: Sequence[Entry], seconds: Mapping[str, float]) -> list[Entry]:
    # The longest must not be the last to begin. One that is new may be long.
    return sorted(
        entries,
        key=lambda entry: (seconds.get(entry.name, math.inf), entry.definition.steps),
        reverse=True,
    )


def _written(made: Made, out: Path) -> Outcome:
    try:
        for path, data in made.contents.items():
            write(out / path, data)
    except BuildError as error:
        return replace(made.outcome, record=None, error=str(error))
    return made.outcome


def _made_here(
    course: Course, entries: Sequence[Entry], order: Order, doing: Callable[[list[str]], None]
) -> Generator[Made]:
    for entry in entries:
        doing([entry.name])
        yield make(course, entry, order)


def _made_there(
    course: Course,
    entries: Sequence[Entry],
    order: Order,
    executor: Executor,
    doing: Callable[[list[str]], None],
) -> Generator[Made]:
    # One figure needs nothing of the others, and there may be thousands to send.
    task = partial(_make, replace(course, entries=(), problems=()), order)
    try:
        futures = {executor.submit(task, entry): entry for entry in entries}
        doing(_running(futures))
        # In the order in which they are done, which `as_completed` does not keep.
        ended: SimpleQueue[Future[Made]] = SimpleQueue()
        for future in futures:
            future.add_done_callback(ended.put)
        while futures:
            future = ended.get()
            # Not kept: the bytes of all figures together may be more than the memory holds.
            entry = futures.pop(future)
            try:
                made = future.result()
                reads = placed(made.outcome.reads, course.folder)
                made = replace(made, outcome=replace(made.outcome, reads=reads))
            except LostError as error:
                made = Made(Outcome(entry.name, error=f"{entry.file}:{entry.line}: {error}"))
            del future
            yield made
            doing(_running(futures))
    except BaseException:
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


def _running(futures: Mapping[Future[Made], Entry]) -> list[str]:
    # They begin in their order, so that those that run are among the first.
    first = islice(futures.items(), 4 * SHOWN)
    return [entry.name for future, entry in first if future.running()][:SHOWN]


def _make(course: Course, order: Order, entry: Entry) -> Made:
    made = make(course, entry, order)
    # Where it was drawn, the course may lie elsewhere.
    reads = portable(made.outcome.reads, course.folder)
    return replace(made, outcome=replace(made.outcome, reads=reads))
