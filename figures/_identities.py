"""What the names in the equations of the lecture stand for, at random, to check the equations.

Derivatives are got from values alone, so that no equation is held against itself.
"""

from __future__ import annotations

import numpy as np

from figgen.core import Array, Chain, Function, referee, sigmoid
from figgen.core.chains import reference
from figgen.core.equation_claims import Random, Values, elements, perturbation
from figgen.core.functions import FUNCTIONS
from figgen.core.multiple_inputs import (
    matmul_backward_first,
    matmul_backward_second,
    matmul_forward,
    matrix_forward_extra,
    matrix_function_forward_sum,
    multiple_inputs_add,
)
from figgen.core.ops import op_of

COUNT = 20
"""How many numbers stand for each name at once."""


def symbol_of(function: Function) -> str:
    """What the lecture calls a function in its equations."""
    return op_of(function).notation.symbol


def two_functions(random: Random, left: Function, right: Function) -> Values:
    """Two functions by their plain Python, which shares nothing with their formulas."""
    names = {rf"\mathrm{{{name}}}": function for name, function in FUNCTIONS.items()}
    return {
        "x": random.randn(COUNT),
        "f_{1}": lambda x: reference((left,), x),
        "f_{2}": lambda x: reference((right,), x),
        "e": np.e,
        r"\sigma": lambda x: 1 / (1 + np.exp(-x)),
        r"\tanh": np.tanh,
        r"\mathrm{leaky}": lambda x: np.where(x > 0, x, x / 5),
    } | names


def chained(random: Random, chain: Chain) -> Values:
    """The functions of a chain by their numbers, and what comes out."""
    # Not near 0, where some of the functions have a kink.
    x = random.uniform(0.2, 2, COUNT) * random.choice((-1, 1), COUNT)
    functions = {f"f_{{{number}}}": function for number, function in enumerate(chain, start=1)}
    return {"x": x, "y": reference(chain, x), **functions}


def two_inputs(random: Random, function: Function) -> Values:
    """The lecture's function of two inputs, and its derivatives."""
    x, y = random.uniform(-2, 2, (2, COUNT))

    def output(x: Array, y: Array) -> Array:
        return multiple_inputs_add(x, y, function)

    return {
        "x": x,
        "y": y,
        "a": np.array([float(each) + float(other) for each, other in zip(x, y, strict=True)]),
        "s": output(x, y),
        r"\alpha": np.add,
        "e": np.e,
        symbol_of(function): function,
        "ds/dx": referee(lambda x: output(x, y), x),
        "ds/dy": referee(lambda y: output(x, y), y),
        r"d\alpha/dx": lambda x, y: referee(lambda x: np.add(x, y), x),
        r"d\alpha/dy": lambda x, y: referee(lambda y: np.add(x, y), y),
    }


def row_and_column(random: Random, function: Function = sigmoid) -> Values:
    """A row X and a column W of three elements, their product and a function of it."""
    X, W = random.randn(1, 3), random.randn(3, 1)  # noqa: N806 - the lecture's names

    def output(X: Array, W: Array) -> Array:  # noqa: N803
        return matrix_forward_extra(X, W, function)

    return {
        "X": X,
        "W": W,
        "n": 3,
        "N": matmul_forward(X, W),
        "S": output(X, W),
        "e": np.e,
        symbol_of(function): function,
        r"\gamma": matmul_forward,
        r"d\gamma/dX": matmul_backward_first,
        r"d\gamma/dW": matmul_backward_second,
        "dS/dX": perturbation(output, (X, W), 0),
        "dS/dW": perturbation(output, (X, W), 1),
        **elements("x", X),
        **elements("w", W),
    }


def by_elements(random: Random) -> Values:
    """The same, with the derivatives of the product at hand, element by element too."""
    values = row_and_column(random)
    by_x, by_w = (perturbation(matmul_forward, (values["X"], values["W"]), i) for i in (0, 1))
    return {
        **values,
        r"d\gamma/dX": by_x,
        r"d\gamma/dW": by_w,
        **elements(r"d\gamma/dx", by_x),
    }


def two_matrices(random: Random, function: Function = sigmoid) -> Values:
    """Two matrices, their product O or N, the function of it and the sum."""
    X, W = random.randn(3, 3), random.randn(3, 2)  # noqa: N806 - the lecture's names
    N = matmul_forward(X, W)  # noqa: N806

    def output(X: Array, W: Array) -> float:  # noqa: N803
        return matrix_function_forward_sum(X, W, function)

    return {
        "X": X,
        "W": W,
        "O": N,
        "N": N,
        "S": matrix_forward_extra(X, W, function),
        "L": output(X, W),
        "e": np.e,
        symbol_of(function): function,
        r"\gamma": matmul_forward,
        r"\Lambda": np.sum,
        "dO/du": lambda X: perturbation(matmul_forward, (X, W), 0),  # noqa: N803
        r"d\Lambda/du": lambda S: perturbation(np.sum, (S,), 0),  # noqa: N803
        r"d\gamma/dX": matmul_backward_first,
        "dL/dX": perturbation(output, (X, W), 0),
        **elements("x", X),
        **elements("w", W),
        **elements("o", N),
    }
