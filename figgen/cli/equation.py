"""``figgen equation``: the LaTeX that a lecturer types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from figgen.cli.options import Finite, ending, one_file, theme

if TYPE_CHECKING:
    from figgen.course.definition import SlotName

TEXTS = ("tex", "mathml")


@click.command(
    epilog="""\b
Examples:
  figgen equation '\\frac{df}{du}'
  figgen equation '\\role{output}{y} &= \\role{input}{x}^2 \\step{2}{= 9}' -o square.pdf
"""
)
@click.argument("latex")
@click.option(
    "--size",
    type=Finite(20, 120),
    default=34,
    show_default=True,
    help="The size of the letters, in points; they are never scaled to fit.",
)
@click.option(
    "--slot",
    type=click.Choice(("full", "half", "strip")),
    default="full",
    show_default=True,
    help="The place on the slide: 12.0 x 5.6, 5.8 x 5.0 or 12.0 x 2.6 inches.",
)
@theme
@one_file("equation.svg", ".svg, .pdf, .png, .tex or .mathml")
def equation(*, latex: str, size: float, slot: SlotName, theme: str, out: Path) -> None:
    r"""Typeset the equation LATEX, without dollars, and print how it is read aloud.

    A line that is too wide is broken at a relation or a plus. \role{input}{x} paints a part in a
    role, \step{2}{...} reveals it in a step; an SVG or PNG of several steps is a file each. Put --
    before an equation that begins with a minus sign.
    """
    suffix = ending(out, *TEXTS)

    from figgen.disk.atomic_files import write
    from figgen.pipeline.asset_bytes import encode
    from figgen.pipeline.equation_without_course import equation_drawing
    from figgen.pipeline.request import Asset

    drawing = equation_drawing(latex, size, slot)
    steps = drawing.canvas.steps
    pages = range(1, steps + 1) if suffix in {"svg", "png"} else [None]
    click.echo(drawing.canvas.description())
    for page in pages:
        painted = None if suffix in TEXTS else theme
        asset = Asset(out.stem, steps, page, painted, suffix)
        file = out.with_name(f"{asset.stem}{out.suffix}")
        write(file, encode(drawing, asset))
        click.echo(file)
