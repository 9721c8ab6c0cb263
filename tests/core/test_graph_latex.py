# ruff: noqa: ARG005, N803, N806 - matrices have capital letters, as in the lecture, and the
# functions under test are lambdas, which need not use all that they get
"""The mathematics of a graph, in LaTeX and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from figgen.core.errors import InputError
from figgen.core.functions import Function, exp, leaky_relu, relu, sigmoid, square
from figgen.core.graph import Graph
from figgen.core.graph_latex import chain_rule, equations, expression
from figgen.core.graph_words import describe, describe_backward
from figgen.core.multiple_inputs import (
    matmul_forward,
    matrix_function_forward_sum,
    multiple_inputs_add,
)
from figgen.core.perceptrons import xor_network
from figgen.core.trace import trace, trace_chain


@pytest.fixture(scope="module")
def two_inputs() -> Graph:
    """The lecture's σ(x + y)."""
    return trace(multiple_inputs_add, x=2, y=3, sigma=sigmoid)


@pytest.fixture(scope="module")
def matrices() -> Graph:
    """The lecture's Λ(σ(X · W)), with few digits."""
    X = np.array([[1.0, 0, 2], [0, 1, 0], [2, 0, 1]])
    W = np.array([[0.5, 1], [-1, 0], [0, 2]])
    return trace(matrix_function_forward_sum, X=X, W=W, sigma=sigmoid)


def test_nested_formula(two_inputs: Graph, matrices: Graph) -> None:
    """The forward expression as the lecture writes it, and with a symbol an operation."""
    assert expression(two_inputs) == r"\sigma(x + y)"
    assert expression(two_inputs, symbols=True) == r"\sigma(\alpha(x, y))"
    assert expression(matrices) == r"\Lambda(\sigma(X \cdot W))"
    assert expression(matrices, symbols=True) == r"\Lambda(\sigma(\gamma(X, W)))"
    assert expression(matrices, "S") == r"\sigma(X \cdot W)"
    assert expression(matrices, "X") == "X"


def test_step_by_step_equations(two_inputs: Graph, matrices: Graph) -> None:
    """One equation for every named step, in the order of the forward pass."""
    assert equations(two_inputs) == ("a = x + y", r"s = \sigma(a)")
    assert equations(two_inputs, symbols=True)[0] == r"a = \alpha(x, y)"
    assert equations(matrices) == (r"N = X \cdot W", r"S = \sigma(N)", r"L = \Lambda(S)")
    assert equations(matrices, shapes=True) == (
        r"N_{3 \times 2} = X_{3 \times 3} \cdot W_{3 \times 2}",
        r"S_{3 \times 2} = \sigma(N_{3 \times 2})",
        r"L = \Lambda(S_{3 \times 2})",
    )


def test_steps_without_a_name_are_nested() -> None:
    """The XOR network has the lecture's three equations, not one for every product."""
    assert equations(trace(xor_network, x1=0, x2=1)) == (
        r"h_{1} = \sigma(20 \cdot x_{1} + 20 \cdot x_{2} - 10)",
        r"h_{2} = \sigma(-20 \cdot x_{1} - 20 \cdot x_{2} + 30)",
        r"y = \sigma(20 \cdot h_{1} + 20 \cdot h_{2} - 30)",
    )


double_plus_one = Function(
    "f", "2 {x} + 1", lambda x: 2 * x + 1, lambda x: 2 * np.ones_like(x), lambda x: 2 * x + 1
)


@pytest.mark.parametrize(
    ("func", "latex"),
    [
        (lambda x, y: x - (y - x), r"x - \left(y - x\right)"),
        (lambda x, y: (x - y) - x, "x - y - x"),
        (lambda x, y: x * (y + x), r"x \cdot \left(y + x\right)"),
        (lambda x, y: (x + y) * x, r"\left(x + y\right) \cdot x"),
        (lambda x, y: x + -y, r"x + \left(-y\right)"),
        (lambda x, y: -x + y, "-x + y"),
        (lambda x, y: -(x + y), r"-\left(x + y\right)"),
        (lambda x, y: x * -2 + y, r"x \cdot \left(-2\right) + y"),
        (lambda x, y: -2 * x + y, r"-2 \cdot x + y"),
        (lambda x, y: (x + y) ** 3, r"\left(x + y\right)^{3}"),
        (lambda x, y: x**2 * y**1, r"x^{2} \cdot y^{1}"),
        (lambda x, y: (x**2) ** 3 + y, r"\left(x^{2}\right)^{3} + y"),
        (lambda x, y: exp(x) ** 2 + y, r"\left(e^{x}\right)^{2} + y"),
        (lambda x, y: exp(x + y), "e^{x + y}"),
        (lambda x, y: (x + y) / (x - y), r"\frac{x + y}{x - y}"),
        (lambda x, y: (x / y) ** 2, r"\left(\frac{x}{y}\right)^{2}"),
        (lambda x, y: relu(x) * leaky_relu(y), r"\max(x, 0) \cdot \mathrm{leaky}(y)"),
        (lambda x, y: y * double_plus_one(x), r"y \cdot \left(2 x + 1\right)"),
        (lambda x, y: double_plus_one(x + y), r"2 \left(x + y\right) + 1"),
        (lambda x, y: x * 0.25 + y * 1e-7, r"x \cdot 0.25 + y \cdot \left(1 \cdot 10^{-7}\right)"),
    ],
)
def test_parentheses_stand_where_they_must(func: Callable[..., Any], latex: str) -> None:
    """A formula says what was computed, without parentheses that say nothing."""
    assert expression(trace(func, x=2.0, y=3.0)) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x1", "x_{1}"),
        ("x_11", "x_{11}"),
        ("theta2", r"\theta_{2}"),
        ("sigma", r"\sigma"),
        ("rate", r"\mathrm{rate}"),
        ("learning_rate", r"\mathrm{learning\_rate}"),
    ],
)
def test_names_are_typeset_as_variables(name: str, latex: str) -> None:
    """Counts are subscripts, Greek names are Greek, and words are upright."""
    assert expression(trace(lambda **v: v[name] + 1, **{name: 1.0})) == f"{latex} + 1"


def test_chain_rule_of_two_inputs(two_inputs: Graph) -> None:
    """Each derivative stands where the forward pass arrived."""
    rule = chain_rule(two_inputs, "x")
    assert rule.left == r"\frac{\partial s}{\partial x}"
    assert rule.latex() == (
        r"\frac{\partial \sigma}{\partial u}(a) \cdot \frac{\partial \alpha}{\partial x}(x, y)"
    )
    assert rule.latex(worked=True) == r"\sigma'(a) \cdot 1"
    assert chain_rule(two_inputs, "y", nested=True).latex() == (
        r"\frac{\partial \sigma}{\partial u}(x + y) \cdot \frac{\partial \alpha}{\partial y}(x, y)"
    )


def test_chain_rule_of_one_input_is_written_with_d() -> None:
    """There is nothing partial about the derivative of a function of one variable."""
    rule = chain_rule(trace_chain([square, sigmoid], 1.5), "x")
    assert rule.left == r"\frac{du_{2}}{dx}"
    assert rule.latex() == r"\frac{d\sigma}{du}(u_{1}) \cdot \frac{d\mathrm{square}}{du}(x)"


def test_chain_rule_of_matrices_has_the_shape_of_each_factor(matrices: Graph) -> None:
    """First an element-wise product, then a matrix product, as the lecture multiplies them."""
    by_x, by_w = chain_rule(matrices, "X"), chain_rule(matrices, "W")
    assert by_x.latex(shapes=True) == (
        r"\frac{\partial \Lambda}{\partial u}(S)_{3 \times 2} \cdot "
        r"\frac{\partial \sigma}{\partial u}(N)_{3 \times 2} \cdot "
        r"\frac{\partial \gamma}{\partial X}(X, W)_{2 \times 3}"
    )
    assert by_x.latex(worked=True, shapes=True) == (
        r"\left(\mathbf{1}_{3 \times 2} \odot \sigma'(N)_{3 \times 2}\right) "
        r"\cdot W^{T}_{2 \times 3}"
    )
    assert by_w.latex(worked=True) == (r"X^{T} \cdot \left(\mathbf{1} \odot \sigma'(N)\right)")
    assert [factor.shape for factor in by_x.paths[0]] == [(3, 2), (3, 2), (2, 3)]


def test_the_factors_of_a_chain_rule_multiply_to_the_gradient(matrices: Graph) -> None:
    """What is written is what was computed: ones ⊙ σ′(N), times Wᵀ."""
    ones, slopes, transposed = (f.local.value for f in chain_rule(matrices, "X").paths[0])
    np.testing.assert_allclose((ones * slopes) @ transposed, matrices.backward()["X"], rtol=1e-14)


def test_chain_rule_of_a_matrix_product_begins_with_ones() -> None:
    """The derivative of X · W by X is ones · Wᵀ, which has the shape of X."""
    graph = trace(matmul_forward, X=np.ones((3, 3)), W=np.ones((3, 2)))
    assert chain_rule(graph, "X").latex(worked=True, shapes=True) == (
        r"\mathbf{1}_{3 \times 2} \cdot W^{T}_{2 \times 3}"
    )


def test_every_path_has_its_product() -> None:
    """A value that is used twice has a sum of two products."""
    graph = trace(lambda x: x * (x - 3), x=5.0)
    assert chain_rule(graph, "x").latex(worked=True) == r"u_{1} + x \cdot 1"
    assert chain_rule(graph, "u2").latex(worked=True) == "1"


def test_a_negative_factor_stands_in_parentheses() -> None:
    """A sign of multiplication and a minus sign do not stand side by side."""
    graph = trace(lambda x: 2 * (3 - x), x=5.0)
    assert chain_rule(graph, "x").latex(worked=True) == r"2 \cdot \left(-1\right)"
    assert chain_rule(trace(lambda x: -x, x=5.0), "x").latex(worked=True) == "-1"


def test_a_repeated_operand_adds_up_its_shares() -> None:
    """The bias of a layer is added to every row, so its gradient is a sum."""
    graph = trace(lambda X, b: np.sum(sigmoid(X + b)), X=np.ones((2, 2)), b=0.5)
    assert chain_rule(graph, "b").latex(worked=True) == (
        r"\Lambda(\mathbf{1} \odot \sigma'(u_{1}) \cdot 1)"
    )


def test_no_path_is_a_derivative_of_nought() -> None:
    """The output does not depend on an input that is not used."""
    assert chain_rule(trace(lambda x, y: x + 0 * x, x=1.0, y=1.0), "y").latex() == "0"


def test_formulas_that_nobody_could_read_are_refused() -> None:
    """A value doubled fifty times has no end of a formula, but every equation of its steps."""

    def doubled(x: Any) -> Any:
        for _ in range(50):
            x = x + x
        return x

    graph = trace(doubled, x=1.0)
    with pytest.raises(InputError, match="length of the formula of u9 "):
        expression(graph)
    with pytest.raises(InputError, match=f"number of paths to x is {2**50}; allowed: 24 at most"):
        chain_rule(graph, "x")
    assert describe(graph).endswith("u50 = u49 + u49 = 1125899906842624.")


def test_a_long_chain_has_no_chain_rule_to_read() -> None:
    """The limit holds for a single path of thousands of factors, too."""
    graph = trace_chain([sigmoid] * 3000, 1.0)
    with pytest.raises(InputError, match="length of the chain rule"):
        chain_rule(graph, "x").latex()
    assert describe_backward(graph).startswith("Backward from du3000/du3000 = 1: du3000/du2999 = ")


def test_forward_pass_in_words(two_inputs: Graph) -> None:
    """The alternative text has every value, in topological order."""
    assert describe(two_inputs) == (
        "Inputs x = 2 and y = 3. a = x + y = 5. s = sigmoid(a) = 0.993."
    )


def test_backward_pass_in_words(two_inputs: Graph) -> None:
    """The gradients follow from the output back."""
    assert describe_backward(two_inputs, places=4) == (
        "Backward from ds/ds = 1: ds/da = 0.0066. ds/dy = 0.0066. ds/dx = 0.0066."
    )


def test_matrices_in_words(matrices: Graph) -> None:
    """Small matrices are told row by row, with their shape."""
    assert describe(matrices).startswith(
        "Inputs X = the 3 by 3 matrix [1, 0, 2; 0, 1, 0; 2, 0, 1] and "
        "W = the 3 by 2 matrix [0.5, 1; −1, 0; 0, 2]. "
        "N = X times W = the 3 by 2 matrix [0.5, 5; −1, 0; 1, 4]. S = sigmoid(N) = "
    )
    assert describe(matrices).endswith("L = sum(S) = 4.098.")


def test_large_and_constant_arrays_in_words() -> None:
    """Nobody listens to a hundred numbers; constants are introduced like inputs."""
    graph = trace(lambda x: x + np.arange(100.0), x=np.ones(1))
    assert describe(graph) == (
        "Input x = the vector of 1 [1]. "
        "Constant c1 = the vector of 100 with elements from 0 to 99. "
        "u1 = x + c1 = the vector of 100 with elements from 1 to 100."
    )
    assert equations(graph) == ("u_{1} = x + c_{1}",)


def test_words_for_named_steps_only() -> None:
    """A short description of a network leaves out what has no name."""
    assert describe(trace(xor_network, x1=0, x2=1), every=False) == (
        "Inputs x1 = 0 and x2 = 1. h1 = sigmoid(20 × x1 + 20 × x2 − 10) = 1. "
        "h2 = sigmoid(−20 × x1 − 20 × x2 + 30) = 1. y = sigmoid(20 × h1 + 20 × h2 − 30) = 1."
    )


@pytest.mark.parametrize(
    ("func", "words"),
    [
        (lambda x: x**3 / (x - 4), "x to the power 3 / (x − 4)"),
        (lambda x: -(x + x), "−(x + x)"),
        (lambda x: (x + 1) ** 3, "(x + 1) to the power 3"),
        (lambda x: x * -2, "x × (−2)"),
    ],
)
def test_operations_in_words(func: Callable[..., Any], words: str) -> None:
    """Words need parentheses where formulas do, and where a fraction bar would do."""
    assert f" = {words} = " in describe(trace(func, x=2.0), every=False)


def test_an_input_alone_is_described() -> None:
    """A graph of one node has no equations, but words and a chain rule."""
    graph = trace(lambda x: x, x=4.0)
    assert describe(graph) == "Input x = 4."
    assert describe_backward(graph) == "Backward: dx/dx = 1."
    assert equations(graph) == ()
    assert chain_rule(graph, "x").latex() == chain_rule(graph, "x").latex(worked=True) == "1"
