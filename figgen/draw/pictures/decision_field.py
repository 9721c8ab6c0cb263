"""What neurons decide: the output as a field over the plane of two inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from contourpy import FillType, contour_generator
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from figgen.core import Array, InputError, sigmoid
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import cap_height, card, path
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.pictures.traced_network import Weights
from figgen.draw.plots.plots import Plot

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where the field gets one shade darker."""
DARKEST = 0.4
GRID = 161
"""Samples of the field along each axis."""
CHECKED = 8
"""Every which of them is claimed."""
LINE = 2.6
MARKER = 28.0
"""Size of a corner, in points."""

Decide = Callable[[Array, Array], Array]
"""A network of two inputs, vectorised."""
Plain = Callable[[float, float], float]
"""The same, one number at a time."""
Outlines = tuple[list[Array], list[NDArray[np.uint8]]]
"""The corners of areas, and what kind of corner each is."""
BY_WEIGHTS = "plain Python with the weights that are drawn"


def tint(level: float) -> float:
    """How much colour the field holds from a level on."""
    return DARKEST * (LEVELS.index(level) + 1) / len(LEVELS)


def field(plot: Plot, decide: Decide, plain: Plain, role: Role = "output") -> None:
    """Shade the plane by the output of a network, the darker the nearer to 1.

    Args:
        plot: The plane.
        decide: The network.
        plain: The same network in plain Python, for the claim.
        role: The colour.
    """
    x, y = plot.x.samples(GRID), plot.y.samples(GRID)
    output = decide(*np.meshgrid(x, y))
    part = slice(None, None, CHECKED)
    plot.canvas.claim(
        "the field of outputs",
        output[part, part],
        [[plain(float(a), float(b)) for a in x[part]] for b in y[part]],
        BY_WEIGHTS,
    )
    # Under the page, on which corners are marked.
    plot.axes.set_zorder(-1)
    generator = contour_generator(x, y, output, fill_type=FillType.OuterCode)
    for level in LEVELS:
        # Each area goes up to 1, under the next, so that no seam is left between two shades.
        outlines = cast(Outlines, generator.filled(level, 2.0))
        points, codes = outlines
        if not points:
            continue
        area = Path(np.concatenate(points), np.concatenate(codes))
        patch = PathPatch(area, linewidth=0, zorder=0.5)
        plot.axes.add_patch(patch)
        plot.canvas.mark(patch, fill=role, tint=tint(level))


def shades(canvas: Canvas, box: Box, role: Role = "output") -> None:
    """Draw the shades of a field as a bar, with the levels between them beside it."""
    ends = (0.0, *LEVELS, 1.0)
    for low, high in pairwise(ends):
        place = Box(box.left, box.bottom + low * box.height, box.width, (high - low) * box.height)
        fill, share = (role, tint(low)) if low else ("paper", 1.0)
        card(canvas, place, None, fill, tint=share, radius=0, zorder=0.6)
    card(canvas, box, "ink", width=1.6, radius=0)
    for tick in (0.0, 0.5, 1.0):
        height = box.bottom + tick * box.height
        right = box.left + box.width
        path(canvas, [(right, height), (right + 0.08, height)])
        canvas.number(right + 0.16, height - cap_height(SMALL) / 2, tick, size=SMALL, ha="left",
                      va="baseline")  # fmt: skip


def decision_line(
    plot: Plot, neuron: Weights, words: str, role: Role = "ink", *, at: float = 0.5, side: int = 1
) -> None:
    """Draw the line on which a neuron is undecided, with its name along it.

    Args:
        plot: The plane.
        neuron: The weights of two inputs and the bias.
        words: Its name.
        role: The colour.
        at: Where on the line the name stands, from 0 at its left end to 1.
        side: 1 above the line, −1 below it.

    Raises:
        InputError: If the neuron has not two inputs, or the line does not cross the plane.
    """
    start, end = crossing(plot, neuron)
    along = np.linspace(start, end, 5)
    plot.canvas.claim(
        f"the neuron on the line {words}",
        [sigmoid.reference(neuron.sum(point)) for point in along],
        np.full(len(along), 0.5),
        "the middle of the sigmoid",
    )
    ends = " to ".join(f"({printed(x)}, {printed(y)})" for x, y in (start, end))
    plot.canvas.describe(f"On the line from {ends} a neuron is undecided, at 0.5.")
    line = plot.line([start[0], end[0]], [start[1], end[1]], role, width=LINE, zorder=2)
    run = np.subtract(plot.on_page(*end), plot.on_page(*start))
    slope = float(np.degrees(np.arctan2(run[1], run[0])))
    across = side * 0.2 * np.array([-run[1], run[0]]) / np.hypot(*run)
    place = (start[0] + at * (end[0] - start[0]), start[1] + at * (end[1] - start[1]))
    text = plot.label(*place, words, shift=(float(across[0]), float(across[1])))
    text.set(rotation=slope, rotation_mode="anchor")
    plot.canvas.names(text, line)


def crossing(plot: Plot, neuron: Weights) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the line on which a neuron is undecided enters and leaves the plane, left end first.

    Raises:
        InputError: If the neuron has not two inputs, or the line does not cross the plane.
    """
    if len(neuron.weights) != 2:  # noqa: PLR2004 - a plane
        raise InputError("weights of a line", neuron.weights, "2, one for each axis")
    (a, b), bias = neuron.weights, neuron.bias
    found = [(x, -(a * x + bias) / b) for x in (plot.x.low, plot.x.high) if b]
    found += [(-(b * y + bias) / a, y) for y in (plot.y.low, plot.y.high) if a]
    inside = sorted({(x, y) for x, y in found if x in plot.x and y in plot.y})
    if len(inside) < 2:  # noqa: PLR2004 - a line has two ends
        raise InputError("line of a neuron", neuron, "one that crosses the plane")
    return inside[0], inside[-1]


class Corner(NamedTuple):
    """An input of a truth table, and what the output should be for it: 0 or 1."""

    x: float
    y: float
    wanted: int


def corners(plot: Plot, decide: Decide, plain: Plain, table: Sequence[Corner]) -> int:
    """Mark what is wanted for some inputs, and ring those for which a network is wrong.

    Args:
        plot: The plane.
        decide: The network.
        plain: The same network in plain Python, for the claim.
        table: The inputs.

    Returns:
        The number of those that are right.

    Raises:
        InputError: If an input lies outside the plane.
    """
    for corner in table:
        if corner.x not in plot.x or corner.y not in plot.y:
            allowed = f"one from {plot.x.low:g} to {plot.x.high:g}, inside the plane"
            raise InputError("corner", (corner.x, corner.y), allowed)
    x, y, wanted = (np.array(each, dtype=float) for each in zip(*table, strict=True))
    outputs = decide(x, y)
    plot.canvas.claim("the outputs in the corners", outputs, [plain(a, b) for a, b, _ in table],
                      BY_WEIGHTS)  # fmt: skip
    for corner, output in zip(table, outputs, strict=True):
        marker(plot.canvas, *plot.on_page(corner.x, corner.y), corner.wanted)
        says = round(float(output))
        if says != corner.wanted:
            _wrong(plot, corner, says)
        plot.canvas.describe(
            f"At ({printed(corner.x)}, {printed(corner.y)}) the output is about {says},"
            f" {'right' if says == corner.wanted else f'but {corner.wanted} is wanted'}."
        )
    return int((np.round(outputs) == wanted).sum())


def best_line(table: Sequence[Corner]) -> int:
    """The most corners of the unit square that a line can get right.

    Whatever line parts the corners, one of these parts them in the same way.
    """
    signs = (-1, 0, 1)
    lines = [(a, b, c) for a in signs for b in signs for c in (-1.5, -0.5, 0.5, 1.5)]
    return max(
        sum((a * x + b * y + c > 0) == wanted for x, y, wanted in table) for a, b, c in lines
    )


def marker(canvas: Canvas, x: float, y: float, wanted: int) -> None:
    """Draw what is wanted, on the page: a circle for 0, a square for 1, with the digit in it."""
    shape = "s" if wanted else "o"
    (line,) = canvas.page.plot([x], [y], shape, markersize=MARKER, markeredgewidth=2.2)
    line.set_zorder(5)
    canvas.mark(line, stroke="ink", fill="paper", tint=1)
    canvas.number(x, y - cap_height(LABEL) / 2, wanted, weight="bold", va="baseline").set_zorder(6)


def _wrong(plot: Plot, corner: Corner, says: int) -> None:
    canvas = plot.canvas
    x, y = plot.on_page(corner.x, corner.y)
    # A little paper on both sides parts it from the field, which is as grey as it is in print.
    rings: tuple[tuple[Role, int, float], ...] = (("paper", 8, 3.9), ("negative", 4, 4.0))
    for role, thick, zorder in rings:
        (ring,) = canvas.page.plot([x], [y], "o", markersize=1.75 * MARKER, markeredgewidth=thick)
        ring.set_zorder(zorder)
        canvas.mark(ring, stroke=role)
    text = canvas.number(x, y - 0.7 - cap_height(SMALL) / 2, says, before="wrong: says ",
                         size=SMALL, weight="bold", va="baseline")  # fmt: skip
    text.set_zorder(6)
    width = canvas.measure(text)[0] + 0.24
    place = Box(x - width / 2, y - 0.7 - 0.19, width, 0.38)
    card(canvas, place, "paper", "paper", tint=1, width=2.2 + 4, radius=0.1, zorder=5.4)
    card(canvas, place, "negative", "paper", tint=1, width=2.2, radius=0.1, zorder=5.5)
