"""The lines of a course's source around the place that an error names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from figgen.course.course import Entry, Problem
from figgen.errors import BuildError

AROUND = 3
"""How many lines are shown before the place, and after it."""


def trouble(folder: Path, error: BuildError | Problem) -> dict[str, Any]:
    """An error with the source around it, as plain data for the page.

    Args:
        folder: The folder of the course.
        error: The error; its file is relative to the folder that holds the course.

    Returns:
        ``reason``; ``where`` is empty and ``lines`` has none if the error names no line. Each line
        is its number, its text, and whether it is the one.
    """
    if error.file is None or error.line is None:
        return {"where": "", "reason": str(error), "lines": []}
    return {
        "where": f"{error.file}:{error.line}",
        "reason": error.reason,
        "lines": _lines(folder, error.file, error.line),
    }


def death(folder: Path, entry: Entry, limit: float, code: int, words: str) -> dict[str, Any]:
    """Why a process ended in the middle of a figure, with the author's line where it was.

    Args:
        folder: The folder of the course.
        entry: The figure, whose line is named if no other of the course is known.
        limit: The seconds that it had.
        code: How it ended.
        words: What Python said of it, the innermost call first.
    """
    root = f'File "{folder.resolve()}{os.sep}'
    file, number = entry.file, entry.line
    for line in words.splitlines():
        if line.strip().startswith(root):
            below, _, rest = line.partition(root)[2].partition('", line ')
            file, number = f"{folder.name}/{below}", int(rest.split()[0].rstrip(","))
            break
    if "Timeout" in words:
        reason = f"took longer than {limit:g} s here, and was stopped"
    elif words:
        reason = f"the process that drew it crashed: {words.splitlines()[0]}"
    else:
        reason = f"the process that drew it ended with code {code}; see the terminal"
    return trouble(folder, BuildError(reason, file, number))


def _lines(folder: Path, file: str, line: int) -> list[tuple[int, str, bool]]:
    root = folder.resolve()
    path = (root.parent / Path(file)).resolve()
    # A link may lead anywhere, and what is there is nobody's business on a page.
    if not path.is_relative_to(root):
        return []
    try:
        source = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        # Deleted since; the error is told without its lines.
        return []
    first = max(1, line - AROUND)
    return [
        (number, text, number == line)
        for number, text in enumerate(source[first - 1 : line + AROUND], start=first)
    ]
