"""Nested functions and the chain rule: as the lecture teaches them, and for any length.

A chain is a sequence of functions, the first applied first: ``(square, sigmoid)`` is σ(x²).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from figgen.core.arrays import Array, Interval, Map, apply, as_numbers
from figgen.core.derivatives import deriv
from figgen.core.errors import InputError
from figgen.core.functions import Function

Chain: TypeAlias = tuple[Function, ...]


def links(chain: Sequence[Map], length: int | None = None) -> Sequence[Map]:
    """``chain``, refused unless it holds ``length`` functions; any number if not given.

    Raises:
        InputError: If it is no sequence, has another length or holds something that is not a
            function.
    """
    if not isinstance(chain, Sequence):
        raise InputError("chain", chain, "a sequence of functions")
    if length is not None and len(chain) != length:
        raise InputError("length of the chain", len(chain), str(length))
    for link in chain:
        if not callable(link):
            raise InputError("link of the chain", link, "a function")
    return chain


def chain_length_2(chain: Sequence[Map], x: ArrayLike) -> Array:
    """Two functions in a row, f2(f1(x)).

    Args:
        chain: The two functions, the inner one first.
        x: A number or a row of numbers.

    Returns:
        The outputs, in the shape of ``x``.

    Raises:
        InputError: If there are not two functions or ``x`` has two or more dimensions.
    """
    f1, f2 = links(chain, 2)
    x = as_numbers(x, "x", max_dimensions=1)
    return apply(f2, apply(f1, x))


def chain_length_3(chain: Sequence[Map], x: ArrayLike) -> Array:
    """Three functions in a row, f3(f2(f1(x))).

    Args:
        chain: The three functions, the innermost first.
        x: A number or a row of numbers.

    Returns:
        The outputs, in the shape of ``x``.

    Raises:
        InputError: If there are not three functions or ``x`` has two or more dimensions.
    """
    f1, f2, f3 = links(chain, 3)
    x = as_numbers(x, "x", max_dimensions=1)
    return apply(f3, apply(f2, apply(f1, x)))


def chain_deriv_2(chain: Sequence[Map], x: ArrayLike) -> Array:
    """The derivative of f2(f1(x)) by the chain rule.

    Args:
        chain: The two functions, the inner one first.
        x: A number or a row of numbers.

    Returns:
        The slopes, in the shape of ``x``.

    Raises:
        InputError: If there are not two functions or ``x`` has two or more dimensions.
    """
    f1, f2 = links(chain, 2)
    x = as_numbers(x, "x", max_dimensions=1)

    # forward: where f2 is reached
    f1_of_x = apply(f1, x)

    # each derivative where its function was reached
    df1_du = deriv(f1, x)
    df2_du = deriv(f2, f1_of_x)
    return df2_du * df1_du


def chain_deriv_3(chain: Sequence[Map], x: ArrayLike) -> Array:
    """The derivative of f3(f2(f1(x))) by the chain rule.

    Args:
        chain: The three functions, the innermost first.
        x: A number or a row of numbers.

    Returns:
        The slopes, in the shape of ``x``.

    Raises:
        InputError: If there are not three functions or ``x`` has two or more dimensions.
    """
    f1, f2, f3 = links(chain, 3)
    x = as_numbers(x, "x", max_dimensions=1)

    # forward: where f2 and f3 are reached
    f1_of_x = apply(f1, x)
    f2_of_x = apply(f2, f1_of_x)

    # backward: each derivative where its function was reached
    df3_du = deriv(f3, f2_of_x)
    df2_du = deriv(f2, f1_of_x)
    df1_du = deriv(f1, x)
    return df3_du * df2_du * df1_du


def chain(functions: Sequence[Map], x: ArrayLike) -> Array:
    """All functions in a row, the first applied first; of any number, none included.

    Args:
        functions: The functions, the innermost first.
        x: The inputs; any shape.

    Returns:
        The outputs, in the shape of ``x``.

    Raises:
        InputError: If ``x`` is not finite or a function is not element-wise.
    """
    reached = as_numbers(x, "x")
    for func in links(functions):
        reached = apply(func, reached)
    return reached


def closed_form(func: Map, x: Array) -> Array:
    """The closed-form derivative of ``func`` at ``x``, in the shape of ``x``.

    Raises:
        InputError: If ``func`` is no `Function`, and so has none.
    """
    if not isinstance(func, Function):
        raise InputError("function", func, "a Function, which knows its derivative")
    return apply(func.derivative, x)


def chain_deriv(
    functions: Sequence[Map],
    x: ArrayLike,
    derivative: Callable[[Map, Array], Array] = deriv,
) -> Array:
    """The derivative of all functions in a row, as the product that the chain rule gives.

    Args:
        functions: The functions, the innermost first; none is the identity.
        x: The inputs; any shape.
        derivative: How to differentiate one function: `deriv`, as in the lecture, or
            `closed_form`.

    Returns:
        The slopes, in the shape of ``x``.

    Raises:
        InputError: If ``x`` is not finite or a function is not element-wise.
    """
    links(functions)
    reached = as_numbers(x, "x")
    product = np.ones_like(reached)
    for func in functions:
        product = derivative(func, reached) * product
        reached = apply(func, reached)
    return product


def typeset(functions: Chain, argument: str = "x") -> str:
    """The LaTeX of the nested functions at ``argument``."""
    return reduce(lambda inner, func: func.typeset(inner), functions, argument)


def spoken(functions: Chain, argument: str = "x") -> str:
    """The nested functions in words that a screen reader can say, like ``sigmoid(square(x))``."""
    return reduce(lambda inner, func: f"{func.name}({inner})", functions, argument)


def kinks(functions: Chain, interval: Interval) -> tuple[float, ...]:
    """Where the derivative of the nested functions can jump, in ascending order.

    These are the points at which the input of some link crosses a kink of that link.
    """
    found: set[float] = set()
    for position, link in enumerate(functions):
        for kink in link.kinks:

            def above(x: Array, before: Chain = functions[:position], kink: float = kink) -> Array:
                return chain(before, x) - kink

            found.update(sign_changes(above, interval))
    return tuple(sorted(found))


def reference(functions: Chain, x: ArrayLike) -> Array:
    """The nested functions by their plain Python references, one number at a time.

    Args:
        functions: The functions, the innermost first.
        x: The inputs; any shape.

    Returns:
        The outputs, in the shape of ``x``.
    """
    numbers = as_numbers(x, "x")
    return np.array(
        [reduce(lambda u, func: func.reference(u), functions, float(u)) for u in numbers.flat],
        dtype=np.float64,
    ).reshape(numbers.shape)


BISECTIONS = 100
"""Halvings after which the two ends of a 64-bit interval are neighbours, or at the same zero."""

CLOSEST = 1e-12
"""Two points as near as this are one, and a point as near to 0 is 0."""


def sign_changes(func: Map, interval: Interval, samples: int = 1201) -> tuple[float, ...]:
    """Where the sign (+, 0 or −) of ``func`` changes inside ``interval``, by bisection.

    Args:
        func: An element-wise function.
        interval: Where to look.
        samples: How many points are tried; two changes closer than that are not seen.

    Returns:
        The points, in ascending order: where the function is 0 if it is so at a 64-bit number,
        else the last number before the change.
    """
    x = interval.samples(samples)
    signs = np.sign(apply(func, x))
    points: list[float] = []
    for i in np.flatnonzero(np.diff(signs)):
        left, right = float(x[i]), float(x[i + 1])
        for _ in range(BISECTIONS):
            middle = (left + right) / 2
            if np.sign(func(np.array(middle))) == signs[i]:
                left = middle
            else:
                right = middle
        point = right if func(np.array(right)) == 0 else left
        if abs(point) < CLOSEST:
            point = 0.0
        if interval.low < point < interval.high and (not points or point - points[-1] > CLOSEST):
            points.append(point)
    return tuple(points)
