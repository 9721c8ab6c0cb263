"""The figures of the perspective "code": what is on the slide is what runs."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lecture import COURSE, ROOT, drawing_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from figgen.draw.canvas.rc import CODE_FAMILY, LABEL, style
from figgen.pipeline.drawing import FigureError, draw
from figgen.pipeline.importing import load

CORE = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "figgen/core").glob("*.py")}

FIGURES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "functions-code": (
        "functions.py",
        ("square", "relu", "leaky_relu"),
        "[[4.0, 0.25, 9.0], [0.0, 0.5, 3.0], [-0.4, 0.5, 3.0]]",
    ),
    "derivative-code": ("derivatives.py", ("deriv",), "array([-3.,  0.,  4.])"),
    "nested-code": ("chains.py", ("chain_length_2", "chain"), "array([0.8085, 0.5   , 0.8085])"),
    "chain2-code": ("chains.py", ("chain_deriv_2",), "array([-0.3717,  0.    ,  0.3717])"),
    "sigmoid-code": (
        "functions.py",
        ("sigmoid", "sigmoid_deriv"),
        "array([0.0452, 0.25  , 0.0452])",
    ),
    "chain3-code": ("chains.py", ("chain_deriv_3",), "array([-0.0723,  0.3932])"),
    "two-inputs-code": ("multiple_inputs.py", ("multiple_inputs_add",), "0.7311"),
    "two-inputs-backward-code": (
        "multiple_inputs.py",
        ("multiple_inputs_add_backward",),
        "0.1966 0.1966",
    ),
    "vector-code": ("multiple_inputs.py", ("matmul_forward",), "array([[2.173]])"),
    "vector-gradient-code": (
        "multiple_inputs.py",
        ("matmul_backward_first",),
        "array([[ 0.9282, -0.6075, -1.2214]])",
    ),
    "vector-sigma-code": ("multiple_inputs.py", ("matrix_forward_extra",), "array([[0.8978]])"),
    "vector-sigma-backward-code": (
        "multiple_inputs.py",
        ("matrix_function_backward_1",),
        "array([[ 0.0852, -0.0557, -0.1121]])",
    ),
    # The book's numbers: Seth Weidman, "Deep Learning from Scratch" (2019), chapter 1.
    "matrix-forward-code": ("multiple_inputs.py", ("matrix_function_forward_sum",), "2.3755"),
    "matrix-backward-code": (
        "multiple_inputs.py",
        ("matrix_function_backward_sum_1",),
        "array([[ 0.2489, -0.3748,  0.0112],",
    ),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


def test_the_lecture_has_them_all() -> None:
    """Each in one step, as an asset of the perspective "code"."""
    found = {entry.name: entry.definition for entry in COURSE.entries}
    codes = {name for name, definition in found.items() if definition.perspective == "code"}
    assert codes == set(FIGURES)
    assert {found[name].steps for name in codes} == {1}


def letters_of(name: str) -> list[Text]:
    """The texts of a figure."""
    marks = drawing_of(name).canvas.marks
    return [mark.artist for mark in marks if isinstance(mark.artist, Text)]


@every_figure
def test_every_line_on_the_slide_stands_in_the_core(name: str) -> None:
    """Byte for byte; of a head and of a variable only the annotation is left out."""
    file, functions, _ = FIGURES[name]
    lines = CORE[file].splitlines()
    shown = drawing_of(name).canvas.sources["txt"].split("\n>>> ")[0]
    heads = [line for line in shown.splitlines() if line.startswith("def ")]
    assert [head[4 : head.index("(")] for head in heads] == list(functions)
    for line in filter(None, shown.splitlines()):
        if line in heads:
            assert any(each.startswith(line.partition("(")[0]) for each in lines)
        elif '"""' in line:
            assert line.removesuffix('"""') in lines
        elif line == "    y = np.where(x > 0, 1.0, e) / (1 + e)":
            assert line.replace("y", "y: Array", 1) in lines
        else:
            assert line in lines


@every_figure
def test_what_is_drawn_is_the_text(name: str) -> None:
    """Line by line; only blanks are lost between texts, which stand in columns."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for text in letters_of(name):
        x, y = text.get_position()
        # Beside the lower lines of the code, a card of calls has lines of its own.
        side = 100 * (name == "matrix-backward-code" and x > 5 and y < 4)
        rows.setdefault(round(y, 4) - side, []).append((x, text.get_text()))
    drawn = [" ".join(each for _, each in sorted(row)) for _, row in sorted(rows.items())[::-1]]
    txt = drawing_of(name).canvas.sources["txt"]
    assert "".join("".join(drawn).split()) == "".join(txt.split())


@every_figure
def test_letters(name: str) -> None:
    """All monospaced, of one size that can be read, on the canvas, and none over another."""
    drawing, texts = drawing_of(name), letters_of(name)
    assert {tuple(text.get_fontfamily()) for text in texts} == {(CODE_FAMILY,)}
    (size,) = {text.get_fontsize() for text in texts}
    assert size >= LABEL
    # A renderer of its own: a text measures itself with that of its last picture.
    renderer = FigureCanvasAgg(drawing.canvas.figure).get_renderer()
    with style():
        boxes = [text.get_window_extent(renderer).padded(-1) for text in texts]
    width, height = (72 * inches for inches in (drawing.canvas.width, drawing.canvas.height))
    for number, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        beside = [other for other in boxes[:number] if box.overlaps(other)]
        # Monospaced lines may reach above and below themselves by less than their distance.
        assert all(abs(box.y0 - other.y0) > size for other in beside)


@every_figure
def test_the_call_gives_what_a_second_way_gives(name: str) -> None:
    """Read back from the slide; and the printed code gives what the core gives."""
    drawing = drawing_of(name)
    drawing.require_claims()
    ways = {claim.how for claim in drawing.claims}
    assert "the function that runs" in ways
    assert len(ways) >= 2
    assert FIGURES[name][2] in drawing.canvas.sources["txt"].splitlines()


@every_figure
def test_it_is_told(name: str) -> None:
    """Every function by name, every line of code, every call and what it gives."""
    alt, txt = drawing_of(name).alt(), drawing_of(name).canvas.sources["txt"]
    for line in txt.split("\n>>> ")[0].splitlines():
        if line and not line.startswith("def ") and '"""' not in line:
            assert line.strip() in alt
    assert all(f"The function {function} takes " in alt for function in FIGURES[name][1])
    assert " ".join(FIGURES[name][2].split()) in alt


def test_the_sizes_that_do_not_go_together_are_named() -> None:
    """The error is on the slide, as it is raised."""
    session = drawing_of("vector-code").canvas.sources["txt"]
    assert (
        "\n>>> matmul_forward(X, X)\nInputError: (X.shape, W.shape) is ((1, 3), (1, 3))" in session
    )


PLANTED = [
    ("nested-code", "apply(f2, apply(f1, x))", "apply(f1, apply(f2, x))"),
    ("chain2-code", "deriv(f2, f1_of_x)", "deriv(f2, x)"),
    ("chain2-code", "df2_du * df1_du", "df2_du + df1_du"),
    ("chain2-code", "df2_du * df1_du", "-df2_du * df1_du"),
    ("chain3-code", "deriv(f3, f2_of_x)", "deriv(f3, f1_of_x)"),
    ("chain3-code", "df3_du * df2_du *", "df3_du *"),
    ("derivative-code", "(2 * delta)", "delta"),
    ("derivative-code", "x - delta)", "x)"),
    ("two-inputs-code", "a = x + y", "a = x - y"),
    ("two-inputs-backward-code", "1, 1", "1, -1"),
    ("vector-code", "X @ W", "X @ -W"),
    ("vector-gradient-code", "W.T", "X.T"),
    ("vector-gradient-code", "W.T", "W[::-1].T"),
    ("vector-sigma-code", "sigma(N)", "sigma(-N)"),
    ("vector-sigma-backward-code", "dSdN @ dNdX", "2 * dSdN @ dNdX"),
    ("matrix-forward-code", "np.sum(S)", "np.sum(N)"),
    ("matrix-backward-code", "dLdS * dSdN", "dLdS"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), PLANTED)
def test_a_mistake_in_the_core_stops_the_figure(
    name: str, right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign flipped, an index swapped, a factor left out: the wrong code is shown and refused."""
    entry, function = COURSE.find(name), FIGURES[name][1][0]
    names = load(COURSE, entry).__globals__
    monkeypatch.setitem(names, function, with_mistake(names[function], right, wrong, tmp_path))
    drawing = draw(COURSE, entry)
    assert wrong in drawing.canvas.sources["txt"]
    with pytest.raises(FigureError, match="FAILS"):
        drawing.require_claims()


def with_mistake(
    function: Callable[..., Any], right: str, wrong: str, folder: Path
) -> Callable[..., Any]:
    """A function of the core with one mistake, from a file of its own."""
    core = importlib.import_module(function.__module__)
    source = Path(str(core.__file__)).read_text(encoding="utf-8")
    start = source.index(f"def {function.__name__}(")
    assert right in source[start:]
    source = source[:start] + source[start:].replace(right, wrong, 1)
    file = folder / "planted.py"
    file.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("planted", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    planted: Callable[..., Any] = getattr(module, function.__name__)
    return planted
