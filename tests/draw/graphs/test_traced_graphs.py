"""The drawing of a traced graph: its values, derivatives and gradients, each a claim."""

from __future__ import annotations

import numpy as np
import pytest
from lecture import drawing_of
from matplotlib.text import Text
from overlaps import clashes

from figgen.core import InputError, leaky_relu, sigmoid, square
from figgen.core.graph import Graph
from figgen.core.multiple_inputs import matrix_function_forward_sum, multiple_inputs_add
from figgen.core.trace import trace, trace_chain
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.unmarked import CanvasError
from figgen.draw.graphs.traced_graphs import RESULT, GraphDrawing, Lane, equation, product, times

EVERYWHERE = Box(0.1, 0.1, 11.8, 5.4)


@pytest.fixture
def two_inputs() -> Graph:
    """The lecture's σ(x + y)."""
    return trace(multiple_inputs_add, x=2.0, y=-1.0, sigma=sigmoid)


@pytest.fixture
def matrices() -> Graph:
    """The lecture's Λ(σ(X · W))."""
    random = np.random.RandomState(190204)
    X, W = random.randn(3, 3), random.randn(3, 2)  # noqa: N806 - the lecture's names
    return trace(matrix_function_forward_sum, X=X, W=W, sigma=sigmoid)


def words(canvas: Canvas, step: int | None = None) -> list[str]:
    """All texts that show in a step, in the order in which they were written."""
    canvas.show(step or canvas.steps)
    marks = (mark.artist for mark in canvas.marks if mark.artist.get_visible())
    return [artist.get_text() for artist in marks if isinstance(artist, Text)]


def failed(canvas: Canvas) -> list[str]:
    """The claims that do not hold."""
    return [str(filed.claim) for filed in canvas.claims if not filed.claim.holds]


# Nodes


def test_the_nodes_are_those_of_the_graph(canvas: Canvas, two_inputs: Graph) -> None:
    """Inputs by name, operations by symbol with their name below, and a circle for the result."""
    drawing = GraphDrawing(canvas, two_inputs)
    drawing.draw(EVERYWHERE)
    assert list(drawing.diagram.places) == ["x", "y", "a", "s", RESULT]
    assert words(canvas) == ["$x$", "$y$", r"$\alpha$", "add", r"$\sigma$", "sigmoid", "$s$"]
    kinds = [node.kind for node in drawing.diagram.nodes.values()]
    assert kinds == ["input", "input", "operation", "operation", "output"]


def test_symbols_captions_and_the_result_can_be_given(canvas: Canvas, two_inputs: Graph) -> None:
    """An empty caption is none."""
    GraphDrawing(
        canvas,
        two_inputs,
        symbols={"a": "f_1", "s": "f_2"},
        captions={"a": "", "s": "neuron", "x": "input"},
        output="f",
    )
    assert words(canvas) == ["$x$", "input", "$y$", "$f_1$", "$f_2$", "neuron", "$f$"]


@pytest.mark.parametrize("option", ["symbols", "captions", "steps"])
def test_a_name_that_no_node_has_is_refused(canvas: Canvas, two_inputs: Graph, option: str) -> None:
    """A typing error must not go by in silence."""
    with pytest.raises(InputError, match="name of a node is 'z'"):
        GraphDrawing(canvas, two_inputs, **{option: {"z": 1}})


def test_nodes_can_appear_one_after_the_other(canvas: Canvas) -> None:
    """With the edges that leave them, so that an arrow may point to what comes next."""
    graph = trace_chain([square, sigmoid], 1.5)
    drawing = GraphDrawing(canvas, graph, steps={"u2": 2, RESULT: 3})
    assert words(canvas, 1) == ["$x$", r"$\mathrm{square}$"]
    assert [edge.span for edge in drawing.diagram.edges] == [(1, None), (1, None), (2, None)]
    assert canvas.steps == 3


def test_every_value_and_every_gradient_is_claimed(canvas: Canvas, matrices: Graph) -> None:
    """Without being asked for."""
    GraphDrawing(canvas, matrices)
    what = {filed.claim.what for filed in canvas.claims}
    assert {"value of N", "value of L", "gradient of L by X", "gradient of L by S"} <= what
    assert failed(canvas) == []


# Labels


def test_values_derivatives_and_gradients_are_computed(canvas: Canvas, two_inputs: Graph) -> None:
    """Numbers that are rounded are only about equal to what is before them."""
    drawing = GraphDrawing(canvas, two_inputs)
    drawing.value("x", "symbol", "number")
    drawing.value("s", "symbol", "number", places=4)
    drawing.value("a", "number")
    drawing.derivative("s", 0, "symbol", "number", places=2)
    drawing.derivative("a", 1, "symbol")
    drawing.gradient("y")
    drawing.gradient("x", r"\frac{ds}{dx}")
    assert words(canvas)[-7:] == [
        "$x = {2}$",
        r"$s \approx {0.7311}$",
        "$1$",
        r"$\sigma′(a) \approx {0.2}$",
        "$1$",
        "$0.197$",
        r"$\frac{ds}{dx} \approx {0.197}$",
    ]
    drawing.draw(EVERYWHERE)
    assert failed(canvas) == []
    assert clashes(canvas, 1) == []


def test_values_stand_above_and_derivatives_below(canvas: Canvas, two_inputs: Graph) -> None:
    """In the roles of the forward and the backward pass."""
    drawing = GraphDrawing(canvas, two_inputs)
    drawing.value("a", "symbol")
    drawing.derivative("s", 0, "symbol")
    drawing.gradient("s")
    *_, into, out = drawing.diagram.edges
    assert [label.text.get_text() for label in into.labels["above"]] == ["$a$"]
    assert [label.text.get_text() for label in into.labels["below"]] == [r"$\sigma′(a)$"]
    assert [label.text.get_text() for label in out.labels["below"]] == ["$1$"]
    roles = {mark.artist: mark.stroke for mark in canvas.marks}
    assert roles[into.labels["above"][0].text] == "forward"
    assert roles[into.labels["below"][0].text] == "backward"


def test_a_symbol_can_be_replaced(canvas: Canvas, two_inputs: Graph) -> None:
    """The lecture writes df/du where the trace has σ′."""
    drawing = GraphDrawing(canvas, two_inputs)
    drawing.value("a", "symbol", "number", symbol=r"\alpha(x, y)")
    drawing.derivative("s", 0, "symbol", "number", symbol=r"\frac{d\sigma}{du}(a)")
    assert words(canvas)[-2:] == [
        r"$\alpha(x, y) = {1}$",
        r"$\frac{d\sigma}{du}(a) \approx {0.197}$",
    ]


def test_matrices_are_labelled_with_their_shape(canvas: Canvas, matrices: Graph) -> None:
    """A number is asked of none of them, but one with a single element."""
    drawing = GraphDrawing(canvas, matrices)
    drawing.value("N", "symbol", "shape")
    drawing.value("X", "shape")
    drawing.value("L", "symbol", "number", "shape")
    drawing.derivative("N", 0, "symbol", "shape")
    assert words(canvas)[-4:] == [
        r"$N\;(3 \times 2)$",
        r"$(3 \times 3)$",
        r"$L \approx {" + f"{float(matrices.output.value):.3f}" + "}$",
        r"$W^{T}\;(2 \times 3)$",
    ]
    with pytest.raises(InputError, match=r"shape of N is \(3, 2\); allowed: one number"):
        drawing.value("N", "number", symbol="N")


def test_a_value_used_twice_is_written_on_both_edges(canvas: Canvas) -> None:
    """Its gradient has no edge of its own."""
    graph = trace(lambda x: square(x) * sigmoid(x), x=1.0)
    drawing = GraphDrawing(canvas, graph)
    drawing.value("x", "symbol", "number")
    assert words(canvas).count("$x = {1}$") == 2
    with pytest.raises(InputError, match="edges that leave x is 2"):
        drawing.gradient("x")
    drawing.draw(EVERYWHERE)
    assert clashes(canvas, 1) == []


def test_errors_name_what_is_wrong(canvas: Canvas, two_inputs: Graph) -> None:
    """No such node, no such operand."""
    drawing = GraphDrawing(canvas, two_inputs)
    with pytest.raises(InputError, match="name of a node is 'z'"):
        drawing.value("z", "symbol")
    with pytest.raises(InputError, match="position of an operand of a is 2"):
        drawing.derivative("a", 2, "symbol")
    with pytest.raises(InputError, match="position of an operand of x is 0"):
        drawing.derivative("x", 0, "symbol")
    with pytest.raises(InputError, match="name of a node is 'z'"):
        drawing.describe("z")


# Words


def test_the_alt_text_tells_what_was_asked_for(canvas: Canvas, two_inputs: Graph) -> None:
    """Step by step, or all at once."""
    drawing = GraphDrawing(canvas, two_inputs)
    drawing.describe("x", "y")
    with canvas.step(2):
        drawing.describe("a", "s", places=2)
    with canvas.step(3):
        drawing.describe("a", backward=True)
    assert canvas.description(1) == "x = 2. y = −1."
    assert canvas.description(2) == "x = 2. y = −1. a = x + y = 1. s = sigmoid(a) = 0.73."
    assert canvas.description(3).endswith(" ds/da = 0.197.")
    with canvas.step(4):
        drawing.describe()
        drawing.describe(backward=True)
    assert canvas.description(4).endswith(
        "Inputs x = 2 and y = −1. a = x + y = 1. s = sigmoid(a) = 0.731. "
        "Backward from ds/ds = 1: ds/da = 0.197. ds/dy = 0.197. ds/dx = 0.197."
    )


def test_no_step_tells_what_it_does_not_show() -> None:
    """The passes through three boxes, a number a step."""
    drawing = drawing_of("chain3-passes")
    told = [drawing.canvas.description(step) for step in range(1, 7)]
    assert told[0] == "x = −4. u1 = leaky_relu(x) = −0.8."
    assert "dy/d" not in told[2]
    assert told[3].endswith("y = sigmoid(u2) = 0.655. dy/du2 = 0.226.")
    assert told[5].endswith("dy/du1 = −0.362. dy/dx = −0.072.")


# Numbers


def test_an_equation_says_whether_its_digits_are_all(canvas: Canvas) -> None:
    """Rounding in the last bits does not count."""
    assert equation(canvas, "a", 0.1 + 0.2) == "a = {0.3}"
    assert equation(canvas, "a", 1 / 3) == r"a \approx {0.333}"
    assert equation(canvas, "a", -2.0) == "a = {−2}"
    assert equation(canvas, "", 1 / 3, 2) == "0.33"
    assert len(canvas.claims) == 4
    assert failed(canvas) == []


def test_a_product_of_numbers_has_its_negatives_in_parentheses(canvas: Canvas) -> None:
    """Each factor is a claim."""
    assert times(canvas, [0.226, -1.6, 0.2]) == r"0.226 \cdot (−1.6) \cdot 0.2"
    assert len(canvas.claims) == 3


@pytest.mark.parametrize(
    ("factors", "value", "expected"),
    [
        ([0.19661, 1.0], 0.19661, r"a \approx 0.197 \cdot 1 = {0.197}"),
        ([1 / 3, 1 / 3], 1 / 9, r"a \approx 0.333 \cdot 0.333 \approx {0.111}"),
        ([0.1, -0.2], -0.02, r"a = 0.1 \cdot (−0.2) = {−0.02}"),
        ([0.25, 0.125], 0.03125, r"a = 0.25 \cdot 0.125 \approx {0.031}"),
    ],
)
def test_each_step_of_a_product_says_whether_it_is_exact(
    canvas: Canvas, factors: list[float], value: float, expected: str
) -> None:
    """The first with the factors as they are, the second with the factors as they are printed."""
    assert product(canvas, "a", factors, value) == expected
    assert len(canvas.claims) == 3
    assert failed(canvas) == []


# The lane


def lane_of(canvas: Canvas, **options: bool) -> Lane:
    """A lane under three boxes."""
    drawing = GraphDrawing(canvas, trace_chain([leaky_relu, square, sigmoid], -4.0))
    drawing.draw(Box(0.1, 3.2, 11.8, 1.6), widest_gap=1.4)
    return Lane(drawing, 2.0, "backward", **options)


def test_a_lane_has_a_stop_before_and_after_every_box(canvas: Canvas) -> None:
    """In the middle of the edges."""
    lane = lane_of(canvas)
    assert len(lane.stops) == 4
    assert lane.stops == sorted(lane.stops)


def test_a_lane_writes_numbers_and_factors(canvas: Canvas) -> None:
    """Each number is a claim, and nothing overlaps."""
    lane = lane_of(canvas)
    before = len(canvas.claims)
    for index in range(4):
        lane.stop(index, r"\dfrac{dy}{dx}", -0.0723 * index)
    for box in (1, 2, 3):
        lane.through(box, -1.6, r"\dfrac{df}{du}(x)", backward=True)
    assert len(canvas.claims) == before + 7
    assert words(canvas)[-1] == r"$\dfrac{df}{du}(x)$"
    assert r"$\times\, (−1.6)$" in words(canvas)
    assert clashes(canvas, 1) == []
    assert failed(canvas) == []


def test_a_lane_of_changes_shows_the_sign(canvas: Canvas) -> None:
    """A plus for what grows."""
    lane = lane_of(canvas, signed=True)
    lane.stop(0, r"\Delta x", 0.1)
    lane.stop(1, r"\Delta u", -0.1)
    lane.stop(2, r"\Delta v", 0.0)
    assert [text for text in words(canvas) if "0.1" in text or text == "0"] == ["+0.1", "−0.1", "0"]


def test_a_number_that_is_too_wide_for_its_capsule_is_refused(canvas: Canvas) -> None:
    """With the width that it needs."""
    with pytest.raises(CanvasError, match=r"123456\.789 needs a capsule .* print fewer decimals"):
        lane_of(canvas).stop(0, "x", 123456.789)
