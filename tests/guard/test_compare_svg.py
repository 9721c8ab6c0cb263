"""Vector files as structure and numbers: what counts as the same, and how a difference is told."""

from __future__ import annotations

import re

import pytest
from small_course import HEAD, write_course

from figgen.course.reading import read_course
from figgen.guard.compare_pdf import PdfError, pdf_differences
from figgen.guard.compare_svg import SvgError, normal_svg, svg_differences
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import Drawing, draw
from figgen.pipeline.request import Asset, Request, assets

FIGURE = (
    HEAD
    + '''\
from figgen.draw.plots.plots import Plot
from figgen.draw.canvas.planes import Box
from matplotlib.transforms import Bbox
@figure(title="A & B", perspective="plot", alt="A curve.", steps=2, slot="half")
def curve(canvas: Canvas) -> None:
    """A curve and a point."""
    plot = Plot(canvas, Box(0.6, 0.5, 4.2, 3.6), Interval(-2, 2), Interval(-1, 4))
    plot.frame((-1, 1), (2, 4))
    plot.curve(square, "forward")
    canvas.text(2.7, 4.6, "slope", "ink")
    clipped = canvas.line((4, 1), (5, 1))
    clipped.set_clip_on(True)
    clipped.set_clip_box(Bbox([[0, 0], [330, 200]]))
    with canvas.step(2):
        plot.points(square, (1,), "highlight")
'''
)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Drawing:
    """A small figure."""
    course = read_course(write_course(tmp_path_factory.mktemp("vector") / "pictures", one=FIGURE))
    return draw(course, course.entries[0])


def made(drawing: Drawing, format_: str, step: int = 2, theme: str = "light") -> bytes:
    """A file of the figure."""
    return encode(drawing, Asset("curve", 2, step, theme, format_))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def svg(drawing: Drawing) -> str:
    """The SVG of the last step."""
    return made(drawing, "svg").decode()


def test_the_normal_form_shows_the_same_and_says_nothing_else(svg: str) -> None:
    """Neither title, source, prefix nor fingerprint are left; twice normal is normal."""
    svg = svg.replace("<svg ", '<svg data-fingerprint="0f" ')
    normal = normal_svg(svg)
    assert normal_svg(normal) == normal
    assert svg_differences(svg, normal) == []
    said = ("A &amp; B", "one.py", "curve-2", "<title", "<desc", "metadata", "aria-", "fingerprint")
    for word in said:
        assert word in svg
        assert word not in normal
    for word in ('id="glyph-1"', '"#glyph-1"', 'id="clip-1"', '"url(#clip-1)"'):
        assert word in normal


def test_words_about_the_picture_are_not_compared(svg: str) -> None:
    """A figure whose title, alt text and source line changed has the same vector file."""
    other = svg
    for old, new in ((r"(<title[^>]*>)[^<]*", r"\1New"), (r"one\.py", "two.py")):
        changed = re.sub(old, new, other)
        assert changed != other
        other = changed
    assert svg_differences(svg, other) == []


FAULTS = {
    "a colour": ("#0969a8", "#0969a9", r"line \d+: stroke: #0969a8 became #0969a9"),
    "a width": ('stroke-width="1.6"', 'stroke-width="1.7"', r": stroke-width: 1.6 became 1.7"),
    "a word": ('data-words="slope"', 'data-words="slop"', None),
    "a dash": ('stroke="#0969a8"', 'stroke="#0969a8" stroke-dasharray="5,2"',
               r"line \d+: stroke-dasharray: nothing became 5,2"),
    "a clip": (r'(<clipPath id="clip-1">\s*<path d="M)', r"\g<1>1",
               r"line 1: clip-path 1, path: "),
    "a glyph": (r'(<path id="glyph-1" d="M)', r"\g<1>1", r"text '\w+': glyph, path: "),
    "the size of a glyph": (r'(<use xlink:href="#glyph-1" transform="matrix\(0.02)', r"\g<1>0002",
                            r"text '\w+': transform: "),
    "the place of a glyph": (r'(<use [^>]*matrix\(0.02 0 0 0.02 )', r"\g<1>1",
                             r"text '\w+': place: "),
    "an element": ("\n  <path d=", "\n  <path/>\n  <path d=", r"area \d+ is new"),
    "an element of a word": ("(<use [^>]*>)", r"\1\1", r"text 'slope': \d elements became \d"),
    "the order": (r"(  <path d=[^\n]*\n)(  <path d=[^\n]*\n)", r"\2\1",
                  r"area \d+ is new\narea \d+ is gone"),
    "the canvas": ('width="417.6pt"', 'width="417.7pt"', r"canvas 1: width: 417.6 became 417.7"),
    "what turns it": ("matrix[(]1 0 0 -1 ", "matrix(1 0 0 1 ", r"canvas 1: transform: -1 became 1"),
    "a command": (r'(\n  <path d="M[^"]*?)L', r"\1M", r"\w+ \d+: path: "),
}  # fmt: skip
"""What to replace in the normal form, by what, and the words for it; None if it is no fault."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told(svg: str, fault: str) -> None:
    """Structure is compared exactly, in every attribute, whatever the artist refers to."""
    old, new, words = FAULTS[fault]
    normal = normal_svg(svg)
    changed = re.sub(old, new, normal, count=1)
    assert changed != normal
    found = svg_differences(normal, changed)
    assert bool(found) == (words is not None)
    assert words is None or re.search(words, "\n".join(found)), found


def test_places_may_differ_in_the_last_digit_only(svg: str) -> None:
    """Three decimals are written; the last may be rounded the other way elsewhere."""
    normal = normal_svg(svg)
    number = re.search(r"<path d=\"M\d+\.?\d* \d+\.\d+", normal)
    assert number is not None
    for change, found in ((0.001, 0), (0.002, 1)):
        start, _, last = number[0].rpartition(" ")
        moved = normal.replace(number[0], f"{start} {float(last) + change:.10g}", 1)
        assert moved != normal
        assert len(svg_differences(normal, moved)) == found
    assert svg_differences(normal, moved, tolerance=0.01) == []


def test_scales_may_differ_in_the_last_digit_only(svg: str) -> None:
    """Six decimals are written of them."""
    normal = normal_svg(svg)
    for scale, found in (("0.020001", 0), ("0.020002", 1)):
        scaled = normal.replace("matrix(0.02 ", f"matrix({scale} ", 1)
        assert scaled != normal
        assert len(svg_differences(normal, scaled)) == found


def test_one_of_many_alike_is_told_as_gone(drawing: Drawing, svg: str) -> None:
    """A tick that vanished is one line, and not one for each that comes after it."""
    lines = re.findall(r'  <path [^>]*fill="none"[^>]*>\n', normal_svg(svg))
    tick = lines[3]
    without = normal_svg(svg).replace(tick, "", 1)
    (gone,) = svg_differences(svg, without)
    assert re.fullmatch(r"line \d+ is gone", gone)
    assert svg_differences(without, svg) == [gone.replace("gone", "new")]
    first = made(drawing, "svg", step=1).decode()
    assert [line.rpartition(" ")[2] for line in svg_differences(svg, first)] == ["gone"]


def test_another_label_is_told_by_its_words(svg: str) -> None:
    """Letters are paths; an attribute has their words, and names them."""
    normal = normal_svg(svg)
    glyph = re.search(r'<g data-words="slope"(?s:.*?)</g>', normal)
    assert glyph is not None
    start, use, _ = glyph[0].replace("slope", "slop").rpartition("   <use")
    shorter = f"{start.rstrip()}</g>"
    assert use
    assert svg_differences(normal, normal.replace(glyph[0], shorter)) == [
        "text 'slope' became 'slop'"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<svg", "not an SVG that can be read: "),
        ("<html/>", "not an SVG: its first element is 'html'"),
        (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
            '<use xlink:href="#m1"/></svg>',
            "not a whole SVG: it refers to 'm1', which it does not have",
        ),
    ],
)
def test_what_is_no_svg_is_refused(svg: str, text: str, reason: str) -> None:
    """With the reason."""
    with pytest.raises(SvgError, match=re.escape(reason)):
        svg_differences(svg, text)


# PDF


def test_a_pdf_is_compared_in_what_it_draws(drawing: Drawing) -> None:
    """Not in its title and not in how it is packed; another step or colour is told."""
    pdf = made(drawing, "pdf")
    assert pdf_differences(pdf, pdf) == []
    titled = pdf.replace(b"/Title (A & B)", b"/Title (C & D)")
    assert titled != pdf
    assert pdf_differences(pdf, titled) == []
    assert "other operators" in pdf_differences(pdf, made(drawing, "pdf", step=1))[0]
    assert pdf_differences(pdf, made(drawing, "pdf", theme="dark")) != []
    wider = re.sub(rb"/MediaBox \[ 0 0 417\.6", b"/MediaBox [ 0 0 417.7", pdf)
    assert pdf_differences(pdf, wider) == ["1 numbers changed, by up to 0.1"]
    assert pdf_differences(pdf, wider, tolerance=0.2) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"%PDF", b"%FDP", "not a PDF that can be read"),
        (b"1 0 obj", b"1 0 jbo", "its table of objects is wrong"),
        (b"stream\nx", b"stream\ny", "a stream is broken"),
    ],
)
def test_what_is_no_pdf_is_refused(drawing: Drawing, old: bytes, new: bytes, reason: str) -> None:
    """With the reason."""
    pdf = made(drawing, "pdf")
    broken = pdf.replace(old, new, 1)
    assert broken != pdf
    with pytest.raises(PdfError, match=reason):
        pdf_differences(pdf, broken)


def test_every_file_of_a_figure_can_be_compared(drawing: Drawing) -> None:
    """The vector files of every step and theme, as the build makes them."""
    for asset in assets(drawing.entry, Request(out=drawing.entry.file)):  # type: ignore[arg-type]
        data = encode(drawing, asset)
        if asset.format == "svg":
            assert normal_svg(data.decode()).startswith("<svg")
        elif asset.format == "pdf":
            assert pdf_differences(data, data + b"\n") == []
