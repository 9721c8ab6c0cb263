"""Section 7: the equations."""

from __future__ import annotations

from figgen import figure
from figgen.core import Function, sigmoid
from figgen.core.graph_latex import expression
from figgen.draw import Box, Canvas, Line, display
from figgen.draw.text.equations import equation as write_equation
from figures.vectors import BOOK_SEED, sigma_graph

from ._identities import by_elements, row_and_column

WEIGHTED_SUM = r"x_1 \, w_1 + \cdots + x_n \, w_n"


@figure(
    title="The weighted sum as equations",
    perspective="math",
    concept="weighted-sum",
    alt="A row of inputs X, a column of weights W, and below them their product, the weighted sum.",
)
def vector_math(canvas: Canvas) -> None:
    """A row times a column is one number: every input times its weight, all added up."""
    row = r"\role{input}{X} = \begin{bmatrix} x_1 & x_2 & \cdots & x_n \end{bmatrix}"
    column = r"\role{input}{W} = \begin{bmatrix} w_1 \\ w_2 \\ \vdots \\ w_n \end{bmatrix}"
    for x, vector in ((3.6, row), (9.0, column)):
        write_equation(
            canvas, x, 3.85, vector, size=38, ha="center", va="center", values=row_and_column
        )
    product = rf"\role{{forward}}{{N}} &= \gamma(X, W) = X \cdot W = {WEIGHTED_SUM}"
    display(canvas, [Line(product)], row_and_column, box=Box(0.1, 0.5, 11.8, 1.2), size=38)


@figure(
    title="The derivative by a vector as equations",
    perspective="math",
    concept="weighted-sum-gradient",
    alt="The derivative of the weighted sum by X, a row of one derivative for each element; these"
    " are the weights. In the last step also the derivative by W.",
    steps=4,
)
def vector_gradient_math(canvas: Canvas) -> None:
    """One derivative for each element, in the shape of the vector: the other one, transposed."""
    slope = r"\role{backward}{\dfrac{\partial \gamma}{\partial %s}}"
    slopes = " & ".join(slope % f"x_{i}" for i in (1, 2, 3))
    weights = " & ".join(f"w_{i}" for i in (1, 2, 3))
    by_x = (
        rf"{slope % 'X'} &= \begin{{bmatrix}} {slopes} \end{{bmatrix}}"
        rf" \step{{2}}{{= \begin{{bmatrix}} {weights} \end{{bmatrix}}}} \step{{3}}{{= W^T}}"
    )
    display(canvas, [Line(by_x), Line(rf"{slope % 'W'} &= X^T", 4)], by_elements, size=36)


@figure(
    title="A function of the weighted sum as an equation",
    perspective="math",
    concept="activation",
    alt="The output S: a function of the product of X and W.",
    steps=2,
)
def vector_sigma_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """The weighted sum goes through one more function: that is a neuron."""
    nested = expression(sigma_graph(BOOK_SEED, function), symbols=True)
    summed = function.typeset(WEIGHTED_SUM)
    lines = [Line(rf"\role{{forward}}{{S}} &= {nested}"), Line(f"&= {summed}", 2)]
    display(canvas, lines, lambda random: row_and_column(random, function), size=46)


@figure(
    title="A function of the weighted sum, backward, as equations",
    perspective="math",
    concept="activation-backward",
    alt="The chain rule for a function of the weighted sum, first by X, then by W.",
    steps=4,
)
def vector_sigma_backward_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """One number times the other vector, transposed, on the side where the shapes fit."""
    slope = r"\role{backward}{\frac{\partial %s}{\partial %s}}"
    outer = slope % (sigma_graph(BOOK_SEED, function)["S"].operation.notation.symbol, "u")
    nested, summed = rf"{outer}(\gamma(X, W))", rf"{outer}({WEIGHTED_SUM})"
    by_x, by_w = (slope % (r"\gamma", name) + "(X, W)" for name in "XW")
    lines = [
        Line(rf"\frac{{\partial S}}{{\partial X}} &= {nested} \cdot {by_x}"),
        Line(rf"&= {summed} \cdot W^T", 2),
        Line(rf"\frac{{\partial S}}{{\partial W}} &= {by_w} \cdot {nested}", 3),
        Line(rf"&= X^T \cdot {summed}", 4),
    ]
    display(canvas, lines, lambda random: row_and_column(random, function), size=34)
