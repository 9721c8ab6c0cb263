"""The repository's course, and its figures, each drawn once a process."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from figgen.course.reading import read_course
from figgen.pipeline.drawing import Drawing, draw

ROOT = Path(__file__).parents[2]


COURSE = read_course(ROOT / "figures")


@cache
def drawing_of(name: str) -> Drawing:
    """One figure of the repository's course, drawn once; steps and themes share it, as they must.

    Whoever takes it shows and paints it first.
    """
    return draw(COURSE, COURSE.find(name))


def drawn_latex(name: str) -> list[str]:
    """Every formula of a figure, as it is kept."""
    tex = drawing_of(name).canvas.sources["tex"]
    return re.findall(r"\\\[\n(.*?)\n\\\]", tex, re.DOTALL)


NAMES = {
    r"\alpha": "α", r"\gamma": "γ", r"\sigma": "σ", r"\Lambda": "Λ", r"\Delta": "Δ",
    r"\max": "max", r"\lim": "lim",
}  # fmt: skip


def readable(latex: str) -> str:
    """The letters that a source asks for, by a way that shares nothing with the engine."""
    text = re.sub(r"\\(begin|end)\{\w+\}", " ", latex)
    text = re.sub(r"\\(text|mathbf)\{", "{", text)
    for command, shown in NAMES.items():
        text = re.sub(re.escape(command) + r"(?![A-Za-z])", shown, text)
    return re.sub(r"\\[A-Za-z]+", " ", text)
