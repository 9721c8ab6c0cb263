"""Nothing overlaps in a diagram: measured from what is drawn, in every step of every figure."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import pytest
from conftest import COURSE, drawing_of
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.graphs.diagrams import Diagram

TOUCH = 0.5
"""Points by which two boxes may share a border: the measures of glyphs are that exact."""


class Recorder(RendererAgg):
    """A renderer that notes the box of every line of text that it is told to draw."""

    def __init__(self, canvas: Canvas) -> None:
        self.points = canvas.width * POINTS_PER_INCH, canvas.height * POINTS_PER_INCH
        super().__init__(*self.points, POINTS_PER_INCH)
        self.boxes: list[Bbox] = []

    def draw_text(self, *what: Any, ismath: Any = False, **_: object) -> None:
        """Note the box: from the real glyphs, where `Text.get_window_extent` takes a line."""
        _gc, x, y, words, font, _angle = what
        width, height, descent = self.get_text_width_height_descent(words, font, ismath)
        self.boxes.append(Bbox.from_bounds(x, self.points[1] - y - descent, width, height))


def box_of(canvas: Canvas, text: Text) -> Bbox:
    """The box of a text in points from the lower left corner of the canvas."""
    recorder = Recorder(canvas)
    with style():
        text.draw(recorder)
    return Bbox.union(recorder.boxes)


def crosses(box: Bbox, artist: Artist) -> bool:
    """Whether a line, an arrow or the border of an area runs through a box."""
    path = artist.get_transform().transform_path(artist.get_path())
    # As polygons, because the end of a closed curve has a vertex that is not drawn.
    outlines = path.to_polygons(closed_only=False)
    inner = box.padded(-TOUCH)
    return any(Path(outline).intersects_bbox(inner, filled=False) for outline in outlines)


def overlap(one: Bbox, other: Bbox) -> bool:
    """Whether two boxes have more than a border in common."""
    return bool(one.padded(-TOUCH).overlaps(other.padded(-TOUCH)))


def clashes(canvas: Canvas, step: int) -> list[str]:
    """What overlaps in a step, in words."""
    canvas.show(step)
    visible = [mark for mark in canvas.marks if mark.artist.get_visible()]
    texts = {
        mark.artist: box_of(canvas, mark.artist)
        for mark in visible
        if isinstance(mark.artist, Text)
    }
    # A border that is painted like the paper is none: it parts the cells of a matrix.
    lines = [
        mark.artist
        for mark in visible
        if isinstance(mark.artist, Patch | Line2D) and mark.stroke not in (None, "paper")
    ]
    page = Bbox.from_bounds(0, 0, canvas.width * POINTS_PER_INCH, canvas.height * POINTS_PER_INCH)
    found = [
        f"{text.get_text()} leaves the canvas"
        for text, box in texts.items()
        if not (page.contains(box.x0, box.y0) and page.contains(box.x1, box.y1))
    ]
    found += [
        f"{one.get_text()} and {other.get_text()}"
        for (one, box), (other, second) in combinations(texts.items(), 2)
        if overlap(box, second)
    ]
    found += [
        f"{text.get_text()} and {type(line).__name__}"
        for text, box in texts.items()
        for line in lines
        if crosses(box, line)
    ]
    return found


@cache
def has_a_diagram(name: str) -> bool:
    """Whether Graphviz placed something in a figure."""
    return "dot" in drawing_of(name).canvas.sources


@pytest.mark.parametrize("name", COURSE.names)
def test_nothing_overlaps_in_a_diagram(name: str) -> None:
    """No label meets another label, an edge, the border of a node or the end of the canvas."""
    canvas = drawing_of(name).canvas
    for step in range(1, canvas.steps + 1) if has_a_diagram(name) else ():
        assert clashes(canvas, step) == [], f"step {step}"


DIAGRAMS = {
    "nested-diagram",
    "chain2-diagram",
    "chain3-diagram",
    "chain3-passes",
    "two-inputs-diagram",
    "two-inputs-backward-diagram",
    "vector-diagram",
    "vector-detail",
    "vector-gradient-diagram",
    "vector-sigma-diagram",
    "vector-sigma-backward-diagram",
    "matrix-diagram",
    "matrix-backward-diagram",
}


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
