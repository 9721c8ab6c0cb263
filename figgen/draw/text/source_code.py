"""Code on a slide: the source of the function that ran, never retyped."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any, cast

from figgen.core import Function, InputError
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import CODE_FAMILY, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.text.function_cuts import Docstring, function_text

LARGEST = 24.0
"""Size of the largest code, in points."""
LEADING = 1.4
"""Distance of two lines of code, relative to the size."""


def source_of(function: Callable[..., Any], docstring: Docstring = "none") -> str:
    """The source of a function that runs, without decorators, docstring and annotations.

    What is left out is cut from the text that Python compiled; nothing else is touched.

    Args:
        function: A function that was written with ``def``, or a `Function` that holds one.
        docstring: What stays of the docstring.

    Raises:
        InputError: If it was not, if its file has changed since Python read it, or if the text
            that is left does not define it.
    """
    code: Any = code_of(function)
    # What a decorator like functools.wraps returned is not what stands below it. Only a function
    # is asked and shown: another object can raise whatever it is asked.
    written = issubclass(type(code), FunctionType)
    if not written or "__wrapped__" in vars(code):
        shown = code if written else type(code)
        raise InputError("function of the listing", shown, "one that is written with def")
    file = code.__code__.co_filename
    linecache.checkcache(file)
    source = "".join(linecache.getlines(file))
    line, name = code.__code__.co_firstlineno, code.__code__.co_name
    _require_current(code, source)
    return function_text(source, line, name, Path(file).name, docstring)


def code_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The Python function that runs when ``function`` is called."""
    # By its type: what an object says of its own class can raise.
    if issubclass(type(function), Function):
        function = cast(Function, function).evaluate
    is_method = issubclass(type(function), MethodType)
    return cast(MethodType, function).__func__ if is_method else function


def _require_current(function: FunctionType, source: str) -> None:
    """Refuse a source that is not what runs: its file was edited after Python had read it.

    Raises:
        InputError: If nothing in the source compiles, at its line, to the code of the function.
    """
    runs = function.__code__
    # The whole file, because the compiler makes another code of ``np.exp`` where it sees that
    # ``np`` was imported.
    try:
        current = any(
            each.co_firstlineno == runs.co_firstlineno and _same_code(each, runs)
            for each in _codes(source)
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        current = False
    if not current:
        where = f"{runs.co_name} at {Path(runs.co_filename).name}:{runs.co_firstlineno}"
        allowed = (
            "one that is written with def in a file that is as it was when Python read it;"
            " start again"
        )
        raise InputError("function of the listing", where, allowed)


def _codes(source: str) -> Iterator[CodeType]:
    waiting = [compile(source, "", "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]


def _same_code(one: CodeType, other: CodeType) -> bool:
    """Whether two codes do the same, wherever they stand in a file."""
    pairs = list(zip(one.co_consts, other.co_consts, strict=False))
    return (
        (one.co_name, one.co_code, one.co_names, one.co_varnames, len(one.co_consts))
        == (other.co_name, other.co_code, other.co_names, other.co_varnames, len(other.co_consts))
        # The representation, because 1 equals 1.0 and True.
        and all(
            _same_code(first, second)
            if isinstance(first, CodeType) and isinstance(second, CodeType)
            else repr(first) == repr(second)
            for first, second in pairs
        )
    )


def run(code: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """What the listing of a function defines when it is run, to hold it against the function."""
    runs = code_of(function)
    cells = zip(runs.__code__.co_freevars, runs.__closure__ or (), strict=True)
    names = {**runs.__globals__, **{name: cell.cell_contents for name, cell in cells}}
    # The code is the source of a function that has run already, less what does not run.
    exec(code, names)  # noqa: S102
    defined: Callable[..., Any] = names[runs.__name__]
    return defined


def listing(canvas: Canvas, box: Box, lines: list[tuple[str, Role]]) -> None:
    """Write code, as large as fits its place.

    Args:
        canvas: Where to write.
        box: The place; the code begins in its upper left corner.
        lines: Each line with its colour.

    Raises:
        InputError: If it does not fit in the smallest size that can be read.
    """
    size = LARGEST
    while not _fits(box, lines, size):
        size -= 1
        if size < SMALL:
            allowed = f"code that fits {box.width:.2f} x {box.height:.2f} inches"
            raise InputError("listing", "\n".join(line for line, _ in lines), allowed)
    step = LEADING * size / POINTS_PER_INCH
    for row, (line, role) in enumerate(lines):
        if line:
            y = box.bottom + box.height - (row + 0.8) * step
            canvas.text(
                box.left, y, line, role, size=size, ha="left", va="baseline", family=CODE_FAMILY
            ).set_parse_math(False)


ADVANCE = 0.60205078125
"""Width of every letter of the monospaced font, relative to its size."""


def _fits(box: Box, lines: list[tuple[str, Role]], size: float) -> bool:
    longest = max(len(line) for line, _ in lines) * ADVANCE * size / POINTS_PER_INCH
    return longest <= box.width and len(lines) * LEADING * size / POINTS_PER_INCH <= box.height
