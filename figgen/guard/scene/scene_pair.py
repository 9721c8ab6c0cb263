"""Two scenes side by side, a change between them, and how far numbers may be apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from figgen.core import Array
from figgen.guard.scene.scene_reader import PAGE, Block, numbers, read_blocks, span

CLAIM_SHARE = 1e-6
"""How far another version may move a claimed number, relative to it: the last digit written."""
RANGE_SHARE = 2e-5
"""How far it may move a place in a plot, relative to its range: two units of the last digit."""
MEASURED_TWICE = 2.0
"""A place on the page comes from the sizes of the texts to both sides of it."""
FARTHEST = 0.15
"""The most inches by which a place on the page may be off in all; the lecture needs 0.102."""
ROUNDING = 2e-4
"""The inches that rounding may add to it: two units of the last digit written."""


@dataclass(frozen=True)
class Change:
    """One difference between two scenes.

    Attributes:
        steps: The steps in which it shows; none if it shows in no picture.
        words: What changed, for a reviewer.
        size: How much it matters: 10 for what is gone or new, 8 for other words, 3 and the way in
            inches for what moved, 2 and less for what is not drawn.
    """

    steps: tuple[int, ...]
    words: str
    size: float

    def __str__(self) -> str:
        if not self.steps:
            return self.words
        noun = "step" if len(self.steps) == 1 else "steps"
        return f"{noun} {', '.join(map(str, self.steps))}: {self.words}"


class ScenePair:
    """Two scenes side by side.

    Args:
        before: A scene.
        after: Another one.
        exact: Whether every difference counts. If not, another version of matplotlib made one of
            them: it measures text differently, and what is placed by the size of a text moves by
            as much. So a figure that measures no text has no such freedom, and none has any
            in the units of a plot.

    Attributes:
        exact: As given.
        last: The last step of the two.
        inches: How far a place on the page may be off.
        share: How far a place in other axes may be off, relative to their range.
        digits: How far a claimed number may be off, relative to it.
    """

    def __init__(self, before: str, after: str, *, exact: bool) -> None:
        self.exact = exact
        self._blocks = read_blocks(before), read_blocks(after)
        self.last = max(
            (int(block.get("steps")) for blocks in self.both("canvas") for block in blocks),
            default=0,
        )
        self.share, self.digits = (0.0, 0.0) if exact else (RANGE_SHARE, CLAIM_SHARE)
        self.inches = 0.0 if exact else min(MEASURED_TWICE * self._measured() + ROUNDING, FARTHEST)

    def both(self, *kinds: str) -> tuple[list[Block], list[Block]]:
        """The blocks of some kinds, of each scene."""
        before, after = ([b for b in blocks if b.kind in kinds] for blocks in self._blocks)
        return before, after

    def _measured(self) -> float:
        """The greatest difference in the size of a text that both measured, in inches."""
        before, after = (
            {words: size for block in blocks for words, size in measured_texts(block)}
            for blocks in self.both("measured")
        )
        differences = [
            np.abs(before[words] - after[words]).max() for words in before if words in after
        ]
        return float(max(differences, default=0.0))

    @property
    def every_step(self) -> tuple[int, ...]:
        """All steps of the two scenes."""
        return tuple(range(1, self.last + 1))

    def steps(self, *blocks: Block) -> tuple[int, ...]:
        """The steps in which any of some blocks shows."""
        shown: set[int] = set()
        for block in blocks:
            first, last = span(block)
            shown |= set(range(first, (last or self.last) + 1))
        return tuple(sorted(shown))

    @cached_property
    def _axes(self) -> dict[str, Block]:
        return {block.title: block for block in self.both("axes")[0]}

    def per_inch(self, axes: str) -> Array:
        """Units of x and y in an inch of some axes, shape (2,)."""
        if axes == PAGE or axes not in self._axes:
            return np.ones(2)
        return np.asarray(self._ranges(axes) / numbers(self._axes[axes].get("at"))[2:])

    def limit(self, axes: str) -> Array:
        """How far a place in some axes may be off in x and y, shape (2,)."""
        if axes == PAGE or axes not in self._axes:
            return np.full(2, self.inches)
        return self.share * self._ranges(axes)

    def _ranges(self, axes: str) -> Array:
        return np.array([np.ptp(numbers(self._axes[axes].get(key))) for key in "xy"])


def measured_texts(block: Block) -> Iterator[tuple[str, Array]]:
    """The texts that were measured, with their size in points, and their width and height."""
    for line in block.lines:
        _, width, height, words = line.split(" ", 3)
        yield words, np.array([float(width), float(height)])
