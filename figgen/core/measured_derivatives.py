"""The derivative of one operation by one operand, from values of the operation alone.

This is the second opinion on every step of the backward pass. It knows nothing of the table of
rules but whether an element of the operand can reach its row of the output alone (``right``) or
its column (``left``); whether it reaches no element but its own is tried. What is so moved at once
takes a dozen calls of the operation, however many elements there are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from figgen.core.arrays import Array
from figgen.core.derivatives import REACH, extrapolate
from figgen.core.ops import Op, column, row

HALVINGS = 2.0 ** -np.arange(5)
ATTEMPTS = 8
DOUBT = 1e-11
UNMOVED = 1e-12
"""How much of a value may change by where it is in a stack, relative to the value."""


def measured_share(
    op: Op, position: int, operands: tuple[Array, ...], output: Array, upstream: Array
) -> Array:
    """The share of an operand in the gradient, by moving the operand.

    Args:
        op: The operation.
        position: The place of the operand.
        operands: All of them.
        output: What the operation made of them.
        upstream: The gradient by the output, in its shape.

    Returns:
        The share, in the operand's shape; not-a-number where a kink is on either side.
    """
    operand, product = operands[position], op.rules[position].product
    if product != "times":
        factors = row(operands[0]), column(operands[1])
        matrix, axis = factors[position], 1 if product == "right" else 0
        pulled = upstream.reshape(len(factors[0]), factors[1].shape[1])
        shares = []
        for at in range(matrix.shape[axis]):
            moving = np.zeros(matrix.shape)
            moving.swapaxes(0, axis)[at] = 1.0
            moved = slopes(partial(_replaced, op.forward, factors, position), matrix, moving)
            shares.append((pulled * moved).sum(axis=axis))
        return np.stack(shares, axis=axis).reshape(operand.shape)
    # Only operations of one operand have kinks.
    call = partial(_replaced, op.forward, operands, position)
    wide = operand.reshape((1,) * max(output.ndim - operand.ndim, 0) + operand.shape)
    numbers = np.arange(operand.size).reshape(wide.shape)
    if _is_element_wise(call, wide, numbers, output.shape):
        # Weighted before they are compared: slopes near the largest number would overflow.
        weighted = slopes(lambda moved: upstream * call(moved), wide, None, op.kinks)
        # Where numpy repeated an element, each repetition had a part in the output.
        owners = np.broadcast_to(numbers, output.shape)
        sums = np.bincount(owners.ravel(), weighted.ravel(), minlength=operand.size)
        return np.asarray(sums, dtype=np.float64).reshape(operand.shape)
    return share_one_by_one(call, operand, upstream, op.kinks)


def _is_element_wise(
    call: Callable[[Array], Array], x: Array, numbers: NDArray[np.intp], shape: tuple[int, ...]
) -> bool:
    """Whether every element of ``x`` reaches those elements of the output alone that are its own.

    Args:
        call: A function of a stack of arrays like ``x``.
        x: Where to begin.
        numbers: The elements of ``x``, counted.
        shape: That of the output.
    """
    # Of any two elements, one moves and the other does not, by a digit of their numbers.
    digits = 1 << np.arange(x.size.bit_length()).reshape(-1, *[1] * x.ndim)
    moves = np.concatenate([numbers & digits == 0, numbers & digits != 0])
    with np.errstate(all="ignore"):  # what is not finite has changed
        here, there = call(x[None]), call(x + moves * REACH * np.maximum(1.0, np.abs(x)))
    # Element by element, a stack of operands makes a stack of outputs; a sum does not.
    if (here.shape, there.shape) != ((1, *shape), (len(moves), *shape)):
        return False
    return bool((np.isclose(there, here, rtol=UNMOVED, atol=0) | moves).all())


def share_one_by_one(
    call: Callable[[Array], Array], x: Array, upstream: Array, kinks: tuple[float, ...] = ()
) -> Array:
    """The gradient by ``x``, of which one element after the other is moved.

    Args:
        call: A function of an array like ``x``; not-a-number where a move tells nothing.
        x: Where to begin.
        upstream: The gradient by the output of ``call``, in its shape.
        kinks: Values of ``x`` where a derivative jumps.

    Returns:
        The gradient, in the shape of ``x``; not-a-number where no way has room.
    """

    def stacked(moved: Array) -> Array:
        return np.stack([call(each) for each in moved])

    share = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        one = np.zeros(x.shape)
        one[place] = 1.0
        share[place] = (upstream * slopes(stacked, x, one, kinks)).sum()
    return share


def _replaced(
    forward: Callable[..., Array], operands: tuple[Array, ...], position: int, moved: Array
) -> Array:
    return np.asarray(forward(*operands[:position], moved, *operands[position + 1 :]))


def slopes(
    call: Callable[[Array], Array],
    x: Array,
    moving: Array | None,
    kinks: tuple[float, ...] = (),
) -> Array:
    """The derivative of every element of ``call(x)`` by a move of ``x``, at no move.

    The moves stay on one side of every kink and where there are values: they go both ways where
    there is room, else the way that has it. If neither has any, or the result is in doubt, they
    are made smaller (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982).

    Args:
        call: A function of a stack of arrays like ``x``.
        x: Where to begin.
        moving: 1 for the elements that move, 0 for the others; None if ``call`` is
            element-wise, so that all can move at once, each by a step of its own.
        kinks: Values of ``x`` where a derivative jumps.

    Returns:
        The slopes, in the shape of the output; not-a-number where no way has room.
    """
    reach = REACH * np.maximum(1.0, np.abs(x))
    if moving is not None:  # one step for all that moves, or the slopes would not be of one move
        reach = (reach * moving).max() * moving
    with np.errstate(all="ignore"):  # what is not finite is no room
        here = call(x[None])
        best, least = np.full(here.shape[1:], np.nan), np.full(here.shape[1:], np.inf)
        for attempt in range(ATTEMPTS):
            steps = (HALVINGS / 4**attempt).reshape(-1, *[1] * x.ndim) * reach
            moves = np.concatenate([steps, -steps])
            there = call(x + moves)
            over = moves
            if moving is not None:
                sizes = steps.reshape(len(steps), -1).max(axis=1)
                over = np.concatenate([sizes, -sizes]).reshape(-1, *[1] * (there.ndim - 1))
            quotients = (there - here) / over
            room = np.isfinite(there)
            for kink in kinks:
                room &= (x + moves > kink) == (x > kink)
            limits, doubts = _limits(quotients, room)
            better = doubts < least
            best, least = np.where(better, limits, best), np.where(better, doubts, least)
            if (doubts <= DOUBT * np.maximum(1.0, np.abs(limits))).all():
                break
    return best


def _limits(quotients: Array, room: Array) -> tuple[Array, Array]:
    """What the quotients of ever smaller moves, up and then down, tend to; and how far off."""
    up, down = np.split(quotients, 2)
    room_up, room_down = (part.all(axis=0) for part in np.split(room, 2))
    limits = np.full(up.shape[1:], np.nan)
    doubts = np.full(up.shape[1:], np.inf)
    # The mean of the steps up and down is the central difference.
    for estimates, ratio, fits in (
        (down, 2.0, room_down),
        (up, 2.0, room_up),
        ((up + down) / 2, 4.0, room_up & room_down),
    ):
        if not fits.any():
            continue
        limit = extrapolate(list(estimates), ratio)
        doubt = np.abs(limit - extrapolate(list(estimates[:-1]), ratio))
        limits, doubts = np.where(fits, limit, limits), np.where(fits, doubt, doubts)
    return limits, doubts
