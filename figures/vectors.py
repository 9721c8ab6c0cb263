"""Section 7: functions with vector inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from figgen import figure
from figgen.core import Array, Function, InputError, sigmoid
from figgen.core.graph import Graph
from figgen.core.graph_latex import equations, expression
from figgen.core.multiple_inputs import (
    matmul_backward_first,
    matmul_forward,
    matrix_forward_extra,
    matrix_function_backward_1,
    matrix_function_backward_2,
)
from figgen.core.printed_numbers import printed
from figgen.core.trace import trace
from figgen.draw import Box, Canvas, Diagram, GraphDrawing, Role
from figgen.draw.canvas.cards import cap_height, path
from figgen.draw.canvas.rc import LABEL, MATHS, TITLE
from figgen.draw.graphs.traced_graphs import RESULT, equation

BOOK_SEED = 190203
"""The seed of the book's example, so that a student finds the same numbers in both."""

PLACES = 4
"""The decimals that the book prints."""

SUM = r"x_1 \, w_1 + x_2 \, w_2 + x_3 \, w_3"


@figure(
    title="The weighted sum as a graph",
    perspective="diagram",
    concept="weighted-sum",
    alt="A graph from left to right: a row X and a column W go into a box, their product, and one"
    " number comes out, N.",
)
def vector_diagram(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """A row of inputs and a column of weights go in; their weighted sum comes out."""
    graph = book_graph(seed)
    drawing = GraphDrawing(canvas, graph, captions={"N": "product"}, smallest=1.2, size=MATHS)
    for name in "XWN":
        drawing.value(name, "symbol", "shape")
    sizes = {name: " by ".join(map(str, graph[name].shape)) for name in "XWN"}
    canvas.describe(
        f"X is {sizes['X']} and W is {sizes['W']}; N = X times W is {sizes['N']}, the weighted sum"
        " x1 times w1 plus x2 times w2 plus x3 times w3."
    )
    layout = drawing.draw(Box(2.9, 1.3, 9.0, 4.2), node_gap=1.2)
    end, equals = 2.45, (2.45 + drawing.diagram.places["X"].left) / 2
    for name, across in (("X", True), ("W", False)):
        elements = [f"${name.lower()}_{number}$" for number in (1, 2, 3)]
        y = layout.nodes[name][1]
        _vector(canvas, elements, end, y, "input", across=across, ha="right")
        canvas.text(equals, y - cap_height(MATHS) / 2, "$=$", size=MATHS, va="baseline")
    words = f"{equations(graph, symbols=True)[0]} = {expression(graph)} = {SUM}"
    canvas.text(6, 0.4, f"${words}$", size=MATHS, va="baseline")


def book_graph(seed: int) -> Graph:
    """The graph of the lecture's product at random vectors; X is drawn first, then W."""
    random = np.random.RandomState(seed)
    return trace(matmul_forward, X=random.randn(1, 3), W=random.randn(3, 1))


def _vector(
    canvas: Canvas,
    elements: Sequence[str],
    x: float,
    y: float,
    role: Role,
    *,
    across: bool,
    ha: Literal["left", "right"] = "left",
) -> None:
    """Write the elements of a row or of a column in brackets, with its ``ha`` end at ``x``."""
    texts = [canvas.text(0, 0, words, role, size=MATHS, va="baseline") for words in elements]
    cell = max(canvas.measure(text)[0] for text in texts)
    pitch = (cell + 0.25, 0.0) if across else (0.0, -0.55)
    steps = np.arange(len(texts)) - (len(texts) - 1) / 2
    width = abs(pitch[0]) * (len(texts) - 1) + cell + 0.5
    height = abs(pitch[1]) * (len(texts) - 1) + 0.62
    left = x if ha == "left" else x - width
    middle = left + width / 2
    for text, step in zip(texts, steps, strict=True):
        baseline = y - cap_height(MATHS) / 2
        text.set_position((middle + step * pitch[0], baseline + step * pitch[1]))
    bottom, top = y - height / 2, y + height / 2
    for end, inner in ((left, left + 0.1), (left + width, left + width - 0.1)):
        corners = [(inner, top), (end, top), (end, bottom), (inner, bottom)]
        path(canvas, corners, role, width=2.4)


def _gradient(
    canvas: Canvas, formula: str, values: Array, x: float, y: float, *, across: bool
) -> None:
    """Write a formula that ends at ``x``, and after it a gradient of numbers."""
    baseline = y - cap_height(MATHS) / 2
    words = rf"${formula} \approx$"
    canvas.text(x, baseline, words, "backward", size=MATHS, ha="right", va="baseline")
    numbers = [f"${canvas.digits(float(value), PLACES)}$" for value in values.ravel()]
    _vector(canvas, numbers, x + 0.12, y, "backward", across=across)


@figure(
    title="The weighted sum in detail",
    perspective="diagram",
    concept="weighted-sum",
    alt="A graph from left to right: three inputs and three weights, a product of each pair, and"
    " the sum of the products.",
)
def vector_detail(canvas: Canvas, *, seed: int = BOOK_SEED) -> None:
    """Each input is multiplied by its weight, and the products are added up."""
    graph = book_graph(seed)
    X, W = graph["X"].value.ravel(), graph["W"].value.ravel()  # noqa: N806 - the lecture's names
    products = X * W
    diagram = Diagram(canvas, smallest=0.74)
    for number in (1, 2, 3):
        diagram.node(f"x{number}", f"$x_{number}$", "input", size=TITLE)
        diagram.node(f"w{number}", f"$w_{number}$", "input", size=TITLE)
        diagram.node(f"p{number}", r"$\times$", "operation", height=1.34)
    diagram.node("N", "$+$", "operation", height=4.8)
    diagram.node(RESULT, "$N$", "output", height=1.1)
    for number, (x, w, product) in enumerate(zip(X, W, products, strict=True), start=1):
        for letter, factor in (("x", x), ("w", w)):
            edge = diagram.edge(f"{letter}{number}", f"p{number}")
            words = equation(canvas, f"{letter}_{number}", float(factor), PLACES)
            diagram.above(edge, f"${words}$", size=MATHS)
        words = equation(canvas, rf"x_{number} \, w_{number}", float(product), PLACES)
        diagram.above(diagram.edge(f"p{number}", "N"), f"${words}$", size=MATHS)
        told = (printed(float(value), PLACES) for value in (x, w, product))
        canvas.describe("x{0} times w{0} is {1} times {2}, {3}.".format(number, *told))
    total = float(graph.output.value.item())
    diagram.above(
        diagram.edge("N", RESULT), f"${equation(canvas, 'N', total, PLACES)}$", size=MATHS
    )
    canvas.describe(f"Their sum N is {printed(total, PLACES)}.")
    for claim in graph.claims():
        canvas.file(claim)
    canvas.claim("the sum of the products", products.sum(), total, "matmul_forward")
    diagram.draw(Box(0.05, 0.05, 11.9, 5.5), node_gap=0.14, widest_gap=2.8)


@figure(
    title="One derivative for each input",
    perspective="diagram",
    concept="weighted-sum-gradient",
    alt="Three inputs go into one box, and one number comes out; beside it a row for each input:"
    " how a small change of it alone moves the output, and the derivative.",
)
def vector_gradient_diagram(canvas: Canvas, *, seed: int = BOOK_SEED, delta: float = 0.1) -> None:
    """A change in any one input changes the output, so the derivative has a number for each."""
    graph = book_graph(seed)
    X, W = graph["X"].value, graph["W"].value  # noqa: N806 - the lecture's names
    gradient = graph.backward()["X"].ravel()
    moves = _moves(canvas, graph, delta)
    diagram = Diagram(canvas, smallest=1.02)
    for number in (1, 2, 3):
        diagram.node(f"x{number}", f"$x_{number}$", "input")
    diagram.node("N", r"$\gamma$", "operation", below="$W$ fixed", height=3.6)
    diagram.node(RESULT, "$N$", "output")
    for number, value in enumerate(graph["X"].value.ravel(), start=1):
        edge = diagram.edge(f"x{number}", "N")
        diagram.above(
            edge, f"${equation(canvas, f'x_{number}', float(value), PLACES)}$", size=MATHS
        )
        diagram.below(edge, _signed(canvas, delta), "highlight", size=MATHS)
    words = equation(canvas, "N", float(graph.output.value.item()), PLACES)
    diagram.above(diagram.edge("N", RESULT), f"${words}$", size=MATHS)
    layout = diagram.draw(Box(0.13, 1.4, 7.65, 3.6), node_gap=0.15)
    entry = (diagram.places["x1"].left + diagram.places["N"].left) / 2
    canvas.text(entry, 5.15, "change one input", size=TITLE, va="baseline")
    canvas.text(8.65, 5.15, "$N$ then moves by", size=TITLE, va="baseline")
    canvas.text(10.9, 5.15, "derivative", size=TITLE, va="baseline")
    for number, (move, slope) in enumerate(zip(moves, gradient, strict=True), start=1):
        y = layout.nodes[f"x{number}"][1] - cap_height(MATHS) / 2
        canvas.text(8.65, y, _signed(canvas, move), "highlight", size=MATHS, va="baseline")
        words = equation(
            canvas, rf"\dfrac{{\partial N}}{{\partial x_{number}}}", float(slope), PLACES
        )
        canvas.text(10.9, y, f"${words}$", "backward", size=MATHS, va="baseline")
        canvas.describe(
            f"x{number} changed by {printed(delta)} moves N by {printed(move, PLACES)}:"
            f" dN/dx{number} = {printed(float(slope), PLACES)}."
        )
    taught = matmul_backward_first(X, W).ravel()
    canvas.claim("the derivative of N by X", gradient, taught, "matmul_backward_first")
    formula = r"\dfrac{\partial N}{\partial X} = W^T"
    _gradient(canvas, formula, gradient, 4.6, 0.6, across=True)


def _signed(canvas: Canvas, change: float) -> str:
    """A change to print, with its sign."""
    return f"${'+' if change > 0 else ''}{{{canvas.digits(change, PLACES)}}}$"


def _moves(canvas: Canvas, graph: Graph, delta: float) -> list[float]:
    """How much the output moves with each element of X, claimed.

    Raises:
        InputError: If there is no change.
    """
    if not delta:
        raise InputError("delta", delta, "a number other than 0")
    X, W = graph["X"].value, graph["W"].value.ravel()  # noqa: N806 - the lecture's names
    moves = []
    for place, (unit, weight) in enumerate(zip(np.eye(3), W, strict=True), start=1):
        moved = graph.forward(X=X + delta * unit)
        moves.append(float((moved.output.value - graph.output.value).item()))
        what = f"the change of N as x{place} changes by {printed(delta)}"
        canvas.claim(what, moves[-1], delta * weight, "the weight times the change")
    return moves


@figure(
    title="A function of the weighted sum",
    perspective="diagram",
    concept="activation",
    alt="A graph from left to right: X and W go into a box, their product; the weighted sum goes"
    " through a second box to the output S.",
)
def vector_sigma_diagram(
    canvas: Canvas, *, seed: int = BOOK_SEED, function: Function = sigmoid
) -> None:
    """The weighted sum goes through one more function: that is a neuron."""
    graph = sigma_graph(seed, function)
    drawing = _sigma_drawing(canvas, graph, size=MATHS)
    drawing.draw(Box(0.1, 1.3, 11.8, 4.2), node_gap=1.1)
    symbols = equations(graph, symbols=True)
    for name, formula in zip("NS", symbols, strict=True):
        place = drawing.diagram.places[name]
        middle = place.left + place.width / 2
        canvas.text(middle, place.bottom - 0.6, f"${formula}$", size=MATHS, va="baseline")
    outer = graph["S"].operation.notation.formula.replace("{a}", SUM)
    words = f"S = {expression(graph, symbols=True)} = {expression(graph)} = {outer}"
    canvas.text(6, 0.4, f"${words}$", size=MATHS, va="baseline")


@figure(
    title="A function of the weighted sum, backward",
    perspective="diagram",
    concept="activation-backward",
    alt="A graph in which X and W meet in a product, before a second box; below each edge its"
    " derivative, and beside the graph the gradients by X and by W.",
    steps=3,
)
def vector_sigma_backward_diagram(
    canvas: Canvas, *, seed: int = BOOK_SEED, function: Function = sigmoid
) -> None:
    """Backward, one number times the other vector: each gradient has the shape of its input."""
    graph = sigma_graph(seed, function)
    drawing = _sigma_drawing(canvas, graph, size=LABEL)
    symbol = graph["S"].operation.notation.symbol
    outer = rf"\dfrac{{\partial {symbol}}}{{\partial u}}(N)"
    with canvas.step(2):
        drawing.derivative("S", 0, "symbol", "number", symbol=outer, places=PLACES)
        drawing.derivative("N", 0, "symbol", "shape")
        drawing.derivative("N", 1, "symbol", "shape")
        drawing.describe("N", backward=True, places=PLACES)
        canvas.describe("The derivative of N by X is W transposed, 1 by 3, and by W X transposed.")
    drawing.draw(Box(0.1, 0.1, 11.8, 5.4), node_gap=1.6)
    X, W = graph["X"].value, graph["W"].value  # noqa: N806 - the lecture's names
    gradients = graph.backward()
    with canvas.step(3):
        for name, factors, y, taught in (
            ("X", rf"{outer} \cdot W^T", 5.0, matrix_function_backward_1),
            ("W", rf"X^T \cdot {outer}", 1.08, matrix_function_backward_2),
        ):
            formula = rf"\dfrac{{\partial S}}{{\partial {name}}} = {factors}"
            _gradient(canvas, formula, gradients[name], 7.1, y, across=name == "X")
            canvas.claim(
                f"the derivative of S by {name}",
                gradients[name],
                taught(X, W, function),
                f"{taught.__name__}, by central differences",
                # The truncation error of a central difference with a step of 0.001.
                tolerance=1e-5,
            )
        drawing.describe("X", "W", backward=True, places=PLACES)


def sigma_graph(seed: int, function: Function) -> Graph:
    """The graph of the function of the weighted sum, with the book's X and W."""
    product = book_graph(seed)
    X, W = product["X"].value, product["W"].value  # noqa: N806 - the lecture's names
    return trace(matrix_forward_extra, X=X, W=W, sigma=function)


def _sigma_drawing(canvas: Canvas, graph: Graph, *, size: float) -> GraphDrawing:
    """The graph with shapes on the edges of vectors and numbers on the others."""
    drawing = GraphDrawing(canvas, graph, captions={"N": "product"}, smallest=1.1, size=size)
    for name in "XW":
        drawing.value(name, "symbol", "shape")
    for name in "NS":
        drawing.value(name, "symbol", "number", places=PLACES)
    drawing.describe(places=PLACES)
    return drawing
