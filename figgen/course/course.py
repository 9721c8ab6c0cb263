"""A course: its figures in teaching order, and what keeps others out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from figgen.course.definition import Definition, Perspective
from figgen.errors import UnknownNameError, did_you_mean, one_line


@dataclass(frozen=True)
class Entry:
    """One figure as its module declares it.

    Attributes:
        name: The figure's name, lower-case words joined by hyphens.
        definition: What ``@figure(...)`` says.
        section: The section's name, which its modules begin with.
        section_title: The section's title.
        caption: The first paragraph of the function's docstring.
        file: The module's file, relative to the folder that holds the course.
        line: The line of the function's ``def``.
        fingerprint: Of every definition that it reaches; empty until a build has looked.
    """

    name: str
    definition: Definition
    section: str
    section_title: str
    caption: str
    file: str
    line: int
    fingerprint: str = ""

    @property
    def function(self) -> str:
        """The name of the function."""
        return self.name.replace("-", "_")

    def as_json(self) -> dict[str, object]:
        """The entry as plain data."""
        return {
            "name": self.name,
            "title": self.definition.title,
            "section": self.section,
            "section_title": self.section_title,
            "perspective": self.definition.perspective,
            "slot": self.definition.slot,
            "concept": self.definition.concept or None,
            "steps": self.definition.steps,
            "alt": self.definition.alt,
            "caption": self.caption,
            "file": self.file,
            "line": self.line,
        }


PERSPECTIVES: dict[str, tuple[Perspective, ...]] = {
    "math": ("math",),
    "code": ("code",),
    "diagram": ("diagram", "plot"),
}
"""The three perspectives of a concept, and what a figure that shows it in one may be."""


class ProblemKind(Enum):
    """What can be wrong in a course that can be read."""

    UNREADABLE_MODULE = "unreadable module"
    FORGOTTEN_MODULE = "module in no section"
    WRONG_DEFINITION = "wrong definition"
    NAME_TAKEN = "name taken"
    UNKNOWN_CONCEPT = "unknown concept"
    UNUSED_CONCEPT = "unused concept"
    UNKNOWN_FIGURE = "unknown figure in the order"
    UNORDERED_FIGURE = "figure not in the order"


@dataclass(frozen=True)
class Problem:
    """Something that is wrong in a course, and where.

    Attributes:
        kind: What kind of mistake it is.
        reason: What is wrong and what to do.
        file: The file, relative to the folder that holds the course.
        line: The line of the file; None if it is about no line.
        name: The figure or the concept that it is about; empty if about a module.
    """

    kind: ProblemKind
    reason: str
    file: str
    line: int | None = None
    name: str = ""

    def __str__(self) -> str:
        return one_line(self.reason, self.file, self.line)

    def as_json(self) -> dict[str, object]:
        """The problem as plain data."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        location = {"file": self.file, "line": self.line, "where": where}
        return {"kind": self.kind.value, "reason": self.reason, **location}


@dataclass(frozen=True)
class Course:
    """All figures of a course in teaching order, and what kept others out.

    Attributes:
        folder: The package that holds the figure modules.
        title: The course's title.
        sections: Section titles by module name, in teaching order.
        concepts: Titles of the concepts by name, in teaching order.
        entries: The figures in teaching order.
        problems: Broken or forgotten modules, wrong definitions, concepts in one place only.
    """

    folder: Path
    title: str
    sections: dict[str, str]
    concepts: dict[str, str]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all figures, in teaching order."""
        return tuple(entry.name for entry in self.entries)

    def find(self, name: str) -> Entry:
        """The figure called ``name``.

        Raises:
            UnknownNameError: If there is none, with the nearest names.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        meant = did_you_mean(name, self.names, "'figgen list' shows them all")
        raise UnknownNameError(f"no figure is called '{name}'{meant}")

    def perspectives(self, concept: str) -> dict[str, list[str]]:
        """The names of the figures that show a concept, by perspective: math, code, diagram."""
        return {
            perspective: [
                entry.name
                for entry in self.entries
                if entry.definition.concept == concept and entry.definition.perspective in kinds
            ]
            for perspective, kinds in PERSPECTIVES.items()
        }

    def select(
        self, names: Iterable[str], section: str | None = None, concept: str | None = None
    ) -> tuple[Entry, ...]:
        """The figures with these names, each once and in teaching order; all if there are none.

        Args:
            names: Of figures.
            section: Only those of this section.
            concept: Only those of this concept.

        Raises:
            UnknownNameError: If a name, the section or the concept does not exist.
        """
        if section is not None and section not in self.sections:
            known = ", ".join(self.sections)
            raise UnknownNameError(f"no section is called '{section}'; there are: {known}")
        if concept is not None and concept not in self.concepts:
            known = f"there are: {', '.join(self.concepts) or 'none'}"
            meant = did_you_mean(concept, self.concepts, known)
            raise UnknownNameError(f"no concept is called '{concept}'{meant}")
        wanted = {self.find(name).name for name in names} or set(self.names)
        return tuple(
            entry
            for entry in self.entries
            if entry.name in wanted
            and section in (None, entry.section)
            and concept in (None, entry.definition.concept)
        )
