"""The build: figures to files, several at a time, and what became of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from figgen.build.course import Course, Entry
from figgen.build.drawing import Drawing, FigureError, draw, settle
from figgen.build.errors import BuildError, RequestError
from figgen.build.workers import run_each
from figgen.build.writer import DPI, FORMATS, SOURCES, Asset, Format, encode, write
from figgen.draw.theme import THEMES


@dataclass(frozen=True)
class Order:
    """What to make of each figure.

    Attributes:
        out: The folder to write to.
        formats: The file formats.
        themes: The names of the themes.
        steps: The step to make; None for all, and a PDF with a page a step.
        dpi: Resolution of a PNG.
        settings: Parameters of the figure functions to change, as text.
        flat: Whether all files go into one folder, as ``figgen render`` does.
    """

    out: Path
    formats: tuple[Format, ...] = FORMATS
    themes: tuple[str, ...] = tuple(THEMES)
    step: int | None = None
    dpi: float = DPI
    settings: Mapping[str, str] = field(default_factory=dict)
    flat: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes:
        name: The figure's name.
        record: The figure's entry in the manifest; None if it failed.
        error: Why it failed; None if it did not.
    """

    name: str
    record: dict[str, Any] | None = None
    error: str | None = None


def assets(entry: Entry, order: Order, sources: Collection[str] = SOURCES) -> list[Asset]:
    """The files that ``order`` asks for of one figure.

    Args:
        entry: The figure.
        order: What to make of it.
        sources: The sources that the figure has.

    Raises:
        RequestError: If the figure has no such step.
        BuildError: If all that is asked for are sources that the figure does not have.
    """
    name, steps = entry.name, entry.definition.steps
    if order.step is not None and not 1 <= order.step <= steps:
        raise RequestError(f"{name} has no step {order.step}; it has {steps}")
    wanted: list[int | None] = list(range(1, steps + 1)) if order.step is None else [order.step]
    found = [
        Asset(name, steps, None, None, format_)
        for format_ in order.formats
        if format_ in SOURCES and format_ in sources
    ]
    for theme in order.themes:
        for format_ in order.formats:
            if format_ in SOURCES:
                continue
            pages: list[int | None] = [None]
            whole = format_ == "pdf" and steps > 1 and order.step is None
            found += [Asset(name, steps, step, theme, format_) for step in wanted + pages * whole]
    if order.flat and not found:
        missing = " or ".join(order.formats)
        raise BuildError(f"{entry.file}:{entry.line}: {name} has no {missing}; others have")
    return found


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
        drawing = draw(course, entry, order.settings)
        drawing.require_claims()
        wanted = assets(entry, order, drawing.canvas.sources)
        # All bytes before the first file, so that a figure that cannot be drawn writes nothing.
        encoded = [(asset, encode(drawing, asset, order.dpi)) for asset in wanted]
        for asset, data in encoded:
            write(order.out / _place(asset, order), data)
    except BuildError as error:
        return Outcome(entry.name, error=str(error))
    files = [
        {
            "path": _place(asset, order).as_posix(),
            "theme": asset.theme,
            "format": asset.format,
            "step": asset.step,
            "alt": drawing.alt(asset.step),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for asset, data in encoded
    ]
    return Outcome(entry.name, record=record(drawing) | {"files": files})


def _place(asset: Asset, order: Order) -> Path:
    return asset.flat_path if order.flat else asset.path


def record(drawing: Drawing) -> dict[str, Any]:
    """Everything known of a drawn figure, as plain data."""
    return drawing.entry.as_json() | {
        "alt": drawing.alt(),
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
