"""The words of every room: formats, sources, themes and the usual resolution.

This module imports nothing that takes time, so that the command line has them without numpy.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from figgen.theme_palettes import PALETTES

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

THEMES: tuple[str, ...] = tuple(PALETTES)

DEFAULT_THEME = THEMES[0]
"""What is drawn where no theme is named."""
