"""The functions of the lecture against mpmath, which shares no code with them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referees import REFEREES, every_function, exact, exact_slope

from figgen.core import FUNCTIONS, Function, InputError, function, sigmoid
from figgen.core.functions import exp, identity, leaky_relu, relu, sigmoid_deriv, square, tanh

numbers = st.floats(-30, 30)


def test_every_function_has_a_referee() -> None:
    """A function that is added to the core must be added to the table here too."""
    assert set(REFEREES) == set(FUNCTIONS)


@every_function
@given(x=numbers)
def test_value_agrees_with_mpmath(func: Function, x: float) -> None:
    """The numpy function is right to the last digits, small values included."""
    assert float(func(np.array(x))) == pytest.approx(exact(func, x), rel=1e-14, abs=1e-300)


@every_function
@given(x=numbers)
def test_reference_agrees_with_mpmath(func: Function, x: float) -> None:
    """The plain Python reference, which claims rely on, is right to 15 decimals."""
    assert func.reference(x) == pytest.approx(exact(func, x), rel=1e-15, abs=1e-15)


@every_function
@given(x=numbers)
def test_derivative_agrees_with_mpmath(func: Function, x: float) -> None:
    """The closed form is the limit of the difference quotient from the left."""
    slope = float(func.derivative(np.array(x)))
    assert slope == pytest.approx(exact_slope(func, x), rel=1e-13, abs=1e-14)


@every_function
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)], ids=str)
def test_shape_is_kept(func: Function, shape: tuple[int, ...]) -> None:
    """A function and its derivative map an array element by element."""
    x = np.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    assert func(x).shape == shape
    assert func.derivative(x).shape == shape
    assert list(np.ravel(func(x))) == [float(func(np.array(each))) for each in x.flat]


@pytest.mark.parametrize(("func", "left", "right"), [(relu, 0, 1), (leaky_relu, 0.2, 1)])
def test_slope_at_a_kink_is_the_one_from_the_left(
    func: Function, left: float, right: float
) -> None:
    """At 0 the closed form takes the left slope; the very next number has the right one."""
    assert func.kinks == (0.0,)
    beside = np.array([-5e-324, -0.0, 0.0, 5e-324])
    assert list(func.derivative(beside)) == [left, left, left, right]


@pytest.mark.parametrize("func", [identity, square, sigmoid, tanh, exp], ids=str)
def test_smooth_functions_declare_no_kink(func: Function) -> None:
    """Their slopes on both sides of 0 agree."""
    assert func.kinks == ()
    left, right = func.derivative(np.array([-1e-9, 1e-9]))
    assert left == pytest.approx(right, abs=1e-8)


def test_sigmoid_does_not_overflow() -> None:
    """At ±1000 the value and the slope are exact, and no floating-point flag is raised."""
    x = np.array([-1000.0, -745.0, 0.0, 745.0, 1000.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert list(sigmoid(x)[[0, 2, 4]]) == [0, 0.5, 1]
        assert list(sigmoid_deriv(x)[[0, 2, 4]]) == [0, 0.25, 0]
    assert sigmoid.reference(-1000.0) == 0
    assert sigmoid.reference(1000.0) == 1


@given(x=st.floats(-700, 700))
def test_sigmoid_is_point_symmetric(x: float) -> None:
    """σ(−x) = 1 − σ(x), and the slope is even."""
    both = np.array([-x, x])
    assert sigmoid(both).sum() == pytest.approx(1, abs=1e-15)
    assert sigmoid_deriv(both[:1]) == pytest.approx(sigmoid_deriv(both[1:]), abs=1e-15)


@pytest.mark.parametrize(
    ("func", "argument", "formula"),
    [
        (square, "x", "x^{2}"),
        (square, "x_1", "x_1^{2}"),
        (square, "1.5", "1.5^{2}"),
        (square, "-2", r"\left(-2\right)^{2}"),
        (square, "a+b", r"\left(a+b\right)^{2}"),
        (square, r"\frac{x}{2}", r"\left(\frac{x}{2}\right)^{2}"),
        (sigmoid, "a+b", r"\sigma(a+b)"),
        (sigmoid, r"\frac{x}{2}", r"\sigma(\frac{x}{2})"),
        (relu, "a+b", r"\max(a+b, 0)"),
        (exp, "-x", "e^{-x}"),
        (leaky_relu, "x", r"\mathrm{leaky}(x)"),
    ],
    ids=str,
)
def test_typeset(func: Function, argument: str, formula: str) -> None:
    """A compound argument is in parentheses unless the formula encloses it."""
    assert func.typeset(argument) == formula


@pytest.mark.parametrize(
    ("latex", "formula"),
    [
        ("-{x}", r"-\left(a+b\right)"),
        ("2{x}", r"2\left(a+b\right)"),
        ("1 - {x}", r"1 - \left(a+b\right)"),
        (r"\sqrt{{x}}", r"\sqrt{a+b}"),
        (r"\left[{x}\right]_+", r"\left[\left(a+b\right)\right]_+"),
        ("|{x}|({x})", r"|\left(a+b\right)|(a+b)"),
    ],
)
def test_typeset_never_changes_the_meaning(latex: str, formula: str) -> None:
    """A sign or a factor before the place of the argument applies to the whole argument."""
    func = Function("f", latex, np.copy, np.ones_like, float)
    assert func.typeset("a+b") == formula


def test_a_function_tells_its_name() -> None:
    """It prints as its name, also where Python asks a plain function for it."""
    assert repr(square) == square.__name__ == square.name == "square"
    assert FUNCTIONS["square"] is square


def test_a_taken_name_is_refused() -> None:
    """Two functions cannot share a name; the first stays."""

    def tanh(x: np.ndarray) -> np.ndarray:
        return x

    before = FUNCTIONS["tanh"]
    with pytest.raises(InputError, match="'tanh'; allowed: one that is not taken"):
        function("f({x})", np.ones_like, reference=float)(tanh)
    assert FUNCTIONS["tanh"] is before


def test_a_formula_without_its_argument_is_refused() -> None:
    """LaTeX that does not say where the argument goes would drop it in silence."""
    with pytest.raises(InputError, match=r"'f'; allowed: a formula with {x} for the argument"):
        function("f", np.ones_like, reference=float)(lambda x: x)
    assert "<lambda>" not in FUNCTIONS
