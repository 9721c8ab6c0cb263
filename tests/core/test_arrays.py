"""Intervals, and the checks of numbers that all of the core shares."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figgen.core import InputError, Interval, as_numbers

ends = st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)).filter(lambda pair: pair[0] < pair[1])


@given(ends, st.integers(2, 50))
def test_samples_run_from_end_to_end(pair: tuple[float, float], count: int) -> None:
    """Both ends exactly, in order, evenly spaced, none outside."""
    interval = Interval(*pair)
    x = interval.samples(count)
    assert x.shape == (count,)
    assert (x[0], x[-1]) == pair
    assert all(each in interval for each in x)
    steps = np.diff(x)
    assert steps == pytest.approx(interval.width / (count - 1), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "inside"), [(-1, True), (2, True), (0.5, True), (2.0000001, False), (np.nan, False)]
)
def test_ends_belong_to_an_interval(x: float, inside: bool) -> None:
    """It is closed."""
    assert (x in Interval(-1, 2)) is inside


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (1, 1),
        (2, 1),
        (0, np.inf),
        (-np.inf, 0),
        (np.nan, 1),
        (0, np.nan),
        ("0", 1),
        (0, None),
        (0, 1j),
        ([0], 1),
    ],
    ids=str,
)
def test_wrong_ends_are_refused(low: object, high: object) -> None:
    """Both are in the error, with what is allowed."""
    with pytest.raises(InputError) as caught:
        Interval(low, high)
    assert str(caught.value) == (
        f"interval is ({low!r}, {high!r}); allowed: two finite numbers, low < high"
    )
    assert caught.value.value[0] is low
    assert caught.value.value[1] is high


@pytest.mark.parametrize("count", [1, 0, -3])
def test_fewer_than_two_samples_are_refused(count: int) -> None:
    """An interval has two ends."""
    with pytest.raises(InputError, match=f"count is {count}; allowed: 2 or more"):
        Interval(0, 1).samples(count)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        (True, 1.0),
        ([1, 2.5], [1.0, 2.5]),
        (np.float32(0.5), 0.5),
        ([Fraction(1, 4)], [0.25]),
        (np.array([[1, 2]], dtype=np.int8), [[1.0, 2.0]]),
    ],
    ids=str,
)
def test_numbers_of_every_kind_become_64_bit_floats(value: object, expected: object) -> None:
    """In the same shape."""
    numbers = as_numbers(value, "x")
    assert numbers.dtype == np.float64
    assert numbers.tolist() == expected


def test_numbers_are_copied() -> None:
    """What the core computes with is its own."""
    given_numbers = np.zeros(2)
    as_numbers(given_numbers, "x")[0] = 1
    assert given_numbers[0] == 0


@pytest.mark.parametrize(
    "value",
    [
        "1",
        None,
        [1, None],
        1j,
        np.array([1j]),
        [[1], [1, 2]],
        {"a": 1},
        np.datetime64("2020-01-01"),
    ],
    ids=str,
)
def test_what_is_not_real_numbers_is_refused(value: object) -> None:
    """Also what numpy converts without a word: text, None, dates, an imaginary part."""
    with pytest.raises(InputError, match=r"x is .*; allowed: real numbers"):
        as_numbers(value, "x")


def test_too_many_dimensions_are_refused() -> None:
    """The error counts them."""
    with pytest.raises(
        InputError, match=r"x with 3 dimensions is .*; allowed: at most 2 dimensions"
    ):
        as_numbers([[[1]]], "x", max_dimensions=2)
    assert as_numbers([[1]], "x", max_dimensions=2).shape == (1, 1)


def test_long_values_are_cut_in_the_message() -> None:
    """One line, whatever the value; the error object holds it whole."""
    many = [float("nan")] * 500
    with pytest.raises(InputError) as caught:
        as_numbers(many, "x")
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)
    assert caught.value.value is many
    assert (caught.value.what, caught.value.allowed) == ("x", "finite numbers")
