"""All rules of the look that a drawing can be held to, in every step and theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.theme import THEMES
from figgen.guard.look.colour_only import told_by_colour
from figgen.guard.look.findings import Finding, merged
from figgen.guard.look.legibility import glyphs, pale_stroke, pale_text, sizes
from figgen.guard.look.mark_layers import SOLID, Layers
from figgen.guard.look.overlaps import crossed, cut_off, hidden, texts_on_texts
from figgen.guard.look.placement import far_labels, placed

TOUCHED = 0.1
"""The cover from which a pixel counts as taken by a text below another."""


def look(canvas: Canvas) -> list[Finding]:
    """What is wrong with the look of a drawing; each thing once, however often it shows.

    Args:
        canvas: The drawing. Its colours and what it shows are other ones afterwards.
    """
    layers = Layers(canvas)
    found = [*sizes(layers), *glyphs(layers), *far_labels(layers), *placed(layers)]
    for step in range(1, canvas.steps + 1):
        found += [replace(finding, step=step) for finding in _in_step(layers, step)]
    return merged(found)


def _in_step(layers: Layers, step: int) -> Iterator[Finding]:
    shown = layers.shown(step)
    visible = layers.visible(shown)
    yield from texts_on_texts(shown, visible)
    yield from hidden(shown, visible)
    yield from cut_off(layers, shown)
    yield from told_by_colour(layers, shown)
    for theme in THEMES.values():
        lined = np.zeros(len(layers.places), np.bool_)
        taken = np.zeros(len(layers.places), np.bool_)
        painted = zip(layers.behind(shown, theme), visible, strict=True)
        for (layer, below), share in painted:
            yield from pale_text(layer, share, below, theme)
            yield from pale_stroke(layer, share, below, lined[layer.pixels], theme)
            yield from crossed(layer, taken[layer.pixels], below, theme)
            if layer.mark.words:
                taken[layer.pixels] |= layer.ink > TOUCHED
            else:
                # An area that is painted over a line leaves nothing of it.
                lined[layer.pixels[layer.fill > SOLID]] = False
                lined[layer.pixels[layer.stroke > TOUCHED]] = layer.mark.stroke != "paper"
