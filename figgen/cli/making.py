"""``figgen render`` and ``figgen build``: figures to files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from click.core import ParameterSource

from figgen.cli.animating import write_animations
from figgen.cli.options import (
    ALL,
    MOVIES,
    THEMES,
    Range,
    Setting,
    Step,
    as_json,
    figure_names,
    formats,
    once,
    open_course,
    out,
    themes,
)
from figgen.cli.output import complain, complain_of_problems, counted, print_json, progress

if TYPE_CHECKING:
    from figgen.build.builder import Order, Outcome
    from figgen.build.course import Course, Entry
    from figgen.build.writer import Format

DPI = click.IntRange(20, 1200)
"""From a thumbnail of 240 pixels to a poster; beyond that a PNG takes gigabytes."""


@click.command(
    epilog="""\b
Examples:
  figgen render functions-plot
  figgen render functions-plot -f png --step 2 --dpi 100
  figgen render functions-plot --set left=tanh --set points=-1,0,1 -o slides
  figgen render chain2-plot --set chain=tanh,square --set at=0.5
  figgen render chain3-passes --animate -f gif
  figgen render derivative-box --animate --sweep delta=1:0.05:40 -f webp
"""
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=figure_names)
@formats(*MOVIES, words=". With --animate: gif, which is the default then, webp or mp4")
@themes(("light",), "light")
@click.option("--step", type=Step(), default=ALL, help="One step, or 'all', which is the default.")
@click.option(
    "--dpi",
    type=DPI,
    default=200,
    show_default=True,
    help="Resolution of a PNG; 100 by default with --animate.",
)
@click.option(
    "--set",
    "settings",
    type=Setting(),
    multiple=True,
    help="Change a parameter of the figure; 'figgen show NAME' lists them.",
)
@click.option("--animate", is_flag=True, help="Make one moving picture of all steps.")
@click.option(
    "--sweep",
    type=Range(),
    help="With --animate: the last step, with a parameter going through evenly spaced values.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.02, 60),
    help="With --animate: how long each picture is shown. By default 1.5 for a step, and 0.08 in a"
    " sweep.",
)
@out(".")
@click.pass_context
def render(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    formats: tuple[str, ...],
    themes: tuple[str, ...],
    step: int | None,
    dpi: int,
    settings: tuple[tuple[str, str], ...],
    animate: bool,
    sweep: tuple[str, float, float, int] | None,
    seconds: float | None,
    out: Path,
) -> None:
    """Draw the figures NAME... into one folder, with other parameters if you like.

    Without options: every step as SVG, PDF and PNG, in the light theme, into this folder. A figure
    with several steps also gets one PDF with a page a step. The files are printed as they are
    called; nothing is drawn unless every name, step and parameter fits.
    """
    moving = _movies(ctx, formats, animate=animate)
    if not animate and (sweep or seconds):
        raise click.UsageError("--sweep and --seconds are for --animate; add it")
    if animate and step is not None:
        raise click.UsageError("--animate shows all steps; leave --step out")
    course = open_course(ctx)
    complain_of_problems(course)
    entries = course.select(names)
    if animate:
        write_animations(
            course,
            entries,
            out,
            formats=moving,
            themes=themes,
            dpi=None if ctx.get_parameter_source("dpi") is ParameterSource.DEFAULT else dpi,
            settings=once(settings),
            sweep=sweep,
            seconds=seconds,
        )
        return

    from figgen.build.builder import Order, validate
    from figgen.build.writer import prepare

    order = Order(
        out=out,
        formats=cast("tuple[Format, ...]", formats),
        themes=themes,
        step=step,
        dpi=dpi,
        settings=once(settings),
        flat=True,
    )
    validate(course, entries, order)
    prepare(out)
    outcomes = make(course, entries, order, jobs=1)
    for outcome in outcomes:
        for file in (outcome.record or {}).get("files", ()):
            click.echo(out / file["path"])
    if complain_of_failures(outcomes):
        ctx.exit(1)


def _movies(ctx: click.Context, formats: tuple[str, ...], *, animate: bool) -> tuple[str, ...]:
    """The formats of an animation.

    Raises:
        UsageError: If a format is for moving pictures and there are none, or the other way round.
    """
    if animate and ctx.get_parameter_source("formats") is ParameterSource.DEFAULT:
        return MOVIES[:1]
    for each in formats:
        if animate and each not in MOVIES:
            raise click.UsageError(f"{each} does not move; --animate makes {', '.join(MOVIES)}")
        if not animate and each in MOVIES:
            raise click.UsageError(f"{each} is a moving picture; add --animate")
    return formats


@click.command(
    epilog="""\b
Examples:
  figgen build
  figgen build functions-plot -t dark -f svg
  figgen build -j 1 -o /tmp/figures --json
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes to use. By default one a processor.",
)
@formats()
@themes(THEMES, "all three")
@out("build")
@as_json
@click.pass_context
def build(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    jobs: int | None,
    formats: tuple[str, ...],
    themes: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Make every file of all figures, or of the figures NAME...

    The files are called OUT/THEME/FORMAT/FIGURE[-STEP].EXT; OUT/manifest.json says what they are.
    A figure that fails is named with its author's line and does not stop the others; its old files
    stay. The exit code is 1 if a figure fails or a module of the course is broken or forgotten.
    """
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.build.builder import Order
    from figgen.build.manifest import NAME, read_manifest, write_manifest
    from figgen.build.writer import prepare

    order = Order(out=out, formats=cast("tuple[Format, ...]", formats), themes=themes)
    # What would make the work useless is told before it and not after it.
    prepare(out)
    read_manifest(out)
    outcomes = make(course, entries, order, jobs=jobs or os.cpu_count() or 1)
    complain_of_problems(course)
    failed = complain_of_failures(outcomes)
    write_manifest(course, out, outcomes)
    made = [outcome.record for outcome in outcomes if outcome.record is not None]
    files = sum(len(record["files"]) for record in made)
    if as_json:
        print_json(
            {
                "course": course.title,
                "figures": len(made),
                "files": files,
                "manifest": str(out / NAME),
                "failed": [{"name": each.name, "error": each.error} for each in failed],
                "problems": [vars(problem) for problem in course.problems],
            }
        )
    else:
        summary = f"{counted(len(made), 'figure')}, {counted(files, 'file')} in {out}"
        if failed:
            summary += f"; {counted(len(failed), 'figure')} failed"
        if course.problems:
            summary += f"; {counted(len(course.problems), 'problem')} in the course"
        click.echo(summary)
    if failed or course.problems:
        ctx.exit(1)


def make(course: Course, entries: Sequence[Entry], order: Order, jobs: int) -> list[Outcome]:
    """Make the figures, with a bar on a terminal."""
    from figgen.build import builder

    with progress("Drawing", len(entries)) as done:
        return builder.build(
            course, entries, order, jobs=jobs, done=lambda outcome: done(outcome.name)
        )


def complain_of_failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Say on stderr which figures failed, and why; they are returned."""
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    for outcome in failed:
        complain(f"failed {outcome.name}:", str(outcome.error))
    return failed
