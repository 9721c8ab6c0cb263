"""The text of one function in a source, cut by tokens and compared with what Python parses."""

from __future__ import annotations

import ast
import copy
import io
import tokenize
from collections.abc import Iterator
from itertools import accumulate
from typing import Literal, TypeAlias

from figgen.core import InputError

Docstring: TypeAlias = Literal["none", "first line"]
"""How much of a docstring a listing shows."""

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Span: TypeAlias = tuple[int, int]

_UNSEEN = (tokenize.COMMENT, tokenize.NL)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError)


def function_text(source: str, line: int, name: str, where: str, docstring: Docstring) -> str:
    """The text of a function without decorators, docstring and annotations.

    A declaration without a value stays, because it makes its name a local one; so do the
    annotations in the body of a class, which are its data.

    Args:
        source: The text of the whole file, its lines separated by line feeds.
        line: The first line of the definition with its decorators, from 1.
        name: The name of the function.
        where: The file, for messages.
        docstring: What stays of the docstring.

    Raises:
        InputError: If no such function is defined with ``def`` there, or if the text that is
            left does not define it, with the file and the line.
    """
    place = f"{where}:{line}"

    def refuse(allowed: str) -> InputError:
        return InputError("function of the listing", f"{name} at {place}", allowed)

    try:
        found = _definition(ast.parse(source), line, name)
        if found is None:
            raise refuse("one that is written with def, in a file as it was when Python read it")
        text = _Source(source).without(found, docstring)
        if not _defines(text, found, docstring):
            raise refuse("one that its text defines without annotations and docstring")
        if text.splitlines() != text.split("\n"):
            raise refuse("one whose lines end with line feeds, without form feeds or separators")
    except _UNREADABLE as error:
        if isinstance(error, InputError):
            raise
        reason = " ".join(str(error).split())
        raise refuse(f"one whose text compiles by itself ({reason})") from None
    return text


def body_lines(text: str) -> list[str]:
    """The lines below, or beside, the head of a function's text, without blank ones."""
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if token.type == tokenize.OP and token.string == ":" and depth == 0:
            break
    row, column = token.end
    beside, *below = text.split("\n")[row - 1 :]
    rest = beside[column:].strip()
    lines = below if rest.startswith("#") else [rest, *below]
    return [each for each in lines if each.strip()]


def _definition(tree: ast.Module, line: int, name: str) -> _Definition | None:
    for node in ast.walk(tree):
        if isinstance(node, _Definition) and node.name == name:
            decorators = [each.lineno for each in node.decorator_list]
            if min([node.lineno, *decorators]) == line:
                return node
    return None


class _Source:
    """A source and its tokens, by their offsets in letters."""

    def __init__(self, source: str) -> None:
        self.source = source
        # Not `splitlines`, which breaks lines where Python does not.
        self.lines = source.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        readline = iter(f"{line}\n" for line in self.lines).__next__
        self.tokens = list(tokenize.generate_tokens(readline))
        self.index = {
            self._first(token): number
            for number, token in enumerate(self.tokens)
            if token.type not in (tokenize.INDENT, tokenize.DEDENT)
        }

    def _first(self, token: tokenize.TokenInfo) -> int:
        return self.starts[token.start[0] - 1] + token.start[1]

    def _last(self, token: tokenize.TokenInfo) -> int:
        return self.starts[token.end[0] - 1] + token.end[1]

    def _offset(self, line: int, column: int) -> int:
        """The offset in letters; the parser of Python counts columns in bytes."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())

    def _span(self, node: ast.expr | ast.stmt) -> _Span:
        last = self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self._offset(node.lineno, node.col_offset), last

    def without(self, found: _Definition, docstring: Docstring) -> str:
        """The text of a definition that is left when its cuts are made."""
        first, last = self._span(found)
        cuts = [*self._docstring(found, docstring), *self._hints(found), *self._indents(found)]
        # What follows the last statement in its line belongs to it: a comment, a semicolon.
        end = self.source.find("\n", last)
        last = len(self.source) if end < 0 else end
        kept, at = [], first
        for start, stop in sorted(cuts):
            kept.append(self.source[at : max(at, start)])
            at = max(at, stop)
        return "".join([*kept, self.source[at:last]]).rstrip()

    def _indents(self, found: _Definition) -> Iterator[_Span]:
        """What stands before the lines that do not begin in a string."""
        in_strings = {
            row
            for token in self.tokens
            for row in range(token.start[0] + 1, token.end[0] + 1)
            if token.type not in (tokenize.NEWLINE, tokenize.NL)
        }
        for row in range(found.lineno + 1, (found.end_lineno or found.lineno) + 1):
            if row not in in_strings:
                line = self.lines[row - 1]
                blanks = len(line) - len(line.lstrip(" \t\f"))
                yield self.starts[row - 1], self.starts[row - 1] + min(blanks, found.col_offset)

    def _hints(self, found: ast.AST) -> Iterator[_Span]:
        for node in ast.iter_child_nodes(found):
            if not (isinstance(found, ast.ClassDef) and isinstance(node, ast.AnnAssign)):
                yield from self._hints(node)
        if isinstance(found, _Definition) and found.returns is not None:
            yield self._hint(found.returns)[0]
        elif isinstance(found, ast.arg) and found.annotation is not None:
            cut, after = self._hint(found.annotation)
            yield cut
            sign, value = self.tokens[after : after + 2]
            # Without an annotation, no blanks stand around the sign of a default.
            if sign.string == "=" and sign.start[0] == self.tokens[after - 1].end[0]:
                yield cut[1], self._first(sign)
            if sign.string == "=" and sign.end[0] == value.start[0]:
                yield self._last(sign), self._first(value)
        elif isinstance(found, ast.AnnAssign) and found.value is not None:
            yield self._hint(found.annotation)[0]

    def _hint(self, annotation: ast.expr) -> tuple[_Span, int]:
        """The cut for an annotation with its sign and its brackets; the number of what follows."""
        first, last = self._span(annotation)
        before = self.index[first] - 1
        brackets = 0
        while self.tokens[before].string == "(" or self.tokens[before].type in _UNSEEN:
            brackets += self.tokens[before].string == "("
            before -= 1
        before -= 1
        while self.tokens[before].type in _UNSEEN:
            before -= 1
        after = self.index[first]
        while self._last(self.tokens[after]) < last:
            after += 1
        while brackets:
            after += 1
            brackets -= self.tokens[after].string == ")"
        return (self._last(self.tokens[before]), self._last(self.tokens[after])), after + 1

    def _docstring(self, found: _Definition, docstring: Docstring) -> Iterator[_Span]:
        if ast.get_docstring(found, clean=False) is None:
            return
        first, last = self._span(found.body[0])
        token = self.tokens[self.index[first]]
        if docstring == "first line":
            if self._last(token) == last and token.start[0] != token.end[0]:
                quotes = 3 if token.string.endswith(('"""', "'''")) else 1
                yield self.starts[token.start[0]] - 1, last - quotes
            return
        after = self.index[first]
        while self._last(self.tokens[after]) <= last:
            after += 1
        if self.tokens[after].string == ";":
            after += 1
        start = self.starts[token.start[0] - 1]
        if self.tokens[after].type not in (tokenize.NEWLINE, tokenize.COMMENT):
            yield first, self._first(self.tokens[after])
        elif self.source[start:first].strip():
            # Nothing else stands behind this head; what is left does not compile.
            yield first, last
        else:
            # A docstring alone in its lines takes them with it.
            yield start, self.starts[self.tokens[after].end[0]]


class _Plain(ast.NodeTransformer):
    """Takes the annotations out of a tree, but for those that are data."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [
            each if isinstance(each, ast.AnnAssign) else self.visit(each) for each in node.body
        ]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        return ast.Assign([node.target], self.visit(node.value))


def _defines(text: str, found: _Definition, docstring: Docstring) -> bool:
    """Whether a text defines what a definition does, but for annotations and docstring."""
    compile(text, "<listing>", "exec", dont_inherit=True)
    body = ast.parse(text).body
    expected = _Plain().visit(copy.deepcopy(found))
    expected.decorator_list = []
    words = ast.get_docstring(expected, clean=False)
    if words is not None and docstring == "none":
        del expected.body[0]
    elif words is not None and len(body) == 1 and isinstance(body[0], _Definition):
        said, shown = ast.get_docstring(body[0], clean=False), body[0].body[0]
        if said is None or shown.lineno != shown.end_lineno or not words.startswith(said):
            return False
        expected.body[0] = shown
    return [ast.dump(each) for each in body] == [ast.dump(expected)]
