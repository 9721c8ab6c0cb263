"""The gallery: what its pages say, where their links lead, and what it does when things fail."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner, Result
from small_course import GOOD, HOSTILE, LESSON, ODD, STEPS, with_concepts, write_course

from figgen.cli.app import program
from figgen.course.reading import read_course
from figgen.errors import BuildError
from figgen.publish.gallery import gallery

VOID = {"meta", "link", "img", "source", "input", "br", "hr"}


class Page(HTMLParser):
    """A page as a browser reads it, as far as these tests ask.

    Attributes:
        tags: Every tag with its attributes.
        text: All text outside of tags.
        unclosed: The tags that are open; none at the end of a sound page.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.unclosed: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [
            found
            for name, found in self.tags
            if name == tag and attributes.items() <= {**found}.items()
        ]

    @property
    def ids(self) -> list[str]:
        """Every id."""
        return [found["id"] for _, found in self.tags if "id" in found]

    @property
    def links(self) -> list[str]:
        """Everything that it refers to."""
        return [
            found[name]
            for _, found in self.tags
            for name in ("href", "src", "srcset")
            if name in found
        ]


def faults(folder: Path) -> list[str]:
    """What is wrong with the ids and the links of the pages in a folder, in words."""
    pages = {path.name: Page(path) for path in folder.glob("*.html")}
    found = []
    for name, page in pages.items():
        found += [f"{name}: id {each} twice" for each, n in Counter(page.ids).items() if n > 1]
        for link in page.links:
            address = urlsplit(link)
            path = unquote(address.path) or name
            target = (folder / path).resolve()
            if address.scheme or address.netloc or not target.is_relative_to(folder.resolve()):
                found.append(f"{name}: {link} leads out")
            elif not target.is_file():
                found.append(f"{name}: {link} leads nowhere")
            elif address.fragment and address.fragment not in pages[path].ids:
                found.append(f"{name}: {link} has no such id")
    return found


def run(course: Path, out: Path) -> Result:
    """``figgen gallery`` in this process; an exception is a failure of the test."""
    # As another process would, read what the modules say now.
    for name in [name for name in sys.modules if name.partition(".")[0] == course.name]:
        del sys.modules[name]
    command = ["--figures", str(course), "gallery", "-j", "1", "-o", str(out)]
    return CliRunner().invoke(program, command, catch_exceptions=False)


def figures_of(out: Path) -> dict[str, dict[str, Any]]:
    """The figures of the manifest."""
    content = json.loads((out / "assets" / "manifest.json").read_text(encoding="utf-8"))
    return {figure["name"]: figure for figure in content["figures"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A small course, and its gallery; no test changes them."""
    folder = tmp_path_factory.mktemp("gallery")
    course = write_course(folder / "small", lesson=LESSON, odd=ODD)
    with_concepts(course, {"area": HOSTILE})
    result = run(course, folder / "out")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"6 files in {folder / 'out'}; open {folder / 'out' / 'index.html'}\n"
    return course, folder / "out"


@pytest.fixture
def mine(built: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """A copy of both that a test may change."""
    for path in built:
        shutil.copytree(path, tmp_path / path.name)
    return tmp_path / "small", tmp_path / "out"


# What the pages say


def test_one_page_a_section_and_one_a_concept(built: tuple[Path, Path]) -> None:
    """Beside the index, a stylesheet and a script, and the assets."""
    assert {path.name for path in built[1].iterdir()} == {
        "assets",
        "concept-area.html",
        "gallery.css",
        "gallery.js",
        "index.html",
        "section-lesson.html",
        "section-odd.html",
    }


def test_links_lead_somewhere_and_ids_are_unique(built: tuple[Path, Path]) -> None:
    """Every file and anchor that a page names is there, inside the folder; tags are closed."""
    assert faults(built[1]) == []
    for path in built[1].glob("*.html"):
        page = Page(path)
        assert page.unclosed == []
        assert len(page.links) > 5


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('href="gallery.css"', 'href="https://a.org/gallery.css"', "leads out"),
        ('href="gallery.css"', 'href="//a.org/gallery.css"', "leads out"),
        ('href="gallery.css"', 'href="../gallery.css"', "leads out"),
        ('href="gallery.css"', 'href="%2e%2e/gallery.css"', "leads out"),
        ('src="assets/', 'src="asset/', "leads nowhere"),
        ('href="#_main"', 'href="#main-"', "has no such id"),
        ('id="main"', 'id="_main"', "id _main twice"),
    ],
)
def test_a_fault_of_a_page_is_found(mine: tuple[Path, Path], old: str, new: str, told: str) -> None:
    """The test above finds a link that leaves the folder or leads nowhere, and an id twice."""
    page = mine[1] / "section-odd.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(told in fault for fault in faults(mine[1]))


def test_nothing_is_referred_to_but_pages_and_files_of_the_manifest(
    built: tuple[Path, Path],
) -> None:
    """Neither the stylesheet nor the script names any address."""
    _, out = built
    known = {
        f"assets/{file['path']}" for each in figures_of(out).values() for file in each["files"]
    }
    named = {link for path in out.glob("*.html") for link in Page(path).links}
    assert {link for link in named if link.startswith("assets/")} <= known
    # Every step in every theme, and the files of both.
    assert len(named & known) > 3 * (3 + 4)
    for name in ("gallery.css", "gallery.js"):
        assert not re.search(r"url\(|@import|//\w|fetch|import\(", (out / name).read_text())


def test_every_picture_has_the_alt_text_of_its_step(built: tuple[Path, Path]) -> None:
    """On every page; a figure of several steps has all of them, in order, in every theme."""
    _, out = built
    words = {
        f"assets/{file['path']}": file["alt"]
        for figure in figures_of(out).values()
        for file in figure["files"]
    }
    for path in out.glob("*.html"):
        pictures = Page(path).all("img")
        assert pictures
        for picture in pictures:
            assert picture["alt"] == words[picture["src"]]
    steps = [each for each in Page(out / "concept-area.html").all("img") if "gram" in each["src"]]
    assert [each["src"][-5] for each in steps] == ["1", "2", "3"]
    assert len({each["alt"] for each in steps}) == 3
    sources = Page(out / "concept-area.html").all("source")
    assert len(sources) == 2 * len(Page(out / "concept-area.html").all("img"))
    assert {each["media"]: each["srcset"].split("/")[1] for each in sources} == {
        "print": "print",
        "(prefers-color-scheme: dark)": "dark",
    }


def test_a_concept_is_told_as_maths_diagram_and_code(built: tuple[Path, Path]) -> None:
    """In this order, whatever that of the module; with MathML, the code, and the sources' links."""
    page = Page(built[1] / "concept-area.html")
    assert [each["id"] for each in page.all("article")] == [
        "area-math",
        "area-diagram",
        "area-code",
    ]
    assert len(page.all("math")) == 1
    assert "def colour(x):" in page.text
    ends = [link.rpartition(".")[2] for link in page.links if link.startswith("assets/light")]
    assert {"svg", "pdf", "png"} <= {*ends}
    for source in ("dot/area-diagram.dot", "tex/area-math.tex", "mathml/area-math.mathml"):
        assert f"assets/{source}" in page.links
    # The PDF of all steps, and the picture of the last.
    assert "assets/light/pdf/area-diagram.pdf" in page.links
    assert page.all("a", href="assets/light/svg/area-diagram-3.svg")
    assert not page.all("a", href="assets/light/svg/area-diagram-2.svg")


def test_text_stays_text(built: tuple[Path, Path]) -> None:
    """Whatever a title, a caption, an alt text or code says, the only script is the gallery's."""
    for path in built[1].glob("*.html"):
        page = Page(path)
        assert page.all("script") == [{"src": "gallery.js", "defer": ""}]
        assert HOSTILE in page.text
    code = Page(built[1] / "concept-area.html").text
    assert '"#ff0000 #1A1D21 <script>"' in code
    assert "var(" not in code


def test_code_follows_the_theme(built: tuple[Path, Path]) -> None:
    """Its colours are those of the stylesheet, which has them for every theme."""
    page = Page(built[1] / "concept-area.html")
    styles = " ".join(each.get("style", "") for _, each in page.tags)
    assert "#" not in styles
    used = set(re.findall(r"var\((--\w+)\)", styles))
    assert len(used) >= 3
    sheet = (built[1] / "gallery.css").read_text(encoding="utf-8")
    assert all(sheet.count(f"{name}: #") == 3 for name in used)


def test_what_the_search_searches(built: tuple[Path, Path]) -> None:
    """Name, title, caption and alt text of each figure, in lower case."""
    cards = Page(built[1] / "index.html").all("li")
    words = [each["data-words"] for each in cards if "data-words" in each]
    assert len(words) == 5
    for text in ("area-diagram", "a graph", "a number, and its square.", "three."):
        assert text in words[1]
    assert HOSTILE.lower() in words[0]


# When things fail


def test_a_figure_that_fails_keeps_its_old_pictures(mine: tuple[Path, Path]) -> None:
    """They are shown, with what was known of them; the failure is told, with exit code 1."""
    course, out = mine
    lesson = course / "lesson.py"
    lesson.write_text(LESSON.replace('"a < b^2"', '"a < {b"'), encoding="utf-8")
    result = run(course, out)
    assert result.exit_code == 1
    assert result.stderr.startswith("failed area-math: small/lesson.py")
    assert Page(out / "concept-area.html").all("article", id="area-math")
    assert faults(out) == []
    # Without the files there is nothing to show.
    (out / "assets/light/svg/area-math.svg").unlink()
    assert run(course, out).exit_code == 1
    assert not Page(out / "concept-area.html").all("article", id="area-math")
    assert faults(out) == []


def test_steps_of_an_earlier_definition_are_not_shown(mine: tuple[Path, Path]) -> None:
    """From three steps to one and back, whatever is left in the folder."""
    course, out = mine
    lesson = course / "lesson.py"
    one = LESSON.replace(", steps=3)", ")").replace("canvas.step(step)", "canvas.step(1)")
    for source, files in ((one, [""]), (LESSON, ["-1", "-2", "-3"])):
        lesson.write_text(source, encoding="utf-8")
        assert run(course, out).exit_code == 0
        shown = [each["src"] for each in Page(out / "section-lesson.html").all("img")]
        assert [each for each in shown if "diagram" in each] == [
            f"assets/light/svg/area-diagram{each}.svg" for each in files
        ]


def test_pages_of_what_is_gone_are_deleted(mine: tuple[Path, Path]) -> None:
    """Those that a gallery wrote; a page of the reader's own under such a name stays."""
    course, out = mine
    own = out / "section-own.html"
    own.write_text("<p>Mine.</p>", encoding="utf-8")
    (course / "__init__.py").write_text('SECTIONS = {"odd": "Odd"}\n', encoding="utf-8")
    (course / "lesson.py").unlink()
    assert run(course, out).exit_code == 0
    pages = {path.name for path in out.glob("*.html")}
    assert pages == {"index.html", "section-odd.html", "section-own.html"}
    assert "Concepts, each" not in Page(out / "index.html").text
    own.unlink()
    assert faults(out) == []


def test_a_concept_that_the_course_does_not_know_has_no_link(tmp_path: Path) -> None:
    """It has no page; that it is unknown is told."""
    course = write_course(tmp_path / "small", lesson=LESSON)
    result = run(course, tmp_path / "out")
    assert result.exit_code == 1
    assert "concept 'area' is not in CONCEPTS" in result.stderr
    assert faults(tmp_path / "out") == []
    assert len(Page(tmp_path / "out" / "section-lesson.html").all("article")) == 3


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    """Before anything is drawn."""
    course = write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run(course, tmp_path / "file")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"Error: .*/file/assets: cannot be written: .*\n", result.stderr)


def test_a_source_that_cannot_be_read_is_one_line(mine: tuple[Path, Path]) -> None:
    """With its name and what to do."""
    course, out = mine
    (out / "assets/mathml/area-math.mathml").write_bytes(b"\xff")
    with pytest.raises(
        BuildError, match=r"area-math.mathml: cannot be read: .*; build the gallery"
    ):
        gallery(read_course(course), figures_of(out), out)


def test_pages_are_the_same_every_time(mine: tuple[Path, Path]) -> None:
    """No date, no path, no order that changes."""
    course, out = mine
    before = {path.name: path.read_bytes() for path in out.glob("*.*")}
    gallery(read_course(course), figures_of(out), out)
    assert {path.name: path.read_bytes() for path in out.glob("*.*")} == before


def test_a_figure_of_no_concept_is_in_its_section_only(tmp_path: Path) -> None:
    """And a course without concepts says nothing of them."""
    course = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    assert run(course, tmp_path / "out").exit_code == 0
    index = Page(tmp_path / "out" / "index.html")
    assert "Concepts" not in index.text.replace("Sections and concepts", "")
    assert "2 figures" in index.text
    assert index.all("a", href="section-two.html#two-steps")
