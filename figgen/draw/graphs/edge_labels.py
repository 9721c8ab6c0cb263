"""Labels of edges: how large they are, where they stand, and whether one reaches over another."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.text import Text

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import let_lines_grow
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.graphviz_layout import Point
from figgen.draw.text.equation_engine import typeset
from figgen.draw.text.equations import extent, place

Side: TypeAlias = Literal["above", "below"]
Points: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]

LINE_GAP = 0.05
"""Between two lines of a node's label, or two labels on one side of an edge, in inches."""
EDGE_GAP = 0.12
"""Between a label and its edge, in inches."""
CLEARANCE = 0.06
"""Between two labels, or a label and an edge that is not its own, in inches."""
SHARES = (0.5, 0.4, 0.6, 0.3, 0.7)
"""How far along its edge a label may stand, the best first."""
OUTER_SHARES = (0.2, 0.8)
"""The same where room is short, after those."""
LEVEL = 0.05
"""Edges whose middles are nearer than this in height, in inches, have their labels in one row."""


_BEYOND_MATHTEXT = re.compile(r"\$([^$]*\\(?:begin|underbrace|role|step)\b[^$]*)\$")
"""A formula that matplotlib cannot set: with a matrix, say, or with colours of its own."""


@dataclass(frozen=True)
class Typeset:
    """A formula of the equation engine that is drawn when its place is known.

    Attributes:
        canvas: Where to draw.
        latex: The formula, without dollars.
        role: The colour of what has none of its own.
        size: The size in points.
        span: The steps in which it shows.
    """

    canvas: Canvas
    latex: str
    role: Role
    size: float
    span: tuple[int, int | None]

    def get_text(self) -> str:
        """The formula in dollars, as a text has it."""
        return f"${self.latex}$"

    def set_position(self, spot: Point) -> None:
        """Draw it with the middle of its baseline at ``spot``, once."""
        with self.canvas.step(*self.span):
            place(self.canvas, *spot, self.latex, self.role, size=self.size, ha="center")


@dataclass(frozen=True)
class Label:
    """A text on the canvas.

    Attributes:
        text: The text, with its baseline at its position.
        width: Of the text, in inches.
        ascent: How far it reaches over its baseline, in inches.
        descent: How far it reaches below.
        span: The steps in which it shows.
    """

    text: Text | Typeset
    width: float
    ascent: float
    descent: float
    span: tuple[int, int | None]

    @property
    def height(self) -> float:
        """From its lowest to its highest point."""
        return self.ascent + self.descent

    def shows_with(self, other: Label) -> bool:
        """Whether there is a step that shows both."""
        (first, last), (other_first, other_last) = self.span, other.span
        return (last is None or other_first <= last) and (other_last is None or first <= other_last)

    def stands_by(self, canvas: Canvas, artist: Artist) -> None:
        """Say what it names; the layout itself keeps a formula of many parts beside it."""
        if isinstance(self.text, Text):
            canvas.names(self.text, artist)

    def room(self, spot: Point, clear: float = CLEARANCE) -> Box:
        """What it takes up with its baseline at ``spot``, and ``clear`` inches around it."""
        left, bottom = spot[0] - self.width / 2, spot[1] - self.descent
        width, height = self.width + 2 * clear, self.height + 2 * clear
        return Box(left - clear, bottom - clear, width, height)


def write_label(canvas: Canvas, words: str, role: Role, size: float) -> Label:
    """Write a label in the current step; where, its text is told later.

    A formula that matplotlib cannot set, like a matrix, is set by the equation engine.

    Raises:
        FormulaError: If the LaTeX of such a formula is wrong.
    """
    if formula := _BEYOND_MATHTEXT.fullmatch(words):
        latex = formula[1]
        ink = extent(typeset(latex), size)
        written = Typeset(canvas, latex, role, size, canvas.span)
        return Label(written, ink.width, ink.bottom + ink.height, -ink.bottom, canvas.span)
    text = canvas.text(0, 0, words, role, size=size, va="baseline")
    let_lines_grow(text)
    room = canvas.room(text)
    return Label(text, float(room.width), float(room.y1), -float(room.y0), canvas.span)


class Line(NamedTuple):
    """What one line of labels along a row of edges has in common: the tallest of each."""

    ascent: float
    descent: float


class Spacing(NamedTuple):
    """Distances around the labels of edges, in inches.

    Attributes:
        edge: Between a label and its edge.
        clear: Between a label and anything else.
        lifts: How much further from its edge a label may stand, the best first.
    """

    edge: float
    clear: float
    lifts: tuple[float, ...] = (0.0,)


SPACING = Spacing(EDGE_GAP, CLEARANCE)
CLOSE_SPACING = Spacing(0.04, 0.03)
"""The least at which labels can be told apart."""


def settle(
    labels: Sequence[Mapping[Side, Sequence[Label]]],
    nodes: Sequence[Box],
    curves: Sequence[Points],
    shares: Sequence[float] = SHARES,
    *,
    loops: Collection[int] = (),
    spacing: Spacing = SPACING,
) -> tuple[list[tuple[Label, Point]], float]:
    """Find a place for every label of an edge.

    Those above an edge are stacked upward and those below downward; labels of which no step
    shows both take one place. Edges of one height have their labels on common baselines. All
    labels of a loop are over it.

    Args:
        labels: Those of each edge, on each of its sides.
        nodes: The places of the nodes.
        curves: The edges.
        shares: How far along its edge a label may stand, the best first.
        loops: Which of the edges are loops.
        spacing: Around the labels.

    Returns:
        The labels with the middle of each baseline, and the most by which one still reaches
        over another, a node or an edge, in inches.
    """
    rows = _Rows(labels, [float(curve[len(curve) // 2, 1]) for curve in curves])
    taken = _Taken(nodes, curves)
    placed: list[tuple[Label, Point]] = []
    most = 0.0
    for index, (each, curve) in enumerate(zip(labels, curves, strict=True)):
        stacks: dict[Side, Sequence[Label]] = dict(each)
        if index in loops:
            stacks = {"above": [*each["below"], *each["above"]]}
        for side, own in stacks.items():
            lines = _lines([own]) if index in loops else rows.lines(index, side)
            for one, number in zip(own, _numbers(own), strict=True):
                offset = _offset(lines, number, side, spacing.edge)
                away = 1.0 if side == "above" else -1.0
                tried = (
                    (_beside(curve, share, one.width, side, offset), away * lift)
                    for lift in spacing.lifts
                    for share in (shares[:1] if index in loops else shares)
                )
                too_much, spot = _best(one, tried, taken, spacing.clear)
                placed.append((one, spot))
                taken.add(one, one.room(spot, spacing.clear))
                most = max(most, too_much)
    return placed, most


class _Rows:
    """The edges of one height, whose labels have common baselines.

    Args:
        labels: Those of each edge.
        heights: Of the middle of each edge.
    """

    def __init__(
        self, labels: Sequence[Mapping[Side, Sequence[Label]]], heights: Sequence[float]
    ) -> None:
        self._labels = labels
        self._heights = heights
        self._order = sorted(range(len(heights)), key=heights.__getitem__)
        self._sorted = [heights[index] for index in self._order]
        self._known: dict[tuple[int, int, Side], list[Line]] = {}

    def lines(self, index: int, side: Side) -> list[Line]:
        """What the lines on one side of an edge have in common with those of its row."""
        height = self._heights[index]
        first = bisect_right(self._sorted, height - LEVEL)
        end = bisect_left(self._sorted, height + LEVEL)
        row = first, end, side
        if row not in self._known:
            members = self._order[first:end]
            self._known[row] = _lines([self._labels[each][side] for each in members])
        return self._known[row]


class _Taken:
    """What no label may reach over: nodes, edges, and labels that show with it.

    Args:
        nodes: The places of the nodes.
        curves: The edges.
    """

    def __init__(self, nodes: Sequence[Box], curves: Sequence[Points]) -> None:
        self._boxes = np.array([*nodes, *[(0.0,) * 4] * len(nodes)]).reshape(-1, 4)
        self._spans = np.tile([-math.inf, math.inf], (len(self._boxes), 1))
        self._count = len(nodes)
        self._curves = curves
        reaches = [(*curve.min(axis=0), *curve.max(axis=0)) for curve in curves]
        self._reaches = np.array(reaches).reshape(-1, 4)

    def add(self, one: Label, room: Box) -> None:
        """Take the room of a label in the steps in which it shows."""
        if self._count == len(self._boxes):
            self._boxes = np.concatenate([self._boxes, np.zeros_like(self._boxes)])
            self._spans = np.concatenate([self._spans, np.zeros_like(self._spans)])
        first, last = one.span
        self._boxes[self._count] = room
        self._spans[self._count] = first, math.inf if last is None else last
        self._count += 1

    def reach(self, one: Label, room: Box) -> float:
        """The most by which a label reaches over something, in inches; 0 if over nothing."""
        first, last = one.span
        boxes, spans = self._boxes[: self._count], self._spans[: self._count]
        shown = (spans[:, 0] <= (math.inf if last is None else last)) & (first <= spans[:, 1])
        right, top = room.left + room.width, room.bottom + room.height
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        common = np.minimum(high, (right, top)) - np.maximum(low, (room.left, room.bottom))
        over = common[shown & (common > 0).all(axis=1), 1]
        return max(float(over.max(initial=0.0)), self.depth(room))

    def depth(self, room: Box) -> float:
        """How deep an edge runs in a place, from its nearer side; 0 if none does."""
        right, top = room.left + room.width, room.bottom + room.height
        left, bottom, end, height = self._reaches.T
        near = (left < right) & (end > room.left) & (bottom < top) & (height > room.bottom)
        depths = (_depth_in(room, self._curves[int(index)]) for index in np.flatnonzero(near))
        return max(depths, default=0.0)


def _best(
    one: Label, tried: Iterable[tuple[Point, float]], taken: _Taken, clear: float
) -> tuple[float, Point]:
    """The first spot where a label has room, or that where it lacks least; and how much."""
    found: list[tuple[float, Point]] = []
    for (x, y), lift in tried:
        spot = x, y + lift
        room, nearest = one.room(spot, clear), one.room((x, y), clear)
        bottom = min(room.bottom, nearest.bottom)
        way = Box(room.left, bottom, room.width, room.height + abs(lift))
        # Beyond another edge a label would be taken for that edge's.
        if lift and taken.depth(way):
            continue
        found.append((taken.reach(one, room), spot))
        if not found[-1][0]:
            break
    return min(found, key=itemgetter(0))


def _numbers(stack: Sequence[Label]) -> list[int]:
    """The line of each label, counted from the edge: how many before it show with it."""
    return [
        sum(one.shows_with(other) for other in stack[:index]) for index, one in enumerate(stack)
    ]


def _lines(stacks: Sequence[Sequence[Label]]) -> list[Line]:
    lines: dict[int, Line] = {}
    for stack in stacks:
        for one, number in zip(stack, _numbers(stack), strict=True):
            before = lines.get(number, Line(0.0, 0.0))
            lines[number] = Line(max(before.ascent, one.ascent), max(before.descent, one.descent))
    return [lines[number] for number in sorted(lines)]


def _offset(lines: Sequence[Line], number: int, side: Side, gap: float) -> float:
    """How far the baseline of a line is over the edge; negative if below."""
    nearer = sum(line.ascent + line.descent + LINE_GAP for line in lines[:number]) + gap
    line = lines[number]
    return nearer + line.descent if side == "above" else -nearer - line.ascent


def _beside(curve: Points, share: float, width: float, side: Side, offset: float) -> Point:
    """A spot for a label of some width over or under some share of a curve.

    The label spans some stretch of the curve; it goes above the highest, or below the lowest,
    point of that stretch.
    """
    x = float(curve[int(share * len(curve)), 0])
    under = curve[np.abs(curve[:, 0] - x) <= width / 2, 1]
    return x, offset + float(under.max() if side == "above" else under.min())


def _depth_in(box: Box, curve: Points) -> float:
    """How deep a curve runs in a place, from its nearer side; 0 if it does not."""
    x, y = curve.T - [[box.left], [box.bottom]]
    depth = np.minimum(y, box.height - y)
    inside = (x > 0) & (x < box.width) & (depth > 0)
    return float(depth[inside].max(initial=0.0))
