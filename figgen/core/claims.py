"""Claims: a number about to be drawn, beside the same number got another way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from figgen.core.arrays import Array, as_floats, is_finite
from figgen.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Claim:
    """One statement about numbers that a figure draws.

    The error is the largest distance between the two values, relative to the largest
    independent value, or to ``scale`` where that is greater.

    Args:
        what: What is claimed, in words: "slope of square(x) at x = 1.5".
        drawn: The value that is drawn; any shape.
        independent: The same value by another way; the same shape.
        how: That other way: "Richardson extrapolation".
        tolerance: The largest error at which the claim holds.
        scale: The size below which an error counts as absolute, in the unit of the values.

    Raises:
        InputError: If a value is not numbers, the shapes differ, there is nothing to compare, or
            the tolerance or the scale is negative or infinite, so that everything would hold.
    """

    what: str
    drawn: ArrayLike
    independent: ArrayLike
    how: str
    tolerance: float = 1e-9
    scale: float = 1.0
    _pair: tuple[Array, Array] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Copies: a claim stays what it was, whatever becomes of the arrays.
        drawn = as_floats(self.drawn, f"drawn value of '{self.what}'")
        independent = as_floats(self.independent, f"independent value of '{self.what}'")
        if drawn.shape != independent.shape:
            allowed = f"{independent.shape}, the shape of the independent value"
            raise InputError(f"shape of '{self.what}'", drawn.shape, allowed)
        if drawn.size == 0:
            raise InputError(f"number of values of '{self.what}'", 0, "1 or more")
        for name in ("tolerance", "scale"):
            limit = getattr(self, name)
            if not (is_finite(limit) and limit >= 0):
                allowed = "a finite number that is not negative"
                raise InputError(f"{name} of '{self.what}'", limit, allowed)
        object.__setattr__(self, "_pair", (drawn, independent))

    @property
    def values(self) -> tuple[Array, Array]:
        """The drawn and the independent value, as arrays of one shape."""
        return self._pair

    @property
    def error(self) -> float:
        """The error as defined above; infinite if a value is not finite."""
        drawn, independent = self._pair
        if not (np.isfinite(drawn).all() and np.isfinite(independent).all()):
            return float("inf")
        distance = _distances(drawn, independent).max()
        size = np.maximum(np.abs(independent).max(), self.scale)
        with np.errstate(divide="ignore", over="ignore"):
            return float(distance / size) if distance else 0.0

    @property
    def holds(self) -> bool:
        """Whether the error is within the tolerance."""
        return self.error <= self.tolerance

    @property
    def worst(self) -> tuple[float, float]:
        """The drawn and the independent value where they differ most."""
        drawn, independent = (values.ravel() for values in self._pair)
        distance = _distances(drawn, independent)
        place = int(np.argmax(np.where(np.isfinite(distance), distance, np.inf)))
        return float(drawn[place]), float(independent[place])

    def __str__(self) -> str:
        drawn, independent = self.worst
        verdict = "holds" if self.holds else "FAILS"
        return (
            f"{self.what}: drawn {drawn:.12g}, {self.how} gives {independent:.12g}; "
            f"relative error {self.error:.2g}, allowed {self.tolerance:.2g}: {verdict}"
        )

    def as_json(self) -> dict[str, object]:
        """The claim as plain data, with both values where they differ most.

        A number that is not finite becomes None, because JSON has none such.
        """
        drawn, independent = map(_finite_or_none, self.worst)
        return {
            "what": self.what,
            "drawn": drawn,
            "independent": independent,
            "how": self.how,
            "values": self._pair[0].size,
            "relative_error": _finite_or_none(self.error),
            "tolerance": self.tolerance,
            "holds": self.holds,
        }


def _finite_or_none(number: float) -> float | None:
    return number if is_finite(number) else None


def _distances(drawn: Array, independent: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.abs(drawn - independent)


class ClaimError(Exception):
    """Claims that do not hold, with both numbers of each.

    Attributes:
        claims: The failed ones.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = tuple(claims)
        super().__init__("; ".join(str(claim) for claim in self.claims))
