"""Section 8: a computational graph with two matrices as inputs."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence

import numpy as np

from figgen import figure
from figgen.core import Array, Function, InputError, Interval, sigmoid
from figgen.core.graph import Graph, Local
from figgen.core.graph_latex import equations, pieces
from figgen.core.graph_words import said
from figgen.core.multiple_inputs import (
    matrix_function_backward_sum_1,
    matrix_function_backward_sum_2,
    matrix_function_forward_sum,
)
from figgen.core.ops import typeset_shape
from figgen.core.printed_numbers import printed
from figgen.core.trace import trace
from figgen.draw import Box, Canvas, Cell, GraphDrawing, HeatMap, Plot, Role, heat_map
from figgen.draw.canvas.rc import MATHS, SMALL
from figgen.draw.graphs.heat_maps import (
    CELL,
    back,
    between,
    claim_product,
    past,
    places_for,
    through,
    titled,
    width_of,
)
from figgen.draw.graphs.traced_graphs import equation
from figgen.draw.plots.plots import SAMPLES

BOOK_SEED = 190204
"""The seed of the book's example, so that a student finds the same numbers in both."""


CAPTIONS = {"N": "matrix\nproduct", "S": "element by\nelement", "L": "sum"}


def book_graph(
    seed: int = BOOK_SEED, *, rows: int = 3, inner: int = 3, columns: int = 2,
    function: Function = sigmoid,
) -> Graph:  # fmt: skip
    """The graph of the lecture's function at random matrices; X is drawn first, then W."""
    random = np.random.RandomState(seed)
    X = random.randn(rows, inner)  # noqa: N806 - the lecture's names
    W = random.randn(inner, columns)  # noqa: N806
    return trace(matrix_function_forward_sum, X=X, W=W, sigma=function)


# The graph


@figure(
    title="A graph of matrices, forward",
    perspective="diagram",
    concept="matrix-forward",
    alt="A computational graph from left to right: two circles, the matrices X and W, enter a"
    " matrix product; an element-wise function and a sum follow; the last circle is L.",
    steps=4,
)
def matrix_diagram(canvas: Canvas, *, rows: int = 3, inner: int = 3, columns: int = 2) -> None:
    """Two matrices go in, one number comes out; every edge says the shape of what passes."""
    graph = book_graph(rows=rows, inner=inner, columns=columns)
    drawing = GraphDrawing(canvas, graph, captions=CAPTIONS)
    _claim_shapes(canvas, graph)
    canvas.describe(f"X is {_sized(graph['X'].shape)} and W is {_sized(graph['W'].shape)}.")
    for step, names in enumerate(("XW", "N", "S", "L"), start=1):
        with canvas.step(step):
            for name in names:
                drawing.value(name, "symbol", "shape")
    layout = drawing.draw(Box(0.1, 1.7, 11.8, 3.8), node_gap=1.4)
    product = _product((graph["X"].shape, graph["W"].shape), graph["N"].shape, r"\cdot")
    notes = (product, f"{_size(graph['S'].shape)}, like $N$", "one number")
    for step, name, formula, note in zip((2, 3, 4), "NSL", equations(graph), notes, strict=True):
        with canvas.step(step):
            _equation(canvas, (layout.nodes[name][0], 1.05), formula, note, "forward", apart=0.52)
            canvas.describe(_told_forward(graph, name))


@figure(
    title="A graph of matrices, backward",
    perspective="diagram",
    concept="matrix-backward",
    alt="The computational graph of the matrices X and W, with a derivative below every edge;"
    " each gradient is the product of the derivatives on the way back from L.",
    steps=4,
)
def matrix_backward_diagram(
    canvas: Canvas, *, rows: int = 3, inner: int = 3, columns: int = 2
) -> None:
    """Backward, every edge adds a factor, and the shapes say how the factors are multiplied."""
    graph = book_graph(rows=rows, inner=inner, columns=columns)
    drawing = GraphDrawing(canvas, graph, captions=CAPTIONS)
    _claim_shapes(canvas, graph)
    for name in "XWNSL":
        drawing.value(name, "symbol", "shape")
    canvas.describe(f"X is {_sized(graph['X'].shape)} and W is {_sized(graph['W'].shape)}.")
    canvas.describe(" ".join(_told_forward(graph, name) for name in "NSL"))
    factors = ((2, "L", 0, 10.4), (3, "S", 0, 7.35), (4, "N", 1, 4.3), (4, "N", 0, 1.45))
    for step, name, position, x in factors:
        operand = graph[name].inputs[position]
        formula = f"{_gradient(graph, operand.name)} = {_pulled(graph, name, position)}"
        with canvas.step(step):
            drawing.derivative(name, position, "symbol", "shape")
            note = _factors(graph, name, position)
            _equation(canvas, (x, 1.2), formula, note, "backward", apart=0.78)
            canvas.describe(_told_backward(graph, name, position))
    drawing.draw(Box(0.1, 1.9, 11.8, 3.6), node_gap=1.4)


def _equation(
    canvas: Canvas,
    place: tuple[float, float],
    latex: str,
    note: str,
    role: Role,
    *,
    apart: float,
) -> None:
    """Write an equation, and a note about its shapes ``apart`` inches below it."""
    x, y = place
    canvas.text(x, y, f"${latex}$", role, size=MATHS, va="baseline")
    canvas.text(x, y - apart, note, "muted", va="baseline")


def _product(factors: Sequence[tuple[int, ...]], result: tuple[int, ...], times: str) -> str:
    """How the shape of a product comes from those of its factors."""
    left, *right = map(_size, (result, *factors))
    return f"{left} $=$ {f' ${times}$ '.join(right)}"


def _size(shape: tuple[int, ...]) -> str:
    # In braces the sign keeps the two numbers together.
    return f"$({typeset_shape(shape)})$".replace(r" \times ", r"{\times}")


def _factors(graph: Graph, name: str, position: int) -> str:
    local, operand = graph.local(name, position), graph[name].inputs[position]
    if graph[name] is graph.output:
        return f"{_size(operand.shape)}, all ones"
    shapes = [graph[name].shape, local.value.shape]
    if local.product == "left":
        shapes.reverse()
    return _product(shapes, operand.shape, _times(local))


def _times(local: Local) -> str:
    return r"\odot" if local.product == "times" else r"\cdot"


def _gradient(graph: Graph, name: str) -> str:
    # Not \frac, which sets its parts too small for the back of the hall.
    return rf"\dfrac{{\partial {graph.output.latex}}}{{\partial {graph[name].latex}}}"


def _pulled(graph: Graph, name: str, position: int) -> str:
    """The LaTeX of how an operand's gradient comes from that of the node ``name``."""
    local, upstream = graph.local(name, position), _gradient(graph, name)
    if graph[name] is graph.output:
        return local.latex
    if local.product == "left":
        return rf"{local.latex} \cdot {upstream}"
    return f"{upstream} {_times(local)} {local.latex}"


def _claim_shapes(canvas: Canvas, graph: Graph) -> None:
    (rows, inner), columns = graph["X"].shape, graph["W"].shape[1]
    product, by = (rows, columns), "the rule of the product"
    canvas.claim("shape of N", graph["N"].shape, product, by)
    canvas.claim("shape of S", graph["S"].shape, product, "a function of every element keeps it")
    for position, shape in enumerate(((columns, inner), (inner, rows))):
        factor = graph.local("N", position).value
        canvas.claim(f"shape of factor {position + 1}", factor.shape, shape, "transposing")


def _sized(shape: tuple[int, ...]) -> str:
    return " by ".join(map(str, shape)) or "a single number"


def _told_forward(graph: Graph, name: str) -> str:
    node = graph[name]
    steps = [each for each in graph.nodes if each.op]
    formula = pieces(graph, "words", node, stops=steps)[name].text
    return f"{name} = {formula} is {_sized(node.shape)}."


def _told_backward(graph: Graph, name: str, position: int) -> str:
    local, operand = graph.local(name, position), graph[name].inputs[position]
    if graph[name] is graph.output:
        return f"d{name}/d{operand.name} is {_sized(operand.shape)}, all ones."
    how = {
        "times": "multiplied element by element with",
        "right": "multiplied from the left by",
        "left": "multiplied from the right by",
    }[local.product]
    upstream = f"dL/d{name}, {_sized(graph[name].shape)}"
    factor = f"The factor d{name}/d{operand.name}, {_sized(local.value.shape)}"
    return f"{factor}, {how} {upstream}, gives dL/d{operand.name}, {_sized(operand.shape)}."


# The numbers

TOP, KEY, BELOW = 4.36, 3.24, 1.34
"""Heights of the middles of the two rows of matrices, and of the line between them."""
GAPS = {"X": 0.36, "W": 0.97, "N": 2.14, "S": 0.97}
"""The gap after each matrix; below the one after N stands the derivative of its function."""
WIDE = Cell(0.84, CELL.height)
"""Room for a sign and four decimals."""


@figure(
    title="A graph of matrices in numbers",
    perspective="diagram",
    concept="matrix-backward",
    alt="Two rows of small matrices with a number in every cell, tinted by sign and size on one"
    " scale; the cells of negative numbers are rounded. Above, the values of the forward pass from"
    " left to right; below each value, its gradient.",
    steps=6,
)
def matrix_numbers(canvas: Canvas, *, seed: int = BOOK_SEED, function: Function = sigmoid) -> None:
    """Forward, two matrices become one number; backward, each entry gets its share of the slope."""
    graph = book_graph(seed, function=function)
    for claim in graph.claims():
        canvas.file(claim)
    gradients = {**graph.backward(), "local": graph.local("S").value}
    shown = [*(node.value for node in graph.nodes), *gradients.values()]
    limit = max(float(np.abs(value).max()) for value in shown)
    key = "square cell: positive, rounded cell: negative"
    canvas.text(canvas.width / 2, KEY, key, "muted", size=SMALL)
    forward = _forward_row(canvas, graph, limit)
    _backward_row(canvas, graph, gradients, forward, limit)


def _forward_row(canvas: Canvas, graph: Graph, limit: float) -> dict[str, HeatMap]:
    titles = {"X": "X", "W": "W", **dict(zip("NSL", equations(graph), strict=True))}
    lefts = _lefts(canvas, graph)
    row: dict[str, HeatMap] = {}
    for name, before, step in zip("XWNSL", ("", "", "W", "N", "S"), (1, 1, 2, 3, 4), strict=True):
        node, place = graph[name], (lefts[name], TOP)
        with canvas.step(step):
            row[name] = _matrix(
                canvas, name, node.value, place, title=titles[name], role="forward", limit=limit
            )
            if before:
                through(canvas, row[before], row[name], node.operation.notation.symbol)
    with canvas.step(2):
        between(canvas, row["X"], row["W"], r"\cdot", size=34)
    claim_product(canvas, row["N"].printed, row["X"].printed, row["W"].printed)
    return row


def _backward_row(
    canvas: Canvas,
    graph: Graph,
    values: Mapping[str, Array],
    forward: Mapping[str, HeatMap],
    limit: float,
) -> None:
    local = graph.local("S")
    lefts = {name: above.box.left for name, above in forward.items()}
    middle = (forward["N"].right + forward["S"].box.left) / 2
    lefts["local"] = middle - width_of(local.value.shape) / 2
    titles = {name: _gradient(graph, name) for name in "NSL"} | {"local": local.latex}
    for position, name in enumerate("XW"):
        titles[name] = f"{_gradient(graph, name)} = {_pulled(graph, 'N', position)}"
    row: dict[str, HeatMap] = {}
    for name, step in {"L": 5, "S": 5, "local": 5, "N": 5, "X": 6, "W": 6}.items():
        spoken = "The slope of the function at N" if name == "local" else f"dL/d{name}"
        value, place = values[name], (lefts[name], BELOW)
        with canvas.step(step):
            row[name] = _matrix(
                canvas, spoken, value, place, title=titles[name], role="backward", limit=limit
            )
    with canvas.step(5):
        back(canvas, row["L"], row["S"])
        between(canvas, row["N"], row["local"], "=", "backward")
        between(canvas, row["local"], row["S"], r"\odot", "backward")
    with canvas.step(6):
        back(canvas, row["N"], row["W"])
        past(canvas, row["N"], row["W"], row["X"])
        canvas.describe("From dL/dN one arrow goes to dL/dW and another to dL/dX.")
    _claim_printed_gradients(canvas, row, forward)
    _claim_lecture(canvas, graph, values)


def _claim_printed_gradients(
    canvas: Canvas, row: Mapping[str, HeatMap], forward: Mapping[str, HeatMap]
) -> None:
    printed = {name: drawn.printed for name, drawn in row.items()}
    by_x, by_w = forward["X"].printed.transposed, forward["W"].printed.transposed
    claim_product(canvas, printed["N"], printed["S"], printed["local"], np.multiply)
    claim_product(canvas, printed["X"], printed["N"], by_w)
    claim_product(canvas, printed["W"], by_x, printed["N"])


def _claim_lecture(canvas: Canvas, graph: Graph, gradients: Mapping[str, Array]) -> None:
    """The functions on the code frames must give the gradients that are drawn."""
    taught = {"X": matrix_function_backward_sum_1, "W": matrix_function_backward_sum_2}
    function = graph["S"].operation.forward
    for name, backward in taught.items():
        canvas.claim(
            f"dL/d{name}",
            gradients[name],
            backward(graph["X"].value, graph["W"].value, function),
            f"{backward.__name__}, by central differences",
            # The truncation error of a central difference with a step of 0.001.
            tolerance=1e-5,
        )


def _matrix(
    canvas: Canvas,
    name: str,
    value: Array,
    place: tuple[float, float],
    *,
    title: str,
    role: Role,
    limit: float,
) -> HeatMap:
    """Draw a matrix with its title; the single numbers have the digits of the book."""
    places = places_for(value, 3 if value.ndim else 5)
    cell = CELL if value.ndim else WIDE
    drawn = heat_map(canvas, name, value, place, role=role, limit=limit, places=places, cell=cell)
    titled(canvas, drawn, title, role, up=0.42 if role == "backward" else 0.18)
    canvas.describe(f"{name} = {said(value, places)}.")
    return drawn


def _lefts(canvas: Canvas, graph: Graph) -> dict[str, float]:
    """The left end of each matrix, all of them in the middle of the canvas."""
    widths = {node.name: width_of(node.shape, CELL if node.shape else WIDE) for node in graph.nodes}
    left = (canvas.width - sum(widths.values()) - sum(GAPS.values())) / 2
    lefts = {}
    for name, width in widths.items():
        lefts[name] = left
        left += width + GAPS.get(name, 0.0)
    return lefts


# The slope


@figure(
    title="The slope along one entry of a matrix",
    perspective="plot",
    concept="matrix-backward",
    alt="A plane with one curve: the output L as one entry of X moves and all else is held. A"
    " dashed tangent touches it at the entry's value, with a triangle that shows its slope.",
)
def matrix_slope(canvas: Canvas, *, seed: int = BOOK_SEED, row: int = 1, column: int = 1) -> None:
    """An entry of the gradient is a slope: how fast L changes if that entry alone moves."""
    graph = book_graph(seed)
    for claim in graph.claims("X"):
        canvas.file(claim)
    place = (row - 1, column - 1)
    if place not in np.ndindex(graph["X"].shape):
        raise InputError("row and column", (row, column), "1 to 3 each")
    at, gradient = float(graph["X"].value[place]), float(graph.backward()["X"][place])
    along, x = _along(graph, place), Interval(at - 1, at + 1)
    height = float(graph.output.value)
    reached = np.append(along(x.samples(SAMPLES)), (height - gradient, height + gradient))
    y = Interval(math.floor(10 * reached.min()) / 10, math.ceil(10 * reached.max()) / 10)
    plot = Plot(canvas, Box(1.35, 0.8, 7.7, 4.0), x, y, (x.low, y.low))
    element = f"x_{{{row}{column}}}"
    xticks = {tick: canvas.digits(tick, 2) for tick in (x.low, at, x.high)}
    yticks = {tick: canvas.digits(tick, 4) for tick in (height, y.high)}
    plot.frame(xticks, yticks, xlabel=f"${element}$", ylabel="$L$")
    canvas.describe(f"Here x is the entry of X in row {row} and column {column}.")
    plot.curve(along, "forward", name=f"L({element})", name_at=at - 0.75, shift=(-0.2, 0.55))
    slope = plot.slope(along, at)
    canvas.claim(f"dL/dx{row}{column}", slope, gradient, "the backward pass")
    _triangle(plot, at, height, slope)
    held = f"Only ${element}$ moves; all other entries of $X$ and $W$ stay."
    plot.label(x.low, y.high, held, "muted", shift=(0.5, 0.12), ha="left")
    plot.points(along, (at,), "backward")
    words = equation(canvas, rf"\dfrac{{\partial L}}{{\partial {element}}}", slope, 4)
    plot.label(
        x.high, height + slope / 2, f"${words}$", "backward", size=MATHS, shift=(0.25, 0), ha="left"
    )
    canvas.describe(f"The tangent there rises by {printed(slope, 4)} for a step of 1 in x.")


def _triangle(plot: Plot, at: float, height: float, slope: float) -> None:
    """Draw the tangent, and what it rises if x moves by 1."""
    plot.line([at - 1, at], [height, height], "muted", dashed=True)
    plot.line([at, at], [plot.y.low, height], "muted", dashed=True)
    plot.line([at, at + 1], [height, height], "backward", width=2.4)
    plot.line([at + 1, at + 1], [height, height + slope], "backward", width=2.4)
    plot.line(
        [at - 1, at + 1], [height - slope, height + slope], "backward", width=2.4, dashed=True,
        zorder=4,
    )  # fmt: skip
    below = at - 0.7, height - 0.7 * slope
    plot.label(*below, "tangent", "backward", shift=(0.15, -0.35), ha="left")
    plot.label(at + 0.5, height, "1", "backward", shift=(0, -0.24))


def _along(graph: Graph, place: tuple[int, int]) -> Function:
    """The output of ``graph`` as a function of the entry of X at ``place``."""

    def moved(x: float) -> Graph:
        entries = graph["X"].value.copy()
        entries[place] = x
        return graph.forward(X=entries)

    def plain(x: float) -> float:
        entries = graph["X"].value.tolist()
        entries[place[0]][place[1]] = x
        columns = graph["W"].value.T.tolist()
        function = graph["S"].operation.plain
        sums = [math.fsum(map(operator.mul, r, c)) for r in entries for c in columns]
        return math.fsum(function(np.array(sums)))

    return Function(
        "L",
        "L({x})",
        np.vectorize(lambda u: float(moved(u).output.value), otypes=[float]),
        np.vectorize(lambda u: moved(u).backward()["X"][place], otypes=[float]),
        plain,
    )
