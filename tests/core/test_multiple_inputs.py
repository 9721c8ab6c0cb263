# ruff: noqa: N803, N806 - matrices have capital letters, as in the lecture
"""The lecture's functions of many inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figgen.core import multiple_inputs, perceptrons
from figgen.core.arrays import Array
from figgen.core.errors import InputError
from figgen.core.functions import Function, sigmoid, square, tanh
from figgen.core.trace import trace

SMOOTH = [sigmoid, tanh, square]
matrix_functions = pytest.mark.parametrize(
    "func",
    [
        multiple_inputs.matmul_forward,
        multiple_inputs.matmul_backward_first,
        multiple_inputs.matmul_backward_second,
        lambda X, W: multiple_inputs.matrix_forward_extra(X, W, sigmoid),
        lambda X, W: multiple_inputs.matrix_function_backward_1(X, W, sigmoid),
        lambda X, W: multiple_inputs.matrix_function_backward_2(X, W, sigmoid),
        lambda X, W: multiple_inputs.matrix_function_forward_sum(X, W, sigmoid),
        lambda X, W: multiple_inputs.matrix_function_backward_sum_1(X, W, sigmoid),
        lambda X, W: multiple_inputs.matrix_function_backward_sum_2(X, W, sigmoid),
    ],
)


@pytest.fixture(scope="module")
def vectors() -> tuple[Array, Array]:
    """The vector example of the lecture."""
    random = np.random.RandomState(190203)
    return random.randn(1, 3), random.randn(3, 1)


@pytest.fixture(scope="module")
def matrices() -> tuple[Array, Array]:
    """The matrix example of the lecture."""
    random = np.random.RandomState(190204)
    return random.randn(3, 3), random.randn(3, 2)


def test_the_vector_example_has_the_numbers_of_the_book(vectors: tuple[Array, Array]) -> None:
    """A student who follows the book sees the same input on the slide."""
    X, W = vectors
    np.testing.assert_array_equal(X.round(4), [[0.4723, 0.6151, -1.7262]])
    N = multiple_inputs.matmul_forward(X, W)
    assert N.shape == (1, 1)
    assert N[0, 0] == pytest.approx(sum(x * w for x, w in zip(X[0], W[:, 0], strict=True)))


def test_the_matrix_example_has_the_numbers_of_the_book(matrices: tuple[Array, Array]) -> None:
    """The sum and its gradient are those that the book prints, to four decimals."""
    X, W = matrices
    assert round(float(multiple_inputs.matrix_function_forward_sum(X, W, sigmoid)), 4) == 2.3755
    np.testing.assert_array_equal(
        multiple_inputs.matrix_function_backward_sum_1(X, W, sigmoid).round(4),
        [[0.2489, -0.3748, 0.0112], [0.126, -0.2781, -0.1395], [0.2299, -0.3662, -0.0225]],
    )


def random_matrices(seed: int, rows: int, inner: int, columns: int) -> tuple[Array, Array]:
    """X and W with normally distributed elements."""
    random = np.random.default_rng(seed)
    return random.normal(size=(rows, inner)), random.normal(size=(inner, columns))


sizes = st.integers(1, 4)


@given(st.integers(0, 10_000), sizes, sizes, sizes, st.sampled_from(SMOOTH))
def test_matrix_functions_agree_with_the_trace(
    seed: int, rows: int, inner: int, columns: int, sigma: Function
) -> None:
    """Values are equal; gradients differ by the error of the central difference alone."""
    X, W = random_matrices(seed, rows, inner, columns)
    product = trace(multiple_inputs.matmul_forward, X=X, W=W)
    outer = trace(multiple_inputs.matrix_forward_extra, X=X, W=W, sigma=sigma)
    summed = trace(multiple_inputs.matrix_function_forward_sum, X=X, W=W, sigma=sigma)
    for graph, value in (
        (product, multiple_inputs.matmul_forward(X, W)),
        (outer, multiple_inputs.matrix_forward_extra(X, W, sigma)),
        (summed, multiple_inputs.matrix_function_forward_sum(X, W, sigma)),
    ):
        np.testing.assert_array_equal(graph.output.value, value)

    np.testing.assert_array_equal(
        product.local("N", 0).value, multiple_inputs.matmul_backward_first(X, W)
    )
    np.testing.assert_array_equal(
        product.local("N", 1).value, multiple_inputs.matmul_backward_second(X, W)
    )
    for graph, by_x, by_w in (
        (
            outer,
            multiple_inputs.matrix_function_backward_1,
            multiple_inputs.matrix_function_backward_2,
        ),
        (
            summed,
            multiple_inputs.matrix_function_backward_sum_1,
            multiple_inputs.matrix_function_backward_sum_2,
        ),
    ):
        gradients = graph.backward()
        np.testing.assert_allclose(by_x(X, W, sigma), gradients["X"], atol=1e-5)
        np.testing.assert_allclose(by_w(X, W, sigma), gradients["W"], atol=1e-5)


@given(st.floats(-5, 5), st.floats(-5, 5), st.sampled_from(SMOOTH))
def test_functions_of_two_inputs_agree_with_the_trace(x: float, y: float, sigma: Function) -> None:
    """σ(x + y) and its two derivatives, for numbers."""
    graph = trace(multiple_inputs.multiple_inputs_add, x=x, y=y, sigma=sigma)
    at = np.array(x), np.array(y)
    assert multiple_inputs.multiple_inputs_add(*at, sigma) == graph["s"].value
    gradients = graph.backward()
    np.testing.assert_allclose(
        multiple_inputs.multiple_inputs_add_backward(*at, sigma),
        (gradients["x"], gradients["y"]),
        atol=1e-6,
    )


def test_functions_of_two_inputs_take_arrays() -> None:
    """Element by element, each derivative in the shape of the inputs."""
    x, y = np.array([1.0, 2.0]), np.array([-1.0, 1.0])
    np.testing.assert_array_equal(multiple_inputs.multiple_inputs_add(x, y, square), [0, 9])
    by_x, by_y = multiple_inputs.multiple_inputs_add_backward(x, y, square)
    np.testing.assert_allclose(by_x, [0, 6], atol=1e-9)
    np.testing.assert_array_equal(by_x, by_y)


@pytest.mark.parametrize(
    "func", [multiple_inputs.multiple_inputs_add, multiple_inputs.multiple_inputs_add_backward]
)
@pytest.mark.parametrize(
    ("x", "y", "shapes"),
    [
        (np.ones(2), np.ones(3), r"\(\(2,\), \(3,\)\)"),
        (1.0, np.ones(3), r"\(\(\), \(3,\)\)"),
        ([1.0], [2.0], r"\(\(1,\), \(1,\)\)"),
    ],
)
def test_two_inputs_of_different_shapes_are_refused(
    func: Callable[..., Any], x: Any, y: Any, shapes: str
) -> None:
    """The error gives both shapes; lists, which + would put end to end, are no arrays."""
    with pytest.raises(InputError, match=f"shapes of x and y is {shapes}; allowed: "):
        func(x, y, sigmoid)


@matrix_functions
@pytest.mark.parametrize(
    ("X", "W", "shapes"),
    [
        (np.ones((1, 3)), np.ones((2, 1)), r"\(\(1, 3\), \(2, 1\)\)"),
        (np.ones((3, 2)), np.ones((3, 2)), r"\(\(3, 2\), \(3, 2\)\)"),
        (np.ones(3), np.ones((3, 1)), r"\(\(3,\), \(3, 1\)\)"),
        ([[1.0]], np.ones((1, 1)), r"\(None, \(1, 1\)\)"),
    ],
)
def test_matrices_that_cannot_be_multiplied_are_refused(
    func: Callable[..., Any], X: Any, W: Any, shapes: str
) -> None:
    """The error gives both shapes and says which sizes must agree."""
    with pytest.raises(
        InputError, match=rf"^\(X.shape, W.shape\) is {shapes}; .* as many columns in X"
    ):
        func(X, W)


CORNERS = [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(("x1", "x2"), CORNERS)
def test_the_network_solves_xor(x1: int, x2: int) -> None:
    """The output is within 0.0001 of x1 XOR x2."""
    graph = trace(perceptrons.xor_network, x1=x1, x2=x2)
    assert graph.output.value == pytest.approx(x1 ^ x2, abs=1e-4)
    assert graph["h1"].value == pytest.approx(x1 | x2, abs=1e-4)
    assert graph["h2"].value == pytest.approx(1 - (x1 & x2), abs=1e-4)
    assert graph.output.value == perceptrons.xor_network(np.array(x1), np.array(x2))
    assert all(claim.holds for claim in graph.claims())


def test_the_network_takes_a_whole_plane() -> None:
    """The inputs may be grids, as for the picture of the decision."""
    x1, x2 = np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 5))
    assert perceptrons.xor_network(x1, x2).shape == (5, 5)


def test_a_single_perceptron_gets_three_of_four() -> None:
    """Its best line still fails XOR at one corner."""
    right = [
        round(float(perceptrons.single_perceptron(np.array(a), np.array(b)))) == a ^ b
        for a, b in CORNERS
    ]
    assert right == [True, True, True, False]
