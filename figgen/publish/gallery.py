"""The gallery: a static site of all figures, with their maths, code, words and files.

It is made from a build's manifest, needs no server and asks nothing of any network: every link is
relative, so it works from a disk. Without JavaScript it shows all steps below each other.

In a page the name of a figure is its anchor. Every other id begins with an underscore, which no
name of a figure has, so that a figure called ``main`` meets none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from figgen.course.course import Course, Entry
from figgen.disk.atomic_files import naming_the_file, write
from figgen.draw.canvas.slots import SLOTS
from figgen.draw.canvas.theme import LIGHT, THEMES
from figgen.errors import BuildError
from figgen.pages.templates import environment
from figgen.pipeline.request import Asset
from figgen.vocabulary import SOURCES, Format

ASSETS = "assets"
"""The folder of the pictures in that of the gallery; it holds a build like any other."""

PIXELS_PER_INCH = 96
"""CSS pixels an inch, for the size of a picture in a page."""

PERSPECTIVES = {"math": "Math", "diagram": "Diagram", "plot": "Plot", "code": "Code"}
"""The perspectives in the order in which a concept shows them, as headings."""

DOWNLOADS: dict[Format, str] = {
    "svg": "SVG",
    "pdf": "PDF",
    "png": "PNG",
    "dot": "DOT",
    "tex": "LaTeX",
    "mathml": "MathML",
    "txt": "Python",
}
"""The formats that are linked to, with their names."""


@dataclass(frozen=True)
class Step:
    """One step of a figure.

    Attributes:
        number: Which, from 1.
        alt: Its alt text.
        pictures: Its SVG by theme, relative to the pages.
    """

    number: int
    alt: str
    pictures: Mapping[str, str]


@dataclass(frozen=True)
class GalleryFigure:
    """A figure as a page shows it.

    Attributes:
        name: Its name.
        title: Its title.
        perspective: Its perspective, as a heading.
        caption: Its caption.
        alt: The alt text of its last step.
        section: Its section.
        concept: Its concept, if that has a page; else empty.
        steps: Its steps.
        size: Width and height in CSS pixels.
        links: What each file is called and where it is: in the light theme, and the sources.
        mathml: Its equations; None if it has none.
        code: Its listing; None if it has none.
        claims: How many checks of its numbers and equations there were.
    """

    name: str
    title: str
    perspective: str
    caption: str
    alt: str
    section: str
    concept: str
    steps: Sequence[Step]
    size: tuple[int, int]
    links: Sequence[tuple[str, str]]
    mathml: Markup | None
    code: Markup | None
    claims: int

    @property
    def page(self) -> str:
        """The address of the figure, relative to the pages."""
        return f"section-{self.section}.html#{self.name}"


MARK = '<meta name="generator" content="figgen gallery">'
"""What tells a page of a gallery from any other file of the folder."""


def gallery(course: Course, figures: Mapping[str, Mapping[str, Any]], out: Path) -> list[Path]:
    """Write the pages, and delete those of sections and concepts that are gone.

    A figure whose pictures are not all there is left out.

    Args:
        course: The course.
        figures: The figures of a manifest by name; their files are in the folder `ASSETS`.
        out: The folder of the gallery.

    Returns:
        The pages that were written, the one to open first.

    Raises:
        BuildError: If a file cannot be read, written or deleted.
    """
    known = [entry for entry in course.entries if entry.name in figures]
    pictured = [found for entry in known if (found := _gallery_figure(course, entry, figures, out))]
    pages = _Pages(course, out)
    groups = {
        "section": _groups(course.sections, pictured, lambda figure: figure.section),
        "concept": _groups(course.concepts, pictured, lambda figure: figure.concept),
    }
    for figures_of_concept in groups["concept"]:
        figures_of_concept.figures.sort(key=lambda figure: _ORDER.index(figure.perspective))
    pages.everywhere(sections=groups["section"], concepts=groups["concept"])
    pages.write("index.html", "index.html", count=len(pictured))
    for kind, members in groups.items():
        for before, group, after in zip(
            [None, *members], members, [*members[1:], None], strict=False
        ):
            pages.write(
                f"{kind}-{group.name}.html",
                "figures.html",
                kind=kind,
                group=group,
                before=before,
                after=after,
            )
    pages.write("gallery.css", "gallery.css")
    pages.write("gallery.js", "gallery.js")
    _delete_others(out, pages.written)
    return pages.written


@dataclass(frozen=True)
class _Group:
    """A section or a concept with the figures of its page."""

    name: str
    title: str
    figures: list[GalleryFigure]


def _groups(
    titles: Mapping[str, str],
    figures: Iterable[GalleryFigure],
    group_of: Callable[[GalleryFigure], str],
) -> list[_Group]:
    """The sections or the concepts that have figures, in the order of the course."""
    groups = {name: _Group(name, title, []) for name, title in titles.items()}
    for figure in figures:
        if group := groups.get(group_of(figure)):
            group.figures.append(figure)
    return [group for group in groups.values() if group.figures]


_ORDER = list(PERSPECTIVES.values())


def _delete_others(out: Path, written: Iterable[Path]) -> None:
    """Delete the pages that an earlier gallery wrote and this one did not."""
    for path in {*out.glob("section-*.html"), *out.glob("concept-*.html")} - {*written}:
        with naming_the_file(path):
            if MARK in path.read_text(encoding="utf-8", errors="replace"):
                path.unlink()


class _Pages:
    """The pages being written, and what all of them say."""

    def __init__(self, course: Course, out: Path) -> None:
        self.out = out
        self.written: list[Path] = []
        self._environment = environment("figgen.publish")
        self.everywhere(course=course, mark=Markup(MARK))  # noqa: S704 - ours

    def everywhere(self, **values: object) -> None:
        """Give values to all templates."""
        self._environment.globals |= values

    def write(self, name: str, template: str, **values: object) -> None:
        """Fill in a template."""
        text = self._environment.get_template(template).render(page=name, **values)
        write(self.out / name, text.encode())
        self.written.append(self.out / name)


def _gallery_figure(
    course: Course, entry: Entry, figures: Mapping[str, Mapping[str, Any]], out: Path
) -> GalleryFigure | None:
    """A figure as the manifest knows it, at its place in the course; None without its pictures."""
    record = figures[entry.name]
    files = _Files(record, out)
    steps = list(files.steps())
    if len(steps) < record["steps"]:
        return None
    width, height = SLOTS[record["slot"]]
    concept = entry.definition.concept
    return GalleryFigure(
        name=entry.name,
        title=record["title"],
        perspective=PERSPECTIVES[record["perspective"]],
        caption=record["caption"],
        alt=record["alt"],
        section=entry.section,
        concept=concept if concept in course.concepts else "",
        steps=steps,
        size=(round(width * PIXELS_PER_INCH), round(height * PIXELS_PER_INCH)),
        links=list(files.links()),
        mathml=_source(out, files.find("mathml")),
        code=_themed(_source(out, files.find("html"))),
        claims=len(record["claims"]),
    )


class _Files:
    """The files of a figure that are in its entry of the manifest, and in the folder.

    An entry may also hold files of an earlier definition, with other steps.
    """

    def __init__(self, record: Mapping[str, Any], out: Path) -> None:
        self.name: str = record["name"]
        self.count: int = record["steps"]
        self._words: dict[str, str] = {
            file["path"]: file["alt"]
            for file in record["files"]
            if (out / ASSETS / file["path"]).is_file()
        }

    def find(
        self, format_: Format, step: int | None = None, theme: str | None = None
    ) -> str | None:
        """A file, relative to the assets; None if there is none."""
        path = Asset(self.name, self.count, step, theme, format_).path.as_posix()
        return path if path in self._words else None

    def steps(self) -> Iterator[Step]:
        """Every step that has a picture in the light theme."""
        for number in range(1, self.count + 1):
            found = {theme: self.find("svg", number, theme) for theme in THEMES}
            pictures = {theme: f"{ASSETS}/{path}" for theme, path in found.items() if path}
            light = found[LIGHT.name]
            if light:
                yield Step(number, self._words[light], pictures)

    def links(self) -> Iterator[tuple[str, str]]:
        """The last step in the light theme, the PDF of all steps, and the sources."""
        for format_, title in DOWNLOADS.items():
            if format_ in SOURCES:
                path = self.find(format_)
            else:
                path = self.find(format_, None if format_ == "pdf" else self.count, LIGHT.name)
            if path:
                yield title, f"{ASSETS}/{path}"


def _source(out: Path, path: str | None) -> Markup | None:
    """A source of a figure, which figgen wrote and escaped itself."""
    if path is None:
        return None
    file = out / ASSETS / path
    try:
        return Markup(file.read_text(encoding="utf-8"))  # noqa: S704 - see above
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BuildError(f"{file}: cannot be read: {reason}; build the gallery again") from error


_STYLE = re.compile(r'(?<= style=")[^"]*(?=")')
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def _themed(code: Markup | None) -> Markup | None:
    """A listing in the colours of the reader's theme instead of those of the light one."""
    if code is None:
        return None
    roles = {colour.upper(): role for role, colour in LIGHT.colours.items()}

    def variables(style: re.Match[str]) -> str:
        return _COLOUR.sub(lambda colour: f"var(--{roles[colour[0].upper()]})", style[0])

    # Only in the attributes: a colour in the code itself is what the author wrote.
    return Markup(_STYLE.sub(variables, code))  # noqa: S704 - colours became names
