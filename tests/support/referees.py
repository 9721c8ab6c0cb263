"""The functions of the lecture written a second time, in mpmath."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from figgen.core import FUNCTIONS, Function

REFEREES: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "identity": lambda x: x,
    "square": lambda x: x**2,
    "relu": lambda x: x if x > 0 else mpmath.mpf(0),
    "leaky_relu": lambda x: x if x > 0 else x / 5,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "exp": mpmath.exp,
}
"""Every function of the core, written a second time, for any precision."""


every_function = pytest.mark.parametrize("func", FUNCTIONS.values(), ids=FUNCTIONS)


def exact(func: Function, x: float) -> float:
    """The value of ``func`` at ``x``, correctly rounded."""
    with mpmath.workdps(50):
        return float(REFEREES[func.name](mpmath.mpf(x)))


def exact_slope(func: Function, x: float) -> float:
    """The slope of ``func`` at ``x``, correctly rounded; a kink, which is at 0, counts to its left.

    The difference is taken away from 0, so that it never reaches over the kink.
    """
    away = 1 if x > 0 else -1
    with mpmath.workdps(50):
        return float(mpmath.diff(REFEREES[func.name], mpmath.mpf(x), direction=away, h=1e-25))


def kinked(at: float) -> Function:
    """|x − at|, for a kink at a place of the test's choice."""
    return Function(
        "distance",
        rf"|{{x}} - {at}|",
        lambda x: np.abs(x - at),
        lambda x: np.where(x > at, 1.0, -1.0),
        lambda x: abs(x - at),
        (at,),
    )
