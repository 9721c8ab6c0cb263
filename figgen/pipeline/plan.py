"""What a build is to do, and what it has made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from figgen.course.course import Entry
from figgen.tracking.recorded_reads import Read


@dataclass(frozen=True)
class Plan:
    """What is to be done.

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
    recovered: Mapping[str, Made] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """A figure that was drawn.

    Attributes:
        record: Its entry in the manifest.
        reads: What it has read.
    """

    record: dict[str, Any]
    reads: tuple[Read, ...]
