"""The build as a function: `figgen.build`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from small_course import GOOD, STEPS, figure_with, write_course

from figgen import build
from figgen.errors import UnknownNameError
from figgen.pipeline.machines import Machines
from figgen.pipeline.request import Request
from figgen.pipeline.run import plan

ONE = Machines(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of two figures that can be drawn and one that cannot."""
    return write_course(tmp_path / "small", one=GOOD, two=STEPS, bad=figure_with("1 / 0"))


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    """One format in one theme."""
    return Request(tmp_path / "out", formats=("svg",), themes=("light",))


def test_a_build_says_what_became_of_each_figure(folder: Path, request_: Request) -> None:
    """What was drawn, what was fresh, what failed and where, and why."""
    first = build(folder, request=request_, machines=ONE)
    assert (first.drawn, first.fresh) == (("good", "two-steps"), ())
    assert [*first.failed] == ["bad"]
    assert first.failed["bad"].file == "small/bad.py"
    assert first.failed["bad"].reason == "ZeroDivisionError: division by zero"
    assert first.reasons["good"] == ("no build here has made it",)
    assert (first.files, first.orphans, first.complete) == (3, (), False)
    assert first.manifest_file.is_file()
    assert [*first.manifest.figures] == ["good", "two-steps"]

    (folder / "one.py").write_text(GOOD.replace("1.5", "2.5"), encoding="utf-8")
    named = build(str(folder), ["good", "two-steps"], request_, machines=ONE)
    assert (named.drawn, named.fresh) == (("good",), ("two-steps",))
    assert named.reasons == {"good": ("`good` in small/one.py changed",)}
    assert named.complete


def test_a_plan_draws_nothing(folder: Path, request_: Request) -> None:
    """It is what the build then does."""
    found = plan(folder, ["good"], request_)
    assert found.reasons_of_stale == {"good": ("no build here has made it",)}
    assert not [*request_.out.rglob("*.svg")]
    assert build(folder, ["good"], request_, machines=ONE).drawn == ("good",)
    found = plan(folder, ["good"], request_)
    assert (found.stale, found.fresh) == ((), ("good",))


def test_orphans_are_told_and_pruned(folder: Path, request_: Request) -> None:
    """They stay until somebody says so."""
    (folder / "bad.py").write_text("", encoding="utf-8")
    build(folder, request=request_, machines=ONE)
    (folder / "two.py").write_text("", encoding="utf-8")
    left = ("light/svg/two-steps-1.svg", "light/svg/two-steps-2.svg")
    assert build(folder, request=request_, machines=ONE).orphans == left
    pruned = build(folder, request=request_, machines=ONE, prune=True)
    assert (pruned.removed, pruned.orphans) == (left, ())
    assert not (request_.out / left[0]).exists()


def test_an_unknown_figure(folder: Path, request_: Request) -> None:
    """The names that there are come with it."""
    with pytest.raises(UnknownNameError, match="did you mean good"):
        build(folder, ["goood"], request_)


@pytest.mark.usefixtures("unmeasured")
def test_to_import_figgen_is_light() -> None:
    """What builds and draws is imported when it is asked for."""
    script = (
        "import sys, figgen; print({'numpy', 'figgen.pipeline', 'dataclasses'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
