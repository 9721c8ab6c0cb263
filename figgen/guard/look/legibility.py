"""Rules on what is too small, too pale, or not in the font."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.mathtext import MathTextParser, VectorParse
from matplotlib.text import Text

from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.rc import SMALL, style
from figgen.draw.canvas.theme import Theme
from figgen.guard.look.colour_vision import contrast
from figgen.guard.look.findings import Finding, name_of
from figgen.guard.look.mark_layers import SOLID, Choice, Layer, Layers, Values

Found: TypeAlias = Iterator[Finding]

PIXELS_PER_POINT = 1080 / (7.5 * 72)
"""A slide of 13.33 x 7.5 inches on a screen with 1080 lines."""
TEXT_SIZE = SMALL * PIXELS_PER_POINT
INDEX_SIZE = 12 * PIXELS_PER_POINT
"""Two thirds of the smallest text: an index is read together with its letter."""
TEXT_CONTRAST = 4.5
STROKE_CONTRAST = 3.0
PALEST = 10
"""The part of a text, in percent, that may have less contrast: where something just touches it."""
CROSSED = 25
"""The same for a line, which may cross others."""
FEWEST = 4
"""Pixels of a line that are not on other lines; with fewer it is a part of them."""
WHOLE = 0.98
"""The cover below which a pixel is on the edge of an area."""
THIN = 0.3
"""The cover from which a pixel belongs to a line: one of a point covers two by half."""


def sizes(layers: Layers) -> Found:
    """``text-size`` and ``index-size``: in pixels on a screen with 1080 lines."""
    for layer in layers.all:
        for rule, points, limit in _sizes(layer.mark):
            pixels = points * PIXELS_PER_POINT
            if pixels < limit - 0.01:
                says = f"is {pixels:.0f} pixels high at 1080 lines; {limit:.0f} or more"
                yield Finding(rule, name_of(layer.mark), says, pixels, limit)


def _sizes(mark: Mark) -> list[tuple[str, float, float]]:
    if mark.letters:
        return [("index-size", mark.letters.size, INDEX_SIZE)]
    if not isinstance(mark.artist, Text) or not mark.words.strip():
        return []
    own = float(mark.artist.get_fontsize())
    return [("text-size", own, TEXT_SIZE), ("index-size", _smallest(mark.artist), INDEX_SIZE)]


def _smallest(text: Text) -> float:
    """The size of the smallest glyph of a text with formulas, in points."""
    size = float(text.get_fontsize())
    if not text.get_parse_math():
        return size
    smallest = size
    for line in text.get_text().splitlines():
        if line.count("$") > 1:
            with style():
                glyphs = _PARSER.parse(line, 72, text.get_fontproperties()).glyphs
            # A prime is no letter; its glyph is small and raised in every font.
            smallest = min([smallest, *(glyph[1] for glyph in glyphs if glyph[2] not in _PRIMES)])
    return smallest


_PARSER: MathTextParser[VectorParse] = MathTextParser("path")
_PRIMES = {ord("\N{PRIME}")}


def glyphs(layers: Layers) -> Found:
    """``glyphs``: what matplotlib says while it draws a text."""
    for layer in layers.all:
        if layer.complaints:
            says = f"cannot be drawn as it is: {' '.join(layer.complaints[0].split())}"
            yield Finding("glyphs", name_of(layer.mark), says, len(layer.complaints), 0)


def pale_text(layer: Layer, share: Values, below: Values, theme: Theme) -> Found:
    """``text-contrast``: of the letters against what is painted below them."""
    mark = layer.mark
    letters = layer.solid & (share > SOLID)
    if mark.letter_role is None or not letters.any():
        return
    own = to_rgb(theme.colour(mark.letter_role, 1.0 if mark.stroke else mark.tint))
    ratio = float(np.percentile(contrast(own, below[letters]), PALEST))
    if ratio < TEXT_CONTRAST:
        says = f"has {ratio:.2g}:1 against what is behind it; {TEXT_CONTRAST:g}:1 or more"
        yield Finding("text-contrast", name_of(mark), says, ratio, TEXT_CONTRAST,
                      theme=theme.name, where=layer.middle)  # fmt: skip


def pale_stroke(layer: Layer, share: Values, below: Values, lined: Choice, theme: Theme) -> Found:
    """``stroke-contrast``: of lines, edges and full areas against what is painted below them.

    A tinted area is decoration, and what has the colour of paper parts other things. Where a line
    crosses or follows another there is an area on both sides that counts.

    Args:
        layer: A mark that is no text.
        share: How much of each of its pixels is visible.
        below: What is painted below it.
        lined: Where below it another line is.
        theme: In these colours.
    """
    mark = layer.mark
    full = mark.fill if mark.tint == 1 else None
    for role, cover in ((mark.stroke, layer.stroke), (full, _edge(layer.fill))):
        if mark.words or role is None or role == "paper":
            continue
        seen = below[(cover > THIN) & (share > SOLID) & ~lined]
        if len(seen) < FEWEST:
            continue
        own = to_rgb(theme.colour(role))
        ratio = float(np.percentile(contrast(own, seen), CROSSED))
        if ratio < STROKE_CONTRAST:
            says = f"has {ratio:.2g}:1 against what is behind it; {STROKE_CONTRAST:g}:1 or more"
            yield Finding("stroke-contrast", name_of(mark), says, ratio, STROKE_CONTRAST,
                          theme=theme.name, where=layer.middle)  # fmt: skip


def _edge(fill: Values) -> Values:
    """The edge of an area: where it covers a part of a pixel only."""
    return np.where(fill < WHOLE, fill, 0.0).astype(np.float32)
