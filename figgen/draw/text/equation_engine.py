r"""LaTeX to glyph outlines and to MathML: the one module that knows the equation engines.

mathra draws and speaks, math-core writes the MathML; what the two read must agree.

Two commands are added to LaTeX. ``\role{backward}{...}`` paints a part of the formula in a role,
and ``\step{2}{...}`` reveals it in a step (``\step{2-3}{...}`` for two steps only). Neither moves
anything: the positions are those of the formula without them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

import math_core
import mathra
from matplotlib.path import Path

from figgen.core import InputError
from figgen.draw.canvas.theme import ROLES, Role
from figgen.draw.text.equation_outlines import shapes, view_box


class FormulaError(InputError):
    """LaTeX that cannot be typeset.

    Args:
        source: The LaTeX.
        column: Where it goes wrong, from 1.
        reason: What is wrong there.

    Attributes:
        source: As given.
        column: As given.
        reason: As given.
    """

    def __init__(self, source: str, column: int, reason: str) -> None:
        super().__init__(f"formula at column {column}", source, reason)
        # A lecturer looks for the column, and has the formula before the eyes.
        self.args = (f"column {column}: {reason}",)
        self.source = source
        self.column = column
        self.reason = reason


@dataclass(frozen=True)
class PartStyle:
    """How a part of a formula is painted, and in which steps it shows."""

    role: Role | None = None
    first: int = 1
    last: int | None = None

    def shows_in(self, step: int) -> bool:
        """Whether it is visible in ``step``."""
        return self.first <= step and (self.last is None or step <= self.last)


PLAIN = PartStyle()


@dataclass(frozen=True)
class Formula:
    """A typeset formula.

    Attributes:
        parts: All outlines that share a style, in ems; the baseline begins at (0, 0).
        width: In ems.
        ascent: Above the baseline, in ems.
        descent: Below the baseline, in ems.
        smallest: The size of the smallest letters, those of indices, in ems.
        speech: What a screen reader says.
        latex: The LaTeX without roles and steps.
    """

    parts: tuple[tuple[PartStyle, Path], ...]
    width: float
    ascent: float
    descent: float
    smallest: float
    speech: str
    latex: str


@lru_cache(maxsize=4096)
def typeset(source: str) -> Formula:
    r"""Typeset LaTeX with ``\role`` and ``\step``.

    Raises:
        FormulaError: If the LaTeX is wrong, holds something the engine cannot draw, or asks for a
            role or a step that cannot be.
    """
    marked = _Marked(source)
    if not marked.plain.strip():
        raise FormulaError(source, 1, "nothing to typeset")
    answer = marked.render(marked.plain)
    coloured = marked.render(marked.coloured)["svg"] if len(marked.styles) > 1 else answer["svg"]
    outlines: dict[PartStyle, list[Path]] = {}
    smallest = 1.0
    pairs = zip_longest(shapes(answer["svg"]), shapes(coloured))
    for shape, twin in pairs:
        if not (shape and twin and shape.same(twin)):
            reason = r"a \role or \step must hold a whole group: write x_{\role{..}{..}}"
            raise FormulaError(source, marked.first_mark, reason)
        outlines.setdefault(marked.style(twin.fill), []).append(shape.path)
        smallest = min(smallest, shape.scale)
    left, top, width, height = view_box(answer["svg"])
    return Formula(
        parts=tuple((style, Path.make_compound_path(*paths)) for style, paths in outlines.items()),
        width=left + width,
        ascent=-top,
        descent=top + height,
        smallest=smallest,
        speech=_clear(answer["speech"]),
        latex=marked.plain,
    )


def spoken(source: str, step: int) -> str:
    r"""What a screen reader says of the parts that are visible in ``step``.

    >>> spoken(r"y = \step{2}{x^2}", 1), spoken(r"y = \step{2}{x^2}", 2)
    ('y equals', 'y equals x squared')

    Raises:
        FormulaError: As in `typeset`.
    """
    marked = _Marked(source, step)
    return _clear(marked.render(marked.plain)["speech"])


_UNCLEAR = {
    r" to the T\b": " transpose",
    "\N{MATHEMATICAL BOLD DIGIT ONE}": "bold 1",
    "\N{CIRCLED DOT OPERATOR}": "times, element by element,",
    "\N{VERTICAL ELLIPSIS}": "and so on",
    "\N{DOWN RIGHT DIAGONAL ELLIPSIS}": "and so on",
    r"sub (\d+) times (\d+)( transpose)?": r"\3, \1 by \2,",
    r"open paren (\w+( sub \w+)?) close paren": r"of \1",
}


def _clear(speech: str) -> str:
    """The engine's words, with what it does not know said."""
    for said, meant in _UNCLEAR.items():
        speech = re.sub(said, meant, speech)
    return re.sub(r" (?=,)|,$", "", " ".join(speech.split()))


def mathml(source: str) -> str:
    """The MathML of LaTeX, without roles and steps.

    Raises:
        FormulaError: If the LaTeX is wrong, or its letters and digits are not all in the MathML.
    """
    marked = _Marked(source)
    drawn = "".join(_leaves(marked.render(marked.plain)["tree"]))
    writer = math_core.LatexToMathML(xml_namespace=True, fancy_error=False)
    try:
        written = writer.convert_with_local_state(marked.plain, displaystyle=True)
    except math_core.LatexError as error:
        reason = f"MathML cannot say it: {' '.join(str(error).split())}"
        raise FormulaError(source, 1, reason) from None
    # Names of entities are known to HTML only, numbers to XML too.
    written = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", _entity, written)
    text = html.unescape(re.sub(r"<[^>]*>", "", written))
    lost = letters(drawn) - letters(text) + (letters(text) - letters(drawn))
    if lost:
        reason = f"drawing and MathML do not agree on {' '.join(sorted(lost))}"
        raise FormulaError(source, 1, reason)
    return written


def _leaves(tree: object) -> Iterator[str]:
    """The names, numbers, signs and words in the engine's tree of a formula."""
    match tree:
        case dict():
            for key, value in tree.items():
                if key in {"name", "value", "symbol"} and isinstance(value, str):
                    yield value
                yield from _leaves(value)
        case list():
            for each in tree:
                yield from _leaves(each)


def _entity(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(letter)};" for letter in html.unescape(match[0]))


_LETTERS = {"Lu", "Ll", "Lt", "Lo", "Nd"}


def letters(text: str) -> Counter[str]:
    """How often each letter and digit is in a text, whatever its style and without accents.

    >>> letters("𝑥 + x1") == Counter({"x": 2, "1": 1})
    True
    """
    plain = unicodedata.normalize("NFKD", text)
    return Counter(letter for letter in plain if unicodedata.category(letter) in _LETTERS)


# Marks in the source

_COMMAND = re.compile(r"\\(role|step)\s*\{([^{}]*)\}\s*\{")
_COLOUR = re.compile(r"\\(?:text|page)?color(?:box)?(?![A-Za-z])|\\fcolorbox(?![A-Za-z])")
_STEPS = re.compile(r"([1-9]\d*)(?:-([1-9]\d*)?)?")


_STYLED = re.compile(
    r"\\(math(?:bf|it|bb|cal|scr|frak|sf|tt|bfit)|boldsymbol|bm|textbf|textit|texttt|textsf)"
    r"\s*\{([^{}]*\d[^{}]*)\}"
)
_ZEROS = {
    "mathbf": "\N{MATHEMATICAL BOLD DIGIT ZERO}",
    "boldsymbol": "\N{MATHEMATICAL BOLD DIGIT ZERO}",
    "mathbb": "\N{MATHEMATICAL DOUBLE-STRUCK DIGIT ZERO}",
    "mathsf": "\N{MATHEMATICAL SANS-SERIF DIGIT ZERO}",
    "mathtt": "\N{MATHEMATICAL MONOSPACE DIGIT ZERO}",
}


class _Marked:
    """A source without its marks, and the same with each style as a colour of its own.

    Args:
        source: LaTeX with marks.
        step: Leave the room of what this step does not show empty; by default all is shown.
    """

    def __init__(self, source: str, step: int | None = None) -> None:
        self.source = source
        self.styles = [PLAIN]
        self.first_mark = 1
        self._step = step
        self._columns: dict[str, list[int]] = {}
        self._plain: list[tuple[str, int]] = []
        self._coloured: list[tuple[str, int]] = []
        self._read()
        self.plain = self._joined(self._plain)
        self.coloured = self._joined(self._coloured)

    def _read(self) -> None:
        """Walk through the source once, with the groups that are open on a stack."""
        groups: list[tuple[PartStyle, int] | None] = []
        style, place = PLAIN, 0
        while place < len(self.source):
            command = _COMMAND.match(self.source, place)
            letter = self.source[place]
            if command:
                groups.append((style, place + 1))
                style = self._styled(style, command)
                hidden = self._step is not None and not style.shows_in(self._step)
                colour = rf"\textcolor{{{self._colour(style)}}}{{"
                self._keep(r"\phantom{" if hidden else "{" * bool(self._step), place, colour)
                place = command.end()
                continue
            width = 2 if letter == "\\" else 1
            if letter == "$":
                reason = "a formula needs no $ around it or in it; for the sign write \\$"
                raise FormulaError(self.source, place + 1, reason)
            if letter == "%":
                reason = "% begins a comment in LaTeX; for the sign write \\%"
                raise FormulaError(self.source, place + 1, reason)
            if _COLOUR.match(self.source, place):
                reason = r"colours are roles here: write \role{input}{...}"
                raise FormulaError(self.source, place + 1, reason)
            if letter == "{":
                groups.append(None)
            group = groups.pop() if letter == "}" and groups else None
            if group:
                style = group[0]
                self._keep("}" * bool(self._step), place, "}")
            else:
                text = self.source[place : place + width]
                self._keep(text, place, text)
            place += width
        for group in groups:
            if group:
                raise FormulaError(self.source, group[1], r"a \role or \step without its '}'")

    def _keep(self, plain: str, place: int, coloured: str) -> None:
        # A blank keeps apart what the mark kept apart: \alpha\role{..}{x}.
        self._plain.append((plain or " ", place + 1))
        self._coloured.append((coloured, place + 1))

    def _joined(self, pieces: list[tuple[str, int]]) -> str:
        """The pieces in a row; where each letter was in the source is kept."""
        text = "".join(piece for piece, _ in pieces)
        self._columns[text] = [column + i for piece, column in pieces for i in range(len(piece))]
        return text

    def _styled(self, outer: PartStyle, command: re.Match[str]) -> PartStyle:
        kind, value = command.groups()
        column = command.start() + 1
        self.first_mark = self.first_mark if len(self.styles) > 1 else column
        if kind == "role":
            role = next((role for role in ROLES if role == value.strip()), None)
            if role is None:
                raise FormulaError(self.source, column, f"no role {value!r}; {', '.join(ROLES)}")
            return PartStyle(role, outer.first, outer.last)
        steps = _STEPS.fullmatch(value.strip())
        if steps is None:
            raise FormulaError(
                self.source, column, f"no step {value!r}; write 2, or 2-3 for two only"
            )
        first, last = int(steps[1]), int(steps[2]) if steps[2] else None
        return PartStyle(outer.role, first, last)

    def _colour(self, style: PartStyle) -> str:
        if style not in self.styles:
            self.styles.append(style)
        return f"#{self.styles.index(style):06x}"

    def style(self, fill: str | None) -> PartStyle:
        """The style that a colour of the engine's answer stands for."""
        return self.styles[int(fill[1:], 16)] if fill else PLAIN

    def render(self, latex: str) -> mathra.Result:
        """Ask the engine, strictly.

        Raises:
            FormulaError: With the column in the source.
        """
        try:
            answer = mathra.render(_STYLED.sub(self._digits, latex), strict=True)
        except ValueError as error:
            raise FormulaError(self.source, *self._where(latex, str(error))) from None
        if answer["warnings"]:
            raise FormulaError(self.source, 1, answer["warnings"][0]["description"])
        return answer

    def _digits(self, match: re.Match[str]) -> str:
        """Digits of an alphabet as letters of their own, for the engine would drop the alphabet.

        Raises:
            FormulaError: If there is more than digits, or the font has none in that alphabet.
        """
        alphabet, digits = match.groups()
        zero = _ZEROS.get(alphabet)
        if zero is None or not digits.isdecimal():
            column = max(self.source.find(match[0]), 0) + 1
            raise FormulaError(self.source, column, rf"digits in \{alphabet}; write them outside")
        # As long as before, so that columns stay.
        return "".join(chr(ord(zero) + int(digit)) for digit in digits).ljust(len(match[0]))

    def _where(self, latex: str, message: str) -> tuple[int, str]:
        """The column in the source and the reason, from a message of the engine."""
        columns = self._columns[latex] or [1]
        if found := re.match(r"column (\d+): (.*)", message, re.DOTALL):
            # The engine counts from the first letter, without the blanks before it.
            column = int(found[1]) + len(latex) - len(latex.lstrip())
            return columns[min(column, len(columns)) - 1], found[2]
        missing = re.search(r"'(.)' character", message)
        place = self.source.find(missing[1]) if missing else 0
        return max(place, 0) + 1, message
