"""A build in several parts, each on a machine of its own, and their manifests made one again.

The split is the same wherever it is made: it follows from the course alone, not from times or from
what was built before. Every figure is in one part, and each part has about as much to draw. Whoever
has brought the files of all parts into one folder merges their manifests, and has what one build of
the whole course would have made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figgen.course.course import Course, Entry
from figgen.errors import BuildError
from figgen.pipeline.journal import NAME as JOURNAL
from figgen.pipeline.journal import Journal
from figgen.pipeline.manifest import read_manifest, write_manifest
from figgen.pipeline.outcome import Outcome


@dataclass(frozen=True)
class Shard:
    """One part of several.

    Attributes:
        number: Which one, from 1 up.
        count: How many there are.
    """

    number: int
    count: int

    @property
    def manifest(self) -> str:
        """The name of its manifest."""
        return f"manifest-{self.number}-of-{self.count}.json"

    @property
    def journal(self) -> str:
        """The name of its journal, by which the next build of the whole knows its figures."""
        return f"journal-{self.number}-of-{self.count}"

    def select(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """The figures of this part, in their order.

        The figure with the most steps goes to the part that has the least so far, then the next
        one. A figure counts as its steps and one more, for what its steps share.
        """
        loads = [0] * self.count
        mine = set()
        for entry in sorted(entries, key=lambda entry: -entry.definition.steps):
            lightest = loads.index(min(loads))
            loads[lightest] += entry.definition.steps + 1
            if lightest == self.number - 1:
                mine.add(entry.name)
        return tuple(entry for entry in entries if entry.name in mine)


def merge(course: Course, out: Path) -> list[Outcome]:
    """Merge the manifests of all parts in ``out`` into one, and delete them.

    Returns:
        What became of each figure of the course, in its order.

    Raises:
        BuildError: If a part is missing, two parts do not fit together, or a file is not what its
            manifest says.
    """
    shards = _shards(out)
    figures: dict[str, dict[str, Any]] = {}
    for shard in shards:
        part = out / shard.manifest
        if not part.is_file():
            raise BuildError(f"missing; build it with --shard {shard.number}/{shard.count}", part)
        for name, figure in read_manifest(out, shard.manifest).figures.items():
            if name in figures:
                raise BuildError(f"another part has {name} too; build both again", part)
            for file in figure["files"]:
                _require(out / file["path"], file["sha256"], part)
            figures[name] = figure
    outcomes = [
        Outcome(name, figures[name])
        if name in figures
        else Outcome(name, error=BuildError("in no part"))
        for name in course.names
    ]
    write_manifest(course, out, {name: figures[name] for name in course.names if name in figures})
    journal = Journal(out / JOURNAL)
    for shard in shards:
        (out / shard.manifest).unlink()
        journal.take(out / shard.journal)
    return outcomes


def _shards(out: Path) -> list[Shard]:
    counts = {int(path.stem.rpartition("-")[2]) for path in out.glob("manifest-*-of-[1-9]*.json")}
    if len(counts) != 1:
        several = " and ".join(map(str, sorted(counts)))
        found = f"parts of splits into {several}" if counts else "no part of a build"
        raise BuildError(f"{found}; give the folder with all parts of one split", out)
    (count,) = counts
    return [Shard(number, count) for number in range(1, count + 1)]


def _require(path: Path, digest: str, part: Path) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BuildError(f"cannot be read: {error.strerror}; {part} names it", path) from None
    if found != digest:
        raise BuildError(f"not what {part} says; build that part again", path)
