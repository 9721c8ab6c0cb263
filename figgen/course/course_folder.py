"""Where the folder of a course is: on the command line, in a pyproject.toml, or found."""

from __future__ import annotations

import re
from pathlib import Path

from figgen.engine import ENGINE
from figgen.errors import BuildError

FOLDER = "figures"
"""What the folder of a course is called when nothing else is said."""

BASELINE = Path("tests", "baseline")
"""Where its baselines are when nothing else is said, beside the folder of the course."""

_KEYS = ("figures", "baseline")

# Beside the engine in a checkout and when installed. Not looked up as a module: that could find
# any folder of this name.
_INSTALLED = ENGINE.parent / FOLDER

# Every way to write the table: [tool.figgen], tool.figgen.figures = ..., tool = {figgen = ...}, and
# [tool] with figgen below.
_MAY_NAME = re.compile(r"tool\W+figgen|\[\W*tool\W*\].*figgen", re.DOTALL)


def find_course(given: Path | None, start: Path) -> Path:
    """The folder of the course to work with.

    The first of these that there is: ``given``; ``figures`` in the ``[tool.figgen]`` of the
    nearest pyproject.toml that has such a table; ``./figures``, if it is a package; the course
    that comes with figgen.

    Args:
        given: The folder named on the command line, relative to ``start``.
        start: The folder to search from.

    Returns:
        The folder, as an absolute path; whether it holds a course is for `read_course` to say.

    Raises:
        BuildError: If a pyproject.toml is wrong.
    """
    if given is not None:
        return _absolute(start / given)
    named = _named("figures", start)
    if named is not None:
        return _absolute(named)
    here = start / FOLDER
    return here if (here / "__init__.py").is_file() else _INSTALLED


def find_baseline(course: Path) -> Path:
    """The folder of the baselines of a course.

    ``baseline`` in the ``[tool.figgen]`` of the nearest pyproject.toml that has such a table, or
    ``tests/baseline`` beside the folder of the course.

    Args:
        course: The folder of the course.

    Raises:
        BuildError: If a pyproject.toml is wrong.
    """
    return _named("baseline", course) or course.parent / BASELINE


def _named(key: str, start: Path) -> Path | None:
    """The path that the nearest table of figgen gives to ``key``, upward from ``start``."""
    for folder in (start, *start.parents):
        project = folder / "pyproject.toml"
        if project.is_file() and (table := _table(project)) is not None:
            return folder / table[key] if key in table else None
    return None


def _absolute(folder: Path) -> Path:
    # Resolved only where its last part is no name ('.' and '..'), because a course takes its
    # name from the path that was given, links included.
    return folder.resolve() if folder.name in {"", ".."} else folder


def _table(project: Path) -> dict[str, str] | None:
    """The table of figgen in a pyproject.toml; None if it has none."""
    try:
        text = project.read_text(encoding="utf-8")
        # Most of them have no such table, and to read one takes as long as to start Python.
        if not _MAY_NAME.search(text):
            return None
        import tomllib  # noqa: PLC0415 - only if needed, because every command starts here

        content = tomllib.loads(text)
    except OSError as error:
        raise BuildError(f"cannot be read: {error.strerror}", project) from None
    except ValueError as error:
        raise BuildError(f"not valid TOML: {error}", project) from None
    match content:
        case {"tool": {"figgen": dict(table)}} if table and all(
            key in _KEYS and isinstance(value, str) for key, value in table.items()
        ):
            return table
        case {"tool": {"figgen": table}}:
            raise BuildError(
                f"[tool.figgen] is {table!r}; allowed: figures = 'PATH', the folder of the"
                " course, and baseline = 'PATH', that of its baselines",
                project,
            )
    return None
