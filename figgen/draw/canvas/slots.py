"""The slots of a slide: the few sizes that a figure can have."""

from __future__ import annotations

from typing import Literal, TypeAlias

Slot: TypeAlias = Literal["full", "half", "strip"]

SLOTS: dict[Slot, tuple[float, float]] = {
    "full": (12.0, 5.6),
    "half": (5.8, 5.0),
    "strip": (12.0, 2.6),
}
"""Width and height of each slot in inches, on a slide of 13.33 x 7.5 inches."""
