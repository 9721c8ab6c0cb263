"""``figgen list`` and ``figgen show``: what there is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from figgen.cli.options import (
    as_json,
    concept_names,
    figure_names,
    open_course,
    open_listing,
    section_names,
)
from figgen.cli.output import complain_of_problems, counted, print_json, terminal_width

if TYPE_CHECKING:
    from figgen.course.course import Course, Entry

PROSE = 96
"""The width of running text in characters, unless the terminal is narrower."""


@click.command(
    "list",
    epilog="""\b
Examples:
  figgen list
  figgen list --section functions
  figgen list --concept chain-rule-2
  figgen list --json
""",
)
@click.option(
    "--section", shell_complete=section_names, help="Only this section, by its module's name."
)
@click.option(
    "--concept", shell_complete=concept_names, help="Only the figures that show this concept."
)
@as_json
@click.pass_context
def list_figures(
    ctx: click.Context, section: str | None, concept: str | None, as_json: bool
) -> None:
    """List the figures of the course, in teaching order.

    For each: name, perspective, steps, title, source file and line; below that its alt text as the
    author wrote it. The modules are read, not run.
    """
    found = open_listing(ctx, section, concept)
    if as_json:
        print_json(found.figures)
    else:
        click.echo("\n".join(_table(found.figures)))
    complain_of_problems(found)


def _table(figures: Sequence[dict[str, Any]]) -> list[str]:
    rows = [_cells(figure) for figure in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # On a terminal a row is a line; a file or a program gets all of it.
    limit = terminal_width() if sys.stdout.isatty() else None
    lines: list[str] = []
    above = None
    for figure, cells in zip(figures, rows, strict=True):
        section = f"{figure['section_title']} ({figure['section']})"
        if section != above:
            lines += [""] * bool(lines) + [click.style(section, bold=True)]
            above = section
        row = "  ".join(map(str.ljust, cells, widths))
        alt = f"    {' '.join(figure['alt'].split())}"
        lines += [f"  {row}"[:limit].rstrip(), click.style(_cut(alt, limit), dim=True)]
    return lines


def _cells(figure: dict[str, Any]) -> tuple[str, ...]:
    return (
        figure["name"],
        figure["perspective"],
        counted(figure["steps"], "step"),
        figure["title"],
        f"{figure['file']}:{figure['line']}",
    )


def _cut(line: str, limit: int | None) -> str:
    return line if limit is None or len(line) <= limit else f"{line[: limit - 1]}…"


@click.command(
    epilog="""\b
Examples:
  figgen show functions-plot
  figgen show functions-plot --json
"""
)
@click.argument("name", shell_complete=figure_names)
@as_json
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Show everything known of the figure NAME.

    Its definition, the parameters that 'figgen render --set' can change, the alt text with the
    numbers that were computed, the figures that show the same concept, every claim: the value that
    is drawn, the same by another way, the error and what is allowed; and of every equation whether
    it is checked. The figure is drawn for that, but nothing is written.
    """
    course = open_course(ctx)
    complain_of_problems(course)
    entry = course.find(name)

    from figgen.course.parameters import as_text, in_words, parameters
    from figgen.pipeline.drawing import draw, settle
    from figgen.pipeline.figure_files import record

    function, _ = settle(course, entry, {})
    drawing = draw(course, entry)
    known = {
        key: {"type": in_words(kind), "default": as_text(default)}
        for key, (kind, default) in parameters(function).items()
    }
    concept = _concept(course, entry)
    if as_json:
        print_json(record(drawing) | concept | {"parameters": known})
        return
    click.secho(entry.name, bold=True)
    click.echo("\n".join(_facts(record(drawing) | concept)))
    click.secho(f"\n{counted(len(known), 'parameter')}, for --set", bold=True)
    for key, parameter in known.items():
        click.echo(f"  {key}={parameter['default']}: {parameter['type']}")
    worst = max((claim.error for claim in drawing.claims), default=0.0)
    title = f"{counted(len(drawing.claims), 'claim')}, worst relative error {worst:.2g}"
    click.secho(f"\n{title}", bold=True)
    for claim in drawing.claims:
        click.secho(f"  {claim}", fg=None if claim.holds else "red")
    equations = drawing.canvas.equations
    if equations:
        click.secho(f"\n{counted(len(equations), 'equation')}", bold=True)
    for equation in equations:
        checked = f"checked, {counted(equation.claims, 'claim')}"
        verdict = f"not checked: {equation.unchecked}" if equation.unchecked else checked
        click.echo(f"  {equation.latex}: {verdict}")


def _concept(course: Course, entry: Entry) -> dict[str, Any]:
    """The title of a figure's concept and the figures that show it, by perspective."""
    concept = entry.definition.concept
    if concept not in course.concepts:
        return {"concept_title": None, "perspectives": None}
    title, figures = course.concepts[concept], course.perspectives(concept)
    return {"concept_title": title, "perspectives": figures}


def _facts(known: dict[str, Any]) -> list[str]:
    import textwrap

    concept = {}
    if known["concept_title"]:
        concept["concept"] = f"{known['concept_title']} ({known['concept']})"
        for perspective, figures in known["perspectives"].items():
            concept[f"as {perspective}"] = ", ".join(figures) or "nothing yet"
    facts = {
        "title": known["title"],
        "section": f"{known['section_title']} ({known['section']})",
        "perspective": known["perspective"],
        **concept,
        "slot": known["slot"],
        "steps": str(known["steps"]),
        "source": f"{known['file']}:{known['line']}",
        "caption": known["caption"],
        "alt text": known["alt"],
    }
    indent = 2 + max(map(len, facts)) + 2
    width = min(PROSE, terminal_width())
    lines = []
    for label, fact in facts.items():
        prose = textwrap.wrap(fact, max(width - indent, 1), break_on_hyphens=False)
        lines += [
            f"  {label * (number == 0):<{indent - 2}}{line}" for number, line in enumerate(prose)
        ]
    return lines
