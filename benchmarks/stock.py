"""A figure saved as a script that a lecturer writes would: stock ``savefig``, step by step.

Everything that figgen is compared with draws like this, and nothing of figgen's own writers takes
part. Run as a program it is the plain loop: ``stock.py MODULE:FUNCTION... FOLDER``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from figgen.course.definition import definition_of
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.theme import LIGHT

FORMATS = ("svg", "pdf", "png")
DPI = 200


def drawn(function: Callable[[Canvas], None]) -> Canvas:
    """Draw a figure in the light theme, once for all its steps."""
    definition = definition_of(function)
    canvas = Canvas(definition.slot) if definition else Canvas()
    with style():
        function(canvas)
    canvas.paint(LIGHT)
    return canvas


def save_step(canvas: Canvas, step: int, stem: str) -> None:
    """Save one step in every format, as ``stem`` and the format's extension."""
    canvas.show(step)
    with style():
        for suffix in FORMATS:
            canvas.figure.savefig(f"{stem}.{suffix}", dpi=DPI)


def save(function: Callable[[Canvas], None], folder: Path) -> None:
    """Draw a figure and save every step in every format."""
    canvas = drawn(function)
    name = function.__name__.replace("_", "-")
    for step in range(1, canvas.steps + 1):
        save_step(canvas, step, f"{folder}/{name}-{step}")


if __name__ == "__main__":
    *places, out = sys.argv[1:]
    Path(out).mkdir(exist_ok=True)
    for place in places:
        module, _, name = place.partition(":")
        save(getattr(importlib.import_module(module), name), Path(out))
