"""A timeline: what happened when, on an axis of years that is true to scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Polygon

from figgen.core import InputError, Interval
from figgen.core.printed_numbers import printed, read
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import RADIUS, Words, cap_height, card, path, wrap, write
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import TITLE
from figgen.draw.canvas.theme import Role

SIDE = 0.3
"""What is left of the ribbon and right of its tip, in inches."""
TIP = 0.5
"""Length of the tip that says that time goes on."""
RIBBON = 0.56
"""Height of the ribbon of years."""
FROST = 0.36
"""How far a winter reaches beyond the ribbon, above and below."""
PAD = 0.2
LEAD = 0.2
"""Between the title of a card and its text, in inches."""
EASE = 1e-6
"""A hair more than a text was measured to need."""
GAP = 0.25
MARGIN = 0.06
CARD_WIDTH = 3.1
"""The widest text of a card, in inches."""
HEADING = 24.0
"""Size of the title of a card, in points."""
SEAM = 0.03
"""Half of what is left between two eras in a row, in inches."""
STRIPE = 0.16
"""The distance of two stripes of a winter, and twice their width, in inches."""
SNOWFLAKE = 0.42
"""What is kept free for the snowflake before a title, in inches."""
MAX_CELLS = 12


@dataclass(frozen=True)
class Era:
    """A stretch of time in which something happened.

    Attributes:
        start: The year in which it begins.
        end: The year in which it ends.
        title: What it is called.
        text: What happened.
        winter: Whether interest was gone: it is told below the axis, and hatched.
    """

    start: float
    end: float
    title: str
    text: str
    winter: bool = False

    @property
    def role(self) -> Role:
        """The colour, which leaves with the interest."""
        return "muted" if self.winter else "forward"

    @property
    def sentence(self) -> str:
        """The era in words."""
        years = f"{printed(self.start, 0)} to {printed(self.end, 0)}"
        return f"{self.title} ({years}{', hatched' if self.winter else ''}): {self.text}."


@dataclass(frozen=True)
class _Told:
    """An era with its texts in lines."""

    era: Era
    step: int
    heading: Words
    text: Words

    @property
    def width(self) -> float:
        """What the card needs, in inches."""
        icon = SNOWFLAKE if self.era.winter else 0.0
        return max(icon + self.heading.width, self.text.width) + 2 * PAD

    @property
    def height(self) -> float:
        """What the card needs, in inches."""
        return self.heading.height + LEAD + self.text.height + 2.3 * PAD


def timeline(canvas: Canvas, years: Interval, eras: Sequence[Era], *, every: float = 10) -> None:
    """Draw a ribbon of years, and in each step one era more: good times above, winters below.

    Args:
        canvas: Where to draw; the timeline fills it.
        years: The ribbon's first and last year.
        eras: In the order of time.
        every: The years of one cell of the ribbon.

    Raises:
        InputError: If an era is out of order or beyond the years, the cells are too many or do not
            fill the ribbon, or the texts do not fit side by side.
    """
    _require_order(years, eras)
    axis = _Axis(canvas, years)
    axis.ribbon(every)
    steps = list(enumerate(eras, start=1))
    for step, era in steps:
        with canvas.step(step):
            canvas.describe(era.sentence)
    for winter in (False, True):
        told = [_tell(canvas, era, step) for step, era in steps if era.winter is winter]
        height = max((each.height for each in told), default=0.0)
        bottom = MARGIN if winter else canvas.height - MARGIN - height
        for each, left in zip(told, _lefts(canvas, axis, told), strict=True):
            with canvas.step(each.step):
                axis.era(each.era)
                _card(canvas, axis, each, Box(left, bottom, each.width, height))


def _require_order(years: Interval, eras: Sequence[Era]) -> None:
    if not eras:
        raise InputError("eras", tuple(eras), "1 or more")
    for era in eras:
        if not years.low <= era.start < era.end <= years.high:
            allowed = f"a start before an end, from {years.low:g} to {years.high:g}"
            raise InputError(f"the years of '{era.title}'", (era.start, era.end), allowed)
    for before, era in pairwise(eras):
        if era.start < before.end:
            allowed = f"{before.end:g} or later, the end of '{before.title}'"
            raise InputError(f"the start of '{era.title}'", era.start, allowed)


class _Axis:
    """The ribbon of years, and what is drawn on it."""

    def __init__(self, canvas: Canvas, years: Interval) -> None:
        self.canvas = canvas
        self.years = years
        self.left = SIDE
        self.width = canvas.width - 2 * SIDE - TIP
        self.bottom = (canvas.height - RIBBON) / 2
        self.top = self.bottom + RIBBON

    def place(self, year: float) -> float:
        """Where a year is, in inches."""
        return self.left + (year - self.years.low) / self.years.width * self.width

    def ribbon(self, every: float) -> None:
        """Draw the ribbon as an arrow, a cell for each stretch of ``every`` years."""
        count = round(self.years.width / every) if every > 0 else 0
        if not 1 <= count <= MAX_CELLS or count * every != self.years.width:
            allowed = f"a number of years that fills {self.years.width:g} in 1 to {MAX_CELLS} cells"
            raise InputError("every", every, allowed)
        right = self.left + self.width
        outline = [
            (self.left, self.bottom),
            (right, self.bottom),
            (right + TIP, (self.bottom + self.top) / 2),
            (right, self.top),
            (self.left, self.top),
        ]
        patch = Polygon(outline, linewidth=1.6, joinstyle="round", zorder=2.4)
        self.canvas.mark(self.canvas.page.add_patch(patch), stroke="ink")
        starts = self.years.low + every * np.arange(count)
        labels = [printed(start, 0) for start in starts]
        self.canvas.claim(
            "the years written on the ribbon",
            [read(label) for label in labels],
            np.linspace(self.years.low, self.years.high, count + 1)[:-1],
            "dividing the ribbon evenly",
        )
        for start in starts[1:]:
            ends = [(self.place(start), y) for y in (self.bottom, self.top)]
            path(self.canvas, ends, "ink", width=1, zorder=2.3)
        for start, label in zip(starts, labels, strict=True):
            cell = Box(self.place(start), self.bottom, self.width / count, RIBBON)
            write(self.canvas, cell, f"{label}s", ha="center", va="center")

    def era(self, era: Era) -> None:
        """Colour the years of an era, and stripe a winter above and below the ribbon."""
        left, right = self.place(era.start), self.place(era.end)
        self.canvas.claim(
            f"the place of '{era.title}' on the ribbon, in inches",
            (left, right),
            np.interp(
                (era.start, era.end),
                (self.years.low, self.years.high),
                (self.left, self.left + self.width),
            ),
            "linear interpolation between the ends of the ribbon",
        )
        cell = Polygon(
            [(left, self.bottom), (right, self.bottom), (right, self.top), (left, self.top)],
            linewidth=0,
            zorder=2,
        )
        self.canvas.mark(self.canvas.page.add_patch(cell), fill=era.role, tint=0.32)
        if era.winter:
            self._frost(Box(left, self.top, right - left, FROST))
            self._frost(Box(left, self.bottom - FROST, right - left, FROST))

    def _frost(self, box: Box) -> None:
        left, bottom, width, height = box
        stripes = [
            [(x, bottom), (x + STRIPE / 2, bottom), (x + STRIPE / 2 + height, bottom + height),
             (x + height, bottom + height)]
            for x in np.arange(left - height, left + width, STRIPE)
        ]  # fmt: skip
        frame = Polygon(
            [(left, bottom), (left + width, bottom), (left + width, bottom + height),
             (left, bottom + height)],
            closed=True, linewidth=0, zorder=2,
        )  # fmt: skip
        self.canvas.mark(self.canvas.page.add_patch(frame), fill="muted", tint=0.14)
        frost = PolyCollection(stripes, linewidths=0, zorder=2.1)
        self.canvas.page.add_collection(frost, autolim=False)
        frost.set_clip_path(frame)
        self.canvas.mark(frost, fill="muted", tint=0.55)


def _tell(canvas: Canvas, era: Era, step: int) -> _Told:
    heading = wrap(canvas, era.title, CARD_WIDTH, size=HEADING, weight="bold")
    return _Told(era, step, heading, wrap(canvas, era.text, CARD_WIDTH, size=TITLE))


def _lefts(canvas: Canvas, axis: _Axis, told: Sequence[_Told]) -> list[float]:
    """Where the cards of a row begin: each over the middle of its era, or as near as can be."""
    needed = sum(each.width for each in told) + GAP * (len(told) - 1) + 2 * MARGIN
    if needed > canvas.width:
        titles = [each.era.title for each in told]
        raise InputError("eras in one row", titles, f"texts that take {canvas.width:g} inches")
    lefts: list[float] = []
    free = MARGIN
    for each in told:
        middle = axis.place((each.era.start + each.era.end) / 2)
        lefts.append(max(free, middle - each.width / 2))
        free = lefts[-1] + each.width + GAP
    limit = canvas.width - MARGIN
    for index in reversed(range(len(told))):
        lefts[index] = min(lefts[index], limit - told[index].width)
        limit = lefts[index] - GAP
    return lefts


def _card(canvas: Canvas, axis: _Axis, told: _Told, box: Box) -> None:
    era = told.era
    card(canvas, box, era.role, era.role, dashed=era.winter, width=2, zorder=1.5)
    # Straight up past the winters beside it, then out to the corners of the card.
    if era.winter:
        levels = (axis.bottom, axis.bottom - FROST, box.bottom + box.height)
    else:
        levels = (axis.top, axis.top + FROST, box.bottom)
    left, right = axis.place(era.start) + SEAM, axis.place(era.end) - SEAM
    up = zip((left, left, box.left + RADIUS), levels, strict=True)
    down = zip((right, right, box.left + box.width - RADIUS), levels, strict=True)
    wedge = Polygon([*up, *reversed([*down])], linewidth=0, zorder=1)
    canvas.mark(canvas.page.add_patch(wedge), fill=era.role)

    indent = SNOWFLAKE if era.winter else 0.0
    room = Box(box.left + PAD, box.bottom, box.width, box.height - PAD)
    title = Box(room.left + indent, room.bottom, told.heading.width + EASE, room.height)
    write(canvas, title, era.title, size=HEADING, weight="bold")
    text = Box(
        room.left, room.bottom, told.text.width + EASE, room.height - told.heading.height - LEAD
    )
    write(canvas, text, era.text, size=TITLE)
    if era.winter:
        middle = box.bottom + box.height - PAD - cap_height(HEADING) / 2
        _snowflake(canvas, room.left + 0.15, middle, 0.17)


def _snowflake(canvas: Canvas, x: float, y: float, radius: float) -> None:
    arms = np.exp(1j * np.pi * (np.arange(6) / 3 + 0.5)) * radius
    ends = [(0, arm) for arm in arms]
    for arm in arms:
        ends += [(0.6 * arm, 0.6 * arm + 0.4 * arm * turn) for turn in (1j**0.6, 1j**-0.6)]
    centre = complex(x, y)
    lines = [[((centre + end).real, (centre + end).imag) for end in pair] for pair in ends]
    flake = LineCollection(lines, linewidths=1.8, capstyle="round", zorder=3)
    canvas.page.add_collection(flake, autolim=False)
    canvas.mark(flake, stroke="muted")
