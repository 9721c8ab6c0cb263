"""Which problems the preview shows, and at which figure: by their kind, never by their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.course.course import Course, Problem, ProblemKind
from figgen.course.reading import read_course
from figgen.publish.serve.course_changes import problem_of, root_causes

SPOILED = {
    "two.py": ("x = = 1\n", ProblemKind.UNREADABLE_MODULE, "two-steps"),
    "gone.py": (None, ProblemKind.UNREADABLE_MODULE, "bad"),
    "one.py": (GOOD.replace("math", "maths"), ProblemKind.WRONG_DEFINITION, "good"),
}
"""A module, what is in it, and which problem keeps which figure out."""

ORDER = ("good", "two-steps", "bad")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A course of three figures in a fixed order, and a concept that none of them shows."""
    folder = write_course(
        tmp_path / "small", one=GOOD, two=STEPS, gone=figure_with("canvas.text(1, 1, 'a')")
    )
    with (folder / "__init__.py").open("a", encoding="utf-8") as init:
        init.write(f'CONCEPTS = {{"area": "Area"}}\nORDER = {ORDER}\n')
    return folder


def reworded(course: Course) -> Course:
    """The same course, whose problems are put in other words."""
    problems = tuple(replace(each, reason=f"Nr. {n}") for n, each in enumerate(course.problems))
    return replace(course, problems=problems)


def courses(folder: Path) -> Iterator[Course]:
    """A course as it is read, and with other words."""
    course = read_course(folder)
    yield course
    yield reworded(course)


@pytest.mark.parametrize("file", SPOILED)
def test_a_figure_that_goes_is_told_its_own_problem(folder: Path, file: str) -> None:
    """It is the mistake in its module, and not that ORDER names it; whatever the words are."""
    text, kind, name = SPOILED[file]
    path = folder / file
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    for course in courses(folder):
        problem = problem_of(course, name, f"small/{file}")
        assert problem is not None
        assert problem.kind is kind


def test_a_figure_that_was_deleted_is_missed_by_the_order(folder: Path) -> None:
    """Its module can be read, so that the order is what names it."""
    (folder / "gone.py").write_text("", encoding="utf-8")
    for course in courses(folder):
        problem = problem_of(course, "bad", "small/gone.py")
        assert problem is not None
        assert problem.kind is ProblemKind.UNKNOWN_FIGURE
        assert problem_of(course, "good", "small/one.py") is None


def test_a_figure_whose_step_has_the_name_of_another(folder: Path) -> None:
    """It is the one that is kept out, and has the problem."""
    first = STEPS.replace("def two_steps", "def two_steps_1").replace(", steps=2", "")
    (folder / "one.py").write_text(first.replace("with canvas.step(2):", "if canvas:"), "utf-8")
    for course in courses(folder):
        problem = problem_of(course, "two-steps", "small/two.py")
        assert problem is not None
        assert (problem.kind, problem.file) == (ProblemKind.NAME_TAKEN, "small/two.py")


def test_what_follows_from_another_problem_is_not_shown(folder: Path) -> None:
    """A broken module may show the concept; a figure of the page itself says that it is missing."""
    (folder / "gone.py").write_text("", encoding="utf-8")

    def kinds(*names: str) -> list[list[ProblemKind]]:
        return [
            [problem.kind for problem in root_causes(course, names)] for course in courses(folder)
        ]

    concept, missing = ProblemKind.UNUSED_CONCEPT, ProblemKind.UNKNOWN_FIGURE
    assert kinds() == [[missing, concept]] * 2
    assert kinds("bad", "good") == [[concept]] * 2
    (folder / "two.py").write_text("x = = 1\n", encoding="utf-8")
    assert kinds("bad", "two-steps") == [[ProblemKind.UNREADABLE_MODULE]] * 2
    assert kinds("bad") == [[ProblemKind.UNREADABLE_MODULE, missing]] * 2


def test_a_problem_says_its_place() -> None:
    """In the form that editors jump to."""
    problem = Problem(ProblemKind.NAME_TAKEN, "'a' is taken", "small/one.py", 3, "a")
    assert str(problem) == "small/one.py:3: 'a' is taken"
    assert str(replace(problem, line=None)) == "small/one.py: 'a' is taken"
