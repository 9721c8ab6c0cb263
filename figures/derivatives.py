"""Section 4: derivatives."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from figgen import figure
from figgen.core import Function, Interval, closed_form, deriv, exp, sigmoid, square
from figgen.core.equation_claims import Random, Values
from figgen.core.printed_numbers import printed, scientific
from figgen.draw import Box, Canvas, Line, Listing, Plot, display
from figgen.draw.plots.derivative_box import nudge
from figgen.draw.text.listings import BY_CLOSED_FORM


@figure(
    title="The derivative as an equation",
    perspective="math",
    concept="derivative",
    alt="The derivative of f at a: the limit of a quotient; below it the same quotient for one"
    " small step.",
    steps=2,
)
def derivative_math(canvas: Canvas, *, function: Function = exp, delta: float = 0.001) -> None:
    """The derivative is the limit of a slope; a small step gives nearly the same."""

    def values(random: Random) -> Values:
        return {"f": function, "a": random.uniform(-2, 2, 20)}

    def quotient(step: str, times: str) -> str:
        step = rf"\role{{highlight}}{{{step}}}"
        return rf"\frac{{f(a + {step}) - f(a - {step})}}{{2 {times} {step}}}"

    limit = rf"\lim_{{\role{{highlight}}{{\Delta}} \to 0}} {quotient(chr(92) + 'Delta', '')}"
    lines = [
        Line(rf"\role{{backward}}{{\frac{{df}}{{du}}}}(a) &= {limit}"),
        Line(rf"&\approx {quotient(canvas.digits(delta, 12), chr(92) + 'cdot')}", 2),
    ]
    # The error of the quotient falls as the square of the step.
    display(canvas, lines, values, size=42, nearly=10 * delta**2)


@figure(
    title="The slope at a point",
    perspective="plot",
    concept="derivative",
    alt="A rising curve with its tangent at one point, and three secants that close in on it.",
    steps=4,
)
def derivative_tangent(
    canvas: Canvas,
    *,
    function: Function = exp,
    at: float = 0.5,
    deltas: tuple[float, float, float] = (1.0, 0.5, 0.1),
) -> None:
    """As Δ shrinks, the slope of the secant goes to the slope of the tangent: the derivative."""
    plot = Plot(canvas, Box(0.5, 0.75, 6.4, 4.1), Interval(-1.2, 2.0), Interval(0, 6))
    plot.frame({at: f"$a = {at:g}$"}, (), ylabel=f"$f(x) = {function.typeset()}$")
    plot.curve(function, "ink")
    slope = plot.tangent(function, at, length=4.2)
    plot.points(function, (at,))

    left, right, top = 8.5, 10.9, 4.75
    canvas.text(left, top, "step $\\Delta$", size=20, weight="semibold")
    canvas.text(right, top, "slope", size=20, weight="semibold")
    canvas.line((left - 0.7, top - 0.3), (right + 0.8, top - 0.3), "muted")
    canvas.text(left, 1.15, "tangent", "backward", size=20, weight="semibold")
    canvas.number(right, 1.15, slope, "backward", places=4, size=24)
    canvas.line((left - 0.7, 1.55), (right + 0.8, 1.55), "muted")
    for row, delta in enumerate(deltas):
        height = top - 0.75 - 0.75 * row
        with canvas.step(row + 2):
            secant = plot.secant(function, at, delta, length=4.8)
            canvas.text(left, height, printed(delta), "forward", size=24)
            canvas.number(right, height, secant, "forward", places=4, size=24)


@figure(
    title="The derivative as a box",
    perspective="diagram",
    concept="derivative",
    alt="A box, a function, whose input moves a little, and whose output moves with it.",
)
def derivative_box(
    canvas: Canvas, *, function: Function = square, at: float = -1.5, delta: float = 0.1
) -> None:
    """A negative derivative: the input moves a little up, and the output moves down."""
    nudge(canvas, Box(0.15, 0.1, 11.7, 5.4), function, at, delta)


@figure(
    title="The derivative in code",
    perspective="code",
    concept="derivative",
    alt="The Python code of the derivative of any function; below it, the slopes of some.",
)
def derivative_code(
    canvas: Canvas,
    *,
    functions: tuple[Function, ...] = (square, exp, sigmoid),
    at: tuple[float, ...] = (-1.5, 0, 2),
) -> None:
    """Any function goes in: the code steps a little to both sides and divides the difference."""
    # The one line of the lecture that is too long for larger letters.
    listing = Listing(canvas, deriv, using=functions)
    for function in functions:
        slopes = closed_form(function, np.array(at))
        listing.call(f"deriv({function.name}, {list(at)}).round(4)", slopes, BY_CLOSED_FORM)
    listing.draw()


@figure(
    title="Why the step is 0.001",
    perspective="plot",
    concept="derivative",
    alt="A plot with two logarithmic axes: the error of the central difference against the step.",
)
def derivative_error(
    canvas: Canvas, *, function: Function = exp, at: float = 0.5, delta: float = 0.001
) -> None:
    """A smaller step is better only until rounding takes over; 0.001 is on the safe side."""
    exponents = np.linspace(-15, 0, 31)
    errors = np.array([_error(canvas, function, at, 10.0**exponent) for exponent in exponents])
    plot = Plot(
        canvas, Box(1.5, 0.85, 9.2, 4.0), Interval(-15.5, 0.2), Interval(-12.5, 0.2), (-15.5, -12.5)
    )
    plot.frame(
        {e: f"$10^{{{e}}}$" for e in (-15, -12, -9, -6, -3, 0)},
        {e: f"$10^{{{e}}}$" for e in (-12, -9, -6, -3, 0)},
        xlabel=r"$\Delta$",
        ylabel=None,
    )
    words = f"error of the slope of ${function.typeset()}$ at $x = {at:g}$"
    plot.label(-15.5, 0.2, words, shift=(-0.3, 0.45), ha="left")
    plot.line(exponents, np.log10(errors), "forward", width=2.4, dotted=True)
    plot.label(-11.2, -3.6, "rounding takes over", "muted", ha="left")
    plot.label(-1.7, -6.5, "falls as $\\Delta^2$", "muted", ha="left")
    canvas.claim(
        f"the power with which the error of {function.name} falls from Δ = 0.1 to Δ = 0.001",
        np.log10(_error(canvas, function, at, 0.1) / _error(canvas, function, at, 0.001)) / 2,
        2,
        "the theory of the central difference",
        # The next term of the expansion, of size Δ² beside 1, at the larger step.
        tolerance=1e-3,
    )
    error = _error(canvas, function, at, delta)
    plot.dot(np.log10(delta), np.log10(error), "highlight", size=13)
    words = f"$\\Delta = {delta:g}$: ${scientific(error)}$,\nfar from rounding"
    plot.label(np.log10(delta), np.log10(error), words, "highlight", shift=(0.35, -0.75), ha="left")
    best = int(np.argmin(errors))
    canvas.describe(
        f"The error is {errors[-1]:.1g} at a step of 1, falls with the square of the step to"
        f" {errors[best]:.0e} at {10 ** exponents[best]:.0e}, then rises again, raggedly, to"
        f" {errors[0]:.0e} at 1e-15. At the step {delta:g} it is {error:.1e}."
    )


def _error(canvas: Canvas, function: Function, at: float, delta: float) -> float:
    """The error of the central difference; claimed against the same difference without rounding."""
    exact = float(closed_form(function, np.array(at)))
    error = abs(float(deriv(function, at, delta)) - exact)
    above, below = (Fraction(float(function(np.array(at + side)))) for side in (delta, -delta))
    canvas.claim(
        f"the error of the central difference of {function.name} at Δ = {delta:.1e}",
        error,
        abs(float((above - below) / (2 * Fraction(delta)) - Fraction(exact))),
        "the same difference in exact fractions",
        # The division rounds once, by half a unit in the 16th digit of the slope.
        tolerance=1e-15,
    )
    return error
