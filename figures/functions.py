"""Section 3: functions."""

from __future__ import annotations

from figgen import figure
from figgen.core import Function, Interval, leaky_relu, relu, square
from figgen.core.chains import reference
from figgen.draw import Box, Canvas, Line, Listing, Plot, display
from figgen.draw.canvas.rc import TITLE
from figgen.draw.plots.function_box import machine
from figgen.draw.plots.plots import BY_REFERENCE

from ._identities import two_functions


@figure(
    title="Two functions as equations",
    perspective="math",
    concept="functions",
    alt="Two equations, one below the other: each says what a function makes of x.",
)
def functions_math(canvas: Canvas, *, left: Function = square, right: Function = relu) -> None:
    """A function says what becomes of a number: its square, or the larger of it and zero."""
    lines = [
        Line(rf"\role{{forward}}{{f_{number}}}(x) &= {function.typeset()}")
        for number, function in enumerate((left, right), start=1)
    ]
    display(canvas, lines, lambda random: two_functions(random, left, right), size=48)


@figure(
    title="Two functions in the plane",
    perspective="plot",
    concept="functions",
    alt="Two coordinate planes side by side: the square on the left, the ReLU on the right.",
    steps=3,
)
def functions_plot(
    canvas: Canvas,
    *,
    left: Function = square,
    right: Function = relu,
    domain: Interval = Interval(-3, 3),
    points: tuple[float, ...] = (-2, -1, 0, 1, 2),
) -> None:
    """A function becomes a picture: draw the plane, plot a handful of points, join them."""
    for number, (function, place) in enumerate(((left, 0.55), (right, 6.75)), start=1):
        plot = Plot(canvas, Box(place, 0.35, 4.5, 4.1), domain, Interval(-1, 5))
        plot.frame((-2, -1, 1, 2), (1, 2, 3, 4))
        canvas.text(place + 2.25, 5.3, f"$f_{number}(x) = {function.typeset()}$", size=24)
        with canvas.step(2):
            plot.points(function, points)
        with canvas.step(3):
            plot.curve(function, "forward")


@figure(
    title="A function as a box",
    perspective="diagram",
    concept="functions",
    alt="Two boxes side by side, each a function: numbers go in on the left, one comes out for"
    " each on the right.",
)
def functions_box(
    canvas: Canvas,
    *,
    left: Function = square,
    right: Function = relu,
    inputs: tuple[float, ...] = (-2, -1, 0, 1.5, 3),
) -> None:
    """A function is a box: a number in, a number out."""
    for number, (function, place) in enumerate(((left, 0.15), (right, 6.35)), start=1):
        box = Box(place, 0.15, 5.5, 5.3)
        machine(canvas, box, function, inputs, name=f"f_{number}")


@figure(
    title="Functions in code",
    perspective="code",
    concept="functions",
    alt="The Python code of three functions; below it, what each of them gives for some numbers.",
)
def functions_code(canvas: Canvas, *, x: tuple[float, ...] = (-2, 0.5, 3)) -> None:
    """A function in code: the input stands in parentheses, the output after return."""
    functions = square, relu, leaky_relu
    listing = Listing(canvas, *functions, size=TITLE)
    listing.call(f"x = np.array({list(x)})")
    outputs = [reference((function,), x) for function in functions]
    listing.call("[f(x).tolist() for f in (square, relu, leaky_relu)]", outputs, BY_REFERENCE)
    listing.draw()
