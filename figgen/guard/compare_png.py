"""What differs between two pictures, pixel by pixel: how much, and where.

A mean over the whole picture dilutes what is small: of an arrow head that vanished from a large
figure nothing is left in it. Here a changed pixel is a changed pixel, and neighbours are one box.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from figgen.errors import BuildError

Pixels: TypeAlias = NDArray[np.uint8]
"""A picture, (height, width, 3), the top row first."""

_CELL = 16
"""The side of a cell in pixels; changes in neighbouring cells are one box."""

_LISTED = 3


def decoded(png: bytes) -> Pixels:
    """The picture in a PNG, without an alpha channel: figgen paints the paper.

    Raises:
        BuildError: If it is no picture.
    """
    try:
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    except OSError:
        raise BuildError("not a PNG that can be read") from None


@dataclass(frozen=True)
class ChangedBox:
    """Changed pixels that lie together.

    Attributes:
        count: How many.
        left: The box around them, in pixels from the left edge of the picture.
        top: Likewise, from the upper edge.
        width: Likewise, in pixels.
        height: Likewise.
    """

    count: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class PixelChange:
    """What differs between two pictures.

    Attributes:
        boxes: Where, the largest number of changed pixels first; none if the sizes differ.
        before: Width and height of one picture in pixels.
        after: Likewise of the other.
        strongest: The largest change of a colour channel, of 255.
    """

    boxes: tuple[ChangedBox, ...]
    before: tuple[int, int]
    after: tuple[int, int]
    strongest: int

    @property
    def count(self) -> int:
        """How many pixels changed."""
        return sum(box.count for box in self.boxes)

    @property
    def share(self) -> float:
        """How much of the picture changed, from 0 to 1; 1 if it has another size."""
        return self.count / (self.after[0] * self.after[1]) if self.before == self.after else 1.0

    def words(self, dpi: float) -> str:
        """The change in words.

        Args:
            dpi: How many pixels an inch the pictures have, because boxes are told in inches from
                the lower left corner, as figures are drawn.
        """
        if self.before != self.after:
            sizes = ("{} x {}".format(*size) for size in (self.before, self.after))
            return "{} pixels became {}".format(*sizes)
        number = f"{self.count} pixels" if self.count > 1 else "1 pixel"
        level = f", by up to {self.strongest} of 255"
        if len(self.boxes) == 1:
            return f"{number} in {_described(self.boxes[0], self.after[1], dpi)}{level}"
        largest = [
            f"{box.count} in {_described(box, self.after[1], dpi)}" for box in self.boxes[:_LISTED]
        ]
        rest = f" and {len(self.boxes) - _LISTED} more" if len(self.boxes) > _LISTED else ""
        return f"{number} in {len(self.boxes)} places{level}: {'; '.join(largest)}{rest}"


def _described(box: ChangedBox, height: int, dpi: float) -> str:
    x, y = box.left / dpi, (height - box.top - box.height) / dpi
    return f"a box of {box.width} x {box.height} at ({x:.2f}, {y:.2f}) inches"


def compare_pixels(before: Pixels, after: Pixels) -> PixelChange | None:
    """What differs between two pictures.

    Args:
        before: A picture, (height, width, 3).
        after: Another, whose size may be another.

    Returns:
        The change; None if every pixel is the same.
    """
    sizes = [(picture.shape[1], picture.shape[0]) for picture in (before, after)]
    if sizes[0] != sizes[1]:
        return PixelChange((), sizes[0], sizes[1], 255)
    if np.array_equal(before, after):
        return None
    gaps = np.abs(before.astype(np.int16) - after).max(axis=2)
    boxes = sorted(_boxes(gaps > 0), key=lambda box: (-box.count, box.top, box.left))
    return PixelChange(tuple(boxes), sizes[0], sizes[1], int(gaps.max()))


def _boxes(changed: NDArray[np.bool_]) -> list[ChangedBox]:
    rows, columns = np.nonzero(changed)
    cells: dict[tuple[int, int], list[int]] = {}
    grid = ((where // _CELL).tolist() for where in (rows, columns))
    for i, cell in enumerate(zip(*grid, strict=True)):
        cells.setdefault(cell, []).append(i)
    found = []
    while cells:
        inside = _together(cells)
        there = rows[inside], columns[inside]
        top, left = (int(where.min()) for where in there)
        bottom, right = (int(where.max()) for where in there)
        found.append(ChangedBox(len(inside), left, top, right - left + 1, bottom - top + 1))
    return found


def _together(cells: dict[tuple[int, int], list[int]]) -> Sequence[int]:
    """Take a cell, and all that hang together with it, out of ``cells``.

    Returns:
        The pixels in them.
    """
    first = next(iter(cells))
    inside = cells.pop(first)
    edge = [first]
    while edge:
        row, column = edge.pop()
        for cell in [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            if cell in cells:
                inside += cells.pop(cell)
                edge.append(cell)
    return inside
