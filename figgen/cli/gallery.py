"""``figgen gallery``: a site of all figures."""

from __future__ import annotations

from pathlib import Path

import click

from figgen.cli.build import complain_of_result
from figgen.cli.options import jobs, open_course, out
from figgen.cli.output import counted, progress
from figgen.vocabulary import FORMATS, SOURCES, THEMES


@click.command(
    epilog="""\b
Examples:
  figgen gallery
  figgen gallery -o site
"""
)
@jobs
@out("gallery")
@click.pass_context
def gallery(ctx: click.Context, *, jobs: int | None, out: Path) -> None:
    """Make a site of all figures that any browser shows from the disk.

    A page a section and a page a concept: each figure with its steps, its equation as MathML, its
    code, its caption and description, and links to its files. Open OUT/index.html. A figure that
    fails keeps its old pictures; pages of sections and concepts that are gone are deleted.
    """
    course = open_course(ctx)

    from figgen.pipeline.machines import Machines
    from figgen.pipeline.request import Request
    from figgen.pipeline.run import build
    from figgen.publish.gallery import ASSETS
    from figgen.publish.gallery import gallery as write_gallery

    result = build(
        course,
        request=Request(out / ASSETS, (*FORMATS, *SOURCES), THEMES),
        machines=Machines(jobs),
        watched=lambda plan: progress("Drawing", len(plan.stale)),
    )
    complain_of_result(result)
    pages = write_gallery(course, result.manifest.figures, out)
    click.echo(f"{counted(len(pages), 'file')} in {out}; open {pages[0]}")
    if not result.complete:
        ctx.exit(1)
