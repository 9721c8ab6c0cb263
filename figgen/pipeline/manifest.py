"""``manifest.json``: every figure that was built, its claims and its files with digests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from figgen.course.course import Course, Entry
from figgen.disk.atomic_files import naming_the_file, write
from figgen.errors import BuildError
from figgen.pipeline.build_state import MANIFEST as NAME
from figgen.pipeline.request import Request, assets
from figgen.vocabulary import FORMATS, SOURCES

VERSION = 1

_DEPTH = 3
"""How many parts the path of a file of a figure has: the theme, if it has one, format and name."""


class Manifest(NamedTuple):
    """The content of a manifest: the figures and files of a build folder.

    Attributes:
        figures: The entry of each figure by its name.
        orphans: The files that no figure of the course has any more.
    """

    figures: dict[str, dict[str, Any]]
    orphans: tuple[str, ...]


def read_manifest(out: Path, name: str = NAME) -> Manifest:
    """A manifest in ``out``; it is empty if there is none.

    Raises:
        BuildError: If the file is no manifest.
    """
    path = out / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        figures = {figure["name"]: figure for figure in content["figures"]}
        orphans = tuple(str(each) for each in content.get("orphans", ()))
        for figure in figures.values():
            for file in figure["files"]:
                _ = file["path"] + file["sha256"], file["step"], file["theme"], file["format"]
    except FileNotFoundError:
        return Manifest({}, ())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BuildError("not a manifest of figgen; delete it and build again", path) from None
    return Manifest(figures, orphans)


def write_manifest(
    course: Course, out: Path, records: Mapping[str, dict[str, Any]], name: str = NAME
) -> Manifest:
    """Enter what was built into a manifest in ``out``.

    A figure that was not built this time, or failed, keeps what is known of its files, because they
    are still there; what its module says of it is renewed. The files of a figure that the course
    no longer has are orphans.

    Args:
        course: The course.
        out: The build folder.
        records: The entries of the figures that were built, by name.
        name: The name of the manifest.

    Returns:
        The manifest as it is now.

    Raises:
        BuildError: If the file cannot be read or written.
    """
    old = read_manifest(out, name)
    figures: dict[str, dict[str, Any]] = {}
    orphans = {*old.orphans}
    orphans |= {file["path"] for each in old.figures.values() for file in each["files"]}
    for entry in course.entries:
        before = old.figures.get(entry.name)
        record = records.get(entry.name)
        if record is None and before is not None:
            # Its alt text ends with the numbers that were drawn.
            record = before | entry.as_json() | {"alt": before["alt"]}
        own = paths_of(entry)
        orphans -= own
        if record is not None:
            figures[entry.name] = _with_old_files(record, before, own)
    left = tuple(sorted(path for path in orphans if _is_own(out, path)))
    manifest = Manifest(figures, left)
    _write(course, out, manifest, name)
    return manifest


def _write(course: Course, out: Path, manifest: Manifest, name: str = NAME) -> None:
    content: dict[str, Any] = {"version": VERSION, "course": course.title}
    content["figures"] = [*manifest.figures.values()]
    if manifest.orphans:
        content["orphans"] = manifest.orphans
    data = (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    path = out / name
    with suppress(OSError):
        if path.read_bytes() == data:
            return
    write(path, data)


def paths_of(entry: Entry) -> set[str]:
    """Every path that a file of a figure can have in a build folder."""
    request = Request(Path(), formats=(*FORMATS, *SOURCES))
    return {asset.path.as_posix() for asset in assets(entry, request)}


def prune_orphans(course: Course, out: Path, manifest: Manifest) -> Manifest:
    """Remove the files that no figure of the course has any more.

    Returns:
        The manifest without them.

    Raises:
        BuildError: If one cannot be removed.
    """
    for orphan in manifest.orphans:
        with naming_the_file(out / orphan):
            (out / orphan).unlink(missing_ok=True)
    pruned = manifest._replace(orphans=())
    _write(course, out, pruned)
    return pruned


def _is_own(out: Path, path: str) -> bool:
    """Whether a path is that of a file in ``out`` which a build may have put there.

    A manifest may come from anywhere, and others, like setuptools, write to the same folder.
    """
    relative = Path(path)
    folder, name = ("", "", *relative.parts)[-2:]
    if relative.is_absolute() or ".." in relative.parts or len(relative.parts) > _DEPTH:
        return False
    known = folder in {*FORMATS, *SOURCES} and name.endswith(f".{folder}")
    return known and (out / relative).is_file()


def _with_old_files(
    record: Mapping[str, Any], old: Mapping[str, Any] | None, own: set[str]
) -> dict[str, Any]:
    """``record`` with those files of an earlier build that this one was not asked for."""
    new = {file["path"] for file in record["files"]}
    kept = [file for file in (old or {}).get("files", []) if file["path"] not in new]
    files = [file for file in (*record["files"], *kept) if file["path"] in own]
    return {**record, "files": sorted(files, key=lambda file: file["path"])}
