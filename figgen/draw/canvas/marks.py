"""Marks: the visible things of a canvas, and what may not be one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from figgen.core import InputError
from figgen.draw.canvas.theme import ROLES, Role, Theme

ARROW = " \N{RIGHTWARDS ARROW} "


def edge_name(tail: str, head: str) -> str:
    """What the arrow from one thing to another is called."""
    return f"edge {tail}{ARROW}{head}"


class Letters(NamedTuple):
    """What an area says whose outline is that of letters.

    Attributes:
        words: The text, or the LaTeX.
        size: The size of its smallest letters in points.
    """

    words: str
    size: float


@dataclass(frozen=True)
class Mark:
    """One visible thing.

    Attributes:
        artist: What matplotlib draws.
        first: The step in which it appears.
        last: The last step in which it shows; None for good.
        stroke: The role of its line, edge or letters; None for none.
        fill: The role of its area; None for none.
        tint: How much of the fill's colour the area holds, 1 for all.
        name: What it is, for those who read of it: "edge x → y"; may be empty.
        letters: What the area says, if it is the outline of letters.
    """

    artist: Artist
    first: int
    last: int | None
    stroke: Role | None
    fill: Role | None
    tint: float
    name: str = ""
    letters: Letters | None = None

    @property
    def words(self) -> str:
        """What it says; nothing if it is no text."""
        if isinstance(self.artist, Text):
            return self.artist.get_text()
        return self.letters.words if self.letters else ""

    @property
    def letter_role(self) -> Role | None:
        """The role of its letters; None if it is no text."""
        return (self.stroke or self.fill) if self.words.strip() else None

    def shows_in(self, step: int) -> bool:
        """Whether it is visible in ``step``."""
        return self.first <= step and (self.last is None or step <= self.last)

    def paint(self, theme: Theme) -> None:
        """Give the artist the colours that ``theme`` has for its roles."""
        stroke = theme.colour(self.stroke) if self.stroke else "none"
        fill = theme.colour(self.fill, self.tint) if self.fill else "none"
        match self.artist:
            case Line2D() as line:
                line.set_color(stroke)
                line.set_markeredgecolor(stroke)
                line.set_markerfacecolor(fill)
            case Text() as text:
                text.set_color(stroke)
            case (Patch() | Collection()) as area:
                area.set_edgecolor(stroke)
                area.set_facecolor(fill)


def require_plain(text: Text, stroke: Role | None) -> None:
    """Refuse a text with parts that no theme would paint.

    Raises:
        InputError: If it has no stroke, or an arrow or a box of its own.
    """
    if stroke is None:
        raise InputError("stroke of a text", stroke, ", ".join(ROLES))
    if text.get_bbox_patch() is not None or getattr(text, "arrow_patch", None) is not None:
        raise InputError("text", text, "one without an arrow or a box; draw and mark them apart")
