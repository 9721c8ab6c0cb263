"""Every claim of every figure, run without writing a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from figgen.build.course import Course, Entry
from figgen.build.drawing import draw
from figgen.build.errors import BuildError
from figgen.core import Claim
from figgen.core.arrays import is_finite
from figgen.draw.canvas import Equation


@dataclass(frozen=True)
class Verdict:
    """What the claims of one figure say.

    Attributes:
        name: The figure's name.
        claims: Its claims.
        equations: Its equations, checked or not.
        error: Why it could not be drawn, or which claims fail; None if all is well.
    """

    name: str
    claims: tuple[Claim, ...] = ()
    equations: tuple[Equation, ...] = ()
    error: str | None = None


def check(
    course: Course, entries: Sequence[Entry], done: Callable[[Verdict], None] = lambda _: None
) -> list[Verdict]:
    """Draw every figure and judge its claims.

    Args:
        course: The course.
        entries: The figures to check.
        done: Called with each verdict as it comes.

    Returns:
        The verdicts, in the order of ``entries``.
    """
    verdicts = []
    for entry in entries:
        claims: tuple[Claim, ...] = ()
        equations: tuple[Equation, ...] = ()
        error = None
        try:
            drawing = draw(course, entry)
            claims, equations = drawing.claims, tuple(drawing.canvas.equations)
            drawing.require_claims()
        except BuildError as problem:
            error = str(problem)
        verdicts.append(Verdict(entry.name, claims, equations, error))
        done(verdicts[-1])
    return verdicts


def gaps(course: Course, entries: Sequence[Entry]) -> list[str]:
    """What the concepts of these figures lack: a line for each that is not shown in all ways."""
    named = {entry.definition.concept for entry in entries}
    found = []
    for concept, title in course.concepts.items():
        shown = course.perspectives(concept)
        missing = [perspective for perspective, figures in shown.items() if not figures]
        if concept in named and missing:
            has = ", ".join(name for figures in shown.values() for name in figures)
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
        ``problems``. ``worst_relative_error`` is
        None if it is infinite, which JSON cannot say.
    """
    claims = [claim for verdict in verdicts for claim in verdict.claims]
    equations = [equation for verdict in verdicts for equation in verdict.equations]
    undrawn = sum(verdict.error is not None and not verdict.claims for verdict in verdicts)
    worst = max((claim.error for claim in claims), default=0.0)
    return {
        "figures": len(verdicts),
        "claims": len(claims),
        "equations": len(equations),
        "checked_equations": sum(equation.claims > 0 for equation in equations),
        "failed": sum(not claim.holds for claim in claims) + undrawn + problems,
        "worst_relative_error": worst if is_finite(worst) else None,
    }
