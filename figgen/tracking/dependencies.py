"""What a figure depends on: every definition that it reaches, through all modules of the project.

Static, so that nothing is imported; and sound, so that when in doubt too much counts:

- A name counts with all that its definition uses, transitively; a class with all its methods.
- A table that definitions enter themselves into, as `figgen.core.FUNCTIONS`, counts with all of
  them where it is read, and without where one only enters itself.
- Module-level code that is more than a definition counts for every figure.
- A look-up of a name that only the run knows counts for the whole module; ``exec``, ``eval`` and
  imports of that kind for the whole project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from figgen.tracking.name_resolution import NameResolver
from figgen.tracking.statement_reader import ANYWHERE, MUTATORS
from figgen.tracking.statements import Module, Unit

MAKE = "figgen.pipeline.figure_files:make"
"""What makes a figure in a build."""

_CODE = "<code>"

SAFE = {
    "figgen.pipeline.importing:load_module": "imports the figure's own module",
    "figgen.pipeline.importing:_load_package": "imports the figure's own package",
    "figgen.pipeline.importing:load": "takes the figure's own function",
    "figgen.draw.text.source_code:run": "runs the source of a function that the figure names",
    "figgen.tracking.recorded_reads:_Watch": "asks which modules there are, and uses none",
    "figgen.tracking.recorded_reads:watch": "asks which modules there are, and uses none",
    "figgen.draw.text.example_calls:run_call": "runs a line that names what the figure hands over",
}
"""Definitions that could reach anything, and why they do not; a test holds them to it."""

UNCALLED = {
    "figgen.course.parameters:_parse": "a build sets no parameter",
    "figgen.course.parameters:in_words": "a build sets no parameter",
    "figgen.core.trace:refuse": "raises, so that nothing is drawn",
}
"""Definitions that a build names but never calls, and why not; tested likewise."""


@dataclass(frozen=True)
class Node:
    """A definition, or another thing that a figure can depend on.

    Attributes:
        digest: Of what it says, without comments, docstrings and formatting.
        text: Of what stands in the file.
        uses: The other nodes that it uses directly.
    """

    digest: str
    text: str
    uses: tuple[str, ...] = ()


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


class Dependencies:
    """The definitions of a project and what each of them uses.

    Args:
        modules: The modules by their dotted names.
        roots: The modules of the course; what neither they nor ``maker``'s import does not count.
        maker: The node of what makes a figure; every figure depends on it.
    """

    def __init__(
        self, modules: Mapping[str, Module], roots: Iterable[str], maker: str = MAKE
    ) -> None:
        self._maker = maker
        self.resolver = NameResolver(_imported_by([*roots, maker.partition(":")[0]], modules))
        self._of_unit: dict[int, tuple[str, ...]] = {}
        self._calls: dict[int, list[str]] = {}
        self._closures: dict[tuple[str, ...], frozenset[str]] = {}

    # What each name uses

    def _uses(self, module: str, unit: Unit) -> tuple[str, ...]:
        """The nodes that a statement uses, tables without their entries."""
        if id(unit) not in self._of_unit:
            used: dict[str, None] = {}
            for dotted in sorted(unit.uses):
                used |= dict.fromkeys(self.resolver.resolve(module, dotted))
            for source, name in sorted(unit.imports):
                used |= dict.fromkeys(self.resolver.resolve_import(source, name))
            own = {f"{module}:{name}" for name in unit.binds}
            if not own & SAFE.keys():
                if "module" in unit.traits:
                    used[f"{module}:*"] = None
                foreign = (self.resolver.foreign(module, dotted) for dotted in unit.uses)
                if "anything" in unit.traits or any(map(ANYWHERE.fullmatch, foreign)):
                    used |= dict.fromkeys(f"{name}:*" for name in self.resolver.modules)
            self._of_unit[id(unit)] = () if own & UNCALLED.keys() else tuple(used)
        return self._of_unit[id(unit)]

    def _plain_uses(self, node: str) -> tuple[str, ...]:
        module, _, name = node.partition(":")
        if name == "*":
            stars = [
                f"{source}:*"
                for _, source in self.resolver.modules[module].stars
                if source in self.resolver.modules
            ]
            return (*self._in_module.get(module, ()), *stars)
        units = self.resolver.units.get(node, ())
        return tuple(dict.fromkeys(use for unit in units for use in self._uses(module, unit)))

    @cached_property
    def _in_module(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self.resolver.nodes():
            module, _, name = node.partition(":")
            used = self.resolver.resolve(module, name)
            found.setdefault(module, []).extend(used)
        return found

    def _closure(self, starts: Iterable[str]) -> frozenset[str]:
        """All that is reached from some nodes, tables without their entries."""
        key = tuple(sorted(starts))
        if key not in self._closures:
            found, waiting = set(key), [*key]
            while waiting:
                new = set(self._plain_uses(waiting.pop())) - found
                found |= new
                waiting += new
            self._closures[key] = frozenset(found)
        return self._closures[key]

    # What runs when a module is imported

    @cached_property
    def _statements(self) -> list[tuple[str, Unit]]:
        return [
            (module.name, unit)
            for module in self.resolver.modules.values()
            for unit in module.units
        ]

    def _called(self, module: str, unit: Unit) -> list[str]:
        """The nodes of the project that a statement calls when its module is imported."""
        if id(unit) in self._calls:
            return self._calls[id(unit)]
        own = {f"{module}:{name}" for name in unit.binds}
        called = {node for dotted in unit.calls for node in self.resolver.resolve(module, dotted)}
        for dotted in unit.methods:
            base, _, method = dotted.rpartition(".")
            if method == "__init_subclass__":
                bases = self._closure(self.resolver.resolve(module, base))
                if any(
                    "subclasses" in each.traits
                    for node in bases
                    for each in self.resolver.units.get(node, ())
                ):
                    called |= {*self.resolver.resolve(module, base)}
        self._calls[id(unit)] = sorted(called - own)
        return self._calls[id(unit)]

    @cached_property
    def _run_by_import(self) -> frozenset[str]:
        """Every node that may run when some module is imported."""
        calls = (self._closure(self._called(module, unit)) for module, unit in self._statements)
        return frozenset().union(*calls)

    def _is_code(self, module: str, unit: Unit) -> bool:
        """Whether a statement may do more than bind its names."""
        if unit.code or "?" in unit.calls:
            return True
        for dotted in unit.calls:
            ours = self.resolver.resolve(module, dotted) and not self.resolver.foreign(
                module, dotted
            )
            if not ours and not self.resolver.is_plain(module, dotted):
                return True
        handed = any(self.resolver.resolve(module, dotted) for dotted in unit.hands)
        for node in self._closure(self._called(module, unit)):
            for each in self.resolver.units.get(node, ()):
                changes_it = handed and "arguments" in each.traits
                if changes_it or self.resolver.has_effect(node.partition(":")[0], each):
                    return True
        return False

    @cached_property
    def code(self) -> dict[str, list[Unit]]:
        """The module-level code by module, where there is some."""
        found: dict[str, list[Unit]] = {}
        for module, unit in self._statements:
            if self._is_code(module, unit):
                found.setdefault(module, []).append(unit)
        return found

    # Tables that change

    @cached_property
    def _entries(self) -> dict[str, list[str]]:
        """For every name whose value may be changed: the nodes of the statements that may do so."""
        writers: dict[str, list[str]] = {}
        for module, unit in self._statements:
            own = [f"{module}:{name}" for name in unit.binds] or [f"{module}:{_CODE}"]
            for target in self._changed_by(module, unit):
                if target not in own:
                    writers.setdefault(target, []).extend(own)
        for target, changed_by in writers.items():
            chosen = {*changed_by}
            for module, unit in self._statements:
                if chosen & self._closure(self._called(module, unit)):
                    changed_by += [f"{module}:{name}" for name in unit.binds]
            writers[target] = [node for node in dict.fromkeys(changed_by) if node != target]
        return writers

    def _changed_by(self, module: str, unit: Unit) -> set[str]:
        changed = {
            node
            for dotted in (*unit.writes, *unit.enters)
            for node in self.resolver.resolve(module, dotted)
        }
        own = {f"{module}:{name}" for name in unit.binds}
        methods = unit.methods if own & self._run_by_import else set()
        for dotted in unit.calls | methods:
            # A method of an object of which nothing is known may change it.
            table, _, method = dotted.rpartition(".")
            for node in self.resolver.resolve(module, table) if table else ():
                units = self.resolver.units.get(node, ())
                if any(self._is_opaque(node, each) for each in units) and method not in MUTATORS:
                    changed.add(node)
        return {node for node in changed if node in self.resolver.units}

    def _is_opaque(self, node: str, unit: Unit) -> bool:
        """Whether a method of what a statement binds may change it, for all that is known."""
        module = node.partition(":")[0]
        if unit.defines:
            by_type = (self.resolver.foreign(module, each) for each in unit.calls)
            itself = {dotted.partition(".")[0] for dotted in unit.writes} & {*unit.binds}
            return "cls" in unit.traits or bool(itself) or "functools.singledispatch" in by_type
        plain = all(self.resolver.is_plain(module, dotted) for dotted in unit.calls)
        return bool(unit.calls) and not unit.literal and not plain

    # The graph

    @cached_property
    def graph(self) -> dict[str, Node]:
        """Every node by its name."""
        nodes: dict[str, Node] = {}
        entries = self._entries
        for node in self.resolver.nodes():
            module = node.partition(":")[0]
            units = self.resolver.units.get(node, [])
            used = [use for unit in units for use in self._with_entries(module, unit)]
            digest = self._said(node)
            text = _digest(*(unit.text for unit in units)) if units else digest
            nodes[node] = Node(digest, text, tuple(dict.fromkeys(used)))
        for table, changed_by in entries.items():
            homes = {node.partition(":")[0] for node in changed_by}
            # The order of entries is that of the statements, and of the modules as they are run.
            order = [module for module in self._import_order if module in homes]
            said = _digest(*changed_by, *order)
            nodes[f"{table}!"] = Node(said, said, (table, *changed_by))
        for module, units in self.code.items():
            chosen = {*map(id, units)}
            steps = [
                unit.digest if id(unit) in chosen else " ".join(unit.binds)
                for unit in self.resolver.modules[module].units
            ]
            used = [use for unit in units for use in self._with_entries(module, unit)]
            said = _digest(*steps)
            text = _digest(said, *(unit.text for unit in units))
            nodes[f"{module}:{_CODE}"] = Node(said, text, tuple(dict.fromkeys(used)))
        for module in self.resolver.modules:
            used = [self._entered(use) for use in self._plain_uses(f"{module}:*")]
            nodes[f"{module}:*"] = Node("", "", tuple(dict.fromkeys(used)))
        make = [self._maker] if self._maker in nodes else []
        nodes[ROOT] = Node("", "", (*make, *(f"{module}:{_CODE}" for module in sorted(self.code))))
        return nodes

    @cached_property
    def _import_order(self) -> list[str]:
        """The modules in the order in which their code runs, as far as imports tell."""
        order: dict[str, None] = {}
        waiting = [(name, False) for name in sorted(self.resolver.modules, reverse=True)]
        seen: set[str] = set()
        while waiting:
            name, done = waiting.pop()
            if done:
                order[name] = None
            elif name not in seen:
                seen.add(name)
                waiting.append((name, True))
                found = [
                    each
                    for each in imported(self.resolver.modules[name])
                    if each in self.resolver.modules
                ]
                waiting += [(each, False) for each in reversed(found)]
        return [*order]

    def _entered(self, node: str) -> str:
        return f"{node}!" if node in self._entries else node

    def _with_entries(self, module: str, unit: Unit) -> list[str]:
        own = {f"{module}:{name}" for name in unit.binds}
        blind = {node for dotted in unit.enters for node in self.resolver.resolve(module, dotted)}
        used = [self._entered(node) for node in self._uses(module, unit) if node not in blind | own]
        # What a change of a table looks like depends on the table, and not on its other entries.
        return [*used, *blind]

    def _said(self, node: str) -> str:
        """The digest of all that binds a name, in its order."""
        module, _, name = node.partition(":")
        place = self.resolver.modules[module]
        bindings = [(unit.position, unit.digest) for unit in self.resolver.units.get(node, ())]
        bindings += [
            (position, f"{source} {attribute}")
            for position, bound, source, attribute in place.imports
            if bound == name
        ]
        # Any of them may hold the name, too, and the last one wins.
        bindings += [(position, source) for position, source in place.stars]
        return _digest(*(said for _, said in sorted(bindings, key=lambda each: each[0])))


ROOT = "!"
"""The node that every figure depends on."""


def _imported_by(roots: Iterable[str], modules: Mapping[str, Module]) -> dict[str, Module]:
    """The modules that some modules import, at any depth, themselves included."""
    found: dict[str, Module] = {}
    waiting = [*roots]
    while waiting:
        name = waiting.pop()
        if name in found or name not in modules:
            continue
        module = found[name] = modules[name]
        waiting += [
            *imported(module),
            *(name for unit in module.units for pair in unit.imports for name in _modules(*pair)),
        ]
        waiting.append(name.rpartition(".")[0])
    return {name: found[name] for name in sorted(found)}


def imported(module: Module) -> list[str]:
    """What a module imports at its top level, in order; some of the names are no modules."""
    pairs = [(position, source, attribute) for position, _, source, attribute in module.imports]
    pairs += [(position, source, "") for position, source in module.stars]
    pairs.sort(key=lambda pair: pair[0])
    return [name for _, source, attribute in pairs for name in _modules(source, attribute)]


def _modules(source: str, attribute: str) -> list[str]:
    # A package runs before its modules do.
    parts = source.split(".")
    packages = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return [*packages, f"{source}.{attribute}"] if attribute else packages
