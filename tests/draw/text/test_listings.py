"""Listings: the source that runs, its tokens, its place, its calls and its other forms."""

from __future__ import annotations

import html
import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from figgen import core
from figgen.cli.listing import listing as listing_command
from figgen.core import Array, Function, InputError, deriv, sigmoid, square
from figgen.core.derivatives import extrapolate
from figgen.core.functions import FUNCTIONS
from figgen.core.multiple_inputs import matmul_forward
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import CODE_FAMILY
from figgen.draw.canvas.theme import ROLES, THEMES, Theme
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.text.example_calls import numbers_in
from figgen.draw.text.listings import BAND, Listing
from figgen.draw.text.source_code import ADVANCE, run, source_of
from figgen.draw.text.syntax_colours import STYLES, runs
from figgen.errors import BuildError, RequestError

TAUGHT: list[Callable[..., Any]] = [
    *FUNCTIONS.values(),
    *(
        getattr(core, name)
        for name in core.__all__
        if name.startswith(("chain", "matmul", "matrix", "multiple", "xor", "deriv"))
    ),
]


def halves(x: Array) -> Array:
    """The half of every number.

    And more words.
    """
    # forward
    y = x / 2

    # back and forth, for '$5' < "$6" & more
    return y * 1


def many(*numbers: float, by: float = 2, **others: float) -> float:
    """The sum of all."""
    return sum(numbers) * by + sum(others.values())


def is_within(short: Sequence[object], long: Sequence[object]) -> bool:
    """Whether ``short`` is ``long`` with some of its elements left out."""
    rest = iter(long)
    return all(each in rest for each in short)


def drawn(canvas: Canvas, left: float, size: float = 20) -> list[str]:
    """The lines of code on a canvas as they stand there, from top to bottom."""
    lines: dict[float, dict[int, str]] = {}
    for mark in canvas.marks:
        if isinstance(mark.artist, Text) and mark.artist.get_fontfamily() == [CODE_FAMILY]:
            x, y = mark.artist.get_position()
            column = (x - left) / (ADVANCE * size / POINTS_PER_INCH)
            assert column == pytest.approx(round(column), abs=1e-6)
            lines.setdefault(round(y, 6), {})[round(column)] = mark.artist.get_text()
    found = []
    for _, line in sorted(lines.items(), reverse=True):
        words = ""
        for column, letters in sorted(line.items()):
            assert len(words) <= column, "letters over letters"
            words = words.ljust(column) + letters
        found.append(words)
    return found


class TestSource:
    """What stays of the source of a function."""

    @pytest.mark.parametrize("docstring", ["none", "first line"])
    @pytest.mark.parametrize("function", TAUGHT, ids=lambda each: each.__name__)
    def test_every_byte_is_of_the_source_that_runs(self, function: Any, docstring: Any) -> None:
        """In its order; and below the head, every line but that of the docstring is whole."""
        module = sys.modules[getattr(function, "evaluate", function).__module__]
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        listing = source_of(function, docstring)
        assert is_within(listing, source[source.index(f"def {function.__name__}(") :])
        body = listing[listing.index(":\n") + 2 :].splitlines()
        changed = [line for line in body if line not in source.splitlines()]
        assert all(re.match(r' +""".*"""$| +\w+ = ', line) for line in changed)
        compile(listing, "listing", "exec")

    def test_only_the_first_line_of_a_docstring_stays(self) -> None:
        """Or nothing of it; a docstring of one line stays as it is."""
        assert source_of(halves, "first line").splitlines()[:3] == [
            "def halves(x):",
            '    """The half of every number."""',
            "    # forward",
        ]
        assert source_of(halves).splitlines()[1] == "    # forward"
        assert '"""The sum of all."""' in source_of(many, "first line")

    def test_annotations_go_with_the_blanks_of_the_default(self) -> None:
        """Of every kind of argument."""
        assert source_of(many).splitlines()[0] == "def many(*numbers, by=2, **others):"
        assert source_of(deriv).splitlines()[0] == "def deriv(func, input_, delta=0.001):"

    def test_a_wrapped_function_is_refused(self) -> None:
        """What runs is the wrapper, and not what stands below the decorator."""

        @wraps(halves)
        def wrapper(x: Array) -> Array:
            return halves(x) + 1

        with pytest.raises(InputError, match="function of the listing"):
            source_of(wrapper)

    def test_the_printed_code_sees_what_the_function_sees(self) -> None:
        """Also inside a lambda, and around it."""
        offset = 3.0

        def shifted(x: float) -> float:
            return max([x, 1.0], key=lambda each: float(square(np.array(each)))) + offset

        assert run(source_of(shifted), shifted)(-2.0) == 1.0


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module with one function, which a test may change."""
    (tmp_path / "taught.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    # Else a change within the same second would be read from the cache of compiled code.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module("taught")
    del sys.modules["taught"]


class TestChange:
    """A function that changes."""

    def test_the_listing_changes_with_the_function(self, module: ModuleType) -> None:
        """Once it runs, the new code is what is shown, and what the call gives."""
        assert "2 * x" in source_of(module.double)
        file = Path(str(module.__file__))
        file.write_text("def double(x):\n    return x + x + 1\n", encoding="utf-8")
        importlib.reload(module)
        canvas = Canvas()
        listing = Listing(canvas, module.double)
        listing.call("double(4)", 8, "twice")
        listing.draw()
        assert canvas.sources["txt"] == (
            "def double(x):\n    return x + x + 1\n\n>>> double(4)\n9\n"
        )
        assert [filed.claim.holds for filed in canvas.claims] == [True, False]

    @pytest.mark.parametrize(
        "edited", ["def double(x):\n    return 3 * x\n", "def double(y):\n    return 2 * y\n"]
    )
    def test_a_file_that_is_newer_than_what_runs_is_refused(
        self, module: ModuleType, edited: str
    ) -> None:
        """Its text is not what runs, be it one number or one name."""
        Path(str(module.__file__)).write_text(edited, encoding="utf-8")
        with pytest.raises(InputError, match="as it was when Python read it"):
            source_of(module.double)


class TestTokens:
    """Letters in roles."""

    def test_all_letters_arrive(self) -> None:
        """Each in its column, whatever its look."""
        code = source_of(halves, "first line")
        lines = []
        for line in runs(code):
            words = ""
            for each in line:
                words = words.ljust(each.column) + each.letters
            lines.append(words)
        assert lines == code.splitlines()

    def test_no_two_neighbours_look_the_same(self) -> None:
        """They are one text."""
        for line in runs(source_of(sigmoid)):
            assert all(one.style != other.style for one, other in pairwise(line))

    def test_a_kind_is_known_without_its_colour(self) -> None:
        """Keywords and names of functions are bold, comments and docstrings slanted."""
        found = {
            each.letters.strip(): each.style for line in runs(source_of(halves)) for each in line
        }
        assert found["def"].weight == found["halves"].weight == found["return"].weight == "bold"
        assert found["# forward"].italic
        assert found["y *"].weight == "regular"

    def test_tabs_are_refused(self) -> None:
        """They have no width."""
        with pytest.raises(InputError, match="blanks"):
            runs("if x:\n\ty")

    @pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
    def test_contrast(self, theme: Theme) -> None:
        """At least 4.5 to 1 on the card, on the paper and on a band in any role."""
        grounds = [theme.colour("paper"), theme.colour("muted", 0.06)]
        grounds += [theme.colour(role, BAND) for role in ("forward", "backward")]
        for style in STYLES.values():
            for ground in grounds:
                assert contrast(theme.colour(style.role), ground) >= 4.5, (style, ground)
        assert {style.role for style in STYLES.values()} <= set(ROLES)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


class TestPlace:
    """What fits, and what does not."""

    def test_what_is_drawn_is_the_code(self, canvas: Canvas) -> None:
        """Every line in its order, every letter in its column, no formula read."""
        Listing(canvas, halves, box=Box(1, 0.5, 10, 4.5)).draw()
        lines = [line for line in source_of(halves).splitlines() if line]
        assert drawn(canvas, 1.36) == lines
        texts = [mark.artist for mark in canvas.marks if isinstance(mark.artist, Text)]
        assert not any(text.get_parse_math() for text in texts)
        assert {text.get_fontsize() for text in texts} == {20}

    @pytest.mark.parametrize("size", [18, 20, 24])
    def test_the_columns_are_as_wide_as_the_letters(self, canvas: Canvas, size: float) -> None:
        """So that no run overlaps the next."""
        Listing(canvas, halves, size=size).draw()
        for mark in canvas.marks:
            if isinstance(mark.artist, Text):
                reach = len(mark.artist.get_text()) * ADVANCE * size / POINTS_PER_INCH
                assert canvas.measure(mark.artist)[0] <= reach + 0.02

    def test_a_longer_one_is_as_large_but_tighter(self) -> None:
        """Only the distance of the lines follows the room."""
        distances = []
        for height in (5.4, 2.6):
            canvas = Canvas()
            Listing(canvas, halves, box=Box(0.1, 0.1, 11.8, height)).draw()
            texts = [mark.artist for mark in canvas.marks if isinstance(mark.artist, Text)]
            assert {text.get_fontsize() for text in texts} == {20}
            heights = sorted({text.get_position()[1] for text in texts}, reverse=True)
            distances.append(heights[0] - heights[1])
        assert distances[0] > distances[1] >= 1.3 * 20 / 72 - 1e-9

    def test_too_many_lines(self, canvas: Canvas) -> None:
        """The error says how many are too many, and so many fewer do fit."""
        listing = Listing(canvas, *[square] * 8)
        with pytest.raises(InputError, match=r"lines of the listing of square.* 23; .* 5 fewer"):
            listing.draw()

    def test_too_many_columns(self, canvas: Canvas) -> None:
        """Of the code and of a call."""
        with pytest.raises(InputError, match=r"columns .* 95; allowed: at most 67 .* 28 fewer"):
            Listing(canvas, extrapolate).draw()
        listing = Listing(canvas, square)
        listing.call(f"square({'1' * 9}{' + 1' * 20})")
        with pytest.raises(InputError, match="columns of the listing of square"):
            listing.draw()

    def test_letters_that_are_too_small(self, canvas: Canvas) -> None:
        """Nobody reads them at the back of the hall."""
        with pytest.raises(InputError, match="text size"):
            Listing(canvas, square, size=17)

    def test_calls_beside_need_room_beside(self, canvas: Canvas) -> None:
        """A line of code that reaches into them is an error."""
        listing = Listing(canvas, square, calls="beside")
        listing.call("square(2)")
        listing.draw()
        listing = Listing(canvas, square, calls="beside")
        for _ in range(5):
            listing.call("square(2 + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0 + 0)")
        with pytest.raises(InputError, match=r"room beside it, \d+ columns more"):
            listing.draw()


class TestCalls:
    """What stands below the code."""

    def test_it_is_run_and_shown_as_in_a_session(self, canvas: Canvas) -> None:
        """Statements and expressions, prints, several lines."""
        listing = Listing(canvas, square, using=(sigmoid,))
        listing.call("x = np.array(\n    [1, 2])")
        assert listing.call("square(x)", [1, 4], "by hand").tolist() == [1, 4]
        listing.call("print(sigmoid(0.0))", 0.5, "by hand")
        listing.draw()
        session = ">>> x = np.array(\n...     [1, 2])\n>>> square(x)\narray([1, 4])\n"
        session += ">>> print(sigmoid(0.0))\n0.5\n"
        assert canvas.sources["txt"].endswith(f"\n\n{session}")
        assert all(filed.claim.holds for filed in canvas.claims)
        assert len(canvas.claims) == 4

    @pytest.mark.parametrize("wrong", [4.001, -4, [4, 4]])
    def test_a_number_that_is_not_so_fails(self, canvas: Canvas, wrong: Any) -> None:
        """A digit, a sign; numbers that are missing are an error at once."""
        listing = Listing(canvas, square)
        if isinstance(wrong, list):
            with pytest.raises(InputError, match="shape"):
                listing.call("square(2.0)", wrong, "by hand")
        else:
            listing.call("print(square(2.0))", wrong, "by hand")
            assert [filed.claim.holds for filed in canvas.claims] == [True, False]

    def test_the_last_printed_digit_counts_beside_large_numbers(self, canvas: Canvas) -> None:
        """An error relative to the largest number would hide it."""
        listing = Listing(canvas, square)
        listing.call("square(np.array([1000.0, 0.5]))", [1e6, 0.2503], "by hand")
        assert not canvas.claims[-1].claim.holds

    def test_code_that_differs_from_what_runs_fails(self, canvas: Canvas) -> None:
        """A `Function` whose call does something else than its listing."""

        class Odd(Function):
            """Adds 1 to what its listing gives."""

            def __call__(self, x: Array) -> Array:
                return self.evaluate(x) + 1

        odd = Odd("square", "{x}", square.evaluate, np.ones_like, lambda x: x)
        Listing(canvas, odd).call("square(3.0)")
        assert not canvas.claims[0].claim.holds

    def test_an_error_can_be_what_is_shown(self, canvas: Canvas) -> None:
        """Broken into lines that fit; but only the error that is meant, and only if it comes."""
        listing = Listing(canvas, matmul_forward)
        listing.call("matmul_forward(np.ones((1, 3)), np.ones((1, 3)))", raises=InputError)
        listing.draw()
        shown = canvas.sources["txt"].splitlines()[-2:]
        assert shown[0].startswith("InputError: (X.shape, W.shape) is ((1, 3), (1, 3))")
        assert max(map(len, shown)) <= 67
        with pytest.raises(ZeroDivisionError):
            listing.call("1 / 0", raises=InputError)
        with pytest.raises(InputError, match="one that raises InputError"):
            listing.call("1 / 1", raises=InputError)

    def test_numbers_are_read_back(self) -> None:
        """Not those in the name of a type."""
        assert numbers_in("array([[-0. ,  1.5], [2., 3e-07]], dtype=float32)") == [0, 1.5, 2, 3e-7]
        assert numbers_in("(np.float64(0.25), 7)") == [0.25, 7]

    def test_random_matrices_are_those_of_the_seed(self, canvas: Canvas) -> None:
        """In their order; the line is broken where room is scarce."""
        random = np.random.RandomState(5)
        X, W = random.randn(1, 3), random.randn(3, 1)  # noqa: N806 - the lecture's names
        for calls in ("below", "beside"):
            listing = Listing(canvas, matmul_forward, calls=calls)  # type: ignore[arg-type]
            listing.random(5, X=(1, 3), W=(3, 1))
            listing.call("matmul_forward(X, W).round(4)", X @ W, "numpy")
        assert all(filed.claim.holds for filed in canvas.claims)


class TestSteps:
    """Marked lines and calls, one after the other."""

    def test_nothing_moves(self) -> None:
        """The code stands where it does without them; bands lie behind the letters."""
        plain, marked = Canvas(), Canvas()
        Listing(plain, halves).draw()
        listing = Listing(marked, halves)
        with marked.step(1, last=1):
            listing.band(1, "forward")
        with marked.step(2):
            listing.band(2, "backward")
        listing.draw()
        texts = [
            [
                (mark.artist.get_text(), mark.artist.get_position(), mark.first)
                for mark in canvas.marks
                if isinstance(mark.artist, Text)
            ]
            for canvas in (plain, marked)
        ]
        assert texts[0] == texts[1]
        bands = [mark for mark in marked.marks if "ward" in (mark.fill or "")]
        spans = [(mark.fill, mark.first, mark.last) for mark in bands]
        assert spans == [("forward", 1, 1)] * 2 + [("backward", 2, None)] * 2
        assert max(mark.artist.get_zorder() for mark in bands) < 4
        assert "forward: 3 lines" in marked.description(1)
        assert "forward: 3 lines" not in marked.description(2)
        assert "backward: 2 lines" in marked.description(2)

    def test_a_call_shows_from_its_step_on(self, canvas: Canvas) -> None:
        """With its output and its words."""
        listing = Listing(canvas, square)
        with canvas.step(2):
            listing.call("square(2.0)")
        listing.draw()
        first = {
            mark.artist.get_text(): mark.first
            for mark in canvas.marks
            if isinstance(mark.artist, Text)
        }
        assert first["np.float64(4.0)"] == 2
        assert first["def"] == 1
        assert "gives" not in canvas.description(1)
        assert canvas.description(2).endswith("square(2.0) gives np.float64(4.0).")

    def test_there_must_be_such_a_paragraph(self, canvas: Canvas) -> None:
        """Counted from 1."""
        for number in (0, 3):
            with pytest.raises(InputError, match="1 to 2"):
                Listing(canvas, halves).band(number, "forward")


class TestOtherForms:
    """As text, as HTML, and as words."""

    def test_html_says_the_same_and_is_escaped(self, canvas: Canvas) -> None:
        """Without a style sheet or a class."""
        listing = Listing(canvas, halves)
        listing.call("halves(3.0) < 2", raises=None)
        listing.draw()
        page = canvas.sources["html"]
        assert "class=" not in page.replace('class="highlight"', "")
        assert "&lt;" in page
        assert "&amp;" in page
        said = html.unescape(re.sub(r"<[^>]*>", "", page))
        assert said.split() == canvas.sources["txt"].split()

    def test_words(self, canvas: Canvas) -> None:
        """What it takes and every line of it."""
        Listing(canvas, halves, many).draw()
        assert canvas.description() == (
            "The function halves takes x; 4 lines: # forward; y = x / 2;"
            " # back and forth, for '$5' < \"$6\" & more; return y * 1."
            " The function many takes numbers, by and others;"
            " 1 line: return sum(numbers) * by + sum(others.values())."
        )


class TestCommand:
    """``figgen listing``."""

    @pytest.mark.parametrize("ending", ["svg", "pdf", "png", "txt", "html"])
    def test_it_writes_the_listing(self, tmp_path: Path, ending: str) -> None:
        """In the format that the file's ending says."""
        out = tmp_path / f"code.{ending}"
        target = "figgen.core.chains:chain_deriv_2"
        result = CliRunner().invoke(listing_command, [target, "-o", str(out)])
        assert (result.exit_code, result.output) == (0, f"{out}\n")
        if ending == "txt":
            assert out.read_text(encoding="utf-8") == f"{source_of(core.chain_deriv_2)}\n"
        assert out.stat().st_size > 200

    @pytest.mark.parametrize(
        ("target", "error", "words"),
        [
            ("chain_deriv_2", RequestError, "give module:function"),
            ("figgen.core.chains:", RequestError, "give module:function"),
            ("no.such:thing", RequestError, "there is no module 'no'"),
            ("figgen.core.chain:x", RequestError, "there is no module 'figgen.core.chain'"),
            ("figgen.core.chains:chain_deriv2", RequestError, "did you mean chain_deriv_2"),
            ("numpy:abs", RequestError, "one that is written with def"),
            ("figgen.core.derivatives:extrapolate", BuildError, "at most 67 .* 28 fewer"),
            ("argparse:ArgumentParser", RequestError, "one that is written with def"),
            ("failing:double", BuildError, "failing cannot be imported: SystemExit: 3"),
            ("long:long", BuildError, "lines of the listing of long is 40; .* 26 fewer"),
        ],
    )
    def test_what_it_cannot_draw_is_one_clear_line(
        self,
        target: str,
        error: type[Exception],
        words: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """And nothing is written."""
        (tmp_path / "failing.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
        body = "    x += 1\n" * 38
        (tmp_path / "long.py").write_text(f"def long(x):\n{body}    return x\n", encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        out = tmp_path / "code.svg"
        result = CliRunner().invoke(listing_command, [target, "-o", str(out)])
        assert type(result.exception) is error
        assert re.search(words, str(result.exception))
        assert "\n" not in str(result.exception)
        assert not out.exists()
