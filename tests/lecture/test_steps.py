"""Steps never move: a step is the next one less what appears there, to the pixel."""

from __future__ import annotations

import io
import re
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from lecture import COURSE, drawing_of
from PIL import Image

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.slots import SLOTS
from figgen.draw.canvas.theme import LIGHT, ROLES, Theme
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.request import Asset

DPI = 100
SOLID = Theme("solid", dict.fromkeys(ROLES, "#000000"))
"""Everything in black, the hollow of a ring too."""

TRANSITIONS = [
    pytest.param(entry.name, step, id=f"{entry.name}-{step}")
    for entry in COURSE.entries
    for step in range(1, entry.definition.steps)
]
every_figure = pytest.mark.parametrize("name", COURSE.names)
every_transition = pytest.mark.parametrize(("name", "step"), TRANSITIONS)

WITHOUT_CLAIMS: dict[str, str] = {
    "outline": "names of sections, no number",
    "history": "years and events, nothing that is computed",
}
"""Figures that may do without a claim, each with the reason."""


@cache
def pixels(name: str, step: int) -> np.ndarray:
    """A step of a figure as the writer draws it; shape (height, width, 3)."""
    drawing = drawing_of(name)
    asset = Asset(name, drawing.canvas.steps, step, "light", "png")
    picture = Image.open(io.BytesIO(encode(drawing, asset, DPI)))
    return np.asarray(picture.convert("RGB"))


def rendered(canvas: Canvas) -> np.ndarray:
    """What is visible now; shape (height, width, 3)."""
    buffer = io.BytesIO()
    with style():
        canvas.figure.savefig(buffer, format="png", dpi=DPI)
    return np.asarray(Image.open(buffer).convert("RGB"))


def touched(canvas: Canvas, step: int) -> np.ndarray:
    """The pixels that the marks touch that one of ``step`` and the next has and the other has not.

    Drawn alone and all in black, then widened by a pixel; shape (height, width).
    """
    canvas.paint(SOLID)
    canvas.figure.set_facecolor("white")
    for mark in canvas.marks:
        mark.artist.set_visible(mark.shows_in(step) != mark.shows_in(step + 1))
    ink = np.any(rendered(canvas) < 255, axis=2)
    padded = np.pad(ink, 1)
    height, width = ink.shape
    around = [(i, j) for i in range(3) for j in range(3)]
    return np.any([padded[i : i + height, j : j + width] for i, j in around], axis=0)


@every_transition
def test_only_what_appears_or_goes_changes_pixels(name: str, step: int) -> None:
    """Where no mark appears or goes, both pictures are identical."""
    before, after = pixels(name, step), pixels(name, step + 1)
    assert before.shape == after.shape
    rows, columns = np.nonzero(
        np.any(before != after, axis=2) & ~touched(drawing_of(name).canvas, step)
    )
    assert not rows.size, f"{rows.size} pixels changed, the first at {columns[0]}, {rows[0]}"


def test_a_shift_of_half_a_pixel_is_seen(canvas: Canvas) -> None:
    """The measure of the test above can fail: only the new word is allowed for."""
    old = canvas.text(3, 3, "old")
    with canvas.step(2):
        canvas.text(6, 3, "new")
    canvas.paint(LIGHT)
    canvas.show(1)
    before = rendered(canvas)
    canvas.show(2)
    after = rendered(canvas)
    old.set_x(3 + 0.5 / DPI)
    shifted = rendered(canvas)
    allowed = touched(canvas, 1)
    assert np.any(before != after)
    assert not np.any(np.any(before != after, axis=2) & ~allowed)
    assert np.any(np.any(before != shifted, axis=2) & ~allowed)


@every_transition
def test_every_step_shows_something_new(name: str, step: int) -> None:
    """A click of the lecturer that changes nothing is a step too many."""
    assert np.any(pixels(name, step) != pixels(name, step + 1))


@every_figure
def test_the_first_step_is_not_empty(name: str) -> None:
    """Something is there from the start."""
    first = pixels(name, 1)
    assert np.any(first != first[0, 0])


@every_figure
def test_every_step_has_the_size_of_the_slot(name: str) -> None:
    """Nothing is cropped to its content."""
    definition = drawing_of(name).entry.definition
    width, height = SLOTS[definition.slot]
    for step in range(1, definition.steps + 1):
        assert pixels(name, step).shape[:2] == (round(height * DPI), round(width * DPI))


@every_figure
def test_axes_stay_in_their_place(name: str) -> None:
    """The position and the range of every coordinate system are those of the first step."""
    canvas = drawing_of(name).canvas

    def places() -> list[tuple[object, ...]]:
        return [
            (axes.get_position().bounds, axes.get_xlim(), axes.get_ylim())
            for axes in canvas.figure.axes
        ]

    canvas.show(1)
    first = places()
    for step in range(1, canvas.steps + 1):
        pixels(name, step)
        canvas.show(step)
        assert places() == first


@every_figure
def test_no_mark_reaches_beyond_the_canvas(name: str) -> None:
    """What lies outside the slot is cut off in every format."""
    canvas = drawing_of(name).canvas
    page = canvas.figure.bbox
    for mark in canvas.marks:
        mark.artist.set_visible(True)
    with style():
        for mark in canvas.marks:
            renderer = canvas.figure.canvas.get_renderer()
            box = mark.artist.get_window_extent(renderer)
            if not np.isfinite(box.extents).all():
                # Collections know only what is left of them inside their axes.
                box = mark.artist.get_tightbbox(renderer)
            inside = np.all(page.min <= box.min) and np.all(box.max <= page.max)
            assert inside, f"{mark.artist} reaches to {box} on a page of {page}"


@every_figure
def test_declared_steps_are_drawn(name: str) -> None:
    """And each of them brings a mark."""
    drawing = drawing_of(name)
    assert drawing.canvas.steps == drawing.entry.definition.steps
    appearing = {mark.first for mark in drawing.canvas.marks}
    leaving = {mark.last + 1 for mark in drawing.canvas.marks if mark.last is not None}
    assert set(range(1, drawing.canvas.steps + 1)) <= appearing | leaving


# Alt text


@every_figure
def test_alt_text_can_be_said(name: str) -> None:
    """By a screen reader, which knows no LaTeX, no markup and no line breaks; in sentences."""
    drawing = drawing_of(name)
    entry = drawing.entry
    for step in range(1, drawing.canvas.steps + 1):
        alt = drawing.alt(step)
        assert len(alt) > 20
        # Names in code have underscores, and so has leaky_relu everywhere.
        names = r"\w*_\w*" if entry.definition.perspective == "code" else "leaky_relu"
        said = re.sub(names, "name", alt)
        for sign in ("$", "\\", "{", "}", "^", "_", "\n", "<", "  "):
            assert sign not in said, f"{sign!r} in {alt!r}"
        assert alt.endswith(".")
        assert "nan" not in alt.split()


def test_alt_texts_are_all_different() -> None:
    """Two figures with one description cannot be told apart."""
    alts = [drawing_of(name).alt() for name in COURSE.names]
    assert len(set(alts)) == len(alts)


@every_figure
def test_alt_text_of_a_step_says_only_what_it_shows(name: str) -> None:
    """It holds the author's sentence and those of its own marks, and grows with the steps."""
    drawing = drawing_of(name)
    described = drawing.canvas._sentences
    for step in range(1, drawing.canvas.steps + 1):
        shown = [words for first, last, words in described if first <= step <= (last or step)]
        expected = " ".join([drawing.entry.definition.alt, *shown])
        assert drawing.alt(step) == expected
        later = {words for first, _, words in described if first > step} - set(shown)
        assert not [words for words in later if words in drawing.alt(step)]
    for before, after in pairwise(range(1, drawing.canvas.steps + 1)):
        kept = [w for first, last, w in described if first <= before and (last or after) >= after]
        assert all(words in drawing.alt(after) for words in kept)


# Claims


@every_figure
def test_every_figure_makes_claims_and_they_hold(name: str) -> None:
    """Those that may do without are listed, with the reason; and they do without."""
    claims = drawing_of(name).claims
    assert [str(claim) for claim in claims if not claim.holds] == []
    if name not in WITHOUT_CLAIMS:
        assert claims


def test_only_known_figures_do_without_claims() -> None:
    """A reason for a figure that does not exist, or not any more, is a leftover."""
    assert set(WITHOUT_CLAIMS) <= set(COURSE.names)


@every_figure
def test_every_claim_has_a_line_of_the_author(name: str) -> None:
    """An error can point to it."""
    assert all(filed.line is not None for filed in drawing_of(name).canvas.claims)


def test_the_course_has_no_problem() -> None:
    """Every module is in its place and every definition is right."""
    assert COURSE.problems == ()
    assert COURSE.entries
