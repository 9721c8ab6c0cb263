"""The box machine: a function as a box, with numbers in and numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from figgen.core import Array, Function, InputError, as_numbers, chain
from figgen.core.chains import reference, spoken
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS
from figgen.draw.canvas.theme import Role
from figgen.draw.plots.plots import BY_REFERENCE

CAPSULE = 0.62
"""Height of a capsule, which holds a number, in inches."""
CAPSULE_PAD = 0.24
"""What is left beside the number in a capsule, in inches."""
CAPSULE_WIDTH = 1.1
"""The least width of a capsule, in inches."""
ROW = 0.7
"""The least distance of two rows, in inches."""
REACH = 0.6
"""Length of an arrow into the box or out of it, in inches."""
CLEAR = 0.06
"""What is left between an arrow and what it points to, in inches."""
HEADER = 0.55
"""Height of the words over a column, in inches."""
NAME = 34.0
"""Size of the name on a box, in points."""
FORMULA = 28.0
"""Size of the formula below it, in points."""
EDGE = 2.4
"""Width of the edge of a box, in points."""


def machine(
    canvas: Canvas,
    box: Box,
    function: Function,
    inputs: Sequence[float],
    *,
    name: str = "f",
    places: int = 3,
) -> Array:
    """Draw a function as a box, and send numbers through it, a row for each.

    Args:
        canvas: Where to draw.
        box: The place for all of it: the inputs, the box and the outputs.
        function: What the box does to a number.
        inputs: The numbers that go in, from the top row down.
        name: The LaTeX of the name on the box.
        places: The decimals to print.

    Returns:
        The numbers that come out, each of them claimed.

    Raises:
        InputError: If there is no number, or there are more than there is room for, or an
            input is not finite.
    """
    most = int((box.height - HEADER) / ROW)
    if not 1 <= len(inputs) <= most:
        raise InputError("inputs of the machine", tuple(inputs), f"1 to {most} numbers")
    numbers = as_numbers(list(inputs), "inputs of the machine", max_dimensions=1)
    outputs = chain((function,), numbers)
    for x, y in zip(numbers, outputs, strict=True):
        canvas.claim(
            spoken((function,), printed(x, places)), y, reference((function,), x), BY_REFERENCE
        )
    pitch = (box.height - HEADER) / len(inputs)
    rows = [box.bottom + pitch * (len(inputs) - 0.5 - row) for row in range(len(inputs))]
    left, right = box.left, box.left + box.width
    entry = left + capsules(canvas, left, rows, numbers, "input", places=places)
    leave = right - capsules(canvas, right, rows, outputs, "output", places=places, ha="right")
    _headers(canvas, box)

    body = Box(entry + REACH, box.bottom, leave - entry - 2 * REACH, box.height - HEADER)
    face(canvas, body, function, name=name)
    for row in rows:
        arrow(canvas, (entry + CLEAR, row), (body.left - CLEAR, row), "input")
        arrow(canvas, (body.left + body.width + CLEAR, row), (leave - CLEAR, row), "output")
    pairs = ", ".join(
        f"{printed(x, places)} gives {printed(y, places)}"
        for x, y in zip(numbers, outputs, strict=True)
    )
    canvas.describe(f"Through the box {function.name}: {pairs}.")
    return outputs


def _headers(canvas: Canvas, box: Box) -> None:
    top = box.bottom + box.height - cap_height(LABEL)
    canvas.text(box.left, top, "numbers in", "input", ha="left", va="baseline")
    canvas.text(box.left + box.width, top, "numbers out", "output", ha="right", va="baseline")


def face(canvas: Canvas, box: Box, function: Function, *, name: str = "f") -> None:
    """Draw the box itself, with its name and below it what it does to x.

    Args:
        canvas: Where to draw.
        box: Its place.
        function: What it does.
        name: The LaTeX of its name.

    Raises:
        InputError: If the formula does not fit the box.
    """
    card(canvas, box, "operation", "operation", width=EDGE, radius=0.22, zorder=1)
    x, y = box.left + box.width / 2, box.bottom + box.height / 2
    texts = [
        canvas.text(x, y + 0.3, f"${name}$", size=NAME, va="center"),
        canvas.text(x, y - 0.32, f"${function.typeset()}$", size=FORMULA, va="center"),
    ]
    needed = max(canvas.measure(text)[0] for text in texts) + 2 * CAPSULE_PAD
    if needed > box.width:
        allowed = f"a formula that needs at most the {box.width:.2f} inches of its box"
        raise InputError(f"formula of {function.name}", function.typeset(), allowed)


def capsules(
    canvas: Canvas,
    x: float,
    rows: Sequence[float],
    values: Sequence[float] | Array,
    role: Role,
    *,
    places: int = 3,
    ha: Literal["left", "right"] = "left",
    dashed: Sequence[int] = (),
) -> float:
    """Draw numbers in capsules of one width, one below the other.

    Args:
        canvas: Where to draw.
        x: Their left end or their right end, in inches.
        rows: The height of the middle of each.
        values: The numbers.
        role: Their colour.
        places: The decimals to print.
        ha: Which end ``x`` is.
        dashed: The rows that are dashed, for a number that is no longer there.

    Returns:
        The width, in inches.
    """
    texts = [
        canvas.number(
            x, row - cap_height(MATHS) / 2, float(value), places=places, size=MATHS, va="baseline"
        )
        for row, value in zip(rows, values, strict=True)
    ]
    widest = max(canvas.measure(text)[0] for text in texts)
    width = max(CAPSULE_WIDTH, widest + 2 * CAPSULE_PAD)
    left = x if ha == "left" else x - width
    for number, (text, row) in enumerate(zip(texts, rows, strict=True)):
        text.set_x(left + width / 2)
        place = Box(left, row - CAPSULE / 2, width, CAPSULE)
        there = number not in dashed
        card(
            canvas,
            place,
            role,
            role if there else None,
            width=EDGE,
            radius=CAPSULE / 2,
            dashed=not there,
        )
    return width
