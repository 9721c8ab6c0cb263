"""Nothing overlaps in a diagram: measured from what is drawn, in every step of every figure."""

from __future__ import annotations

import pytest
from lecture import COURSE, drawing_of
from overlaps import DIAGRAMS, clashes, has_a_diagram

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.graphs.diagrams import Diagram


@pytest.mark.parametrize("name", COURSE.names)
def test_nothing_overlaps_in_a_diagram(name: str) -> None:
    """No label meets another label, an edge, the border of a node or the end of the canvas."""
    canvas = drawing_of(name).canvas
    for step in range(1, canvas.steps + 1) if has_a_diagram(name) else ():
        assert clashes(canvas, step) == [], f"step {step}"


@pytest.mark.parametrize("name", sorted(DIAGRAMS))
def test_the_diagrams_of_the_lecture_are_looked_at(name: str) -> None:
    """The test above must not skip one of these."""
    assert has_a_diagram(name)


# The measure itself


def drawn(canvas: Canvas) -> Diagram:
    """Two nodes, and an edge between them with a label."""
    diagram = Diagram(canvas)
    diagram.node("x", "$x$", "input")
    diagram.node("f", "$f$", "operation", below="square")
    diagram.above(diagram.edge("x", "f"), "$x = 2$")
    diagram.draw(Box(0.1, 0.1, 11.8, 5.4))
    return diagram


def test_a_clean_diagram_has_no_clash(canvas: Canvas) -> None:
    """Labels inside of nodes are no clash."""
    drawn(canvas)
    assert clashes(canvas, 1) == []


def test_a_text_over_an_edge_is_found(canvas: Canvas) -> None:
    """An arrow through a label."""
    places = drawn(canvas).places
    x = (places["x"].left + places["x"].width + places["f"].left) / 2
    canvas.text(x, places["x"].bottom + places["x"].height / 2, "planted")
    assert "planted and FancyArrowPatch" in clashes(canvas, 1)


@pytest.mark.parametrize(("node", "kind"), [("x", "Circle"), ("f", "FancyBboxPatch")])
def test_a_text_over_the_border_of_a_node_is_found(canvas: Canvas, node: str, kind: str) -> None:
    """A label that reaches out of its node, or into another one."""
    place = drawn(canvas).places[node]
    canvas.text(place.left + place.width / 2, place.bottom, "planted")
    assert f"planted and {kind}" in clashes(canvas, 1)


def test_a_text_over_another_is_found(canvas: Canvas) -> None:
    """Two labels of one edge that miss each other by nothing."""
    drawn(canvas)
    label = next(mark.artist for mark in canvas.marks if mark.artist.get_text() == "$x = 2$")
    canvas.text(*label.get_position(), "planted", va="baseline")
    assert "$x = 2$ and planted" in clashes(canvas, 1)


def test_a_tall_formula_is_as_tall_as_it_is(canvas: Canvas) -> None:
    """A fraction reaches higher than a line of words, which is what matplotlib takes it for."""
    canvas.text(6, 3, r"$\dfrac{dy}{dx}$", va="baseline")
    canvas.text(6, 3.33, "planted", va="baseline")
    assert len(clashes(canvas, 1)) == 1


def test_a_text_that_is_cut_off_is_found(canvas: Canvas) -> None:
    """The end of the canvas is the end of the picture."""
    canvas.text(11.8, 3, "planted")
    assert clashes(canvas, 1) == ["planted leaves the canvas"]


def test_what_a_step_hides_is_no_clash(canvas: Canvas) -> None:
    """Two texts in one place, one after the other."""
    with canvas.step(1, 1):
        canvas.text(6, 3, "before")
    with canvas.step(2):
        canvas.text(6, 3, "after")
    assert clashes(canvas, 1) == clashes(canvas, 2) == []
