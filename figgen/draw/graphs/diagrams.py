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

from figgen.core import InputError
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import edge_name
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.edge_labels import (
    LINE_GAP,
    OUTER_SHARES,
    SHARES,
    Label,
    Points,
    Side,
    settle,
    write_label,
)
from figgen.draw.graphs.fitting import (
    CLOSE_NODES,
    CLOSE_RANKS,
    LEAST_PUSH,
    LIFTS,
    PUSHES,
    TINY,
    Gaps,
    TooLargeError,
    fits,
    longest_way,
    node_boxes,
    nudged,
    stack_height,
    too_large,
)
from figgen.draw.graphs.graphviz_layout import Ends, Layout, Point, Size, dot_source, place
from figgen.draw.graphs.straightening import (
    centred,
    column_of_each,
    columns,
    landed,
    mirrored,
    respaced,
    shifted,
)

Kind: TypeAlias = Literal["input", "operation", "output"]

SYMBOL = 28.0
"""Size of the label of a node, in points."""
PADDING = 0.2
"""Between a node's label and its border, in inches."""
SMALLEST = 0.95
"""The least height of a node and width of a circle, in inches."""
ROUNDING = 0.16
LANDING = 0.06
"""Between the tip of an arrow and the round corner of a box, in inches."""
BORDER_WIDTH = 2.4
EDGE_WIDTH = 2.2


@dataclass
class Node:
    """A node of a diagram.

    Attributes:
        name: Its name, unique in the diagram.
        kind: Inputs and outputs are circles, operations boxes with round corners.
        labels: What is written in it, line by line.
        height: The least height, in inches.
        span: The steps in which it shows.
    """

    name: str
    kind: Kind
    labels: list[Label]
    height: float
    span: tuple[int, int | None]


@dataclass
class Edge:
    """An edge of a diagram, with its labels on each side and the steps in which it shows."""

    tail: str
    head: str
    role: Role
    span: tuple[int, int | None]
    labels: dict[Side, list[Label]] = field(default_factory=lambda: {"above": [], "below": []})

    @property
    def widest(self) -> float:
        """The width of its widest label in inches; 0 if it has none."""
        return max((one.width for side in self.labels.values() for one in side), default=0.0)


class Diagram:
    """Nodes and edges, read from left to right.

    Args:
        canvas: Where to draw.
        smallest: The least height of a node and width of a circle, in inches.

    Attributes:
        nodes: By name, in the order in which they were added.
        edges: Likewise.
        places: Where each node was drawn, by name.
    """

    def __init__(self, canvas: Canvas, *, smallest: float = SMALLEST) -> None:
        self.canvas = canvas
        self.smallest = smallest
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.places: dict[str, Box] = {}

    # Collecting

    def node(
        self,
        name: str,
        label: str,
        kind: Kind,
        *,
        below: str = "",
        size: float = SYMBOL,
        height: float = 0.0,
    ) -> None:
        """Add a node in the current step.

        Args:
            name: Unique in the diagram: letters, digits and _, a letter first.
            label: What is written in it, with ``$...$`` for maths, a matrix included.
            kind: Its shape and role.
            below: A second, smaller line.
            size: The size of the label in points.
            height: Its least height in inches, so that edges enter a box level.

        Raises:
            InputError: If the name is taken or empty.
        """
        if not name or name in self.nodes:
            raise InputError("name of a node", name, "one that is not taken")
        labels = [write_label(self.canvas, label, "ink", size)]
        if below:
            labels.append(write_label(self.canvas, below, kind, LABEL))
        self.nodes[name] = Node(name, kind, labels, height, self.canvas.span)

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
        edge.labels["above"].append(write_label(self.canvas, words, role, size))

    def below(
        self, edge: Edge, words: str, role: Role = "backward", *, size: float = LABEL
    ) -> None:
        """Write below an edge, in the current step: a derivative of the backward pass."""
        edge.labels["below"].append(write_label(self.canvas, words, role, size))

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
            TooLargeError: If the diagram needs more room than ``box`` has, even closed up; it is
                never scaled.
        """
        if not self.nodes:
            raise InputError("number of nodes", 0, "1 or more")
        self.require_room(box)
        sizes = {name: self._size(node) for name, node in self.nodes.items()}
        gaps = Gaps(rank_gap, widest_gap, node_gap)
        for attempt, shares in (
            (gaps, SHARES[:1]),
            (gaps, SHARES),
            (gaps.closed_up(labels=False), SHARES),
            (gaps.closed_up(labels=True), (*SHARES, *OUTER_SHARES)),
        ):
            source, layout, placed = self._spread(sizes, box, attempt, shares)
            if placed is None or not fits(layout, box):
                continue
            if offset := self._offset(layout, placed, box):
                break
        else:
            if placed is None:
                raise TooLargeError("labels of the diagram overlap; shorten one or split it")
            raise too_large((layout.width, layout.height), box)
        # A file in the DOT language can hold several graphs.
        self.canvas.sources["dot"] = self.canvas.sources.get("dot", "") + source
        dx, dy = offset
        layout = shifted(layout, dx, dy)
        self.places = node_boxes(layout, sizes)
        for edge, curve in zip(self.edges, layout.edges, strict=True):
            self._draw_edge(edge, curve)
        for one, (x, y) in placed:
            one.text.set_position((x + dx, y + dy))
        for node in self.nodes.values():
            self._draw_node(node)
        return layout

    def source(self, *, rank_gap: float = 0.6, node_gap: float = 0.5) -> str:
        """The DOT source, for a reader that has room for any graph; nothing is laid out.

        Args:
            rank_gap: The least distance between two columns, in inches.
            node_gap: The least distance between two nodes of a column, in inches.
        """
        return self._source(
            {name: self._size(node) for name, node in self.nodes.items()},
            Gaps(rank_gap, rank_gap, node_gap),
        )

    def require_room(self, box: Box) -> None:
        """Refuse a diagram whose nodes alone need more room than a place has.

        Takes no layout: nodes that follow each other stand in different columns, and only so
        many columns have room side by side.

        Raises:
            TooLargeError: With the least width and height that it needs.
        """
        sizes = {name: self._size(node) for name, node in self.nodes.items()}
        width = longest_way(sizes, self._ends, CLOSE_RANKS)
        heights = [size.height + CLOSE_NODES for size in sizes.values()]
        narrowest = min(size.width for size in sizes.values()) + CLOSE_RANKS
        beside = max(int((box.width + CLOSE_RANKS + TINY) / narrowest), 1)
        height = max(*heights, sum(heights) / beside) - CLOSE_NODES
        if width > box.width + TINY or height > box.height + TINY:
            raise too_large((width, height), box, "needs at least")

    @property
    def _ends(self) -> list[Ends]:
        return [(edge.tail, edge.head) for edge in self.edges]

    def _offset(
        self, layout: Layout, placed: Sequence[tuple[Label, Point]], box: Box
    ) -> Point | None:
        """How far to move a layout into the middle of a box; None if a label has no room there.

        Labels may stand out of the box, but not out of the canvas.
        """
        rooms = [one.room(spot, 0.0) for one, spot in placed]
        across = [(room.left, room.left + room.width) for room in rooms]
        up = [(room.bottom, room.bottom + room.height) for room in rooms]
        points = np.concatenate([np.empty((0, 2)), *map(bezier, layout.edges)])
        across += [(x, x) for x in points[:, 0].tolist()]
        up += [(y, y) for y in points[:, 1].tolist()]
        dx = nudged(
            box.left + (box.width - layout.width) / 2,
            across,
            self.canvas.width,
            (box.left, box.left + box.width - layout.width),
        )
        dy = nudged(
            box.bottom + (box.height - layout.height) / 2,
            up,
            self.canvas.height,
            (box.bottom, box.bottom + box.height - layout.height),
        )
        return None if dx is None or dy is None else (dx, dy)

    def _spread(
        self, sizes: dict[str, Size], box: Box, gaps: Gaps, shares: Sequence[float]
    ) -> tuple[str, Layout, list[tuple[Label, Point]] | None]:
        """The DOT source, the layout and the labels, with nodes so far apart that none overlaps.

        There are no labels if they overlap however far apart the nodes are.

        Args:
            sizes: Of the nodes.
            box: Where to stop: the layout is the first that does not fit, if none does.
            gaps: The gaps to begin with.
            shares: How far along its edge a label may stand.
        """
        labels = [edge.labels for edge in self.edges]
        loops = {index for index, edge in enumerate(self.edges) if edge.tail == edge.head}
        pushes = round(PUSHES / gaps.push**2)
        for push in range(pushes + 2):
            source, layout = self._arranged(sizes, box.width, gaps)
            curves = [bezier(curve) for curve in layout.edges]
            nodes = list(node_boxes(layout, sizes).values())
            around = gaps.around if push < pushes else gaps.around._replace(lifts=LIFTS)
            placed, too_much = settle(labels, nodes, curves, shares, loops=loops, spacing=around)
            if not too_much or not fits(layout, box):
                return source, layout, placed
            gaps = gaps._replace(node=gaps.node + gaps.push * max(too_much, LEAST_PUSH))
        return source, layout, None

    def _arranged(self, sizes: dict[str, Size], width: float, gaps: Gaps) -> tuple[str, Layout]:
        """The DOT source, and the layout with its columns spread over ``width``."""
        ends = self._ends
        source = self._source(sizes, gaps)
        layout = mirrored(centred(place(source, sizes, ends), sizes, ends, gaps.node), ends)
        apart = self._column_gaps(layout, gaps)
        widths = {name: size.width for name, size in sizes.items()}
        spare = width - respaced(layout, widths, apart).width
        # Too wide gaps look lost, so a small diagram does not fill a wide box.
        apart = [gap + max(min(spare / len(apart), gaps.widest - gap), 0.0) for gap in apart]
        layout = respaced(layout, widths, apart)
        return source, landed(layout, sizes, ends, ROUNDING + LANDING)

    def _source(self, sizes: dict[str, Size], gaps: Gaps) -> str:
        labels = {name: node.labels[0].text.get_text() for name, node in self.nodes.items()}
        return dot_source(sizes, self._ends, labels=labels, rank_gap=gaps.rank, node_gap=gaps.node)

    def _size(self, node: Node) -> Size:
        width = max(line.width for line in node.labels) + 2 * PADDING
        height = max(stack_height(node.labels) + 2 * PADDING, node.height)
        if node.kind == "operation":
            return Size("box", max(width, self.smallest), max(height, self.smallest))
        # A circle holds the diagonal of its label.
        diameter = max(self.smallest, float(np.hypot(width - PADDING, height - PADDING)))
        return Size("circle", diameter, diameter)

    def _column_gaps(self, layout: Layout, least: Gaps) -> list[float]:
        """The distance of each column from the next at which the labels between them fit."""
        column = column_of_each(layout)
        gaps = [least.rank] * (len(columns(layout)) - 1)
        for edge in self.edges:
            start, end = column[edge.tail], column[edge.head]
            if edge.widest and end == start + 1:
                gaps[start] = max(gaps[start], edge.widest + 2 * least.label)
        return gaps

    def _draw_node(self, node: Node) -> None:
        box = self.places[node.name]
        x, y = box.left + box.width / 2, box.bottom + box.height / 2
        patch: Patch
        if node.kind == "operation":
            rounded = f"round,pad=0,rounding_size={ROUNDING}"
            patch = FancyBboxPatch((box.left, box.bottom), box.width, box.height, boxstyle=rounded)
        else:
            patch = Circle((x, y), box.width / 2)
        patch.set(linewidth=BORDER_WIDTH, zorder=2)
        with self.canvas.step(*node.span):
            self.canvas.page.add_patch(patch)
            self.canvas.mark(patch, stroke=node.kind, fill=node.kind, name=f"node {node.name}")
        top = y + stack_height(node.labels) / 2
        for line in node.labels:
            line.text.set_position((x, top - line.ascent))
            line.stands_by(self.canvas, patch)
            top -= line.height + LINE_GAP

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
            self.canvas.page.add_patch(arrow)
            name = edge_name(edge.tail, edge.head)
            self.canvas.mark(arrow, stroke=edge.role, fill=edge.role, tint=1, name=name)
        for side in edge.labels.values():
            for one in side:
                one.stands_by(self.canvas, arrow)


def bezier(curve: Sequence[Point], count: int = 60) -> Points:
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
