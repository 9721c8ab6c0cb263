"""Matrices as small annotated heat maps: a cell for every element, with its number in it.

The tint of a cell says the sign and the size of what is printed in it, not of digits beyond that.
To those who see no colours the minus sign says the sign again, and so do round corners.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from figgen.core import Array, InputError, as_numbers
from figgen.core.printed_numbers import MINUS, read, rounded
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card, path
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.unmarked import CanvasError


class Cell(NamedTuple):
    """Width and height of a cell in inches."""

    width: float
    height: float


CELL = Cell(0.66, 0.52)
"""Room for a sign, a digit and two decimals in the smallest text."""
BRACKET = 0.06
"""How far a bracket stands from the cells, and the length of its ends, in inches."""
BRACKET_WIDTH = 2.4
OPERATION = 0.42
"""Side of the box of an operation, in inches."""
CLEAR = 0.08
"""What is left between an arrow and a matrix, in inches."""
ARROW_WIDTH = 1.8
ARROW_ROOM = 0.27
"""The least length of an arrow that leaves an operation, in inches: its head and some shaft."""
DETOUR = 0.42
"""How far below a matrix the arrow runs that goes past it, in inches."""
ROUND = 0.17
"""How round the corners of the cell of a negative number are, in inches."""
RULE = 2.5
"""Width of the paper between two cells, in points."""
FAINTEST, STRONGEST = 0.10, 0.50
"""The tint of the least number that is not zero, and of the limit.

With more colour the digits would lose their contrast of 4.5 in the dark theme.
"""


@dataclass(frozen=True, eq=False)
class Printed:
    """A matrix as it is printed.

    Attributes:
        name: What it is called in claims.
        digits: The text of every element, shape (n, m).
        values: What the texts say, shape (n, m).
        half: The most by which rounding can have moved an element; 0 if all are exact.
    """

    name: str
    digits: tuple[tuple[str, ...], ...]
    values: Array
    half: float

    @property
    def transposed(self) -> Printed:
        """The same digits with rows and columns exchanged."""
        digits = tuple(zip(*self.digits, strict=True))
        return Printed(f"transpose of {self.name}", digits, self.values.T, self.half)


def printed_matrix(name: str, values: ArrayLike, places: int = 2) -> Printed:
    """Every element to the same decimals, so that the points stand in a column.

    Whole numbers are printed without decimals if all elements are.

    >>> printed_matrix("X", [[-0.375, 2.0], [0.004, -0.004]]).digits
    (('−0.38', '2.00'), ('0.00', '0.00'))
    >>> printed_matrix("X", [1, -1]).digits
    (('1', '−1'),)

    Args:
        name: What it is called in claims.
        values: A number, a row or a matrix.
        places: The decimals.

    Raises:
        InputError: If there is no element, or one is not finite.
    """
    matrix = np.atleast_2d(as_numbers(values, f"values of {name}", max_dimensions=2))
    if not matrix.size:
        raise InputError(f"shape of {name}", matrix.shape, "one with elements")
    whole = bool((matrix == np.round(matrix)).all())
    digits = tuple(tuple(_fixed(float(x), 0 if whole else places) for x in row) for row in matrix)
    said = np.array([[read(text) for text in row] for row in digits])
    return Printed(name, digits, said, 0.0 if whole else 0.5 * 10.0**-places)


def _fixed(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    # A zero that is left of a small negative number is a zero.
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def places_for(values: ArrayLike, digits: int = 3) -> int:
    """The decimals with which the largest number has so many digits.

    >>> places_for([-2.2337, 0.5]), places_for([12.72, 0.5]), places_for(2.3755, digits=5)
    (2, 1, 4)

    Args:
        values: One or more numbers.
        digits: The digits before and after the point.
    """
    largest = float(np.abs(values).max())
    # Rounding can add a digit: 9.996 is printed as 10.0.
    before = len(f"{largest:.{digits - 1}f}".partition(".")[0])
    return max(digits - before, 0)


def tint(value: float, limit: float) -> tuple[Role, float]:
    """The role and the tint of a cell.

    >>> tint(-2, limit=2), tint(0, limit=2)
    (('negative', 0.5), ('paper', 1.0))

    Args:
        value: The number in the cell.
        limit: The size that gets the strongest tint; larger ones get the same.
    """
    if not value:
        return "paper", 1.0
    share = min(abs(value) / limit, 1.0)
    return ("positive" if value > 0 else "negative"), FAINTEST + (STRONGEST - FAINTEST) * share


@dataclass(frozen=True, eq=False)
class HeatMap:
    """A matrix on the canvas.

    Attributes:
        printed: What is printed in its cells.
        box: Its place, brackets included.
    """

    printed: Printed
    box: Box

    @property
    def right(self) -> float:
        """Its right end, in inches."""
        return self.box.left + self.box.width

    @property
    def middle(self) -> float:
        """The height of its middle, in inches."""
        return self.box.bottom + self.box.height / 2

    @property
    def centre(self) -> float:
        """The middle between left and right, in inches."""
        return self.box.left + self.box.width / 2


def width_of(shape: tuple[int, ...], cell: Cell = CELL) -> float:
    """The width of a heat map in inches, brackets included; a single number has none."""
    columns = shape[-1] if shape else 1
    return columns * cell.width + (2 * BRACKET if shape else 0)


def heat_map(
    canvas: Canvas,
    name: str,
    values: ArrayLike,
    place: tuple[float, float],
    *,
    role: Role = "forward",
    limit: float | None = None,
    places: int = 2,
    cell: Cell = CELL,
) -> HeatMap:
    """Draw a matrix, a row or a number, and claim that its digits are the computed ones.

    Args:
        canvas: Where to draw.
        name: What it is called in the claim.
        values: Its elements.
        place: Its left end and the height of its middle, in inches.
        role: The colour of its brackets.
        limit: The size that gets the strongest tint; by default its largest element. Heat maps
            that are compared need the same one.
        places: The decimals.
        cell: The size of a cell.

    Returns:
        What was printed, and where.

    Raises:
        InputError: As in `printed_matrix`.
        CanvasError: If a number is wider than its cell.
    """
    printed = printed_matrix(name, values, places)
    rows, columns = printed.values.shape
    left, middle = place
    width = width_of(np.shape(values), cell)
    box = Box(left, middle - rows * cell.height / 2, width, rows * cell.height)
    # Whole numbers, too, are what rounding to more places gives.
    exact = [rounded(float(x), places) for x in np.ravel(values)]
    canvas.claim(
        f"the printed digits of {name}",
        printed.values,
        np.reshape(exact, printed.values.shape),
        f"decimal rounding of the computed numbers to {places} places",
    )
    largest = limit or float(np.abs(printed.values).max())
    inner = left + (width - columns * cell.width) / 2
    for (row, column), value in np.ndenumerate(printed.values):
        bottom = box.bottom + (rows - 1 - row) * cell.height
        at = Box(inner + column * cell.width, bottom, *cell)
        _area(canvas, at, float(value), largest)
        _write(canvas, at, printed.digits[row][column])
    if np.ndim(values):
        _brackets(canvas, box, role)
    return HeatMap(printed, box)


def _area(canvas: Canvas, at: Box, value: float, limit: float) -> None:
    radius = ROUND if value < 0 else 0.0
    style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
    area = FancyBboxPatch(at[:2], at.width, at.height, style, linewidth=RULE, zorder=1)
    role, share = tint(value, limit)
    canvas.mark(canvas.page.add_patch(area), stroke="paper", fill=role, tint=share)


def _write(canvas: Canvas, at: Box, digits: str) -> None:
    x, middle = at.left + at.width / 2, at.bottom + at.height / 2
    text = canvas.text(x, middle - cap_height(SMALL) / 2, digits, size=SMALL, va="baseline")
    needed = canvas.measure(text)[0]
    if needed > at.width:
        raise CanvasError(
            f"{digits} is {needed:.2f} inches wide and its cell {at.width:.2f};"
            " print fewer decimals or widen the cells"
        )


def _brackets(canvas: Canvas, box: Box, role: Role) -> None:
    bottom, top = box.bottom, box.bottom + box.height
    for x, inward in ((box.left, BRACKET), (box.left + box.width, -BRACKET)):
        ends = [(x + inward, top), (x, top), (x, bottom), (x + inward, bottom)]
        path(canvas, ends, role, width=BRACKET_WIDTH)


def titled(
    canvas: Canvas, below: HeatMap, latex: str, role: Role = "forward", *, up: float = 0.18
) -> None:
    """Write what a matrix is over it.

    Args:
        canvas: Where to write.
        below: The matrix.
        latex: The LaTeX.
        role: The colour.
        up: The height of its baseline over the matrix, in inches; the same for all of a row.
    """
    top = below.box.bottom + below.box.height
    canvas.text(below.centre, top + up, f"${latex}$", role, size=LABEL, va="baseline")


def between(
    canvas: Canvas,
    left: HeatMap,
    right: HeatMap,
    latex: str,
    role: Role = "forward",
    *,
    size: float = MATHS,
) -> None:
    """Write a sign of a formula, ``size`` points large, between two matrices."""
    x = (left.right + right.box.left) / 2
    canvas.text(x, left.middle, f"${latex}$", role, size=size)


def through(canvas: Canvas, left: HeatMap, right: HeatMap, symbol: str) -> None:
    """Draw an arrow from one matrix to the next, through the box of an operation.

    The box stands in the middle, or a little before it where the arrow would be all head.
    """
    start, end, y = left.right + CLEAR, right.box.left - CLEAR, left.middle
    x = min((start + end) / 2, end - ARROW_ROOM - OPERATION / 2)
    box = Box(x - OPERATION / 2, y - OPERATION / 2, OPERATION, OPERATION)
    card(canvas, box, "operation", "operation", width=BRACKET_WIDTH, radius=0.12)
    canvas.text(x, y, f"${symbol}$", size=MATHS)
    path(canvas, [(start, y), (box.left, y)], width=ARROW_WIDTH)
    arrow(canvas, (box.left + box.width, y), (end, y), width=ARROW_WIDTH)


def back(canvas: Canvas, right: HeatMap, left: HeatMap) -> None:
    """Draw an arrow of the backward pass from one matrix to the one on its left."""
    start, end = right.box.left - CLEAR, left.right + CLEAR
    arrow(canvas, (start, right.middle), (end, right.middle), "backward", width=ARROW_WIDTH)


def past(canvas: Canvas, right: HeatMap, over: HeatMap, left: HeatMap) -> None:
    """Fork the arrow that `back` draws from ``right`` to ``over``: a branch goes on to ``left``.

    It leaves in the middle between the two, runs below ``over`` and enters ``left`` from below.
    """
    x, low = (over.right + right.box.left) / 2, min(over.box.bottom, left.box.bottom) - DETOUR
    corner = (left.centre, low)
    # The head's own line begins in the corner; the overlap makes one stroke of the two.
    bend = [(x, right.middle), (x, low), corner, (left.centre, low + CLEAR)]
    path(canvas, bend, "backward", width=ARROW_WIDTH)
    end = (left.centre, left.box.bottom - CLEAR)
    arrow(canvas, corner, end, "backward", width=ARROW_WIDTH)


def claim_product(
    canvas: Canvas,
    product: Printed,
    left: Printed,
    right: Printed,
    multiply: Callable[[Array, Array], Array] = np.matmul,
) -> None:
    """Claim that a printed matrix is the product of two printed ones, but for their rounding.

    Args:
        canvas: The canvas that they are on.
        product: The product as printed.
        left: Its left factor as printed.
        right: Its right factor as printed.
        multiply: How they are multiplied: ``np.matmul`` or ``np.multiply``.
    """
    moved_left = np.full_like(left.values, left.half)
    moved_right = np.full_like(right.values, right.half)
    # How far the product can be off if rounding moved every factor the same way.
    bound = (
        multiply(np.abs(left.values), moved_right)
        + multiply(moved_left, np.abs(right.values))
        + multiply(moved_left, moved_right)
        + product.half
    )
    exact = multiply(left.values, right.values)
    canvas.claim(
        f"the printed {product.name}",
        product.values,
        np.clip(product.values, exact - bound, exact + bound),
        f"the nearest value that the printed {left.name} and {right.name} allow",
    )
