# ruff: noqa: N806 - the lecture's matrices are capitals
"""The figures of the matrix section: the book's numbers, where they stand, and what is said."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from lecture import COURSE, drawing_of
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from figgen.core import sigmoid
from figgen.core.multiple_inputs import matrix_function_forward_sum
from figgen.core.trace import trace
from figgen.draw.canvas.rc import style
from figgen.pipeline.drawing import Drawing, FigureError, draw

FIGURES = {
    "matrix-diagram": 4,
    "matrix-backward-diagram": 4,
    "matrix-numbers": 6,
    "matrix-slope": 1,
}
every_figure = pytest.mark.parametrize("name", FIGURES)

# Seth Weidman, "Deep Learning from Scratch" (2019), chapter 1, to the digits printed there.
BOOK_L = 2.3755
BOOK_GRADIENT = [[0.2489, -0.3748, 0.0112], [0.126, -0.2781, -0.1395], [0.2299, -0.3662, -0.0225]]

PRINTED_ROWS = {
    "X": ["−1.58", "−0.67", "0.64", "−0.56", "0.74", "−1.42", "−1.44", "−0.39", "0.15"],
    "W": ["0.76", "0.26", "−0.56", "−0.98", "0.98", "−0.96"],
    "N": ["−0.19", "−0.37", "−2.23", "0.50", "−0.72", "−0.14"],
    "S": ["0.45", "0.41", "0.10", "0.62", "0.33", "0.47"],
    "L": ["2.3755"],
    "dL/dL": ["1"],
    "dL/dS": ["1"] * 6,
    "slope": ["0.25", "0.24", "0.09", "0.23", "0.22", "0.25"],
    "dL/dN": ["0.25", "0.24", "0.09", "0.23", "0.22", "0.25"],
    "dL/dX": ["0.25", "−0.37", "0.01", "0.13", "−0.28", "−0.14", "0.23", "−0.37", "−0.02"],
    "dL/dW": ["−0.76", "−0.87", "−0.19", "−0.09", "0.07", "−0.14"],
}
"""What a student reads in each matrix, row by row, in the order of drawing."""


def texts(drawing: Drawing, step: int) -> list[Text]:
    """The texts that a step shows."""
    canvas = drawing.canvas
    canvas.show(step)
    found = [mark.artist for mark in canvas.marks if isinstance(mark.artist, Text)]
    return [text for text in found if text.get_visible()]


def numbers(step: int) -> list[str]:
    """The numbers in the cells of a step of matrix-numbers, in the order of drawing."""
    words = [text.get_text() for text in texts(drawing_of("matrix-numbers"), step)]
    return [each for each in words if each[-1].isdigit()]


def extents(shown: list[Text]) -> list[tuple[str, Bbox]]:
    """The words of texts with their boxes, in pixels."""
    with style():
        return [(text.get_text(), text.get_window_extent()) for text in shown]


# All four


@every_figure
def test_claims_hold(name: str) -> None:
    """Every value and every gradient has one."""
    claims = drawing_of(name).claims
    assert len(claims) >= 8
    assert [str(claim) for claim in claims if not claim.holds] == []
    assert {"gradient of L by X"} <= {claim.what for claim in claims}


@every_figure
def test_no_text_leaves_the_canvas_or_meets_another(name: str) -> None:
    """In the last step, which shows them all."""
    drawing = drawing_of(name)
    boxes = extents(texts(drawing, FIGURES[name]))
    page = drawing.canvas.figure.bbox
    for words, box in boxes:
        assert page.x0 <= box.x0 < box.x1 <= page.x1, words
        assert page.y0 <= box.y0 < box.y1 <= page.y1, words
    for (one, box), (other, second) in combinations(boxes, 2):
        assert not box.overlaps(second), (one, other)


@every_figure
def test_alt_text_is_plain_english(name: str) -> None:
    """No LaTeX, and every step says more than the one before."""
    told = [drawing_of(name).alt(step) for step in range(1, FIGURES[name] + 1)]
    assert not any(sign in told[-1] for sign in ("$", "\\", "{", "_"))
    assert [len(each) for each in told] == sorted({len(each) for each in told})


@pytest.mark.parametrize("name", ["matrix-numbers", "matrix-slope"])
@pytest.mark.parametrize("seed", ["1", "7"])
def test_another_seed_can_be_drawn(name: str, seed: str) -> None:
    """The claims hold for it too."""
    drawing = draw(COURSE, COURSE.find(name), {"seed": seed})
    assert all(claim.holds for claim in drawing.claims)


# The diagrams


def test_the_forward_diagram_reveals_value_by_value() -> None:
    """The inputs' shapes first, then N, S and L, each with its equation."""
    drawing = drawing_of("matrix-diagram")
    seen: list[set[str]] = [
        {text.get_text() for text in texts(drawing, step)} for step in range(1, 5)
    ]
    assert r"$X\;(3 \times 3)$" in seen[0]
    assert r"$N = X \cdot W$" in seen[1] - seen[0]
    assert r"$S\;(3 \times 2)$" in seen[2] - seen[1]
    assert r"$L = \Lambda(S)$" in seen[3] - seen[2]


def test_the_backward_diagram_goes_from_the_output_back() -> None:
    """The factor on each edge comes with its product; both of the last node come together."""
    drawing = drawing_of("matrix-backward-diagram")
    seen = [{text.get_text() for text in texts(drawing, step)} for step in range(1, 5)]
    new = [later - earlier for earlier, later in pairwise(seen)]
    assert r"$\mathbf{1}\;(3 \times 2)$" in new[0]
    assert any(words.endswith("\\odot \\sigma\N{PRIME}(N)$") for words in new[1])
    assert {r"$W^{T}\;(2 \times 3)$", r"$X^{T}\;(3 \times 3)$"} <= new[2]
    assert any(words.count(r"(3{\times}3)$ $=$ $(3{\times}2)$") for words in new[2])


def test_other_shapes_can_be_drawn() -> None:
    """They are those of the parameters, and agree with each other."""
    settings = {"rows": "4", "inner": "5", "columns": "1"}
    drawing = draw(COURSE, COURSE.find("matrix-backward-diagram"), settings)
    words = {text.get_text() for text in texts(drawing, 4)}
    assert {r"$X\;(4 \times 5)$", r"$W^{T}\;(1 \times 5)$", r"$N\;(4 \times 1)$"} <= words
    assert all(claim.holds for claim in drawing.claims)


# The numbers


def test_the_numbers_are_those_of_the_book() -> None:
    """A student who follows the book sees the same L and the same gradient by X."""
    random = np.random.RandomState(190204)
    X, W = random.randn(3, 3), random.randn(3, 2)
    graph = trace(matrix_function_forward_sum, X=X, W=W, sigma=sigmoid)
    assert float(graph.output.value) == pytest.approx(BOOK_L, abs=5e-5)
    assert graph.backward()["X"] == pytest.approx(np.array(BOOK_GRADIENT), abs=5e-5)


def test_every_matrix_is_printed_row_by_row() -> None:
    """All of them, in the order in which they are computed."""
    assert numbers(6) == [digits for row in PRINTED_ROWS.values() for digits in row]


def test_gradients_appear_after_values_and_from_the_output_back() -> None:
    """Four steps forward, two steps backward."""
    assert [len(numbers(step)) for step in range(1, 7)] == [15, 21, 27, 28, 47, 62]


def test_the_key_says_what_a_rounded_cell_is() -> None:
    """From the first step on, and to those who do not see the picture."""
    drawing = drawing_of("matrix-numbers")
    for step in (1, 6):
        words = [text.get_text() for text in texts(drawing, step)]
        assert words.count("square cell: positive, rounded cell: negative") == 1
    assert "the cells of negative numbers are rounded" in drawing.alt(1)


def test_both_rows_have_one_scale() -> None:
    """Of all cells with one sign, a larger number never has less colour."""
    drawing = drawing_of("matrix-numbers")
    cells = [mark for mark in drawing.canvas.marks if mark.stroke == "paper"]
    read = [float(digits.replace("−", "-")) for digits in numbers(6)]
    for sign in (1, -1):
        pairs = zip(cells, read, strict=True)
        tints = sorted((abs(x), cell.tint) for cell, x in pairs if x * sign > 0)
        assert [tint for _, tint in tints] == sorted(tint for _, tint in tints)


def test_both_gradients_come_from_that_of_the_product() -> None:
    """The last step forks the arrow from dL/dN; neither branch is there before."""
    drawing = drawing_of("matrix-numbers")

    def heads(step: int) -> int:
        drawing.canvas.show(step)
        arrows = (mark for mark in drawing.canvas.marks if mark.stroke == "backward")
        shown = [mark.artist for mark in arrows if isinstance(mark.artist, FancyArrowPatch)]
        return sum(arrow.get_visible() for arrow in shown)

    assert [heads(step) for step in (4, 5, 6)] == [0, 1, 3]
    told = "From dL/dN one arrow goes to dL/dW and another to dL/dX."
    assert told in drawing.alt(6)
    assert told not in drawing.alt(5)


def test_each_gradient_stands_under_its_value() -> None:
    """Every cell of a value has the cell of its gradient exactly below."""
    canvas = drawing_of("matrix-numbers").canvas
    tinted = [
        mark.artist
        for mark in canvas.marks
        if isinstance(mark.artist, FancyBboxPatch) and mark.stroke == "paper"
    ]
    middle = canvas.height / 2
    above = {round(cell.get_x(), 6) for cell in tinted if cell.get_y() > middle}
    below = {round(cell.get_x(), 6) for cell in tinted if cell.get_y() < middle}
    assert len(above) == 3 + 2 + 2 + 2 + 1
    assert above <= below
    assert len(below - above) == 2, "the derivative of the function stands alone"


def test_larger_numbers_get_fewer_decimals() -> None:
    """So that another function fits the same cells."""
    drawing = draw(COURSE, COURSE.find("matrix-numbers"), {"function": "square", "seed": "1"})
    assert all(claim.holds for claim in drawing.claims)


# The slope


def test_the_slope_is_the_entry_of_the_gradient() -> None:
    """It is printed beside the rise, and the tangent rises by it for a step of 1."""
    drawing = drawing_of("matrix-slope")
    assert any("0.2489" in text.get_text() for text in texts(drawing, 1))
    (tangent,) = (
        mark.artist
        for mark in drawing.canvas.marks
        if mark.stroke == "backward" and getattr(mark.artist, "is_dashed", lambda: False)()
    )
    (x0, x1), (y0, y1) = tangent.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(BOOK_GRADIENT[0][0], abs=5e-5)


def test_the_curve_is_the_output_as_the_entry_moves() -> None:
    """Its ends and its middle are plain evaluations with all else held."""
    random = np.random.RandomState(190204)
    X, W = random.randn(3, 3), random.randn(3, 2)
    curves = [
        mark.artist
        for mark in drawing_of("matrix-slope").canvas.marks
        if mark.stroke == "forward" and hasattr(mark.artist, "get_data")
    ]
    x, y = curves[0].get_data()
    assert (x[0], x[-1]) == pytest.approx((X[0, 0] - 1, X[0, 0] + 1))
    for place in (0, len(x) // 2, -1):
        X[0, 0] = x[place]
        assert y[place] == pytest.approx((1 / (1 + np.exp(-X @ W))).sum(), rel=1e-12)


def test_a_falling_slope_can_be_drawn() -> None:
    """Any entry of X can move."""
    drawing = draw(COURSE, COURSE.find("matrix-slope"), {"row": "1", "column": "2"})
    assert any("−0.3748" in text.get_text() for text in texts(drawing, 1))


@pytest.mark.parametrize("place", [{"row": "0"}, {"column": "4"}])
def test_an_entry_that_is_not_there_is_refused(place: dict[str, str]) -> None:
    """Zero must not count from the end."""
    with pytest.raises(FigureError, match="row and column"):
        draw(COURSE, COURSE.find("matrix-slope"), place)
