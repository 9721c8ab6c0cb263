"""The page of ``figgen diff``: whole in one file, safe against what is in it, and made for keys."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import chromium
import pytest
from small_course import STEPS, write_course

from figgen.course.reading import read_course
from figgen.guard.baselines import snapshot
from figgen.guard.compare_snapshots import (
    Difference,
    FileChange,
    FileKey,
    Snapshot,
    compare_snapshots,
)
from figgen.pipeline.drawing import draw
from figgen.publish.diff_page import page

EVIL = "<script>document.title = 'evil'</script>"


@pytest.fixture(scope="module")
def difference(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """A figure with a label that became markup, and a step that is new."""
    found = []
    for name, label in (("before", "two"), ("after", EVIL)):
        source = STEPS.replace('"two"', repr(label))
        course = read_course(
            write_course(tmp_path_factory.mktemp(name) / f"page_{name}", one=source)
        )
        found.append(snapshot(draw(course, course.entries[0])))
    before, after = found
    entry = course.entries[0]
    files = {view: data for view, data in before.files.items() if view.step == 2}
    compared = compare_snapshots(entry, Snapshot(before.scene, files), after)
    assert compared is not None
    return compared


@pytest.fixture(scope="module")
def html(difference: Difference) -> str:
    """The page of that figure, and of one that is gone."""
    return page([Difference("gone", error=f"is gone {EVIL}"), difference], f"old {EVIL}", 3)


def test_everything_is_escaped(html: str) -> None:
    """Labels, names and errors are text, in elements and in attributes."""
    assert html.count("<script>") == 1
    assert html.count("&lt;script&gt;document.title") >= 4


class Reader(HTMLParser):
    """Notes the elements of a page, and every address in it."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of the elements of one kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_needs_no_other_file_and_no_script(html: str, difference: Difference) -> None:
    """Each picture is in it, with its alt text; without the script both of a pair are shown."""
    reader = Reader()
    reader.feed(html)
    images = reader.all("img")
    assert all(str(image["src"]).startswith("data:image/") for image in images)
    alts = [str(image["alt"]) for image in images]
    assert len(set(alts)) == len(alts)
    pairs = sum(bool(view.before) + bool(view.after) for view in difference.files)
    assert len(images) == pairs == 2 * 2 * 3 + 2
    assert "two-steps, step 2, dark, SVG: before" in alts
    assert not reader.all("link")
    assert [tag for tag, _ in reader.elements if tag in {"h1", "h2", "h3"}] == [
        "h1", "h2", "h2", *["h3"] * 8
    ]  # fmt: skip
    toolbar = next(each for each in reader.all("div") if each.get("id") == "toolbar")
    assert "hidden" in toolbar
    assert not re.search(r"https?:(?!//www\.w3\.org)", html)


def test_a_page_of_no_difference_says_so() -> None:
    """So that an old page does not stay in its place."""
    html = page([], "the baseline", 1)
    assert "Nothing: 0 of 1 figure differ from the baseline." in html
    assert "<article" not in html
    assert 'id="toolbar"' not in html


def test_what_is_no_picture_is_told_in_words() -> None:
    """A PDF, and a figure that is only reported; many words are folded."""
    words = tuple(f"line {n} is gone" for n in range(20))
    pdf = FileChange(FileKey(1, "light", "pdf"), words)
    html = page([Difference("one", "One", files=(pdf,), reported=True)], "the baseline", 1)
    assert "step 1, light, pdf: line 0 is gone" in html
    assert "<summary>and 12 more</summary>" in html
    assert "Drawn by other versions; what it draws is the same." in html


# In a real browser

browser = pytest.mark.skipif(
    chromium.PROGRAM is None, reason="no chromium; on Debian: apt-get install chromium"
)


@pytest.mark.chromium
@browser
def test_the_page_in_a_browser(html: str, tmp_path: Path) -> None:
    """Pictures load, keys work, nothing is fetched from outside, and a script is shown as text."""
    path = tmp_path / "diff.html"
    path.write_text(html, encoding="utf-8")
    look = "document.body.dataset.layout"
    place = "document.getElementById('position').textContent"

    def shown(which: str) -> str:
        return f"getComputedStyle(document.querySelector('figure.{which} img')).visibility"

    with chromium.Browser(tmp_path / "profile") as page:
        page.open(path.as_uri())
        assert page.errors == []
        assert page.run("[...document.images].every(i => i.complete && i.naturalWidth > 400)")
        assert page.run("document.images.length") == 14
        outside = [url for url in page.requested if not url.startswith("data:")]
        assert outside == [path.as_uri()]
        assert "evil" not in page.run("document.title").partition("old")[0]
        assert EVIL in page.run("document.body.innerText")

        assert (page.run(look), page.run(place)) == ("both", "1 / 8")
        for key, told in (("j", "1 / 8"), ("j", "2 / 8"), ("ArrowRight", "3 / 8"), ("k", "2 / 8"),
                          ("ArrowLeft", "1 / 8"), ("k", "1 / 8")):  # fmt: skip
            page.press(key)
            assert page.run(place) == f"two-steps, {told}"
        assert page.run("document.activeElement === document.querySelector('article')")
        top = page.run("document.querySelector('article').getBoundingClientRect().top")
        assert 0 <= top < 200

        for key, name, before, after in (
            ("2", "before", "visible", "hidden"),
            ("3", "after", "hidden", "visible"),
            ("4", "difference", "visible", "visible"),
            ("1", "both", "visible", "visible"),
        ):
            page.press(key)
            assert page.run(look) == name
            assert (page.run(shown("before")), page.run(shown("after"))) == (before, after)
            pressed = f"document.querySelector('button[data-layout={name}]').ariaPressed"
            assert page.run(pressed) == "true"

        page.press("f")
        wait = f"new Promise(done => setTimeout(() => done({look}), %d))"
        seen = {page.run(wait % 200) for _ in range(12)}
        assert seen == {"before", "after"}
        page.press("f")
        assert {page.run(wait % 200) for _ in range(5)} == {"both"}
        page.press("m")
        assert page.run("getComputedStyle(document.querySelector('.marks')).display") == "none"


@pytest.mark.chromium
@browser
def test_the_page_follows_the_reader(html: str, tmp_path: Path) -> None:
    """Light or dark; one who wants no motion turns the picture with each press of f."""
    path = tmp_path / "diff.html"
    path.write_text(html, encoding="utf-8")
    paper = "getComputedStyle(document.body).backgroundColor"
    with chromium.Browser(tmp_path / "profile") as page:
        page.open(path.as_uri())
        light = page.run(paper)
        features = {"prefers-color-scheme": "dark", "prefers-reduced-motion": "reduce"}
        page.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": name, "value": value} for name, value in features.items()],
        )
        assert page.run(paper) != light
        looks = []
        for _ in range(3):
            page.press("f")
            wait = "new Promise(done => setTimeout(() => done(document.body.dataset.layout), 700))"
            looks.append(page.run(wait))
        assert looks == ["before", "after", "before"]
        page.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.run(outline) == "solid"


@pytest.mark.chromium
@browser
def test_the_check_of_the_browser_is_no_sham(tmp_path: Path) -> None:
    """A page that asks for something outside, or has another script, is noticed."""
    path = tmp_path / "bad.html"
    with chromium.Browser(tmp_path / "profile") as page:
        path.write_text("<img src='http://127.0.0.1:9/x.png'><script>throw 1</script>")
        page.open(path.as_uri())
        assert "http://127.0.0.1:9/x.png" in page.requested
        assert page.errors
        assert not page.run("[...document.images].every(i => i.naturalWidth > 0)")


@pytest.mark.chromium
@browser
def test_the_policy_of_the_page_stops_a_script_that_slipped_in(html: str, tmp_path: Path) -> None:
    """Should something be not escaped one day, it neither runs nor fetches."""
    path = tmp_path / "diff.html"
    leak = f"{EVIL}<img src='http://127.0.0.1:9/x.png' onerror='document.title = 1'>"
    path.write_text(html.replace("<main>", f"<main>{leak}"), encoding="utf-8")
    with chromium.Browser(tmp_path / "profile") as page:
        page.open(path.as_uri())
        assert page.run("document.title").startswith("figgen diff: ")
        assert len(page.errors) >= 2
