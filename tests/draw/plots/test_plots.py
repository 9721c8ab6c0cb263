"""What the plot helpers draw: the data of the artists, before any pixel."""

from __future__ import annotations

import re
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.text import Text
from referees import REFEREES, kinked

from figgen.core import (
    Chain,
    Function,
    InputError,
    Interval,
    chain,
    chain_deriv,
    closed_form,
    deriv,
)
from figgen.core.chains import reference, spoken
from figgen.core.functions import exp, identity, leaky_relu, relu, sigmoid, square, tanh
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.planes import Box, rounded_range
from figgen.draw.canvas.theme import LIGHT
from figgen.draw.canvas.unmarked import require_marked
from figgen.draw.plots.plots import Plot, flat_points, one_sided_slopes, slope_signs

BOX = Box(1, 0.5, 6, 4)
X, Y = Interval(-3, 3), Interval(-1, 4)

CHAINS: list[Chain] = [
    (square,),
    (relu,),
    (leaky_relu,),
    (sigmoid,),
    (square, sigmoid),
    (sigmoid, square),
    (leaky_relu, square, sigmoid),
    (leaky_relu, sigmoid, square),
]
every_chain = pytest.mark.parametrize("links", CHAINS, ids=spoken)


@pytest.fixture
def plot(canvas: Canvas) -> Plot:
    """A coordinate system with different units on both axes."""
    return Plot(canvas, BOX, X, Y)


def lines(canvas: Canvas) -> list[Mark]:
    """The marks that are lines through several points."""
    return [m for m in canvas.marks if isinstance(m.artist, Line2D) and len(_x(m)) > 1]


def dots(canvas: Canvas) -> list[Mark]:
    """The marks that are single points."""
    return [m for m in canvas.marks if isinstance(m.artist, Line2D) and len(_x(m)) == 1]


def place(mark: Mark) -> tuple[float, float]:
    """Where a dot is."""
    return float(_x(mark)[0]), float(_y(mark)[0])


def words(canvas: Canvas) -> list[str]:
    """All that is written."""
    return [m.artist.get_text() for m in canvas.marks if isinstance(m.artist, Text)]


def _x(mark: Mark) -> np.ndarray:
    return np.asarray(mark.artist.get_xdata(), dtype=float)


def _y(mark: Mark) -> np.ndarray:
    return np.asarray(mark.artist.get_ydata(), dtype=float)


def is_dashed(mark: Mark) -> bool:
    """Whether the line is drawn in dashes."""
    return mark.artist.is_dashed()


def is_hollow(mark: Mark) -> bool:
    """Whether the dot is filled with paper."""
    return mark.fill == "paper"


def slopes(links: Chain, x: np.ndarray) -> np.ndarray:
    """The derivative by mpmath, from the left at 0, where all kinks of ``CHAINS`` are."""

    def composed(u: mpmath.mpf) -> mpmath.mpf:
        for link in links:
            u = REFEREES[link.name](u)
        return u

    with mpmath.workdps(40):
        return np.array(
            [
                float(mpmath.diff(composed, mpmath.mpf(u), direction=1 if u > 0 else -1, h=1e-20))
                for u in x
            ]
        )


def fails(canvas: Canvas) -> list[str]:
    """The claims that do not hold."""
    return [filed.claim.what for filed in canvas.claims if not filed.claim.holds]


# Places


def test_distances_and_places(plot: Plot) -> None:
    """Inches on the canvas, units of the axes, pixels of matplotlib: all agree."""
    assert plot.dx(6) == 6
    assert plot.dy(4) == 5
    assert plot.on_page(-3, -1) == (1, 0.5)
    assert plot.on_page(3, 4) == (7, 4.5)
    pixels = plot.axes.transData.transform((0.7, 1.3))
    assert pixels / 72 == pytest.approx(plot.on_page(0.7, 1.3))


@pytest.mark.parametrize(
    ("x", "y", "origin"),
    [
        ((-3, 3), (-1, 4), (0, 0)),
        ((1, 2), (-3, -1), (1, -1)),
        ((0, 2), (-1, 0), (0, 0)),
    ],
)
def test_axes_cross_at_zero_or_next_to_it(
    canvas: Canvas, x: tuple[int, int], y: tuple[int, int], origin: tuple[int, int]
) -> None:
    """Where a range has no zero they cross at its nearer end."""
    assert Plot(canvas, BOX, Interval(*x), Interval(*y)).origin == origin
    assert Plot(canvas, BOX, Interval(*x), Interval(*y), (1, 1)).origin == (1, 1)


def test_frame_has_only_the_ticks_it_is_given(canvas: Canvas, plot: Plot) -> None:
    """Labels with a true minus at their places, and words in place of numbers where given."""
    plot.frame((-2, 1), {2: "two", 3: ""})
    assert words(canvas) == ["$x$", "$y$", "−2", "1", "two", ""]
    ticks = lines(canvas)
    middles = np.array([(_x(tick).mean(), _y(tick).mean()) for tick in ticks])
    assert middles == pytest.approx(np.array([(-2, 0), (1, 0), (0, 2), (0, 3)]))
    labels = [m.artist for m in canvas.marks if isinstance(m.artist, Text)][2:]
    assert [label.get_position()[0] for label in labels[:2]] == [-2, 1]
    assert [label.get_position()[1] for label in labels[2:]] == [2, 3]


def test_scenery_makes_no_claims(canvas: Canvas, plot: Plot) -> None:
    """Axes, lines, dots and labels alone say nothing that could be wrong."""
    plot.frame((1,), (1,))
    plot.line([0, 1], [0, 1], "muted")
    plot.dot(1, 1, "muted")
    plot.label(1, 1, "a")
    assert canvas.claims == []
    assert canvas.description() == ""


# Curves


@every_chain
def test_a_curve_lies_on_the_function(canvas: Canvas, plot: Plot, links: Chain) -> None:
    """Every point, within the plot, from edge to edge of what is visible; solid and claimed."""
    plot.curve(links, "forward")
    (mark,) = lines(canvas)
    x, y = _x(mark), _y(mark)
    assert y == pytest.approx(reference(links, x), rel=1e-14, abs=1e-14)
    assert np.all(np.diff(x) > 0)
    assert len(x) > 300
    assert y.min() >= Y.low
    assert y.max() <= Y.high + 1e-9
    assert mark.stroke == "forward"
    assert not is_dashed(mark)
    assert [filed.claim.what for filed in canvas.claims] == [f"the curve {spoken(links)}"]
    assert fails(canvas) == []


def test_one_function_needs_no_chain(canvas: Canvas, plot: Plot) -> None:
    """A function alone is a chain of one."""
    plot.curve(square)
    plot.curve((square,))
    first, second = lines(canvas)
    assert list(_y(first)) == list(_y(second))


def test_the_name_stands_at_the_end_of_the_curve(canvas: Canvas, plot: Plot) -> None:
    """In the curve's colour, moved by so many inches; or beside another point of it."""
    plot.curve(sigmoid, "forward", name="f", shift=(0.5, 0.25))
    plot.curve(sigmoid, "forward", name="g", name_at=1, shift=(0, 0))
    end, other = (m for m in canvas.marks if isinstance(m.artist, Text))
    (y,) = reference((sigmoid,), [3])
    assert end.artist.get_position() == pytest.approx((3 + plot.dx(0.5), y + plot.dy(0.25)))
    assert end.artist.get_text() == "$f$"
    assert end.stroke == "forward"
    assert other.artist.get_position() == pytest.approx((1, sigmoid.reference(1)))


def test_a_curve_that_is_nowhere_in_sight_is_refused(canvas: Canvas) -> None:
    """Its values and those of the plot are in the error."""
    plot = Plot(canvas, BOX, X, Interval(-3, -2))
    with pytest.raises(InputError, match=r"curve exp\(x\) on the plot is .*between -3 and -2"):
        plot.curve(exp)


@every_chain
def test_a_signed_curve_is_cut_where_the_slope_changes_sign(
    canvas: Canvas, plot: Plot, links: Chain
) -> None:
    """Each piece has the role of its direction, which its own values and its word confirm."""
    plot.signed_curve(links)
    pieces = lines(canvas)
    for piece in pieces:
        x, y = _x(piece), _y(piece)
        assert y == pytest.approx(reference(links, x), rel=1e-14, abs=1e-14)
        steps = np.diff(y)
        if piece.stroke == "positive":
            assert np.all(steps >= 0)
            assert y[-1] > y[0]
        elif piece.stroke == "negative":
            assert np.all(steps <= 0)
            assert y[-1] < y[0]
        else:
            assert piece.stroke == "muted"
            assert np.all(steps == 0)
    said = {"positive": "rises", "negative": "falls", "muted": "is level"}
    turning = ["flat"] * len(flat_points(links, plot.x))
    assert words(canvas) == [said[piece.stroke] for piece in pieces] + turning
    assert fails(canvas) == []


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ((square,), [(-3, 0, -1), (0, 3, 1)]),
        ((relu,), [(-3, 0, 0), (0, 3, 1)]),
        ((tanh,), [(-3, 3, 1)]),
        ((leaky_relu, square, sigmoid), [(-3, 0, -1), (0, 3, 1)]),
        ((kinked(1), square), [(-3, 1, -1), (1, 3, 1)]),
    ],
    ids=str,
)
def test_slope_signs(links: Chain, expected: list[tuple[float, float, int]]) -> None:
    """Stretches and signs, in order and without gaps."""
    found = [(piece.low, piece.high, sign) for piece, sign in slope_signs(links, X)]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-12)


# Derivatives


@every_chain
def test_a_derivative_is_the_slope_of_the_function(
    canvas: Canvas, plot: Plot, links: Chain
) -> None:
    """Dashed, in pieces between kinks, each point right on its own side of the kink."""
    plot.derivative(links)
    for mark in lines(canvas):
        x, y = _x(mark)[::8], _y(mark)[::8]
        assert y == pytest.approx(slopes(links, x), rel=1e-9, abs=1e-9)
        assert is_dashed(mark)
        assert mark.stroke == "backward"
    ends = [float(_x(mark)[k]) for mark in lines(canvas) for k in (0, -1)]
    assert ends[0] == -3
    assert ends[-1] == 3
    assert all(abs(end) < 1e-300 for end in ends[1:-1])
    assert fails(canvas) == []


@pytest.mark.parametrize(
    ("links", "at", "ends"),
    [
        ((relu,), 0, (0, 1)),
        ((leaky_relu,), 0, (0.2, 1)),
        ((leaky_relu, sigmoid, square), 0, (0.05, 0.25)),
        ((kinked(1 / 3),), 1 / 3, (-1, 1)),
        ((kinked(2 / 3),), 2 / 3, (-1, 1)),
    ],
    ids=str,
)
def test_a_jump_is_a_gap_between_two_rings(
    canvas: Canvas, plot: Plot, links: Chain, at: float, ends: tuple[float, float]
) -> None:
    """Neither slope is that of the function: there is none."""
    left, right = ends
    plot.derivative(links)
    first, second = lines(canvas)
    assert (_x(first)[-1], _y(first)[-1]) == pytest.approx((at, left), abs=1e-12)
    assert (_x(second)[0], _y(second)[0]) == pytest.approx((at, right), abs=1e-12)
    assert _x(second)[0] > _x(first)[-1]
    below, above = dots(canvas)
    assert place(below) == pytest.approx((at, left), abs=1e-12)
    assert place(above) == pytest.approx((at, right), abs=1e-12)
    assert is_hollow(below)
    assert is_hollow(above)
    assert below.stroke == above.stroke == "backward"
    assert one_sided_slopes(links, float(_x(first)[-1])) == pytest.approx((left, right))
    said = canvas.description().replace("−", "-")
    assert f"it jumps from {left:g} to {right:g}; there is no" in said
    assert fails(canvas) == []


def test_a_kink_without_a_jump_has_no_dots(canvas: Canvas, plot: Plot) -> None:
    """leaky_relu squared has slope 0 on both sides of 0."""
    plot.derivative((leaky_relu, square))
    assert dots(canvas) == []
    assert "jumps" not in canvas.description()


def test_areas_lie_between_the_derivative_and_zero(canvas: Canvas, plot: Plot) -> None:
    """Positive above with a +, negative below with a true minus."""
    plot.derivative(square, signs=True)
    areas = [m for m in canvas.marks if isinstance(m.artist, PolyCollection)]
    assert [(area.stroke, area.fill) for area in areas] == [(None, "positive"), (None, "negative")]
    for area, sign in zip(areas, (1, -1), strict=True):
        corners = np.vstack([path.vertices for path in area.artist.get_paths()])
        assert np.all(sign * corners[:, 1] >= 0)
        high = sign * corners[:, 1] > 1e-9
        assert corners[high, 1] == pytest.approx(2 * corners[high, 0])
    assert words(canvas) == ["+", "−"]


def test_no_area_where_there_is_no_sign(canvas: Canvas, plot: Plot) -> None:
    """A derivative that is nowhere negative has one area, a flat one none."""
    plot.derivative(sigmoid, signs=True)
    flat = Function("flat", "0{x}", np.zeros_like, np.zeros_like, lambda _x: 0.0)
    plot.derivative(flat, signs=True)
    fills = [m.fill for m in canvas.marks if isinstance(m.artist, PolyCollection)]
    assert fills == ["positive"]


EDGES = [(0, 3), (0.01, 3), (-3, 0), (-3, -0.01), (-3, 0.01)]


@pytest.mark.parametrize("ends", EDGES, ids=str)
def test_a_kink_at_the_edge_of_the_plot_is_no_error(
    canvas: Canvas, ends: tuple[float, float]
) -> None:
    """The derivative of relu is right on any range, whether or not it begins at the kink."""
    Plot(canvas, BOX, Interval(*ends), Y).derivative(relu)
    assert fails(canvas) == []


# Points, tangents, secants


def test_points_lie_on_the_function(canvas: Canvas, plot: Plot) -> None:
    """A full dot and a claim each, and all in one sentence."""
    plot.points((square, sigmoid), (-2, 0, 0.5))
    expected = [(x, 1 / (1 + np.exp(-(x**2)))) for x in (-2, 0, 0.5)]
    assert [place(dot) for dot in dots(canvas)] == [pytest.approx(pair) for pair in expected]
    assert not any(is_hollow(dot) for dot in dots(canvas))
    assert len(canvas.claims) == 3
    assert fails(canvas) == []
    assert canvas.description() == (
        "Points of sigmoid(square(x)) at (−2, 0.982), (0, 0.5), (0.5, 0.562)."
    )


def test_one_point_is_no_points(canvas: Canvas, plot: Plot) -> None:
    """Grammar too is read aloud."""
    plot.points(square, (2,))
    assert canvas.description() == "Point of square(x) at (2, 4)."


@pytest.mark.parametrize("at", [-2.5, -1, 0, 0.3, 1.5])
@pytest.mark.parametrize("func", [square, sigmoid, tanh, leaky_relu, identity], ids=str)
def test_a_tangent_has_the_slope_the_point_and_the_length(
    canvas: Canvas, plot: Plot, func: Function, at: float
) -> None:
    """Through the point of the curve, in inches as long as was asked, however steep."""
    slope = plot.tangent(func, at, length=2.0)
    (mark,) = lines(canvas)
    x, y = _x(mark), _y(mark)
    assert np.diff(y) / np.diff(x) == pytest.approx(slope)
    assert slope == pytest.approx(slopes((func,), np.array([at]))[0], abs=1e-9)
    assert (x.mean(), y.mean()) == pytest.approx((at, func.reference(at)))
    ends = np.array([plot.on_page(*end) for end in zip(x, y, strict=True)])
    assert np.hypot(*(ends[1] - ends[0])) == pytest.approx(2.0)
    assert f"has slope {slope:.3f}".rstrip("0").rstrip(".") in canvas.description().replace(
        "−", "-"
    )
    assert fails(canvas) == []


@pytest.mark.parametrize("delta", [1.0, 0.5, 0.001])
@pytest.mark.parametrize("func", [exp, square, sigmoid], ids=str)
def test_a_secant_goes_through_its_two_points(
    canvas: Canvas, plot: Plot, func: Function, delta: float
) -> None:
    """Two rings on the curve, the line through both, and the slope of the lecture's deriv."""
    slope = plot.secant(func, 0.5, delta, beyond=0.4)
    (mark,), rings = lines(canvas), dots(canvas)
    assert [place(ring) for ring in rings] == [
        pytest.approx((x, func.reference(x))) for x in (0.5 - delta, 0.5 + delta)
    ]
    assert all(is_hollow(ring) for ring in rings)
    x, y = _x(mark), _y(mark)
    for ring in rings:
        at, height = place(ring)
        assert y[0] + slope * (at - x[0]) == pytest.approx(height)
    assert np.diff(y) / np.diff(x) == pytest.approx(slope)
    assert slope == pytest.approx(float(deriv(func, 0.5, delta)), rel=1e-12)
    over = np.subtract(plot.on_page(x[1], y[1]), plot.on_page(*place(rings[1])))
    assert np.hypot(*over) == pytest.approx(0.4)
    assert is_dashed(mark)
    assert fails(canvas) == []


def test_a_secant_without_dots(canvas: Canvas, plot: Plot) -> None:
    """The line alone."""
    plot.secant(square, 0.5, 0.5, dots=False)
    assert dots(canvas) == []


def test_the_slope_at_a_point_is_marked_on_the_derivative(canvas: Canvas, plot: Plot) -> None:
    """A dot whose height is the slope."""
    slope = plot.slope_point((square, sigmoid), 1)
    (dot,) = dots(canvas)
    assert place(dot) == (1, slope)
    assert slope == pytest.approx(slopes((square, sigmoid), np.array([1.0]))[0])
    assert fails(canvas) == []


def test_a_number_on_the_plot_stands_at_its_point(canvas: Canvas, plot: Plot) -> None:
    """Moved by so many inches, printed and claimed."""
    plot.number(1, 2, -0.25, "backward", shift=(0.5, -0.25))
    (mark,) = canvas.marks
    assert mark.artist.get_text() == "−0.25"
    assert mark.artist.get_position() == pytest.approx((1 + plot.dx(0.5), 2 - plot.dy(0.25)))
    assert len(canvas.claims) == 1


# Words


@every_chain
def test_alt_text_holds_the_numbers_of_the_curve(canvas: Canvas, plot: Plot, links: Chain) -> None:
    """Its ends, its lowest and its highest point, all read back from the drawn line."""
    plot.curve(links)
    (mark,) = lines(canvas)
    text = canvas.description().replace("−", "-")
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]
    x, y = _x(mark), _y(mark)
    low, high = y.argmin(), y.argmax()
    expected = [y[0], x[0], y[-1], x[-1], y[low], x[low], y[high], x[high]]
    assert numbers == pytest.approx(expected, abs=5.001e-4)
    assert text.startswith(f"{spoken(links)} goes from")


def test_alt_text_of_a_signed_curve_says_where_it_rises(canvas: Canvas, plot: Plot) -> None:
    """Every stretch with its ends."""
    plot.signed_curve(relu)
    assert canvas.description() == (
        "relu(x) is level between x = −3 and 0. relu(x) rises between x = 0 and 3."
    )


@pytest.mark.parametrize(
    ("values", "count", "interval", "ticks"),
    [
        ([0.1, 0.9], 2, (0, 1), (0.5, 1)),
        ([-0.3, 1.7], 4, (-0.5, 2), (-0.5, 0.5, 1, 1.5, 2)),
        ([5, 9], 2, (0, 10), (5, 10)),
    ],
)
def test_rounded_range(
    values: list[float], count: int, interval: tuple[float, float], ticks: tuple[float, ...]
) -> None:
    """Round numbers around all values and zero, which itself has no tick."""
    found, at = rounded_range(np.array(values), count)
    assert (found.low, found.high) == interval
    assert at == pytest.approx(ticks)


# Planted faults


def wrong(func: Function, factor: float) -> Function:
    """``func`` with a derivative that is off by ``factor``."""
    return replace(func, derivative=lambda x: factor * func.derivative(x))


HELPERS = {
    "derivative": lambda plot, links: plot.derivative(links),
    "tangent": lambda plot, links: plot.tangent(links, 0.7),
    "slope": lambda plot, links: plot.slope(links, 0.7),
    "slope_point": lambda plot, links: plot.slope_point(links, 0.7),
}


@pytest.mark.parametrize("factor", [1.01, 1.0005])
@pytest.mark.parametrize("helper", HELPERS)
@pytest.mark.parametrize("func", [square, leaky_relu, sigmoid, tanh, exp], ids=str)
def test_a_wrong_derivative_fails_every_helper_that_draws_a_slope(
    canvas: Canvas, plot: Plot, func: Function, helper: str, factor: float
) -> None:
    """1 % or 0.05 % off, alone or as a link of a chain."""
    for links in (
        (wrong(func, factor),),
        (wrong(func, factor), sigmoid),
        (func, wrong(tanh, 1.01)),
    ):
        canvas.claims.clear()
        HELPERS[helper](plot, links)
        # The height of a tangent is claimed too; it is right.
        slopes = [
            filed
            for filed in canvas.claims
            if "slope" in filed.claim.what or "deriv" in filed.claim.what
        ]
        assert len(fails(canvas)) == len(slopes) > 0


VALUES = {
    "curve": lambda plot, func: plot.curve(func),
    "signed_curve": lambda plot, func: plot.signed_curve(func),
    "points": lambda plot, func: plot.points(func, (0.5, 1.5)),
    "secant": lambda plot, func: plot.secant(func, 0.5, 0.5),
}


@pytest.mark.parametrize("helper", VALUES)
def test_a_wrong_value_fails_every_helper_that_draws_values(
    canvas: Canvas, plot: Plot, helper: str
) -> None:
    """A numpy function that is 0.05 % off its plain Python reference."""
    VALUES[helper](plot, replace(square, evaluate=lambda x: 1.0005 * x**2))
    assert fails(canvas)


def test_a_swapped_order_of_the_chain_fails_the_derivative(
    canvas: Canvas, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted fault in the chain rule itself."""
    monkeypatch.setattr(
        "figgen.draw.plots.plots.chain_deriv",
        lambda links, x, how=closed_form: chain_deriv(links[::-1], x, how),
    )
    plot.derivative((square, sigmoid))
    assert fails(canvas) == ["the derivative of sigmoid(square(x))"]


def test_a_missing_factor_fails_the_tangent(
    canvas: Canvas, plot: Plot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The factor of the innermost function, the one that is forgotten most."""
    monkeypatch.setattr(
        "figgen.draw.plots.plots.chain_deriv",
        lambda links, x, how=closed_form: how(links[1], chain(links[:1], x)),
    )
    plot.tangent((square, sigmoid), 0.7)
    assert fails(canvas) == ["the slope of sigmoid(square(x)) at x = 0.7"]


def test_everything_a_plot_draws_is_marked(canvas: Canvas, plot: Plot) -> None:
    """All helpers together leave nothing without a role, and can be painted."""
    plot.frame((1,), (1,))
    for draw in (*HELPERS.values(), *VALUES.values()):
        draw(plot, square)
    plot.derivative(square, name="f'", signs=True)
    require_marked(canvas.figure, canvas.marks)
    canvas.paint(LIGHT)


def test_flat_points_are_where_the_slope_turns_through_zero() -> None:
    """The bottom of a parabola is flat; a kink that turns is not, nor is a level stretch."""
    interval = Interval(-3, 3)
    assert flat_points((square,), interval) == [0]
    assert flat_points((square, sigmoid), interval) == [0]
    assert flat_points((kinked(0.5),), interval) == []
    assert flat_points((relu,), interval) == []
    assert flat_points((tanh,), interval) == []


def test_a_signed_curve_marks_its_flat_point(canvas: Canvas, plot: Plot) -> None:
    """With a dot, a word and a sentence, so that colour is not all there is."""
    plot.signed_curve((square, sigmoid))
    (dot,) = dots(canvas)
    assert place(dot) == pytest.approx((0, 0.5))
    assert "It is flat at x = 0." in canvas.description()
    assert "flat" in [m.artist.get_text() for m in canvas.marks if isinstance(m.artist, Text)]
