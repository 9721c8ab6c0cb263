"""Graphviz places: nodes of measured size in, their centres and the curves of the edges out.

The layout engine is the one that is installed with figgen, so that a graph looks the same on
every machine. ``FIGGEN_DOT=/usr/bin/dot`` takes another Graphviz instead, with its own look.
"""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any, Literal, TypeAlias

import graphviz
import numpy as np
from graphviz.backend import execute

POINTS_PER_INCH = 72.0
CLOSE = 0.03
"""Two heights nearer than this, in inches, are meant to be one: Graphviz works in whole points."""
ENGINE_VARIABLE = "FIGGEN_DOT"
PACKAGED_ENGINE = "graphviz-pure"

Point: TypeAlias = tuple[float, float]
Shape: TypeAlias = Literal["circle", "box"]


class LayoutError(Exception):
    """A layout that could not be made: the program, what it said and what to do."""


@dataclass(frozen=True)
class Size:
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
        edges: The control points of each edge, in the order given: a start and three points for
            each cubic Bezier curve.
    """

    width: float
    height: float
    nodes: Mapping[str, Point]
    edges: tuple[tuple[Point, ...], ...]


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
        nodes: The size of each node by its name, in drawing order.
        edges: Pairs of names.
        labels: What each node is called, for other readers of the source; escaped here, so that
            no label can add an attribute, HTML or a file.
        rank_gap: The distance between two columns, in inches.
        node_gap: The distance between two nodes of a column, in inches.

    Returns:
        A digraph that any Graphviz reads.
    """
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
            graphviz.escape(name),
            label=graphviz.escape(labels.get(name, name)),
            shape=size.shape,
            width=_inches(size.width),
            height=_inches(size.height),
        )
    for tail, head in edges:
        # Not edge(): it would read a colon in a name as a port.
        graph.edge(graphviz.escape(tail), graphviz.escape(head))
    return str(graph.source)


def _inches(value: float) -> str:
    return f"{value:.4f}"


def place(source: str) -> Layout:
    """Lay a DOT source out.

    Raises:
        LayoutError: If the engine is missing, fails or answers something else than a layout.
    """
    return _place(source, str(engine()))


def engine() -> Path:
    """The program that lays graphs out: the packaged one, or the one the user named.

    Raises:
        LayoutError: If it does not exist.
    """
    named = os.environ.get(ENGINE_VARIABLE)
    if named:
        path = Path(named)
        if not path.is_file():
            raise LayoutError(
                f"{ENGINE_VARIABLE}={named}: no such program; name a Graphviz 'dot' or unset it"
            )
        return path
    path = Path(sysconfig.get_path("scripts"), PACKAGED_ENGINE + sysconfig.get_config_var("EXE"))
    if not path.is_file():
        raise LayoutError(f"{path}: missing; install figgen again, {PACKAGED_ENGINE} comes with it")
    return path


@lru_cache(maxsize=1024)
def _place(source: str, program: str) -> Layout:
    try:
        answer = execute.run_check(
            [program, "-Kdot", "-Tjson"],
            input=source,
            encoding="utf-8",
            capture_output=True,
            quiet=True,
        )
    except graphviz.CalledProcessError as error:
        said = " ".join(str(error.stderr).split())
        raise LayoutError(f"{program} failed with exit code {error.returncode}: {said}") from None
    except (OSError, graphviz.ExecutableNotFound) as error:
        raise LayoutError(f"{program} cannot be run: {error}") from None
    try:
        return _read(json.loads(answer.stdout))
    except (ValueError, KeyError) as error:
        raise LayoutError(f"{program} answered no layout: {error!r}") from None


def _read(answer: dict[str, Any]) -> Layout:
    left, bottom, right, top = (float(number) for number in str(answer["bb"]).split(","))
    objects, edges = answer["objects"], answer.get("edges", [])

    def point(text: str) -> Point:
        x, y = text.split(",")
        return (float(x) - left) / POINTS_PER_INCH, (float(y) - bottom) / POINTS_PER_INCH

    return Layout(
        width=(right - left) / POINTS_PER_INCH,
        height=(top - bottom) / POINTS_PER_INCH,
        nodes={node["name"]: point(node["pos"]) for node in objects},
        edges=tuple(
            tuple(point(text) for text in edge["pos"].split())
            for edge in sorted(edges, key=lambda edge: int(edge["_gvid"]))
        ),
    )


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
        edges=tuple(tuple(stretch(point) for point in curve) for curve in layout.edges),
    )


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
    curves = [
        _moved(
            curve, nodes[tail][1] - layout.nodes[tail][1], nodes[head][1] - layout.nodes[head][1]
        )
        for curve, (tail, head) in zip(layout.edges, edges, strict=True)
    ]
    layout = replace(layout, nodes=nodes)
    for first, second in combinations_with_replacement(range(len(edges)), 2):
        if first == second and edges.count(edges[first]) > 1:
            continue
        axis = _axis(layout, edges[first], edges[second])
        if axis is None:
            continue
        pairs = zip(curves[first], curves[second], strict=False)
        mean = tuple(((x + u) / 2, (y + 2 * axis - v) / 2) for (x, y), (u, v) in pairs)
        curves[first], curves[second] = mean, tuple((x, 2 * axis - y) for x, y in mean)
    return replace(layout, edges=tuple(curves))


def _moved(curve: tuple[Point, ...], start: float, end: float) -> tuple[Point, ...]:
    """``curve`` with its ends raised by so much, and what is between them in proportion."""
    last = len(curve) - 1
    return tuple((x, y + start + (end - start) * i / last) for i, (x, y) in enumerate(curve))


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
