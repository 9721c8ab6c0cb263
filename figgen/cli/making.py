"""``figgen render`` and ``figgen build``: figures to files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from figgen.build.errors import BuildError, RequestError
from figgen.cli.options import (
    ALL,
    THEMES,
    Cluster,
    Setting,
    Shard,
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
    from concurrent.futures import Executor

    from figgen.build.builder import Order, Outcome
    from figgen.build.course import Course, Entry
    from figgen.build.writer import Format

DPI = click.IntRange(20, 1200)
"""From a thumbnail of 240 pixels to a poster; beyond that a PNG takes gigabytes."""

TIMEOUT = 120.0
"""How many seconds a figure may take. None of ours takes two; a slow machine shall not matter."""

MEMORY = 2048
"""How many megabytes a figure may take. None of ours takes 200."""


@click.command(
    epilog="""\b
Examples:
  figgen render functions-plot
  figgen render functions-plot -f png --step 2 --dpi 100
  figgen render functions-plot --set left=tanh --set points=-1,0,1 -o slides
  figgen render chain2-plot --set chain=tanh,square --set at=0.5
"""
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=figure_names)
@formats
@themes(("light",), "light")
@click.option("--step", type=Step(), default=ALL, help="One step, or 'all', which is the default.")
@click.option("--dpi", type=DPI, default=200, show_default=True, help="Resolution of a PNG.")
@click.option(
    "--set",
    "settings",
    type=Setting(),
    multiple=True,
    help="Change a parameter of the figure; 'figgen show NAME' lists them.",
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
    out: Path,
) -> None:
    """Draw the figures NAME... into one folder, with other parameters if you like.

    Without options: every step as SVG, PDF and PNG, in the light theme, into this folder. A figure
    with several steps also gets one PDF with a page a step. The files are printed as they are
    called; nothing is drawn unless every name, step and parameter fits.
    """
    course = open_course(ctx)
    complain_of_problems(course)
    entries = course.select(names)

    from figgen.build.builder import Order, validate
    from figgen.build.files import prepare

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
    outcomes = _make(course, entries, order)
    for outcome in outcomes:
        for file in (outcome.record or {}).get("files", ()):
            click.echo(out / file["path"])
    if _complain_of_failures(outcomes):
        ctx.exit(1)


@click.command(
    epilog="""\b
Examples:
  figgen build
  figgen build functions-plot -t dark -f svg
  figgen build -j 1 -o /tmp/figures --json
  figgen build --executor dask://10.0.0.7:8786
  figgen build --shard 2/8
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
@click.option(
    "--shard",
    type=Shard(),
    help="Make part K of N only; 'figgen merge' puts the parts together.",
)
@click.option(
    "--executor",
    "cluster",
    type=Cluster(),
    help="Draw on a cluster, in place of processes of this machine.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    metavar="SECONDS",
    help=f"Stop a figure that takes longer. By default {TIMEOUT:g}.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    metavar="MB",
    help=f"Stop a figure that takes more megabytes, on Linux. By default {MEMORY}.",
)
@formats
@themes(THEMES, "all three")
@out("build")
@as_json
@click.pass_context
def build(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    jobs: int | None,
    shard: tuple[int, int] | None,
    cluster: str | None,
    timeout: float,
    memory: int | None,
    formats: tuple[str, ...],
    themes: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Make every file of all figures, or of the figures NAME...

    The files are called OUT/THEME/FORMAT/FIGURE[-STEP].EXT; OUT/manifest.json says what they are.
    A figure that fails is named with its author's line and does not stop the others, even if it
    crashes or hangs; its old files stay. One build at a time works in a folder. The exit code is 1
    if a figure fails or a module of the course is broken or forgotten.
    """
    course = open_course(ctx)
    entries = course.select(names)

    # First, because it warms up while this process imports the same.
    executor = _executor(cluster, jobs, timeout, memory)
    from figgen.build.builder import Order
    from figgen.build.files import prepare
    from figgen.build.locking import locked
    from figgen.build.manifest import NAME, read_manifest, write_manifest
    from figgen.build.shards import Shard as Part
    from figgen.build.times import read_times, write_times

    manifest = NAME
    if shard:
        part = Part(*shard)
        manifest = part.manifest
        course = replace(course, entries=part.select(course.entries))
        entries = tuple(entry for entry in entries if entry in course.entries)
    if cluster:
        from figgen.build.cluster import portable

        course = portable(course)
    order = Order(out=out, formats=cast("tuple[Format, ...]", formats), themes=themes)
    # What would make the work useless is told before it and not after it.
    prepare(out)
    with locked(out):
        read_manifest(out, manifest)
        outcomes = _make(course, entries, order, executor, read_times(out))
        complain_of_problems(course)
        failed = _complain_of_failures(outcomes)
        write_times(out, outcomes)
        write_manifest(course, out, outcomes, manifest)
    made = [outcome.record for outcome in outcomes if outcome.record is not None]
    files = sum(len(record["files"]) for record in made)
    if as_json:
        print_json(
            {
                "course": course.title,
                "figures": len(made),
                "files": files,
                "manifest": str(out / manifest),
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


@click.command(
    epilog="""\b
Examples:
  figgen merge
  figgen merge -o all-parts
"""
)
@out("build")
@click.pass_context
def merge(ctx: click.Context, *, out: Path) -> None:
    """Put together what 'figgen build --shard' made.

    Copy the files of all parts into the folder OUT first. Each is compared with the manifest of its
    part; then there is one manifest, as if one build had made all. The exit code is 1 if a figure
    is in no part.
    """
    course = open_course(ctx)

    from figgen.build.locking import locked
    from figgen.build.shards import merge as merge_parts

    if not out.is_dir():
        raise BuildError(f"{out}: no such folder; give the one with all parts with -o")
    with locked(out):
        outcomes = merge_parts(course, out)
    failed = _complain_of_failures(outcomes)
    click.echo(f"{counted(len(outcomes) - len(failed), 'figure')} in {out}")
    if failed:
        ctx.exit(1)


def _executor(
    cluster: str | None, jobs: int | None, timeout: float, memory: int | None
) -> Executor:
    if cluster:
        if jobs or memory:
            option = "-j" if jobs else "--memory"
            raise RequestError(f"{option} is for this machine, and not for a cluster; leave it")
        from figgen.build.cluster import Cluster as Dask

        return Dask(cluster, timeout=timeout)
    from figgen.build.workers import LIMITS_MEMORY, Workers

    if memory and not LIMITS_MEMORY:
        raise RequestError("--memory: this system cannot limit the memory of a process; leave it")
    return Workers(
        jobs or os.cpu_count() or 1,
        timeout=timeout,
        memory=memory or (MEMORY if LIMITS_MEMORY else None),
    )


def _make(
    course: Course,
    entries: Sequence[Entry],
    order: Order,
    executor: Executor | None = None,
    seconds: Mapping[str, float] | None = None,
) -> list[Outcome]:
    from figgen.build import builder

    with progress("Drawing", len(entries)) as shown:
        return builder.build(
            course,
            entries,
            order,
            executor=executor,
            seconds=seconds,
            doing=shown.doing,
            done=lambda _: shown.done(),
        )


def _complain_of_failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    for outcome in failed:
        complain(f"failed {outcome.name}:", str(outcome.error))
    return failed
