"""``figgen graph`` and ``figgen chain``: the graph of what a lecturer types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from figgen.cli.options import Finite, Setting, ending, once, one_file
from figgen.cli.output import columns
from figgen.vocabulary import DEFAULT_THEME

if TYPE_CHECKING:
    from figgen.core.graph import Graph

OUT = one_file("graph.svg", ".svg, .pdf, .png or .dot")


@click.command(
    epilog="""\b
Examples:
  figgen graph "sum(sigmoid(X @ W))" --set X=3x3 --set W=3x2 --seed 190204 --backward
  figgen graph "(x + y) * x" --set x=2 --set y=-3 -o product.pdf
"""
)
@click.argument("expression")
@click.option(
    "--set",
    "settings",
    type=Setting(),
    multiple=True,
    help="The value of a name: a number, '1,2,3', '1,2;3,4', or '3x2' for a random matrix.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Of the random matrices.",
)
@click.option("--backward", is_flag=True, help="Draw and print the derivatives too.")
@OUT
def graph(
    *,
    expression: str,
    settings: tuple[tuple[str, str], ...],
    seed: int,
    backward: bool,
    out: Path,
) -> None:
    """Draw the computational graph of EXPRESSION and print its numbers.

    An expression has names, numbers, + - * / @ **, parentheses, sum and the functions of the
    core, like sigmoid. Random matrices come from numpy's legacy generator, in the order in which
    they are set.
    """
    from figgen.pipeline.graph_without_course import expression_graph

    traced = expression_graph(expression, once(settings), seed)
    _finish(traced, expression, out, backward=backward)


@click.command(
    epilog="""\b
Examples:
  figgen chain square sigmoid --at 1.5
  figgen chain leaky_relu square sigmoid --at -2 -o chain.png
"""
)
@click.argument("functions", nargs=-1, required=True)
@click.option("--at", type=Finite(), default=1.0, show_default=True, help="The input.")
@OUT
def chain(*, functions: tuple[str, ...], at: float, out: Path) -> None:
    """Draw a chain of FUNCTIONS, the innermost first, and print its numbers both ways."""
    from figgen.pipeline.graph_without_course import chain_graph

    name = "x"
    for function in functions:
        name = f"{function}({name})"
    _finish(chain_graph(functions, at), name, out, backward=True)


def _finish(traced: Graph, title: str, out: Path, *, backward: bool) -> None:
    suffix = ending(out, "dot")

    from figgen.disk.atomic_files import write
    from figgen.pipeline.asset_bytes import encode
    from figgen.pipeline.graph_without_course import graph_drawing, table
    from figgen.pipeline.request import Asset

    drawing = graph_drawing(traced, title, backward=backward, fitted=suffix != "dot")
    theme = None if suffix == "dot" else DEFAULT_THEME
    write(out, encode(drawing, Asset(out.stem, 1, None, theme, suffix)))
    head = ("node", "value", "gradient" if backward else "")
    for line in columns([head, *table(traced, backward=backward)]):
        click.echo(line)
    click.echo(out)
