"""The digest of a definition's source: of what it says, and of its lines as they stand.

What it says is its syntax tree. A docstring, a comment or the formatting is no part of that.
"""

from __future__ import annotations

import ast
import re
from hashlib import blake2b
from typing import Any

from figgen.tracking.syntax import is_nothing


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


def text_digest(node: ast.stmt, first: int, lines: list[bytes]) -> str:
    """The digest of a statement's lines, with its comments and docstrings.

    Args:
        node: The statement.
        first: The number of its first line, decorators included.
        lines: The lines of its module, with their ends.
    """
    last = node.end_lineno or node.lineno
    # Comments that are indented below its last line are its own.
    while last < len(lines) and re.match(rb"[ \t]+#", lines[last]):
        last += 1
    return blake2b(b"".join(lines[first - 1 : last]), digest_size=12).hexdigest()
