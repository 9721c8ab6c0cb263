"""``figgen render --animate``: moving pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from figgen.cli.output import progress
from figgen.vocabulary import DEFAULT_THEME

if TYPE_CHECKING:
    from figgen.course.course import Course, Entry
    from figgen.vocabulary import Movie


def write_animations(
    course: Course,
    entries: Sequence[Entry],
    out: Path,
    *,
    formats: Sequence[str],
    themes: Sequence[str],
    dpi: int | None,
    settings: Mapping[str, str],
    sweep: tuple[str, float, float, int] | None,
    seconds: float | None,
) -> None:
    """Write a moving picture of every figure in every theme and format, and print their names."""
    from figgen.disk.atomic_files import prepare, write
    from figgen.publish.animation import DPI, Sweep, animate, movie

    prepare(out)
    swept = Sweep(*sweep) if sweep else None
    written = []
    with progress("Animating", len(entries) * len(themes)) as shown:
        for entry in entries:
            for theme in themes:
                animation = animate(
                    course,
                    entry,
                    theme=theme,
                    dpi=dpi or DPI,
                    settings=settings,
                    sweep=swept,
                    seconds=seconds,
                )
                suffix = "" if theme == DEFAULT_THEME else f"-{theme}"
                for kind in formats:
                    path = out / f"{entry.name}{suffix}.{kind}"
                    write(path, movie(animation, cast("Movie", kind)))
                    written.append(path)
                shown.done(entry.name)
    for path in written:
        click.echo(path)
