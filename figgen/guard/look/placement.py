"""Rules on where things stand: in the slot, and beside what they name."""

from __future__ import annotations

import numpy as np
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from figgen.guard.look.findings import Finding, Findings
from figgen.guard.look.limits import BALANCE, LABEL_DISTANCE, MARGIN
from figgen.guard.look.mark_layers import Layer, Layers
from figgen.guard.look.measuring import measures


def gap(layers: Layers, layer: Layer, box: Bbox) -> float:
    """Inches from a box to the nearest watched pixel of a layer, or to its box if there is none."""
    if layer.box is None:
        return float("inf")
    places = layers.places[layer.pixels[layer.solid]]
    if not len(places):
        places = np.clip(box.get_points().mean(axis=0), *layer.box.get_points())[None]
    low, high = box.get_points()
    outside = np.maximum(np.maximum(low - places, places - high), 0.0)
    return float(np.hypot(*outside.T).min())


@measures(LABEL_DISTANCE, of=Layers)
def far_labels(layers: Layers) -> Findings:
    """Inches from a text to what it is known to name."""
    of = {id(layer.mark.artist): layer for layer in layers.all}
    for text, artists in layers.canvas.named:
        label = of[id(text)]
        if label.box is None:
            continue
        away = min((gap(layers, of[id(artist)], label.box) for artist in artists), default=0.0)
        if away > LABEL_DISTANCE.limit:
            says = f"is {away:.2g} inches from what it names"
            first = label.mark.first
            yield LABEL_DISTANCE.broken(label.mark, says, away, step=first, where=label.middle)


def extent(layers: Layers) -> NDArray[np.float64] | None:
    """The corners of what the last step shows but paper, as shares of the slot, shape (2, 2).

    The steps before the last one leave room for it.

    Returns:
        The lower left corner and the upper right one; None if there is nothing.
    """
    canvas = layers.canvas
    boxes = [
        layer.box
        for layer in layers.shown(canvas.steps)
        if layer.box is not None and {layer.mark.stroke, layer.mark.fill} - {None, "paper"}
    ]
    return Bbox.union(boxes).get_points() / [canvas.width, canvas.height] if boxes else None


@measures(MARGIN, of=Layers)
def small(layers: Layers) -> Findings:
    """How much of the slot the picture fills, in one direction at least."""
    corners = extent(layers)
    if corners is None:
        says = "is empty; something or more"
        yield Finding(MARGIN.name, "the picture", says, 0.0, MARGIN.limit)
    elif (filled := float((corners[1] - corners[0]).max())) < MARGIN.limit:
        says = f"fills {filled:.0%} of its slot's width or height"
        yield MARGIN.broken("the picture", says, filled, step=layers.canvas.steps)


@measures(BALANCE, of=Layers)
def off_the_middle(layers: Layers) -> Findings:
    """How far the middle of the picture is from that of the slot."""
    corners = extent(layers)
    off = 0.0 if corners is None else float(np.abs(corners.mean(axis=0) - 0.5).max())
    if off > BALANCE.limit:
        says = f"is {off:.0%} of its slot's width or height off its middle"
        yield BALANCE.broken("the picture", says, off, step=layers.canvas.steps)
