"""``figgen build``, which ends here if there is nothing to do: what works is imported later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from figgen.cli.options import (
    Cluster,
    Finite,
    Shard,
    as_json,
    course_folder,
    figure_names,
    formats,
    jobs,
    open_course,
    out,
    themes,
)
from figgen.cli.output import (
    Progress,
    complain,
    complain_of_failures,
    complain_of_problems,
    counted,
    print_json,
    progress,
)
from figgen.pipeline.build_state import MANIFEST, StateKey, nothing_to_do
from figgen.pipeline.machines import MEMORY, TIMEOUT, Machines
from figgen.vocabulary import DPI, THEMES

if TYPE_CHECKING:
    from figgen.pipeline.plan import Plan
    from figgen.pipeline.run import Result
    from figgen.vocabulary import Format

MAX_MEMORY = 2**32
"""The most megabytes that can be asked for; the system counts bytes in 64 bits."""


@click.command(
    epilog="""\b
Examples:
  figgen build
  figgen build functions-plot -t dark -f svg
  figgen build --dry-run --why
  figgen build -j 1 -o /tmp/figures --json
  figgen build --executor dask://10.0.0.7:8786
  figgen build --shard 2/8
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@jobs
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
    type=Finite(0, above_low=True),
    default=TIMEOUT,
    metavar="SECONDS",
    help=f"Stop a figure that takes longer. By default {TIMEOUT:g}.",
)
@click.option(
    "--memory",
    type=click.IntRange(1, MAX_MEMORY),
    metavar="MB",
    help=f"Stop a figure that takes more megabytes, on Linux. By default {MEMORY}.",
)
@formats()
@themes(THEMES, "all")
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
    shard: tuple[int, int] | None,
    cluster: str | None,
    timeout: float,
    memory: int | None,
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
    A figure that fails is named with its author's line and does not stop the others, even if it
    crashes or hangs; its old files stay. One build at a time works in a folder. The exit code is 1
    if a figure fails or a module of the course is broken or forgotten.
    """
    machines = Machines(jobs, cluster, timeout, memory)
    summary = None
    if not (force or prune or shard):
        # Most builds end here, before anything is imported that takes time.
        key = StateKey(str(course_folder(ctx)), formats, themes, DPI)
        summary = nothing_to_do(str(out), key, names)
    if summary and dry_run:
        complain_of_orphans(summary.orphans, out)
        _print_plan({}, summary.figures, why=why, as_json=as_json)
        return
    if summary:
        complain_of_orphans(summary.orphans, out)
        _print_result(
            out,
            {
                "course": summary.title,
                "figures": summary.figures,
                "files": summary.files,
                "drawn": (),
                "reasons": {},
                "orphans": summary.orphans,
                "manifest": str(out / MANIFEST),
                "failed": [],
                "problems": [],
            },
            as_json=as_json,
        )
        return

    if not dry_run:
        # It imports all that draws while this process imports what finds out what is stale.
        machines.warm_up()

    from figgen.pipeline import run
    from figgen.pipeline.request import Request
    from figgen.pipeline.shards import Shard as CoursePart

    course = open_course(ctx)
    request = Request(out, cast("tuple[Format, ...]", formats), themes)
    part = CoursePart(*shard) if shard else None
    if dry_run:
        plan = run.plan(course, names, request, shard=part, force=force)
        complain_of_problems(course)
        _print_plan(plan.reasons_of_stale, len(plan.fresh), why=why, as_json=as_json)
        return

    @contextmanager
    def watched(plan: Plan) -> Iterator[Progress]:
        if why:
            _explain(plan.reasons_of_stale, why=True, err=as_json)
        with progress("Drawing", len(plan.stale)) as bar:
            yield bar

    result = run.build(
        course,
        names,
        request,
        machines=machines,
        shard=part,
        force=force,
        prune=prune,
        watched=watched,
    )
    complain_of_result(result)
    failed = [{"name": name, "error": str(error)} for name, error in result.failed.items()]
    _print_result(
        out,
        {
            "course": course.title,
            "figures": len(result.entries) - len(failed),
            "files": result.files,
            "drawn": result.drawn,
            "reasons": result.reasons,
            "orphans": result.orphans,
            "manifest": str(result.manifest_file),
            "failed": failed,
            "problems": [problem.as_json() for problem in course.problems],
        },
        as_json=as_json,
    )
    if not result.complete:
        ctx.exit(1)


def complain_of_result(result: Result) -> None:
    """Say on stderr what a build could not do, and what it removed."""
    out = result.manifest_file.parent
    complain_of_problems(result.course)
    complain_of_failures(result.failed)
    for orphan in result.removed:
        click.echo(f"removed {out / orphan}", err=True)
    if not result.remembered:
        other = "its workers have another Python or system than this machine"
        complain("not remembered", f"{other}; the next build here draws again")
    complain_of_orphans(result.orphans, out)


def complain_of_orphans(orphans: Sequence[str], out: Path) -> None:
    """Say on stderr that there are files of figures that are gone."""
    if orphans:
        which = f"{out / orphans[0]}" + (f" and {len(orphans) - 1} more" if orphans[1:] else "")
        complain("orphans", f"{which}: of no figure of the course; --prune removes them")


def _print_result(out: Path, result: dict[str, Any], *, as_json: bool) -> None:
    """Print what a build has done: in a line, or as JSON."""
    if as_json:
        print_json(result)
        return
    figures, drawn = result["figures"], len(result["drawn"])
    text = f"{counted(figures, 'figure')}, {counted(result['files'], 'file')} in {out}"
    if drawn != figures:
        text += f"; {drawn or 'none'} drawn, the others are up to date"
    if result["failed"]:
        text += f"; {counted(len(result['failed']), 'figure')} failed"
    if result["problems"]:
        text += f"; {counted(len(result['problems']), 'problem')} in the course"
    click.echo(text)


def _print_plan(
    reasons: Mapping[str, Sequence[str]], fresh: int, *, why: bool, as_json: bool
) -> None:
    """Print what would be drawn."""
    if as_json and not why:
        print_json(reasons)
        return
    _explain(reasons, why=why, err=as_json)
    if not as_json:
        click.echo(f"{counted(len(reasons), 'figure')} to draw, {fresh} up to date")


def _explain(reasons: Mapping[str, Sequence[str]], *, why: bool, err: bool) -> None:
    for name, found in reasons.items():
        click.echo(f"{name}: {'; '.join(found)}" if why else name, err=err)
