"""Section 5: the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from figgen import figure
from figgen.core import (
    Array,
    Chain,
    chain_deriv,
    chain_deriv_2,
    chain_deriv_3,
    chain_length_2,
    chains,
    closed_form,
    leaky_relu,
    referee,
    sigmoid,
    square,
)
from figgen.core.chains import reference
from figgen.core.functions import sigmoid_deriv
from figgen.draw import Canvas, Listing
from figgen.draw.canvas.rc import LABEL, TITLE
from figgen.draw.plots.plots import BY_EXTRAPOLATION, BY_REFERENCE
from figgen.draw.text.listings import BY_CLOSED_FORM


@figure(
    title="Nested functions in code",
    perspective="code",
    concept="nested-functions",
    alt="The Python code of two functions in a row, and of any number; below it, a call.",
)
def nested_code(
    canvas: Canvas, *, chain: Chain = (square, sigmoid), at: tuple[float, ...] = (-1.2, 0, 1.2)
) -> None:
    """A chain is a list of functions: what the first one gives is what the second one takes."""
    listing = Listing(canvas, chain_length_2, chains.chain, using=chain)
    listing.call(f"functions = {list(chain)}")
    outputs = reference(chain, at)
    listing.call(f"chain_length_2(functions, {list(at)}).round(4)", outputs, BY_REFERENCE)
    listing.draw()
    # There is no room for its call, but it is on the slide too.
    canvas.claim(f"chain at {list(at)}", chains.chain(chain, at), outputs, BY_REFERENCE)


@figure(
    title="The chain rule in code",
    perspective="code",
    concept="chain-rule-2",
    alt="The Python code of the derivative of two nested functions, its forward pass and its"
    " derivatives marked; below it, a call of it.",
)
def chain2_code(
    canvas: Canvas, *, chain: Chain = (square, sigmoid), at: tuple[float, ...] = (-1.2, 0, 1.2)
) -> None:
    """First forward, to where each function is reached; then the product of the derivatives."""
    _chain_code(canvas, chain_deriv_2, chain, at, size=TITLE)


@figure(
    title="The chain rule for three functions in code",
    perspective="code",
    concept="chain-rule-3",
    alt="The Python code of the derivative of three nested functions, its forward and its backward"
    " pass marked; below it, a call of it.",
)
def chain3_code(
    canvas: Canvas,
    *,
    chain: Chain = (leaky_relu, square, sigmoid),
    at: tuple[float, ...] = (-4, 1),
) -> None:
    """One function more is one line more in each pass."""
    _chain_code(canvas, chain_deriv_3, chain, at, size=LABEL)


def _chain_code(
    canvas: Canvas,
    taught: Callable[..., Array],
    chain: Chain,
    at: Sequence[float],
    *,
    size: float,
) -> None:
    """The lecture's chain rule with its passes marked, and a call of it."""
    listing = Listing(canvas, taught, using=chain, size=size)
    listing.passes()
    call = f"{taught.__name__}({list(chain)}, {list(at)})"
    listing.call(f"{call}.round(4)", chain_deriv(chain, at, closed_form), BY_CLOSED_FORM)
    listing.draw()


@figure(
    title="The sigmoid in code",
    perspective="code",
    concept="sigmoid",
    alt="The Python code of the sigmoid and of its derivative; below it, a call of each.",
)
def sigmoid_code(canvas: Canvas, *, at: tuple[float, ...] = (-3, 0, 3)) -> None:
    """The exponent is never positive, so that no number grows too large to be computed."""
    listing = Listing(canvas, sigmoid, sigmoid_deriv, size=TITLE)
    listing.call(f"x = np.array({list(at)})")
    listing.call("sigmoid(x).round(4)", reference((sigmoid,), at), BY_REFERENCE)
    listing.call("sigmoid_deriv(x).round(4)", referee(sigmoid, at), BY_EXTRAPOLATION)
    listing.draw()
