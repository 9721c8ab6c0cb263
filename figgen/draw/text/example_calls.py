"""Calls below a listing: run, and shown as an interactive session shows them."""

from __future__ import annotations

import ast
import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from figgen.core import InputError

_NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]\d+)?")


@dataclass(frozen=True)
class Call:
    """A call as it is shown.

    Attributes:
        code: What is typed.
        output: What is printed.
        span: The first and the last step in which it shows; None for no last one.
    """

    code: str
    output: str
    span: tuple[int, int | None]

    @property
    def session(self) -> str:
        """As it stands in an interactive session."""
        first, *others = self.code.splitlines()
        lines = [f">>> {first}", *(f"... {line}" for line in others), *self.output.splitlines()]
        return "\n".join(lines)

    @property
    def said(self) -> str:
        """What is typed, in one line."""
        return " ".join(self.code.split()).replace("( ", "(")


def numbers_in(output: str) -> list[float]:
    """The numbers that Python printed, in their order.

    >>> numbers_in("array([[ 0.5, -2.  ]]) np.float64(3e-07)")
    [0.5, -2.0, 3e-07]
    """
    return [float(number) for number in _NUMBER.findall(output)]


def run_call(code: str, names: dict[str, Any], raises: type[Exception] | None) -> tuple[Any, str]:
    """The value of a line of code and what an interactive session would print for it.

    Args:
        code: A statement or an expression; may have several lines.
        names: What it can name; what it defines is added.
        raises: The error that it must raise, where that is what it shows.

    Raises:
        InputError: If it does not raise what it must.
    """
    tree = ast.parse(code)
    printed = io.StringIO()
    value = None
    # The settings of numpy as they are by default: they could be another's.
    with np.printoptions(precision=8, threshold=1000, suppress=False, linewidth=75):
        try:
            with redirect_stdout(printed):
                match tree.body:
                    case [ast.Expr()]:
                        value = eval(compile(code, "<call>", "eval"), names)  # noqa: S307 - the author's
                    case _:
                        exec(compile(tree, "<call>", "exec"), names)  # noqa: S102 - likewise
        except Exception as error:
            if raises is None or not isinstance(error, raises):
                raise
            return None, f"{type(error).__name__}: {error}"
        if raises is not None:
            raise InputError("call in the listing", code, f"one that raises {raises.__name__}")
        shown = "" if value is None else repr(value)
    return value, printed.getvalue() + shown
