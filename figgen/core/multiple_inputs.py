# ruff: noqa: N803, N806, RET504 - in the lecture matrices are capitals and results have names
"""The lecture's functions of many inputs, forward and backward.

Their listings are shown on the slides, so they read like the mathematics beside them: the
forward pass first, then each derivative where the forward pass arrived. They take numbers and
arrays, and the forward ones also run under `figgen.core.trace.trace`.

A backward function of an output with several elements gives the derivative of their sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from figgen.core.arrays import Array, Map
from figgen.core.derivatives import deriv
from figgen.core.errors import InputError


def require_same_shape(x: Any, y: Any) -> None:
    """Refuse two inputs that do not go together element by element.

    Raises:
        InputError: If they differ in shape, or one is a list, which ``+`` would only lengthen.
    """
    shapes = np.shape(x), np.shape(y)
    if shapes[0] != shapes[1] or isinstance(x, list | tuple) or isinstance(y, list | tuple):
        raise InputError("shapes of x and y", shapes, "two numbers, or two arrays of one shape")


def require_inner_sizes(X: Array, W: Array) -> None:
    """Refuse two matrices that cannot be multiplied.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    shapes = getattr(X, "shape", None), getattr(W, "shape", None)
    match shapes:
        case (_, columns), (rows, _) if columns == rows:
            return
    allowed = "arrays of shapes (n, k) and (k, m): as many columns in X as rows in W"
    raise InputError("(X.shape, W.shape)", shapes, allowed)


def multiple_inputs_add(x: Array, y: Array, sigma: Map) -> Array:
    """A function of two inputs, σ(x + y).

    Args:
        x: A number or an array.
        y: The same, in the shape of ``x``.
        sigma: An element-wise function.

    Returns:
        The outputs, in the shape of the inputs.

    Raises:
        InputError: If the inputs differ in shape.
    """
    require_same_shape(x, y)
    a = x + y
    s = sigma(a)
    return s


def multiple_inputs_add_backward(x: Array, y: Array, sigma: Map) -> tuple[Array, Array]:
    """The derivatives of σ(x + y) by x and by y.

    Args:
        x: A number or an array.
        y: The same, in the shape of ``x``.
        sigma: An element-wise function.

    Returns:
        The two derivatives, each in the shape of the inputs.

    Raises:
        InputError: If the inputs differ in shape or are not finite, or ``sigma`` is not
            element-wise.
    """
    require_same_shape(x, y)

    # forward
    a = x + y

    # backward
    dsda = deriv(sigma, a)
    dadx, dady = 1, 1
    return dsda * dadx, dsda * dady


def matmul_forward(X: Array, W: Array) -> Array:
    """The matrix product of X and W; of a row and a column, the weighted sum.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).

    Returns:
        Shape (n, m).

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)
    N = X @ W
    return N


def matmul_backward_first(X: Array, W: Array) -> Array:
    """The derivative of X · W by X.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).

    Returns:
        The transpose of W, shape (m, k).

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)
    dNdX = W.T
    return dNdX


def matmul_backward_second(X: Array, W: Array) -> Array:
    """The derivative of X · W by W.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).

    Returns:
        The transpose of X, shape (k, n).

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)
    dNdW = X.T
    return dNdW


def matrix_forward_extra(X: Array, W: Array, sigma: Map) -> Array:
    """A function of the matrix product, σ(X · W).

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        Shape (n, m).

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)
    N = X @ W
    S = sigma(N)
    return S


def matrix_function_backward_1(X: Array, W: Array, sigma: Map) -> Array:
    """The derivative of σ(X · W) by X.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        In the shape of X.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)

    # forward
    N = X @ W

    # backward
    dSdN = deriv(sigma, N)
    dNdX = W.T
    return dSdN @ dNdX


def matrix_function_backward_2(X: Array, W: Array, sigma: Map) -> Array:
    """The derivative of σ(X · W) by W.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        In the shape of W.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)

    # forward
    N = X @ W

    # backward
    dSdN = deriv(sigma, N)
    dNdW = X.T
    return dNdW @ dSdN


def matrix_function_forward_sum(X: Array, W: Array, sigma: Map) -> float:
    """The sum of all elements of σ(X · W).

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        One number.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)
    N = X @ W
    S = sigma(N)
    L = np.sum(S)
    return L


def matrix_function_backward_sum_1(X: Array, W: Array, sigma: Map) -> Array:
    """The derivative of the sum of σ(X · W) by X.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        In the shape of X.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)

    # forward
    N = X @ W
    S = sigma(N)

    # backward
    dLdS = np.ones_like(S)
    dSdN = deriv(sigma, N)
    dLdN = dLdS * dSdN
    dNdX = W.T
    return dLdN @ dNdX


def matrix_function_backward_sum_2(X: Array, W: Array, sigma: Map) -> Array:
    """The derivative of the sum of σ(X · W) by W.

    Args:
        X: Shape (n, k).
        W: Shape (k, m).
        sigma: An element-wise function.

    Returns:
        In the shape of W.

    Raises:
        InputError: If they are not matrices or their inner sizes differ.
    """
    require_inner_sizes(X, W)

    # forward
    N = X @ W
    S = sigma(N)

    # backward
    dLdS = np.ones_like(S)
    dSdN = deriv(sigma, N)
    dLdN = dLdS * dSdN
    dNdW = X.T
    return dNdW @ dLdN
