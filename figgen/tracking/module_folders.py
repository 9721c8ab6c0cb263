"""What a folder holds that may hold modules."""

from __future__ import annotations

import os


def watched(folder: str) -> tuple[str, ...]:
    """The modules and subfolders of a folder, by name: a new one may be imported by others."""
    try:
        with os.scandir(folder) as items:
            return tuple(sorted(
                item.name for item in items
                if item.name.endswith(".py")
                or (item.name.isidentifier() and item.name != "__pycache__" and item.is_dir())
            ))  # fmt: skip
    except OSError:
        return ()
