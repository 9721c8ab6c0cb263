"""The gallery in a real browser, from the disk: what a reader can do, and what axe-core finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from axe import needs_axe, violations
from chromium import emulate
from click.testing import CliRunner
from small_course import HOSTILE, LESSON, ODD, with_concepts, write_course

from figgen.cli.app import program

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(chromium.PROGRAM is None, reason="no chromium; .ci/run brings it"),
]

PAGES = ("index", "section-lesson", "concept-area")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of a small course."""
    folder = tmp_path_factory.mktemp("gallery")
    course = with_concepts(
        write_course(folder / "small", lesson=LESSON, odd=ODD), {"area": HOSTILE}
    )
    command = ["--figures", str(course), "gallery", "-j", "1", "-o", str(folder / "out")]
    assert CliRunner().invoke(program, command, catch_exceptions=False).exit_code == 0
    return folder / "out"


@pytest.fixture(scope="module")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    with chromium.Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def browser(_browser: chromium.Browser) -> chromium.Browser:
    """A window as a reader finds it: wide, light, with scripts, on a screen."""
    emulate(_browser)
    _browser.call("Emulation.setScriptExecutionDisabled", value=False)
    _browser.call("Emulation.clearDeviceMetricsOverride")
    return _browser


def address(site: Path, page: str) -> str:
    """Of a page on the disk."""
    return (site / f"{page}.html").as_uri()


def shown(browser: chromium.Browser, selector: str) -> list[str]:
    """The file names of the pictures that are seen, as the browser chose them."""
    script = f"""
    Promise.all([...document.querySelectorAll({json.dumps(selector)})]
        .filter((each) => each.checkVisibility())
        .map((each) => {{ each.loading = "eager"; return each.decode().then(() => each); }}))
        .then((all) => all.map((each) => each.currentSrc.split("/").slice(-3).join("/")))
    """
    found: list[str] = browser.run(script)
    return found


def steps(browser: chromium.Browser) -> list[str]:
    """The steps of the diagram that are seen."""
    return [each[-5] for each in shown(browser, "#area-diagram img")]


def to_the_diagram(browser: chromium.Browser) -> None:
    """Scroll it into the middle of the window, at once."""
    where = "{ block: 'center', behavior: 'instant' }"
    browser.run(f"document.getElementById('area-diagram').scrollIntoView({where})")


# Accessibility


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(browser: chromium.Browser, site: Path, page: str, scheme: str) -> None:
    """In no kind of page and in neither scheme, with everything unfolded."""
    emulate(browser, scheme)
    browser.open(address(site, page))
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(browser) == []


@needs_axe
@pytest.mark.parametrize(
    ("harm", "found"),
    [
        ("document.querySelector('img').removeAttribute('alt')", "image-alt"),
        ("document.querySelector('h1').style.color = '#bbb'", "color-contrast"),
        ("document.querySelector('button').removeAttribute('aria-label');"
         "document.querySelector('button').textContent = ''", "button-name"),
    ],
)  # fmt: skip
def test_axe_finds_a_fault(browser: chromium.Browser, site: Path, harm: str, found: str) -> None:
    """The test above would see a picture without words, pale letters or a nameless button."""
    browser.open(address(site, "concept-area"))
    browser.run(f"{harm};0")
    assert found in [each[0] for each in violations(browser)]


# What it asks for


@pytest.mark.parametrize("page", PAGES)
def test_no_request_leaves_the_folder(browser: chromium.Browser, site: Path, page: str) -> None:
    """All files come from the disk, and no script complains."""
    browser.open(address(site, page))
    assert len(shown(browser, "img")) >= 2
    assert len(browser.requested) >= 5
    assert [each for each in browser.requested if not each.startswith(site.as_uri())] == []
    assert browser.errors == []


def test_a_request_that_leaves_the_folder_is_seen(
    browser: chromium.Browser, site: Path, tmp_path: Path
) -> None:
    """The test above would see a page that asks for something else."""
    text = (site / "index.html").read_text(encoding="utf-8")
    planted = text.replace("</body>", '<img src="http://127.0.0.1:9/x.png" alt="x"></body>')
    (tmp_path / "index.html").write_text(planted, encoding="utf-8")
    browser.open(address(tmp_path, "index"))
    assert "http://127.0.0.1:9/x.png" in browser.requested


# What a reader can do


def test_buttons_and_keys_step_through(browser: chromium.Browser, site: Path) -> None:
    """The whole figure first; then round, by keys with or without the focus, and by clicks."""
    browser.open(address(site, "concept-area"))
    assert steps(browser) == ["3"]
    to_the_diagram(browser)
    for key, step in (("ArrowRight", "1"), ("ArrowRight", "2"), ("ArrowLeft", "1")):
        browser.press(key)
        assert steps(browser) == [step]
    browser.run("document.querySelector('#area-diagram button:last-of-type').focus()")
    browser.press("ArrowRight")
    assert steps(browser) == ["2"]
    browser.run("document.activeElement.click()")
    assert steps(browser) == ["3"]
    assert browser.run("document.querySelector('#area-diagram [role=status]').textContent") == (
        "Step 3 of 3"
    )


def test_keys_do_what_they_do_elsewhere(browser: chromium.Browser, site: Path) -> None:
    """In code that is scrolled, and together with another key, an arrow steps nothing."""
    browser.open(address(site, "section-lesson"))
    to_the_diagram(browser)
    browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", modifiers=1)
    # Code below a figure that has steps.
    browser.run(
        "{ const code = document.querySelector('.code'); code.open = true;"
        "document.getElementById('area-diagram').append(code);"
        "code.querySelector('[tabindex]').focus({ preventScroll: true }); }"
    )
    browser.press("ArrowRight")
    assert steps(browser) == ["3"]


def test_the_search(browser: chromium.Browser, site: Path) -> None:
    """All words must be in a figure's name or text; sections without any go."""
    browser.open(address(site, "index"))

    def search(words: str) -> list[str]:
        browser.run(
            "{ const field = document.getElementById('_search');"
            f"field.value = {json.dumps(words)}; field.dispatchEvent(new Event('input')); }}"
        )
        cards: list[str] = browser.run(
            "[...document.querySelectorAll('.cards code')]"
            ".filter((each) => each.checkVisibility()).map((each) => each.textContent)"
        )
        return cards

    everything = ["area-code", "area-diagram", "area-math", "main", "title-main"]
    assert search("") == everything
    assert search("  AREA graph ") == ["area-diagram"]
    assert browser.run("document.getElementById('_found').textContent") == "1 of 5 figures"
    assert browser.run("document.querySelectorAll('.group:not([hidden])').length") == 1
    assert search("three.") == ["area-diagram"]
    assert search("<script>") == ["area-code"]
    assert search("nothing of this") == []
    assert search("") == everything


def test_without_scripts_everything_is_there(browser: chromium.Browser, site: Path) -> None:
    """Every step in order, every card, and no field that does nothing."""
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(address(site, "concept-area"))
    # What is asked from outside still runs.
    assert steps(browser) == ["1", "2", "3"]
    assert browser.run("document.querySelectorAll('button').length") == 0
    browser.open(address(site, "index"))
    assert len(shown(browser, ".cards img")) == 5
    assert not browser.run("document.getElementById('_search').checkVisibility()")


@pytest.mark.parametrize(
    ("scheme", "media", "theme"),
    [("light", "screen", "light"), ("dark", "screen", "dark"), ("dark", "print", "print")],
)
def test_pictures_follow_the_reader(
    browser: chromium.Browser, site: Path, scheme: str, media: str, theme: str
) -> None:
    """Light or dark as the reader has it; on paper those for grey printers."""
    emulate(browser, scheme, media)
    browser.open(address(site, "concept-area"))
    themes = {each.split("/")[0] for each in shown(browser, "article img")}
    assert themes == {theme}


def test_on_paper_all_steps(browser: chromium.Browser, site: Path) -> None:
    """As a browser says before it prints; afterwards the one that was seen."""
    browser.open(address(site, "concept-area"))
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert steps(browser) == ["1", "2", "3"]
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert steps(browser) == ["3"]


def test_a_phone_scrolls_in_one_direction(browser: chromium.Browser, site: Path) -> None:
    """No page is wider than a narrow window, and the text of small letters is unfolded there."""
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", **size)
    for page in PAGES:
        browser.open(address(site, page))
        assert browser.run("document.documentElement.scrollWidth") == 390
    assert browser.run("document.querySelector('.code').open")


def test_the_equation_is_mathml_that_the_browser_sets(
    browser: chromium.Browser, site: Path
) -> None:
    """Unfolded, an exponent stands higher and is smaller; the picture is there in any case."""
    browser.open(address(site, "concept-area"))
    assert shown(browser, "#area-math img") == ["light/svg/area-math.svg"]
    browser.run("document.querySelector('.maths').open = true")
    base, exponent = browser.run(
        "[...document.querySelector('.maths msup').children]"
        ".map((each) => each.getBoundingClientRect()).map((each) => [each.bottom, each.height])"
    )
    assert exponent[0] < base[0]
    assert 0 < exponent[1] < base[1]
