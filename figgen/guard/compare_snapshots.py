"""A figure at two times, side by side, and what differs, in words: worst first."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from figgen.course.course import Entry
from figgen.draw.canvas.slots import SLOTS
from figgen.errors import BuildError
from figgen.guard.compare_pdf import pdf_differences
from figgen.guard.compare_png import compare_pixels, decoded
from figgen.guard.compare_svg import svg_differences
from figgen.guard.scene.scene_changes import Change, changes
from figgen.pipeline.request import Asset
from figgen.vocabulary import Format


class FileKey(NamedTuple):
    """A file of a figure: its step and theme, None where it has none, and its format."""

    step: int | None
    theme: str | None
    format: Format

    @classmethod
    def of(cls, asset: Asset) -> FileKey:
        """The key of a file that a build makes."""
        return cls(asset.step, asset.theme, asset.format)

    def __str__(self) -> str:
        step = [f"step {self.step}"] if self.step else []
        return ", ".join([*step, *([self.theme] if self.theme else []), self.format])


@dataclass(frozen=True)
class Snapshot:
    """A figure as it was drawn at one time: its scene and its files.

    Attributes:
        scene: What it draws, as text; None if that is not known.
        files: Its files; an SVG may be in its normal form.
    """

    scene: str | None = None
    files: Mapping[FileKey, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class FileChange:
    """A file that changed.

    Attributes:
        key: Which.
        words: How.
        share: How much of the picture changed, from 0 to 1; 0 for what is no picture.
        places: Where, as (left, top, width, height) in shares of the picture.
        before: The file; None if it is new.
        after: The file; None if it is gone.
    """

    key: FileKey
    words: tuple[str, ...]
    share: float = 0.0
    places: tuple[tuple[float, float, float, float], ...] = ()
    before: bytes | None = None
    after: bytes | None = None


@dataclass(frozen=True)
class Difference:
    """What differs of one figure.

    Attributes:
        name: The figure's name.
        title: Its title.
        scene: What changed in what it draws, the largest first.
        files: The files that changed, worst first.
        error: Why it could not be compared, or that it is new or gone; empty if it was.
        reported: Whether the files are only reported: other versions drew them, the scene judges.
    """

    name: str
    title: str = ""
    scene: tuple[Change, ...] = ()
    files: tuple[FileChange, ...] = ()
    error: str = ""
    reported: bool = False

    @property
    def differs(self) -> bool:
        """Whether the figure is another one, and not only drawn by other versions."""
        return bool(self.error or self.scene or (self.files and not self.reported))

    @property
    def rank(self) -> tuple[bool, bool, float, float]:
        """A key to sort by: the larger, the worse the difference."""
        share = max((change.share for change in self.files), default=0.0)
        return bool(self.error), self.differs, share, sum(change.size for change in self.scene)


def compare_snapshots(
    entry: Entry, before: Snapshot, after: Snapshot, *, reported: bool = False
) -> Difference | None:
    """What differs of one figure.

    Args:
        entry: The figure as it is now.
        before: What it was.
        after: What it is.
        reported: Whether other versions of what paints drew what it was.

    Returns:
        What differs; None if nothing does.

    Raises:
        BuildError: If a file cannot be read.
    """
    scene: tuple[Change, ...] = ()
    if (before.scene is None) != (after.scene is None):
        scene = (Change((), f"its scene is {'new' if before.scene is None else 'gone'}", 10.0),)
    elif before.scene is not None and after.scene is not None:
        scene = tuple(changes(before.scene, after.scene, exact=not reported))
    width = SLOTS[entry.definition.slot][0]
    found = []
    for key in dict.fromkeys([*before.files, *after.files]):
        try:
            change = _compare_files(key, before.files.get(key), after.files.get(key), width)
        except BuildError as error:
            raise BuildError(f"{entry.name}, {key}: {error}") from None
        if change is not None:
            found.append(change)
    if not scene and not found:
        return None
    # The drawing of a step is as bad as its picture says.
    shares = {(change.key.step, change.key.theme): change for change in found if change.places}

    def badness(change: FileChange) -> float:
        picture = shares.get((change.key.step, change.key.theme), change)
        return max(picture.share, change.share)

    found.sort(key=badness, reverse=True)
    return Difference(entry.name, entry.definition.title, scene, tuple(found), reported=reported)


def _compare_files(
    key: FileKey, before: bytes | None, after: bytes | None, width: float
) -> FileChange | None:
    """What differs between two files; ``width`` is that of the figure in inches."""
    if before is None or after is None:
        return FileChange(key, ("is new" if before is None else "is gone",), 1.0, (), before, after)
    if before == after:
        return None
    if key.format == "png":
        return _compare_pictures(key, before, after, width)
    if key.format == "svg":
        words: Sequence[str] = svg_differences(before.decode(), after.decode())
    elif key.format == "pdf":
        words = pdf_differences(before, after)
    else:
        words = _other_lines(before.decode(), after.decode())
    return FileChange(key, tuple(words), 0.0, (), before, after) if words else None


def _compare_pictures(key: FileKey, before: bytes, after: bytes, width: float) -> FileChange | None:
    old, new = decoded(before), decoded(after)
    change = compare_pixels(old, new)
    if change is None:
        return None
    across, down = change.after
    boxes = tuple(
        (box.left / across, box.top / down, box.width / across, box.height / down)
        for box in change.boxes
    )
    words = (change.words(across / width),)
    return FileChange(key, words, change.share, boxes, before, after)


def _other_lines(before: str, after: str) -> Sequence[str]:
    lines = [*difflib.ndiff(before.splitlines(), after.splitlines())]
    gone, new = ([line[2:].strip() for line in lines if line[:2] == sign] for sign in ("- ", "+ "))
    if len(gone) == len(new) == 1:
        return [f"`{gone[0]}` became `{new[0]}`"]
    return (
        [f"{len(gone)} lines are gone, {len(new)} are new"] if gone or new else ["other line ends"]
    )
