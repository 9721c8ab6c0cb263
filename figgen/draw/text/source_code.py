"""Code on a slide: the source of the function that ran, never retyped."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any, Literal, TypeAlias

from figgen.core import Function, InputError
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import CODE_FAMILY, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.units import POINTS_PER_INCH

LARGEST = 24.0
"""Size of the largest code, in points."""
LEADING = 1.4
"""Distance of two lines of code, relative to the size."""


Docstring: TypeAlias = Literal["none", "first line"]
"""How much of a docstring a listing shows."""


def source_of(function: Callable[..., Any], docstring: Docstring = "none") -> str:
    """The source of a function that runs, without decorators, docstring and annotations.

    What is left out is cut from the text that Python compiled; nothing else is touched.

    Args:
        function: A function that was written with ``def``, or a `Function` that holds one.
        docstring: What stays of the docstring.

    Raises:
        InputError: If it was not, or if its file has changed since Python read it.
    """
    code = code_of(function)
    try:
        source = textwrap.dedent(inspect.getsource(code)).encode()
        found = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        found = None
    # What a decorator like functools.wraps returned is not what stands below it.
    if not isinstance(found, ast.FunctionDef) or hasattr(code, "__wrapped__"):
        raise InputError("function of the listing", function, "one that is written with def")
    _require_current(code)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for first, last in sorted(_cuts(found, source, starts, docstring), reverse=True):
        source = source[:first] + source[last:]
    return source.decode().rstrip()


def code_of(function: Callable[..., Any]) -> Callable[..., Any]:
    """The Python function that runs when ``function`` is called."""
    return function.evaluate if isinstance(function, Function) else function


def _require_current(function: Callable[..., Any]) -> None:
    """Refuse a source that is not what runs: its file was edited after Python had read it.

    Raises:
        InputError: If nothing in the file compiles to the code that the function has.
    """
    # The whole file, because the compiler makes another code of ``np.exp`` where it sees that
    # ``np`` was imported.
    lines, _ = inspect.findsource(function)
    if not any(_same_code(each, function.__code__) for each in _codes("".join(lines))):
        allowed = "one whose file is as it was when Python read it; start again"
        raise InputError("function of the listing", function, allowed)


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


def _cuts(
    found: ast.FunctionDef, source: bytes, starts: list[int], docstring: Docstring
) -> Iterator[tuple[int, int]]:
    """The first and the last byte of what is left out; Python counts columns in bytes."""

    def end(node: ast.expr) -> int:
        return starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    yield 0, starts[found.lineno - 1]
    yield from _docstring_cuts(found, source, starts, docstring)
    arguments = (*found.args.posonlyargs, *found.args.args, *found.args.kwonlyargs)
    for argument in (*arguments, found.args.vararg, found.args.kwarg):
        if argument is not None and argument.annotation is not None:
            name = starts[argument.lineno - 1] + argument.col_offset + len(argument.arg.encode())
            yield name, end(argument.annotation)
            # Without an annotation, no blanks stand around the sign of a default.
            if default := _DEFAULT.match(source, end(argument.annotation)):
                yield default.span(1)
                yield default.span(2)
    if found.returns is not None:
        last = end(found.returns)
        yield source.rindex(b")", 0, source.rindex(b"->", 0, last)) + 1, last
    for node in ast.walk(found):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield end(node.target), end(node.annotation)


_DEFAULT = re.compile(rb"( *)=( *)")


def _docstring_cuts(
    found: ast.FunctionDef, source: bytes, starts: list[int], docstring: Docstring
) -> Iterator[tuple[int, int]]:
    if ast.get_docstring(found) is None:
        return
    words = found.body[0]
    first, last = starts[words.lineno - 1], starts[words.end_lineno or words.lineno]
    if docstring == "none":
        yield first, last
    elif words.end_lineno != words.lineno:
        # From the end of the first line to the three closing quotes.
        yield starts[words.lineno] - 1, first + len(source[first:last].rstrip()) - 3


def run(code: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """What the listing of a function defines when it is run, to hold it against the function."""
    runs = code_of(function)
    names = {**runs.__globals__, **inspect.getclosurevars(runs).nonlocals}
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
