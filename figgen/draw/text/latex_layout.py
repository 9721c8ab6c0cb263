"""LaTeX as text: where it can be aligned and broken, and matrices written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from figgen.core import InputError
from figgen.draw.canvas.theme import LIGHT, Role

Names: TypeAlias = NDArray[Any]
"""A matrix of LaTeX."""

RELATION = r"=|\\approx"
PLUS = r"[+-]"
_WORD = re.compile(r"\\(?:left|right|begin|end)(?![A-Za-z])|\\[A-Za-z]+|\\.|.", re.DOTALL)
_DEPTH = {
    **dict.fromkeys(("(", "[", "{", r"\left", r"\begin"), 1),
    **dict.fromkeys((")", "]", "}", r"\right", r"\end"), -1),
}


def aligned(latex: str) -> tuple[str, str]:
    r"""What stands left and right of the ``&`` at which lines are aligned; no other is meant.

    >>> aligned(r"\begin{bmatrix} a & b \end{bmatrix} &= c")
    ('\\begin{bmatrix} a & b \\end{bmatrix} ', '= c')
    """
    depth = 0
    for word in _WORD.finditer(latex):
        if word[0] == "&" and depth == 0:
            return latex[: word.start()], latex[word.end() :]
        depth += _DEPTH.get(word[0], 0)
    return "", latex


def breaks(latex: str, pattern: str) -> Iterator[int]:
    """Where a sign stands outside all brackets and groups, but for the first word."""
    depth, ink = 0, False
    for word in _WORD.finditer(latex):
        if ink and depth == 0 and re.fullmatch(pattern, word[0]):
            yield word.start()
        depth += _DEPTH.get(word[0], 0)
        ink = ink or not (word[0].isspace() or word[0] in {r"\quad", "{", "}"})


def matrix(entries: Names) -> str:
    r"""The LaTeX of a matrix of LaTeX.

    >>> print(matrix(element_grid("w", 1, 2)))
    \begin{bmatrix} w_{11} & w_{12} \end{bmatrix}
    """
    rows = r" \\ ".join(" & ".join(row) for row in entries.tolist())
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def element_grid(letter: str, rows: int, columns: int) -> Names:
    """The names of the elements of a matrix: ``x_{11}`` ..."""
    places = np.ndindex(rows, columns)
    names = [f"{letter}_{{{row + 1}{column + 1}}}" for row, column in places]
    return np.array(names, dtype=object).reshape(rows, columns)


def weighted_sums(left: Names, right: Names) -> Names:
    """The elements of a matrix product, written out; a factor of 1 is left out."""
    entries = [
        " + ".join(" ".join(f for f in pair if f != "1") for pair in zip(row, column, strict=True))
        for row in left
        for column in right.T
    ]
    return np.array(entries, dtype=object).reshape(len(left), right.shape[1])


def led(formula: str, role: Role = "forward") -> str:
    r"""An equation, aligned at its first relation, with what it defines in a role.

    >>> print(led("N = X \\cdot W"))
    \role{forward}{N} &= X \cdot W

    Raises:
        InputError: If there is no relation in it.
    """
    place = next(breaks(formula, RELATION), None)
    if place is None:
        raise InputError("formula", formula, "an equation")
    return rf"\role{{{role}}}{{{formula[:place].strip()}}} &{formula[place:]}"


def in_role(role: Role, latex: str) -> str:
    """LaTeX in a role."""
    return rf"\role{{{role}}}{{{latex}}}"


# For slides that TeX makes

PREAMBLE = (
    # A frame takes no definitions with parameters but from a file.
    "% Made by figgen, for Beamer: \\input this file in a frame. Or paste the definitions before",
    "% \\begin{document}, and the equations into the frame.",
    "% \\role{...}{...} is a colour, \\step{...}{...} a reveal.",
    *(
        rf"\definecolor{{figgen-{role}}}{{HTML}}{{{colour[1:].upper()}}}"
        for role, colour in LIGHT.colours.items()
    ),
    # That of xcolor keeps the place of an index or a limit after the colour; it is of 2022.
    r"\providecommand{\mathcolor}[2]{\begingroup\color{#1}#2\endgroup}",
    r"\providecommand{\role}[2]{\mathcolor{figgen-#1}{#2}}",
    r"\providecommand{\step}[2]{\uncover<#1>{#2}}",
)
"""What the LaTeX needs in Beamer, which brings amsmath and xcolor along."""

_STEP = re.compile(r"(\\step\s*\{\s*\d+)\s*\}")


def for_beamer(latex: str, role: Role, span: tuple[int, int | None]) -> tuple[str, str]:
    r"""What is left and right of the alignment, in a role, and revealed in the steps of a span.

    >>> for_beamer(r"a &= \step{3}{b}", "ink", (2, None))
    ('\\step{2-}{a }', '\\step{2-}{= \\step{3-}{b}}')
    """
    left, right = aligned(latex)
    return _marked(left, role, span), _marked(right, role, span)


def _marked(latex: str, role: Role, span: tuple[int, int | None]) -> str:
    # A step of figgen shows from then on, one of Beamer only then.
    marked = _STEP.sub(r"\1-}", latex)
    if not marked.strip():
        return marked
    if role != "ink":
        marked = in_role(role, marked)
    first, last = span
    return marked if span == (1, None) else rf"\step{{{first}-{last or ''}}}{{{marked}}}"


def aligned_rows(rows: Sequence[tuple[str, str]]) -> str:
    """The LaTeX of equations below each other, of what is left and right of the alignment."""
    joined = " \\\\\n".join("&".join(row) for row in rows)
    return f"\\begin{{aligned}}\n{joined}\n\\end{{aligned}}"
