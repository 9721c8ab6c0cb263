"""Expressions that a lecturer types, like ``sum(sigmoid(X @ W))``, without ``eval``.

The grammar has names, numbers, ``+ - * / @ **``, parentheses, the functions of the lecture and
the operations that are written as calls. `Words` lets through what is of it, word by word, and
says in a line where something is not; only then does Python's own parser, whose errors would speak
of a larger language and which long or deep texts exhaust, say what belongs to what. The result is
a list of instructions for a stack, which any arrays, and the trace, can run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn, TypeAlias

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

OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "@": np.matmul,
}
"""What the signs of Python's grammar do, but for the powers."""

SIGNS = " ".join([*OPERATORS, "**"])


def calls() -> dict[str, Callable[..., Any]]:
    """The functions that an expression may call, each with one argument."""
    written = [op for op in OPS.values() if op.notation.binds == CALL and len(op.rules) == 1]
    return {op.name: op.forward for op in written} | FUNCTIONS


TOKEN = re.compile(
    r"(?P<number>(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)|(?P<name>[A-Za-z]\w*)|(?P<sign>\*\*|[-+*/@()])",
    re.ASCII,
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


class Token(NamedTuple):
    """A word of an expression.

    Attributes:
        kind: "number", "name", "sign" or "end".
        text: As written.
        column: Where it begins, from 1.
    """

    kind: str
    text: str
    column: int


class Step(NamedTuple):
    """An instruction: take values from the stack, put the result back.

    Attributes:
        do: What makes the result, or the name of a value.
        operands: How many values it takes.
        column: Where it stands in the expression, from 1.
    """

    do: Callable[..., Any] | str
    operands: int
    column: int


@dataclass(frozen=True)
class Expression:
    """A function that was typed; call it with its arguments by name, or trace it.

    Attributes:
        text: As typed.
        names: The names of its arguments, in the order in which they first appear.
    """

    text: str
    names: tuple[str, ...]
    steps: tuple[Step, ...] = field(repr=False)

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
        stack: list[Any] = []
        for step in self.steps:
            operands = [stack.pop() for _ in range(step.operands)][::-1]
            stack.append(self._result(step, operands, given))
        return stack.pop()

    def _result(self, step: Step, operands: list[Any], given: dict[str, Any]) -> Any:
        if isinstance(step.do, str):
            return given[step.do]
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused in the next line
                result = step.do(*operands)
            return result if isinstance(result, Traced) else as_numbers(result, "result")
        except InputError as error:
            problem = error.what, error.value, error.allowed
        except ValueError:
            problem = "shapes", tuple(np.shape(each) for each in operands), "shapes that fit"
        raise ExpressionError(*problem, self.text, step.column)


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
    # In parentheses, a space before the expression is no indent, and the first column is 1.
    tree = ast.parse(f"({Words(text).masked()})", mode="eval")
    steps = tuple(instructions(tree.body, f"({text})"))
    names = [step.do for step in steps if isinstance(step.do, str)]
    return Expression(text, tuple(dict.fromkeys(names)), steps)


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, and then the end, twice, so that every word has one after it.

    Raises:
        ExpressionError: When it comes to a character that begins no word.
    """
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        word = TOKEN.match(text, place)
        if word is None:
            allowed = f"names, numbers, parentheses and {SIGNS}"
            raise ExpressionError("character", text[place], allowed, text, place + 1)
        yield Token(word.lastgroup or "", word[0], place + 1)
        place = word.end()
    yield from [Token("end", "", len(text) + 1)] * 2


Check: TypeAlias = Callable[[Token, Token], "Check"]
"""What looks at a word, and the one after it, and gives what looks at the next."""


class Words:
    """The words of an expression, each let through if it may follow those before it.

    Args:
        text: The expression.

    Raises:
        ExpressionError: At a character that begins no word.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._functions = calls()
        # Parentheses and signs whose operand has not ended.
        self._open: list[str] = []

    def masked(self) -> str:
        """The expression for `ast.parse`: as long, with an x for a name and a 1 for a number.

        Python would take some names for keywords, and a number must not begin with a zero.

        Raises:
            ExpressionError: At the first word that may not stand where it stands.
        """
        masked = [" "] * len(self._text)
        check: Check = self._operand
        for word, after in pairwise(tokens(self._text)):
            check = check(word, after)
            letter = {"name": "x", "number": "1"}.get(word.kind)
            first = word.column - 1
            stand_in = letter * len(word.text) if letter else word.text
            masked[first : first + len(word.text)] = stand_in
        return "".join(masked)

    def _operand(self, word: Token, after: Token) -> Check:
        if len(self._open) >= MAX_DEPTH:
            self._refuse("nesting", len(self._open) + 1, f"{MAX_DEPTH} levels at most", word)
        if word.text in ("-", "+", "("):
            self._open.append(word.text)
            return self._operand
        if word.kind == "name" and (after.text == "(" or word.text in self._functions):
            if word.text not in self._functions:
                self._refuse("function", word.text, ", ".join(self._functions), word)
            if after.text != "(":
                self._refuse("word", after.text, f"(, for the argument of {word.text}", after)
            return self._operand
        if word.kind not in ("name", "number"):
            self._refuse("word", word.text, "a name, a number, a function or (", word)
        if word.kind == "number" and not np.isfinite(float(word.text)):
            self._refuse("number", word.text, "a number below 1e308", word)
        return self._ended()

    def _operator(self, word: Token, _: Token) -> Check:
        if word.text in OPERATORS:
            return self._operand
        if word.text == "**":
            return self._exponent
        if word.text == ")" and self._open:
            self._open.pop()
            return self._ended()
        if word.kind != "end" or self._open:
            end = ")" if self._open else "the end"
            self._refuse("word", word.text, f"an operator ({SIGNS}) or {end}", word)
        return self._operator

    def _exponent(self, word: Token, after: Token) -> Check:
        if word.kind != "number" or float(word.text) not in range(1, MAX_POWER + 1):
            allowed = f"a whole number from 1 to {MAX_POWER}"
            self._refuse("exponent", word.text, allowed, word)
        if after.text == "**":
            self._refuse("word", "**", "one exponent, or parentheses around the power", after)
        return self._operator

    def _ended(self) -> Check:
        while self._open and self._open[-1] != "(":
            self._open.pop()
        return self._operator

    def _refuse(self, what: str, value: object, allowed: str, word: Token) -> NoReturn:
        raise ExpressionError(what, value or "the end", allowed, self._text, word.column)


def instructions(node: ast.AST, text: str) -> Iterator[Step]:
    """The instructions of a part of an expression, whose words stand in ``text``."""
    match node:
        case ast.Constant():
            number = float(written(node, text))
            yield Step(lambda: number, 0, node.col_offset)
        case ast.Name():
            yield Step(written(node, text), 0, node.col_offset)
        case ast.Call(function, [argument]):
            yield from instructions(argument, text)
            yield Step(calls()[written(function, text)], 1, node.col_offset)
        case ast.UnaryOp(sign, operand):
            yield from instructions(operand, text)
            if isinstance(sign, ast.USub):
                yield Step(np.negative, 1, node.col_offset)
        case ast.BinOp(left, sign, right):
            yield from instructions(left, text)
            # Between the operands there are the sign, parentheses and space.
            column = left.end_col_offset or 0
            column += next(i for i, c in enumerate(text[column:]) if not (c.isspace() or c in "()"))
            if isinstance(sign, ast.Pow):
                n = int(float(written(right, text)))
                yield Step(lambda base: np.power(base, n), 1, column)
            else:
                yield from instructions(right, text)
                yield Step(OPERATORS[text[column]], 2, column)
        case _:
            raise AssertionError(ast.dump(node))


def written(node: ast.expr, text: str) -> str:
    """The words of ``text`` that became ``node``."""
    return text[node.col_offset : node.end_col_offset]
