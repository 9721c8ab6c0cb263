# ruff: noqa: ARG005 - all rules of the table take the same arguments, used or not
"""The operations of a computational graph, each with its derivative by every operand.

The table `OPS` is all there is to know of them. For y = op(a, b) it holds the local derivative
∂y/∂a, which the lecture writes on the edge from a to y, and how the gradient g of y is
multiplied by it to give the gradient of a: element by element (``times``), by a matrix product
with the local derivative on the right (``right``: g · local) or on the left (``left``).
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, TypeAlias

import numpy as np

from figgen.core.arrays import Array
from figgen.core.chains import reference
from figgen.core.errors import InputError
from figgen.core.functions import Function, square
from figgen.core.printed_numbers import MINUS, printed

Product: TypeAlias = Literal["times", "right", "left"]


@dataclass(frozen=True, eq=False)
class Rule:
    """The derivative of an operation by one of its operands.

    Attributes:
        product: How the gradient of the output is multiplied by the local derivative.
        local: The local derivative, called with the output and then every operand.
    """

    product: Product
    local: Callable[..., Any]

    def pull(self, upstream: Array, local: Array, shape: tuple[int, ...]) -> Array:
        """The gradient of the operand, in its ``shape``.

        Args:
            upstream: The gradient of the output, in the shape of the output.
            local: The local derivative.
            shape: The shape of the operand.
        """
        if self.product == "right":
            gradient = upstream.reshape(-1, local.shape[0]) @ local
        elif self.product == "left":
            gradient = local @ upstream.reshape(local.shape[1], -1)
        else:
            gradient = upstream * local
        return fitted(np.asarray(gradient), shape)


def fitted(gradient: Array, shape: tuple[int, ...]) -> Array:
    """``gradient`` in the ``shape`` of the operand that it belongs to.

    Where numpy repeated the operand to fit the other one, each repetition had a part in the
    output, and their gradients add up.
    """
    if gradient.size == math.prod(shape):
        return gradient.reshape(shape)
    added = gradient.ndim - len(shape)
    repeated = tuple(added + axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(gradient.sum(axis=(*range(added), *repeated))).reshape(shape)


times = partial(Rule, "times")
"""The rule whose local derivative multiplies element by element."""

right = partial(Rule, "right")
"""The rule whose local derivative is the right factor of a matrix product."""

left = partial(Rule, "left")
"""The rule whose local derivative is the left factor of a matrix product."""


def row(a: Array) -> Array:
    """``a`` as the left factor of a matrix product, where a vector stands as a row."""
    return a.reshape(1, -1) if a.ndim == 1 else a


def column(b: Array) -> Array:
    """``b`` as the right factor of a matrix product, where a vector stands as a column."""
    return b.reshape(-1, 1) if b.ndim == 1 else b


def element_wise(scalar: Callable[..., float]) -> Callable[..., list[float]]:
    """A function of single numbers, applied to the elements of arrays one after the other."""
    return lambda *operands: [scalar(*map(float, each)) for each in np.broadcast(*operands)]


# One line a letter would be a long list of nothing.
# fmt: off
GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda",
    "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
})
# fmt: on


def typeset_name(name: str) -> str:
    r"""The LaTeX of a variable's name.

    >>> print(typeset_name("N"), typeset_name("x1"), typeset_name("theta_12"), typeset_name("rate"))
    N x_{1} \theta_{12} \mathrm{rate}
    """
    parts = re.fullmatch(r"(.+?)_?(\d*)", name)
    letters, count = parts.groups() if parts else (name, "")
    if letters in GREEK:
        letters = "\\" + letters
    elif len(letters) > 1:
        letters = r"\mathrm{" + letters.replace("_", r"\_") + "}"
    return f"{letters}_{{{count}}}" if count else letters


def exactly(number: float) -> str:
    """``number`` in all its decimals if they are few, else to six digits.

    >>> exactly(20.0), exactly(-0.125), exactly(1 / 3), exactly(2e-9)
    ('20', '−0.125', '0.333333', '2e−09')
    """
    text = printed(number, 6)
    if number != 0 and not 1e-4 <= abs(number) < 1e6:  # noqa: PLR2004 - where six decimals do
        text = f"{number:.6g}".replace("-", MINUS)
    return text


def typeset_number(number: float) -> str:
    r"""The LaTeX of a constant.

    >>> print(typeset_number(-0.5), typeset_number(2e-9))
    -0.5 2 \cdot 10^{-9}
    """
    digits, _, exponent = exactly(number).replace(MINUS, "-").partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def typeset_shape(shape: tuple[int, ...]) -> str:
    r"""The LaTeX of a shape: ``3 \times 2``; nothing for a number."""
    return r" \times ".join(map(str, shape))


def with_shape(latex: str, shape: tuple[int, ...]) -> str:
    r"""``latex`` with its shape as a subscript; a number has none.

    >>> print(with_shape("W^{T}", (2, 3)), with_shape("x_{1}", (3,)), with_shape("x", ()))
    W^{T}_{2 \times 3} x_{1,\,3} x
    """
    if not shape:
        return latex
    if re.fullmatch(r"[^^()]*_\{\d+\}", latex):
        return rf"{latex[:-1]},\,{typeset_shape(shape)}}}"
    return f"{latex}_{{{typeset_shape(shape)}}}"


def fill(template: str, pieces: dict[str, str]) -> str:
    """``template`` with every ``{a}`` in it replaced by the piece of that name, at one go.

    >>> fill("e^{{a}} + {b}", {"a": "{b}", "b": "2"})
    'e^{{b}} + 2'
    """
    return re.sub(r"\{([aby])\}", lambda match: pieces[match[1]], template)


SUM, PRODUCT, POWER, CALL, NAME = range(5)
"""How tightly a formula holds together, the loosest first."""


@dataclass(frozen=True)
class Notation:
    r"""How an operation is written and said.

    In the templates, ``{a}`` and ``{b}`` are the operands and ``{y}`` is the output.

    Attributes:
        symbol: The LaTeX of its name: ``\gamma``.
        formula: The LaTeX of its result: ``{a} \cdot {b}``.
        binds: How tightly the formula holds together.
        words: The same for a screen reader.
        locals: The LaTeX of the local derivative by each operand.
        grips: Whether an operand that the template does not enclose needs parentheses unless it
            is a name or a number.
    """

    symbol: str
    formula: str
    binds: int
    words: str
    locals: tuple[str, ...]
    grips: bool = False


@dataclass(frozen=True, eq=False)
class Op:
    """An operation: forward, its derivatives, and how it is written.

    Attributes:
        name: "matmul", "sigmoid"; unique but for the powers.
        forward: The numpy function of the operands.
        rules: The derivative by each operand, in their order.
        plain: ``forward`` in plain Python, which shares no code with it.
        notation: How it is written and said.
        kinks: Where its derivative jumps, if it is element-wise.
    """

    name: str
    forward: Callable[..., Any]
    rules: tuple[Rule, ...]
    plain: Callable[..., Any]
    notation: Notation
    kinks: tuple[float, ...] = ()

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *operands: Array) -> Array:
        """The output, read-only.

        Raises:
            InputError: If the shapes do not fit or the output is not finite.
        """
        shapes = tuple(np.shape(operand) for operand in operands)
        if self.name == "matmul":
            require_inner_sizes(*shapes)
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                output = np.array(self.forward(*operands), dtype=np.float64)
        except ValueError:
            raise InputError(f"shapes for {self.name}", shapes, "shapes that fit") from None
        if not np.isfinite(output).all():
            raise InputError(f"output of {self.name}", output, "finite numbers")
        output.setflags(write=False)
        return output

    def local(self, position: int, output: Array, operands: tuple[Array, ...]) -> Array:
        """The local derivative by the operand at ``position``; one number if all share it."""
        with np.errstate(all="ignore"):  # what is not finite is refused with the gradient
            return np.asarray(self.rules[position].local(output, *operands), dtype=np.float64)


def require_inner_sizes(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """Refuse a matrix product whose factors do not fit together.

    Args:
        first: The shape of the left factor.
        second: The shape of the right factor.

    Raises:
        InputError: If a shape is that of a single number, or the inner sizes differ.
    """
    if not (first and second and first[-1] == second[0]):
        allowed = "(n, k) and (k, m), with inner sizes that agree"
        raise InputError("shapes of the matrix product", (first, second), allowed)


# Per operation a line each: forward, ∂y/∂a and ∂y/∂b, plain Python, notation.
# fmt: off
OPS: dict[str, Op] = {
    op.name: op
    for op in (
        Op(
            "add", np.add,
            (times(lambda y, a, b: 1), times(lambda y, a, b: 1)),
            element_wise(operator.add),
            Notation(r"\alpha", "{a} + {b}", SUM, "{a} + {b}", ("1", "1")),
        ),
        Op(
            "subtract", np.subtract,
            (times(lambda y, a, b: 1), times(lambda y, a, b: -1)),
            element_wise(operator.sub),
            Notation(r"\beta", "{a} - {b}", SUM, "{a} − {b}", ("1", "-1")),
        ),
        Op(
            "multiply", np.multiply,
            (times(lambda y, a, b: b), times(lambda y, a, b: a)),
            element_wise(operator.mul),
            Notation(r"\mu", r"{a} \cdot {b}", PRODUCT, "{a} × {b}", ("{b}", "{a}")),
        ),
        Op(
            "divide", np.divide,
            (times(lambda y, a, b: 1 / b), times(lambda y, a, b: -y / b)),
            element_wise(operator.truediv),
            Notation(r"\rho", r"\frac{{a}}{{b}}", PRODUCT, "{a} / {b}",
                     (r"\frac{1}{{b}}", r"-\frac{{y}}{{b}}")),
        ),
        Op(
            "matmul", np.matmul,
            (right(lambda y, a, b: column(b).T), left(lambda y, a, b: row(a).T)),
            lambda a, b: [math.fsum(r * c) for r in row(a) for c in column(b).T],
            Notation(r"\gamma", r"{a} \cdot {b}", PRODUCT, "{a} times {b}",
                     ("{b}^{T}", "{a}^{T}")),
        ),
        Op(
            "negative", np.negative,
            (times(lambda y, a: -1),),
            element_wise(operator.neg),
            Notation(r"\nu", "-{a}", SUM, "−{a}", ("-1",)),
        ),
        Op(
            "sum", np.sum,
            (times(lambda y, a: np.ones_like(a)),),
            lambda a: math.fsum(a.flat),
            Notation(r"\Lambda", r"\Lambda({a})", CALL, "sum({a})", (r"\mathbf{1}",)),
        ),
    )
}
# fmt: on
"""Every operation by its name, but for the powers and the `FUNCTIONS`, which become ones."""


@cache
def op_of(function: Function) -> Op:
    """The operation that applies ``function`` to every element."""
    call = re.fullmatch(r"([^{}^]+|\\mathrm\{[^{}^]+\})\((.*)\)", function.latex)
    named = call and call[2] == "{x}"
    symbol = call[1] if call and named else rf"\mathrm{{{function.name}}}".replace("_", r"\_")
    is_power = re.fullmatch(r"\{x\}(\^\{\w+\})?|\w+\^\{\{x\}\}", function.latex)
    notation = Notation(
        symbol,
        function.latex.replace("{x}", "{a}"),
        CALL if call else POWER if is_power else SUM,
        f"{function.name}({{a}})",
        (symbol + "'({a})",),
        grips=True,
    )
    rule = times(lambda y, a: function.derivative(a))
    plain = partial(reference, (function,))
    return Op(function.name, function.evaluate, (rule,), plain, notation, function.kinks)


MAX_POWER = 10


@cache
def power(exponent: float) -> Op:
    """The operation that raises every element to a small whole number.

    Raises:
        InputError: If the exponent is not a whole number from 1 to `MAX_POWER`.
    """
    if exponent not in range(1, MAX_POWER + 1):
        raise InputError("exponent", exponent, f"a whole number from 1 to {MAX_POWER}")
    n = int(exponent)
    if n == 2:  # noqa: PLR2004 - the lecture has a name for this one
        return op_of(square)
    notation = Notation(
        rf"\mathrm{{pow}}_{{{n}}}",
        f"{{a}}^{{{n}}}",
        POWER,
        f"{{a}} to the power {n}",
        (f"{n} {{a}}^{{{n - 1}}}" if n > 1 else "1",),
        grips=True,
    )
    rule = times(lambda y, a: n * a ** (n - 1))
    return Op("power", lambda a: np.power(a, n), (rule,), element_wise(lambda a: a**n), notation)
