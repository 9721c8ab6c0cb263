"""Rules on the alt text: how long it is, what it says, and that no other figure has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from figgen.core.printed_numbers import MINUS
from figgen.guard.look.findings import Finding, Findings
from figgen.guard.look.limits import ALT_DUPLICATE, ALT_LENGTH, ALT_NUMBERS, LONGEST_ALT
from figgen.guard.look.measuring import measures
from figgen.pipeline.drawing import Drawing

_DECIMAL = re.compile(rf"(?<![\w.])[{MINUS}-]?\d+\.\d+")


@measures(ALT_LENGTH, of=Drawing)
def length(drawing: Drawing) -> Findings:
    """The words of the alt text of each step, and whether any of them tells what is drawn."""
    for step in range(1, drawing.canvas.steps + 1):
        words = len(drawing.alt(step).split())
        if not ALT_LENGTH.limit <= words <= LONGEST_ALT:
            found = ALT_LENGTH.broken("the alt text", f"has {words} words", words, step=step)
            yield replace(found, limit=LONGEST_ALT) if words > LONGEST_ALT else found
    if not drawing.canvas.description():
        says = "says nothing of what is drawn; one sentence of canvas.describe(...) or more"
        yield Finding(ALT_LENGTH.name, "the alt text", says, 0, 1)


@measures(ALT_NUMBERS, of=Drawing)
def numbers(drawing: Drawing) -> Findings:
    """The share of the printed decimals that the alt text says."""
    canvas = drawing.canvas
    ticks = {id(text) for text, _ in canvas.named if _DECIMAL.fullmatch(text.get_text())}
    printed = {
        number
        for mark in canvas.marks
        if mark.shows_in(canvas.steps) and id(mark.artist) not in ticks
        for number in decimals(mark.words)
    }
    missing = sorted(printed - decimals(drawing.alt()))
    share = 1 - len(missing) / len(printed) if printed else 1.0
    if share < ALT_NUMBERS.limit:
        says = f"says {share:.0%} of the printed decimals, without {missing[0]}"
        yield ALT_NUMBERS.broken("the alt text", says, share)


def decimals(text: str) -> set[str]:
    """The decimals in a text, each with a true minus sign.

    >>> sorted(decimals("from -1.5 to 2.25, in 3 steps of v1.2"))
    ['2.25', '−1.5']
    """
    return {number.replace("-", MINUS) for number in _DECIMAL.findall(text)}


def duplicates(alts: Mapping[str, str]) -> dict[str, Finding]:
    """Figures with the alt text of an earlier one; case, blanks and stops make no difference.

    Args:
        alts: The alt text of each figure.

    Returns:
        A finding for each figure that has one.

    >>> list(duplicates({"one": "A curve: 1.5.", "two": "a curve  1.5", "three": "A curve: 1.6."}))
    ['two']
    """
    first: dict[str, str] = {}
    found = {}
    for name, alt in alts.items():
        other = first.setdefault(" ".join(re.findall(r"\w+", alt.casefold())), name)
        if other != name:
            found[name] = ALT_DUPLICATE.broken("the alt text", f"is that of {other}, too", 2)
    return found
