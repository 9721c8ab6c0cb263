"""Cards, lines and words on the page: what boxes, timelines and outlines are made of.

All places are in inches from the lower left corner of the canvas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from figgen.core import InputError
from figgen.draw.canvas.canvas import DASHES, Canvas, Horizontal, Weight
from figgen.draw.canvas.planes import LINE_WIDTH, Box
from figgen.draw.canvas.rc import LABEL, style
from figgen.draw.canvas.theme import TINT, Role
from figgen.draw.canvas.units import POINTS_PER_INCH

RADIUS = 0.14
"""How round the corners of a card are, in inches."""

ARROW = "-|>,head_length=5,head_width=2.8"
"""An arrowhead that grows with the line."""

CAPITALS = 0.66
"""Height of the capitals of the sans serif, relative to its size."""
LEADING = 1.22
"""Distance of two baselines, relative to the size."""

_WORD = re.compile(r"(?:\$[^$]*\$|[^\s$])+")
"""A word; a formula is never broken, whatever blanks are in it."""


def cap_height(size: float) -> float:
    """Height of capitals and digits in inches."""
    return CAPITALS * size / POINTS_PER_INCH


def leading(size: float) -> float:
    """Distance of two lines of text in inches."""
    return LEADING * size / POINTS_PER_INCH


def card(
    canvas: Canvas,
    box: Box,
    stroke: Role | None = "muted",
    fill: Role | None = None,
    *,
    tint: float = TINT,
    width: float = LINE_WIDTH,
    radius: float = RADIUS,
    dashed: bool = False,
    zorder: float = 1.0,
) -> FancyBboxPatch:
    """Draw a rectangle with round corners.

    Args:
        canvas: Where to draw.
        box: Its place.
        stroke: The role of its edge; None for no edge.
        fill: The role of its area; None for none.
        tint: How much of the fill's colour the area holds.
        width: The width of the edge in points.
        radius: How round the corners are; half the height makes a capsule.
        dashed: Whether the edge is dashed.
        zorder: What is drawn over what: the higher, the later.

    Returns:
        The patch.
    """
    patch = FancyBboxPatch(
        (box.left, box.bottom),
        box.width,
        box.height,
        boxstyle=f"round,pad=0,rounding_size={min(radius, box.width / 2, box.height / 2)}",
        linewidth=width if stroke else 0,
        linestyle=DASHES if dashed else "-",
        zorder=zorder,
    )
    canvas.page.add_patch(patch)
    return canvas.mark(patch, stroke=stroke, fill=fill, tint=tint)


def circle(
    canvas: Canvas,
    centre: tuple[float, float],
    radius: float,
    stroke: Role,
    fill: Role,
    *,
    tint: float = TINT,
    width: float = LINE_WIDTH,
    zorder: float = 3.0,
) -> Circle:
    """Draw a circle.

    Returns:
        The patch.
    """
    patch = Circle(centre, radius, linewidth=width, zorder=zorder)
    canvas.page.add_patch(patch)
    return canvas.mark(patch, stroke=stroke, fill=fill, tint=tint)


def path(
    canvas: Canvas,
    points: Sequence[tuple[float, float]],
    role: Role = "ink",
    *,
    width: float = LINE_WIDTH,
    dashed: bool = False,
    zorder: float = 2.0,
    name: str = "",
) -> Line2D:
    """Draw straight lines from point to point.

    Returns:
        The line.
    """
    x, y = zip(*points, strict=True)
    line = Line2D(x, y, linewidth=width, linestyle=DASHES if dashed else "-", zorder=zorder)
    return canvas.mark(canvas.page.add_line(line), stroke=role, name=name)


def arrow(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    role: Role = "ink",
    *,
    width: float = 2.0,
    zorder: float = 2.0,
    name: str = "",
) -> FancyArrowPatch:
    """Draw a straight arrow whose head grows with its width.

    Returns:
        The arrow.
    """
    patch = FancyArrowPatch(
        start,
        end,
        arrowstyle=ARROW,
        mutation_scale=width,
        linewidth=width,
        shrinkA=0,
        shrinkB=0,
        joinstyle="miter",
        capstyle="butt",
        zorder=zorder,
    )
    canvas.page.add_patch(patch)
    return canvas.mark(patch, stroke=role, fill=role, tint=1, name=name)


class Words(NamedTuple):
    """Words broken into lines: the lines, and how much room they take in inches."""

    lines: tuple[str, ...]
    width: float
    height: float


def wrap(
    canvas: Canvas, words: str, width: float, *, size: float = LABEL, weight: Weight = "regular"
) -> Words:
    """Break words into as few lines as fit a width, all about equally long.

    Args:
        canvas: Where they will be written.
        words: The text, with ``$...$`` for maths; a formula is never broken, a line break in
            the text is kept.
        width: The width in inches; a word that is longer stands alone.
        size: The size in points.
        weight: How bold it is.

    Raises:
        InputError: If there are no words.
    """
    if not words.strip():
        raise InputError("words", words, "some words")
    with style():
        probe = canvas.page.text(0, 0, "", fontsize=size, fontweight=weight)

    def measured(line: str) -> float:
        probe.set_text(line)
        return canvas.measure(probe)[0]

    lines = _filled(words, width, measured)
    longest = max(map(measured, lines))
    # As narrow as the same number of lines allows, so that no last line is a single word.
    while True:
        narrower = _filled(words, longest - 1e-6, measured)
        reach = max(map(measured, narrower))
        if len(narrower) > len(lines) or reach >= longest:
            break
        lines, longest = narrower, reach
    probe.remove()
    return Words(tuple(lines), longest, (len(lines) - 1) * leading(size) + cap_height(size))


def _filled(words: str, width: float, measured: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    for paragraph in words.splitlines():
        line = ""
        for word in _WORD.findall(paragraph):
            if line and measured(f"{line} {word}") > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def write(
    canvas: Canvas,
    box: Box,
    words: str,
    role: Role = "ink",
    *,
    size: float = LABEL,
    weight: Weight = "regular",
    ha: Horizontal = "left",
    va: Literal["top", "center"] = "top",
    zorder: float = 3.0,
) -> list[Text]:
    """Write into a place, on as many lines as it takes.

    What stands at the top or in the middle are the capitals, whatever descends below the line.

    Args:
        canvas: Where to write.
        box: The place.
        words: As in `wrap`.
        role: The colour.
        size: The size in points.
        weight: How bold it is.
        ha: Where in the place the lines stand.
        va: Likewise.
        zorder: What is drawn over what.

    Returns:
        The lines.

    Raises:
        InputError: If they run out of their place.
    """
    wrapped = wrap(canvas, words, box.width, size=size, weight=weight)
    if wrapped.width > box.width or wrapped.height > box.height:
        allowed = f"text that fits {box.width:.2f} x {box.height:.2f} inches at {size:g} points"
        raise InputError("words", words, allowed)
    x = box.left + {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * box.width
    free = {"top": 0.0, "center": 0.5}[va] * (box.height - wrapped.height)
    first = box.bottom + box.height - free - cap_height(size)
    texts = [
        canvas.text(
            x, first - row * leading(size), line, role, size=size, weight=weight, ha=ha,
            va="baseline",
        )
        for row, line in enumerate(wrapped.lines)
    ]  # fmt: skip
    for text in texts:
        text.set_zorder(zorder)
    return texts


def in_a_row(canvas: Canvas, texts: Sequence[Text], x: float, gap: float = 0.12) -> None:
    """Move texts side by side, with ``x`` in the middle of the row.

    Args:
        canvas: The canvas that they are on.
        texts: From left to right.
        x: The middle.
        gap: What is left between two of them, in inches.
    """
    widths = [canvas.measure(text)[0] for text in texts]
    left = x - (sum(widths) + gap * (len(texts) - 1)) / 2
    for text, width in zip(texts, widths, strict=True):
        text.set(x=left, ha="left")
        left += width + gap
