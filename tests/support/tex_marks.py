r"""The ink of equations as TeX sets it and as figgen does, mark by mark, in ems.

A mark is what the eye sees as one: a glyph, a fraction rule, a bracket with all its pieces.
`differences` says what is missing, wrong or misplaced in one of two settings of the same source.

Run as a program, it draws the pairs of `TWELVE` side by side: ``python tests/tex_marks.py PNG``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from math import hypot
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from matplotlib.dviread import Dvi
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from figgen.draw.text import equation_engine as typesetting
from figgen.draw.text.equation_outlines import shapes

TWELVE = {
    "fraction in a fraction": r"y = \frac{1}{1 + \frac{a}{b + \frac{c}{d}}} - \frac{x^2 - 1}{2 x}",
    "limit": (
        r"\frac{df}{du}(a) = \lim_{\Delta \to 0} \frac{f(a + \Delta) - f(a - \Delta)}{2 \Delta}"
    ),
    "partials": (
        r"\frac{\partial^2 s}{\partial x \, \partial y} = \frac{\partial}{\partial x}"
        r" \left( \frac{\partial \sigma}{\partial u} \cdot \frac{\partial \alpha}{\partial y}"
        r" \right)"
    ),
    "cases": (
        r"f(x) = \begin{cases} x & \text{if } x > 0 \\ 0.2 \, x & \text{otherwise} \end{cases}"
    ),
    "aligned": (
        r"\begin{aligned} \sigma(x) &= \frac{1}{1 + e^{-x}} \\"
        r" \frac{d\sigma}{du}(x) &= \sigma(x) \, \bigl(1 - \sigma(x)\bigr) \end{aligned}"
    ),
    "matrices with shapes": (
        r"N_{3 \times 2} = \begin{bmatrix} x_{11} & x_{12} & x_{13} \\ x_{21} & x_{22} & x_{23} \\"
        r" x_{31} & x_{32} & x_{33} \end{bmatrix}_{3 \times 3} \cdot \begin{bmatrix} w_{11} &"
        r" w_{12} \\ w_{21} & w_{22} \\ w_{31} & w_{32} \end{bmatrix}_{3 \times 2}"
    ),
    "braces over and under": (
        r"\underbrace{f_2 \bigl( \underbrace{f_1(x)}_{\text{first}} \bigr)}_{\text{then}}"
        r" = \overbrace{a + b + c}^{n}"
    ),
    "tall brackets": (
        r"\Lambda \left( \begin{bmatrix} w_1 \\ w_2 \\ \vdots \\ w_n \end{bmatrix} \odot"
        r" \begin{pmatrix} 1 \\ 2 \\ 3 \\ 4 \end{pmatrix} \right)"
        r" \Biggl( \biggl[ \Bigl\{ \bigl| x \bigr| \Bigr\} \biggr] \Biggr)"
    ),
    "evaluated at": (
        r"\left. \frac{\partial L}{\partial X} \right|_{X = X_0}"
        r" = \left( \mathbf{1}_{3 \times 2} \odot \sigma'(N) \right) \cdot W^T_{2 \times 3}"
    ),
    "sums with limits": (
        r"\sum_{i=1}^{n} x_i \, w_i = x_1 \, w_1 + \cdots + x_n \, w_n,"
        r" \quad \prod_{k=0}^{m} a_k \le \int_0^1 g(t) \, dt"
    ),
    "accents and primes": (
        r"\hat{y} = \bar{x} + \vec{v}' - \tilde{z}'' \neq \dot{u}^{2^{k}} + \nabla_{\!X} L"
    ),
    "roots": r"z = \frac{-b \pm \sqrt{b^2 - 4 a c}}{2 a} + \sqrt[3]{\frac{p}{\sqrt{1 + q^2}}}",
}
"""Chosen for difficulty."""

SYMBOLS = [
    *"abcdefghijklmnopqrstuvwxyzLNTWX0123456789+-=<>,.'",
    *(r"\alpha", r"\sigma", r"\Delta", r"\Lambda", r"\partial", r"\nabla", r"\to", r"\le"),
    *(r"\pm", r"\neq", r"\cdot", r"\cdots", r"\vdots", r"\odot", r"\times"),
    *(r"\sum", r"\prod", r"\int"),
    *(r"\hat{\,}", r"\bar{\,}", r"\vec{\,}", r"\tilde{\,}", r"\dot{\,}"),
    *(rf"\text{{{letter}}}" for letter in "abcdefghijklmnopqrstuvwxyz"),
    r"\mathbf{1}",
    # A ligature of TeX, and one of figgen.
    r"\text{fi}",
    "''",
]
"""Each is set alone, to know it again; a mark that is none of them stretches, or is a rule."""


@dataclass(frozen=True)
class Mark:
    """A glyph, a rule, or what is made of several, in ems from the origin of the formula."""

    glyph: str
    pieces: tuple[Outline, ...]
    scale: float

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of its ink."""
        boxes = np.array([piece.get_extents().extents for piece in self.pieces])
        left, bottom = boxes[:, :2].min(axis=0)
        right, top = boxes[:, 2:].max(axis=0)
        return left, bottom, right, top

    @cached_property
    def centre(self) -> tuple[float, float]:
        """The middle of its ink."""
        left, bottom, right, top = self.box
        return (left + right) / 2, (bottom + top) / 2


# Both engines


@cache
def set_by_figgen(source: str) -> tuple[Mark, ...]:
    """The glyphs and rules that figgen draws."""
    marked = typesetting._Marked(source)
    drawn = shapes(marked.render(marked.plain)["svg"])
    return tuple(Mark(shape.glyph, (shape.path,), shape.scale) for shape in drawn)


def set_by_tex(sources: Sequence[str], preamble: Sequence[str] = ()) -> list[tuple[Mark, ...]]:
    """The glyphs and rules that TeX sets, in the fonts of Computer Modern, for each source."""
    # The first rule of a page tells where the baseline begins.
    pages = (
        rf"\setbox0\hbox{{\vrule width1pt height1pt depth0pt$\displaystyle {source}$}}\shipout\box0"
        for source in sources
    )
    lines = [
        r"\documentclass{article}\usepackage{amsmath,amssymb,xcolor}",
        *preamble,
        r"\begin{document}",
        *pages,
        r"\end{document}",
    ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pages.tex").write_text("\n".join(lines))
        run_tex("latex", Path(folder, "pages.tex"))
        with Dvi(str(Path(folder, "pages.dvi")), dpi=72) as dvi:
            return [tuple(_marks_of(page)) for page in dvi]


def run_tex(program: str, file: Path) -> str:
    """Run TeX on a file, in its folder, up to the first error, and return its log.

    Raises:
        AssertionError: If there is an error, with the end of the log.
    """
    command = [program, "-interaction=nonstopmode", "-halt-on-error", file.name]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, check=False, timeout=300)
    log = done.stdout.decode(errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


TEN_POINTS = 10 * 72 / 72.27


def _marks_of(page: Any) -> Iterator[Mark]:
    """What is on a page of TeX, in ems from its first rule."""
    origin = page.boxes[0]
    to_ems = Affine2D().translate(-origin.x - origin.width, -origin.y).scale(1 / TEN_POINTS)
    for text in page.text:
        family = text.font.texname.decode().rstrip("0123456789")
        place = Affine2D().scale(text.font_size / FONT_UNITS).translate(text.x, text.y)
        path = _outline(str(text.font_path), text.index).transformed(place + to_ems)
        yield Mark(f"{family} {text.glyph}", (path,), round(text.font_size / TEN_POINTS, 1))
    for box in page.boxes[1:]:
        place = Affine2D().scale(box.width, box.height).translate(box.x, box.y)
        yield Mark("rect", (Outline.unit_rectangle().transformed(place + to_ems),), 1.0)


FONT_UNITS = 100


@cache
def _outline(font_path: str, index: int) -> Outline:
    font = FT2Font(font_path)
    font.set_size(FONT_UNITS, 72)
    font.load_glyph(index, flags=LoadFlags.NO_HINTING)
    return Outline(*font.get_path())


# Marks that the eye sees


Glyphs: TypeAlias = tuple[str, ...]


class Reader:
    """Knows the glyphs of one engine.

    Args:
        settings: The `symbol_sources`.
    """

    def __init__(self, settings: Sequence[Sequence[Mark]]) -> None:
        self.symbols: dict[Glyphs, str] = {}
        for place, marks in enumerate(settings):
            level, symbol = place % 3, SYMBOLS[place // 3]
            self.symbols.setdefault(tuple(mark.glyph for mark in marks[max(level, 1) :]), symbol)

    def read(self, marks: Sequence[Mark]) -> list[Mark]:
        """Marks by the names of their symbols; what was made of several is one."""
        named: list[Mark] = []
        rest: list[Mark] = []
        place = 0
        while place < len(marks):
            for length in (3, 2, 1):
                run = marks[place : place + length]
                symbol = self.symbols.get(tuple(mark.glyph for mark in run))
                if symbol:
                    pieces = tuple(piece for mark in run for piece in mark.pieces)
                    named.append(Mark(symbol, pieces, run[0].scale))
                    place += length
                    break
            else:
                rest.append(marks[place])
                place += 1
        return named + _joined(rest)


def symbol_sources() -> list[str]:
    """What a `Reader` learns from: a symbol behind an x, as its index, as an index of that."""
    return [each % symbol for symbol in SYMBOLS for each in ("x %s", "x_{%s}", "x_{x_{%s}}")]


def _joined(marks: list[Mark]) -> list[Mark]:
    """Brackets, braces, roots and rules, with the pieces of each made one."""
    wholes: list[Mark] = []
    for mark in marks:
        touching = [whole for whole in wholes if _touch(mark, whole)]
        wholes = [whole for whole in wholes if whole not in touching]
        pieces = tuple(piece for each in (*touching, mark) for piece in each.pieces)
        glyph = "rule" if len(pieces) == 1 and mark.glyph == "rect" else "stretched"
        wholes.append(Mark(glyph, pieces, 1.0))
    return wholes


TOUCH = 0.012
"""Pieces that are nearer than that are one, in ems."""


def _touch(one: Mark, other: Mark) -> bool:
    return any(
        (a.min - TOUCH < b.max).all() and (b.min - TOUCH < a.max).all()
        for a, b in product(
            *([path.get_extents() for path in each.pieces] for each in (one, other))
        )
    )


# The comparison


NEAR = 2.0
"""Marks whose centres are that near, in ems, must stand to each other nearly as TeX has them."""


def differences(tex: Sequence[Mark], figgen: Sequence[Mark]) -> list[str]:
    """What a reader would call missing, wrong, misplaced or of the wrong size.

    The fonts differ in widths and heights, so that nothing is the same to the point; the limits
    leave room for that and for no more: an exponent is no index.

    Args:
        tex: The marks of a formula as TeX has them, from a `Reader`.
        figgen: The same as figgen has them.
    """
    count = [Counter(mark.glyph for mark in marks) for marks in (tex, figgen)]
    found = [f"missing: {glyph}" for glyph in (count[0] - count[1]).elements()]
    found += [f"too much: {glyph}" for glyph in (count[1] - count[0]).elements()]
    pairs = list(_paired(tex, figgen))
    for one, other in pairs:
        found += _sizes(one, other)
    centres = np.array([[one.centre, other.centre] for one, other in pairs])
    there, here = (centres[None, :, side] - centres[:, None, side] for side in (0, 1))
    distance = np.hypot(*np.moveaxis(there, 2, 0))
    turned = (there * here < 0) & (np.minimum(abs(there), abs(here)) > 0.12)
    moved = (abs(there - here) > 0.25 + 0.35 * distance[..., None]) & (distance < NEAR)[..., None]
    for i, j in np.argwhere(np.triu((turned | moved).any(axis=2))):
        x, y = here[i, j] - there[i, j]
        found.append(f"misplaced: {pairs[j][0].glyph} beside {pairs[i][0].glyph}, {x:.2f} {y:.2f}")
    return found


LARGE = {"stretched", "rule", r"\sum", r"\prod", r"\int"}
"""What each font makes as large as it likes."""


def _sizes(tex: Mark, figgen: Mark) -> Iterator[str]:
    # A prime is a small letter in one font and a raised one in the other.
    size = tex.scale / figgen.scale
    if not 0.8 < size < 1.25 and tex.glyph not in {"'", "''"}:
        yield f"size: {tex.glyph} at {figgen.scale}, not {tex.scale}"
    share = 0.2 if tex.glyph in LARGE else 0.1
    for a, b in zip(_extent(tex), _extent(figgen), strict=True):
        if abs(a - b) > share * (1 + a):
            yield f"size: {tex.glyph} of {b:.2f}, not {a:.2f}"


def _paired(tex: Sequence[Mark], figgen: Sequence[Mark]) -> Iterator[tuple[Mark, Mark]]:
    """The marks of the same name, those first that stand at the most similar places."""
    width = max(mark.box[2] for mark in tex) / max(mark.box[2] for mark in figgen)
    distances = sorted(
        (hypot(one.centre[0] - width * other.centre[0], one.centre[1] - other.centre[1]), i, j)
        for i, one in enumerate(tex)
        for j, other in enumerate(figgen)
        if one.glyph == other.glyph
    )
    taken: set[tuple[str, int]] = set()
    for _, i, j in distances:
        if not taken & {("tex", i), ("figgen", j)}:
            taken |= {("tex", i), ("figgen", j)}
            yield tex[i], figgen[j]


def _extent(mark: Mark) -> tuple[float, float]:
    left, bottom, right, top = mark.box
    return right - left, top - bottom


# For the eye


def sheet(file: Path, sources: Mapping[str, str]) -> None:
    """Draw each formula as TeX has it, and below as figgen has it, to scale, into one PNG."""
    rows = list(zip(sources, set_by_tex(list(sources.values())), sources.values(), strict=True))
    width, height, inches_an_em = 26, 12, 0.7
    figure = Figure((width * inches_an_em, height * len(rows) * inches_an_em), dpi=72)
    for number, (name, tex, source) in enumerate(rows, 1):
        ax = figure.add_axes((0, 1 - number / len(rows), 1, 1 / len(rows)))
        ax.set(xlim=(-0.5, width - 0.5), ylim=(3.5 - height, 3.5))
        ax.axis("off")
        ax.text(0, 3.0, f"{name}: above TeX, below figgen", fontsize=22, color="0.4")
        for marks, baseline in ((tex, 0.0), (set_by_figgen(source), -5.6)):
            ax.axhline(baseline, color="tab:red", linewidth=0.4)
            for piece in (piece for mark in marks for piece in mark.pieces):
                path = piece.transformed(Affine2D().translate(0, baseline))
                ax.add_patch(PathPatch(path, facecolor="black", linewidth=0))
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file)


if __name__ == "__main__":
    sheet(Path(sys.argv[1]), TWELVE)
