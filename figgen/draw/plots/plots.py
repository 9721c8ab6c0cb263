"""Plots of functions: a coordinate system, and what the lecture draws in it.

Every helper computes what it draws from functions of the core, files the claims that check it
and says in the alt text what can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.text import Text

from figgen.core import (
    Array,
    Chain,
    Function,
    InputError,
    Interval,
    chain,
    chain_deriv,
    closed_form,
    referee,
)
from figgen.core.chains import kinks, reference, sign_changes, spoken
from figgen.core.derivatives import REACH
from figgen.core.printed_numbers import MINUS, printed
from figgen.draw.canvas.planes import Plane
from figgen.draw.canvas.rc import MATHS, SMALL
from figgen.draw.canvas.theme import Role

SAMPLES = 401
"""Points of a curve: one every other pixel of the widest plot on a full HD slide."""
BY_REFERENCE = "the plain Python reference"
BY_EXTRAPOLATION = "Richardson extrapolation of differences"
SLOPE_TOLERANCE = 1e-8
"""What the extrapolation can promise: about ten digits, less at a kink."""

SYMBOL = 34.0
"""Size of a + or − in an area, in points."""
CURVE_WIDTH = 3.2


def as_chain(functions: Function | Sequence[Function]) -> Chain:
    """One function or several, as a chain."""
    return (functions,) if isinstance(functions, Function) else tuple(functions)


class Plot(Plane):
    """A coordinate system with functions in it; made like a `Plane`."""

    # Curves

    def curve(
        self,
        functions: Function | Sequence[Function],
        role: Role = "ink",
        *,
        name: str | None = None,
        name_at: float | None = None,
        shift: tuple[float, float] = (0.12, 0),
    ) -> None:
        """Draw nested functions, with their name at the right end.

        Args:
            functions: The functions, the innermost first.
            role: The colour.
            name: The LaTeX of the name; none is written if not given.
            name_at: The x beside which the name stands; the right end if not given.
            shift: How far the name stands from that point of the curve, in inches.
        """
        links = as_chain(functions)
        lines = []
        for x in self._visible(links):
            y = chain(links, x)
            self.canvas.claim(f"the curve {spoken(links)}", y, reference(links, x), BY_REFERENCE)
            curve = f"curve {spoken(links)}"
            lines.append(self.line(x, y, role, width=CURVE_WIDTH, zorder=3, name=curve))
            self.canvas.describe(_course_of(spoken(links), x, y))
        if name:
            end = float(x[-1]) if name_at is None else name_at
            text = self._name(end, float(chain(links, end)), name, role, shift)
            self.canvas.names(text, *lines)

    def _name(self, x: float, y: float, name: str, role: Role, shift: tuple[float, float]) -> Text:
        return self.label(x, y, f"${name}$", role, size=MATHS, shift=shift, ha="left")

    def signed_curve(self, functions: Function | Sequence[Function]) -> None:
        """Draw nested functions, rising stretches apart from falling and level ones.

        A stretch says in words what it does, so that the colour is not the only cue. The word
        stands on the side of the curve that has more room.
        """
        links = as_chain(functions)
        for piece, sign in slope_signs(links, self.x):
            x = piece.samples(SAMPLES)
            y = chain(links, x)
            inside = (y >= self.y.low) & (y <= self.y.high)
            x, y = x[inside], y[inside]
            where = f"between x = {printed(piece.low)} and {printed(piece.high)}"
            self.canvas.claim(
                f"the curve {spoken(links)} {where}", y, reference(links, x), BY_REFERENCE
            )
            # The slope said so; the values of the function must agree.
            self.canvas.claim(
                f"direction of {spoken(links)} {where}",
                sign,
                np.sign(np.diff(reference(links, [piece.low, piece.high]))[0]),
                "the values at both ends",
            )
            role, word = _DIRECTIONS[sign]
            curve = f"curve {spoken(links)}"
            line = self.line(x, y, role, width=CURVE_WIDTH, zorder=3, name=curve)
            middle = (piece.low + piece.high) / 2
            height = float(chain(links, middle))
            side = -1 if height > (self.y.low + self.y.high) / 2 else 1
            text = self.label(
                middle, height, word, role, size=SMALL, shift=(-0.25 * side * sign, 0.4 * side)
            )
            self.canvas.names(text, line)
            self.canvas.describe(f"{spoken(links)} {word} {where}.")
        for at in flat_points(links, self.x):
            height = float(chain(links, at))
            self.dot(at, height, "ink")
            lowest = height < float(chain(links, at + self.dx(0.2)))
            self.label(at, height, "flat", size=SMALL, shift=(-0.18, -0.32 if lowest else 0.32))
            self.canvas.describe(f"It is flat at x = {printed(at)}.")

    def derivative(
        self,
        functions: Function | Sequence[Function],
        role: Role = "backward",
        *,
        name: str | None = None,
        name_at: float | None = None,
        shift: tuple[float, float] = (0.12, 0),
        signs: bool = False,
    ) -> None:
        """Draw the derivative of nested functions by the chain rule, dashed.

        Where it jumps the line is broken and both ends are rings: there is no derivative.

        Args:
            functions: The functions, the innermost first.
            role: The colour.
            name: The LaTeX of the name; none is written if not given.
            name_at: The x beside which the name stands; the right end if not given.
            shift: How far the name stands from that point of the curve, in inches.
            signs: Whether to fill the area above and below zero, with a + or a − in it.
        """
        links = as_chain(functions)
        broken = kinks(links, self.x)
        lines = []
        for piece in _split(self.x, broken):
            x = piece.samples(SAMPLES)
            slope = chain_deriv(links, x, closed_form)
            if piece.low in broken:
                # A kink counts to its left; this piece begins just right of it.
                slope[0] = chain_deriv(links, np.nextafter(piece.low, piece.high), closed_form)
                x[0] = np.nextafter(piece.low, piece.high)
            self._claim_slopes(links, x, slope, f"the derivative of {spoken(links)}")
            curve = f"derivative of {spoken(links)}"
            lines.append(
                self.line(x, slope, role, width=CURVE_WIDTH, dashed=True, zorder=3, name=curve)
            )
            if signs:
                self._sign_areas(x, slope)
        for kink in broken:
            self._jump(links, kink, role)
        x = self.x.samples(SAMPLES)
        slope = chain_deriv(links, x, closed_form)
        if name:
            end = self.x.high if name_at is None else name_at
            height = float(chain_deriv(links, end, closed_form))
            self.canvas.names(self._name(end, height, name, role, shift), *lines)
        self.canvas.describe(_course_of(f"The derivative of {spoken(links)}", x, slope))

    def _jump(self, links: Chain, kink: float, role: Role) -> None:
        left, right = one_sided_slopes(links, kink)
        if abs(right - left) <= SLOPE_TOLERANCE:
            return
        self.dot(kink, left, role, hollow=True)
        self.dot(kink, right, role, hollow=True)
        self.canvas.describe(
            f"At x = {printed(kink)} it jumps from {printed(left)} to {printed(right)};"
            " there is no derivative there."
        )

    def _sign_areas(self, x: Array, slope: Array) -> None:
        for sign, symbol in ((1, "+"), (-1, MINUS)):
            role, _ = _DIRECTIONS[sign]
            part = np.where(sign * slope > 0, slope, 0.0)
            if not part.any():
                continue
            area = self.axes.fill_between(x, 0, part, linewidth=0, zorder=1, clip_on=True)
            side = "above" if sign > 0 else "below"
            self.canvas.mark(area, fill=role, name=f"area {side} zero")
            peak = int(np.argmax(np.abs(part)))
            if abs(part[peak]) > self.dy(0.5):
                self.label(float(x[peak]), float(part[peak]) / 2, symbol, role, size=SYMBOL)

    # Points and straight lines

    def points(
        self,
        functions: Function | Sequence[Function],
        at: Sequence[float],
        role: Role = "highlight",
        *,
        size: float = 10.0,
    ) -> None:
        """Mark points of nested functions, each a claim."""
        links = as_chain(functions)
        values = chain(links, list(at))
        for x, y in zip(at, values, strict=True):
            self.canvas.claim(f"{spoken(links, printed(x))}", y, reference(links, x), BY_REFERENCE)
            self.dot(x, float(y), role, size=size, name=f"point of {spoken(links)}")
        pairs = ", ".join(f"({printed(x)}, {printed(y)})" for x, y in zip(at, values, strict=True))
        noun = "Point" if len(at) == 1 else "Points"
        self.canvas.describe(f"{noun} of {spoken(links)} at {pairs}.")

    def slope_point(
        self, functions: Function | Sequence[Function], at: float, role: Role = "backward"
    ) -> float:
        """Mark a point of the derivative.

        Returns:
            The slope there.
        """
        slope = self.slope(functions, at)
        self.dot(at, slope, role, name="point of the derivative")
        return slope

    def slope(self, functions: Function | Sequence[Function], at: float) -> float:
        """The derivative at a point by the chain rule, claimed."""
        links = as_chain(functions)
        slope = chain_deriv(links, at, closed_form)
        what = f"the slope of {spoken(links)} at x = {printed(at)}"
        self._claim_slopes(links, np.array(at), slope, what)
        return float(slope)

    def tangent(
        self,
        functions: Function | Sequence[Function],
        at: float,
        role: Role = "backward",
        *,
        length: float = 2.2,
    ) -> float:
        """Draw the tangent at a point, ``length`` inches long.

        Returns:
            Its slope.
        """
        links = as_chain(functions)
        slope = self.slope(links, at)
        y = float(chain(links, at))
        self.canvas.claim(
            f"the height of {spoken(links)} at x = {printed(at)}",
            y,
            float(reference(links, at)),
            BY_REFERENCE,
        )
        # Inches, not units of the axes, so that a steep tangent is as long as a level one.
        half = length / 2 / float(np.hypot(1 / self.dx(1), slope / self.dy(1)))
        x = np.array([at - half, at + half])
        name = f"tangent of {spoken(links)}"
        self.line(x, y + slope * (x - at), role, width=2.4, zorder=4, name=name)
        self.canvas.describe(f"The tangent at x = {printed(at)} has slope {printed(slope)}.")
        return slope

    def secant(
        self,
        functions: Function | Sequence[Function],
        at: float,
        delta: float,
        role: Role = "forward",
        *,
        beyond: float = 0.4,
        length: float = 0.0,
        dots: bool = True,
    ) -> float:
        """Draw the line through the points of the curve ``delta`` to either side of ``at``.

        Args:
            functions: The functions, the innermost first.
            at: The point in the middle.
            delta: The distance to either side, in units of x.
            role: The colour.
            beyond: How far the line goes on, in inches.
            length: How long it is at least, in inches.
            dots: Whether to mark the two points.

        Returns:
            Its slope, the central difference.
        """
        links = as_chain(functions)
        ends = np.array([at - delta, at + delta])
        low, high = chain(links, ends)
        slope = float((high - low) / (2 * delta))
        by_reference = np.diff(reference(links, ends))[0] / (2 * delta)
        self.canvas.claim(
            f"the slope of the secant of {spoken(links)} at x = {printed(at)}, Δ = {delta:g}",
            slope,
            by_reference,
            BY_REFERENCE,
            # A difference of values of size 1, rounded, is divided by Δ.
            tolerance=1e-12 + 1e-15 / delta,
        )
        middle = (low + high) / 2
        inch = 1 / float(np.hypot(1 / self.dx(1), slope / self.dy(1)))
        reach = max(delta + beyond * inch, length / 2 * inch)
        x = np.array([at - reach, at + reach])
        y, name = middle + slope * (x - at), f"secant of {spoken(links)}"
        self.line(x, y, role, width=2.4, dashed=True, zorder=3.5, name=name)
        if dots:
            for end, value in zip(ends, (low, high), strict=True):
                self.dot(float(end), float(value), role, hollow=True, size=9)
        self.canvas.describe(
            f"The secant through x = {printed(at - delta)} and {printed(at + delta)}"
            f" has slope {printed(slope, 4)}."
        )
        return slope

    # The inner part

    def _visible(self, links: Chain) -> list[Array]:
        """Samples of the stretches on which a curve is inside the plot.

        Raises:
            InputError: If there is none.
        """
        x = self.x.samples(SAMPLES)
        y = chain(links, x)
        inside = np.flatnonzero((y >= self.y.low) & (y <= self.y.high))
        stretches = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
        # Anew between its ends, so that a steep stretch is as smooth as a level one.
        found = [
            Interval(float(x[part[0]]), float(x[part[-1]])).samples(SAMPLES)
            for part in stretches
            if len(part) > 1
        ]
        if not found:
            allowed = f"values between {self.y.low:g} and {self.y.high:g} for some x"
            raise InputError(f"curve {spoken(links)} on the plot", (y.min(), y.max()), allowed)
        return found

    def _claim_slopes(self, links: Chain, x: Array, slope: Array, what: str) -> None:
        # A kink just outside the plot is within reach of the differences inside.
        wider = Interval(self.x.low - 2 * REACH, self.x.high + 2 * REACH)
        self.canvas.claim(
            what,
            slope,
            referee(lambda u: chain(links, u), x, kinks(links, wider)),
            BY_EXTRAPOLATION,
            tolerance=SLOPE_TOLERANCE,
        )


_DIRECTIONS: dict[int, tuple[Role, str]] = {
    1: ("positive", "rises"),
    -1: ("negative", "falls"),
    0: ("muted", "is level"),
}


def slope_signs(links: Chain, interval: Interval) -> list[tuple[Interval, int]]:
    """The stretches of ``interval`` on which the slope keeps its sign, each with that sign."""

    def slope(x: Array) -> Array:
        return chain_deriv(links, x, closed_form)

    pieces = _split(interval, sign_changes(slope, interval))
    middles = [(piece, np.array((piece.low + piece.high) / 2)) for piece in pieces]
    return [(piece, int(np.sign(slope(middle)))) for piece, middle in middles]


def flat_points(links: Chain, interval: Interval) -> list[float]:
    """Where the slope changes its sign, and is 0: the lowest and the highest points."""
    pieces = slope_signs(links, interval)
    turns = [low.high for (low, sign), (_, other) in pairwise(pieces) if sign * other < 0]
    return [at for at in turns if np.abs(one_sided_slopes(links, at)).max() < SLOPE_TOLERANCE]


def one_sided_slopes(links: Chain, at: float) -> tuple[float, float]:
    """The slopes just left and just right of a point, by the chain rule."""
    left, right = chain_deriv(links, np.nextafter(at, [-np.inf, np.inf]), closed_form)
    return float(left), float(right)


def _split(interval: Interval, points: Sequence[float]) -> list[Interval]:
    ends = [interval.low, *points, interval.high]
    return [Interval(low, high) for low, high in pairwise(ends)]


def _course_of(name: str, x: Array, y: Array) -> str:
    """A curve in one sentence: its ends, its lowest and its highest point."""
    low, high = int(np.argmin(y)), int(np.argmax(y))
    return (
        f"{name} goes from {printed(y[0])} at x = {printed(x[0])} to {printed(y[-1])}"
        f" at x = {printed(x[-1])}; lowest {printed(y[low])} at x = {printed(x[low])},"
        f" highest {printed(y[high])} at x = {printed(x[high])}."
    )
