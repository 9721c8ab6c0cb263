"""Section 1: background."""

from __future__ import annotations

import numpy as np

from figgen import figure
from figgen.core import (
    Array,
    Function,
    Interval,
    equations,
    expression,
    perceptrons,
    sigmoid,
    tanh,
    trace,
)
from figgen.core.graph import value_claim
from figgen.draw import (
    Box,
    Canvas,
    Column,
    Era,
    Plot,
    Role,
    Section,
    TracedNetwork,
    arrow,
    artificial_neuron,
    card,
    circle,
    layers_of_neurons,
    nerve_cell,
    outline_cards,
    timeline,
    truth_table,
    wrap,
    write,
)
from figgen.draw.canvas.cards import cap_height
from figgen.draw.pictures.artificial_neurons import PITCH, RADIUS, Group, column, connect
from figgen.draw.pictures.decision_field import (
    Corner,
    best_line,
    corners,
    decision_line,
    field,
    marker,
    shades,
)
from figgen.draw.pictures.traced_network import weights
from figgen.draw.plots.scatter import cloud, spread_out
from figures import SECTIONS

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The four inputs of XOR, and the corners of a square in their plane."""


@figure(
    title="Outline",
    perspective="diagram",
    alt="An outline of the lecture, with a numbered card for each section.",
    steps=9,
)
def outline(canvas: Canvas) -> None:
    """Where we are in the lecture."""
    parts = {"nested": ("The chain rule",)}
    sections = [Section(title, parts.get(module, ())) for module, title in SECTIONS.items()]
    outline_cards(canvas, sections)


@figure(
    title="A history with two winters",
    perspective="diagram",
    alt="A timeline of artificial neural networks, decade by decade.",
    steps=6,
)
def history(canvas: Canvas) -> None:
    """Twice the interest in neural networks died, and twice it came back."""
    eras = (
        Era(1940, 1950, "1940s", "Models that imitate the brain"),
        Era(1950, 1960, "1950s", "The perceptron and logistic regression"),
        Era(
            1970,
            1980,
            "First winter",
            "One perceptron cannot solve XOR: interest dies",
            winter=True,
        ),
        Era(1980, 1990, "1980s", "Perceptrons merged in layers"),
        Era(1990, 2010, "Second winter", "Lack of computing power: interest dies", winter=True),
        Era(2010, 2020, "The last decade", "Reborn with computing power"),
    )
    timeline(canvas, Interval(1940, 2020), eras)


@figure(
    title="Two neurons",
    perspective="diagram",
    alt="A nerve cell, and below it an artificial neuron; counterparts stand in one column, in one"
    " colour and with the same number.",
)
def neuron(canvas: Canvas, *, inputs: int = 3, activation: Function = sigmoid) -> None:
    """An artificial neuron imitates a nerve cell: signals come in, are gathered, and go out."""
    columns: tuple[tuple[Role, float, float, str, str], ...] = (
        ("input", 0.75, 4.6, "dendrites", "inputs"),
        ("operation", 4.75, 7.9, "soma", "weighted sum\nand activation"),
        ("output", 8.05, 11.94, "axon", "output"),
    )
    for number, (role, left, right, *words) in enumerate(columns, start=1):
        card(canvas, Box(left, 0.06, right - left, 5.48), None, role, tint=0.08, zorder=0.5)
        for text, height in zip(words, (5.28, 0.38), strict=True):
            _numbered(canvas, (left + right) / 2, height, number=number, words=text, role=role)
        canvas.describe(f"{number}: the {words[0]} of the cell, {words[1]} of the neuron.")
    for text, height in (("nerve cell", 4.1), ("artificial neuron", 1.5)):
        canvas.text(0.35, height, text, size=22, weight="bold").set_rotation(90)
    nerve_cell(canvas, (6.2, 3.96))
    artificial_neuron(
        canvas,
        (6.325, 1.74),
        inputs_at=2.0,
        output_at=10.6,
        count=inputs,
        pitch=1.5 / max(inputs - 1, 1),
        function=activation,
    )


def _numbered(canvas: Canvas, x: float, y: float, *, number: int, words: str, role: Role) -> None:
    """A number in a disc and words beside it, together in the middle."""
    size = wrap(canvas, words, 2.6, weight="bold")
    left = x - size.width / 2 + 0.24
    room = Box(left, y - 0.4, size.width + 0.01, 0.8)
    write(canvas, room, words, role, weight="bold", va="center")
    disc = (left - 0.32, y)
    circle(canvas, disc, 0.19, role, role, tint=1)
    digit = canvas.number(
        disc[0], y - cap_height(18) / 2, number, "paper", size=18, weight="bold", va="baseline"
    )
    digit.set_zorder(4)


@figure(
    title="Kinds of layers",
    perspective="diagram",
    alt="Columns of neurons from left to right, each connected with all of the next column.",
    steps=3,
)
def layers(
    canvas: Canvas,
    *,
    inputs: int = 3,
    hidden: tuple[int, ...] = (4, 4),
    outputs: int = 2,
    activation: Function = sigmoid,
) -> None:
    """An input layer passes values on, hidden layers extract features, an output layer answers."""
    groups = (
        Group("Input layer", "passes the values on,\nno activation", "input", (inputs,)),
        Group(
            "Hidden layers",
            "extract features:\nweighted sum, activation",
            "operation",
            hidden,
            activation,
        ),
        Group(
            "Output layer",
            "like a hidden layer,\npassed to the outside",
            "output",
            (outputs,),
            activation,
        ),
    )
    layers_of_neurons(canvas, groups)


@figure(
    title="XOR by three neurons",
    perspective="diagram",
    alt="A network of two inputs, two hidden neurons and one output neuron, with the weight on"
    " every connection and the numbers of one input in it.",
    steps=4,
)
def xor_network(canvas: Canvas) -> None:
    """One hidden neuron says OR, the other NAND; the output is the AND of both, which is XOR."""
    graphs = [trace(perceptrons.xor_network, x1=x1, x2=x2) for x1, x2 in CORNERS]
    network = TracedNetwork(
        canvas,
        graphs[0],
        (("x1", "x2"), ("h1", "h2"), ("y",)),
        {"x1": (0.75, 3.75), "x2": (0.75, 1.85), "h1": (4.7, 3.75), "h2": (4.7, 1.85),
         "y": (9.0, 2.8)},
        captions={"h1": "OR", "h2": "NAND", "y": "AND"},
        result="XOR",
    )  # fmt: skip
    for step, ((x1, x2), graph) in enumerate(zip(CORNERS, graphs, strict=True), start=1):
        with canvas.step(step, last=step):
            network.show(graph, x1 ^ x2)


@figure(
    title="The truth table of XOR",
    perspective="diagram",
    alt="A table with a row for each of the four inputs: the outputs of both hidden neurons and of"
    " the output neuron, and what each is when rounded.",
)
def xor_truth_table(canvas: Canvas) -> None:
    """What the three neurons compute, rounded, is OR, NAND and the AND of both: XOR."""
    graphs = [trace(perceptrons.xor_network, x1=x1, x2=x2) for x1, x2 in CORNERS]
    h1, h2, y = (formula.replace(r" \cdot ", r"\,") for formula in equations(graphs[0]))
    columns = (
        Column("x1", "x_{1}"),
        Column("x2", "x_{2}"),
        Column("h1", h1, "OR", tuple(a | b for a, b in CORNERS)),
        Column("h2", h2, "NAND", tuple(1 - (a & b) for a, b in CORNERS)),
        Column("y", y, "AND of both: XOR", tuple(a ^ b for a, b in CORNERS)),
    )
    truth_table(canvas, Box(0.1, 0.1, 11.8, 5.4), graphs, columns)


@figure(
    title="What one neuron and what three can decide",
    perspective="plot",
    alt="The plane of two inputs, twice, shaded by the output: on the left parted by the line of a"
    " single neuron, on the right with a band between the lines of hidden neurons.",
)
def xor_decision(canvas: Canvas, *, domain: Interval = Interval(-0.45, 1.45)) -> None:
    """No single line parts the corners of XOR; two lines and an AND do."""
    table = [Corner(x1, x2, x1 ^ x2) for x1, x2 in CORNERS]
    single = trace(perceptrons.single_perceptron, x1=0, x2=0)
    network = trace(perceptrons.xor_network, x1=0, x2=0)
    alone = weights(canvas, single, "y", ("x1", "x2"))
    h1, h2 = (weights(canvas, network, name, ("x1", "x2")) for name in ("h1", "h2"))
    last = weights(canvas, network, "y", ("h1", "h2"))

    left, right = (
        Plot(canvas, Box(x, 0.7, 4.1, 4.1), domain, domain, (domain.low, domain.low))
        for x in (0.65, 7.3)
    )
    decision_line(left, alone, "$y = 0.5$", at=0.78, side=-1)
    decision_line(right, h1, "$h_1 = 0.5$", at=0.78, side=-1)
    decision_line(right, h2, "$h_2 = 0.5$", at=0.22)

    def one(x1: float, x2: float) -> float:
        return alone((x1, x2))

    def three(x1: float, x2: float) -> float:
        return last((h1((x1, x2)), h2((x1, x2))))

    for plot, decide, plain, who, where in (
        (left, perceptrons.single_perceptron, one, "One neuron", "On the left"),
        (right, perceptrons.xor_network, three, "Three neurons", "On the right"),
    ):
        field(plot, decide, plain)
        plot.frame((0, 1), (0, 1), "$x_1$", "$x_2$")
        canvas.describe(f"{where}: {who.lower()}.")
        count = corners(plot, decide, plain, table)
        words = f"{who}: {canvas.digits(count)} of {canvas.digits(len(table))} right"
        canvas.text(plot.box.left + 2.3, 5.3, words, size=22, weight="bold")
        canvas.describe(f"{words}.")
        if plot is left:
            canvas.claim("the most that one line gets right", count, best_line(table),
                         "every way in which a line can part the corners")  # fmt: skip

    canvas.text(5.45, 4.45, "XOR wants", size=18, ha="left")
    marker(canvas, 5.7, 3.95, 0)
    marker(canvas, 6.4, 3.95, 1)
    canvas.text(5.45, 3.15, "output $y$", size=18, ha="left")
    shades(canvas, Box(5.5, 0.98, 0.5, 1.85))


def _model(X: Array, W1: Array, b: Array, W2: Array) -> Array:  # noqa: N803 - matrices
    """A hidden layer and an output layer without activation."""
    H = tanh(X @ W1 + b)  # noqa: N806
    Y = H @ W2  # noqa: N806
    return Y  # noqa: RET504 - the result has a name in the formula


@figure(
    title="A map from one distribution to another",
    perspective="diagram",
    alt="A small network between two clouds of points: on the left its inputs, on the right the"
    " outputs; a few points carry the same number in both.",
)
def deep_learning_map(canvas: Canvas, *, count: int = 300, hidden: int = 3, seed: int = 8) -> None:
    """A deep-learning model is a graph that maps one distribution to a related one."""
    draw = np.random.RandomState(seed).randn
    graph = trace(
        _model, X=draw(count, 2), W1=draw(2, hidden), b=draw(1, hidden), W2=draw(hidden, 2)
    )
    for node in graph.nodes:
        if node.op:
            canvas.file(value_claim(node))
    inputs, outputs = graph["X"].value, graph.output.value
    followed = spread_out(inputs)
    cloud(canvas, Box(0.35, 0.5, 3.3, 3.3), inputs, "input", name="x", followed=followed)
    cloud(canvas, Box(7.95, 0.5, 3.3, 3.3), outputs, "output", name="y", followed=followed)

    middle = 2.3
    pitch = min(PITCH, 2.1 / max(hidden - 1, 1))
    layers_at = (4.7, 5.75, 6.8)
    first = column(canvas, layers_at[0], middle, 2, "input", names=("x_1", "x_2"))
    second = column(canvas, layers_at[1], middle, hidden, "operation", function=tanh,
                    pitch=pitch, radius=min(RADIUS, 0.45 * pitch))  # fmt: skip
    third = column(canvas, layers_at[2], middle, 2, "output", names=("y_1", "y_2"))
    connect(canvas, first, second)
    connect(canvas, second, third)
    arrow(canvas, (3.75, middle), (4.25, middle), "input", width=4)
    arrow(canvas, (7.25, middle), (7.75, middle), "output", width=4)
    titles: tuple[tuple[float, Role, str, str], ...] = (
        (2.05, "input", f"{canvas.digits(count)} inputs", "drawn from one distribution"),
        (5.75, "operation", "the model", "a computational graph"),
        (9.65, "output", f"{canvas.digits(count)} outputs", "drawn from a related one"),
    )
    for x, role, title, words in titles:
        canvas.text(x, 5.2, title, role, size=24, weight="bold", va="baseline")
        canvas.text(x, 4.75, words, va="baseline")
    canvas.text(5.75, 4.2, f"$Y = {expression(graph)}$", size=24)
