"""``figgen check``: is every number right?"""

from __future__ import annotations

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
    """Check the claims of all figures, or of the figures NAME..., without writing a file.

    A claim is a number that is drawn beside the same number got another way; an equation is checked
    if its sides are claims. The exit code is 1 if a claim does not hold, a figure cannot be drawn,
    a concept lacks a perspective, or a module of the course is broken or forgotten. In JSON, a
    worst relative error that is infinite is null.
    """
    course = open_course(ctx)
    entries = course.select(names)

    from figgen.build import check as checking

    with progress("Checking", len(entries)) as done:
        verdicts = checking.check(course, entries, done=lambda verdict: done(verdict.name))
    gaps = checking.gaps(course, entries)
    summary = checking.summary(verdicts, problems=len(course.problems) + len(gaps))
    complain_of_problems(course)
    failures = [verdict for verdict in verdicts if verdict.error is not None]
    for verdict in failures:
        complain(f"failed {verdict.name}:", str(verdict.error))
    for gap in gaps:
        complain("failed concept", gap)
    if as_json:
        errors = [{"name": verdict.name, "error": verdict.error} for verdict in failures]
        problems = [{"name": None, "error": str(each)} for each in (*course.problems, *gaps)]
        print_json(summary | {"failures": errors + problems})
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
    if summary["failed"]:
        ctx.exit(1)
