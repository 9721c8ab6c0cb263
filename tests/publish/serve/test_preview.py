"""What is behind the preview's page, with and without the process that draws."""

from __future__ import annotations

import json
import queue
import runpy
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_course import GOOD, HEAD, STEPS, figure_with, write_course

from figgen.course.reading import read_course
from figgen.disk.file_status import digest
from figgen.errors import BuildError
from figgen.publish.serve import file_watcher, warm_process
from figgen.publish.serve.figure_drawing import DrawingTask, render
from figgen.publish.serve.preview import DEATHS, Preview
from figgen.publish.serve.source_excerpts import trouble
from figgen.publish.serve.stale_figures import Reads, SavedSources
from figgen.publish.serve.warm_process_client import WarmProcess
from figgen.tracking.recorded_reads import Read

PATIENCE = 60


def order_for(folder: Path, name: str, **changes: Any) -> DrawingTask:
    """An order for a figure of a course."""
    entry = read_course(folder).find(name)
    usual = {"number": 7, "first": (1, "dark"), "whole": True, "limit": 30.0, "nice": False}
    return DrawingTask(folder=str(folder), entry=entry, **usual | changes)


# Excerpts


@pytest.mark.parametrize("file", [None, "figures", "/abs/olute.py"])
def test_an_error_without_a_line(tmp_path: Path, file: str | None) -> None:
    """The page shows it as the command line does, and no source, whatever the reason looks like."""
    error = BuildError("small/one.py:2: bad", file)
    assert trouble(tmp_path, error) == {"where": "", "reason": str(error), "lines": []}


def test_an_error_elsewhere(tmp_path: Path) -> None:
    """Only the lines of the course are shown: not those of a parent, nor those behind a link."""
    folder = write_course(tmp_path / "small", one="a\nb\nc\n")
    (tmp_path / "secret.py").write_text("hush\n")
    (folder / "link.py").symlink_to(tmp_path / "secret.py")
    assert trouble(folder, BuildError("bad", "small/one.py", 2))["lines"] == [
        (1, "a", False), (2, "b", True), (3, "c", False),
    ]  # fmt: skip
    for file in ("small/../secret.py", "secret.py", "small/link.py", "small/gone.py"):
        assert trouble(folder, BuildError("bad", file, 1)) == {
            "where": f"{file}:1",
            "reason": "bad",
            "lines": [],
        }


# What a save changes

USERS = """\
@figure(title="One", perspective="plot", alt="A.")
def one(canvas: Canvas) -> None:
    canvas.text(1, 1, str(helped(1)))


@figure(title="Two", perspective="plot", alt="A.")
def two(canvas: Canvas) -> None:
    canvas.text(1, 1, "two")
"""


@pytest.fixture
def uses(tmp_path: Path) -> Path:
    """A course with two figures that use a helper, at a distance, and two that do not."""
    folder = write_course(
        tmp_path / "small",
        one=f"{HEAD}from ._middle import helped\n\n\n{USERS}",
        other=figure_with('canvas.text(1, 1, "bad")'),
        shows=f"{HEAD}from figgen.draw.text.source_code import Listing\nfrom . import _middle\n\n\n"
        + '@figure(title="S", perspective="code", alt="A.")\n'
        + "def shows(canvas: Canvas) -> None:\n"
        + "    Listing(canvas, _middle.helped)\n",
    )
    (folder / "_middle.py").write_text(
        "from small import _below\n\n\ndef helped(x):\n    # Why.\n    return _below.helped(x)\n"
    )
    (folder / "_below.py").write_text(
        "def helped(x):\n    return x + 1\n\n\ndef other():\n    pass\n"
    )
    return folder


def saved(folder: Path, name: str, old: str, new: str, *, listing: str = "_middle") -> set[str]:
    """The figures that are stale when a module says something else."""
    read = {"shows": Reads(frozenset({str(folder.resolve() / f"{listing}.py")}), ())}
    figures = [(each, read.get(each.name, Reads(frozenset(), ())))
               for each in read_course(folder).entries]  # fmt: skip
    before = SavedSources(folder)
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return SavedSources(folder, before).stale(before, figures)


@pytest.mark.parametrize(
    ("name", "old", "new", "stale"),
    [
        ("one.py", '"two"', '"zwei"', {"two"}),
        ("one.py", "Two", "Zwei", {"two"}),
        ("one.py", "    canvas", "    # A comment.\n    canvas", set()),
        ("one.py", "helped(1)", "helped(  1 )", set()),
        ("_below.py", "x + 1", "x + 2", {"one", "shows"}),
        ("_below.py", "    pass", "    return 3", set()),
        ("_below.py", "return x", "# A comment.\n    return x", set()),
        ("_middle.py", "# Why.", "# Because.", {"shows"}),
        ("_middle.py", "from", "from = ", {"one", "shows"}),
        ("other.py", "from", "from = ", set()),
        ("_below.py", "def other", "print(1)\n\n\ndef other", {"one", "two", "bad", "shows"}),
    ],
)
def test_what_a_save_changes(uses: Path, name: str, old: str, new: str, stale: set[str]) -> None:
    """Figures that reach what says something else, or that show a comment; no others."""
    assert saved(uses, name, old, new) == stale


def test_a_link_to_a_course(uses: Path) -> None:
    """Python follows links, so what a figure has read has another path than the module."""
    link = uses.parent / "linked" / "small"
    link.parent.mkdir()
    link.symlink_to(uses)
    assert saved(link, "_middle.py", "# Why.", "# Because.") == {"shows"}


def test_a_save_of_figgen(uses: Path) -> None:
    """It is told apart from one of the course."""
    before = SavedSources(uses)
    assert not SavedSources(uses, before).engine_changed(before)
    before.engine["figgen/draw/canvas/rc.py"] = b"another"
    assert SavedSources(uses, before).engine_changed(before)


def test_what_a_figure_has_read(tmp_path: Path) -> None:
    """A data file or a folder that is another makes it stale, and so does not to know."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (folder / "data.txt").write_text("1")
    (entry,) = read_course(folder).entries
    sources = SavedSources(folder)
    paths = [folder / "data.txt", folder, folder / "font.ttf"]
    kinds = ["file", "folder", "font"]
    reads = Reads.of(Read(kind, str(path), digest(str(path)).hex())
                     for kind, path in zip(kinds, paths, strict=True))  # fmt: skip
    assert Reads.from_json(json.loads(json.dumps(reads.as_json()))) == reads
    assert sources.stale(sources, [(entry, reads)]) == set()
    assert sources.stale(sources, [(entry, None)]) == {"good"}
    (folder / "data.txt").write_text("2")
    assert sources.stale(sources, [(entry, reads)]) == {"good"}
    (folder / "data.txt").write_text("1")
    (folder / "more.txt").touch()
    assert sources.stale(sources, [(entry, reads)]) == {"good"}


@pytest.mark.parametrize(
    ("name", "counts"),
    [("one.py", True), ("data/words.txt", True), (".one.py.swp", False), ("4913", False),
     ("one.py~", False), ("x.tmp", False)],
)  # fmt: skip
def test_what_is_watched_of_a_course(tmp_path: Path, name: str, counts: bool) -> None:
    """Every file but those that an editor leaves for a moment."""
    assert file_watcher.is_watched(tmp_path, tmp_path / name) == counts


@pytest.mark.parametrize(
    ("name", "counts"),
    [("draw/canvas/rc.py", True), ("core/ops.py", True), ("guard/check.py", True),
     ("cli/app.py", False), ("publish/server.py", False), ("draw/style.txt", False)],
)  # fmt: skip
def test_what_is_watched_of_figgen(tmp_path: Path, name: str, counts: bool) -> None:
    """The modules that draw."""
    assert file_watcher.is_watched(tmp_path, warm_process.ENGINE / name) == counts


def test_a_folder_that_cannot_be_watched(tmp_path: Path) -> None:
    """One that is gone is waited for; then everything may have changed."""
    folder, stop = tmp_path / "small", threading.Event()
    told: list[Any] = []

    def lost(reason: str) -> None:
        told.append(reason)
        folder.mkdir()

    def changed() -> None:
        told.append("changed")
        stop.set()

    file_watcher.watch(folder, changed, lost, stop)
    assert "is gone" in told[0]
    assert told[1:] == ["changed"]


# Drawing


def test_what_is_looked_at_is_drawn_first(tmp_path: Path) -> None:
    """The step and the theme that were asked for, its other steps, the other themes."""
    folder = write_course(tmp_path / "small", one=STEPS)
    order = order_for(folder, "two-steps", first=(9, "dark"))
    assert DrawingTask.from_json(order.as_json()) == order
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
    assert [next(iter(each)) for each in first] == ["picture", "drawn", "reads", "drawn", "done"]


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

    renderer = WarmProcess(lambda _, message: said.put(message), forks=False)
    renderer.draw(order_for(folder, "good", whole=False))
    assert take("picture")["number"] == 7
    assert take("done") == {"number": 7, "done": True}
    assert take("gone") == {"gone": 0}
    hanging = WarmProcess(lambda _, message: said.put(message), forks=False)
    hanging.draw(order_for(folder, "bad", limit=0.3))
    assert f'File "{folder}/two.py"' in take("ended")["words"]
    cancelled = WarmProcess(lambda _, message: said.put(message), forks=False)
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
        read_course(folder), limit=20, start=lambda receive: WarmProcess(receive, forks=False)
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
    monkeypatch.setattr(warm_process, "ENGINE", tmp_path / "figgen")
    path = tmp_path / "figgen" / "broken.py"
    path.parent.mkdir()
    path.write_text(f"\n{source}\n")
    with pytest.raises((SyntaxError, ZeroDivisionError)) as caught:
        runpy.run_path(str(path))
    assert warm_process.place_of_error(caught.value) == {
        "reason": reason,
        "file": "figgen/broken.py",
        "line": 2,
    }


# When the process that draws ends


class FakeWarmProcess:
    """A warm process that does what a test says."""

    forks = True

    def __init__(self, receive: Any) -> None:
        self.receive = receive
        self.orders: list[DrawingTask] = []
        self.cancelled: list[int] = []
        self.stopped = False

    def draw(self, order: DrawingTask) -> None:
        self.orders.append(order)

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)

    def stop(self) -> None:
        self.stopped = True

    def say(self, **message: Any) -> None:
        self.receive(self, message)


@pytest.fixture
def fakes() -> list[FakeWarmProcess]:
    """The warm processes that were started."""
    return []


@pytest.fixture
def preview(tmp_path: Path, fakes: list[FakeWarmProcess]) -> Preview:
    """A preview of three figures, two at a time, one place of them for what is looked at."""

    def start(receive: Any) -> Any:
        fakes.append(FakeWarmProcess(receive))
        return fakes[-1]

    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS, three=figure_with("pass"))
    return Preview(read_course(folder), limit=1, start=start, jobs=2)


def test_a_process_that_ends_is_replaced(preview: Preview, fakes: list[FakeWarmProcess]) -> None:
    """What it was at is done by the next one; after a few in a row nobody tries again."""
    for place in range(DEATHS):
        fakes[-1].say(ready=True)
        assert [order.entry.name for order in fakes[-1].orders] == ["good"]
        fakes[-1].say(gone=-9)
        assert len(fakes) == min(place + 2, DEATHS)
    _, state = preview.wait(0, 1) or (0, {})
    assert "ended with code -9" in state["engine"]["reason"]
    fakes[0].say(ready=True)
    # A save of anything: who knows what was wrong.
    preview.refresh()
    assert len(fakes) == DEATHS + 1
    assert fakes[-2].stopped
    fakes[-1].say(gone=1)
    _, state = preview.wait(0, 1) or (0, {})
    assert "ended with code 1" in state["engine"]["reason"]
    assert preview.picture("good", (1, "light")) is None


def test_what_is_looked_at_goes_first(preview: Preview, fakes: list[FakeWarmProcess]) -> None:
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
    preview: Preview, fakes: list[FakeWarmProcess], tmp_path: Path
) -> None:
    """And what the cancelled process still says is not believed."""
    (fake,) = fakes
    path = tmp_path / "small" / "one.py"
    path.write_text(path.read_text().replace("1.5", "2.5"))
    preview.refresh()
    assert fake.cancelled == [1]
    assert [order.entry.name for order in fake.orders] == ["good", "good"]
    fake.say(number=1, picture={"step": 1, "theme": "light", "svg": "<svg>old</svg>"}, moments={})
    fake.say(number=1, ended=-9, words="")
    _, state = preview.wait(0, 1) or (0, {})
    assert (state["figures"][0]["version"], state["figures"][0]["status"]) == (0, "waiting")
    while news := preview.wait(_, 0.5):
        _ = news[0]
    preview.close()
    assert preview.closed
    assert preview.wait(0, 1) is None
    assert fake.stopped


# Which figures a preview draws


class Drawer(FakeWarmProcess):
    """A warm process that does every order at once, and fails where a figure holds ``1 / 0``."""

    def draw(self, order: DrawingTask) -> None:
        super().draw(order)
        threading.Thread(target=self._do, args=[order], daemon=True).start()

    def _do(self, order: DrawingTask) -> None:
        text = (Path(order.folder).parent / order.entry.file).read_text()
        record = {"alt": [""], "claims": [{"holds": True, "line": 9}], "equations": [],
                  "rules": [], "line": order.entry.line}  # fmt: skip
        what = {"error": {"reason": "no", "where": "", "lines": []}} if "1 / 0" in text else {}
        for message in (what or {"drawn": record}, {"reads": {"modules": [], "files": []}},
                        {"done": True}):  # fmt: skip
            self.say(number=order.number, **message)


class Author:
    """Saves modules of a course that is shown, and sees what is drawn then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drawers: list[Drawer] = []

        def start(receive: Any) -> Any:
            self.drawers.append(Drawer(receive))
            return self.drawers[-1]

        self.preview = Preview(read_course(folder), limit=1, start=start)
        self.drawn()

    def drawn(self) -> list[str]:
        """The figures that were ordered, as soon as nothing is to be done."""
        end = time.monotonic() + PATIENCE
        preview = self.preview
        while preview._waiting or preview._running or preview._compared is not preview._sources:
            assert time.monotonic() < end
            time.sleep(0.01)
        names = [order.entry.name for drawer in self.drawers for order in drawer.orders]
        for drawer in self.drawers:
            drawer.orders.clear()
        return names

    def save(self, name: str, old: str, new: str) -> list[str]:
        """Replace something in a module; the figures that are drawn."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        self.preview.refresh()
        return self.drawn()


@pytest.fixture
def author(uses: Path) -> Iterator[Author]:
    """Of a course with a helper."""
    found = Author(uses)
    yield found
    found.preview.close()


def test_each_is_drawn_once(author: Author) -> None:
    """What was edited is drawn at once, and not again when all is known; a comment draws none."""
    assert author.save("one.py", '"two"', '"zwei"') == ["two"]
    assert author.save("one.py", "    canvas", "    # Why.\n    canvas") == []
    assert author.save("_below.py", "x + 1", "x + 2") == ["one", "shows"]
    assert author.save("_below.py", "x + 2", "x + 2  # Why.") == []
    assert len(author.drawers) == 1


def test_a_syntax_error_and_its_repair_draw_nothing(author: Author) -> None:
    """The pictures are still those of the source, and say so again."""
    assert author.save("one.py", "from", "from =") == []
    details = author.preview.details("one", (1, "light")) or {}
    assert details["trouble"]["reason"] == "syntax error: invalid syntax"
    author.drawn()
    assert author.save("one.py", "from =", "from") == []
    details = author.preview.details("one", (1, "light")) or {}
    assert details["trouble"] is None


def test_what_changed_while_a_module_was_broken(author: Author) -> None:
    """It is drawn when the module is mended."""
    author.save("one.py", "from", "from =")
    assert author.save("_below.py", "x + 1", "x + 2") == ["shows"]
    assert author.save("one.py", "from =", "from") == ["one"]


def test_a_new_module_that_is_broken(author: Author) -> None:
    """Nobody uses it yet; it counts as soon as somebody does."""
    (author.folder / "_new.py").write_text("def new( = 1\n")
    assert author.save("one.py", "Two", "Zwei") == ["two"]
    (author.folder / "_new.py").write_text("def new():\n    return 1\n")
    author.preview.refresh()
    assert author.drawn() == []
    use = "    from . import _new\n\n    canvas.text(1, 1, str(_new.new()))"
    assert author.save("one.py", '    canvas.text(1, 1, "two")', use) == ["two"]
    assert author.save("_new.py", "return 1", "return 2") == ["two"]


def test_what_is_broken_is_tried_at_every_save(author: Author) -> None:
    """Whatever was saved may be what it lacks."""
    assert author.save("other.py", '"bad"', "1 / 0") == ["bad"]
    assert author.save("one.py", "Two", "Zwei") == ["two", "bad"]
    assert author.save("other.py", "1 / 0", '"bad"') == ["bad"]
    assert author.save("one.py", "Zwei", "Two") == ["two"]


def test_two_saves_in_a_row(author: Author) -> None:
    """The second comes before the first was looked at in full; nothing is forgotten."""
    path = author.folder / "_below.py"
    path.write_text(path.read_text().replace("x + 1", "x + 2"))
    author.preview.refresh()
    assert set(author.save("one.py", '"two"', '"zwei"')) == {"one", "two", "shows"}


def test_lines_move_without_a_drawing(author: Author) -> None:
    """A claim is told with the line where it is now."""
    before = author.preview.details("two", (1, "light")) or {}
    author.drawn()
    assert author.save("one.py", "\n\n@figure", "\n\n# One\n# two.\n@figure") == []
    after = author.preview.details("two", (1, "light")) or {}
    assert [each["record"]["claims"][0]["line"] for each in (before, after)] == [9, 11]
    assert after["details_version"] > before["details_version"]
