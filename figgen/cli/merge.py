"""``figgen merge``: one manifest for what was built in parts."""

from __future__ import annotations

from pathlib import Path

import click

from figgen.cli.options import open_course, out
from figgen.cli.output import complain_of_failures, counted
from figgen.errors import BuildError


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

    from figgen.disk.locks import locked
    from figgen.pipeline.outcome import failures
    from figgen.pipeline.shards import merge as merge_parts

    if not out.is_dir():
        raise BuildError("no such folder; give the one with all parts with -o", out)
    with locked(out):
        outcomes = merge_parts(course, out)
    failed = failures(outcomes)
    complain_of_failures(failed)
    click.echo(f"{counted(len(outcomes) - len(failed), 'figure')} in {out}")
    if failed:
        ctx.exit(1)
