"""A nerve cell: dendrites on the left, the soma with its nucleus, an axon with its terminals.

Every branch is a ribbon along a Bezier curve that gets thinner towards its end. The membrane of
the soma runs in one smooth line from branch to branch, so that they grow out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from figgen.core import Array
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import circle
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.diagrams import bezier
from figgen.draw.graphs.graphviz_layout import Point

MEMBRANE = 2.2
"""Width of the outline, in points."""
FLESH = 0.3
"""How much of its colour a branch holds inside."""
CURVE_POINTS = 24
CAP_POINTS = 9
WAIST = 0.45
"""How far the membrane bends in between two branches, relative to their distance."""
PULL = 0.42
"""How far a branch follows its direction at both ends, relative to its length."""


class Branch(NamedTuple):
    """A branch, in inches from the middle of the soma; those that it forks into begin at its end.

    Attributes:
        end: Where it ends.
        heading: Its direction there, in degrees.
        width: Its width there.
        twigs: What it forks into.
    """

    end: Point
    heading: float
    width: float
    twigs: tuple[Branch, ...] = ()


class Root(NamedTuple):
    """Where a branch grows out of the soma.

    Attributes:
        angle: Seen from the middle of the soma, in degrees.
        distance: From there, in inches.
        width: Of the branch, in inches.
        branch: The branch.
    """

    angle: float
    distance: float
    width: float
    branch: Branch

    @property
    def place(self) -> Array:
        """Where it is, in inches from the middle of the soma."""
        return self.distance * _direction(self.angle)


def _tip(x: float, y: float, heading: float) -> Branch:
    return Branch((x, y), heading, 0.03)


DENDRITES = (
    Root(
        116, 0.66, 0.24,
        Branch(
            (-1.15, 0.88), 178, 0.11,
            (_tip(-1.95, 1.06, 150), _tip(-2.5, 0.78, 192)),
        ),
    ),
    Root(
        154, 0.8, 0.26,
        Branch(
            (-2.05, 0.4), 168, 0.14,
            (
                Branch((-3.05, 0.74), 172, 0.08, (_tip(-3.85, 1.05, 150), _tip(-4.4, 0.7, 193))),
                Branch((-3.1, 0.24), 184, 0.075, (_tip(-3.85, 0.37, 158), _tip(-4.2, 0.1, 196))),
            ),
        ),
    ),
    Root(
        203, 0.8, 0.26,
        Branch(
            (-1.85, -0.34), 188, 0.14,
            (
                Branch((-2.95, -0.24), 176, 0.075, (_tip(-3.6, -0.1, 158), _tip(-4.4, -0.4, 192))),
                Branch((-2.85, -0.7), 190, 0.08, (_tip(-4.05, -0.72, 170), _tip(-3.6, -1.06, 212))),
            ),
        ),
    ),
    Root(
        246, 0.66, 0.24,
        Branch(
            (-1.1, -0.86), 180, 0.11,
            (_tip(-2.4, -0.78, 168), _tip(-1.9, -1.06, 210)),
        ),
    ),
)  # fmt: skip
AXON = Root(0, 0.85, 0.26, Branch((1.4, 0.0), 0, 0.1))
AXON_LENGTH = 2.55
"""From the end of the cone to the fork of the terminals, in inches."""
SHEATHS = 4
SHEATH_WIDTH = 0.28
SHEATH_GAP = 0.09
TERMINALS = ((0.9, 0.82), (1.12, 0.3), (1.08, -0.24), (0.86, -0.78))
"""Where the terminals end, in inches from the fork."""
BOUTON = 0.1


def nerve_cell(
    canvas: Canvas,
    centre: Point,
    *,
    receive: Role = "input",
    gather: Role = "operation",
    send: Role = "output",
) -> None:
    """Draw a nerve cell, about 10 inches wide and 2.2 inches high.

    Args:
        canvas: Where to draw.
        centre: The middle of the soma, in inches.
        receive: The role of the dendrites, which reach 4.4 inches to the left.
        gather: The role of the soma.
        send: The role of the axon, which reaches 5.1 inches to the right.
    """
    middle = np.array(centre)
    dendrites = [ribbon for root in DENDRITES for ribbon in _limb(root)]
    fork = np.array(AXON.branch.end) + np.array([AXON_LENGTH, 0.0])
    axon = [*_limb(AXON), *_terminals(fork)]
    _flesh(canvas, [each + middle for each in dendrites], receive)
    _flesh(canvas, [each + middle for each in axon], send)
    for sheath in _sheaths(np.array(AXON.branch.end), fork):
        _outlined(canvas, [sheath + middle], send, "paper", zorder=2.6, tint=1)
        _outlined(canvas, [sheath + middle], send, send, zorder=2.7)
    _soma(canvas, middle, gather)


def _direction(degrees: float) -> Array:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def _limb(root: Root) -> Iterator[Array]:
    """The ribbons of a branch and of everything that it forks into."""
    yield from _grown(root.place, root.angle, root.width, root.branch)


def _grown(start: Array, heading: float, width: float, branch: Branch) -> Iterator[Array]:
    yield _ribbon(_curve(start, heading, np.array(branch.end), branch.heading), width, branch.width)
    for twig in branch.twigs:
        yield from _grown(np.array(branch.end), branch.heading, branch.width, twig)


def _curve(start: Array, heading: float, end: Array, arrival: float) -> Array:
    """Points of a cubic that leaves and arrives in given directions, shape (n, 2)."""
    pull = PULL * float(np.hypot(*(end - start)))
    controls = (start, start + pull * _direction(heading), end - pull * _direction(arrival), end)
    return bezier([(float(x), float(y)) for x, y in controls], CURVE_POINTS)


def _ribbon(points: Array, start_width: float, end_width: float) -> Array:
    """The outline of a curve that gets thinner, with round ends; shape (n, 2)."""
    along = np.gradient(points, axis=0, edge_order=2)
    along /= np.hypot(*along.T)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    half = np.linspace(start_width, end_width, len(points))[:, None] / 2
    turn = np.linspace(0, np.pi, CAP_POINTS)[1:-1, None]
    far = points[-1] + half[-1] * (np.cos(turn) * across[-1] + np.sin(turn) * along[-1])
    near = points[0] - half[0] * (np.cos(turn) * across[0] + np.sin(turn) * along[0])
    left, right = points + half * across, points - half * across
    return np.concatenate([left, far, right[::-1], near])


def _terminals(fork: Array) -> Iterator[Array]:
    """The bare axon, its branches at the end, and a knob on each."""
    start = np.array(AXON.branch.end)
    yield _ribbon(np.linspace(start, fork, CURVE_POINTS), AXON.branch.width, 0.1)
    turn = np.linspace(0, 2 * np.pi, 4 * CAP_POINTS, endpoint=False)
    knob = BOUTON * np.column_stack([np.cos(turn), -np.sin(turn)])
    for reach in np.array(TERMINALS):
        end = fork + reach
        yield _ribbon(_curve(fork, 0, end, float(25 * np.sign(reach[1]))), 0.1, 0.06)
        yield end + knob


def _sheaths(start: Array, end: Array) -> Iterator[Array]:
    pitch = (end[0] - start[0]) / SHEATHS
    for number in range(SHEATHS):
        left = start[0] + number * pitch + SHEATH_WIDTH / 2
        right = left + pitch - SHEATH_WIDTH - SHEATH_GAP
        y = float(start[1])
        line = np.linspace((left, y), (right, y), CURVE_POINTS)
        yield _ribbon(line, SHEATH_WIDTH, SHEATH_WIDTH)


def _soma(canvas: Canvas, middle: Array, role: Role) -> None:
    roots = sorted((*DENDRITES, AXON), key=lambda root: root.angle)
    points: list[Array] = []
    for root, after in zip(roots, [*roots[1:], roots[0]], strict=True):
        # Far into the wide gaps, and only a little between two neighbours.
        pull = WAIST * min((after.angle - root.angle) % 360 / 90, 1)
        points += [
            _corner(root, 1), _inward(root, 1, pull), _inward(after, -1, pull), _corner(after, -1)
        ]  # fmt: skip
    codes = [Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4] * len(roots)
    codes[0] = Path.MOVETO
    membrane = Path(np.array(points) + middle, codes)
    for fill, tint, zorder in ((None, 0.0, 2.0), (role, FLESH, 2.4)):
        width = 0 if fill else 2 * MEMBRANE
        patch = PathPatch(membrane, linewidth=width, joinstyle="round", zorder=zorder)
        canvas.page.add_patch(patch)
        canvas.mark(patch, stroke=None if fill else role, fill=fill, tint=tint)
    x, y = (float(each) for each in middle)
    circle(canvas, (x, y), 0.22, role, role, tint=0.4, width=MEMBRANE, zorder=3.2)
    circle(canvas, (x + 0.05, y + 0.05), 0.06, role, role, tint=1, zorder=3.3)


def _corner(root: Root, side: int) -> Array:
    """Where the membrane meets a branch: on its left side, seen from the soma, or its right."""
    return root.place + side * root.width / 2 * _direction(root.angle + 90)


def _inward(root: Root, side: int, pull: float) -> Array:
    """Along the branch into the soma, so that the membrane bends smoothly out of the branch."""
    return _corner(root, side) - pull * root.distance * _direction(root.angle)


def _flesh(canvas: Canvas, ribbons: Sequence[Array], role: Role) -> None:
    """Draw ribbons as one body: first all outlines, then what is inside, over the seams."""
    _outlined(canvas, ribbons, role, None, zorder=2.0)
    _outlined(canvas, ribbons, None, role, zorder=2.5)


def _outlined(
    canvas: Canvas,
    ribbons: Sequence[Array],
    stroke: Role | None,
    fill: Role | None,
    *,
    zorder: float,
    tint: float = FLESH,
) -> None:
    shape = Path.make_compound_path(
        *(Path([*ribbon, ribbon[0]], closed=True) for ribbon in ribbons)
    )
    width = MEMBRANE if fill else 2 * MEMBRANE
    patch = PathPatch(shape, linewidth=width if stroke else 0, joinstyle="round", zorder=zorder)
    canvas.page.add_patch(patch)
    canvas.mark(patch, stroke=stroke, fill=fill, tint=tint)
