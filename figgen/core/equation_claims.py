"""Equations as claims: both sides computed at random inputs, and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from figgen.core.arrays import Array
from figgen.core.claims import Claim
from figgen.core.equation_reader import Side, sides
from figgen.core.errors import InputError
from figgen.core.measured_derivatives import share_one_by_one

Random: TypeAlias = np.random.RandomState
Values: TypeAlias = Mapping[str, Any]

SAMPLES = 5
"""How many times random inputs are drawn; two wrong formulas do not agree on five."""

EXACT = 1e-8
"""What a derivative from values alone may be off."""
NEARLY = 1e-5
"""What a central difference with a step of 0.001 may be off; for the sign ≈, unless told."""


def equation_claims(
    what: str,
    latex: str,
    values: Callable[[Random], Values],
    *,
    seed: int = 0,
    nearly: float = NEARLY,
) -> tuple[Claim, ...]:
    r"""The claims that all sides of an equation, as it is written, are the same.

    Args:
        what: What the equation is about, in words.
        latex: The equation, without roles and steps, for `figgen.core.equation_reader.sides`.
        values: What the names in it stand for, drawn at random.
        seed: Of the values.
        nearly: The relative error that the sign ≈ allows.

    Returns:
        One claim for each relation, with all draws in it.

    Raises:
        InputError: If the equation cannot be read, or has only one side.
    """
    random = Random(seed)
    draws = [[_plain(side) for side in sides(latex, values(random))] for _ in range(SAMPLES)]
    if len(draws[0]) == 1:
        raise InputError("equation", latex, "one with two sides or more")
    claims = []
    for number, pairs in enumerate(zip(*map(pairwise, draws), strict=True), start=1):
        relation = pairs[0][1].relation
        shapes = {np.shape(side.value) for pair in pairs for side in pair}
        if len(shapes) > 1:
            told = " and ".join(map(str, sorted(shapes)))
            raise InputError(f"shapes of both sides of {latex}", told, "one shape")
        left, right = (np.array([side.value for side in both]) for both in zip(*pairs, strict=True))
        claims.append(
            Claim(
                f"{what}, relation {number} of {' '.join(latex.split())}",
                left,
                right,
                f"what is written after it, at {SAMPLES} random inputs,",
                EXACT if relation == "=" else nearly,
            )
        )
    return tuple(claims)


def _plain(side: Side) -> Side:
    """A matrix of one element as the number that the lecture takes it for."""
    value = np.asarray(side.value)
    return Side(side.relation, value[0, 0] if value.shape == (1, 1) else value)


def elements(letter: str, matrix: Array) -> dict[str, float]:
    r"""The elements of a matrix under their names: x_{11}; of a row or a column: x_{1}.

    >>> elements("w", np.array([[0.5], [2.0]]))
    {'w_{1}': 0.5, 'w_{2}': 2.0}
    """
    if 1 in matrix.shape:
        return {f"{letter}_{{{i}}}": float(x) for i, x in enumerate(matrix.flat, start=1)}
    return {
        f"{letter}_{{{row + 1}{column + 1}}}": float(x)
        for (row, column), x in np.ndenumerate(matrix)
    }


def perturbation(func: Callable[..., Any], arguments: Sequence[Array], position: int) -> Array:
    """The derivative of the sum of ``func``'s outputs by an argument, from values alone.

    Args:
        func: A smooth function of matrices.
        arguments: Where to take the derivative.
        position: Which argument moves.

    Returns:
        In the shape of that argument.
    """

    def moved(argument: Array) -> Array:
        return np.asarray(func(*arguments[:position], argument, *arguments[position + 1 :]))

    return share_one_by_one(moved, arguments[position], np.ones(()))
