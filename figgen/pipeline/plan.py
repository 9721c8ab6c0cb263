"""What a build is to do: the stale figures, and why they are stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from figgen.course.course import Entry
from figgen.pipeline.outcome import Outcome


@dataclass(frozen=True)
class Plan:
    """Which figures are stale, and why.

    Attributes:
        stale: The figures to draw, with their fingerprints.
        reasons: Why, in words, for each of them by name.
        fresh: The names of the others.
        recovered: Those of a build that did not end, by name. They are whole and as they shall be,
            but neither the manifest nor the state knows of them.
    """

    stale: tuple[Entry, ...]
    reasons: Mapping[str, tuple[str, ...]]
    fresh: tuple[str, ...] = ()
    recovered: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def reasons_of_stale(self) -> dict[str, tuple[str, ...]]:
        """The reasons of the figures that are to be drawn, in their order."""
        return {entry.name: self.reasons[entry.name] for entry in self.stale}
