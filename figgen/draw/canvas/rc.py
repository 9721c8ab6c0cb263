"""The settings of matplotlib that a picture depends on, all pinned; and the packaged fonts.

Nothing is taken from the system, the user's matplotlibrc or the environment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import font_source_sans_pro
import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.text import Text

LABEL = 20.0
"""Size of a label in points."""
MATHS = 24.0
"""Size of a formula in points."""
TITLE = 22.0
"""Size of a title in points."""
SMALL = 18.0
"""Size of the smallest text, in points: a tick label."""

FAMILY = "figgen Sans"
"""Source Sans under a name of our own, so that no copy in the system can take its place."""
CODE_FAMILY = "DejaVu Sans Mono"
"""The monospaced font that matplotlib carries."""

# Weights are set here, because matplotlib guesses some of them wrongly from the files.
_FACES = {"SourceSansPro": 400, "SourceSansProSemibold": 600, "SourceSansProBold": 700}


@cache
def _settings() -> dict[Any, Any]:
    manager = font_manager.fontManager
    for face, weight in _FACES.items():
        manager.addfont(font_source_sans_pro.font_files_ttf[face])
        manager.ttflist[-1] = replace(manager.ttflist[-1], name=FAMILY, weight=weight)
    # Not the backend: it belongs to the session, and to read it imports pyplot.
    defaults = {key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"}
    return defaults | {
        "axes.unicode_minus": True,
        "figure.facecolor": "none",
        "font.family": [FAMILY],
        "font.size": LABEL,
        "lines.solid_capstyle": "round",
        "lines.solid_joinstyle": "round",
        "lines.dash_capstyle": "butt",
        "mathtext.fontset": "stix",
        "path.simplify": False,
        "pdf.compression": 6,
        "pdf.fonttype": 3,
        "svg.fonttype": "path",
        "svg.hashsalt": "figgen",
        # Hinting moves glyphs by fractions of a pixel, differently at every resolution.
        "text.hinting": "no_hinting",
    }


def let_lines_grow(text: Text) -> None:
    """Let a line of a text be as tall as what stands in it: a fraction is taller than a word.

    Until version 3.10 matplotlib did so by itself.
    """
    if (mpl.__version_info__.major, mpl.__version_info__.minor) >= (3, 11):
        text.set_linespacing("normal")


_inside = False


@contextmanager
def style() -> Iterator[None]:
    """A context in which the settings of figgen hold, whatever the user's are."""
    global _inside  # noqa: PLW0603 - as global as the settings themselves
    # To set 300 settings takes a millisecond, and a figure asks for it at every text.
    if _inside:
        yield
        return
    _inside = True
    try:
        with mpl.rc_context(_settings()):
            yield
    finally:
        _inside = False
