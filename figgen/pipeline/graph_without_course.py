"""Drawings of no course: the graph of an expression or a chain from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from figgen.core import Array, InputError
from figgen.core.expressions import ExpressionError, parse
from figgen.core.functions import FUNCTIONS
from figgen.core.graph import Graph
from figgen.core.printed_numbers import printed
from figgen.core.trace import trace, trace_chain
from figgen.course.course import Entry
from figgen.course.definition import Definition
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import SMALL, style
from figgen.draw.canvas.unmarked import CanvasError, require_marked
from figgen.draw.graphs.diagrams import SMALLEST, SYMBOL
from figgen.draw.graphs.fitting import TooLargeError, require_room_for
from figgen.draw.graphs.graphviz_layout import LayoutError
from figgen.draw.graphs.traced_graphs import RESULT, GraphDrawing, Show
from figgen.errors import BuildError, RequestError
from figgen.pipeline.drawing import Drawing, nothing_in_silence

MARGIN = 0.02
"""Free space around the graph, in inches."""


class Size(NamedTuple):
    """How large nodes are: their symbols in points, and the least width of one in inches."""

    symbol: float
    node: float


SIZES = (Size(SYMBOL, SMALLEST), Size(SMALL, 0.5))
"""The sizes that are tried, the best first; the last is the smallest that can be read."""

MAX_ELEMENTS = 10_000
"""The most elements of one input; the gradient of a larger one would take minutes."""


def expression_graph(text: str, values: Mapping[str, str], seed: int) -> Graph:
    """The graph of an expression.

    Args:
        text: The expression, like ``sum(sigmoid(X @ W))``.
        values: A value for each name in it: a number, ``1,2,3`` for a vector, ``1,2;3,4`` for a
            matrix, or ``3x2`` for a matrix of normally distributed random numbers.
        seed: Of numpy's legacy generator, which fills the random matrices in their order.

    Raises:
        RequestError: If the expression cannot be read, or a value is missing, unknown or wrong.
    """
    try:
        expression = parse(text)
        if RESULT in expression.names:
            raise RequestError(f"{text}: '{RESULT}' names the end of the graph; take another name")
        random = np.random.RandomState(seed)
        inputs = {name: _value(name, value, random) for name, value in values.items()}
        return trace(expression, **inputs)
    except ExpressionError as error:
        raise RequestError(_with_caret(error)) from None
    except InputError as error:
        raise RequestError(str(error)) from None


def chain_graph(names: Sequence[str], at: float) -> Graph:
    """The graph of a chain of functions at a point.

    Args:
        names: The functions, the innermost first.
        at: The input.

    Raises:
        RequestError: If there is no such function, or a value is not finite.
    """
    unknown = [name for name in names if name not in FUNCTIONS]
    if unknown:
        known = ", ".join(FUNCTIONS)
        raise RequestError(f"no function is called '{unknown[0]}'; there are: {known}")
    try:
        return trace_chain([FUNCTIONS[name] for name in names], at)
    except InputError as error:
        raise RequestError(str(error)) from None


def _with_caret(error: ExpressionError, width: int = 60) -> str:
    """The error in one line, with a caret before the place in the expression."""
    column = error.column - 1
    before, after = error.expression[:column], error.expression[column:]
    excerpt = f"{before[-width // 2 :]}^{after[: width // 2]}"
    return f"{error.summary}: {excerpt.encode('ascii', 'replace').decode()}"


def _value(name: str, text: str, random: np.random.RandomState) -> Array:
    rows, times, columns = text.partition("x")
    try:
        if not times:
            table = np.array(
                [[float(number) for number in row.split(",")] for row in text.split(";")]
            )
            return table if ";" in text else table[0] if "," in text else table[0, 0]
        shape = int(rows), int(columns)
    except ValueError:
        allowed = "a number, '1,2,3' for a vector, '1,2;3,4' for a matrix or '3x2' for a random one"
        raise InputError(f"value of {name}", text, allowed) from None
    if min(shape) < 1 or shape[0] * shape[1] > MAX_ELEMENTS:
        raise InputError(f"shape of {name}", text, f"1 to {MAX_ELEMENTS} elements")
    return random.randn(*shape)


def graph_entry(title: str) -> Entry:
    """The definition of a graph that no course holds."""
    definition = Definition(title, "diagram", f"The computational graph of {title}.")
    return Entry("graph", definition, "", "", "", "figgen graph", 1)


def graph_drawing(graph: Graph, title: str, *, backward: bool, fitted: bool = True) -> Drawing:
    """Draw a graph with its values, and its derivatives if asked, in one step.

    Numbers are written out; vectors and matrices stand with their shape. What does not fit is
    drawn with ever smaller symbols, none of them smaller than what can be read.

    Args:
        graph: The graph.
        title: What it is called.
        backward: Whether to draw the derivatives.
        fitted: Whether it is drawn on a slide; else only its DOT source is made, of any size.

    Raises:
        BuildError: If it does not fit on a slide or cannot be placed.
    """
    refused: Exception | None = None
    for size in SIZES if fitted else SIZES[:1]:
        canvas = Canvas("full")
        try:
            with style(), nothing_in_silence():
                _draw(canvas, graph, size, backward=backward, fitted=fitted)
                require_marked(canvas.figure, canvas.marks)
        except TooLargeError as error:
            refused = error
            continue
        except (InputError, CanvasError, LayoutError) as error:
            raise BuildError(f"{title}: {error}") from error
        drawn = Drawing(graph_entry(title), canvas)
        drawn.require_claims()
        return drawn
    raise BuildError(f"{title}: {refused}") from refused


def _draw(canvas: Canvas, graph: Graph, size: Size, *, backward: bool, fitted: bool) -> None:
    box = Box(MARGIN, MARGIN, canvas.width - 2 * MARGIN, canvas.height - 2 * MARGIN)
    if fitted:
        require_room_for(len(graph.nodes), box)
    # Without words below the symbols, and with the smallest text: what a lecturer types may need
    # the room.
    captions = {node.name: "" for node in graph.nodes if node.op}
    drawing = GraphDrawing(
        canvas, graph, captions=captions, size=SMALL, symbol=size.symbol, smallest=size.node
    )
    if not fitted:
        canvas.sources["dot"] = drawing.diagram.source()
        return
    drawing.diagram.require_room(box)
    for node in graph.nodes:
        drawing.value(node.name, "symbol", "shape" if node.shape else "number")
    for edge in graph.edges if backward else ():
        matrix = graph.local(edge.target.name, edge.position).value.ndim
        shows: tuple[Show, ...] = ("symbol",) if matrix else ("symbol", "number")
        drawing.derivative(edge.target.name, edge.position, *shows)
    drawing.describe()
    if backward:
        drawing.describe(backward=True)
    drawing.draw(box)


def table(graph: Graph, *, backward: bool) -> list[tuple[str, str, str]]:
    """Every node with its value and, if asked, the gradient of the output by it, as printed."""
    gradients: Mapping[str, Any] = graph.backward() if backward else {}
    return [
        (
            node.name,
            _printed(node.value),
            _printed(gradients[node.name]) if backward else "",
        )
        for node in graph.nodes
    ]


def _printed(value: Array) -> str:
    if not value.ndim:
        return printed(float(value), 6)
    rows = ["[" + " ".join(printed(float(x), 4) for x in row) + "]" for row in np.atleast_2d(value)]
    return " ".join(rows)
