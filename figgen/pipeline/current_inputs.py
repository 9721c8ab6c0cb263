"""What the figures of a course are drawn from, as it is now: definitions, files, versions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256
from itertools import chain

from figgen.course.course import Course, Entry
from figgen.disk.file_status import Table, digest, digests_in, table
from figgen.pipeline.request import Request
from figgen.tracking.environment import distributions, environment, variable
from figgen.tracking.figure_definitions import FigureDefinitions
from figgen.tracking.project_modules import Project
from figgen.tracking.recorded_reads import Read


class CurrentInputs:
    """What the figures of a course are drawn from.

    Args:
        course: The course.
        request: What is asked for.

    Attributes:
        project: The modules of the course and of figgen, as they are read now.
        definitions: What the figures use of them.
        packages: The distributions that they import from.
        environment: The versions and options that count for every figure.
    """

    def __init__(self, course: Course, request: Request) -> None:
        self._folder = course.folder
        self.project = Project(course.folder)
        known = table(self.project.files, self.project.files)
        self._begun = [*chain.from_iterable(files.status for files in known.values())]
        self.packages = distributions(self.project.packages)
        self.environment = environment(self.packages) | {
            "the resolution of a PNG": f"{request.dpi:g}",
            **{f"--set {key}": value for key, value in request.settings.items()},
        }
        self.definitions = FigureDefinitions(self.project)
        self._digests: dict[str, str] = {}

    # Files

    def digest(self, path: str) -> str:
        """The digest of a file; it is read once."""
        if path not in self._digests:
            self._digests[path] = digest(self.absolute(path)).hex()
        return self._digests[path]

    @cached_property
    def _base(self) -> str:
        return str(self._folder.absolute().parent)

    def short(self, path: str) -> str:
        """A path relative to the folder that holds the course, if it is in there."""
        return path.removeprefix(os.path.join(self._base, ""))

    def absolute(self, path: str) -> str:
        """The path that `short` shortened."""
        return os.path.join(self._base, path)

    def is_certain(self, now: Table) -> bool:
        """Whether no module changed since: of one that did, either version may be drawn."""
        unchanged = [*chain.from_iterable(files.status for files in now.values())] == self._begun
        return unchanged and digests_in(now) == self.project.files

    # What one figure is drawn from

    def context(self, entry: Entry, reads: Iterable[Read]) -> str:
        """The digest of all that a figure is drawn from but for the files that it reads."""
        # A variable that a figure has read is looked up now.
        now = {name: variable(name[1:]) for name in self.environment_of(reads) if name[0] == "$"}
        inputs = [
            self.definitions.digest(entry),
            self.sources_of(entry, reads),
            self.environment | now,
        ]
        return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:24]

    def sources_of(self, entry: Entry, reads: Iterable[Read]) -> dict[str, str]:
        """The text of the definitions that a figure uses of modules whose lines it has read."""
        listed = {self.project.module_at(read.path) for read in reads if read.kind == "source"}
        return self.definitions.texts_in(entry, listed - {""})

    def files_of(self, reads: Iterable[Read]) -> dict[str, str]:
        """The digests of the files and folders that a figure has read, by their short paths."""
        return {
            self.short(read.path): read.digest
            for read in sorted(reads)
            if read.kind not in {"source", "variable"}
        }

    def environment_of(self, reads: Iterable[Read]) -> dict[str, str]:
        """The environment of a figure, with the variables that it has read."""
        variables = {f"${read.path}": read.digest for read in reads if read.kind == "variable"}
        return self.environment | variables
