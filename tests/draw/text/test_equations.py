r"""Equations on a canvas: where they stand, when they show, what is said, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from lecture import COURSE, drawing_of
from matplotlib.patches import PathPatch

from figgen.core import Claim, InputError, Interval, square
from figgen.core.equation_claims import Random, Values, equation_claims
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.theme import LIGHT, THEMES, Role
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.canvas.unmarked import require_marked
from figgen.draw.plots.plots import Plot
from figgen.draw.text import equations
from figgen.draw.text.equation_engine import typeset
from figgen.draw.text.equations import DISPLAY, Draws, Line, broken, display, equation, place
from figgen.draw.text.latex_layout import aligned, element_grid, led, matrix, weighted_sums
from figgen.pipeline.drawing import draw

STEPS = {
    "functions-math": 1,
    "derivative-math": 2,
    "nested-math": 1,
    "chain2-math": 1,
    "sigmoid-math": 1,
    "chain3-math": 1,
    "two-inputs-math": 1,
    "two-inputs-backward-math": 1,
    "vector-math": 1,
    "vector-gradient-math": 4,
    "vector-sigma-math": 2,
    "vector-sigma-backward-math": 4,
    "matrix-math": 2,
    "matrix-gradient-math": 3,
    "matrix-forward-math": 3,
    "matrix-forward-expanded": 1,
    "matrix-backward-math": 1,
    "matrix-backward-terms": 3,
}
"""As the page of the lecture has them."""
TEST = "of a test"
"""Why an equation of the tests is no claim."""
every_figure = pytest.mark.parametrize("name", STEPS)


def numbers(_: Random) -> Values:
    """What the names of the tests stand for."""
    return {"a": 1.0, "b": 2.0, "c": 3.0}


def patches(canvas: Canvas, step: int | None = None) -> list[PathPatch]:
    """The outlines that are drawn, or that a step shows."""
    marks = [mark for mark in canvas.marks if isinstance(mark.artist, PathPatch)]
    return [mark.artist for mark in marks if step is None or mark.shows_in(step)]


def extent_of(patch: PathPatch) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of an outline, in inches."""
    box = patch.get_path().get_extents()
    return box.x0, box.y0, box.x1, box.y1


@every_figure
def test_the_lecture_has_every_equation(name: str) -> None:
    """Names, perspective and steps are those of the lecture; every claim holds."""
    drawing = drawing_of(name)
    assert drawing.entry.definition.perspective == "math"
    assert drawing.canvas.steps == STEPS[name]
    assert drawing.claims
    assert all(claim.holds for claim in drawing.claims), [str(claim) for claim in drawing.claims]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("functions-math", {"left": "exp", "right": "leaky_relu"}),
        ("derivative-math", {"delta": "0.1"}),
        ("chain2-math", {"chain": "tanh,exp"}),
        ("two-inputs-math", {"function": "exp"}),
        ("two-inputs-backward-math", {"function": "square"}),
        ("vector-sigma-math", {"function": "square"}),
        ("vector-sigma-backward-math", {"function": "tanh"}),
        ("matrix-forward-math", {"function": "square"}),
        ("matrix-forward-expanded", {"function": "square"}),
        ("matrix-backward-math", {"function": "tanh"}),
        ("matrix-backward-terms", {"function": "tanh"}),
    ],
)
def test_other_functions_hold_too(name: str, settings: dict[str, str]) -> None:
    """A sum that is squared stands in parentheses, and every name has a value."""
    draw(COURSE, COURSE.find(name), settings).require_claims()


def test_no_other_figure_is_maths() -> None:
    """All equations of the course are in the list above."""
    maths = {entry.name for entry in COURSE.entries if entry.definition.perspective == "math"}
    assert maths == set(STEPS)


@every_figure
def test_equations_stay_on_the_slide_and_apart(name: str) -> None:
    """No outline leaves the canvas, and each step adds something."""
    canvas = drawing_of(name).canvas
    for patch in patches(canvas):
        left, bottom, right, top = extent_of(patch)
        assert left >= 0
        assert bottom >= 0
        assert right <= canvas.width
        assert top <= canvas.height
    shown = [len(patches(canvas, step)) for step in range(1, canvas.steps + 1)]
    assert shown == sorted(set(shown))


@every_figure
def test_the_alt_text_has_no_latex(name: str) -> None:
    """A screen reader hears words, and each step more of them."""
    drawing = drawing_of(name)
    texts = [drawing.alt(step) for step in range(1, drawing.canvas.steps + 1)]
    assert not re.search(r"[\\${}_^]", texts[-1])
    assert len(texts[-1]) > len(drawing.entry.definition.alt) + 20
    assert [len(text) for text in texts] == sorted({len(text) for text in texts})


@every_figure
def test_the_sources_are_complete(name: str) -> None:
    """The LaTeX brings its macros and closes what it opens; the MathML is XML."""
    sources = drawing_of(name).canvas.sources
    assert r"\providecommand{\role}" in sources["tex"]
    assert sources["tex"].count("\\[\n") == sources["tex"].count("\n\\]") >= 1
    assert sources["tex"].count("{") == sources["tex"].count("}")
    assert not re.search(r"\\step\{\d+\}", sources["tex"])
    for line in sources["mathml"].splitlines():
        root = ET.fromstring(line)  # noqa: S314 - our own file
        assert root.tag.endswith("math")


def test_an_equation_stands_where_it_is_put(canvas: Canvas) -> None:
    """The anchor is the point that was asked for, and the box is that of the ink."""
    for ha, left in (("left", 3.0), ("center", None), ("right", None)):
        box = equation(canvas, 3.0, 2.0, "a + b", ha=ha, va="center", size=30, stands=TEST)
        assert box.bottom + box.height / 2 == pytest.approx(2.0)
        assert box.left == pytest.approx(
            {"left": 3.0, "center": 3.0 - box.width / 2, "right": 3.0 - box.width}[ha]
        )
        x0, y0, x1, y1 = extent_of(patches(canvas)[-1])
        assert left is None or x0 == pytest.approx(left, abs=0.05)
        assert y0 == pytest.approx(box.bottom, abs=0.03)
        assert y1 == pytest.approx(box.bottom + box.height, abs=0.03)
        assert x1 <= box.left + box.width + 0.03


def test_sizes_are_fixed(canvas: Canvas) -> None:
    """Twice the size is twice the ink: nothing is scaled to fit."""
    small = equation(canvas, 1, 1, "a + b", size=24, stands=TEST)
    large = equation(canvas, 1, 3, "a + b", size=48, stands=TEST)
    assert large.width == pytest.approx(2 * small.width)


def test_looks_become_marks(canvas: Canvas) -> None:
    """One patch a look, in its role and its steps, painted by the theme."""
    with canvas.step(2):
        latex = r"a \role{forward}{b} \step{3}{c} \step{1}{a}"
        equation(canvas, 1, 1, latex, "muted", size=30, stands=TEST)
    marks = {(mark.fill, mark.first) for mark in canvas.marks}
    assert marks == {("muted", 2), ("forward", 2), ("muted", 3)}
    canvas.paint(THEMES["dark"])
    canvas.paint(LIGHT)
    require_marked(canvas.figure, canvas.marks)


def test_steps_never_move(canvas: Canvas) -> None:
    """Step 1 is the same drawing with the later parts hidden."""
    display(canvas, [Line(r"a + b &= \step{2}{c}"), Line("c &= a + b", 3)], numbers)
    assert canvas.steps == 3
    assert len(patches(canvas, 1)) < len(patches(canvas, 2)) < len(patches(canvas, 3))


def test_lines_are_aligned_at_the_relation(canvas: Canvas) -> None:
    """The signs of equality stand below each other, however long the left sides are."""
    lines = [Line("c &= a + b"), Line("a + b + c &= 6"), Line("&= 2c")]
    display(canvas, lines, numbers)
    _, first, _, second, third = patches(canvas)
    left_ends = [extent_of(patch)[0] for patch in (first, second, third)]
    assert np.ptp(left_ends) < 0.01


def test_a_wide_formula_breaks_at_a_relation() -> None:
    """As few pieces as fit, at a relation first, else before a plus; brackets are never broken."""
    assert broken("= a + b = c", 9.0, DISPLAY) == ["= a + b = c"]
    assert broken("= a + b = c", 1.6, DISPLAY) == ["= a + b ", "= c"]
    first, second = broken("= aaaa + bbbb", 2.2, DISPLAY)
    assert first == "= aaaa "
    assert second.endswith("+ bbbb")
    with pytest.raises(InputError, match=r"width of the formula is '\d\.\d\d inches"):
        broken(r"= \left(aaaa + bbbb\right)", 1.5, DISPLAY)


def test_broken_lines_are_one_equation(canvas: Canvas) -> None:
    """The rows of a broken line follow each other closely; it is claimed and said once."""
    sums = " + ".join("abc" for _ in range(14))
    rows = display(canvas, [Line(f"84 &= {sums}"), Line("a &= 1")], numbers)
    assert len(rows) == 3
    assert len(canvas.claims) == 2
    assert canvas.description().count("84 equals") == 1


def test_what_does_not_fit_is_an_error(canvas: Canvas) -> None:
    """With the size that it needs."""
    lines = [Line("a &= 1")] * 12
    with pytest.raises(InputError, match=r"height of the equations is '\d+\.\d\d inches'"):
        display(canvas, lines, numbers)
    with pytest.raises(InputError, match="stays on the canvas"):
        equation(canvas, 11.5, 1, "a + b + c", stands=TEST)
    with pytest.raises(InputError, match="points or more"):
        equation(canvas, 1, 1, "a_{b}", size=20, stands=TEST)
    with pytest.raises(InputError, match="is 19; allowed: 20 points or more"):
        equation(canvas, 1, 1, "a", size=19, stands=TEST)


def test_a_note_stands_beside_its_line(canvas: Canvas) -> None:
    """It is written in its step, right of all equations, and said."""
    display(canvas, [Line("a &= 1", note="the first"), Line("b + c &= 5", 2)], numbers)
    (note,) = canvas.figure.axes[0].texts
    assert note.get_position()[0] > max(extent_of(patch)[2] for patch in patches(canvas))
    assert canvas.description(1) == "a equals 1. The first."


def test_an_equation_is_a_claim(canvas: Canvas) -> None:
    """A wrong one fails; one that cannot be computed needs a reason."""
    display(canvas, [Line("a + b &= c"), Line("&= 4")], numbers, box=Box(0, 0, 12, 5))
    assert [filed.claim.holds for filed in canvas.claims] == [True, False]
    display(canvas, [Line("a &= 1"), Line("a + b = c")], numbers, box=Box(0, 0, 12, 5))
    assert [filed.claim.holds for filed in canvas.claims[2:]] == [True, True]
    del canvas.claims[2:]
    with pytest.raises(InputError, match="or a reason in 'stands'"):
        display(canvas, [Line("a &= 1")])
    display(canvas, [Line(r"\hat{y} &= z", stands="a definition")])
    equation(canvas, 1, 1, "a = 2", values=numbers)
    assert [filed.claim.holds for filed in canvas.claims] == [True, False, False]
    for reason in ("", " "):
        with pytest.raises(InputError, match=r"values is None; allowed: .* a reason in 'stands'"):
            equation(canvas, 1, 1, "a = 1", stands=reason)


def test_every_equation_says_whether_it_is_checked(canvas: Canvas) -> None:
    """All its sides, the number of its claims, or why there are none."""
    display(canvas, [Line(r"\role{output}{a + b} &= c"), Line(r"&= \step{2}{3} = c", 2)], numbers)
    display(canvas, [Line("z &= a", stands="a definition")], numbers, box=Box(0, 0, 12, 2))
    equation(canvas, 1, 1, "a = 1", values=numbers)
    equation(canvas, 1, 4, "z = 1", stands="a definition")
    told = [each.as_json() for each in canvas.equations]
    assert [str(each["latex"]).replace(" ", "") for each in told] == [
        *("a+b=c", "a+b=3=c", "z=a", "a=1", "z=1"),
    ]
    assert [(each["claims"], each["unchecked"]) for each in told] == [
        *((1, None), (2, None), (0, "a definition"), (1, None), (0, "a definition")),
    ]
    assert len(canvas.claims) == 4


def test_nearly_all_equations_of_the_lecture_are_checked() -> None:
    """At least 95 in 100, and every figure of mathematics has some."""
    written = {name: drawing_of(name).canvas.equations for name in STEPS}
    assert all(written.values())
    every = [each for equations in written.values() for each in equations]
    assert len(every) >= 43
    assert sum(each.claims > 0 for each in every) >= 0.95 * len(every)
    assert all(bool(each.claims) != bool(each.unchecked) for each in every)


@cache
def spied() -> tuple[list[tuple[str, Draws, float]], list[float]]:
    """What the lecture's equations are checked with, and the sizes in which they are drawn."""
    claimed: list[tuple[str, Draws, float]] = []
    sizes: list[float] = []

    def claims(what: str, latex: str, values: Draws, *, nearly: float) -> tuple[Claim, ...]:
        claimed.append((latex, values, nearly))
        return equation_claims(what, latex, values, nearly=nearly)

    def placed(canvas: Canvas, x: float, y: float, latex: str, *role: Role, **more: Any) -> Box:
        box = place(canvas, x, y, latex, *role, **more)
        # As drawn, whatever was asked for.
        sizes.append(box.width * POINTS_PER_INCH / typeset(latex).width)
        return box

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equations, "equation_claims", claims)
        patch.setattr(equations, "place", placed)
        for name in STEPS:
            draw(COURSE, COURSE.find(name))
    return claimed, sizes


def test_no_equation_of_the_lecture_is_small() -> None:
    """All stand in the full slot, in 20 points or more."""
    assert {COURSE.find(name).definition.slot for name in STEPS} == {"full"}
    _, sizes = spied()
    assert len(sizes) > 60
    assert min(sizes) >= 20 - 1e-9


def other_index(match: re.Match[str]) -> str:
    """An index with both its numbers swapped, or another one if they are the same."""
    first, *rest = match[1]
    if rest and rest != [first]:
        return f"_{{{rest[0]}{first}}}"
    return f"_{{{''.join(rest)}{int(first) % 2 + 1}}}"


PLANTED: dict[str, tuple[str, str | Callable[[re.Match[str]], str]]] = {
    "a plus becomes a minus": (r"\+", "-"),
    "a minus becomes a plus": (r"-", "+"),
    "no transposition": (r"\^(\{T\}|T)", ""),
    "another index": (r"_\{?([1-3]{1,2})\}?", other_index),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_fault_in_any_equation_of_the_lecture_is_found(fault: str) -> None:
    """A sign, a transposition or an index, wherever there is one: it fails or cannot be read."""
    pattern, wrong = PLANTED[fault]
    count = 0
    for latex, values, nearly in spied()[0]:
        words = [
            match.span() for match in re.finditer(r"\\text\{.*?\\text\{\}|\\text\{[^{}]*\}", latex)
        ]
        for match in re.finditer(pattern, latex):
            if any(start <= match.start() < end for start, end in words):
                continue
            new = wrong if isinstance(wrong, str) else wrong(match)
            planted = latex[: match.start()] + new + latex[match.end() :]
            count += 1
            try:
                found = equation_claims("it", planted, values, nearly=nearly)
            except InputError:
                continue
            assert not all(claim.holds for claim in found), planted
    assert count >= 5


def test_an_equation_in_a_plot(canvas: Canvas) -> None:
    """It stands at a point of the plot, over the curves, in its own size."""
    plot = Plot(canvas, Box(1, 1, 6, 4), Interval(-2, 2), Interval(0, 4))
    plot.curve(square)
    latex = r"f(x) = \begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}"
    box = equation(canvas, *plot.on_page(1, 3), latex, va="center", stands=TEST)
    assert (box.left, box.bottom + box.height / 2) == pytest.approx((1 + 6 * 3 / 4, 1 + 4 * 3 / 4))
    require_marked(canvas.figure, canvas.marks)


def test_the_latex_is_ready_for_beamer(canvas: Canvas) -> None:
    """Lines are aligned, roles and steps are macros, and a step lasts."""
    display(canvas, [Line(r"\role{forward}{a} &= 1"), Line(r"b &= \step{2}{2}")], numbers)
    tex = canvas.sources["tex"]
    assert (
        "\\begin{aligned}\n\\role{forward}{a} &= 1 \\\\\nb &= \\step{2-}{2}\n\\end{aligned}" in tex
    )
    assert "mtable" in canvas.sources["mathml"]


def test_matrices_are_written_out() -> None:
    """Every element of a product is a row times a column; a factor of 1 is left out."""
    x, w = element_grid("x", 1, 2), element_grid("w", 2, 1)
    assert weighted_sums(x, w).tolist() == [["x_{11} w_{11} + x_{12} w_{21}"]]
    ones = np.full((1, 2), "1", dtype=object)
    assert matrix(weighted_sums(ones, w)) == r"\begin{bmatrix} w_{11} + w_{21} \end{bmatrix}"


def test_where_lines_are_aligned() -> None:
    """At the sign outside all matrices; `led` puts it there."""
    assert aligned(r"\begin{bmatrix} a & b \end{bmatrix} &= c")[1] == "= c"
    assert aligned("a = b") == ("", "a = b")
    assert led("N = X", "output") == r"\role{output}{N} &= X"
    with pytest.raises(InputError, match="an equation"):
        led("N")
