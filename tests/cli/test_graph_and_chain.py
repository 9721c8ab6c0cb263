"""``figgen graph`` and ``figgen chain``: typed expressions, drawn and told in numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from figgen.cli.app import program
from figgen.core import chain_deriv, sigmoid, square
from figgen.pipeline.graph_without_course import chain_graph, expression_graph

BOOK = ["sum(sigmoid(X @ W))", "--set", "X=3x3", "--set", "W=3x2", "--seed", "190204"]


def run(*arguments: str) -> Result:
    """The command line with these arguments."""
    return CliRunner().invoke(program, list(arguments))


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png", "dot"])
def test_the_book_s_example_is_drawn_and_told(tmp_path: Path, suffix: str) -> None:
    """The book's matrices: the numbers in a table, the picture in a file."""
    out = tmp_path / f"graph.{suffix}"
    answer = run("graph", *BOOK, "--backward", "-o", str(out))
    assert answer.exit_code == 0, answer.output
    assert "2.375495" in answer.output
    assert "[0.2489 −0.3748 0.0112] [0.126 −0.2781 −0.1395]" in answer.output
    assert out.read_bytes()


def test_a_chain_is_told_with_its_derivative(tmp_path: Path) -> None:
    """The gradient in the table is the derivative of the nested functions."""
    answer = run("chain", "square", "sigmoid", "--at", "1.5", "-o", str(tmp_path / "chain.svg"))
    assert answer.exit_code == 0, answer.output
    slope = float(chain_deriv((square, sigmoid), 1.5))
    line = next(line for line in answer.output.splitlines() if line.startswith("x "))
    assert float(line.split()[-1]) == pytest.approx(slope, abs=1e-6)


def test_values_are_numbers_vectors_and_matrices() -> None:
    """What is typed is what the graph holds; random matrices are numpy's legacy ones, in order."""
    graph = expression_graph(
        "a * v @ A @ B", {"a": "-2", "v": "1,2", "A": "1,2;3,4", "B": "2x3"}, seed=7
    )
    values = {node.name: node.value for node in graph.inputs}
    assert values["a"] == -2
    assert values["v"].tolist() == [1, 2]
    assert values["A"].tolist() == [[1, 2], [3, 4]]
    assert np.array_equal(values["B"], np.random.RandomState(7).randn(2, 3))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["graph", "__import__('os')"], "^__import__"),
        (["graph", "x.real", "--set", "x=1"], "x^.real"),
        (["graph", "9**9**9"], "9**9^**9"),
        (["graph", "2**99", "--set", "x=1"], "2**^99"),
        (["graph", "sigmoid(" * 1000 + "x" + ")" * 1000], "length"),
        (["graph", "foo(x)", "--set", "x=1"], "'foo'"),
        (["graph", "x + y", "--set", "x=1"], "x, y"),
        (["graph", "x", "--set", "x=one"], "value of x"),
        (["graph", "x", "--set", "x=0x3"], "shape of x"),
        (["graph", "x", "--set", "x=999x999"], "shape of x"),
        (["graph", "X @ W", "--set", "X=3x3", "--set", "W=2x2"], "((3, 3), (2, 2))"),
        (["graph", "x", "--set", "x=1", "--set", "x=2"], "x is set twice"),
        (["graph", "x", "--set", "x=1", "-o", "graph.bmp"], ".svg, .pdf, .png, .dot"),
        (["chain", "square", "cube"], "'cube'"),
        (["chain", "exp", "exp", "exp", "exp", "--at", "9"], "finite"),
    ],
)
def test_wrong_input_gets_one_line(arguments: list[str], said: str) -> None:
    """What is wrong and where, in one line and exit code 2; an expression has a caret in it."""
    answer = run(*arguments)
    assert answer.exit_code == 2
    lines = answer.stderr.strip().splitlines()
    # click puts its usage before what it refuses itself.
    assert lines[-1].startswith("Error: ")
    assert len(lines) == 1 or lines[0].startswith("Usage:")
    assert said in lines[-1]


def test_a_graph_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Nothing is scaled: the error says what room the graph needs, and no file is written."""
    out = tmp_path / "long.svg"
    answer = run("chain", *["tanh"] * 14, "-o", str(out))
    assert answer.exit_code == 1
    assert "needs" in answer.stderr
    assert "inches" in answer.stderr
    assert not out.exists()


def test_the_graphs_are_traced() -> None:
    """A chain's graph has a node a function, in their order."""
    graph = chain_graph(["square", "sigmoid"], 1.5)
    assert [node.op.name for node in graph.nodes if node.op] == ["square", "sigmoid"]
