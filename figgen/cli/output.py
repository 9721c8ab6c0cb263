"""What several commands print: data for programs, complaints, and how far a long work is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from figgen.errors import readable

if TYPE_CHECKING:
    # The type has no public place.
    from click._termui_impl import ProgressBar

    from figgen.course.course import Course
    from figgen.course.index import Listing
    from figgen.errors import BuildError


def print_json(data: object) -> None:
    """Print plain data as JSON, in ASCII so that no locale can spoil it."""
    import json

    click.echo(json.dumps(data, indent=2, allow_nan=False))


def complain(what: str, reason: str) -> None:
    """Say on stderr what failed, and why."""
    click.echo(f"{click.style(readable(what), fg='red', bold=True)} {readable(reason)}", err=True)


def complain_of_problems(course: Course | Listing) -> None:
    """Say on stderr what keeps figures out of the course."""
    for problem in course.problems:
        complain("problem", str(problem))


def complain_of_failures(failed: Mapping[str, BuildError]) -> None:
    """Say on stderr which figures failed, and why."""
    for name, error in failed.items():
        complain(f"failed {name}:", str(error))


def counted(number: int, thing: str) -> str:
    """A number with its noun, in the plural unless it is one."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def terminal_width() -> int:
    """How many characters a line of the terminal holds."""
    import shutil

    return shutil.get_terminal_size().columns


TAKEN = 70
"""How many columns of a line the bar itself takes."""


class Progress:
    """How far a long work is, as a bar."""

    def __init__(self, bar: ProgressBar[str | None]) -> None:
        self._bar = bar

    def doing(self, names: Sequence[str]) -> None:
        """Show what is being done."""
        self._bar.current_item = ", ".join(names)
        self._bar.render_progress()

    def done(self, name: str | None = None) -> None:
        """Count one figure more, and show its name if it is given."""
        self._bar.update(1, name)


@contextmanager
def progress(label: str, length: int) -> Iterator[Progress]:
    """Show a bar on stderr while a long work lasts, if that is a terminal.

    Args:
        label: What is being done.
        length: To how many figures.

    Yields:
        What to tell of it.
    """
    with click.progressbar(
        length=length,
        label=label,
        hidden=not sys.stderr.isatty(),
        file=sys.stderr,
        # What is longer than a line would leave a trail of lines behind.
        item_show_func=lambda names: names and names[: max(0, terminal_width() - TAKEN)],
    ) as bar:
        yield Progress(bar)
