"""What one module says, statement by statement: plain data that a scan gives and a cache keeps."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field


@dataclass(eq=False)
class Unit:
    """A top-level statement.

    Attributes:
        position: Its number among the statements of the module.
        binds: The names that it binds.
        digest: Of what it says, without comments, docstrings and formatting.
        text: Of its lines as they stand in the file.
        first: Its first line, decorators included.
        last: Its last line.
        code: Whether it is no plain definition: it may do anything when the module is imported.
        uses: The global names that it uses, with their attributes: ``np.exp``, ``FUNCTIONS``.
        writes: Those that it may change: ``theme.TINT = 0``, ``FUNCTIONS[name] = f``.
        enters: Those that it only changes, under a key of its own, without a look at the rest.
        calls: Those that are called when the module is imported, decorators included.
        hands: Those that are handed to such a call.
        imports: Modules that it imports within a function, and names from them.
        methods: Names with a method that is called: ``REGISTRY.add``.
        traits: What makes it more than it seems: "anything", "module", "documents", "arguments"
            (it changes what it is handed), "subclasses" (it does something to its subclasses),
            "cls" (it changes a class that it is a method of).
        defines: Whether it is a function or a class.
        literal: Whether what it binds cannot be changed, or only by the methods in `MUTATORS`.
    """

    position: int
    binds: tuple[str, ...] = ()
    digest: str = ""
    text: str = ""
    first: int = 0
    last: int = 0
    code: bool = False
    uses: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    enters: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    hands: set[str] = field(default_factory=set)
    imports: set[tuple[str, str]] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    traits: set[str] = field(default_factory=set)
    defines: bool = False
    literal: bool = False


@dataclass
class Module:
    """What one module says.

    Attributes:
        name: Its dotted name.
        file: Its file, as it is told to the user.
        package: Whether it is a package's ``__init__``.
        units: Its statements, in order; plain imports are not among them.
        imports: What every name that an import binds stands for: a module and a name of it, or ""
            for the module itself; with the statement's position, for names that are bound twice.
        stars: The modules of its star imports, likewise.
    """

    name: str
    file: str
    package: bool
    units: list[Unit] = field(default_factory=list)
    imports: list[tuple[int, str, str, str]] = field(default_factory=list)
    stars: list[tuple[int, str]] = field(default_factory=list)


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The module that an import is from, in full."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.package]
    return ".".join([*parts, node.module] if node.module else parts)
