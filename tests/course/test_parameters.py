"""The parameters of figure functions: from the command line, and back into words."""

from __future__ import annotations

from typing import Literal

import pytest
from lecture import COURSE

from figgen.core import Chain, Function, Interval, relu, sigmoid, square, tanh
from figgen.course.parameters import ParameterError, as_text, in_words, parameters, parse_settings
from figgen.draw.canvas.canvas import Canvas
from figgen.pipeline.importing import load


def sample(
    canvas: Canvas,
    *,
    at: float = 0.5,
    count: int = 3,
    grid: bool = True,
    label: str = "x",
    function: Function = square,
    domain: Interval = Interval(-3, 3),
    points: tuple[float, ...] = (-2, 0.5),
    chain: Chain = (square, sigmoid),
    pair: tuple[Function, Function] = (square, relu),
    deltas: tuple[float, float, float] = (1, 0.5, 0.1),
    counts: tuple[int, ...] = (1, 2),
    mixed: tuple[int, str] = (1, "a"),
    side: Literal["left", "right"] = "left",
    size: Literal[1, 2] = 1,
    unsettable: dict[str, int] | None = None,
) -> None:
    """A figure function with a parameter of every type; it draws nothing."""


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("at=0.25", 0.25),
        ("at=-1e-3", -0.001),
        ("at=−2", -2.0),
        ("count=7", 7),
        ("count=-1", -1),
        ("grid=false", False),
        ("grid=Yes", True),
        ("label=a = b, c", "a = b, c"),
        ("label=", ""),
        ("function=tanh", tanh),
        ("domain=-1:2.5", Interval(-1, 2.5)),
        ("domain= -1 : 2.5 ", Interval(-1, 2.5)),
        ("points=1", (1.0,)),
        ("points=-2, 0, 2", (-2.0, 0.0, 2.0)),
        ("chain=tanh,square", (tanh, square)),
        ("chain=relu", (relu,)),
        ("pair=tanh,tanh", (tanh, tanh)),
        ("deltas=3,2,1", (3.0, 2.0, 1.0)),
        ("counts=3", (3,)),
        ("side=right", "right"),
        ("size=2", 2),
    ],
)
def test_a_value_of_every_type(setting: str, value: object) -> None:
    """The text becomes a value of the parameter's type."""
    name, _, text = setting.partition("=")
    found = parse_settings(sample, {name: text})
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("at=half", "a finite number"),
        ("at=", "a finite number"),
        ("at=nan", "a finite number"),
        ("at=1e999", "a finite number"),
        ("count=2.5", "a whole number"),
        ("grid=maybe", "true or false"),
        ("function=cosine", "one of identity, square, relu"),
        ("domain=3", "a range, low:high"),
        ("domain=1:2:3", "a range, low:high"),
        ("domain=3:-3", "low < high"),
        ("domain=0:inf", "a range, low:high"),
        ("points=1,,2", "numbers with commas between them"),
        ("chain=square,cosine", "functions with commas between them"),
        ("chain=", "functions with commas between them"),
        ("pair=tanh", "2 functions with commas between them"),
        ("deltas=1,2", "3 numbers with commas between them"),
        ("counts=1.5", "whole numbers with commas between them"),
        ("mixed=1,a", "cannot be set from the command line"),
        ("side=top", "one of left, right"),
        ("size=3", "one of 1, 2"),
        ("unsettable=1", "cannot be set from the command line"),
    ],
)
def test_a_value_that_does_not_fit(setting: str, allowed: str) -> None:
    """The error gives the setting as it was written, and what is allowed."""
    name, _, text = setting.partition("=")
    with pytest.raises(ParameterError) as caught:
        parse_settings(sample, {name: text})
    assert str(caught.value).startswith(f"{setting} is not allowed: give ")
    assert allowed in str(caught.value)


def test_an_unknown_parameter() -> None:
    """The error names the parameters that there are; the canvas is none."""
    with pytest.raises(ParameterError, match="no parameter is called 'canvas'; there are: at, cou"):
        parse_settings(sample, {"canvas": "1"})


def test_a_figure_without_parameters() -> None:
    """The error says that there are none."""

    def bare(canvas: Canvas) -> None:
        """A figure that takes nothing."""

    with pytest.raises(ParameterError, match="no parameter is called 'at'; there are: none"):
        parse_settings(bare, {"at": "1"})


def test_an_unknown_type_name() -> None:
    """An annotation that means nothing is an error of the author, not of the settings."""

    def careless(canvas: Canvas, *, at: Nowhere = 1) -> None:  # type: ignore[name-defined]  # noqa: F821
        """A figure whose annotation has no meaning."""

    with pytest.raises(NameError, match="Nowhere"):
        parameters(careless)


@pytest.mark.parametrize(
    "name", [n for n in parameters(sample) if n not in {"mixed", "unsettable"}]
)
def test_the_default_as_text_is_the_default(name: str) -> None:
    """What ``figgen show`` prints can be given to ``--set``, and changes nothing."""
    default = parameters(sample)[name][1]
    assert parse_settings(sample, {name: as_text(default)}) == {name: default}


@pytest.mark.parametrize("figure", COURSE.names)
def test_every_parameter_of_the_course_can_be_set(figure: str) -> None:
    """No figure has a parameter that the command line cannot change."""
    function = load(COURSE, COURSE.find(figure))
    for name, (kind, default) in parameters(function).items():
        assert "cannot be set" not in in_words(kind)
        assert parse_settings(function, {name: as_text(default)}) == {name: default}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (3.0, "3"),
        (1e-9, "1e-09"),
        (False, "false"),
        (Interval(-3, 3.5), "-3:3.5"),
        ((square, tanh), "square,tanh"),
        (None, "None"),
    ],
)
def test_as_text(value: object, text: str) -> None:
    """Exact, and as short as exact can be."""
    assert as_text(value) == text
