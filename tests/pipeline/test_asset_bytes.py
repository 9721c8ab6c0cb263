"""The files: what they say of themselves; whole or not there; always the same."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from lecture import COURSE, ROOT, drawing_of
from PIL import Image

from figgen.course.course import Course
from figgen.course.reading import read_course
from figgen.disk.atomic_files import write
from figgen.draw.canvas.slots import SLOTS
from figgen.draw.canvas.theme import THEMES
from figgen.errors import BuildError
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import Drawing, FigureError, draw
from figgen.pipeline.figure_files import make
from figgen.pipeline.request import Asset, Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.workers import Workers
from figgen.vocabulary import FORMATS

SVG = "{http://www.w3.org/2000/svg}"

ALT = """<script>alert("1 & 2")</script> 'quoted' (x/y) ]]> −√ö"""
NASTY = f'''
"""A figure with everything that a file format could choke on."""

from figgen import figure


@figure(title="<b> & \\"quotes\\" 'n' (brackets) é", perspective="plot", alt={ALT!r}, steps=2,
        slot="half")
def nasty_words(canvas):
    """Words."""
    canvas.text(2, 2, "a -- <b> & url(#x) id=\\"y\\" -->")
    with canvas.step(2):
        canvas.mark(canvas.page.fill_between([0, 1], [0, 1], clip_on=True), fill="input")
        canvas.mark(canvas.page.plot([1, 2, 3], [1, 2, 3], "o-")[0], stroke="forward")
        canvas.number(3, 3, -1.5)
        canvas.describe("Minus one and a half.")


@figure(title="The same shapes again", perspective="plot", alt="Shapes.", slot="half")
def more_shapes(canvas):
    """Shapes."""
    canvas.mark(canvas.page.fill_between([0, 1], [0, 1], clip_on=True), fill="input")
    canvas.mark(canvas.page.plot([1, 2, 3], [1, 2, 3], "o-")[0], stroke="forward")
'''


@pytest.fixture
def lesson(tmp_path: Path) -> Callable[[str], Course]:
    """A course of one module with the given source."""

    def make_course(source: str) -> Course:
        # A name of its own, so that no test meets the modules of another.
        folder = tmp_path / f"lesson_{hashlib.sha256(source.encode()).hexdigest()[:12]}"
        folder.mkdir()
        (folder / "__init__.py").write_text("TITLE = 'Lesson'\nSECTIONS = {'one': 'One'}\n")
        (folder / "one.py").write_text(textwrap.dedent(source))
        return read_course(folder)

    return make_course


@pytest.fixture
def nasty_course(lesson: Callable[[str], Course]) -> Course:
    """The course with the nasty words."""
    course = lesson(NASTY)
    assert course.problems == ()
    return course


@pytest.fixture
def nasty(nasty_course: Course) -> Drawing:
    """The figure with the nasty words."""
    return draw(nasty_course, nasty_course.find("nasty-words"))


def encoded(
    drawing: Drawing, format_: str, step: int | None = 1, theme: str = "light", dpi: float = 100
) -> bytes:
    """One asset of a figure."""
    asset = Asset(drawing.entry.name, drawing.entry.definition.steps, step, theme, format_)
    return encode(drawing, asset, dpi)


def parsed(svg: bytes) -> ET.Element:
    """The root of an SVG, which is valid XML."""
    return ET.fromstring(svg)  # noqa: S314 - our own file


def ids(svg: bytes) -> list[str]:
    """Every id in it."""
    return [each.attrib["id"] for each in parsed(svg).iter() if "id" in each.attrib]


def references(svg: bytes) -> set[str]:
    """Every id that something in it refers to."""
    found: set[str] = set()
    for element in parsed(svg).iter():
        for name, value in element.attrib.items():
            found |= set(re.findall(r"url\(#([^)]*)\)", value))
            if name.endswith("href"):
                found.add(value.removeprefix("#"))
            if name == "aria-labelledby":
                found |= set(value.split())
    return found


every_figure = pytest.mark.parametrize("name", COURSE.names)

# SVG


@pytest.mark.parametrize("step", [1, 2])
def test_svg_says_what_it_shows(nasty: Drawing, step: int) -> None:
    """An image to a screen reader, labelled by its title and the description of its step."""
    root = parsed(encoded(nasty, "svg", step))
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text == "<b> & \"quotes\" 'n' (brackets) é"
    assert desc.text == (ALT if step == 1 else f"{ALT} Minus one and a half.")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {desc.attrib['id']}"


def test_svg_has_no_script(nasty: Drawing) -> None:
    """Alt text stays text, and comments hold no end of a comment."""
    root = parsed(encoded(nasty, "svg", 2))
    drawn = {each.tag.removeprefix(SVG) for each in root.iter() if each.tag.startswith(SVG)}
    about = {"svg", "title", "desc", "metadata"}
    assert drawn <= about | {"defs", "g", "path", "use", "clipPath", "rect"}


@every_figure
def test_svg_ids_are_its_own_and_every_reference_resolves(name: str) -> None:
    """All begin with the figure's name, the step and the theme; none is there twice."""
    drawing = drawing_of(name)
    steps = drawing.entry.definition.steps
    svg = encoded(drawing, "svg", steps, "dark")
    found = ids(svg)
    prefix = f"{name}-{steps}-dark-" if steps > 1 else f"{name}-dark-"
    assert all(each.startswith(prefix) for each in found)
    assert len(set(found)) == len(found)
    digest = re.search(rf'id="({prefix}[0-9a-f]{{16}}-)title"', svg.decode())
    assert digest is not None
    assert {f"{digest[1]}title", f"{digest[1]}desc"} <= references(svg) <= set(found)


def test_two_svgs_in_one_page_share_no_id(nasty: Drawing, nasty_course: Course) -> None:
    """Steps, themes and figures that draw the same shapes."""
    other = draw(nasty_course, nasty_course.find("more-shapes"))
    files = [
        encoded(nasty, "svg", 1),
        encoded(nasty, "svg", 2),
        encoded(nasty, "svg", 2, "dark"),
        encoded(other, "svg", 1),
    ]
    together = [each for svg in files for each in ids(svg)]
    assert len(set(together)) == len(together)


def test_svg_rules_nothing_but_itself(nasty: Drawing) -> None:
    """Inline in a page, a style rule would reach the whole page; there is none."""
    root = parsed(encoded(nasty, "svg", 2))
    assert not [each.tag for each in root.iter() if each.tag == f"{SVG}style"]


# PNG


@pytest.mark.parametrize(("dpi", "factor"), [(100, 1), (200, 2)])
def test_png_has_the_size_of_its_slot(nasty: Drawing, dpi: int, factor: int) -> None:
    """Inches times dots an inch, and it says so."""
    picture = Image.open(io.BytesIO(encoded(nasty, "png", dpi=dpi)))
    width, height = SLOTS["half"]
    assert picture.size == (round(width * 100) * factor, round(height * 100) * factor)
    assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.02)


def test_png_says_what_it_shows(nasty: Drawing) -> None:
    """Title, description of the step and source as text chunks; no time chunk."""
    data = encoded(nasty, "png", 2)
    picture = Image.open(io.BytesIO(data))
    assert picture.text == {
        "Title": "<b> & \"quotes\" 'n' (brackets) é",
        "Description": f"{ALT} Minus one and a half.",
        "Source": f"nasty-words-2, {nasty.entry.file}, nasty_words",
        "Software": "figgen",
    }
    assert b"tIME" not in data


@pytest.mark.parametrize("theme", THEMES)
def test_png_has_the_paper_of_its_theme(nasty: Drawing, theme: str) -> None:
    """To the very corner, and nothing is transparent."""
    picture = Image.open(io.BytesIO(encoded(nasty, "png", theme=theme))).convert("RGBA")
    paper = THEMES[theme].colour("paper")
    assert "#{:02x}{:02x}{:02x}".format(*picture.getpixel((0, 0))[:3]) == paper
    assert picture.getchannel("A").getextrema() == (255, 255)


# PDF


def information(pdf: bytes) -> dict[str, str]:
    """The information dictionary of a PDF that matplotlib wrote."""
    number = re.search(rb"/Info (\d+) 0 R", pdf)
    assert number
    start = pdf.index(b"\n" + number[1] + b" 0 obj\n")
    found = {}
    for key, raw in re.findall(rb"/(\w+) \(((?:\\.|[^\\()])*)\)", pdf[start:], re.DOTALL):
        text = re.sub(rb"\\(\d{3}|.)", _unescape, raw, flags=re.DOTALL)
        found[key.decode()] = (
            text[2:].decode("utf-16-be") if text[:2] == b"\xfe\xff" else text.decode("ascii")
        )
    return found


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if len(escaped) == 3:
        return bytes([int(escaped, 8)])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(escaped, escaped)


@pytest.mark.parametrize(
    ("step", "stem"), [(1, "nasty-words-1"), (2, "nasty-words-2"), (None, "nasty-words")]
)
def test_pdf_says_what_it_shows(nasty: Drawing, step: int | None, stem: str) -> None:
    """Title, alt text of the step and source; neither a date nor a program with its version."""
    assert information(encoded(nasty, "pdf", step)) == {
        "Title": "<b> & \"quotes\" 'n' (brackets) é",
        "Subject": ALT if step == 1 else f"{ALT} Minus one and a half.",
        "Keywords": f"{stem}, {nasty.entry.file}, nasty_words",
        "Creator": "figgen",
    }


@pytest.mark.parametrize(("step", "pages"), [(1, 1), (2, 1), (None, 2)])
def test_pdf_has_a_page_a_step(nasty: Drawing, step: int | None, pages: int) -> None:
    """In the size of the slot, in points; all pages of one PDF differ as the steps do."""
    pdf = encoded(nasty, "pdf", step)
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
    assert [tuple(map(float, box)) for box in boxes] == [pytest.approx((5.8 * 72, 360))] * pages
    assert len(re.findall(rb"/Type /Page\b", pdf)) == pages
    packed = re.findall(rb"stream\r?\n(x.*?)\nendstream", pdf, re.DOTALL)
    streams = [zlib.decompress(each) for each in packed]
    contents = [stream for stream in streams if b" cm" in stream or b" re" in stream]
    assert len(set(contents)) >= pages


@every_figure
def test_every_page_is_the_step_of_that_number(name: str) -> None:
    """The PDF of all steps has as many pages as the figure has steps."""
    drawing = drawing_of(name)
    steps = drawing.entry.definition.steps
    pdf = encoded(drawing, "pdf", None if steps > 1 else 1)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == steps
    assert information(pdf)["Subject"] == drawing.alt()


# All formats


@pytest.mark.parametrize("format_", FORMATS)
def test_no_date_and_no_version_in_a_file(nasty: Drawing, format_: str) -> None:
    """Both would change the bytes of a figure that did not change."""
    data = encoded(nasty, format_, 2)
    assert not re.search(rb"\b20\d\d-\d\d-\d\d\b|D:20\d{6}|T\d\d:\d\d:\d\d", data)
    assert mpl.__version__.encode() not in data
    assert b"atplotlib" not in data


@pytest.mark.parametrize("format_", FORMATS)
def test_the_user_s_settings_change_nothing(nasty: Drawing, format_: str) -> None:
    """A matplotlibrc, and what was shown and painted before, leave no trace."""
    before = encoded(nasty, format_, 2)
    encoded(nasty, format_, 1, "dark", 50)
    mine = {
        "font.size": 33,
        "font.family": "serif",
        "savefig.dpi": 30,
        "savefig.bbox": "tight",
        "savefig.transparent": True,
        "svg.fonttype": "none",
        "svg.hashsalt": None,
        "pdf.compression": 0,
        "path.sketch": (5, 50, 2),
        "text.antialiased": False,
    }
    with mpl.rc_context(mine):
        assert encoded(nasty, format_, 2) == before


@pytest.mark.parametrize("text", ["\N{GRINNING FACE}", r"$\mathrm{\ddddot{\hbar}} ☃$"])
def test_a_glyph_that_no_font_has_is_an_error(lesson: Callable[[str], Course], text: str) -> None:
    """Not a box in the hall; matplotlib only warns, or only logs."""
    course = lesson(f"""
        from figgen import figure

        @figure(title="t", perspective="plot", alt="a")
        def odd(canvas):
            canvas.text(1, 1, {text!r})
        """)
    made = make(course, course.find("odd"), Request(course.folder / "out", formats=("png",)))
    assert re.match(r"lesson_\w+/one.py:\d+: ", str(made.error) or "")
    assert not made.contents


def test_names_of_files() -> None:
    """A folder a theme and a format; in one folder the theme is in the name, but for light."""
    single = Asset("plot", 1, 1, "dark", "svg")
    second = Asset("plot", 3, 2, "light", "png")
    whole = Asset("plot", 3, None, "print", "pdf")
    assert [a.path.as_posix() for a in (single, second, whole)] == [
        "dark/svg/plot.svg",
        "light/png/plot-2.png",
        "print/pdf/plot.pdf",
    ]
    assert [str(a.flat_path) for a in (single, second, whole)] == [
        "plot-dark.svg",
        "plot-2.png",
        "plot-print.pdf",
    ]


@pytest.mark.parametrize("first", ["plot", "plot_2"])
def test_two_figures_cannot_have_one_file(lesson: Callable[[str], Course], first: str) -> None:
    """Step 2 of one figure would overwrite another that is called like it."""
    figures = {
        "plot": '@figure(title="t", perspective="plot", alt="a", steps=2)\ndef plot(canvas): ...',
        "plot_2": '@figure(title="t", perspective="plot", alt="a")\ndef plot_2(canvas): ...',
    }
    ordered = sorted(figures, key=lambda name: name != first)
    course = lesson("\n".join(["from figgen import figure", *(figures[n] for n in ordered)]))
    assert course.names == (first.replace("_", "-"),)
    (problem,) = course.problems
    assert problem.reason.startswith("'plot-2' is taken by ")


# Refusals


BROKEN = """
    from figgen import figure

    @figure(title="t", perspective="plot", alt="a")
    def fine(canvas):
        canvas.number(1, 1, 2.5)

    @figure(title="t", perspective="plot", alt="a")
    def wrong_claim(canvas):
        canvas.text(1, 1, "a")
        canvas.claim("the answer", 42.042, 42, "by heart")

    @figure(title="t", perspective="plot", alt="a", steps=2)
    def wrong_formula(canvas):
        canvas.text(1, 1, "a")
        with canvas.step(2):
            canvas.text(1, 2, r"$\\frac{1$")

    @figure(title="t", perspective="plot", alt="a")
    def leaves(canvas):
        raise SystemExit(0)

    @figure(title="t", perspective="plot", alt="a")
    def warns(canvas):
        import warnings
        warnings.warn("careful")

    @figure(title="t", perspective="plot", alt="a")
    def unmarked(canvas):
        canvas.page.text(1, 1, "a")

    @figure(title="t", perspective="plot", alt="a", steps=2)
    def wrong_steps(canvas):
        canvas.text(1, 1, "a")
    """

REASONS = {
    "wrong-claim": r":11: the answer: drawn 42.042, by heart gives 42; relative error 0.001",
    "wrong-formula": r":14: cannot be drawn: .*frac",
    "leaves": r":21: SystemExit: 0",
    "warns": r":26: UserWarning: careful",
    "unmarked": r":29: .*was drawn without a role",
    "wrong-steps": r":33: wrong-steps declares steps=2 but draws 1",
}


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_figure_that_fails_is_not_written_and_the_others_are(
    lesson: Callable[[str], Course], jobs: int
) -> None:
    """A claim 0.1 % off, a formula, an exit: each told with its line; nothing half-written."""
    course = lesson(BROKEN)
    out = course.folder / "out"
    order = Request(out, formats=("svg", "png"), themes=("light",))
    executor = Workers(jobs) if jobs else None
    made = make_all(course, course.entries, order, executor=executor)
    outcomes = {outcome.name: outcome.error for outcome in made}
    assert outcomes.pop("fine") is None
    assert set(outcomes) == set(REASONS)
    for name, reason in REASONS.items():
        assert re.search(f"one.py{reason}", str(outcomes[name])), outcomes[name]
    assert sorted(path.name for path in out.rglob("*.*")) == ["fine.png", "fine.svg"]


def test_a_wrong_claim_is_refused_before_anything_is_drawn(
    lesson: Callable[[str], Course],
) -> None:
    """The error of the library says the same as that of the build."""
    course = lesson(BROKEN)
    drawing = draw(course, course.find("wrong-claim"))
    with pytest.raises(FigureError, match=r"one.py:11: the answer: drawn 42.042"):
        drawing.require_claims()


# Whole or not at all


def test_write_makes_folders_and_replaces(tmp_path: Path) -> None:
    """And leaves nothing else."""
    path = tmp_path / "a" / "b" / "file.svg"
    for data in (b"old", b"new"):
        write(path, data)
        assert path.read_bytes() == data
    assert [each.name for each in path.parent.iterdir()] == ["file.svg"]


@pytest.mark.parametrize("fault", ["write", "fsync", "replace"])
def test_a_write_that_fails_midway_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A full disk, at any moment: the old bytes, no .part file, and an error with the name."""
    path = tmp_path / "file.svg"
    write(path, b"old")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    if fault == "write":
        opened = Path.open

        def half_written(self: Path, mode: str = "r") -> object:
            with opened(self, mode) as file:
                file.write(b"ha")
            full()
            return file

        monkeypatch.setattr(Path, "open", half_written)
    else:
        monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[fault], full)
    with pytest.raises(BuildError, match=r"file.svg: cannot be written: No space left on device"):
        write(path, b"new and longer")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.svg"]


def test_a_process_that_is_killed_midway_leaves_the_old_file(tmp_path: Path) -> None:
    """The new bytes are in another file until they are all there."""
    path = tmp_path / "file.svg"
    write(path, b"old")
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from figgen.disk import atomic_files as files\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write(Path(sys.argv[1]), b'new')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -9
    assert path.read_bytes() == b"old"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder in the way of a file, a file in the way of a folder."""
    (tmp_path / "taken.svg").mkdir()
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "taken.svg", tmp_path / "file" / "new.svg"):
        with pytest.raises(BuildError, match=f"{path.name}: cannot be written: "):
            write(path, b"data")


# Always the same

BUILD = """
import json, sys
from pathlib import Path
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.request import Request
from figgen.course.reading import read_course
from figgen.pipeline.manifest import write_manifest
from figgen.pipeline.workers import Workers

if __name__ == "__main__":
    folder, out, jobs, *names = sys.argv[1:]
    course = read_course(Path(folder))
    order = Request(Path(out), themes=("light", "dark"), dpi=60)
    outcomes = make_all(course, course.select(names), order, executor=Workers(int(jobs)))
    assert not [outcome.error for outcome in outcomes if outcome.error]
    write_manifest(course, Path(out), {each.name: each.record for each in outcomes})
"""

SURROUNDINGS = {
    "as it is": ({"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}, 1),
    "far away": (
        {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland", "LANG": "de_DE.UTF-8", "LC_ALL": ""},
        2,
    ),
}


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Two processes: hash seed, time zone, language, folder and number of workers differ."""
    several = [entry for entry in COURSE.entries if entry.definition.steps > 1]
    names = [entry.name for entry in sorted(several, key=lambda entry: entry.definition.steps)[:2]]
    copy = shutil.copytree(
        ROOT / "figures", tmp_path / "figures", ignore=shutil.ignore_patterns("__pycache__")
    )
    trees = []
    for number, (changes, jobs) in enumerate(SURROUNDINGS.values()):
        place = tmp_path / f"folder {number}" / ("sub" * number)
        place.mkdir(parents=True)
        (place / "make.py").write_text(BUILD)
        shutil.copytree(copy, place / "figures")
        out = place / "out"
        subprocess.run(
            [sys.executable, "make.py", str(place / "figures"), str(out), str(jobs), *names],
            cwd=place,
            env=os.environ | changes | {"HOME": str(place), "MPLCONFIGDIR": str(place / "mpl")},
            check=True,
        )
        trees.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*.*")})
    first, second = trees
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []
    manifest = json.loads(first[Path("manifest.json")])
    files = [file for figure in manifest["figures"] for file in figure["files"]]
    assert {file["path"]: file["sha256"] for file in files} == {
        path.as_posix(): hashlib.sha256(data).hexdigest()
        for path, data in first.items()
        if path.name != "manifest.json"
    }
