"""Section 5: nested functions and the chain rule."""

from __future__ import annotations

import numpy as np

from figgen import figure
from figgen.core import (
    Chain,
    Function,
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
from figgen.core.chains import spoken, typeset
from figgen.draw.canvas import Canvas
from figgen.draw.plots import SAMPLES, Box, Plot, rounded_range


@figure(
    title="The sigmoid and its derivative",
    perspective="plot",
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
