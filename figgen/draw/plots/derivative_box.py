"""The derivative as a box: the input moves a little, and how far the output moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.text import Text

from figgen.core import Array, Function, InputError, chain, closed_form, referee
from figgen.core.chains import reference, spoken
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, in_a_row, path
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import MATHS, TITLE
from figgen.draw.canvas.theme import Role
from figgen.draw.plots.function_box import CAPSULE, CLEAR, capsules, face
from figgen.draw.plots.plots import BY_EXTRAPOLATION, BY_REFERENCE, SLOPE_TOLERANCE

BODY = 2.7
"""Width of the box in inches."""
VERDICT = 1.0
"""Height of the line with the ratio, below the box, in inches."""
HEADING = 0.6
"""Height of the words over the moves, in inches."""
APART = CAPSULE + 0.1
"""The least distance of two capsules, in inches."""
RAIL = 1.9
"""Where a move is drawn: how far from the box, in inches."""
TIP = 0.22
"""Length of the last, straight piece of a wire, in inches."""
BEND = 0.3
"""How far from its capsule a wire reaches its own height, in inches."""
SHAFT, HEAD = 0.16, 0.44
"""Width of a block arrow and of its head in inches."""
WIRE = 2.0
DIGITS = 3
"""How many digits of the smaller move are printed, at least."""


@dataclass(frozen=True)
class _Move:
    """A number that moves."""

    what: str
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def role(self) -> Role:
        if self.change == 0:
            return "muted"
        return "positive" if self.change > 0 else "negative"

    @property
    def heading(self) -> str:
        if self.change == 0:
            return f"the {self.what} stays"
        return f"the {self.what} moves {'up' if self.change > 0 else 'down'}"


class _Stop(NamedTuple):
    """A number on its side of the box.

    Attributes:
        number: The number.
        height: Where it is.
        row: Where its capsule is, which may have to make room for another.
        gone: Whether the move left it behind.
    """

    number: float
    height: float
    row: float
    gone: bool


class _Nudge:
    """What is shared by the parts of one drawing.

    Attributes:
        places: The decimals that show both moves.
        unit: Inches for a move by 1.
        ground: The height of both numbers before the move.
    """

    def __init__(self, canvas: Canvas, box: Box, moves: tuple[_Move, _Move]) -> None:
        self.canvas = canvas
        self.box = box
        self.moves = moves
        middle = box.left + box.width / 2
        self.body = Box(
            middle - BODY / 2, box.bottom + VERDICT, BODY, box.height - VERDICT - HEADING
        )
        smallest = min(abs(move.change) for move in moves if move.change)
        self.places = max(0, DIGITS - int(np.floor(np.log10(smallest))))
        up, down = (max(0.0, *(sign * move.change for move in moves)) for sign in (1, -1))
        self.unit = (self.body.height - CAPSULE - 2 * CLEAR) / (up + down)
        self.ground = self.body.bottom + CAPSULE / 2 + CLEAR + down * self.unit

    def height(self, move: _Move) -> float:
        """Where the number is after the move."""
        return self.ground + move.change * self.unit

    def side(self, move: _Move, role: Role, outward: Literal[-1, 1]) -> None:
        """Draw one move: that of the input on the left (−1), that of the output on the right."""
        canvas, middle = self.canvas, self.box.left + self.box.width / 2
        edge = middle + outward * (BODY / 2 + CLEAR)
        end = middle + outward * self.box.width / 2
        stops = self._stops(move)
        width = capsules(
            canvas,
            end,
            [stop.row for stop in stops],
            [stop.number for stop in stops],
            role,
            places=self.places,
            ha="left" if outward < 0 else "right",
            dashed=[place for place, stop in enumerate(stops) if stop.gone],
        )
        for stop in stops:
            self._wire(stop, end - outward * (width + CLEAR), edge, role)
        if move.change:
            self._arrow(move, edge + outward * RAIL, outward)
        x, y = (end + edge) / 2, self.box.bottom + self.box.height - cap_height(TITLE)
        canvas.text(x, y, move.heading, move.role, size=TITLE, weight="semibold", va="baseline")

    def _stops(self, move: _Move) -> list[_Stop]:
        before, after = self.ground, self.height(move)
        if not move.change:
            return [_Stop(move.before, before, before, gone=False)]
        first, second = _apart(before, after)
        return [
            _Stop(move.before, before, first, gone=True),
            _Stop(move.after, after, second, gone=False),
        ]

    def _wire(self, stop: _Stop, start: float, edge: float, role: Role) -> None:
        outward = np.sign(start - edge)
        wire = [(start, stop.row), (start - outward * BEND, stop.height), (edge, stop.height)]
        if outward > 0:
            wire.reverse()
        tip = wire.pop()
        # Up to the arrowhead, which would be ragged if it were dashed.
        wire.append((tip[0] - TIP, tip[1]))
        path(self.canvas, wire, role, width=WIRE, dashed=stop.gone, zorder=1.5)
        arrow(self.canvas, wire[-1], tip, role, width=WIRE, zorder=1.5)

    def _arrow(self, move: _Move, x: float, outward: Literal[-1, 1]) -> None:
        after = self.height(move)
        _block_arrow(self.canvas, x, self.ground, after, move.role)
        self.canvas.number(
            x - outward * (HEAD / 2 + 0.12),
            (self.ground + after) / 2 - cap_height(MATHS) / 2,
            move.change,
            move.role,
            places=self.places,
            before="+" if move.change > 0 else "",
            size=MATHS,
            weight="bold",
            # On the side of the box, where no capsule is.
            ha="left" if outward < 0 else "right",
            va="baseline",
        )

    def told(self, move: _Move) -> str:
        """A move in words."""
        if not move.change:
            return f"{move.heading} at {printed(move.before, self.places)}"
        size, before, after = (
            printed(number, self.places) for number in (abs(move.change), move.before, move.after)
        )
        return f"{move.heading} by {size}, from {before} to {after}"

    def verdict(self, ratio: float, slope: float) -> None:
        """Write the ratio of the moves and the slope that it is near."""
        canvas = self.canvas
        y = self.box.bottom + 0.3
        given, got = self.moves

        def words(text: str) -> Text:
            return canvas.text(0, y, text, size=TITLE, va="baseline")

        def number(value: float, role: Role, places: int = 3) -> Text:
            return canvas.number(
                0, y, value, role, places=places, size=MATHS, weight="bold", va="baseline"
            )

        row = [
            words("output change ÷ input change  ="),
            number(got.change, got.role, places=self.places),
            words("÷"),
            number(given.change, given.role, places=self.places),
            words("="),
            number(ratio, "ink"),
            words(f"≈  slope at {printed(given.before)}  ="),
            number(slope, "backward"),
        ]
        in_a_row(canvas, row, self.box.left + self.box.width / 2)


def _apart(first: float, second: float) -> tuple[float, float]:
    """Two heights, moved apart where capsules would overlap."""
    missing = max(0.0, APART - abs(second - first)) / 2
    direction = 1.0 if second >= first else -1.0
    return first - direction * missing, second + direction * missing


def _block_arrow(canvas: Canvas, x: float, start: float, end: float, role: Role) -> None:
    """An upright arrow that is as long as it says, head included."""
    neck = end - np.sign(end - start) * min(HEAD * 0.8, abs(end - start) * 0.6)
    half = [(SHAFT / 2, start), (SHAFT / 2, neck), (HEAD / 2, neck)]
    left, right = ([(x + side * width, y) for width, y in half] for side in (-1, 1))
    arrow = Polygon([*left, (x, end), *reversed(right)], linewidth=0, zorder=2.5)
    canvas.page.add_patch(arrow)
    canvas.mark(arrow, fill=role, tint=1)


def nudge(
    canvas: Canvas, box: Box, function: Function, at: float, delta: float, *, name: str = "f"
) -> float:
    """Draw how a small move of the input of a box moves its output.

    Both moves are drawn to one scale, so that the arrow of the output is as many times as long
    as that of the input as the slope says.

    Args:
        canvas: Where to draw.
        box: The place for all of it.
        function: What the box does to a number.
        at: The number that goes in.
        delta: How far it is moved, down if negative.
        name: The LaTeX of the name of the box.

    Returns:
        The change of the output divided by the change of the input, claimed.

    Raises:
        InputError: If ``delta`` is 0 or not finite, or the function has a kink at ``at``.
    """
    if not (np.isfinite(delta) and delta):
        raise InputError("delta", delta, "a finite number other than 0")
    if at in function.kinks:
        raise InputError("at", at, f"a number at which {function.name} has no kink")
    inputs = np.array([at, at + delta])
    if inputs[0] == inputs[1]:
        raise InputError("delta", delta, f"a number large enough to move {at:g}")
    outputs = chain((function,), inputs)
    moves = (_Move("input", *map(float, inputs)), _Move("output", *map(float, outputs)))
    drawing = _Nudge(canvas, box, moves)
    face(canvas, drawing.body, function, name=name)
    drawing.side(moves[0], "input", -1)
    drawing.side(moves[1], "output", 1)
    ratio = moves[1].change / moves[0].change
    slope = float(closed_form(function, np.array(at)))
    drawing.verdict(ratio, slope)
    _claim_moves(drawing, function, inputs, outputs)
    canvas.claim(
        f"the slope of {function.name} at x = {printed(at)}",
        slope,
        referee(function, inputs[0], function.kinks),
        BY_EXTRAPOLATION,
        tolerance=SLOPE_TOLERANCE,
    )
    canvas.describe(
        f"Through the box {function.name}: {drawing.told(moves[0])}, and {drawing.told(moves[1])}."
        f" The output change divided by the input change is {printed(ratio)}; the slope at"
        f" {printed(at)} is {printed(slope)}."
    )
    return ratio


def _claim_moves(drawing: _Nudge, function: Function, inputs: Array, outputs: Array) -> None:
    canvas = drawing.canvas
    by_reference = reference((function,), inputs)
    for x, y, other in zip(inputs, outputs, by_reference, strict=True):
        canvas.claim(spoken((function,), printed(x, drawing.places)), y, other, BY_REFERENCE)
    given, got = (move.change for move in drawing.moves)
    rise = float(np.diff(by_reference)[0])
    where = f"from x = {printed(inputs[0])} to {printed(inputs[1], drawing.places)}"
    canvas.claim(f"the change of {function.name} {where}", got, rise, BY_REFERENCE)
    canvas.claim(
        f"the change of {function.name} divided by the step, {where}",
        got / given,
        rise / np.diff(inputs)[0],
        BY_REFERENCE,
        # A difference of rounded values, of their size, is divided by the step.
        tolerance=1e-12 + 1e-15 * (1 + float(np.abs(outputs).max())) / abs(given),
    )
    lengths = [drawing.height(move) - drawing.ground for move in drawing.moves]
    canvas.claim(
        "the length of the arrow of the output divided by that of the input",
        lengths[1] / lengths[0],
        rise / np.diff(inputs)[0],
        BY_REFERENCE,
        tolerance=1e-9 + 1e-15 * (1 + float(np.abs(outputs).max())) / abs(given),
    )
