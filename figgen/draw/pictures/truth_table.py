"""A truth table: a row for each input of a network, with computed values and what they round to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from figgen.core import Graph
from figgen.core.printed_numbers import printed
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS
from figgen.draw.canvas.theme import Role
from figgen.draw.pictures.traced_network import VALUE_PLACES, about


@dataclass(frozen=True)
class Column:
    """A column of a truth table.

    Attributes:
        name: The node of the graph that it shows.
        formula: The LaTeX over it.
        words: What stands over that.
        logic: What the rounded values must be; None for an input.
    """

    name: str
    formula: str
    words: str = ""
    logic: tuple[int, ...] | None = None


HEAD = 1.2
"""Height of the head of a table, in inches."""


INPUT_WIDTH = 1.05


CHIP = 0.27
"""Half the size of a rounded value, in inches."""


def truth_table(
    canvas: Canvas, box: Box, graphs: Sequence[Graph], columns: Sequence[Column]
) -> None:
    """Draw a truth table: a row for each graph, with computed values and what they round to.

    Args:
        canvas: Where to draw.
        box: The place.
        graphs: What one network computed for each input.
        columns: From left to right; the last one is the result.
    """
    given = sum(column.logic is None for column in columns)
    wide = (box.width - given * INPUT_WIDTH) / (len(columns) - given)
    height = (box.height - HEAD) / len(graphs)
    left = box.left
    for column in columns:
        width = INPUT_WIDTH if column.logic is None else wide
        place = Box(left, box.bottom, width, box.height)
        if column is columns[-1]:
            card(canvas, place, None, "output", tint=0.1, zorder=0.5)
        _head(canvas, place, column)
        for row, graph in enumerate(graphs):
            middle = box.bottom + box.height - HEAD - (row + 0.5) * height
            value = float(graph[column.name].value)
            if column.logic is None:
                canvas.number(left + width / 2, middle - cap_height(MATHS) / 2, value, "input",
                              size=MATHS, weight="bold", va="baseline")  # fmt: skip
            else:
                _cell(canvas, left + width / 2, middle, value=value, column=column,
                      expected=column.logic[row])  # fmt: skip
        left += width
    for row in range(len(graphs)):
        level = box.bottom + box.height - HEAD - row * height
        role: Role = "muted" if row else "ink"
        canvas.line((box.left, level), (left, level), role, width=1.0 if row else 2.4)
    for graph in graphs:
        _file(canvas, graph, columns)


def _head(canvas: Canvas, place: Box, column: Column) -> None:
    x, top = place.left + place.width / 2, place.bottom + place.height
    canvas.text(x, top - 0.92, f"${column.formula}$", size=LABEL if column.words else MATHS,
                va="baseline")  # fmt: skip
    if column.words:
        canvas.text(x, top - 0.45, column.words, size=MATHS, weight="bold", va="baseline")


def _cell(
    canvas: Canvas, x: float, y: float, *, value: float, column: Column, expected: int
) -> None:
    """A computed value, an arrow, and what it rounds to."""
    canvas.text(x + 0.1, y - cap_height(LABEL) / 2, about(canvas, value, VALUE_PLACES), "forward",
                ha="right", va="baseline")  # fmt: skip
    arrow(canvas, (x + 0.24, y), (x + 0.66, y), "muted", width=1.8)
    rounded = round(value)
    canvas.claim(f"rounded {column.name}", rounded, expected, f"logic, {column.words}")
    # Filled for 1 and empty for 0, to be seen before any digit is read.
    chip = Box(x + 0.78, y - CHIP, 2 * CHIP, 2 * CHIP)
    role: Role = "output" if column.words.endswith("XOR") else "forward"
    card(canvas, chip, role, role if rounded else "paper", tint=1, width=2.2, radius=0.12)
    canvas.number(x + 0.78 + CHIP, y - cap_height(MATHS) / 2, rounded,
                  "paper" if rounded else role, size=MATHS, weight="bold",
                  va="baseline").set_zorder(4)  # fmt: skip


def _file(canvas: Canvas, graph: Graph, columns: Sequence[Column]) -> None:
    for claim in graph.claims():
        canvas.file(claim)
    values = {column: float(graph[column.name].value) for column in columns}
    inputs = " and ".join(f"{c.name} = {printed(v)}" for c, v in values.items() if c.logic is None)
    outputs = ", ".join(
        f"{c.name} is about {printed(v, VALUE_PLACES)}, rounded {round(v)}"
        for c, v in values.items()
        if c.logic is not None
    )
    canvas.describe(f"For {inputs}: {outputs}.")
