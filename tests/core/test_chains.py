"""Nested functions and the chain rule, against mpmath's derivative of the whole composition."""

from __future__ import annotations

import itertools
from functools import reduce

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from referees import REFEREES, kinked

from figgen.core import (
    FUNCTIONS,
    Claim,
    Function,
    InputError,
    Interval,
    chain,
    chain_deriv,
    chain_deriv_2,
    chain_deriv_3,
    chain_length_2,
    chain_length_3,
    closed_form,
    deriv,
    referee,
)
from figgen.core.chains import kinks, links, reference, sign_changes, spoken, typeset
from figgen.core.functions import exp, identity, leaky_relu, relu, sigmoid, square, tanh

X = np.array([-0.9, -0.35, 0.25, 0.6])
"""Off the kinks, and small enough that exp(exp(exp(x))) is no monster."""
HERE = Interval(-3, 3)

PAIRS = list(itertools.product(FUNCTIONS.values(), repeat=2))
pairs = pytest.mark.parametrize("functions", PAIRS, ids=spoken)
first_of_three = pytest.mark.parametrize("first", FUNCTIONS.values(), ids=FUNCTIONS)


def exact(functions: tuple[Function, ...]) -> np.ndarray:
    """The composition at ``X``, correctly rounded."""
    return np.array([float(_composed(functions, mpmath.mpf(x))) for x in X])


def exact_slopes(functions: tuple[Function, ...]) -> np.ndarray:
    """The derivative of the composition at ``X``, without any chain rule, correctly rounded."""
    with mpmath.workdps(40):
        slopes = [mpmath.diff(lambda u: _composed(functions, u), mpmath.mpf(x)) for x in X]
    return np.array([float(slope) for slope in slopes])


def _composed(functions: tuple[Function, ...], x: mpmath.mpf) -> mpmath.mpf:
    return reduce(lambda reached, func: REFEREES[func.name](reached), functions, x)


def triples(first: Function) -> list[tuple[Function, ...]]:
    """All chains of three that begin with ``first``."""
    return [(first, *others) for others in PAIRS]


@pairs
def test_two_functions_in_a_row(functions: tuple[Function, ...]) -> None:
    """The lecture's code and the general one agree to the last bit, and with mpmath."""
    y = chain_length_2(functions, X)
    assert list(y) == list(chain(functions, X))
    assert y == pytest.approx(exact(functions), rel=1e-14, abs=1e-14)
    assert reference(functions, X) == pytest.approx(y, rel=1e-14, abs=1e-14)


@first_of_three
def test_three_functions_in_a_row(first: Function) -> None:
    """The same for three, in all orders."""
    for functions in triples(first):
        y = chain_length_3(functions, X)
        assert list(y) == list(chain(functions, X))
        assert y == pytest.approx(exact(functions), rel=1e-12, abs=1e-14), functions


@pairs
def test_derivative_of_two(functions: tuple[Function, ...]) -> None:
    """Lecture and general product agree; closed forms give the derivative of the composition."""
    taught = chain_deriv_2(functions, X)
    assert taught == pytest.approx(chain_deriv(functions, X), rel=1e-15)
    slopes = exact_slopes(functions)
    assert chain_deriv(functions, X, closed_form) == pytest.approx(slopes, rel=1e-12, abs=1e-12)
    # A central difference with a step of 0.001 in each factor.
    assert taught == pytest.approx(slopes, rel=2e-6, abs=2e-6)


@first_of_three
def test_derivative_of_three(first: Function) -> None:
    """The same for three, in all orders."""
    for functions in triples(first):
        taught = chain_deriv_3(functions, X)
        assert taught == pytest.approx(chain_deriv(functions, X), rel=1e-15), functions
        slopes = exact_slopes(functions)
        by_rule = chain_deriv(functions, X, closed_form)
        assert by_rule == pytest.approx(slopes, rel=1e-11, abs=1e-11), functions
        assert taught == pytest.approx(slopes, rel=5e-6, abs=5e-6), functions


def test_chains_of_no_and_of_many_functions() -> None:
    """No function is the identity, with slope 1; ten in a row are ten factors."""
    assert list(chain((), X)) == list(X)
    assert list(chain_deriv((), X)) == [1, 1, 1, 1]
    ten = (tanh,) * 10
    assert chain(ten, X) == pytest.approx(exact(ten), rel=1e-14)
    assert chain_deriv(ten, X, closed_form) == pytest.approx(exact_slopes(ten), rel=1e-12)


@pytest.mark.parametrize("shape", [(), (2, 2), (0,)], ids=str)
def test_general_chains_keep_any_shape(shape: tuple[int, ...]) -> None:
    """Values and slopes come in the shape of the input."""
    x = np.resize(X, shape)
    for made in (chain, chain_deriv, reference):
        assert made((square, sigmoid), x).shape == shape


def test_inputs_are_left_alone() -> None:
    """A result shares no memory with the input, not even that of the identity or of no function."""
    x = X.copy()
    for made in (chain((), x), chain((identity,), x), chain_deriv((), x)):
        assert not np.shares_memory(made, x)


WRONG_RULES = {
    "swapped order": lambda f1, f2, x: deriv(f1, f2(x)) * deriv(f2, x),
    "factor of f1 missing": lambda f1, f2, x: deriv(f2, f1(x)),
    "factor of f2 missing": lambda f1, _f2, x: deriv(f1, x),
    "f2 not where f1 arrived": lambda f1, f2, x: deriv(f2, x) * deriv(f1, x),
    "sum for product": lambda f1, f2, x: deriv(f2, f1(x)) + deriv(f1, x),
}


@pytest.mark.parametrize("fault", WRONG_RULES)
@pytest.mark.parametrize("functions", [(square, sigmoid), (tanh, exp)], ids=spoken)
def test_planted_wrong_chain_rule_is_caught(functions: tuple[Function, ...], fault: str) -> None:
    """Each classical mistake fails against differences of the composition; the rule holds."""
    slopes = referee(lambda u: chain(functions, u), X)
    wrong = WRONG_RULES[fault](*functions, X)
    assert not Claim("slope", wrong, slopes, "referee", tolerance=1e-3).holds
    assert Claim("slope", chain_deriv_2(functions, X), slopes, "referee", tolerance=1e-5).holds


@pytest.mark.parametrize(
    ("functions", "words", "formula"),
    [
        ((), "x", "x"),
        ((square, sigmoid), "sigmoid(square(x))", r"\sigma(x^{2})"),
        ((sigmoid, square), "square(sigmoid(x))", r"\left(\sigma(x)\right)^{2}"),
        (
            (leaky_relu, square, sigmoid),
            "sigmoid(square(leaky_relu(x)))",
            r"\sigma(\left(\mathrm{leaky}(x)\right)^{2})",
        ),
        ((square, exp), "exp(square(x))", "e^{x^{2}}"),
    ],
    ids=str,
)
def test_a_chain_in_words_and_in_latex(
    functions: tuple[Function, ...], words: str, formula: str
) -> None:
    """Both read from the outside in, as the chain runs from the inside out."""
    assert spoken(functions) == words
    assert typeset(functions) == formula


# Kinks and changes of sign


@pytest.mark.parametrize(
    ("functions", "expected"),
    [
        ((square, sigmoid), ()),
        ((relu,), (0.0,)),
        ((leaky_relu, square, sigmoid), (0.0,)),
        ((tanh, leaky_relu), (0.0,)),
        ((relu, relu), (0.0,)),
        ((exp, relu), ()),
        ((sigmoid, relu), ()),
        ((kinked(1.5), kinked(0.5)), (1.0, 1.5, 2.0)),
        ((square, kinked(2)), (-np.sqrt(2), np.sqrt(2))),
    ],
    ids=str,
)
def test_kinks(functions: tuple[Function, ...], expected: tuple[float, ...]) -> None:
    """A kink of a link is one of the chain wherever the link's input crosses it."""
    assert kinks(functions, HERE) == pytest.approx(expected, abs=1e-12)


@given(at=st.floats(-2.9, 2.9))
def test_the_slope_at_a_kink_is_the_left_one_and_just_after_it_the_right_one(at: float) -> None:
    """So that a broken line can be drawn wherever the kink is, at a short number or not."""
    assume(at == 0 or abs(at) > 1e-11)
    (kink,) = kinks((kinked(at),), HERE)
    beside = np.array([kink, np.nextafter(kink, 4)])
    assert list(closed_form(kinked(at), beside)) == [-1, 1]


@pytest.mark.parametrize("interval", [Interval(0, 3), Interval(-3, 0), Interval(1, 2)], ids=str)
def test_kinks_at_or_beyond_the_ends_are_not_inside(interval: Interval) -> None:
    """Only a kink with room to both sides breaks a curve."""
    assert kinks((relu,), interval) == ()


@given(st.lists(st.floats(-2.9, 2.9), min_size=1, max_size=4, unique=True))
def test_sign_changes_finds_every_root(roots: list[float]) -> None:
    """All simple roots of a polynomial, in order, whether or not a sample hits one."""
    roots.sort()
    assume(all(b - a > 0.02 for a, b in itertools.pairwise(roots)))

    def polynomial(x: np.ndarray) -> np.ndarray:
        return np.prod([x - root for root in roots], axis=0)

    assert sign_changes(polynomial, HERE) == pytest.approx(roots, abs=1e-12)


@pytest.mark.parametrize("interval", [HERE, Interval(-3, 2.9), Interval(-0.7, 0.3)], ids=str)
def test_a_change_at_zero_is_told_as_zero(interval: Interval) -> None:
    """Not as the smallest float beside it, which would be printed with an exponent."""
    assert sign_changes(np.copy, interval) == (0.0,)
    assert str(sign_changes(np.negative, interval)) == "(0.0,)"


@pytest.mark.parametrize(
    ("func", "expected"),
    [
        (lambda x: np.maximum(x - 1, 0), (1.0,)),
        (lambda x: np.where(np.abs(x) < 1, 0.0, x), (-1.0, 1.0)),
        (lambda x: np.where(x < 0.3, -1.0, 2.0), (0.3,)),
        (np.ones_like, ()),
        (np.zeros_like, ()),
    ],
    ids=["from 0 to +", "− to 0 to +", "jump", "always +", "always 0"],
)
def test_zero_is_a_sign_of_its_own(func: object, expected: tuple[float, ...]) -> None:
    """A level stretch begins and ends with a change, and a jump over zero is one."""
    assert sign_changes(func, HERE) == pytest.approx(expected, abs=1e-9)


# Wrong input

taught = pytest.mark.parametrize(
    ("func", "length"),
    [(chain_length_2, 2), (chain_deriv_2, 2), (chain_length_3, 3), (chain_deriv_3, 3)],
)


@taught
def test_a_chain_of_the_wrong_length_is_refused(func: object, length: int) -> None:
    """One function too few or too many, with both numbers in the error."""
    for wrong in (0, length - 1, length + 1):
        message = f"length of the chain is {wrong}; allowed: {length}"
        with pytest.raises(InputError, match=message):
            func([square] * wrong, 1.0)


@taught
@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([[1.0, 2.0]], r"x with 2 dimensions is \[\[1.0, 2.0\]\]; allowed: at most 1 dimension$"),
        ([1.0, np.inf], r"x is \[1.0, inf\]; allowed: finite numbers"),
        (np.nan, "x is nan; allowed: finite numbers"),
        ("one", "x is 'one'; allowed: real numbers"),
    ],
)
def test_wrong_numbers_are_refused(func: object, length: int, x: object, message: str) -> None:
    """Matrices come later in the lecture; what is not finite never comes."""
    with pytest.raises(InputError, match=message):
        func([square] * length, x)


@taught
def test_a_link_that_is_no_function_is_refused(func: object, length: int) -> None:
    """The link itself is in the error."""
    with pytest.raises(InputError, match="link of the chain is 2; allowed: a function"):
        func([square, 2, square][:length], 1.0)


@taught
def test_a_link_that_changes_the_shape_is_refused(func: object, length: int) -> None:
    """A sum is no element-wise function; numpy's broadcasting would hide it."""
    with pytest.raises(InputError, match=r"the shape of sum\(x\) is \(\); allowed: \(2,\)"):
        func([np.sum, square, square][:length], [1.0, 2.0])


@pytest.mark.parametrize("func", [chain, chain_deriv, lambda f, _x: links(f)])
@pytest.mark.parametrize("functions", [square, None, 3], ids=str)
def test_what_is_no_chain_is_refused(func: object, functions: object) -> None:
    """A function alone is no chain."""
    with pytest.raises(InputError, match=r"chain is .*; allowed: a sequence of functions"):
        func(functions, 1.0)


@pytest.mark.parametrize("func", [chain, chain_deriv, reference])
def test_general_chains_refuse_wrong_input_too(func: object) -> None:
    """Not only those of the lecture."""
    with pytest.raises(InputError, match="x is nan; allowed: finite numbers"):
        func((square,), np.nan)


def test_a_function_without_closed_form_is_refused() -> None:
    """A plain function has none; the error says what would have one."""
    with pytest.raises(InputError, match="function is <ufunc 'sin'>; allowed: a Function"):
        chain_deriv((np.sin,), 1.0, closed_form)
