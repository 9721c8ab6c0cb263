"""Baselines: what each figure looked like when somebody last looked at it.

A figure has three, which share no code in the way they judge: its scene as text; the pictures, as
PNG; and the vector files, all in one compressed file. Every step is kept in the light theme, and
the last one in the others too.
"""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from matplotlib import ft2font
from PIL import Image

from figgen.course.course import Course, Entry
from figgen.disk.atomic_files import write
from figgen.draw.canvas.theme import THEMES
from figgen.errors import BuildError
from figgen.guard.compare_png import Pixels, decoded
from figgen.guard.compare_snapshots import FileKey, Snapshot
from figgen.guard.compare_svg import normal_svg
from figgen.guard.scene.scene_writer import scene, themes_as_text
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing
from figgen.pipeline.request import Asset
from figgen.vocabulary import DEFAULT_THEME, Format

FORMATS: tuple[Format, ...] = ("png", "svg")
"""What is kept of each step and theme, beside the scene."""

DPI = 100
"""Pixels an inch of a baseline: few, so that a repository stays small when it is renewed."""

_PACKAGES = ("matplotlib", "graphviz-pure", "mathra", "font-source-sans-pro")
"""What places and paints. Not numpy: what it computes is the same to the last digit drawn."""

_HEAD = "case "


def cases(entry: Entry) -> list[tuple[int, str]]:
    """The steps and themes of a figure that have a baseline."""
    last = entry.definition.steps
    others = [(last, theme) for theme in THEMES if theme != DEFAULT_THEME]
    return [*((step, DEFAULT_THEME) for step in range(1, last + 1)), *others]


def encoded(pixels: Pixels) -> bytes:
    """A picture as a PNG that is as small as it can be, without a word in it."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def snapshot(drawing: Drawing) -> Snapshot:
    """A figure as it is now, in all that has a baseline."""
    assets = [
        Asset(drawing.entry.name, drawing.canvas.steps, step, theme, format_)
        for step, theme in cases(drawing.entry)
        for format_ in FORMATS
    ]
    files = {
        FileKey.of(asset): normal_svg(data.decode()).encode() if asset.format == "svg" else data
        for asset, data in encode_all(drawing, assets, DPI)
    }
    return Snapshot(scene(drawing.canvas, drawing.entry.definition.alt), files)


def versions() -> dict[str, str]:
    """The installed versions of what places and paints; with others the pixels may differ."""
    return {name: version(name) for name in _PACKAGES} | {
        "freetype": str(ft2font.__freetype_version__)
    }


@dataclass(frozen=True)
class Baselines:
    """The baselines of a course.

    Attributes:
        folder: Where they are.
    """

    folder: Path

    def picture_path(self, entry: Entry, step: int, theme: str) -> Path:
        """Where the picture of a step in a theme is."""
        return self.folder / f"{entry.name}-{step}-{theme}.png"

    def scene_path(self, entry: Entry) -> Path:
        """Where the scene of a figure is."""
        return self.folder / "scenes" / f"{entry.name}.scene"

    def vectors_path(self, entry: Entry) -> Path:
        """Where the vector files of a figure are."""
        return self.folder / "vectors" / f"{entry.name}.xz"

    @property
    def versions_path(self) -> Path:
        """The file of the versions that drew the baselines."""
        return self.folder / "versions.json"

    # Reading

    def read(self, entry: Entry) -> Snapshot:
        """What there is of one figure; empty if it has no baseline.

        Raises:
            BuildError: If a file cannot be read.
        """
        paths = {
            FileKey(step, theme, "png"): self.picture_path(entry, step, theme)
            for step, theme in cases(entry)
        }
        pictures = {key: _read(path) for key, path in paths.items()}
        text = _read(self.scene_path(entry))
        return Snapshot(
            None if text is None else text.decode(),
            {key: data for key, data in pictures.items() if data is not None}
            | {
                FileKey(step, theme, "svg"): svg.encode()
                for (step, theme), svg in self.read_vectors(entry).items()
            },
        )

    def read_vectors(self, entry: Entry) -> dict[tuple[int, str], str]:
        """The vector files of a figure by step and theme, in their normal form; none if none are.

        Raises:
            BuildError: If the file cannot be read.
        """
        path = self.vectors_path(entry)
        data = _read(path)
        if data is None:
            return {}
        try:
            text = lzma.decompress(data).decode()
            found = {}
            for part in text.split(f"\n{_HEAD}"):
                head, _, svg = part.removeprefix(_HEAD).partition("\n")
                step, theme = head.split()
                found[int(step), theme] = svg.removesuffix("\n") + "\n"
        except (lzma.LZMAError, ValueError):
            reason = f"cannot be read; renew it: figgen accept {entry.name}"
            raise BuildError(f"{path}: {reason}") from None
        return found

    def read_versions(self) -> dict[str, str]:
        """What drew the baselines; empty if that is not said.

        Raises:
            BuildError: If the file cannot be read.
        """
        data = _read(self.versions_path)
        try:
            content = json.loads(data) if data is not None else {}
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise BuildError(f"{self.versions_path}: cannot be read; renew it: figgen accept --all")
        return content

    def other_versions(self) -> str:
        """What is installed in another version than drew the baselines, in words; empty if nothing.

        Then the scene still judges, and pixels and vector files are only reported.
        """
        now = versions()
        return ", ".join(
            f"{name} {now.get(name, 'missing')} in place of {then}"
            for name, then in self.read_versions().items()
            if now.get(name) != then
        )

    # Writing

    def write(self, entry: Entry, new: Snapshot) -> list[Path]:
        """Renew the baselines of a figure; a file that says the same stays as it is.

        Returns:
            The files that were written or removed.

        Raises:
            BuildError: If one cannot be written.
        """
        changed = []
        vectors: dict[tuple[int, str], str] = {}
        for key, data in new.files.items():
            step, theme = int(key.step or 0), str(key.theme)
            if key.format == "svg":
                vectors[step, theme] = data.decode()
                continue
            path = self.picture_path(entry, step, theme)
            old = _read(path)
            # Other versions of the PNG encoder make other bytes of the same pixels.
            if old is None or not np.array_equal(decoded(old), decoded(data)):
                changed.append(_written(path, encoded(decoded(data))))
        changed += _renewed(self.scene_path(entry), (new.scene or "").encode())
        if not self.vectors_path(entry).exists() or self.read_vectors(entry) != vectors:
            changed.append(_written(self.vectors_path(entry), _packed(vectors)))
        return changed

    def write_versions(self) -> list[Path]:
        """Write down the versions that drew the baselines.

        Returns:
            The file, if it was written.
        """
        return _renewed(self.versions_path, (json.dumps(versions(), indent=1) + "\n").encode())

    @property
    def themes_path(self) -> Path:
        """The file of the colours of every role in every theme, once for all figures."""
        return self.folder / "look.txt"

    def write_themes(self) -> list[Path]:
        """Write down the colours of every role in every theme.

        Returns:
            The file, if it was written.
        """
        return _renewed(self.themes_path, themes_as_text(THEMES).encode())

    def left_over(self, course: Course) -> list[Path]:
        """Files of figures, steps and themes that the course does not have, in order."""
        wanted = {self.versions_path}
        for entry in course.entries:
            wanted |= {self.scene_path(entry), self.vectors_path(entry)}
            wanted |= {self.picture_path(entry, step, theme) for step, theme in cases(entry)}
        there = (*self.folder.glob("*.png"), *self.folder.glob("scenes/*.scene"))
        return sorted({*there, *self.folder.glob("vectors/*.xz")} - wanted)


def _packed(vectors: Mapping[tuple[int, str], str]) -> bytes:
    # One stream: steps and themes of a figure repeat each other, and a repetition costs nothing.
    text = "\n".join(f"{_HEAD}{step} {theme}\n{svg}" for (step, theme), svg in vectors.items())
    return lzma.compress(text.encode(), preset=9)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {error.strerror}") from None


def _written(path: Path, data: bytes) -> Path:
    write(path, data)
    return path


def _renewed(path: Path, data: bytes) -> list[Path]:
    """The file, written, if it holds something else than ``data``; else nothing."""
    return [] if _read(path) == data else [_written(path, data)]


def remove(paths: Iterable[Path]) -> None:
    """Remove baselines that belong to nothing.

    Raises:
        BuildError: If one cannot be removed.
    """
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            raise BuildError(f"{path}: cannot be removed: {error.strerror}") from None
