"""Questions about pieces of a syntax tree: what they bind, and whether they do more than that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = (
    Function | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
)

WRITES_ONLY = frozenset({"add", "append", "appendleft", "extend", "insert", "update"})
"""Methods of a list, a set or a dict that add to it and give nothing of what it held before."""


def is_nothing(node: ast.stmt) -> bool:
    """A docstring, or ``pass``."""
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """All arguments of a function, of every kind."""
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*plain, *(each for each in (arguments.vararg, arguments.kwarg) if each is not None)]


def local_to(node: Function | ast.Lambda) -> set[str]:  # noqa: C901 - one walk
    """The names that are local to a function."""
    bound = {argument.arg for argument in arguments_of(node.args)}
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
            bound |= {name for part in walrus for name in names_stored(part.target)}
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
_BINDING = _SCOPES - {ast.Lambda} | {
    ast.Import,
    ast.ImportFrom,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
}


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


def names_stored(node: ast.AST) -> Iterator[str]:
    """The names that an expression is assigned to."""
    return (
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a top-level statement binds in its module."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, Scope):
        return
    else:
        yield from _bound_here(node)
        for child in ast.iter_child_nodes(node):
            yield from bound_by(child)


# What is a plain definition


def is_definition(node: ast.stmt) -> bool:  # noqa: PLR0911 - one return a kind
    """Whether a statement does nothing but bind names, as far as its form tells."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Import() | ast.ImportFrom():
            return True
        case ast.ClassDef(body=body):
            return all(is_definition(each) or is_nothing(each) for each in body)
        case ast.Assign(targets=targets):
            return all(_binds_names(target) for target in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _binds_names(target)
        case ast.If(body=body, orelse=others):
            return all(is_definition(each) or is_nothing(each) for each in (*body, *others))
        case ast.Try(body=body, handlers=handlers, orelse=others, finalbody=last):
            caught = [each for handler in handlers for each in handler.body]
            everything = (*body, *caught, *others, *last)
            return all(is_definition(each) or is_nothing(each) for each in everything)
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


def is_literal(node: ast.expr | None) -> bool:
    """Whether a value cannot be changed, or only by the methods of Python's own types."""
    displays = ast.Tuple | ast.List | ast.Dict | ast.Set
    comprehensions = ast.ListComp | ast.DictComp | ast.SetComp
    operations = ast.UnaryOp | ast.BinOp
    return isinstance(node, ast.Constant | ast.JoinedStr | displays | comprehensions | operations)


def is_looked_up(call: ast.Call) -> bool:
    """Whether ``getattr`` looks for a name that only the run knows, of another object than self."""
    name = call.args[1] if len(call.args) > 1 else None
    owner = call.args[0] if call.args else None
    own = isinstance(owner, ast.Name) and owner.id in {"self", "cls"}
    return not own and not isinstance(name, ast.Constant)


def entered_by(unit: ast.stmt) -> set[str]:
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
