"""Section 3: functions."""

from __future__ import annotations

from figgen import figure
from figgen.core import Function, Interval, relu, square
from figgen.draw.boxes import machine
from figgen.draw.canvas import Canvas
from figgen.draw.plots import Box, Plot


@figure(
    title="Two functions in the plane",
    perspective="plot",
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
