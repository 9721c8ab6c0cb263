"""What a figure may know though another one has read it: what a cache or a module keeps."""

from __future__ import annotations

from collections.abc import Iterable

from figgen.tracking.dependencies import ROOT
from figgen.tracking.fingerprints import dependents
from figgen.tracking.project_modules import Project
from figgen.tracking.recorded_reads import Read


class CachedReads:
    """What the figures so far have read that a later one of their process may find in a cache.

    Args:
        project: Tells which functions may keep what they have read.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        # With the node that may keep it, in the order in which it was noted.
        self._shared: dict[tuple[str, Read], None] = {}
        self._known: dict[str, set[str]] = {}

    def note(self, reads: Iterable[Read]) -> None:
        """Note what a figure has read; also if it failed, for its process goes on."""
        for read in reads:
            if read.at_import or read.kind == "font":
                self._shared["", read] = None
            for path, line in read.by:
                if node := self._project.remembering(path, line):
                    self._shared[node, read] = None

    def known(self, node: str, reads: Iterable[Read]) -> list[Read]:
        """What a figure has read, and what of the others it may know.

        Args:
            node: The node of its function.
            reads: What it has read itself.
        """
        shared = (
            read
            for where, read in self._shared
            if not where or not {node, ROOT}.isdisjoint(self._users(where))
        )
        return [*dict.fromkeys((*reads, *shared))]

    def _users(self, node: str) -> set[str]:
        # Few nodes are asked for, and each again for every figure.
        if node not in self._known:
            self._known[node] = dependents(self._project.dependencies.graph, [node])
        return self._known[node]
