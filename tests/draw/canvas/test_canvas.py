"""The canvas: steps, marks, roles, rules, claims and words."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle

from figgen.core import Claim, InputError
from figgen.core.printed_numbers import MINUS
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import SMALL, style
from figgen.draw.canvas.slots import SLOTS, Slot
from figgen.draw.canvas.theme import LIGHT, THEMES, TINT
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.canvas.unmarked import CanvasError, require_marked


def visible(canvas: Canvas, step: int) -> set[str]:
    """The words that can be read in a step."""
    canvas.show(step)
    return {mark.artist.get_text() for mark in canvas.marks if mark.artist.get_visible()}


def here() -> int:
    """The line that calls it."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


# Slots and axes


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_has_its_size_in_inches(slot: Slot) -> None:
    """The figure has that size, and the page is measured in inches from the lower left corner."""
    canvas = Canvas(slot)
    assert (canvas.width, canvas.height) == SLOTS[slot]
    assert tuple(canvas.figure.get_size_inches()) == SLOTS[slot]
    assert canvas.page.get_xlim() == (0, canvas.width)
    assert canvas.page.get_ylim() == (0, canvas.height)
    pixels = canvas.page.transData.transform((1, 2))
    assert pixels == pytest.approx([POINTS_PER_INCH, 2 * POINTS_PER_INCH])


def test_an_unknown_slot_is_refused() -> None:
    """The error lists the slots."""
    with pytest.raises(InputError, match="slot is 'third'; allowed: full, half, strip"):
        Canvas("third")


def test_axes_are_placed_in_inches_and_have_no_furniture(canvas: Canvas) -> None:
    """Neither spines nor ticks, and nothing that is drawn changes their range."""
    axes = canvas.axes(1, 0.5, 4, 3)
    box = axes.get_position().bounds
    assert np.multiply(box, [12, 5.6, 12, 5.6]) == pytest.approx([1, 0.5, 4, 3])
    assert not axes.axison
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 9], [0, 9])
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))


@pytest.mark.parametrize(
    "place",
    [
        (-0.1, 0, 1, 1),
        (0, -0.1, 1, 1),
        (11.5, 0, 1, 1),
        (0, 5, 1, 1),
        (0, 0, 0, 1),
        (0, 0, 1, -1),
        (np.nan, 0, 1, 1),
    ],
    ids=str,
)
def test_axes_outside_the_canvas_are_refused(
    canvas: Canvas, place: tuple[float, float, float, float]
) -> None:
    """The error holds the place and the size of the canvas."""
    with pytest.raises(InputError, match=r"allowed: a place on the canvas of 12.0 x 5.6 inches"):
        canvas.axes(*place)


def test_axes_may_fill_the_canvas(canvas: Canvas) -> None:
    """To the very edge, rounding included."""
    assert canvas.axes(0.1, 0, 12 - 0.1, 5.6)


# Steps


def test_a_step_shows_what_appeared_up_to_it(canvas: Canvas) -> None:
    """Without a word things are there from step 1 on; later ones come on top; last ends them."""
    canvas.text(1, 1, "always")
    with canvas.step(2):
        canvas.text(1, 2, "from 2")
    with canvas.step(2, last=2):
        canvas.text(1, 3, "only 2")
    with canvas.step(3):
        canvas.text(1, 4, "from 3")
    assert canvas.steps == 3
    assert visible(canvas, 1) == {"always"}
    assert visible(canvas, 2) == {"always", "from 2", "only 2"}
    assert visible(canvas, 3) == {"always", "from 2", "from 3"}
    assert visible(canvas, 1) == {"always"}


def test_the_innermost_step_counts_and_ends_with_its_block(canvas: Canvas) -> None:
    """After a nested step the outer one goes on; an error inside does not leave it stuck."""
    with canvas.step(2):
        with canvas.step(3, last=3):
            canvas.text(1, 1, "inner")
        canvas.text(1, 2, "outer")
        with pytest.raises(ZeroDivisionError), canvas.step(4):
            raise ZeroDivisionError
        canvas.text(1, 3, "outer still")
    canvas.text(1, 4, "always")
    found = {mark.artist.get_text(): (mark.first, mark.last) for mark in canvas.marks}
    assert found == {
        "inner": (3, 3),
        "outer": (2, None),
        "outer still": (2, None),
        "always": (1, None),
    }


@pytest.mark.parametrize(("first", "last"), [(0, None), (-1, None), (2, 1)])
def test_wrong_steps_are_refused(canvas: Canvas, first: int, last: int | None) -> None:
    """Steps count from 1, and nothing ends before it begins."""
    with (
        pytest.raises(InputError, match=r"step is .*; allowed: whole numbers, 1 <= first <= last"),
        canvas.step(first, last),
    ):
        raise AssertionError("entered")
    assert canvas.steps == 1


@pytest.mark.parametrize("step", [0, 3, -1])
def test_a_step_that_was_not_drawn_cannot_be_shown(canvas: Canvas, step: int) -> None:
    """It would be an empty picture."""
    with canvas.step(2):
        canvas.text(1, 1, "a")
    with pytest.raises(InputError, match=f"step is {step}; allowed: 1 to 2"):
        canvas.show(step)


# Marks and paint


def test_paint_gives_every_kind_of_mark_the_colours_of_its_roles(canvas: Canvas) -> None:
    """Stroke and fill, with the tint; what has no role has no colour."""
    page = canvas.page
    line = canvas.mark(page.plot([0, 1], [0, 1], "o-")[0], stroke="forward", fill="paper", tint=1)
    patch = canvas.mark(page.add_patch(Circle((1, 1))), stroke="input", fill="input")
    edge = canvas.mark(page.add_patch(Circle((1, 1))), stroke="output")
    area = canvas.mark(page.fill_between([0, 1], [0, 1]), fill="positive", tint=0.25)
    lines = canvas.mark(page.add_collection(LineCollection([[(0, 0), (1, 1)]])), stroke="muted")
    text = canvas.text(1, 1, "a", "highlight")
    for theme in (LIGHT, THEMES["dark"], THEMES["print"], LIGHT):
        canvas.paint(theme)
        shown = {
            "paper": canvas.figure.get_facecolor(),
            "line": line.get_color(),
            "marker edge": line.get_markeredgecolor(),
            "marker": line.get_markerfacecolor(),
            "patch edge": patch.get_edgecolor(),
            "patch": patch.get_facecolor(),
            "edge": edge.get_edgecolor(),
            "area": area.get_facecolor(),
            "lines": lines.get_edgecolor(),
            "text": text.get_color(),
        }
        expected = {
            "paper": theme.colour("paper"),
            "line": theme.colour("forward"),
            "marker edge": theme.colour("forward"),
            "marker": theme.colour("paper"),
            "patch edge": theme.colour("input"),
            "patch": theme.colour("input", TINT),
            "edge": theme.colour("output"),
            "area": theme.colour("positive", 0.25),
            "lines": theme.colour("muted"),
            "text": theme.colour("highlight"),
        }
        assert {what: _hex(colour) for what, colour in shown.items()} == expected
        assert edge.get_facecolor()[3] == 0
        assert len(area.get_edgecolor()) == 0 or area.get_edgecolor()[0][3] == 0


def _hex(colour: object) -> str:
    array = np.asarray(colour)
    return to_hex(colour if array.ndim < 2 else tuple(array[0]))


def test_paint_and_show_move_nothing(canvas: Canvas) -> None:
    """Every artist has the same place and size in all themes and all steps."""
    axes = canvas.axes(1, 1, 5, 3)
    axes.set(xlim=(0, 4), ylim=(0, 1))
    with canvas.step(1, last=1):
        canvas.text(3, 3, "first $x^2$")
    with canvas.step(2):
        canvas.mark(axes.plot([0, 4], [0, 1], "o--", linewidth=3)[0], stroke="forward")
        canvas.mark(axes.add_patch(Rectangle((1, 0.2), 1, 0.5)), fill="input")
        canvas.text(2, 0.5, r"$\sigma(x)$", "output", axes=axes)

    def places() -> list[tuple[float, ...]]:
        with style():
            return [tuple(mark.artist.get_window_extent().bounds) for mark in canvas.marks]

    for mark in canvas.marks:
        mark.artist.set_visible(True)
    before = places()
    for theme in THEMES.values():
        for step in (1, 2):
            canvas.paint(theme)
            canvas.show(step)
            for mark in canvas.marks:
                mark.artist.set_visible(True)
            assert places() == before


def test_mark_returns_the_artist(canvas: Canvas) -> None:
    """So that a line of code can draw and enter it."""
    line = Line2D([0, 1], [0, 1])
    assert canvas.mark(canvas.page.add_line(line), stroke="ink") is line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stroke": "red"}, "role is 'red'; allowed: ink, paper, input"),
        ({"fill": "blue"}, "role is 'blue'; allowed: ink, paper, input"),
        ({}, r"roles is \(None, None\); allowed: a stroke, a fill or both"),
    ],
)
def test_wrong_roles_are_refused(canvas: Canvas, options: dict[str, str], message: str) -> None:
    """A colour by its name would not follow the theme."""
    line = canvas.page.add_line(Line2D([0, 1], [0, 1]))
    with pytest.raises(InputError, match=message):
        canvas.mark(line, **options)
    assert canvas.marks == []


def test_an_artist_that_cannot_be_painted_is_refused(canvas: Canvas) -> None:
    """Images have their own colours."""
    image = canvas.page.imshow([[1, 2]])
    with pytest.raises(InputError, match=r"artist is .*; allowed: a line, a patch, a text or a"):
        canvas.mark(image, stroke="ink")


UNMARKED: dict[str, Callable[[Canvas], object]] = {
    "line": lambda canvas: canvas.page.plot([0, 1], [0, 1]),
    "patch": lambda canvas: canvas.page.add_patch(Circle((1, 1))),
    "text": lambda canvas: canvas.page.text(1, 1, "a"),
    "image": lambda canvas: canvas.page.imshow([[1, 2]]),
    "collection": lambda canvas: canvas.page.scatter([1], [1]),
    "text on the figure": lambda canvas: canvas.figure.text(0.5, 0.5, "a"),
    "title of the figure": lambda canvas: canvas.figure.suptitle("a"),
    "patch on the figure": lambda canvas: canvas.figure.patches.append(Circle((1, 1))),
    "in axes of its own": lambda canvas: canvas.axes(1, 1, 1, 1).plot([0, 1], [0, 1]),
}


@pytest.mark.parametrize("kind", UNMARKED)
def test_what_bypassed_mark_is_refused(canvas: Canvas, kind: str) -> None:
    """It would be there in every step and keep its colour in every theme."""
    canvas.text(1, 1, "marked")
    require_marked(canvas.figure, canvas.marks)
    UNMARKED[kind](canvas)
    with pytest.raises(CanvasError, match=r"was drawn without a role: pass it to canvas.mark"):
        require_marked(canvas.figure, canvas.marks)


# Text and numbers


@pytest.mark.parametrize("size", [SMALL - 0.1, 12, 0, -20])
def test_text_too_small_for_the_back_of_the_hall_is_refused(canvas: Canvas, size: float) -> None:
    """Not one point under 18."""
    with pytest.raises(InputError, match=f"text size is {size}; allowed: 18 points or more"):
        canvas.text(1, 1, "a", size=size)
    assert canvas.text(1, 1, "a", size=18).get_fontsize() == 18


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(-2.25, 3, "f = −2.25"), (1 / 3, 2, "f = 0.33"), (-1e-9, 3, "f = 0"), (2.0, 1, "f = 2")],
)
def test_a_number_is_printed_and_claimed(
    canvas: Canvas, value: float, places: int, text: str
) -> None:
    """True minus, no idle zeros, and one claim about the digits."""
    written = canvas.number(1, 2, value, "output", places=places, before="f = ")
    assert written.get_text() == text
    assert written.get_position() == (1, 2)
    (filed,) = canvas.claims
    assert filed.claim.holds
    assert filed.claim.drawn == float(text.removeprefix("f = ").replace(MINUS, "-"))


def test_digits_that_are_not_the_number_fail_the_claim(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault in the printing of numbers: the last digit cut off, not rounded."""
    monkeypatch.setattr("figgen.draw.canvas.canvas.printed", lambda value, _places: f"{value}"[:4])
    canvas.number(1, 1, 1.2789, places=2)
    assert not canvas.claims[0].claim.holds


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_refused(canvas: Canvas, value: float) -> None:
    """It would be printed as a word."""
    with pytest.raises(InputError, match="printed number"):
        canvas.number(1, 1, value)


def test_measure_is_the_size_as_drawn(canvas: Canvas) -> None:
    """In inches: twice the size is twice as large, and twice the words about twice as wide."""
    small = canvas.measure(canvas.text(5, 3, "width", size=20))
    large = canvas.measure(canvas.text(5, 3, "width", size=40))
    double = canvas.measure(canvas.text(5, 3, "widthwidth", size=20))
    assert large == pytest.approx(np.multiply(small, 2), rel=0.03)
    assert double == pytest.approx(np.multiply(small, (2, 1)), rel=0.05)
    assert 0.5 < small[0] < 0.8
    assert 0.15 < small[1] < 0.35


# Claims and words


def test_a_claim_is_traced_to_the_line_of_the_author() -> None:
    """Also through helpers of other files, and of the author's own."""
    canvas = Canvas(author=__file__)

    def helper() -> int:
        canvas.claim("two", 2, 2, "by heart")
        return here() - 1

    line = helper()
    canvas.number(1, 1, 3.0)
    assert [filed.line for filed in canvas.claims] == [line, here() - 1]
    assert isinstance(canvas.claims[0].claim, Claim)


def test_a_claim_without_an_author_has_no_line(canvas: Canvas) -> None:
    """A canvas in a notebook still checks."""
    canvas.claim("two", 2, 2, "by heart")
    assert canvas.claims[0].line is None


def test_description_is_that_of_the_step(canvas: Canvas) -> None:
    """Sentences come and go with what they describe; white space is mended."""
    canvas.describe("The plane.")
    with canvas.step(2, last=2):
        canvas.describe("A guess.")
    with canvas.step(3):
        canvas.describe(" The\n curve. ")
    assert canvas.description(1) == "The plane."
    assert canvas.description(2) == "The plane. A guess."
    assert canvas.description(3) == canvas.description() == "The plane. The curve."


@pytest.mark.parametrize("sentence", ["", "  \n"])
def test_an_empty_sentence_is_refused(canvas: Canvas, sentence: str) -> None:
    """It says nothing to anyone."""
    with pytest.raises(InputError, match="sentence of the alt text is ''; allowed: some words"):
        canvas.describe(sentence)


# Holes: what gets by today, reported to the owner of the module


def _title(canvas: Canvas) -> None:
    canvas.page.set_title("black in every theme")


def _axis_on(canvas: Canvas) -> None:
    canvas.page.set_axis_on()


def _loose(canvas: Canvas) -> None:
    canvas.mark(Circle((1, 1)), fill="ink")


def _elsewhere(canvas: Canvas) -> None:
    canvas.mark(Canvas().page.add_patch(Circle((1, 1))), fill="ink")


def _twice(canvas: Canvas) -> None:
    text = canvas.text(1, 1, "a")
    with canvas.step(2):
        canvas.mark(text, stroke="muted")


def _arrow(canvas: Canvas) -> None:
    canvas.mark(canvas.page.annotate("a", (1, 1), (2, 2), arrowprops={}), stroke="ink")


def _bbox(canvas: Canvas) -> None:
    canvas.mark(canvas.page.text(1, 1, "a", bbox={}), stroke="ink")


def _text_without_stroke(canvas: Canvas) -> None:
    canvas.mark(canvas.page.text(1, 1, "a", fontsize=20), fill="ink")


def _small_text(canvas: Canvas) -> None:
    canvas.mark(canvas.page.text(1, 1, "a", fontsize=6), stroke="ink")


def _shrunk_text(canvas: Canvas) -> None:
    canvas.text(1, 1, "a").set_fontsize(6)


def _half_step(canvas: Canvas) -> None:
    with canvas.step(1.5):
        canvas.text(1, 1, "a")


HOLES = [
    _title,
    _axis_on,
    _loose,
    _elsewhere,
    _twice,
    _arrow,
    _bbox,
    _text_without_stroke,
    _small_text,
    _shrunk_text,
    _half_step,
]


@pytest.mark.parametrize("draw", HOLES, ids=lambda draw: draw.__name__.lstrip("_"))
def test_what_would_be_wrong_in_silence_is_refused(
    canvas: Canvas, draw: Callable[[Canvas], None]
) -> None:
    """Each would draw something that is missing, unpainted, too small or in the wrong step."""

    def drawn() -> None:
        draw(canvas)
        require_marked(canvas.figure, canvas.marks)

    with pytest.raises((InputError, CanvasError)):
        drawn()


def test_artists_are_what_matplotlib_draws(canvas: Canvas) -> None:
    """Every mark is a matplotlib artist on the canvas's own figure."""
    canvas.number(1, 1, 2.0)
    for mark in canvas.marks:
        assert isinstance(mark.artist, Artist)
        assert mark.artist.get_figure() is canvas.figure
