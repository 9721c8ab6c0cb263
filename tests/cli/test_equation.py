r"""``figgen equation``: what a lecturer types, drawn, spoken, and refused in one line."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from figgen.cli.app import program
from figgen.pipeline.equation_without_course import MAX_LETTERS, equation_drawing

STEPPED = r"\role{output}{y} &= \role{input}{x}^2 \step{2}{= 9}"


def run(*arguments: str | Path) -> Result:
    """The command line with these arguments, whose output nothing else may share."""
    return CliRunner().invoke(program, ["equation", *map(str, arguments)], catch_exceptions=False)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_equation_is_drawn_and_read_aloud() -> None:
    """By default into equation.svg, whose description is what is printed."""
    result = run(r"\frac{df}{du}")
    assert result.exit_code == 0
    spoken, file = result.stdout.splitlines()
    assert (spoken, file) == ("fraction, d f, over d u, end fraction.", "equation.svg")
    assert spoken in Path(file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("suffix", "files"),
    [
        ("svg", ["y-1.svg", "y-2.svg"]),
        ("png", ["y-1.png", "y-2.png"]),
        ("pdf", ["y.pdf"]),
        ("tex", ["y.tex"]),
        ("mathml", ["y.mathml"]),
    ],
)
def test_every_format(suffix: str, files: list[str]) -> None:
    """A picture has a file for each step; a PDF has pages, a source all of them at once."""
    result = run(STEPPED, "-o", f"out/y.{suffix}")
    assert result.stdout.splitlines() == [
        "y equals x squared equals 9.",
        *(f"out/{file}" for file in files),
    ]
    assert sorted(path.name for path in Path("out").iterdir()) == files
    assert all(path.stat().st_size for path in Path("out").iterdir())


def test_the_sources_hold_the_equation() -> None:
    """LaTeX with roles and steps as macros, and MathML that is XML."""
    run(STEPPED, "-o", "y.tex")
    tex = Path("y.tex").read_text(encoding="utf-8")
    assert r"\role{output}{y} = \role{input}{x}^2 \step{2-}{= 9}" in tex
    run(STEPPED, "-o", "y.mathml")
    root = ET.fromstring(Path("y.mathml").read_text(encoding="utf-8"))  # noqa: S314 - our own file
    assert "".join(root.itertext()) == "y=x2=9"


def test_size_slot_and_theme() -> None:
    """Twice the size is twice the ink; the slot is the page, and the theme its colour."""
    small, large = (equation_drawing("a = b", size, "full").canvas for size in (30, 60))
    widths = [canvas.marks[-1].artist.get_path().get_extents().width for canvas in (small, large)]
    assert widths[1] == pytest.approx(2 * widths[0])
    assert run("a = b", "--size", "60", "--slot", "half", "-t", "dark").exit_code == 0
    svg = Path("equation.svg").read_text(encoding="utf-8")
    assert re.search(r'viewBox="0 0 417\.6 360"', svg)
    run("a = b", "--size", "60", "--slot", "half", "-t", "light")
    assert Path("equation.svg").read_text(encoding="utf-8") != svg


def test_it_is_not_checked_and_says_why() -> None:
    """No name in it has a value."""
    (written,) = equation_drawing("a = b", 34, "full").canvas.equations
    assert (written.claims, written.unchecked) == (
        0,
        "typed at the command line, where no name has a value",
    )


def test_a_wide_equation_is_broken_at_a_relation() -> None:
    """Nothing is scaled."""
    terms = " + ".join(["abcdef"] * 8)
    assert run(f"{terms} = {terms}").exit_code == 0


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        ("$x$", r"column 1: a formula needs no $ around it or in it; for the sign write \$"),
        ("x + $", r"column 5: a formula needs no $ around it or in it; for the sign write \$"),
        (r"\frac{a}{b", "column 9: '{' without a matching '}'"),
        ("a}", "column 2: '}' without a matching '{'"),
        (r"a + \foo{x}", r"column 5: unsupported command: \foo"),
        (r"\role{input}{a} + \foo", r"column 19: unsupported command: \foo"),
        ("x + 漢", "column 5: the STIX Two Math font has no '漢' character (U+6F22)"),
        ("", "column 1: nothing to typeset"),
        ("~", "column 1: nothing to typeset"),
        (r"5 % x", r"column 3: % begins a comment in LaTeX; for the sign write \%"),
        (r"a \textcolor{red}{x}", r"column 3: colours are roles here: write \role{input}{...}"),
        (r"\color{red} x", r"column 1: colours are roles here: write \role{input}{...}"),
        (r"a \role{red}{x}", "column 3: no role 'red'; ink, paper, input,"),
        (r"\step{0}{x}", "column 1: no step '0'; write 2, or 2-3 for two only"),
        (r"\step{31}{x}", "it has 31 steps; allowed: up to 30"),
        ("x" * (MAX_LETTERS + 1), "it has 2001 letters; allowed: up to 2000"),
    ],
)
def test_wrong_latex_is_one_line_with_the_column(latex: str, told: str) -> None:
    """Exit code 2, and no file."""
    result = run(latex)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: equation: {told}")
    assert result.stderr.count("\n") == 1
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            [r"\text{" + "word " * 30 + "}"],
            r"width of the formula is '\d+\.\d\d inches: .*allowed: 11\.80 inches at 34 points",
        ),
        (["abcdefghijk", "--slot", "half", "--size", "80"], r"allowed: 5\.60 inches at 80 points"),
        (
            ["+".join(["abc"] * 120)],
            r"height of the equations is '\d+\.\d\d inches'; allowed: 5\.6",
        ),
        (["a_{b}", "--size", "20"], "size of the formula is 20.0; allowed: .* points or more"),
    ],
)
def test_what_does_not_fit_is_one_line_with_the_room_it_needs(
    arguments: list[str], told: str
) -> None:
    """Exit code 1, and no file."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search(f"^Error: equation: .*{told}", result.stderr)
    assert result.stderr.count("\n") == 1
    assert not list(Path().iterdir())


def test_an_ending_that_is_no_format() -> None:
    """It is refused before anything is drawn."""
    result = run("x", "-o", "x.jpg")
    assert result.exit_code == 2
    assert "x.jpg: no such format; the ending must be one of .svg, .pdf, .png, .tex, .mathml" in (
        result.stderr
    )


def test_an_equation_may_begin_with_a_minus() -> None:
    """After the two dashes that end the options of any program."""
    assert run("--", "-x = y").stdout.startswith("negative x equals y.")
