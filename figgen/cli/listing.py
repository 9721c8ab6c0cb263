"""``figgen listing``: the source of a function that a lecturer names."""

from __future__ import annotations

from pathlib import Path

import click

from figgen.cli.options import Finite, ending, one_file, theme

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
    type=Finite(18, 40),
    default=20,
    show_default=True,
    help="The size of the letters, in points; they are never scaled to fit.",
)
@click.option("--docstring", is_flag=True, help="Keep the first line of the docstring.")
@theme
@one_file("listing.svg", ".svg, .pdf, .png, .txt or .html")
def listing(*, function: str, size: float, docstring: bool, theme: str, out: Path) -> None:
    """Draw the source of FUNCTION as it runs, without its decorators and annotations.

    MODULE is imported, so its code runs.
    """
    suffix = ending(out, *TEXTS)

    from figgen.disk.atomic_files import write
    from figgen.pipeline.asset_bytes import encode
    from figgen.pipeline.listing_without_course import listing_drawing
    from figgen.pipeline.request import Asset

    drawing = listing_drawing(function, size, "first line" if docstring else "none")
    if suffix in TEXTS:
        data = drawing.canvas.sources[suffix].encode()
    else:
        data = encode(drawing, Asset(out.stem, 1, None, theme, suffix))
    write(out, data)
    click.echo(out)
