"""One drawing for all files: the same bytes alone and with others, the pixels of savefig."""

from __future__ import annotations

import hashlib
import io
import os
import random
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from lecture import COURSE, ROOT, drawing_of
from matplotlib.collections import PathCollection, TriMesh
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from matplotlib.tri import Triangulation
from PIL import Image

from figgen.draw.canvas import mathtext
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.mathtext import MATHTEXT
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.theme import LIGHT, THEMES, Theme
from figgen.encode.png import BAND, Packer, Raster
from figgen.encode.vector_shapes import VectorRecorder
from figgen.pipeline.asset_bytes import encode, encode_all
from figgen.pipeline.drawing import Drawing, FigureError, draw
from figgen.pipeline.request import Asset, Request, assets

several = ["chain2-plot", "matrix-backward-math", "deep-learning-map", "derivative-code"]
some_figures = pytest.mark.parametrize("name", several)


def wanted(drawing: Drawing) -> list[Asset]:
    """Every file of a figure."""
    return assets(drawing.entry, Request(ROOT), drawing.canvas.sources)


def saved(canvas: Canvas, step: int, theme: Theme, dpi: float) -> np.ndarray:
    """A picture by matplotlib's own savefig; shape (height, width, 4)."""
    buffer = io.BytesIO()
    canvas.paint(theme)
    canvas.show(step)
    with style():
        canvas.figure.savefig(buffer, format="png", dpi=dpi)
    return np.asarray(Image.open(buffer))


def rastered(canvas: Canvas, step: int, theme: Theme, dpi: float) -> np.ndarray:
    """The same from the record."""
    with style():
        return Raster(canvas, dpi).pixels(step, theme).copy()


# The same bytes


@some_figures
def test_an_asset_is_the_same_alone_and_with_all_others(name: str) -> None:
    """In any order, after others, from a drawing of its own; byte for byte."""
    drawing = drawing_of(name)
    together = dict(encode_all(drawing, wanted(drawing), 50))
    mixed = wanted(drawing)
    random.Random(1).shuffle(mixed)
    assert dict(encode_all(drawing, mixed, 50)) == together
    fresh = draw(COURSE, COURSE.find(name))
    for asset in mixed[::3]:
        assert encode(fresh, asset, 50) == together[asset], asset


ALONE = """
import hashlib, sys
from pathlib import Path
from figgen.course.reading import read_course
from figgen.pipeline.drawing import draw
from figgen.pipeline.request import Asset
from figgen.pipeline.asset_bytes import encode
course = read_course(Path("figures"))
for format in sys.argv[1:]:
    drawing = draw(course, course.find("chain2-plot"))
    data = encode(drawing, Asset("chain2-plot", 2, 2, "dark", format), 50)
    print(hashlib.sha256(data).hexdigest())
"""


def test_an_asset_is_the_same_in_another_process() -> None:
    """One that has drawn nothing else, in another order of formats."""
    formats = ["png", "pdf", "svg"]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *formats],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    drawing = drawing_of("chain2-plot")
    here = [encode(drawing, Asset("chain2-plot", 2, 2, "dark", each), 50) for each in formats]
    assert done.stdout.split() == [hashlib.sha256(data).hexdigest() for data in here]


def test_the_fingerprint_travels_in_every_format() -> None:
    """Where there is one; it is told, not computed."""
    bare = drawing_of("chain2-plot")
    marked = replace(bare, fingerprint="0123abcd")
    for format_ in ("svg", "pdf", "png"):
        asset = Asset("chain2-plot", 2, 1, "light", format_)
        assert b"0123abcd" in encode(marked, asset, 50)
        assert b"ingerprint" not in encode(bare, asset, 50)
    picture = Image.open(io.BytesIO(encode(marked, Asset("chain2-plot", 2, 1, "light", "png"), 50)))
    assert picture.text["Fingerprint"] == "0123abcd"


# Pixels


@pytest.mark.parametrize("name", COURSE.names)
def test_a_png_has_the_pixels_of_savefig(name: str) -> None:
    """Guards the private names of matplotlib that are used: each step, and every theme once."""
    canvas = drawing_of(name).canvas
    for step, theme in zip(
        range(1, canvas.steps + 1), [THEMES["dark"], LIGHT, THEMES["print"]] * 3, strict=False
    ):
        ours = rastered(canvas, step, theme, 50)
        assert np.array_equal(ours, saved(canvas, step, theme, 50)), (step, theme.name)


def test_the_pixels_of_the_projector() -> None:
    """At the resolution of the build too."""
    canvas = drawing_of("chain2-plot").canvas
    assert np.array_equal(rastered(canvas, 2, LIGHT, 200), saved(canvas, 2, LIGHT, 200))


def odd_marks(canvas: Canvas) -> None:
    """Marks that no figure of the lecture has."""
    page = canvas.page
    paths = [Outline.unit_circle(), Outline.unit_rectangle()]
    many = PathCollection(paths, offsets=[(1, 1), (3, 2), (5, 1)], sizes=[400, 900, 100])
    many.set_offset_transform(page.transData)
    canvas.mark(page.add_collection(many), stroke="input", fill="output")
    canvas.mark(page.add_patch(Rectangle((6, 1), 2, 1, alpha=0.5)), stroke="ink", fill="positive")
    sketched = page.add_patch(Rectangle((9, 1), 2, 1))
    sketched.set_sketch_params(2, 30, 4)
    canvas.mark(sketched, stroke="backward")
    dashed = page.plot([1, 5, 9], [4, 5, 4], "s--", solid_capstyle="projecting", alpha=0.4)[0]
    canvas.mark(dashed, stroke="forward", fill="highlight")
    mesh = page.pcolormesh([1, 2, 3], [3, 3.5, 4], [[0, 1], [2, 3]], facecolor="red")
    mesh.set_array(None)
    canvas.mark(mesh, stroke="ink", fill="input")
    turned = canvas.text(7, 3, "turned $x^2$", "ink")
    turned.set_rotation(30)
    haloed = canvas.text(10, 3, "halo", "muted")
    haloed.set_path_effects([Stroke(linewidth=2, foreground="white")])
    clipped = page.add_patch(Rectangle((3, 4), 4, 1))
    clipped.set_clip_path(Rectangle((4, 4.2), 2, 0.4, transform=page.transData))
    canvas.mark(clipped, fill="negative")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_odd_marks_have_the_pixels_of_savefig(canvas: Canvas, theme: Theme) -> None:
    """Collections, half-transparent areas, sketches, meshes, clips, turned and haloed words."""
    with style():
        odd_marks(canvas)
    ours = rastered(canvas, 1, theme, 80)
    assert np.array_equal(ours, saved(canvas, 1, theme, 80))


def test_recording_leaves_the_canvas_as_it_was(canvas: Canvas) -> None:
    """Its resolution, the names that an author gave, and the sizes of its words and arrows."""
    words = canvas.text(1, 1, r"words and $\frac{1}{2}$")
    words.set_gid("mine")
    arrow = canvas.mark(
        canvas.page.add_patch(FancyArrowPatch((1, 1), (2, 2), mutation_scale=20)), stroke="forward"
    )
    before = canvas.measure(words), arrow.get_path().get_extents().bounds
    with style():
        Raster(canvas, 200, VectorRecorder(canvas))
        Raster(canvas, 100)
    assert (canvas.figure.dpi, words.get_gid()) == (72, "mine")
    assert (canvas.measure(words), arrow.get_path().get_extents().bounds) == before


def test_a_picture_is_packed_the_same_after_any_other() -> None:
    """What the packer remembers is never seen, and what it writes can be read."""
    noise = np.random.default_rng(0)
    pictures = [np.full((3 * BAND + 7, 40, 4), 255, np.uint8) for _ in range(4)]
    for number, picture in enumerate(pictures):
        picture[number * BAND :, :, :3] = noise.integers(
            0, 255, picture[number * BAND :, :, :3].shape
        )
    packer = Packer()
    for picture in [*pictures, pictures[0], pictures[0][:BAND], pictures[3]]:
        data = packer.png(picture, 100, {})
        assert data == Packer().png(picture, 100, {})
        # Pillow checks neither of the checksums of a stream.
        (packed,) = re.findall(rb"IDAT(.*)....\0\0\0\0IEND", data, re.DOTALL)
        assert len(zlib.decompress(packed)) == len(picture) * (1 + 3 * picture.shape[1])
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), picture[:, :, :3])


# Refusals


def _hatched(canvas: Canvas) -> None:
    canvas.mark(canvas.page.add_patch(Rectangle((1, 1), 1, 1, hatch="/")), fill="input")


def _filtered(canvas: Canvas) -> None:
    canvas.text(1, 1, "a").set_agg_filter(lambda image, _dpi: (image, 0, 0))


def _shaded(canvas: Canvas) -> None:
    mesh = TriMesh(Triangulation([1, 2, 3], [1, 2, 1]), array=[0, 1, 2])
    canvas.mark(canvas.page.add_collection(mesh), fill="input")


def _by_tex(canvas: Canvas) -> None:
    canvas.text(1, 1, "a").set_usetex(True)


@pytest.mark.parametrize(
    ("drawn", "format_", "reason"),
    [
        (_hatched, "png", "is hatched; draw the lines as marks"),
        (_hatched, "svg", "is hatched; draw the lines as marks"),
        (_filtered, "png", "has a filter, which only pixels can have"),
        (_filtered, "pdf", "has a filter, which only pixels can have"),
        (_shaded, "png", "has colours of its own; no theme could paint it"),
        (_shaded, "svg", "has colours of its own; no theme could paint it"),
        (_by_tex, "svg", "asks for TeX; write LaTeX with an equation"),
        (_by_tex, "png", "asks for TeX; write LaTeX with an equation"),
    ],
)
def test_what_no_theme_can_paint_is_refused(
    canvas: Canvas, drawn: object, format_: str, reason: str
) -> None:
    """In one line with the artist, and not left out of the file in silence."""
    with style():
        drawn(canvas)
    drawing = Drawing(COURSE.entries[0], canvas)
    with pytest.raises(FigureError, match=f": cannot be drawn: .*{reason}"):
        encode(drawing, Asset("a", 1, 1, "light", format_), 50)


# SVG and PDF


def contents(pdf: bytes) -> list[str]:
    """What the streams of a PDF say."""
    packed = re.findall(rb"stream\n(x.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompress(each).decode("latin-1") for each in packed]


def said(pdf: bytes) -> str:
    """The words of a one-page PDF, as a viewer would copy them."""
    fonts = {}
    objects = dict(re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL))
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", pdf):
        to_unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[number])
        assert to_unicode
        (cmap,) = contents(b"\n" + objects[to_unicode[1]])
        fonts[name.decode()] = {
            code: bytes.fromhex(text).decode("utf-16-be")
            for code, text in re.findall("<(..)> <(....+)>", cmap)
        }
    page = next(each for each in contents(pdf) if " BT " in each)
    found = []
    for font, shown in re.findall(r"/(F\d+) \S+ Tf .*?\[(.*?)\] TJ", page):
        codes = "".join(re.findall("<(.*?)>", shown))
        found.append(
            "".join(fonts[font][a + b] for a, b in zip(codes[::2], codes[1::2], strict=True))
        )
    return "".join(found)


def test_words_of_a_pdf_can_be_copied(canvas: Canvas) -> None:
    """Letters, Greek, kerned pairs and formulas, with their blanks."""
    canvas.text(3, 3, "AV Tofu Δ − é")
    canvas.text(3, 2, "$x + 2$")
    pdf = encode(Drawing(COURSE.entries[0], canvas), Asset("a", 1, 1, "light", "pdf"))
    assert said(pdf).startswith("AV Tofu Δ − é")
    assert "+" in said(pdf)
    assert "2" in said(pdf)


def test_a_font_of_many_glyphs_is_split(canvas: Canvas) -> None:
    """A font of type 3 has 256 codes."""
    letters = [chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x17F)) if code != 0xAD]
    for number, start in enumerate(range(0, len(letters), 30)):
        words = "".join(letters[start : start + 30]).replace("$", "")
        canvas.text(6, 5 - number / 2, words, family="DejaVu Sans Mono")
    pdf = encode(Drawing(COURSE.entries[0], canvas), Asset("a", 1, 1, "light", "pdf"))
    assert len(set(re.findall(rb"/F\d+ \d+ 0 R", pdf))) == 2
    assert said(pdf) == "".join(letters).replace("$", "")


@some_figures
def test_a_pdf_can_be_read(name: str) -> None:
    """Every entry of its table is where an object begins, and every reference has an object."""
    drawing = drawing_of(name)
    steps = drawing.canvas.steps
    pdf = encode(drawing, Asset(name, steps, None, "light", "pdf"))
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[0])
    places = [int(each) for each in re.findall(rb"(\d{10}) 00000 n ", pdf[start:])]
    for number, place in enumerate(places, start=1):
        assert pdf[place:].startswith(b"%d 0 obj\n" % number)
    assert {int(each) for each in re.findall(rb"(\d+) 0 R", pdf)} <= set(range(1, len(places) + 1))
    for length, stream in re.findall(
        rb"/Length (\d+) .*?stream\n(x.*?)\nendstream", pdf, re.DOTALL
    ):
        assert len(stream) == int(length)


def test_odd_marks_in_svg_and_pdf(canvas: Canvas) -> None:
    """Dashes, caps, opacities and clips are there, and every colour is one of the theme."""
    with style():
        odd_marks(canvas)
    drawing = Drawing(COURSE.entries[0], canvas)
    svg = encode(drawing, Asset("a", 1, 1, "dark", "svg")).decode()
    ET.fromstring(svg)  # noqa: S314 - our own file
    for each in ('stroke-dasharray="', 'stroke-opacity="0.4"', 'fill-opacity="0.5"', "clip-path="):
        assert each in svg
    assert "#fed" not in svg
    assert set(re.findall("#[0-9a-f]{6}", svg)) <= {
        *(THEMES["dark"].colour(role) for role in THEMES["dark"].colours),
        *(THEMES["dark"].colour(role, 0.14) for role in THEMES["dark"].colours),
        "#ffffff",
    }
    pdf = encode(drawing, Asset("a", 1, 1, "dark", "pdf"))
    (page,) = [each for each in contents(pdf) if " BT " in each]
    assert "@" not in page
    for each in (" d ", " gs ", " W n ", " cm "):
        assert each in page
    assert b"/CA 0.4 /ca 0.4" in pdf


def test_steps_of_vector_formats_hold_only_what_they_show() -> None:
    """A glyph of a later step is in no file before it."""
    drawing = drawing_of("chain3-passes")
    sizes = [
        len(encode(drawing, Asset("chain3-passes", 6, step, "light", "svg")))
        for step in range(1, 7)
    ]
    assert all(before < after for before, after in pairwise(sizes))


# Mathtext


def test_a_formula_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And parsed anew when its size changes."""
    made = []
    stock = mpl.mathtext.MathTextParser
    monkeypatch.setattr(
        mathtext, "MathTextParser", lambda output: made.append(output) or stock(output)
    )
    prop = mpl.font_manager.FontProperties(size=21.5)
    for _ in range(3):
        first = MATHTEXT.parse(r"$\alpha_{17}$", 200, prop)
    assert len(made) == 1
    assert first == stock("path").parse(r"$\alpha_{17}$", 200, prop)
    prop.set_size(22.5)
    assert MATHTEXT.parse(r"$\alpha_{17}$", 200, prop) != first
    assert len(made) == 2


FORKED = """
import os
from pathlib import Path
from figgen.course.reading import read_course
from figgen.pipeline.drawing import draw
from figgen.pipeline.request import Asset
from figgen.pipeline.asset_bytes import encode
course = read_course(Path("figures"))

def made():
    drawing = draw(course, course.find("chain2-diagram"))
    formats = ("svg", "pdf", "png")
    return [encode(drawing, Asset("chain2-diagram", 3, 3, "light", each), 50) for each in formats]

before = made()
child = os.fork()
if not child:
    os._exit(made() != before)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_process_forked_after_a_drawing_draws_the_same() -> None:
    """What is remembered holds open font files, which two processes cannot share."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
