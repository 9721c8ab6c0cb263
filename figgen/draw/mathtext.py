"""matplotlib's mathtext, each formula parsed once for all renderers, steps and themes.

matplotlib keeps what it parsed too, but for each renderer anew, and it makes a renderer for every
file.
"""

from __future__ import annotations

import os
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser, VectorParse


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
        return _parsed(s, dpi, prop.copy() if prop else None)


MATHTEXT = _Parser("path")
"""The one parser."""


# More than a figure has, and little enough to keep the memory of a long build flat.
@lru_cache(maxsize=512)
def _parsed(s: str, dpi: float, prop: FontProperties | None) -> VectorParse:
    # A new parser, for which matplotlib remembers nothing.
    return MathTextParser("path").parse(s, dpi, prop, antialiased=True)


if hasattr(os, "register_at_fork"):
    # The glyphs hold open font files, of which a forked process must have its own.
    os.register_at_fork(after_in_child=_parsed.cache_clear)
