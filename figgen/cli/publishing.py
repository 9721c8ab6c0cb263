"""``figgen gallery``: a site of all figures."""

from __future__ import annotations

import os
from pathlib import Path

import click

from figgen.cli.making import complain_of_failures, make
from figgen.cli.options import THEMES, open_course, out
from figgen.cli.output import complain_of_problems, counted


@click.command(
    epilog="""\b
Examples:
  figgen gallery
  figgen gallery -o site
"""
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes to use. By default one a processor.",
)
@out("gallery")
@click.pass_context
def gallery(ctx: click.Context, *, jobs: int | None, out: Path) -> None:
    """Make a site of all figures that any browser shows from the disk.

    A page a section and a page a concept: each figure with its steps, its equation as MathML, its
    code, its caption and description, and links to its files. Open OUT/index.html. A figure that
    fails keeps its old pictures; pages of sections and concepts that are gone are deleted.
    """
    course = open_course(ctx)

    from figgen.build.builder import Order
    from figgen.build.manifest import read_manifest, write_manifest
    from figgen.build.writer import FORMATS, SOURCES, prepare
    from figgen.publish.gallery import ASSETS
    from figgen.publish.gallery import gallery as write_gallery

    assets = out / ASSETS
    order = Order(out=assets, formats=(*FORMATS, *SOURCES), themes=THEMES)
    prepare(assets)
    read_manifest(assets)
    outcomes = make(course, course.entries, order, jobs=jobs or os.cpu_count() or 1)
    complain_of_problems(course)
    failed = complain_of_failures(outcomes)
    write_manifest(course, assets, outcomes)
    pages = write_gallery(course, read_manifest(assets), out)
    click.echo(f"{counted(len(pages), 'file')} in {out}; open {pages[0]}")
    if failed or course.problems:
        ctx.exit(1)
