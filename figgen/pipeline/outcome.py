"""What became of a figure; light, because the process that runs a build draws nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from figgen.tracking.recorded_reads import Read


@dataclass(frozen=True)
class Outcome:
    """What became of one figure.

    Attributes:
        name: The figure's name.
        record: The figure's entry in the manifest; None if it failed.
        error: Why it failed; None if it did not.
        reads: The files and folders that it read.
        seconds: How long it took to draw; None if its process was lost.
    """

    name: str
    record: dict[str, Any] | None = None
    error: str | None = None
    reads: tuple[Read, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Made:
    """One figure as it comes from where it was drawn, which need not share a disk with the build.

    Attributes:
        outcome: What became of it.
        contents: The bytes of its files, by their path in the build folder.
    """

    outcome: Outcome
    contents: Mapping[str, bytes] = field(default_factory=dict)
