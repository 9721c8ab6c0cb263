"""The private names of matplotlib that figgen uses, all of them: a new version is this file's work.

matplotlib has no public name for what is reached here. `PRIVATE` tells of each what it is for, and
a test asks the installed matplotlib for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeAlias

from matplotlib import ft2font
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import Collection, LineCollection
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Text

LineMetrics: TypeAlias = tuple[float, float, float] | tuple[None, None, None]
"""Ascent, descent and gap of a line of text in pixels; None for a font without tables."""

Dashes: TypeAlias = tuple[float, Iterable[float] | None]
"""Offset and lengths of dashes and gaps, in multiples of the width of the line."""


@dataclass(frozen=True)
class Private:
    """A private name of matplotlib.

    Attributes:
        name: The name.
        owner: Makes what has it, as figgen meets it.
        purpose: What figgen needs it for.
    """

    name: str
    owner: Callable[[], object]
    purpose: str


PRIVATE = (
    Private(
        "_renderer",
        lambda: RendererAgg(1, 1, 72),  # type: ignore[no-untyped-call]
        "the C++ half of Agg: its calls are recorded once and replayed for each step and theme",
    ),
    Private(
        "_prepare_font",
        lambda: RendererAgg,
        "the font of a line of text in a PNG, which Agg would look for three times a line",
    ),
    Private(
        "_get_font_height_metrics",
        # No base class has it: a text asks whether its renderer has.
        lambda: import_module("matplotlib.backends.backend_pdf").RendererPdf,
        "ascent and descent of a line, which a renderer would read from the font at each line",
    ),
    Private(
        "_find_fonts_by_props",
        lambda: fontManager,
        "the files of a font and of those that stand in for the glyphs that it lacks",
    ),
    Private("_layout", lambda: FT2Font, "the glyphs of a line with their places, kerned"),
    Private("_renderer", Text, "with what a text measures itself; restored after a recording"),
    Private(
        "_dpi_cor",
        lambda: FancyArrowPatch((0, 0), (1, 1)),
        "the resolution of an arrow's head; restored after a recording, and 1 in a scene",
    ),
    Private("_linespacing", Text, "the spacing of lines in a scene, which has only a setter"),
    Private(
        "_unscaled_dash_pattern",
        lambda: Line2D([0, 1], [0, 1]),
        "the dashes that a line was given, in a scene; public is what was made of them",
    ),
    Private("_unscaled_dash_pattern", Patch, "likewise of the line around an area"),
    Private("_us_linestyles", lambda: LineCollection([]), "likewise of the lines of a collection"),
)
"""Every private name that is used."""


# Renderers


class MeasuringRenderer(RendererBase):
    """A renderer that says itself how tall a line of text is."""

    def line_metrics(self, prop: FontProperties) -> LineMetrics:
        """Ascent, descent and gap of a line, in pixels."""
        raise NotImplementedError

    def _get_font_height_metrics(self, prop: FontProperties) -> LineMetrics:
        return self.line_metrics(prop)


class SplitAgg(RendererAgg):
    """The Python half of Agg, which hands its calls to itself and finds its fonts itself."""

    def __init__(self, dpi: float) -> None:
        # A canvas of one pixel, because nothing is drawn on it.
        super().__init__(1, 1, dpi)  # type: ignore[no-untyped-call]
        self._renderer = self

    def font(self, prop: FontProperties) -> FT2Font:
        """The font for a line of text; empty, in its size."""
        raise NotImplementedError

    def _prepare_font(self, font_prop: FontProperties) -> FT2Font:
        return self.font(font_prop)


def new_agg(width: float, height: float, dpi: float) -> Any:
    """The C++ half of Agg, for a picture of a size in pixels."""
    return RendererAgg(width, height, dpi)._renderer  # type: ignore[no-untyped-call]


def measures(artists: Iterable[Artist]) -> list[tuple[dict[str, Any], str, Any]]:
    """With what texts measure themselves, and arrows their heads: what drew them last.

    Returns:
        Where each is kept, its key and the value, for `restore`.
    """
    return [
        (vars(artist), key, vars(artist)[key])
        for artist in artists
        for key in ("_renderer", "_dpi_cor")
        if key in vars(artist)
    ]


def restore(kept: Iterable[tuple[dict[str, Any], str, Any]]) -> None:
    """Put back what `measures` found."""
    for held, key, value in kept:
        held[key] = value


# Fonts


def font_files(prop: FontProperties) -> tuple[str, ...]:
    """The files of a font, and of those that stand in for it, the best first."""
    return tuple(fontManager._find_fonts_by_props(prop))


def line_of_glyphs(font: FT2Font, text: str, styled: Text | None) -> Any:
    """The glyphs of a line, each with its font, its number and its place in points.

    Args:
        font: The font, in the size of the line at 72 dpi.
        text: The words.
        styled: The text whose features and language hold; None for none.
    """
    return font._layout(
        text,
        ft2font.LoadFlags.NO_HINTING,  # which 3.9 has not, where only scenes are written
        features=styled.get_fontfeatures() if styled else None,
        language=styled.get_language() if styled else None,
    )


# Artists


def line_spacing(text: Text) -> object:
    """What a text was given as the spacing of its lines."""
    return text._linespacing  # type: ignore[attr-defined]


def draw_head_at_one(arrow: FancyArrowPatch) -> None:
    """Give an arrow's head its own size, not that of the resolution it was last drawn in."""
    arrow._dpi_cor = 1.0  # type: ignore[attr-defined]


def dash_patterns(artist: Any) -> list[Dashes]:
    """What a line, a patch or a collection was given as its dashes."""
    if isinstance(artist, Collection):
        return list(artist._us_linestyles)  # type: ignore[attr-defined]
    return [artist._unscaled_dash_pattern]
