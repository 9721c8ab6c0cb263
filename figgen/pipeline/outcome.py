"""What became of a figure; light, because the process that runs a build draws nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from figgen.errors import BuildError
from figgen.tracking.recorded_reads import Read


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes:
        name: The figure's name.
        record: The figure's entry in the manifest; empty if it failed.
        error: Why it failed; None if it did not.
        reads: The files and folders that it read.
        seconds: How long it took to draw; None if its process was lost, or it was not drawn now.
        contents: The bytes of its files by their path in the build folder, until they are written:
            where it was drawn need not share a disk with the build.
    """

    name: str
    record: dict[str, Any] = field(default_factory=dict)
    error: BuildError | None = None
    reads: tuple[Read, ...] = ()
    seconds: float | None = None
    contents: Mapping[str, bytes] = field(default_factory=dict)


def failures(outcomes: Iterable[Outcome]) -> dict[str, BuildError]:
    """Why figures failed, by name."""
    return {outcome.name: outcome.error for outcome in outcomes if outcome.error is not None}
