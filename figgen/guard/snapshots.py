"""A figure at two times, side by side, and what differs, in words: worst first."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from figgen.course.course import Entry
from figgen.draw.canvas.slots import SLOTS
from figgen.errors import BuildError
from figgen.guard import compare_pdf as pdf_content
from figgen.guard import compare_png as pixels
from figgen.guard import compare_svg as vector
from figgen.guard.scene.scene_changes import Change, changes
from figgen.vocabulary import Format


class View(NamedTuple):
    """A file of a figure: its step and theme, None where it has none, and its format."""

    step: int | None
    theme: str | None
    format: Format

    def __str__(self) -> str:
        step = [f"step {self.step}"] if self.step else []
        return ", ".join([*step, *([self.theme] if self.theme else []), self.format])


@dataclass(frozen=True)
class Snapshot:
    """A figure at one time.

    Attributes:
        scene: What it draws, as text; None if that is not known.
        files: Its files; an SVG may be in its normal form.
    """

    scene: str | None = None
    files: Mapping[View, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class ViewChange:
    """A file that changed.

    Attributes:
        view: Which.
        words: How.
        share: How much of the picture changed, from 0 to 1; 0 for what is no picture.
        places: Where, as (left, top, width, height) in shares of the picture.
        before: The file; None if it is new.
        after: The file; None if it is gone.
    """

    view: View
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
        views: The files that changed, worst first.
        error: Why it could not be compared, or that it is new or gone; empty if it was.
        reported: Whether the files are only reported: other versions drew them, the scene judges.
    """

    name: str
    title: str = ""
    scene: tuple[Change, ...] = ()
    views: tuple[ViewChange, ...] = ()
    error: str = ""
    reported: bool = False

    @property
    def differs(self) -> bool:
        """Whether the figure is another one, and not only drawn by other versions."""
        return bool(self.error or self.scene or (self.views and not self.reported))

    @property
    def rank(self) -> tuple[bool, bool, float, float]:
        """The larger, the worse."""
        share = max((view.share for view in self.views), default=0.0)
        return bool(self.error), self.differs, share, sum(change.size for change in self.scene)


def compare(
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
    for view in dict.fromkeys([*before.files, *after.files]):
        try:
            change = _compare_files(view, before.files.get(view), after.files.get(view), width)
        except BuildError as error:
            raise BuildError(f"{entry.name}, {view}: {error}") from None
        if change is not None:
            found.append(change)
    if not scene and not found:
        return None
    # The drawing of a step is as bad as its picture says.
    shares = {(change.view.step, change.view.theme): change for change in found if change.places}

    def badness(change: ViewChange) -> float:
        picture = shares.get((change.view.step, change.view.theme), change)
        return max(picture.share, change.share)

    found.sort(key=badness, reverse=True)
    return Difference(entry.name, entry.definition.title, scene, tuple(found), reported=reported)


def _compare_files(
    view: View, before: bytes | None, after: bytes | None, width: float
) -> ViewChange | None:
    """What differs between two files; ``width`` is that of the figure in inches."""
    if before is None or after is None:
        return ViewChange(
            view, ("is new" if before is None else "is gone",), 1.0, (), before, after
        )
    if before == after:
        return None
    if view.format == "png":
        return _compare_pictures(view, before, after, width)
    if view.format == "svg":
        words: Sequence[str] = vector.differences(before.decode(), after.decode())
    elif view.format == "pdf":
        words = pdf_content.differences(before, after)
    else:
        words = _other_lines(before.decode(), after.decode())
    return ViewChange(view, tuple(words), 0.0, (), before, after) if words else None


def _compare_pictures(view: View, before: bytes, after: bytes, width: float) -> ViewChange | None:
    old, new = pixels.decoded(before), pixels.decoded(after)
    change = pixels.compare(old, new)
    if change is None:
        return None
    across, down = change.after
    boxes = tuple(
        (place.left / across, place.top / down, place.width / across, place.height / down)
        for place in change.places
    )
    words = (change.words(across / width),)
    return ViewChange(view, words, change.share, boxes, before, after)


def _other_lines(before: str, after: str) -> Sequence[str]:
    gone, new = (
        [line[2:].strip() for line in difflib.ndiff(before.splitlines(), after.splitlines())
         if line.startswith(sign)]
        for sign in ("- ", "+ ")
    )  # fmt: skip
    if len(gone) == len(new) == 1:
        return [f"`{gone[0]}` became `{new[0]}`"]
    return (
        [f"{len(gone)} lines are gone, {len(new)} are new"] if gone or new else ["other line ends"]
    )
