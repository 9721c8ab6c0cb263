"""Which function measures which rule, and on what it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from figgen.guard.look.findings import Findings, Rule

T = TypeVar("T")

MEASURES: dict[type, list[tuple[Rule, Callable[[Any], Findings]]]] = {}
"""By what they look on: the rules with the functions that measure them."""


def measures(
    rule: Rule, *, of: type[T]
) -> Callable[[Callable[[T], Findings]], Callable[[T], Findings]]:
    """Have a function measure a rule.

    Args:
        rule: The rule, which several functions may measure.
        of: What the function looks on: a `Drawing`, its `Layers`, a `Step` of it, a `PaintedMark`
            of a step in a theme, or an `SvgFile`.
    """

    def register(function: Callable[[T], Findings]) -> Callable[[T], Findings]:
        MEASURES.setdefault(of, []).append((rule, function))
        return function

    return register


def findings_in(seen: object) -> Findings:
    """The breaches of all rules that look on things of this kind."""
    for _, function in MEASURES.get(type(seen), ()):
        yield from function(seen)
