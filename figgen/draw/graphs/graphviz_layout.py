"""Graphviz places: nodes of measured size in, their centres and the curves of the edges out.

The layout engine is the one that is installed with figgen, so that a graph looks the same on
every machine. ``FIGGEN_DOT=/usr/bin/dot`` takes another Graphviz instead, with its own look.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import graphviz
from graphviz.backend import execute

from figgen.core import InputError
from figgen.draw.canvas.units import POINTS_PER_INCH

ENGINE_VARIABLE = "FIGGEN_DOT"
PACKAGED_ENGINE = "graphviz-pure"
PATIENCE = 60.0
"""Seconds after which a program gives no layout any more."""

Point: TypeAlias = tuple[float, float]
Curve: TypeAlias = tuple[Point, ...]
"""A start, and three control points for each cubic Bezier curve."""
Ends: TypeAlias = tuple[str, str]
"""The names of the tail and the head of an edge."""
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
    edges: Sequence[Ends],
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


def place(source: str, nodes: Collection[str], edges: Sequence[Ends]) -> Layout:
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
    curves: dict[Ends, tuple[Curve, ...]]


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
    curves: dict[Ends, list[Curve]] = {}
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
