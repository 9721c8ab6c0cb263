"""Neurons, layers, nerve cells and traced networks: the data of the artists."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch
from matplotlib.text import Text

from figgen.core import InputError, perceptrons, sigmoid, tanh, trace
from figgen.core.functions import relu
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.pictures.artificial_neurons import (
    Group,
    activation,
    artificial_neuron,
    column,
    connect,
    layers_of_neurons,
)
from figgen.draw.pictures.nerve_cell import DENDRITES, nerve_cell
from figgen.draw.pictures.traced_network import TracedNetwork, about, cut, weights

GROUPS = (
    Group("In", "passes on", "input", (3,)),
    Group("Hidden", "extracts", "operation", (4, 2), sigmoid),
    Group("Out", "answers", "output", (1,), tanh),
)
PLACES = {"x1": (0.75, 3.75), "x2": (0.75, 1.85), "h1": (4.7, 3.75), "h2": (4.7, 1.85), "y": (9, 3)}
LAYERS = (("x1", "x2"), ("h1", "h2"), ("y",))


def words(canvas: Canvas, step: int | None = None) -> list[str]:
    """All that is written, or what can be read in a step."""
    return [
        mark.artist.get_text()
        for mark in canvas.marks
        if isinstance(mark.artist, Text) and (step is None or mark.shows_in(step))
    ]


def artists(canvas: Canvas, kind: type) -> list:
    """The artists of a kind, in the order of drawing."""
    return [mark.artist for mark in canvas.marks if isinstance(mark.artist, kind)]


# Neurons and layers


@pytest.mark.parametrize("function", [sigmoid, tanh, relu])
def test_the_curve_in_a_neuron_is_that_of_its_activation(canvas: Canvas, function) -> None:
    """It is computed, claimed and scaled into a square around the middle."""
    icon = activation(canvas, function)
    y = np.array([function.reference(float(x)) for x in np.linspace(-5, 5, len(icon))])
    np.testing.assert_allclose(icon[:, 1], (y - y.min()) / np.ptp(y) - 0.5, atol=1e-12)
    assert (icon.min(), icon.max()) == (-0.5, 0.5)
    assert [filed.claim.holds for filed in canvas.claims] == [True]


def test_a_column_stands_around_its_middle(canvas: Canvas) -> None:
    """From the top down, each neuron as far from the next."""
    places = column(canvas, 2, 3, 3, "input", pitch=0.9)
    np.testing.assert_allclose(places, [(2, 3.9), (2, 3), (2, 2.1)])
    assert [circle.center for circle in artists(canvas, Circle)] == list(places)


def test_only_a_neuron_that_computes_carries_a_curve(canvas: Canvas) -> None:
    """An input passes its value on."""
    column(canvas, 2, 3, 3, "input")
    assert not artists(canvas, Line2D)
    assert not canvas.claims
    column(canvas, 4, 3, 2, "operation", function=sigmoid)
    assert len(artists(canvas, Line2D)) == 2


def test_a_column_refuses_what_it_cannot_draw(canvas: Canvas) -> None:
    """No neuron, or not a name for each."""
    with pytest.raises(InputError, match="neurons in a layer is 0; allowed: 1 or more"):
        column(canvas, 2, 3, 0, "input")
    with pytest.raises(InputError, match="these overlap"):
        column(canvas, 2, 3, 2, "input", pitch=0.5)
    with pytest.raises(InputError, match="names of neurons"):
        column(canvas, 2, 3, 2, "input", names=("x",))


def test_every_neuron_is_connected_with_every_other_of_the_next_layer(canvas: Canvas) -> None:
    """From middle to middle, under the neurons."""
    tails, heads = [(1.0, 1.0), (1.0, 2.0)], [(3.0, 1.0), (3.0, 2.0), (3.0, 3.0)]
    assert connect(canvas, tails, heads) == 6
    (lines,) = artists(canvas, LineCollection)
    drawn = {tuple(map(tuple, segment)) for segment in lines.get_segments()}
    assert drawn == {(tail, head) for tail in tails for head in heads}


def test_layers_appear_group_by_group(canvas: Canvas) -> None:
    """Names come in with the inputs, and go out of the last layer; the connections are counted."""
    layers_of_neurons(canvas, GROUPS)
    assert canvas.steps == 3
    assert "Hidden" not in words(canvas, 1)
    assert {"In", "$x_{1}$", "$x_{3}$"} <= set(words(canvas, 1))
    assert "$y_{1}$" not in words(canvas, 2)
    assert "$y_{1}$" in words(canvas, 3)
    assert len(artists(canvas, Circle)) == 3 + 4 + 2 + 1
    segments = sum(len(each.get_segments()) for each in artists(canvas, LineCollection))
    assert segments == 3 * 4 + 4 * 2 + 2 * 1
    assert f"{segments} connections" in canvas.description(3)
    assert "Hidden" not in canvas.description(1)
    assert all(filed.claim.holds for filed in canvas.claims)


def test_many_neurons_stand_closer_and_too_many_are_refused(canvas: Canvas) -> None:
    """They stay clear of the words above them."""
    layers_of_neurons(canvas, (GROUPS[0], Group("Out", "answers", "output", (5,), sigmoid)))
    lowest_word = min(
        text.get_window_extent().y0 for text in artists(canvas, Text) if "$" not in text.get_text()
    )
    top = max(circle.get_window_extent().y1 for circle in artists(canvas, Circle))
    assert top < lowest_word
    with pytest.raises(InputError, match="neurons in a layer is 9"):
        layers_of_neurons(Canvas(), (GROUPS[0], Group("Out", "answers", "output", (9,), sigmoid)))


def test_layers_need_an_input_and_an_output(canvas: Canvas) -> None:
    """One group is no network."""
    with pytest.raises(InputError, match="groups of layers"):
        layers_of_neurons(canvas, GROUPS[:1])


@pytest.mark.parametrize("count", [1, 3])
def test_an_artificial_neuron_weighs_each_input(canvas: Canvas, count: int) -> None:
    """An arrow and a weight for each; the arrows end apart, at the edge of the neuron."""
    artificial_neuron(canvas, (6, 2), inputs_at=2, output_at=10, count=count, radius=0.8)
    named = [f"${letter}_{{{n}}}$" for letter in "xw" for n in range(1, count + 1)]
    assert set(named) <= set(words(canvas))
    arrows = artists(canvas, FancyArrowPatch)
    ends = [arrow.get_path().vertices.max(axis=0)[0] for arrow in arrows[:-1]]
    assert len(ends) == count
    assert all(end < 6 - 0.8 * np.cos(0.5) for end in ends)


# The nerve cell


def test_a_nerve_cell_spans_what_it_says(canvas: Canvas) -> None:
    """4.4 inches to the left of the soma, 5.1 to the right, 1.1 up and down."""
    nerve_cell(canvas, (6, 3))
    points = np.concatenate([patch.get_path().vertices for patch in artists(canvas, PathPatch)])
    np.testing.assert_allclose(points.min(axis=0), (6 - 4.4, 3 - 1.1), atol=0.06)
    np.testing.assert_allclose(points.max(axis=0), (6 + 5.1, 3 + 1.1), atol=0.08)


def test_the_membrane_meets_every_branch_at_its_edges(canvas: Canvas) -> None:
    """As far apart as the branch is wide, in its place."""
    nerve_cell(canvas, (0, 0))
    membrane = next(
        patch for patch in artists(canvas, PathPatch) if (patch.get_path().codes == 4).any()
    )
    corners = membrane.get_path().vertices
    for root in DENDRITES:
        distances = np.hypot(*(corners - root.place).T)
        np.testing.assert_allclose(np.sort(distances)[:2], root.width / 2)


def test_the_parts_of_a_nerve_cell_have_roles_of_their_own(canvas: Canvas) -> None:
    """So that each has the colour of its counterpart."""
    nerve_cell(canvas, (6, 3), receive="positive", gather="muted", send="negative")
    roles = {role for mark in canvas.marks for role in (mark.stroke, mark.fill)} - {None}
    assert roles == {"positive", "muted", "negative", "paper"}


# Traced networks


def xor(x1: float, x2: float):
    """The graph of the network for one input."""
    return trace(perceptrons.xor_network, x1=x1, x2=x2)


@pytest.mark.parametrize(
    ("name", "inputs", "expected", "bias"),
    [
        ("h1", ("x1", "x2"), (20, 20), -10),
        ("h2", ("x1", "x2"), (-20, -20), 30),
        ("y", ("h1", "h2"), (20, 20), -30),
    ],
)
def test_weights_are_read_from_the_function_that_ran(
    canvas: Canvas, name: str, inputs: tuple[str, ...], expected: tuple[float, ...], bias: float
) -> None:
    """For any input, exactly, and claimed against perturbation."""
    for x1, x2 in ((0, 0), (0.3, 0.8)):
        found = weights(canvas, xor(x1, x2), name, inputs)
        assert (found.inputs, found.weights, found.bias) == (inputs, expected, bias)
    assert all(filed.claim.holds for filed in canvas.claims)
    gradients = [f.claim.what for f in canvas.claims if f.claim.what.startswith("gradient")]
    assert len(gradients) == 4
    values = (0.3, 0.8)
    total = expected[0] * 0.3 + expected[1] * 0.8 + bias
    assert found.sum(values) == pytest.approx(total)
    assert found(values) == pytest.approx(1 / (1 + np.exp(-total)))


def test_a_part_of_a_graph_computes_the_same() -> None:
    """What it is cut at becomes an input; what came before is gone."""
    graph = xor(0, 1)
    part = cut(graph, "y", ("h1", "h2"))
    assert [node.name for node in part.inputs] == ["h1", "h2"]
    assert "x1" not in {node.name for node in part.nodes}
    assert part.output.value == graph.output.value
    assert part.forward(h1=0, h2=0).output.value == sigmoid(np.array(-30.0))


def test_a_value_of_two_operands_is_no_neuron(canvas: Canvas) -> None:
    """It has no weighted sum that an activation is applied to."""
    with pytest.raises(InputError, match="the weighted sum of a neuron"):
        weights(canvas, trace(lambda x, y: x * y, x=1, y=2), "u1", ("x", "y"))


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (0.9999999999999065, 5, "≈ 1"),
        (1.0, 5, "1"),
        (-9.99909, 3, "≈ −9.999"),
        (4.5e-5, 5, "≈ 0.00005"),
    ],
)
def test_a_rounded_number_says_so(canvas: Canvas, value: float, places: int, expected: str) -> None:
    """What is nearly 1 is not printed as if it were 1."""
    assert about(canvas, value, places) == expected
    assert canvas.claims[-1].claim.holds


@pytest.fixture
def network(canvas: Canvas) -> TracedNetwork:
    """The network for XOR."""
    return TracedNetwork(
        canvas,
        xor(0, 0),
        LAYERS,
        PLACES,
        captions={"h1": "OR", "h2": "NAND", "y": "AND"},
        result="XOR",
    )


def test_a_traced_network_shows_weights_and_biases(network: TracedNetwork) -> None:
    """A number on each connection, a bias at each neuron, and the formula."""
    written = words(network.canvas)
    assert sorted(written.count(number) for number in ("20", "−20")) == [2, 4]
    assert {"bias −10", "bias 30", "bias −30"} <= set(written)
    assert any(r"h_{2} = \sigma(-20\,x_{1} - 20\,x_{2} + 30)" in each for each in written)
    assert "h2, the NAND, weighs x1 with −20, x2 with −20" in network.canvas.description(1)


def test_a_negative_weight_is_dashed(network: TracedNetwork) -> None:
    """Colour is not the only cue."""
    lines = [mark for mark in network.canvas.marks if mark.stroke in ("positive", "negative")]
    dashed = {
        mark.stroke for mark in lines if isinstance(mark.artist, Line2D) and mark.artist.is_dashed()
    }
    assert dashed == {"negative"}


def test_the_numbers_of_an_input_are_written_into_the_network(network: TracedNetwork) -> None:
    """Sums, activations and the rounded output, each a claim; and in words."""
    canvas = network.canvas
    assert network.show(xor(0, 1), 1) == 1
    written = words(canvas)
    assert written.count("≈ 0.99995") == 3
    assert written.count("10") == 2
    assert "≈ 9.998" in written
    assert all(filed.claim.holds for filed in canvas.claims)
    assert canvas.description().endswith(
        "For x1 = 0 and x2 = 1: the sum in h1 is 10, so h1 is about 0.99995; the sum in h2 is 10,"
        " so h2 is about 0.99995; the sum in y is about 9.998, so y is about 0.99995; rounded, y"
        " is 1."
    )


def test_a_wrong_answer_is_caught(network: TracedNetwork) -> None:
    """The claim about the rounded output fails if logic wants another."""
    network.show(xor(1, 1), 1)
    failed = [filed.claim for filed in network.canvas.claims if not filed.claim.holds]
    assert [claim.what for claim in failed] == ["the rounded y"]
    assert failed[0].worst == (0, 1)


def test_a_line_pauses_for_its_weight(network: TracedNetwork) -> None:
    """No connection runs through a number."""
    canvas = network.canvas
    numbers = [t for t in artists(canvas, Text) if t.get_text() in ("20", "−20")]
    lines = [m.artist for m in canvas.marks if isinstance(m.artist, Line2D)
             and m.stroke in ("positive", "negative")]  # fmt: skip
    for text in numbers:
        box = text.get_window_extent().padded(-2)
        for line in lines:
            assert not line.get_path().transformed(line.get_transform()).intersects_bbox(box, False)


def test_neurons_do_not_overlap(network: TracedNetwork) -> None:
    """Nor does anything else that is written."""
    boxes = [text.get_window_extent() for text in artists(network.canvas, Text)]
    for first, second in pairwise(sorted(boxes, key=lambda box: (box.y0, box.x0))):
        assert not first.padded(-3).overlaps(second.padded(-3))
