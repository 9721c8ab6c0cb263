"""Numbers as they are printed in a figure, and read back from it."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from figgen.core.arrays import is_finite
from figgen.core.errors import InputError

MINUS = "\N{MINUS SIGN}"


def printed(value: float, places: int = 3) -> str:
    """``value`` to ``places`` decimals, without idle zeros and with a true minus sign.

    >>> printed(-2.25), printed(-0.00004), printed(7.0)
    ('−2.25', '0', '7')

    Raises:
        InputError: If the value is not finite.
    """
    _require_finite(value)
    text = f"{value:.{places}f}"
    if places:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text.replace("-", MINUS)


def scientific(value: float, places: int = 1) -> str:
    r"""``value`` as LaTeX, a number between 1 and 10 times a power of ten.

    >>> print(scientific(2.748e-07), scientific(-9.96))
    2.7 \times 10^{-7} -1.0 \times 10^{1}

    Raises:
        InputError: If the value is not finite.
    """
    _require_finite(value)
    mantissa, exponent = f"{value:.{places}e}".split("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def read(text: str) -> float:
    """The number that `printed` wrote.

    Raises:
        InputError: If it is not a number.
    """
    if not _PRINTED.fullmatch(text):
        raise InputError("printed number", text, "digits, a point and a minus sign")
    return float(text.replace(MINUS, "-"))


_PRINTED = re.compile(rf"{MINUS}?\d+(\.\d+)?", re.ASCII)
"""Stricter than float(), which also reads nan, inf, 1_000 and a hyphen."""

_EXACT = Context(prec=400)
"""Digits enough for the largest 64-bit float and its decimals."""


def rounded(value: float, places: int) -> float:
    """``value`` to ``places`` decimals by decimal arithmetic, a half to the even digit.

    Raises:
        InputError: If the value is not finite.
    """
    _require_finite(value)
    return float(Decimal(float(value)).quantize(Decimal(1).scaleb(-places), context=_EXACT))


def _require_finite(value: float) -> None:
    if not is_finite(value):
        raise InputError("printed number", value, "a finite number")
