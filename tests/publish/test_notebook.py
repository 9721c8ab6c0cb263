"""Figures, graphs and equations in a notebook: what a cell shows, and how errors are told."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from lecture import ROOT
from small_course import HEAD

import figgen
from figgen.core import Graph, sigmoid, square, trace
from figgen.publish.notebook import Equation, NotebookError, show

NOTEBOOK = ROOT / "tests/support/notebook.ipynb"
CELLS = [
    "".join(cell["source"])
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "code"
]
SVG = "{http://www.w3.org/2000/svg}"


class Shell:
    """As much of IPython as the extension asks for, and a notebook's way to run a cell."""

    def __init__(self) -> None:
        self.printers: dict[type, Callable[[Any], None]] = {}
        formatter = SimpleNamespace(for_type=self.printers.__setitem__)
        self.display_formatter = SimpleNamespace(ipython_display_formatter=formatter)
        self.display_pub = self
        self.published: dict[str, str] = {}
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.count = 0

    def run(self, source: str) -> dict[str, str]:
        """Run a cell; what it shows, or the one line of an error."""
        if source == "%load_ext figgen":
            figgen.load_ipython_extension(self)
            return {}
        # As the kernel calls the files of cells.
        self.count += 1
        file = f"/tmp/ipykernel_1/{self.count}.py"  # noqa: S108 - nothing is written
        tree = ast.parse(source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, file, "exec"), self.names)  # noqa: S102 - that is what a notebook does
            if not isinstance(last, ast.Expr):
                return {}
            value = eval(compile(ast.Expression(last.value), file, "eval"), self.names)  # noqa: S307
        except NotebookError as error:
            (line,) = error._render_traceback_()
            return {"error": line}
        if type(value) in self.printers:
            with suppress(NotImplementedError):
                self.printers[type(value)](value)
                return self.published
        if hasattr(value, "_repr_mimebundle_"):
            bundle: dict[str, str] = value._repr_mimebundle_()
            return bundle
        return {"text/plain": repr(value)}

    def publish(self, data: dict[str, str], metadata: dict[str, str]) -> None:
        """Show something below the cell."""
        assert metadata == {}
        self.published = data


def ids(svg: str) -> list[str]:
    """All ids of a picture, which is sound XML."""
    return [each.attrib["id"] for each in ET.fromstring(svg).iter() if "id" in each.attrib]  # noqa: S314


def description(svg: str) -> str:
    """The alt text inside of a picture, found as a screen reader finds it."""
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert root.attrib["role"] == "img"
    named = dict(zip(root.attrib["aria-labelledby"].split(), ("title", "desc"), strict=True))
    words = {each.attrib["id"]: each.text or "" for each in root if each.tag != f"{SVG}g"
             and each.attrib.get("id") in named}  # fmt: skip
    assert set(words) == set(named)
    return list(words.values())[1]


def judge(shown: list[dict[str, str]]) -> None:
    """What the code cells of the notebook must show."""
    assert len(shown) == len(CELLS)
    last, dark, own, graph, backward, equation = [each for each in shown if "image/svg+xml" in each]
    for each in (last, dark, own, graph, backward, equation):
        assert each["image/svg+xml"].startswith("<svg ")
        assert description(each["image/svg+xml"]) == each["text/plain"]
    every = Counter(each for cell in shown if cell.get("image/svg+xml")
                    for each in ids(cell["image/svg+xml"]))  # fmt: skip
    assert max(every.values()) == 1
    assert "A frame around both boxes" in last["text/plain"]
    assert "x = 0.5." in dark["text/plain"]
    assert "A frame" not in dark["text/plain"]
    assert own["text/plain"] == "A number. It is 1.5."
    assert graph["text/plain"].startswith("The computational graph of u2. Input x = 1.2.")
    assert "Backward" in backward["text/plain"]
    assert "Backward" not in graph["text/plain"]
    assert equation["text/plain"].startswith("An equation: fraction, d f, over d u, end fraction")
    assert equation["text/latex"] == r"$\displaystyle \frac{df}{du}(g(x)) \cdot \frac{dg}{dx}(x)$"
    assert [each["error"] for each in shown if "error" in each] == [
        "Error: equation: column 10: '{' without a matching '}'",
        "Error: at=near is not allowed: give a finite number",
    ]
    (wrong,) = [each["text/plain"] for each in shown if each.keys() == {"text/plain"}]
    assert re.fullmatch(r"Error: cell:5: 2 \+ 2.*5.*4.*", wrong)


def test_the_notebook_without_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells, through the printers that the extension registers."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    shell = Shell()
    judge([shell.run(cell) for cell in CELLS])


@pytest.mark.notebook
@pytest.mark.skipif(
    not (find_spec("nbclient") and find_spec("ipykernel")),
    reason="needs nbclient and ipykernel; .ci/run brings them",
)
@pytest.mark.filterwarnings("default")
def test_the_notebook_in_jupyter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its cells, in order, in a kernel of its own."""
    import nbclient  # noqa: PLC0415 - only where it is
    import nbformat  # noqa: PLC0415

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    shown: list[dict[str, str]] = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        found: dict[str, str] = {}
        for output in cell.outputs:
            # Nothing but what is shown: no warning, no print.
            assert output.output_type in {"execute_result", "display_data", "error"}, output
            if output.output_type == "error":
                found["error"] = "\n".join(output.traceback)
            else:
                found |= output.data
        shown.append(found)
    judge(shown)


def test_other_functions_stay_what_they_are() -> None:
    """The extension shows figures, and leaves every other function to IPython."""
    shell = Shell()
    figgen.load_ipython_extension(shell)
    assert Graph in shell.printers
    assert shell.run("def f(): pass\nf")["text/plain"].startswith("<function f at")


def test_a_picture_shown_twice_has_two_sets_of_ids() -> None:
    """So that no part of one refers into the other, whatever the page."""
    graph = trace(lambda x: sigmoid(square(x)), x=1.2)
    first, second = (ids(show(graph).svg) for _ in range(2))
    assert len(first) == len(second) > 5
    assert not {*first} & {*second}


def test_the_theme_paints_a_picture() -> None:
    """A graph and an equation too."""
    graph = trace(square, x=1.2)
    assert "#1a1d21" in show(graph).svg.lower()
    assert "#1a1d21" not in show(graph, theme="dark").svg.lower()
    assert Equation("a^2", theme="dark").picture.svg.lower().count("#1a1d21") == 0


def test_steps_of_an_equation() -> None:
    """The last one is shown, unless another one is asked for; its words go with it."""
    latex = r"\role{input}{y} &= x \step{2}{= 9}"
    assert Equation(latex).picture.alt == "An equation: y equals x equals 9."
    assert Equation(latex, step=1).picture.alt == "An equation: y equals x."
    assert Equation(latex).latex == "y = x = 9"


def by_author(body: str) -> Callable[..., None]:
    """A figure function as a module holds it."""
    names: dict[str, Any] = {"__name__": "lesson"}
    source = f'{HEAD}@figure(title="T", perspective="plot", alt="A.")\n{body}\n'
    exec(compile(source, "/course/lesson.py", "exec"), names)  # noqa: S102 - written above
    found: Callable[..., None] = names["drawn"]
    return found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: show(by_author("def drawn(canvas): 1 / 0")),
         "course/lesson.py:7: ZeroDivisionError: division by zero"),
        (lambda: show(by_author("def drawn(canvas, *, a: float = 1): pass"), b=2),
         "no parameter is called 'b'; there are: a"),
        (lambda: show(by_author("def drawn(canvas): canvas.describe('One.')"), step=2),
         "drawn has no step 2; it has 1"),
        (lambda: show(by_author("def drawn(canvas): pass"), theme="pink"),
         "theme is 'pink'; allowed: light, dark, print"),
        (lambda: show(trace(square, x=1.0), step=0), "graph has no step 0; it has 1"),
        (lambda: show(trace(square, x=1.0), at=2),
         "no parameter of a graph is called 'at'; there is: backward"),
        (lambda: show(print), "<built-in function print> cannot be shown; allowed: a figure"),
        (lambda: Equation("a", step=2), "equation has no step 2; it has 1"),
        (lambda: Equation("a", slot="poster"), "slot is 'poster'; allowed: full, half,"),
        (lambda: Equation(r"\text{" + "word " * 60 + "}"), "equation: width of the formula is"),
    ],
)  # fmt: skip
def test_errors_are_one_line(wrong: Callable[[], object], told: str) -> None:
    """What was given, what is allowed, and where."""
    with pytest.raises(NotebookError) as caught:
        wrong()
    (line,) = caught.value._render_traceback_()
    assert line.startswith(f"Error: {told}")
    assert "\n" not in line


def test_a_graph_that_cannot_be_drawn_says_so() -> None:
    """In place of the picture, below the cell."""
    shell = Shell()
    figgen.load_ipython_extension(shell)
    wide = trace(lambda x: sum((sigmoid(x + n) for n in range(40)), start=x), x=1.0)
    shell.names["wide"] = wide
    (line,) = shell.run("wide").values()
    assert line.startswith("Error: ")
    assert "\n" not in line
