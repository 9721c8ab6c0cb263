"""Section 8: the code."""

from __future__ import annotations

import numpy as np

from figgen import figure
from figgen.core import sigmoid
from figgen.core.chains import reference
from figgen.core.multiple_inputs import matrix_function_backward_sum_1, matrix_function_forward_sum
from figgen.draw import Canvas, Listing
from figgen.draw.plots.plots import BY_REFERENCE
from figgen.draw.text.listings import BY_GRAPH
from figures.matrices import BOOK_SEED, book_graph


@figure(
    title="A graph of matrices in code",
    perspective="code",
    concept="matrix-forward",
    alt="The Python code of the sum of a function of a matrix product; below it, a call of it.",
)
def matrix_forward_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """Three boxes, three lines: the product, the function of each element, the sum."""
    function = matrix_function_forward_sum
    listing = Listing(canvas, function, using=(sigmoid,), docstring="first line")
    listing.random(seed, X=(3, 3), W=(3, 2))
    graph = book_graph(seed)
    product = np.einsum("ik,km->im", graph["X"].value, graph["W"].value)
    call = "print(matrix_function_forward_sum(X, W, sigmoid).round(4))"
    listing.call(call, reference((sigmoid,), product).sum(), BY_REFERENCE)
    listing.draw()


@figure(
    title="A graph of matrices, backward, in code",
    perspective="code",
    concept="matrix-backward",
    alt="The Python code of the derivative by the first matrix, its forward and its backward pass"
    " marked; beside it, a call of it.",
)
def matrix_backward_code(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """Forward to S, then backward box by box: the products of the diagram, in its order."""
    listing = Listing(canvas, matrix_function_backward_sum_1, using=(sigmoid,), calls="beside")
    listing.passes()
    listing.random(seed, X=(3, 3), W=(3, 2))
    call = "matrix_function_backward_sum_1(\n    X, W, sigmoid).round(4)"
    listing.call(call, book_graph(seed).backward()["X"], BY_GRAPH)
    listing.draw()
