"""Derivatives by differences: the one the lecture teaches, and the referee that checks it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from figgen.core.arrays import Array, Map, apply, as_numbers, is_finite
from figgen.core.errors import InputError


def deriv(func: Map, input_: ArrayLike, delta: float = 0.001) -> Array:
    """The derivative of ``func`` at every element of ``input_``, by central difference.

    The error falls as the square of ``delta`` until rounding takes over. Within ``delta`` of a
    kink the result lies between the two one-sided slopes.

    Args:
        func: An element-wise function.
        input_: Where to take the derivative; any shape.
        delta: How far to step to either side; the unit of ``input_``.

    Returns:
        The slopes, in the shape of ``input_``.

    Raises:
        InputError: If the input is not finite, ``delta`` is not positive or too small to change
            the input, or ``func`` is not element-wise.
    """
    x = as_numbers(input_, "input_")
    require_step(delta, x)
    rise = apply(func, x + delta) - apply(func, x - delta)
    return rise / (2 * delta)


def require_step(delta: float, x: Array) -> None:
    """Refuse a step that is not a positive, finite number, or is lost in the rounding of ``x``.

    Raises:
        InputError: If it is.
    """
    if not (is_finite(delta) and delta > 0):
        raise InputError("delta", delta, "a positive, finite number")
    if np.any(x + delta == x):
        # A difference of nothing would be a slope of 0, whatever the function.
        smallest = float(np.spacing(np.abs(x).max()))
        raise InputError("delta", delta, f"{smallest:.2g} or more, to move an input as large")


REACH = 0.04
"""How far from a point `referee` looks at most, in the unit of the input."""


def referee(func: Map, input_: ArrayLike, kinks: Sequence[float] = ()) -> Array:
    """The derivative of ``func`` by Richardson extrapolation, to about ten digits.

    It uses nothing but values of ``func``, so it can judge a closed form or a chain-rule
    product. Central differences with ever halved steps are combined so that the terms of the
    error expansion cancel one by one (Ridders, "Accurate computation of F'(x) and
    F'(x)F''(x)", 1982). A point nearer to a kink than the first step is judged from its own
    side alone, by one-sided differences; the kink itself counts to its left.

    Args:
        func: An element-wise function, smooth between its kinks.
        input_: Where to take the derivative; any shape.
        kinks: Where the derivative of ``func`` jumps.

    Returns:
        The slopes, in the shape of ``input_``.

    Raises:
        InputError: If the input or a kink is not finite, the input is so large that a step would
            be lost in it, ``func`` is not element-wise, or two kinks lie so close that there is no
            room for the steps.
    """
    x = as_numbers(input_, "input_")
    ordered = np.sort(as_numbers(kinks, "kinks", max_dimensions=1))
    if np.any(np.diff(ordered) < 2 * REACH):
        raise InputError("kinks", tuple(kinks), f"points at least {2 * REACH} apart")
    steps = REACH / 2.0 ** np.arange(6)
    require_step(float(steps[-1]), x)

    two_sided = [(apply(func, x + h) - apply(func, x - h)) / (2 * h) for h in steps]
    slopes = extrapolate(two_sided, ratio=4)
    for kink in ordered:
        near = np.abs(x - kink) < REACH
        side = np.where(x > kink, 1.0, -1.0)
        one_sided = [(apply(func, x + side * h) - apply(func, x)) / (side * h) for h in steps]
        slopes = np.where(near, extrapolate(one_sided, ratio=2), slopes)
    return slopes


def extrapolate(estimates: Sequence[Array], ratio: float) -> Array:
    """The limit of ``estimates``, each made with half the step of the one before.

    Args:
        estimates: Two or more arrays of one shape.
        ratio: The factor between the leading error of one estimate and of the next; the
            following error terms fall by its powers.

    Returns:
        The extrapolated limit, in the shape of one estimate.
    """
    column = list(estimates)
    factor = ratio
    while len(column) > 1:
        column = [(factor * fine - coarse) / (factor - 1) for coarse, fine in pairwise(column)]
        factor *= ratio
    return column[0]
