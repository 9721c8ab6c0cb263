"""What was drawn with plain matplotlib and given no role: it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.rc import SMALL


class CanvasError(Exception):
    """A drawing that breaks a rule of the house, with the rule."""


def require_marked(figure: Figure, marks: Iterable[Mark]) -> None:
    """Refuse artists that are no marks: they would not follow the steps or the theme.

    Args:
        figure: What was drawn on.
        marks: Its marks.

    Raises:
        CanvasError: If there are any, or a marked text is too small, with the first.
    """
    marked = {id(mark.artist) for mark in marks}
    for artist in drawn(figure):
        if id(artist) not in marked:
            raise CanvasError(
                f"{artist} was drawn without a role: pass it to canvas.mark(artist, stroke=...)"
            )
        if isinstance(artist, Text) and float(artist.get_fontsize()) < SMALL:
            raise CanvasError(
                f"{artist.get_text()!r} is {artist.get_fontsize():g} points; {SMALL:g} or more"
                " can be read from the back of the hall"
            )


def drawn(figure: Figure) -> Iterator[Artist]:
    """Everything that matplotlib would draw, but for what is empty or switched off."""
    yield from (*figure.texts, *figure.lines, *figure.patches, *figure.images)
    yield from (*figure.legends, *figure.artists)
    for axes in figure.axes:
        hidden = {id(axes.patch)}
        if not axes.axison:
            hidden |= {id(axis) for axis in (axes.xaxis, axes.yaxis, *axes.spines.values())}
        for artist in axes.get_children():
            if id(artist) not in hidden and not (
                isinstance(artist, Text) and not artist.get_text()
            ):
                yield artist
