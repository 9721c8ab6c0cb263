"""One module's top-level definitions: what each says, and which global names it uses.

The module is parsed, not run. A definition counts without its comments, docstrings and formatting.
What a name means elsewhere is not decided here but in `figgen.tracking.dependencies`, because it
needs the other modules.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from figgen.tracking.syntax import (
    Function,
    arguments_of,
    bound_by,
    entered_by,
    is_definition,
    is_literal,
    is_looked_up,
    is_nothing,
    local_to,
    names_stored,
)

MUTATORS = frozenset({
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft",
    "insert", "intersection_update", "pop", "popitem", "popleft", "remove", "reverse", "setdefault",
    "sort", "symmetric_difference_update", "update", "__setitem__", "__delitem__",
})  # fmt: skip
"""The methods that change what they belong to."""

ANYTHING = frozenset({"exec", "eval", "__import__"})
"""Builtins that can use any name of any module."""

ANYWHERE = re.compile(
    r"sys\.modules(\..*)?|importlib\.(import_module|reload)|(runpy|pkgutil)\..*"
    r"|gc\.get_(objects|referrers|referents)|builtins\.(exec|eval|__import__|__dict__).*"
)
"""What of other packages can do so, too."""

ATTRIBUTES_TO_ANYWHERE = frozenset({"__globals__", "__subclasses__", "f_globals"})

DOCUMENTS = re.compile(r"inspect\.(getdoc|getcomments)|pydoc\..*|__doc__")
"""What turns a docstring or a comment into data."""


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


def scan(
    name: str, file: str, source: bytes, *, package: bool, before: Module | None = None
) -> Module:
    """Read a module.

    Args:
        name: Its dotted name.
        file: Its file, as it is told to the user.
        source: What it says.
        package: Whether it is a package's ``__init__``.
        before: What it said before; of a statement that is the same, that holds still.

    Raises:
        SyntaxError: If it is not Python.
        ValueError: If it holds a null byte.
    """
    module = Module(name, file, package)
    lines = source.splitlines(keepends=True)
    units = before.units if before else []
    times = Counter(unit.text for unit in units)
    # Two statements on one line, say, have one text.
    known = {unit.text: unit for unit in units if times[unit.text] == 1}
    for position, node in enumerate(ast.parse(source).body):
        _scan_statement(module, position, node, lines, known)
    return module


def _scan_statement(
    module: Module, position: int, node: ast.stmt, lines: list[bytes], known: Mapping[str, Unit]
) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        _scan_import(module, position, node)
    elif not is_nothing(node) and not _is_program(node):
        for each in _statements_within(node):
            if isinstance(each, ast.Import | ast.ImportFrom):
                _scan_import(module, position, each)
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        text = _text_digest(node, first, lines)
        unit = replace(known[text]) if text in known else _Reader(module).read(node)
        unit.position, unit.text = position, text
        unit.first, unit.last = first, node.end_lineno or node.lineno
        module.units.append(unit)


def _is_program(node: ast.stmt) -> bool:
    """``if __name__ == "__main__":``, which no import runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _statements_within(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements of an ``if`` or the like, at any depth, but not those of a definition."""
    if isinstance(node, Function | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
            yield from _statements_within(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            for statement in child.body:
                yield statement
                yield from _statements_within(statement)


def _scan_import(module: Module, position: int, node: ast.Import | ast.ImportFrom) -> None:
    if isinstance(node, ast.ImportFrom):
        source = absolute(module, node)
        for alias in node.names:
            if alias.name == "*":
                module.stars.append((position, source))
            else:
                bound = alias.asname or alias.name
                module.imports.append((position, bound, source, alias.name))
    else:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            source = alias.name if alias.asname else bound
            module.imports.append((position, bound, source, ""))


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The module that an import is from, in full."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.package]
    return ".".join([*parts, node.module] if node.module else parts)


# What a statement says


def digest_of(node: ast.AST) -> str:
    """The digest of a syntax tree, the same in every version of Python that knows its syntax."""
    words: list[str] = []
    _spell(node, words)
    said = " ".join(words).encode("utf-8", "surrogatepass")
    return blake2b(said, digest_size=12).hexdigest()


def _spell(node: Any, words: list[str]) -> None:
    """Append to ``words`` what a part of a syntax tree says."""
    if isinstance(node, list):
        words.append("[")
        for each in node:
            # Not a docstring, nor any other constant that does nothing.
            if not (isinstance(each, ast.stmt) and is_nothing(each)):
                _spell(each, words)
        words.append("]")
    elif isinstance(node, ast.AST):
        words.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            # Empty fields differ from version to version.
            if value is None or value == [] or name in {"kind", "type_comment", "ctx"}:
                continue
            words.append(name)
            if isinstance(value, str) and name != "value":
                words.append(value)
            else:
                _spell(value, words)
        words.append(".")
    else:
        # The type, because 1 equals 1.0 and True.
        words.append(f"{type(node).__name__}:{node!r}")


def _text_digest(node: ast.stmt, first: int, lines: list[bytes]) -> str:
    last = node.end_lineno or node.lineno
    # Comments that are indented below its last line are its own.
    while last < len(lines) and re.match(rb"[ \t]+#", lines[last]):
        last += 1
    return blake2b(b"".join(lines[first - 1 : last]), digest_size=12).hexdigest()


# What it uses


class _Reader(ast.NodeVisitor):
    """Reads one top-level statement into a `Unit`."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.unit = Unit(0)
        # The names that stand for something of the function that is being read, not of the module.
        self.local: list[frozenset[str]] = []
        self.within = 0
        self.given: frozenset[str] = frozenset()

    def read(self, node: ast.stmt) -> Unit:
        unit = self.unit
        unit.digest = digest_of(node)
        unit.binds = tuple(dict.fromkeys(bound_by(node)))
        unit.code = not is_definition(node)
        unit.defines = isinstance(node, Function | ast.ClassDef)
        value = getattr(node, "value", None)
        unit.literal = isinstance(node, ast.Assign | ast.AnnAssign) and is_literal(value)
        unit.enters = entered_by(node)
        self.visit(node)
        return unit

    # Scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._definition(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._definition(node)

    def _definition(self, node: Function) -> None:
        self._decorators(node)
        if node.name == "__init_subclass__":
            self.unit.traits.add("subclasses")
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.visit(default)
        for argument in arguments_of(arguments):
            self._annotation(argument.annotation)
        self._annotation(node.returns)
        self._inside(node, *node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._inside(node, node.body)

    def _inside(self, node: Function | ast.Lambda, *body: ast.AST) -> None:
        before = self.given
        names = {argument.arg for argument in arguments_of(node.args)}
        self.given = (before | names) - {"self", "cls"}
        self.local.append(frozenset(local_to(node)))
        self.within += 1
        for each in body:
            self.visit(each)
        self.within -= 1
        self.local.pop()
        self.given = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._decorators(node)
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                self._called(keyword.value)
        # A base may do something to its subclasses; if it does, the class counts as a call of it.
        for base in node.bases:
            if dotted := self._global(base):
                self.unit.methods.add(f"{dotted}.__init_subclass__")
        for each in (*node.bases, *node.keywords, *node.body):
            self.visit(each)

    def _decorators(self, node: Function | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
            self._called(decorator)

    def _comprehension(self, node: Any) -> None:
        targets = [name for part in node.generators for name in names_stored(part.target)]
        # The first iterable is evaluated outside.
        self.visit(node.generators[0].iter)
        self.local.append(frozenset(targets))
        for part in node.generators:
            self.visit(part)
        for name in ("elt", "key", "value"):
            if hasattr(node, name):
                self.visit(getattr(node, name))
        self.local.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def visit_Import(self, node: ast.Import) -> None:
        if self.within:
            self.unit.imports |= {(alias.name, "") for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if self.within:
            source = absolute(self.module, node)
            self.unit.imports |= {(source, alias.name) for alias in node.names}

    # Names

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotation(node.annotation)
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def _annotation(self, node: ast.expr | None) -> None:
        if node is None:
            return
        for each in ast.walk(node):
            # An annotation in quotes is code, too.
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                try:
                    self.visit(ast.parse(each.value, mode="eval").body)
                except (SyntaxError, ValueError):
                    continue
        within = self.within
        # What it calls runs only if somebody asks for the types.
        self.within += 1
        self.visit(node)
        self.within = within

    def visit_Name(self, node: ast.Name) -> None:
        if self._is_local(node.id):
            return
        if node.id in ANYTHING:
            self.unit.traits.add("anything")
        elif node.id == "globals":
            self.unit.traits.add("module")
        if self.within and not isinstance(node.ctx, ast.Load):
            self.unit.writes.add(node.id)
        if node.id not in self.unit.enters:
            self.unit.uses.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ATTRIBUTES_TO_ANYWHERE:
            self.unit.traits.add("anything")
        if DOCUMENTS.fullmatch(node.attr):
            self.unit.traits.add("documents")
        dotted = self._global(node)
        if not isinstance(node.ctx, ast.Load):
            self._changed(node)
        if dotted:
            self.unit.uses.add(dotted)
        else:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._changed(node.value)
        self.generic_visit(node)

    def _changed(self, node: ast.expr) -> None:
        if dotted := self._global(node):
            self.unit.writes.add(dotted)
            return
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and not self._is_local(root.id):
            self.unit.writes.add(root.id)
        elif isinstance(root, ast.Name) and root.id in self.given:
            self.unit.traits.add("arguments")
        elif isinstance(root, ast.Name) and root.id == "cls":
            self.unit.traits.add("cls")

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        dotted = self._global(node.func)
        self._look_up(node, dotted)
        if isinstance(node.func, ast.Attribute):
            if dotted:
                self.unit.methods.add(dotted)
            if node.func.attr in MUTATORS:
                self._changed(node.func.value)
        if not self.within:
            self._called(node.func)
            for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                if handed := self._global(argument):
                    self.unit.hands.add(handed)

    def _look_up(self, node: ast.Call, called: str) -> None:
        """Note what a call may reach or change by a name that only the run knows."""
        if called in {"setattr", "delattr"} and node.args:
            self._set(node)
        elif called in {"getattr", "hasattr"}:
            if is_looked_up(node):
                self.unit.traits.add("module")
        elif called in {"vars", "locals"} and not node.args:
            self.unit.traits.add("module")
        if called.endswith("import_module") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                self.unit.imports.add((name.value, ""))

    def _set(self, node: ast.Call) -> None:
        name = node.args[1] if len(node.args) > 1 else None
        constant = isinstance(name, ast.Constant) and isinstance(name.value, str)
        if constant and isinstance(name, ast.Constant):
            attribute = ast.Attribute(node.args[0], str(name.value), ast.Store())
            self._changed(attribute)
        else:
            self._changed(node.args[0])
            self.unit.traits.add("module")

    def _called(self, node: ast.expr) -> None:
        if self.within:
            return
        while isinstance(node, ast.Call):
            node = node.func
        dotted = self._global(node)
        if dotted:
            self.unit.calls.add(dotted)
        elif isinstance(node, ast.Attribute):
            # A method of what another expression gives: "".join, or compile(...).sub.
            if not isinstance(node.value, ast.Constant | ast.Call | ast.JoinedStr | ast.Subscript):
                self.unit.calls.add("?")
        elif not isinstance(node, ast.Name):
            self.unit.calls.add("?")

    def _global(self, node: ast.expr) -> str:
        """The global name that an expression is, with its attributes; empty if it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or self._is_local(node.id):
            return ""
        return ".".join([node.id, *reversed(parts)])

    def _is_local(self, name: str) -> bool:
        return any(name in scope for scope in self.local)
