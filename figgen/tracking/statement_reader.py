"""Which global names a statement uses, changes and calls, from its syntax tree."""

from __future__ import annotations

import ast
import re
from typing import Any

from figgen.tracking.definition_digest import digest_of
from figgen.tracking.statements import Module, Unit, absolute
from figgen.tracking.syntax import (
    Function,
    arguments_of,
    bound_by,
    entered_by,
    is_definition,
    is_literal,
    is_looked_up,
    local_to,
    names_stored,
)

MUTATORS = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "difference_update",
        "discard",
        "extend",
        "extendleft",
        "insert",
        "intersection_update",
        "pop",
        "popitem",
        "popleft",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "symmetric_difference_update",
        "update",
        "__setitem__",
        "__delitem__",
    }
)  # fmt: skip - one a line would be a page
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


def read_statement(module: Module, node: ast.stmt) -> Unit:
    """What a top-level statement binds, says, uses, changes and calls.

    Args:
        module: Its module; what it imports may be relative to that.
        node: Its syntax tree.
    """
    return _Reader(module).read(node)


class _Reader(ast.NodeVisitor):
    """Walks through one top-level statement and fills its `Unit`."""

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
