"""Excuses: the rules that a figure may break, as its definition says, and the rule on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from figgen.guard.look.findings import Finding
from figgen.guard.look.limits import EXCUSES, RULES


def excuse(
    findings: Sequence[Finding], excuses: Mapping[str, str], judged: Collection[str] = tuple(RULES)
) -> tuple[list[Finding], list[Finding]]:
    """Part findings from those that the figure's definition excuses.

    Args:
        findings: Of one figure.
        excuses: Rules and reasons.
        judged: The names of the rules that were looked at.

    Returns:
        What remains, with a finding for every excuse that names no rule or that nothing needs;
        and what is excused.
    """
    remaining = [finding for finding in findings if finding.rule not in excuses]
    excused = [finding for finding in findings if finding.rule in excuses]
    needed = {finding.rule for finding in excused}
    allowed = [name for name in RULES if name != EXCUSES.name]
    for rule in excuses:
        if rule not in allowed:
            says = f"is no rule; allowed: {', '.join(allowed)}"
            remaining.append(EXCUSES.broken(repr(rule), says, 0))
        elif rule in judged and rule not in needed:
            says = "is excused and kept; remove the excuse"
            remaining.append(EXCUSES.broken(repr(rule), says, 0))
    return remaining, excused
