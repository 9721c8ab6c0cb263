"""What changes on the disk while a preview is shown."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import watchfiles

from figgen.engine import ENGINE

STEP = 5
"""Milliseconds of silence after which a change counts as complete: an editor writes in pieces."""

PATIENCE = 400
"""Milliseconds after which it is looked whether the folder is still the same one."""

DRAWING_PARTS = (
    "core",
    "draw",
    "encode",
    "disk",
    "course",
    "tracking",
    "pipeline",
    "guard",
    "errors.py",
)
"""The parts of figgen that a picture depends on."""

# What editors and programs leave for a moment beside the file that they write.
_PASSING = {"", ".bak", ".orig", ".part", ".pyc", ".pyo", ".swp", ".swx", ".tmp"}


def watch(
    folder: Path,
    changed: Callable[[], None],
    lost: Callable[[str], None],
    stop: threading.Event,
) -> None:
    """Watch the folder of a course, and figgen itself, until ``stop`` is set.

    Args:
        folder: The folder of the course; it may go, and come back.
        changed: Called when files of the course, or what draws in figgen, have changed.
        lost: Called with the reason when the folder cannot be watched.
        stop: Ends it.
    """
    first = True
    while not stop.is_set():
        try:
            root = folder.resolve(strict=True)
            known = _identity(root)
            if not first:
                # Anything may have happened meanwhile.
                changed()
            first = False
            for paths in _changes(root, stop):
                if any(is_watched(root, Path(path)) for path in paths):
                    changed()
                if _identity(root) != known:
                    break
        except FileNotFoundError:
            first = False
            lost(f"{folder}: the folder of the course is gone; it is watched for to come back")
            while not stop.wait(PATIENCE / 1000) and not folder.is_dir():
                pass
        except OSError as error:
            lost(f"{folder}: cannot be watched: {error.strerror or error}")
            stop.wait()


def _changes(root: Path, stop: threading.Event) -> Iterator[set[str]]:
    """The paths that changed, as often as some did; and none, as often as none did for a while."""
    for changes in watchfiles.watch(
        root,
        ENGINE,
        step=STEP,
        rust_timeout=PATIENCE,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        yield {path for _, path in changes}


def is_watched(root: Path, path: Path) -> bool:
    """Whether a picture may depend on a file."""
    if path.name.startswith(".") or path.name.endswith("~") or path.suffix in _PASSING:
        return False
    if path.is_relative_to(root):
        return True
    return path.suffix == ".py" and path.relative_to(ENGINE).parts[0] in DRAWING_PARTS


def _identity(folder: Path) -> tuple[int, int]:
    """What tells a folder from another that took its place."""
    status = os.stat(folder)  # noqa: PTH116 - as the rest of this reads
    return status.st_dev, status.st_ino
