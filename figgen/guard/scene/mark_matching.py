"""Which thing of one scene is which of another, when some are gone, new, changed or moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

import numpy as np

from figgen.guard.scene.scene_reader import Block

T = TypeVar("T")


def identical(one: Block, other: Block) -> bool:
    """Whether both are meant to be the same thing, wherever and however it is drawn."""
    keys = ("axes", "steps") if not one.title else ("axes",)
    return (
        one.kind == other.kind
        and one.title == other.title
        and one.name == other.name
        and all(one.get(key) == other.get(key) for key in keys)
    )


LEAST_LIKENESS = 5.0
"""Below it one mark is gone and another is new."""


_WEIGHTS = dict.fromkeys(("steps", "stroke", "fill", "axes", "count"), 1.0) | {
    "size": 0.5,
    "width": 0.5,
    "digest": 2.0,
}
"""How much a property that two marks have in common counts."""


def likeness(one: Block, other: Block) -> float:
    """How much two marks have in common."""
    if one.kind != other.kind:
        return 0.0
    score = 4 * SequenceMatcher(None, one.title, other.title).ratio() if one.title else 0.0
    for key, weight in _WEIGHTS.items():
        score += weight * (one.get(key) == other.get(key))
    if one.axes == other.axes and len(one.points) == len(other.points) > 0:
        low, high = np.nanmin(one.points, axis=0), np.nanmax(one.points, axis=0)
        reach = float(np.abs(high - low).max()) + 0.3
        apart = float(np.nan_to_num(np.abs(one.points - other.points)).max())
        score += 4 * max(0.0, 1 - apart / reach)
    return score


def title_likeness(one: Block, other: Block) -> float:
    """How much two titles have in common, from 0 to 10."""
    return 10 * SequenceMatcher(None, one.title, other.title).ratio()


def pairs(
    ones: Sequence[T],
    others: Sequence[T],
    same: Callable[[T, T], bool],
    identical: Callable[[T, T], bool],
    likeness: Callable[[T, T], float],
) -> list[tuple[int, int]]:
    """Which of some things is which of others.

    Args:
        ones: Some things.
        others: Others.
        same: Whether two are the same.
        identical: Whether two are meant to be the same, though they differ.
        likeness: How much two have in common; `LEAST_LIKENESS` is needed.

    Returns:
        Pairs of indices, by the first; no index is in two of them.
    """
    found: list[tuple[int, int]] = []

    def left() -> tuple[list[int], list[int]]:
        return (
            [i for i in range(len(ones)) if i not in {i for i, _ in found}],
            [j for j in range(len(others)) if j not in {j for _, j in found}],
        )

    for rule in (same, identical):
        rows, columns = left()
        found += [
            (rows[i], columns[j])
            for i, j in _in_order([ones[i] for i in rows], [others[j] for j in columns], rule)
        ]
        # What is the same but at another place in the order.
        rows, columns = left()
        for i in rows:
            elsewhere = next((j for j in columns if rule(ones[i], others[j])), None)
            if elsewhere is not None:
                found.append((i, elsewhere))
                columns.remove(elsewhere)
    rows, columns = left()
    scores = [(likeness(ones[i], others[j]), i, j) for i in rows for j in columns]
    for score, i, j in sorted(scores, key=lambda each: -each[0]):
        if score >= LEAST_LIKENESS and i in rows and j in columns:
            found.append((i, j))
            rows.remove(i)
            columns.remove(j)
    return sorted(found)


def _in_order(
    ones: Sequence[T], others: Sequence[T], same: Callable[[T, T], bool]
) -> list[tuple[int, int]]:
    """The longest common subsequence of two, as pairs of places."""
    lengths = np.zeros((len(ones) + 1, len(others) + 1), dtype=int)
    equal = np.zeros((len(ones), len(others)), dtype=bool)
    for i in reversed(range(len(ones))):
        for j in reversed(range(len(others))):
            equal[i, j] = same(ones[i], others[j])
            longest = max(lengths[i + 1, j], lengths[i, j + 1])
            lengths[i, j] = lengths[i + 1, j + 1] + 1 if equal[i, j] else longest
    found, i, j = [], 0, 0
    while i < len(ones) and j < len(others):
        if equal[i, j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i + 1, j] >= lengths[i, j + 1]:
            i += 1
        else:
            j += 1
    return found


def rising(places: Sequence[int]) -> list[int]:
    """The indices of a longest rising subsequence."""
    return [i for i, _ in _in_order(places, sorted(places), lambda a, b: a == b)]
