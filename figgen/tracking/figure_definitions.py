"""The definitions that figures are drawn from, as one digest each or one by one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from hashlib import sha256

from figgen.course.course import Entry
from figgen.tracking.dependencies import ROOT, SAFE
from figgen.tracking.fingerprints import dependents, fingerprints, inputs_of
from figgen.tracking.project_modules import Project


class FigureDefinitions:
    """The definitions that the figures of a project are drawn from.

    Args:
        project: The project.

    Attributes:
        graph: Every definition with those that it uses.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self.graph = project.dependencies.graph
        self._known = fingerprints(self.graph)
        self._of: dict[str, dict[str, str]] = {}

    def node(self, entry: Entry) -> str:
        """The node of a figure's function."""
        return self._project.node(entry.file, entry.function)

    def fingerprint(self, entry: Entry) -> str:
        """The digest of every definition that a figure depends on."""
        both = f"{self._known.get(self.node(entry), '')} {self._known[ROOT]}"
        return sha256(both.encode()).hexdigest()[:24]

    def text(self, entry: Entry) -> str:
        """The digest of every definition that it depends on, with comments and docstrings."""
        return f"{self._texts.get(self.node(entry), '')} {self._texts[ROOT]}"

    def digest(self, entry: Entry) -> str:
        """The digest that counts: with docstrings for a figure that draws some, else without."""
        return self.text(entry) if self.node(entry) in self.documented else self.fingerprint(entry)

    def by_definition(self, entry: Entry) -> dict[str, str]:
        """The digest of every definition that a figure depends on, by its node."""
        node = self.node(entry)
        if node not in self._of:
            self._of[node] = (
                inputs_of(self.graph, node, text=node in self.documented)
                if node in self.graph
                else {}
            )
        return self._of[node]

    def texts_in(self, entry: Entry, modules: Iterable[str]) -> dict[str, str]:
        """The text of everything that a figure reaches in the modules whose lines it has read."""
        wanted = set(modules)
        if not wanted:
            return {}
        return {
            name: self.graph[name].text
            for name in self.by_definition(entry)
            if name.partition(":")[0] in wanted
        }

    @cached_property
    def _texts(self) -> dict[str, str]:
        return fingerprints(self.graph, text=True)

    @cached_property
    def documented(self) -> set[str]:
        """The nodes that reach one that makes data of docstrings or comments."""
        units = self._project.dependencies.resolver.units
        documenting = [
            node
            for node, found in units.items()
            if node not in SAFE and any("documents" in unit.traits for unit in found)
        ]
        return dependents(self.graph, documenting)
