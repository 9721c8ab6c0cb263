"""Section 8: the equations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from figgen import figure
from figgen.core import Function, chain_rule, sigmoid
from figgen.core.graph_latex import equations, expression
from figgen.draw import Canvas, Line, display
from figgen.draw.text.latex_layout import Names, element_grid, in_role, led, matrix, weighted_sums
from figures.matrices import book_graph

from ._identities import two_matrices

ENTRIES = 30.0
"""Size of the entries of a matrix in an equation, in points."""


@figure(
    title="A matrix product, written out",
    perspective="math",
    concept="matrix-forward",
    alt="The product O of the matrices X and W; below it, every element of O as a sum of products.",
    steps=2,
)
def matrix_math(canvas: Canvas) -> None:
    """Every element of a product is the weighted sum of a row of X and a column of W."""
    x, w, o = element_grid("x", 3, 3), element_grid("w", 3, 2), element_grid("o", 3, 2)
    lines = [
        Line(led(r"O_{3 \times 2} = X_{3 \times 3} \cdot W_{3 \times 2}")),
        Line(rf"{matrix(o)} &= {matrix(x)} \cdot {matrix(w)}"),
        Line(f"&= {matrix(weighted_sums(x, w))}", 2),
    ]
    # As large as the written-out sums allow.
    display(canvas, lines, two_matrices, size=28)


@figure(
    title="The derivative of a matrix product",
    perspective="math",
    concept="matrix-backward",
    alt="The derivative of the product O by X: a matrix of ones times W transposed.",
    steps=3,
)
def matrix_gradient_math(canvas: Canvas) -> None:
    """The derivative by X, of all elements of O added up, has the shape of X."""
    w, ones = element_grid("w", 3, 2), np.full((3, 2), "1", dtype=object)
    product = r"\mathbf{1}_{3 \times 2} \cdot W^T_{2 \times 3}"
    lines = [
        Line(rf"\role{{backward}}{{\frac{{dO}}{{du}}}}(X) &= {product}"),
        Line(rf"&= {matrix(ones)} \cdot {matrix(w.T)}", 2),
        Line(rf"&= {matrix(weighted_sums(ones, w.T))}_{{3 \times 3}}", 3),
    ]
    display(canvas, lines, two_matrices, size=ENTRIES)


@figure(
    title="From two matrices to one number",
    perspective="math",
    concept="matrix-forward",
    alt="The forward pass in three equations: the product, the function of every element, the sum;"
    " then all three in one.",
    steps=3,
)
def matrix_forward_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """Multiply, apply the function to every element, add them all up."""
    graph = book_graph(function=function)
    whole = f"&= {expression(graph, symbols=True)} = {expression(graph)}"
    lines = [Line(led(each), step) for step, each in enumerate(equations(graph, shapes=True), 1)]
    display(
        canvas, [*lines, Line(whole, 3)], lambda random: two_matrices(random, function), size=40
    )


@figure(
    title="From two matrices to one number, written out",
    perspective="math",
    concept="matrix-forward",
    alt="The output L: the sum of the elements of a matrix, each a function of a weighted sum.",
)
def matrix_forward_expanded(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """All of it at once: six weighted sums, a function of each, and their sum."""
    sums = weighted_sums(element_grid("x", 3, 3), element_grid("w", 3, 2))
    inside = matrix(_each(sums, function.typeset))
    whole = rf"\role{{forward}}{{L}} &= {expression(book_graph(function=function), symbols=True)}"
    lines = [Line(whole), Line(rf"&= \Lambda \left( {inside} \right)")]
    # As large as the written-out sums allow.
    display(canvas, lines, lambda random: two_matrices(random, function), size=28)


def _each(names: Names, change: Callable[[str], str]) -> Names:
    return np.array([change(name) for name in names.flat], dtype=object).reshape(names.shape)


@figure(
    title="The backward pass as an equation",
    perspective="math",
    concept="matrix-backward",
    alt="The derivative of L by X: a product of three derivatives, the first two multiplied element"
    " by element, then a matrix product.",
)
def matrix_backward_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """The first product is element by element, the second a matrix product."""
    rule = chain_rule(book_graph(function=function), "X")
    outer, middle, inner = (in_role("backward", factor.symbolic) for factor in rule.paths[0])
    lines = [
        Line(rf"{rule.left} &= \left( {outer} \odot {middle} \right) \cdot {inner}"),
        Line(f"&= {rule.latex(worked=True, shapes=True)}"),
    ]
    display(canvas, lines, lambda random: two_matrices(random, function), size=38)


@figure(
    title="The terms of the backward pass",
    perspective="math",
    concept="matrix-backward",
    alt="The three derivatives of the backward pass, written out as matrices.",
    steps=3,
)
def matrix_backward_terms(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """Ones, the slopes of the function where it was reached, and the weights, transposed."""
    graph = book_graph(function=function)
    outer, middle, inner = (
        in_role("backward", factor.symbolic) for factor in chain_rule(graph, "X").paths[0]
    )
    ones, w = np.full((3, 2), "1", dtype=object), element_grid("w", 3, 2)
    local = graph["S"].operation.notation.locals[0]
    slopes = _each(element_grid("o", 3, 2), lambda element: local.replace("{a}", element))
    weights = rf"{graph.local('N', 0).latex} = {matrix(w.T)}_{{2 \times 3}}"
    lines = [
        Line(rf"{outer} &= {matrix(ones)}_{{3 \times 2}}", 1, "all ones"),
        Line(rf"{middle} &= {matrix(slopes)}_{{3 \times 2}}", 2, "times, element by element"),
        Line(rf"{inner} &= {weights}", 3, "then the matrix product: 3 by 3"),
    ]
    display(canvas, lines, lambda random: two_matrices(random, function), size=ENTRIES)
