"""Faults planted in the encoders as they ship: each is seen by one of the tests of the formats."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lecture import ROOT

ODD = '''
"""A figure with what a line, an area and a word can be."""

from figgen import figure
from matplotlib.patches import Rectangle


@figure(title="Odd", perspective="plot", alt="Odd marks.", steps=2, slot="half")
def odd_marks(canvas):
    """Odd marks."""
    page = canvas.page
    canvas.mark(page.plot([1, 3, 5], [4, 4.6, 4], dashes=(4, 1.5), lw=7.4)[0], stroke="forward")
    canvas.mark(page.plot([1, 3, 5], [3, 3.9, 3], lw=12, solid_capstyle="projecting",
                solid_joinstyle="bevel")[0], stroke="input")
    canvas.mark(page.plot([1, 3, 5], [2.4, 2.9, 2.4], lw=9)[0], stroke="backward")
    area = page.add_patch(Rectangle((1, 1), 2, 1, alpha=0.3, lw=5))
    canvas.mark(area, stroke="ink", fill="positive")
    clipped = page.add_patch(Rectangle((3.4, 1), 2, 1, alpha=0.5))
    clipped.set_clip_path(Rectangle((3.6, 1.2), 1, 0.5, transform=page.transData))
    canvas.mark(clipped, fill="negative")
    canvas.text(2, 0.5, "AV turned").set_rotation(20)
    with canvas.step(2):
        canvas.text(4, 0.6, r"$\\frac{a}{b}$")
'''

PDF, SVG, PNG = "encode/pdf.py", "encode/svg.py", "encode/png.py"
SHAPES = "encode/vector_shapes.py"
PATH = "pipeline/asset_bytes.py"

FAULTS: dict[str, tuple[str, str, str]] = {
    "none": (PDF, "COMPRESSION = 6", "COMPRESSION = 6"),
    "PDF: pages reversed": (PDF, "for page in pages)", "for page in reversed(pages))"),
    "PDF: dashes and gaps swapped": (
        PDF,
        "map(number, lengths))}]",
        "map(number, lengths[::-1]))}]",
    ),
    "PDF: caps": (PDF, '"projecting": 2', '"projecting": 1'),
    "PDF: joins": (PDF, '"round": 1, "bevel": 2', '"round": 2, "bevel": 1'),
    "PDF: colours rounded": (
        PDF,
        "number(each, 4) for each in rgb",
        "number(each, 2) for each in rgb",
    ),
    "PDF: widths rounded": (PDF, "{number(pen.width)} w", "{round(pen.width)} w"),
    "PDF: turned words upright": (
        PDF,
        "number(each, 6) for each in item.matrix",
        "number(each, 6) for each in (1, 0, 0, 1, *item.matrix[4:])",
    ),
    "PDF: curves of glyphs": (PDF, "point + 2 / 3 *", "point + 1 / 2 *"),
    "PDF: widths of glyphs": (PDF, "outlines[code].advance if", "outlines[code].advance + 9 if"),
    "PDF: alphas swapped": (
        PDF,
        "/CA {number(pair[0])} /ca {number(pair[1])}",
        "/CA {number(pair[1])} /ca {number(pair[0])}",
    ),
    "PDF: a page of another theme": (
        PDF,
        "self._pages.get((step, theme.name))",
        "self._pages.get((step, next(iter(self._pages), (0, theme.name))[1]))",
    ),
    "PDF: a page of another step": (
        PDF,
        "self._pages.get((step, theme.name))",
        "self._pages.get((1, theme.name))",
    ),
    "PDF: clips left out": (PDF, "for clip in item.clips)", "for clip in ())"),
    "PDF: bars left out": (PDF, "for bar in item.bars]", "for bar in ()]"),
    "PDF: no kerning": (PDF, "        if back:\n", "        if back and False:\n"),
    "PDF: words of glyphs": (PDF, "text.encode('utf-16-be')", "text.upper().encode('utf-16-be')"),
    "PDF: one theme only": (
        PDF,
        "self._drawn.roles.seen_in(theme)",
        "({} if theme.name == 'print' else self._drawn.roles.seen_in(theme))",
    ),
    "PDF: one step only": (
        PDF,
        "if shown(mark, step))\n            painted",
        "if shown(mark, 2))\n            painted",
    ),
    "SVG: dashes and gaps swapped": (SVG, "map(number, lengths))}", "map(number, lengths[::-1]))}"),
    "SVG: caps": (SVG, '"square" if', '"round" if'),
    "SVG: joins": (SVG, 'stroke-linejoin="{pen.join}"', 'stroke-linejoin="round"'),
    "SVG: widths rounded": (
        SVG,
        'stroke-width="{number(pen.width)}"',
        'stroke-width="{round(pen.width)}"',
    ),
    "SVG: alphas squared": (
        SVG,
        '{what}-opacity="{number(colour[3])}',
        '{what}-opacity="{number(colour[3] ** 2)}',
    ),
    "SVG: one theme only": (
        SVG,
        "seen_in(theme).items():",
        "seen_in(theme).items() if theme.name != 'dark' else ():",
    ),
    "PNG: red and blue swapped": (PNG, "pixels[:, :, channel]", "pixels[:, :, 2 - channel]"),
    "PNG: a band of the picture before": (
        PNG,
        "np.array_equal(rows, self._before[top : top + BAND])",
        "top == 160 and len(self._bands) > number",
    ),
    "PNG: one step only": (PNG, "if shown(call.mark, step):", "if shown(call.mark, 2):"),
    "shapes: alpha forgotten": (SHAPES, "is None else float(alpha)", "is None else 1.0"),
    "shapes: words not turned": (SHAPES, "np.radians(angle)", "np.radians(0 * angle)"),
    "shapes: closed outlines left open": (SHAPES, '            yield "Z", ()\n', ""),
    "build: bars told twice": (
        PNG,
        "shapes, self._shapes = self._shapes, None",
        "shapes = self._shapes"
        "\n        if shapes:\n            shapes.draw_text_image = lambda *_: None",
    ),
    "build: places of another dpi": (
        PATH,
        "Raster(self._canvas, DPI, shapes)",
        "Raster(self._canvas, self._dpi, shapes)",
    ),
    "build: the last step alone": (
        PATH,
        "return asset.step or self._canvas.steps",
        "return self._canvas.steps",
    ),
}
"""In which module what is replaced by what."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_seen(fault: str, tmp_path: Path) -> None:
    """By the operators, the pictures, the bytes or the baselines; and where is none, none is."""
    module, right, wrong = FAULTS[fault]
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "figgen", tmp_path / "figgen", ignore=ignored)
    path = tmp_path / "figgen" / module
    text = path.read_text()
    assert text.count(right) == 1, "the fault no longer fits the code"
    path.write_text(text.replace(right, wrong))
    lesson = tmp_path / "lesson"
    lesson.mkdir()
    (lesson / "__init__.py").write_text("TITLE = 'Lesson'\nSECTIONS = {'one': 'One'}\n")
    (lesson / "one.py").write_text(ODD)
    program = ROOT / "tests" / "support" / "look_at_three_formats.py"
    done = subprocess.run(
        [sys.executable, str(program), str(lesson)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    print(f"{fault}: {done.stdout.strip() or 'not seen'}")
    assert bool(done.stdout.strip()) == (fault != "none")
