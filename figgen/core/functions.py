"""The functions of the lecture, each with its LaTeX and its closed-form derivative.

Where a function has a kink its derivative has two one-sided values. The closed forms here
give the one from the left: ``relu`` has slope 0 at 0, ``leaky_relu`` has slope 0.2.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from figgen.core.arrays import Array, Map
from figgen.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Function:
    """A real function of one variable, with all that a figure says about it.

    Call it like the numpy function it wraps: any shape in, the same shape out.

    Attributes:
        name: The Python name, which a listing shows and ``--set`` takes.
        latex: The formula, with ``{x}`` where the argument goes.
        evaluate: The vectorised numpy function.
        derivative: The closed form of its derivative, vectorised.
        reference: The same function in plain Python, one number at a time. It shares no code
            with ``evaluate``, so that a drawn value can be checked against it.
        kinks: Where the derivative jumps, in ascending order.
    """

    name: str
    latex: str
    evaluate: Map
    derivative: Map
    reference: Callable[[float], float]
    kinks: tuple[float, ...] = ()

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, x: Array) -> Array:
        """The outputs for ``x``, in its shape; a traced ``x`` records one node of this name."""
        record = getattr(x, "record_function", None)
        return self.evaluate(x) if record is None else record(self)

    def __repr__(self) -> str:
        return self.name

    def typeset(self, argument: str = "x") -> str:
        r"""The LaTeX of this function at ``argument``.

        A compound argument stands in parentheses, unless the formula encloses it anyway:

        >>> print(square.typeset("a"), square.typeset(sigmoid.typeset()), sigmoid.typeset("a"))
        a^{2} \left(\sigma(x)\right)^{2} \sigma(a)
        """
        atom = _ATOM.fullmatch(argument)
        grouped = argument if atom else rf"\left({argument}\right)"
        return _PLACE.sub(lambda match: argument if match["enclosed"] else grouped, self.latex)


_PLACE = re.compile(r"(?P<enclosed>(?<=[({\[,])\{x\}(?=[)}\],]))|\{x\}")
_ATOM = re.compile(r"[A-Za-z]\w*|\d+(\.\d+)?")

FUNCTIONS: dict[str, Function] = {}
"""Every function by its name."""


def function(
    latex: str,
    derivative: Map,
    reference: Callable[[float], float],
    kinks: tuple[float, ...] = (),
) -> Callable[[Map], Function]:
    """Make a numpy function a `Function` and list it in `FUNCTIONS`.

    Raises:
        InputError: If the name is taken or the formula does not say where its argument goes.
    """

    def wrap(evaluate: Map) -> Function:
        name = evaluate.__name__
        if name in FUNCTIONS:
            raise InputError("name of a function", name, "one that is not taken")
        if "{x}" not in latex:
            raise InputError(f"latex of {name}", latex, "a formula with {x} for the argument")
        FUNCTIONS[name] = Function(name, latex, evaluate, derivative, reference, kinks)
        return FUNCTIONS[name]

    return wrap


@function("{x}", np.ones_like, reference=lambda x: x)
def identity(x: Array) -> Array:
    """Every number, unchanged."""
    return x


@function("{x}^{2}", lambda x: 2 * x, reference=lambda x: x * x)
def square(x: Array) -> Array:
    """Every number times itself."""
    return np.power(x, 2)


@function(
    r"\max({x}, 0)",
    lambda x: np.where(x > 0, 1.0, 0.0),
    reference=lambda x: x if x > 0 else 0.0,
    kinks=(0.0,),
)
def relu(x: Array) -> Array:
    """Every positive number as it is, 0 for the others."""
    return np.maximum(x, 0)


@function(
    r"\mathrm{leaky}({x})",
    lambda x: np.where(x > 0, 1.0, 0.2),
    reference=lambda x: x if x > 0 else x / 5,
    kinks=(0.0,),
)
def leaky_relu(x: Array) -> Array:
    """Every positive number as it is, a fifth of the others."""
    return np.maximum(0.2 * x, x)


def sigmoid_deriv(x: Array) -> Array:
    """The derivative of the sigmoid, σ(x)(1 − σ(x))."""
    return sigmoid(x) * (1 - sigmoid(x))


@function(
    r"\sigma({x})",
    sigmoid_deriv,
    reference=lambda x: 1 / (1 + math.exp(-x)) if x > 0 else 1 - 1 / (1 + math.exp(x)),
)
def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), written so that the exponent is never positive and cannot overflow."""
    # 1 / (1 + np.exp(-x)), without overflow
    e = np.exp(-np.abs(x))
    y: Array = np.where(x > 0, 1.0, e) / (1 + e)
    return y


@function(r"\tanh({x})", lambda x: 1 - np.tanh(x) ** 2, reference=math.tanh)
def tanh(x: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(x)


@function("e^{{x}}", np.exp, reference=math.exp)
def exp(x: Array) -> Array:
    """The power of e by every number."""
    return np.exp(x)
