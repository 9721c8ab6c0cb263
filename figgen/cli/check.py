"""``figgen check``: is every number right, and can every picture be read?"""

from __future__ import annotations

import os

import click

from figgen.cli.options import as_json, figure_names, open_course
from figgen.cli.output import complain, complain_of_problems, counted, print_json, progress


@click.command(
    epilog="""\b
Examples:
  figgen check
  figgen check functions-plot
  figgen check --json
"""
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=figure_names)
@as_json
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Check the claims and the look of all figures, or of NAME..., without writing a file.

    A claim is a number that is drawn beside the same number got another way; an equation is checked
    if its sides are claims. The look is measured in every step and theme: text too small or too
    pale, overlaps, what is cut off, colours that cannot be told apart, alt texts that say too
    little. A figure may be excused from a rule: @figure(excuses={"balance": "the reason"}).

    The exit code is 1 if a claim does not hold, a rule of the look is broken without an excuse, a
    figure cannot be drawn, a concept lacks a perspective, or a module of the course is broken or
    forgotten. In JSON, a worst relative error that is infinite is null.
    """
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.guard import check as checking

    with progress("Checking", len(entries)) as shown:
        verdicts = checking.check(
            course, entries, done=lambda verdict: shown.done(verdict.name), jobs=os.cpu_count() or 1
        )
    gaps = checking.gaps(course, entries)
    summary = checking.summary(verdicts, problems=len(course.problems) + len(gaps))
    complain_of_problems(course)
    failures = [verdict for verdict in verdicts if verdict.error is not None]
    for verdict in failures:
        complain(f"failed {verdict.name}:", str(verdict.error))
    for gap in gaps:
        complain("failed concept", gap)
    for verdict in verdicts:
        for finding in verdict.findings:
            complain(f"look {verdict.name}", str(finding))
    excused = [
        {"name": verdict.name, "reason": entry.definition.excuses[finding.rule]} | finding.as_json()
        for verdict, entry in zip(verdicts, entries, strict=True)
        for finding in verdict.excused
    ]
    if as_json:
        look = [
            {"name": verdict.name} | finding.as_json()
            for verdict in verdicts
            for finding in verdict.findings
        ]
        errors = [{"name": verdict.name, "error": verdict.error} for verdict in failures]
        problems = [{"name": None, "error": str(each)} for each in (*course.problems, *gaps)]
        print_json(summary | {"failures": errors + problems, "look": look, "excused": excused})
    else:
        claims = sum(len(verdict.claims) for verdict in verdicts)
        counts = f"{counted(len(verdicts), 'figure')}, {counted(claims, 'claim')}"
        if summary["equations"]:
            counts += (
                f", {summary['checked_equations']} of {summary['equations']} equations checked"
            )
        result = f"{summary['failed']} failed" if summary["failed"] else "all hold"
        worst = summary["worst_relative_error"]
        words = "infinite" if worst is None else f"{worst:.2g}"
        click.echo(f"{counts}: {result}; worst relative error {words}")
        for excuse in excused:
            rule, reason = excuse["rule"], excuse["reason"]
            click.echo(f"excused {excuse['name']}: {rule}, {excuse['what']}: {reason}")
        click.echo(f"look: {counted(len(excused), 'finding')} excused, {summary['findings']} not")
    if summary["failed"] or summary["findings"]:
        ctx.exit(1)
