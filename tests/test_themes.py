"""Colours: complete, readable, and apart for every eye and in grey print."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from figgen.core import InputError
from figgen.draw.theme import DARK, LIGHT, PRINT, ROLES, THEMES, TINT, Role, Theme

every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
in_colour = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
MARKS = tuple(role for role in ROLES if role != "paper")
every_role = pytest.mark.parametrize("role", MARKS)

TEXT_CONTRAST = 4.5
STROKE_CONTRAST = 3.0

MEETING: tuple[tuple[Role, Role], ...] = (
    ("forward", "backward"),
    ("positive", "negative"),
    ("input", "output"),
    ("highlight", "ink"),
    ("highlight", "forward"),
    ("muted", "highlight"),
)
"""Roles that stand side by side in a figure and mean different things."""

DISTANCE = 20.0
"""The smallest distance of two such roles in CIE Lab (ΔE of 1976).

About 2.3 is just noticeable, for large patches side by side (Mahy, Van Eycken and Oosterlinck,
1994). A line is a few pixels wide and is compared across a slide, which takes several times as
much; Tableau's ten colours, made to be told apart, keep 20 or more among neighbours.
"""

PRINTED: tuple[tuple[Role, Role], ...] = (
    ("forward", "backward"),
    ("positive", "negative"),
    ("input", "operation"),
)
LIGHTNESS = 25.0
"""The smallest difference in L* of two greys that a copier must keep apart."""

# G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15 (2009), severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
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
}


def linear(colour: str) -> np.ndarray:
    """Linear RGB of a colour (sRGB, IEC 61966-2-1)."""
    encoded = np.array(to_rgb(colour))
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    light, dark = sorted(
        (float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (first, second)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: np.ndarray = VISIONS["normal"]) -> np.ndarray:
    """CIE L*a*b* (white D65) of a colour as an eye sees it."""
    rgb = np.clip(vision @ linear(colour), 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = (
        np.cbrt(share) if share > (6 / 29) ** 3 else share / (3 * (6 / 29) ** 2) + 4 / 29
        for share in (to_xyz @ rgb) / (to_xyz @ np.ones(3))
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# The measures themselves


def test_measures_agree_with_published_values() -> None:
    """Contrast as in WCAG's examples, Lab as in tables, greys unchanged for every eye."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.01)
    for vision in VISIONS.values():
        assert lab("#808080", vision) == pytest.approx(lab("#808080"), abs=0.1)


def test_deficiencies_confuse_what_they_should() -> None:
    """A red and a green of equal lightness fall together for deuteranopes, not for tritanopes."""
    red, green = "#b05a3c", "#6f7a2a"
    apart = {name: np.linalg.norm(lab(red, v) - lab(green, v)) for name, v in VISIONS.items()}
    assert apart["deuteranopia"] < apart["normal"] / 3
    assert apart["tritanopia"] > apart["normal"] / 2


# The themes


@every_theme
def test_every_role_has_a_colour(theme: Theme) -> None:
    """And nothing else has one."""
    assert set(theme.colours) == set(ROLES)
    assert THEMES[theme.name] is theme


@every_theme
@every_role
def test_text_and_strokes_stand_out_on_paper(theme: Theme, role: Role) -> None:
    """Every role may be letters, so every role has the contrast of text."""
    assert contrast(theme.colour(role), theme.colour("paper")) >= TEXT_CONTRAST


@every_theme
@every_role
def test_text_on_a_tinted_area_is_readable(theme: Theme, role: Role) -> None:
    """Ink on any tint is text, and so is a role on its own tint.

    Muted is there to step back, and no text is under 18 points: large text, of which WCAG asks 3:1.
    """
    area = theme.colour(role, TINT)
    assert contrast(theme.colour("ink"), area) >= TEXT_CONTRAST
    own = STROKE_CONTRAST if role == "muted" else TEXT_CONTRAST
    assert contrast(theme.colour(role), area) >= own


@every_theme
@every_role
def test_paper_coloured_text_on_a_full_area_is_readable(theme: Theme, role: Role) -> None:
    """A full area may hold text in the colour of paper."""
    assert contrast(theme.colour("paper"), theme.colour(role)) >= TEXT_CONTRAST


@in_colour
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("pair", MEETING, ids=" ".join)
def test_roles_that_meet_stay_apart(theme: Theme, vision: str, pair: tuple[Role, Role]) -> None:
    """For every eye, with normal colour vision or a deficient one."""
    first, second = (lab(theme.colour(role), VISIONS[vision]) for role in pair)
    assert np.linalg.norm(first - second) >= DISTANCE


@every_role
def test_print_is_grey(role: Role) -> None:
    """A copier loses nothing."""
    assert len(set(to_rgb(PRINT.colour(role)))) == 1


@pytest.mark.parametrize("pair", PRINTED, ids=" ".join)
def test_greys_that_meet_differ_in_lightness(pair: tuple[Role, Role]) -> None:
    """There is nothing else to tell them by."""
    first, second = (lab(PRINT.colour(role))[0] for role in pair)
    assert abs(first - second) >= LIGHTNESS


# Mixing


@every_theme
@every_role
def test_a_tint_lies_between_paper_and_the_role(theme: Theme, role: Role) -> None:
    """0 is paper, 1 the role, and what lies between is solid and mixed evenly."""
    assert theme.colour(role, 0) == theme.colour("paper")
    assert theme.colour(role, 1) == theme.colour(role) == theme.colours[role]
    half = np.array(to_rgb(theme.colour(role, 0.5)))
    ends = np.array([to_rgb(theme.colour("paper")), to_rgb(theme.colour(role))])
    assert half == pytest.approx(ends.mean(axis=0), abs=1 / 255)


def test_an_unknown_role_is_refused() -> None:
    """The error lists the roles."""
    with pytest.raises(InputError, match="role is 'red'; allowed: ink, paper, input, operation"):
        LIGHT.colour("red")
