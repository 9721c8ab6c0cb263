"""Section 7: the code."""

from __future__ import annotations

from collections.abc import Callable

from figgen import figure
from figgen.core import Array, InputError, sigmoid
from figgen.core.chains import reference
from figgen.core.graph import Graph
from figgen.core.multiple_inputs import (
    matmul_backward_first,
    matmul_forward,
    matrix_forward_extra,
    matrix_function_backward_1,
)
from figgen.draw import Canvas, Listing
from figgen.draw.canvas.rc import LABEL, TITLE
from figgen.draw.plots.plots import BY_REFERENCE
from figgen.draw.text.listings import BY_GRAPH
from figures.vectors import BOOK_SEED, book_graph, sigma_graph


@figure(
    title="The weighted sum in code",
    perspective="code",
    concept="weighted-sum",
    alt="The Python code of the product of a row and a column; below it, a call of it, and one"
    " whose sizes do not go together.",
)
def vector_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """One sign multiplies a row by a column; sizes that do not go together are refused."""
    listing = _listing(canvas, matmul_forward, seed)
    expected = _weighted_sum(book_graph(seed))
    listing.call("matmul_forward(X, W).round(4)", expected, "a sum in plain Python")
    listing.call("matmul_forward(X, X)", raises=InputError)
    listing.draw()


def _listing(
    canvas: Canvas, taught: Callable[..., Array], seed: int, *, size: float = TITLE
) -> Listing:
    """The lecture's code, and the book's vectors for its calls."""
    listing = Listing(canvas, taught, using=(sigmoid,), size=size)
    listing.random(seed, X=(1, 3), W=(3, 1))
    return listing


def _weighted_sum(graph: Graph) -> float:
    factors = zip(graph["X"].value.flat, graph["W"].value.flat, strict=True)
    return sum(float(x) * float(w) for x, w in factors)


@figure(
    title="The derivative by a vector in code",
    perspective="code",
    concept="weighted-sum-gradient",
    alt="The Python code of the derivative of the weighted sum by its inputs; below it, a call.",
)
def vector_gradient_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """The derivative by the row X is the column W, laid down: its transpose."""
    listing = _listing(canvas, matmul_backward_first, seed)
    gradient = book_graph(seed).backward()["X"]
    listing.call("matmul_backward_first(X, W).round(4)", gradient, BY_GRAPH)
    listing.draw()


@figure(
    title="A function of the weighted sum in code",
    perspective="code",
    concept="activation",
    alt="The Python code of a function of the weighted sum; below it, a call of it.",
)
def vector_sigma_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """First the weighted sum, then the function that is handed over with the vectors."""
    listing = _listing(canvas, matrix_forward_extra, seed)
    expected = reference((sigmoid,), _weighted_sum(book_graph(seed)))
    listing.call("matrix_forward_extra(X, W, sigmoid).round(4)", expected, BY_REFERENCE)
    listing.draw()


@figure(
    title="A function of the weighted sum, backward, in code",
    perspective="code",
    concept="activation-backward",
    alt="The Python code of the derivative of a function of the weighted sum by its inputs, its"
    " forward and its backward pass marked; below it, a call of it.",
)
def vector_sigma_backward_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """The derivative of the function, where the weighted sum arrived, times the weights."""
    listing = _listing(canvas, matrix_function_backward_1, seed, size=LABEL)
    listing.passes()
    gradient = sigma_graph(seed, sigmoid).backward()["X"]
    listing.call("matrix_function_backward_1(X, W, sigmoid).round(4)", gradient, BY_GRAPH)
    listing.draw()
