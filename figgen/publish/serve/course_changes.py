"""The figures of the page from save to save: which come, which go, and why."""

from __future__ import annotations

from collections.abc import Collection

from figgen.course.course import Course, Problem, ProblemKind

OF_A_DEFINITION = {
    ProblemKind.WRONG_DEFINITION,
    ProblemKind.UNKNOWN_CONCEPT,
    ProblemKind.NAME_TAKEN,
    ProblemKind.UNORDERED_FIGURE,
}
"""What is wrong with one figure where it is defined."""


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

    def rank(problem: Problem) -> int | None:
        """How near a problem is to the figure; None if it has nothing to do with it."""
        if problem.name == name and problem.kind in OF_A_DEFINITION:
            return 0
        # What else is said of the figures of such a module follows from that.
        if problem.file == file and problem.kind is ProblemKind.UNREADABLE_MODULE:
            return 1
        if problem.name == name and problem.kind is ProblemKind.UNKNOWN_FIGURE:
            return 2
        return 3 if problem.file == file else None

    ranked = [(rank(problem), problem) for problem in course.problems]
    near = [(number, problem) for number, problem in ranked if number is not None]
    return min(near, key=lambda each: each[0])[1] if near else None


def root_causes(course: Course, names: Collection[str]) -> list[Problem]:
    """The problems of a course without those that follow from others.

    Args:
        course: The course.
        names: The figures of the page, each of which says itself that it is missing.
    """
    unreadable = any(each.kind is ProblemKind.UNREADABLE_MODULE for each in course.problems)
    return [
        problem
        for problem in course.problems
        if not (problem.kind is ProblemKind.UNKNOWN_FIGURE and problem.name in names)
        # As long as a module cannot be read nobody knows which concepts it shows.
        and not (problem.kind is ProblemKind.UNUSED_CONCEPT and unreadable)
    ]
