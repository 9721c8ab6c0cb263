"""The gallery: a static site of all figures, with their maths, code, words and files.

It is made from a build's manifest, needs no server and asks nothing of any network: every link is
relative, so it works from a disk. Without JavaScript it shows all steps below each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from figgen.build.course import Course
from figgen.build.errors import BuildError
from figgen.build.writer import write
from figgen.draw.canvas import SLOTS
from figgen.draw.theme import DARK, LIGHT, PRINT, Theme

ASSETS = "assets"
"""The folder of the pictures in that of the gallery; it holds a build like any other."""

PIXELS_PER_INCH = 96
"""Of a picture in a page, as CSS has it."""

PERSPECTIVES = {"math": "Math", "diagram": "Diagram", "plot": "Plot", "code": "Code"}
"""The perspectives in the order in which a concept shows them, as headings."""

DOWNLOADS = {
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
class Shown:
    """A figure as a page shows it.

    Attributes:
        name: Its name.
        title: Its title.
        perspective: Its perspective, as a heading.
        caption: Its caption.
        alt: The alt text of its last step.
        section: Its section.
        concept: Its concept; empty if it has none.
        steps: Its steps.
        size: Width and height in CSS pixels.
        links: What each file is called and where it is: in the light theme, and the sources.
        mathml: Its equations; None if it has none.
        code: Its listing; None if it has none.
        claims: How many of its numbers and equations were checked.
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
        """Where it is, relative to the pages."""
        return f"section-{self.section}.html#{self.name}"


def gallery(course: Course, figures: Mapping[str, Mapping[str, Any]], out: Path) -> list[Path]:
    """Write the pages.

    Args:
        course: The course.
        figures: The figures of a manifest by name; their files are in the folder `ASSETS`.
        out: The folder of the gallery.

    Returns:
        The pages that were written.

    Raises:
        BuildError: If a file cannot be read or written.
    """
    shown = [_shown(figures[name], out) for name in course.names if name in figures]
    sections = [(name, title, _in_section(shown, name)) for name, title in course.sections.items()]
    sections = [section for section in sections if section[2]]
    concepts = [(name, title, _of_concept(shown, name)) for name, title in course.concepts.items()]
    concepts = [concept for concept in concepts if concept[2]]
    names = {"sections": sections, "concepts": concepts}
    pages = _Pages(course, out, **{kind: [each[:2] for each in names[kind]] for kind in names})
    pages.write("index.html", "index.html", groups=sections)
    for kind, groups in (("section", sections), ("concept", concepts)):
        for place, (name, title, members) in enumerate(groups):
            before = groups[place - 1] if place else None
            after = groups[place + 1] if place + 1 < len(groups) else None
            pages.write(
                f"{kind}-{name}.html",
                "figures.html",
                kind=kind,
                title=title,
                figures=members,
                before=before,
                after=after,
            )
    pages.write("gallery.css", "gallery.css", themes={"light": LIGHT, "dark": DARK, "print": PRINT})
    pages.write("gallery.js", "gallery.js")
    return pages.written


class _Pages:
    """The pages being written, and what all of them say."""

    def __init__(self, course: Course, out: Path, **everywhere: object) -> None:
        self.out = out
        self.written: list[Path] = []
        self._environment = Environment(
            loader=PackageLoader("figgen.publish"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.globals |= {"course": course, "variables": variables, **everywhere}

    def write(self, name: str, template: str, **values: object) -> None:
        """Fill in a template."""
        text = self._environment.get_template(template).render(page=name, **values)
        write(self.out / name, text.encode())
        self.written.append(self.out / name)


def _in_section(shown: Iterable[Shown], section: str) -> list[Shown]:
    return [figure for figure in shown if figure.section == section]


def _of_concept(shown: Iterable[Shown], concept: str) -> list[Shown]:
    order = list(PERSPECTIVES.values())
    members = [figure for figure in shown if figure.concept == concept]
    return sorted(members, key=lambda figure: order.index(figure.perspective))


def _shown(record: Mapping[str, Any], out: Path) -> Shown:
    files = record["files"]
    width, height = SLOTS[record["slot"]]
    sources = {file["format"]: file["path"] for file in files if file["theme"] is None}
    return Shown(
        name=record["name"],
        title=record["title"],
        perspective=PERSPECTIVES[record["perspective"]],
        caption=record["caption"],
        alt=record["alt"],
        section=record["section"],
        concept=record["concept"] or "",
        steps=list(_steps(files)),
        size=(round(width * PIXELS_PER_INCH), round(height * PIXELS_PER_INCH)),
        links=list(_links(record)),
        mathml=_source(out, sources.get("mathml")),
        code=_themed(_source(out, sources.get("html"))),
        claims=len(record["claims"]),
    )


def _steps(files: Sequence[Mapping[str, Any]]) -> Iterable[Step]:
    pictures: dict[int, dict[str, str]] = {}
    words: dict[int, str] = {}
    for file in files:
        if file["format"] == "svg":
            pictures.setdefault(file["step"], {})[file["theme"]] = f"{ASSETS}/{file['path']}"
            words[file["step"]] = file["alt"]
    for number in sorted(pictures):
        yield Step(number, words[number], pictures[number])


def _links(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The files of the last step in the light theme, the PDF of all steps, and the sources."""
    last = record["steps"]
    for format_, title in DOWNLOADS.items():
        for file in record["files"]:
            whole = file["step"] is None or (file["step"] == last and format_ != "pdf")
            if (
                file["format"] == format_
                and file["theme"] in {None, "light"}
                and (whole or last == 1)
            ):
                yield title, f"{ASSETS}/{file['path']}"


def _source(out: Path, path: str | None) -> Markup | None:
    """A source of a figure, which figgen wrote and escaped itself."""
    if path is None:
        return None
    file = out / ASSETS / path
    try:
        return Markup(file.read_text(encoding="utf-8"))  # noqa: S704 - see above
    except OSError as error:
        reason = error.strerror or error
        raise BuildError(f"{file}: cannot be read: {reason}; build the gallery again") from error


_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def _themed(code: Markup | None) -> Markup | None:
    """A listing in the colours of the reader's theme instead of those of the light one."""
    if code is None:
        return None
    roles = {colour.upper(): role for role, colour in LIGHT.colours.items()}

    def variable(match: re.Match[str]) -> str:
        return f"var(--{roles[match[0].upper()]})"

    return Markup(_COLOUR.sub(variable, code))  # noqa: S704 - colours became names


def variables(theme: Theme) -> str:
    """The colours of a theme as variables of CSS."""
    return " ".join(f"--{role}: {colour};" for role, colour in theme.colours.items())
