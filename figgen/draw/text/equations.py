r"""Equations: LaTeX as outlines in roles and steps, at a fixed size, and computed as it stands.

A formula is never scaled to fit. `display` breaks one that is too wide at a relation or a sum, or
refuses it with the width that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, TypeAlias

from matplotlib.patches import PathPatch
from matplotlib.transforms import Affine2D

from figgen.core import Claim, InputError
from figgen.core.equation_claims import NEARLY, Random, Values, equation_claims
from figgen.draw.canvas.canvas import Canvas, Horizontal
from figgen.draw.canvas.filed import Equation
from figgen.draw.canvas.marks import Letters
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, MATHS, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.text.equation_engine import Formula, mathml, spoken, typeset
from figgen.draw.text.latex_layout import (
    PLUS,
    PREAMBLE,
    RELATION,
    aligned,
    aligned_rows,
    breaks,
    for_beamer,
)

DISPLAY = 34.0
"""Size of an equation that has a slide of its own, in points."""

LINE_GAP = 0.42
"""Between the ink of two equations, in inches."""
BREAK_GAP = 0.24
"""The same within an equation that goes on with its relation or was broken."""
MARGIN = 0.1
"""Left free on each side of a display, in inches."""

Anchor: TypeAlias = Literal["top", "center", "baseline", "bottom"]
Draws: TypeAlias = Callable[[Random], Values]


def equation(
    canvas: Canvas,
    x: float,
    y: float,
    latex: str,
    role: Role = "ink",
    *,
    size: float = MATHS,
    ha: Horizontal = "left",
    va: Anchor = "baseline",
    values: Draws | None = None,
    stands: str = "",
) -> Box:
    r"""Write an equation, claim it, say it in the alt text, and keep its source.

    Args:
        canvas: Where to write.
        x: Place on the page in inches.
        y: Likewise.
        latex: LaTeX with ``\role`` and ``\step``.
        role: The colour of what has none of its own.
        size: The size in points.
        ha: What ``x`` is: the left end, the centre or the right end.
        va: What ``y`` is.
        values: What the names in it stand for: its sides are claimed to be the same.
        stands: Why it is no claim; empty if it is one.

    Returns:
        Its place, in inches.

    Raises:
        FormulaError: If the LaTeX is wrong.
        InputError: If it is too small to be read, reaches beyond the canvas, or has neither values
            nor a reason.
    """
    _enter(canvas, latex, values, stands)
    _tell(canvas, latex)
    _keep_source(canvas, [Line(latex, role=role)])
    return place(canvas, x, y, latex, role, size=size, ha=ha, va=va)


def place(
    canvas: Canvas,
    x: float,
    y: float,
    latex: str,
    role: Role = "ink",
    *,
    size: float = MATHS,
    ha: Horizontal = "left",
    va: Anchor = "baseline",
) -> Box:
    """Draw a formula and nothing more; the arguments are those of `equation`."""
    formula = typeset(latex)
    require_legible(formula, size)
    box = extent(formula, size)
    left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * box.width
    shift = {
        "baseline": 0.0,
        "bottom": -box.bottom,
        "top": -(box.bottom + box.height),
        "center": -(box.bottom + box.height / 2),
    }[va]
    drawn = Box(left, y + shift + box.bottom, box.width, box.height)
    _require_inside(canvas, drawn, latex)
    em = size / POINTS_PER_INCH
    to_page = Affine2D().scale(em).translate(left, y + shift)
    now, last_now = canvas.span
    letters = Letters(formula.latex, size * formula.smallest)
    for style, path in formula.parts:
        first = max(now, style.first)
        last = min((end for end in (style.last, last_now) if end is not None), default=None)
        patch = PathPatch(path.transformed(to_page), linewidth=0, zorder=3)
        with canvas.step(first, last):
            canvas.page.add_patch(patch)
            name = f"formula `{formula.latex}`"
            canvas.mark(patch, fill=style.role or role, tint=1, name=name, letters=letters)
    return drawn


def extent(formula: Formula, size: float) -> Box:
    """The room of a formula in inches, if its baseline begins at (0, 0)."""
    em = size / POINTS_PER_INCH
    height = formula.ascent + formula.descent
    return Box(0.0, -formula.descent * em, formula.width * em, height * em)


def require_legible(formula: Formula, size: float) -> None:
    """Refuse a formula that the back of the hall cannot read, in its indices.

    Raises:
        InputError: If its smallest letters are too small.
    """
    if size * formula.smallest < SMALL or size < LABEL:
        needed = max(LABEL, SMALL / formula.smallest)
        raise InputError("size of the formula", size, f"{needed:.3g} points or more, for its marks")


def _require_inside(canvas: Canvas, box: Box, latex: str) -> None:
    inside = min(box.left, box.bottom) >= 0
    inside &= box.left + box.width <= canvas.width and box.bottom + box.height <= canvas.height
    if not inside:
        size = f"{canvas.width:g} x {canvas.height:g} inches"
        allowed = f"one that stays on the canvas of {size}; it is {box.width:.2f} inches wide"
        raise InputError("formula", latex, allowed)


# Several lines


@dataclass(frozen=True)
class Line:
    r"""One equation of a display.

    Attributes:
        latex: With ``&`` before the sign at which the lines are aligned, and roles and steps.
        step: The step in which it appears.
        note: Words to its right, which are said too.
        role: The colour of what has none of its own.
        stands: Why it is no claim; empty if it is one.
    """

    latex: str
    step: int = 1
    note: str = ""
    role: Role = "ink"
    stands: str = ""


@dataclass(frozen=True)
class _Row:
    """A line, or a part of one that was broken: what is left of the alignment and right of it."""

    line: Line
    left: str
    right: str
    begins: bool

    def widths(self, size: float) -> tuple[float, float]:
        left, right = (
            extent(typeset(part), size).width if part.strip() else 0.0
            for part in (self.left, self.right)
        )
        return left, right


THICK = 5 / 18
"""The space beside a relation, in ems."""


def display(
    canvas: Canvas,
    lines: Sequence[Line],
    values: Draws | None = None,
    *,
    box: Box | None = None,
    size: float = DISPLAY,
    nearly: float = NEARLY,
) -> list[Box]:
    """Write equations below each other, aligned, in the middle of a place.

    Every line is said in the alt text in the step in which it appears, kept as LaTeX and MathML,
    and claimed: all its sides are the same at random inputs.

    Args:
        canvas: Where to write.
        lines: The equations.
        values: What the names in them stand for, for the claims.
        box: The place; by default the whole slot.
        size: The size in points.
        nearly: The relative error that the sign ≈ allows.

    Returns:
        The place of each row, broken lines having several.

    Raises:
        FormulaError: If the LaTeX of a line is wrong.
        InputError: If they do not fit, or a line that is to be claimed cannot be computed.
    """
    room = box or Box(MARGIN, 0, canvas.width - 2 * MARGIN, canvas.height)
    _announce(canvas, lines, values, nearly)
    notes = _Notes(canvas, lines)
    rows = list(_rows(lines, room.width - notes.width, size))
    gap = THICK * size / POINTS_PER_INCH
    lefts, rights = zip(*(row.widths(size) for row in rows), strict=True)
    before_axis = max(lefts) + (gap if max(lefts) else 0.0)
    width = before_axis + max(rights) + notes.width
    axis = room.left + (room.width - width) / 2 + before_axis
    heights = [_height(row, size) for row in rows]
    free = room.height - sum(box.height for box in heights) - sum(_gaps(rows))
    if free < 0:
        needed = f"{room.height - free:.2f} inches"
        raise InputError("height of the equations", needed, f"{room.height:.2f} inches")
    y, drawn = room.bottom + room.height - free / 2, []
    for row, height, below in zip(rows, heights, [*_gaps(rows), 0.0], strict=True):
        baseline = y - height.height - height.bottom
        with canvas.step(max(canvas.span[0], row.line.step)):
            if row.left.strip():
                place(canvas, axis - gap, baseline, row.left, row.line.role, size=size, ha="right")
            if row.right.strip():
                place(canvas, axis, baseline, row.right, row.line.role, size=size)
            if row.begins:
                notes.write(row.line, axis + max(rights), baseline)
        left_width, right_width = row.widths(size)
        drawn.append(
            Box(axis - left_width, y - height.height, left_width + right_width, height.height)
        )
        y -= height.height + below
    return drawn


def _announce(canvas: Canvas, lines: Sequence[Line], values: Draws | None, nearly: float) -> None:
    """Claim every line, say it in its step, and keep all of them as one source."""
    before = ""
    for line in lines:
        # A line that begins with its relation goes on with the left side of the one before.
        left, right = aligned(line.latex)
        before = before if line.latex.lstrip().startswith("&") else left
        with canvas.step(max(canvas.span[0], line.step)):
            _enter(canvas, before + right, values, line.stands, nearly)
            _tell(canvas, line.latex)
            if line.note:
                canvas.describe(f"{line.note[0].upper()}{line.note[1:]}.")
    _keep_source(canvas, lines)


class _Notes:
    """The words to the right of the equations."""

    def __init__(self, canvas: Canvas, lines: Sequence[Line]) -> None:
        self.canvas = canvas
        self.gap = 0.5
        probe = canvas.page.text(0, 0, "", fontsize=LABEL)
        widest = 0.0
        for line in lines:
            probe.set_text(line.note)
            widest = max(widest, canvas.measure(probe)[0] if line.note else 0.0)
        probe.remove()
        self.width = widest + self.gap if widest else 0.0

    def write(self, line: Line, x: float, baseline: float) -> None:
        """Write the note of a line, beginning at its right."""
        if line.note:
            x += self.gap
            self.canvas.text(x, baseline, line.note, "muted", ha="left", va="baseline")


def _height(row: _Row, size: float) -> Box:
    """The room of a row above and below its baseline; at least that of a capital."""
    boxes = [extent(typeset(part), size) for part in (row.left, row.right) if part.strip()]
    bottom = min(box.bottom for box in boxes)
    top = max(box.bottom + box.height for box in boxes)
    return Box(0.0, bottom, 0.0, top - bottom)


def _gaps(rows: Sequence[_Row]) -> list[float]:
    return [LINE_GAP if row.left.strip() else BREAK_GAP for row in rows[1:]]


# Breaking


def _rows(lines: Sequence[Line], room: float, size: float) -> Iterator[_Row]:
    parts = [aligned(line.latex) for line in lines]
    widest = max(_width(left, size) for left, _ in parts)
    gap = THICK * size / POINTS_PER_INCH
    for line, (left, right) in zip(lines, parts, strict=True):
        pieces = broken(right, room - (widest + gap if widest else 0.0), size)
        for number, piece in enumerate(pieces):
            yield _Row(line, left if number == 0 else "", piece, number == 0)


def _width(latex: str, size: float) -> float:
    return extent(typeset(latex), size).width if latex.strip() else 0.0


def broken(latex: str, room: float, size: float) -> list[str]:
    r"""LaTeX in as few pieces as fit a width, broken before a relation or else before a plus.

    >>> broken("= a + b = c", 1.6, 34)
    ['= a + b ', '= c']

    Raises:
        FormulaError: If the LaTeX is wrong.
        InputError: If a piece that cannot be broken is wider, with the width that it needs.
    """
    if _width(latex, size) <= room:
        return [latex]
    for pattern, before in ((RELATION, ""), (PLUS, r"\quad {}")):
        # Not all of them: of a long sum it would take for ever.
        ends = list(takewhile(lambda e: _width(latex[:e], size) <= room, breaks(latex, pattern)))
        if ends:
            return [latex[: ends[-1]], *broken(before + latex[ends[-1] :], room, size)]
    needed = f"{_width(latex, size):.2f} inches: {latex.strip()}"
    allowed = f"{room:.2f} inches at {size:g} points, or a relation or a plus to break it at"
    raise InputError("width of the formula", needed, allowed)


# Claims, words and sources


def _enter(
    canvas: Canvas, latex: str, values: Draws | None, stands: str, nearly: float = NEARLY
) -> None:
    """Claim an equation, unless it stands for a reason, and keep a record of that."""
    plain = typeset(_whole(latex)).latex
    claims: tuple[Claim, ...] = ()
    reason = stands.strip() or None
    if reason is None:
        if values is None:
            allowed = f"those of the names in {latex}, or a reason in 'stands'"
            raise InputError("values", None, allowed)
        claims = equation_claims("the equation", plain, values, nearly=nearly)
    for claim in claims:
        canvas.file(claim)
    canvas.equations.append(Equation(" ".join(plain.split()), len(claims), reason))


def _whole(latex: str) -> str:
    """The formula without the place where it is aligned."""
    return "".join(aligned(latex))


def _tell(canvas: Canvas, latex: str) -> None:
    """Say the formula in the alt text, in each step what is visible then."""
    whole = _whole(latex)
    now = canvas.span[0]
    styles = [style for style, _ in typeset(whole).parts]
    changes = {style.first for style in styles} | {style.last + 1 for style in styles if style.last}
    steps = sorted({max(now, step) for step in changes} | {now})
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        said = spoken(whole, step)
        if said:
            with canvas.step(step, following - 1 if following else None):
                canvas.describe(f"{said}.")


def _keep_source(canvas: Canvas, lines: Sequence[Line]) -> None:
    """Add equations to the LaTeX and the MathML of the canvas."""
    now, last = canvas.span
    shown = [for_beamer(each.latex, each.role, (max(now, each.step), last)) for each in lines]
    rows = [aligned(line.latex) for line in lines]
    tex = canvas.sources.get("tex", "\n".join(PREAMBLE) + "\n")
    canvas.sources["tex"] = f"{tex}\\[\n{_joined(shown)}\n\\]\n"
    canvas.sources["mathml"] = f"{canvas.sources.get('mathml', '')}{mathml(_joined(rows))}\n"


def _joined(rows: Sequence[tuple[str, str]]) -> str:
    """One row as it is, several as LaTeX that aligns them."""
    return "".join(rows[0]) if len(rows) == 1 else aligned_rows(rows)
