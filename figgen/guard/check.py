"""Every claim of every figure, and its look, without writing a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from figgen.core import Claim
from figgen.core.arrays import is_finite
from figgen.course.course import Course, Entry
from figgen.draw.canvas.filed import Equation
from figgen.errors import BuildError
from figgen.guard.look.alt_text import duplicates
from figgen.guard.look.excuses import excuse
from figgen.guard.look.findings import Finding
from figgen.guard.look.judging import judge
from figgen.guard.look.limits import RULES
from figgen.pipeline.drawing import draw
from figgen.pipeline.parallel import figure_results


@dataclass(frozen=True)
class Verdict:
    """What the check found in one figure.

    Attributes:
        name: The figure's name.
        claims: Its claims.
        equations: Its equations, checked or not.
        error: Why it could not be drawn, or which claims fail; None if all is well.
        alt: Its alt text.
        findings: What is wrong with its look.
        excused: What would be, but for the reason that its definition gives.
    """

    name: str
    claims: tuple[Claim, ...] = ()
    equations: tuple[Equation, ...] = ()
    error: str | None = None
    alt: str = ""
    findings: tuple[Finding, ...] = ()
    excused: tuple[Finding, ...] = ()


def check(
    course: Course,
    entries: Sequence[Entry],
    done: Callable[[Verdict], None] = lambda _: None,
    jobs: int = 1,
) -> list[Verdict]:
    """Draw every figure, judge its claims and then its look.

    Args:
        course: The course.
        entries: The figures to check.
        done: Called with each verdict as it comes, before its alt text is compared with others.
        jobs: How many processes to use.

    Returns:
        The verdicts, in the order of ``entries``.
    """
    verdicts: dict[str, Verdict] = {}
    with closing(figure_results(partial(_judge, course), entries, jobs=jobs)) as results:
        for entry, result in results:
            if isinstance(result, BuildError):
                verdict = Verdict(entry.name, error=str(result))
            else:
                verdict = result
            verdicts[entry.name] = verdict
            done(verdict)
    # All of a course, because to judge a part tells nothing of duplicates of the rest.
    whole = {entry.name for entry in entries} >= set(course.names)
    rules = [name for name, rule in RULES.items() if whole or not rule.compares_figures]
    alts = {name: verdicts[name].alt for name in (entry.name for entry in entries)}
    same = duplicates({name: alt for name, alt in alts.items() if alt})
    return [_excused(verdicts[entry.name], entry, same.get(entry.name), rules) for entry in entries]


def _judge(course: Course, entry: Entry) -> Verdict:
    verdict = Verdict(entry.name)
    try:
        drawing = draw(course, entry)
        equations = tuple(drawing.canvas.equations)
        verdict = replace(verdict, claims=drawing.claims, equations=equations)
        drawing.require_claims()
        # A picture of wrong numbers is not looked at.
        return replace(verdict, alt=drawing.alt(), findings=tuple(judge(drawing)))
    except BuildError as problem:
        return replace(verdict, error=str(problem))


def _excused(verdict: Verdict, entry: Entry, same: Finding | None, rules: Sequence[str]) -> Verdict:
    if verdict.error is not None:
        return verdict
    found = [*verdict.findings, *([same] if same else [])]
    findings, excused = excuse(found, entry.definition.excuses, rules)
    return replace(verdict, findings=tuple(findings), excused=tuple(excused))


def gaps(course: Course, entries: Sequence[Entry]) -> list[str]:
    """What the concepts of these figures lack: a line for each that is not shown in all ways."""
    named = {entry.definition.concept for entry in entries}
    found = []
    for concept, title in course.concepts.items():
        figures_by = course.perspectives(concept)
        missing = [perspective for perspective, figures in figures_by.items() if not figures]
        if concept in named and missing:
            has = ", ".join(name for figures in figures_by.values() for name in figures)
            lacks = " and ".join(missing)
            found.append(f"{concept} ({title}) has no figure as {lacks}; it has {has}")
    return found


def summary(verdicts: Sequence[Verdict], problems: int = 0) -> dict[str, int | float | None]:
    """The verdicts in a few numbers.

    Args:
        verdicts: One a figure.
        problems: How much else is wrong: figures or modules that could not even be read, concepts
            that lack a perspective.

    Returns:
        ``figures``, ``claims``, ``equations`` and ``checked_equations`` count what was drawn,
        ``failed`` the claims that do not hold, the figures that could not be drawn, and
        ``problems``. ``worst_relative_error`` is None if it is infinite, which JSON cannot say.
        ``findings`` counts what is wrong with the look.
    """
    claims = [claim for verdict in verdicts for claim in verdict.claims]
    equations = [equation for verdict in verdicts for equation in verdict.equations]
    undrawn = sum(
        verdict.error is not None and all(claim.holds for claim in verdict.claims)
        for verdict in verdicts
    )
    worst = max((claim.error for claim in claims), default=0.0)
    return {
        "figures": len(verdicts),
        "claims": len(claims),
        "equations": len(equations),
        "checked_equations": sum(equation.claims > 0 for equation in equations),
        "failed": sum(not claim.holds for claim in claims) + undrawn + problems,
        "worst_relative_error": worst if is_finite(worst) else None,
        "findings": sum(len(verdict.findings) for verdict in verdicts),
    }
