"""What overlaps in a diagram, measured from what is drawn."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

from lecture import drawing_of
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.units import POINTS_PER_INCH

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
