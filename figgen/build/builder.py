"""The build: figures to files, several at a time, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from figgen.build.course import Course, Entry
from figgen.build.drawing import Drawing, FigureError, draw, settle
from figgen.build.errors import BuildError
from figgen.build.files import write
from figgen.build.order import Order, assets, place
from figgen.build.reads import Read, recorded
from figgen.build.workers import run_each
from figgen.build.writer import encode_all


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes:
        name: The figure's name.
        record: The figure's entry in the manifest; None if it failed.
        error: Why it failed; None if it did not.
        reads: The files and folders that it read.
    """

    name: str
    record: dict[str, Any] | None = None
    error: str | None = None
    reads: tuple[Read, ...] = ()


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


def make(course: Course, entry: Entry, order: Order) -> Outcome:
    """Draw one figure, check its claims and write its files; errors become part of the outcome."""
    try:
        with recorded(course.folder) as reads:
            drawing = draw(course, entry, order.settings)
            drawing.require_claims()
            wanted = assets(entry, order, drawing.canvas.sources)
            # All bytes before the first file: a figure that cannot be drawn writes nothing.
            encoded = list(encode_all(drawing, wanted, order.dpi))
        for asset, data in encoded:
            write(order.out / place(asset, order), data)
    except BuildError as error:
        return Outcome(entry.name, error=str(error))
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
    about = {"sources": sorted(drawing.canvas.sources), "files": files}
    return Outcome(entry.name, record=record(drawing) | about, reads=tuple(reads))


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
    jobs: int = 1,
    done: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Make all figures; one that fails does not stop the others.

    Args:
        course: The course.
        entries: The figures to make.
        order: What to make of each.
        jobs: How many processes to use.
        done: Called with each outcome as it comes.

    Returns:
        The outcomes, in the order of ``entries``.
    """
    outcomes: dict[str, Outcome] = {}
    # Closed whatever happens, so that no worker goes on after an interrupt.
    with closing(_made(course, entries, order, min(jobs, len(entries)))) as made:
        for outcome in made:
            outcomes[outcome.name] = outcome
            done(outcome)
    return [outcomes[entry.name] for entry in entries]


def _made(course: Course, entries: Sequence[Entry], order: Order, jobs: int) -> Generator[Outcome]:
    if jobs <= 1:
        for entry in entries:
            yield make(course, entry, order)
        return
    for entry, outcome in run_each(partial(_make, course, order), entries, jobs, __name__):
        died = f"{entry.file}:{entry.line}: a worker process died; try again with -j 1"
        yield outcome or Outcome(entry.name, error=died)


def _make(course: Course, order: Order, entry: Entry) -> Outcome:
    return make(course, entry, order)
