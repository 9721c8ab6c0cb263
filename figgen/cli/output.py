"""What several commands print: data for programs, complaints, and how far a long work is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from figgen.build.course import Course


def print_json(data: object) -> None:
    """Print plain data as JSON, in ASCII so that no locale can spoil it."""
    import json

    click.echo(json.dumps(data, indent=2, allow_nan=False))


def complain(what: str, reason: str) -> None:
    """Say on stderr what failed, and why."""
    click.echo(f"{click.style(what, fg='red', bold=True)} {reason}", err=True)


def complain_of_problems(course: Course) -> None:
    """Say on stderr what keeps figures out of the course."""
    for problem in course.problems:
        complain("problem", str(problem))


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


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on stderr while a long work lasts, if that is a terminal.

    Args:
        label: What is being done.
        length: To how many figures.

    Yields:
        A function to call with the name of each figure that is done.
    """
    with click.progressbar(
        length=length,
        label=label,
        hidden=not sys.stderr.isatty(),
        file=sys.stderr,
        item_show_func=lambda name: name,
    ) as bar:
        yield lambda name: bar.update(1, name)
