"""Every step of every figure against its baseline image, pixel for pixel.

A new figure is guarded without a line here. ``make baselines`` renews the images; look at them
before they are committed.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import COURSE, ROOT, drawing_of
from PIL import Image

from figgen.build.order import Asset
from figgen.build.writer import encode
from figgen.draw.canvas import Canvas
from figgen.draw.style import style
from figgen.draw.theme import THEMES

DPI = 100
"""Small, so that the repository stays small when the baselines are renewed."""


class Picture:
    """A figure as it is now, saved under the settings of figgen and not under those of pytest-mpl.

    For pytest-mpl it is a figure: it asks for ``savefig`` and no more.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def savefig(self, target: str | io.BytesIO, **options: object) -> None:
        """Save it like the writer, without the words and the alpha channel, which say nothing."""
        buffer = io.BytesIO()
        with style():
            self.canvas.figure.savefig(buffer, format="png", dpi=DPI, **options)
        Image.open(buffer).convert("RGB").save(target, format="png", optimize=True)


def picture(name: str, step: int, theme: str) -> Picture:
    """One step of a figure in a theme; the figure is drawn once and shared."""
    drawing_of(name).require_claims()
    canvas = drawing_of(name).canvas
    canvas.paint(THEMES[theme])
    canvas.show(step)
    return Picture(canvas)


def cases() -> list[object]:
    """Every step in light, the last one in dark and in print."""
    found = []
    for entry in COURSE.entries:
        last = entry.definition.steps
        shown = [(step, "light") for step in range(1, last + 1)]
        for step, theme in [*shown, (last, "dark"), (last, "print")]:
            case = f"{entry.name}-{step}-{theme}"
            mark = pytest.mark.mpl_image_compare(filename=f"{case}.png", tolerance=0)
            found.append(pytest.param(entry.name, step, theme, id=case, marks=mark))
    return found


@pytest.mark.parametrize(("name", "step", "theme"), cases())
def test_picture(name: str, step: int, theme: str) -> Picture:
    """The picture is the one that was looked at."""
    return picture(name, step, theme)


@pytest.mark.parametrize("theme", THEMES)
def test_the_compared_picture_is_the_written_one(theme: str) -> None:
    """Pixel for pixel, paper included, also under the style that pytest-mpl sets."""
    name = COURSE.names[-1]
    drawing = drawing_of(name)
    steps = drawing.canvas.steps
    buffer = io.BytesIO()
    picture(name, steps, theme).savefig(buffer)
    written = encode(drawing, Asset(name, steps, steps, theme, "png"), DPI)
    compared = np.asarray(Image.open(buffer))
    assert np.array_equal(compared, np.asarray(Image.open(io.BytesIO(written)).convert("RGB")))
    assert "#{:02x}{:02x}{:02x}".format(*compared[0, 0]) == THEMES[theme].colour("paper")


def test_no_baseline_is_left_over() -> None:
    """Each baseline belongs to a case, so that a figure that was renamed leaves nothing behind."""
    baselines = {path.stem for path in (ROOT / "tests" / "baseline").glob("*.png")}
    assert baselines <= {case.id for case in cases()}


# The guard itself: a course in a folder of its own, tested by this very module.

HEAD = """
from dataclasses import replace
from figgen import figure
from figgen.core import square
from figgen.core import Interval
from figgen.draw.planes import Box
from figgen.draw.plots import Plot
"""
LESSON = '''

@figure(title="A parabola", perspective="plot", alt="A parabola.", steps=2, slot="half")
def parabola(canvas):
    """A parabola and its tangent."""
    plot = Plot(canvas, Box(0.6, 0.5, 4.2, 3.6), Interval(-2, 2), Interval(-1, 4))
    plot.frame((-1, 1), (2, 4))
    plot.curve(square, "forward")
    canvas.text(2.7, 4.6, "words", "ink")
    with canvas.step(2):
        plot.points(square, (1,), "highlight")
        plot.tangent(square, 1, "backward")
'''

WORDS = '    canvas.text(2.7, 4.6, "words", "ink")\n'
CASES = {"1-light", "2-light", "2-dark", "2-print"}
LATER = CASES - {"1-light"}

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
    "a point moved by a hundredth": ("(1,), ", "(1.01,), ", LATER),
    "a derivative 1 % wrong": (
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


def run(folder: Path, cases: str, *options: str) -> tuple[int, set[str], str]:
    """Run image tests in ``folder`` with the options of the project.

    Returns:
        The exit code, the cases that failed, and all that was printed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/test_images.py", "-k", cases, "-n0", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^FAILED \S+::test_picture\[(\S+)\]", done.stdout, re.MULTILINE)
    return done.returncode, set(failed), done.stdout + done.stderr


RENEW = ("-o", "mpl-baseline-path=", "--mpl-generate-path=tests/baseline")
"""What ``make baselines`` adds. With both paths set pytest-mpl warns, and a warning is an error."""


def test_faults_are_caught(tmp_path: Path) -> None:
    """A missing baseline fails and is not written; each planted fault fails where it shows."""
    module, baselines = tmp_path / "figures" / "one.py", tmp_path / "tests" / "baseline"
    module.parent.mkdir()
    (tmp_path / "tests").mkdir()
    (module.parent / "__init__.py").write_text("TITLE = 'T'\nSECTIONS = {'one': 'One'}\n")
    module.write_text(lesson(faulty=False))
    for name in ("tests/conftest.py", "tests/test_images.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)

    code, failed, printed = run(tmp_path, "parabola-0")
    assert (code, failed) == (1, {f"parabola-0-{case}" for case in CASES}), printed
    assert "Image file not found for comparison test" in printed
    assert not baselines.exists()

    _, failed, printed = run(tmp_path, "test_picture", *RENEW)
    expected = {f"{name}-{case}" for name in NAMES.values() for case in CASES}
    assert {path.stem for path in baselines.iterdir()} == expected, printed

    module.write_text(lesson(faulty=True))
    _, failed, printed = run(tmp_path, "test_picture")
    for fault, (_, _, cases) in FAULTS.items():
        found = {case for case in CASES if f"{NAMES[fault]}-{case}" in failed}
        assert found == cases, f"{fault}: {printed}"
    assert "the slope of square(x) at x = 1: drawn 2.02" in printed
