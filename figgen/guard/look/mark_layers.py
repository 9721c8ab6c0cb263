"""A drawing as layers: how much of every pixel each mark covers, alone and among the others.

Neither steps nor themes move anything, so each mark is rendered once, in probe colours. What a
step looks like in a theme is then put together from the layers.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.theme import ROLES, Theme
from figgen.draw.canvas.units import POINTS_PER_INCH

BEYOND = 36
"""How far around the canvas is looked for ink, in pixels. A pixel is a point."""
SOLID = 0.5
"""The cover from which a pixel belongs to a mark."""

Values: TypeAlias = NDArray[np.float32]
"""A number for each pixel of a layer, shape (n,); or its sRGB from 0 to 1, shape (n, 3)."""
Choice: TypeAlias = NDArray[np.bool_]
"""Some pixels of a layer, shape (n,)."""

_PROBE = Theme("probe", dict.fromkeys(ROLES, "#ff0000") | {"paper": "#00ff00"})


@dataclass(frozen=True, eq=False)
class Layer:
    """One mark, rendered alone, as a list of the pixels that it touches.

    Attributes:
        mark: The mark.
        box: Around all that it covers, in inches on the canvas; None if it covers nothing.
        pixels: The places of its pixels among those that are watched, shape (n,).
        stroke: How much of each its line, edge or letters cover, from 0 to 1.
        fill: What its area covers and its edge does not.
        complaints: What matplotlib had to say, like a glyph that the font has not.
    """

    mark: Mark
    box: Bbox | None
    pixels: NDArray[np.intp]
    stroke: Values
    fill: Values
    complaints: tuple[str, ...] = ()

    @cached_property
    def ink(self) -> Values:
        """How much of each pixel it covers."""
        return self.stroke + self.fill

    @cached_property
    def solid(self) -> Choice:
        """The pixels that belong to it; of a fine one those that it covers most."""
        return self.ink > min(SOLID, 0.8 * float(self.ink.max(initial=0.0)))

    @property
    def middle(self) -> tuple[float, float] | None:
        """The middle of its box."""
        if self.box is None:
            return None
        return (self.box.x0 + self.box.x1) / 2, (self.box.y0 + self.box.y1) / 2


class Layers:
    """All layers of a drawing, the lowest first, on a sheet that is larger than the canvas.

    Only those pixels are watched of which some layer is measured, a small part of the sheet.

    Args:
        canvas: The drawing. Its colours and what it shows are other ones afterwards.

    Attributes:
        canvas: As given.
        all: Every mark that has been drawn.
        places: The places of the watched pixels, in inches on the canvas, shape (m, 2).
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        width, height = (round(side * POINTS_PER_INCH) for side in (canvas.width, canvas.height))
        sheet = (width + 2 * BEYOND, height + 2 * BEYOND, POINTS_PER_INCH)
        renderer: Any = RendererAgg(*sheet)  # type: ignore[no-untyped-call]  # matplotlib's
        marks = {id(mark.artist): mark for mark in canvas.marks}
        with style(), _with_room_around(canvas.figure):
            prints = [
                _print(canvas, marks[id(artist)], renderer)
                for artist in in_order(canvas.figure)
                if id(artist) in marks
            ]
        watched = np.zeros((height + 2 * BEYOND, width + 2 * BEYOND), np.bool_)
        for each in prints:
            watched[each.window] |= each.measured
        number = np.cumsum(watched).reshape(watched.shape) - 1
        rows, columns = np.nonzero(watched)
        across, up = columns + 0.5 - BEYOND, height + BEYOND - rows - 0.5
        self.places = np.column_stack([across, up]) / POINTS_PER_INCH
        self.all = tuple(each.layer(watched, number) for each in prints)

    def shown(self, step: int) -> list[Layer]:
        """The layers that a step shows, the lowest first."""
        return [layer for layer in self.all if layer.mark.shows_in(step)]

    def visible(self, shown: Sequence[Layer]) -> list[Values]:
        """What of each layer is not hidden by those above it, as a share of each of its pixels."""
        clear = np.ones(len(self.places), np.float32)
        shares = []
        for layer in reversed(shown):
            shares.append(clear[layer.pixels])
            clear[layer.pixels] *= 1 - layer.ink
        return shares[::-1]

    def behind(self, shown: Sequence[Layer], theme: Theme) -> Iterator[tuple[Layer, Values]]:
        """Each layer with what lies below its pixels, in the colours of a theme."""
        sheet = np.empty((len(self.places), 3), np.float32)
        sheet[:] = to_rgb(theme.colour("paper"))
        for layer in shown:
            below = sheet[layer.pixels]
            yield layer, below
            mark = layer.mark
            painted = below * (1 - layer.ink)[:, None]
            for role, tint, cover in (
                (mark.stroke, 1.0, layer.stroke),
                (mark.fill, mark.tint, layer.fill),
            ):
                if role:
                    colour = np.array(to_rgb(theme.colour(role, tint)), np.float32)
                    painted += cover[:, None] * colour
            sheet[layer.pixels] = painted


def in_order(figure: Figure) -> Iterator[Artist]:
    """What is on axes, in the order in which matplotlib draws it."""
    for axes in sorted(figure.axes, key=lambda each: each.get_zorder()):
        yield from sorted(axes.get_children(), key=lambda each: each.get_zorder())


@dataclass(frozen=True, eq=False)
class _Print:
    """One mark, rendered alone.

    Attributes:
        mark: The mark.
        window: The rows and columns of the sheet that hold all of its pixels.
        picture: What it covers in its probe colours there, shape (h, w, 4), from 0 to 255.
        complaints: As in `Layer`.
    """

    mark: Mark
    window: tuple[slice, slice]
    picture: NDArray[np.uint8]
    complaints: tuple[str, ...]

    @property
    def measured(self) -> Choice:
        """The pixels that some rule looks at: all but those of tinted and paper-coloured areas."""
        full = self.mark.words or (self.mark.tint == 1 and self.mark.fill != "paper")
        return (self.picture[..., 3] > 0) & (bool(full) | (self.picture[..., 0] > 0))

    def layer(self, watched: Choice, number: NDArray[np.intp]) -> Layer:
        """What is watched of it; ``number`` counts the watched pixels of the sheet."""
        kept = watched[self.window] & (self.picture[..., 3] > 0)
        red, green, _, alpha = self.picture[kept].T.astype(np.float32) / 255
        pixels = number[self.window][kept]
        stroke, fill = alpha * red, alpha * green
        return Layer(self.mark, self._box(watched), pixels, stroke, fill, self.complaints)

    def _box(self, sheet: Choice) -> Bbox | None:
        alpha = self.picture[..., 3]
        solid = alpha > 255 * min(SOLID, 0.8 / 255 * float(alpha.max(initial=0)))
        if not solid.any():
            return None
        rows, columns = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
        top, left = (each.start for each in self.window)
        low = left + columns[0], len(sheet) - top - rows[-1] - 1
        high = left + columns[-1] + 1, len(sheet) - top - rows[0]
        return Bbox((np.array([low, high]) - BEYOND) / POINTS_PER_INCH)


def _print(canvas: Canvas, mark: Mark, renderer: Any) -> _Print:
    artist = mark.artist
    probe = replace(
        mark,
        stroke="ink" if mark.stroke else None,
        fill="paper" if mark.fill else None,
        tint=1.0,
    )
    probe.paint(_PROBE)
    artist.set_visible(True)
    # The end of the page cuts off what must be seen here.
    clips = artist.get_clip_on()
    if artist.axes is canvas.page:
        artist.set_clip_on(False)
    renderer.clear()
    with _listening() as complaints:
        artist.draw(renderer)
    artist.set_clip_on(clips)
    picture = np.asarray(renderer.buffer_rgba())
    # A pixel as one number, because to look at one in four is slow.
    touched = picture.view(np.uint32)[..., 0] != 0
    rows, columns = (np.flatnonzero(touched.any(axis=axis)) for axis in (1, 0))
    window = (slice(0, 0), slice(0, 0))
    if rows.size:
        window = (
            slice(int(rows[0]), int(rows[-1]) + 1),
            slice(int(columns[0]), int(columns[-1]) + 1),
        )
    return _Print(mark, window, picture[window].copy(), tuple(complaints))


@contextmanager
def _with_room_around(figure: Figure) -> Iterator[None]:
    """Have the figure drawn with `BEYOND` pixels of room around its canvas."""
    box, dpi = figure.bbox_inches.frozen(), figure.dpi
    figure.set_dpi(POINTS_PER_INCH)
    beyond = BEYOND / POINTS_PER_INCH
    figure.bbox_inches.set(Bbox.from_bounds(beyond, beyond, box.width, box.height))
    try:
        yield
    finally:
        figure.bbox_inches.set(box)
        figure.set_dpi(dpi)


class _Keep(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What matplotlib warns of or logs, as it is said."""
    heard: list[str] = []
    handler = _Keep(heard)
    logger = logging.getLogger("matplotlib")
    logger.addHandler(handler)
    propagates, logger.propagate = logger.propagate, False
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield heard
        heard += [str(warning.message) for warning in caught]
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagates
