"""``figgen diff`` and ``figgen accept``: what changed, and new baselines for what was looked at."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from figgen.cli.options import as_json, figure_names, jobs, open_course
from figgen.cli.output import complain, complain_of_problems, counted, print_json, progress
from figgen.course.course_folder import find_baseline
from figgen.errors import BuildError

if TYPE_CHECKING:
    from figgen.course.course import Course, Entry
    from figgen.guard.compare_snapshots import Difference
    from figgen.guard.diff import Reference

BASELINE = "baseline"

_TOLD = 6
"""How many lines a figure gets of each kind: a font that changed changes every label."""


@click.command(
    epilog="""\b
Examples:
  figgen diff
  figgen diff chain2-plot --html diff.html
  figgen diff --against HEAD~1 --html diff.html
  figgen diff --against ../yesterday/build --json
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@click.option(
    "--against",
    default=BASELINE,
    show_default=True,
    metavar="baseline|REV|DIR",
    help="What to compare with: the baselines, a git revision, drawn by its own code, or a folder"
    " that 'figgen build' wrote.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page with the pictures side by side; it needs no other file.",
)
@jobs
@as_json
@click.pass_context
def diff(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    against: str,
    html: Path | None,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Tell what changed in all figures, or in the figures NAME..., worst first.

    The exit code is 1 if something differs. If other versions of matplotlib and the like drew the
    baselines, what the figures draw is judged as ever, and their pixels are only reported.
    """
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.guard import diff as differing

    jobs = jobs or os.cpu_count() or 1
    with (
        _reference(course, entries, against, jobs) as reference,
        progress("Comparing", len(entries)) as shown,
    ):
        found = differing.diff(course, entries, reference, jobs=jobs, done=shown.done)
        other = reference.name
    complain_of_problems(course)
    if html is not None:
        from figgen.disk.atomic_files import write
        from figgen.publish.diff_page import page

        write(html, page(found, other, len(entries)).encode())
    differing_ones = [each for each in found if each.differs]
    if as_json:
        print_json({"against": against, "figures": [_as_json(each) for each in found]})
    else:
        for each in found:
            click.echo(_told(each))
        click.echo(_summary(found, len(entries), other, html))
    if differing_ones or course.problems:
        ctx.exit(1)


@contextmanager
def _reference(
    course: Course, entries: Sequence[Entry], against: str, jobs: int
) -> Iterator[Reference]:
    """What ``--against`` names."""
    from figgen.guard.baselines import Baselines
    from figgen.guard.diff import BaselineReference, earlier_build
    from figgen.guard.git_revision import revision_build

    if against == BASELINE:
        baselines = Baselines(find_baseline(course.folder))
        if not baselines.folder.is_dir():
            raise BuildError(
                f"{baselines.folder}: no baselines there yet; make them: figgen accept --all"
            )
        yield BaselineReference(baselines, reported=bool(baselines.other_versions()))
    elif Path(against).is_dir():
        yield earlier_build(Path(against), against)
    else:
        with tempfile.TemporaryDirectory(prefix="figgen-") as folder:
            names = [entry.name for entry in entries]
            yield revision_build(course, names, against, Path(folder), jobs)


def _told(difference: Difference) -> str:
    """A figure and what changed in it, a line each."""
    lines = [difference.error] if difference.error else []
    lines += _short([str(change) for change in difference.scene])
    # One line a file: the first says enough to know where to look.
    lines += _short([f"{change.key}: {_first(change.words)}" for change in difference.files])
    mark = "" if difference.differs else " (only reported)"
    return "\n  ".join([click.style(difference.name, bold=True) + mark, *lines])


def _first(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{words[0]}, and {len(words) - 1} more"


def _short(lines: list[str]) -> list[str]:
    rest = len(lines) - _TOLD
    return lines if rest <= 1 else [*lines[:_TOLD], f"and {rest} more; --html shows them all"]


def _summary(found: Sequence[Difference], among: int, other: str, html: Path | None) -> str:
    worse = [each for each in found if each.differs]
    reported = len(found) - len(worse)
    words = f"{counted(among, 'figure')} compared with {other}: "
    words += f"{len(worse)} {'differs' if len(worse) == 1 else 'differ'}" if worse else "no change"
    if reported:
        words += f"; {reported} drawn otherwise, by other versions"
    if html is not None:
        words += f"; {html} shows {'them' if found else 'it'}"
    elif found:
        words += "; to see them: --html FILE"
    return words


def _as_json(difference: Difference) -> dict[str, object]:
    return {
        "name": difference.name,
        "differs": difference.differs,
        "error": difference.error or None,
        "scene": [vars(change) for change in difference.scene],
        "files": [
            change.key._asdict() | {"words": change.words, "share": change.share}
            for change in difference.files
        ],
    }


@click.command(
    epilog="""\b
Examples:
  figgen accept chain2-plot
  figgen accept --all
"""
)
@click.argument("names", metavar="NAME...", nargs=-1, shell_complete=figure_names)
@click.option("--all", "everything", is_flag=True, help="Accept every figure of the course.")
@jobs
@click.pass_context
def accept(
    ctx: click.Context, *, names: tuple[str, ...], everything: bool, jobs: int | None
) -> None:
    """Make what the figures NAME... look like now their baselines, after you have looked at them.

    A figure keeps its old baselines if a claim of it does not hold. Baselines of figures and steps
    that are no more are removed. The files that changed are printed.
    """
    if bool(names) == everything:
        raise click.UsageError("Give the figures that you looked at, or --all.")
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.disk.atomic_files import prepare
    from figgen.guard import accept as accepting
    from figgen.guard.baselines import Baselines

    baselines = Baselines(find_baseline(course.folder))
    prepare(baselines.folder)
    with progress("Drawing", len(entries)) as shown:
        result = accepting.accept(
            course, entries, baselines, jobs=jobs or os.cpu_count() or 1, done=shown.done
        )
    complain_of_problems(course)
    for path in result.written:
        click.echo(f"wrote {path}")
    for path in result.removed:
        click.echo(f"removed {path}")
    for name, error in result.refused:
        complain(f"refused {name}:", error)
    accepted = len(entries) - len(result.refused)
    files = len(result.written) + len(result.removed)
    changed = f"{counted(files, 'file')} changed" if files else "nothing to change"
    click.echo(f"{counted(accepted, 'figure')} accepted: {changed}")
    if result.refused:
        ctx.exit(1)
