"""The lines of a course's source around the place that an error names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

AROUND = 3
"""How many lines are shown before the place, and after it."""

_PLACE = re.compile(r"(?P<file>[^\n:]+\.py):(?P<line>\d+)(?:: (?P<reason>.*))?", re.DOTALL)


def trouble(folder: Path, text: str) -> dict[str, Any]:
    """An error in one line, taken apart: as plain data for the page.

    Args:
        folder: The folder of the course.
        text: The error, which may begin with ``file:line:``; the file is relative to the folder
            that holds the course.

    Returns:
        ``reason``; ``where`` is empty and ``lines`` has none if no place is named. Each line is its
        number, its text, and whether it is the one.
    """
    match = _PLACE.fullmatch(text)
    if match is None:
        return {"where": "", "reason": text, "lines": []}
    line = int(match["line"])
    return {
        "where": f"{match['file']}:{line}",
        "reason": match["reason"] or "",
        "lines": _lines(folder, match["file"], line),
    }


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
