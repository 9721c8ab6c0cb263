"""``figgen render`` and ``figgen build``: figures to files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from figgen.cli.options import (
    ALL,
    THEMES,
    Setting,
    Step,
    as_json,
    course_folder,
    figure_names,
    formats,
    jobs,
    once,
    open_course,
    out,
    themes,
)
from figgen.cli.output import complain, complain_of_problems, counted, print_json, progress

if TYPE_CHECKING:
    from figgen.build.builder import Outcome
    from figgen.build.course import Course, Entry
    from figgen.build.order import Format, Order
    from figgen.build.staleness import Plan
    from figgen.build.state import Request, Summary

DEFAULT_DPI = 200

DPI = click.IntRange(20, 1200)
"""From a thumbnail of 240 pixels to a poster; beyond that a PNG takes gigabytes."""


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
@click.option(
    "--dpi", type=DPI, default=DEFAULT_DPI, show_default=True, help="Resolution of a PNG."
)
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

    from figgen.build.builder import validate
    from figgen.build.files import prepare
    from figgen.build.order import Order

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
    outcomes = _make(course, entries, order, jobs=1)
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
  figgen build --dry-run --why
  figgen build -j 1 -o /tmp/figures --json
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@jobs
@formats
@themes(THEMES, "all three")
@out("build")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be drawn, and draw nothing.")
@click.option("--why", is_flag=True, help="Say for each figure that is drawn what has changed.")
@click.option("--force", is_flag=True, help="Draw all figures, or the figures NAME..., anyway.")
@click.option("--prune", is_flag=True, help="Remove the files of figures that no longer exist.")
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
    dry_run: bool,
    why: bool,
    force: bool,
    prune: bool,
    as_json: bool,
) -> None:
    """Make what is stale of all figures, or of the figures NAME...

    A figure is stale if anything that it is made from has changed since its files were made: the
    code that it reaches, files that it read, a package; or if its files are not as they were left.
    The files are called OUT/THEME/FORMAT/FIGURE[-STEP].EXT; OUT/manifest.json says what they are.
    A figure that fails is named with its author's line and does not stop the others; its old files
    stay. The exit code is 1 if a figure fails or a module of the course is broken or forgotten.
    """
    from figgen.build.state import Request, nothing_to_do

    request = Request(str(course_folder(ctx)), formats, themes, DEFAULT_DPI)
    # Most builds end here, before anything is imported that takes time.
    summary = None if force or prune else nothing_to_do(str(out), request, names)
    if summary is not None:
        _report_nothing(summary, out, as_json=as_json, dry_run=dry_run)
        return
    _build(ctx, names, jobs, request, out, dry_run=dry_run, why=why, force=force, prune=prune,
           as_json=as_json)  # fmt: skip


def _build(  # noqa: C901 - the steps of a build, one after the other
    ctx: click.Context,
    names: tuple[str, ...],
    jobs: int | None,
    request: Request,
    out: Path,
    *,
    dry_run: bool,
    why: bool,
    force: bool,
    prune: bool,
    as_json: bool,
) -> None:
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.build import manifest
    from figgen.build.files import prepare
    from figgen.build.order import Order
    from figgen.build.staleness import Made, Staleness
    from figgen.build.state import MANIFEST

    order = Order(
        out=out, formats=cast("tuple[Format, ...]", request.formats), themes=request.themes
    )
    # What would make the work useless is told before it and not after it.
    if not dry_run:
        prepare(out)
    before = manifest.read_manifest(out)
    staleness = Staleness(course, order, before.figures)
    wanted = {entry.name for entry in entries}
    plan = staleness.plan(force=wanted if force else ())
    stale = [entry for entry in plan.stale if entry.name in wanted]
    if why or dry_run:
        _explain(stale, plan, why=why, as_json=as_json)
    if dry_run:
        complain_of_problems(course)
        if not as_json:
            fresh = len(entries) - len(stale)
            click.echo(f"{counted(len(stale), 'figure')} to draw, {fresh} up to date")
        return
    outcomes = _make(course, stale, order, jobs=jobs or os.cpu_count() or 1) if stale else []
    complain_of_problems(course)
    failed = _complain_of_failures(outcomes)
    now = manifest.write_manifest(course, out, outcomes)
    if prune:
        removed, now = now.orphans, manifest.prune(course, out, now)
        for orphan in removed:
            click.echo(f"removed {out / orphan}", err=True)
    made = {each.name: Made(each.record, each.reads) for each in outcomes if each.record}
    staleness.remember(plan, made, now)
    _complain_of_orphans(now.orphans, out)
    missing = {each.name for each in failed}
    kept = [entry for entry in entries if entry.name not in missing]
    files = sum(staleness.count(entry) for entry in kept)
    if as_json:
        print_json(
            {
                "course": course.title,
                "figures": len(kept),
                "files": files,
                "drawn": [*made],
                "reasons": {entry.name: plan.reasons[entry.name] for entry in stale},
                "orphans": now.orphans,
                "manifest": str(out / MANIFEST),
                "failed": [{"name": each.name, "error": each.error} for each in failed],
                "problems": [vars(problem) for problem in course.problems],
            }
        )
    else:
        summary = _summary(len(kept), files, out, drawn=len(made))
        if failed:
            summary += f"; {counted(len(failed), 'figure')} failed"
        if course.problems:
            summary += f"; {counted(len(course.problems), 'problem')} in the course"
        click.echo(summary)
    if failed or course.problems:
        ctx.exit(1)


def _summary(figures: int, files: int, out: Path, drawn: int) -> str:
    text = f"{counted(figures, 'figure')}, {counted(files, 'file')} in {out}"
    if drawn == figures:
        return text
    return f"{text}; {drawn or 'none'} drawn, the others are up to date"


def _report_nothing(summary: Summary, out: Path, *, as_json: bool, dry_run: bool) -> None:
    _complain_of_orphans(summary.orphans, out)
    if as_json:
        from figgen.build.state import MANIFEST

        empty: dict[str, object] = {"drawn": [], "reasons": {}, "orphans": summary.orphans}
        known = {"course": summary.title, "figures": summary.figures, "files": summary.files}
        place = {"manifest": str(out / MANIFEST), "failed": [], "problems": []}
        print_json({**known, **empty, **place})
    elif dry_run:
        click.echo(f"0 figures to draw, {summary.figures} up to date")
    else:
        click.echo(_summary(summary.figures, summary.files, out, drawn=0))


def _explain(stale: Sequence[Entry], plan: Plan, *, why: bool, as_json: bool) -> None:
    if as_json and not why:
        print_json({entry.name: plan.reasons[entry.name] for entry in stale})
        return
    for entry in stale:
        reasons = f": {'; '.join(plan.reasons[entry.name])}" if why else ""
        click.echo(f"{entry.name}{reasons}", err=as_json)


def _complain_of_orphans(orphans: Sequence[str], out: Path) -> None:
    if orphans:
        which = f"{out / orphans[0]}" + (f" and {len(orphans) - 1} more" if orphans[1:] else "")
        complain("orphans", f"{which}: of no figure of the course; --prune removes them")


def _make(course: Course, entries: Sequence[Entry], order: Order, jobs: int) -> list[Outcome]:
    from figgen.build import builder

    with progress("Drawing", len(entries)) as done:
        return builder.build(
            course, entries, order, jobs=jobs, done=lambda outcome: done(outcome.name)
        )


def _complain_of_failures(outcomes: Sequence[Outcome]) -> list[Outcome]:
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    for outcome in failed:
        complain(f"failed {outcome.name}:", str(outcome.error))
    return failed
