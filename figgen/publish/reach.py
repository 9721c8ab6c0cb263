"""Which figures a change of files reaches.

The one place that knows. A module reaches the figures of every module that imports it, at any
depth; a file that is no module may be read by any figure, so it reaches all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from figgen.build.course import Course, parse


@dataclass(frozen=True)
class Change:
    """What a change of files means.

    Attributes:
        stale: The names of the figures that it reaches.
        edited: The names of those whose own function is another than before, or new.
    """

    stale: frozenset[str]
    edited: frozenset[str]


class Reach:
    """The imports among the modules of a course.

    Args:
        folder: The folder of the course.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources: dict[Path, bytes] = {}
        self._imports: dict[Path, frozenset[str]] = {}
        self._functions: dict[tuple[Path, str], bytes] = {}
        self._read()

    def follow(self, course: Course, changed: Collection[Path]) -> Change:
        """What a change of files means.

        Args:
            course: The course as it is now.
            changed: The files that changed, came or went, as absolute paths.
        """
        imports, functions = self._imports, self._functions
        self._read()
        edited = {
            entry.name
            for entry in course.entries
            for place in ((self._folder / Path(entry.file).name, entry.function),)
            if functions.get(place) != self._functions.get(place)
        }
        names = {self._name(path) for path in changed if path.suffix == ".py"}
        if len(names) < len(changed) or self._folder.name in names:
            return Change(frozenset(course.names), frozenset(edited))
        # What was imported before counts too: a module that went has broken those that used it.
        reached = self._users(names, imports, self._imports)
        stale = {
            entry.name
            for entry in course.entries
            if f"{self._folder.name}.{Path(entry.file).stem}" in reached
        }
        return Change(frozenset(stale), frozenset(edited))

    def _users(self, names: set[str], *tables: dict[Path, frozenset[str]]) -> set[str]:
        """The modules with these names, and those that import them, at any depth."""
        users: dict[str, set[str]] = {}
        for imports in tables:
            for path, used in imports.items():
                for name in used:
                    users.setdefault(name, set()).add(self._name(path))
        found, waiting = set(names), list(names)
        while waiting:
            new = users.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    def _read(self) -> None:
        """Read the modules that changed."""
        sources: dict[Path, bytes] = {}
        imports: dict[Path, frozenset[str]] = {}
        functions: dict[tuple[Path, str], bytes] = {}
        for path in sorted(self._folder.rglob("*.py")):
            try:
                source = path.read_bytes()
            except OSError:
                # Deleted since; a further change tells it.
                continue
            tree = None
            if source != self._sources.get(path):
                # A module that is broken imports what it did before, and its functions stay.
                with suppress(SyntaxError, ValueError):
                    tree = parse(source, str(path))
            if tree is None:
                imports[path] = self._imports.get(path, frozenset())
                functions |= {key: text for key, text in self._functions.items() if key[0] == path}
            else:
                imports[path] = frozenset(self._imported(path, tree))
                functions |= {(path, name): text for name, text in _functions(tree, source)}
            sources[path] = source
        self._sources, self._imports, self._functions = sources, imports, functions

    def _name(self, path: Path) -> str:
        """The dotted name of a module of the course."""
        try:
            parts = path.relative_to(self._folder).with_suffix("").parts
        except ValueError:
            return str(path)
        return ".".join((self._folder.name, *parts)).removesuffix(".__init__")

    def _imported(self, path: Path, tree: ast.Module) -> Iterator[str]:
        """The dotted names that a module imports, and those that it may mean by them."""
        package = self._name(path)
        if path.name != "__init__.py":
            package = package.rpartition(".")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = package.split(".")
                above = base[: len(base) - node.level + 1] if node.level else []
                source = ".".join([*above, *([node.module] if node.module else [])])
                names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
            else:
                continue
            yield from names


def _functions(tree: ast.Module, source: bytes) -> Iterator[tuple[str, bytes]]:
    """The names of a module's functions, and their source with the decorators."""
    lines = source.splitlines()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            first = min((each.lineno for each in node.decorator_list), default=node.lineno)
            yield node.name, b"\n".join(lines[first - 1 : node.end_lineno])
