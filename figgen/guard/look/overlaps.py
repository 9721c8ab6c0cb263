"""Rules on what lies over something else, and on what the end of the canvas cuts off."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.guard.look.colour_vision import contrast
from figgen.guard.look.findings import Findings, name_of
from figgen.guard.look.limits import OUTSIDE, SEEN_THROUGH, TEXT_OVER_STROKE, TEXT_OVER_TEXT
from figgen.guard.look.mark_layers import BEYOND, SOLID
from figgen.guard.look.measuring import measures
from figgen.guard.look.painted_steps import PaintedMark, Step


@measures(TEXT_OVER_TEXT, of=Step)
def texts_on_texts(step: Step) -> Findings:
    """Square points of ink that two texts have in common."""
    texts = [
        (layer, layer.pixels[layer.solid & (share > SOLID)], layer.box)
        for layer, share in step.texts
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
        if common > TEXT_OVER_TEXT.limit:
            what = f"{name_of(one.mark)} and {name_of(other.mark)}"
            says = f"overlap in {common} square points"
            yield TEXT_OVER_TEXT.broken(what, says, common, where=other.middle)


@measures(TEXT_OVER_STROKE, of=PaintedMark)
def crossed(painted: PaintedMark) -> Findings:
    """Square points of a text below which something else begins or runs, but for other texts."""
    layer = painted.layer
    letters = layer.solid & ~painted.taken
    if not layer.mark.words or not letters.any():
        return
    pixels = painted.below[letters]
    ratios = contrast(pixels, np.median(pixels, axis=0))
    through = int((ratios > SEEN_THROUGH).sum())
    if through > TEXT_OVER_STROKE.limit:
        says = f"has something else behind {through} square points of it"
        theme = painted.theme.name
        yield TEXT_OVER_STROKE.broken(layer.mark, says, through, theme=theme, where=layer.middle)


@measures(TEXT_OVER_STROKE, of=Step)
def hidden(step: Step) -> Findings:
    """Square points of a text that are hidden by what is painted later.

    A text that is wholly hidden gives way to one that says the same.
    """
    texts = [
        (layer, int((layer.solid & (share < SOLID)).sum()), int(layer.solid.sum()))
        for layer, share in step.texts
    ]
    said = {word for layer, lost, _ in texts if not lost for word in layer.mark.words.split()}
    for layer, lost, of in texts:
        replaced = lost > 0.9 * of and said.issuperset(layer.mark.words.split())
        if lost > TEXT_OVER_STROKE.limit and not replaced:
            says = f"is hidden in {lost} of its {of} square points"
            yield TEXT_OVER_STROKE.broken(layer.mark, says, lost, where=layer.middle)


@measures(OUTSIDE, of=Step)
def cut_off(step: Step) -> Findings:
    """Inches by which a mark reaches over the end of the canvas."""
    canvas = step.layers.canvas
    for layer in step.shown:
        box = layer.box
        if box is not None:
            reach = max(-box.x0, -box.y0, box.x1 - canvas.width, box.y1 - canvas.height)
        elif layer.mark.words.strip():
            reach = BEYOND / POINTS_PER_INCH
        else:
            continue
        if reach > OUTSIDE.limit:
            says = f"reaches {reach:.2g} inches over the end of the canvas"
            yield OUTSIDE.broken(layer.mark, says, float(reach), where=layer.middle)
