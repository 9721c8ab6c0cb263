"""A layout as Graphviz made it, straightened: level, symmetric, its columns as far apart as needed.

Each function takes a layout and returns one of the same nodes and the same edges. What Graphviz
routes around something, a loop, a pair of edges in opposite directions or an edge that goes back,
keeps its own course.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from figgen.draw.graphs.graphviz_layout import Curve, Ends, Layout, Point, Size

CLOSE = 0.03
"""Two heights nearer than this, in inches, are meant to be one: Graphviz works in whole points."""
ALIKE = 0.3
"""Two curves further apart than this, in inches, are not meant to be one."""


def columns(layout: Layout) -> list[float]:
    """Where the centres of the nodes stand, from left to right."""
    return sorted({round(x, 3) for x, _ in layout.nodes.values()})


def column_of_each(layout: Layout) -> dict[str, int]:
    """The column of each node, counted from the left."""
    number = {x: index for index, x in enumerate(columns(layout))}
    return {name: number[round(x, 3)] for name, (x, _) in layout.nodes.items()}


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
    width = after[-2] + before[0]
    # What runs around the first or the last column keeps its distance from it.
    far = layout.width
    before = [before[0] - far, *before, before[-1] + far]
    after = [after[0] - far, *after[:-1], after[-2] + far]

    def stretched(points: Sequence[Point]) -> Curve:
        x, y = zip(*points, strict=True)
        return tuple(zip(np.interp(x, before, after).tolist(), y, strict=True))

    return Layout(
        width=width,
        height=layout.height,
        nodes=dict(zip(layout.nodes, stretched([*layout.nodes.values()]), strict=True)),
        edges=tuple(smooth(stretched(curve)) for curve in layout.edges),
    )


def smooth(curve: Curve) -> Curve:
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


def centred(layout: Layout, sizes: Mapping[str, Size], edges: Sequence[Ends], gap: float) -> Layout:
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
    column = column_of_each(layout)
    members, inputs, heads = defaultdict(list), defaultdict(list), defaultdict(set)
    far = set()  # nodes with an edge that goes further than to the next column, or not forward
    for name, number in column.items():
        members[number].append(name)
    for tail, head in edges:
        inputs[head].append(tail)
        heads[tail].add(head)
        if column[head] - column[tail] != 1:
            far |= {tail, head}
    # Twice, because a node may make room for one that came before it.
    for name in 2 * sorted(nodes, key=column.__getitem__):
        own = inputs[name]
        if not own or name in far or any(heads[tail] != {name} for tail in own):
            continue
        x, half = nodes[name][0], sizes[name].height / 2
        heights = [nodes[tail][1] for tail in own]
        y = (min(heights) + max(heights)) / 2
        others = [each for each in members[column[name]] if each != name]
        apart = [abs(nodes[each][1] - y) - half - sizes[each].height / 2 for each in others]
        if min([*apart, math.inf]) >= gap - CLOSE and half <= y <= layout.height - half:
            nodes[name] = x, y
    return _with_nodes(layout, nodes, edges)


def mirrored(layout: Layout, edges: Sequence[Ends]) -> Layout:
    """``layout`` with what is nearly symmetric made exactly so.

    Graphviz places nodes at whole points and routes splines by search, so the two inputs of one
    operation miss being mirror images by a hair. Here two nodes, or two edges, that nearly mirror
    each other become the mean of one and the mirrored other, and an edge between two nodes of one
    height becomes level.

    Of several edges between the same two nodes, in whichever direction, the highest is the mirror
    image of the lowest, and so on. A loop has none.

    Args:
        layout: As Graphviz made it.
        edges: The names of the two ends of each edge of ``layout``.

    Returns:
        The same graph, with nodes moved by less than `CLOSE` and edges by less than `ALIKE`.
    """
    middle = layout.height / 2
    nodes = dict(layout.nodes)
    for one, other in _mirror_pairs(layout.nodes, middle):
        (x, y), (_, v) = layout.nodes[one], layout.nodes[other]
        nodes[one], nodes[other] = (x, middle + (y - v) / 2), (x, middle + (v - y) / 2)
    layout = _with_nodes(layout, nodes, edges)
    curves = list(layout.edges)
    ranks = _ranks(layout, edges)
    for first, second, axis in _edge_pairs(layout, edges):
        rank, count = ranks[first]
        if ranks[second] != (count - 1 - rank, count):
            continue
        if not _alike(curves[first], curves[second], axis):
            continue
        pairs = zip(curves[first], curves[second], strict=True)
        mean = tuple(((x + u) / 2, (y + 2 * axis - v) / 2) for (x, y), (u, v) in pairs)
        curves[first], curves[second] = mean, tuple((x, 2 * axis - y) for x, y in mean)
    return replace(layout, edges=tuple(curves))


def _mirror_pairs(nodes: Mapping[str, Point], axis: float) -> Iterator[tuple[str, str]]:
    """Nodes of one column that nearly mirror each other about a height, or themselves."""
    names = list(nodes)
    places = np.array([nodes[name] for name in names])
    for index, (x, y) in enumerate(places):
        rest = places[index:]
        near = np.abs(rest[:, 0] - x) < CLOSE
        near &= np.abs(rest[:, 1] + y - 2 * axis) < CLOSE
        for other in np.flatnonzero(near):
            yield names[index], names[index + other]


def _edge_pairs(layout: Layout, edges: Sequence[Ends]) -> Iterator[tuple[int, int, float]]:
    """The edges whose ends nearly mirror each other, or themselves, and about which height.

    Two edges into one node, or out of one, mirror each other about its height, any others about
    the middle.
    """
    places = np.array([[layout.nodes[end] for end in ends] for ends in edges])
    places = places.reshape(-1, 2, 2)
    number = {name: index for index, name in enumerate(layout.nodes)}
    ends = np.array([[number[end] for end in pair] for pair in edges]).reshape(-1, 2)
    for first, ((_, start), (_, end)) in enumerate(places):
        if ends[first, 0] == ends[first, 1]:
            continue
        rest, others = places[first:], ends[first:]
        axes = np.full(len(rest), layout.height / 2)
        axes[others[:, 0] == ends[first, 0]] = start
        axes[others[:, 1] == ends[first, 1]] = end
        across = np.abs(rest[:, :, 0] - places[first, :, 0]).max(axis=1) <= CLOSE
        up = np.abs(rest[:, :, 1] + places[first, :, 1] - 2 * axes[:, None]).max(axis=1) <= CLOSE
        for other in np.flatnonzero(across & up & (others[:, 0] != others[:, 1])):
            yield first, first + int(other), float(axes[other])


def _ranks(layout: Layout, edges: Sequence[Ends]) -> list[tuple[int, int]]:
    """Which edge each is of those between its two nodes, from the highest on, and of how many."""
    between: dict[frozenset[str], list[int]] = defaultdict(list)
    for index, ends in enumerate(edges):
        between[frozenset(ends)].append(index)
    ranks = [(0, 1)] * len(edges)
    for several in between.values():
        several.sort(key=lambda index: -_middle(layout.edges[index]))
        for rank, index in enumerate(several):
            ranks[index] = rank, len(several)
    return ranks


def _middle(curve: Curve) -> float:
    """The height of the middle of a curve."""
    return curve[len(curve) // 2][1]


def _with_nodes(layout: Layout, nodes: Mapping[str, Point], edges: Sequence[Ends]) -> Layout:
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
    layout: Layout,
    sizes: Mapping[str, Size],
    edges: Sequence[Ends],
    inset: float,
) -> Layout:
    """``layout`` with every edge ending on the border of its box, off the corners.

    Graphviz knows no round corners: there, an arrow would end before it meets the border. An
    edge that goes forward ends on the left side of a box, and from the column before it is level
    if the box is tall enough. A loop, or an edge that goes back, keeps its side.

    Args:
        layout: The layout.
        sizes: The outline of each node.
        edges: The names of the two ends of each edge of ``layout``.
        inset: How far an end stays away from a corner, in inches.
    """
    column = column_of_each(layout)
    ranks = _ranks(layout, edges)
    curves = []
    for curve, (tail, head), (_, count) in zip(layout.edges, edges, ranks, strict=True):
        start, (x, y) = layout.nodes[tail], layout.nodes[head]
        left, reach = x - sizes[head].width / 2, sizes[head].height / 2 - inset
        ahead = column[head] - column[tail]
        if ahead < 1:
            first = _off_corner(curve[0], start, sizes[tail], inset)
            last = _off_corner(curve[-1], (x, y), sizes[head], inset)
            curves.append(_moved(curve, first, last))
        elif sizes[head].shape == "circle":
            curves.append(curve)
        elif ahead == 1 and abs(start[1] - y) <= reach and count == 1:
            xs = np.linspace(start[0] + sizes[tail].width / 2, left, 4)
            curves.append(tuple((float(each), start[1]) for each in xs))
        else:
            end = curve[-1]
            landing = y + min(max(end[1] - y, -reach), reach)
            curves.append(_moved(curve, (0.0, 0.0), (left - end[0], landing - end[1])))
    return replace(layout, edges=tuple(curves))


def _off_corner(point: Point, centre: Point, size: Size, inset: float) -> Point:
    """How far to move a point on the border of a node along it, to be clear of the corners."""
    dx, dy = point[0] - centre[0], point[1] - centre[1]
    across, up = size.width / 2 - inset, size.height / 2 - inset
    if size.shape == "circle" or abs(dx) <= across or abs(dy) <= up:
        return 0.0, 0.0
    if abs(dx) - across < abs(dy) - up:  # on the upper or the lower side
        return math.copysign(across, dx) - dx, 0.0
    return 0.0, math.copysign(up, dy) - dy


def _moved(curve: Curve, start: Point, end: Point) -> Curve:
    """``curve`` with its ends moved by so much, and what is between them in proportion."""
    shares = np.linspace(0, 1, len(curve))[:, None]
    moved = np.asarray(curve) + (1 - shares) * start + shares * end
    return tuple((float(x), float(y)) for x, y in moved)


def _alike(one: Curve, other: Curve, axis: float) -> bool:
    """Whether a curve is nearly another one that is mirrored about a height.

    The curves of nodes of two widths do not begin and end at the same x.
    """
    if len(one) != len(other):
        return False
    (x, y), (u, v) = np.transpose(one), np.transpose(other)
    ends = max(abs(x[end] - u[end]) for end in (0, -1))
    return bool(ends < CLOSE and np.hypot(x - u, y + v - 2 * axis).max() < ALIKE)
