"""The lines of a course's source around the place that an error names."""

from __future__ import annotations

import os
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


def death(folder: Path, where: str, limit: float, code: int, words: str) -> dict[str, Any]:
    """Why a process ended in the middle of a figure, with the author's line where it was.

    Args:
        folder: The folder of the course.
        where: The place to tell if no line of the course is known.
        limit: The seconds that it had.
        code: How it ended.
        words: What Python said of it, the innermost call first.
    """
    root = f'File "{folder.resolve()}{os.sep}'
    for line in words.splitlines():
        if line.strip().startswith(root):
            file, _, rest = line.partition(root)[2].partition('", line ')
            where = f"{folder.name}/{file}:{rest.split()[0].rstrip(',')}"
            break
    if "Timeout" in words:
        reason = f"took longer than {limit:g} s here, and was stopped"
    elif words:
        reason = f"the process that drew it crashed: {words.splitlines()[0]}"
    else:
        reason = f"the process that drew it ended with code {code}; see the terminal"
    return trouble(folder, f"{where}: {reason}")


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
