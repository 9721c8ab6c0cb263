"""The figures of section 1 about neurons: their numbers, claims, steps and words."""

from __future__ import annotations

import numpy as np
import pytest
from lecture import COURSE, drawing_of
from matplotlib.lines import Line2D
from matplotlib.text import Text

from figgen.core import InputError
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import SMALL
from figgen.draw.plots.scatter import cloud, spread_out
from figgen.pipeline.drawing import draw

STEPS = {
    "neuron": 1,
    "layers": 3,
    "xor-network": 4,
    "xor-truth-table": 1,
    "xor-decision": 1,
    "deep-learning-map": 1,
}
every_figure = pytest.mark.parametrize("name", STEPS)


def words(name: str, step: int) -> list[str]:
    """What can be read in a step of a figure."""
    return [
        mark.artist.get_text()
        for mark in drawing_of(name).canvas.marks
        if isinstance(mark.artist, Text) and mark.shows_in(step)
    ]


@every_figure
def test_every_claim_holds(name: str) -> None:
    """And there is one, because every figure draws something that is computed."""
    claims = drawing_of(name).claims
    assert claims
    assert [str(claim) for claim in claims if not claim.holds] == []


@every_figure
def test_the_steps_are_those_of_the_lecture(name: str) -> None:
    """As many as its frames say."""
    assert drawing_of(name).canvas.steps == STEPS[name]


@every_figure
def test_no_text_is_small_or_beyond_the_canvas(name: str) -> None:
    """It can be read from the back of the hall, to its last letter."""
    canvas = drawing_of(name).canvas
    for mark in canvas.marks:
        if isinstance(mark.artist, Text):
            assert mark.artist.get_fontsize() >= SMALL
            box = mark.artist.get_window_extent().transformed(canvas.page.transData.inverted())
            assert box.x0 >= -0.02, mark.artist
            assert box.y0 >= -0.02, mark.artist
            assert box.x1 <= canvas.width + 0.02, mark.artist
            assert box.y1 <= canvas.height + 0.02, mark.artist


@every_figure
def test_no_text_overlaps_another(name: str) -> None:
    """In no step."""
    canvas = drawing_of(name).canvas
    for step in range(1, canvas.steps + 1):
        boxes = [
            (mark.artist.get_text(), mark.artist.get_window_extent().padded(-2.5))
            for mark in canvas.marks
            if isinstance(mark.artist, Text) and mark.shows_in(step)
        ]
        overlaps = [
            (first, second)
            for number, (first, box) in enumerate(boxes)
            for second, other in boxes[number + 1 :]
            if box.overlaps(other)
        ]
        assert not overlaps


@every_figure
def test_the_alt_text_is_plain(name: str) -> None:
    """No LaTeX in any step."""
    drawing = drawing_of(name)
    for step in range(1, drawing.canvas.steps + 1):
        assert not set(drawing.alt(step)) & set("$\\_{}")


def test_counterparts_share_number_and_role() -> None:
    """Each number stands twice: at the part of the cell and at that of the neuron."""
    written = words("neuron", 1)
    assert [written.count(number) for number in "123"] == [2, 2, 2]
    roles = {
        mark.artist.get_text(): mark.stroke
        for mark in drawing_of("neuron").canvas.marks
        if isinstance(mark.artist, Text)
    }
    assert roles["dendrites"] == roles["inputs"] == "input"
    assert roles["soma"] == roles["weighted sum"] == roles["and activation"] == "operation"
    assert roles["axon"] == roles["output"] == "output"


def test_layers_say_what_they_do() -> None:
    """The input layer has no activation; the connections are counted."""
    alt = drawing_of("layers").alt()
    assert "Input layer, 3 neurons without activation" in alt
    assert "36 connections" in alt


@pytest.mark.parametrize(
    ("step", "inputs", "output"), [(1, "00", "0"), (2, "01", "1"), (3, "10", "1"), (4, "11", "0")]
)
def test_a_step_of_the_network_shows_one_input_only(step: int, inputs: str, output: str) -> None:
    """With its rounded output."""
    written = [text for text in words("xor-network", step) if text in ("0", "1")]
    assert written == [*inputs, output]


def test_the_network_is_the_same_in_all_steps() -> None:
    """What a step alone shows is numbers and the filling of neurons that fire."""
    marks = drawing_of("xor-network").canvas.marks
    lasting = [mark for mark in marks if mark.first == 1 and mark.last is None]
    assert len(lasting) > 40
    for mark in marks:
        if mark not in lasting:
            assert mark.first == mark.last
            assert isinstance(mark.artist, Text) or mark.fill == "forward"


def test_the_table_prints_nothing_false() -> None:
    """What is nearly 1 or 0 says so."""
    written = words("xor-truth-table", 1)
    assert written.count("≈ 1") == 2
    assert written.count("≈ 0.99995") == 6
    assert written.count("≈ 0.00005") == 4


def test_one_neuron_fails_and_three_do_not() -> None:
    """Three corners, the most of any line, against all four."""
    written = words("xor-decision", 1)
    assert "One neuron: 3 of 4 right" in written
    assert "Three neurons: 4 of 4 right" in written
    best = [c for c in drawing_of("xor-decision").claims if "most that one line" in c.what]
    assert [claim.worst for claim in best] == [(3, 3)]


def test_the_outputs_are_computed_from_the_inputs() -> None:
    """Point by point, with the weights of the same seed; the marked ones are the same points."""
    canvas = drawing_of("deep-learning-map").canvas
    clouds = [
        np.transpose(mark.artist.get_data())
        for mark in canvas.marks
        if isinstance(mark.artist, Line2D) and len(mark.artist.get_xdata()) == 300
    ]
    random = np.random.RandomState(8)
    inputs = random.randn(300, 2)
    first, bias, second = random.randn(2, 3), random.randn(1, 3), random.randn(3, 2)
    np.testing.assert_array_equal(clouds[0], inputs)
    np.testing.assert_allclose(clouds[1], np.tanh(inputs @ first + bias) @ second, rtol=1e-12)
    marked = [
        (mark.artist.get_xdata()[0], mark.artist.get_ydata()[0])
        for mark in canvas.marks
        if isinstance(mark.artist, Line2D) and mark.fill == "highlight"
    ]
    rows = list(spread_out(inputs))
    np.testing.assert_array_equal(marked, [*clouds[0][rows], *clouds[1][rows]])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("neuron", {"inputs": "2", "activation": "relu"}),
        ("layers", {"inputs": "2", "hidden": "3", "outputs": "1", "activation": "tanh"}),
        ("xor-decision", {"domain": "-0.3:1.3"}),
        ("deep-learning-map", {"seed": "1", "count": "50", "hidden": "5"}),
    ],
)
def test_a_lecturer_can_change_what_is_named(name: str, settings: dict[str, str]) -> None:
    """And every claim holds for the changed figure too."""
    drawing = draw(COURSE, COURSE.find(name), settings)
    drawing.require_claims()


# Clouds


def test_a_cloud_is_as_wide_as_high(canvas: Canvas) -> None:
    """One unit is as long in both directions, and all points are inside."""
    points = np.array([[0.0, 0.0], [4.0, 1.0], [2.0, -1.0]])
    plot = cloud(canvas, Box(1, 1, 3, 3), points, "input", name="x", followed=(1,))
    assert plot.x.width == pytest.approx(plot.y.width)
    assert all(x in plot.x and y in plot.y for x, y in points)
    assert "3 points x: x1 around 2 with a spread of 2 and x2 around 0" in canvas.description()
    assert all(filed.claim.holds for filed in canvas.claims)


def test_points_that_are_not_in_a_plane_are_refused(canvas: Canvas) -> None:
    """A cloud has two axes."""
    with pytest.raises(InputError, match="shape of the points"):
        cloud(canvas, Box(1, 1, 3, 3), np.zeros((4, 3)), "input", name="x")
