"""Diagrams of nodes and edges: Graphviz places them, matplotlib draws them.

A diagram is collected first and drawn once: only when all labels are measured can the nodes be
placed. A label keeps the step in which it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.path import Path
from matplotlib.text import Text

from figgen.core import InputError
from figgen.draw.canvas import Canvas, CanvasError
from figgen.draw.layout import Layout, Point, Size, columns, dot_source, mirrored, place, respaced
from figgen.draw.plots import Box
from figgen.draw.style import LABEL, MATHS
from figgen.draw.theme import Role

Kind: TypeAlias = Literal["input", "operation", "output"]
Side: TypeAlias = Literal["above", "below"]

PADDING = 0.2
"""Between a node's label and its border, in inches."""
SMALLEST = 0.95
"""The least height of a node and width of a circle, in inches."""
ROUNDING = 0.16
EDGE_GAP = 0.09
"""Between a label and its edge, in inches."""
LABEL_ROOM = 0.24
"""Between a label of an edge and the nodes on both sides, in inches."""
BORDER_WIDTH = 2.4
EDGE_WIDTH = 2.2
CURVE_POINTS = 60


@dataclass
class Node:
    """A node of a diagram.

    Attributes:
        name: Its name, unique in the diagram.
        kind: Inputs and outputs are circles, operations boxes with round corners.
        texts: The label, and a line below it if there is one; already on the canvas.
        span: The steps in which it shows.
    """

    name: str
    kind: Kind
    texts: list[Text]
    span: tuple[int, int | None]


@dataclass
class EdgeLabel:
    """Words at an edge: their side of it and the text, already on the canvas."""

    side: Side
    text: Text


@dataclass
class Edge:
    """An edge of a diagram, with its labels and the steps in which it shows."""

    tail: str
    head: str
    role: Role
    span: tuple[int, int | None]
    labels: list[EdgeLabel] = field(default_factory=list)


class Diagram:
    """Nodes and edges, read from left to right.

    Args:
        canvas: Where to draw.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.layout: Layout | None = None
        self.source = ""

    # Collecting

    def node(
        self, name: str, label: str, kind: Kind, *, below: str = "", size: float = MATHS
    ) -> None:
        """Add a node in the current step.

        Args:
            name: Unique in the diagram.
            label: What is written in it, with ``$...$`` for maths.
            kind: Its shape and role.
            below: A second, smaller line.
            size: The size of the label in points.

        Raises:
            InputError: If the name is taken or empty.
        """
        if not name or name in self.nodes:
            raise InputError("name of a node", name, "one that is not taken")
        texts = [self.canvas.text(0, 0, label, size=size)]
        if below:
            texts.append(self.canvas.text(0, 0, below, "muted", size=LABEL))
        self.nodes[name] = Node(name, kind, texts, self.canvas.span)

    def edge(self, tail: str, head: str, role: Role = "ink") -> Edge:
        """Add an edge in the current step.

        Returns:
            The edge, to which `above` and `below` add labels.

        Raises:
            InputError: If an end does not exist.
        """
        for end in (tail, head):
            if end not in self.nodes:
                raise InputError("end of an edge", end, ", ".join(self.nodes) or "no node yet")
        self.edges.append(Edge(tail, head, role, self.canvas.span))
        return self.edges[-1]

    def above(self, edge: Edge, words: str, role: Role = "forward", *, size: float = LABEL) -> None:
        """Write above an edge, in the current step: a value of the forward pass."""
        edge.labels.append(EdgeLabel("above", self.canvas.text(0, 0, words, role, size=size)))

    def below(
        self, edge: Edge, words: str, role: Role = "backward", *, size: float = LABEL
    ) -> None:
        """Write below an edge, in the current step: a derivative of the backward pass."""
        edge.labels.append(EdgeLabel("below", self.canvas.text(0, 0, words, role, size=size)))

    # Drawing

    def draw(
        self, box: Box, *, rank_gap: float = 0.6, widest_gap: float = 2.4, node_gap: float = 0.5
    ) -> Layout:
        """Place and draw everything in the middle of ``box``.

        Args:
            box: The place, in inches.
            rank_gap: The least distance between two columns, in inches.
            widest_gap: The distance up to which columns move apart to fill the box.
            node_gap: The least distance between two nodes of a column, in inches.

        Returns:
            Where everything stands, in inches from the lower left corner of the canvas.

        Raises:
            InputError: If there is no node.
            CanvasError: If the diagram needs more room than ``box`` has; it is never scaled.
        """
        if not self.nodes:
            raise InputError("number of nodes", 0, "1 or more")
        sizes = {name: self._size(node) for name, node in self.nodes.items()}
        layout = self._place(sizes, rank_gap, self._node_gap(node_gap))
        gaps = self._column_gaps(layout, rank_gap)
        widths = {name: size.width for name, size in sizes.items()}
        spare = box.width - respaced(layout, widths, gaps).width
        # Too wide gaps look lost, so a small diagram does not fill a wide box.
        gaps = [gap + max(min(spare / len(gaps), widest_gap - gap), 0.0) for gap in gaps]
        layout = respaced(layout, widths, gaps)
        if layout.width > box.width + 1e-6 or layout.height > box.height + 1e-6:
            raise CanvasError(
                f"the diagram needs {layout.width:.2f} x {layout.height:.2f} inches"
                f" and has {box.width:.2f} x {box.height:.2f}; shorten a label or split it"
            )
        self.layout = _shifted(
            layout,
            box.left + (box.width - layout.width) / 2,
            box.bottom + (box.height - layout.height) / 2,
        )
        for edge, curve in zip(self.edges, self.layout.edges, strict=True):
            self._draw_edge(edge, curve)
        for name, node in self.nodes.items():
            self._draw_node(node, sizes[name], self.layout.nodes[name])
        return self.layout

    def _size(self, node: Node) -> Size:
        measured = [self.canvas.measure(text) for text in node.texts]
        width = max(width for width, _ in measured) + 2 * PADDING
        height = sum(height for _, height in measured) + 2 * PADDING
        if node.kind == "operation":
            return Size("box", max(width, SMALLEST), max(height, SMALLEST))
        # A circle holds the diagonal of its label.
        diameter = max(SMALLEST, float(np.hypot(width - PADDING, height - PADDING)))
        return Size("circle", diameter, diameter)

    def _node_gap(self, least: float) -> float:
        """The distance of two nodes of a column at which the labels of their edges fit."""
        labels = [label for edge in self.edges for label in edge.labels]
        heads = [edge.head for edge in self.edges if edge.labels]
        if len(set(heads)) == len(heads):
            return least
        # Edges that meet in a node are half as far apart in their middle, where the labels are,
        # as at their tails.
        tallest = max(self.canvas.measure(label.text)[1] for label in labels)
        rows = len({label.side for label in labels})
        middle = rows * (tallest + 2 * EDGE_GAP) + EDGE_GAP
        return max(least, 2 * middle - SMALLEST)

    def _column_gaps(self, layout: Layout, least: float) -> list[float]:
        """The distance of each column from the next at which the labels between them fit."""
        places = columns(layout)
        gaps = [least] * (len(places) - 1)
        for edge in self.edges:
            start, end = (
                places.index(round(layout.nodes[name][0], 3)) for name in (edge.tail, edge.head)
            )
            if edge.labels and end == start + 1:
                widest = max(self.canvas.measure(label.text)[0] for label in edge.labels)
                gaps[start] = max(gaps[start], widest + 2 * LABEL_ROOM)
        return gaps

    def _place(self, sizes: dict[str, Size], rank_gap: float, node_gap: float) -> Layout:
        ends = [(edge.tail, edge.head) for edge in self.edges]
        labels = {name: node.texts[0].get_text() for name, node in self.nodes.items()}
        self.source = dot_source(sizes, ends, labels=labels, rank_gap=rank_gap, node_gap=node_gap)
        return mirrored(place(self.source), ends)

    def _draw_node(self, node: Node, size: Size, centre: Point) -> None:
        x, y = centre
        patch: Patch
        if size.shape == "circle":
            patch = Circle((x, y), size.width / 2)
        else:
            patch = FancyBboxPatch(
                (x - size.width / 2 + ROUNDING, y - size.height / 2 + ROUNDING),
                size.width - 2 * ROUNDING,
                size.height - 2 * ROUNDING,
                boxstyle=f"round,pad={ROUNDING},rounding_size={ROUNDING}",
            )
        patch.set(linewidth=BORDER_WIDTH, zorder=2)
        with self.canvas.step(*node.span):
            self.canvas.mark(self.canvas.page.add_patch(patch), stroke=node.kind, fill=node.kind)
        heights = [self.canvas.measure(text)[1] for text in node.texts]
        top = y + sum(heights) / 2
        for text, height in zip(node.texts, heights, strict=True):
            text.set_position((x, top - height / 2))
            top -= height

    def _draw_edge(self, edge: Edge, curve: Sequence[Point]) -> None:
        codes = [Path.MOVETO] + [Path.CURVE4] * (len(curve) - 1)
        arrow = FancyArrowPatch(
            path=Path(list(curve), codes),
            arrowstyle="-|>,head_length=5,head_width=2.6",
            mutation_scale=2.0,
            linewidth=EDGE_WIDTH,
            shrinkA=0,
            shrinkB=0,
            zorder=1.5,
        )
        with self.canvas.step(*edge.span):
            self.canvas.mark(
                self.canvas.page.add_patch(arrow), stroke=edge.role, fill=edge.role, tint=1
            )
        points = bezier(curve)
        for label in edge.labels:
            width, height = self.canvas.measure(label.text)
            label.text.set_position(_beside(points, width, height, label.side))


def bezier(curve: Sequence[Point], count: int = CURVE_POINTS) -> np.ndarray[tuple[int, int]]:
    """Points on a chain of cubic Bezier curves, shape (count a curve, 2).

    Args:
        curve: A start, then three control points for each cubic.
        count: Points a cubic.
    """
    controls = np.asarray(curve, dtype=np.float64)
    t = np.linspace(0, 1, count)[:, None]
    parts = [
        (1 - t) ** 3 * controls[i]
        + 3 * t * (1 - t) ** 2 * controls[i + 1]
        + 3 * t**2 * (1 - t) * controls[i + 2]
        + t**3 * controls[i + 3]
        for i in range(0, len(controls) - 1, 3)
    ]
    return np.concatenate(parts)


def _beside(points: np.ndarray[tuple[int, int]], width: float, height: float, side: Side) -> Point:
    """The centre of a label over or under the middle of a curve, just clear of it.

    The box of the label spans some stretch of the curve; it goes above the highest, or below the
    lowest, point of that stretch.
    """
    middle = points[len(points) // 2]
    under = np.abs(points[:, 0] - middle[0]) <= width / 2
    if side == "above":
        return float(middle[0]), float(points[under, 1].max()) + EDGE_GAP + height / 2
    return float(middle[0]), float(points[under, 1].min()) - EDGE_GAP - height / 2


def _shifted(layout: Layout, dx: float, dy: float) -> Layout:
    return Layout(
        layout.width,
        layout.height,
        {name: (x + dx, y + dy) for name, (x, y) in layout.nodes.items()},
        tuple(tuple((x + dx, y + dy) for x, y in curve) for curve in layout.edges),
    )
