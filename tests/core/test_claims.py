"""Claims: what holds, what fails, and what the error says."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figgen.core import Claim, ClaimError, InputError

finite = st.floats(-1e6, 1e6)


def claim(drawn: object, independent: object, **options: float) -> Claim:
    """A claim about some number."""
    return Claim("slope", drawn, independent, "differences", **options)


@pytest.mark.parametrize(
    ("drawn", "independent", "scale", "error"),
    [
        (2.0, 2.0, 1, 0),
        (2.02, 2.0, 1, 0.01),
        (202.0, 200.0, 1, 0.01),
        (0.02, 0.0, 1, 0.02),
        (0.0002, 0.0001, 1, 0.0001),
        (0.0002, 0.0001, 0, 1),
        (0.2, 0.1, 10, 0.01),
        ([1.0, 2.0, 3.3], [1.0, 2.0, 3.0], 1, 0.1),
        ([[0.5], [100.0]], [[0.0], [100.0]], 1, 0.005),
        (-2.0, 2.0, 1, 2),
        (0.0, 0.0, 0, 0),
        (1e-300, 0.0, 0, np.inf),
        (1e308, -1e308, 1, np.inf),
        (Fraction(1, 4), 0.25, 1, 0),
        (True, 1, 1, 0),
    ],
    ids=str,
)
def test_error(drawn: object, independent: object, scale: float, error: float) -> None:
    """Largest distance, relative to the largest independent value or the scale."""
    assert claim(drawn, independent, scale=scale).error == pytest.approx(error, rel=1e-12)


@given(finite, finite, st.floats(0, 1))
def test_holds_within_the_tolerance_and_not_beyond(a: float, b: float, tolerance: float) -> None:
    """The limit itself is allowed."""
    made = claim(a, b, tolerance=tolerance)
    assert made.holds == (abs(a - b) <= tolerance * max(abs(b), 1)) or made.error == pytest.approx(
        tolerance
    )


@pytest.mark.parametrize("factor", [1.01, 1.001, 1.0005, 1 - 1e-8])
@pytest.mark.parametrize("size", [1, 3])
def test_planted_error_is_caught(factor: float, size: int) -> None:
    """A value 1 %, 0.1 %, 0.05 % or a hundred millionth off fails, alone or among right ones."""
    right = np.linspace(1, 2, size)
    wrong = right.copy()
    wrong[-1] *= factor
    assert claim(right, right).holds
    assert not claim(wrong, right).holds


@pytest.mark.parametrize(
    ("drawn", "independent"),
    [
        (np.nan, np.nan),
        (np.inf, np.inf),
        (np.nan, 1),
        (1, np.nan),
        ([1, np.inf], [1, np.inf]),
        (-np.inf, np.inf),
    ],
    ids=str,
)
def test_a_value_that_is_not_finite_never_holds(drawn: object, independent: object) -> None:
    """Not even if both ways give the same; and it can be told without a warning."""
    made = claim(drawn, independent, tolerance=1e300)
    assert not made.holds
    assert made.error == np.inf
    assert str(made).endswith("FAILS")


def test_worst_are_the_two_values_that_differ_most() -> None:
    """What is not finite differs most of all."""
    assert claim([1.0, 2.5, 3.1], [1.0, 2.0, 3.0]).worst == (2.5, 2.0)
    assert claim([1.0, 2.5, np.inf], [1.0, 2.0, 3.0]).worst == (np.inf, 3.0)
    assert claim([[1.0, 7.0], [2.5, 3.1]], [[1.0, 7.0], [2.0, 3.0]]).worst == (2.5, 2.0)


def test_a_claim_stays_what_it_was() -> None:
    """Arrays that change afterwards change nothing, neither for the better nor the worse."""
    drawn, independent = np.array([1.0, 2.0]), np.array([1.0, 2.0])
    made = claim(drawn, independent)
    drawn *= 2
    assert made.holds
    independent *= 3
    assert made.holds
    assert made.worst == (1.0, 1.0)


def test_text_holds_both_numbers() -> None:
    """The error message of a figure is made of it."""
    text = "slope: drawn 3.03, differences gives 3; relative error 0.01, allowed 1e-09: FAILS"
    assert str(claim(3.03, 3.0)) == text
    assert str(claim(3.0, 3.0)).endswith("relative error 0, allowed 1e-09: holds")


def test_claim_error_holds_every_claim() -> None:
    """One message for all that fail."""
    failed = claim(1, 2), claim(3, 4)
    error = ClaimError(iter(failed))
    assert error.claims == failed
    assert str(error) == f"{failed[0]}; {failed[1]}"


def test_as_json() -> None:
    """Plain data with the two values where they differ most."""
    assert claim([1.0, 2.5], [1.0, 2.0], tolerance=0.5).as_json() == {
        "what": "slope",
        "drawn": 2.5,
        "independent": 2.0,
        "how": "differences",
        "values": 2,
        "relative_error": 0.25,
        "tolerance": 0.5,
        "holds": True,
    }


@pytest.mark.parametrize("drawn", [np.nan, np.inf, -np.inf])
def test_as_json_is_json_also_for_what_is_not_finite(drawn: float) -> None:
    """JSON knows neither NaN nor Infinity: null stands for them, and the claim fails."""
    data = json.loads(json.dumps(claim(drawn, 1.0).as_json(), allow_nan=False))
    assert (data["drawn"], data["independent"], data["relative_error"]) == (None, 1.0, None)
    assert data["holds"] is False


@pytest.mark.parametrize(
    ("drawn", "independent", "message"),
    [
        ([1, 2], [1], r"shape of 'slope' is \(2,\); allowed: \(1,\), the shape of the independent"),
        (1, [1], r"shape of 'slope' is \(\); allowed: \(1,\)"),
        ([], [], "number of values of 'slope' is 0; allowed: 1 or more"),
        ("1", 1, "drawn value of 'slope' is '1'; allowed: real numbers"),
        (1, None, "independent value of 'slope' is None; allowed: real numbers"),
        (np.array([1j]), [1], "drawn value of 'slope' is .*; allowed: real numbers"),
        ([1, None], [1, 2], "drawn value of 'slope' is .*; allowed: real numbers"),
    ],
)
def test_values_that_cannot_be_compared_are_refused(
    drawn: object, independent: object, message: str
) -> None:
    """Above all those that numpy would broadcast or convert in silence."""
    with pytest.raises(InputError, match=message):
        claim(drawn, independent)


@pytest.mark.parametrize("name", ["tolerance", "scale"])
@pytest.mark.parametrize("value", [-1e-9, np.nan, np.inf, None, "1"])
def test_a_tolerance_or_scale_that_makes_anything_hold_is_refused(name: str, value: object) -> None:
    """An infinite one would be a claim that cannot fail."""
    with pytest.raises(InputError, match=f"{name} of 'slope' is .*; allowed: a finite number"):
        claim(1, 1, **{name: value})
