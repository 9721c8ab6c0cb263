"""Graphviz places: nodes of measured size in, their centres and the curves of the edges out.

The layout engine is the one that is installed with figgen, so that a graph looks the same on
every machine. ``FIGGEN_DOT=/usr/bin/dot`` takes another Graphviz instead, with its own look.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sysconfig
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import graphviz
import numpy as np
from graphviz.backend import execute

from figgen.core import InputError
from figgen.draw.canvas.units import POINTS_PER_INCH

CLOSE = 0.03
"""Two heights nearer than this, in inches, are meant to be one: Graphviz works in whole points."""
ENGINE_VARIABLE = "FIGGEN_DOT"
PACKAGED_ENGINE = "graphviz-pure"
PATIENCE = 60.0
"""Seconds after which a program gives no layout any more."""

Point: TypeAlias = tuple[float, float]
Curve: TypeAlias = tuple[Point, ...]
"""A start, and three control points for each cubic Bezier curve."""
Shape: TypeAlias = Literal["circle", "box"]


class LayoutError(Exception):
    """A layout that could not be made: the program, what it said and what to do."""


class Size(NamedTuple):
    """The outline of a node, in inches."""

    shape: Shape
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in inches from the lower left corner of the graph.

    Attributes:
        width: Of the whole graph.
        height: Of the whole graph.
        nodes: The centre of each node.
        edges: The curve of each edge, in the order given.
    """

    width: float
    height: float
    nodes: Mapping[str, Point]
    edges: tuple[Curve, ...]


def dot_source(
    nodes: Mapping[str, Size],
    edges: Sequence[tuple[str, str]],
    *,
    labels: Mapping[str, str],
    rank_gap: float,
    node_gap: float,
) -> str:
    """The DOT source of a graph that is read from left to right.

    Args:
        nodes: The size of each node by its name, an identifier, in drawing order.
        edges: Pairs of names.
        labels: What each node is called, for other readers of the source; escaped here, so that
            no label can add an attribute, HTML or a file.
        rank_gap: The distance between two columns, in inches.
        node_gap: The distance between two nodes of a column, in inches.

    Returns:
        A digraph that any Graphviz reads.

    Raises:
        InputError: If a name is no identifier: a colon or a backslash in it would have a meaning.
    """
    for name in nodes:
        if not name.isidentifier():
            raise InputError("name of a node", name, "letters, digits and _, a letter first")
    graph = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "ranksep": _inches(rank_gap),
            "nodesep": _inches(node_gap),
            "splines": "spline",
            "ordering": "in",
        },
        node_attr={"fixedsize": "true"},
        edge_attr={"arrowhead": "none"},
    )
    for name, size in nodes.items():
        graph.node(
            name,
            label=graphviz.escape(labels.get(name, name)),
            shape=size.shape,
            width=_inches(size.width),
            height=_inches(size.height),
        )
    for tail, head in edges:
        graph.edge(tail, head)
    return str(graph.source)


def _inches(value: float) -> str:
    return f"{value:.4f}"


def place(source: str, nodes: Collection[str], edges: Sequence[tuple[str, str]]) -> Layout:
    """Lay a DOT source out.

    Args:
        source: What `dot_source` wrote.
        nodes: The names of its nodes.
        edges: The names of the two ends of each of its edges.

    Returns:
        The layout, with its edges in the order given; of several from one node to another, the
        highest first.

    Raises:
        LayoutError: If the engine is missing, fails or answers something else than a layout.
    """
    program = engine()
    answer = _place(source, program)
    curves = {ends: list(found) for ends, found in answer.curves.items()}
    counts = {ends: len(found) for ends, found in curves.items()}
    if set(answer.nodes) != set(nodes) or counts != Counter(edges):
        raise LayoutError(f"{program} answered the layout of another graph")
    ordered = tuple(curves[ends].pop(0) for ends in edges)
    return Layout(answer.width, answer.height, answer.nodes, ordered)


def engine() -> str:
    """The program that lays graphs out: the packaged one, or the one the user named.

    Raises:
        LayoutError: If it does not exist or may not be run.
    """
    named = os.environ.get(ENGINE_VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise LayoutError(
                f"{ENGINE_VARIABLE}={named}: no such program; name a Graphviz 'dot' or unset it"
            )
        return found
    path = Path(sysconfig.get_path("scripts"), PACKAGED_ENGINE + sysconfig.get_config_var("EXE"))
    if not path.is_file():
        raise LayoutError(f"{path}: missing; install figgen again, {PACKAGED_ENGINE} comes with it")
    return str(path)


class _Answer(NamedTuple):
    """A layout as Graphviz tells it: edges grouped by their two ends, in an order of its own."""

    width: float
    height: float
    nodes: dict[str, Point]
    curves: dict[tuple[str, str], tuple[Curve, ...]]


@lru_cache(maxsize=1024)
def _place(source: str, program: str) -> _Answer:
    try:
        answer = execute.run_check(
            [program, "-Kdot", "-Tjson"],
            input=source,
            encoding="utf-8",
            capture_output=True,
            quiet=True,
            timeout=PATIENCE,
        )
        return _read(json.loads(answer.stdout))
    except graphviz.CalledProcessError as error:
        said = " ".join(str(error.stderr).split())
        raise LayoutError(f"{program} failed with exit code {error.returncode}: {said}") from None
    except (OSError, graphviz.ExecutableNotFound, subprocess.TimeoutExpired) as error:
        raise LayoutError(f"{program} cannot be run: {error}") from None
    # Whatever it answered in place of a layout, from no text at all to another JSON.
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise LayoutError(f"{program} answered no layout: {error!r}") from None


def _read(answer: dict[str, Any]) -> _Answer:
    left, bottom, right, top = (float(number) for number in str(answer["bb"]).split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return (float(x) - left) / POINTS_PER_INCH, (float(y) - bottom) / POINTS_PER_INCH

    names = {node["_gvid"]: node["name"] for node in answer["objects"]}
    curves: dict[tuple[str, str], list[Curve]] = {}
    for edge in answer.get("edges", []):
        ends = names[edge["tail"]], names[edge["head"]]
        curves.setdefault(ends, []).append(tuple(point(text) for text in edge["pos"].split()))
    return _Answer(
        width=(right - left) / POINTS_PER_INCH,
        height=(top - bottom) / POINTS_PER_INCH,
        nodes={node["name"]: point(node["pos"]) for node in answer["objects"]},
        curves={ends: tuple(sorted(found, key=_depth)) for ends, found in curves.items()},
    )


def _depth(curve: Curve) -> float:
    """How low a curve is in its middle."""
    return -curve[len(curve) // 2][1]


def columns(layout: Layout) -> list[float]:
    """Where the centres of the nodes stand, from left to right."""
    return sorted({round(x, 3) for x, _ in layout.nodes.values()})


def respaced(layout: Layout, widths: Mapping[str, float], gaps: Sequence[float]) -> Layout:
    """``layout`` with its columns so far apart as their labels need.

    Graphviz knows one distance for all columns; a long label would push all of them apart.

    Args:
        layout: What Graphviz made.
        widths: The width of each node, in inches.
        gaps: The distance between each column and the next, in inches.

    Returns:
        The same heights, and edges stretched between the columns.
    """
    centres = columns(layout)
    halves = dict.fromkeys(centres, 0.0)
    for name, (x, _) in layout.nodes.items():
        halves[round(x, 3)] = max(halves[round(x, 3)], widths[name] / 2)
    before = [side for x in centres for side in (x - halves[x], x + halves[x])]
    after = [before[0]]
    for x, gap in zip(centres, (*gaps, 0.0), strict=True):
        after += [after[-1] + 2 * halves[x], after[-1] + 2 * halves[x] + gap]

    def stretch(point: Point) -> Point:
        return float(np.interp(point[0], before, after[:-1])), point[1]

    return Layout(
        width=after[-2] + before[0],
        height=layout.height,
        nodes={name: stretch(point) for name, point in layout.nodes.items()},
        edges=tuple(smooth(tuple(stretch(point) for point in curve)) for curve in layout.edges),
    )


def smooth(curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """A chain of Bezier curves without the kinks that a stretch of some of it made.

    At every joint the two handles are turned into one line; their lengths stay.
    """
    points = [np.array(point) for point in curve]
    for joint in range(3, len(points) - 1, 3):
        along = points[joint + 1] - points[joint - 1]
        along /= max(float(np.hypot(*along)), CLOSE)
        for side in (-1, 1):
            length = float(np.hypot(*(points[joint + side] - points[joint])))
            points[joint + side] = points[joint] + side * length * along
    return tuple((float(x), float(y)) for x, y in points)


def shifted(layout: Layout, dx: float, dy: float) -> Layout:
    """``layout`` moved by so many inches."""
    return replace(
        layout,
        nodes={name: (x + dx, y + dy) for name, (x, y) in layout.nodes.items()},
        edges=tuple(tuple((x + dx, y + dy) for x, y in curve) for curve in layout.edges),
    )


def centred(
    layout: Layout, sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]], gap: float
) -> Layout:
    """``layout`` with each node level with the middle of its inputs, where there is room.

    Any height between two inputs makes their edges equally short in all, so Graphviz may choose
    that of one of them. Only nodes are moved whose inputs go nowhere else.

    Args:
        layout: As Graphviz made it.
        sizes: The outline of each node.
        edges: The names of the two ends of each edge of ``layout``.
        gap: The least distance between two nodes of a column, in inches.
    """
    nodes = dict(layout.nodes)
    places = columns(layout)
    column = {name: places.index(round(x, 3)) for name, (x, _) in nodes.items()}
    # Twice, because a node may make room for one that came before it.
    for name in 2 * sorted(nodes, key=column.__getitem__):
        inputs = [tail for tail, head in edges if head == name]
        near = all(column[head] - column[tail] == 1 for tail, head in edges if name in (tail, head))
        if not (inputs and near and all(head == name for tail, head in edges if tail in inputs)):
            continue
        x, half = nodes[name][0], sizes[name].height / 2
        heights = [nodes[tail][1] for tail in inputs]
        y = (min(heights) + max(heights)) / 2
        others = [each for each in nodes if column[each] == column[name] and each != name]
        apart = [abs(nodes[each][1] - y) - half - sizes[each].height / 2 for each in others]
        if min([*apart, math.inf]) >= gap - CLOSE and half <= y <= layout.height - half:
            nodes[name] = x, y
    return _with_nodes(layout, nodes, edges)


def mirrored(layout: Layout, edges: Sequence[tuple[str, str]]) -> Layout:
    """``layout`` with what is nearly symmetric made exactly so.

    Graphviz places nodes at whole points and routes splines by search, so the two inputs of one
    operation miss being mirror images by a hair. Here two nodes, or two edges, that nearly mirror
    each other become the mean of one and the mirrored other, and an edge between two nodes of one
    height becomes level.

    Args:
        layout: As Graphviz made it.
        edges: The names of the two ends of each edge of ``layout``.

    Returns:
        The same graph, with nodes and edges moved by less than `CLOSE`.
    """
    middle = layout.height / 2
    nodes = dict(layout.nodes)
    for (one, (x, y)), (other, (u, v)) in combinations_with_replacement(layout.nodes.items(), 2):
        if abs(x - u) < CLOSE and abs(y + v - 2 * middle) < CLOSE:
            nodes[one], nodes[other] = (x, middle + (y - v) / 2), (x, middle + (v - y) / 2)
    layout = _with_nodes(layout, nodes, edges)
    curves = list(layout.edges)
    for first, second in combinations_with_replacement(range(len(edges)), 2):
        if first == second and edges.count(edges[first]) > 1:
            continue
        axis = _axis(layout, edges[first], edges[second])
        if axis is None or not _alike(curves[first], curves[second]):
            continue
        pairs = zip(curves[first], curves[second], strict=True)
        mean = tuple(((x + u) / 2, (y + 2 * axis - v) / 2) for (x, y), (u, v) in pairs)
        curves[first], curves[second] = mean, tuple((x, 2 * axis - y) for x, y in mean)
    return replace(layout, edges=tuple(curves))


def _with_nodes(
    layout: Layout, nodes: Mapping[str, Point], edges: Sequence[tuple[str, str]]
) -> Layout:
    """``layout`` with its nodes at other heights, and the edges moved along."""
    curves = tuple(
        _moved(
            curve,
            (0.0, nodes[tail][1] - layout.nodes[tail][1]),
            (0.0, nodes[head][1] - layout.nodes[head][1]),
        )
        for curve, (tail, head) in zip(layout.edges, edges, strict=True)
    )
    return replace(layout, nodes=nodes, edges=curves)


def landed(
    layout: Layout, sizes: Mapping[str, Size], edges: Sequence[tuple[str, str]], inset: float
) -> Layout:
    """``layout`` with every edge into a box ending on the box's left side, off its corners.

    Graphviz knows no round corners: there, an arrow would end before it meets the border. An
    edge from the column before becomes level if the box is tall enough.

    Args:
        layout: The layout.
        sizes: The outline of each node.
        edges: The names of the two ends of each edge of ``layout``.
        inset: How far an end stays away from a corner, in inches.
    """
    places = columns(layout)
    curves = []
    for curve, (tail, head) in zip(layout.edges, edges, strict=True):
        start, (x, y) = layout.nodes[tail], layout.nodes[head]
        left, reach = x - sizes[head].width / 2, sizes[head].height / 2 - inset
        ahead = places.index(round(x, 3)) - places.index(round(start[0], 3))
        if sizes[head].shape == "circle" or ahead < 1:
            curves.append(curve)
        elif ahead == 1 and abs(start[1] - y) <= reach and edges.count((tail, head)) == 1:
            xs = np.linspace(start[0] + sizes[tail].width / 2, left, 4)
            curves.append(tuple((float(each), start[1]) for each in xs))
        else:
            end = curve[-1]
            landing = y + min(max(end[1] - y, -reach), reach)
            curves.append(_moved(curve, (0.0, 0.0), (left - end[0], landing - end[1])))
    return replace(layout, edges=tuple(curves))


def _moved(curve: Curve, start: Point, end: Point) -> Curve:
    """``curve`` with its ends moved by so much, and what is between them in proportion."""
    shares = np.linspace(0, 1, len(curve))[:, None]
    moved = np.asarray(curve) + (1 - shares) * start + shares * end
    return tuple((float(x), float(y)) for x, y in moved)


def _alike(one: Curve, other: Curve) -> bool:
    """Whether two curves begin and end at the same x, which those of nodes of two widths do not."""
    apart = max(abs(one[end][0] - other[end][0]) for end in (0, -1))
    return len(one) == len(other) and apart < CLOSE


def _axis(layout: Layout, one: tuple[str, str], other: tuple[str, str]) -> float | None:
    """The height about which two edges mirror each other; None if they do not."""
    heights = [layout.nodes[end][1] for end in (*one, *other)]
    (tail, head), (other_tail, other_head) = one, other
    axis = layout.height / 2
    if head == other_head:
        axis = heights[1]
    elif tail == other_tail:
        axis = heights[0]
    for end, other_end in ((tail, other_tail), (head, other_head)):
        (x, y), (u, v) = layout.nodes[end], layout.nodes[other_end]
        if abs(x - u) > CLOSE or abs(y + v - 2 * axis) > CLOSE:
            return None
    return axis
