"""The themes: the colour that each role has in it. One more theme is one entry more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


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
