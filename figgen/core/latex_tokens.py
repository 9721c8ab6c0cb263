"""The words of a LaTeX formula: names with their subscripts, numbers, commands and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from figgen.core.errors import InputError


@dataclass(frozen=True)
class Token:
    """A word of a formula.

    Attributes:
        text: The letter, command, number or sign.
        index: The subscript of a name, without braces.
        primes: How many primes a name has.
    """

    text: str
    index: str = ""
    primes: int = 0

    def __str__(self) -> str:
        """As an equation's reader looks it up: ``x_{1}``, whatever way it was written."""
        return self.text + (f"_{{{self.index}}}" if self.index else "") + "'" * self.primes


_SILENT = re.compile(r"\s+|\\[,;:!> ]|\\q?quad\b|\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])")
_TOKEN = re.compile(
    r"\\(?:mathrm|operatorname|mathbf)\{[^{}]*\}|\\[A-Za-z]+|\\\\|\d+(?:\.\d+)?|[^\s\\]"
)
_INDEX = re.compile(r"\s*_\s*(?:\{([^{}\\]*)\}|([A-Za-z0-9]))")
NAME = re.compile(r"[A-Za-z]|\\(?:mathrm|operatorname|mathbf)\{.*|\\[A-Za-z]+")


def tokens(latex: str) -> list[Token]:
    """The words of a formula; space and the size of brackets say nothing.

    Raises:
        InputError: If it ends in the middle of a command.
    """
    found, place = [], 0
    while place < len(latex):
        if silent := _SILENT.match(latex, place):
            place = silent.end()
            continue
        match = _TOKEN.match(latex, place)
        if match is None:
            raise InputError("formula", latex[place:], "LaTeX")
        place, text = match.end(), match[0].replace(r"\dfrac", r"\frac")
        token = Token(text)
        if NAME.fullmatch(text) and text not in {r"\lim", r"\begin", r"\end"}:
            if index := _INDEX.match(latex, place):
                token, place = replace(token, index=index[1] or index[2]), index.end()
            while latex[place : place + 1] == "'":
                token, place = replace(token, primes=token.primes + 1), place + 1
        found.append(token)
    return found
