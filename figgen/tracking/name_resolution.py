"""What a global name of a project's module stands for, in whichever module that is.

Nothing is run: names are followed through the imports that `figgen.tracking.module_scan` has read.
Where one name is bound in several places, it stands for all of them.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from functools import cached_property

from figgen.tracking.statements import Module, Unit

BUILTINS = frozenset(dir(builtins))

_LOUD = frozenset({"breakpoint", "delattr", "input", "open", "print", "setattr"})

_PLAIN = re.compile(
    r"(abc|collections|contextlib|copy|dataclasses|decimal|enum|fractions|functools|itertools|math"
    r"|cmath|numbers|operator|pathlib|re|statistics|string|textwrap|types|typing|typing_extensions"
    r"|matplotlib\.(colors|path|transforms))\..*"
    r"|numpy\.(?!load|save|gen?fromtxt|from|memmap|random|set|seterr|errstate|testing|ctypeslib)\w+"
    r"|numpy\.(linalg|polynomial|fft)\..*"
    r"|uuid\.UUID|datetime\.(date|time|timedelta|datetime)|collections\.abc\..*"
)
"""Functions of other packages that only give a value: a constant may come from a call of them."""

_EFFECTS = frozenset(
    {
        "addfont",
        "filterwarnings",
        "putenv",
        "rc",
        "rcdefaults",
        "register",
        "seed",
        "set_printoptions",
        "setattr",
        "seterr",
        "seterrcall",
        "setlocale",
        "setrecursionlimit",
        "simplefilter",
        "unsetenv",
    }
)
"""Names of other packages that change what everybody sees."""


class NameResolver:
    """Looks up what the global names of a project's modules stand for.

    Args:
        modules: The modules by their dotted names.
    """

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self._resolved: dict[tuple[str, str], list[str]] = {}

    @cached_property
    def units(self) -> dict[str, list[Unit]]:
        """The statements that bind a name, by the name's node."""
        found: dict[str, list[Unit]] = {}
        for module in self.modules.values():
            for unit in module.units:
                for name in unit.binds:
                    found.setdefault(f"{module.name}:{name}", []).append(unit)
        return found

    @cached_property
    def imported(self) -> dict[str, list[tuple[str, str]]]:
        """What an imported name stands for, by the name's node: a module and a name of it or ""."""
        found: dict[str, list[tuple[str, str]]] = {}
        for module in self.modules.values():
            for _, name, source, attribute in module.imports:
                found.setdefault(f"{module.name}:{name}", []).append((source, attribute))
        return found

    def nodes(self) -> list[str]:
        """Every name of every module, as ``module:name``."""
        return [*dict.fromkeys([*self.units, *self.imported])]

    def resolve(self, module: str, dotted: str) -> list[str]:
        """The nodes that a name with its attributes stands for, those on the way included.

        A module that is used as a value stands for all that it holds: ``module:*``.
        """
        key = module, dotted
        if key not in self._resolved:
            first, *rest = dotted.split(".")
            found = self._name(module, first, tuple(rest), set())
            self._resolved[key] = [*dict.fromkeys(found)]
        return self._resolved[key]

    def resolve_import(self, source: str, name: str) -> list[str]:
        """Likewise for ``from source import name``, or ``import source`` if the name is empty."""
        if name == "*" or not name:
            return [f"{source}:*"] if source in self.modules else []
        return [*dict.fromkeys(self._name(source, name, (), set()))]

    def _name(
        self, module: str, name: str, rest: tuple[str, ...], seen: set[tuple[str, str]]
    ) -> Iterator[str]:
        if module not in self.modules or (module, name) in seen:
            return
        seen.add((module, name))
        node = f"{module}:{name}"
        bound = node in self.units or node in self.imported
        if bound:
            yield node
        for source, attribute in self.imported.get(node, ()):
            if attribute:
                yield from self._name(source, attribute, rest, seen)
            else:
                yield from self._within(source, rest, seen)
        for _, source in self.modules[module].stars:
            yield from self._name(source, name, rest, seen)
        if f"{module}.{name}" in self.modules:
            yield from self._within(f"{module}.{name}", rest, seen)
        elif not bound and f"{module}:__getattr__" in self.units:
            yield f"{module}:*"

    def _within(
        self, module: str, rest: tuple[str, ...], seen: set[tuple[str, str]]
    ) -> Iterator[str]:
        if module not in self.modules:
            return
        if not rest or rest[0] == "__dict__":
            yield f"{module}:*"
            return
        found = [*self._name(module, rest[0], rest[1:], seen)]
        yield from found
        # What nobody seems to have put there was put there in a way that cannot be seen.
        if not found and not rest[0].startswith("__"):
            yield f"{module}:*"

    # Other packages

    def foreign(self, module: str, dotted: str) -> str:
        """The full name of what is not of the project; empty if it is, or a builtin."""
        first, *rest = dotted.split(".")
        for source, attribute in self.imported.get(f"{module}:{first}", ()):
            if source.partition(".")[0] not in self._roots:
                return ".".join([source, *([attribute] if attribute else []), *rest])
        return ""

    @cached_property
    def _roots(self) -> set[str]:
        return {name.partition(".")[0] for name in self.modules}

    @cached_property
    def packages(self) -> set[str]:
        """The other packages that the project imports, by their top-level names."""
        sources = [source for found in self.imported.values() for source, _ in found]
        for module in self.modules.values():
            sources += [source for _, source in module.stars]
            sources += [source for unit in module.units for source, _ in unit.imports]
        return {source.partition(".")[0] for source in sources} - self._roots - {""}

    def is_plain(self, module: str, dotted: str) -> bool:
        """Whether a call of a name that is not of the project only gives a value."""
        first = dotted.partition(".")[0]
        if full := self.foreign(module, dotted):
            return bool(_PLAIN.fullmatch(full))
        known = f"{module}:{first}" in self.units or f"{module}:{first}" in self.imported
        return not known and first in BUILTINS and first not in _LOUD

    def has_effect(self, module: str, unit: Unit) -> bool:
        """Whether a statement, or a function that it defines, changes another package."""
        foreign = [self.foreign(module, dotted) for dotted in unit.writes]
        # A method of that name of a module is a function: np.add.
        changed = any(
            full and not self._is_module(module, dotted)
            for full, dotted in zip(foreign, unit.writes, strict=True)
        )
        used = (self.foreign(module, dotted) for dotted in unit.uses)
        return changed or any(full.rpartition(".")[2] in _EFFECTS for full in used if full)

    def _is_module(self, module: str, dotted: str) -> bool:
        return "." not in dotted and all(
            not attribute for _, attribute in self.imported.get(f"{module}:{dotted}", ())
        )
