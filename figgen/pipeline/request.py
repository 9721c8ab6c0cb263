"""What is asked of a build, and which files that makes; light, as most builds do nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from figgen.course.course import Entry
from figgen.errors import BuildError, RequestError
from figgen.vocabulary import DEFAULT_THEME, DPI, FORMATS, SOURCES, THEMES, Format


@dataclass(frozen=True)
class Asset:
    """One file to be made: a step of a figure in a theme and a format.

    Attributes:
        name: The figure's name.
        steps: How many steps the figure has.
        step: The step, or None for a PDF with a page a step and for a source.
        theme: The theme's name; None for a source.
        format: The file format.
    """

    name: str
    steps: int
    step: int | None
    theme: str | None
    format: Format

    @property
    def stem(self) -> str:
        """The figure's name, with the step where there are several."""
        return self.name if self.steps == 1 or self.step is None else f"{self.name}-{self.step}"

    @property
    def path(self) -> Path:
        """Where the build puts it, relative to the build folder."""
        return Path(self.theme or "", self.format, f"{self.stem}.{self.format}")

    @property
    def flat_path(self) -> Path:
        """Where ``figgen render`` puts it: one folder, the theme in the name unless the usual."""
        suffix = "" if self.theme in {None, DEFAULT_THEME} else f"-{self.theme}"
        return Path(f"{self.stem}{suffix}.{self.format}")


@dataclass(frozen=True)
class Request:
    """What is asked for of each figure.

    Attributes:
        out: The folder to write to.
        formats: The file formats.
        themes: The names of the themes.
        steps: The step to make; None for all, and a PDF with a page a step.
        dpi: Resolution of a PNG.
        settings: Parameters of the figure functions to change, as text.
        flat: Whether all files go into one folder, as ``figgen render`` does.
    """

    out: Path
    formats: tuple[Format, ...] = FORMATS
    themes: tuple[str, ...] = THEMES
    step: int | None = None
    dpi: float = DPI
    settings: Mapping[str, str] = field(default_factory=dict)
    flat: bool = False

    def path_of(self, asset: Asset) -> Path:
        """Where a file goes, relative to ``out``."""
        return asset.flat_path if self.flat else asset.path


def assets(entry: Entry, request: Request, sources: Collection[str] = SOURCES) -> list[Asset]:
    """The files that ``request`` asks for of one figure.

    Args:
        entry: The figure.
        request: What is asked for.
        sources: The sources that the figure has.

    Raises:
        RequestError: If the figure has no such step.
        BuildError: If all that is asked for are sources that the figure does not have.
    """
    name, steps = entry.name, entry.definition.steps
    if request.step is not None and not 1 <= request.step <= steps:
        raise RequestError(f"{name} has no step {request.step}; it has {steps}")
    wanted: list[int | None] = list(range(1, steps + 1)) if request.step is None else [request.step]
    found = [
        Asset(name, steps, None, None, format_)
        for format_ in request.formats
        if format_ in SOURCES and format_ in sources
    ]
    for theme in request.themes:
        for format_ in request.formats:
            if format_ in SOURCES:
                continue
            pages: list[int | None] = [None]
            whole = format_ == "pdf" and steps > 1 and request.step is None
            found += [Asset(name, steps, step, theme, format_) for step in wanted + pages * whole]
    if request.flat and not found:
        missing = " or ".join(request.formats)
        raise BuildError(f"{name} has no {missing}; others have", entry.file, entry.line)
    return found
