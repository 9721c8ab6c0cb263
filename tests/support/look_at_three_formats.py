"""A program that looks at two figures as the tests do, and prints by what it found a fault."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import three_formats
from lecture import COURSE, drawing_of

from figgen.course.course_folder import find_baseline
from figgen.course.reading import read_course
from figgen.guard.baselines import Baselines, snapshot
from figgen.guard.compare_snapshots import compare_snapshots
from figgen.pipeline.drawing import Drawing, draw

BASED = "chain2-plot"
"""A figure with baselines."""


def against_baseline() -> list[str]:
    """What ``figgen diff`` says."""
    drawing = drawing_of(BASED)
    before = Baselines(find_baseline(COURSE.folder)).read(drawing.entry)
    found = compare_snapshots(drawing.entry, before, snapshot(drawing), reported=False)
    return [] if found is None else [str(found)]


def looked_at(drawing: Drawing) -> dict[str, Callable[[], Iterable[str]]]:
    """The ways to find a fault."""
    files = three_formats.built(drawing)
    return {
        "operators": lambda: three_formats.by_operators(files),
        "repainted": lambda: three_formats.repainted(files),
        "rendering": lambda: three_formats.by_rendering(files),
        "alone": lambda: three_formats.alone(drawing, files),
    }


if __name__ == "__main__":
    odd = read_course(Path(sys.argv[1]))
    drawings = draw(odd, odd.entries[0]), drawing_of(BASED)
    found = set()
    try:
        for drawing in drawings:
            found |= {way for way, look in looked_at(drawing).items() if [*look()]}
        found |= {"baseline"} if against_baseline() else set()
    except Exception as error:  # noqa: BLE001 - a file that cannot be read is a fault that is seen
        found.add(f"unreadable ({type(error).__name__}: {error})")
    print(", ".join(sorted(found)))
