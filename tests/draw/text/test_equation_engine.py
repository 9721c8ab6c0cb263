r"""LaTeX to outlines: nothing is lost in silence, and roles and steps move nothing."""

from __future__ import annotations

import re
from itertools import pairwise

import mathra
import numpy as np
import pytest
from lecture import COURSE, drawn_latex, readable
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from figgen.core import InputError
from figgen.draw.text import equation_outlines as outlines
from figgen.draw.text.equation_engine import PLAIN, FormulaError, letters, mathml, spoken, typeset
from figgen.draw.text.equation_outlines import outline, shapes

MATHS = [entry for entry in COURSE.entries if entry.definition.perspective == "math"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (r"x + \foo", r"column 5: unsupported command: \foo"),
        (r"\role{forward}{a + \foo}", r"column 20: unsupported command: \foo"),
        (r"\step{2}{a} + \foo", r"column 15: unsupported command: \foo"),
        ("a % b", r"column 3: % begins a comment in LaTeX; for the sign write \%"),
        (r"a \textcolor{red}{b}", r"column 3: colours are roles here: write \role{input}{...}"),
        ("a $ b", r"column 3: a formula needs no $ around it or in it; for the sign write \$"),
        (r"\frac{1", "column 6: '{' without a matching '}'"),
        ("a}", "column 2: '}' without a matching '{'"),
        (r"a\role{forward}{b", r"column 2: a \role or \step without its '}'"),
        (r"\role{pink}{b}", "column 1: no role 'pink'"),
        (r"a\step{0}{b}", "column 2: no step '0'"),
        (r"\step{two}{b}", "column 1: no step 'two'"),
        ("a漢", "column 2: the STIX Two Math font has no '漢' character"),
        (r"\role{forward}{\mathrm{漢}}", "column 24: the STIX Two Math font has no '漢'"),
        (r"x_\role{forward}{ab}", r"column 3: a \role or \step must hold a whole group"),
        (r"a + \mathbf{x1}", r"column 5: digits in \mathbf"),
        (r"\mathit{12}", r"column 1: digits in \mathit"),
        ("  ", "column 1: nothing to typeset"),
        (r"\left( x", "column"),
        (r"\begin{bmatrix} a", "column"),
        (r"\frac{1}", "column"),
        ("x^2^3", "column"),
    ],
)
def test_wrong_latex_is_one_line_with_its_column(source: str, message: str) -> None:
    """Whatever is wrong, the error says where in the source, marks included, in one line."""
    with pytest.raises(FormulaError) as caught:
        typeset(source)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.source == source


def test_a_warning_of_the_engine_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's warnings are not lost."""
    answer = mathra.render("x", strict=True)
    answer["warnings"] = [{"rule": "W", "description": "something was dropped"}]
    monkeypatch.setattr(mathra, "render", lambda *_, **__: answer)
    with pytest.raises(FormulaError, match="something was dropped"):
        typeset("x + unseen")


def test_marks_move_nothing() -> None:
    """The outlines of a formula with roles and steps are those of the formula without."""
    marked = typeset(r"\role{forward}{N} = \step{2}{X \cdot \role{backward}{W}} + b_{\step{3}{i}}")
    plain = typeset(r" N  =  X \cdot  W   + b_{ i }")
    assert (marked.width, marked.ascent, marked.descent) == (
        plain.width,
        plain.ascent,
        plain.descent,
    )
    points = np.concatenate([path.vertices for _, path in marked.parts])
    ((_, whole),) = plain.parts
    assert sorted(map(tuple, points)) == sorted(map(tuple, whole.vertices))


def test_looks_nest() -> None:
    """A role inside a step shows with the step, and a step inside a role keeps the role."""
    styles = {style for style, _ in typeset(r"a \step{2}{b \role{input}{c \step{3-4}{d}}}").parts}
    assert {(style.role, style.first, style.last) for style in styles} == {
        (None, 1, None),
        (None, 2, None),
        ("input", 2, None),
        ("input", 3, 4),
    }


def test_bold_digits_are_bold() -> None:
    """The engine would draw them plain; the ones of a matrix must not look like the number."""
    ((_, bold),) = typeset(r"\mathbf{1}").parts
    ((_, plain),) = typeset("1").parts
    assert not np.array_equal(bold.vertices, plain.vertices)


def test_up_is_up() -> None:
    """The exponent stands above the baseline, the index below."""
    formula = typeset("x^{2}")
    ((_, path),) = formula.parts
    assert path.vertices[:, 1].max() == pytest.approx(formula.ascent, abs=0.02)
    assert typeset("x_{g}").descent > typeset("x").descent


@pytest.mark.parametrize("name", [entry.name for entry in MATHS])
def test_all_text_of_the_lecture_arrives(name: str) -> None:
    """Letters and digits of the source are those of the drawing's tree and of the MathML."""
    for latex in drawn_latex(name):
        drawn = mathra.render(typeset(latex).latex, strict=True)["text"]
        assert letters(drawn) == letters(readable(typeset(latex).latex))
        assert re.sub(r"\W", "", mathml(latex))


def test_every_glyph_is_drawn() -> None:
    """There is a closed outline for each letter."""
    ((style, path),) = typeset("abc").parts
    assert style == PLAIN
    assert (path.codes == Path.MOVETO).sum() >= 3
    assert typeset("abc").smallest == 1
    assert typeset("a_b").smallest < 1


def test_a_step_says_what_it_shows() -> None:
    """What is not there yet is not said."""
    source = r"S = \sigma(N) \step{2}{= \role{forward}{W^T}}"
    assert spoken(source, 1) == "S equals sigma of N"
    assert spoken(source, 2) == "S equals sigma of N equals W transpose"


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\mathbf{1}_{3 \times 2} \odot W^T_{2 \times 3}",
         "bold 1, 3 by 2, times, element by element, W transpose, 2 by 3"),
        (r"\begin{bmatrix} a \\ \vdots \end{bmatrix}",
         "matrix 2 by 1: row 1: a; row 2: and so on"),
    ],
)  # fmt: skip
def test_what_the_engine_cannot_say_is_said(latex: str, words: str) -> None:
    """Shapes, transposes, dots and the element-wise product have words."""
    assert typeset(latex).speech == words


@pytest.mark.parametrize(
    "latex",
    [
        r"\sqrt[3]{x} \xrightarrow{f} \hat{y}",
        r"\sum_{i=1}^n \binom{n}{k} \text{ if } a \neq 1",
        r"f(x) = \begin{cases} x & \text{if } x > 0 \\ 0.2 x & \text{otherwise} \end{cases}",
        r"\left.\frac{\partial L}{\partial X}\right|_{X = X_0} = \nabla_X L",
        r"\boxed{E = m c^2} \qquad \overbrace{a + b}^{c} \; \underbrace{d}_{e}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}^{-1} \otimes \mathbb{R}",
        r"\Biggl( \biggl[ \Bigl\{ \bigl| x \bigr| \Bigr\} \biggr] \Biggr) \oint_0^1 \mathcal{L}",
    ],
)
def test_what_a_lecturer_uses_can_be_drawn(latex: str) -> None:
    """Both engines know it, and read the same letters."""
    assert typeset(latex).width > 0
    assert mathml(latex)


def test_mathml_says_what_is_drawn() -> None:
    """It is XML with the same letters, without marks."""
    written = mathml(r"\role{forward}{f}(x) = \max(x, 0)")
    assert written.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"')
    assert "ApplyFunction" not in written
    assert letters(re.sub("<[^>]*>|&#[0-9]+;", "", written)) == letters("f(x)=max(x,0)")


def test_readings_that_differ_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the MathML lacks a letter of the drawing, the formula is refused."""
    answer = mathra.render("a + b", strict=True)
    more = {"type": "identifier", "name": "c"}
    monkeypatch.setattr(
        mathra, "render", lambda *_, **__: {**answer, "tree": [answer["tree"], more]}
    )
    with pytest.raises(FormulaError, match="do not agree on c"):
        mathml("a + b")


def test_latex_that_has_no_mathml_is_an_error() -> None:
    """It is one line, as for the drawing."""
    with pytest.raises(FormulaError, match="MathML cannot say it"):
        mathml(r"\substack{a \\ b}")


def test_an_unknown_outline_is_an_error() -> None:
    """Only the commands that the engine writes are read; nothing is skipped."""
    assert len(outline("M0 0 L10 0 Q5 5 0 0 C1 1 2 2 3 3 Z").vertices) == 8
    with pytest.raises(InputError, match="absolute M, L, Q, C and Z"):
        outline("M0 0 h10")


@pytest.mark.parametrize(
    "opened", ["bmatrix", "pmatrix", "Bmatrix", "vmatrix", "cases", r"\underbrace", r"\overbrace"]
)
def test_tall_brackets_have_no_seams(opened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No ink is covered twice where the pieces of a bracket meet, and none is left out."""
    rows = r" \\ ".join("abcdefg")
    latex = rf"\begin{{{opened}}} {rows} \end{{{opened}}}"
    if opened.startswith("\\"):
        latex = f"{opened}{{a + b + c + d + e + f}}"
    svg = mathra.render(latex, strict=True)["svg"]
    cut = [shape.path for shape in shapes(svg)]
    monkeypatch.setattr(outlines, "_abutting", iter)
    raw = [shape.path for shape in shapes(svg)]
    assert covered_twice(raw) > 0.05
    assert covered_twice(cut) == pytest.approx(0, abs=1e-9)
    assert ink(cut) == pytest.approx(ink(raw) - covered_twice(raw))


def ink(paths: list[Path]) -> float:
    """The area of outlines, each by itself, in square ems."""
    total = 0.0
    for path in paths:
        for polygon in path.to_polygons(closed_only=True):
            x, y = polygon.T
            total += abs(float(x[:-1] @ y[1:] - y[:-1] @ x[1:])) / 2
    return total


def covered_twice(paths: list[Path]) -> float:
    """The area of the boxes that neighbours share; one of the two is a bar, and fills its own."""
    shared = (Bbox.intersection(*pair) for pair in pairwise(path.get_extents() for path in paths))
    return sum(float(box.width * box.height) for box in shared if box)
