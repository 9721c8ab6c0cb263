"""Straightened layouts of graphs of any shape: every edge is there, with a course of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch
from overlaps import clashes

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import edge_name
from figgen.draw.canvas.planes import Box
from figgen.draw.graphs import diagrams
from figgen.draw.graphs.diagrams import Diagram, bezier
from figgen.draw.graphs.fitting import TooLargeError
from figgen.draw.graphs.graphviz_layout import Curve, Ends, Layout

WALL = Box(0.0, 0.0, 400.0, 400.0)
TOUCH = 0.08
"""Inches by which an end may miss its border: what the round corner of a box takes away."""
MOST_REFUSED = 6
"""Of 20 graphs, those whose labels cannot be placed without doubt about which edge they name."""
APART = 0.1
"""Inches that two edges between the same nodes are apart, somewhere."""


def wall() -> Canvas:
    """A canvas on which any of the graphs has room."""
    canvas = Canvas()
    canvas.width, canvas.height = WALL.width, WALL.height
    return canvas


def random_graph(seed: int, *, labels: bool = True) -> Diagram:
    """Up to a dozen nodes and any edges between them, some of them labelled."""
    chance = random.Random(seed)
    diagram = Diagram(wall())
    names = [f"n{index}" for index in range(chance.randint(1, 12))]
    for name in names:
        kind = chance.choice(("input", "operation", "output"))
        diagram.node(name, f"${chance.choice('abc')}$", kind)
    pairs = [
        (chance.choice(names), chance.choice(names))
        for _ in range(chance.randint(0, 2 * len(names)))
    ]
    pairs += [pair[:: chance.choice((1, -1))] for pair in pairs[: chance.randint(0, 3)]]
    for pair in pairs:
        edge = diagram.edge(*pair)
        if chance.random() < 0.4 and labels:
            diagram.above(edge, "$1$")
            diagram.below(edge, "$-2$")
    return diagram


def off_border(diagram: Diagram, name: str, x: float, y: float) -> float:
    """How far a point is from the border of a node."""
    place = diagram.places[name]
    across, up = place.width / 2, place.height / 2
    dx, dy = abs(x - place.left - across), abs(y - place.bottom - up)
    if diagram.nodes[name].kind == "operation":
        return abs(max(dx - across, dy - up))
    return abs(float(np.hypot(dx, dy)) - across)


def distance(one: Curve, other: Curve) -> float:
    """How far two curves are apart where they are furthest, whichever way each runs."""
    first, second = (bezier(curve)[:: len(curve) // 3 or 1] for curve in (one, other))
    apart = np.hypot(*(first[:, None] - second[None]).transpose(2, 0, 1))
    return float(max(apart.min(axis=0).max(), apart.min(axis=1).max()))


def faults(diagram: Diagram) -> list[str]:
    """What is wrong with the edges that are drawn, in words."""
    arrows: dict[str, list[FancyArrowPatch]] = {}
    for mark in diagram.canvas.marks:
        if isinstance(mark.artist, FancyArrowPatch):
            arrows.setdefault(mark.name, []).append(mark.artist)
    found = []
    drawn: list[tuple[Ends, Curve]] = []
    for edge in diagram.edges:
        name = edge_name(edge.tail, edge.head)
        if not arrows.get(name):
            found.append(f"{name} is not drawn")
            continue
        arrow = arrows[name].pop(0)
        curve = tuple(map(tuple, arrow._path_original.vertices.tolist()))
        drawn.append(((edge.tail, edge.head), curve))
        for end, node in ((curve[0], edge.tail), (curve[-1], edge.head)):
            if off_border(diagram, node, *end) > TOUCH:
                found.append(f"{name} does not end at {node}")
        if edge.tail == edge.head and np.ptp(np.array(curve)[:, 1]) < APART:
            found.append(f"{name} is flat")
    found += [f"{name} is drawn, but no edge of the graph" for name, rest in arrows.items() if rest]
    for (ends, one), (others, other) in combinations(drawn, 2):
        if set(ends) == set(others) and distance(one, other) < APART:
            found.append(f"{ends} and {others} are one")
    return found


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_every_edge_of_a_random_graph_is_drawn(first: int) -> None:
    """Of 200 graphs with cycles, loops and several edges between two nodes: apart, end to end."""
    refused = 0
    for seed in range(first, first + 20):
        diagram = random_graph(seed)
        try:
            diagram.draw(WALL)
        except TooLargeError:
            # Labels of crossing edges can have no room wherever the nodes stand.
            refused += 1
            diagram = random_graph(seed, labels=False)
            diagram.draw(WALL)
        assert faults(diagram) == [], seed
    assert refused <= MOST_REFUSED


def small() -> Diagram:
    """A graph with a loop, a pair of opposite edges and two parallel ones."""
    diagram = Diagram(wall())
    for name in "abc":
        diagram.node(name, f"${name}$", "operation")
    for pair in ("aa", "ab", "ba", "bc", "bc", "ca"):
        diagram.edge(*pair)
    return diagram


def with_edges(layout: Layout, curves: list[Curve]) -> Layout:
    """A layout with other curves."""
    return Layout(layout.width, layout.height, layout.nodes, tuple(curves))


def flat(layout: Layout) -> Layout:
    """The loop lies in the height of its node, as in a mirror."""
    height = layout.nodes["a"][1]
    loop = tuple((x, height) for x, _ in layout.edges[0])
    return with_edges(layout, [loop, *layout.edges[1:]])


def level(layout: Layout) -> Layout:
    """The two opposite edges are the straight line between their nodes."""
    (x, y), (u, v) = layout.edges[1][0], layout.edges[1][-1]
    height = layout.nodes["a"][1]
    del y, v
    line = tuple((float(each), height) for each in np.linspace(x, u, 4))
    return with_edges(layout, [layout.edges[0], line, line[::-1], *layout.edges[3:]])


PLANTED: dict[str, tuple[Callable[[Layout], Layout], str]] = {
    "merged": (
        lambda layout: with_edges(layout, [*layout.edges[:4], layout.edges[3], layout.edges[5]]),
        "are one",
    ),
    "reversed": (
        lambda layout: with_edges(layout, [*layout.edges[:5], layout.edges[5][::-1]]),
        "does not end at",
    ),
    "of another edge": (
        lambda layout: with_edges(layout, [*layout.edges[:5], layout.edges[1]]),
        "does not end at",
    ),
    "a loop that is flat": (flat, "is flat"),
    "opposite edges on each other": (level, "are one"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_of_the_straightening_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them in a small graph that is right without it."""
    right = small()
    right.draw(WALL)
    assert faults(right) == []
    plant, said = PLANTED[fault]
    landed = diagrams.landed
    monkeypatch.setattr(diagrams, "landed", lambda *given: plant(landed(*given)))
    wrong = small()
    wrong.draw(WALL)
    assert any(said in each for each in faults(wrong))


def test_an_edge_that_is_dropped_or_made_up_is_seen() -> None:
    """The layout refuses to lose one; so one is taken out of the graph and of the drawing."""
    diagram = small()
    diagram.draw(WALL)
    lost = diagram.edges.pop()
    assert faults(diagram) == ["edge c → a is drawn, but no edge of the graph"]
    diagram.edges += [lost, lost]
    assert "edge c → a is not drawn" in faults(diagram)


def test_the_labels_of_loops_fit(canvas: Canvas) -> None:
    """Over the loop, one over the other, on the canvas."""
    diagram = Diagram(canvas)
    for name in "ab":
        diagram.node(name, f"${name}$", "operation")
    edges = [diagram.edge(*pair) for pair in ("aa", "ab", "bb")]
    for edge in edges:
        diagram.above(edge, "$x = 2$")
        diagram.below(edge, "$-1$")
    layout = diagram.draw(Box(0.1, 0.1, 11.8, 5.4))
    for edge, curve in zip(edges, layout.edges, strict=True):
        if edge.tail == edge.head:
            (above,), (below,) = edge.labels.values()
            top = bezier(curve)[:, 1].max()
            assert top < below.text.get_position()[1] < above.text.get_position()[1]
    assert clashes(canvas, 1) == []
