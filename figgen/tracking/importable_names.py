"""The names in a folder that an import may find there."""

from __future__ import annotations

import os


def importable_names(folder: str) -> tuple[str, ...]:
    """The modules and subfolders of a folder, by name: a new one may be imported by others."""
    try:
        with os.scandir(folder) as items:
            return tuple(sorted(item.name for item in items if _is_importable(item)))
    except OSError:
        return ()


def _is_importable(item: os.DirEntry[str]) -> bool:
    if item.name.endswith(".py"):
        return True
    return item.name.isidentifier() and item.name != "__pycache__" and item.is_dir()
