"""SVG: the shapes and words of a canvas as XML, written once and painted for each theme."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from figgen.draw.canvas.theme import Theme
from figgen.encode.recorder import RGBA, hexadecimal, shown
from figgen.encode.vector_shapes import (
    Clip,
    Glyph,
    Page,
    Pen,
    Segment,
    Shape,
    Words,
    outline,
)

PREFIX = "\N{SYMBOL FOR START OF HEADING}"
"""Stands for what makes the ids of a file its own."""

ID_DIGITS = 16
"""How many hexadecimal digits tell two pictures apart: 64 bits."""


@dataclass(frozen=True)
class About:
    """What an SVG says of itself.

    Attributes:
        name: Of the file, without folder and extension.
        title: A short title.
        description: The alt text.
        source: The function that draws it.
        fingerprint: Of all that it was made from; empty if that is unknown.
    """

    name: str
    title: str
    description: str
    source: str
    fingerprint: str = ""


class Drawn:
    """All SVGs of a canvas.

    Args:
        page: What it draws.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._glyphs: dict[Glyph, str] = {}
        self._clips: dict[Clip, str] = {}
        self._pieces = [(item.mark, *self._piece(item)) for item in page.items]

    def svg(self, step: int, theme: Theme, prefix: str, about: About) -> str:
        """One picture.

        Args:
            step: The step to show.
            theme: The theme.
            prefix: What every id begins with; a digest of the picture and its words follows, so
                that any different SVGs can stand in one page.
            about: What it says of itself.
        """
        pieces = [(text, needs) for mark, text, needs in self._pieces if shown(mark, step)]
        needed = dict.fromkeys(each for _, needs in pieces for each in needs)
        body = "\n".join(["<defs>", *needed, "</defs>", *(text for text, _ in pieces)])
        for colour, painted in self._page.roles.seen_in(theme).items():
            body = body.replace(hexadecimal(colour), hexadecimal(painted))
        height = number(self._page.height)
        seen = "\0".join((about.title, about.description, body))
        prefix += f"{hashlib.sha256(seen.encode()).hexdigest()[:ID_DIGITS]}-"
        head = _head(number(self._page.width), height, prefix, about)
        # From here on y runs upwards, as in PDF and in fonts.
        flipped = f'<g transform="matrix(1 0 0 -1 0 {height})" stroke-linejoin="round">'
        return f"{head}{flipped}\n{body.replace(PREFIX, prefix)}\n</g>\n</svg>\n"

    def _piece(self, item: Shape | Words) -> tuple[str, list[str]]:
        """The XML of an item, and the definitions that it needs."""
        needs: list[str] = []
        text = self._shape(item) if isinstance(item, Shape) else self._words(item, needs)
        for clip in item.clips:
            name = self._clips.setdefault(clip, f"clip-{len(self._clips) + 1}")
            needs.append(
                f'<clipPath id="{PREFIX}{name}"><path d="{data(clip.segments)}"/></clipPath>'
            )
            text = f'<g clip-path="url(#{PREFIX}{name})">{text}</g>'
        return text, needs

    def _shape(self, item: Shape) -> str:
        fill = _painted("fill", item.fill) if item.fill else ' fill="none"'
        return f'<path d="{data(item.segments)}"{fill}{_stroked(item.pen) if item.pen else ""}/>'

    def _words(self, item: Words, needs: list[str]) -> str:
        uses, words = [], ""
        for glyph, size, x, y in item.glyphs:
            found = outline(glyph)
            words += found.character if found.character.isprintable() else " "
            if not found.segments:
                continue
            name = self._glyphs.setdefault(glyph, f"glyph-{len(self._glyphs) + 1}")
            needs.append(f'<path id="{PREFIX}{name}" d="{data(found.segments)}"/>')
            scale = number(size / found.em, 6)
            place = f"matrix({scale} 0 0 {scale} {number(x)} {number(y)})"
            uses.append(f'<use xlink:href="#{PREFIX}{name}" transform="{place}"/>')
        for left, bottom, width, height in item.bars:
            corner = f'x="{number(left)}" y="{number(bottom)}"'
            uses.append(f'<rect {corner} width="{number(width)}" height="{number(height)}"/>')
        matrix = " ".join(number(each, 6) for each in item.matrix)
        # Glyphs are paths; this is how a comparison of two files names them.
        head = f'<g data-words="{escape(words)}" transform="matrix({matrix})"'
        return f"{head}{_painted('fill', item.colour)}>{''.join(uses)}</g>"


def _head(width: str, height: str, prefix: str, about: About) -> str:
    title, description = f"{prefix}title", f"{prefix}desc"
    fingerprint = f' data-fingerprint="{about.fingerprint}"' if about.fingerprint else ""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1"\
 width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}"\
 role="img" aria-labelledby="{title} {description}"{fingerprint}>
<title id="{title}">{escape(about.title, quote=False)}</title>
<desc id="{description}">{escape(about.description, quote=False)}</desc>
<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\
 xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"><cc:Work>
<dc:identifier>{escape(about.name, quote=False)}</dc:identifier>
<dc:source>{escape(about.source, quote=False)}</dc:source>
<dc:creator><cc:Agent><dc:title>figgen</dc:title></cc:Agent></dc:creator>
</cc:Work></rdf:RDF></metadata>
"""


def number(value: float, digits: int = 3) -> str:
    """A number as short as it can be.

    >>> [number(each) for each in (2.0, 1 / 3, -0.0001, 1200000.0)]
    ['2', '0.333', '0', '1200000']
    >>> number(1 / 3, 6)
    '0.333333'
    """
    return f"{round(value, digits) + 0.0:.10g}"


def data(segments: Iterable[Segment]) -> str:
    """The ``d`` of a path.

    >>> data([("M", (0.0, 1.5)), ("Q", (1.0, 2.0, 3.0, 4.0)), ("Z", ())])
    'M0 1.5Q1 2 3 4Z'
    """
    return "".join(
        letter + " ".join([f"{each:.10g}" for each in places]) for letter, places in segments
    )


def _painted(what: str, colour: RGBA) -> str:
    """The attributes of a colour.

    >>> _painted("fill", (1.0, 0.0, 0.0, 0.5))
    ' fill="#ff0000" fill-opacity="0.5"'
    """
    text = f' {what}="{hexadecimal(colour)}"'
    return text if colour[3] == 1 else f'{text} {what}-opacity="{number(colour[3])}"'


def _stroked(pen: Pen) -> str:
    """The attributes of a line; round joins are those of the whole file.

    >>> _stroked(Pen((0.0, 0.0, 0.0, 1.0), 2.0, (1.0, (4.0, 3.0)), "projecting", "miter"))
    ' stroke="#000000" stroke-width="2" stroke-dasharray="4,3" stroke-dashoffset="1"\
 stroke-linecap="square" stroke-linejoin="miter"'
    """
    text = f'{_painted("stroke", pen.colour)} stroke-width="{number(pen.width)}"'
    if pen.dashes:
        offset, lengths = pen.dashes
        text += f' stroke-dasharray="{",".join(map(number, lengths))}"'
        text += f' stroke-dashoffset="{number(offset)}"' * bool(offset)
    if pen.cap != "butt":
        text += f' stroke-linecap="{"square" if pen.cap == "projecting" else pen.cap}"'
    if pen.join != "round":
        text += f' stroke-linejoin="{pen.join}"'
    return text
