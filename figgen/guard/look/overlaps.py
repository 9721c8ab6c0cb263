"""Rules on what lies over something else, and on what the end of the canvas cuts off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from figgen.draw.canvas.theme import Theme
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.guard.look.colour_vision import contrast
from figgen.guard.look.findings import Finding, name_of
from figgen.guard.look.mark_layers import BEYOND, SOLID, Choice, Layer, Layers, Values

Found: TypeAlias = Iterator[Finding]

TOUCH = 1
"""Square points that two texts may have in common: what lies between two pixels."""
CROSSING = 3
"""Square points of its letters that something may run through: less is no more than a touch."""
MARKED = 1.3
"""The contrast from which what runs through a text is seen in it."""
OUTSIDE = 0.02
"""Inches by which ink may reach over the end of the canvas: the edge of a line on the border."""


def texts_on_texts(shown: Sequence[Layer], visible: Sequence[Values]) -> Found:
    """``text-over-text``: square points of ink that two texts have in common."""
    texts = [
        (layer, layer.pixels[layer.solid & (share > SOLID)], layer.box)
        for layer, share in zip(shown, visible, strict=True)
        if layer.mark.words
    ]
    for (one, pixels, box), (other, others, other_box) in combinations(texts, 2):
        if box is None or other_box is None or not box.overlaps(other_box):
            continue
        # Parts of one formula in several roles touch as its letters do.
        if one.mark.letters and one.mark.letters is other.mark.letters:
            continue
        # Below: all of its ink, of which the other may hide some.
        below = one.pixels[one.solid] if pixels.size else pixels
        common = np.intersect1d(below, others, assume_unique=True).size
        if common > TOUCH:
            what = f"{name_of(one.mark)} and {name_of(other.mark)}"
            says = f"overlap in {common} square points; {TOUCH} or less"
            yield Finding("text-over-text", what, says, common, TOUCH, where=other.middle)


def crossed(layer: Layer, others: Choice, below: Values, theme: Theme) -> Found:
    """``text-over-stroke``: square points of ink below which something else begins or runs.

    Args:
        layer: A text.
        others: The pixels that lie on another text.
        below: What is painted below it.
        theme: In these colours.
    """
    letters = layer.solid & ~others
    if not layer.mark.words or not letters.any():
        return
    pixels = below[letters]
    ratios = contrast(pixels, np.median(pixels, axis=0))
    through = int((ratios > MARKED).sum())
    if through > CROSSING:
        says = f"has something else behind {through} square points of it; {CROSSING} or less"
        yield Finding("text-over-stroke", name_of(layer.mark), says, through, CROSSING,
                      theme=theme.name, where=layer.middle)  # fmt: skip


def hidden(shown: Sequence[Layer], visible: Sequence[Values]) -> Found:
    """``text-over-stroke``: square points of ink that are hidden by what is painted later.

    A text that is wholly hidden gives way to one that says the same.
    """
    texts = [
        (layer, int((layer.solid & (share < SOLID)).sum()), int(layer.solid.sum()))
        for layer, share in zip(shown, visible, strict=True)
        if layer.mark.words
    ]
    said = {word for layer, lost, _ in texts if not lost for word in layer.mark.words.split()}
    for layer, lost, of in texts:
        replaced = lost > 0.9 * of and said.issuperset(layer.mark.words.split())
        if lost > CROSSING and not replaced:
            says = f"is hidden in {lost} of its {of} square points; {CROSSING} or less"
            yield Finding("text-over-stroke", name_of(layer.mark), says, lost, CROSSING,
                          where=layer.middle)  # fmt: skip


def cut_off(layers: Layers, shown: Sequence[Layer]) -> Found:
    """``outside``: inches by which a mark reaches over the end of the canvas."""
    canvas = layers.canvas
    for layer in shown:
        name = name_of(layer.mark)
        box = layer.box
        if box is not None:
            reach = max(-box.x0, -box.y0, box.x1 - canvas.width, box.y1 - canvas.height)
        elif layer.mark.words.strip():
            reach = BEYOND / POINTS_PER_INCH
        else:
            continue
        if reach > OUTSIDE:
            says = f"reaches {reach:.2g} inches over the end of the canvas; {OUTSIDE:g} or less"
            yield Finding("outside", name, says, float(reach), OUTSIDE, where=layer.middle)
