"""The modules of a project, read: the course's folder and figgen itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from figgen.disk import cache_files as statefile
from figgen.engine import ENGINE
from figgen.tracking.dependencies import MAKE, Dependencies
from figgen.tracking.importable_names import importable_names
from figgen.tracking.module_scan import scan
from figgen.tracking.statements import Module, Unit

_CACHE = "figgen-scan"


class Project:
    """The modules of a course and of figgen, as they stand in their files.

    Args:
        course: The folder of the course.
        before: The same project as it stood before, for who looks again and again: its modules are
            taken over where they have not changed, and where they are not Python any more.
        maker: The node of what makes a figure.

    Attributes:
        folders: What the folders hold that hold modules: the names of modules and subfolders.
        files: The digest of every module, by its absolute path.
        broken: The names of the modules that stand as they did before they were broken.
    """

    def __init__(self, course: Path, before: Project | None = None, *, maker: str = MAKE) -> None:
        course = course.absolute()
        self.course = course
        self.folders: dict[str, tuple[str, ...]] = {}
        self.files: dict[str, bytes] = {}
        self.broken: set[str] = set()
        self._maker = maker
        self._modules: dict[str, Module] = {}
        self._places: dict[str, Module] = {}
        for folder, package in ((course, course.name), (ENGINE, ENGINE.name)):
            if before is None:
                self._read(folder, package)
            else:
                self._read_again(folder, package, before)

    @cached_property
    def dependencies(self) -> Dependencies:
        """What every definition uses."""
        roots = [name for name in self._modules if name.partition(".")[0] == self.course.name]
        return Dependencies(self._modules, roots, self._maker)

    def _read(self, folder: Path, package: str) -> None:
        cache = statefile.cache_file(str(folder), _CACHE)
        known = statefile.unpack(statefile.read(cache)) or {}
        fresh: dict[str, Any] = {}
        found = 0
        for path, name, file, is_package in self._files_in(folder, package):
            source = statefile.read(path)
            self.files[path] = sha256(source).digest()[:16]
            key = f"{file} {self.files[path].hex()}"
            found += key in known
            fresh[key] = known.get(key) or _as_plain(_scan(name, file, source, package=is_package))
            self._add(path, _from_plain(fresh[key]))
        if not found == len(fresh) == len(known):
            statefile.keep(cache, statefile.pack(fresh))

    def _read_again(self, folder: Path, package: str, before: Project) -> None:
        for path, name, file, is_package in self._files_in(folder, package):
            source = statefile.read(path)
            self.files[path] = sha256(source).digest()[:16]
            known = before._places.get(path)
            if known is not None and self.files[path] == before.files[path]:
                self._add(path, known)
                self.broken |= {name} & before.broken
                continue
            try:
                self._add(path, scan(name, file, source, package=is_package, before=known))
            except (SyntaxError, ValueError, RecursionError):
                self._add(path, known or Module(name, file, is_package))
                self.broken.add(name)

    def _files_in(self, folder: Path, package: str) -> Iterator[tuple[str, str, str, bool]]:
        """Path, dotted name and file of every module, and whether it is a package."""
        for path in self._walk(str(folder)):
            parts = Path(path.removesuffix(".py")).relative_to(folder).parts
            is_package = parts[-1] == "__init__"
            name = ".".join([package, *parts[: len(parts) - is_package]])
            yield path, name, f"{package}/{'/'.join(parts)}.py", is_package

    def _add(self, path: str, module: Module) -> None:
        self._places[path] = module
        # A package takes the place of a module of its name.
        if module.package or module.name not in self._modules:
            self._modules[module.name] = module

    def _walk(self, folder: str) -> list[str]:
        names = importable_names(folder)
        self.folders[folder] = names
        found: list[str] = []
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith(".py"):
                found += self._walk(path)
            elif os.path.isfile(path):
                found.append(path)
        return found

    @property
    def packages(self) -> set[str]:
        """What the course and figgen import from elsewhere, by its top-level names."""
        return self.dependencies.resolver.packages

    def node(self, entry_file: str, function: str) -> str:
        """The node of a figure.

        Args:
            entry_file: Its module's file, as the course tells it.
            function: Its function.
        """
        return f"{entry_file.removesuffix('.py').replace('/', '.')}:{function}"

    def said(self, entry_file: str, function: str) -> tuple[str, str]:
        """What a figure's own function says, without comments and the like, and as it stands."""
        module, _, name = self.node(entry_file, function).partition(":")
        place = self._modules.get(module)
        units = [unit for unit in (place.units if place else ()) if name in unit.binds]
        return " ".join(unit.digest for unit in units), " ".join(unit.text for unit in units)

    def module_at(self, path: str) -> str:
        """The name of the module in a file; empty if there is none."""
        place = self._places.get(path)
        return place.name if place else ""

    def file_of(self, module: str) -> str:
        """The file of a module, as it is told to the user."""
        place = self._modules.get(module)
        return place.file if place else f"{module.replace('.', '/')}.py"

    def nodes_at(self, path: str, line: int) -> list[str]:
        """The nodes of the definition at a line of a file; none if it is no module's."""
        place = self._places.get(path)
        if place is None:
            return []
        units = (unit for unit in place.units if unit.first <= line <= unit.last)
        return [f"{place.name}:{name}" for unit in units for name in unit.binds]

    def remembering(self, path: str, line: int) -> str:
        """The node of the function at a line, if it may keep what it has read; else empty."""
        place = self._places.get(path)
        for unit in place.units if place else ():
            if unit.first <= line <= unit.last and unit.binds:
                keeps = any("cache" in name or "memo" in name.lower() for name in unit.calls)
                if place and (keeps or unit.writes or unit.enters):
                    return f"{place.name}:{unit.binds[0]}"
        return ""


def _scan(name: str, file: str, source: bytes, *, package: bool) -> Module:
    try:
        return scan(name, file, source, package=package)
    except (SyntaxError, ValueError, RecursionError):
        # Nothing is known of it, so that it may be anything.
        said = sha256(source).hexdigest()
        unit = Unit(0, digest=said, text=said, code=True)
        return Module(name, file, package, [unit])


def _as_plain(module: Module) -> tuple[Any, ...]:
    units = [tuple(getattr(unit, name) for name in _PARTS) for unit in module.units]
    return module.name, module.file, module.package, units, module.imports, module.stars


def _from_plain(data: tuple[Any, ...]) -> Module:
    name, file, package, units, imports, stars = data
    return Module(name, file, package, [Unit(*unit) for unit in units], imports, stars)


_PARTS = tuple(part.name for part in fields(Unit))
