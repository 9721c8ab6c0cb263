"""A scene, read back: its blocks, and the numbers in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from figgen.core import Array

PAGE = "0"
"""The axes whose unit is an inch."""


@dataclass(frozen=True)
class Block:
    """One block of a scene.

    Attributes:
        kind: Its first word.
        title: The rest of its first line.
        lines: Its properties, as they stand there.
    """

    kind: str
    title: str
    lines: tuple[str, ...]

    @cached_property
    def values(self) -> dict[str, str]:
        """Its properties by their names."""
        return {key: value for key, _, value in (line.partition(" ") for line in self.lines)}

    def get(self, key: str, usual: str = "") -> str:
        """A property, or its usual value where the scene leaves it out."""
        return self.values.get(key, usual)

    @property
    def name(self) -> str:
        """What the author of a mark calls it; may be empty."""
        return self.get("name") if self.kind == "text" else self.title

    @property
    def axes(self) -> str:
        """The number of its axes."""
        return self.get("axes", PAGE)

    @cached_property
    def points(self) -> Array:
        """The places that are written out, shape (n, 2)."""
        return coordinates(self.get("at") or self.get("points"))

    @property
    def called(self) -> str:
        """The name of the block in a sentence for a reviewer."""
        if self.kind == "text":
            return f"label `{self.title}`"
        if self.title:
            return self.title
        role = self.get("stroke") or self.get("fill")
        if not len(self.points):
            return f"an empty {role} {self.kind}"
        x, y = np.nanmean(self.points, axis=0).round(6) + 0.0
        return f"the {role} {self.kind} around ({x:.3g}, {y:.3g})"


def read_blocks(scene: str) -> list[Block]:
    """The blocks of a scene."""
    blocks = []
    for text in scene.split("\n\n"):
        first, *lines = text.rstrip("\n").split("\n")
        kind, _, title = first.partition(" ")
        blocks.append(Block(kind, title, tuple(line.removeprefix("  ") for line in lines)))
    return blocks


def span(block: Block) -> tuple[int, int | None]:
    """The first and the last step of a mark or a sentence; None for no last one."""
    first, _, last = block.get("steps", "1 on").partition(" ")
    return int(first), int(last.removeprefix("to ")) if last.startswith("to ") else None


def keys(one: Block, other: Block) -> list[str]:
    """The names of the properties of either, in their order."""
    return list({**one.values, **other.values})


def numbers(text: str) -> Array:
    """Numbers with blanks between them, shape (n,)."""
    return np.array(text.split(), dtype=np.float64)


def coordinates(text: str) -> Array:
    """Places ``x,y`` with blanks between them, shape (n, 2)."""
    pairs = [place.split(",") for place in text.split()]
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)
