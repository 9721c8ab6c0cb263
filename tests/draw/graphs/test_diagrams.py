"""Diagrams: nodes and edges that are measured, placed and drawn."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from lecture import ROOT, drawing_of
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.text import Text
from overlaps import DIAGRAMS, box_of, clashes

from figgen.core import InputError
from figgen.core.trace import trace
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.canvas.unmarked import CanvasError, require_marked
from figgen.draw.graphs.diagrams import PADDING, Diagram, bezier
from figgen.draw.graphs.edge_labels import EDGE_GAP
from figgen.draw.graphs.traced_graphs import GraphDrawing
from figgen.draw.text.equation_engine import FormulaError

EVERYWHERE = Box(0.1, 0.1, 11.8, 5.4)


def centre(place: Box) -> tuple[float, float]:
    """The middle of a place."""
    return place.left + place.width / 2, place.bottom + place.height / 2


def joined(canvas: Canvas) -> Diagram:
    """Two inputs of one operation, and its output; not drawn yet."""
    diagram = Diagram(canvas)
    for name in "xy":
        diagram.node(name, f"${name}$", "input")
    diagram.node("a", r"$\alpha$", "operation", below="add")
    diagram.node("s", "$s$", "output")
    for name in "xy":
        diagram.edge(name, "a")
    diagram.edge("a", "s")
    return diagram


# Collecting


def test_a_name_is_taken_once(canvas: Canvas) -> None:
    """Names tell the nodes apart."""
    diagram = Diagram(canvas)
    diagram.node("x", "$x$", "input")
    with pytest.raises(InputError, match="name of a node is 'x'"):
        diagram.node("x", "$x$", "input")
    with pytest.raises(InputError, match="name of a node is ''"):
        diagram.node("", "$x$", "input")


def test_an_edge_needs_both_of_its_ends(canvas: Canvas) -> None:
    """The message says which nodes there are."""
    diagram = Diagram(canvas)
    with pytest.raises(InputError, match="no node yet"):
        diagram.edge("x", "y")
    diagram.node("x", "$x$", "input")
    with pytest.raises(InputError, match="end of an edge is 'y'; allowed: x"):
        diagram.edge("x", "y")


def test_an_empty_diagram_is_refused(canvas: Canvas) -> None:
    """There is nothing to place."""
    with pytest.raises(InputError, match="number of nodes is 0"):
        Diagram(canvas).draw(EVERYWHERE)


# Nodes


def test_inputs_and_outputs_are_circles_and_operations_boxes(canvas: Canvas) -> None:
    """In the colours of their roles, at the places that are told."""
    diagram = joined(canvas)
    diagram.draw(EVERYWHERE)
    shapes = {
        mark.stroke: mark.artist
        for mark in canvas.marks
        if isinstance(mark.artist, Circle | FancyBboxPatch)
    }
    assert isinstance(shapes["input"], Circle)
    assert isinstance(shapes["operation"], FancyBboxPatch)
    assert isinstance(shapes["output"], Circle)
    assert shapes["output"].center == pytest.approx(centre(diagram.places["s"]))


def test_a_node_holds_its_labels(canvas: Canvas) -> None:
    """Also a wide one, a tall one and one of several lines."""
    diagram = Diagram(canvas)
    diagram.node("a", "$a$", "operation", below="a rather long name")
    diagram.node("b", r"$\dfrac{\partial^2 N}{\partial x_1^2}$", "operation")
    diagram.node("c", "$c$", "operation", below="two\nlines")
    diagram.node("d", r"$\sigma(x + y)$", "output")
    for pair in ("ab", "bc", "cd"):
        diagram.edge(*pair)
    diagram.draw(EVERYWHERE)
    for name, node in diagram.nodes.items():
        place = diagram.places[name]
        for label in node.labels:
            box = box_of(canvas, label.text)
            assert box.x0 / POINTS_PER_INCH >= place.left + PADDING / 2
            assert box.x1 / POINTS_PER_INCH <= place.left + place.width - PADDING / 2
            assert box.y0 / POINTS_PER_INCH >= place.bottom + PADDING / 2
            assert box.y1 / POINTS_PER_INCH <= place.bottom + place.height - PADDING / 2
    assert clashes(canvas, 1) == []


def test_a_matrix_stands_in_a_node_and_on_an_edge(canvas: Canvas) -> None:
    """What matplotlib cannot set is typeset: inside its node, above its edge, in its step."""
    diagram = Diagram(canvas)
    matrix = r"$\begin{bmatrix} x_{11} & x_{12} \\ x_{21} & x_{22} \end{bmatrix}$"
    diagram.node("X", matrix, "input", below="inputs")
    diagram.node("y", r"$\underbrace{\role{forward}{a} + b}_{\text{sum}}$", "output")
    edge = diagram.edge("X", "y")
    with canvas.step(2):
        diagram.above(edge, r"$\begin{bmatrix} 1 \\ 2 \end{bmatrix}$", size=26)
    layout = diagram.draw(EVERYWHERE)
    formulas = [mark for mark in canvas.marks if type(mark.artist) is PathPatch]
    extents = {mark.artist: mark.artist.get_path().get_extents() for mark in formulas}
    assert [(mark.fill, mark.first) for mark in formulas] == [
        *(("forward", 2), ("ink", 1), ("forward", 1), ("ink", 1)),
    ]
    above, in_x, *in_y = (extents[mark.artist] for mark in formulas)
    assert above.y0 > layout.nodes["X"][1] + EDGE_GAP / 2
    for name, boxes in (("X", [in_x]), ("y", in_y)):
        place = diagram.places[name]
        for box in boxes:
            assert place.left + PADDING / 2 <= box.x0 <= box.x1
            assert box.x1 <= place.left + place.width - PADDING / 2
            assert place.bottom + PADDING / 2 <= box.y0 <= box.y1
            assert box.y1 <= place.bottom + place.height - PADDING / 2
    (words,) = (mark.artist for mark in canvas.marks if isinstance(mark.artist, Text))
    assert words.get_text() == "inputs"
    assert box_of(canvas, words).y1 / POINTS_PER_INCH <= in_x.y0
    assert "begin{bmatrix}" in canvas.sources["dot"]
    require_marked(canvas.figure, canvas.marks)


def test_a_matrix_stands_in_a_traced_graph(canvas: Canvas) -> None:
    """As the symbol of an input."""
    graph = trace(lambda X, W: X @ W, X=np.ones((2, 2)), W=np.ones((2, 1)))  # noqa: N803
    symbols = {"W": r"\begin{bmatrix} 1 \\ 1 \end{bmatrix}"}
    drawing = GraphDrawing(canvas, graph, symbols=symbols)
    drawing.draw(EVERYWHERE)
    (formula,) = (mark.artist for mark in canvas.marks if type(mark.artist) is PathPatch)
    box, place = formula.get_path().get_extents(), drawing.diagram.places["W"]
    assert place.left < box.x0 < box.x1 < place.left + place.width
    assert box.height > 0.8


def test_a_wrong_formula_in_a_node_is_refused(canvas: Canvas) -> None:
    """With the column."""
    with pytest.raises(FormulaError, match="column 16: unsupported"):
        Diagram(canvas).node("x", r"$\begin{matrix} \foo \end{matrix}$", "input")


def test_the_labels_of_a_row_share_their_baselines(canvas: Canvas) -> None:
    """Whether a letter descends, has an index or is a fraction beside a number."""
    diagram = Diagram(canvas)
    for name, label in (("x", "$y$"), ("f", r"$\gamma_1$"), ("g", r"$\Lambda$"), ("z", "$N$")):
        below = "name" if name in "fg" else ""
        diagram.node(name, label, "operation" if below else "input", below=below)
    edges = [diagram.edge(*pair) for pair in ("xf", "fg", "gz")]
    for edge, value in zip(edges, ("$x = 2$", "$u_1$", r"$\dfrac{1}{2}$"), strict=True):
        diagram.above(edge, value)
        diagram.below(edge, value)
    diagram.draw(EVERYWHERE)

    def baselines(labels: list) -> set[float]:
        return {round(label.text.get_position()[1], 9) for label in labels}

    nodes = diagram.nodes.values()
    assert len(baselines([node.labels[0] for node in nodes if node.kind == "operation"])) == 1
    assert len(baselines([node.labels[1] for node in nodes if node.kind == "operation"])) == 1
    assert len(baselines([node.labels[0] for node in nodes if node.kind == "input"])) == 1
    for side in ("above", "below"):
        assert len(baselines([label for edge in edges for label in edge.labels[side]])) == 1
    assert clashes(canvas, 1) == []


def test_a_box_can_be_made_tall(canvas: Canvas) -> None:
    """Then the edges into it are level."""
    diagram = Diagram(canvas)
    for name in "abc":
        diagram.node(name, f"${name}$", "input")
    diagram.node("sum", "$+$", "operation", height=4.0)
    for name in "abc":
        diagram.edge(name, "sum")
    layout = diagram.draw(EVERYWHERE)
    assert diagram.places["sum"].height == 4.0
    for name, curve in zip("abc", layout.edges, strict=True):
        assert {y for _, y in curve} == {layout.nodes[name][1]}


# Placing


def test_a_chain_is_a_straight_line(canvas: Canvas) -> None:
    """Whatever its labels are."""
    diagram = Diagram(canvas)
    names = [f"n{number}" for number in range(5)]
    for name in names:
        diagram.node(name, f"${name}$", "operation", below="square")
    for tail, head in pairwise(names):
        diagram.above(diagram.edge(tail, head), "$1$")
    layout = diagram.draw(EVERYWHERE)
    heights = {y for _, y in layout.nodes.values()} | {
        y for curve in layout.edges for _, y in curve
    }
    assert max(heights) - min(heights) < 1e-12


def test_two_inputs_are_mirror_images(canvas: Canvas) -> None:
    """Nodes and curves, about the height of the operation."""
    diagram = joined(canvas)
    layout = diagram.draw(EVERYWHERE)
    axis = layout.nodes["a"][1]
    upper, lower = (np.array(curve) for curve in layout.edges[:2])
    np.testing.assert_allclose(upper, lower * [1, -1] + [0, 2 * axis], atol=1e-12)
    assert layout.nodes["s"][1] == pytest.approx(axis, abs=1e-12)


def test_columns_move_apart_for_long_labels(canvas: Canvas) -> None:
    """Only where the label is."""
    diagram = joined(canvas)
    diagram.above(diagram.edges[2], "$a = 12345.678 + 12345.678$")
    layout = diagram.draw(EVERYWHERE, widest_gap=0.6)
    (x, _), (a, _), (s, _) = (layout.nodes[name] for name in "xas")
    assert s - a > 3.5
    assert a - x < 2.5
    assert clashes(canvas, 1) == []


def test_nodes_move_apart_until_no_label_overlaps(canvas: Canvas) -> None:
    """Labels on both sides of two edges that meet."""
    diagram = joined(canvas)
    for edge in diagram.edges[:2]:
        diagram.above(edge, "$x = 2$")
        diagram.below(edge, r"$\dfrac{\partial a}{\partial x} = 1$")
    layout = diagram.draw(EVERYWHERE, node_gap=0.1)
    assert clashes(canvas, 1) == []
    assert layout.nodes["x"][1] - layout.nodes["y"][1] > 1.4


def test_a_diagram_that_does_not_fit_says_what_it_needs(canvas: Canvas) -> None:
    """It is never scaled, because its text would not be readable."""
    diagram = joined(canvas)
    with pytest.raises(
        CanvasError, match=r"needs at least 3\.\d\d x \d\.\d\d inches and has 2\.00"
    ):
        diagram.draw(Box(0, 0, 2.0, 5.4))
    other = joined(Canvas())
    with pytest.raises(CanvasError, match=r"and has 11\.80 x 1\.00; shorten a label or split it"):
        other.draw(Box(0, 0, 11.8, 1.0))


def test_a_diagram_stands_in_the_middle_of_its_box(canvas: Canvas) -> None:
    """With as much room on the left as on the right."""
    box = Box(2.0, 1.0, 8.0, 4.0)
    diagram = joined(canvas)
    diagram.draw(box)
    places = diagram.places.values()
    left = min(place.left for place in places) - box.left
    right = box.left + box.width - max(place.left + place.width for place in places)
    low = min(place.bottom for place in places) - box.bottom
    high = box.bottom + box.height - max(place.bottom + place.height for place in places)
    # Graphviz works in whole points.
    assert left == pytest.approx(right, abs=0.03)
    assert low == pytest.approx(high, abs=0.03)


# Labels of edges


def test_values_are_above_and_derivatives_below(canvas: Canvas) -> None:
    """Each clear of its edge, in its role."""
    diagram = joined(canvas)
    diagram.above(diagram.edges[2], "$a$")
    diagram.below(diagram.edges[2], "$1$")
    layout = diagram.draw(EVERYWHERE)
    height = layout.nodes["a"][1] * POINTS_PER_INCH
    roles = {mark.artist: mark.stroke for mark in canvas.marks}
    (above,), (below,) = diagram.edges[2].labels.values()
    assert box_of(canvas, above.text).y0 > height + EDGE_GAP * POINTS_PER_INCH / 2
    assert box_of(canvas, below.text).y1 < height - EDGE_GAP * POINTS_PER_INCH / 2
    assert (roles[above.text], roles[below.text]) == ("forward", "backward")


def test_labels_on_one_side_are_stacked(canvas: Canvas) -> None:
    """The first is next to the edge."""
    diagram = joined(canvas)
    edge = diagram.edges[2]
    for words in ("$1$", r"$\dfrac{1}{2}$", "$3$"):
        diagram.above(edge, words)
        diagram.below(edge, words)
    diagram.draw(EVERYWHERE)
    above, below = (
        [label.text.get_position()[1] for label in labels] for labels in edge.labels.values()
    )
    assert above == sorted(above)
    assert below == sorted(below, reverse=True)
    assert clashes(canvas, 1) == []


def test_labels_that_take_turns_share_a_place(canvas: Canvas) -> None:
    """One shows in the first step only, the other from the second on."""
    diagram = joined(canvas)
    with canvas.step(1, 1):
        diagram.above(diagram.edges[2], "$1$")
    with canvas.step(2):
        diagram.above(diagram.edges[2], "$2$")
    diagram.draw(EVERYWHERE)
    one, other = diagram.edges[2].labels["above"]
    assert one.text.get_position() == other.text.get_position()


def test_labels_move_along_their_edge_where_nodes_cannot_move_apart(canvas: Canvas) -> None:
    """The same labels need a higher box if they all stand in the middle."""
    low = Box(0.1, 0.1, 11.8, 2.6)
    diagram = joined(canvas)
    for edge in diagram.edges[:2]:
        diagram.above(edge, "$x = 2$")
        diagram.below(edge, r"$\dfrac{\partial a}{\partial x} = 1$")
    layout = diagram.draw(low)
    assert layout.height <= low.height
    assert clashes(canvas, 1) == []
    places = {
        label.text.get_position()[0]
        for side in ("above", "below")
        for edge in diagram.edges[:2]
        for label in edge.labels[side]
    }
    assert len(places) > 1


def test_an_arrow_ends_at_the_border_of_its_node(canvas: Canvas) -> None:
    """Not in it, and not before it."""
    diagram = joined(canvas)
    diagram.draw(EVERYWHERE)
    arrows = [mark.artist for mark in canvas.marks if isinstance(mark.artist, FancyArrowPatch)]
    for arrow in arrows[:2]:
        tip = arrow.get_path().get_extents().x1
        assert tip == pytest.approx(diagram.places["a"].left, abs=0.05)


def test_bezier_runs_through_the_ends() -> None:
    """Two cubics in a row, the second a straight line."""
    curve = [(0, 0), (0, 1), (1, 1), (1, 0), (2, 0), (3, 0), (4, 0)]
    points = bezier(curve, 11)
    assert points.shape == (22, 2)
    assert points[0].tolist() == [0, 0]
    assert points[5].tolist() == pytest.approx([0.5, 0.75])
    assert points[11:, 1].tolist() == [0] * 11
    assert points[-1].tolist() == [4, 0]


# Steps and sources


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_nodes_stand_in_one_place_in_every_step(name: str) -> None:
    """To the last bit: all steps are one drawing."""
    canvas = drawing_of(name).canvas
    seen: dict[int, set[tuple[float, ...]]] = {}
    for step in range(1, canvas.steps + 1):
        canvas.show(step)
        with style():
            canvas.figure.canvas.draw()
        for index, mark in enumerate(canvas.marks):
            if mark.artist.get_visible():
                extents = mark.artist.get_window_extent().extents
                seen.setdefault(index, set()).add(tuple(extents.tolist()))
    assert len(seen) == len(canvas.marks), "a mark that never shows"
    assert {len(places) for places in seen.values()} == {1}


def test_what_is_added_in_a_later_step_appears_there(canvas: Canvas) -> None:
    """Nodes, edges and labels keep the step that they were added in."""
    diagram = Diagram(canvas)
    diagram.node("x", "$x$", "input")
    with canvas.step(2):
        diagram.node("f", "$f$", "operation")
        edge = diagram.edge("x", "f")
    with canvas.step(3):
        diagram.above(edge, "$2$")
    diagram.draw(EVERYWHERE)
    firsts = {type(mark.artist).__name__: mark.first for mark in canvas.marks}
    assert firsts == {"Text": 3, "Circle": 1, "FancyBboxPatch": 2, "FancyArrowPatch": 2}


def test_the_source_is_kept_for_other_readers(canvas: Canvas) -> None:
    """Two diagrams on one canvas are two graphs of one file."""
    for _ in range(2):
        joined(canvas).draw(EVERYWHERE)
    source = canvas.sources["dot"]
    assert source.count("digraph {") == 2
    assert source.count("x -> a") == 2
    assert r'label="$\\alpha$"' in source


def test_a_diagram_that_was_not_drawn_leaves_no_source(canvas: Canvas) -> None:
    """Nor does one that did not fit."""
    diagram = joined(canvas)
    assert canvas.sources == {}
    with pytest.raises(CanvasError):
        diagram.draw(Box(0, 0, 1, 1))
    assert canvas.sources == {}


SOURCES = """
import hashlib
from pathlib import Path
from figgen.course.reading import read_course
from figgen.pipeline.drawing import draw
from figgen.pipeline.request import Asset
from figgen.pipeline.asset_bytes import encode
course = read_course(Path("figures"))
for name in ("two-inputs-backward-diagram", "vector-detail"):
    drawing = draw(course, course.find(name))
    steps = drawing.canvas.steps
    print(drawing.canvas.sources["dot"])
    svg = encode(drawing, Asset(name, steps, steps, "light", "svg"))
    print(hashlib.sha256(svg).hexdigest())
"""


@pytest.mark.slow
def test_source_and_picture_are_the_same_under_every_hash_seed() -> None:
    """Sets and dictionaries of names must not decide the order of nodes."""

    def sources(seed: int) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        done = subprocess.run(
            [sys.executable, "-c", SOURCES],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    with ThreadPoolExecutor(2) as pool:
        (same,) = set(pool.map(sources, range(1, 21)))
    assert same.count("digraph {") == 2
