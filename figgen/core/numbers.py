"""Numbers as they are printed in a figure, and read back from it."""

from __future__ import annotations

from decimal import Decimal

from figgen.core.errors import InputError

MINUS = "\N{MINUS SIGN}"


def printed(value: float, places: int = 3) -> str:
    """``value`` to ``places`` decimals, without idle zeros and with a true minus sign.

    >>> printed(-2.25), printed(-0.00004), printed(7.0)
    ('−2.25', '0', '7')

    Raises:
        InputError: If the value is not finite.
    """
    if value - value != 0:
        raise InputError("printed number", value, "a finite number")
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
    if value - value != 0:
        raise InputError("printed number", value, "a finite number")
    mantissa, exponent = f"{value:.{places}e}".split("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def read(text: str) -> float:
    """The number that `printed` wrote.

    Raises:
        InputError: If it is not a number.
    """
    try:
        return float(text.replace(MINUS, "-"))
    except ValueError:
        raise InputError("printed number", text, "digits, a point and a minus sign") from None


def rounded(value: float, places: int) -> float:
    """``value`` to ``places`` decimals by decimal arithmetic, a half to the even digit."""
    return float(Decimal(value).quantize(Decimal(1).scaleb(-places)))
