"""What the rules of the look are called, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch

from figgen.draw.canvas.marks import Mark

RULES: Mapping[str, str] = {
    "text-size": "text is large enough for the back of the hall",
    "index-size": "indices and exponents are, too",
    "glyphs": "the font has every letter",
    "text-contrast": "text stands out against what is behind it",
    "stroke-contrast": "lines, edges and dots stand out against what is behind them",
    "colour-alone": "what looks alike is not told apart by its colour alone",
    "text-over-text": "no text lies on another",
    "text-over-stroke": "no line, edge or dot runs through the letters of a text",
    "outside": "nothing is cut off by the end of the canvas",
    "margin": "the picture fills its slot",
    "balance": "the picture stands in the middle of its slot",
    "label-distance": "a label stands beside what it names",
    "alt-length": "the alt text says enough, and no more than can be listened to",
    "alt-numbers": "the alt text says the numbers that the figure prints",
    "alt-duplicate": "no other figure has the same alt text",
    "excuses": "an excuse names a rule and is needed",
    "svg-ids": "every id of an SVG is there once, and what refers to one finds it",
}
"""Every rule by its name: what holds where it is kept."""


@dataclass(frozen=True)
class Finding:
    """One breach of a rule.

    Attributes:
        rule: One of `RULES`.
        what: What breaks it.
        says: How: with the measured value and the limit.
        measured: The measured value.
        limit: What is allowed.
        step: The first step in which it shows; None if in no one more than in others.
        theme: The theme in which it is worst; None likewise.
        where: The middle of it, in inches from the lower left corner of the canvas.
    """

    rule: str
    what: str
    says: str
    measured: float
    limit: float
    step: int | None = None
    theme: str | None = None
    where: tuple[float, float] | None = None

    def __str__(self) -> str:
        """One line, without the figure's name."""
        step = [] if self.step is None else [f"step {self.step}"]
        scene = ", ".join([*step, *([self.theme] if self.theme else [])])
        place = f" (at {self.where[0]:.1f}, {self.where[1]:.1f} inches)" if self.where else ""
        return f"{scene}{': ' if scene else ''}{self.rule}: {self.what} {self.says}{place}"

    @property
    def excess(self) -> float:
        """How far it is from what is allowed."""
        return abs(self.measured - self.limit)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """What several steps and themes show, once: as it is worst, with the first step."""
    worst: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.rule, finding.what
        known = worst.setdefault(key, finding)
        if finding.excess > known.excess:
            worst[key] = replace(finding, step=known.step)
    return sorted(worst.values(), key=lambda each: (list(RULES).index(each.rule), each.step or 0))


LONGEST = 40
"""Letters of a text that a finding quotes."""


def name_of(mark: Mark) -> str:
    """What a mark is called in a finding: what it says, or its role and its kind."""
    if mark.words:
        words = " ".join(mark.words.split())
        return repr(words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…")
    kinds = {FancyArrowPatch: "arrow", Circle: "circle", Line2D: "line", LineCollection: "lines"}
    kind = next((name for each, name in kinds.items() if isinstance(mark.artist, each)), "shape")
    if isinstance(mark.artist, Line2D) and mark.artist.get_linestyle() == "None":
        kind = "dot"
    return f"the {mark.stroke or mark.fill} {kind}"
