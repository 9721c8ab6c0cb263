"""One figure drawn for the page: what the process does that was forked for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from figgen.course.course import Course, Entry
from figgen.course.definition import Definition
from figgen.draw.canvas.theme import THEMES
from figgen.errors import BuildError
from figgen.guard.look.excuses import excuse
from figgen.guard.look.judging import judge
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing, draw
from figgen.pipeline.importing import load
from figgen.pipeline.request import Asset
from figgen.publish.serve.source_excerpts import trouble
from figgen.publish.serve.stale_figures import Reads
from figgen.tracking.recorded_reads import Read, recorded

PAINTING = 0.06
"""Seconds that a browser takes to show a picture; all else waits so that it has the processors."""

Message: TypeAlias = dict[str, Any]
"""Plain data: one line of JSON on its way to the server."""


@dataclass(frozen=True)
class DrawingTask:
    """A figure to draw.

    Attributes:
        number: Tells its messages from those of others.
        folder: The folder of the course.
        entry: The figure.
        first: The step and the theme to have first.
        whole: Whether to have all others after it.
        limit: Seconds without a message after which the process is ended.
        nice: Whether others go first.
    """

    number: int
    folder: str
    entry: Entry
    first: tuple[int, str]
    whole: bool
    limit: float
    nice: bool

    def as_json(self) -> Message:
        """The task as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Message) -> DrawingTask:
        """The task that `as_json` made plain data of."""
        entry = data["entry"]
        definition = Definition(**entry["definition"])
        step, theme = data["first"]
        return cls(
            **data | {"entry": Entry(**entry | {"definition": definition}), "first": (step, theme)}
        )


def render(order: DrawingTask) -> Iterator[Message]:
    """Draw a figure.

    Yields:
        The picture that is looked at, what is known of the drawing, what it has read, and the other
        pictures; or the error, and what it has read. The last message is ``done``.
    """
    entry = order.entry
    folder = Path(order.folder)
    course = Course(folder, "", {}, {}, (entry,), ())
    moments = {"started": time.time()}
    reads: list[Read] = []
    try:
        with recorded(folder) as reads:
            load(course, entry)
            moments["imported"] = time.time()
            drawing = draw(course, entry)
            moments["drawn"] = time.time()
        pictures = _pictures(drawing, *order.first)
        first = next(pictures)
        moments["encoded"] = time.time()
        yield first | {"moments": moments}
        time.sleep(PAINTING)
        yield {"drawn": _described(drawing)}
        yield {"reads": Reads.of(reads).as_json()}
        if order.whole:
            yield from pictures
        # Last, because to measure takes longer than to draw.
        yield {"drawn": _described(drawing, _broken_rules(drawing))}
    except BuildError as error:
        yield {"error": trouble(folder, error)}
        yield {"reads": Reads.of(reads).as_json()}
    yield {"done": True}


def _pictures(drawing: Drawing, step: int, theme: str) -> Iterator[Message]:
    """All pictures: the one that is looked at, its other steps, and the other themes."""
    steps = drawing.canvas.steps
    first = min(step, steps)
    assets = [
        Asset(drawing.entry.name, steps, number, each, "svg")
        for each in sorted(THEMES, key=lambda name: name != theme)
        for number in sorted(range(1, steps + 1), key=lambda other: abs(other - first))
    ]
    for asset, svg in encode_all(drawing, assets):
        yield {"picture": {"step": asset.step, "theme": asset.theme, "svg": svg.decode()}}


def _broken_rules(drawing: Drawing) -> list[str]:
    """The rules of the look that it breaks without an excuse."""
    findings, _ = excuse(judge(drawing), drawing.entry.definition.excuses, ())
    return [str(finding) for finding in findings]


def _described(drawing: Drawing, rules: Sequence[str] = ()) -> Message:
    steps = range(1, drawing.canvas.steps + 1)
    return {
        "alt": [drawing.alt(step) for step in steps],
        "claims": [filed.claim.as_json() | {"line": filed.line} for filed in drawing.canvas.claims],
        "equations": [equation.as_json() for equation in drawing.canvas.equations],
        "rules": [*rules],
        "line": drawing.entry.line,
    }
