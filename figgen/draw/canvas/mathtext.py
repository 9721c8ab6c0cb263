"""matplotlib's mathtext, each formula parsed once for all renderers, steps, themes and formats.

matplotlib keeps what it parsed too, but for each renderer anew, and it makes a renderer for every
file.
"""

from __future__ import annotations

import os
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser, VectorParse

from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.vocabulary import DPI


class _Parser(MathTextParser):  # type: ignore[type-arg]
    """A parser that remembers; any renderer can have it as its ``mathtext_parser``."""

    def parse(
        self,
        s: str,
        dpi: float = 72,
        prop: FontProperties | None = None,
        *,
        antialiased: bool | None = None,
    ) -> VectorParse:
        """As in matplotlib; outlines know no antialiasing."""
        del antialiased
        # A copy, because properties can be changed and are told apart by what they are now.
        prop = prop.copy() if prop else None
        # Points, in which SVG and PDF are written, are rounded to nothing, while FreeType rounds
        # to 64ths of a pixel. So they may come from the pixels of a PNG, which are parsed anyway.
        return _in_points(s, prop) if dpi == POINTS_PER_INCH else _parsed(s, dpi, prop)


MATHTEXT = _Parser("path")
"""The one parser."""


# More than a figure has, and little enough to keep the memory of a long build flat.
@lru_cache(maxsize=512)
def _parsed(s: str, dpi: float, prop: FontProperties | None) -> VectorParse:
    # A new parser, for which matplotlib remembers nothing.
    return MathTextParser("path").parse(s, dpi, prop, antialiased=True)


@lru_cache(maxsize=512)
def _in_points(s: str, prop: FontProperties | None) -> VectorParse:
    parsed, scale = _parsed(s, DPI, prop), POINTS_PER_INCH / DPI
    return VectorParse(
        scale * parsed.width,
        scale * parsed.height,
        scale * parsed.depth,
        [
            (font, size, code, index, scale * x, scale * y)
            for font, size, code, index, x, y in parsed.glyphs
        ],
        [
            (scale * x, scale * y, scale * width, scale * height)
            for x, y, width, height in parsed.rects
        ],
    )


def _forget() -> None:
    _parsed.cache_clear()
    _in_points.cache_clear()


if hasattr(os, "register_at_fork"):
    # The glyphs hold open font files, of which a forked process must have its own.
    os.register_at_fork(after_in_child=_forget)
