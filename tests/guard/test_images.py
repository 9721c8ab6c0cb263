"""Every step of every figure against its baselines: the picture, and the vector file.

A new figure is guarded without a line here. ``figgen accept NAME`` renews its baselines; look at
it before they are committed. With other versions of matplotlib and the like than drew the baselines
both are only reported; then the scene judges alone.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from lecture import COURSE, ROOT, drawing_of
from PIL import Image

from figgen.course.course_folder import find_baseline
from figgen.draw.canvas.theme import THEMES
from figgen.guard.baselines import DPI, Baselines, cases
from figgen.guard.compare_png import compare_pixels, decoded
from figgen.guard.compare_svg import svg_differences
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.request import Asset

BASELINES = Baselines(find_baseline(COURSE.folder))
OTHER = BASELINES.other_versions()
EVERY_CASE = [(entry.name, *case) for entry in COURSE.entries for case in cases(entry)]


class Picture:
    """A figure as it is now, saved by figgen and not under the settings of pytest-mpl.

    For pytest-mpl it is a figure: it asks for ``savefig`` and no more.
    """

    def __init__(self, png: bytes) -> None:
        self.png = png

    def savefig(self, target: str | io.BytesIO, **_options: object) -> None:
        """Save it like the writer, without the words and the alpha channel, which say nothing."""
        Image.open(io.BytesIO(self.png)).convert("RGB").save(target, format="png", compress_level=1)


@cache
def picture(name: str, step: int, theme: str) -> bytes:
    """A step of a figure in a theme as a PNG, painted once for all the tests that look at it."""
    drawing = drawing_of(name)
    drawing.require_claims()
    return encode(drawing, Asset(name, drawing.canvas.steps, step, theme, "png"), DPI)


def case_of(name: str, step: int, theme: str, *marks: pytest.MarkDecorator) -> object:
    """A case, with its name."""
    return pytest.param(name, step, theme, id=f"{name}-{step}-{theme}", marks=marks)


def with_pictures() -> list[object]:
    """Every case, with what pytest-mpl wants to know, unless other versions drew its picture."""
    if OTHER:
        return []
    names = [f"{name}-{step}-{theme}.png" for name, step, theme in EVERY_CASE]
    marks = (pytest.mark.mpl_image_compare(filename=name, tolerance=0) for name in names)
    return [case_of(*case, mark) for case, mark in zip(EVERY_CASE, marks, strict=True)]


def judge(name: str, words: str) -> None:
    """Fail with what changed; where other versions drew the baseline, only report it."""
    if not words:
        return
    if OTHER:
        pytest.xfail(f"only reported, with {OTHER}: {words}")
    pytest.fail(f"{words}\nLook at it: figgen diff {name} --html diff.html", pytrace=False)


@pytest.mark.parametrize(("name", "step", "theme"), with_pictures())
def test_picture(name: str, step: int, theme: str) -> Picture:
    """The picture is the one that was looked at, for pytest-mpl."""
    return Picture(picture(name, step, theme))


@pytest.mark.parametrize(("name", "step", "theme"), [case_of(*case) for case in EVERY_CASE])
def test_pixels(name: str, step: int, theme: str) -> None:
    """No pixel changed; if some did, the message says how many, where, and how to look."""
    path = BASELINES.picture_path(COURSE.find(name), step, theme)
    if not path.exists():
        pytest.fail(f"no baseline picture; look, then: figgen accept {name}", pytrace=False)
    change = compare_pixels(decoded(path.read_bytes()), decoded(picture(name, step, theme)))
    judge(name, change.words(DPI) if change else "")


@cache
def vectors(name: str) -> dict[tuple[int, str], str]:
    """The baselines of the vector files of a figure."""
    return BASELINES.read_vectors(COURSE.find(name))


@pytest.mark.parametrize(("name", "step", "theme"), [case_of(*case) for case in EVERY_CASE])
def test_vector(name: str, step: int, theme: str) -> None:
    """The vector file has the same structure, and the same numbers to the last digit written."""
    before = vectors(name).get((step, theme))
    if before is None:
        pytest.fail(f"no baseline vector file; look, then: figgen accept {name}", pytrace=False)
    drawing = drawing_of(name)
    drawing.require_claims()
    svg = encode(drawing, Asset(name, drawing.canvas.steps, step, theme, "svg")).decode()
    judge(name, "; ".join(svg_differences(before, svg)))


@pytest.mark.parametrize("theme", THEMES)
def test_the_compared_picture_is_the_written_one(theme: str) -> None:
    """Pixel for pixel, paper included, also under the style that pytest-mpl sets."""
    name = COURSE.names[-1]
    drawing = drawing_of(name)
    steps = drawing.canvas.steps
    buffer = io.BytesIO()
    Picture(picture(name, steps, theme)).savefig(buffer)
    written = encode(drawing, Asset(name, steps, steps, theme, "png"), DPI)
    compared = np.asarray(Image.open(buffer))
    assert np.array_equal(compared, np.asarray(Image.open(io.BytesIO(written)).convert("RGB")))
    assert "#{:02x}{:02x}{:02x}".format(*compared[0, 0]) == THEMES[theme].colour("paper")


def test_no_baseline_is_left_over() -> None:
    """Each baseline belongs to a case, so that a figure that was renamed leaves nothing behind."""
    assert BASELINES.left_over(COURSE) == []


def test_all_baselines_are_small() -> None:
    """What is stored beside the pictures stays small, so that it can be renewed often."""
    vectors = [path.stat().st_size for path in BASELINES.folder.glob("vectors/*")]
    assert 0 < sum(vectors) < 4e6


# The guard itself: a course in a folder of its own, tested by this very module.

HEAD = """
from dataclasses import replace
from figgen import figure
from figgen.core import square
from figgen.draw.canvas.cards import arrow
from figgen.core import Interval
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.plots import Plot
"""
LESSON = '''

@figure(title="A parabola", perspective="plot", alt="A parabola.", steps=2, slot="half")
def parabola(canvas):
    """A parabola and its tangent."""
    plot = Plot(canvas, Box(0.6, 0.5, 4.2, 3.6), Interval(-2, 2), Interval(-1, 4))
    plot.frame((-1, 1), (2, 4))
    plot.curve(square, "forward")
    arrow(canvas, (4.6, 1), (5.4, 1), "input")
    canvas.text(2.7, 4.6, "words", "ink")
    with canvas.step(2):
        plot.points(square, (1,), "highlight")
        plot.tangent(square, 1, "backward")
'''

WORDS = '    canvas.text(2.7, 4.6, "words", "ink")\n'
CASES = {"1-light", "2-light", "2-dark", "2-print"}
LATER = CASES - {"1-light"}

CLAIM = "a derivative 1 % wrong"
FAULTS: dict[str, tuple[str, str, set[str]]] = {
    "none": ("", "", set()),
    "a label changed": ("words", "wards", CASES),
    "a tick changed": ("(2, 4))", "(3, 4))", CASES),
    "a curve missing": ('    plot.curve(square, "forward")\n', "", CASES),
    "an artist in a later step": (
        f"{WORDS}    with canvas.step(2):\n",
        f"    with canvas.step(2):\n    {WORDS}",
        {"1-light"},
    ),
    "a colour role swapped": ('1, "backward")', '1, "positive")', LATER),
    "an arrow head gone": ("arrow(canvas,", "canvas.line(", CASES),
    "a line a twentieth of a point wider": (
        'arrow(canvas, (4.6, 1), (5.4, 1), "input")',
        'arrow(canvas, (4.6, 1), (5.4, 1), "input", width=2.05)',
        CASES,
    ),
    "a point moved by a hundredth": ("(1,), ", "(1.01,), ", LATER),
    CLAIM: (
        "plot.tangent(square",
        "plot.tangent(replace(square, derivative=lambda x: 2.02 * x)",
        CASES,
    ),
}
"""What to replace by what in a copy of the lesson, and the cases that must fail."""

NAMES = {fault: f"parabola-{number}" for number, fault in enumerate(FAULTS)}


def lesson(*, faulty: bool) -> str:
    """A module with one copy of the lesson for each fault."""
    module = HEAD
    for fault, (right, wrong, _) in FAULTS.items():
        figure = LESSON.replace("parabola(", f"{NAMES[fault].replace('-', '_')}(")
        module += figure.replace(right, wrong) if faulty and right else figure
    return module


TESTS = ("test_picture", "test_pixels", "test_vector")


def run(folder: Path, *options: str) -> tuple[int, dict[str, set[str]], str]:
    """Run image tests in ``folder`` with the options of the project.

    Returns:
        The exit code, the cases of each test that failed, and all that was printed.
    """
    done = figgen(folder, "pytest", "tests/guard/test_images.py", "-n0", *options)
    failed: dict[str, set[str]] = {test: set() for test in TESTS}
    for test, case in re.findall(r"^FAILED \S+::(\w+)\[(\S+)\]", done.stdout, re.MULTILINE):
        failed[test].add(case)
    return done.returncode, failed, done.stdout + done.stderr


def figgen(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_faults_are_caught(tmp_path: Path) -> None:
    """Each planted fault fails where it shows, in every test, and the message says how to look.

    A missing baseline fails and is not written. Where other versions drew the baselines nothing
    fails, and all is reported.
    """
    module, baselines = tmp_path / "figures" / "one.py", tmp_path / "tests" / "baseline"
    module.parent.mkdir()
    for folder in ("tests/guard", "tests/support"):
        (tmp_path / folder).mkdir(parents=True)
    (module.parent / "__init__.py").write_text("TITLE = 'T'\nSECTIONS = {'one': 'One'}\n")
    module.write_text(lesson(faulty=False))
    for name in (
        "tests/conftest.py",
        "tests/guard/test_images.py",
        "tests/support/lecture.py",
        "pyproject.toml",
    ):
        shutil.copy(ROOT / name, tmp_path / name)

    code, failed, printed = run(tmp_path, "-k", "parabola-0")
    missing = {f"parabola-0-{case}" for case in CASES}
    assert (code, failed) == (1, dict.fromkeys(TESTS, missing)), printed
    assert "Image file not found for comparison test" in printed
    assert "look, then: figgen accept parabola-0" in printed
    assert not baselines.exists()

    accepted = figgen(tmp_path, "figgen", "accept", "--all")
    assert accepted.returncode == 0, accepted.stderr
    expected = {f"{name}-{case}" for name in NAMES.values() for case in CASES}
    assert {path.stem for path in baselines.glob("*.png")} == expected

    module.write_text(lesson(faulty=True))
    _, failed, printed = run(tmp_path, "-k", "parabola-")
    for fault, (_, _, shown) in FAULTS.items():
        for test in TESTS:
            found = {case for case in CASES if f"{NAMES[fault]}-{case}" in failed[test]}
            assert found == shown, f"{fault}, {test}: {printed}"
    assert "the slope of square(x) at x = 1: drawn 2.02" in printed
    assert "Look at it: figgen diff parabola-1 --html diff.html" in printed
    assert "text 'words' became 'wards'" in printed
    assert re.search(r"\d+ pixels in a box of \d+ x \d+ at \(\d\.\d\d, ", printed)

    versions = baselines / "versions.json"
    versions.write_text(versions.read_text().replace('"matplotlib": "', '"matplotlib": "0.'))
    _, failed, printed = run(tmp_path, "-k", f"parabola- and not {NAMES[CLAIM]}-")
    assert failed == {test: set() for test in TESTS}, printed
    reports = re.findall(r"^XFAIL .*::(\w+)\[", printed, re.MULTILINE)
    changed = sum(len(shown) for fault, (_, _, shown) in FAULTS.items() if fault != CLAIM)
    assert (reports.count("test_pixels"), reports.count("test_vector")) == (changed, changed)
    assert "only reported, with matplotlib " in printed
