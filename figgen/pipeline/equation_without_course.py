"""An equation that a lecturer types, of no course."""

from __future__ import annotations

from figgen.core import InputError
from figgen.course.course import Entry
from figgen.course.definition import Definition, SlotName
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.unmarked import CanvasError, require_marked
from figgen.draw.text.equation_engine import FormulaError
from figgen.draw.text.equations import Line, display
from figgen.errors import BuildError, RequestError
from figgen.pipeline.drawing import Drawing, nothing_in_silence

MAX_LETTERS, MAX_STEPS = 2000, 30
"""The most letters and steps of a typed equation; more has no place on a slide."""

REASON = "typed at the command line, where no name has a value"
"""Why such an equation is no claim."""


def equation_drawing(latex: str, size: float, slot: SlotName) -> Drawing:
    r"""Draw an equation in the middle of a slot.

    Args:
        latex: LaTeX with ``\role`` and ``\step``, aligned at an ``&`` if there is one.
        size: The size of the letters in points.
        slot: The place on the slide.

    Raises:
        RequestError: If the LaTeX is wrong, with the column, or too long.
        BuildError: If it does not fit, with the width or the height that it needs, or is too small
            to be read.
    """
    if len(latex) > MAX_LETTERS:
        raise RequestError(f"equation: it has {len(latex)} letters; allowed: up to {MAX_LETTERS}")
    canvas = Canvas(slot)
    try:
        with style(), nothing_in_silence():
            display(canvas, [Line(latex, stands=REASON)], size=size)
            require_marked(canvas.figure, canvas.marks)
    except FormulaError as error:
        raise RequestError(f"equation: {error}") from None
    except (InputError, CanvasError) as error:
        raise BuildError(f"equation: {error}") from error
    if not canvas.marks:
        raise RequestError("equation: column 1: nothing to typeset")
    if canvas.steps > MAX_STEPS:
        raise RequestError(f"equation: it has {canvas.steps} steps; allowed: up to {MAX_STEPS}")
    definition = Definition("An equation", "math", "An equation:", canvas.steps, slot)
    return Drawing(Entry("equation", definition, "", "", "", "figgen equation", 1), canvas)
