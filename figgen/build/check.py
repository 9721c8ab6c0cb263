"""Every claim of every figure, run without writing a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from figgen.build.course import Course, Entry
from figgen.build.drawing import draw
from figgen.build.errors import BuildError
from figgen.core import Claim
from figgen.core.arrays import is_finite


@dataclass(frozen=True)
class Verdict:
    """What the claims of one figure say.

    Attributes:
        name: The figure's name.
        claims: Its claims.
        error: Why it could not be drawn, or which claims fail; None if all is well.
    """

    name: str
    claims: tuple[Claim, ...] = ()
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
        error = None
        try:
            drawing = draw(course, entry)
            claims = drawing.claims
            drawing.require_claims()
        except BuildError as problem:
            error = str(problem)
        verdicts.append(Verdict(entry.name, claims, error))
        done(verdicts[-1])
    return verdicts


def summary(verdicts: Sequence[Verdict], problems: int = 0) -> dict[str, int | float | None]:
    """The verdicts in four numbers.

    Args:
        verdicts: One a figure.
        problems: How many figures or modules could not even be read.

    Returns:
        ``figures`` and ``claims`` count what was checked, ``failed`` the claims that do not hold
        and the figures and modules that could not be drawn or read. ``worst_relative_error`` is
        None if it is infinite, which JSON cannot say.
    """
    claims = [claim for verdict in verdicts for claim in verdict.claims]
    undrawn = sum(verdict.error is not None and not verdict.claims for verdict in verdicts)
    worst = max((claim.error for claim in claims), default=0.0)
    return {
        "figures": len(verdicts),
        "claims": len(claims),
        "failed": sum(not claim.holds for claim in claims) + undrawn + problems,
        "worst_relative_error": worst if is_finite(worst) else None,
    }
