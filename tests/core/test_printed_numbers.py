"""Numbers as a figure prints them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from figgen.core import InputError
from figgen.core.printed_numbers import MINUS, printed, read, rounded, scientific

finite = st.floats(allow_nan=False, allow_infinity=False)
places = st.integers(0, 12)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0, 3, "0"),
        (-0.0, 3, "0"),
        (-0.0004, 3, "0"),
        (-0.0006, 3, "−0.001"),
        (7.0, 3, "7"),
        (100.0, 0, "100"),
        (100.0, 3, "100"),
        (-2.25, 3, "−2.25"),
        (0.1 + 0.2, 3, "0.3"),
        (1 / 3, 4, "0.3333"),
        (0.5, 0, "0"),
        (1.5, 0, "2"),
        (1e20, 2, "100000000000000000000"),
        (np.float64(1.25), 3, "1.25"),
        (np.array(1.25), 3, "1.25"),
    ],
)
def test_printed(value: float, places: int, text: str) -> None:
    """No idle zeros, no negative zero, a true minus sign, a half to the even digit."""
    assert printed(value, places) == text


@given(finite, places)
@example(1.7976931348623157e308, 12)
@example(5e-324, 3)
@example(2.675, 2)
def test_printed_digits_are_the_rounded_number(value: float, places: int) -> None:
    """Formatting and decimal arithmetic, two ways to round, agree for every float."""
    assert read(printed(value, places)) == rounded(value, places)


@given(finite, places)
def test_rounded_is_the_nearest_decimal(value: float, places: int) -> None:
    """The exact binary value rounded in decimal, a half to the even digit."""
    with localcontext() as context:
        context.prec = 2000
        digit = Decimal(10) ** -places
        exact = (Decimal(value) / digit).to_integral_value(ROUND_HALF_EVEN) * digit
    assert rounded(value, places) == float(exact)


@given(finite, places)
def test_printed_has_the_form_of_a_number_on_a_slide(value: float, places: int) -> None:
    """Digits, at most one point, at most one sign; never an exponent, a hyphen or a −0."""
    text = printed(value, places)
    digits, _, decimals = text.removeprefix(MINUS).partition(".")
    assert digits.isascii()
    assert digits.isdigit()
    assert len(decimals) <= places
    assert not decimals.endswith("0")
    assert ("." in text) == bool(decimals)
    assert text != f"{MINUS}0"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (2.748e-07, 1, r"2.7 \times 10^{-7}"),
        (-9.96, 1, r"-1.0 \times 10^{1}"),
        (0, 1, r"0.0 \times 10^{0}"),
        (123456, 3, r"1.235 \times 10^{5}"),
    ],
)
def test_scientific(value: float, places: int, text: str) -> None:
    """Mantissa and power of ten, rounded together."""
    assert scientific(value, places) == text


@pytest.mark.parametrize("func", [printed, scientific, lambda value: rounded(value, 3)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, "1", None, 1j])
def test_what_is_no_finite_number_is_refused(func: object, value: object) -> None:
    """It would be printed as nan or inf."""
    with pytest.raises(InputError, match=r"printed number is .*; allowed: a finite number"):
        func(value)


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "-1", "1e5", "1_000", " 1", "1.", ".5", "−", "−−1", "٣", "1\n"]
)
def test_text_that_was_not_printed_is_refused(text: str) -> None:
    """Among it all that float() takes and no slide should show."""
    with pytest.raises(InputError, match="allowed: digits, a point and a minus sign"):
        read(text)
