"""The preview in a real browser: what a lecturer can do and see, and what axe-core finds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
from axe import needs_axe, violations
from serving import EVIL, Served, counted, course, serve
from small_course import GOOD, HEAD, STEPS, figure_with, write_course

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(chromium.PROGRAM is None, reason="no chromium; .ci/run brings it"),
]

IMAGE = "document.querySelector('#stage img')"
UNTIL = """new Promise((resolve) => {{ const look = () =>
    ({}) ? resolve(true) : setTimeout(look, 20); look(); }})"""


def test_the_page_in_a_browser(tmp_path: Path) -> None:
    """It swaps pictures without a reload, keeps its place, has keys, and shows text as text."""
    folder = course(tmp_path, one=HEAD + counted(1), steps=STEPS)
    with serve(folder) as served, chromium.Browser(tmp_path / "profile", 900, 500) as page:
        served.settled()
        page.open(f"http://127.0.0.1:{served.port}/#two-steps/2/dark")
        page.run(UNTIL.format(f"{IMAGE}?.alt"))
        assert page.run("document.querySelector('#step').textContent") == "step 2 of 2"
        assert page.run(f"{IMAGE}.naturalWidth / {IMAGE}.naturalHeight") == pytest.approx(
            5.8 / 5, 0.01
        )
        page.press("ArrowLeft")
        page.run(UNTIL.format(f"{IMAGE}.src.includes('/1/dark')"))
        assert page.run("document.querySelector('#status').textContent") == "Step 1 of 2"
        page.press("t")
        page.run(UNTIL.format(f"{IMAGE}.src.includes('/1/print')"))

        page.run("window.sameish = true; document.querySelector('#follow').click()")
        page.run("scrollTo(0, 100)")
        place = page.run("scrollY")
        assert place > 0
        (folder / "steps.py").write_text(STEPS.replace('"one"', '"uno"'))
        page.run(UNTIL.format(f"{IMAGE}.src.includes('v=2')"))
        assert page.run("[window.sameish, location.hash, scrollY]") == [
            True,
            "#two-steps/1/print",
            place,
        ]
        said = "document.querySelector('#status').textContent"
        page.run(UNTIL.format(f"{said} === 'two-steps has changed'"))

        (folder / "steps.py").write_text(STEPS.replace('"uno"', f"1 / 0 #{EVIL}"))
        (folder / "steps.py").write_text(STEPS + f"x = = 1  # {EVIL}\n")
        page.run(UNTIL.format("!document.querySelector('#trouble').hidden"))
        assert EVIL in page.run("document.querySelector('#trouble pre').textContent")
        assert page.run("document.querySelector('#stage').classList.contains('old')")
        (folder / "steps.py").write_text(STEPS)
        page.run(UNTIL.format("document.querySelector('#trouble').hidden"))
        assert not page.run("document.querySelector('#stage').classList.contains('old')")

        page.press("k")
        page.run(UNTIL.format(f"{IMAGE}.alt.includes('script')"))
        assert EVIL in page.run("document.querySelector('#alt').textContent")
        assert EVIL in page.run("document.querySelector('#caption').textContent")
        assert "evil" not in page.run("document.title")
        page.run("document.querySelector('#follow').click()")
        (folder / "steps.py").write_text(STEPS.replace('"one"', '"eins"'))
        page.run(UNTIL.format("location.hash.startsWith('#two-steps')"))
        assert page.errors == []
        asked = [url for url in page.requested if url.startswith(("http", "ws", "file"))]
        assert asked
        assert all(url.startswith(f"http://127.0.0.1:{served.port}/") for url in asked)


def test_a_figure_that_goes_and_a_new_problem(tmp_path: Path) -> None:
    """The one that takes the place of the first is shown; the second is unfolded to be read."""
    folder = course(tmp_path, one=HEAD + counted(1) + counted(2, "other"), two=GOOD)
    where = "location.hash.split('/')[0]"
    with serve(folder) as served, chromium.Browser(tmp_path / "profile") as page:
        served.settled()
        page.open(f"http://127.0.0.1:{served.port}/#other")
        page.run(UNTIL.format(IMAGE))
        assert not page.run("document.querySelector('#problems').checkVisibility()")
        (folder / "one.py").write_text(HEAD + counted(1))
        page.run(UNTIL.format(f"{where} === '#good'"))
        said = page.run("document.querySelector('#status').textContent")
        assert said == "other is no longer in the course"
        (folder / "three.py").write_text(GOOD)
        page.run(UNTIL.format("document.querySelector('#problems').open"))
        text = page.run("document.querySelector('#problems').textContent")
        assert "1 problem in the course" in text
        assert "not in SECTIONS" in text


# One of each kind: good, in steps, with a claim that fails and a rule that is broken, broken.
WRONG = (
    'canvas.text(11.5, 5, "off"), canvas.claim("one", 1, 2, "counting"), canvas.describe(\'One.\')'
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A course with all that can be told of a figure."""
    folder = write_course(
        tmp_path_factory.mktemp("served") / "small",
        good=GOOD,
        steps=STEPS,
        wrong=figure_with(WRONG),
        fails=figure_with("1 / 0").replace("def bad", "def worse"),
        module=HEAD + "x = = 1\n",
    )
    with serve(folder) as found:
        state = found.settled()
        statuses = {name: each["status"] for name, each in state["figures"].items()}
        assert statuses == {
            "good": "good", "two-steps": "good", "bad": "failing", "worse": "broken",
        }  # fmt: skip
        assert len(state["problems"]) == 1
        yield found


@pytest.fixture(scope="module")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    with chromium.Browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def browser(_browser: chromium.Browser, served: Served) -> chromium.Browser:
    """A window as a lecturer finds it the first time."""
    chromium.emulate(_browser)
    # From elsewhere, because another place on the same page is no new page.
    _browser.open("about:blank")
    _browser.open(f"http://127.0.0.1:{served.port}/#good")
    _browser.run("localStorage.clear()")
    return _browser


def show(browser: chromium.Browser, served: Served, place: str, slot: str = "slot") -> None:
    """Open the page at a figure, and wait until all is told of it."""
    browser.open("about:blank")
    browser.open(f"http://127.0.0.1:{served.port}/#{place}")
    name = place.partition("/")[0]
    told = f"document.querySelector('#kind').textContent.startsWith('{name} · small')"
    browser.run(UNTIL.format(f"{told} && ({IMAGE} || document.querySelector('#trouble pre'))"))
    browser.run(f"document.querySelector('[data-slot={slot}]').click()")


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("name", "slot"),
    [("good", "slot"), ("two-steps", "slide"), ("bad", "pixels"), ("worse", "slot")],
)
def test_axe_finds_nothing(
    browser: chromium.Browser, served: Served, name: str, slot: str, scheme: str
) -> None:
    """With whatever there is to tell of a figure, in every slot, with everything unfolded."""
    chromium.emulate(browser, scheme)
    show(browser, served, name, slot)
    browser.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(browser) == []


@needs_axe
def test_axe_finds_a_fault(browser: chromium.Browser, served: Served) -> None:
    """The test above would see a nameless button, and pale letters."""
    show(browser, served, "good")
    browser.run("{ const back = document.querySelector('#back');"
                "back.removeAttribute('aria-label'); back.textContent = ''; }")  # fmt: skip
    browser.run("document.querySelector('#title').style.color = '#bbb'; 0")
    assert {each[0] for each in violations(browser)} == {"button-name", "color-contrast"}


def test_the_slots(browser: chromium.Browser, served: Served) -> None:
    """A key goes from the slot alone to its place on the slide and to a projector's pixels."""
    show(browser, served, "two-steps/2/light")
    box = f"(({IMAGE}).getBoundingClientRect().toJSON())"
    board = "document.querySelector('.board')"
    assert not browser.run(f"!!{board}")
    alone = browser.run(box)
    assert alone["width"] / alone["height"] == pytest.approx(5.8 / 5, 0.01)
    browser.press("s")
    browser.run(UNTIL.format(board))
    slide, slot = browser.run(f"{board}.getBoundingClientRect().toJSON()"), browser.run(box)
    assert slide["width"] / slide["height"] == pytest.approx(16 / 9, 0.01)
    assert slot["width"] / slide["width"] == pytest.approx(5.8 / 13.33, 0.01)
    assert slot["left"] - slide["left"] == pytest.approx(0.665 / 13.33 * slide["width"], abs=2)
    # The other half is free, and beside it.
    free = browser.run(f"{board}.querySelector('span').getBoundingClientRect().toJSON()")
    assert free["left"] > slot["right"]
    assert (free["top"], free["width"]) == pytest.approx((slot["top"], slot["width"]), abs=1)
    assert free["right"] < slide["right"]
    assert browser.run(f"{board}.querySelector('p').textContent") == "Two steps"
    browser.press("s")
    browser.run(UNTIL.format(f"!{board}"))
    assert browser.run(box)["width"] == pytest.approx(1920 * 5.8 / 13.33, abs=1)
    # It stays so in another window.
    browser.open("about:blank")
    browser.open(f"http://127.0.0.1:{served.port}/#good")
    pressed = "document.querySelector('[data-slot=pixels]').getAttribute('aria-pressed')"
    browser.run(UNTIL.format(f"{pressed} === 'true'"))
