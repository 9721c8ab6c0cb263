"""Section 2: mathematical foundation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from figgen import figure
from figgen.core import Array, Function, InputError, Interval, chain, square
from figgen.core.chains import reference
from figgen.core.printed_numbers import printed, read
from figgen.draw import Box, Canvas, Plot, Role, arrow, card, circle, write
from figgen.draw.canvas.cards import cap_height, path
from figgen.draw.plots.plots import BY_REFERENCE
from figgen.draw.text.source_code import listing, run, source_of

TILE_WIDTH, TILE_BOTTOM, TILE_HEIGHT = 3.8, 1.66, 3.88
CELL = (0.34, 0.52)


@figure(
    title="Three building blocks",
    perspective="diagram",
    alt="A row of tiles, each a building block of networks with a small picture.",
    steps=3,
)
def building_blocks(
    canvas: Canvas,
    *,
    function: Function = square,
    at: float = 1.0,
    left: tuple[float, ...] = (1, 2, 0, 3),
    right: tuple[float, ...] = (2, 0, 1, 2),
) -> None:
    """Functions, derivatives and matrix multiplications: together they build networks."""
    box = _tile(canvas, 0, "Functions")
    plot = _small_plot(canvas, box, function)
    plot.curve(function, "forward")
    _caption(canvas, box, f"$f(x) = {function.typeset()}$")
    with canvas.step(2):
        box = _tile(canvas, 1, "Derivatives")
        plot = _small_plot(canvas, box, function)
        plot.curve(function, "forward")
        slope = plot.tangent(function, at, length=1.5)
        plot.points(function, (at,))
        _caption(canvas, box, f"slope at {printed(at)}:  ", slope)
    with canvas.step(3):
        box = _tile(canvas, 2, "Matrix multiplications")
        _product(canvas, box, _two_by_two(left), _two_by_two(right))
        _network(canvas, Box(0.06, 0.06, 11.88, 1.2), (3, 4, 4, 2))


def _tile(canvas: Canvas, number: int, title: str) -> Box:
    box = Box(0.06 + number * (TILE_WIDTH + 0.24), TILE_BOTTOM, TILE_WIDTH, TILE_HEIGHT)
    card(canvas, box, None, "muted", tint=0.06)
    heading = Box(box.left, box.bottom, box.width, box.height - 0.24)
    write(canvas, heading, title, size=24, weight="bold", ha="center")
    canvas.describe(f"Tile {number + 1}: {title.lower()}.")
    return box


def _caption(canvas: Canvas, box: Box, words: str, value: float | None = None) -> None:
    place = (box.left + box.width / 2, box.bottom + 0.28)
    if value is None:
        canvas.text(*place, words, size=24, va="baseline")
    else:
        canvas.number(*place, value, before=words, size=24, va="baseline")


def _small_plot(canvas: Canvas, box: Box, function: Function) -> Plot:
    domain = Interval(-2, 2)
    y = _heights(function, domain)
    plot = Plot(canvas, Box(box.left + 0.45, box.bottom + 1.05, 2.6, 1.75), domain, y)
    plot.frame(ylabel=None)
    return plot


def _heights(function: Function, domain: Interval) -> Interval:
    """From the lowest value to the highest, with 0 in between."""
    values = chain((function,), domain.samples(101))
    return Interval(min(0.0, float(values.min())), max(0.0, float(values.max())))


def _two_by_two(numbers: tuple[float, ...]) -> Array:
    if len(numbers) != 4:
        raise InputError("numbers of the matrix", numbers, "4 numbers, row by row")
    return np.array(numbers, dtype=np.float64).reshape(2, 2)


def _product(canvas: Canvas, box: Box, left: Array, right: Array) -> None:
    """Two matrices and their product, with the row and the column of its first number marked."""
    product = left @ right
    in_python = [
        [sum(float(row[k] * column[k]) for k in range(2)) for column in right.T] for row in left
    ]
    canvas.claim("the product of the matrices", product, in_python, "sums in plain Python")
    middle = box.bottom + 1.85
    width = 2 * CELL[0] + 0.2
    gap = (box.width - 0.4 - 3 * width) / 2
    x = box.left + 0.2
    _matrix(canvas, (x, middle), left, "input", (1, 2))
    canvas.text(x + width + gap / 2, middle, r"$\cdot$", size=28)
    x += width + gap
    _matrix(canvas, (x, middle), right, "operation", (2, 1))
    canvas.text(x + width + gap / 2, middle, "$=$", size=24)
    x += width + gap
    _matrix(canvas, (x, middle), product, "output", (1, 1))
    sums = " + ".join(
        f"{printed(a)} · {printed(b)}" for a, b in zip(left[0], right[:, 0], strict=True)
    )
    _caption(canvas, box, f"{sums} = ", float(product[0, 0]))
    told = [
        [[printed(number) for number in row] for row in each] for each in (left, right, product)
    ]
    canvas.describe(f"Row by row, {told[0]} times {told[1]} is {told[2]}.".replace("'", ""))


def _matrix(
    canvas: Canvas,
    place: tuple[float, float],
    matrix: Array,
    role: Role,
    marked: tuple[int, int],
) -> None:
    """Numbers in brackets; the first of them, that many rows and columns, are marked."""
    (x, middle), (width, height), (rows, columns) = place, CELL, marked
    mark = Box(x + 0.1, middle + (1 - rows) * height, columns * width, rows * height)
    card(canvas, mark, None, role, tint=0.3, radius=0.1)
    for (row, column), value in np.ndenumerate(matrix):
        y = middle + (0.5 - row) * height - cap_height(24) / 2
        number = canvas.number(
            x + 0.1 + (column + 0.5) * width, y, float(value), size=24, va="baseline"
        )
        if canvas.measure(number)[0] > width:
            raise InputError("number in a matrix", float(value), "one of two digits")
    right = x + 2 * width + 0.2
    for edge, hook in ((x, x + 0.1), (right, right - 0.1)):
        ends = (middle + height, middle - height)
        path(canvas, [(hook, ends[0]), (edge, ends[0]), (edge, ends[1]), (hook, ends[1])], width=2)


def _network(canvas: Canvas, box: Box, sizes: tuple[int, ...]) -> None:
    """A sketch of a network in a bar, below the tiles that it is built from."""
    card(canvas, box, "highlight", "highlight", tint=0.08, width=2)
    for number in range(3):
        x = 0.06 + number * (TILE_WIDTH + 0.24) + TILE_WIDTH / 2
        top = box.bottom + box.height
        arrow(canvas, (x, TILE_BOTTOM - 0.04), (x, top + 0.04), "highlight", width=2.2)
    room, words = Box(box.left, box.bottom, 6.6, box.height), "Together they build networks"
    write(canvas, room, words, size=24, weight="bold", ha="center", va="center")
    layers = [
        [(box.left + 6.9 + 1.4 * layer, box.bottom + box.height / 2 + 0.28 * (row - (size - 1) / 2))
         for row in range(size)]
        for layer, size in enumerate(sizes)
    ]  # fmt: skip
    for before, after in pairwise(layers):
        for start in before:
            for end in after:
                canvas.line(start, end, "operation", width=1)
    hidden: list[Role] = ["operation"] * (len(layers) - 2)
    for layer, role in zip(layers, ["input", *hidden, "output"], strict=True):
        for node in layer:
            circle(canvas, node, 0.1, role, role, tint=0.4)
    canvas.describe("Arrows lead from the three tiles to a small network that they build together.")


@figure(
    title="Three perspectives",
    perspective="diagram",
    alt="Panels that show one function, each from another perspective.",
    steps=3,
)
def three_perspectives(
    canvas: Canvas,
    *,
    function: Function = square,
    at: float = 1.5,
    domain: Interval = Interval(-2.5, 2.5),
) -> None:
    """Math, code and diagram say the same: one number, found in all three."""
    if at not in domain:
        raise InputError("at", at, f"a number from {domain.low:g} to {domain.high:g}")
    value = float(function(np.array(at)))
    canvas.claim(f"{function.name}({printed(at)})", value, reference((function,), at), BY_REFERENCE)
    _math(canvas, Box(0.06, 3.7, 6.85, 1.84), function, at, value)
    with canvas.step(2):
        _code(canvas, Box(0.06, 0.06, 6.85, 3.44), function, at)
    with canvas.step(3):
        _diagram(canvas, Box(7.11, 0.06, 4.83, 5.48), function, at, domain)


def _panel(canvas: Canvas, box: Box, title: str) -> Box:
    card(canvas, box, None, "muted", tint=0.06)
    inner = Box(box.left + 0.3, box.bottom + 0.2, box.width - 0.6, box.height - 0.44)
    write(canvas, inner, title, size=24, weight="bold")
    return Box(inner.left, inner.bottom, inner.width, inner.height - 0.42)


def _math(canvas: Canvas, box: Box, function: Function, at: float, value: float) -> None:
    room = _panel(canvas, box, "Math")
    x = room.left + room.width / 2
    canvas.text(x, room.bottom + 0.72, f"$f(x) = {function.typeset()}$", size=36)
    canvas.number(
        x, room.bottom + 0.06, value, "highlight", before=f"$f({printed(at)})$ = ", size=24,
        va="baseline",
    )  # fmt: skip
    canvas.describe(
        f"Math: f(x) is the {function.name} of x, and f({printed(at)}) is {printed(value)}."
    )


def _code(canvas: Canvas, box: Box, function: Function, at: float) -> None:
    room = _panel(canvas, box, "Code")
    source = source_of(function)
    answer = repr(float(run(source, function)(np.array(at))))
    canvas.claim(
        f"what the printed code gives for {printed(at)}",
        read(answer),
        reference((function,), at),
        BY_REFERENCE,
    )
    call = f">>> print({function.name}({at:g}))"
    lines: list[tuple[str, Role]] = [(line, "ink") for line in source.splitlines()]
    listing(canvas, room, [*lines, ("", "ink"), (call, "ink"), (answer, "highlight")])
    canvas.describe(f"Code: {function.name}({at:g}) prints {answer}.")


def _diagram(canvas: Canvas, box: Box, function: Function, at: float, domain: Interval) -> None:
    room = _panel(canvas, box, "Diagram")
    y = _heights(function, domain)
    canvas.describe("Diagram: the curve.")
    plot = Plot(canvas, Box(room.left + 0.1, room.bottom + 0.4, 3.7, 3.7), domain, y)
    plot.frame((at,), ylabel="$f(x)$")
    plot.curve(function, "forward")
    value = float(function(np.array(at)))
    plot.line([at, at, 0], [0, value, value], "highlight", dashed=True)
    plot.points(function, (at,))
    plot.number(0, value, value, "highlight", shift=(-0.15, 0), ha="right")
