"""Colours: complete, readable, and apart for every eye and in grey print."""

from __future__ import annotations

import numpy as np
import pytest
from contrasts import contrast, every_theme
from matplotlib.colors import to_rgb

from figgen.core import InputError
from figgen.draw.canvas.theme import LIGHT, ROLES, THEMES, TINT, Role, Theme
from figgen.guard.look.colour_vision import VISIONS, difference, lab
from figgen.guard.look.limits import STROKE_CONTRAST, TEXT_CONTRAST

in_colour = pytest.mark.parametrize("theme", [LIGHT, THEMES["dark"]], ids=lambda theme: theme.name)
MARKS = tuple(role for role in ROLES if role != "paper")
every_role = pytest.mark.parametrize("role", MARKS)

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

# In grey only themes that are grey have to stay apart: there a dash or a name tells, too.
VISIONS_IN_COLOUR = [vision for vision in VISIONS if vision != "grey"]


# The measures themselves


def test_measures_agree_with_published_values() -> None:
    """Contrast as in WCAG's examples, Lab as in tables, greys unchanged for every eye."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.01)
    for vision in VISIONS:
        assert lab("#808080", vision) == pytest.approx(lab("#808080"), abs=0.1)


# From table 1 of Sharma, Wu and Dalal (2005): pairs that a wrong hue or a wrong sign tells apart.
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_differences_agree_with_published_values(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    """CIEDE2000, in both directions."""
    pair = np.array(one), np.array(other)
    assert difference(*pair) == pytest.approx(expected, abs=5e-5)
    assert difference(*reversed(pair)) == pytest.approx(expected, abs=5e-5)


def test_deficiencies_confuse_what_they_should() -> None:
    """A red and a green of equal lightness fall together for deuteranopes, not for tritanopes."""
    red, green = "#b05a3c", "#6f7a2a"
    apart = {name: np.linalg.norm(lab(red, name) - lab(green, name)) for name in VISIONS}
    assert apart["deuteranopia"] < apart["normal vision"] / 3
    assert apart["tritanopia"] > apart["normal vision"] / 2


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
    assert contrast(theme.colour(role), theme.colour("paper")) >= TEXT_CONTRAST.limit


@every_theme
@every_role
def test_text_on_a_tinted_area_is_readable(theme: Theme, role: Role) -> None:
    """Ink on any tint is text, and so is a role on its own tint.

    Muted is for lines; where it is text on a tint, the rules of the look judge it.
    """
    area = theme.colour(role, TINT)
    assert contrast(theme.colour("ink"), area) >= TEXT_CONTRAST.limit
    own = STROKE_CONTRAST.limit if role == "muted" else TEXT_CONTRAST.limit
    assert contrast(theme.colour(role), area) >= own


@every_theme
@every_role
def test_paper_coloured_text_on_a_full_area_is_readable(theme: Theme, role: Role) -> None:
    """A full area may hold text in the colour of paper."""
    assert contrast(theme.colour("paper"), theme.colour(role)) >= TEXT_CONTRAST.limit


@in_colour
@pytest.mark.parametrize("vision", VISIONS_IN_COLOUR)
@pytest.mark.parametrize("pair", MEETING, ids=" ".join)
def test_roles_that_meet_stay_apart(theme: Theme, vision: str, pair: tuple[Role, Role]) -> None:
    """For every eye, with normal colour vision or a deficient one."""
    first, second = (lab(theme.colour(role), vision) for role in pair)
    assert np.linalg.norm(first - second) >= DISTANCE


@every_role
def test_print_is_grey(role: Role) -> None:
    """A copier loses nothing."""
    assert len(set(to_rgb(THEMES["print"].colour(role)))) == 1


@pytest.mark.parametrize("pair", PRINTED, ids=" ".join)
def test_greys_that_meet_differ_in_lightness(pair: tuple[Role, Role]) -> None:
    """There is nothing else to tell them by."""
    first, second = (lab(THEMES["print"].colour(role))[0] for role in pair)
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
