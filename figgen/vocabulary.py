"""The words of every room: formats, sources, themes and the usual resolution.

This module imports nothing of figgen, so that the command line has them without numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias, get_args

Format: TypeAlias = Literal["svg", "pdf", "png", "dot", "tex", "mathml", "txt", "html"]
"""What a file of a figure can be."""

FORMATS: tuple[Format, ...] = ("svg", "pdf", "png")
"""What every figure has."""

SOURCES: tuple[Format, ...] = tuple(each for each in get_args(Format) if each not in FORMATS)
"""What only some figures have: text that other programs read, the same in every step and theme."""

Movie: TypeAlias = Literal["gif", "webp", "mp4"]
"""What a file of an animation can be."""

MOVIES: tuple[Movie, ...] = get_args(Movie)

DPI = 200
"""Pixels an inch of a PNG: the full slot is 2400 pixels wide, enough for a 4K projector."""


class Palette(NamedTuple):
    """What makes a theme.

    Attributes:
        colours: A colour for each `Role`, as ``#rrggbb``.
        media: The CSS media query for which a page takes this theme; "" if it must be asked for.
    """

    colours: Mapping[str, str]
    media: str = ""


PALETTES: dict[str, Palette] = {
    "light": Palette(
        {
            "ink": "#1a1d21",
            "paper": "#ffffff",
            "input": "#195aba",
            "operation": "#59616b",
            "output": "#7e3e87",
            "forward": "#0969a8",
            "backward": "#b04400",
            "highlight": "#b40058",
            "muted": "#6b7785",
            "positive": "#00705a",
            "negative": "#b3261e",
        },
    ),
    "dark": Palette(
        {
            "ink": "#f2f4f7",
            "paper": "#12161c",
            "input": "#78acfb",
            "operation": "#b4bcc8",
            "output": "#e6ace0",
            "forward": "#5cc0f5",
            "backward": "#ff9a4d",
            "highlight": "#ec5c96",
            "muted": "#a2b4cb",
            "positive": "#40d3ac",
            "negative": "#f07b71",
        },
        media="(prefers-color-scheme: dark)",
    ),
    # Greys only, so that a copier loses nothing. Roles that meet in one figure are far apart in
    # lightness: forward and backward, positive and negative, input and output and operation.
    "print": Palette(
        {
            "ink": "#000000",
            "paper": "#ffffff",
            "input": "#000000",
            "operation": "#686868",
            "output": "#3d3d3d",
            "forward": "#000000",
            "backward": "#686868",
            "highlight": "#000000",
            "muted": "#707070",
            "positive": "#000000",
            "negative": "#686868",
        },
        media="print",
    ),
}
"""Every theme. One more is one entry more: it is made, guarded and completed with the rest."""

THEMES: tuple[str, ...] = tuple(PALETTES)

DEFAULT_THEME = THEMES[0]
"""What is drawn where no theme is named."""
