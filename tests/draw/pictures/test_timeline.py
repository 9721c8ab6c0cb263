"""The outline, the timeline, and the cards and words that both are made of."""

from __future__ import annotations

import pytest
from lecture import drawing_of
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text

from figgen.core import InputError, Interval
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import in_a_row, wrap, write
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.theme import THEMES, Theme
from figgen.draw.canvas.unmarked import require_marked
from figgen.draw.pictures.course_outline import SHADE, Section, outline_cards
from figgen.draw.pictures.timeline import Era, timeline
from figures import SECTIONS

YEARS = Interval(1900, 2000)
SPRING = Era(1900, 1920, "Spring", "Things begin")
WINTER = Era(1950, 1980, "Winter", "Things end", winter=True)


def texts(canvas: Canvas, step: int) -> dict[str, Mark]:
    """The uppermost texts of a step by their words, line by line."""
    shown = [mark for mark in canvas.marks if mark.shows_in(step) and isinstance(mark.artist, Text)]
    shown.sort(key=lambda mark: mark.artist.get_zorder())
    return {mark.artist.get_text(): mark for mark in shown}


def contrast(text: str, ground: str) -> float:
    """The contrast of two colours as WCAG defines it."""
    light, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


class TestWords:
    """Words in a place."""

    def test_they_break_into_lines_of_about_one_length(self, canvas: Canvas) -> None:
        """No last line of a single word."""
        wrapped = wrap(canvas, "one two three four five six", 2.0)
        assert len(wrapped.lines) == 2
        assert " ".join(wrapped.lines) == "one two three four five six"
        assert min(map(len, wrapped.lines)) > 10
        assert wrapped.width <= 2.0

    def test_a_formula_and_a_line_break_are_kept(self, canvas: Canvas) -> None:
        """However narrow or wide the place."""
        assert wrap(canvas, "of $f(x) = x$ here", 0.1).lines == ("of", "$f(x) = x$", "here")
        assert wrap(canvas, "two\nlines", 5).lines == ("two", "lines")

    def test_measuring_leaves_nothing_behind(self, canvas: Canvas) -> None:
        """Neither a mark nor an artist without one."""
        wrap(canvas, "some words", 5)
        assert canvas.marks == []
        require_marked(canvas.figure, canvas.marks)

    def test_they_do_not_run_out_of_their_place(self, canvas: Canvas) -> None:
        """Neither sideways nor downwards."""
        for box in (Box(0, 0, 0.5, 1), Box(0, 0, 1.2, 0.2)):
            with pytest.raises(InputError, match="words"):
                write(canvas, box, "extraordinary words")
        with pytest.raises(InputError, match="some words"):
            write(canvas, Box(0, 0, 1, 1), " ")

    def test_they_stand_where_they_should(self, canvas: Canvas) -> None:
        """At the top or in the middle, to either side."""
        place = Box(1, 1, 4, 2)
        (top,) = write(canvas, place, "Top", ha="right")
        (middle,) = write(canvas, place, "Middle", va="center", ha="center")
        assert (top.get_position()[0], middle.get_position()[0]) == (5, 3)
        assert top.get_window_extent().y1 / 72 == pytest.approx(3, abs=0.05)
        assert middle.get_position()[1] == pytest.approx(2 - 0.66 * 20 / 72 / 2)

    def test_a_row_of_texts_is_centred(self, canvas: Canvas) -> None:
        """Side by side, with the gap between them."""
        row = [canvas.text(0, 1, words) for words in ("one", "two", "three")]
        in_a_row(canvas, row, 6, gap=0.2)
        boxes = [text.get_window_extent() for text in row]
        assert (boxes[0].x0 + boxes[-1].x1) / 2 / 72 == pytest.approx(6, abs=0.01)
        assert (boxes[1].x0 - boxes[0].x1) / 72 == pytest.approx(0.2, abs=0.01)


class TestOutline:
    """The outline of the lecture."""

    def test_it_has_the_titles_of_the_sections(self) -> None:
        """In every step, from the list that the course is taught by."""
        canvas = drawing_of("outline").canvas
        for step in range(1, canvas.steps + 1):
            words = " ".join(texts(canvas, step))
            for title in SECTIONS.values():
                assert all(word in words for word in title.split())
            assert "The chain rule" in words

    def test_every_step_highlights_one_entry(self) -> None:
        """The sections in their order, the chain rule after nested functions."""
        canvas = drawing_of("outline").canvas
        titles = list(SECTIONS.values())
        entries = [*titles[:5], "The chain rule", *titles[5:]]
        for step, entry in enumerate(entries, start=1):
            bold = [
                words
                for words, mark in texts(canvas, step).items()
                if mark.artist.get_fontweight() == "bold" and not words.isdigit()
            ]
            assert " ".join(bold) == entry
            assert all(texts(canvas, step)[words].stroke == "paper" for words in bold)
            assert f"Highlighted is {entry}" in canvas.description(step) or (
                canvas.description(step).endswith(f", {entry}.")
            )
            assert canvas.description(step).count("Highlighted") == 1

    def test_the_highlight_is_gone_in_the_next_step(self) -> None:
        """Everything else is there for good, and nothing of it moves."""
        canvas = drawing_of("outline").canvas
        passing = [mark for mark in canvas.marks if mark.last is not None]
        assert {(mark.first, mark.last) for mark in passing} == {(k, k) for k in range(1, 10)}
        assert all(mark.first == 1 for mark in canvas.marks if mark.last is None)
        dimmed = {m.artist.get_text(): m for m in canvas.marks if m.stroke == "operation"
                  and isinstance(m.artist, Text)}  # fmt: skip
        for mark in passing:
            if isinstance(mark.artist, Text):
                twin = dimmed[mark.artist.get_text()].artist
                assert mark.artist.get_position() == twin.get_position()

    @pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
    def test_dimmed_and_highlighted_text_can_be_read(self, theme: Theme) -> None:
        """A contrast of 4.5 in every theme."""
        shade = theme.colour("muted", SHADE)
        assert contrast(theme.colour("operation"), shade) >= 4.5
        assert contrast(theme.colour("paper"), theme.colour("highlight")) >= 4.5

    def test_it_serves_another_course(self, canvas: Canvas) -> None:
        """Any sections, in any number of columns."""
        outline_cards(canvas, [Section("First", ("Part",)), Section("Second")], columns=1)
        assert canvas.steps == 3
        assert "Highlighted is Part, a part of section 1, First." in canvas.description(2)

    def test_it_refuses_what_it_cannot_show(self, canvas: Canvas) -> None:
        """No sections, no column, a card without room."""
        with pytest.raises(InputError, match="sections"):
            outline_cards(canvas, [])
        with pytest.raises(InputError, match="columns"):
            outline_cards(canvas, [Section("One")], columns=2)
        with pytest.raises(InputError, match="words"):
            outline_cards(canvas, [Section(f"Section {n}", ("Part",)) for n in range(8)], columns=1)


class TestTimeline:
    """The history of the lecture."""

    def test_its_eras_appear_one_by_one(self) -> None:
        """In the order of time, for good."""
        canvas = drawing_of("history").canvas
        headings = ("1940s", "1950s", "First winter", "1980s", "Second winter", "The last decade")
        found = [mark for mark in canvas.marks if isinstance(mark.artist, Text)]
        bold = {m.artist.get_text(): m for m in found if m.artist.get_fontweight() == "bold"}
        assert {words: (m.first, m.last) for words, m in bold.items()} == {
            words: (step, None) for step, words in enumerate(headings, start=1)
        }

    def test_its_winters_can_be_seen_without_colour(self) -> None:
        """Stripes, a snowflake and a dashed card for each."""
        canvas = drawing_of("history").canvas
        steps = {
            kind: [mark.first for mark in canvas.marks if isinstance(mark.artist, kind)]
            for kind in (PolyCollection, LineCollection)
        }
        assert steps[PolyCollection] == [3, 3, 5, 5]
        assert steps[LineCollection] == [3, 5]
        cards = [mark for mark in canvas.marks if isinstance(mark.artist, FancyBboxPatch)]
        dashed = {mark.first for mark in cards if mark.artist.get_linestyle() != "-"}
        assert dashed == {3, 5} == {mark.first for mark in cards if mark.stroke == "muted"}

    def test_places_are_claimed_against_the_years(self, canvas: Canvas) -> None:
        """A century on the ribbon: a fifth of it is a fifth of its length."""
        timeline(canvas, YEARS, [SPRING, WINTER], every=20)
        assert all(filed.claim.holds for filed in canvas.claims)
        (spring, winter) = [
            filed.claim.drawn for filed in canvas.claims if "the place of" in filed.claim.what
        ]
        fifth = spring[1] - spring[0]
        assert winter[0] - spring[1] == pytest.approx(1.5 * fifth)
        assert winter[1] - winter[0] == pytest.approx(1.5 * fifth)
        assert {"1900s", "1980s"} <= set(texts(canvas, 1))

    def test_it_is_told_in_the_order_of_time(self, canvas: Canvas) -> None:
        """Though winters stand in another row."""
        timeline(canvas, YEARS, [SPRING, WINTER, Era(1980, 2000, "Summer", "Again")], every=20)
        told = canvas.description()
        assert told.index("Spring") < told.index("Winter (1950 to 1980, hatched)")
        assert told.index("Winter") < told.index("Summer")
        assert "Summer" not in canvas.description(2)

    @pytest.mark.parametrize("winter", [False, True])
    def test_cards_of_a_row_do_not_overlap(self, canvas: Canvas, winter: bool) -> None:
        """Even when their eras stand close, at either end."""
        eras = [
            Era(start, start + 5, f"Era of {start}", "Some words", winter)
            for start in (1900, 1905, 1985, 1992)
        ]
        timeline(canvas, YEARS, eras, every=20)
        cards = [mark.artist for mark in canvas.marks if isinstance(mark.artist, FancyBboxPatch)]
        ends = [end for card in cards for end in (card.get_x(), card.get_x() + card.get_width())]
        assert ends == sorted(ends)
        assert ends[0] >= 0
        assert ends[-1] <= canvas.width

    @pytest.mark.parametrize(
        ("eras", "every", "what"),
        [
            ([], 20, "eras"),
            ([Era(1890, 1910, "Early", "Too early")], 20, "the years of 'Early'"),
            ([Era(1910, 1910, "Empty", "No time")], 20, "the years of 'Empty'"),
            ([WINTER, SPRING], 20, "the start of 'Spring'"),
            ([SPRING], 30, "every"),
            ([SPRING], 2, "every"),
            ([SPRING], 0, "every"),
            ([Era(1900 + 10 * n, 1910 + 10 * n, "A long title", "text") for n in range(9)],
             20, "eras in one row"),
        ],
    )  # fmt: skip
    def test_it_refuses(self, canvas: Canvas, eras: list[Era], every: float, what: str) -> None:
        """Eras beyond the ribbon or out of order, cells that do not fill it, too many words."""
        with pytest.raises(InputError, match=what):
            timeline(canvas, YEARS, eras, every=every)
