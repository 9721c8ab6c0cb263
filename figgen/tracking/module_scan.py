"""One module's top-level definitions: what each says, and which global names it uses.

The module is parsed, not run. A definition counts without its comments, docstrings and formatting.
What a name means elsewhere is not decided here but in `figgen.tracking.dependencies`, because it
needs the other modules.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from figgen.tracking.definition_digest import text_digest
from figgen.tracking.statement_reader import read_statement
from figgen.tracking.statements import Module, Unit, absolute
from figgen.tracking.syntax import Function, is_nothing


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
        text = text_digest(node, first, lines)
        unit = replace(known[text]) if text in known else read_statement(module, node)
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
