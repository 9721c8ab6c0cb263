"""What a rule of the look is, and what is told where one is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch

from figgen.draw.canvas.marks import Mark

QUOTED = 40
"""Letters of a text that a finding quotes."""


@dataclass(frozen=True)
class Finding:
    """One breach of a rule.

    Attributes:
        rule: The name of the rule.
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
        position = f" (at {self.where[0]:.1f}, {self.where[1]:.1f} inches)" if self.where else ""
        return f"{scene}{': ' if scene else ''}{self.rule}: {self.what} {self.says}{position}"

    @property
    def excess(self) -> float:
        """How far it is from what is allowed."""
        return abs(self.measured - self.limit)

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


Findings: TypeAlias = Iterator[Finding]


@dataclass(frozen=True)
class Rule:
    """A rule of the look; all of them are declared in `figgen.guard.look.limits`.

    Attributes:
        name: What a finding, and the excuse of a figure, calls it.
        promise: What holds where it is kept.
        limit: The measured value that is just allowed.
        allowed: The limit in words, for the end of a finding; ``{}`` stands for its number.
        compares_figures: Whether it needs all figures of a course, so that no part can break it.
    """

    name: str
    promise: str
    limit: float
    allowed: str = ""
    compares_figures: bool = False

    def broken(
        self,
        what: str | Mark,
        says: str,
        measured: float,
        *,
        step: int | None = None,
        theme: str | None = None,
        where: tuple[float, float] | None = None,
    ) -> Finding:
        """A finding of this rule.

        Args:
            what: What breaks it.
            says: How, with the measured value.
            measured: The measured value.
            step: As in `Finding`.
            theme: As in `Finding`.
            where: As in `Finding`.

        >>> str(Rule("width", "it is wide", 2, "{:g} or more").broken("it", "is 1 wide", 1))
        'width: it is 1 wide; 2 or more'
        """
        named = what if isinstance(what, str) else name_of(what)
        allowed = f"; {self.allowed.format(self.limit)}" if self.allowed else ""
        return Finding(self.name, named, says + allowed, measured, self.limit, step, theme, where)


def name_of(mark: Mark) -> str:
    """What a mark is called in a finding: what it says, or its role and its kind."""
    if mark.words:
        words = " ".join(mark.words.split())
        return repr(words if len(words) <= QUOTED else f"{words[: QUOTED - 1]}…")
    kinds = {FancyArrowPatch: "arrow", Circle: "circle", Line2D: "line", LineCollection: "lines"}
    kind = next((name for each, name in kinds.items() if isinstance(mark.artist, each)), "shape")
    if isinstance(mark.artist, Line2D) and mark.artist.get_linestyle() == "None":
        kind = "dot"
    return f"the {mark.stroke or mark.fill} {kind}"
