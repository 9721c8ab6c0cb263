"""Rules on where things stand: in the slot, and beside what they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.transforms import Bbox

from figgen.guard.look.findings import Finding, name_of
from figgen.guard.look.mark_layers import Layer, Layers

FILLED = 0.4
"""The share of the slot, in one direction at least, that the picture must fill."""
OFF = 0.12
"""How far the middle of the picture may be from that of the slot, as a share of its sides."""
FAR = 0.4
"""Inches from a label to what it names."""


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


def far_labels(layers: Layers) -> Iterator[Finding]:
    """``label-distance``: inches from a text to what it is known to name."""
    of = {id(layer.mark.artist): layer for layer in layers.all}
    for text, artists in layers.canvas.named:
        label = of[id(text)]
        if label.box is None:
            continue
        away = min((gap(layers, of[id(artist)], label.box) for artist in artists), default=0.0)
        if away > FAR:
            says = f"is {away:.2g} inches from what it names; {FAR:g} or less"
            yield Finding("label-distance", name_of(label.mark), says, away, FAR,
                          step=label.mark.first, where=label.middle)  # fmt: skip


def extent(shown: Sequence[Layer]) -> Bbox | None:
    """The box around everything that is not paper; None if there is nothing."""
    boxes = [
        layer.box
        for layer in shown
        if layer.box is not None and {layer.mark.stroke, layer.mark.fill} - {None, "paper"}
    ]
    return Bbox.union(boxes) if boxes else None


def placed(layers: Layers) -> Iterator[Finding]:
    """``margin`` and ``balance``, of the last step: the ones before it leave room for it."""
    canvas = layers.canvas
    box = extent(layers.shown(canvas.steps))
    if box is None:
        yield Finding("margin", "the picture", "is empty; something or more", 0.0, FILLED)
        return
    slot = np.array([canvas.width, canvas.height])
    low, high = box.get_points()
    filled = float(((high - low) / slot).max())
    if filled < FILLED:
        says = f"fills {filled:.0%} of its slot's width or height; {FILLED:.0%} or more of one"
        yield Finding("margin", "the picture", says, filled, FILLED, step=canvas.steps)
    off = float(np.abs((low + high) / 2 / slot - 0.5).max())
    if off > OFF:
        says = f"is {off:.0%} of its slot's width or height off its middle; {OFF:.0%} or less"
        yield Finding("balance", "the picture", says, off, OFF, step=canvas.steps)
