"""What the page knows of one figure: its pictures, what was said of it, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from figgen.course.course import Entry
from figgen.publish.serve.stale_figures import Reads

StepTheme: TypeAlias = tuple[int, str]
"""A step and a theme."""


@dataclass
class Picture:
    """One picture, and the generation of the source that it shows."""

    svg: bytes
    generation: int


@dataclass
class FigureState:
    """A figure of the page.

    Attributes:
        entry: Its definition.
        version: Grows whenever a picture of it becomes another.
        details_version: Grows whenever something else that is known of it becomes another.
        generation: Grows whenever its source, or what that uses, changes.
        order: The number of the order that is being done; 0 if there is none.
        working: Whether an order is waiting or being done.
        whole: Whether the last order is for all of its pictures.
        pictures: By step and theme.
        record: What is known of the last drawing; None if there is none.
        moments: When the last drawing went through each stage, in seconds since the epoch.
        trouble: Why there is no drawing of the source as it stands; None if there is one.
        ordered: When it was last ordered, in seconds since the epoch.
        owed: Whether it is still to be drawn from the source as it stands.
        absent: Whether the course does not have it, though it had.
        reads: What it read when it was drawn from the source as it stands; None if unknown.
    """

    entry: Entry
    version: int = 0
    details_version: int = 0
    generation: int = 0
    order: int = 0
    working: bool = False
    whole: bool = False
    pictures: dict[StepTheme, Picture] = field(default_factory=dict)
    record: dict[str, Any] | None = None
    moments: dict[str, float] = field(default_factory=dict)
    trouble: dict[str, Any] | None = None
    ordered: float = 0.0
    owed: bool = True
    absent: bool = False
    reads: Reads | None = None
    _bumped: int = 0
    _before: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        """In a word: ``waiting``, ``broken``, ``failing`` or ``good``."""
        if self.trouble is not None:
            return "broken"
        if self.record is None:
            return "waiting"
        fails = self.record["rules"] or not all(each["holds"] for each in self.record["claims"])
        return "failing" if fails else "good"

    @property
    def steps(self) -> int:
        """How many steps the pictures that are there have, or will have."""
        return len(self.record["alt"]) if self.record else self.entry.definition.steps

    def has(self, view: StepTheme) -> bool:
        """Whether there is a picture of the source as it stands."""
        picture = self.pictures.get(view)
        return picture is not None and picture.generation == self.generation

    def add_picture(self, view: StepTheme, svg: bytes) -> bool:
        """Keep a picture; whether it is another than before."""
        before = self.pictures.get(view)
        self.pictures[view] = Picture(svg, self.generation)
        if before is not None and before.svg == svg:
            return False
        # Once a generation: pictures that were not there before are no change of the figure.
        if self._bumped != self.generation and (before is not None or not self.version):
            self._bumped = self.generation
            self.version += 1
            return True
        return False

    def set_record(self, record: dict[str, Any]) -> None:
        """Keep what is known of a drawing, which is one of the source as it stands."""
        if record != self.record or self.trouble is not None:
            self.details_version += 1
        self.record, self.trouble = record, None
        last = len(record["alt"])
        self.pictures = {view: each for view, each in self.pictures.items() if view[0] <= last}

    def set_present(self, entry: Entry) -> None:
        """Take the definition that the course has now; a figure that was gone is back as it was."""
        if self.absent:
            self.absent = False
            self.set_trouble(self._before)
        if self.entry != entry:
            self.entry, self.details_version = entry, self.details_version + 1

    def set_absent(self, trouble: dict[str, Any]) -> None:
        """Note that the course has the figure no more, and why; until it is back none is drawn."""
        if not self.absent:
            self._before = self.trouble
        self.absent, self.working = True, False
        self.set_trouble(trouble)

    def set_trouble(self, trouble: dict[str, Any] | None) -> None:
        """Keep the reason why there is no drawing; None if there is one. Good pictures stay."""
        if trouble != self.trouble:
            self.details_version += 1
        self.trouble = trouble

    def summary(self) -> dict[str, Any]:
        """What the list of the page says of it."""
        definition = self.entry.definition
        return {
            "name": self.entry.name,
            "title": definition.title,
            "section": self.entry.section_title,
            "perspective": definition.perspective,
            "slot": definition.slot,
            "steps": self.steps,
            "status": self.status,
            "working": self.working,
            "version": self.version,
            "details_version": self.details_version,
        }

    def details(self) -> dict[str, Any]:
        """All that is known of it."""
        return self.summary() | {
            "caption": self.entry.caption,
            "place": f"{self.entry.file}:{self.entry.line}",
            "trouble": self.trouble,
            "record": self._record_here(),
            "moments": self.moments,
        }

    def _record_here(self) -> dict[str, Any] | None:
        """The record, with the lines of its claims where they are since others were edited."""
        if self.record is None:
            return None
        shift = self.entry.line - self.record["line"]
        claims = self.record["claims"]
        return self.record | {
            "claims": [each | {"line": each["line"] and each["line"] + shift} for each in claims]
        }
