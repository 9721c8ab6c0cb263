# ruff: noqa: ARG005, N803, N806, PLW0108 - matrices have capital letters, as in the lecture, and the
# functions under test are lambdas, which must be traced as they stand
"""The operations, the trace, and the two passes over its graph."""

from __future__ import annotations

import cProfile
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scratch_engine import engine_with, run_with

from figgen.core.arrays import Array
from figgen.core.errors import InputError
from figgen.core.functions import exp, sigmoid, square, tanh
from figgen.core.graph import some
from figgen.core.ops import OPS, Rule, op_of
from figgen.core.trace import name, trace, trace_chain


def test_a_value_used_twice_has_two_edges_and_both_gradients() -> None:
    """The sum x + x is one node with two edges from x, and its slope is 2."""
    graph = trace(lambda x: x + x, x=3.0)
    assert [(e.source.name, e.target.name, e.position) for e in graph.edges] == [
        ("x", "u1", 0),
        ("x", "u1", 1),
    ]
    assert graph.backward()["x"] == 2


def test_a_number_beside_an_array_collects_the_gradient_of_every_element() -> None:
    """What numpy repeats in the forward pass is added up in the backward pass."""
    graph = trace(lambda b, r, X: np.sum((X + r) * b), b=2.0, r=[1.0, 2.0], X=np.ones((3, 2)))
    gradients = graph.backward()
    assert gradients["b"] == 15
    np.testing.assert_array_equal(gradients["r"], [6, 6])
    np.testing.assert_array_equal(gradients["X"], np.full((3, 2), 2.0))


def test_the_backward_pass_of_a_matrix_begins_with_ones() -> None:
    """The gradients of an output with several elements are those of their sum."""
    X, W = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    alone = trace(lambda X, W: X @ W, X=X, W=W).backward()
    summed = trace(lambda X, W: np.sum(X @ W), X=X, W=W).backward()
    np.testing.assert_array_equal(alone["u1"], np.ones((2, 4)))
    np.testing.assert_array_equal(alone["X"], np.ones((2, 4)) @ W.T)
    np.testing.assert_array_equal(alone["X"], summed["X"])
    np.testing.assert_array_equal(alone["W"], X.T @ np.ones((2, 4)))


def test_every_node_has_a_gradient_of_its_shape() -> None:
    """Constants and unused inputs are no exception."""
    graph = trace(lambda x, y: 3 * x, x=[1.0, 2.0], y=np.ones((2, 2)))
    gradients = graph.backward()
    assert {n.name: n.shape for n in graph.nodes} == {k: g.shape for k, g in gradients.items()}
    assert gradients["c1"] == 3
    assert not gradients["y"].any()


def test_values_are_named_after_the_local_variables_that_hold_them() -> None:
    """So the diagram speaks of the N that the listing shows; the rest is counted."""

    def func(X: Any, W: Any) -> Any:
        N = X @ W
        S = sigmoid(2 * N)
        _private = S
        return np.sum(_private)

    graph = trace(func, X=[[1.0, 2.0]], W=[[1.0], [2.0]])
    assert [n.name for n in graph.nodes] == ["X", "W", "N", "c1", "u1", "S", "u2"]
    assert [n.name for n in graph.nodes if n.named] == ["X", "W", "N", "S"]
    assert [n.kind for n in graph.nodes] == ["input"] * 2 + ["operation", "constant"] + [
        "operation"
    ] * 3


def test_names_that_are_taken_are_not_given_twice() -> None:
    """An input keeps its name when its variable moves on, and counting skips taken names."""

    def func(u1: Any) -> Any:
        u1 = u1 + 1
        return u1 * u1

    assert [n.name for n in trace(func, u1=1.0).nodes] == ["u1", "c1", "u2", "u3"]


def test_name_gives_any_value_a_name() -> None:
    """`name` wins over local variables, and gives plain arrays back as they are."""

    def func(x: Any) -> Any:
        other = name(square(x), "N")
        return name(other + 1, "L")

    assert [n.name for n in trace(func, x=1.0).nodes] == ["x", "N", "c1", "L"]
    plain = np.ones(3)
    assert name(plain, "N") is plain


@pytest.mark.parametrize(
    ("func", "message"),
    [
        (lambda x: name(x, "N"), "name of a value is 'N'; allowed: x"),
        (lambda x: name(square(x), "x"), "name of a value is 'x'; allowed: one that is not taken"),
        (lambda x: name(square(x), "a b"), "'a b'; allowed: letters"),
        (lambda x: name(square(x), "_a"), "'_a'; allowed: letters"),
    ],
)
def test_names_that_cannot_be_are_refused(func: Callable[..., Any], message: str) -> None:
    """A label must be a free identifier, and a value has one name."""
    with pytest.raises(InputError, match=message):
        trace(func, x=1.0)


@pytest.mark.parametrize(
    ("func", "operation"),
    [
        (lambda x: np.maximum(x, 0), "'maximum'"),
        (lambda x: np.sum(x, axis=0), "'sum with axis'"),
        (lambda x: np.add.reduce(x), "'add reduce'"),
        (lambda x: np.mean(x), "'mean'"),
        (lambda x: np.linalg.norm(x), "'norm'"),
        (lambda x: x.mean(), "'mean'"),
        (lambda x: x.T, "'T'"),
        (lambda x: x[0], "'indexing'"),
        (lambda x: list(x), "'indexing'"),
        (lambda x: x > 0, "'greater'"),
        (lambda x: 1 if x else 2, "'truth of a value'"),
        (lambda x: float(x), "'conversion to a number'"),
        (lambda x: np.asarray(x), "'conversion to an array'"),
        (lambda x: 2**x, "'power with an exponent that is not one constant number'"),
        (lambda x: x ** np.ones(2), "'power with an exponent that is not one constant number'"),
        (lambda x: np.add(x, 1, out=np.zeros(2)), "'add in place'"),
        (lambda x: np.add(x, 1, dtype=float), "'add call dtype'"),
    ],
)
def test_an_operation_that_the_trace_does_not_know_is_named(
    func: Callable[..., Any], operation: str
) -> None:
    """The error tells the operation and those that would do."""
    with pytest.raises(InputError, match=f"^operation in a traced function is {operation}; ") as e:
        trace(func, x=[1.0, 2.0])
    assert "add, subtract" in e.value.allowed
    assert "sigmoid" in e.value.allowed


@pytest.mark.parametrize(
    ("func", "message"),
    [
        (lambda x: x**2.5, "exponent is 2.5; allowed: a whole number from 1 to 10"),
        (lambda x: x**99, "exponent is 99; "),
        (lambda x: 3.0, "result of <lambda> is 3.0; "),
        (lambda x: (x, x), "result of <lambda> is "),
        (lambda x: x + "a", "constant is 'a'; allowed: real numbers"),
        (lambda x: x + np.ones((1, 1, 1)), "constant with 3 dimensions"),
        (lambda x: x + np.ones(5), r"shapes for add is \(\(2,\), \(5,\)\); "),
        (lambda x: x @ np.ones((3, 2)), r"shapes of the matrix product is \(\(2,\), \(3, 2\)\); "),
        (lambda x: 2.0 @ x, "shapes of the matrix product is "),
        (lambda x: exp(1000 * x), "output of exp is "),
        (lambda x: 1 / (x - x), "output of divide is "),
        (lambda x: trace(lambda y: x + y, y=1.0), "operand is <traced y "),
    ],
)
def test_what_cannot_be_computed_is_refused(func: Callable[..., Any], message: str) -> None:
    """Shapes that do not fit, values that are not finite and foreign operands have their errors."""
    with pytest.raises(InputError, match=f"^{message}"):
        trace(func, x=[1.0, 2.0])


@pytest.mark.parametrize("value", ["a", [np.nan], np.ones((1, 1, 1)), []])
def test_an_input_is_finite_numbers_in_two_dimensions_at_most(value: Any) -> None:
    """Anything else is refused under the name of the input."""
    with pytest.raises(InputError, match=r"(^| of )x "):
        trace(lambda x: x + 1, x=value)


def test_a_gradient_that_is_not_finite_is_refused() -> None:
    """The forward pass may end well and the backward pass overflow all the same."""
    graph = trace(lambda x: 1e-290 / x, x=1e-300)
    with pytest.raises(InputError, match="gradient by x"):
        graph.backward()


def test_numbers_may_change_in_place_and_arrays_may_not() -> None:
    """A sum in a loop is plain Python for numbers; an array that changes is another array."""

    def total(x: Any) -> Any:
        result = 0
        for factor in (1, 2, 3):
            result += factor * x
        return result

    assert trace(total, x=2.0).backward()["x"] == 6
    with pytest.raises(InputError, match="'add in place'"):
        trace(total, x=[2.0, 3.0])


def test_numpy_names_of_known_operations_are_the_same_operations() -> None:
    """np.dot, np.exp, .sum() and the like record what the operators do."""
    X = np.ones((2, 2))
    graph = trace(
        lambda X: (np.dot(X, X) + X.dot(2) + np.exp(X) + np.tanh(X) + np.square(X)).sum(), X=X
    )
    names = [node.op.name for node in graph.nodes if node.op]
    assert names == [
        "matmul",
        "multiply",
        "add",
        "exp",
        "add",
        "tanh",
        "add",
        "square",
        "add",
        "sum",
    ]
    assert graph.nodes[-2].op is OPS["add"]
    assert graph.nodes[4].op is not None


def test_shapes_can_be_asked_for() -> None:
    """A function may check the shapes of its arguments, traced or not."""

    def func(X: Any) -> Any:
        assert X.shape == np.shape(X) == (2, 3)
        assert X.ndim == np.ndim(X) == 2
        assert X.size == np.size(X) == 6
        return X @ np.ones((3, 1))

    assert trace(func, X=np.ones((2, 3))).output.shape == (2, 1)


def test_a_function_of_the_lecture_is_one_node() -> None:
    """A call of sigmoid records itself, not the numpy functions inside it; x ** 2 is square."""
    graph = trace(lambda x: sigmoid(x) ** 2, x=1.0)
    assert [node.op for node in graph.nodes] == [None, op_of(sigmoid), op_of(square)]


def test_what_the_output_does_not_need_is_left_out() -> None:
    """Dead ends of the computation are not drawn; inputs are, used or not."""

    def func(x: Any, y: Any) -> Any:
        np.sum(y * 5)
        return x + 1

    assert [n.name for n in trace(func, x=1.0, y=2.0).nodes] == ["x", "y", "c1", "u1"]


def test_functions_are_handed_on() -> None:
    """An argument that can be called is no input of the graph."""
    graph = trace(lambda x, sigma: sigma(x), x=0.0, sigma=sigmoid)
    assert [n.name for n in graph.inputs] == ["x"]
    assert graph.output.value == 0.5


def test_the_output_may_be_an_input() -> None:
    """The identity is a graph of one node, with gradient 1."""
    graph = trace(lambda x: x, x=4.0)
    assert graph.output is graph["x"]
    assert graph.backward() == {"x": 1.0}
    assert graph.claims() == ()


def test_forward_computes_the_same_graph_anew() -> None:
    """Every intermediate value is kept, in a new graph; the old one stays as it was."""
    graph = trace_chain([square, sigmoid], 1.0)
    again = graph.forward(x=[0.0, 2.0])
    assert [n.name for n in again.nodes] == ["x", "u1", "u2"]
    np.testing.assert_array_equal(again["u1"].value, [0, 4])
    np.testing.assert_array_equal(again.output.value, sigmoid(np.array([0.0, 4.0])))
    assert graph["u1"].value == 1
    assert again.output.inputs[0] is again["u1"]


def test_forward_refuses_what_is_not_an_input() -> None:
    """Intermediate values cannot be set, and a misspelt name is not overlooked."""
    graph = trace_chain([square], 1.0)
    with pytest.raises(InputError, match="name of an input is 'u1'; allowed: x"):
        graph.forward(u1=2.0)
    with pytest.raises(InputError, match="name of a node is 'z'; allowed: x, u1"):
        graph["z"]


def test_values_cannot_be_changed() -> None:
    """A graph keeps what it computed, whatever becomes of the arrays it was given."""
    x = np.ones(2)
    graph = trace(square, x=x)
    x[0] = 5
    assert graph["x"].value[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        graph["u1"].value[0] = 5


def test_local_derivatives_are_what_the_lecture_writes_on_the_edges() -> None:
    """Wᵀ and Xᵀ for the matrix product, σ′ at its input, numbers for sums."""
    X, W = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(3, 2)

    def func(X: Any, W: Any) -> Any:
        N = X @ W
        S = sigmoid(N)
        return np.sum(S) - 3

    graph = trace(func, X=X, W=W)
    first, second = graph.local("N", 0), graph.local("N", 1)
    assert (first.latex, first.product) == ("W^{T}", "right")
    assert (second.latex, second.product) == ("X^{T}", "left")
    np.testing.assert_array_equal(first.value, W.T)
    np.testing.assert_array_equal(second.value, X.T)
    assert graph.local("S").latex == r"\sigma'(N)"
    np.testing.assert_array_equal(graph.local("u1").value, np.ones((2, 2)))
    assert (graph.local("u2", 1).latex, graph.local("u2", 1).product) == ("-1", "times")
    assert graph.local("u2", 1).value == -1


def test_there_is_no_local_derivative_without_an_edge() -> None:
    """An input has none, and an operation only those of its operands."""
    graph = trace(square, x=1.0)
    with pytest.raises(InputError, match="allowed: none"):
        graph.local("x")
    with pytest.raises(InputError, match="position of an operand of u1 is 1; allowed: 0 to 0"):
        graph.local("u1", 1)
    with pytest.raises(InputError, match="operation of x"):
        graph["x"].local(0)


def test_claims_of_chosen_nodes() -> None:
    """An author of a large graph may have only some gradients judged."""
    graph = trace_chain([square, sigmoid], 1.0)
    assert [claim.what for claim in graph.claims("x")] == [
        "value of u1",
        "value of u2",
        "gradient of u2 by x",
    ]


@pytest.mark.parametrize("length", [5_000, 10_000])
def test_a_deep_chain_takes_one_pull_an_edge(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of nodes go through both passes, without recursion and in linear time."""
    pulls = 0
    pull = Rule.pull

    def counted(*arguments: Any) -> Array:
        nonlocal pulls
        pulls += 1
        return pull(*arguments)

    monkeypatch.setattr(Rule, "pull", counted)
    graph = trace_chain([tanh] * length, 0.5)
    assert len(graph.nodes) == length + 1
    assert graph.forward(x=0.25).backward()["x"] > 0
    assert pulls == length
    assert len(repr(graph.output)) < 200


def test_a_trace_gives_the_profiler_back() -> None:
    """Whoever profiles a build still does so after a trace, even one that fails."""

    def profiler(*_: object) -> None:
        return None

    sys.setprofile(profiler)
    try:
        trace(square, x=1.0)
        with pytest.raises(InputError):
            trace(lambda x: x[0], x=1.0)
        kept = sys.getprofile()
    finally:
        sys.setprofile(None)
    assert kept is profiler


def test_errors_name_a_dozen_nodes_at_most() -> None:
    """The error of a graph with thousands of nodes is still one line to read."""
    assert some(map(str, range(5000))).endswith(" 11 … (5000 in all)")


SCRIPT = """
import numpy as np
from figgen.core.functions import sigmoid
from figgen.core.graph_latex import chain_rule, equations
from figgen.core.graph_words import describe, describe_backward
from figgen.core.perceptrons import xor_network
from figgen.core.trace import trace
graph = trace(xor_network, x1=0.3, x2=0.6)
print([(n.name, [i.name for i in n.inputs], n.value) for n in graph.nodes])
print(graph.backward(), [str(c) for c in graph.claims()])
print(equations(graph), chain_rule(graph, "x1").latex(), describe(graph), describe_backward(graph))
"""


def test_nothing_depends_on_the_hash_seed() -> None:
    """Two runs give the same nodes, numbers and words in the same order."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    ]
    assert runs[0]
    assert len(set(runs)) == 1


def test_a_profiler_sees_on_after_a_trace() -> None:
    """The trace borrows Python's profiling hook and gives it back, cProfile's too."""
    profiler = cProfile.Profile()
    profiler.enable()
    graph = trace(lambda x: sigmoid(x), x=1.0)
    reference = sorted([3, 1, 2])
    profiler.disable()
    assert graph.output.name == "u1"
    assert reference == [1, 2, 3]
    called = {str(entry.code) for entry in profiler.getstats()}
    assert any("sorted" in code for code in called)


MEAN = r"""

OPS["mean"] = Op(
    "mean",
    np.mean,
    (times(lambda y, a: np.full_like(a, 1 / a.size)),),
    lambda a: math.fsum(a.flat) / a.size,
    Notation(r"\eta", r"\eta({a})", CALL, "mean({a})", (r"\frac{1}{n} \mathbf{1}",)),
)
"""

USES_MEAN = r"""
import numpy as np
import figgen
from figgen.core import chain_rule, describe, equations, parse, sigmoid, trace

assert figgen.__file__.startswith(__import__("os").getcwd())
X = np.array([[1.0, 2.0], [3.0, 6.0]])
for func in (lambda X: np.mean(X), parse("mean(X)")):
    graph = trace(func, X=X)
    assert graph.output.value == 3
    assert (graph.backward()["X"] == 0.25).all()
    assert len(graph.claims()) == 2 and all(claim.holds for claim in graph.claims())
assert equations(graph) == (r"u_{1} = \eta(X)",)
graph = trace(lambda X: np.mean(sigmoid(X)), X=X)
print(chain_rule(graph, "X").latex(worked=True))
print(describe(graph))
"""


def test_an_operation_is_added_by_one_declaration(tmp_path: Path) -> None:
    """It is computed, derived, checked, typeset, said, typed and drawn without a further line."""
    folder = engine_with(tmp_path, "core/ops.py", MEAN)
    typeset, told = run_with(folder, "-c", USES_MEAN).splitlines()
    assert r"\frac{1}{n} \mathbf{1}" in typeset
    assert told.endswith("u2 = mean(u1) = 0.89.")
    graph = ["graph", "mean(sigmoid(X))", "--set", "X=2x2", "--backward", "-o", "graph.svg"]
    assert "graph.svg" in run_with(folder, "-m", "figgen", *graph)
    assert "u2 = mean(u1)" in (folder / "graph.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("1 / a.size)", "1.001 / a.size)", "gradient of u1 by X"),
        ("math.fsum(a.flat) / a.size", "math.fsum(a.flat)", "value of u1"),
    ],
)
def test_a_wrong_declaration_is_caught(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    """A derivative is held against perturbation, a value against plain Python."""
    assert right in MEAN
    folder = engine_with(tmp_path, "core/ops.py", MEAN.replace(right, wrong))
    failing = (
        "import numpy as np; from figgen.core import trace; "
        "g = trace(lambda X: np.mean(X), X=[1.0, 2.0]); "
        "print([claim.what for claim in g.claims() if not claim.holds])"
    )
    assert run_with(folder, "-c", failing).strip() == f"['{told}']"
