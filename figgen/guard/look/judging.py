"""The look of a figure, judged: by the rules that measure it, and by what its files say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from figgen.core.printed_numbers import MINUS
from figgen.draw.canvas.rc import style
from figgen.guard.look.findings import RULES, Finding, merged
from figgen.guard.look.rules import look
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import Drawing, FigureError
from figgen.pipeline.request import Asset
from figgen.vocabulary import DEFAULT_THEME

SHORTEST, LONGEST = 8, 300
"""Words of an alt text: enough to say something, and two minutes of listening."""
SAID = 0.5
"""The share of the printed decimals that the alt text says at least; not each cell of a matrix."""

_DECIMAL = re.compile(rf"(?<![\w.])[{MINUS}-]?\d+\.\d+")
_ID = re.compile(r'\sid="([^"]*)"')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]*)')


def judge(drawing: Drawing) -> list[Finding]:
    """Everything that is wrong with the look of one figure, excused or not.

    Raises:
        FigureError: If matplotlib cannot draw something, with the figure's place.
    """
    try:
        with style():
            found = look(drawing.canvas)
    # Text is typeset only now, so an author's formula can fail here in any way.
    except Exception as error:
        entry = drawing.entry
        reason = " ".join(str(error).split()) or repr(error)
        raise FigureError(f"cannot be drawn: {reason}", entry.file, entry.line) from error
    found += [*_length(drawing), *_numbers(drawing)]
    # What matplotlib complained of stops the encoding too.
    if not any(finding.rule == "glyphs" for finding in found):
        found += _ids(drawing)
    return merged(found)


def _length(drawing: Drawing) -> Iterator[Finding]:
    """``alt-length``: the words of the alt text of each step."""
    for step in range(1, drawing.canvas.steps + 1):
        words = len(drawing.alt(step).split())
        if not SHORTEST <= words <= LONGEST:
            limit = SHORTEST if words < SHORTEST else LONGEST
            says = f"has {words} words; {SHORTEST} to {LONGEST}"
            yield Finding("alt-length", "the alt text", says, words, limit, step=step)
    if not drawing.canvas.description():
        says = "says nothing of what is drawn; one sentence of canvas.describe(...) or more"
        yield Finding("alt-length", "the alt text", says, 0, 1)


def _numbers(drawing: Drawing) -> Iterator[Finding]:
    """``alt-numbers``: the share of the printed decimals that the alt text says."""
    canvas = drawing.canvas
    ticks = {id(text) for text, _ in canvas.named if _DECIMAL.fullmatch(text.get_text())}
    printed = {
        number.replace("-", MINUS)
        for mark in canvas.marks
        if mark.shows_in(canvas.steps) and id(mark.artist) not in ticks
        for number in _DECIMAL.findall(mark.words)
    }
    alt = drawing.alt().replace("-", MINUS)
    said = set(_DECIMAL.findall(alt))
    missing = sorted(printed - said)
    if printed and len(missing) > (1 - SAID) * len(printed):
        share = 1 - len(missing) / len(printed)
        says = f"says {share:.0%} of the printed decimals, without {missing[0]}; {SAID:.0%} or more"
        yield Finding("alt-numbers", "the alt text", says, share, SAID)


def _ids(drawing: Drawing) -> Iterator[Finding]:
    """``svg-ids``: the most often that an id is there, and references to what is not."""
    entry, canvas = drawing.entry, drawing.canvas
    # Whatever is drawn is in the last step, or in the last one that shows it.
    for step in sorted({canvas.steps, *(mark.last for mark in canvas.marks if mark.last)}):
        asset = Asset(entry.name, canvas.steps, min(step, canvas.steps), DEFAULT_THEME, "svg")
        yield from check_ids(encode(drawing, asset).decode(), step)


def check_ids(svg: str, step: int | None = None) -> Iterator[Finding]:
    """``svg-ids`` of one SVG."""
    count = Counter(_ID.findall(svg))
    for name, times in count.items():
        if times > 1:
            yield Finding("svg-ids", repr(name), f"is there {times} times; 1", times, 1, step=step)
    for name in sorted(set(_REFERENCE.findall(svg)) - set(count)):
        yield Finding("svg-ids", repr(name), "is referred to and not there; 1", 0, 1, step=step)


def same_words(alts: Mapping[str, str]) -> dict[str, Finding]:
    """``alt-duplicate``: figures with the alt text of an earlier one.

    Args:
        alts: The alt text of each figure.

    Returns:
        A finding for each figure that has one.
    """
    first: dict[str, str] = {}
    found = {}
    for name, alt in alts.items():
        other = first.setdefault(" ".join(re.findall(r"\w+", alt.casefold())), name)
        if other != name:
            says = f"is that of {other}, too; of 1 figure"
            found[name] = Finding("alt-duplicate", "the alt text", says, 2, 1)
    return found


def excuse(
    findings: Sequence[Finding], excuses: Mapping[str, str], judged: Sequence[str] = tuple(RULES)
) -> tuple[list[Finding], list[Finding]]:
    """Part findings from those that the figure's definition excuses.

    Args:
        findings: Of one figure.
        excuses: Rules and reasons.
        judged: The rules that were looked at.

    Returns:
        What remains, with a finding for every excuse that names no rule or that nothing needs;
        and what is excused.
    """
    remaining = [finding for finding in findings if finding.rule not in excuses]
    excused = [finding for finding in findings if finding.rule in excuses]
    needed = {finding.rule for finding in excused}
    for rule in excuses:
        if rule not in RULES or rule == "excuses":
            says = f"is no rule; allowed: {', '.join(name for name in RULES if name != 'excuses')}"
            remaining.append(Finding("excuses", repr(rule), says, 0, 1))
        elif rule in judged and rule not in needed:
            says = "is excused and kept; remove the excuse"
            remaining.append(Finding("excuses", repr(rule), says, 0, 1))
    return remaining, excused
