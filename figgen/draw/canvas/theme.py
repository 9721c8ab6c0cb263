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
from figgen.theme_palettes import PALETTES
from figgen.vocabulary import DEFAULT_THEME

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
        media: The CSS media query for which a page takes this theme; "" if for none.
    """

    name: str
    colours: Mapping[Role, str]
    media: str = ""

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


THEMES: dict[str, Theme] = {
    name: Theme(name, {role: palette.colours[role] for role in ROLES}, palette.media)
    for name, palette in PALETTES.items()
}
"""Every theme by its name."""

LIGHT = THEMES[DEFAULT_THEME]
"""The theme that a role's colour is told by where there is no theme to choose."""
