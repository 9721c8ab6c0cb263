"""What is behind the preview's page, with and without the process that draws."""

from __future__ import annotations

import queue
import runpy
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.build.course import read_course
from figgen.publish import warm, watching
from figgen.publish.excerpts import trouble
from figgen.publish.preview import DEATHS, Preview
from figgen.publish.reach import Reach
from figgen.publish.renderer import Renderer
from figgen.publish.rendering import Order, render

PATIENCE = 60


def order_for(folder: Path, name: str, **changes: Any) -> Order:
    """An order for a figure of a course."""
    entry = read_course(folder).find(name)
    usual = {"number": 7, "first": (1, "dark"), "whole": True, "limit": 30.0, "nice": False}
    return Order(folder=str(folder), entry=entry, **usual | changes)


# Excerpts


@pytest.mark.parametrize("text", ["no place", "figures: no line", "/abs/olute.py: no line"])
def test_an_error_without_a_place(tmp_path: Path, text: str) -> None:
    """It is told as it is."""
    assert trouble(tmp_path, text) == {"where": "", "reason": text, "lines": []}


def test_an_error_elsewhere(tmp_path: Path) -> None:
    """Only the lines of the course are shown: not those of a parent, nor those behind a link."""
    folder = write_course(tmp_path / "small", one="a\nb\nc\n")
    (tmp_path / "secret.py").write_text("hush\n")
    (folder / "link.py").symlink_to(tmp_path / "secret.py")
    assert trouble(folder, "small/one.py:2: bad")["lines"] == [
        (1, "a", False), (2, "b", True), (3, "c", False),
    ]  # fmt: skip
    for file in ("small/../secret.py", "secret.py", "small/link.py", "small/gone.py"):
        assert trouble(folder, f"{file}:1: bad") == {
            "where": f"{file}:1",
            "reason": "bad",
            "lines": [],
        }


# Reach


def test_reach(tmp_path: Path) -> None:
    """A change reaches what imports it, by any spelling, also while it is broken or gone."""
    folder = write_course(
        tmp_path / "small",
        one=GOOD + "import small._a\n",
        two=STEPS + "from ._a import b\n",
        three=figure_with("pass"),
    )
    (folder / "_a.py").write_text("from . import _b\n")
    (folder / "_b.py").write_text("b = 1\n")
    (folder / "data.txt").write_text("1\n")
    course, reach = read_course(folder), Reach(folder)

    def stale(*names: str) -> set[str]:
        return set(reach.follow(course, {folder / name for name in names}).stale)

    assert stale() == set()
    assert stale("_b.py") == {"good", "two-steps"}
    assert stale("three.py") == {"bad"}
    assert stale("data.txt") == stale("__init__.py") == {"good", "two-steps", "bad"}
    (folder / "_a.py").write_text("from . import = _b\n")
    assert stale("_a.py") == stale("_b.py") == {"good", "two-steps"}
    (folder / "_a.py").unlink()
    assert stale("_a.py") == {"good", "two-steps"}
    (folder / "two.py").write_text(STEPS.replace('"one"', '"uno"'))
    change = reach.follow(read_course(folder), {folder / "two.py"})
    assert (change.stale, change.edited) == ({"two-steps"}, {"two-steps"})


def test_what_is_watched(tmp_path: Path) -> None:
    """Files of the course by the name it was given, what draws in figgen, and no passing file."""
    folder = tmp_path / "link"
    names = ("one.py", "data/words.txt", ".one.py.swp", "4913", "one.py~", "x.tmp")
    paths = [str(tmp_path / "real" / name) for name in names]

    def told(*more: Path) -> tuple[set[Path], bool]:
        return watching._sorted(tmp_path / "real", folder, [*paths, *map(str, more)])

    course = {folder / "one.py", folder / "data" / "words.txt"}
    assert told() == (course, False)
    for name, counts in (("draw/style.py", True), ("core/ops.py", True), ("build/check.py", True),
                         ("cli/app.py", False), ("publish/server.py", False),
                         ("draw/style.txt", False)):  # fmt: skip
        assert told(warm.ENGINE / name) == (course, counts)


def test_a_folder_that_cannot_be_watched(tmp_path: Path) -> None:
    """One that is gone is waited for; then everything may have changed."""
    folder, stop = tmp_path / "small", threading.Event()
    told: list[Any] = []

    def lost(reason: str) -> None:
        told.append(reason)
        folder.mkdir()

    def changed(paths: set[Path], engine: bool) -> None:
        told.append((paths, engine))
        stop.set()

    watching.watch(folder, changed, lost, stop)
    assert "is gone" in told[0]
    assert told[1:] == [({folder / "__init__.py"}, False)]


# Drawing


def test_what_is_looked_at_is_drawn_first(tmp_path: Path) -> None:
    """The step and the theme that were asked for, its other steps, the other themes."""
    folder = write_course(tmp_path / "small", one=STEPS)
    order = order_for(folder, "two-steps", first=(9, "dark"))
    assert Order.from_json(order.as_json()) == order
    messages = list(render(order))
    views = [
        (each["picture"]["step"], each["picture"]["theme"])
        for each in messages
        if "picture" in each
    ]
    assert views == [
        (2, "dark"),
        (1, "dark"),
        (2, "light"),
        (1, "light"),
        (2, "print"),
        (1, "print"),
    ]
    assert "drawn" in messages[1]
    assert messages[-1] == {"done": True}
    first = list(render(order_for(folder, "two-steps", whole=False)))
    assert [next(iter(each)) for each in first] == ["picture", "drawn", "drawn", "done"]


def test_broken_rules_are_told(tmp_path: Path) -> None:
    """After the pictures, the rules of the look that are broken without an excuse."""
    source = figure_with('canvas.text(11.5, 5, "off the canvas")')
    folder = write_course(tmp_path / "small", one=source, two=GOOD)
    *_, last, _done = render(order_for(folder, "bad"))
    assert any("outside" in rule for rule in last["drawn"]["rules"])
    *_, last, _done = render(order_for(folder, "good"))
    assert last["drawn"]["rules"] == []


def test_drawing_without_a_fork(tmp_path: Path) -> None:
    """A process does one order and ends; one that is cancelled says nothing of it."""
    folder = write_course(tmp_path / "small", one=GOOD, two=figure_with("while True: pass"))
    said: queue.Queue[dict[str, Any]] = queue.Queue()

    def take(key: str) -> dict[str, Any]:
        while key not in (message := said.get(timeout=PATIENCE)):
            pass
        return message

    renderer = Renderer(lambda _, message: said.put(message), forks=False)
    renderer.draw(order_for(folder, "good", whole=False))
    assert take("picture")["number"] == 7
    assert take("done") == {"number": 7, "done": True}
    assert take("gone") == {"gone": 0}
    hanging = Renderer(lambda _, message: said.put(message), forks=False)
    hanging.draw(order_for(folder, "bad", limit=0.3))
    assert f'File "{folder}/two.py"' in take("ended")["words"]
    cancelled = Renderer(lambda _, message: said.put(message), forks=False)
    take("ready")
    cancelled.draw(order_for(folder, "bad"))
    cancelled.cancel(7)
    assert "gone" in said.get(timeout=PATIENCE)
    for each in (renderer, hanging, cancelled):
        each.stop()


def test_a_preview_without_a_fork(tmp_path: Path) -> None:
    """It draws one figure after another, each in a process of its own."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    preview = Preview(
        read_course(folder), limit=20, start=lambda receive: Renderer(receive, forks=False)
    )
    try:
        assert b"<svg " in (preview.picture("good", (1, "light")) or b"")
        assert b"<svg " in (preview.picture("two-steps", (1, "dark")) or b"")
    finally:
        preview.close()


@pytest.mark.parametrize(
    ("source", "reason"),
    [("1 / 0", "ZeroDivisionError: division by zero"), ("x = = 1", "syntax error: invalid syntax")],
)
def test_a_broken_engine_is_told_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    """The innermost line of figgen, relative to its folder."""
    monkeypatch.setattr(warm, "ENGINE", tmp_path / "figgen")
    path = tmp_path / "figgen" / "broken.py"
    path.parent.mkdir()
    path.write_text(f"\n{source}\n")
    with pytest.raises((SyntaxError, ZeroDivisionError)) as caught:
        runpy.run_path(str(path))
    assert warm._place_of(caught.value) == f"figgen/broken.py:2: {reason}"


# When the process that draws ends


class FakeRenderer:
    """A warm process that does what a test says."""

    forks = True

    def __init__(self, receive: Any) -> None:
        self.receive = receive
        self.orders: list[Order] = []
        self.cancelled: list[int] = []
        self.stopped = False

    def draw(self, order: Order) -> None:
        self.orders.append(order)

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)

    def stop(self) -> None:
        self.stopped = True

    def say(self, **message: Any) -> None:
        self.receive(self, message)


@pytest.fixture
def fakes() -> list[FakeRenderer]:
    """The warm processes that were started."""
    return []


@pytest.fixture
def preview(tmp_path: Path, fakes: list[FakeRenderer]) -> Preview:
    """A preview of three figures, two at a time, one place of them for what is looked at."""

    def start(receive: Any) -> Any:
        fakes.append(FakeRenderer(receive))
        return fakes[-1]

    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS, three=figure_with("pass"))
    return Preview(read_course(folder), limit=1, start=start, jobs=2)


def test_a_process_that_ends_is_replaced(preview: Preview, fakes: list[FakeRenderer]) -> None:
    """What it was at is done by the next one; after a few in a row nobody tries again."""
    for place in range(DEATHS):
        fakes[-1].say(ready=True)
        assert [order.entry.name for order in fakes[-1].orders] == ["good"]
        fakes[-1].say(gone=-9)
        assert len(fakes) == min(place + 2, DEATHS)
    _, state = preview.wait(0, 1) or (0, {})
    assert "ended with code -9" in state["engine"]["reason"]
    fakes[0].say(ready=True)
    preview.refresh((), engine=True)
    assert len(fakes) == DEATHS + 1
    assert fakes[-2].stopped
    fakes[-1].say(gone=1)
    _, state = preview.wait(0, 1) or (0, {})
    assert "ended with code 1" in state["engine"]["reason"]
    assert preview.picture("good", (1, "light")) is None


def test_what_is_looked_at_goes_first(preview: Preview, fakes: list[FakeRenderer]) -> None:
    """It takes the place that is kept for it, and the others wait until it is seen."""
    (fake,) = fakes
    assert preview.details("bad", (1, "dark")) is not None
    assert [(order.entry.name, order.nice) for order in fake.orders] == [
        ("good", True),
        ("bad", False),
    ]
    assert (fake.orders[1].first, fake.orders[1].whole) == ((1, "dark"), True)
    fake.say(number=1, done=True)
    fake.say(number=1, ended=0, words="")
    assert len(fake.orders) == 2
    fake.say(number=2, picture={"step": 1, "theme": "dark", "svg": "<svg/>"}, moments={})
    assert preview.picture("bad", (1, "dark")) == b"<svg/>"
    fake.say(number=2, done=True)
    # Whatever it says after that: it was done.
    fake.say(number=2, ended=1, words="")
    assert (preview.details("bad", (1, "dark")) or {})["trouble"] is None
    assert fake.orders[2].entry.name == "two-steps"
    start = time.monotonic()
    assert preview.picture("two-steps", (1, "light")) is None
    assert time.monotonic() - start >= 1
    assert preview.details("nothing", (1, "light")) is None


def test_a_save_cancels_what_is_being_drawn(
    preview: Preview, fakes: list[FakeRenderer], tmp_path: Path
) -> None:
    """And what the cancelled process still says is not believed."""
    (fake,) = fakes
    preview.refresh({tmp_path / "small" / "one.py"})
    assert fake.cancelled == [1]
    assert [order.entry.name for order in fake.orders] == ["good", "good"]
    fake.say(number=1, picture={"step": 1, "theme": "light", "svg": "<svg>old</svg>"}, moments={})
    fake.say(number=1, ended=-9, words="")
    _, state = preview.wait(0, 1) or (0, {})
    assert (state["figures"][0]["version"], state["figures"][0]["status"]) == (0, "waiting")
    assert preview.wait(_, 0.01) is None
    preview.close()
    assert preview.closed
    assert preview.wait(0, 1) is None
    assert fake.stopped
