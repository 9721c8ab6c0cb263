"""The field over the plane of two inputs, its lines and corners, and the truth table."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from figgen.core import InputError, Interval, perceptrons, sigmoid, trace
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.theme import THEMES
from figgen.draw.pictures.decision_field import (
    LEVELS,
    Corner,
    best_line,
    corners,
    crossing,
    decision_line,
    field,
    marker,
    shades,
    tint,
)
from figgen.draw.pictures.traced_network import Weights
from figgen.draw.pictures.truth_table import Column, truth_table
from figgen.draw.plots.plots import Plot

INPUTS = tuple(product((0, 1), repeat=2))
XOR = [Corner(a, b, a ^ b) for a, b in INPUTS]
OR_NEURON = Weights(("x1", "x2"), (20, 20), -10)


def plain(x1: float, x2: float) -> float:
    """The single perceptron, one number at a time."""
    return OR_NEURON((x1, x2))


@pytest.fixture
def plane(canvas: Canvas) -> Plot:
    """The plane of two inputs."""
    return Plot(canvas, Box(1, 0.5, 4, 4), Interval(-0.5, 1.5), Interval(-0.5, 1.5))


def areas(canvas: Canvas) -> list:
    """The marks of the shades of a field."""
    return [mark for mark in canvas.marks if isinstance(mark.artist, PathPatch)]


def words(canvas: Canvas) -> list[str]:
    """All that is written."""
    return [mark.artist.get_text() for mark in canvas.marks if isinstance(mark.artist, Text)]


def failed(canvas: Canvas) -> list[str]:
    """What the claims that do not hold are about."""
    return [filed.claim.what for filed in canvas.claims if not filed.claim.holds]


# The field


def test_each_shade_holds_what_is_above_its_level(plane: Plot) -> None:
    """From its level on, up to 1, the later the darker."""
    field(plane, perceptrons.single_perceptron, plain)
    shades_drawn = areas(plane.canvas)
    assert [mark.tint for mark in shades_drawn] == [tint(level) for level in LEVELS]
    assert sorted(tint(level) for level in LEVELS) == [tint(level) for level in LEVELS]
    for x1, x2 in np.random.default_rng(1).uniform(-0.4, 1.4, (200, 2)):
        output = plain(x1, x2)
        for level, mark in zip(LEVELS, shades_drawn, strict=True):
            if abs(output - level) > 0.05:
                assert mark.artist.get_path().contains_point((x1, x2)) == (output > level)
    assert not failed(plane.canvas)


def test_a_field_of_another_network_is_caught(plane: Plot) -> None:
    """The claim compares it with plain Python."""
    field(plane, perceptrons.xor_network, plain)
    assert failed(plane.canvas) == ["the field of outputs"]


def test_a_shade_that_nothing_reaches_is_not_drawn(plane: Plot) -> None:
    """A field may stay below a level everywhere."""
    field(plane, lambda x, y: 0.2 + 0 * x * y, lambda _x, _y: 0.2)
    assert [mark.tint for mark in areas(plane.canvas)] == [tint(0.1)]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_shades_differ_in_every_theme(theme) -> None:
    """Five levels are five colours, none of them paper."""
    colours = {theme.colour("output", tint(level)) for level in LEVELS}
    assert len(colours | {theme.colour("paper")}) == len(LEVELS) + 1


def test_the_bar_names_its_ends_and_its_middle(canvas: Canvas) -> None:
    """0, 0.5 and 1, at their heights."""
    shades(canvas, Box(1, 1, 0.5, 2))
    assert words(canvas) == ["0", "0.5", "1"]


# Lines


def test_a_neuron_is_undecided_on_its_line(plane: Plot) -> None:
    """From edge to edge of the plane, and the claim holds."""
    assert crossing(plane, OR_NEURON) == ((-0.5, 1.0), (1.0, -0.5))
    decision_line(plane, OR_NEURON, "$y = 0.5$")
    assert not failed(plane.canvas)
    (line,) = [m.artist for m in plane.canvas.marks if isinstance(m.artist, Line2D)]
    np.testing.assert_allclose(np.transpose(line.get_data()), [(-0.5, 1), (1, -0.5)])
    (text,) = [m.artist for m in plane.canvas.marks if isinstance(m.artist, Text)]
    assert text.get_rotation() == pytest.approx(-45 % 360)


@pytest.mark.parametrize(
    ("weights", "bias", "ends"),
    [
        ((1, 0), -0.5, ((0.5, -0.5), (0.5, 1.5))),
        ((0, 2), -1, ((-0.5, 0.5), (1.5, 0.5))),
        ((1, -1), 0, ((-0.5, -0.5), (1.5, 1.5))),
    ],
)
def test_lines_of_any_direction_cross_the_plane(
    plane: Plot,
    weights: tuple[float, float],
    bias: float,
    ends: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    """Upright, level and from corner to corner."""
    assert crossing(plane, Weights(("a", "b"), weights, bias)) == ends


@pytest.mark.parametrize(
    ("weights", "bias", "reason"),
    [
        ((1, 1), 9, "one that crosses the plane"),
        ((0, 0), 1, "one that crosses the plane"),
        ((1,), 0, "2, one for each axis"),
    ],
)
def test_a_line_elsewhere_is_refused(
    plane: Plot, weights: tuple[float, ...], bias: float, reason: str
) -> None:
    """It could not be drawn."""
    with pytest.raises(InputError, match=reason):
        crossing(plane, Weights(("a", "b")[: len(weights)], weights, bias))


# Corners


def test_one_neuron_gets_three_corners_of_xor(plane: Plot) -> None:
    """The one that fails is ringed and told; a circle is 0, a square is 1."""
    assert corners(plane, perceptrons.single_perceptron, plain, XOR) == 3
    canvas = plane.canvas
    assert [text for text in words(canvas) if "wrong" in text] == ["wrong: says 1"]
    (ring,) = [m.artist for m in canvas.marks if m.stroke == "negative" and m.fill is None]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == plane.on_page(1, 1)
    assert "At (1, 1) the output is about 1, but 0 is wanted." in canvas.description()
    assert not failed(canvas)


def test_the_network_gets_all_corners(plane: Plot) -> None:
    """And nothing is ringed."""
    network = perceptrons.xor_network
    assert corners(plane, network, lambda a, b: float(network(a, b)), XOR) == 4
    assert not [text for text in words(plane.canvas) if "wrong" in text]


def test_a_corner_outside_the_plane_is_refused(plane: Plot) -> None:
    """It could not be marked where it is."""
    with pytest.raises(InputError, match="corner is"):
        corners(plane, perceptrons.single_perceptron, plain, [Corner(2, 0, 1)])


def test_classes_differ_in_shape(canvas: Canvas) -> None:
    """Colour is not the only cue: there is none."""
    marker(canvas, 1, 1, 0)
    marker(canvas, 2, 1, 1)
    shapes = [m.artist.get_marker() for m in canvas.marks if isinstance(m.artist, Line2D)]
    assert shapes == ["o", "s"]
    assert words(canvas) == ["0", "1"]


@pytest.mark.parametrize("wanted", list(product((0, 1), repeat=4)), ids=str)
def test_a_line_parts_all_but_two_tables(wanted: tuple[int, ...]) -> None:
    """Three corners are the most for XOR and its opposite; every other table can be had."""
    table = [Corner(*place, value) for place, value in zip(INPUTS, wanted, strict=True)]
    assert best_line(table) == (3 if wanted in ((0, 1, 1, 0), (1, 0, 0, 1)) else 4)


def test_no_neuron_beats_the_best_line() -> None:
    """Of 2,000 random ones none gets more than three corners of XOR."""
    for a, b, c in np.random.default_rng(2).normal(size=(2000, 3)):
        right = sum((a * x + b * y + c > 0) == wanted for x, y, wanted in XOR)
        assert right <= best_line(XOR)


# The truth table


def columns(*last: int) -> tuple[Column, ...]:
    """The columns of XOR, with the logic of the last one."""
    return (
        Column("x1", "x_{1}"),
        Column("x2", "x_{2}"),
        Column("h1", "h_{1}", "OR", tuple(a | b for a, b in INPUTS)),
        Column("y", "y", "XOR", last),
    )


def test_a_truth_table_shows_values_and_what_they_round_to(canvas: Canvas) -> None:
    """A row for each input; rounded ones are claimed against logic."""
    graphs = [trace(perceptrons.xor_network, x1=a, x2=b) for a, b in INPUTS]
    truth_table(canvas, Box(0.1, 0.1, 11.8, 5.4), graphs, columns(0, 1, 1, 0))
    assert words(canvas).count("≈ 0.99995") == 4
    assert words(canvas).count("≈ 1") == 1
    assert words(canvas).count("≈ 0.00005") == 3
    assert not failed(canvas)
    sentence = "For x1 = 1 and x2 = 1: h1 is about 1, rounded 1, y is about 0.00005, rounded 0."
    assert canvas.description().endswith(sentence)


def test_a_wrong_truth_table_is_caught(canvas: Canvas) -> None:
    """With another logic the claim fails."""
    graphs = [trace(perceptrons.xor_network, x1=a, x2=b) for a, b in INPUTS]
    truth_table(canvas, Box(0.1, 0.1, 11.8, 5.4), graphs, columns(0, 1, 1, 1))
    assert failed(canvas) == ["rounded y"]


def test_what_is_rounded_to_1_is_filled(canvas: Canvas) -> None:
    """And what is rounded to 0 is empty."""
    graphs = [trace(lambda x: sigmoid(20 * x - 10), x=x) for x in (0, 1)]
    name = graphs[0].output.name
    table = (Column("x", "x"), Column(name, "y", "IS", (0, 1)))
    truth_table(canvas, Box(0.1, 0.1, 11.8, 5.4), graphs, table)
    fills = [m.fill for m in canvas.marks if m.stroke == "forward" and m.fill]
    assert fills == ["paper", "forward"]
