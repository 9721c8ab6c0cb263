"""Matrices as heat maps: digits, tints, places, and the claims about all of them."""

from __future__ import annotations

import numpy as np
import pytest
from contrasts import contrast, every_theme
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from figgen.core import InputError
from figgen.core.printed_numbers import read
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.theme import Theme
from figgen.draw.canvas.unmarked import CanvasError
from figgen.draw.graphs.heat_maps import (
    ARROW_ROOM,
    CELL,
    CLEAR,
    STRONGEST,
    Cell,
    HeatMap,
    back,
    between,
    claim_product,
    heat_map,
    past,
    places_for,
    printed_matrix,
    through,
    tint,
    titled,
    width_of,
)

MATRIX = np.array([[-1.5775, 0.25, 0.0], [2.0, -0.004, 0.996]])


def cells(canvas: Canvas) -> list[Mark]:
    """The areas of the cells, in the order of the elements."""
    return [mark for mark in canvas.marks if isinstance(mark.artist, FancyBboxPatch)]


def words(canvas: Canvas) -> list[str]:
    """All that is written, in the order of writing."""
    return [mark.artist.get_text() for mark in canvas.marks if isinstance(mark.artist, Text)]


# Digits


def test_elements_have_the_same_decimals() -> None:
    """A zero that is left of a small negative number has no sign."""
    digits = printed_matrix("X", MATRIX).digits
    assert digits == (("−1.58", "0.25", "0.00"), ("2.00", "0.00", "1.00"))


def test_whole_numbers_have_no_decimals_and_are_exact() -> None:
    """Only if all of them are whole."""
    ones = printed_matrix("S", np.ones((2, 2)))
    assert ones.digits == (("1", "1"), ("1", "1"))
    assert ones.half == 0
    assert printed_matrix("S", [1.0, 0.5]).digits == (("1.00", "0.50"),)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6), st.integers(0, 6))
def test_printed_values_are_what_the_digits_say(values: list[float], places: int) -> None:
    """And no farther from the computed ones than rounding allows."""
    printed = printed_matrix("x", values, places)
    assert printed.values.tolist() == [[read(text) for text in printed.digits[0]]]
    assert np.abs(printed.values - values).max() <= printed.half + 1e-9


def test_the_transpose_exchanges_digits_and_values() -> None:
    """Its name says what it is."""
    transposed = printed_matrix("X", MATRIX).transposed
    assert transposed.name == "transpose of X"
    assert transposed.digits[0] == ("−1.58", "2.00")
    assert transposed.values.shape == (3, 2)


@pytest.mark.parametrize("values", [[[]], np.zeros((2, 2, 2)), [np.nan]])
def test_what_is_no_matrix_is_refused(values: object) -> None:
    """Empty, of three dimensions or not finite; the error has the name."""
    with pytest.raises(InputError, match="of X"):
        printed_matrix("X", values)


@pytest.mark.parametrize(
    ("values", "digits", "places"),
    [([0.5], 3, 2), ([9.99], 3, 2), ([9.996], 3, 1), ([-12.3, 1], 3, 1), ([123456], 3, 0)],
)
def test_large_numbers_get_fewer_decimals(values: list[float], digits: int, places: int) -> None:
    """So that a cell has room for them, also when rounding adds a digit."""
    assert places_for(values, digits) == places


# Tints


def test_tint_says_sign_and_size() -> None:
    """The least number that is not zero is tinted, zero is not, and the limit ends the scale."""
    assert tint(0.0, 1) == ("paper", 1.0)
    assert tint(0.01, 1)[0] == "positive"
    assert tint(-0.01, 1)[0] == "negative"
    shares = [tint(value, 2)[1] for value in (0.01, 0.5, 1, 2)]
    assert shares == sorted(set(shares))
    assert shares[0] >= 0.1
    assert tint(5, 2) == tint(2, 2) == ("positive", STRONGEST)
    assert tint(-2, 2)[1] == STRONGEST


@every_theme
@pytest.mark.parametrize("value", [-1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0])
def test_digits_can_be_read_on_every_tint(theme: Theme, value: float) -> None:
    """Their contrast is 4.5 or more."""
    assert contrast(theme.colour("ink"), theme.colour(*tint(value, 1))) >= 4.5


# The drawing


def test_every_element_has_a_cell_in_its_place(canvas: Canvas) -> None:
    """Rows from the top, columns from the left, digits in the middle of the cell."""
    drawn = heat_map(canvas, "X", MATRIX, (1, 2))
    assert words(canvas) == [text for row in drawn.printed.digits for text in row]
    corners = [(mark.artist.get_x(), mark.artist.get_y()) for mark in cells(canvas)]
    assert sorted(corners, key=lambda corner: (-corner[1], corner[0])) == corners
    texts = [mark.artist for mark in canvas.marks if isinstance(mark.artist, Text)]
    for (x, y), text in zip(corners, texts, strict=True):
        assert text.get_position()[0] == pytest.approx(x + CELL.width / 2)
        assert y < text.get_position()[1] < y + CELL.height / 2
    assert drawn.box == pytest.approx((1, 2 - CELL.height, width_of((2, 3)), 2 * CELL.height))
    assert (drawn.right, drawn.middle) == pytest.approx((1 + width_of((2, 3)), 2))


def test_the_colour_of_a_cell_is_that_of_its_printed_number(canvas: Canvas) -> None:
    """What is printed as zero has no colour, whatever digits were cut."""
    heat_map(canvas, "X", MATRIX, (1, 2))
    roles = [mark.fill for mark in cells(canvas)]
    assert roles == ["negative", "positive", "paper", "positive", "paper", "positive"]
    strongest = max(cells(canvas), key=lambda mark: mark.tint if mark.fill != "paper" else 0)
    assert strongest is cells(canvas)[3]


def test_the_sign_is_also_a_shape(canvas: Canvas) -> None:
    """Only the cells of negative numbers have round corners."""
    heat_map(canvas, "X", MATRIX, (1, 2))
    rounded = [type(mark.artist.get_boxstyle()).__name__ == "Round" for mark in cells(canvas)]
    assert rounded == [True, False, False, False, False, False]


def test_heat_maps_with_one_limit_can_be_compared(canvas: Canvas) -> None:
    """The same number has the same tint in both."""
    heat_map(canvas, "a", [1.0, 0.5], (1, 1), limit=4)
    heat_map(canvas, "b", [4.0, 0.5], (1, 3), limit=4)
    first, second = cells(canvas)[1], cells(canvas)[3]
    assert (first.fill, first.tint) == (second.fill, second.tint)


def test_a_number_has_no_brackets(canvas: Canvas) -> None:
    """It is a cell and nothing else."""
    heat_map(canvas, "L", 2.3755, (1, 1), places=4, cell=Cell(0.9, 0.5))
    assert words(canvas) == ["2.3755"]
    assert len(canvas.marks) == 2


def test_printed_digits_are_a_claim(canvas: Canvas) -> None:
    """One claim a matrix, with all its elements."""
    heat_map(canvas, "X", MATRIX, (1, 2))
    (filed,) = canvas.claims
    assert filed.claim.holds
    assert filed.claim.as_json()["values"] == 6
    assert "X" in filed.claim.what


def test_a_wrong_digit_fails_its_claim(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """If printing goes wrong in the last decimal, the figure is stopped."""
    monkeypatch.setattr(
        "figgen.draw.graphs.heat_maps._fixed",
        lambda value, places: f"{abs(value) + 0.01:.{places}f}",
    )
    heat_map(canvas, "X", [1.25, 0.5], (1, 2))
    assert not canvas.claims[0].claim.holds


def test_a_number_wider_than_its_cell_is_refused(canvas: Canvas) -> None:
    """The error says how wide it is."""
    with pytest.raises(CanvasError, match=r"−12345\.50 is 1\.\d\d inches wide and its cell 0\.66"):
        heat_map(canvas, "X", [-12345.5], (1, 2))


# Printed products


def test_a_product_of_printed_matrices_holds_but_for_rounding(canvas: Canvas) -> None:
    """Any random matrices, rounded in all three places."""
    random = np.random.default_rng(0)
    for _ in range(50):
        a, b = random.normal(size=(3, 4)), random.normal(size=(4, 2))
        left, right = printed_matrix("a", a), printed_matrix("b", b)
        claim_product(canvas, printed_matrix("ab", a @ b), left, right)
        claim_product(canvas, printed_matrix("aa", a * a), left, left, np.multiply)
    assert all(filed.claim.holds for filed in canvas.claims)


def test_a_wrong_product_fails(canvas: Canvas) -> None:
    """An element that is off by more than rounding, and a factor that was not transposed."""
    a, b = np.array([[1.5, -0.5], [0.25, 2.5]]), np.array([[0.5, 1.5], [1.25, -1.5]])
    left, right = printed_matrix("a", a), printed_matrix("b", b)
    off = a @ b
    off[1, 0] += 0.1
    claim_product(canvas, printed_matrix("off", off), left, right)
    claim_product(canvas, printed_matrix("product", a @ b), left, right.transposed)
    assert not any(filed.claim.holds for filed in canvas.claims)


# Between matrices


@pytest.fixture
def pair(canvas: Canvas) -> tuple[HeatMap, HeatMap]:
    """Two matrices side by side."""
    return heat_map(canvas, "X", np.eye(2), (1, 2)), heat_map(canvas, "W", np.eye(2), (4, 2))


def test_arrows_stay_between_the_matrices(canvas: Canvas, pair: tuple[HeatMap, HeatMap]) -> None:
    """Forward through the box of the operation, backward in one stroke, at mid-height."""
    left, right = pair
    through(canvas, left, right, r"\gamma")
    back(canvas, right, left)
    forward, backward = (mark for mark in canvas.marks if isinstance(mark.artist, FancyArrowPatch))
    for mark, direction in ((forward, 1), (backward, -1)):
        (x0, y0), (x1, y1) = mark.artist.get_path().vertices[[0, 2]]
        assert left.right < min(x0, x1) < max(x0, x1) < right.box.left
        assert np.sign(x1 - x0) == direction
        assert (y0, y1) == pytest.approx((2, 2))
    assert (forward.stroke, backward.stroke) == ("ink", "backward")


@pytest.mark.parametrize("gap", [0.97, 2.14])
def test_an_arrow_out_of_an_operation_has_a_shaft(canvas: Canvas, gap: float) -> None:
    """Its box stands in the middle only if there is room for that."""
    left = heat_map(canvas, "N", np.eye(2), (1, 2))
    right = heat_map(canvas, "S", np.eye(2), (left.right + gap, 2))
    before = len(canvas.marks)
    through(canvas, left, right, r"\gamma")
    box = next(
        mark.artist for mark in canvas.marks[before:] if hasattr(mark.artist, "get_boxstyle")
    )
    start, end = box.get_x() + box.get_width(), right.box.left - CLEAR
    assert end - start >= ARROW_ROOM - 1e-9
    assert left.right + CLEAR < box.get_x()
    centre = box.get_x() + box.get_width() / 2
    if gap > 2:
        assert centre == pytest.approx((left.right + right.box.left) / 2)


def test_a_branch_goes_past_a_matrix_to_the_next(
    canvas: Canvas, pair: tuple[HeatMap, HeatMap]
) -> None:
    """From the arrow between two matrices, below the second, up to the third."""
    left, over = pair
    right = heat_map(canvas, "N", np.eye(2), (7, 2))
    before = len(canvas.marks)
    past(canvas, right, over, left)
    bend, head = (mark.artist for mark in canvas.marks[before:])
    assert isinstance(bend, Line2D)
    points = list(zip(*bend.get_data(), strict=True))
    assert over.right < points[0][0] < right.box.left
    assert points[0][1] == pytest.approx(right.middle)
    assert points[1][1] == points[2][1] < over.box.bottom
    (x0, y0), (x1, y1) = head.get_path().vertices[[0, 2]]
    assert x0 == x1 == points[2][0] == pytest.approx(left.centre)
    assert points[2][1] == pytest.approx(y0)
    assert y0 < y1 < left.box.bottom
    assert {mark.stroke for mark in canvas.marks[before:]} == {"backward"}


def test_signs_and_titles_stand_in_the_middle(
    canvas: Canvas, pair: tuple[HeatMap, HeatMap]
) -> None:
    """A sign between two matrices, a title over its own."""
    left, right = pair
    between(canvas, left, right, "=", "backward")
    titled(canvas, right, "W")
    sign, title = (mark.artist for mark in canvas.marks[-2:])
    assert sign.get_position() == pytest.approx(((left.right + right.box.left) / 2, 2))
    assert title.get_position()[0] == pytest.approx(right.centre)
    assert title.get_position()[1] > right.box.bottom + right.box.height
