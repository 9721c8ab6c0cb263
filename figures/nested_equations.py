"""Section 5: the equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figgen import figure
from figgen.core import (
    Chain,
    leaky_relu,
    referee,
    sigmoid,
    square,
)
from figgen.core.equation_claims import Random, Values
from figgen.draw import Canvas, Line, display

from ._identities import chained


@figure(
    title="Nested functions as an equation",
    perspective="math",
    concept="nested-functions",
    alt="Two functions, one inside the other, to be read from the inside out.",
)
def nested_math(canvas: Canvas, *, chain: Chain = (square, sigmoid)) -> None:
    """Read from the inside out: first the inner function, then the outer one on its result."""
    inner = r"\underbrace{\role{forward}{f_1}(\role{input}{x})}_{\text{first}}"
    outer = rf"\underbrace{{\role{{forward}}{{f_2}}\bigl({inner}\bigr)}}_{{\text{{then}}}}"
    lines = [Line(rf"{outer} &= \role{{output}}{{y}}")]
    display(canvas, lines, lambda random: chained(random, chain), size=48)


@figure(
    title="The chain rule as an equation",
    perspective="math",
    concept="chain-rule-2",
    alt="The chain rule for two nested functions: the derivative of the composition is the"
    " derivative of the outer function, where the inner one arrived, times that of the inner one.",
)
def chain2_math(canvas: Canvas, *, chain: Chain = (square, sigmoid)) -> None:
    """The outer function's derivative, where the inner one arrived, times the inner one's."""
    remarks = r"inner, at } x \text{", r"outer, at } f_1(x) \text{"
    _chain_rule(canvas, chain, remarks, size=44)


@figure(
    title="The chain rule for three functions as an equation",
    perspective="math",
    concept="chain-rule-3",
    alt="The chain rule for three nested functions: a product of three derivatives, each where the"
    " forward pass arrived.",
)
def chain3_math(canvas: Canvas, *, chain: Chain = (leaky_relu, square, sigmoid)) -> None:
    """A product of three derivatives, each evaluated where the forward pass arrived."""
    _chain_rule(canvas, chain, ("innermost", "middle", "outermost"), size=33)


def _chain_rule(canvas: Canvas, chain: Chain, remarks: Sequence[str], *, size: float) -> None:
    """Write the chain rule: a factor for each function, the outermost first, with a remark."""
    reached, product = r"\role{input}{x}", ""
    for number, remark in enumerate(remarks, start=1):
        slope = rf"\role{{backward}}{{\frac{{df_{number}}}{{du}}}}({reached})"
        times = r" \cdot " if product else ""
        product = rf"\underbrace{{{slope}}}_{{\text{{{remark}}}}}{times}{product}"
        reached = rf"\role{{forward}}{{f_{number}}}({reached})"
    left = rf"\frac{{d}}{{d\role{{input}}{{x}}}} \, {reached}"
    display(
        canvas, [Line(f"{left} &= {product}")], lambda random: chained(random, chain), size=size
    )


@figure(
    title="The sigmoid as an equation",
    perspective="math",
    concept="sigmoid",
    alt="Two equations: the sigmoid, and below it its derivative.",
)
def sigmoid_math(canvas: Canvas) -> None:
    """The derivative of the sigmoid needs nothing but the sigmoid itself."""

    def values(random: Random) -> Values:
        slope = {r"d\sigma/du": lambda x: referee(sigmoid, x)}
        return {"x": random.uniform(-4, 4, 20), "e": np.e, r"\sigma": sigmoid, **slope}

    sigma = r"\role{forward}{\sigma}(x)"
    lines = [
        Line(rf"{sigma} &= \frac{{1}}{{1 + e^{{-x}}}}"),
        Line(
            rf"\role{{backward}}{{\frac{{d\sigma}}{{du}}}}(x) &= {sigma} \, \bigl(1 - {sigma}\bigr)"
        ),
    ]
    display(canvas, lines, values, size=44)
