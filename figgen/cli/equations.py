"""``figgen equation``: the LaTeX that a lecturer types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from figgen.build.errors import RequestError
from figgen.cli.options import FORMATS, THEMES

if TYPE_CHECKING:
    from figgen.build.definition import SlotName
    from figgen.build.writer import Format

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
    type=click.FloatRange(20, 120),
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
@click.option(
    "-t",
    "--theme",
    type=click.Choice(THEMES),
    default="light",
    show_default=True,
    help="The theme to paint it in.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default="equation.svg",
    show_default=True,
    metavar="FILE",
    help="The file to write; its ending says the format: .svg, .pdf, .png, .tex or .mathml.",
)
def equation(*, latex: str, size: float, slot: SlotName, theme: str, out: Path) -> None:
    r"""Typeset the equation LATEX, without dollars, and print how it is read aloud.

    A line that is too wide is broken at a relation or a plus. \role{input}{x} paints a part in a
    role, \step{2}{...} reveals it in a step; an SVG or PNG of several steps is a file each. Put --
    before an equation that begins with a minus sign.
    """
    suffix = out.suffix.removeprefix(".")
    if suffix not in (*FORMATS, *TEXTS):
        allowed = ", ".join(f".{each}" for each in (*FORMATS, *TEXTS))
        raise RequestError(f"{out}: no such format; the ending must be one of {allowed}")

    from figgen.build.equation_one_off import equation_drawing
    from figgen.build.writer import Asset, encode, write

    drawing = equation_drawing(latex, size, slot)
    steps = drawing.canvas.steps
    pages = range(1, steps + 1) if suffix in {"svg", "png"} else [None]
    click.echo(drawing.canvas.description())
    for page in pages:
        painted = None if suffix in TEXTS else theme
        asset = Asset(out.stem, steps, page, painted, cast("Format", suffix))
        file = out.with_name(f"{asset.stem}{out.suffix}")
        write(file, encode(drawing, asset))
        click.echo(file)
