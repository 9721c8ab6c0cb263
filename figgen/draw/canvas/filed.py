"""What a canvas files of what is drawn on it: claims, and equations."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from figgen.core import Claim


@dataclass(frozen=True)
class Filed:
    """A claim with the line of the author's file that made it, or None if that is unknown."""

    claim: Claim
    line: int | None


@dataclass(frozen=True)
class Equation:
    """An equation that was written, and whether it is checked.

    Attributes:
        latex: All its sides, without roles and steps.
        claims: How many claims hold its sides against each other.
        unchecked: Why there are none; None if there are.
    """

    latex: str
    claims: int
    unchecked: str | None

    def as_json(self) -> dict[str, object]:
        """The equation as plain data."""
        return asdict(self)
