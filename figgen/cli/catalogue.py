"""``figgen list`` and ``figgen show``: what there is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from figgen.cli.options import as_json, concept_names, figure_names, open_course, section_names
from figgen.cli.output import complain_of_problems, counted, print_json

if TYPE_CHECKING:
    from figgen.build.course import Course, Entry

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
    course = open_course(ctx)
    entries = course.select((), section, concept)
    if as_json:
        print_json([entry.as_json() for entry in entries])
    else:
        click.echo("\n".join(_table(entries)))
    complain_of_problems(course)


def _table(entries: Sequence[Entry]) -> list[str]:
    rows = {entry.name: _cells(entry) for entry in entries}
    widths = [max(map(len, column)) for column in zip(*rows.values(), strict=True)]
    # On a terminal a row is a line; a file or a program gets all of it.
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines: list[str] = []
    for (section, title), group in groupby(entries, lambda e: (e.section, e.section_title)):
        lines += [""] * bool(lines) + [click.style(f"{title} ({section})", bold=True)]
        for entry in group:
            cells = zip(rows[entry.name], widths, strict=True)
            row = "  ".join(cell.ljust(width) for cell, width in cells)
            alt = f"    {' '.join(entry.definition.alt.split())}"
            lines += [f"  {row}"[:limit].rstrip(), click.style(_cut(alt, limit), dim=True)]
    return lines


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.definition.perspective,
        counted(entry.definition.steps, "step"),
        entry.definition.title,
        f"{entry.file}:{entry.line}",
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

    from figgen.build.drawing import draw, settle
    from figgen.build.maker import record
    from figgen.build.parameters import as_text, in_words, parameters

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
    width = min(PROSE, shutil.get_terminal_size().columns)
    lines = []
    for label, fact in facts.items():
        prose = textwrap.wrap(fact, max(width - indent, 1), break_on_hyphens=False)
        lines += [
            f"  {label * (number == 0):<{indent - 2}}{line}" for number, line in enumerate(prose)
        ]
    return lines
