"""The central difference that the lecture teaches, and the referee that judges closed forms."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referees import REFEREES, every_function, exact_slope

from figgen.core import Claim, Function, InputError, deriv, referee
from figgen.core.derivatives import REACH, extrapolate
from figgen.core.functions import exp, leaky_relu, relu, sigmoid, square, tanh

NEAR_A_KINK = [0.0, 5e-324, -5e-324, 1e-12, -1e-12, 1e-6, -1e-6, 0.001, -0.001, 0.0399, -0.0399]
"""Points at a kink in 0, just beside it, and within the reach of the referee."""
POINTS = np.array([*np.linspace(-5, 5, 81), REACH, -REACH, *NEAR_A_KINK])


@pytest.mark.parametrize("func", [sigmoid, tanh, exp], ids=str)
@pytest.mark.parametrize("at", [-1.5, 0.5, 2.0])
def test_error_falls_as_the_square_of_delta(func: Function, at: float) -> None:
    """The error is Δ²/6 times the third derivative, and so a quarter at half the step."""
    with mpmath.workdps(50):
        third = float(mpmath.diff(REFEREES[func.name], at, 3))
    slope = exact_slope(func, at)
    coarse, fine = (float(deriv(func, at, delta)) - slope for delta in (2e-3, 1e-3))
    assert coarse / fine == pytest.approx(4, rel=1e-2)
    assert fine == pytest.approx(third * 1e-6 / 6, rel=1e-2)


def test_default_delta_is_that_of_the_lecture() -> None:
    """Without a word it is 0.001."""
    assert deriv(exp, 1.0) == deriv(exp, 1.0, 0.001) != deriv(exp, 1.0, 0.002)


@given(x=st.floats(-100, 100), delta=st.floats(1e-6, 1))
def test_a_parabola_has_no_truncation_error(x: float, delta: float) -> None:
    """What is left is rounding, of values of size x² divided by Δ."""
    assert float(deriv(square, x, delta)) == pytest.approx(2 * x, abs=1e-12 * (1 + x * x) / delta)


@pytest.mark.parametrize(("func", "left"), [(relu, 0.0), (leaky_relu, 0.2)], ids=str)
@pytest.mark.parametrize("share", [0, 0.25, 0.5, -0.5, 0.99, -0.99])
def test_slope_within_delta_of_a_kink_is_a_mixture(
    func: Function, left: float, share: float
) -> None:
    """At the kink it is the mean of the two slopes; the mixture shifts linearly around it."""
    mixture = left + (1 - left) * (1 + share) / 2
    assert float(deriv(func, share * 0.001, 0.001)) == pytest.approx(mixture, abs=1e-12)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)], ids=str)
def test_shape_is_kept(shape: tuple[int, ...]) -> None:
    """Slopes come in the shape of the input."""
    x = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    assert deriv(square, x).shape == referee(square, x).shape == shape


@every_function
def test_referee_is_right_to_eight_digits(func: Function) -> None:
    """It agrees with mpmath everywhere: in the smooth, near a kink, at it, and at its reach."""
    slopes = referee(func, POINTS, func.kinks)
    exact = np.array([exact_slope(func, x) for x in POINTS])
    assert np.abs(slopes - exact).max() <= 1e-8 * max(1, np.abs(exact).max())


@given(kink=st.floats(-2, 2), offset=st.floats(-0.1, 0.1))
def test_referee_takes_each_side_of_any_kink_for_itself(kink: float, offset: float) -> None:
    """A kink anywhere, not only at 0, keeps the two sides apart; itself it counts to the left."""
    x = kink + offset
    slope = float(referee(lambda u: np.abs(u - kink) + u**2, x, (kink,)))
    assert slope == pytest.approx(2 * x + (1 if x > kink else -1), abs=1e-8)


@every_function
@pytest.mark.parametrize("factor", [1.01, 0.99, 1.0005, 0.9995])
def test_planted_wrong_derivative_is_caught(func: Function, factor: float) -> None:
    """A closed form 1 % or 0.05 % wrong fails against the referee; the right one holds."""
    independent = referee(func, POINTS, func.kinks)
    right = Claim("slope", func.derivative(POINTS), independent, "referee", 1e-8)
    wrong = Claim("slope", factor * func.derivative(POINTS), independent, "referee", 1e-8)
    assert right.holds
    assert not wrong.holds


@pytest.mark.parametrize("func", [relu, leaky_relu], ids=str)
def test_a_kink_that_is_not_declared_is_caught(func: Function) -> None:
    """The referee then sees a mixture of both slopes, which no closed form gives."""
    claim = Claim("slope", func.derivative(POINTS), referee(func, POINTS), "referee", 1e-8)
    assert not claim.holds


@pytest.mark.parametrize(
    ("estimates", "ratio", "limit"),
    [
        ([1 + 1.0, 1 + 0.25], 4, 1),
        ([3 + 1.0 + 1.0, 3 + 0.25 + 1 / 16, 3 + 1 / 16 + 1 / 256], 4, 3),
        ([2 + 1.0, 2 + 0.5], 2, 2),
    ],
)
def test_extrapolation_cancels_one_error_term_an_estimate(
    estimates: list[float], ratio: float, limit: float
) -> None:
    """Errors that fall by the powers of the ratio vanish."""
    assert extrapolate([np.array(each) for each in estimates], ratio) == pytest.approx(limit)


@pytest.mark.parametrize("differentiate", [deriv, referee], ids=["deriv", "referee"])
@pytest.mark.parametrize(
    ("func", "x", "message"),
    [
        (square, np.inf, "input_ is inf; allowed: finite numbers"),
        (square, [1.0, np.nan], r"input_ is \[1.0, nan\]; allowed: finite numbers"),
        (square, None, "input_ is None; allowed: real numbers"),
        (square, "1.5", "input_ is '1.5'; allowed: real numbers"),
        (square, np.array([1 + 2j]), r"input_ is array\(.*j\]\); allowed: real numbers"),
        (square, [[1.0], [1.0, 2.0]], "input_ is .*; allowed: real numbers"),
        (square, 1e20, "delta is .*; allowed: 1.6e\\+04 or more, to move an input as large"),
        ("square", 1.0, "function is 'square'; allowed: something that can be called"),
        (np.sum, [1.0, 2.0], r"the shape of sum\(x\) is \(\); allowed: \(2,\), the shape of x"),
        (lambda _x: None, 1.0, r"<lambda>\(x\) is None; allowed: real numbers"),
        (lambda x: x * 1j, 1.0, r"<lambda>\(x\) is .*j.*; allowed: real numbers"),
    ],
)
def test_wrong_input_is_refused(
    differentiate: object, func: object, x: object, message: str
) -> None:
    """The error holds the offending value and what is allowed."""
    with pytest.raises(InputError, match=message):
        differentiate(func, x)


@pytest.mark.parametrize("delta", [0, -0.001, np.nan, np.inf, None, "a", [0.1, 0.2], 1j])
def test_wrong_delta_is_refused(delta: object) -> None:
    """Only a positive, finite number is a step."""
    with pytest.raises(InputError, match=r"delta is .*; allowed: a positive, finite number"):
        deriv(square, 1.0, delta)


@pytest.mark.parametrize("x", [1.0, -1.0, [0.0, 1.0]])
def test_delta_lost_in_rounding_is_refused(x: object) -> None:
    """1 + 1e-17 is 1: the difference would be 0, whatever the slope."""
    with pytest.raises(InputError, match=r"delta is 1e-17; allowed: 2.2e-16 or more"):
        deriv(square, x, 1e-17)


@pytest.mark.parametrize(
    ("kinks", "message"),
    [
        ((0.0, 0.05), r"kinks is \(0.0, 0.05\); allowed: points at least 0.08 apart"),
        ((0.0, 0.0), "allowed: points at least 0.08 apart"),
        ((np.nan,), "kinks is .*nan.*; allowed: finite numbers"),
        (("a",), "allowed: real numbers"),
    ],
)
def test_wrong_kinks_are_refused(kinks: tuple[object, ...], message: str) -> None:
    """The referee needs room between two kinks, and to know where they are."""
    with pytest.raises(InputError, match=message):
        referee(relu, 1.0, kinks)
