"""``figgen render``: figures to files."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
from click.core import ParameterSource

from figgen.cli.animation import write_animations
from figgen.cli.options import (
    ALL,
    Finite,
    Range,
    Setting,
    Step,
    figure_names,
    formats,
    once,
    open_course,
    out,
    themes,
)
from figgen.cli.output import complain_of_failures, complain_of_problems, progress
from figgen.vocabulary import DEFAULT_THEME, DPI, MOVIES, Format

RESOLUTIONS = click.IntRange(20, 1200)
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
@themes((DEFAULT_THEME,), DEFAULT_THEME)
@click.option("--step", type=Step(), default=ALL, help="One step, or 'all', which is the default.")
@click.option(
    "--dpi",
    type=RESOLUTIONS,
    default=DPI,
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
    type=Finite(0.02, 60),
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

    from figgen.disk.atomic_files import prepare
    from figgen.pipeline.figure_files import validate
    from figgen.pipeline.outcome import failures
    from figgen.pipeline.request import Request
    from figgen.pipeline.scheduling import make_all

    request = Request(
        out=out,
        formats=cast("tuple[Format, ...]", formats),
        themes=themes,
        step=step,
        dpi=dpi,
        settings=once(settings),
        flat=True,
    )
    validate(course, entries, request)
    prepare(out)
    with progress("Drawing", len(entries)) as bar:
        outcomes = make_all(course, entries, request, progress=bar)
    for outcome in outcomes:
        for file in outcome.record.get("files", ()):
            click.echo(out / file["path"])
    if failed := failures(outcomes):
        complain_of_failures(failed)
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
