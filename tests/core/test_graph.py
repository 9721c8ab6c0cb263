# ruff: noqa: ARG005, N803 - matrices have capital letters, as in the lecture, and the
# functions under test are lambdas, which must be traced as they stand
"""The gradients of a graph, and the claims that judge them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from figgen.core.arrays import Array
from figgen.core.functions import exp, leaky_relu, relu, sigmoid, square, tanh
from figgen.core.graph import Graph, Node
from figgen.core.ops import Op, Rule
from figgen.core.trace import trace

SHAPES = [(), (3,), (1, 3), (3, 1), (2, 3), (3, 2), (2, 2)]

# The same functions for figgen and for autograd, which knows none of ours.
OURS = SimpleNamespace(
    sum=np.sum,
    matmul=np.matmul,
    sigmoid=sigmoid,
    tanh=tanh,
    square=square,
    relu=relu,
    leaky_relu=leaky_relu,
    exp=exp,
)
THEIRS = SimpleNamespace(
    sum=anp.sum,
    matmul=anp.matmul,
    sigmoid=lambda x: 0.5 * (1 + anp.tanh(x / 2)),
    tanh=anp.tanh,
    square=lambda x: x * x,
    relu=lambda x: anp.where(x > 0, x, 0 * x),
    leaky_relu=lambda x: anp.where(x > 0, x, 0.2 * x),
    exp=anp.exp,
)
UNARY: dict[str, Callable[[Any, Any], Any]] = {
    "negative": lambda f, a: -a,
    "cube": lambda f, a: a**3,
    "sum": lambda f, a: f.sum(a),
    "twice": lambda f, a: a + a,
    "shifted": lambda f, a: 2.5 - a,
    **{
        each: lambda f, a, each=each: getattr(f, each)(a)
        for each in ("sigmoid", "tanh", "square", "relu", "leaky_relu", "exp")
    },
}
BINARY: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda f, a, b: a + b,
    "subtract": lambda f, a, b: a - b,
    "multiply": lambda f, a, b: a * b,
    "divide": lambda f, a, b: a / (b * b + 0.5),
    "matmul": lambda f, a, b: f.matmul(a, b),
}


def fits(op: str, a: Array, b: Array) -> bool:
    """Whether numpy can apply ``op``."""
    try:
        BINARY[op](OURS, a, b)
    except ValueError:
        return False
    return True


@st.composite
def programs(draw: st.DrawFn) -> tuple[Callable[..., Any], dict[str, Array]]:
    """A random expression over scalars, vectors and matrices, and its inputs."""
    count = draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    inputs = {
        f"x{i}": random.uniform(-1.5, 1.5, draw(st.sampled_from(SHAPES))) for i in range(count)
    }
    steps: list[tuple[str, tuple[int, ...]]] = []
    values: list[Any] = list(inputs.values())
    for _ in range(draw(st.integers(1, 9))):
        places = st.integers(0, len(values) - 1)
        i, j = draw(places), draw(places)
        allowed = [op for op in BINARY if fits(op, values[i], values[j])]
        op = draw(st.sampled_from([*UNARY, *allowed, *allowed]))
        operands = (i,) if op in UNARY else (i, j)
        steps.append((op, operands))
        values.append(run_step(OURS, op, operands, values))
        assume(np.abs(values[-1]).max() < 1e3)

    def program(functions: SimpleNamespace, *arguments: Any) -> Any:
        reached = list(arguments)
        for op, operands in steps:
            reached.append(run_step(functions, op, operands, reached))
        return functions.sum(reached[-1])

    return program, inputs


def run_step(functions: SimpleNamespace, op: str, operands: tuple[int, ...], values: Any) -> Any:
    """One step of a random expression."""
    return (UNARY | BINARY)[op](functions, *(values[place] for place in operands))


def traced(program: Callable[..., Any], inputs: dict[str, Array]) -> Graph:
    """The graph of a random expression."""
    return trace(lambda **values: program(OURS, *values.values()), **inputs)


# A random expression need not use all of its inputs, of which autograd warns.
@pytest.mark.filterwarnings("ignore:Output seems independent of input:UserWarning")
@given(programs())
@settings(max_examples=200)
def test_gradients_agree_with_autograd(case: tuple[Callable[..., Any], dict[str, Array]]) -> None:
    """Gradients of 200 random expressions are those of autograd to 1e-9 relative."""
    program, inputs = case
    graph = traced(program, inputs)
    ours = graph.backward()
    for position, label in enumerate(inputs):
        by_this = autograd.grad(lambda *values: program(THEIRS, *values), position)
        theirs = by_this(*inputs.values())
        assert ours[label].shape == inputs[label].shape
        size = max(1e-3, *(float(np.abs(g).max()) for g in ours.values()))
        np.testing.assert_allclose(ours[label], theirs, rtol=1e-9, atol=1e-12 * size)


@given(programs())
@settings(max_examples=60)
def test_claims_of_right_graphs_hold(case: tuple[Callable[..., Any], dict[str, Array]]) -> None:
    """No claim fails for a random expression: a false alarm would stop a figure."""
    graph = traced(*case)
    assert [str(claim) for claim in graph.claims() if not claim.holds] == []


@given(programs())
@settings(max_examples=60)
def test_a_traced_function_has_its_plain_value(
    case: tuple[Callable[..., Any], dict[str, Array]],
) -> None:
    """The graph holds, bit by bit, what the function returns for plain arrays."""
    program, inputs = case
    np.testing.assert_array_equal(
        traced(program, inputs).output.value, program(OURS, *inputs.values())
    )


USES: dict[str, Callable[..., Any]] = {
    "add": lambda X, Y: X + Y,
    "subtract": lambda X, Y: X - Y,
    "multiply": lambda X, Y: X * Y,
    "divide": lambda X, Y: X / Y,
    "matmul": lambda X, Y: X @ Y,
    "negative": lambda X, Y: -X + Y,
    "sum": lambda X, Y: np.sum(X) * Y,
    "power": lambda X, Y: X**3 + Y,
    "sigmoid": lambda X, Y: sigmoid(X + Y),
    "square": lambda X, Y: (X - Y) ** 2,
    "relu": lambda X, Y: relu(X + Y),
}


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("use", USES)
def test_a_rule_that_is_slightly_wrong_is_caught(use: str, position: int) -> None:
    """A derivative 0.05 % off, of any operation by any operand, fails a claim of the gradient."""
    graph = trace(USES[use], X=[[1.1, -0.7], [0.4, 0.9]], Y=[[0.8, 1.2], [-1.3, 0.6]])
    assert all(claim.holds for claim in graph.claims())
    wrong = with_op(graph, use, lambda op: planted(op, position))
    if wrong is None:
        return  # an operation with one operand
    failed = [claim.what for claim in wrong.claims() if not claim.holds]
    assert failed
    assert all(what.startswith("gradient of") for what in failed)


@pytest.mark.parametrize("use", USES)
def test_a_value_that_is_slightly_wrong_is_caught(use: str) -> None:
    """A forward function a millionth off fails the claim of its value."""
    graph = trace(USES[use], X=[[1.1, -0.7], [0.4, 0.9]], Y=[[0.8, 1.2], [-1.3, 0.6]])
    wrong = with_op(
        graph, use, lambda op: replace(op, forward=lambda *a: op.forward(*a) * (1 + 1e-6))
    )
    assert wrong is not None
    failed = [claim.what for claim in wrong.claims() if not claim.holds]
    assert [what for what in failed if what.startswith("value of")]


def planted(op: Op, position: int) -> Op | None:
    """``op`` with one rule 0.05 % wrong."""
    if position >= len(op.rules):
        return None
    rules = list(op.rules)
    right = rules[position]
    rules[position] = Rule(right.product, lambda *values: 1.0005 * right.local(*values))
    return replace(op, rules=tuple(rules))


def with_op(graph: Graph, label: str, change: Callable[[Op], Op | None]) -> Graph | None:
    """``graph`` with its operation ``label`` changed, computed anew."""
    new: dict[str, Node] = {}
    for node in graph.nodes:
        op = node.op
        if op is not None and op.name == label:
            op = change(op)
            if op is None:
                return None
        inputs = tuple(new[operand.name] for operand in node.inputs)
        new[node.name] = replace(node, op=op, inputs=inputs)
    return Graph(tuple(new.values()), new[graph.output.name]).forward()


@pytest.mark.parametrize(
    ("func", "x", "slope"),
    [
        (relu, 0.0, 0.0),
        (leaky_relu, 0.0, 0.2),
        (lambda x: relu(-x), 0.0, 0.0),
        (lambda x: relu(x) + relu(x - 0.01), 0.005, 1.0),
        (lambda x: 1 / x, 0.03, -1 / 0.03**2),
        (lambda x: sigmoid(400 * x), 0.001, 400 * 0.240260745741529),
        (lambda x: (x + 1e6) - 1e6, 0.5, 1.0),
        (square, 1e6, 2e6),
        (lambda x: exp(x) * 1e-300, 709.0, 8.218407461554972e7),
    ],
)
def test_claims_hold_at_kinks_near_poles_and_on_cliffs(
    func: Callable[..., Any], x: float, slope: float
) -> None:
    """The perturbation keeps to one side of a kink and makes its steps as small as it must."""
    graph = trace(func, x=x)
    assert graph.backward()["x"] == pytest.approx(slope, rel=1e-12)
    assert [str(claim) for claim in graph.claims() if not claim.holds] == []


def test_a_kink_on_either_side_fails_the_claim() -> None:
    """Where no step is without a kink there is no second opinion, and so no figure."""
    graph = trace(lambda x: relu(x) + relu(-x), x=0.0)
    assert not all(claim.holds for claim in graph.claims("x"))
