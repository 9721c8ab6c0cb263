"""The parser of the expressions that a lecturer types."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from figgen.core.errors import InputError
from figgen.core.expressions import ExpressionError, parse
from figgen.core.functions import FUNCTIONS
from figgen.core.trace import trace

WORDS = ["x", "y", "2", "0.5", "+", "-", "*", "/", "**", "@", "(", ")", "sum(", "tanh(", "3", " "]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x + y * 2", 8),
        ("(x + y) * 2", 10),
        ("x - y - 1", -2),
        ("x / y / 2", 1 / 3),
        ("x - (y - 1)", 0),
        ("-x ** 2", -4),
        ("(-x) ** 2", 4),
        ("2 * -x", -4),
        ("- - x", 2),
        ("+x", 2),
        ("-x + y", 1),
        ("-x * y", -6),
        ("x ** 3 * y", 24),
        (".5 * x + 1.e1 + 2E-1", 11.2),
        ("square(x + y) / sum(x)", 12.5),
        ("relu(-x) + identity(y)", 3),
        ("sigmoid(tanh(x - 2))", 0.5),
        ("exp(leaky_relu(x - 7))", math.exp(-1)),
        ("\tx\n+ y", 5),
    ],
)
def test_values(text: str, value: float) -> None:
    """Operators bind and associate as they do in Python, plain and traced."""
    expression = parse(text)
    given_values = {name: {"x": 2, "y": 3}[name] for name in expression.names}
    assert expression(**given_values) == pytest.approx(value)
    assert trace(expression, **given_values).output.value == expression(**given_values)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_an_expression_is_one_of_python_with_the_same_value(text: str) -> None:
    """Whatever parses means what it means in Python."""
    try:
        expression = parse(text)
        values = {name: 1.1 * len(name) - 0.4 for name in expression.names}
        value = expression(**values)
    except InputError:
        return
    space = {**values, "sum": np.sum, "tanh": np.tanh}
    tree = ast.parse(text.strip(), mode="eval")
    expected = eval(compile(tree, "", "eval"), space)  # noqa: S307 - the words of this test only
    assert value == pytest.approx(expected)


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=300).map("".join))
@example("(" * 500)
@example("-" * 500)
@example("sum(" * 125)
@example("x**" * 100)
def test_nothing_but_an_expression_error_ever_comes_out(text: str) -> None:
    """Whatever is typed, the parser reads it or says where it cannot."""
    error = error_of(text)
    if error is None:
        return
    assert 1 <= error.column <= len(text) + 1
    summary, line, caret = str(error).split("\n")
    assert summary == error.summary
    assert caret == caret.rstrip()
    assert max(len(line), len(caret)) <= 80


def error_of(text: str) -> ExpressionError | None:
    """The error with which the parser refuses ``text``, if it does."""
    try:
        parse(text)
    except ExpressionError as error:
        return error
    return None


@pytest.mark.parametrize(
    "text",
    [
        "-" * 50_000 + "x",
        "(" * 3_000 + "x" + ")" * 3_000,
        "x" + "+x" * 100_000,
        "x + \0",
        "x\n+\n",
        "\ud800 + x",
        "é + x",
        "ｘ + 1",
        "x\u2028y",
        "1_000",
        "0x10",
        "2j",
        "1if x else y",
        "(x := 1)",
        "f'{x}'",
        "x < y",
        "x // y",
        "x % y",
        "not x",
        "~x",
        "*x",
        "sum(*x)",
        "()",
        "(x)(y)",
        "2(x)",
        "sum()",
    ],
)
def test_what_python_may_take_and_this_language_does_not_is_one_line(text: str) -> None:
    """Nothing too long or too deep ever reaches Python's parser, nor a word that it reads."""
    error = error_of(text)
    assert error is not None
    assert error.summary.isprintable()
    assert len(error.summary) < 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda * not + None", 2 * 2 + 2),
        ("  x", 2),
        ("\u00a0x\u3000* 2", 4),
        ("007 + x", 9),
        ("x ** 03", 8),
        ("x ** 2.0", 4),
        ("((x) ) * ( (x)- (-x) )", 8),
    ],
)
def test_words_that_python_would_misread_are_read(text: str, value: float) -> None:
    """A keyword of Python is a name here, and a number may begin with a zero."""
    expression = parse(text)
    assert expression(**dict.fromkeys(expression.names, 2)) == value


def test_names_are_listed_in_order_of_appearance() -> None:
    """They are the inputs of the graph."""
    expression = parse("sum(sigmoid(X @ W + b) * X)")
    assert expression.names == ("X", "W", "b")
    assert expression.__name__ == expression.text


def test_an_expression_can_be_traced() -> None:
    """It has the graph of the function that it spells."""
    graph = trace(parse("sum(sigmoid(X @ W))"), X=np.ones((3, 3)), W=np.ones((3, 2)))
    assert [n.op.name for n in graph.nodes if n.op] == ["matmul", "sigmoid", "sum"]
    assert all(claim.holds for claim in graph.claims())


def test_numbers_alone_are_computed_on_the_way() -> None:
    """2 * 3 is a constant of the graph, not an operation."""
    graph = trace(parse("x + 2 * 3"), x=1)
    assert [n.kind for n in graph.nodes] == ["input", "constant", "operation"]


@pytest.mark.parametrize(
    ("text", "column", "summary"),
    [
        ("", 1, "word at column 1 is 'the end'; allowed: a name, a number, a function or ("),
        ("x y", 3, "word at column 3 is 'y'; allowed: an operator (+ - * / @ **) or the end"),
        ("2x", 2, "word at column 2 is 'x'; "),
        ("x +", 4, "word at column 4 is 'the end'; "),
        ("x + * y", 5, "word at column 5 is '*'; "),
        ("(x", 3, "word at column 3 is 'the end'; allowed: an operator (+ - * / @ **) or )"),
        ("x)", 2, "word at column 2 is ')'; "),
        ("sum(x, y)", 6, "character at column 6 is ','; "),
        ("sum", 4, "word at column 4 is 'the end'; allowed: (, for the argument of sum"),
        ("mean(x)", 1, "function at column 1 is 'mean'; allowed: sum, identity, square, "),
        ("x(2)", 1, "function at column 1 is 'x'; "),
        ("x.T", 2, "character at column 2 is '.'; "),
        ("x.__class__", 2, "character at column 2 is '.'; "),
        ("__import__('os')", 1, "character at column 1 is '_'; "),
        ("X['a']", 2, "character at column 2 is '['; "),
        ("lambda: x", 7, "character at column 7 is ':'; "),
        ("x if y else z", 3, "word at column 3 is 'if'; "),
        ("x == y", 3, "character at column 3 is '='; "),
        ("x × y", 3, "character at column 3 is '×'; "),
        ("9**9**9", 5, "word at column 5 is '**'; allowed: one exponent, "),
        ("9**99", 4, "exponent at column 4 is '99'; allowed: a whole number from 1 to 10"),
        ("x**-1", 4, "exponent at column 4 is '-'; "),
        ("x**y", 4, "exponent at column 4 is 'y'; "),
        ("x**", 4, "exponent at column 4 is 'the end'; "),
        ("x**1.5", 4, "exponent at column 4 is '1.5'; "),
        ("1e999", 1, "number at column 1 is '1e999'; "),
        ("(" * 50, 41, "nesting at column 41 is 41; allowed: 40 levels at most"),
        ("sigmoid(" * 60, 321, "nesting at column 321 is 41; "),
        ("sigmoid(" * 1000 + "x" + ")" * 1000, 501, "length at column 501 is 9001; "),
    ],
)
def test_errors_point_at_the_place(text: str, column: int, summary: str) -> None:
    """One line says what is wrong and what would do, a caret says where."""
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    error = caught.value
    assert error.column == column
    assert error.expression == text
    assert error.summary.startswith(summary)
    assert "\n" not in error.summary
    assert isinstance(error, InputError)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("-" * 50_000 + "x", 501, "length"),
        ("(" * 3_000 + "x" + ")" * 3_000, 501, "length"),
        ("-" * 400 + "x", 41, "nesting"),
        ("x +\0 y", 4, "character"),
        ("x\ny", 3, "word"),
        ("x + \ud800", 5, "character"),
        ("x\u200b + y", 2, "character"),
        ("é + x", 1, "character"),
        ("xé + 1", 2, "character"),
        ("x + ２", 5, "character"),
        ("x # y", 3, "character"),
        ("1_000", 2, "character"),
        ("0x10", 2, "word"),
        ("2j", 2, "word"),
        ("(x := 2)", 4, "character"),
        ("f'x'", 2, "character"),
        ("x // y", 4, "word"),
        ("x < y", 3, "character"),
        ("~x", 1, "character"),
        ("*x", 1, "word"),
        ("not x", 5, "word"),
        ("x, y", 2, "character"),
        ("()", 2, "word"),
        ("sum(*x)", 5, "word"),
    ],
)
def test_python_that_is_no_expression_here_is_refused_in_one_line(
    text: str, column: int, what: str
) -> None:
    """Neither what Python reads further, nor what its parser stumbles over, comes to it."""
    error = error_of(text)
    assert error is not None
    assert error.summary.startswith(f"{what} at column {column} is ")
    assert error.summary.isprintable()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lambda * 2", 6),
        ("if + None - True", 3),
        ("007 + 1", 8),
        ("x\u00a0+\v1", 4),
        ("1" * 200, None),
    ],
)
def test_python_keywords_and_zeros_mean_nothing_here(text: str, value: float | None) -> None:
    """A regularisation is called lambda, and 007 is a number."""
    expression = parse(text)
    expected = float(text) if value is None else value
    assert expression(**dict.fromkeys(expression.names, 3)) == expected


def test_an_expression_as_long_as_allowed_is_read_and_traced() -> None:
    """Its tree is as deep as it is long, which is not too deep for Python."""
    expression = parse("x+" * 249 + "x")
    assert expression(x=1) == trace(expression, x=1).output.value == 250


def test_the_caret_is_under_the_place() -> None:
    """Tabs and foreign characters take one column, so that the caret is not led astray."""
    with pytest.raises(ExpressionError) as caught:
        parse("a\t+ sum(é)")
    assert str(caught.value).split("\n")[1:] == ["  a + sum(?)", "          ^"]


@pytest.mark.parametrize("run", [lambda e, v: e(**v), lambda e, v: trace(e, **v)])
@pytest.mark.parametrize(
    ("text", "values", "column", "summary"),
    [
        ("1 + X @ W", {"X": np.ones((3, 2)), "W": np.ones((3, 2))}, 7, "shapes"),
        ("x + y", {"x": [1, 2], "y": [1, 2, 3]}, 3, "shapes"),
        ("exp(x)", {"x": 1000}, 1, ""),
        ("1 / (x - x)", {"x": 1}, 3, ""),
        ("((9**10)**10)**10 * ((9**10)**10)**10 + x", {"x": 1}, 14, ""),
    ],
)
def test_values_that_do_not_fit_are_refused_at_the_operator(
    run: Any, text: str, values: dict[str, Any], column: int, summary: str
) -> None:
    """The caret shows which operation it was, plain and traced; no warning, no overflow."""
    with pytest.raises(ExpressionError, match=f"^{summary}") as caught:
        run(parse(text), values)
    assert caught.value.column == column


@pytest.mark.parametrize("values", [{}, {"x": 1}, {"x": 1, "y": 2, "z": 3}])
def test_every_name_gets_a_value_and_no_other(values: dict[str, float]) -> None:
    """A missing or misspelt value is not overlooked."""
    with pytest.raises(InputError, match=r"allowed: x, y, the names in 'x \+ y'"):
        parse("x + y")(**values)


def test_values_are_numbers() -> None:
    """Text is refused under the name of the value."""
    with pytest.raises(InputError, match=r"^x is 'a'; allowed: real numbers"):
        parse("x + 1")(x="a")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_lecture_can_be_called(name: str) -> None:
    """And gives what the function gives."""
    x = np.array([-0.5, 0.25])
    np.testing.assert_array_equal(parse(f"{name}(x)")(x=x), FUNCTIONS[name](x))
