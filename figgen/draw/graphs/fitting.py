"""Whether a graph fits its place: which gaps are kept, how they close up, and what is refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.unmarked import CanvasError
from figgen.draw.graphs.edge_labels import (
    CLOSE_SPACING,
    LINE_GAP,
    SPACING,
    Label,
    Spacing,
)
from figgen.draw.graphs.graphviz_layout import Ends, Layout, Size

PUSHES = 12
"""How often nodes move apart for labels before labels move away from their edges."""

LEAST_PUSH = 0.05
"""The least by which nodes move apart for a label that has no room, in inches."""

TINY = 1e-6
"""Inches that are lost in rounding."""

LABEL_ROOM = 0.2
"""Between a label of an edge and the nodes on both sides, in inches."""

LEAST_SIZE = 0.5
"""The height of a node whose symbol is as small as can be read, in inches."""

CLOSE_LABELS = 0.1
"""The same where room is short."""

CLOSE_PUSH = 0.3
"""The share of what a label lacks by which nodes move apart at a time where room is short."""

LIFTS = tuple(0.1 * step for step in range(31))
"""How much further from its edge a label may stand then, in inches."""

CLOSE_RANKS = 0.4

CLOSE_NODES = 0.12
"""The least distances between two columns, and between two nodes of one, where room is short."""


class Gaps(NamedTuple):
    """Distances in inches.

    Attributes:
        rank: The least between two columns.
        widest: The widest up to which columns move apart to fill a box.
        node: The least between two nodes of a column.
        label: Between a label of an edge and the nodes on both sides.
        around: Around the labels of edges.
        push: By how much of what a label lacks nodes move apart at a time.
    """

    rank: float
    widest: float
    node: float
    label: float = LABEL_ROOM
    around: Spacing = SPACING
    push: float = 1.0

    def closed_up(self, *, labels: bool) -> Gaps:
        """The same where room is short: nodes, and then labels, as close as can be read."""
        close = self._replace(rank=min(self.rank, CLOSE_RANKS), node=min(self.node, CLOSE_NODES))
        return (
            close._replace(label=CLOSE_LABELS, around=CLOSE_SPACING, push=CLOSE_PUSH)
            if labels
            else close
        )


class TooLargeError(CanvasError):
    """A diagram that needs more room than it has, however close its parts stand."""


def too_large(needed: tuple[float, float], box: Box, how: str = "needs") -> TooLargeError:
    """The error with the width and the height that are needed, in inches."""
    return TooLargeError(
        f"the diagram {how} {needed[0]:.2f} x {needed[1]:.2f} inches"
        f" and has {box.width:.2f} x {box.height:.2f}; shorten a label or split it"
    )


def require_room_for(nodes: int, box: Box) -> None:
    """Refuse a number of nodes that no place has room for, before any of them is measured.

    Raises:
        TooLargeError: With the least width and height that they need.
    """
    across, up = LEAST_SIZE + CLOSE_RANKS, LEAST_SIZE + CLOSE_NODES
    beside = max(int((box.width + CLOSE_RANKS) / across), 1)
    height = math.ceil(nodes / beside) * up - CLOSE_NODES
    if height > box.height:
        width = min(nodes, beside) * across - CLOSE_RANKS
        raise too_large((width, height), box, "needs at least")


def stack_height(labels: Sequence[Label]) -> float:
    """The height of labels that stand on one another, in inches."""
    return sum(line.height for line in labels) + LINE_GAP * (len(labels) - 1)


def fits(layout: Layout, box: Box) -> bool:
    """Whether a layout is no larger than its place."""
    return layout.width <= box.width + TINY and layout.height <= box.height + TINY


def nudged(
    offset: float, spans: Sequence[tuple[float, float]], length: float, room: tuple[float, float]
) -> float | None:
    """An offset as near as can be at which all spans are within a length; None if there is none.

    Args:
        offset: The one that is wanted.
        spans: From where to where each part reaches.
        length: From 0 on, where they must stay.
        room: The least and the greatest offset.
    """
    least = -min((low for low, _ in spans), default=-room[0])
    most = length - max((high for _, high in spans), default=length - room[1])
    if least <= offset <= most:
        return offset
    low, high = max(least, room[0]), min(most, room[1])
    return None if low > high + TINY else min(max(offset, low), high)


def longest_way(sizes: dict[str, Size], edges: Sequence[Ends], gap: float) -> float:
    """The least width of a graph: that of nodes of which each has an edge to the next.

    Nodes of a cycle, and what comes after it, count for themselves: which of its edges go back
    only the layout knows.
    """
    missing = Counter(head for _, head in edges)
    heads: dict[str, list[str]] = {name: [] for name in sizes}
    for tail, head in edges:
        heads[tail].append(head)
    ways = {name: size.width for name, size in sizes.items()}
    ready = [name for name in sizes if not missing[name]]
    for name in ready:  # it grows
        for head in heads[name]:
            ways[head] = max(ways[head], ways[name] + gap + sizes[head].width)
            missing[head] -= 1
            if not missing[head]:
                ready.append(head)
    return max(ways.values())


def node_boxes(layout: Layout, sizes: dict[str, Size]) -> dict[str, Box]:
    """The place of each node by its name."""
    return {
        name: Box(x - sizes[name].width / 2, y - sizes[name].height / 2, *sizes[name][1:])
        for name, (x, y) in layout.nodes.items()
    }
