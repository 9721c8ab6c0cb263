"""Contrast, for the tests of colours."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_rgb

from figgen.draw.canvas.theme import THEMES
from figgen.guard.look.colour_vision import contrast as contrast_of

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours like ``#rrggbb``."""
    return float(contrast_of(to_rgb(first), to_rgb(second)))
