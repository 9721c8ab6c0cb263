"""Tests of the benchmark beside other tools: no time counts of a tool that did not do its work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

TOOL = """\
from pathlib import Path

functions = Path("figures/two.py").read_text().split("def ")
Path("out").mkdir(exist_ok=True)
for name, steps, source in (("first", 1, functions[1]), ("second", 2, functions[2])):
    state = Path(f"state-{name}")
    if state.exists() and state.read_text() == source:
        continue
    state.write_text(source)
    for step in range(1, steps + 1):
        for suffix in ("svg", "pdf", "png"):
            Path(f"out/{name}-{step}.{suffix}").write_text(name)
"""
"""A tool that draws a figure if its function has changed."""
UNCHANGED = "state.exists() and state.read_text() == source"


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The benchmark, for a project of two figures."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import peers  # noqa: PLC0415 - found only now

    for folder in ("figgen", "figures", "benchmarks"):
        (tmp_path / "project" / folder).mkdir(parents=True)
    (tmp_path / "project/benchmarks/stock.py").touch()
    source = "def first(canvas):\n    pass\n\n\ndef second(canvas):\n    pass\n"
    (tmp_path / "project/figures/two.py").write_text(source, "utf-8")
    monkeypatch.setattr(peers, "ROOT", tmp_path / "project")
    return peers


def workplace(
    peers: Any, folder: Path, fault: tuple[str, str] = ("", ""), name: str = "a tool", **more: Any
) -> Any:
    """A tool, with a fault in place of a part of it, in its copy of the project."""
    assert fault[0] in TOOL
    command = [sys.executable, "-c", TOOL.replace(*fault) if fault[0] else TOOL]
    tool = peers.Tool(name, command, **({"state": ("out", "state-*")} | more))
    figures = [peers.Figure("first", "figures/two.py", 1)]
    figures += [peers.Figure("second", "figures/two.py", 2)]
    return peers.Workplace(tool, folder, figures, figures[1])


def drawn(peers: Any, place: Any) -> list[int]:
    """How many figures a tool draws in each situation of two runs, until it is found out."""
    found = []
    for run in range(2):
        for situation in peers.SITUATIONS:
            assert place.measure(situation, run) > 0
            found.append(place.drawn)
    return found


def test_counts_what_a_tool_draws(peers: Any, tmp_path: Path) -> None:
    """Cold it is all figures, with nothing to do none, after the edit one; and so in every run."""
    assert drawn(peers, workplace(peers, tmp_path / "copy")) == [2, 0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (('"pdf", ', ""), r"cold: made 6 files, not 9: \('first', 1, 'pdf'\)"),
        ((UNCHANGED, "False"), "no-op: wrote 9 files"),
        ((UNCHANGED, "state.exists()"), "one edit: did not draw second"),
    ],
)
def test_other_work_is_not_timed(
    peers: Any, tmp_path: Path, fault: tuple[str, str], reason: str
) -> None:
    """A missing file, needless work and an edit that is missed are told in one line."""
    with pytest.raises(SystemExit, match=f"^a tool: {reason}"):
        drawn(peers, workplace(peers, tmp_path / "copy", fault))


def test_a_build_that_is_not_cold_is_not_timed(peers: Any, tmp_path: Path) -> None:
    """What a tool left in the run before must be gone."""
    place = workplace(peers, tmp_path / "copy", state=("state-*",))
    with pytest.raises(SystemExit, match=r"^a tool: cold: files of an earlier build are left$"):
        drawn(peers, place)


def test_more_is_asked_of_figgen(peers: Any, tmp_path: Path) -> None:
    """It draws the figure that was edited, and no other of the module; others may."""
    fault = ("functions[1]", "str(functions)")
    assert drawn(peers, workplace(peers, tmp_path / "copy", fault))[2] == 2
    with pytest.raises(SystemExit, match=f"^{peers.FIGGEN}: one edit: drew more than second$"):
        drawn(peers, workplace(peers, tmp_path / "other", fault, peers.FIGGEN))


def test_a_tool_is_told_of_an_edit_only_if_it_misses_it(peers: Any, tmp_path: Path) -> None:
    """The command that names the edited figure is timed where the plain one draws nothing."""
    place = workplace(peers, tmp_path / "copy", after_edit=["true"])
    with pytest.raises(SystemExit, match=r"^a tool: sees the edit without being told"):
        drawn(peers, place)


def test_all_draw_the_same_pictures(peers: Any, tmp_path: Path) -> None:
    """The times of tools that draw something else are not compared; figgen has its own writers."""
    places = [workplace(peers, tmp_path / name, name=name) for name in ("one", "two")]
    other = ("write_text(name)", "write_text(name.upper())")
    places.append(workplace(peers, tmp_path / "three", other, peers.FIGGEN))
    for place in places:
        place.measure("cold", 0)
    peers.require_same(places)
    places.append(workplace(peers, tmp_path / "four", other, "four"))
    places[-1].measure("cold", 0)
    with pytest.raises(SystemExit, match=r"^four draws other pictures than one$"):
        peers.require_same(places)


def test_says_which_peer_is_missing(
    peers: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a peer, and the others are measured."""
    # In place of the environment's Python, whose pip finds nothing.
    (tmp_path / "bin").mkdir()
    pip = tmp_path / "bin/python"
    pip.write_text("#!/bin/sh\necho 'WARNING: w' >&2\necho 'ERROR: no such thing' >&2\nexit 1\n")
    pip.chmod(0o755)
    found = [
        peers.Tool("first", ["no-such-program"]),
        peers.Tool("second", [str(pip)], packages=("thing",)),
        peers.Tool("third", [sys.executable]),
    ]
    assert [tool.name for tool in peers.available(found, tmp_path)] == ["third"]
    assert capsys.readouterr().err.splitlines() == [
        "first is not measured: there is no no-such-program; install it",
        "second is not measured: no such thing",
    ]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("make"), reason="there is no make")
def test_make_draws_what_the_plain_loop_draws() -> None:
    """The benchmark itself, for two figures and one peer that needs no package."""
    options = ["--section", "foundation", "--runs", "1", "--peer", "make"]
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "peers.py", *options],
        env=os.environ | {"PYTHONPATH": str(BENCHMARKS.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| ")]
    after_edit = {row[0].removeprefix("| "): row[-1].removesuffix(" |") for row in rows}
    assert (after_edit["figgen -j 2"], after_edit["make -j2"]) == ("1", "2")
