"""The figures as they are against what they were: at the last look, or in an earlier build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from figgen.course.course import Course, Entry
from figgen.errors import BuildError
from figgen.guard.baselines import Baselines, snapshot
from figgen.guard.compare_snapshots import Difference, FileKey, Snapshot, compare_snapshots
from figgen.guard.scene.scene_writer import scene
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.build_state import MANIFEST
from figgen.pipeline.drawing import Drawing, draw
from figgen.pipeline.manifest import read_manifest
from figgen.pipeline.parallel import figure_results
from figgen.pipeline.request import Request, assets
from figgen.vocabulary import FORMATS, SOURCES


class Reference(Protocol):
    """What the figures are held against."""

    @property
    def name(self) -> str:
        """What it is called in a sentence."""

    @property
    def reported(self) -> bool:
        """Whether other versions of what paints drew it."""

    def gone(self, course: Course) -> Iterable[str]:
        """The figures that it has, and the course has not."""

    def before(self, entry: Entry) -> Snapshot:
        """A figure as it was; empty if there was none."""

    def after(self, drawing: Drawing, before: Snapshot) -> Snapshot:
        """The figure as it is, in the files that ``before`` has."""


@dataclass(frozen=True)
class BaselineReference:
    """The baselines."""

    baselines: Baselines
    reported: bool
    name: str = "the baseline"

    def gone(self, course: Course) -> Iterable[str]:
        """The figures that only the baselines have."""
        over = {path.stem for path in self.baselines.left_over(course) if path.suffix != ".png"}
        return sorted(over)

    def before(self, entry: Entry) -> Snapshot:
        """The figure at the last look."""
        return self.baselines.read(entry)

    def after(self, drawing: Drawing, before: Snapshot) -> Snapshot:  # noqa: ARG002 - always the same
        """The figure now."""
        return snapshot(drawing)


@dataclass(frozen=True)
class EarlierBuild:
    """A folder that ``figgen build`` wrote.

    Attributes:
        folder: The folder.
        name: What it is called.
        scenes: What the figures drew, where that is known.
        records: Its manifest.
    """

    folder: Path
    name: str
    scenes: dict[str, str] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    reported: bool = False

    def gone(self, course: Course) -> Iterable[str]:
        """The figures that only its manifest has."""
        return sorted(set(self.records) - set(course.names))

    def before(self, entry: Entry) -> Snapshot:
        """The figure as it was built."""
        record = self.records.get(entry.name, {})
        files = {}
        for file in record.get("files", ()):
            path = self.folder / file["path"]
            try:
                data = path.read_bytes()
            except OSError as error:
                raise BuildError(
                    f"{path}: cannot be read: {error.strerror}; build that folder again"
                ) from None
            files[FileKey(file["step"], file["theme"], file["format"])] = data
        return Snapshot(self.scenes.get(entry.name), files)

    def after(self, drawing: Drawing, before: Snapshot) -> Snapshot:
        """The figure now, in the same formats and themes."""
        kinds = {(key.theme, key.format) for key in before.files}
        request = Request(self.folder, formats=(*FORMATS, *SOURCES))
        wanted = [
            asset
            for asset in assets(drawing.entry, request, drawing.canvas.sources)
            if (asset.theme, asset.format) in kinds
        ]
        files = {FileKey.of(asset): data for asset, data in encode_all(drawing, wanted)}
        now = None if before.scene is None else scene(drawing.canvas, drawing.entry.definition.alt)
        return Snapshot(now, files)


def earlier_build(folder: Path, name: str, scenes: dict[str, str] | None = None) -> EarlierBuild:
    """A folder that ``figgen build`` wrote, to compare with.

    Raises:
        BuildError: If it is none.
    """
    if not (folder / MANIFEST).is_file():
        raise BuildError(f"{folder}: no build of figgen: it has no {MANIFEST}")
    return EarlierBuild(folder, name, scenes or {}, read_manifest(folder).figures)


def diff(
    course: Course,
    entries: Sequence[Entry],
    reference: Reference,
    *,
    jobs: int = 1,
    done: Callable[[str], None] = lambda _: None,
) -> list[Difference]:
    """What differs, worst first.

    Args:
        course: The course.
        entries: The figures to compare.
        reference: What to compare them with.
        jobs: How many processes to use.
        done: Called with the name of each figure that is done.

    Returns:
        A difference for each figure that has one. If all figures are compared, those that the
        reference has and the course has not are among them.

    Raises:
        BuildError: If the reference cannot be read.
    """
    found = []
    task = partial(compare_figure, course, reference)
    with closing(figure_results(task, entries, jobs=jobs)) as results:
        for entry, result in results:
            done(entry.name)
            if isinstance(result, BuildError):
                found.append(Difference(entry.name, error=str(result)))
            elif result is not None:
                found.append(result)
    if len(entries) == len(course.entries) and not course.problems:
        error = f"is gone; {reference.name} has it"
        found += [Difference(name, error=error) for name in reference.gone(course)]
    order = {entry.name: n for n, entry in enumerate(course.entries)}
    found.sort(key=lambda each: order.get(each.name, len(order)))
    return sorted(found, key=lambda each: each.rank, reverse=True)


def compare_figure(course: Course, reference: Reference, entry: Entry) -> Difference | None:
    """What differs of one figure; None if nothing does."""
    try:
        before = reference.before(entry)
        if before == Snapshot():
            return Difference(
                entry.name, entry.definition.title, error=f"is new; {reference.name} has none"
            )
        drawing = draw(course, entry)
        after = reference.after(drawing, before)
        return compare_snapshots(entry, before, after, reported=reference.reported)
    except BuildError as error:
        return Difference(entry.name, entry.definition.title, error=str(error))
