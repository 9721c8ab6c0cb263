"""The diagram of a traced function: its values above the edges, its derivatives below.

The graph comes from code that ran, so that a symbol, a shape or a number on an edge is that of
the computation; every value and every gradient is a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from figgen.core import Array, InputError
from figgen.core.graph import Graph, Node
from figgen.core.graph_math import describe, describe_backward
from figgen.core.ops import typeset_shape
from figgen.draw.canvas import Canvas
from figgen.draw.diagrams import Diagram, Edge
from figgen.draw.layout import Layout
from figgen.draw.plots import Box

Show: TypeAlias = Literal["symbol", "number", "shape"]

RESULT = "result"
"""The name of the circle at the end of the graph, which no traced value can have."""


class GraphDrawing:
    """A traced graph being drawn.

    The nodes and edges belong to the step in which the drawing is made; values and derivatives
    are added in later steps, and `draw` places everything.

    Args:
        canvas: Where to draw.
        graph: What a function computed.
        captions: A second line for nodes, by name; an operation's is its name in words.
        output: The LaTeX in the last circle; the name of the output if not given.
    """

    def __init__(
        self,
        canvas: Canvas,
        graph: Graph,
        *,
        captions: Mapping[str, str] | None = None,
        output: str | None = None,
    ) -> None:
        self.canvas = canvas
        self.graph = graph
        self.diagram = Diagram(canvas)
        self._edges: dict[tuple[str, int], Edge] = {}
        for node in graph.nodes:
            self._add_node(node, (captions or {}).get(node.name))
        for edge in graph.edges:
            drawn = self.diagram.edge(edge.source.name, edge.target.name)
            self._edges[edge.target.name, edge.position] = drawn
        self.diagram.node(RESULT, f"${output or graph.output.latex}$", "output")
        self._edges[RESULT, 0] = self.diagram.edge(graph.output.name, RESULT)
        for claim in graph.claims():
            canvas.file(claim)

    def _add_node(self, node: Node, caption: str | None) -> None:
        if node.op is None:
            self.diagram.node(node.name, f"${node.latex}$", "input", below=caption or "")
        else:
            words = node.op.name if caption is None else caption
            symbol = f"${node.op.notation.symbol}$"
            self.diagram.node(node.name, symbol, "operation", below=words)

    def value(self, name: str, *shows: Show, places: int = 3) -> None:
        """Write a value above every edge that leaves its node, in the current step.

        Args:
            name: The node that holds the value.
            *shows: What to write: its symbol, its number, its shape, or several.
            places: The decimals of a number.

        Raises:
            InputError: If there is no such node, or a number is asked of a matrix.
        """
        node = self.graph[name]
        words = self._words(node.latex, node.value, shows, places)
        for (target, position), edge in self._edges.items():
            from_here = (
                node is self.graph.output
                if target == RESULT
                else self.graph[target].inputs[position] is node
            )
            if from_here:
                self.diagram.above(edge, words)

    def derivative(self, name: str, position: int = 0, *shows: Show, places: int = 3) -> None:
        """Write the local derivative below the edge into a node, in the current step.

        Args:
            name: The node that the edge goes into.
            position: The place of the operand, from 0.
            *shows: What to write: its symbol, its number, its shape, or several.
            places: The decimals of a number.

        Raises:
            InputError: If there is no such edge, or a number is asked of a matrix.
        """
        local = self.graph.local(name, position)
        words = self._words(local.latex, local.value, shows, places)
        self.diagram.below(self._edges[name, position], words)

    def gradient(self, name: str, words: str = "", *, places: int = 3) -> None:
        r"""Write the gradient of the output by a node below the edge that leaves it.

        Args:
            name: The node; only one edge may leave it.
            words: LaTeX written before the number, like ``\frac{ds}{dx}=``.
            places: The decimals of the number.

        Raises:
            InputError: If there is no such node, several edges leave it, or it is a matrix.
        """
        node = self.graph[name]
        keys = [
            (edge.target.name, edge.position) for edge in self.graph.edges if edge.source is node
        ] or [(RESULT, 0)]
        if len(keys) > 1:
            raise InputError(f"edges that leave {name}", len(keys), "1, where a gradient can stand")
        gradient = self.graph.backward()[name]
        number = self.canvas.digits(float(gradient), places, words)
        self.diagram.below(self._edges[keys[0]], f"${words}{number}$")

    def describe(self, *, backward: bool = False, places: int = 3) -> None:
        """Say the forward pass, or the backward pass, in the alt text from this step on."""
        tell = describe_backward if backward else describe
        self.canvas.describe(tell(self.graph, places=places))

    def draw(self, box: Box, **gaps: float) -> Layout:
        """Place and draw everything; see `Diagram.draw`."""
        return self.diagram.draw(box, **gaps)

    def _words(self, symbol: str, value: Array, shows: tuple[Show, ...], places: int) -> str:
        """A symbol, a number and a shape as one formula: ``a = 5``, ``N (3 × 2)``."""
        if "number" in shows and value.shape:
            raise InputError(f"shape of {symbol}", value.shape, "a single number, to be printed")
        words = symbol if "symbol" in shows else ""
        if "number" in shows:
            digits = self.canvas.digits(float(value), places)
            words = f"{words} = {digits}" if words else digits
        if "shape" in shows and value.shape:
            words = rf"{words}\;({typeset_shape(value.shape)})".removeprefix(r"\;")
        return f"${words}$"
