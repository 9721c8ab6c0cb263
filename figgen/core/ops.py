# ruff: noqa: ARG005 - every rule of the table takes the same arguments, used or not
"""The operations of a computational graph, each with its derivative by every operand.

The table `RULES` is all the calculus there is. For y = op(a, b) it holds the local derivative
∂y/∂a, which the lecture writes on the edge from a to y, and how an upstream gradient g = dL/dy
is multiplied by it: element by element (``times``), as the first factor of a matrix product
(``right``: g · local) or as the second (``left``: local · g).
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np

from figgen.core.arrays import Array
from figgen.core.chains import reference
from figgen.core.errors import InputError
from figgen.core.functions import FUNCTIONS, Function, square
from figgen.core.numbers import printed

Product: TypeAlias = Literal["times", "right", "left"]

SUM, PRODUCT, POWER, CALL, NAME = range(5)
"""How tightly a formula binds, the loosest first; a name or a number needs no parentheses."""


@dataclass(frozen=True, eq=False)
class Rule:
    """The derivative of an operation by one of its operands.

    Attributes:
        product: How the upstream gradient is multiplied by the local derivative.
        local: The local derivative, called with the output and then every operand.
    """

    product: Product
    local: Callable[..., Any]

    def derivative(self, output: Array, operands: tuple[Array, ...]) -> Array:
        """The local derivative as an array; a bare number where all elements share it."""
        return np.asarray(self.local(output, *operands), dtype=np.float64)

    def pull(self, upstream: Array, local: Array, shape: tuple[int, ...]) -> Array:
        """The gradient of the operand, in its ``shape``, from the gradient of the output."""
        if self.product == "right":
            gradient = upstream.reshape(-1, local.shape[0]) @ local
        elif self.product == "left":
            gradient = local @ upstream.reshape(local.shape[1], -1)
        else:
            gradient = upstream * local
        return fitted(np.asarray(gradient), shape)


def fitted(gradient: Array, shape: tuple[int, ...]) -> Array:
    """``gradient`` in the shape of the operand it belongs to.

    Where numpy repeated the operand to fit the other one, the operand had a hand in every
    repetition, and the gradients of these add up.
    """
    if gradient.size == math.prod(shape):
        return gradient.reshape(shape)
    new = tuple(range(gradient.ndim - len(shape)))
    gradient = gradient.sum(axis=new)
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(gradient.sum(axis=repeated, keepdims=True)).reshape(shape)


def row(a: Array) -> Array:
    """``a`` as the first factor of a matrix product: a vector stands as a row."""
    return a.reshape(1, -1) if a.ndim == 1 else a


def column(b: Array) -> Array:
    """``b`` as the second factor of a matrix product: a vector stands as a column."""
    return b.reshape(-1, 1) if b.ndim == 1 else b


def times(local: Callable[..., Any]) -> Rule:
    """A derivative that multiplies element by element."""
    return Rule("times", local)


def right(local: Callable[..., Any]) -> Rule:
    """A derivative that is the second factor of a matrix product."""
    return Rule("right", local)


def left(local: Callable[..., Any]) -> Rule:
    """A derivative that is the first factor of a matrix product."""
    return Rule("left", local)


# The formatter would undo the columns of the two tables.
# fmt: off
RULES: dict[str, tuple[Callable[..., Any], tuple[Rule, ...]]] = {
    # y = op(a, b)  forward       ∂y/∂a                                 ∂y/∂b
    "add":         (np.add,      (times(lambda y, a, b: 1),             times(lambda y, a, b: 1))),
    "subtract":    (np.subtract, (times(lambda y, a, b: 1),             times(lambda y, a, b: -1))),
    "multiply":    (np.multiply, (times(lambda y, a, b: b),             times(lambda y, a, b: a))),
    "divide":      (np.divide,   (times(lambda y, a, b: 1 / b),         times(lambda y, a, b: -y / b))),
    "matmul":      (np.matmul,   (right(lambda y, a, b: column(b).T),   left(lambda y, a, b: row(a).T))),
    "negative":    (np.negative, (times(lambda y, a: -1),)),
    "sum":         (np.sum,      (times(lambda y, a: np.ones_like(a)),)),
}

NOTATION: dict[str, tuple[str, str, int, str, tuple[str, ...]]] = {
    # y = op(a, b)  symbol       formula           binds    in words                  ∂y/∂a, ∂y/∂b
    "add":         (r"\alpha",  "{a} + {b}",       SUM,     "{a} + {b}",              ("1", "1")),
    "subtract":    (r"\beta",   "{a} - {b}",       SUM,     "{a} − {b}",              ("1", "-1")),
    "multiply":    (r"\mu",     r"{a} \cdot {b}",  PRODUCT, "{a} × {b}",              ("{b}", "{a}")),
    "divide":      (r"\rho",    r"\frac{{a}}{{b}}", CALL,   "{a} / {b}",              (r"\frac{1}{{b}}", r"-\frac{{y}}{{b}}")),
    "matmul":      (r"\gamma",  r"{a} \cdot {b}",  PRODUCT, "the matrix product of {a} and {b}", ("{b}^{T}", "{a}^{T}")),
    "negative":    (r"\nu",     "-{a}",            SUM,     "−{a}",                   ("-1",)),
    "sum":         (r"\Lambda", r"\Lambda({a})",   CALL,    "the sum of {a}",         (r"\mathbf{1}",)),
}
# fmt: on
