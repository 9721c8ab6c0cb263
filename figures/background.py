"""Section 1: background."""

from __future__ import annotations

from figgen import figure
from figgen.core import Interval
from figgen.draw.canvas import Canvas
from figgen.draw.outline import Section, outline_cards
from figgen.draw.timeline import Era, timeline
from figures import SECTIONS


@figure(
    title="Outline",
    perspective="diagram",
    alt="An outline of the lecture, with a numbered card for each section.",
    steps=9,
)
def outline(canvas: Canvas) -> None:
    """Where we are in the lecture."""
    parts = {"nested": ("The chain rule",)}
    sections = [Section(title, parts.get(module, ())) for module, title in SECTIONS.items()]
    outline_cards(canvas, sections)


@figure(
    title="A history with two winters",
    perspective="diagram",
    alt="A timeline of artificial neural networks, decade by decade.",
    steps=6,
)
def history(canvas: Canvas) -> None:
    """Twice the interest in neural networks died, and twice it came back."""
    eras = (
        Era(1940, 1950, "1940s", "Models that imitate the brain"),
        Era(1950, 1960, "1950s", "The perceptron and logistic regression"),
        Era(
            1970,
            1980,
            "First winter",
            "One perceptron cannot solve XOR: interest dies",
            winter=True,
        ),
        Era(1980, 1990, "1980s", "Perceptrons merged in layers"),
        Era(1990, 2010, "Second winter", "Lack of computing power: interest dies", winter=True),
        Era(2010, 2020, "The last decade", "Reborn with computing power"),
    )
    timeline(canvas, Interval(1940, 2020), eras)
