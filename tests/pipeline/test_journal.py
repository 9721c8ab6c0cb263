"""What a build that does not end has finished is known to the next one, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_course import GOOD, HEAD, STEPS, write_course

from figgen.cli.app import program
from figgen.course.reading import read_course
from figgen.disk.atomic_files import STATE
from figgen.pipeline import journal, manifest
from figgen.pipeline.journal import NAME, Journal
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.plan import Plan
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.staleness import Staleness
from figgen.pipeline.workers import Workers

FAST = ("-t", "light", "-f", "svg", "-j", "1")

SLOW = GOOD.replace("good", "slow").replace(
    "    canvas.number", "    __import__('time').sleep(600 if WAITS else 0)\n    canvas.number"
)
"""A figure that is not done before it is told."""

READS = GOOD.replace("good", "reads").replace(
    "    canvas.number", '    (HERE / "own.csv").read_text()\n    canvas.number'
)
CACHES = GOOD.replace("good", "caches").replace(
    "    canvas.number", "    rows()\n    canvas.number"
)
DATA = f"""
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent

{HEAD}
@cache
def rows():
    return (HERE / "shared.csv").read_text()

{READS.removeprefix(HEAD)}
{CACHES.removeprefix(HEAD)}
{CACHES.removeprefix(HEAD).replace("caches", "shares")}
{CACHES.removeprefix(HEAD).replace("caches", "fails").replace("canvas.num", "canvas.no_num")}
"""
NAMES = {"good", "reads", "caches", "shares"}


def run(*args: str) -> Result:
    """Run the command line on the course in the working folder."""
    return CliRunner().invoke(program, ["--figures", "small", *args])


def tree(out: Path) -> dict[str, bytes]:
    """Every file of a build by its path, but for the state of the build."""
    paths = (path for path in out.rglob("*") if path.is_file() and STATE not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.usefixtures("unmeasured")
def test_an_interrupted_build_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Only the figure that was not done is drawn, and all bytes are those of a quiet day."""
    monkeypatch.chdir(tmp_path)
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS, three=f"WAITS = True\n{SLOW}")
    build = subprocess.Popen(
        [sys.executable, "-m", "figgen", "--figures", "small", "build", *FAST[:-1], "2"],
        stderr=subprocess.PIPE,
    )
    noted, written = Journal(Path("build", NAME)), Path("build/light/svg")
    deadline = time.monotonic() + 60
    # Killed when a figure is noted, whichever was done first; Ctrl-C comes when both are written.
    while not (noted.read() if number == signal.SIGKILL else len([*written.glob("*.svg")]) == 3):
        assert time.monotonic() < deadline
        assert build.poll() is None
        time.sleep(0.05)
    os.kill(build.pid, number)
    build.communicate(timeout=60)
    known = noted.read().keys()
    assert known <= {"good", "two-steps"}
    assert len(known) >= (1 if number == signal.SIGKILL else 2)
    assert not Path("build", manifest.NAME).exists()
    (folder / "three.py").write_text(f"WAITS = False\n{SLOW}", encoding="utf-8")
    left = 3 - len(known)
    told = run("build", *FAST, "-n").stdout
    assert told.endswith(f"{left} figure{'s' * (left > 1)} to draw, {len(known)} up to date\n")
    done = json.loads(run("build", *FAST, "--json").stdout)
    assert {*done["drawn"]} == {"good", "two-steps", "slow"} - known
    assert not Path("build", NAME).exists()
    assert run("build", *FAST).stdout.startswith("3 figures, 4 files in build; none drawn")
    assert run("build", *FAST, "-o", "cold").exit_code == 0
    assert tree(Path("build")) == tree(Path("cold"))


def test_a_figure_that_fails_takes_no_other_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are remembered: the next build draws the one that failed, and no other."""
    monkeypatch.chdir(tmp_path)
    write_course(
        tmp_path / "small", one=GOOD, two=GOOD.replace("def good", "def bad") + "    1 / 0\n"
    )
    assert run("build", *FAST).exit_code == 1
    again = json.loads(run("build", *FAST, "--json").stdout)
    assert again["reasons"].keys() == {"bad"}
    assert [each["name"] for each in again["failed"]] == ["bad"]


# What is believed


def plan(folder: Path, **order: object) -> Plan:
    """What a build would do."""
    chosen = {"formats": ("svg",), "themes": ("light",)} | order
    course = read_course(folder / "small")
    return Staleness(
        course, Request(folder / "build", **chosen), {}, Journal(folder / "build" / NAME)
    ).plan()


@pytest.fixture(scope="module")
def died(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course and all that its build left when it died in the end, before the manifest."""
    folder = tmp_path_factory.mktemp("died")
    small = write_course(folder / "small", one=GOOD, two=DATA)
    for name in ("own.csv", "shared.csv"):
        (small / name).write_text(name, encoding="utf-8")
    (folder / "build" / STATE).mkdir(parents=True)
    course = read_course(small)
    order = Request(folder / "build", formats=("svg",), themes=("light",))
    staleness = Staleness(course, order, {}, Journal(folder / "build" / NAME))
    # First the one that fails: what it has read is in the cache of its process.
    stale = sorted(staleness.plan().stale, key=lambda entry: entry.name != "fails")
    outcomes = make_all(
        course,
        stale,
        order,
        executor=Workers(1),
        seconds={"fails": 9.0},
        note=staleness.note,
    )
    assert [each.name for each in outcomes if each.error] == ["fails"]
    staleness.keep()
    return folder


@pytest.fixture
def copy(died: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    for name in ("small", "build"):
        shutil.copytree(died / name, tmp_path / name)
    return tmp_path


def test_what_was_done_is_known(copy: Path) -> None:
    """Also in another folder; what failed is drawn again."""
    found = plan(copy)
    assert found.recovered.keys() == NAMES
    assert [entry.name for entry in found.stale] == ["fails"]


def _edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return change


CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "a figure": (_edit("small/one.py", "1.5", "2.5"), {"good"}),
    "a comment": (_edit("small/one.py", "@figure", "# so\n@figure"), set()),
    "a file that one reads": (_edit("small/own.csv", "own", "other"), {"reads"}),
    # Also by the one that has it from the cache of the figure that failed.
    "a file that is kept": (
        _edit("small/shared.csv", "shared", "other"),
        {"caches", "shares"},
    ),
    "an output that is edited": (_edit("build/light/svg/good.svg", "<svg", "<svg "), {"good"}),
    "an output that is gone": (lambda at: (at / "build/light/svg/reads.svg").unlink(), {"reads"}),
    "a bit in its line": (_edit(f"build/{NAME}", '"good"', '"goof"'), {"good"}),
    "no journal": (lambda at: (at / "build" / NAME).unlink(), NAMES),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_as_it_was_is_drawn(copy: Path, change: str) -> None:
    """The journal is compared with what is there, and believed where it is true."""
    make, lost = CHANGES[change]
    make(copy)
    assert plan(copy).recovered.keys() == NAMES - lost


@pytest.mark.parametrize(
    "order", [{"formats": ("svg", "pdf")}, {"dpi": 90.0}, {"themes": ("dark",)}]
)
def test_another_order_is_another_build(copy: Path, order: dict[str, object]) -> None:
    """What was not asked for was not made."""
    assert not plan(copy, **order).recovered


def test_what_is_forced_is_drawn(copy: Path) -> None:
    """Whatever the journal knows."""
    course = read_course(copy / "small")
    order = Request(copy / "build", formats=("svg",), themes=("light",))
    found = Staleness(course, order, {}, Journal(copy / "build" / NAME)).plan(force={"good"})
    assert found.recovered.keys() == NAMES - {"good"}


def test_the_line_of_a_figure_is_told_anew(copy: Path) -> None:
    """A comment above it draws nothing, but moves it."""
    _edit("small/one.py", "@figure", "# so\n@figure")(copy)
    found = plan(copy).recovered["good"].record
    assert found["line"] == read_course(copy / "small").find("good").line


# The file


def test_a_journal_that_is_torn_anywhere(tmp_path: Path) -> None:
    """What is whole of it counts, and a new line after the torn one."""
    path = tmp_path / "journal"
    names = ["a", "b", "c"]
    whole = Journal(path)
    for name in names:
        whole.note({"record": {"name": name}})
    whole.write(certain=True)
    data = path.read_bytes()
    found = []
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        known = [*Journal(path).read()]
        assert known == names[: len(known)]
        found.append(len(known))
        later = Journal(path)
        later.note({"record": {"name": "later"}})
        later.write(certain=True)
        assert [*Journal(path).read()] == [*known, "later"]
    assert set(found) == {0, 1, 2, 3}


def test_what_was_drawn_while_a_module_changed_is_not_noted(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows which of the two it was drawn from, though it is what it was in the end."""
    monkeypatch.setattr(journal, "PAUSE", 1000.0)
    for change in (False, True):
        (copy / "build" / NAME).unlink(missing_ok=True)
        course = read_course(copy / "small")
        order = Request(copy / "build", formats=("svg",), themes=("light",))
        staleness = Staleness(course, order, {}, Journal(copy / "build" / NAME))
        staleness.note(Outcome("good", {"name": "good"}))
        if change:
            text = (copy / "small/one.py").read_text(encoding="utf-8")
            (copy / "small/one.py").write_text("", encoding="utf-8")
            (copy / "small/one.py").write_text(text, encoding="utf-8")
        staleness.keep()
        assert (copy / "build" / NAME).exists() is not change


def test_lines_are_written_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one by one: it takes a disk some time."""
    now = 0.0
    monkeypatch.setattr(journal.time, "monotonic", lambda: now)
    whole = Journal(tmp_path / "journal")
    assert not whole.note({"record": {"name": "a"}})
    now = journal.PAUSE
    assert whole.note({"record": {"name": "b"}})
    whole.write(certain=True)
    assert not whole.note({"record": {"name": "c"}})
    assert [*Journal(tmp_path / "journal").read()] == ["a", "b"]


def test_a_journal_that_cannot_be_written(tmp_path: Path) -> None:
    """The build goes on; it may well end."""
    whole = Journal(tmp_path / "no-such-folder/journal")
    whole.note({"record": {"name": "a"}})
    whole.write(certain=True)
    assert whole.read() == {}
