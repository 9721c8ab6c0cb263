"""The outline of a course: a card for each section, the current one highlighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.patches import Polygon

from figgen.core import InputError
from figgen.draw.canvas.canvas import Canvas, Weight
from figgen.draw.canvas.cards import cap_height, card, path, wrap, write
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL
from figgen.draw.canvas.theme import Role

NUMERAL = 34.0
"""Size of the number of a section, in points."""
HEADLINE = 24.0
"""Size of the title of a section, in points."""
NUMERAL_WIDTH = 0.85
"""What is kept free for the number, at the left end of a card, in inches."""
PAD = 0.14
GAP = 0.2
MARGIN = 0.06
"""What is left at the rim, so that a thick edge is not cut, in inches."""
SUB_HEIGHT = 0.46
SHADE = 0.06
"""How much of its colour a dimmed card holds: what keeps the contrast of its text above 4.5."""


@dataclass(frozen=True)
class Section:
    """One section of a course.

    Attributes:
        title: Its title.
        parts: The titles of its sub-entries.
    """

    title: str
    parts: tuple[str, ...] = ()


class _Look(NamedTuple):
    """How an entry is drawn. One that is current differs in more than its colour."""

    words: Role
    weight: Weight
    zorder: float
    pointed: bool


_DIMMED = _Look("operation", "regular", 1.0, pointed=False)
_CURRENT = _Look("paper", "bold", 4.0, pointed=True)
_INSIDE = _Look("paper", "regular", 4.0, pointed=False)
"""A part of the current section."""


def outline_cards(canvas: Canvas, sections: Sequence[Section], *, columns: int = 2) -> None:
    """Draw the sections as numbered cards, and highlight one entry in each step.

    The entries are the sections, each followed by its sub-entries; step k highlights the k-th
    of them and dims the others.

    Args:
        canvas: Where to draw; the cards fill it.
        sections: From first to last; they run down the columns.
        columns: How many columns there are.

    Raises:
        InputError: If there is no section, no column, or a title does not fit its card.
    """
    if not sections:
        raise InputError("sections", tuple(sections), "1 or more")
    if not 1 <= columns <= len(sections):
        raise InputError("columns", columns, f"1 to {len(sections)}, the number of sections")
    canvas.describe(f"The sections: {_listed(sections)}.")
    step = 0
    for number, (section, box) in enumerate(
        zip(sections, _grid(canvas, len(sections), columns), strict=True), start=1
    ):
        card(canvas, box, None, "muted", tint=SHADE, zorder=0.5)
        _section(canvas, box, number, section, _DIMMED)
        step += 1
        with canvas.step(step, last=step):
            card(canvas, box, "highlight", "highlight", tint=1, zorder=_CURRENT.zorder - 1)
            _section(canvas, box, number, section, _CURRENT)
            canvas.describe(f"Highlighted is section {number}, {section.title}.")
        for part, place in zip(section.parts, _part_boxes(box, section), strict=True):
            step += 1
            with canvas.step(step, last=step):
                _current_part(canvas, box, place, part)
                where = f"section {number}, {section.title}"
                canvas.describe(f"Highlighted is {part}, a part of {where}.")


def _listed(sections: Sequence[Section]) -> str:
    return "; ".join(
        f"{number} {section.title}"
        + (f" (with {', '.join(section.parts)})" if section.parts else "")
        for number, section in enumerate(sections, start=1)
    )


def _grid(canvas: Canvas, count: int, columns: int) -> list[Box]:
    rows = -(-count // columns)
    width = (canvas.width - 2 * MARGIN - (columns - 1) * GAP) / columns
    height = (canvas.height - 2 * MARGIN - (rows - 1) * GAP) / rows
    return [
        Box(
            MARGIN + (place // rows) * (width + GAP),
            MARGIN + (rows - 1 - place % rows) * (height + GAP),
            width,
            height,
        )
        for place in range(count)
    ]


def _section(canvas: Canvas, box: Box, number: int, section: Section, look: _Look) -> None:
    middle = box.bottom + box.height / 2
    numeral = canvas.number(
        box.left + NUMERAL_WIDTH / 2,
        middle - cap_height(NUMERAL) / 2,
        number,
        look.words,
        places=0,
        size=NUMERAL,
        weight=look.weight,
        va="baseline",
    )
    numeral.set_zorder(look.zorder)
    rule = box.left + NUMERAL_WIDTH
    if look.pointed:
        _pointer(canvas, rule + 0.02, middle)
    else:
        ends = (box.bottom + 2 * PAD, box.bottom + box.height - 2 * PAD)
        path(canvas, [(rule, y) for y in ends], look.words, width=1.2, zorder=look.zorder)
    parts = _part_boxes(box, section)
    floor = parts[0].bottom + parts[0].height if parts else box.bottom
    # With parts below it, a title stands a little nearer to them.
    ceiling = box.bottom + box.height - PAD * bool(parts)
    left = rule + 2 * PAD
    room = Box(left, floor, box.left + box.width - PAD - left, ceiling - floor)
    # Broken where the bold title has to be, so that it does not jump when it becomes current.
    title = "\n".join(wrap(canvas, section.title, room.width, size=HEADLINE, weight="bold").lines)
    write(
        canvas, room, title, look.words, size=HEADLINE, weight=look.weight, va="center",
        zorder=look.zorder,
    )  # fmt: skip
    for part, place in zip(section.parts, parts, strict=True):
        _part(canvas, place, part, _INSIDE if look is _CURRENT else look)


def _pointer(canvas: Canvas, x: float, y: float) -> None:
    corners = [(x - 0.08, y + 0.14), (x - 0.08, y - 0.14), (x + 0.08, y)]
    triangle = Polygon(corners, linewidth=0, zorder=_CURRENT.zorder)
    canvas.mark(canvas.page.add_patch(triangle), fill=_CURRENT.words, tint=1)


def _part_boxes(box: Box, section: Section) -> list[Box]:
    left = box.left + NUMERAL_WIDTH + PAD
    width = box.left + box.width - PAD - left
    top = box.bottom + PAD + SUB_HEIGHT * len(section.parts)
    return [
        Box(left, top - SUB_HEIGHT * row, width, SUB_HEIGHT)
        for row in range(1, len(section.parts) + 1)
    ]


def _part(canvas: Canvas, place: Box, part: str, look: _Look) -> None:
    middle = place.bottom + place.height / 2
    left = place.left + PAD
    if look.pointed:
        _pointer(canvas, left + 0.18, middle)
    else:
        # A hook says that the entry belongs to the title above it.
        hook = [(left + 0.06, middle + 0.16), (left + 0.06, middle), (left + 0.3, middle)]
        path(canvas, hook, look.words, width=1.6, zorder=look.zorder)
    room = Box(left + 0.42, place.bottom, place.width - 0.42 - 2 * PAD, place.height)
    write(
        canvas, room, part, look.words, size=LABEL, weight=look.weight, va="center",
        zorder=look.zorder,
    )  # fmt: skip


def _current_part(canvas: Canvas, box: Box, place: Box, part: str) -> None:
    # The section that it belongs to keeps its look, but for the edge.
    card(canvas, box, "highlight", width=3, zorder=_CURRENT.zorder - 2)
    card(canvas, place, "highlight", "highlight", tint=1, zorder=_CURRENT.zorder - 1)
    _part(canvas, place, part, _CURRENT)
