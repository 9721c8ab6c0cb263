"""The second opinion on every step of the backward pass, from values of the operation alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figgen.core.arrays import Array
from figgen.core.functions import FUNCTIONS, leaky_relu, relu, sigmoid, square, tanh
from figgen.core.graph import Graph, Node
from figgen.core.measured_derivatives import measured_share, share_one_by_one, slopes
from figgen.core.ops import OPS, Notation, Op, Rule, op_of, power, times
from figgen.core.trace import trace

EVERY_OP = [*OPS.values(), *map(op_of, FUNCTIONS.values()), *map(power, (1, 3, 10))]
SHAPES = [((), ()), ((3,), (3,)), ((1,), (1,)), ((1, 1), (1, 1)), ((2, 2), (2, 2))]
MATRICES = [((2, 3), (3, 4)), ((3,), (3, 2)), ((2, 3), (3,)), ((3,), (3,)), ((1, 1), (1, 1))]
REPEATED = [((2, 3), (3,)), ((), (2, 3)), ((2, 1), (1, 3)), ((1, 1), (3,)), ((1,), (2, 3))]
OFF = 1.0005
TOLERANCE = 1e-9

CASES = [
    (op, shapes, position)
    for op in EVERY_OP
    for shapes in (MATRICES if op.name == "matmul" else SHAPES + REPEATED * (len(op.rules) > 1))
    for position in range(len(op.rules))
]


def softmax(x: Array) -> Array:
    """Every element depends on every other."""
    powers = np.exp(x)
    return np.asarray(powers / powers.sum())


def softmax_of_rows(x: Array) -> Array:
    """Every element depends on its row; a stack of operands makes a stack of outputs."""
    powers = np.exp(x)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def mixing(forward: Callable[[Array], Array]) -> Op:
    """An operation with the rule of an element-wise one, which it is not."""
    notation = Notation("S", "S({a})", 0, "softmax({a})", ("S'",))
    rule = times(lambda y, *_: y * (1 - y))
    return Op("softmax", forward, (rule,), lambda a: forward(a).ravel().tolist(), notation)


def drawn(*shapes: tuple[int, ...]) -> tuple[Array, ...]:
    """Numbers away from 0, where some operations have a pole or a kink."""
    random = np.random.RandomState(7)
    return tuple(
        random.uniform(0.4, 1.6, shape) * random.choice([-1, 1], shape) for shape in shapes
    )


def both_shares(op: Op, position: int, *operands: Array) -> tuple[Array, Array]:
    """The measured share, and that of the operation's rule."""
    output = op(*operands)
    (upstream,) = drawn(output.shape)
    rule = op.rules[position]
    local = op.local(position, output, operands)
    ruled = rule.pull(upstream, local, operands[position].shape)
    return measured_share(op, position, operands, output, upstream), ruled


def error(measured: Array, ruled: Array) -> float:
    """The largest distance, relative to the largest share."""
    assert measured.shape == ruled.shape
    return float(np.abs(measured - ruled).max() / np.abs(ruled).max())


@pytest.mark.parametrize(("op", "shapes", "position"), CASES)
def test_every_rule_agrees_and_is_found_if_slightly_wrong(
    op: Op, shapes: tuple[tuple[int, ...], ...], position: int
) -> None:
    """Of any operation by any operand of any shape; a derivative 0.05 % off is seen."""
    operands = drawn(*shapes[: len(op.rules)])
    assert error(*both_shares(op, position, *operands)) < TOLERANCE
    rules = list(op.rules)
    right = rules[position]
    rules[position] = Rule(right.product, lambda *values: OFF * right.local(*values))
    wrong = replace(op, rules=tuple(rules))
    assert error(*both_shares(wrong, position, *operands)) == pytest.approx(1 - 1 / OFF, rel=1e-3)


@pytest.mark.parametrize("place", range(6))
def test_one_wrong_element_among_many_is_found(place: int) -> None:
    """What moves at once is still judged element by element."""
    (x,) = drawn((2, 3))
    off = np.ones(6)
    off[place] = OFF
    rule = times(lambda y, a: (1 - y**2) * off.reshape(a.shape))
    wrong = replace(op_of(tanh), rules=(rule,))
    measured, ruled = both_shares(wrong, 0, x)
    far = ~np.isclose(measured, ruled, rtol=1e-7, atol=0)
    assert np.flatnonzero(far).tolist() == [place]


@pytest.mark.parametrize("forward", [softmax, softmax_of_rows])
@pytest.mark.parametrize("shape", [(2,), (3,), (1, 4), (2, 3), (5, 4)])
def test_what_mixes_elements_is_not_taken_for_element_wise(
    forward: Callable[[Array], Array], shape: tuple[int, ...]
) -> None:
    """Whatever its rule says, and although its output has the shape of its operand."""
    (x,) = drawn(shape)
    measured, ruled = both_shares(mixing(forward), 0, x)
    output, (upstream,) = forward(x), drawn(shape)
    axis = None if forward is softmax else -1
    mean = (upstream * output).sum(axis=axis, keepdims=True)
    assert error(measured, output * (upstream - mean)) < TOLERANCE
    assert error(measured, ruled) > 0.01


def test_a_rule_that_forgets_what_mixes_fails() -> None:
    """All of a softmax's inputs moved by one step change nothing; its gradient is not 0."""
    rule = times(lambda y, *_: np.zeros_like(y))
    wrong = replace(mixing(softmax_of_rows), rules=(rule,))
    measured, _ = both_shares(wrong, 0, np.array([0.1, 0.2, 0.3]))
    assert np.abs(measured).max() > 0.1


@pytest.mark.parametrize("func", [relu, leaky_relu], ids=str)
def test_moves_keep_to_one_side_of_a_kink(func: Callable[[Array], Array]) -> None:
    """However near; at the kink itself the way to the left has room."""
    op = op_of(FUNCTIONS[str(func)])
    x = np.array([0.0, 1e-6, -1e-6, 0.01, -0.01])
    measured = measured_share(op, 0, (x,), op(x), np.ones(5))
    np.testing.assert_allclose(measured, FUNCTIONS[str(func)].derivative(x), atol=TOLERANCE)


def test_no_room_on_either_side_is_no_number() -> None:
    """There is no second opinion where a kink is on either side."""
    between = replace(op_of(relu), kinks=(0.0, 0.0 - 5e-324))
    x = np.array([0.0, 2.0])
    measured = measured_share(between, 0, (x,), x, np.ones(2))
    assert np.isnan(measured).tolist() == [True, False]


@pytest.mark.parametrize("x", [0.03, -0.03, 1e-3])
def test_moves_stop_short_of_a_pole(x: float) -> None:
    """The steps become smaller until there are values on both sides, or on one."""
    slope = slopes(lambda moved: 1 / moved, np.array([x]), None)
    assert slope == pytest.approx(-1 / x**2, rel=1e-8)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5))
def test_one_by_one_is_the_same_as_all_at_once(numbers: list[float]) -> None:
    """For what is element-wise, and any weights."""
    x = np.array(numbers)
    weights = np.linspace(-1, 2, x.size)
    at_once = slopes(sigmoid, x, None) * weights
    one_by_one = share_one_by_one(sigmoid, x, weights)
    np.testing.assert_allclose(one_by_one, at_once, atol=TOLERANCE)


def test_the_output_of_one_by_one_may_have_another_shape() -> None:
    """The gradient is that of all its elements, and in the shape of what moves."""
    x = np.array([[1.0], [2.0]])
    share = share_one_by_one(lambda moved: square(moved).sum(), x, np.ones(()))
    np.testing.assert_allclose(share, 2 * x, rtol=TOLERANCE)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_the_sum_of_one_element_is_no_false_alarm(shape: tuple[int, ...]) -> None:
    """A lone element moves with one step, whatever the shape of the output."""
    graph = trace(lambda x: np.sum(x) * 3.0, x=np.full(shape, 2.0))
    assert [str(claim) for claim in graph.claims() if not claim.holds] == []


def counted(graph: Graph) -> tuple[Graph, list[str]]:
    """The graph with operations that write down each call of their function."""
    calls: list[str] = []

    def counting(op: Op) -> Op:
        def forward(*operands: Array) -> Array:
            calls.append(op.name)
            return np.asarray(op.forward(*operands))

        return replace(op, forward=forward)

    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        inputs = tuple(nodes[operand.name] for operand in node.inputs)
        op = node.op and counting(node.op)
        nodes[node.name] = replace(node, op=op, inputs=inputs)
    return Graph(tuple(nodes.values()), nodes[graph.output.name]), calls


def calls_of(depth: int, size: int) -> int:
    """How often claims of a chain of so many operations call one of them."""
    graph = trace(lambda x: reduce(lambda y, _: tanh(y), range(depth), x), x=np.full(size, 0.5))
    counting, calls = counted(graph)
    assert all(claim.holds for claim in counting.claims())
    return len(calls)


def test_the_work_grows_as_the_graph_does() -> None:
    """A step more costs as many calls as the one before, and elements cost none."""
    ten, twenty, forty = (calls_of(depth, 3) for depth in (10, 20, 40))
    assert 0 < ten <= 10 * 20
    assert forty - twenty <= 2.2 * (twenty - ten)
    assert calls_of(10, 300) <= 2 * ten


@pytest.mark.parametrize("shapes", [((2, 3), (3, 4)), ((40, 3), (3, 50))])
def test_a_matrix_product_costs_calls_for_its_inner_size_alone(
    shapes: tuple[tuple[int, ...], ...],
) -> None:
    """A row or a column moves at once."""
    graph, calls = counted(
        trace(lambda x, w: x @ w, **dict(zip("xw", drawn(*shapes), strict=True)))
    )
    assert all(claim.holds for claim in graph.claims())
    assert len(calls) <= 2 * 3 * 20
