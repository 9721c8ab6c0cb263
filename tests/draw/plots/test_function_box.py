"""The box machine, the derivative as a box, the building blocks and the code on a slide."""

from __future__ import annotations

import re

import numpy as np
import pytest
from lecture import drawing_of
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.text import Text

from figgen.core import FUNCTIONS, Function, InputError, identity, relu, sigmoid, square
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.derivative_box import nudge
from figgen.draw.plots.function_box import capsules, face, machine
from figgen.draw.text.source_code import listing, run, source_of

WHOLE = Box(0.1, 0.1, 11.8, 5.4)
HALF = Box(0.1, 0.1, 5.6, 5.4)


def texts(canvas: Canvas) -> dict[str, Mark]:
    """The marks that are texts, by their words."""
    return {mark.artist.get_text(): mark for mark in canvas.marks if isinstance(mark.artist, Text)}


def holds(canvas: Canvas) -> bool:
    """Whether there are claims, and all hold."""
    return bool(canvas.claims) and all(filed.claim.holds for filed in canvas.claims)


def test_the_machine_gives_what_the_function_gives(canvas: Canvas) -> None:
    """The outputs returned are those printed, in the order of the inputs."""
    outputs = machine(canvas, HALF, square, (-2, 0.5, 3))
    assert outputs.tolist() == [4, 0.25, 9]
    assert {"−2", "0.5", "3", "4", "0.25", "9"} <= set(texts(canvas))
    assert "−2 gives 4, 0.5 gives 0.25, 3 gives 9" in canvas.description()


def test_every_number_in_has_the_height_of_its_number_out(canvas: Canvas) -> None:
    """Arrows line up row by row."""
    machine(canvas, HALF, square, (-2, 0.5, 3))
    heights = {words: mark.artist.get_position()[1] for words, mark in texts(canvas).items()}
    assert heights["−2"] == heights["4"] > heights["0.5"] == heights["0.25"] > heights["9"]


def test_every_output_of_the_machine_is_claimed(canvas: Canvas) -> None:
    """A function whose two definitions differ is found out."""
    wrong = Function("wrong", "{x}", lambda x: 1.001 * x, np.ones_like, lambda x: x)
    machine(canvas, HALF, wrong, (1, 2))
    failed = [filed.claim.what for filed in canvas.claims if not filed.claim.holds]
    assert failed == ["wrong(1)", "wrong(2)"]


@pytest.mark.parametrize("inputs", [(), tuple(range(8)), (1, float("nan"))])
def test_the_machine_refuses_what_it_cannot_show(canvas: Canvas, inputs: tuple[float, ...]) -> None:
    """No number, too many, and what is no number."""
    with pytest.raises(InputError, match="inputs of the machine"):
        machine(canvas, HALF, square, inputs)


def test_a_formula_must_fit_its_box(canvas: Canvas) -> None:
    """Rather an error than words beyond the edge."""
    with pytest.raises(InputError, match="formula of relu"):
        face(canvas, Box(1, 1, 1.2, 2), relu)


def test_capsules_are_as_wide_as_the_widest_number(canvas: Canvas) -> None:
    """And all of one width, at the end that was asked for."""
    width = capsules(canvas, 5, (1, 2), (1, -123456.789), "output", ha="right")
    cards = [mark.artist for mark in canvas.marks if isinstance(mark.artist, FancyBboxPatch)]
    assert {(card.get_x(), card.get_width()) for card in cards} == {(5 - width, width)}
    assert width > canvas.measure(texts(canvas)["−123456.789"].artist)[0]


class TestNudge:
    """The derivative as a box."""

    def test_its_arrows_have_the_ratio_of_the_moves(self, canvas: Canvas) -> None:
        """Measured on the patches."""
        ratio = nudge(canvas, WHOLE, square, -1.5, 0.1)
        arrows = [mark for mark in canvas.marks if isinstance(mark.artist, Polygon)]
        lengths = {mark.fill: np.ptp(mark.artist.get_xy()[:, 1]) for mark in arrows}
        assert lengths["negative"] / lengths["positive"] == pytest.approx(-ratio)
        assert ratio == pytest.approx(-2.9)

    def test_what_it_prints(self, canvas: Canvas) -> None:
        """Both moves with their signs, in the colours of their directions."""
        nudge(canvas, WHOLE, square, -1.5, 0.1)
        found = texts(canvas)
        assert {"−1.5", "−1.4", "2.25", "1.96", "−2.9", "−3"} <= set(found)
        assert (found["+0.1"].stroke, found["−0.29"].stroke) == ("positive", "negative")
        assert "the input moves up by 0.1, from −1.5 to −1.4" in canvas.description()
        assert "the output moves down by 0.29" in canvas.description()

    @pytest.mark.parametrize("name", sorted(FUNCTIONS))
    @pytest.mark.parametrize(("at", "delta"), [(-1.5, 0.001), (0.7, -0.1), (2, 0.1)])
    def test_its_claims_hold_for_every_function(self, name: str, at: float, delta: float) -> None:
        """And nothing that it draws leaves the canvas."""
        canvas = Canvas()
        nudge(canvas, WHOLE, FUNCTIONS[name], at, delta)
        assert holds(canvas)
        for mark in canvas.marks:
            box = mark.artist.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= canvas.width * 72 + 1
            assert -1 <= box.y0 <= box.y1 <= canvas.height * 72 + 1

    def test_it_says_that_an_output_stays(self, canvas: Canvas) -> None:
        """No arrow, one number out."""
        nudge(canvas, WHOLE, relu, -1, 0.1)
        assert "the output stays at 0" in canvas.description()
        arrows = [mark.fill for mark in canvas.marks if isinstance(mark.artist, Polygon)]
        assert arrows == ["positive"]

    def test_a_wrong_derivative_is_found_out(self, canvas: Canvas) -> None:
        """By a tenth of a percent."""
        wrong = Function("wrong", "{x}", lambda x: x, lambda x: 1.001 + 0 * x, lambda x: x)
        nudge(canvas, WHOLE, wrong, 1, 0.1)
        failed = [filed.claim.what for filed in canvas.claims if not filed.claim.holds]
        assert failed == ["the slope of wrong at x = 1"]

    @pytest.mark.parametrize(
        ("function", "at", "delta", "what"),
        [
            (square, 1, 0, "delta is 0"),
            (square, 1, float("inf"), "delta is inf"),
            (square, 1, 1e-300, "delta is 1e-300"),
            (relu, 0, 0.1, "at is 0"),
        ],
    )
    def test_it_refuses(
        self, canvas: Canvas, function: Function, at: float, delta: float, what: str
    ) -> None:
        """A move that is none, and a point without one slope."""
        with pytest.raises(InputError, match=what):
            nudge(canvas, WHOLE, function, at, delta)


class TestSource:
    """Code on a slide."""

    def test_only_what_does_not_run_is_cut(self) -> None:
        """The decorator, the docstring and every annotation."""
        assert source_of(square) == "def square(x):\n    return np.power(x, 2)"
        assert source_of(sigmoid).splitlines()[3] == "    y = np.where(x > 0, 1.0, e) / (1 + e)"

    @pytest.mark.parametrize("name", sorted(FUNCTIONS))
    def test_it_runs_and_gives_the_same(self, name: str) -> None:
        """For every function of the core."""
        function, x = FUNCTIONS[name], np.array([-2, -0.5, 0, 1.5])
        assert np.array_equal(run(source_of(function), function)(x), function(x))
        assert "->" not in source_of(function)
        assert '"""' not in source_of(function)

    def test_what_has_nothing_to_cut_stays_as_it_is(self) -> None:
        """Comments and layout included."""

        def halved(x, *, by=2):  # type: ignore[no-untyped-def]
            # a comment
            y: float
            y = x / by
            return y

        function = Function("halved", "{x}", halved, np.ones_like, lambda x: x / 2)
        assert source_of(function).splitlines()[1:4] == [
            "    # a comment",
            "    y: float",
            "    y = x / by",
        ]
        assert run(source_of(function), function)(np.array(3.0)) == 1.5

    def test_it_needs_a_def(self) -> None:
        """A lambda has no listing, nor has what is not Python."""
        for evaluate in (lambda x: x, np.abs):
            function = Function("f", "{x}", evaluate, np.ones_like, lambda x: x)
            with pytest.raises(InputError, match="function of the listing"):
                source_of(function)

    def test_it_is_as_large_as_fits_but_not_too_small(self, canvas: Canvas) -> None:
        """Monospaced, without maths, never below the smallest size."""
        listing(canvas, Box(0, 0, 6, 2), [("cost = '$5'", "ink"), ("", "ink"), ("2", "highlight")])
        first, second = (mark.artist for mark in canvas.marks)
        assert first.get_fontsize() == second.get_fontsize() == 24
        assert not first.get_parse_math()
        with pytest.raises(InputError, match="listing"):
            listing(canvas, Box(0, 0, 6, 2), [("x" * 60, "ink")])


def test_the_functions_box_has_every_output_in_the_colour_of_outputs() -> None:
    """The picture of the lecture: five numbers through the square and through the ReLU."""
    canvas = drawing_of("functions-box").canvas
    assert {"$f_1$", "$f_2$", "$x^{2}$", r"$\max(x, 0)$", "2.25", "9"} <= set(texts(canvas))
    cards = [mark for mark in canvas.marks if isinstance(mark.artist, FancyBboxPatch)]
    roles = [mark.stroke for mark in cards]
    assert (roles.count("input"), roles.count("output"), roles.count("operation")) == (10, 10, 2)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("building-blocks", {"Functions": 1, "Derivatives": 2, "Matrix multiplications": 3,
                             "Together they build networks": 3, "1 · 2 + 2 · 1 = 4": 3}),
        ("three-perspectives", {"Math": 1, "$f(x) = x^{2}$": 1, "Code": 2, "Diagram": 3,
                                "    return np.power(x, 2)": 2, ">>> print(square(1.5))": 2}),
    ],
)  # fmt: skip
def test_the_foundation_appears_step_by_step(name: str, steps: dict[str, int]) -> None:
    """One tile or panel more in each, for good."""
    found = texts(drawing_of(name).canvas)
    assert {words: (found[words].first, found[words].last) for words in steps} == {
        words: (step, None) for words, step in steps.items()
    }


def test_the_three_perspectives_agree() -> None:
    """Formula, code and diagram print the same number."""
    words = [
        mark.artist.get_text()
        for mark in drawing_of("three-perspectives").canvas.marks
        if isinstance(mark.artist, Text) and mark.stroke == "highlight"
    ]
    assert [re.split(" = ", each)[-1] for each in words] == ["2.25", "2.25", "2.25"]


def test_the_matrix_product_is_claimed_as_a_whole() -> None:
    """Four numbers against sums in plain Python."""
    claims = drawing_of("building-blocks").claims
    (claim,) = [claim for claim in claims if claim.what == "the product of the matrices"]
    assert np.array_equal(claim.drawn, [[4, 4], [3, 6]])
    assert claim.how == "sums in plain Python"


def test_the_identity_keeps_what_goes_in(canvas: Canvas) -> None:
    """Large numbers still fit their capsules."""
    assert machine(canvas, WHOLE, identity, (12345.678,)).tolist() == [12345.678]
    assert holds(canvas)
