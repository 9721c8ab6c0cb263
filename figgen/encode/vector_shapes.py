"""Outlines and words: what SVG and PDF have in common, recorded once for both.

Places are in points from the lower left corner, as in PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.font_manager import FontPath, FontProperties, get_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.fonts import font_for
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.mathtext import MATHTEXT
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.canvas.unmarked import CanvasError
from figgen.encode.recorder import RGBA, Recorder, Roles, clip_of
from figgen.matplotlib_private import line_of_glyphs
from figgen.vocabulary import DPI

Segment: TypeAlias = tuple[str, tuple[float, ...]]
"""A letter as in SVG (M, L, Q, C or Z) and the coordinates."""

SCALE = POINTS_PER_INCH / DPI
"""Points in a pixel."""

TO_POINTS = Affine2D().scale(SCALE)

FAR = 1e5
"""Coordinates end here, in points; what lies beyond is seen in no slot."""


@dataclass(frozen=True)
class Pen:
    """How a line is drawn.

    Attributes:
        colour: Its colour.
        width: In points.
        dashes: Offset and lengths in points; None if solid.
        cap: ``butt``, ``round`` or ``projecting``.
        join: ``miter``, ``round`` or ``bevel``.
    """

    colour: RGBA
    width: float
    dashes: tuple[float, tuple[float, ...]] | None
    cap: str
    join: str


@dataclass(frozen=True)
class Clip:
    """What limits a shape.

    Attributes:
        segments: The outline.
    """

    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Shape:
    """An outline.

    Attributes:
        mark: What it belongs to; None for the paper.
        segments: The outline.
        fill: The colour of its area, with alpha; None for none.
        pen: How its line is drawn; None if it has none.
        clips: What limits it.
    """

    mark: Mark | None
    segments: tuple[Segment, ...]
    fill: RGBA | None
    pen: Pen | None
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Glyph:
    """A letter or a sign of a font.

    Attributes:
        font: The file of the font, and which of its faces.
        index: Its number in it.
    """

    font: FontPath
    index: int


class Placed(NamedTuple):
    """A glyph in a line.

    Attributes:
        glyph: The glyph.
        size: In points.
        x: Of its origin, in points.
        y: Likewise.
    """

    glyph: Glyph
    size: float
    x: float
    y: float


@dataclass(frozen=True)
class Words:
    """A line of text or maths.

    Attributes:
        mark: What it belongs to.
        colour: Its colour, with alpha.
        matrix: From its own coordinates to those of the page, as in PDF.
        glyphs: Its letters and signs.
        bars: Of fractions and roots: left, bottom, width and height.
        clips: What limits it.
    """

    mark: Mark | None
    colour: RGBA
    matrix: tuple[float, ...]
    glyphs: tuple[Placed, ...]
    bars: tuple[tuple[float, ...], ...]
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Page:
    """All that a canvas draws, in every step.

    Attributes:
        width: In points.
        height: In points.
        items: All shapes and words, the lowest first.
        roles: What their colours stand for.
    """

    width: float
    height: float
    items: Sequence[Shape | Words]
    roles: Roles


class VectorRecorder(Recorder):
    """Takes down what a canvas draws.

    It is told what Agg is told, in the pixels of a PNG at ``DPI``, and keeps points.

    Attributes:
        items: All shapes and words, the lowest first.
        width: In pixels.
        height: In pixels.
    """

    dpi = DPI

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.items: list[Shape | Words] = []
        self.width, self.height = canvas.figure.get_size_inches() * DPI

    def page(self, roles: Roles) -> Page:
        """What it was told, in colours that stand for ``roles``."""
        return Page(SCALE * self.width, SCALE * self.height, self.items, roles)

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803 - matplotlib's
    ) -> None:
        """Take down one outline; matplotlib makes all its shapes of these.

        Raises:
            CanvasError: If it is hatched.
        """
        if gc.get_hatch():
            raise CanvasError(f"{self._drawn()} is hatched; draw the lines as marks")
        forced = gc.get_alpha() if gc.get_forced_alpha() else None
        fill = None if rgbFace is None else _coloured(rgbFace, forced)
        pen = None
        # Widths and dashes are in points for every renderer.
        if gc.get_linewidth():
            offset, lengths = gc.get_dashes()
            pen = Pen(
                _coloured(gc.get_rgb(), forced),
                float(gc.get_linewidth()),
                None if lengths is None else (float(offset), tuple(np.asarray(lengths).tolist())),
                gc.get_capstyle(),
                gc.get_joinstyle(),
            )
        segments = _segments(path, _in_points(transform), gc.get_sketch_params())
        if segments and (fill or pen):
            self.items.append(Shape(self.mark, segments, fill, pen, self._clips(gc)))

    def draw_text(  # noqa: PLR0917 - matplotlib's
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool | str = False,
        mtext: Text | None = None,
    ) -> None:
        """Take down one line of words."""
        bars: tuple[tuple[float, ...], ...] = ()
        if ismath:
            parsed = MATHTEXT.parse(s, POINTS_PER_INCH, prop)
            bars = tuple(tuple(map(float, bar)) for bar in parsed.rects)
            glyphs = [
                _placed(font, index, size, dx, dy)
                for font, size, _char, index, dx, dy in parsed.glyphs
            ]
        else:
            size = prop.get_size_in_points()
            glyphs = [
                _placed(item.ft_object, item.glyph_index, size, item.x, item.y)
                for item in line_of_glyphs(font_for(prop, POINTS_PER_INCH), s, mtext)
            ]
        colour = _coloured(gc.get_rgb(), gc.get_alpha() if gc.get_forced_alpha() else None)
        turn = np.exp(1j * np.radians(angle))
        cos, sin = float(turn.real), float(turn.imag)
        place = SCALE * float(x), SCALE * float(self.height - y)
        matrix = (cos, sin, -sin, cos, *place) if angle else (1, 0, 0, 1, *place)
        self.items.append(Words(self.mark, colour, matrix, tuple(glyphs), bars, self._clips(gc)))

    def draw_image(self, *_args: object, **_named: object) -> NoReturn:
        """Refuse what is not painted in roles.

        Raises:
            CanvasError: Always.
        """
        raise CanvasError(f"{self._drawn()} has colours of its own; no theme could paint it")

    draw_gouraud_triangles = draw_image

    def _clips(self, gc: GraphicsContextBase) -> tuple[Clip, ...]:
        """What limits a shape, less what only limits it to the page, which every picture does."""
        clips = []
        box = gc.get_clip_rectangle()
        if box is not None:
            left, bottom, right, top = (float(each) for each in box.extents)
            if left > 0 or bottom > 0 or right < self.width or top < self.height:
                corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
                clips.append(Clip(_segments(Path([*corners, (0, 0)], closed=True), TO_POINTS)))
        path, transform = clip_of(gc)
        if path is not None:
            clips.append(Clip(_segments(path, _in_points(transform))))
        return tuple(clips)


def _in_points(transform: Transform | None) -> Transform:
    return TO_POINTS if transform is None else transform + TO_POINTS


def _coloured(colour: Any, alpha: float | None) -> RGBA:
    red, green, blue, *own = (float(each) for each in colour)
    return red, green, blue, (own[0] if own else 1.0) if alpha is None else float(alpha)


def _placed(font: FT2Font, index: int, size: float, x: float, y: float) -> Placed:
    return Placed(
        Glyph(FontPath(str(font.fname), font.face_index), int(index)),
        float(size),
        float(x),
        float(y),
    )


_STOP, _CLOSE = int(Path.STOP), int(Path.CLOSEPOLY)
_LETTERS = {
    int(Path.MOVETO): ("M", 1),
    int(Path.LINETO): ("L", 1),
    int(Path.CURVE3): ("Q", 2),
    int(Path.CURVE4): ("C", 3),
}
"""The letter for each code of a path, and how many places it has."""


def _segments(
    path: Path, transform: Transform | None, sketch: Any = None, digits: int = 3
) -> tuple[Segment, ...]:
    clean = path.cleaned(
        transform=transform, remove_nans=True, simplify=False, curves=True, sketch=sketch
    )
    places = np.clip(np.round(np.asarray(clean.vertices, float), digits), -FAR, FAR) + 0.0
    return tuple(_read(np.asarray(clean.codes).tolist(), places.tolist()))


def _read(codes: Sequence[int], places: Sequence[Sequence[float]]) -> Iterator[Segment]:
    number = 0
    while number < len(codes) and codes[number] != _STOP:
        if codes[number] == _CLOSE:
            yield "Z", ()
            number += 1
        else:
            letter, count = _LETTERS[codes[number]]
            yield letter, tuple(each for place in places[number : number + count] for each in place)
            number += count


@dataclass(frozen=True)
class Outline:
    """What a glyph looks like.

    Attributes:
        segments: In units of the font.
        em: Units in an em.
        advance: Its width, in units.
        box: Left, bottom, right and top, in units.
        name: Of the font.
        character: What it says; empty if only its font knows.
    """

    segments: tuple[Segment, ...]
    em: int
    advance: int
    box: tuple[int, ...]
    name: str
    character: str


# More than a course has.
@lru_cache(maxsize=4096)
def outline(glyph: Glyph) -> Outline:
    """The outline of a glyph, as its font has it."""
    font = get_font(glyph.font)
    loaded = font.load_glyph(glyph.index, LoadFlags.NO_SCALE)  # type: ignore[arg-type]
    vertices, codes = font.get_path()
    # FreeType takes units for 64ths of a pixel here.
    path = Path(np.round(vertices * 64), codes)
    return Outline(
        _segments(path, None),
        int(font.units_per_EM),
        int(loaded.horiAdvance),
        tuple(loaded.bbox),
        font.postscript_name,
        _characters(glyph.font).get(glyph.index, ""),
    )


@lru_cache(maxsize=64)
def _characters(font: FontPath) -> dict[int, str]:
    """What each glyph of a font says: the first character that it stands for."""
    found: dict[int, str] = {}
    for code, index in sorted(get_font(font).get_charmap().items()):
        found.setdefault(index, chr(code))
    return found
