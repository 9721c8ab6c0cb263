# ruff: noqa: RET504 - on the slides results have names
"""Exclusive or by three neurons, and the best that one can do."""

from __future__ import annotations

from figgen.core.arrays import Array
from figgen.core.functions import sigmoid


def xor_network(x1: Array, x2: Array) -> Array:
    """Exclusive or by three neurons: nearly 1 if one input is 1 and the other 0, else nearly 0.

    Args:
        x1: A number from 0 to 1, or an array of them.
        x2: The same, in the shape of ``x1``.

    Returns:
        The outputs, between 0 and 1, in the shape of the inputs.
    """
    h1 = sigmoid(20 * x1 + 20 * x2 - 10)  # OR
    h2 = sigmoid(-20 * x1 - 20 * x2 + 30)  # NAND
    y = sigmoid(20 * h1 + 20 * h2 - 30)  # AND
    return y


def single_perceptron(x1: Array, x2: Array) -> Array:
    """The best that one neuron can do for exclusive or: three of the four inputs right.

    Its line can part one corner of the square from the other three, but no line parts two
    opposite corners from the other two. This one is OR, which is wrong where both are 1.

    Args:
        x1: A number from 0 to 1, or an array of them.
        x2: The same, in the shape of ``x1``.

    Returns:
        The outputs, between 0 and 1, in the shape of the inputs.
    """
    y = sigmoid(20 * x1 + 20 * x2 - 10)
    return y
