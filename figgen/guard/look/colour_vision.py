"""Colours as eyes see them: contrast, and how far apart two colours are for every kind of eye."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import ArrayLike, NDArray

Colours = NDArray[np.float64]
"""Linear or encoded RGB, or CIE Lab; shape (..., 3)."""

# G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15 (2009), severity 1.0, on linear RGB.
VISIONS: Mapping[str, Colours] = {
    "normal vision": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
    # Luminance alone (ITU-R BT.709), as a copier sees it.
    "grey": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
"""How linear RGB looks to each kind of eye, as a matrix that acts on a column."""

_DARKEST = 0.04045
"""Up to here sRGB (IEC 61966-2-1) is a straight line."""
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""sRGB (IEC 61966-2-1), white D65."""


def linear(encoded: ArrayLike) -> Colours:
    """Linear RGB of sRGB colours from 0 to 1, shape (..., 3)."""
    encoded = np.asarray(encoded, dtype=np.float64)
    return np.where(encoded <= _DARKEST, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def luminance(encoded: ArrayLike) -> NDArray[np.float64]:
    """The relative luminance of WCAG 2 of sRGB colours, shape (...)."""
    return np.asarray(linear(encoded) @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """The contrast ratio of WCAG 2 of sRGB colours, from 1 to 21, shape (...)."""
    one, other = luminance(first), luminance(second)
    return np.asarray((np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05))


def lab(colour: str, vision: str = "normal vision") -> Colours:
    """CIE L*a*b* (white D65) of a colour as an eye sees it, shape (3,).

    Args:
        colour: Like ``#rrggbb``.
        vision: One of `VISIONS`.
    """
    rgb = np.clip(VISIONS[vision] @ linear(to_rgb(colour)), 0, 1)
    share = (_TO_XYZ @ rgb) / (_TO_XYZ @ np.ones(3))
    x, y, z = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: Colours, other: Colours) -> float:
    """CIEDE2000 of two colours in CIE Lab; about 1 is just noticeable.

    After G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 color-difference formula", Color
    Research and Application 30 (2005), whose numbered equations and test data this follows.
    """
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = float(np.hypot(a1, b1)), float(np.hypot(a2, b2))
    h1, h2 = (float(np.degrees(np.arctan2(b, a))) % 360 for a, b in ((a1, b1), (a2, b2)))
    colourless = c1 * c2 == 0
    turn = 0.0 if colourless else (h2 - h1 + 180) % 360 - 180
    # A turn of exactly 180 degrees has no sign; the formula takes it as it stands.
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if colourless else (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c = 1 + 0.045 * mean_c
    s_h = 1 + 0.015 * mean_c * t
    bend = 60 * np.exp(-(((mean_h - 275) / 25) ** 2))
    r_t = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(bend))
    light, strong, hued = (l2 - l1) / s_l, (c2 - c1) / s_c, hue / s_h
    return float(np.sqrt(light**2 + strong**2 + hued**2 + r_t * strong * hued))
