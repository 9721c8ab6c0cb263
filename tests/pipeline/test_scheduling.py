"""Figures to files, here and in workers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_course import GOOD, write_course

from figgen.course.reading import read_course
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.workers import Workers

READING = GOOD.replace(
    "    canvas.number",
    "    open(__file__.replace('one.py', 'data.txt')).close()\n    canvas.number",
)


def test_reads_look_alike_wherever_a_figure_is_drawn(tmp_path: Path) -> None:
    """A file of the course has its place on this machine, from this process and from a worker."""
    course = read_course(write_course(tmp_path / "small", one=READING))
    data = tmp_path / "small" / "data.txt"
    data.write_text("1", encoding="utf-8")
    request = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    found = []
    for executor in (None, Workers(1)):
        (outcome,) = make_all(course, course.entries, request, executor=executor)
        assert outcome.error is None
        found.append([read for read in outcome.reads if read.kind == "file"])
    here, there = found
    assert [read.path for read in here] == [str(data)]
    assert here == there


def test_what_was_written_is_not_kept(tmp_path: Path) -> None:
    """The bytes of all figures together may be more than the memory holds."""
    course = read_course(write_course(tmp_path / "small", one=GOOD))
    seen: list[Outcome] = []
    request = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    outcomes = make_all(course, course.entries, request, note=seen.append)
    assert outcomes == seen
    assert [outcome.contents for outcome in outcomes] == [{}]
    assert (tmp_path / "out/light/svg/good.svg").is_file()


def test_a_file_that_cannot_be_written_fails_its_figure(tmp_path: Path) -> None:
    """The error names the file, as a field; nothing is entered for the figure."""
    course = read_course(write_course(tmp_path / "small", one=GOOD))
    request = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    (tmp_path / "out/light").mkdir(parents=True)
    (tmp_path / "out/light/svg").write_text("in the way", encoding="utf-8")
    (outcome,) = make_all(course, course.entries, request)
    assert outcome.record == {}
    assert "good.svg" in str(outcome.error)


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_failing_figure_has_its_place_in_fields(tmp_path: Path, jobs: int) -> None:
    """File, line and reason come back from a worker as they do from here."""
    bad = GOOD.replace("canvas.number(1, 1, value)", "1 / 0")
    course = read_course(write_course(tmp_path / "small", one=bad))
    request = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    executor = Workers(jobs) if jobs else None
    (outcome,) = make_all(course, course.entries, request, executor=executor)
    error = outcome.error
    assert error is not None
    line = 1 + bad[: bad.index("1 / 0")].count("\n")
    assert (error.file, error.line) == ("small/one.py", line)
    assert error.reason == "ZeroDivisionError: division by zero"
    assert str(error) == f"small/one.py:{line}: ZeroDivisionError: division by zero"
    assert replace(outcome, error=None).record == {}
