"""``figgen listing``: the source of a function that a lecturer names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from figgen.build.errors import RequestError
from figgen.cli.options import FORMATS, THEMES

if TYPE_CHECKING:
    from figgen.build.writer import Format

TEXTS = ("txt", "html")


@click.command(
    epilog="""\b
Examples:
  figgen listing figgen.core.chains:chain_deriv_2
  figgen listing figgen.core.derivatives:deriv --size 18 -o deriv.pdf
"""
)
@click.argument("function", metavar="MODULE:FUNCTION")
@click.option(
    "--size",
    type=click.FloatRange(18, 40),
    default=20,
    show_default=True,
    help="The size of the letters, in points; they are never scaled to fit.",
)
@click.option("--docstring", is_flag=True, help="Keep the first line of the docstring.")
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
    default="listing.svg",
    show_default=True,
    metavar="FILE",
    help="The file to write; its ending says the format: .svg, .pdf, .png, .txt or .html.",
)
def listing(*, function: str, size: float, docstring: bool, theme: str, out: Path) -> None:
    """Draw the source of FUNCTION as it runs, without its decorators and annotations.

    MODULE is imported, so its code runs.
    """
    suffix = out.suffix.removeprefix(".")
    if suffix not in (*FORMATS, *TEXTS):
        allowed = ", ".join(f".{each}" for each in (*FORMATS, *TEXTS))
        raise RequestError(f"{out}: no such format; the ending must be one of {allowed}")

    from figgen.build.files import write
    from figgen.build.listing_one_off import listing_drawing
    from figgen.build.writer import Asset, encode

    drawing = listing_drawing(function, size, "first line" if docstring else "none")
    if suffix in TEXTS:
        data = drawing.canvas.sources[suffix].encode()
    else:
        data = encode(drawing, Asset(out.stem, 1, None, theme, cast("Format", suffix)))
    write(out, data)
    click.echo(out)
