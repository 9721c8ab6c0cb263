"""Rules on what is too small, too pale, or not in the font."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.mathtext import MathTextParser, VectorParse
from matplotlib.text import Text

from figgen.draw.canvas.rc import style
from figgen.guard.look.colour_vision import contrast
from figgen.guard.look.findings import Findings, Rule
from figgen.guard.look.limits import (
    FEWEST_PIXELS,
    GLYPHS,
    INDEX_SIZE,
    PALEST_OF_LINE,
    PALEST_OF_TEXT,
    PIXELS_PER_POINT,
    STROKE_CONTRAST,
    TEXT_CONTRAST,
    TEXT_SIZE,
)
from figgen.guard.look.mark_layers import SOLID, Layer, Layers, Values
from figgen.guard.look.measuring import measures
from figgen.guard.look.painted_steps import PaintedMark

WHOLE = 0.98
"""The cover below which a pixel is on the edge of an area."""
THIN = 0.3
"""The cover from which a pixel belongs to a line: one of a point covers two by half."""


@measures(TEXT_SIZE, of=Layers)
def small_texts(layers: Layers) -> Findings:
    """The height of texts in pixels on a screen with 1080 lines."""
    for layer in layers.all:
        text = layer.mark.artist
        if not layer.mark.letters and isinstance(text, Text) and layer.mark.words.strip():
            yield from _small(TEXT_SIZE, layer, float(text.get_fontsize()))


@measures(INDEX_SIZE, of=Layers)
def small_indices(layers: Layers) -> Findings:
    """The height of the smallest letter of texts and formulas, in the same pixels."""
    for layer in layers.all:
        text = layer.mark.artist
        if layer.mark.letters:
            yield from _small(INDEX_SIZE, layer, layer.mark.letters.size)
        elif isinstance(text, Text) and layer.mark.words.strip():
            yield from _small(INDEX_SIZE, layer, _smallest(text))


def _small(rule: Rule, layer: Layer, points: float) -> Findings:
    pixels = points * PIXELS_PER_POINT
    if pixels < rule.limit - 0.01:
        yield rule.broken(layer.mark, f"is {pixels:.0f} pixels high at 1080 lines", pixels)


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


@measures(GLYPHS, of=Layers)
def glyphs(layers: Layers) -> Findings:
    """What matplotlib says while it draws a text."""
    for layer in layers.all:
        if layer.complaints:
            says = f"cannot be drawn as it is: {' '.join(layer.complaints[0].split())}"
            yield GLYPHS.broken(layer.mark, says, len(layer.complaints))


@measures(TEXT_CONTRAST, of=PaintedMark)
def pale_text(painted: PaintedMark) -> Findings:
    """The contrast of the letters of a text with what is painted below them."""
    mark = painted.layer.mark
    letters = painted.layer.solid & (painted.share > SOLID)
    if mark.letter_role is not None and letters.any():
        tint = 1.0 if mark.stroke else mark.tint
        own = painted.theme.colour(mark.letter_role, tint)
        yield from _pale(TEXT_CONTRAST, painted, own, painted.below[letters], PALEST_OF_TEXT)


@measures(STROKE_CONTRAST, of=PaintedMark)
def pale_stroke(painted: PaintedMark) -> Findings:
    """The contrast of lines, edges and full areas with what is painted below them.

    A tinted area is decoration, and what has the colour of paper parts other things. Where a line
    crosses or follows another there is an area on both sides that counts.
    """
    layer = painted.layer
    mark = layer.mark
    full = mark.fill if mark.tint == 1 else None
    for role, cover in ((mark.stroke, layer.stroke), (full, _edge(layer.fill))):
        if mark.words or role is None or role == "paper":
            continue
        seen = painted.below[(cover > THIN) & (painted.share > SOLID) & ~painted.lined]
        if len(seen) >= FEWEST_PIXELS:
            own = painted.theme.colour(role)
            yield from _pale(STROKE_CONTRAST, painted, own, seen, PALEST_OF_LINE)


def _pale(rule: Rule, painted: PaintedMark, own: str, below: Values, palest: float) -> Findings:
    """Too little contrast of a colour with what is below it, but for ``palest`` percent of that."""
    ratio = float(np.percentile(contrast(to_rgb(own), below), palest))
    if ratio < rule.limit:
        says = f"has {ratio:.2g}:1 against what is behind it"
        mark, where = painted.layer.mark, painted.layer.middle
        yield rule.broken(mark, says, ratio, theme=painted.theme.name, where=where)


def _edge(fill: Values) -> Values:
    """The edge of an area: where it covers a part of a pixel only."""
    return np.where(fill < WHOLE, fill, 0.0).astype(np.float32)
