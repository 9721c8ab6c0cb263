"""One module's top-level definitions: what each says, and which global names it uses.

The module is parsed, not run. A definition counts without its comments, docstrings and formatting.
What a name means elsewhere is not decided here but in `figgen.build.dependencies`, because it needs
the other modules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = (
    Function | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
)

MUTATORS = frozenset({
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft",
    "insert", "intersection_update", "pop", "popitem", "popleft", "remove", "reverse", "setdefault",
    "sort", "symmetric_difference_update", "update", "__setitem__", "__delitem__",
})  # fmt: skip
"""The methods that change what they belong to."""

WRITES_ONLY = frozenset({"add", "append", "appendleft", "extend", "insert", "update"})
"""Those of them that tell nothing of what was there."""

ANYTHING = frozenset({"exec", "eval", "__import__"})
"""Builtins that can use any name of any module."""

ANYWHERE = re.compile(
    r"sys\.modules|importlib\.(import_module|reload)|runpy\..*|pkgutil\..*|gc\.get_.*|builtins"
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
            (it changes what it is handed), "subclasses" (it does something to its subclasses).
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


def scan(name: str, file: str, source: bytes, *, package: bool) -> Module:
    """Read a module.

    Raises:
        SyntaxError: If it is not Python.
        ValueError: If it holds a null byte.
    """
    module = Module(name, file, package)
    lines = source.splitlines(keepends=True)
    for position, node in enumerate(ast.parse(source).body):
        _scan_statement(module, position, node, lines)
    return module


def _scan_statement(module: Module, position: int, node: ast.stmt, lines: list[bytes]) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        _scan_import(module, position, node)
    elif not _is_nothing(node) and not _is_program(node):
        for each in _statements_within(node):
            if isinstance(each, ast.Import | ast.ImportFrom):
                _scan_import(module, position, each)
        module.units.append(_Reader(module, position).read(node, lines))


def _is_nothing(node: ast.stmt) -> bool:
    """A docstring, or ``pass``."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


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
            if not (isinstance(each, ast.stmt) and _is_nothing(each)):
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

    def __init__(self, module: Module, position: int) -> None:
        self.module = module
        self.unit = Unit(position)
        # The names that stand for something of the function that is being read, not of the module.
        self.local: list[frozenset[str]] = []
        self.within = 0
        self.given: frozenset[str] = frozenset()

    def read(self, node: ast.stmt, lines: list[bytes]) -> Unit:
        unit = self.unit
        decorators = getattr(node, "decorator_list", [])
        unit.first = min([node.lineno, *(each.lineno for each in decorators)])
        unit.last = node.end_lineno or node.lineno
        unit.digest = digest_of(node)
        unit.text = _text_digest(node, unit.first, lines)
        unit.binds = tuple(dict.fromkeys(_bound_by(node)))
        unit.code = not _is_definition(node)
        unit.defines = isinstance(node, Function | ast.ClassDef)
        value = getattr(node, "value", None)
        unit.literal = isinstance(node, ast.Assign | ast.AnnAssign) and _is_literal(value)
        unit.enters = _entered(node)
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
        for argument in _arguments(arguments):
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
        names = {argument.arg for argument in _arguments(node.args)}
        self.given = (before | names) - {"self", "cls"}
        self.local.append(frozenset(_local_to(node)))
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
        targets = [name for part in node.generators for name in _names_stored(part.target)]
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
            if _is_looked_up(node):
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


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(each for each in (arguments.vararg, arguments.kwarg) if each is not None)]


def _local_to(node: Function | ast.Lambda) -> set[str]:  # noqa: C901 - one walk
    """The names that are local to a function."""
    bound = {argument.arg for argument in _arguments(node.args)}
    declared: set[str] = set()
    waiting: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
    while waiting:
        each = waiting.pop()
        kind = type(each)
        if kind is ast.Name:
            if not isinstance(each.ctx, ast.Load):  # type: ignore[attr-defined]
                bound.add(each.id)  # type: ignore[attr-defined]
            continue
        if kind is ast.Global:
            declared |= {*each.names}  # type: ignore[attr-defined]
        elif kind in _BINDING:
            bound |= {*_bound_here(each)}
        if kind in _COMPREHENSIONS:
            # Its targets are its own, but not what := binds.
            walrus = (part for part in ast.walk(each) if isinstance(part, ast.NamedExpr))
            bound |= {name for part in walrus for name in _names_stored(part.target)}
        elif kind not in _SCOPES:
            for name in each._fields:
                value = getattr(each, name, None)
                if isinstance(value, list):
                    waiting += [part for part in value if isinstance(part, ast.AST)]
                elif isinstance(value, ast.AST):
                    waiting.append(value)
    return bound - declared


_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
# What is bound inside one is its own.
_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})
_BINDING = frozenset({
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom,
    ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping,
})  # fmt: skip


def _bound_here(node: ast.AST) -> Iterator[str]:
    """The names that this very node binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names)
        case (
            ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            yield name


def _names_stored(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name)
            and isinstance(each.ctx, ast.Store))  # fmt: skip


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a top-level statement binds in its module."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, Scope):
        return
    else:
        yield from _bound_here(node)
        for child in ast.iter_child_nodes(node):
            yield from _bound_by(child)


# What is a plain definition


def _is_definition(node: ast.stmt) -> bool:  # noqa: PLR0911 - one return a kind
    """Whether a statement does nothing but bind names, as far as its form tells."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Import() | ast.ImportFrom():
            return True
        case ast.ClassDef(body=body):
            return all(_is_definition(each) or _is_nothing(each) for each in body)
        case ast.Assign(targets=targets):
            return all(_binds_names(target) for target in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _binds_names(target)
        case ast.If(body=body, orelse=others):
            return all(_is_definition(each) or _is_nothing(each) for each in (*body, *others))
        case ast.Try(body=body, handlers=handlers, orelse=others, finalbody=last):
            caught = [each for handler in handlers for each in handler.body]
            everything = (*body, *caught, *others, *last)
            return all(_is_definition(each) or _is_nothing(each) for each in everything)
        case _:
            return type(node).__name__ == "TypeAlias"


def _binds_names(target: ast.expr) -> bool:
    match target:
        case ast.Name():
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_binds_names(part) for part in parts)
        case ast.Starred(value=value):
            return _binds_names(value)
        case _:
            return False


def _is_literal(node: ast.expr | None) -> bool:
    return isinstance(
        node,
        ast.Constant | ast.Tuple | ast.List | ast.Dict | ast.Set | ast.JoinedStr | ast.UnaryOp
        | ast.BinOp | ast.ListComp | ast.DictComp | ast.SetComp,
    )  # fmt: skip


def _is_looked_up(call: ast.Call) -> bool:
    """Whether ``getattr`` looks for a name that only the run knows, of another object than self."""
    name = call.args[1] if len(call.args) > 1 else None
    owner = call.args[0] if call.args else None
    own = isinstance(owner, ast.Name) and owner.id in {"self", "cls"}
    return not own and not isinstance(name, ast.Constant)


def _entered(unit: ast.stmt) -> set[str]:
    """The names that a statement only adds to, and reads only where it has added itself.

    ``TABLE[key] = value``, ``return TABLE[key]`` and ``if key in TABLE: raise ...`` with one and
    the same ``key`` tell nothing of other entries; nor does ``TABLE.append(value)``.
    """
    added: set[tuple[str, str]] = set()
    blind: list[ast.Name] = []
    nodes = [*ast.walk(unit)]
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name() as table, slice=ast.Name(id=key), ctx=ast.Store()):
                added.add((table.id, key))
                blind.append(table)
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name() as table, attr=attr))
            ) if attr in WRITES_ONLY:
                blind.append(table)
                added.add((table.id, ""))
    if not added:
        return set()
    for node in nodes:
        match node:
            case ast.Subscript(
                value=ast.Name() as table, slice=ast.Name(id=key), ctx=ast.Load()
            ) if (table.id, key) in added:
                blind.append(table)
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=key), ops=[ast.In()], comparators=[ast.Name() as table]
                ),
                body=[ast.Raise()],
            ) if (table.id, key) in added:
                blind.append(table)
    names = [node for node in nodes if isinstance(node, ast.Name)]
    tables = {table for table, _ in added}
    return {
        table
        for table in tables
        if sum(name.id == table for name in names) == sum(name.id == table for name in blind)
    }
