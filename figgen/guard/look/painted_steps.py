"""A step of a drawing as the rules of the look see it: its marks, and each in a theme's colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from figgen.draw.canvas.theme import THEMES, Theme
from figgen.guard.look.mark_layers import SOLID, Choice, Layer, Layers, Values

TOUCHED = 0.1
"""The cover from which a pixel counts as taken by a text below another."""


@dataclass(frozen=True)
class Step:
    """What one step shows.

    Attributes:
        layers: All layers of the drawing.
        number: Which step.
    """

    layers: Layers
    number: int

    @cached_property
    def shown(self) -> Sequence[Layer]:
        """The layers of the step, the lowest first."""
        return self.layers.shown(self.number)

    @cached_property
    def visible(self) -> Sequence[Values]:
        """How much of each pixel of each of them is not hidden by those above it."""
        return self.layers.visible(self.shown)

    @cached_property
    def texts(self) -> list[tuple[Layer, Values]]:
        """The texts, each with how much of its pixels is visible."""
        pairs = zip(self.shown, self.visible, strict=True)
        return [(layer, share) for layer, share in pairs if layer.mark.words]

    def painted(self) -> Iterator[PaintedMark]:
        """Every mark in every theme, the lowest first."""
        for theme in THEMES.values():
            lined = np.zeros(len(self.layers.places), np.bool_)
            taken = np.zeros(len(self.layers.places), np.bool_)
            painted = zip(self.layers.behind(self.shown, theme), self.visible, strict=True)
            for (layer, below), share in painted:
                pixels = layer.pixels
                yield PaintedMark(layer, share, below, lined[pixels], taken[pixels], theme)
                if layer.mark.words:
                    taken[pixels] |= layer.ink > TOUCHED
                else:
                    # An area that is painted over a line leaves nothing of it.
                    lined[pixels[layer.fill > SOLID]] = False
                    lined[pixels[layer.stroke > TOUCHED]] = layer.mark.stroke != "paper"


@dataclass(frozen=True, eq=False)
class PaintedMark:
    """One mark of a step in the colours of a theme.

    Attributes:
        layer: The mark as a layer.
        share: How much of each of its pixels is visible, shape (n,).
        below: The sRGB that is painted below each, shape (n, 3).
        lined: Where another line is below it.
        taken: Where a text is below it.
        theme: The theme.
    """

    layer: Layer
    share: Values
    below: Values
    lined: Choice
    taken: Choice
    theme: Theme
