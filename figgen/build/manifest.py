"""``manifest.json``: every figure that was built, its claims and its files with digests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from figgen.build.builder import Outcome
from figgen.build.course import Course
from figgen.build.errors import BuildError
from figgen.build.files import write

NAME = "manifest.json"
VERSION = 1


def read_manifest(out: Path, name: str = NAME) -> dict[str, dict[str, Any]]:
    """The figures of a manifest in ``out`` by name; none if there is no such manifest.

    Raises:
        BuildError: If the file is no manifest.
    """
    path = out / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {figure["name"]: figure for figure in content["figures"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError):
        raise BuildError(f"{path}: not a manifest of figgen; delete it and build again") from None


def write_manifest(
    course: Course, out: Path, outcomes: Sequence[Outcome], name: str = NAME
) -> None:
    """Enter what was built into a manifest in ``out``.

    A figure that was not built this time, or failed, keeps its old entry, because its old files
    are still there. A figure that the course no longer has goes.

    Raises:
        BuildError: If the file cannot be read or written.
    """
    figures = read_manifest(out, name)
    for outcome in outcomes:
        if outcome.record is not None:
            figures[outcome.name] = _with_old_files(outcome.record, figures.get(outcome.name))
    content = {
        "version": VERSION,
        "course": course.title,
        "figures": [figures[each] for each in course.names if each in figures],
    }
    write(
        out / name,
        (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode(),
    )


def _with_old_files(record: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    """``record`` with those files of an earlier build that this one was not asked for."""
    new = {file["path"] for file in record["files"]}
    kept = [file for file in (old or {}).get("files", []) if file["path"] not in new]
    files = sorted(record["files"] + kept, key=lambda file: file["path"])
    return record | {"files": files}
