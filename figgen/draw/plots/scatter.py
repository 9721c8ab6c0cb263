"""Clouds of points: samples of a distribution in the plane, some of which are followed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

import numpy as np

from figgen.core import Array, InputError, Interval
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import cap_height
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.plots.plots import Plot

DOT = 5.0
"""Size of a point, in points."""
SHADE = 0.6
"""How much of its colour a point holds."""
BADGE = 23.0
"""Size of a point that is followed, in points."""
HALO = 4.0
"""How much larger the paper behind it is, in points."""
AIR = 0.1
"""What is left around the cloud, relative to its size."""


def cloud(
    canvas: Canvas,
    box: Box,
    points: Array,
    role: Role,
    *,
    name: str,
    followed: Sequence[int] = (),
) -> Plot:
    """Draw points in a plane of their own, equally long in both directions.

    Args:
        canvas: Where to draw.
        box: The place, a square.
        points: Shape (n, 2).
        role: Their colour.
        name: The LaTeX of the axes, to be numbered.
        followed: The rows of points that are marked with a number, from 1 on.

    Returns:
        The plane.

    Raises:
        InputError: If the points do not lie in a plane.
    """
    if points.ndim != 2 or points.shape[1] != 2:  # noqa: PLR2004 - a plane
        raise InputError("shape of the points", points.shape, "(n, 2)")
    plot = Plot(canvas, box, *_ranges(points))
    plot.origin = (plot.x.low, plot.y.low)
    plot.frame(xlabel=f"${name}_1$", ylabel=f"${name}_2$")
    (dots,) = plot.axes.plot(*points.T, "o", markersize=DOT, markeredgewidth=0, zorder=2)
    canvas.mark(dots, stroke=role, fill=role, tint=SHADE, name=f"points {name}")
    for number, row in enumerate(followed, start=1):
        _badge(plot, points[row], number)
    _tell(canvas, points, name)
    return plot


def _ranges(points: Array) -> tuple[Interval, Interval]:
    """Ranges of one width, with the cloud in the middle."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = (0.5 + AIR) * float((high - low).max())
    x, y = ((float(a) + float(b)) / 2 for a, b in zip(low, high, strict=True))
    return Interval(x - half, x + half), Interval(y - half, y + half)


def _badge(plot: Plot, point: Array, number: int) -> None:
    x, y = (float(each) for each in point)
    # A little paper parts it from the points around it.
    plot.dot(x, y, "paper", size=BADGE + HALO)
    plot.dot(x, y, "highlight", size=BADGE)
    height = y - plot.dy(cap_height(SMALL) / 2)
    text = plot.canvas.number(
        x, height, number, "paper", size=SMALL, weight="bold", va="baseline", axes=plot.axes
    )
    text.set_zorder(6)


def _tell(canvas: Canvas, points: Array, name: str) -> None:
    """The mean and the spread of the points, for those who do not see them; claimed."""
    told = []
    for axis, values in enumerate(points.T, start=1):
        mean, spread = float(values.mean()), float(values.std(ddof=1))
        plain = [float(value) for value in values]
        canvas.claim(f"mean and spread of {name}{axis}", (mean, spread),
                     (fmean(plain), stdev(plain)), "the statistics module of Python")  # fmt: skip
        told.append(f"{name}{axis} around {printed(mean, 2)} with a spread of {printed(spread, 2)}")
    canvas.describe(f"{len(points)} points {name}: {' and '.join(told)}.")


def spread_out(points: Array) -> tuple[int, int, int]:
    """The rows of three points to follow: the leftmost, the one nearest to the middle, the last.

    >>> spread_out(np.array([[0.0, 0.0], [2.0, 1.0], [-3.0, 0.5]]))
    (2, 0, 1)
    """
    middle = int(np.argmin(np.hypot(*(points - points.mean(axis=0)).T)))
    return int(np.argmin(points[:, 0])), middle, int(np.argmax(points[:, 0]))
