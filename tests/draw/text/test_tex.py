r"""TeX as the judge of what is exported for Beamer, and of what figgen draws by itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from lecture import COURSE, drawing_of, drawn_latex, readable
from matplotlib.image import imread
from matplotlib.transforms import Affine2D
from tex_marks import (
    TWELVE,
    Mark,
    Reader,
    differences,
    run_tex,
    set_by_figgen,
    set_by_tex,
    sheet,
    symbol_sources,
)

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.theme import LIGHT
from figgen.draw.text.equation_engine import letters, typeset
from figgen.draw.text.equations import Line, display, equation
from figgen.draw.text.latex_layout import PREAMBLE

pytestmark = [
    pytest.mark.tex,
    pytest.mark.skipif(
        not all(map(shutil.which, ("latex", "pdflatex", "pdftotext"))),
        reason="needs pdflatex with Beamer, and pdftotext; .ci/run brings both",
    ),
]

# In Beamer


class Frames:
    """Equations, each pasted into a frame of one Beamer document, after the definitions.

    Args:
        folder: Where to compile.
        sources: What stands in the frames.

    Attributes:
        log: What TeX says.
        pages: The text of each page, by frame.
        colours: All that are set, red, green and blue from 0 to 1.
    """

    def __init__(self, folder: Path, sources: Sequence[str]) -> None:
        # A page that is not compressed can be searched for its colours.
        head = (r"\pdfcompresslevel=0\documentclass[aspectratio=169]{beamer}", *PREAMBLE)
        frames = (rf"\begin{{frame}}{source}\end{{frame}}" for source in sources)
        file = folder / "frames.tex"
        file.write_text("\n".join([*head, r"\begin{document}", *frames, r"\end{document}"]))
        self.log = run_tex("pdflatex", file)
        pdf = file.with_suffix(".pdf")
        command = ["pdftotext", str(pdf), "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        # The increment sign is how it reads the Delta of TeX's fonts.
        pages = text.replace("\N{INCREMENT}", "Δ").split("\f")
        navigation = file.with_suffix(".nav").read_text()
        spans = re.findall(r"beamer@framepages \{(\d+)\}\{(\d+)\}", navigation)
        self.pages = [pages[int(first) - 1 : int(last)] for first, last in spans]
        found = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) rg", pdf.read_bytes())
        self.colours = {tuple(map(float, each)) for each in found}

    def paints(self, colour: str) -> bool:
        """Whether something is in a colour, given as #rrggbb."""
        wanted = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        return any(np.allclose(wanted, each, atol=0.002) for each in self.colours)


def equations(source: str) -> str:
    """What is exported, without the definitions."""
    definitions = "\n".join(PREAMBLE)
    assert source.startswith(definitions)
    return source.removeprefix(definitions)


BRACE = "z"
"""What pdftotext makes of a piece of a horizontal brace."""


def test_every_equation_of_the_lecture_works_in_beamer(tmp_path: Path) -> None:
    """All sources in one document: no error, a page a step, all letters, the roles' colours."""
    names = [entry.name for entry in COURSE.entries if entry.definition.perspective == "math"]
    sources = [drawing_of(name).canvas.sources["tex"] for name in names]
    frames = Frames(tmp_path, [equations(source) for source in sources])
    assert "Missing character" not in frames.log
    assert len(frames.pages) == len(names)
    for name, source, pages in zip(names, sources, frames.pages, strict=True):
        assert len(pages) == drawing_of(name).canvas.steps, name
        shown = [letters(page) for page in pages]
        for before, after in pairwise(shown):
            assert before < after, name
        wanted = letters("".join(readable(typeset(latex).latex) for latex in drawn_latex(name)))
        braces = {BRACE: source.count("brace{")} if "brace{" in source else {}
        assert shown[-1] - wanted == braces, name
        assert not wanted - shown[-1], name
    roles = set(re.findall(r"\\role\{(\w+)\}", "".join(sources)))
    assert len(roles) >= 5
    for role, colour in LIGHT.colours.items():
        assert frames.paints(colour) or role not in roles, role


def test_lines_and_spans_are_revealed_in_beamer(canvas: Canvas, tmp_path: Path) -> None:
    """A line of a later step, a formula on one step only and a step in a formula all have pages.

    Be it that the equations are pasted, or that the file is read as it is.
    """
    lines = [Line("a &= 1", stands="-"), Line("b &= 2", 3, role="forward", stands="-")]
    display(canvas, lines)
    with canvas.step(2, 2):
        equation(canvas, 1, 1, "c", "backward", stands="-")
    equation(canvas, 2, 1, r"d \step {4} {+ e}", stands="-")
    source = canvas.sources["tex"]
    (tmp_path / "equation.tex").write_text(source)
    frames = Frames(tmp_path, [equations(source), r"\input{equation}"])
    pages, pages_of_file = frames.pages
    assert pages == pages_of_file
    assert ["".join(sorted(letters(page).elements())) for page in pages] == [
        "1ad", "1acd", "12abd", "12abde",
    ]  # fmt: skip
    assert frames.paints(LIGHT.colours["forward"])
    assert frames.paints(LIGHT.colours["backward"])
    assert not frames.paints(LIGHT.colours["negative"])


@pytest.mark.parametrize("source", [r"\[ \foo \]", r"\[ a", r"\[ \role{pink}{a} \]"])
def test_what_is_wrong_does_not_compile(source: str, tmp_path: Path) -> None:
    """The test above can fail: an unknown command, an end that is missing, an unknown role."""
    with pytest.raises(AssertionError):
        Frames(tmp_path, [source])


@pytest.mark.parametrize(
    "latex", [r"%s{\sum}_{i=1}^n x", r"%s{\frac{a}{b}}^2", r"a %s{= b}", r"%s{f}_2' + %s{\max}(x)"]
)
def test_a_role_moves_nothing_in_tex(latex: str) -> None:
    """Limits, indices and spaces stay where they are without it."""
    coloured = latex.replace("%s", r"\role{forward}")
    plain = re.sub(r"%s\{(.*?)\}(?=[_^' (]|$)", r"\1", latex)
    with_role, without = set_by_tex([coloured, plain], PREAMBLE)
    assert [mark.glyph for mark in with_role] == [mark.glyph for mark in without]
    assert np.allclose([mark.box for mark in with_role], [mark.box for mark in without])


# Twelve equations, mark by mark


@cache
def readers() -> tuple[Reader, Reader]:
    """Who knows the glyphs of TeX and of figgen."""
    sources = symbol_sources()
    return Reader(set_by_tex(sources)), Reader([set_by_figgen(source) for source in sources])


@cache
def by_tex(name: str) -> list[Mark]:
    """One of the twelve, as TeX has it."""
    (marks,) = set_by_tex([TWELVE[name]])
    return readers()[0].read(marks)


def by_figgen(source: str) -> list[Mark]:
    """A formula as figgen has it."""
    return readers()[1].read(set_by_figgen(source))


@pytest.mark.parametrize("name", TWELVE)
def test_figgen_draws_what_tex_sets(name: str) -> None:
    """The same marks, each of the right size and in its place; and they are what is drawn."""
    assert differences(by_tex(name), by_figgen(TWELVE[name])) == []
    pieces = [piece for mark in set_by_figgen(TWELVE[name]) for piece in mark.pieces]
    ((_, drawn),) = typeset(TWELVE[name]).parts
    assert np.array_equal(np.concatenate([piece.vertices for piece in pieces]), drawn.vertices)


FAULTS = [
    ("fraction in a fraction", "x^2", "x_2"),
    ("fraction in a fraction", "x^2", "x 2"),
    ("fraction in a fraction", " - ", " + "),
    ("fraction in a fraction", r"\frac{c}{d}", r"\frac{d}{c}"),
    ("limit", r"f(a - ", r"f(a + "),
    ("limit", r"\lim_{", r"\lim\nolimits_{"),
    ("limit", r"\to 0", r"\to"),
    ("partials", r"\partial^2 s", r"\partial s"),
    ("partials", r"\partial \alpha", r"\partial \sigma"),
    ("partials", r"\cdot", r"\times"),
    ("cases", "x > 0", "x < 0"),
    ("cases", "cases", "matrix"),
    ("cases", r"\text{if }", r"\text{of }"),
    ("aligned", "e^{-x}", "e^{x}"),
    ("aligned", "e^{-x}", "e - x"),
    ("aligned", r"&= \sigma", r"= & \sigma"),
    ("matrices with shapes", "x_{12}", "x_{21}"),
    ("matrices with shapes", r"_{3 \times 3}", r"^{3 \times 3}"),
    ("matrices with shapes", r"w_{21} & w_{22}", r"w_{22} & w_{21}"),
    ("matrices with shapes", "bmatrix", "matrix"),
    ("braces over and under", r"\overbrace", r"\underbrace"),
    ("braces over and under", r"_{\text{then}}", ""),
    ("tall brackets", r"\vdots", r"\cdots"),
    ("tall brackets", r"\Biggl", ""),
    ("evaluated at", "W^T_{", "W_{"),
    ("evaluated at", r"W^T_{2 \times 3}", r"W_T^{2 \times 3}"),
    ("evaluated at", r"\sigma'", r"\sigma"),
    ("evaluated at", r"\mathbf{1}", "1"),
    ("sums with limits", r"\sum_{i=1}^{n}", r"\sum_{n}^{i=1}"),
    ("sums with limits", r"\sum_", r"\sum\nolimits_"),
    ("accents and primes", r"\bar{x}", "x"),
    ("accents and primes", r"\tilde", r"\hat"),
    ("accents and primes", "2^{k}", "2 k"),
    ("roots", r"\sqrt[3]", r"\sqrt"),
    ("roots", r"\sqrt{b^2 - 4 a c}", r"\sqrt{b^2} - 4 a c"),
    ("roots", r"{-b", "{b"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), FAULTS)
def test_a_wrong_formula_differs(name: str, right: str, wrong: str) -> None:
    """A symbol dropped or exchanged, an exponent made an index, a sign lost, a bracket short."""
    assert right in TWELVE[name]
    source = TWELVE[name].replace(right, wrong)
    assert differences(by_tex(name), by_figgen(source))


def shifted(mark: Mark, x: float, y: float) -> Mark:
    """The same mark elsewhere."""
    move = Affine2D().translate(x, y)
    return replace(mark, pieces=tuple(piece.transformed(move) for piece in mark.pieces))


@pytest.mark.parametrize("name", TWELVE)
def test_a_mark_missing_or_misplaced_is_found(name: str) -> None:
    """Whichever mark it is, if it is missing, twice there, or 1 em from its place."""
    tex, marks = by_tex(name), by_figgen(TWELVE[name])
    for place, mark in enumerate(marks):
        others = marks[:place] + marks[place + 1 :]
        assert differences(tex, others)
        assert differences(tex, [*marks, mark])
        for x, y in ((0, 1), (1, 0)):
            assert differences(tex, [*others, shifted(mark, x, y)]), (mark.glyph, x, y)


def test_pairs_stand_side_by_side(tmp_path: Path) -> None:
    """The sheet for the eye holds both settings of a formula, one above the other."""
    file = tmp_path / "new" / "pairs.png"
    sheet(file, {"sum": "a + b"})
    dark = imread(file)[..., :3].max(axis=2) < 0.3
    rows = np.flatnonzero(dark.any(axis=1))
    assert (np.diff(rows) > 50).sum() >= 1
