"""What processes that were killed have left half written, and its removal.

A file is written under another name, which holds the number of the process, until it is whole.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PART = ".part"
"""What the name of a file ends with that is being written."""

ALONE = 3600
"""Seconds after which what a process was writing is nobody's, if it is gone here: before that it
may be one of another machine, or container, that shares the folder."""

_swept: set[Path] = set()


def part_of(path: Path) -> Path:
    """The name under which this process writes a file, beside it, until the file is whole."""
    # The process's number, so that two builds do not write one temporary file.
    return path.with_name(f".{path.name}.{os.getpid()}{PART}")


def sweep_build(out: Path) -> bool:
    """Delete what killed processes have left half written anywhere in a build folder.

    Returns:
        Whether nothing of the kind is left: a file whose process seems to live is kept, although
        that number may be another process's now.
    """
    return _sweep(out.rglob(f".*{PART}"), math.inf)


def sweep_folder_once(folder: Path) -> None:
    """Delete what killed processes have left half written in one folder, long ago.

    Only the first call for a folder looks, because it may hold the files of thousands of figures.
    """
    folder = folder.absolute()
    if folder not in _swept:
        _swept.add(folder)
        with suppress(OSError):
            _sweep(folder.glob(f".*{PART}"), time.time() - ALONE)


def _sweep(paths: Iterable[Path], before: float) -> bool:
    """Delete left-overs that were written before a time; others may be named alike, and stay."""
    clean = True
    for path in paths:
        match = re.fullmatch(rf"\..+\.(\d+){re.escape(PART)}", path.name)
        if match and _runs(int(match[1])):
            clean = False
        elif match:
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()
    return clean


def _runs(pid: int) -> bool:
    # Windows cannot ask, and does not delete a file that is open.
    if pid == os.getpid() or os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # Another user's.
        return True
    return True
