"""Themes: what each role looks like on a light slide, a dark slide and in grey print.

A figure is drawn once, in roles. A theme then paints it, so that the same drawing serves every
theme and nothing can move between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from matplotlib.colors import to_hex, to_rgb

from figgen.core import InputError

Role: TypeAlias = Literal[
    "ink",
    "paper",
    "input",
    "operation",
    "output",
    "forward",
    "backward",
    "highlight",
    "muted",
    "positive",
    "negative",
]
"""What a mark is there for. ``ink`` is plain text and axes, ``paper`` the background."""

ROLES: tuple[Role, ...] = get_args(Role)

TINT = 0.14
"""How much of a role's colour a tinted area holds; the rest is paper."""


@dataclass(frozen=True)
class Theme:
    """One look.

    Attributes:
        name: As on the command line and in the folder of the assets.
        colours: A colour for each role.
    """

    name: str
    colours: Mapping[Role, str]

    def colour(self, role: Role, tint: float = 1.0) -> str:
        """The colour of ``role``, mixed with paper.

        Mixed, not transparent, so that it is the same in every format and its contrast is known.

        Args:
            role: The role.
            tint: 1 is the full colour, 0 is paper.

        Returns:
            A colour as ``#rrggbb``.

        Raises:
            InputError: If there is no such role.
        """
        if role not in self.colours:
            raise InputError("role", role, ", ".join(ROLES))
        full, paper = to_rgb(self.colours[role]), to_rgb(self.colours["paper"])
        red, green, blue = (tint * f + (1 - tint) * p for f, p in zip(full, paper, strict=True))
        return to_hex((red, green, blue))


LIGHT = Theme(
    "light",
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
)

DARK = Theme(
    "dark",
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
)

# Greys only, so that a copier loses nothing. Roles that meet in one figure are far apart in
# lightness: forward and backward, positive and negative, input and output and operation.
PRINT = Theme(
    "print",
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
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}
"""Every theme by its name."""
