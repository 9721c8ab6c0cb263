"""``figgen build``, which ends here if there is nothing to do: what works is imported later."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from figgen.cli.options import (
    MEMORY,
    TIMEOUT,
    Cluster,
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
from figgen.cli.output import complain, counted, print_json
from figgen.vocabulary import DPI, THEMES

if TYPE_CHECKING:
    from figgen.pipeline.build_state import Summary


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
    from figgen.pipeline.build_state import Request, nothing_to_do

    if cluster or memory:
        # That they cannot be had is told even if there is nothing to do.
        from figgen.cli.build_run import Machines

        Machines(jobs, cluster, timeout, memory)
    request = Request(str(course_folder(ctx)), formats, themes, DPI)
    # Most builds end here, before anything is imported that takes time.
    summary = None
    if not (force or prune or shard):
        summary = nothing_to_do(str(out), request, names)
    if summary is not None:
        _report_nothing(summary, out, as_json=as_json, dry_run=dry_run)
        return

    from figgen.cli.build_run import Build, Machines

    machines = Machines(jobs, cluster, timeout, memory)
    work = Build(request, out, machines, shard, why, force, prune, as_json)
    course = open_course(ctx)
    entries = work.select(course, names)
    if dry_run:
        work.tell_plan(course, entries)
        return
    result = work.run(course, entries)
    result.tell(out, as_json=as_json)
    if not result.complete:
        ctx.exit(1)


def _report_nothing(summary: Summary, out: Path, *, as_json: bool, dry_run: bool) -> None:
    complain_of_orphans(summary.orphans, out)
    if as_json:
        from figgen.pipeline.build_state import MANIFEST

        empty: dict[str, object] = {"drawn": [], "reasons": {}, "orphans": summary.orphans}
        known = {"course": summary.title, "figures": summary.figures, "files": summary.files}
        place = {"manifest": str(out / MANIFEST), "failed": [], "problems": []}
        print_json({**known, **empty, **place})
    elif dry_run:
        click.echo(f"0 figures to draw, {summary.figures} up to date")
    else:
        click.echo(summed_up(summary.figures, summary.files, out, drawn=0))


def summed_up(figures: int, files: int, out: Path, drawn: int) -> str:
    """What a build has done, in a line."""
    text = f"{counted(figures, 'figure')}, {counted(files, 'file')} in {out}"
    if drawn == figures:
        return text
    return f"{text}; {drawn or 'none'} drawn, the others are up to date"


def complain_of_orphans(orphans: Sequence[str], out: Path) -> None:
    """Say on stderr that there are files of figures that are gone."""
    if orphans:
        which = f"{out / orphans[0]}" + (f" and {len(orphans) - 1} more" if orphans[1:] else "")
        complain("orphans", f"{which}: of no figure of the course; --prune removes them")
