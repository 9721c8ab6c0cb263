"""Expressions that a lecturer types, like ``sum(sigmoid(X @ W))``, without ``eval``.

The grammar has names, numbers, ``+ - * / @ **``, parentheses, the functions of the lecture and
``sum``. Each word is first held against those that may stand in its place, which gives one clear
error on every Python; then Python's own parser says which operator binds which operands. It sees
the shape alone, ``(_+00**0)``, so that its keywords and its rules for numbers do not matter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from figgen.core.arrays import as_numbers
from figgen.core.errors import InputError
from figgen.core.functions import FUNCTIONS
from figgen.core.ops import CALL, MAX_POWER, OPS
from figgen.core.trace import Traced

MAX_LENGTH = 500
"""Characters of the longest expression that is read."""

MAX_DEPTH = 40
"""Parentheses, calls and signs that may be open at a time."""

OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.MatMult: np.matmul,
    ast.Pow: np.power,
}
SIGNS = ("+", "-", "*", "/", "@", "**")
OPENING = ("", "(", *SIGNS)
"""What stands before an operand; nothing does before the first."""

CALLS: dict[str, Callable[..., Any]] = {
    op.name: op.forward for op in OPS.values() if op.notation.binds == CALL and len(op.rules) == 1
} | FUNCTIONS
"""The functions that an expression may call, each with one argument."""

WORD = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<function>[A-Za-z][A-Za-z0-9_]*(?=\s*\())|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|[-+*/@()])|(?P<end>\Z)|(?P<character>\S)"
)


class ExpressionError(InputError):
    """An expression that cannot be read, with the place of the trouble.

    Attributes:
        expression: As given.
        column: Where the trouble is, from 1.
        summary: The message in one line; the string of the error adds the expression and a
            caret under the place.
    """

    def __init__(
        self, what: str, value: object, allowed: str, expression: str, column: int
    ) -> None:
        super().__init__(f"{what} at column {column}", value, allowed)
        self.expression = expression
        self.column = column
        self.summary = str(self.args[0])

    def __str__(self) -> str:
        # One column a character, whatever was typed, and no more of them than fit a terminal.
        shown = re.sub(r"\s|[^ -~]", lambda c: "?" if c[0].strip() else " ", self.expression)
        first = max(0, self.column - 60)
        return (
            f"{self.summary}\n  {shown[first : first + 76]}\n  {' ' * (self.column - 1 - first)}^"
        )


@dataclass(frozen=True)
class Expression:
    """A function that was typed; call it with its arguments by name, or trace it.

    Attributes:
        text: As typed.
        names: The names of its arguments, in the order in which they first appear.
    """

    text: str
    names: tuple[str, ...]
    tree: ast.expr = field(repr=False)

    @property
    def __name__(self) -> str:
        return self.text

    def __call__(self, **values: Any) -> Any:
        """The value of the expression.

        Args:
            **values: A number, an array or a traced value for each of ``names``.

        Raises:
            InputError: If a value is missing or not asked for, or shapes do not fit.
        """
        if set(values) != set(self.names):
            allowed = f"{', '.join(self.names) or 'none'}, the names in '{self.text}'"
            raise InputError("names of the values", ", ".join(values), allowed)
        given = {
            name: value if isinstance(value, Traced) else as_numbers(value, name)
            for name, value in values.items()
        }
        return self._value(self.tree, given)

    def _value(self, node: ast.expr, given: dict[str, Any]) -> Any:
        func: Callable[..., Any]
        match node:
            case ast.Name(name):
                return given[name]
            case ast.Constant(float(number)):
                return as_numbers(number, "number")
            case ast.UnaryOp(ast.UAdd(), operand):
                return self._value(operand, given)
            case ast.UnaryOp(ast.USub(), operand):
                func, operands = np.negative, [operand]
            case ast.Call(ast.Name(name), operands):
                func = CALLS[name]
            case ast.BinOp(left, operator, right):
                func, operands = OPERATORS[type(operator)], [left, right]
        values = [self._value(operand, given) for operand in operands]
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused in the next line
                result = func(*values)
            return result if isinstance(result, Traced) else as_numbers(result, "result")
        except InputError as error:
            problem = error.what, error.value, error.allowed
        except ValueError:
            problem = "shapes", tuple(np.shape(each) for each in values), "shapes that fit"
        raise ExpressionError(*problem, self.text, node.col_offset)


def parse(text: str) -> Expression:
    """Read an expression.

    >>> parse("x + 2 * x ** 2")(x=3)
    array(21.)
    >>> parse("sum(sigmoid(X @ W))").names
    ('X', 'W')

    Args:
        text: Names, numbers, ``+ - * / @ **``, parentheses, and calls of ``sum`` and of the
            `FUNCTIONS`. The exponent of ``**`` is a whole number from 1 to `MAX_POWER`.

    Raises:
        ExpressionError: If it is anything else.
    """
    if len(text) > MAX_LENGTH:
        allowed = f"{MAX_LENGTH} characters at most"
        raise ExpressionError("length", len(text), allowed, text, MAX_LENGTH + 1)
    words = checked(text)
    # The parenthesis lets Python count columns from 1, as it does lines.
    shape = re.sub(r"\s", " ", WORD.sub(_blank, text))
    tree = ast.parse(f"({shape})", mode="eval").body
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                node.id = words[node.col_offset]
            case ast.Constant():
                node.value = float(words[node.col_offset])
            case ast.BinOp(left):
                end = left.end_col_offset or 0
                node.col_offset = next(at for at in words if at >= end and words[at] in SIGNS)
    names = [word for word in words.values() if word[:1].isalpha() and word not in CALLS]
    return Expression(text, tuple(dict.fromkeys(names)), tree)


def _blank(word: re.Match[str]) -> str:
    letter = {"number": "0", "name": "_", "function": "_"}.get(word.lastgroup or "")
    return letter * len(word[0]) if letter else word[0]


def checked(text: str) -> dict[int, str]:
    """The words of an expression by their columns, from 1.

    Raises:
        ExpressionError: At the first word that may not stand where it does.
    """
    words: dict[int, str] = {}
    last = before = ""
    opened: list[str] = []  # parentheses, and signs that wait for the end of their operand
    for match in WORD.finditer(text):
        kind, word, column = match.lastgroup or "", match[0], match.start() + 1
        refused = _refusal(kind, word, (last, before), opened)
        if refused:
            raise ExpressionError(*refused, text, column)
        if word == "(" or (word in SIGNS and before in OPENING):
            opened.append(word)
        elif kind in ("number", "name") or word == ")":
            if word == ")":
                opened.pop()
            while opened and opened[-1] != "(":
                opened.pop()
        last, before = before, word
        words[column] = word
    return words


def _refusal(
    kind: str, word: str, before: tuple[str, str], opened: list[str]
) -> tuple[str, object, str] | None:
    """What an error says of a word that may not follow the two ``before``, if it may not."""
    what, shown, fits = "word", word or "the end", False
    if kind == "character":
        what, allowed = "character", f"names, numbers, parentheses and {' '.join(SIGNS)}"
    elif before[1] == "**":
        what, allowed = "exponent", f"a whole number from 1 to {MAX_POWER}"
        fits = kind == "number" and float(word) in range(1, MAX_POWER + 1)
    elif before[1] in CALLS:
        allowed = f"(, for the argument of {before[1]}"
        fits = word == "("
    elif before[1] in OPENING and len(opened) == MAX_DEPTH:
        return "nesting", MAX_DEPTH + 1, f"{MAX_DEPTH} levels at most"
    elif before[1] in OPENING and kind == "function" and word not in CALLS:
        what, allowed = "function", ", ".join(CALLS)
    elif before[1] in OPENING and kind == "number":
        what, allowed = "number", "a number below 1e308"
        fits = bool(np.isfinite(float(word)))
    elif before[1] in OPENING:
        allowed = "a name, a number, a function or ("
        fits = kind in ("name", "function") or word in ("(", "+", "-")
    elif word == before[0] == "**":
        allowed = "one exponent, or parentheses around the power"
    else:
        end = ")" if "(" in opened else "the end"
        allowed = f"an operator ({' '.join(SIGNS)}) or {end}"
        fits = word in SIGNS or shown == end
    return None if fits else (what, shown, allowed)
