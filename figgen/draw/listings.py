"""Code on a slide: the source of the function that ran, never retyped."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator

from figgen.core import Function, InputError, Map
from figgen.draw.canvas import POINTS_PER_INCH, Canvas
from figgen.draw.plots import Box
from figgen.draw.style import CODE_FAMILY, SMALL
from figgen.draw.theme import Role

LARGEST = 24.0
"""Size of the largest code, in points."""
LEADING = 1.4
"""Distance of two lines of code, relative to the size."""


def source_of(function: Function) -> str:
    """The source of a function's numpy code, without decorators, docstring and annotations.

    What is left out is cut from the text that Python compiled; nothing else is touched.

    Args:
        function: A function whose ``evaluate`` was written with ``def``.

    Raises:
        InputError: If it was not.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function.evaluate)).encode()
        found = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError):
        found = None
    if not isinstance(found, ast.FunctionDef):
        raise InputError("function of the listing", function, "one that is written with def")
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for first, last in sorted(_cuts(found, source, starts), reverse=True):
        source = source[:first] + source[last:]
    return source.decode().rstrip()


def _cuts(found: ast.FunctionDef, source: bytes, starts: list[int]) -> Iterator[tuple[int, int]]:
    """The first and the last byte of what is left out; Python counts columns in bytes."""

    def end(node: ast.expr) -> int:
        return starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    yield 0, starts[found.lineno - 1]
    if ast.get_docstring(found) is not None:
        docstring = found.body[0]
        yield starts[docstring.lineno - 1], starts[docstring.end_lineno or docstring.lineno]
    for argument in (*found.args.posonlyargs, *found.args.args, *found.args.kwonlyargs):
        if argument.annotation is not None:
            name = starts[argument.lineno - 1] + argument.col_offset + len(argument.arg.encode())
            yield name, end(argument.annotation)
    if found.returns is not None:
        last = end(found.returns)
        yield source.rindex(b")", 0, source.rindex(b"->", 0, last)) + 1, last
    for node in ast.walk(found):
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield end(node.target), end(node.annotation)


def run(code: str, function: Function) -> Map:
    """What the listing of a function defines when it is run, to hold it against the function."""
    names = dict(inspect.getclosurevars(function.evaluate).globals)
    # The code is the source of a function that has run already, less what does not run.
    exec(code, names)  # noqa: S102
    defined: Map = names[function.evaluate.__name__]
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
