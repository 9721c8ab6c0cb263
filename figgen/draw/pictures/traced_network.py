"""A small network that was traced: weights on its connections, and its numbers for every input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from figgen.core import Array, Graph, InputError, equations, sigmoid
from figgen.core.printed_numbers import printed, read
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, cap_height, card, circle, in_a_row, path
from figgen.draw.canvas.marks import edge_name
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.graphviz_layout import Point
from figgen.draw.pictures.artificial_neurons import BORDER, CLEAR, activation, curve

BODY = (2.9, 1.2)
"""Width and height of a neuron, in inches."""
TAG_AT = 0.36
"""Where on a connection its weight stands: before the middle, where two may cross."""
INPUT_RADIUS = 0.42
RESULT_RADIUS = 0.5
FIRING = 0.3
"""How much colour a neuron that fires holds."""
KEY_AT = (7.95, 1.3)
"""The first sign of the key, in inches."""
RESULT = 34.0
"""Size of the rounded output, in points."""
SUM_PLACES = 3
"""Decimals of a weighted sum."""
VALUE_PLACES = 5
"""Decimals of an activation: what tells one that is nearly 1 from 1."""


@dataclass(frozen=True)
class Weights:
    """A neuron's weighted sum.

    Attributes:
        inputs: The names of the values that it sums up.
        weights: One for each.
        bias: What is added.
    """

    inputs: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def __call__(self, values: Sequence[float]) -> float:
        """The neuron's output in plain Python, by the sigmoid."""
        return sigmoid.reference(self.sum(values))

    def sum(self, values: Sequence[float] | Array) -> float:
        """The weighted sum of ``values``."""
        return sum((w * x for w, x in zip(self.weights, values, strict=True)), self.bias)


def cut(graph: Graph, name: str, inputs: Sequence[str]) -> Graph:
    """The part of a graph that computes one of its values from some earlier ones.

    Args:
        graph: The graph.
        name: The value, which becomes the output.
        inputs: The earlier values, which become the inputs.

    Raises:
        InputError: If there is no value of such a name.
    """
    first = {each: replace(graph[each], kind="input", op=None, inputs=()) for each in inputs}
    needed = {name}
    for node in reversed(graph.nodes):
        if node.name in needed and node.name not in first:
            needed.update(operand.name for operand in node.inputs)
    nodes = (*first.values(), *(n for n in graph.nodes if n.name in needed and n.name not in first))
    # A forward pass joins the later nodes to the new inputs.
    return Graph(nodes, graph[name]).forward()


def weights(canvas: Canvas, graph: Graph, name: str, inputs: Sequence[str]) -> Weights:
    """The weights and the bias of a neuron, by the gradients of its weighted sum, claimed.

    Args:
        canvas: Where the claims are filed.
        graph: What the network computed.
        name: The neuron: a value that an activation computes from a weighted sum.
        inputs: The values that are summed up.

    Raises:
        InputError: If the neuron is not computed by a function of one value.
    """
    total = _total(graph, name)
    part = cut(graph, total, inputs)
    gradients = part.backward()
    for claim in part.claims(*inputs):
        canvas.file(claim)
    nothing = dict.fromkeys(inputs, 0.0)
    bias = float(part.forward(**nothing).output.value)
    return Weights(tuple(inputs), tuple(float(gradients[each]) for each in inputs), bias)


def _total(graph: Graph, name: str) -> str:
    """The name of the weighted sum that a neuron's activation is applied to."""
    operands = graph[name].inputs
    if len(operands) != 1:
        raise InputError(f"operands of {name}", len(operands), "1, the weighted sum of a neuron")
    return operands[0].name


def about(canvas: Canvas, value: float, places: int) -> str:
    """A number as it is printed, after a ≈ if the digits are not all of it.

    >>> about(Canvas(), 0.25, 3), about(Canvas(), 0.9999546, 5)
    ('0.25', '≈ 0.99995')
    """
    digits = canvas.digits(value, places)
    return digits if read(digits) == value else f"≈ {digits}"


class TracedNetwork:
    """A network drawn once, in which the numbers of one input after the other are shown.

    Args:
        canvas: Where to draw.
        graph: What the network computed for any input.
        layers: The names of the inputs, then of the neurons of each layer, from the top down.
        places: The middle of each, in inches.
        captions: A word for each neuron, which says what it does.
        result: What the rounded output is called.
    """

    def __init__(
        self,
        canvas: Canvas,
        graph: Graph,
        layers: Sequence[Sequence[str]],
        places: Mapping[str, Point],
        *,
        captions: Mapping[str, str],
        result: str,
    ) -> None:
        self.canvas = canvas
        self.layers = layers
        self.places = places
        self.captions = captions
        self.result = result
        self.neurons: dict[str, Weights] = {}
        self.output = layers[-1][-1]
        for before, names in pairwise(layers):
            for name in names:
                self.neurons[name] = weights(canvas, graph, name, before)
        formulas = dict(zip(self.neurons, equations(graph), strict=True))
        for name in layers[0]:
            self._input(name, graph)
        for name in self.neurons:
            self._connections(name)
            self._body(name)
            self._caption(name, formulas[name].replace(r" \cdot ", r"\,"))
        self._result()
        self._key()
        for name, neuron in self.neurons.items():
            shares = ", ".join(
                f"{each} with {printed(weight)}"
                for each, weight in zip(neuron.inputs, neuron.weights, strict=True)
            )
            canvas.describe(
                f"{name}, the {captions[name]}, weighs {shares}, and has the bias"
                f" {printed(neuron.bias)}."
            )

    # The network

    def _is_low(self, name: str) -> bool:
        """Whether a node stands in the lower half of its layer, with its words below it."""
        layer = next(names for names in self.layers if name in names)
        return 2 * layer.index(name) >= len(layer)

    def _input(self, name: str, graph: Graph) -> None:
        x, y = self.places[name]
        circle(self.canvas, (x, y), INPUT_RADIUS, "input", "input", width=BORDER)
        side = -1 if self._is_low(name) else 1
        height = y + side * (INPUT_RADIUS + 0.26) - cap_height(MATHS) / 2
        self.canvas.text(x, height, f"${graph[name].latex}$", "input", size=MATHS, va="baseline")

    def _body(self, name: str) -> None:
        x, y = self.places[name]
        width, height = BODY
        role: Role = "output" if name == self.output else "operation"
        box = Box(x - width / 2, y - height / 2, width, height)
        card(self.canvas, box, role, role, tint=0.08, width=BORDER, radius=0.24)
        ends = [(x, box.bottom), (x, box.bottom + height)]
        path(self.canvas, ends, role, width=1.4)
        top = y + 0.26
        self.canvas.text(x - width / 4, top, r"$\Sigma$", size=MATHS)
        icon = activation(self.canvas)
        curve(self.canvas, icon, (x + width / 4, top), 0.46)

    def _caption(self, name: str, formula: str) -> None:
        x, y = self.places[name]
        side = -1 if self._is_low(name) else 1
        middle = y + side * (BODY[1] / 2 + 0.8)
        base = middle - cap_height(LABEL) / 2
        word = self.canvas.text(x, base, self.captions[name], weight="bold", va="baseline")
        in_a_row(
            self.canvas, [word, self.canvas.text(x, base, f"${formula}$", va="baseline")], x, 0.2
        )

    def _connections(self, name: str) -> None:
        neuron = self.neurons[name]
        x, y = self.places[name]
        left = x - BODY[0] / 2
        # The connections arrive in the order in which they start, so that they do not cross there.
        heights = np.linspace(0.3, -0.3, len(neuron.inputs))
        for each, weight, height in zip(neuron.inputs, neuron.weights, heights, strict=True):
            tail, end = self.places[each], (left - CLEAR, y + float(height))
            start = (tail[0] + (BODY[0] / 2 if each in self.neurons else INPUT_RADIUS), tail[1])
            self._connection(edge_name(each, name), start, end, weight)
        self._bias(name, neuron.bias)

    def _connection(self, name: str, start: Point, end: Point, weight: float) -> None:
        role: Role = "positive" if weight > 0 else "negative"
        x, y = (start[i] + TAG_AT * (end[i] - start[i]) for i in range(2))
        text = self.canvas.number(x, y - cap_height(LABEL) / 2, weight, role, va="baseline")
        # The line pauses for the number, and begins anew behind it.
        way = np.subtract(end, start)
        pause = (
            min(
                (self.canvas.measure(text)[0] / 2 + 0.07) / abs(way[0]),
                0.2 / max(abs(way[1]), 1e-9),
            )
            * way
        )
        arrive = np.array(end) - 0.1 * way / np.hypot(*way)
        tag = np.array([x, y])
        for pair in ((start, tag - pause), (tag + pause, arrive)):
            ends = [(float(a), float(b)) for a, b in pair]
            path(self.canvas, ends, role, width=2.2, dashed=weight < 0, name=name)
        tail = arrive - 0.1 * way / np.hypot(*way)
        arrow(self.canvas, (float(tail[0]), float(tail[1])), end, role, width=2.2, name=name)

    def _bias(self, name: str, bias: float) -> None:
        x, y = self.places[name]
        side = -1 if self._is_low(name) else 1
        role: Role = "positive" if bias > 0 else "negative"
        at = x - BODY[0] / 4
        edge = y + side * (BODY[1] / 2 + CLEAR)
        arrow(self.canvas, (at, edge + side * 0.42), (at, edge), role, width=2.2)
        self.canvas.number(
            at + 0.2, edge + side * 0.24 - cap_height(LABEL) / 2, bias, role, before="bias ",
            ha="left", va="baseline",
        )  # fmt: skip

    def _result(self) -> None:
        x, y = self.places[self.output]
        right = x + BODY[0] / 2
        self.centre = (self.canvas.width - RESULT_RADIUS - 0.1, y)
        arrow(self.canvas, (right, y), (self.centre[0] - RESULT_RADIUS - CLEAR, y), "output",
              width=3)  # fmt: skip
        circle(self.canvas, self.centre, RESULT_RADIUS, "output", "output", width=BORDER)
        self.canvas.text(self.centre[0], y + RESULT_RADIUS + 0.22, self.result, "output",
                         weight="bold")  # fmt: skip

    def _key(self) -> None:
        """What the signs in a neuron mean, in the corner that the network leaves free."""
        left, canvas = KEY_AT[0], self.canvas
        rows = (
            "the weighted sum and the bias",
            "the activation of the sum",
            "nearly 1: the neuron fires",
        )
        heights = [KEY_AT[1] - 0.42 * row for row in range(len(rows))]
        for words, y in zip(rows, heights, strict=True):
            canvas.text(left + 0.35, y - cap_height(SMALL) / 2, words, size=SMALL, ha="left",
                        va="baseline")  # fmt: skip
        canvas.text(left, heights[0], r"$\Sigma$", size=LABEL)
        curve(canvas, activation(canvas), (left, heights[1]), 0.34)
        card(canvas, Box(left - 0.2, heights[2] - 0.15, 0.4, 0.3), None, "forward",
             tint=FIRING, radius=0.08)  # fmt: skip

    # The numbers

    def show(self, graph: Graph, expected: float) -> float:
        """Write the numbers of one input into the network, in the current step.

        Args:
            graph: What the network computed for it.
            expected: What the rounded output must be, as logic has it.

        Returns:
            The rounded output.
        """
        canvas = self.canvas
        for claim in graph.claims():
            canvas.file(claim)
        given = {name: float(graph[name].value) for name in self.layers[0]}
        for name, value in given.items():
            x, y = self.places[name]
            canvas.number(x, y - cap_height(MATHS) / 2, value, "forward", size=MATHS,
                          weight="bold", va="baseline")  # fmt: skip
        told = [self._neuron(graph, name) for name in self.neurons]
        rounded = round(float(graph[self.output].value))
        canvas.claim(f"the rounded {self.output}", rounded, expected, "logic")
        x, y = self.centre
        canvas.number(x, y - cap_height(RESULT) / 2, rounded, "output", size=RESULT,
                      weight="bold", va="baseline")  # fmt: skip
        inputs = " and ".join(f"{name} = {canvas.digits(value)}" for name, value in given.items())
        canvas.describe(f"For {inputs}: {'; '.join(told)}; rounded, {self.output} is {rounded}.")
        return rounded

    def _neuron(self, graph: Graph, name: str) -> str:
        neuron, canvas = self.neurons[name], self.canvas
        total = float(graph[_total(graph, name)].value)
        canvas.claim(
            f"the weighted sum in {name}",
            total,
            neuron.sum([float(graph[each].value) for each in neuron.inputs]),
            "the weights that are drawn",
        )
        value = float(graph[name].value)
        x, y = self.places[name]
        fires = bool(round(value))
        if fires:
            # Filled, to be seen before any number is read.
            width, height = BODY[0] / 2 - 0.16, BODY[1] - 0.16
            card(canvas, Box(x + 0.08, y - height / 2, width, height), None, "forward", tint=FIRING,
                 radius=0.18, zorder=1.5)  # fmt: skip
        texts = about(canvas, total, SUM_PLACES), about(canvas, value, VALUE_PLACES)
        left, right = x - BODY[0] / 4, x + BODY[0] / 4
        canvas.text(left, y - 0.36, texts[0], "forward", va="baseline")
        # In the colour of the filling the digits would lose their contrast of 4.5.
        canvas.text(right, y - 0.36, texts[1], "ink" if fires else "forward", va="baseline")
        said = [text.replace("≈", "about") for text in texts]
        return f"the sum in {name} is {said[0]}, so {name} is {said[1]}"
