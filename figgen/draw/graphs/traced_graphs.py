"""The diagram of a traced function: its values above the edges, its derivatives below.

The graph comes from code that ran, so that a symbol, a shape or a number on an edge is that of
the computation; every value and every gradient is a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from figgen.core import Array, InputError
from figgen.core.graph import Graph, Node
from figgen.core.graph_latex import pieces
from figgen.core.graph_words import describe, describe_backward, said
from figgen.core.ops import typeset_shape
from figgen.core.printed_numbers import MINUS, printed, read
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS, let_lines_grow
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.unmarked import CanvasError
from figgen.draw.graphs.diagrams import BORDER_WIDTH, EDGE_WIDTH, SMALLEST, SYMBOL, Diagram, Edge
from figgen.draw.graphs.edge_labels import EDGE_GAP
from figgen.draw.graphs.graphviz_layout import Layout

Show: TypeAlias = Literal["symbol", "number", "shape"]


class Capsule(NamedTuple):
    """Width and height of a capsule, which holds a number, in inches."""

    width: float
    height: float


CAPSULE = Capsule(1.4, 0.62)
CLEAR = 0.05
"""Between a capsule and an arrow, in inches."""
FRACTION_DESCENT = 0.24
"""How far a fraction reaches below its baseline, in inches."""

RESULT = "result"
"""The name of the circle at the end of the graph, which no traced value can have."""


ROUNDING = 1e-12
"""What rounding in the last bits may do to a number that is printed in full, relative to it."""


class GraphDrawing:
    """A traced graph being drawn.

    The nodes and edges belong to the step in which the drawing is made, unless ``steps`` says
    another; values and derivatives are added in later steps, and `draw` places everything.

    Args:
        canvas: Where to draw.
        graph: What a function computed.
        symbols: The LaTeX in nodes, by name; an operation's is its symbol.
        captions: A second line for nodes, by name; an operation's is its name in words.
        output: The LaTeX in the last circle; the name of the output if not given.
        steps: The step in which a node appears, with the edges that leave it, by name.
        smallest: The least height of a node and width of a circle, in inches.
        size: The size of the values and derivatives in points.
        symbol: The size of the symbols in nodes, in points.

    Raises:
        InputError: If there is no node of a name.
    """

    def __init__(
        self,
        canvas: Canvas,
        graph: Graph,
        *,
        symbols: Mapping[str, str] | None = None,
        captions: Mapping[str, str] | None = None,
        output: str | None = None,
        steps: Mapping[str, int] | None = None,
        smallest: float = SMALLEST,
        size: float = LABEL,
        symbol: float = SYMBOL,
    ) -> None:
        self.canvas = canvas
        self.graph = graph
        self.diagram = Diagram(canvas, smallest=smallest)
        self._size, self._symbol_size = size, symbol
        self._symbols, self._captions, self._steps = symbols or {}, captions or {}, steps or {}
        self._edges: dict[tuple[str, int], Edge] = {}
        self._from: dict[str, list[Edge]] = {node.name: [] for node in graph.nodes}
        for name in {*self._symbols, *self._captions, *self._steps} - {RESULT}:
            graph[name]  # refuses a name that is not there
        for node in graph.nodes:
            self._add_node(node)
        with canvas.step(self._first(RESULT)):
            self.diagram.node(RESULT, f"${output or graph.output.latex}$", "output", size=symbol)
        for edge in graph.edges:
            self._add_edge(edge.source.name, edge.target.name, edge.position)
        self._add_edge(graph.output.name, RESULT, 0)
        for claim in graph.claims():
            canvas.file(claim)

    def _first(self, name: str) -> int:
        return self._steps.get(name, self.canvas.span[0])

    def _add_node(self, node: Node) -> None:
        symbol, caption = node.latex, ""
        if node.op is not None:
            symbol, caption = node.op.notation.symbol, node.op.name
        symbol = self._symbols.get(node.name, symbol)
        if symbol == rf"\mathrm{{{caption}}}":
            caption = ""
        caption = self._captions.get(node.name, caption)
        kind: Literal["input", "operation"] = "operation" if node.op else "input"
        with self.canvas.step(self._first(node.name)):
            self.diagram.node(node.name, f"${symbol}$", kind, below=caption, size=self._symbol_size)

    def _add_edge(self, tail: str, head: str, position: int) -> None:
        with self.canvas.step(self._first(tail)):
            self._edges[head, position] = self.diagram.edge(tail, head)
        self._from[tail].append(self._edges[head, position])

    def value(self, name: str, *shows: Show, places: int = 3, symbol: str = "") -> None:
        """Write a value above every edge that leaves its node, in the current step.

        Args:
            name: The node that holds the value.
            *shows: What to write: its symbol, its number, its shape, or several.
            places: The decimals of a number.
            symbol: The LaTeX to write in place of its symbol.

        Raises:
            InputError: If there is no such node, or a number is asked of a matrix.
        """
        node = self.graph[name]
        words = self._words(symbol or node.latex, node.value, shows, places)
        for edge in self._leaving(name):
            self.diagram.above(edge, words, size=self._size)

    def derivative(
        self, name: str, position: int = 0, *shows: Show, places: int = 3, symbol: str = ""
    ) -> None:
        """Write the local derivative below the edge into a node, in the current step.

        Args:
            name: The node that the edge goes into.
            position: The place of the operand, from 0.
            *shows: What to write: its symbol, its number, its shape, or several.
            places: The decimals of a number.
            symbol: The LaTeX to write in place of its symbol.

        Raises:
            InputError: If there is no such edge, or a number is asked of a matrix.
        """
        local = self.graph.local(name, position)
        words = self._words(symbol or local.latex, local.value, shows, places)
        self.diagram.below(self._edges[name, position], words, size=self._size)

    def gradient(self, name: str, symbol: str = "", *, places: int = 3) -> None:
        r"""Write the gradient of the output by a node below the edge that leaves it.

        Args:
            name: The node; only one edge may leave it.
            symbol: LaTeX written before the number, like ``\dfrac{ds}{dx}``.
            places: The decimals of the number.

        Raises:
            InputError: If there is no such node, several edges leave it, or it is a matrix.
        """
        edges = self._leaving(name)
        if len(edges) > 1:
            raise InputError(
                f"edges that leave {name}", len(edges), "1, where a gradient can stand"
            )
        gradient = self.graph.backward()[name]
        shows: tuple[Show, ...] = ("symbol", "number") if symbol else ("number",)
        words = self._words(symbol, gradient, shows, places)
        self.diagram.below(edges[0], words, size=self._size)

    def _leaving(self, name: str) -> list[Edge]:
        """The edges that leave a node; from the output, the one to the last circle."""
        return self._from[self.graph[name].name]

    def describe(self, *names: str, backward: bool = False, places: int = 3) -> None:
        """Say the values, or the gradients, in the alt text from this step on.

        Args:
            *names: The nodes to tell of; all of them if not given.
            backward: Whether to tell the gradients.
            places: The decimals of the numbers.

        Raises:
            InputError: If there is no such node.
        """
        if not names:
            tell = describe_backward if backward else describe
            self.canvas.describe(tell(self.graph, places=places))
            return
        tell_one = self._gradient_in_words if backward else self._value_in_words
        self.canvas.describe(" ".join(tell_one(self.graph[name], places) for name in names))

    def _value_in_words(self, node: Node, places: int) -> str:
        formula = ""
        if node.op is not None:
            steps = [each for each in self.graph.nodes if each.op]
            formula = f" = {pieces(self.graph, 'words', node, stops=steps)[node.name].text}"
        return f"{node.name}{formula} = {said(node.value, places)}."

    def _gradient_in_words(self, node: Node, places: int) -> str:
        gradient = self.graph.backward()[node.name]
        return f"d{self.graph.output.name}/d{node.name} = {said(gradient, places)}."

    def draw(self, box: Box, **gaps: float) -> Layout:
        """Place and draw everything; see `Diagram.draw`."""
        return self.diagram.draw(box, **gaps)

    def _words(self, symbol: str, value: Array, shows: tuple[Show, ...], places: int) -> str:
        """A symbol, a number and a shape as one formula: ``a = 5``, ``N (3 × 2)``."""
        words = symbol if "symbol" in shows else ""
        if "number" in shows:
            if value.size > 1:
                raise InputError(f"shape of {symbol}", value.shape, "one number, to be printed")
            number = float(value.item())
            # Not "1 = 1", where the symbol of a derivative is its number.
            left = "" if words == printed(number).replace(MINUS, "-") else words
            words = equation(self.canvas, left, number, places)
        if "shape" in shows and value.shape:
            words = rf"{words}\;({typeset_shape(value.shape)})".removeprefix(r"\;")
        return f"${words}$"


def equation(canvas: Canvas, left: str, value: float, places: int = 3) -> str:
    r"""The LaTeX ``left = value``, or ``left \approx value`` if the digits are not all of it.

    Args:
        canvas: Where the claim about the digits is filed.
        left: LaTeX; if empty, the digits stand alone.
        value: The number.
        places: The decimals to print.
    """
    digits = canvas.digits(value, places, left)
    if not left:
        return digits
    # In braces, or the minus sign would be set like that of a difference.
    return f"{left} {_sign(read(digits), value)} {{{digits}}}"


def _sign(number: float, value: float) -> str:
    """The LaTeX of ``=``, or of ``≈`` if a printed number is not all of a value."""
    exact = abs(number - value) <= ROUNDING * max(1.0, abs(value))
    return "=" if exact else r"\approx"


def times(canvas: Canvas, factors: Sequence[float], places: int = 3) -> str:
    """The LaTeX of a product of numbers, negative ones in parentheses."""
    digits = [canvas.digits(factor, places) for factor in factors]
    return r" \cdot ".join(f"({each})" if each.startswith(MINUS) else each for each in digits)


def product(
    canvas: Canvas, left: str, factors: Sequence[float], value: float, places: int = 3
) -> str:
    r"""The LaTeX ``left = 2 \cdot 0.5 = 1``, with ``\approx`` where a step is not exact.

    The first step is exact if the digits of each factor are all of it, the second one if the
    product of the printed numbers is the printed result.

    Args:
        canvas: Where the claims about the digits are filed.
        left: LaTeX.
        factors: The numbers that are multiplied.
        value: Their product.
        places: The decimals to print.
    """
    shown = [read(printed(factor, places)) for factor in factors]
    signs = {_sign(*pair) for pair in zip(shown, factors, strict=True)}
    first = r"\approx" if r"\approx" in signs else "="
    words = f"{left} {first} {times(canvas, factors, places)}"
    digits = canvas.digits(value, places, words)
    return f"{words} {_sign(prod(shown), read(digits))} {{{digits}}}"


class Lane:
    """A row of numbers below a chain: what is handed on between two boxes, and a factor for each.

    Args:
        drawing: A chain that is drawn.
        middle: The height of the row, in inches.
        role: The colour of all of it.
        places: The decimals of the numbers.
        signed: Whether a positive number has a plus.

    Attributes:
        stops: Where the numbers stand, in inches: before the first box, between two, and after
            the last.
    """

    def __init__(
        self,
        drawing: GraphDrawing,
        middle: float,
        role: Role,
        *,
        places: int = 3,
        signed: bool = False,
    ) -> None:
        boxes = drawing.diagram.places.values()
        self.canvas = drawing.canvas
        self.middle = middle
        self.role = role
        self.places = places
        self.signed = signed
        self.stops = [(one.left + one.width + next_.left) / 2 for one, next_ in pairwise(boxes)]

    def stop(self, index: int, symbol: str, value: float) -> None:
        """Write a number in a capsule, smaller if it is long, with its name below it.

        Args:
            index: Which stop, from 0.
            symbol: The LaTeX of the name.
            value: The number.

        Raises:
            CanvasError: If the number is wider than the capsule.
        """
        canvas, x = self.canvas, self.stops[index]
        place = Box(x - CAPSULE.width / 2, self.middle - CAPSULE.height / 2, *CAPSULE)
        card(canvas, place, self.role, self.role, width=BORDER_WIDTH, radius=CAPSULE.height / 2)
        before = "+" if self.signed and value > 0 else ""
        text = canvas.number(x, 0, value, places=self.places, before=before, va="baseline")
        for size in (MATHS, LABEL):
            text.set(fontsize=size, y=self.middle - cap_height(size) / 2)
            needed = canvas.measure(text)[0] + CAPSULE.height / 2
            if needed <= CAPSULE.width:
                break
        else:
            raise CanvasError(
                f"{text.get_text()} needs a capsule {needed:.2f} inches wide and has"
                f" {CAPSULE.width:.2f}; print fewer decimals"
            )
        self._below(x, place.bottom, f"${symbol}$")

    def through(self, box: int, factor: float, symbol: str = "", *, backward: bool = False) -> None:
        """Draw an arrow from one stop to the other below a box, with what it multiplies by.

        Args:
            box: Which box, from 1.
            factor: The number, written below the arrow.
            symbol: The LaTeX of the factor, written above it.
            backward: Whether the arrow points from right to left.
        """
        canvas = self.canvas
        left, right = self.stops[box - 1], self.stops[box]
        beside = CAPSULE.width / 2 + CLEAR
        ends = [(left + beside, self.middle), (right - beside, self.middle)]
        start, end = reversed(ends) if backward else ends
        arrow(canvas, start, end, self.role, width=EDGE_WIDTH)
        middle = (left + right) / 2
        self._below(middle, self.middle, f"$\\times\\, {times(canvas, [factor])}$")
        if symbol:
            above = self.middle + EDGE_GAP + FRACTION_DESCENT
            canvas.text(middle, above, f"${symbol}$", self.role, va="baseline")

    def _below(self, x: float, y: float, words: str) -> None:
        text = self.canvas.text(x, y - EDGE_GAP, words, self.role, va="top")
        let_lines_grow(text)
