"""The array types of the core and the checks that every function of it shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from figgen.core.errors import InputError

Array: TypeAlias = NDArray[np.float64]
Map: TypeAlias = Callable[[Array], Array]
"""A vectorised function: an array in, an array of the same shape out."""


@dataclass(frozen=True)
class Interval:
    """A closed, finite range of real numbers.

    Args:
        low: Left end.
        high: Right end, greater than ``low``.

    Raises:
        InputError: If an end is not finite or the ends are not in order.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (is_finite(self.low) and is_finite(self.high) and self.low < self.high):
            raise InputError("interval", (self.low, self.high), "two finite numbers, low < high")

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low

    def __contains__(self, x: float) -> bool:
        return self.low <= x <= self.high

    def samples(self, count: int) -> Array:
        """``count`` evenly spaced points, both ends included; shape (count,).

        Raises:
            InputError: If there are fewer than two points.
        """
        if count < 2:  # noqa: PLR2004 - an interval has two ends
            raise InputError("count", count, "2 or more")
        return np.linspace(self.low, self.high, count)


def is_finite(value: Any) -> bool:
    """Whether ``value`` is one real number that is not infinite and not NaN."""
    try:
        return math.isfinite(value)
    except (TypeError, ValueError):
        return False


def as_floats(value: ArrayLike, what: str) -> Array:
    """``value`` as a new array of 64-bit floats, infinite or NaN ones included.

    Stricter than numpy, which reads None as NaN, text as the number that it spells, and drops an
    imaginary part.

    Args:
        value: Real numbers; any shape.
        what: The name of the value in the error.

    Raises:
        InputError: If it is anything but real numbers.
    """
    try:
        given = np.asarray(value)
        if given.dtype.kind == "O":
            # Fractions and the like; float() refuses None.
            return np.array([float(each) for each in given.flat]).reshape(given.shape)
    except (TypeError, ValueError):
        raise InputError(what, value, "real numbers") from None
    if given.dtype.kind not in "biuf":
        raise InputError(what, value, "real numbers")
    return given.astype(np.float64)


def as_numbers(value: ArrayLike, what: str, *, max_dimensions: int | None = None) -> Array:
    """``value`` as an array of finite 64-bit floats.

    Args:
        value: Anything that numpy reads as numbers; any shape.
        what: The name of the value in the error.
        max_dimensions: The largest number of dimensions allowed, if there is a limit.

    Raises:
        InputError: If it is not numeric, not finite or has too many dimensions.
    """
    numbers = as_floats(value, what)
    if not np.isfinite(numbers).all():
        raise InputError(what, value, "finite numbers")
    if max_dimensions is not None and numbers.ndim > max_dimensions:
        allowed = f"at most {max_dimensions} dimension{'s' * (max_dimensions != 1)}"
        raise InputError(f"{what} with {numbers.ndim} dimensions", value, allowed)
    return numbers


def input_value(value: ArrayLike, name: str) -> Array:
    """``value`` as a node keeps it: a read-only copy, finite, of two dimensions at most.

    Raises:
        InputError: If it is anything else, or has no elements.
    """
    numbers = as_numbers(value, name, max_dimensions=2).copy()
    if not numbers.size:
        raise InputError(f"shape of {name}", numbers.shape, "one with elements")
    numbers.setflags(write=False)
    return numbers


def apply(func: Map, x: Array) -> Array:
    """``func(x)``, refused if it is not element-wise.

    Raises:
        InputError: If ``func`` is not callable, or its result is not numbers in the shape of ``x``.
    """
    if not callable(func):
        raise InputError("function", func, "something that can be called on an array")
    name = getattr(func, "__name__", repr(func))
    y = as_floats(func(x), f"{name}(x)")
    if y.shape != x.shape:
        raise InputError(f"the shape of {name}(x)", y.shape, f"{x.shape}, the shape of x")
    return y
