"""The look of a figure, judged: every rule, in every step and theme, each breach told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.guard.look import alt_text, colour_only, legibility, overlaps, placement
from figgen.guard.look.findings import Finding, Findings
from figgen.guard.look.limits import GLYPHS, RULES
from figgen.guard.look.mark_layers import Layers
from figgen.guard.look.measuring import findings_in
from figgen.guard.look.painted_steps import Step
from figgen.guard.look.svg_ids import SvgFile
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing, FigureError
from figgen.pipeline.request import Asset
from figgen.vocabulary import DEFAULT_THEME

MEASURED_IN = (alt_text, colour_only, legibility, overlaps, placement)
"""The modules whose rules count by being imported."""


def judge(drawing: Drawing) -> list[Finding]:
    """Everything that is wrong with the look of one figure, excused or not.

    Args:
        drawing: The figure. Its colours and what its canvas shows are other ones afterwards.

    Raises:
        FigureError: If matplotlib cannot draw something, with the figure's place.
    """
    try:
        with style():
            found = [*_pictured(drawing.canvas)]
    # Text is typeset only now, so an author's formula can fail here in any way.
    except Exception as error:
        entry = drawing.entry
        reason = " ".join(str(error).split()) or repr(error)
        raise FigureError(f"cannot be drawn: {reason}", entry.file, entry.line) from error
    found += findings_in(drawing)
    # What matplotlib complained of stops the encoding too.
    if not any(finding.rule == GLYPHS.name for finding in found):
        for svg in _written(drawing):
            found += findings_in(svg)
    return merged(found)


def _pictured(canvas: Canvas) -> Findings:
    """What is wrong with the pictures."""
    layers = Layers(canvas)
    yield from findings_in(layers)
    for number in range(1, canvas.steps + 1):
        step = Step(layers, number)
        for seen in chain((step,), step.painted()):
            yield from (replace(finding, step=number) for finding in findings_in(seen))


def _written(drawing: Drawing) -> Iterator[SvgFile]:
    """The SVG of as few steps as show everything: the last, and the last of whatever goes."""
    entry, steps = drawing.entry, drawing.canvas.steps
    lasts = {min(mark.last, steps) for mark in drawing.canvas.marks if mark.last}
    shown = sorted({steps, *lasts})
    assets = [Asset(entry.name, steps, step, DEFAULT_THEME, "svg") for step in shown]
    for step, (_, data) in zip(shown, encode_all(drawing, assets), strict=True):
        yield SvgFile(step, data.decode())


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """What several steps and themes show, once: as it is worst, with the first step."""
    worst: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.rule, finding.what
        known = worst.setdefault(key, finding)
        if finding.excess > known.excess:
            worst[key] = replace(finding, step=known.step)
    order = list(RULES)
    return sorted(worst.values(), key=lambda each: (order.index(each.rule), each.step or 0))
