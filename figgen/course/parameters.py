"""The keyword parameters of figure functions, and their values from the command line."""

from __future__ import annotations

import builtins
import inspect
import math
import typing
from collections.abc import Callable, Mapping
from typing import Any

from figgen.core import FUNCTIONS, Function, InputError, Interval
from figgen.errors import RequestError


class ParameterError(RequestError):
    """A ``--set`` that does not fit the figure: what was given and what is allowed."""


def parse_settings(func: Callable[..., None], settings: Mapping[str, str]) -> dict[str, Any]:
    """The values of ``settings`` in the types of the parameters of ``func``.

    Args:
        func: A figure function.
        settings: Parameter names and values as text.

    Returns:
        Keyword arguments for ``func``.

    Raises:
        ParameterError: If there is no such parameter or the text is no value of its type.
    """
    known = parameters(func)
    values: dict[str, Any] = {}
    for name, text in settings.items():
        if name not in known:
            allowed = ", ".join(known) or "none"
            raise ParameterError(f"no parameter is called '{name}'; there are: {allowed}")
        kind = known[name][0]
        try:
            values[name] = _parse(kind, text.strip())
        except (ValueError, InputError) as error:
            reason = f" ({error})" if isinstance(error, InputError) else ""
            raise ParameterError(
                f"{name}={text} is not allowed: give {in_words(kind)}{reason}"
            ) from None
    return values


def parameters(func: Callable[..., None]) -> dict[str, tuple[Any, Any]]:
    """Type and default of every parameter of a figure function but the canvas."""
    hints = typing.get_type_hints(func)
    return {
        name: (hints.get(name, str), parameter.default)
        for name, parameter in inspect.signature(func).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }


def _function(text: str) -> Function:
    if text not in FUNCTIONS:
        raise ValueError(text)
    return FUNCTIONS[text]


def _number(text: str) -> float:
    value = float(text.replace("\N{MINUS SIGN}", "-"))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _interval(text: str) -> Interval:
    low, high = text.split(":")
    return Interval(_number(low), _number(high))


def _truth(text: str) -> bool:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[
        text.lower()
    ]


_FUNCTION_NAMES = ", ".join(FUNCTIONS)

# Each type with how to read it and what to say when that fails.
_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    float: (_number, "a finite number"),
    int: (int, "a whole number"),
    bool: (_truth, "true or false"),
    str: (str, "text"),
    Function: (_function, f"one of {_FUNCTION_NAMES}"),
    Interval: (_interval, "a range, low:high"),
}

# What a tuple can hold, in words.
_PARTS: dict[Any, str] = {
    float: "numbers with commas between them",
    int: "whole numbers with commas between them",
    Function: f"functions with commas between them, the innermost first, of {_FUNCTION_NAMES}",
}


def _parts(kind: Any) -> tuple[Any, int | None]:
    """What a tuple type holds, and how many of it; None for any number."""
    match typing.get_args(kind):
        case (part, end) if end is ...:
            return part, None
        case (part, *others) if all(other is part for other in others):
            return part, 1 + len(others)
        case _:
            return None, None


def _parse(kind: Any, text: str) -> Any:
    try:
        match typing.get_origin(kind):
            case typing.Literal:
                return {as_text(choice): choice for choice in typing.get_args(kind)}[text]
            case builtins.tuple:
                part, count = _parts(kind)
                texts = text.split(",")
                if part not in _PARTS or count not in {None, len(texts)}:
                    raise ValueError(text)
                return tuple(_parse(part, each.strip()) for each in texts)
            case _:
                return _READERS[kind][0](text)
    except KeyError:
        raise ValueError(text) from None


def in_words(kind: Any) -> str:
    """What a parameter of this type takes, in words."""
    match typing.get_origin(kind):
        case typing.Literal:
            return "one of " + ", ".join(as_text(choice) for choice in typing.get_args(kind))
        case builtins.tuple:
            part, count = _parts(kind)
            if part in _PARTS:
                return _PARTS[part] if count is None else f"{count} {_PARTS[part]}"
        case _:
            if kind in _READERS:
                return _READERS[kind][1]
    return f"no value: a {kind} cannot be set from the command line"


def as_text(value: Any) -> str:
    """A value as it is written after ``--set name=``."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return repr(float(value)).removesuffix(".0")
        case Function():
            return value.name
        case Interval():
            return f"{as_text(value.low)}:{as_text(value.high)}"
        case tuple():
            return ",".join(as_text(part) for part in value)
        case _:
            return str(value)
