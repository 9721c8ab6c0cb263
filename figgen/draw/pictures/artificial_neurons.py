"""Artificial neurons: one by itself, and layers of them.

A neuron that computes carries the curve of its activation; one that only passes a value on
carries none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from figgen.core import Array, Function, InputError, Interval, chain, sigmoid
from figgen.core.chains import reference, spoken
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card, circle, leading, path, wrap, write
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.graphviz_layout import Point
from figgen.draw.plots.plots import BY_REFERENCE

RADIUS = 0.39
"""Of a neuron in a layer, in inches."""
PITCH = 0.98
"""The distance of two neurons in a layer, in inches."""
BORDER = 2.4
"""Width of the edge of a neuron, in points."""
CONNECTION = 1.4
"""Width of a connection, in points."""
ICON = Interval(-5, 5)
"""What an activation is drawn over in a neuron: its bend, and enough to see where it levels."""
ICON_SAMPLES = 41
CLEAR = 0.05
"""Between an arrow and what it points to, in inches."""
HEADING = 24.0
"""Size of the title of a group, in points."""
PAD = 0.16
GAP = 0.2
MARGIN = 0.06
SHADE = 0.08
"""How much of its colour the card of a group holds."""
SPREAD = 0.5
"""How far from the middle the outermost arrows reach a neuron, as an angle in radians."""
STUB = 0.5
"""Length of an arrow from the outside or to it, in inches."""


def activation(canvas: Canvas, function: Function = sigmoid) -> Array:
    """The curve of an activation in a square of size 1 around (0, 0), claimed; shape (n, 2)."""
    x = ICON.samples(ICON_SAMPLES)
    y = chain((function,), x)
    canvas.claim(f"the curve of {spoken((function,))} in a neuron", y, reference((function,), x),
                 BY_REFERENCE)  # fmt: skip
    low, high = float(y.min()), float(y.max())
    return np.column_stack([(x - ICON.low) / ICON.width, (y - low) / (high - low)]) - 0.5


def curve(canvas: Canvas, icon: Array, centre: Point, size: float, role: Role = "ink") -> Line2D:
    """Draw the curve of an activation, ``size`` inches wide."""
    points = np.array(centre) + icon * (size, 0.72 * size)
    return path(canvas, [(float(x), float(y)) for x, y in points], role, width=2.6, zorder=4)


def column(
    canvas: Canvas,
    x: float,
    middle: float,
    count: int,
    role: Role,
    *,
    function: Function | None = None,
    names: Sequence[str] = (),
    radius: float = RADIUS,
    pitch: float = PITCH,
) -> tuple[Point, ...]:
    """Draw a layer of neurons, one below the other.

    Args:
        canvas: Where to draw.
        x: The place of the layer, in inches.
        middle: The height of its middle.
        count: How many neurons it has.
        role: Their colour.
        function: Their activation; None if they pass their values on.
        names: The LaTeX of a name for each, written into it.
        radius: Of a neuron, in inches.
        pitch: The distance of two neurons, in inches.

    Returns:
        The middles of the neurons, from the top down.

    Raises:
        InputError: If there is no neuron, they would overlap, or there is not a name for each.
    """
    if count < 1:
        raise InputError("neurons in a layer", count, "1 or more")
    if count > 1 and pitch < 2 * radius - 1e-9:
        allowed = f"fewer, or neurons of less than {radius:g} inches: these overlap"
        raise InputError("neurons in a layer", count, allowed)
    if names and len(names) != count:
        raise InputError("names of neurons", tuple(names), f"{count}, one for each")
    top = middle + (count - 1) * pitch / 2
    places = tuple((x, top - row * pitch) for row in range(count))
    icon = activation(canvas, function) if function else None
    for place in places:
        circle(canvas, place, radius, role, role, width=BORDER)
        if icon is not None:
            curve(canvas, icon, place, 1.1 * radius)
    for place, name in zip(places, names, strict=False):
        label(canvas, place, name)
    return places


def label(canvas: Canvas, centre: Point, latex: str, *, size: float = LABEL) -> None:
    """Write the name of a neuron into it."""
    x, y = centre
    text = canvas.text(x, y - 0.3 * cap_height(size), f"${latex}$", size=size, va="baseline")
    text.set_zorder(4)


def connect(
    canvas: Canvas, tails: Sequence[Point], heads: Sequence[Point], role: Role = "muted"
) -> int:
    """Connect every neuron of a layer with every one of the next.

    Returns:
        The number of connections.
    """
    lines = [(tail, head) for tail in tails for head in heads]
    connections = LineCollection(lines, linewidths=CONNECTION, zorder=1.8)
    canvas.page.add_collection(connections, autolim=False)
    canvas.mark(connections, stroke=role, name="connections")
    return len(lines)


# Groups of layers


@dataclass(frozen=True)
class Group:
    """Layers of one kind.

    Attributes:
        title: What they are called.
        text: What they do.
        role: Their colour.
        sizes: The number of neurons of each layer.
        function: Their activation; None if they pass their values on.
    """

    title: str
    text: str
    role: Role
    sizes: tuple[int, ...]
    function: Function | None = None


def layers_of_neurons(
    canvas: Canvas, groups: Sequence[Group], *, inputs: str = "x", outputs: str = "y"
) -> None:
    """Draw the layers of a network, in each step one more group of them, each in its card.

    Args:
        canvas: Where to draw; the network fills it.
        groups: From the input to the output.
        inputs: The LaTeX of the values that come in from the outside, to be numbered.
        outputs: The LaTeX of those that go out.

    Raises:
        InputError: If there are fewer than two groups, or more neurons than fit.
    """
    if len(groups) < 2:  # noqa: PLR2004 - an input and an output
        raise InputError("groups of layers", tuple(groups), "an input, an output, and any between")
    boxes = _boxes(canvas, groups)
    middle = _middle(canvas, groups, boxes)
    room = 2 * (middle - MARGIN - PAD)
    sizes = [size for group in groups for size in group.sizes]
    before: tuple[Point, ...] = ()
    drawn = 0
    for step, (group, box) in enumerate(zip(groups, boxes, strict=True), start=1):
        with canvas.step(step):
            _card(canvas, group, box)
            canvas.describe(_told(group))
            pitch = box.width / len(group.sizes)
            for number, size in enumerate(group.sizes):
                x = box.left + (number + 0.5) * pitch
                names = [f"{inputs}_{{{row + 1}}}" for row in range(size)] if step == 1 else ()
                gap = min(PITCH, (room - 2 * RADIUS) / max(size - 1, 1))
                places = column(canvas, x, middle, size, group.role, function=group.function,
                                names=names, pitch=gap)  # fmt: skip
                drawn += connect(canvas, before, places)
                before = places
            _outside(canvas, group, before, step=step, last=len(groups), outputs=outputs)
    every = sum(tail * head for tail, head in pairwise(sizes))
    canvas.claim("the number of connections", drawn, every, "products of the sizes of the layers")
    with canvas.step(len(groups)):
        canvas.describe(f"Every neuron is connected with every one of the next layer: {drawn}"
                        " connections.")  # fmt: skip


def _boxes(canvas: Canvas, groups: Sequence[Group]) -> list[Box]:
    # A group of two layers is not twice as wide: its text is no longer than the others'.
    shares = [1 + 0.45 * (len(group.sizes) - 1) for group in groups]
    free = canvas.width - 2 * MARGIN - (len(groups) - 1) * GAP
    widths = [free * share / sum(shares) for share in shares]
    lefts = np.cumsum([MARGIN, *(width + GAP for width in widths)])
    height = canvas.height - 2 * MARGIN
    return [
        Box(float(left), MARGIN, width, height) for left, width in zip(lefts, widths, strict=False)
    ]


def _text_height(canvas: Canvas, group: Group, box: Box) -> float:
    text = wrap(canvas, group.text, box.width - 2 * PAD)
    return cap_height(HEADING) + leading(LABEL) + text.height


def _middle(canvas: Canvas, groups: Sequence[Group], boxes: Sequence[Box]) -> float:
    """The height of the middle of the neurons: of what the words leave."""
    words = max(_text_height(canvas, *pair) for pair in zip(groups, boxes, strict=True))
    return (canvas.height - PAD - words) / 2


def _card(canvas: Canvas, group: Group, box: Box) -> None:
    card(canvas, box, group.role, group.role, tint=SHADE, width=1.6, zorder=0.5)
    room = Box(box.left + PAD, box.bottom, box.width - 2 * PAD, box.height - 1.3 * PAD)
    write(canvas, room, group.title, group.role, size=HEADING, weight="bold", ha="center")
    below = room._replace(height=room.height - cap_height(HEADING) - 0.75 * leading(LABEL))
    write(canvas, below, group.text, ha="center")


def _told(group: Group) -> str:
    noun = "neuron" if group.sizes == (1,) else "neurons"
    sizes = " and ".join(map(str, group.sizes))
    kind = f"with the activation {group.function}" if group.function else "without activation"
    return f"{group.title}, {sizes} {noun} {kind}: {group.text}."


def _outside(
    canvas: Canvas, group: Group, places: Sequence[Point], *, step: int, last: int, outputs: str
) -> None:
    """The arrows from the outside into the first layer and out of the last."""
    reach = RADIUS + CLEAR
    for row, (x, y) in enumerate(places, start=1):
        if step == 1:
            arrow(canvas, (x - reach - STUB, y), (x - reach, y), group.role)
        if step == last:
            arrow(canvas, (x + reach, y), (x + reach + STUB, y), group.role)
            label(canvas, (x + reach + STUB + 0.24, y), f"{outputs}_{{{row}}}", size=MATHS)


# One neuron


def artificial_neuron(
    canvas: Canvas,
    centre: Point,
    *,
    inputs_at: float,
    output_at: float,
    count: int = 3,
    pitch: float = 0.75,
    radius: float = 0.78,
    function: Function = sigmoid,
    receive: Role = "input",
    gather: Role = "operation",
    send: Role = "output",
) -> None:
    """Draw one neuron with its inputs, its weights and its output.

    Args:
        canvas: Where to draw.
        centre: The middle of the neuron, in inches.
        inputs_at: Where the inputs are, in inches from the left.
        output_at: Where the output is, likewise.
        count: The number of inputs.
        pitch: The distance of two inputs, in inches.
        radius: Of the neuron, in inches.
        function: Its activation.
        receive: The role of the inputs.
        gather: The role of the neuron.
        send: The role of the output.
    """
    x, y = centre
    small = 0.31
    names = [f"x_{{{number}}}" for number in range(1, count + 1)]
    places = column(canvas, inputs_at, y, count, receive, names=names, radius=small, pitch=pitch)
    for number, (place, angle) in enumerate(
        zip(places, np.linspace(-SPREAD, SPREAD, count) if count > 1 else (0.0,), strict=True),
        start=1,
    ):
        end = (x - (radius + CLEAR) * np.cos(angle), y - (radius + CLEAR) * np.sin(angle))
        _weighted(canvas, place, (float(end[0]), float(end[1])), radius=small, number=number,
                  role=receive)  # fmt: skip
    circle(canvas, centre, radius, gather, gather, width=3, tint=0.2)
    path(canvas, [(x, y - radius), (x, y + radius)], gather, width=1.6, zorder=3.5)
    canvas.text(x - 0.47 * radius, y - 0.02, r"$\Sigma$", size=32).set_zorder(4)
    curve(canvas, activation(canvas, function), (x + 0.48 * radius, y), 0.66 * radius)
    start_of_output = (x + radius, y)
    arrow(canvas, start_of_output, (output_at - small - CLEAR, y), send, width=3)
    column(canvas, output_at, y, 1, send, names=("y",), radius=small)


def _weighted(
    canvas: Canvas, place: Point, end: Point, *, radius: float, number: int, role: Role
) -> None:
    """The arrow from an input into a neuron, with its weight beside it, on the outer side."""
    along = np.subtract(end, place) / np.hypot(*np.subtract(end, place))
    start = place + radius * along
    arrow(canvas, (float(start[0]), float(start[1])), end, role, width=2.4)
    side = -1 if along[1] > 0 else 1
    x, y = (start + end) / 2 + side * 0.22 * np.array([-along[1], along[0]])
    label(canvas, (float(x), float(y)), f"w_{{{number}}}")
