"""Which figures a save changes, by the definitions that they reach and the files that they read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from figgen.course.course import Entry
from figgen.disk.file_status import digest
from figgen.engine import ENGINE
from figgen.tracking.figure_definitions import FigureDefinitions
from figgen.tracking.project_modules import Project
from figgen.tracking.recorded_reads import Read

MAKER = "figgen.publish.serve.figure_drawing:render"
"""What makes a figure for the page: the rules of the look count, the writing of files does not."""


@dataclass(frozen=True)
class Reads:
    """What a figure has read while it was drawn.

    Attributes:
        modules: The files of the modules whose lines it shows.
        files: The digest of every data file and folder, by its path.
    """

    modules: frozenset[str]
    files: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, found: Iterable[Read]) -> Reads:
        """Of what was noted; fonts belong to packages, and nobody edits them."""
        found = sorted(found)
        modules = frozenset(each.path for each in found if each.kind == "source")
        files = {each.path: each.digest for each in found if each.kind in {"file", "folder"}}
        return cls(modules, tuple(files.items()))

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"modules": sorted(self.modules), "files": self.files}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reads:
        """What `as_json` gave."""
        return cls(frozenset(data["modules"]), tuple((path, was) for path, was in data["files"]))

    @property
    def outdated(self) -> bool:
        """Whether one of the files is another than it was."""
        return any(digest(path).hex() != was for path, was in self.files)


class SavedSources:
    """The modules of a course and of figgen, as they stood at one moment.

    Args:
        folder: The folder of the course.
        before: As they stood at the moment before.
    """

    def __init__(self, folder: Path, before: SavedSources | None = None) -> None:
        self._folder = folder.absolute()
        known = None if before is None else before._project
        self._project: Project = Project(self._folder, known, maker=MAKER)

    def rewritten(self, before: SavedSources, entry: Entry) -> bool:
        """Whether the function of a figure says something else than before; it is quick to tell."""
        return self._said(entry)[0] != before._said(entry)[0]

    def edited(self, before: SavedSources, entry: Entry) -> bool:
        """Whether somebody has been at work in the function of a figure, be it at a comment."""
        return self._said(entry)[1] != before._said(entry)[1]

    def _said(self, entry: Entry) -> tuple[str, str]:
        return self._project.said(entry.file, entry.function)

    def engine_changed(self, before: SavedSources) -> bool:
        """Whether a module of figgen is another than before."""
        return self.engine != before.engine

    @cached_property
    def engine(self) -> dict[str, bytes]:
        """What the modules of figgen say, by their files."""
        root = f"{ENGINE}{os.sep}"
        files = self._project.files
        return {path: said for path, said in files.items() if path.startswith(root)}

    def stale(
        self, before: SavedSources, figures: Iterable[tuple[Entry, Reads | None]]
    ) -> set[str]:
        """The figures that are drawn from something else than before; it takes its time to tell.

        Args:
            before: The sources of which they were drawn.
            figures: Each with what it has read; None if that is not known, so that it is stale.
        """
        return {entry.name for entry, reads in figures if self._is_stale(before, entry, reads)}

    def _is_stale(self, before: SavedSources, entry: Entry, reads: Reads | None) -> bool:
        if reads is None or reads.outdated:
            return True
        now, was = self.inputs, before.inputs
        if now.digest(entry) != was.digest(entry):
            return True
        if reads.modules and now.text(entry) != was.text(entry):
            names = {self._module_at(path) for path in reads.modules}
            if now.texts_in(entry, names) != was.texts_in(entry, names):
                return True
        # Whoever uses a module that nobody can import has to say so; its own figures cannot.
        own = self._project.node(entry.file, entry.function).partition(":")[0]
        broken = self._project.broken - before._project.broken - {own}
        return bool(broken) and any(
            node.partition(":")[0] in broken for node in now.by_definition(entry)
        )

    def _module_at(self, path: str) -> str:
        """The module in a file that Python opened, which has followed all links to it."""
        inside = Path(path)
        if inside.is_relative_to(root := self._folder.resolve()):
            inside = self._folder / inside.relative_to(root)
        return self._project.module_at(str(inside))

    @cached_property
    def inputs(self) -> FigureDefinitions:
        """The definitions of all figures."""
        return FigureDefinitions(self._project)
