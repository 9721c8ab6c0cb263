r"""Equations as claims: what is written is computed, and a planted fault is found."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from figgen.core import InputError, exp, leaky_relu, relu, sigmoid, square
from figgen.core.equation_claims import (
    Random,
    Values,
    elements,
    equation_claims,
    perturbation,
)
from figgen.core.equation_reader import sides
from figures._identities import (
    by_elements,
    chained,
    row_and_column,
    two_functions,
    two_inputs,
    two_matrices,
)

SUM = r"x_1 \, w_1 + \cdots + x_n \, w_n"
ENTRY = "x_{%d1} w_{1%d} + x_{%d2} w_{2%d} + x_{%d3} w_{3%d}"
ROWS = r" \\ ".join(
    " & ".join(ENTRY % ((i, j) * 3) for j in (1, 2)) for i in (1, 2, 3)
)  # fmt: skip
O = r"\begin{bmatrix} o_{11} & o_{12} \\ o_{21} & o_{22} \\ o_{31} & o_{32} \end{bmatrix}"  # noqa: E741
WRITTEN = rf"{O} = \begin{{bmatrix}} {ROWS} \end{{bmatrix}}"
LIMIT = r"\frac{df}{du}(a) = \lim_{\Delta \to 0} \frac{f(a + \Delta) - f(a - \Delta)}{2 \Delta}"
NEAR = r"\frac{df}{du}(a) \approx \frac{f(a + 0.001) - f(a - 0.001)}{2 \cdot 0.001}"
CHAIN_2 = r"\frac{d}{dx} f_2(f_1(x)) = \frac{df_2}{du}(f_1(x)) \cdot \frac{df_1}{du}(x)"
CHAIN_3 = (
    r"\frac{d}{dx} f_3(f_2(f_1(x)))"
    r" = \frac{df_3}{du}(f_2(f_1(x))) \cdot \frac{df_2}{du}(f_1(x)) \cdot \frac{df_1}{du}(x)"
)
BY_X = r"\frac{\partial s}{\partial x} = \frac{\partial \sigma}{\partial u}(x + y) \cdot 1"
ROW = (
    r"\frac{\partial \gamma}{\partial X} = \begin{bmatrix} \frac{\partial \gamma}{\partial x_1} &"
    r" \frac{\partial \gamma}{\partial x_2} & \frac{\partial \gamma}{\partial x_3} \end{bmatrix}"
    r" = \begin{bmatrix} w_1 & w_2 & w_3 \end{bmatrix} = W^T"
)
NEURON_X = (
    rf"\frac{{\partial S}}{{\partial X}} = \frac{{\partial \sigma}}{{\partial u}}({SUM}) \cdot W^T"
)
NEURON_W = (
    rf"\frac{{\partial S}}{{\partial W}} = X^T \cdot \frac{{\partial \sigma}}{{\partial u}}({SUM})"
)
ONES = r"\frac{dO}{du}(X) = \mathbf{1}_{3 \times 2} \cdot W^T_{2 \times 3}"
BACKWARD = (
    r"\frac{\partial L}{\partial X}"
    r" = \left(\mathbf{1}_{3 \times 2} \odot \sigma'(N)_{3 \times 2}\right)"
    r" \cdot W^{T}_{2 \times 3}"
)
SLOPES = (
    r"\frac{\partial \sigma}{\partial u}(N) = \begin{bmatrix} \sigma'(o_{11}) & \sigma'(o_{12}) \\"
    r" \sigma'(o_{21}) & \sigma'(o_{22}) \\ \sigma'(o_{31}) & \sigma'(o_{32})"
    r" \end{bmatrix}_{3 \times 2}"
)


def _sigmoid(random: Random) -> Values:
    slope = {r"d\sigma/du": lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2}
    return {"x": random.randn(9), "e": np.e, r"\sigma": sigmoid, **slope}


def _derivative(random: Random) -> Values:
    return {"f": exp, "a": random.uniform(-2, 2, 9)}


two = partial(chained, chain=(square, sigmoid))
three = partial(chained, chain=(leaky_relu, square, sigmoid))
functions = partial(two_functions, left=square, right=relu)
inputs = partial(two_inputs, function=sigmoid)

TRUE = {
    "f_1(x) = x^{2}": functions,
    r"f_2(x) = \max(x, 0)": functions,
    LIMIT: _derivative,
    NEAR: _derivative,
    r"f_2(f_1(x)) = y": two,
    CHAIN_2: two,
    CHAIN_3: three,
    r"\sigma(x) = \frac{1}{1 + e^{-x}}": _sigmoid,
    r"\frac{d\sigma}{du}(x) = \sigma(x) \, \bigl(1 - \sigma(x)\bigr)": _sigmoid,
    r"a = \alpha(x, y) = x + y": inputs,
    BY_X: inputs,
    rf"N = \gamma(X, W) = X \cdot W = {SUM}": row_and_column,
    r"X = \begin{bmatrix} x_1 & x_2 & \cdots & x_n \end{bmatrix}": row_and_column,
    r"W = \begin{bmatrix} w_1 \\ w_2 \\ \vdots \\ w_n \end{bmatrix}": row_and_column,
    ROW: by_elements,
    r"\frac{\partial \gamma}{\partial W} = X^T": by_elements,
    NEURON_X: row_and_column,
    NEURON_W: row_and_column,
    WRITTEN: two_matrices,
    ONES: two_matrices,
    r"L = \Lambda(\sigma(\gamma(X, W))) = \Lambda(\sigma(X \cdot W))": two_matrices,
    BACKWARD: two_matrices,
    SLOPES: two_matrices,
}

FAULTS = [
    ("f_1(x) = x^{2}", "2}", "3}"),
    (r"f_2(x) = \max(x, 0)", "x, 0", "-x, 0"),
    (LIMIT, r"2 \Delta", r"\Delta"),
    (LIMIT, r"f(a - \Delta)", "f(a)"),
    (LIMIT, r"f(a + \Delta) -", r"f(a + \Delta) +"),
    (NEAR, r"2 \cdot 0.001", r"2 \cdot 0.01"),
    (r"f_2(f_1(x)) = y", "f_2(f_1", "f_1(f_2"),
    (CHAIN_2, r"\frac{df_2}{du}(f_1(x))", r"\frac{df_2}{du}(x)"),
    (CHAIN_2, r"\frac{df_1}{du}(x)", r"\frac{df_2}{du}(x)"),
    (CHAIN_2, r" \cdot ", " + "),
    (CHAIN_3, r"\frac{df_3}{du}(f_2(f_1(x)))", r"\frac{df_3}{du}(f_1(x))"),
    (CHAIN_3, r"\frac{df_2}{du}(f_1(x))", r"\frac{df_2}{du}(f_2(x))"),
    (CHAIN_3, r" \cdot \frac{df_1}{du}(x)", ""),
    (r"\sigma(x) = \frac{1}{1 + e^{-x}}", "-x", "x"),
    (r"\sigma(x) = \frac{1}{1 + e^{-x}}", "1 + e", "1 - e"),
    (r"\frac{d\sigma}{du}(x) = \sigma(x) \, \bigl(1 - \sigma(x)\bigr)", "1 -", "1 +"),
    (r"\frac{d\sigma}{du}(x) = \sigma(x) \, \bigl(1 - \sigma(x)\bigr)", r"= \sigma(x)", "="),
    (r"a = \alpha(x, y) = x + y", "x + y", "x - y"),
    (BY_X, "x + y", "x - y"),
    (BY_X, r"\cdot 1", r"\cdot 2"),
    (rf"N = \gamma(X, W) = X \cdot W = {SUM}", "x_1", "x_2"),
    (rf"N = \gamma(X, W) = X \cdot W = {SUM}", "x_n", "w_n"),
    (rf"N = \gamma(X, W) = X \cdot W = {SUM}", r"+ \cdots", r"- \cdots"),
    (rf"N = \gamma(X, W) = X \cdot W = {SUM}", r"X \cdot W", r"W \cdot X"),
    (r"X = \begin{bmatrix} x_1 & x_2 & \cdots & x_n \end{bmatrix}", "x_1 & x_2", "x_2 & x_1"),
    (ROW, "= W^T", "= W"),
    (ROW, "w_1 & w_2", "w_2 & w_1"),
    (ROW, r"\partial x_1} &", r"\partial x_3} &"),
    (r"\frac{\partial \gamma}{\partial W} = X^T", "X^T", "X"),
    (NEURON_X, r"\cdot W^T", r"\cdot W"),
    (NEURON_X, r"\cdot W^T", r"\cdot X"),
    (NEURON_X, r"\cdots +", r"\cdots -"),
    (NEURON_W, "X^T", "X"),
    (WRITTEN, "x_{12} w_{21}", "x_{21} w_{12}"),
    (WRITTEN, "x_{11} w_{11} +", "x_{11} w_{11} -"),
    (WRITTEN, "o_{32}", "o_{33}"),
    (WRITTEN, "x_{33} w_{31}", "x_{33} w_{32}"),
    (ONES, "W^T_{2", "W_{2"),
    (ONES, r"\mathbf{1}_{3 \times 2}", r"\mathbf{1}_{2 \times 2}"),
    (ONES, r"W^T_{2 \times 3}", r"W^T_{3 \times 2}"),
    (BACKWARD, r"\cdot W^{T}_{2 \times 3}", r"\cdot W_{3 \times 2}"),
    (BACKWARD, r"\odot", r"\cdot"),
    (BACKWARD, r"\odot \sigma'", r"\odot \sigma"),
    (BACKWARD, r"\left(", r"-\left("),
    (SLOPES, "o_{12}", "o_{21}"),
    (SLOPES, r"{3 \times 2}", r"{2 \times 3}"),
]


@pytest.mark.parametrize("latex", TRUE)
def test_the_equations_of_the_lecture_hold(latex: str) -> None:
    """One claim for each relation, at random inputs."""
    claims = equation_claims("it", latex, TRUE[latex])
    assert claims
    assert all(claim.holds for claim in claims), [str(claim) for claim in claims]


@pytest.mark.parametrize(("latex", "right", "wrong"), FAULTS)
def test_a_fault_in_the_source_is_found(latex: str, right: str, wrong: str) -> None:
    """A sign, a transposition, an index, a shape: the claim fails, or it cannot be computed."""
    assert right in latex
    planted = latex.replace(right, wrong, 1)
    try:
        claims = equation_claims("it", planted, TRUE[latex])
    except InputError:
        return
    assert not all(claim.holds for claim in claims)


@pytest.mark.parametrize(
    ("latex", "name", "wrong"),
    [
        (ONES, "dO/du", lambda X: -np.ones((3, 3)) * X),  # noqa: N803
        (BACKWARD, "dL/dX", np.zeros((3, 3))),
        (BACKWARD, r"\sigma", square),
        (NEURON_X, r"\sigma", square),
        (ROW, r"d\gamma/dX", np.ones((1, 3))),
        (BY_X, "ds/dx", np.full(20, 0.25)),
        (r"a = \alpha(x, y) = x + y", r"\alpha", np.subtract),
        (CHAIN_2, r"df_{1}/du", lambda x: -2 * x),
        (rf"N = \gamma(X, W) = X \cdot W = {SUM}", r"\gamma", lambda X, W: (W @ X)[:1, :1]),  # noqa: N803
    ],
)
def test_a_fault_in_the_core_is_found(latex: str, name: str, wrong: object) -> None:
    """An equation is no claim about itself: what it is held against comes from the core."""

    def planted(random: Random) -> Values:
        return {**TRUE[latex](random), name: wrong}

    claims = equation_claims("it", latex, planted)
    assert not all(claim.holds for claim in claims)


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        ("a = unknown", "name in the formula is 'u'"),
        ("a = ", "missing"),
        ("a", "two sides"),
        ("a = (b", r"'\)' there"),
        ("a = b )", "can be read beyond"),
        (r"a = f", "an argument after a function"),
        (r"a = g'(b)", "that of a Function"),
        (r"a = M \cdot M", "inner sizes"),
        (r"a = M \odot M^T", "of one shape"),
        (r"a = M_{2 \times 2}", "which it has"),
        (r"a = M", "one shape"),
        (r"a = b_1 + \cdots + c_3", "like the one before the dots"),
        ("a = \\", "LaTeX"),
    ],
)
def test_what_cannot_be_computed_is_refused(latex: str, reason: str) -> None:
    """Nothing that is not understood passes as checked."""
    values = {"a": 1.0, "b": 2.0, "f": np.exp, "g": np.exp, "M": np.ones((3, 2)),
              **{f"{x}_{{{i}}}": 1.0 for x in "bc" for i in (1, 2, 3)}}  # fmt: skip
    with pytest.raises(InputError, match=reason):
        equation_claims("it", latex, lambda _: values)


@pytest.mark.parametrize(
    ("latex", "value"),
    [
        ("-a^2", -4.0),
        ("2ab", 12.0),
        ("a - b - 1", -2.0),
        (r"\frac{a + b}{2}", 2.5),
        (r"\frac{d}{da} a^3", 12.0),
        (r"\underbrace{a + b}_{\text{both}} \cdot 2", 10.0),
        (r"\left[a\right] \left(b\right)", 6.0),
    ],
)
def test_formulas_are_read_as_a_student_reads_them(latex: str, value: float) -> None:
    """Signs, products without a sign, fractions, derivatives, braces with words."""
    ((_, found),) = sides(latex, {"a": np.array(2.0), "b": np.array(3.0)})
    assert float(found) == pytest.approx(value, abs=1e-9)


def test_perturbation_and_elements() -> None:
    """The derivative by every element, and every element by its name."""
    X = np.array([[1.0, 2.0], [3.0, 4.0]])  # noqa: N806 - the lecture's name
    assert perturbation(lambda X: X**2, (X,), 0) == pytest.approx(2 * X, abs=1e-10)  # noqa: N803
    assert elements("x", X) == {"x_{11}": 1, "x_{12}": 2, "x_{21}": 3, "x_{22}": 4}
    assert elements("x", X[:1]) == {"x_{1}": 1, "x_{2}": 2}
