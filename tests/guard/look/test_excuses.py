"""Excuses: what a definition excuses is kept apart, and an idle excuse is a finding."""

from __future__ import annotations

from figgen.guard.look.excuses import excuse
from figgen.guard.look.findings import Finding


def test_excuses() -> None:
    """What is excused is kept apart; a rule that does not exist or is kept is a finding."""
    found = [Finding("balance", "it", "is", 1, 0), Finding("margin", "it", "is", 1, 0)]
    remaining, excused = excuse(found, {"balance": "why"})
    assert (remaining, excused) == (found[1:], found[:1])
    remaining, excused = excuse([], {"balance": "why", "beauty": "why"})
    assert [each.what for each in remaining] == ["'balance'", "'beauty'"]
    assert "text-over-stroke" in remaining[1].says
    assert excuse([], {"alt-duplicate": "why"}, judged=["balance"]) == ([], [])
