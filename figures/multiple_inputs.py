"""Section 6: functions with multiple inputs."""

from __future__ import annotations

from figgen import figure
from figgen.core import Function, sigmoid
from figgen.core.chains import reference
from figgen.core.graph_latex import equations, expression
from figgen.core.multiple_inputs import multiple_inputs_add, multiple_inputs_add_backward
from figgen.core.trace import trace
from figgen.draw import Box, Canvas, GraphDrawing, Line, Listing, display
from figgen.draw.canvas.rc import LABEL, MATHS, TITLE
from figgen.draw.graphs.traced_graphs import product
from figgen.draw.plots.plots import BY_REFERENCE
from figgen.draw.text.latex_layout import led
from figgen.draw.text.listings import BY_GRAPH

from ._identities import two_inputs

PLACES = 4
"""The decimals of the numbers, as many as the code prints."""


@figure(
    title="Two inputs as equations",
    perspective="math",
    concept="two-inputs",
    alt="Two equations: the sum of both inputs, and a function of it.",
)
def two_inputs_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """A function of two inputs: add them, then apply a second function to the sum."""
    graph = trace(multiple_inputs_add, x=2.0, y=-1.0, sigma=function)
    named = zip(equations(graph, symbols=True), equations(graph), strict=True)
    lines = [
        Line(led(symbols if symbols == formula else f"{symbols} = {formula.partition(' = ')[2]}"))
        for symbols, formula in named
    ]
    display(canvas, lines, lambda random: two_inputs(random, function), size=48)


@figure(
    title="Two inputs and one output",
    perspective="diagram",
    concept="two-inputs",
    alt="A graph from left to right: two inputs meet in a box that adds them, and the sum goes"
    " through a second box to the output.",
)
def two_inputs_diagram(
    canvas: Canvas, *, x: float = 2.0, y: float = -1.0, function: Function = sigmoid
) -> None:
    """Two numbers go in, one comes out: α adds the inputs, and the second box takes the sum."""
    drawing = _drawing(canvas, x, y, function)
    drawing.describe(places=PLACES)
    drawing.draw(Box(0.1, 1.3, 11.8, 4.2), node_gap=1.1)
    graph = drawing.graph
    named = zip(equations(graph, symbols=True), equations(graph), strict=True)
    for box, (symbols, formula) in zip("as", named, strict=True):
        right = formula.partition(" = ")[2]
        words = symbols if symbols == formula else f"{symbols} = {right}"
        place = drawing.diagram.places[box]
        middle = place.left + place.width / 2
        canvas.text(middle, place.bottom - 0.6, f"${words}$", size=MATHS, va="baseline")
    both = f"s = {expression(graph, symbols=True)} = {expression(graph)}"
    canvas.text(6, 0.45, f"${both}$", size=MATHS, va="baseline")


@figure(
    title="Two inputs in code",
    perspective="code",
    concept="two-inputs",
    alt="The Python code of a function of two inputs; below it, a call of it.",
)
def two_inputs_code(
    canvas: Canvas, *, x: float = 2.0, y: float = -1.0, function: Function = sigmoid
) -> None:
    """Three names in parentheses: the two inputs, and the function that takes their sum."""
    listing = Listing(
        canvas, multiple_inputs_add, using=(function,), docstring="first line", size=TITLE
    )
    call = f"multiple_inputs_add({x}, {y}, {function.name})"
    listing.call(f"print({call}.round({PLACES}))", reference((function,), x + y), BY_REFERENCE)
    listing.draw()


@figure(
    title="Two inputs, backward",
    perspective="diagram",
    concept="two-inputs-backward",
    alt="A graph in which two inputs meet in a box that adds them, before a second box; below"
    " each edge its derivative, and beside the graph their product along each path.",
    steps=4,
)
def two_inputs_backward_diagram(
    canvas: Canvas, *, x: float = 2.0, y: float = -1.0, function: Function = sigmoid
) -> None:
    """The derivative by an input is the product of the derivatives along its path."""
    drawing = _drawing(canvas, x, y, function, size=LABEL)
    drawing.describe(places=PLACES)
    graph = drawing.graph
    outer = rf"\dfrac{{\partial {graph['s'].operation.notation.symbol}}}{{\partial u}}(a)"
    inner = {name: rf"\dfrac{{\partial \alpha}}{{\partial {name}}}" for name in "xy"}
    with canvas.step(2):
        drawing.derivative("s", 0, "symbol", "number", symbol=outer, places=PLACES)
        drawing.describe("a", backward=True, places=PLACES)
    with canvas.step(3):
        for position, name in enumerate("xy"):
            drawing.derivative("a", position, "symbol", "number", symbol=inner[name], places=PLACES)
            slope = canvas.digits(float(graph.local("a", position).value), PLACES)
            canvas.describe(f"da/d{name} = {slope}.")
    drawing.draw(Box(0.1, 0.1, 11.8, 5.4), node_gap=2.4)
    taught = multiple_inputs_add_backward(graph["x"].value, graph["y"].value, function)
    with canvas.step(4):
        for position, (name, height, by_lecture) in enumerate(
            zip("xy", (4.75, 0.75), taught, strict=True)
        ):
            gradient = float(graph.backward()[name])
            factors = [float(graph.local(*edge).value) for edge in (("s", 0), ("a", position))]
            left = rf"\dfrac{{\partial s}}{{\partial {name}}} = {outer} \cdot {inner[name]}"
            words = product(canvas, left, factors, gradient, PLACES)
            canvas.text(8.6, height, f"${words}$", "backward", size=MATHS, va="baseline")
            canvas.claim(
                f"ds/d{name}",
                gradient,
                by_lecture,
                "multiple_inputs_add_backward, by central differences",
                # The truncation error of a central difference with a step of 0.001.
                tolerance=1e-5,
            )
        drawing.describe("x", "y", backward=True, places=PLACES)


def _drawing(
    canvas: Canvas, x: float, y: float, function: Function, *, size: float = MATHS
) -> GraphDrawing:
    """The graph of the lecture's function, with its values on the edges."""
    graph = trace(multiple_inputs_add, x=x, y=y, sigma=function)
    drawing = GraphDrawing(canvas, graph, smallest=1.1, size=size)
    for node in graph.nodes:
        drawing.value(node.name, "symbol", "number", places=PLACES)
    return drawing


@figure(
    title="Two inputs, backward, as equations",
    perspective="math",
    concept="two-inputs-backward",
    alt="The chain rule for each of two inputs: the derivative of the outer function times that of"
    " the sum, which is 1.",
)
def two_inputs_backward_math(canvas: Canvas, *, function: Function = sigmoid) -> None:
    """Each derivative is a product along the path of its input; that of a sum is 1."""
    graph = trace(multiple_inputs_add, x=2.0, y=-1.0, sigma=function)
    symbol, inner = (graph[node].operation.notation.symbol for node in "sa")
    slope = r"\role{backward}{\frac{\partial %s}{\partial %s}}"
    outer, lines = slope % (symbol, "u"), []
    for position, name in enumerate("xy"):
        first = rf"{outer}({inner}(x, y)) \cdot {slope % (inner, name)}(x, y)"
        local = graph.local("a", position).latex
        lines += [
            Line(rf"\frac{{\partial s}}{{\partial {name}}} &= {first}"),
            Line(rf"&= {outer}({expression(graph, 'a')}) \cdot {local}"),
        ]
    display(canvas, lines, lambda random: two_inputs(random, function), size=32)


@figure(
    title="Two inputs, backward, in code",
    perspective="code",
    concept="two-inputs-backward",
    alt="The Python code of the two derivatives of a function of two inputs, its forward and its"
    " backward pass marked; below it, a call of it.",
)
def two_inputs_backward_code(
    canvas: Canvas, *, x: float = 2.0, y: float = -1.0, function: Function = sigmoid
) -> None:
    """Each derivative where the forward pass arrived, multiplied along the path of its input."""
    listing = Listing(canvas, multiple_inputs_add_backward, using=(function,))
    listing.passes()
    gradients = trace(multiple_inputs_add, x=x, y=y, sigma=function).backward()
    listing.call(f"dsdx, dsdy = multiple_inputs_add_backward({x}, {y}, {function.name})")
    both = [float(gradients[name]) for name in "xy"]
    listing.call(f"print(dsdx.round({PLACES}), dsdy.round({PLACES}))", both, BY_GRAPH)
    listing.draw()
