"""A plane with two axes on the canvas: what every plot is drawn in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from figgen.core import (
    Array,
    Interval,
)
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import DASHES, Canvas, Horizontal, Vertical
from figgen.draw.canvas.rc import LABEL, MATHS, SMALL
from figgen.draw.canvas.theme import Role

LINE_WIDTH = 1.6


class Box(NamedTuple):
    """A place on the canvas, in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


Ticks: TypeAlias = Sequence[float] | Mapping[float, str]


class Plane:
    """A coordinate system on the canvas.

    Args:
        canvas: Where to draw.
        box: The place of the coordinate system; its labels need room around it.
        x: The range of the horizontal axis.
        y: The range of the vertical axis.
        origin: Where the axes cross; by default at (0, 0), or at the end of a range without 0.
    """

    def __init__(
        self,
        canvas: Canvas,
        box: Box,
        x: Interval,
        y: Interval,
        origin: tuple[float, float] | None = None,
    ) -> None:
        self.canvas = canvas
        self.box = box
        self.x = x
        self.y = y
        self.origin = origin or (_nearest_to_zero(x), _nearest_to_zero(y))
        self.axes = canvas.axes(*box)
        self.axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))

    # Places

    def on_page(self, x: float, y: float) -> tuple[float, float]:
        """A point of the plot in inches from the lower left corner of the canvas."""
        left, bottom, width, height = self.box
        across = (x - self.x.low) / self.x.width
        up = (y - self.y.low) / self.y.width
        return left + across * width, bottom + up * height

    def dx(self, inches: float) -> float:
        """A horizontal distance on the canvas, in units of the x axis."""
        return inches * self.x.width / self.box.width

    def dy(self, inches: float) -> float:
        """A vertical distance on the canvas, in units of the y axis."""
        return inches * self.y.width / self.box.height

    def label(
        self,
        x: float,
        y: float,
        words: str,
        role: Role = "ink",
        *,
        shift: tuple[float, float] = (0, 0),
        size: float = LABEL,
        ha: Horizontal = "center",
        va: Vertical = "center",
    ) -> Text:
        """Write at a point of the plot, moved by ``shift`` inches."""
        place = (x + self.dx(shift[0]), y + self.dy(shift[1]))
        return self.canvas.text(*place, words, role, size=size, ha=ha, va=va, axes=self.axes)

    def number(
        self,
        x: float,
        y: float,
        value: float,
        role: Role = "ink",
        *,
        places: int = 3,
        shift: tuple[float, float] = (0, 0),
        ha: Horizontal = "center",
    ) -> None:
        """Write a number at a point, moved by ``shift`` inches, and claim its digits."""
        place = (x + self.dx(shift[0]), y + self.dy(shift[1]))
        self.canvas.number(*place, value, role, places=places, ha=ha, axes=self.axes)

    # Axes

    def frame(
        self,
        xticks: Ticks = (),
        yticks: Ticks = (),
        xlabel: str = "$x$",
        ylabel: str | None = "$y$",
    ) -> None:
        """Draw the two axes as arrows, with those ticks that mean something.

        Args:
            xticks: Places of the ticks, each labelled with its number; or a mapping from places
                to labels, empty ones included.
            yticks: Likewise.
            xlabel: What stands at the right end of the horizontal axis.
            ylabel: What stands above the vertical axis.
        """
        x0, y0 = self.origin
        beyond = 0.22
        across = self._axis("x axis", (self.x.low, y0), (self.x.high + self.dx(beyond), y0))
        up = self._axis("y axis", (x0, self.y.low), (x0, self.y.high + self.dy(beyond)))
        text = self.label(self.x.high, y0, xlabel, size=MATHS, shift=(beyond + 0.08, 0), ha="left")
        self.canvas.names(text, across)
        if ylabel:
            shift = (0, beyond + 0.02)
            text = self.label(x0, self.y.high, ylabel, size=MATHS, shift=shift, va="bottom")
            self.canvas.names(text, up)
        for tick, words in _labelled(xticks):
            mark = self._tick("x", (tick, y0), (0, 0.06))
            text = self.label(tick, y0, words, size=SMALL, shift=(0, -0.12), va="top")
            self.canvas.names(text, mark)
        for tick, words in _labelled(yticks):
            mark = self._tick("y", (x0, tick), (0.06, 0))
            text = self.label(x0, tick, words, size=SMALL, shift=(-0.14, 0), ha="right")
            self.canvas.names(text, mark)

    def _axis(
        self, name: str, start: tuple[float, float], end: tuple[float, float]
    ) -> FancyArrowPatch:
        arrow = FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>,head_length=5,head_width=2.5",
            mutation_scale=1.6,
            linewidth=LINE_WIDTH,
            shrinkA=0,
            shrinkB=0,
            clip_on=False,
            zorder=1.5,
        )
        self.axes.add_patch(arrow)
        return self.canvas.mark(arrow, stroke="ink", fill="ink", tint=1, name=name)

    def _tick(self, axis: str, place: tuple[float, float], half: tuple[float, float]) -> Line2D:
        (x, y), dx, dy = place, self.dx(half[0]), self.dy(half[1])
        name = f"tick on the {axis} axis"
        return self.line([x - dx, x + dx], [y - dy, y + dy], "ink", width=LINE_WIDTH, name=name)

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        role: Role,
        *,
        width: float = LINE_WIDTH,
        dashed: bool = False,
        dotted: bool = False,
        zorder: float = 2,
        name: str = "",
    ) -> Line2D:
        """Draw a line without a claim.

        Args:
            x: Places, shape (n,).
            y: Likewise.
            role: The colour.
            width: Line width in points.
            dashed: Whether it is dashed.
            dotted: Whether each place is a dot too.
            zorder: What it lies above.
            name: What it is, as in `Canvas.mark`.

        Returns:
            The line.
        """
        (line,) = self.axes.plot(
            np.asarray(x),
            np.asarray(y),
            linewidth=width,
            linestyle=DASHES if dashed else "-",
            marker="o" if dotted else "none",
            markersize=6,
            clip_on=False,
            zorder=zorder,
        )
        return self.canvas.mark(line, stroke=role, fill=role, tint=1, name=name)

    def dot(
        self,
        x: float,
        y: float,
        role: Role,
        *,
        hollow: bool = False,
        size: float = 10.0,
        name: str = "point",
    ) -> None:
        """Mark a point without a claim.

        Args:
            x: Its place.
            y: Likewise.
            role: The colour.
            hollow: Whether it is a ring.
            size: Its diameter in points.
            name: What it is, as in `Canvas.mark`.
        """
        (dot,) = self.axes.plot([x], [y], "o", markersize=size, markeredgewidth=2, clip_on=False)
        dot.set_zorder(5)
        self.canvas.mark(dot, stroke=role, fill="paper" if hollow else role, tint=1, name=name)


def rounded_range(values: Array, count: int = 3) -> tuple[Interval, tuple[float, ...]]:
    """A range with round ends that holds ``values``, and about ``count`` round ticks in it.

    Zero is always inside, because a slope or a height means nothing without it.
    """
    ticks = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(
        min(0.0, float(values.min())), max(0.0, float(values.max()))
    )
    return Interval(float(ticks[0]), float(ticks[-1])), tuple(float(t) for t in ticks if t)


def _labelled(ticks: Ticks) -> list[tuple[float, str]]:
    if isinstance(ticks, Mapping):
        return list(ticks.items())
    return [(tick, printed(tick)) for tick in ticks]


def _nearest_to_zero(interval: Interval) -> float:
    return min(max(0.0, interval.low), interval.high)
