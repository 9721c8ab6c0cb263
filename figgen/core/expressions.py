"""Expressions that a lecturer types, like ``sum(sigmoid(X @ W))``, without ``eval``.

The grammar has names, numbers, ``+ - * / @ **``, parentheses, the functions of the lecture and
``sum``. It is read by precedence climbing into a list of instructions for a stack, which any
arrays, and the trace, can run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import numpy as np

from figgen.core.arrays import as_numbers
from figgen.core.errors import InputError
from figgen.core.functions import FUNCTIONS
from figgen.core.ops import MAX_POWER
from figgen.core.trace import Traced

MAX_LENGTH = 500
"""Characters of the longest expression that is read."""

MAX_DEPTH = 40
"""Parentheses, calls and signs that may be open at a time."""

OPERATORS: dict[str, tuple[int, Callable[..., Any]]] = {
    "+": (1, np.add),
    "-": (1, np.subtract),
    "*": (2, np.multiply),
    "/": (2, np.divide),
    "@": (2, np.matmul),
}
"""How tightly each binds, and what it does."""

NO_OPERATOR = (-1, None)
SIGNS = " ".join([*OPERATORS, "**"])

CALLS: dict[str, Callable[..., Any]] = {"sum": np.sum, **FUNCTIONS}
"""The functions that an expression may call, each with one argument."""

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
    parser = Parser(text)
    parser.expression(0)
    parser.expect("end", "", f"an operator ({SIGNS}) or the end")
    names = [step.do for step in parser.steps if isinstance(step.do, str)]
    return Expression(text, tuple(dict.fromkeys(names)), tuple(parser.steps))


def tokens(text: str) -> Iterator[Token]:
    """The words of an expression, and then the end for ever.

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
    while True:
        yield Token("end", "", len(text) + 1)


class Parser:
    """Precedence climbing: an operand, then every operator that binds tightly enough.

    Args:
        text: The expression.

    Attributes:
        steps: The instructions so far.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self._words = tokens(text)
        self._next = next(self._words)
        self._depth = 0

    def expression(self, least: int) -> None:
        """Read operands and the operators between them that bind at least so tightly."""
        self.operand()
        while OPERATORS.get(self._next.text, NO_OPERATOR)[0] >= least:
            binds, func = OPERATORS[self._next.text]
            sign = self.advance()
            self.expression(binds + 1)
            self.steps.append(Step(func, 2, sign.column))

    def operand(self) -> None:
        """Read a number, a name, a call, a sign or parentheses, and the powers of it."""
        word = self.advance()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self.refuse("nesting", self._depth, f"{MAX_DEPTH} levels at most", word)
        if word.text in ("-", "+"):
            self.operand()
            if word.text == "-":
                self.steps.append(Step(np.negative, 1, word.column))
        else:
            self.atom(word)
            self.powers()
        self._depth -= 1

    def atom(self, word: Token) -> None:
        """Read what begins with ``word`` and takes no operator."""
        if word.kind == "number":
            number = float(word.text)
            if not np.isfinite(number):
                self.refuse("number", word.text, "a number below 1e308", word)
            self.steps.append(Step(lambda: number, 0, word.column))
        elif word.text == "(":
            self.expression(0)
            self.expect("sign", ")", f"an operator ({SIGNS}) or )")
        elif word.kind == "name" and (self._next.text == "(" or word.text in CALLS):
            self.call(word)
        elif word.kind == "name":
            self.steps.append(Step(word.text, 0, word.column))
        else:
            allowed = "a name, a number, a function or ("
            self.refuse("word", word.text or "the end", allowed, word)

    def call(self, word: Token) -> None:
        """Read the argument of the function that ``word`` names."""
        if word.text not in CALLS:
            self.refuse("function", word.text, ", ".join(CALLS), word)
        self.expect("sign", "(", f"(, for the argument of {word.text}")
        self.expression(0)
        self.expect("sign", ")", f"an operator ({SIGNS}) or )")
        self.steps.append(Step(CALLS[word.text], 1, word.column))

    def powers(self) -> None:
        """Read an exponent, if there is one."""
        if self._next.text != "**":
            return
        sign, exponent = self.advance(), self.advance()
        written = exponent.text or "the end"
        if exponent.kind != "number" or float(exponent.text) not in range(1, MAX_POWER + 1):
            self.refuse("exponent", written, f"a whole number from 1 to {MAX_POWER}", exponent)
        if self._next.text == "**":
            self.refuse("word", "**", "one exponent, or parentheses around the power", self._next)
        n = int(float(exponent.text))
        self.steps.append(Step(lambda base: np.power(base, n), 1, sign.column))

    def advance(self) -> Token:
        """Take the next word."""
        word, self._next = self._next, next(self._words)
        return word

    def expect(self, kind: str, text: str, allowed: str) -> None:
        """Take the next word, which can only be this one.

        Raises:
            ExpressionError: If it is another one.
        """
        word = self.advance()
        if (word.kind, word.text) != (kind, text):
            self.refuse("word", word.text or "the end", allowed, word)

    def refuse(self, what: str, value: object, allowed: str, word: Token) -> NoReturn:
        """Raise the error for ``word``.

        Raises:
            ExpressionError: Always.
        """
        raise ExpressionError(what, value, allowed, self.text, word.column)
