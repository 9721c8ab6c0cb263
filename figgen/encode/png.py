"""PNG: what Agg is told to draw, recorded once and replayed for each step and theme.

The pixels are those of matplotlib's own ``savefig``, to the last bit; a test compares them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple, NoReturn, TypeAlias

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.transforms import Bbox, Transform, TransformedPath

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.fonts import font_for
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.mathtext import MATHTEXT
from figgen.draw.canvas.theme import Theme
from figgen.draw.canvas.unmarked import CanvasError
from figgen.encode.recorder import RGBA, Recorder, clip_of, repainted, shown
from figgen.encode.vector_shapes import VectorRecorder
from figgen.matplotlib_private import SplitAgg, new_agg

Pixels: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

COMPRESSION = 3
"""Of zlib. Higher levels take twice as long and more for a seventh of the size."""
BAND = 16
"""Rows that are packed at once. zlib looks back over five of ours, so that fewer cost little size,
and more of them are like those before."""
ADLER = 65521
"""The modulus of Adler-32."""


class Raster:
    """All pictures of a canvas at one resolution.

    Args:
        canvas: The canvas.
        dpi: Pixels an inch.
        shapes: Is told the same, so that a canvas need not be drawn again; only at its own ``dpi``.

    Attributes:
        roles: What the colours stand for in which all was drawn.

    Raises:
        CanvasError: If a mark cannot be drawn in the colours of a theme.
    """

    def __init__(self, canvas: Canvas, dpi: float, shapes: VectorRecorder | None = None) -> None:
        width, height = canvas.figure.get_size_inches() * dpi
        recorder = _AggRecorder(width, height, dpi, shapes)
        self.roles = recorder.record(canvas, dpi)
        self._calls = recorder.calls
        self._dpi = dpi
        self._size = width, height

    def png(self, step: int, theme: Theme, words: Mapping[str, str]) -> bytes:
        """One picture as a PNG, with its text chunks."""
        _, packer = _tools(*self._size, self._dpi)
        return packer.png(self.pixels(step, theme), self._dpi, words)

    def pixels(self, step: int, theme: Theme) -> Pixels:
        """One picture; shape (height, width, 4), and valid until the next one is asked for."""
        seen = self.roles.seen_in(theme)
        agg, _ = _tools(*self._size, self._dpi)
        agg.clear()
        for call in self._calls:
            if shown(call.mark, step):
                call.replay(agg, seen)
        return np.asarray(agg)


# The slots, in one resolution. Fresh memory for each figure would take longer than drawing it.
@lru_cache(maxsize=3)
def _tools(width: float, height: float, dpi: float) -> tuple[Any, Packer]:
    return new_agg(width, height, dpi), Packer()


@dataclass(frozen=True)
class _Call:
    """One call of Agg.

    Attributes:
        name: The method.
        mark: What it belongs to.
        gc: Its graphics context, which no one else changes.
        colour: The stroke.
        args: The arguments, the graphics context among them.
        fills: Which of them are a colour.
        lists: Which of them are a list of colours.
    """

    name: str
    mark: Mark | None
    gc: GraphicsContextBase
    colour: RGBA
    args: tuple[Any, ...]
    fills: tuple[int, ...]
    lists: tuple[int, ...]

    def replay(self, agg: Any, seen: Mapping[RGBA, RGBA]) -> None:
        self.gc.set_foreground(repainted(self.colour, seen), isRGBA=True)
        args = list(self.args)
        for place in self.fills:
            args[place] = repainted(args[place], seen)
        for place in self.lists:
            painted = [repainted(colour, seen) for colour in args[place]]
            args[place] = np.array(painted, float).reshape(-1, 4)
        getattr(agg, self.name)(*args)


_CALLS: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    ("draw_path", (3,), ()),
    ("draw_markers", (5,), ()),
    ("draw_path_collection", (), (6, 7)),
    ("draw_quad_mesh", (), (7, 9)),
    ("draw_text_image", (), ()),
)
"""The methods of Agg, and which of their arguments are a colour or a list of colours."""


class _AggRecorder(Recorder, SplitAgg):
    """matplotlib's Python half of Agg, with its C++ half replaced by a list of calls."""

    def __init__(
        self, width: float, height: float, dpi: float, shapes: VectorRecorder | None = None
    ) -> None:
        super().__init__(dpi)
        self.width, self.height = width, height
        self.bbox = Bbox.from_bounds(0, 0, width, height)
        self.calls: list[_Call] = []
        self.mathtext_parser = MATHTEXT
        self._shapes = shapes
        for name, fills, lists in _CALLS:
            setattr(self, name, partial(self._keep, name, fills, lists))
        for name in ("draw_image", "draw_gouraud_triangles"):
            setattr(self, name, self._refuse)

    def font(self, prop: FontProperties) -> FT2Font:
        """The font, found once."""
        return font_for(prop, self.dpi)

    def draw_text(self, gc: GraphicsContextBase, *args: Any, **named: Any) -> None:
        """Keep the pixels of each glyph, which come through ``draw_text_image``."""
        if self._shapes is not None:
            self._shapes.mark = self.mark
            self._shapes.draw_text(gc, *args, **named)
        # The bars of a formula come back as areas, which belong to the words that were just told.
        shapes, self._shapes = self._shapes, None
        super().draw_text(gc, *args, **named)  # type: ignore[no-untyped-call]
        self._shapes = shapes

    def _keep(
        self,
        name: str,
        fills: tuple[int, ...],
        lists: tuple[int, ...],
        *args: Any,
        hatchcolors: object = None,
    ) -> None:
        del hatchcolors  # of a hatch, which is refused
        if self._shapes is not None:
            self._shapes.mark = self.mark
            getattr(self._shapes, name)(*args)
        place = next(n for n, each in enumerate(args) if isinstance(each, GraphicsContextBase))
        gc = args[place]
        if gc.get_hatch():
            raise CanvasError(f"{self._drawn()} is hatched; draw the lines as marks")
        kept = [_frozen(each) for each in args]
        fills = tuple(each for each in fills if each < len(args) and args[each] is not None)
        self.calls.append(
            _Call(name, self.mark, kept[place], gc.get_rgb(), tuple(kept), fills, lists)
        )

    def _refuse(self, *_args: object, **_named: object) -> NoReturn:
        """Refuse what is not painted in roles.

        Raises:
            CanvasError: Always.
        """
        raise CanvasError(f"{self._drawn()} has colours of its own; no theme could paint it")


def _frozen(value: Any) -> Any:
    """What ``value`` is now: transforms follow the figure, and contexts are used again."""
    match value:
        case Transform():
            return value.frozen()
        case GraphicsContextBase():
            kept = GraphicsContextBase()
            kept.copy_properties(value)
            rectangle = value.get_clip_rectangle()
            path, transform = clip_of(value)
            if rectangle is not None:
                kept.set_clip_rectangle(rectangle.frozen())
            if path is not None and transform is not None:
                kept.set_clip_path(TransformedPath(path, transform.frozen()))
            return kept
        case _:
            return value


class _Band(NamedTuple):
    """Some rows of a picture, packed so that they can stand between any others."""

    packed: bytes
    checksum: int
    size: int


class Packer:
    """Writes PNGs without alpha; what a picture has in common with the last one is not packed anew.

    The bytes are the same whatever was written before.
    """

    def __init__(self) -> None:
        self._before = np.empty((0, 0, 1), np.uint32)
        self._bands: list[_Band] = []

    def png(self, pixels: Pixels, dpi: float, words: Mapping[str, str]) -> bytes:
        """A PNG.

        Args:
            pixels: Opaque; shape (height, width, 4).
            dpi: Pixels an inch.
            words: Its text chunks.
        """
        height, width, _ = pixels.shape
        metre = round(dpi / 0.0254)
        return b"".join(
            [
                b"\x89PNG\r\n\x1a\n",
                _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
                _chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)),
                *(_text(key, text) for key, text in words.items()),
                _chunk(b"IDAT", self._packed(pixels)),
                _chunk(b"IEND", b""),
            ]
        )

    def _packed(self, pixels: Pixels) -> bytes:
        # All four channels of a pixel are compared at once.
        whole = pixels.view(np.uint32)
        bands: list[_Band] = []
        for number, top in enumerate(range(0, len(pixels), BAND)):
            rows = whole[top : top + BAND]
            if np.array_equal(rows, self._before[top : top + BAND]):
                bands.append(self._bands[number])
            elif bands and np.array_equal(rows, whole[top - BAND : top]):
                bands.append(bands[-1])
            else:
                bands.append(_band(pixels[top : top + BAND]))
        self._bands = bands
        if self._before.shape == whole.shape:
            np.copyto(self._before, whole)
        else:
            self._before = whole.copy()
        checksum = 1
        for band in bands:
            checksum = _joined(checksum, band)
        # A zlib stream: its head, the bands, an empty last block, the checksum of all.
        packed = [b"\x78\x5e", *(band.packed for band in self._bands), b"\x03\x00"]
        return b"".join([*packed, struct.pack(">I", checksum)])


def _band(pixels: Pixels) -> _Band:
    height, width, _ = pixels.shape
    # Rows as they are, each after a zero for "no filter": zlib finds what repeats in the row above
    # by itself, and the pictures are smaller than with filters.
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    for channel in range(3):  # five times as fast as all three at once
        rows[:, 1 + channel :: 3] = pixels[:, :, channel]
    # A small table, because it is cleared for each band.
    packer = zlib.compressobj(COMPRESSION, wbits=-zlib.MAX_WBITS, memLevel=7)
    packed = packer.compress(rows.data) + packer.flush(zlib.Z_FULL_FLUSH)
    return _Band(packed, zlib.adler32(rows.data), rows.size)


def _joined(checksum: int, band: _Band) -> int:
    """The Adler-32 checksum of what had ``checksum``, followed by a band.

    >>> _joined(zlib.adler32(b"two "), _Band(b"", zlib.adler32(b"rows"), 4)) == zlib.adler32(
    ...     b"two rows"
    ... )
    True
    """
    low, high = checksum & 0xFFFF, checksum >> 16
    own_low, own_high = band.checksum & 0xFFFF, band.checksum >> 16
    high = (high + own_high + band.size * (low - 1)) % ADLER
    return high << 16 | (low + own_low - 1) % ADLER


def _text(key: str, text: str) -> bytes:
    r"""A chunk of text: Latin-1 where that is enough, else UTF-8.

    >>> _text("Title", "é")[4:-4]
    b'tEXtTitle\x00\xe9'
    >>> _text("Title", "σ")[4:-4]
    b'iTXtTitle\x00\x00\x00\x00\x00\xcf\x83'
    """
    try:
        return _chunk(b"tEXt", f"{key}\0{text}".encode("latin-1"))
    except UnicodeEncodeError:
        return _chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + text.encode())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
