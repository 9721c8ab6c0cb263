"""Font files, each found once: matplotlib asks for them three times for every line of text."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import FT2Font

from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.matplotlib_private import LineMetrics, font_files


def font_for(prop: FontProperties, dpi: float) -> FT2Font:
    """The font, and those that stand in for it, as matplotlib finds them; empty, in its size."""
    font = get_font(_files(prop.copy(), len(fontManager.ttflist)))
    font.clear()
    font.set_size(prop.get_size_in_points(), dpi)
    return font


def line_metrics(prop: FontProperties, dpi: float) -> LineMetrics:
    """Ascent, descent and gap of a line of text in pixels, as matplotlib computes them.

    None for a font without tables, of which matplotlib measures a word instead.
    """
    return _line_metrics(prop.copy(), dpi, len(fontManager.ttflist))


# The number of known fonts is in the keys, because another font may fit better.


@lru_cache(maxsize=256)
def _files(prop: FontProperties, _known: int) -> tuple[str, ...]:
    return font_files(prop)


@lru_cache(maxsize=256)
def _line_metrics(prop: FontProperties, dpi: float, known: int) -> LineMetrics:
    font = get_font(_files(prop, known))
    scale = 1 / font.units_per_EM * prop.get_size_in_points() * dpi / POINTS_PER_INCH
    if (modern := font.get_sfnt_table("OS/2")) is not None:
        ascent, descent = modern["sTypoAscender"], modern["sTypoDescender"]
        return ascent * scale, -descent * scale, modern["sTypoLineGap"] * scale
    if (old := font.get_sfnt_table("hhea")) is not None:
        return old["ascent"] * scale, -old["descent"] * scale, old["lineGap"] * scale
    return None, None, None
