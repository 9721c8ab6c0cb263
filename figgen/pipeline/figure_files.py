"""One figure, from its definition to the bytes of its files."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from figgen.course.course import Course, Entry
from figgen.draw.canvas.rc import style
from figgen.errors import BuildError
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing, FigureError, draw, settle
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.request import Request, assets
from figgen.tracking.recorded_reads import recorded

GARBAGE = 1_000_000
"""How many new objects, a hundred megabytes or so, start a collection before a figure is done."""


def validate(course: Course, entries: Sequence[Entry], request: Request) -> None:
    """Refuse a request that does not fit every figure, before the first is drawn.

    Raises:
        RequestError: If a figure has no such step or parameter, or a value does not fit.
    """
    for entry in entries:
        assets(entry, request)
        if request.settings:
            # A module that does not import is no fault of the request; `make` says so.
            with suppress(FigureError):
                settle(course, entry, request.settings)


@contextmanager
def _tidied_after() -> Iterator[None]:
    """Collect garbage once, when the figure is done: until then nearly all of it is in use."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        # What is new since then is all that can be garbage.
        gc.collect(0)


@_tidied_after()
def make(course: Course, entry: Entry, request: Request) -> Outcome:
    """Draw one figure and check its claims; errors become part of the outcome, files are bytes."""
    start = time.perf_counter()
    try:
        # Around all of it, because to enter the style takes longer than many a thing inside.
        with style(), recorded(course.folder) as reads:
            drawing = draw(course, entry, request.settings)
            drawing.require_claims()
            wanted = assets(entry, request, drawing.canvas.sources)
            encoded = list(encode_all(drawing, wanted, request.dpi))
    except BuildError as error:
        if isinstance(error.__cause__, MemoryError):
            error = BuildError(f"{error.reason}; --memory allows more", error.file, error.line)
        seconds = time.perf_counter() - start
        return Outcome(entry.name, error=error, reads=tuple(reads), seconds=seconds)
    files = [
        {
            "path": request.path_of(asset).as_posix(),
            "theme": asset.theme,
            "format": asset.format,
            "step": asset.step,
            "alt": drawing.alt(asset.step),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for asset, data in encoded
    ]
    about = record(drawing) | {"sources": sorted(drawing.canvas.sources), "files": files}
    contents = {request.path_of(asset).as_posix(): data for asset, data in encoded}
    seconds = time.perf_counter() - start
    return Outcome(entry.name, about, None, tuple(reads), seconds, contents)


def record(drawing: Drawing) -> dict[str, Any]:
    """Everything known of a drawn figure, as plain data."""
    return drawing.entry.as_json() | {
        "alt": drawing.alt(),
        "fingerprint": drawing.fingerprint,
        "claims": [claim.as_json() for claim in drawing.claims],
        "equations": [equation.as_json() for equation in drawing.canvas.equations],
    }
