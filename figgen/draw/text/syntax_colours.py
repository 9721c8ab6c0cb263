"""Code in the colours of a theme: what Pygments finds in it, as runs of letters in roles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer, PythonLexer
from pygments.style import Style
from pygments.token import Token

from figgen.core import InputError
from figgen.draw.canvas.canvas import Canvas, Weight
from figgen.draw.canvas.rc import CODE_FAMILY, style
from figgen.draw.canvas.theme import LIGHT, Role
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.text.source_code import ADVANCE


class TokenStyle(NamedTuple):
    """How a kind of token looks; never by its colour alone, where it matters."""

    role: Role
    weight: Weight = "regular"
    italic: bool = False


PLAIN = TokenStyle("ink")

STYLES: Mapping[Any, TokenStyle] = {
    Token: PLAIN,
    Token.Comment: TokenStyle("operation", italic=True),
    Token.Generic.Output: TokenStyle("highlight", "bold"),
    Token.Generic.Prompt: TokenStyle("operation"),
    Token.Keyword: TokenStyle("output", "bold"),
    Token.Literal.Number: TokenStyle("positive"),
    Token.Literal.String: TokenStyle("positive"),
    Token.Literal.String.Doc: TokenStyle("operation", italic=True),
    Token.Name.Function: TokenStyle("input", "bold"),
    Token.Operator.Word: TokenStyle("output", "bold"),
}
"""Every kind of token that does not look like the kind above it."""


class Run(NamedTuple):
    """Letters of one line that look the same: the column of the first, from 0, and the letters."""

    column: int
    letters: str
    style: TokenStyle


def runs(code: str, *, session: bool = False) -> list[list[Run]]:
    """The lines of a code, each as runs of letters; blanks between two runs are left out.

    Args:
        code: Python.
        session: Whether it is an interactive session, with prompts and outputs.

    Raises:
        InputError: If it has tabs, or the tokens are not the code.
    """
    if "\t" in code:
        raise InputError("code of the listing", code, "code that is indented with blanks")
    tokens = list(_lexer(session).get_tokens(code))
    found = "".join(letters for _, letters in tokens)
    if found != f"{code}\n":
        raise InputError("tokens of the listing", found, "those of its code, no more and no less")
    lines: list[list[Run]] = [[]]
    column = 0
    for kind, whole in tokens:
        for part in whole.splitlines(keepends=True):
            letters = part.rstrip("\n")
            if letters.strip():
                _append(lines[-1], Run(column, letters, style_of(kind)))
            column += len(letters)
            if part != letters:
                lines.append([])
                column = 0
    return lines[:-1]


def _append(line: list[Run], run: Run) -> None:
    """Join a run with the one before it if they look the same, for fewer and larger texts."""
    if line and line[-1].style == run.style:
        before = line.pop()
        blanks = " " * (run.column - before.column - len(before.letters))
        run = Run(before.column, before.letters + blanks + run.letters, run.style)
    line.append(run)


def style_of(kind: Any) -> TokenStyle:
    """How a kind of token looks: as the nearest kind above it that has a style."""
    while kind not in STYLES:
        kind = kind.parent
    return STYLES[kind]


def _lexer(session: bool) -> Any:
    return (PythonConsoleLexer if session else PythonLexer)(stripnl=False)


def write_run(canvas: Canvas, start: tuple[float, float], run: Run, size: float) -> None:
    """Write a run of letters as vectors.

    Args:
        canvas: Where to write.
        start: The left end of the run's line, on its baseline, in inches.
        run: The letters.
        size: Their size in points.
    """
    x, y = start
    # Not `Canvas.text`, which reads formulas: in code a dollar is a dollar.
    with style():
        text = canvas.page.text(
            x + run.column * ADVANCE * size / POINTS_PER_INCH,
            y,
            run.letters,
            fontsize=size,
            fontfamily=CODE_FAMILY,
            fontweight=run.style.weight,
            fontstyle="italic" if run.style.italic else "normal",
            ha="left",
            va="baseline",
            parse_math=False,
            zorder=4,
        )
    canvas.mark(text, stroke=run.style.role)


def as_html(code: str, session: str) -> str:
    """A listing and a session as HTML that needs no style sheet, in the colours of the light theme.

    Args:
        code: Python.
        session: An interactive session; may be empty.
    """
    formatter = HtmlFormatter(style=_light(), noclasses=True)
    parts = [highlight(code, _lexer(session=False), formatter)]
    if session:
        parts.append(highlight(session, _lexer(session=True), formatter))
    return "".join(parts)


@cache
def _light() -> Any:
    """The light theme as a style of Pygments."""
    styles = {
        kind: " ".join(
            (*["bold"] * (style.weight != "regular"), *["italic"] * style.italic,
             LIGHT.colours[style.role])
        )
        for kind, style in STYLES.items()
    }  # fmt: skip
    background = LIGHT.colours["paper"]
    return type("Light", (Style,), {"background_color": background, "styles": styles})
