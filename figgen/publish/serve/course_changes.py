"""The figures of the page from save to save: which come, which go, and why."""

from __future__ import annotations

from collections.abc import Collection

from figgen.course.course import Course, Problem

_UNREADABLE = ("syntax error", "cannot be read", "named in SECTIONS")


def merged(now: list[str], before: list[str]) -> list[str]:
    """The names of now, and those of before at their places among them."""
    found = list(now)
    for place, name in enumerate(before):
        if name not in now:
            # The one before it is there, or was inserted just now.
            found.insert(found.index(before[place - 1]) + 1 if place else 0, name)
    return found


def problem_of(course: Course, name: str, file: str) -> Problem | None:
    """The problem that keeps a figure out of the course.

    Args:
        course: The course.
        name: The figure's name.
        file: The module that it was in.
    """
    for says in (
        lambda problem: problem.reason.startswith(f"{name}: "),
        # A module that cannot be read; what else is said of its figures follows from that.
        lambda problem: _file(problem) == file and problem.reason.startswith(_UNREADABLE),
        lambda problem: f"'{name}'" in problem.reason,
        lambda problem: _file(problem) == file,
    ):
        for problem in course.problems:
            if says(problem):
                return problem
    return None


def told_apart(course: Course, names: Collection[str]) -> list[Problem]:
    """The problems of a course without those that follow from others.

    Args:
        course: The course.
        names: Those of the figures of the page, each of which tells that it is missed.
    """
    unreadable = any(problem.reason.startswith(_UNREADABLE) for problem in course.problems)
    return [
        problem
        for problem in course.problems
        if not any(f"names '{name}'" in problem.reason for name in names)
        # As long as a module cannot be read nobody knows which concepts it shows.
        and not (unreadable and problem.reason.startswith("CONCEPTS has"))
    ]


def _file(problem: Problem) -> str:
    return problem.where.partition(":")[0]
