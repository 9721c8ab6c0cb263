"""The rules of the look: each finds what is planted for it, and nothing on a clean drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lecture import COURSE, drawing_of
from matplotlib.patches import Circle, Rectangle
from small_course import figure_with, write_course

from figgen.core import Interval, relu, sigmoid, square
from figgen.course.course import Entry
from figgen.course.definition import Definition
from figgen.course.reading import read_course
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import arrow, card, path
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.theme import Role
from figgen.draw.graphs.diagrams import Diagram
from figgen.draw.graphs.heat_maps import heat_map
from figgen.draw.pictures.decision_field import marker
from figgen.draw.plots.plots import Plot
from figgen.draw.text.equations import equation
from figgen.guard.check import check
from figgen.guard.look.excuses import excuse
from figgen.guard.look.findings import Finding
from figgen.guard.look.judging import judge, merged
from figgen.guard.look.limits import RULES
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing, FigureError
from figgen.pipeline.request import Asset

ALT = "A plot of a parabola with its name, and a diagram of two nodes beside it."


def drawing(canvas: Canvas, alt: str = ALT, name: str = "planted") -> Drawing:
    """A drawing as the build has it."""
    definition = Definition(title="T", perspective="plot", alt=alt, steps=canvas.steps)
    return Drawing(Entry(name, definition, "one", "One", "", "small/one.py", 1), canvas)


def rules(canvas: Canvas, alt: str = ALT) -> set[str]:
    """The rules that a drawing breaks."""
    return {finding.rule for finding in judge(drawing(canvas, alt))}


@pytest.fixture
def clean(canvas: Canvas) -> Canvas:
    """A plot on the left and a diagram on the right, with room in the middle."""
    plot = Plot(canvas, Box(0.8, 0.8, 3.4, 3.8), Interval(-2, 2), Interval(0, 4))
    plot.frame((-1, 1), (2, 4))
    plot.curve(square, "forward", name="x^2", name_at=1.6, shift=(0.2, -0.3))
    diagram = Diagram(canvas)
    diagram.node("x", "$x$", "input")
    diagram.node("f", "$f$", "operation", below="square")
    diagram.above(diagram.edge("x", "f"), "$x = 1.5$")
    diagram.draw(Box(7.9, 0.5, 4, 4.6))
    canvas.describe("x is 1.5.")
    return canvas


def test_a_clean_drawing_has_no_finding(clean: Canvas) -> None:
    """In no theme; and the drawing is where it was and can be drawn again."""
    before = clean.figure.bbox.bounds
    assert judge(drawing(clean)) == []
    assert clean.figure.bbox.bounds == before
    assert judge(drawing(clean)) == []


# Planted defects: the room is free from 5 to 7.5 inches across, and from 0.3 to 5.3 up.

Plant = Callable[[Canvas], object]


def dot(canvas: Canvas, x: float, role: Role, shape: str = "o", *, full: bool = True) -> None:
    """A dot in the middle of the free room."""
    (line,) = canvas.page.plot([x], [2], shape, markersize=12)
    canvas.mark(line, stroke=role, fill=role if full else "paper", tint=1)


def wave(canvas: Canvas, y: float, role: Role, *, dashed: bool = False) -> None:
    """A line without a name."""
    path(canvas, [(5.2, y), (6, y + 0.4), (7.2, y)], role, width=3, dashed=dashed)


def labelled_edge(canvas: Canvas, off: float) -> None:
    """An edge whose label was moved after it was placed."""
    diagram = Diagram(canvas)
    diagram.node("a", "$a$", "input")
    diagram.node("b", "$b$", "output")
    diagram.above(diagram.edge("a", "b"), "$u$")
    diagram.draw(Box(4.5, 0.2, 3.4, 1.2), widest_gap=0.8)
    label = next(text for text, _ in canvas.named if text.get_text() == "$u$")
    label.set_y(label.get_position()[1] + off)


def named_curve(canvas: Canvas, shift: tuple[float, float]) -> None:
    """A curve and its name."""
    plot = Plot(canvas, Box(5, 3, 1.5, 1.5), Interval(-2, 2), Interval(0, 1))
    plot.curve(sigmoid, "backward", name="s", shift=shift)


def sized(canvas: Canvas, size: float) -> None:
    """A text that was made smaller after it was written."""
    canvas.text(6, 2, "planted").set_fontsize(size)


def over_card(canvas: Canvas, role: Role, fill: Role, tint: float) -> None:
    """A text on a card."""
    card(canvas, Box(5.1, 1.5, 2.2, 1), None, fill, tint=tint)
    canvas.text(6.2, 2, "planted", role).set_zorder(4)


def line_over_card(canvas: Canvas, role: Role, fill: Role, tint: float) -> None:
    """A line on a card."""
    card(canvas, Box(5.1, 1.5, 2.2, 1), None, fill, tint=tint)
    path(canvas, [(5.3, 2), (7, 2)], role)


def two_cards(canvas: Canvas, one: Role, other: Role, tint: float) -> None:
    """Two areas side by side, without words."""
    for left, role in ((5.1, one), (6.2, other)):
        card(canvas, Box(left, 1.5, 1, 1), None, role, tint=tint)


def hidden_text(canvas: Canvas) -> None:
    """A text, and a card that covers its end."""
    canvas.text(6, 2, "planted")
    card(canvas, Box(6, 1.5, 1.2, 1), None, "muted", zorder=8)


def half_on(canvas: Canvas, left: float, tint: float) -> None:
    """A text over the edge of an area."""
    card(canvas, Box(left, 1.5, 1, 1), None, "forward", tint=tint)
    canvas.text(6, 2, "planted")


def ringed(canvas: Canvas) -> None:
    """A ring on a field that is as grey as it is in print."""
    card(canvas, Box(5.1, 1.5, 2.2, 1), None, "negative", tint=0.5)
    (ring,) = canvas.page.plot([6], [2], "o", markersize=30, markeredgewidth=3)
    canvas.mark(ring, stroke="negative")


def with_id(canvas: Canvas, name: str) -> None:
    """Two marks to which an author gave one id."""
    for y in (1, 2):
        path(canvas, [(5.2, y), (7, y)]).set_gid(name)


def lone_area(canvas: Canvas, role: Role, tint: float) -> None:
    """A circle of one colour, without an edge."""
    circle = Circle((6, 2), 0.3, linewidth=0)
    canvas.mark(canvas.page.add_patch(circle), fill=role, tint=tint)


PLANTED: dict[str, tuple[str, Plant]] = {
    # Too small
    "a text of 17 points": ("text-size", lambda c: sized(c, 17)),
    "a text of 10 points": ("text-size", lambda c: sized(c, 10)),
    "an index of an index": ("index-size", lambda c: c.text(6, 2, "$x_{y_{z}}$", size=18)),
    "the index of a small formula": (
        "index-size", lambda c: c.text(6, 2, "$x_1$").set_fontsize(14),
    ),
    # Not in the font
    "a letter that is not in the font": ("glyphs", lambda c: c.text(6, 2, "\u4e2d")),
    "an emoji": ("glyphs", lambda c: c.text(6, 2, "fine \U0001f600")),
    "a sign that maths has not": ("glyphs", lambda c: c.text(6, 2, "$\u4e2d$")),
    # Too pale
    "text as pale as paper": ("text-contrast", lambda c: c.text(6, 2, "planted", "paper")),
    "a role on its own strong tint": (
        "text-contrast", lambda c: over_card(c, "forward", "forward", 0.5),
    ),
    "ink on a dark area": ("text-contrast", lambda c: over_card(c, "ink", "input", 1)),
    "muted on a tint": ("text-contrast", lambda c: over_card(c, "muted", "muted", 0.35)),
    "grey on grey in print alone": (
        "text-contrast", lambda c: over_card(c, "backward", "ink", 0.3),
    ),
    "a line on its own strong tint": (
        "stroke-contrast", lambda c: line_over_card(c, "forward", "forward", 0.7),
    ),
    "a line on an area of another role": (
        "stroke-contrast", lambda c: line_over_card(c, "muted", "negative", 1),
    ),
    "a ring that print makes grey on grey": ("stroke-contrast", ringed),
    "an area that was made transparent": (
        "stroke-contrast",
        lambda c: (card(c, Box(5.1, 1.5, 2.2, 1), None, "input", tint=1),
                   lone_area(c, "forward", 1)),
    ),
    # Over each other
    "two texts in one place": (
        "text-over-text", lambda c: (c.text(6, 2, "planted"), c.text(6, 2, "second")),
    ),
    "two texts that touch": (
        "text-over-text", lambda c: (c.text(6, 2, "planted"), c.text(6.3, 2.1, "second")),
    ),
    "a formula over a text": (
        "text-over-text",
        lambda c: (
            c.text(6, 2, "planted"),
            equation(c, 6, 1.9, r"\int f", ha="center", stands="x"),
        ),
    ),
    "two steps that meet": (
        "text-over-text", lambda c: (c.text(6, 2, "planted"), in_step(c, 2, "again")),
    ),
    "a line through a text": (
        "text-over-stroke", lambda c: (c.text(6, 2, "planted"), wave(c, 1.8, "forward")),
    ),
    "a thin line through a text": (
        "text-over-stroke",
        lambda c: (c.text(6, 2, "planted"), path(c, [(5.2, 2), (7, 2)], "muted", width=1)),
    ),
    "an arrow over a text": (
        "text-over-stroke",
        lambda c: (c.text(6, 2, "planted"), arrow(c, (6, 1), (6, 3), zorder=9)),
    ),
    "a dot behind a text": (
        "text-over-stroke", lambda c: (dot(c, 6, "forward"), c.text(6, 2, "planted")),
    ),
    "a line through a formula": (
        "text-over-stroke",
        lambda c: (equation(c, 6, 2, "f(x) = y", ha="center", stands="x"),
                   path(c, [(5, 2.05), (7, 2.05)], "backward")),
    ),
    "a text over the edge of a card": ("text-over-stroke", lambda c: half_on(c, 5.9, 1)),
    "a text over the edge of a tint": ("text-over-stroke", lambda c: half_on(c, 5.9, 0.4)),
    "a text under a card": ("text-over-stroke", hidden_text),
    "a number that its marker does not hold": (
        "text-over-stroke", lambda c: (marker(c, 6, 2, 1), c.text(6.2, 2, "xor")),
    ),
    # Cut off
    "a text over the right end": ("outside", lambda c: c.text(11.9, 5.3, "planted")),
    "a text over the upper end": ("outside", lambda c: c.text(6, 5.58, "planted")),
    "a text that is out of sight": ("outside", lambda c: c.text(20, 2, "planted")),
    "a card over the lower end": (
        "outside", lambda c: card(c, Box(5, -0.3, 2, 1), "ink"),
    ),
    "a line over the left end": (
        "outside", lambda c: path(c, [(-0.2, 5.2), (1, 5.2)], width=3),
    ),
    # Told apart by colour alone
    "two blue curves": (
        "colour-alone", lambda c: (wave(c, 1, "forward"), wave(c, 1.4, "input")),
    ),
    "red and green curves": (
        "colour-alone", lambda c: (wave(c, 1, "positive"), wave(c, 1.4, "negative")),
    ),
    "two dashed curves": (
        "colour-alone",
        lambda c: (wave(c, 1, "forward", dashed=True), wave(c, 1.4, "backward", dashed=True)),
    ),
    "two kinds of dots": (
        "colour-alone", lambda c: (dot(c, 5.8, "forward"), dot(c, 6.4, "highlight")),
    ),
    "two rings": (
        "colour-alone",
        lambda c: (dot(c, 5.8, "output", full=False), dot(c, 6.4, "operation", full=False)),
    ),
    "two areas": ("colour-alone", lambda c: two_cards(c, "positive", "negative", 0.5)),
    "two arrows": (
        "colour-alone",
        lambda c: (arrow(c, (5.2, 1), (7, 1), "forward"), arrow(c, (5.2, 1.5), (7, 1.5), "input")),
    ),
    # Far from what they name
    "the name of a curve far to its right": (
        "label-distance", lambda c: named_curve(c, (0.7, 0)),
    ),
    "the name of a curve far above it": ("label-distance", lambda c: named_curve(c, (0, 0.8))),
    "the label of an edge far above it": ("label-distance", lambda c: labelled_edge(c, 0.8)),
    # What the alt text does not say
    "numbers that the alt text leaves out": (
        "alt-numbers", lambda c: [c.text(6, y, f"{y}.25") for y in (1, 2, 3)],
    ),
}  # fmt: skip


def in_step(canvas: Canvas, step: int, words: str) -> None:
    """A text that appears later, where another is."""
    with canvas.step(step):
        canvas.text(6, 2, words)


@pytest.mark.parametrize("defect", PLANTED)
def test_what_is_planted_is_found(clean: Canvas, defect: str) -> None:
    """Each defect by the rule for it."""
    rule, plant = PLANTED[defect]
    plant(clean)
    assert rule in rules(clean)


OFF: dict[str, tuple[str, Plant]] = {
    "a small picture": ("margin", lambda c: c.text(6, 2.8, "small")),
    "nothing": ("margin", lambda _: None),
    "a picture on the left": ("balance", lambda c: card(c, Box(0.1, 0.3, 6, 5), "ink")),
    "a picture at the bottom": ("balance", lambda c: card(c, Box(0.3, 0.1, 11.4, 2), "ink")),
}


@pytest.mark.parametrize("defect", OFF)
def test_a_picture_that_is_lost_in_its_slot_is_found(canvas: Canvas, defect: str) -> None:
    """Too small for its slot, or not in its middle."""
    rule, plant = OFF[defect]
    plant(canvas)
    canvas.describe("It is something.")
    assert rule in rules(canvas)


def test_an_alt_text_says_enough(canvas: Canvas) -> None:
    """Neither a word nor a book, and something of what is drawn."""
    card(canvas, Box(0.5, 0.5, 11, 4.6), "ink")
    assert rules(canvas) == {"alt-length"}
    canvas.describe("A card.")
    assert rules(canvas) == set()
    assert rules(canvas, "A plot.") == rules(canvas, "word " * 301) == {"alt-length"}


def test_an_id_that_is_there_twice_is_found(clean: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """In what the writer makes, were it to give two glyphs one id."""

    def faulty(drawing: Drawing, wanted: list[Asset]) -> Iterator[tuple[Asset, bytes]]:
        for asset, data in encode_all(drawing, wanted):
            yield asset, data.replace(b"glyph-2", b"glyph-1")

    assert "svg-ids" not in rules(clean)
    monkeypatch.setattr("figgen.guard.look.judging.encode_all", faulty)
    assert "svg-ids" in rules(clean)


# No false alarms

FINE: dict[str, Plant] = {
    "two marks with one id, which no file has": lambda c: with_id(c, "axes_1"),
    "dashes as a second cue": lambda c: (wave(c, 1, "forward"), wave(c, 1.4, "input", dashed=True)),
    "markers as a second cue": lambda c: (dot(c, 5.8, "forward"), dot(c, 6.4, "input", "s")),
    "hollow as a second cue": lambda c: (
        dot(c, 5.8, "forward"), dot(c, 6.4, "input", full=False),
    ),
    "a name as a second cue": lambda c: (
        wave(c, 1, "forward"), wave(c, 1.7, "input"), c.text(6, 2.3, "this", "input"),
    ),
    "words in areas as a second cue": lambda c: (
        two_cards(c, "forward", "backward", 0.16), c.text(5.6, 2, "yes"), c.text(6.7, 2, "no"),
    ),
    "a distance as a second cue": lambda c: (
        path(c, [(5.2, 0.5), (7, 0.5)], "forward", width=3),
        path(c, [(5.2, 4.5), (7, 4.5)], "input", width=3),
    ),
    "background tints": lambda c: two_cards(c, "forward", "backward", 0.1),
    "a dot on its curve": lambda c: (wave(c, 1.6, "forward"), dot(c, 6, "highlight")),
    "a line that crosses another": lambda c: (
        wave(c, 2, "forward"), path(c, [(6, 1), (6, 3)], "ink"),
    ),
    "a text in a full area": lambda c: over_card(c, "paper", "input", 1),
    "a line beside a text": lambda c: (c.text(6, 2, "fine"), path(c, [(5.2, 1.8), (7, 1.8)])),
    "a text after another": lambda c: (before(c), in_step(c, 2, "after")),
    "a text that says again what is under a card": lambda c: (
        c.text(6, 2, "same"), card(c, Box(5.2, 1.5, 1.6, 1), None, "muted", zorder=8),
        c.text(6, 2, "same", weight="bold").set_zorder(9),
    ),
    "an index of a label": lambda c: c.text(6, 2, "$x_1' + y^2$", size=18),
    "a dollar": lambda c: c.text(6, 2, r"5 \$"),
    "a matrix with signs": lambda c: heat_map(
        c, "M", [[1, -1]], (5.4, 2), limit=1
    ),
    "a curve that leaves its plot": lambda c: Plot(
        c, Box(5, 1, 2, 2), Interval(-2, 2), Interval(0, 1)
    ).curve(relu, "backward", name="r", name_at=0.9, shift=(0.1, -0.3)),
}  # fmt: skip


def before(canvas: Canvas) -> None:
    """A text that is gone in the second step."""
    with canvas.step(1, 1):
        canvas.text(6, 2, "before")


@pytest.mark.parametrize("fine", FINE)
def test_what_is_fine_is_not_found(clean: Canvas, fine: str) -> None:
    """Each is near to something that is planted above."""
    FINE[fine](clean)
    assert judge(drawing(clean)) == []


@pytest.mark.parametrize("name", COURSE.names)
def test_the_lecture_has_no_finding(name: str) -> None:
    """In no step and no theme, but for what a definition excuses with a reason."""
    found = drawing_of(name)
    remaining, _ = excuse(judge(found), found.entry.definition.excuses)
    assert [str(finding) for finding in remaining] == []


# Findings and excuses


def test_a_finding_is_one_clear_line(clean: Canvas) -> None:
    """With step, theme, rule, what it is, the measured value, the limit and the place."""
    with clean.step(2):
        over_card(clean, "forward", "forward", 0.5)
    (line,) = [str(each) for each in judge(drawing(clean)) if each.rule == "text-contrast"]
    assert line.startswith("step 2, light: text-contrast: 'planted' has ")
    assert line.endswith(":1 against what is behind it; 4.5:1 or more (at 6.2, 2.0 inches)")


def test_a_finding_is_told_once() -> None:
    """As it is worst, with the first step that shows it."""
    found = [Finding("balance", "it", "is", size, 0, step=step) for step, size in ((1, 3), (2, 5))]
    assert merged(found) == [replace(found[1], step=1)]


def test_a_formula_that_cannot_be_typeset_is_told(clean: Canvas) -> None:
    """With the figure's place, not as a traceback."""
    clean.text(6, 2, r"$\nonsense$")
    with pytest.raises(FigureError, match=r"small/one.py:1: cannot be drawn: .*nonsense"):
        judge(drawing(clean))


def test_every_rule_is_planted() -> None:
    """No rule without a defect that it finds; more than forty defects in all."""
    planted = {rule for rule, _ in (*PLANTED.values(), *OFF.values())}
    assert planted | {"alt-length", "alt-duplicate", "svg-ids", "excuses"} == set(RULES)
    assert len(PLANTED) + len(OFF) >= 45


@pytest.fixture(params=[1, 2])
def jobs(request: pytest.FixtureRequest) -> Iterator[int]:
    """How many processes check."""
    return request.param


def test_check_compares_figures(tmp_path: Path, jobs: int) -> None:
    """Two with one alt text, of which one is excused; a third with an excuse for nothing."""
    line = "a long line of words that fills more than half of its slot"
    body = f"canvas.text(6, 2.8, '{line}'), canvas.describe('So.')"
    words = 'title="T", perspective="plot", alt="A long line of words, in the middle."'
    duplicate = ', excuses={"alt-duplicate": "the same on purpose"}'
    modules = {
        "one": figure_with(body, words).replace("bad", "first"),
        "two": figure_with(body, words).replace("bad", "second"),
        "three": figure_with(body, words + duplicate).replace("bad", "third"),
        "four": figure_with(f"{body}, canvas.describe('4')", words + ', excuses={"nosuch": "x"}'),
    }
    course = read_course(write_course(tmp_path / "small", **modules))
    verdicts = check(course, course.select(()), jobs=jobs)
    assert [[each.rule for each in verdict.findings] for verdict in verdicts] == [
        [], ["alt-duplicate"], [], ["excuses"],
    ]  # fmt: skip
    assert [len(verdict.excused) for verdict in verdicts] == [0, 0, 1, 0]


def test_a_mark_of_no_kind_that_is_known_is_compared_with_none(clean: Canvas) -> None:
    """A rectangle and a circle are told apart by their form."""
    clean.mark(clean.page.add_patch(Rectangle((5.2, 1), 0.5, 0.5)), stroke="forward")
    clean.mark(clean.page.add_patch(Circle((6.4, 1.2), 0.25)), stroke="input")
    assert judge(drawing(clean)) == []
