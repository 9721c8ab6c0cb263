r"""Formulas read back: what a LaTeX equation says, computed.

A formula on a slide is held against the core by reading it as a student would: ``X \cdot W`` is a
matrix product, ``\odot`` one element by element, ``\sigma(N)`` a function of every element,
``\frac{d\sigma}{du}`` its derivative, ``x_1 w_1 + \cdots + x_n w_n`` a sum of n terms. A shape as
a subscript of a matrix is a statement, too, and must be true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from figgen.core.arrays import Array
from figgen.core.derivatives import REACH, extrapolate, referee
from figgen.core.errors import InputError
from figgen.core.functions import Function
from figgen.core.latex_tokens import Token, tokens

RELATIONS = ("=", r"\approx")

ELLIPSES = (r"\cdots", r"\ldots", r"\dots", r"\vdots", r"\ddots")


class Side(NamedTuple):
    """One side of an equation: the relation before it, empty for the first, and its value."""

    relation: str
    value: Any


def sides(latex: str, values: Mapping[str, Any]) -> list[Side]:
    r"""What stands on each side of the relations of an equation, computed.

    >>> sides(r"\left(a + b\right)^2 = a^2 + 2ab + b^{2}", {"a": 1.0, "b": 2.0})
    [Side(relation='', value=9.0), Side(relation='=', value=9.0)]

    Args:
        latex: The equation, without roles and steps.
        values: What each name in it is: a number, an array (of one dimension: samples of a
            number), or a function; a derivative that is not that of a `Function` under
            ``dL/dX``; the length n of a sum or a vector.

    Raises:
        InputError: If it cannot be read, or a name in it has no value.
    """
    reader = Reader(tokens(latex), dict(values))
    found = [Side("", reader.sum())]
    while relation := reader.take(*RELATIONS):
        found.append(Side(relation, reader.sum()))
    reader.take(",", ".")
    if reader.next.text:
        raise InputError("formula", latex, f"one that can be read beyond '{reader.next}'")
    return found


_END = Token("")


class Reader:
    """Reads a formula from left to right, and computes it on the way."""

    def __init__(self, words: list[Token], values: dict[str, Any]) -> None:
        self.words = words
        self.values = values
        self.place = 0

    @property
    def next(self) -> Token:
        """The word that comes next; one without text at the end."""
        return self.words[self.place] if self.place < len(self.words) else _END

    def take(self, *texts: str) -> str:
        """The next word, taken if it is one of ``texts``."""
        text = self.next.text
        if text and text in texts:
            self.place += 1
            return text
        return ""

    def require(self, text: str) -> None:
        """Take the next word, which must be ``text``.

        Raises:
            InputError: If it is another one.
        """
        if not self.take(text):
            raise InputError("formula", str(self.next), f"'{text}' there")

    def computed(self, words: list[Token], changed: Mapping[str, Any] | None = None) -> Any:
        """What some words come to, if some values change."""
        return Reader(words, self.values | dict(changed or {})).sum()

    # From loose to tight

    def sum(self) -> Any:
        """Terms that are added or subtracted, written out or not."""
        sign = -1.0 if self.take("-") else 1.0
        first = self.place
        total, words = sign * self.product(), self.words[first : self.place]
        while sign_text := self.take("+", "-"):
            if self.next.text in ELLIPSES:
                if sign_text == "-":
                    raise InputError("sign before the dots of a sum", sign_text, "+")
                total = total + self._rest_of_sum(words)
                continue
            start = self.place
            term = self.product()
            total = total + (term if sign_text == "+" else -term)
            words = self.words[start : self.place]
        return total

    def _rest_of_sum(self, words: list[Token]) -> Any:
        """The terms after the one of ``words``, up to the last one, which is written out."""
        self.place += 1
        self.require("+")
        start = self.place
        last = self.product()
        final = self.words[start : self.place]
        known = _index_of(words)
        between = self._between(words, final)
        if [_numbered(word, known, "n") for word in words] != [
            _numbered(word, _index_of(final), "n") for word in final
        ]:
            told = "".join(map(str, final))
            raise InputError("last term of the sum", told, "like the one before the dots")
        return sum(map(self.computed, between), last)

    def _between(self, before: list[Token], after: list[Token]) -> list[list[Token]]:
        """What the dots between two terms or elements stand for."""
        known, end = _index_of(before), self._number_of(_index_of(after))
        return [
            [_numbered(word, known, str(i)) for word in before] for i in range(int(known) + 1, end)
        ]

    def product(self) -> Any:
        """Factors that are multiplied, with a sign between them or without."""
        result = self.power()
        while True:
            if sign := self.take(r"\cdot", r"\odot", r"\times"):
                result = multiplied(result, self.power(), sign)
            elif self._begins_factor():
                result = multiplied(result, self.power(), "")
            else:
                return result

    def _begins_factor(self) -> bool:
        text = self.next.text
        if text in {r"\end", r"\\", r"\cdots", *RELATIONS} or text in ELLIPSES:
            return False
        return text in {"(", "[", "{"} or bool(re.fullmatch(r"[A-Za-z]|\d.*|\\[A-Za-z].*", text))

    def power(self) -> Any:
        """A factor with what stands above and below its right end."""
        result = self.atom()
        while True:
            if self.take("^"):
                exponent = self._group_words()
                if [word.text for word in exponent] == ["T"]:
                    result = np.transpose(result)
                else:
                    result = result ** self.computed(exponent)
            elif self.take("_"):
                require_shape(result, self._group_words())
            else:
                return result

    def atom(self) -> Any:
        """A number, a name, a call, a fraction, a matrix or something in brackets."""
        word = self.next
        self.place += 1
        if word.text in {"(", "[", "{"}:
            result = self.sum()
            self.require({"(": ")", "[": "]", "{": "}"}[word.text])
            return result
        if re.fullmatch(r"\d.*", word.text):
            return float(word.text)
        special: Callable[[], Any] | None = {
            r"\frac": self._fraction,
            r"\begin": self._matrix,
            r"\lim": self._limit,
            r"\underbrace": self._remark,
            r"\max": lambda: np.maximum(*self._arguments()),
        }.get(word.text)
        if special:
            return special()
        if word.text == r"\mathbf{1}":
            return self._ones()
        return self._called(self._value(word), str(word))

    def _called(self, value: Any, name: str) -> Any:
        if not callable(value):
            return value
        if self.next.text != "(":
            raise InputError("formula", name, "an argument after a function")
        return value(*self._arguments())

    def _arguments(self) -> list[Any]:
        self.require("(")
        found = [self.sum()]
        while self.take(","):
            found.append(self.sum())
        self.require(")")
        return found

    def _value(self, word: Token) -> Any:
        if str(word) in self.values:
            return self.values[str(word)]
        if word.index in self.values:  # x_n
            number = replace(word, index=str(self._number_of(word.index)))
            if str(number) in self.values:
                return self.values[str(number)]
        if word.primes == 1:
            return self._derivative_of(replace(word, primes=0))
        raise InputError("name in the formula", str(word) or "missing", ", ".join(self.values))

    def _derivative_of(self, word: Token) -> Any:
        function = self._value(word)
        if not isinstance(function, Function):
            raise InputError("derivative", str(word), "that of a Function, or one that is given")
        return function.derivative

    def _number_of(self, index: str) -> int:
        return int(index) if index.isdigit() else int(self.values[index])

    # What has parts

    def _group_words(self) -> list[Token]:
        """The words of the group that comes next, or the one word."""
        start = self.place
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self.next.text, 0)
            self.place += 1
            if not depth:
                words = self.words[start : self.place]
                return words[1:-1] if words[0].text == "{" else words
            if self.place > len(self.words):
                raise InputError("formula", "{", "one with its '}'")

    def _fraction(self) -> Any:
        above, below = self._group_words(), self._group_words()
        d = above[0].text
        if d in {"d", r"\partial"} and below[0].text == d:
            return self._derivative(above[1:], below[1])
        return self.computed(above) / self.computed(below)

    def _derivative(self, of: list[Token], by: Token) -> Any:
        if not of:
            return self._differentiated(str(by))
        name = "".join(map(str, of))
        given = self.values.get(f"d{name}/d{by}")
        return self._called(self._derivative_of(of[0]) if given is None else given, name)

    def _differentiated(self, by: str) -> Array:
        """The derivative of the term that comes next, by a name, from its values alone."""
        term = self._term_of(by, self.values[by])
        return referee(lambda x: np.asarray(term(x)), self.values[by])

    def _limit(self) -> Array:
        """The limit of the term that comes next, as a name goes to a number."""
        self.require("_")
        name, _, *number = self._group_words()
        to = self.computed(number)
        term = self._term_of(str(name), to + REACH)
        # With the ratio for any power of the step, whether the odd ones are there or not.
        return extrapolate([np.asarray(term(to + h)) for h in REACH / 2.0 ** np.arange(6)], ratio=2)

    def _term_of(self, name: str, value: Any) -> Callable[[Any], Any]:
        """The term that comes next as a function of a name, which is ``value`` while reading."""
        start, values = self.place, self.values
        self.values = values | {name: value}
        self.product()
        self.values = values
        words = self.words[start : self.place]
        return lambda changed: self.computed(words, {name: changed})

    def _remark(self) -> Any:
        """A part with a brace below it; a shape there must be true, words are no mathematics."""
        result = self.computed(self._group_words())
        if self.take("_"):
            words = self._group_words()
            if any(word.text == r"\times" for word in words):
                require_shape(result, words)
        return result

    def _ones(self) -> Array:
        self.require("_")
        return np.ones([int(word.text) for word in self._group_words() if word.text.isdigit()])

    def _matrix(self) -> Array:
        self._group_words()
        rows: list[list[Any]] = [[]]
        written: list[list[list[Token]]] = [[]]
        while True:
            start = self.place
            if self.next.text in ELLIPSES:
                self.place += 1
                rows[-1].append(None)
            else:
                rows[-1].append(self.sum())
            written[-1].append(self.words[start : self.place])
            if self.take("&"):
                continue
            if not self.take(r"\\"):
                break
            rows.append([])
            written.append([])
        self.require(r"\end")
        self._group_words()
        if any(each is None for row in rows for each in row):
            return self._vector(rows, written)
        return np.array([[float(each) for each in row] for row in rows])

    def _vector(self, rows: list[list[Any]], written: list[list[list[Token]]]) -> Array:
        """A row or a column with dots for what is like the element before them."""
        across = len(rows) == 1
        cells = [cell for row in written for cell in row]
        place = next(i for i, cell in enumerate(cells) if cell[0].text in ELLIPSES)
        between = self._between(cells[place - 1], cells[place + 1])
        full = [*cells[:place], *between, *cells[place + 1 :]]
        elements = [float(self.computed(cell)) for cell in full]
        return np.array([elements] if across else [[each] for each in elements])


def multiplied(a: Any, b: Any, sign: str) -> Any:
    """A product as the sign between the factors means it.

    Raises:
        InputError: If the shapes do not go together.
    """
    shapes = np.shape(a), np.shape(b)
    if sign != r"\odot" and len(shapes[0]) == len(shapes[1]) == 2:  # noqa: PLR2004 - two matrices
        if shapes[0][1] != shapes[1][0]:
            raise InputError("shapes of a product", shapes, "matrices whose inner sizes agree")
        return a @ b
    if sign == r"\odot" and shapes[0] != shapes[1]:
        raise InputError("shapes of a product", shapes, "two of one shape, element by element")
    return a * b


def require_shape(value: Any, words: list[Token]) -> None:
    r"""Refuse a matrix whose shape is not what is written below it.

    Raises:
        InputError: If it is not.
    """
    shape = tuple(int(word.text) for word in words if word.text.isdigit())
    if np.shape(value) != shape:
        raise InputError("shape written at a matrix", shape, f"{np.shape(value)}, which it has")


def _index_of(words: list[Token]) -> str:
    """The index that all names of a term share."""
    return next((word.index for word in words if word.index), "")


def _numbered(word: Token, old: str, new: str) -> Token:
    return replace(word, index=new) if word.index == old else word
