"""Section 5: nested functions and the chain rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import numpy as np
from matplotlib.patches import Polygon

from figgen import figure
from figgen.core import (
    Chain,
    Function,
    InputError,
    Interval,
    chain,
    chain_deriv,
    chain_deriv_2,
    chain_deriv_3,
    closed_form,
    leaky_relu,
    sigmoid,
    square,
)
from figgen.core.chains import reference, spoken, typeset
from figgen.core.graph import Graph
from figgen.core.printed_numbers import printed
from figgen.core.trace import name, trace
from figgen.draw import Box, Canvas, GraphDrawing, Plot, Role, card
from figgen.draw.canvas.cards import in_a_row
from figgen.draw.canvas.planes import rounded_range
from figgen.draw.canvas.rc import MATHS, TITLE
from figgen.draw.graphs.diagrams import SYMBOL
from figgen.draw.graphs.traced_graphs import RESULT, Lane, equation, times
from figgen.draw.plots.plots import BY_REFERENCE, SAMPLES


@figure(
    title="Two functions in series",
    perspective="diagram",
    concept="nested-functions",
    alt="A graph from left to right: an input, boxes with functions in series, and an output.",
    steps=3,
)
def nested_diagram(canvas: Canvas, *, chain: Chain = (square, sigmoid), at: float = 1.2) -> None:
    """What comes out of the first box goes into the second; together they are one function."""
    graph = _traced(chain, at, length=2)
    names = _numbered(graph)
    drawing = GraphDrawing(
        canvas, graph, symbols=names, steps={"y": 2, RESULT: 2}, smallest=1.2, size=MATHS
    )
    drawing.value("x", "symbol", "number")
    drawing.value("u1", "symbol", "number", symbol="f_1(x)")
    drawing.describe("x", "u1")
    with canvas.step(2):
        drawing.value("y", "symbol", "number")
        drawing.describe("y")
    drawing.draw(Box(0.1, 2.0, 11.8, 2.4))
    first, second = (drawing.diagram.places[box] for box in names)
    _formula_under(canvas, first, names["u1"], chain[0])
    with canvas.step(2):
        _formula_under(canvas, second, names["y"], chain[1])
    with canvas.step(3):
        width = second.left + second.width - first.left
        frame = Box(first.left - 0.3, first.bottom - 0.3, width + 0.6, first.height + 1.2)
        card(canvas, frame, "muted", width=2.4, dashed=True)
        middle, top = frame.left + width / 2 + 0.3, frame.bottom + frame.height
        canvas.text(middle, top - 0.5, "one function again", size=TITLE, va="baseline")
        whole = rf"y \,=\, f_2(f_1(x)) = {typeset(chain)}"
        words = equation(canvas, whole, float(graph.output.value))
        canvas.text(6, 0.45, f"${words}$", size=MATHS, va="baseline")
        canvas.describe(f"A frame around both boxes: together they are {spoken(chain)}.")


@figure(
    title="The chain rule on two boxes",
    perspective="diagram",
    concept="chain-rule-2",
    alt="A graph of two boxes in series, with a derivative on each edge; below it, their product.",
    steps=3,
)
def chain2_diagram(canvas: Canvas, *, chain: Chain = (square, sigmoid), at: float = 1.2) -> None:
    """Each box has its own derivative where its input arrived; the chain rule multiplies them."""
    graph = _traced(chain, at, length=2)
    names = _numbered(graph)
    drawing = GraphDrawing(canvas, graph, symbols=names, smallest=1.2, size=MATHS)
    drawing.value("x", "symbol", "number")
    drawing.value("u1", "symbol", "number", symbol="f_1(x)")
    drawing.value("y", "symbol", "number")
    drawing.describe()
    slopes = r"\dfrac{df_1}{du}(x)", r"\dfrac{df_2}{du}(f_1(x))"
    with canvas.step(2):
        for box, slope in zip(names, slopes, strict=True):
            drawing.derivative(box, 0, "symbol", "number", symbol=slope)
            _describe_slope(drawing, box)
    drawing.draw(Box(0.1, 2.3, 11.8, 3.0))
    with canvas.step(3):
        _product(drawing, rf"{slopes[1]} \cdot {slopes[0]}", 6, 1.1, size=SYMBOL)
        _claim_lecture(canvas, chain, float(graph.backward()["x"]), at)
        drawing.describe("x", backward=True)


@figure(
    title="A small change runs through three boxes",
    perspective="diagram",
    concept="chain-rule-3",
    alt="A graph of three boxes in series; below it, how large a small change of the input is"
    " before and after each box.",
    steps=4,
)
def chain3_diagram(
    canvas: Canvas,
    *,
    chain: Chain = (leaky_relu, square, sigmoid),
    at: float = -4.0,
    delta: float = 0.1,
) -> None:
    """Each box multiplies a small change by about its derivative, so all three by the product."""
    drawing = _three_boxes(canvas, chain, at)
    for node in drawing.graph.nodes:
        drawing.value(node.name, "symbol", "number")
    drawing.describe()
    drawing.draw(Box(0.05, 3.8, 11.9, 1.6))
    changes = _changes(drawing, chain, delta)
    # Two digits of the smallest change.
    places = max(0, 1 - math.floor(math.log10(min(map(abs, changes)))))
    lane = Lane(drawing, 2.15, "highlight", places=places, signed=True)
    _change(lane, 0, r"\Delta x", changes)
    canvas.describe(f"x changes by {printed(delta, places)}.")
    ratios = [after / before for before, after in pairwise(changes)]
    for number, (symbol, ratio) in enumerate(zip(("u_1", "u_2", "y"), ratios, strict=True), 1):
        with canvas.step(number):
            lane.through(number, ratio)
            _change(lane, number, rf"\Delta {symbol}", changes)
            canvas.describe(
                f"Box f{number} multiplies the change by {printed(ratio)},"
                f" to {printed(changes[number], places)}."
            )
    with canvas.step(4):
        quotient = rf"\dfrac{{\Delta y}}{{\Delta x}} \approx {times(canvas, ratios)}"
        slope = float(drawing.graph.backward()["x"])
        words = equation(canvas, quotient, changes[-1] / delta)
        left = canvas.text(0, 0.55, f"${words}$", "highlight", size=MATHS, va="baseline")
        words = equation(canvas, r"\dfrac{dy}{dx}", slope)
        right = canvas.text(0, 0.55, f"${words}$", "backward", size=MATHS, va="baseline")
        in_a_row(canvas, [left, right], 6, gap=1.2)
        drawing.describe("x", backward=True)


@figure(
    title="Forward and backward through three boxes",
    perspective="diagram",
    concept="chain-rule-3",
    alt="A graph of three boxes in series: above the edges the values of the forward pass; below"
    " it the backward pass, from right to left.",
    steps=6,
)
def chain3_passes(
    canvas: Canvas, *, chain: Chain = (leaky_relu, square, sigmoid), at: float = -4.0
) -> None:
    """Forward, each box computes; backward, each multiplies by its derivative where it was."""
    drawing = _three_boxes(canvas, chain, at)
    names = [node.name for node in drawing.graph.nodes]
    drawing.value("x", "symbol", "number")
    drawing.describe("x")
    canvas.text(0.1, 5.2, "forward pass", "forward", weight="semibold", ha="left", va="baseline")
    for step, box in enumerate(names[1:], start=1):
        with canvas.step(step):
            drawing.value(box, "symbol", "number")
            drawing.describe(box)
    drawing.draw(Box(0.05, 3.2, 11.9, 1.6))
    with canvas.step(3):
        whole = equation(canvas, r"y \,=\, f_3(f_2(f_1(x)))", float(drawing.graph.output.value))
        canvas.text(6.8, 5.2, f"${whole}$", "forward", size=MATHS, va="baseline")
    gradients = drawing.graph.backward()
    lane = Lane(drawing, 2.3, "backward")
    with canvas.step(4):
        words = "backward pass"
        canvas.text(0.1, 3.0, words, "backward", weight="semibold", ha="left", va="baseline")
        lane.stop(3, r"\dfrac{dy}{dy}", float(gradients["y"]))
    slopes = [rf"\dfrac{{df_{box}}}{{du}}({at})" for box, at in ((1, "x"), (2, "u_1"), (3, "u_2"))]
    for step, number in ((4, 3), (5, 2), (6, 1)):
        with canvas.step(step):
            slope = float(drawing.graph.local(names[number]).value)
            lane.through(number, slope, slopes[number - 1], backward=True)
            before = drawing.graph[names[number - 1]]
            symbol = rf"\dfrac{{dy}}{{d{before.latex}}}"
            lane.stop(number - 1, symbol, float(gradients[before.name]))
            drawing.describe(before.name, backward=True)
    with canvas.step(6):
        _product(drawing, r" \cdot ".join(reversed(slopes)), 6.8, 0.5)
        _claim_lecture(canvas, chain, float(gradients["x"]), at)


def _traced(chain: Chain, at: float, *, length: int) -> Graph:
    """The graph of so many nested functions; the last value is called y."""
    if len(chain) != length:
        raise InputError("length of the chain", len(chain), str(length))
    return trace(lambda x: name(reduce(lambda u, func: func(u), chain, x), "y"), x=at)


def _numbered(graph: Graph) -> dict[str, str]:
    """The names of the boxes: f1, f2 ..."""
    boxes = (node for node in graph.nodes if node.op)
    return {node.name: f"f_{number}" for number, node in enumerate(boxes, start=1)}


def _three_boxes(canvas: Canvas, chain: Chain, at: float) -> GraphDrawing:
    graph = _traced(chain, at, length=3)
    return GraphDrawing(canvas, graph, symbols=_numbered(graph))


def _formula_under(canvas: Canvas, place: Box, symbol: str, function: Function) -> None:
    words = f"${symbol}(u) = {function.typeset('u')}$"
    x = place.left + place.width / 2
    canvas.text(x, place.bottom - 0.85, words, size=MATHS, va="baseline")


def _describe_slope(drawing: GraphDrawing, box: str) -> None:
    slope = printed(float(drawing.graph.local(box).value))
    drawing.canvas.describe(f"The derivative of {drawing.graph[box].operation} there is {slope}.")


def _product(
    drawing: GraphDrawing, symbols: str, x: float, y: float, *, size: float = MATHS
) -> None:
    """Write the chain rule: in symbols, in numbers and what it comes to."""
    canvas, graph = drawing.canvas, drawing.graph
    slopes = [float(graph.local(node.name).value) for node in reversed(graph.nodes) if node.op]
    words = rf"\dfrac{{dy}}{{dx}} = {symbols} \approx {times(canvas, slopes)}"
    words = equation(canvas, words, float(graph.backward()["x"]))
    canvas.text(x, y, f"${words}$", "backward", size=size, va="baseline")


def _changes(drawing: GraphDrawing, chain: Chain, delta: float) -> list[float]:
    """The change of the input and after each box, claimed.

    Raises:
        InputError: If there is a box that nothing gets through.
    """
    graph = drawing.graph
    at = float(graph["x"].value)
    moved = graph.forward(x=at + delta)
    changes = [float(moved[node.name].value - node.value) for node in graph.nodes]
    if not all(changes):
        raise InputError("delta", delta, "a number that changes what comes out of every box")
    for number, change in enumerate(changes):
        before, after = reference(chain[:number], [at, at + delta])
        what = f"the change of {spoken(chain[:number])} as x changes by {printed(delta)}"
        drawing.canvas.claim(what, change, after - before, BY_REFERENCE)
    return changes


def _change(lane: Lane, stop: int, symbol: str, changes: Sequence[float]) -> None:
    """Draw one change: as a number, and as an arrow up or down, all to one scale."""
    lane.stop(stop, symbol, changes[stop])
    low, high = 2.65, 4.2
    down, up = (max(0.0, *(sign * change for change in changes)) for sign in (-1, 1))
    unit = (high - low) / (up + down)
    ground, x, length = low + down * unit, lane.stops[stop], changes[stop] * unit
    lane.canvas.line((x - 0.4, ground), (x + 0.4, ground), "muted")
    neck = length - math.copysign(min(0.35, 0.6 * abs(length)), length)
    wide, slim = min(0.22, 0.8 * abs(length)), min(0.08, 0.3 * abs(length))
    half = [(slim, 0.0), (slim, neck), (wide, neck)]
    right, left = ([(x + side * dx, ground + dy) for dx, dy in half] for side in (1, -1))
    arrow = Polygon([*left, (x, ground + length), *reversed(right)], linewidth=0, zorder=2.5)
    role: Role = "positive" if length > 0 else "negative"
    lane.canvas.mark(lane.canvas.page.add_patch(arrow), fill=role, tint=1)


@figure(
    title="The sigmoid and its derivative",
    perspective="plot",
    concept="sigmoid",
    alt="One plane with two curves: the S-shaped sigmoid, and its derivative, a bell, dashed.",
)
def sigmoid_plot(
    canvas: Canvas, *, function: Function = sigmoid, domain: Interval = Interval(-6, 6)
) -> None:
    """The sigmoid squeezes every number between 0 and 1; it is steepest in the middle."""
    plot = Plot(canvas, Box(0.9, 0.75, 9.4, 4.0), domain, Interval(0, 1))
    ticks = [tick for tick in range(-6, 7, 2) if tick in domain and tick]
    plot.frame(ticks, (0.5, 1))
    # From the axis on, so that it does not run through the label of the tick.
    plot.line([0, domain.high], [1, 1], "muted", dashed=True)
    plot.curve(function, "forward", name=function.typeset())
    slope = rf"\frac{{d}}{{dx}}\,{function.typeset()}"
    plot.derivative(function, name=slope, name_at=1.5, shift=(0.15, 0.3))
    plot.points(function, (0.0,), "forward")
    steepest = plot.slope_point(function, 0.0)
    plot.number(0.0, steepest, steepest, "backward", shift=(0.16, 0.26), ha="left")


@figure(
    title="Two nested functions and their derivatives",
    perspective="plot",
    concept="chain-rule-2",
    alt="Two columns, one for each order of nesting. Above, the function of x, coloured by whether"
    " it rises or falls; below, its derivative, positive, zero and negative in the same places.",
    steps=2,
)
def chain2_plot(
    canvas: Canvas,
    *,
    chain: Chain = (square, sigmoid),
    at: float = 1.0,
    domain: Interval = Interval(-3, 3),
) -> None:
    """Where a function rises its derivative is positive, where it falls negative, between zero."""
    _columns(canvas, (chain, tuple(reversed(chain))), at, domain)


@figure(
    title="Three nested functions and their derivatives",
    perspective="plot",
    concept="chain-rule-3",
    alt="Two columns, one for each order of the two outer functions. Above, the function of x,"
    " coloured by whether it rises or falls; below, its derivative with the same signs.",
    steps=2,
)
def chain3_plot(
    canvas: Canvas,
    *,
    chain: Chain = (leaky_relu, square, sigmoid),
    at: float = 1.0,
    domain: Interval = Interval(-3, 3),
) -> None:
    """The chain rule holds for three functions too; a kink in the first can make a jump."""
    first, *others = chain
    _columns(canvas, (chain, (first, *reversed(others))), at, domain)


def _columns(canvas: Canvas, chains: tuple[Chain, Chain], at: float, domain: Interval) -> None:
    """Each chain in a column of its own: the function above, its derivative below."""
    x = domain.samples(SAMPLES)
    # One scale for both columns, so that steep and flat can be compared.
    heights, height_ticks = rounded_range(np.array([chain(links, x) for links in chains]), 2)
    all_slopes = np.array([chain_deriv(links, x, closed_form) for links in chains])
    slopes, slope_ticks = rounded_range(all_slopes, 4)
    for links, left in zip(chains, (0.75, 6.75), strict=True):
        canvas.text(left + 2.2, 5.32, f"$y = {typeset(links)}$", size=24)
        above = Plot(canvas, Box(left, 3.15, 4.3, 1.45), domain, heights, (domain.low, 0))
        below = Plot(canvas, Box(left, 0.3, 4.3, 1.85), domain, slopes, (domain.low, 0))
        above.frame((-2, 0, 2), height_ticks)
        above.signed_curve(links)
        with canvas.step(2):
            below.frame({-2: "", 0: "", 2: ""}, slope_ticks, ylabel=r"$\frac{dy}{dx}$")
            below.derivative(links, "ink", signs=True)
            slope = above.tangent(links, at, length=1.7)
            above.points(links, (at,), "backward")
            below.slope_point(links, at)
            below.number(at, slope, slope, "backward", shift=(0.2, 0.14), ha="left")
            start, end = above.on_page(at, float(chain(links, at))), below.on_page(at, slope)
            canvas.line(start, end, "muted", dashed=True)
            _claim_lecture(canvas, links, slope, at)


def _claim_lecture(canvas: Canvas, links: Chain, slope: float, at: float) -> None:
    """The function on the code frame must give the slope that is drawn."""
    taught = {2: chain_deriv_2, 3: chain_deriv_3}.get(len(links), chain_deriv)
    canvas.claim(
        f"the slope of {spoken(links)} at x = {at:g}",
        slope,
        float(taught(links, at)),
        f"{taught.__name__}, by central differences",
        # The truncation error of a central difference with a step of 0.001.
        tolerance=1e-5,
    )
