"""New baselines: what the figures look like now, after somebody has looked at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from figgen.course.course import Course, Entry
from figgen.errors import BuildError
from figgen.guard.baselines import Baselines, remove, snapshot
from figgen.guard.compare_snapshots import Snapshot
from figgen.pipeline.drawing import draw
from figgen.pipeline.parallel import figure_results


@dataclass(frozen=True)
class Accepted:
    """What became of the baselines.

    Attributes:
        written: The files that are new or say something new.
        removed: The files that belonged to nothing.
        refused: The figures that keep their old baselines, and why.
    """

    written: tuple[Path, ...]
    removed: tuple[Path, ...]
    refused: tuple[tuple[str, str], ...]


def accept(
    course: Course,
    entries: Sequence[Entry],
    baselines: Baselines,
    *,
    jobs: int = 1,
    done: Callable[[str], None] = lambda _: None,
) -> Accepted:
    """Make what the figures look like now their baselines.

    A figure that cannot be drawn or has a claim that fails keeps its old ones. Files of figures
    and steps that the course does not have are removed, unless a module of it is broken.

    Args:
        course: The course.
        entries: The figures that were looked at.
        baselines: Where the baselines are.
        jobs: How many processes to use.
        done: Called with the name of each figure that is drawn.

    Raises:
        BuildError: If a file cannot be written, or only some of the baselines would be drawn by
            other versions of what paints.
    """
    other = baselines.other_versions()
    some = len(entries) < len(course.entries) or bool(course.problems)
    if other and some:
        raise _mixed(baselines, other, "renew all of them: figgen accept --all")
    new: dict[str, Snapshot] = {}
    refused = {}
    with closing(figure_results(partial(_snapshot, course), entries, jobs=jobs)) as results:
        for entry, result in results:
            done(entry.name)
            if isinstance(result, Snapshot):
                new[entry.name] = result
            else:
                refused[entry.name] = str(result)
    if other and refused:
        name, reason = next(iter(refused.items()))
        raise _mixed(baselines, other, f"mend {name} first: {reason}")
    written = [
        path
        for entry in entries
        if entry.name in new
        for path in baselines.write(entry, new[entry.name])
    ]
    written += [*baselines.write_versions(), *baselines.write_themes()]
    over = [] if course.problems else baselines.left_over(course)
    remove(over)
    return Accepted(tuple(written), tuple(over), tuple(sorted(refused.items())))


def _mixed(baselines: Baselines, other: str, advice: str) -> BuildError:
    return BuildError(
        f"{baselines.folder}: other versions than the installed ones drew these ({other}); {advice}"
    )


def _snapshot(course: Course, entry: Entry) -> Snapshot | BuildError:
    """The figure as it is, or why it cannot be accepted."""
    try:
        drawing = draw(course, entry)
        drawing.require_claims()
        return snapshot(drawing)
    except BuildError as error:
        return error
