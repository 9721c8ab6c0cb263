"""What an SVG and a PDF of figgen draw, each read back by itself, in points of the page.

Shares no code with the encoders: what one writes wrongly is not read wrongly too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TypeAlias
from xml.etree import ElementTree as ET

import numpy as np

Matrix: TypeAlias = tuple[float, float, float, float, float, float]
Outline: TypeAlias = tuple[tuple[str, tuple[float, ...]], ...]
"""Letters (M, L, C or Z) with coordinates."""
Rgba: TypeAlias = tuple[float, float, float, float]

UNIT: Matrix = (1, 0, 0, 1, 0, 0)
PLACE = 0.005
"""How far two places may be apart, in points: kerning is written in thousandths of the size."""
COLOUR = 1e-4
"""How far two colour channels may be apart: PDF writes four digits, SVG 255 steps."""


@dataclass(frozen=True)
class Ink:
    """An area, a line, or a glyph.

    Attributes:
        outline: Where it is.
        fill: The colour of its area; None if it is not filled.
        stroke: The colour of its line; None if it has none.
        line: Width, offset of the dashes, dashes, cap and join; none without a line.
    """

    outline: Outline
    fill: Rgba | None
    stroke: Rgba | None = None
    line: tuple[object, ...] = ()


@dataclass(frozen=True)
class Item:
    """What belongs together: a shape, or a line of words.

    Attributes:
        inks: What is painted, the lowest first.
        clips: What limits it.
        words: What it says; empty for a shape.
    """

    inks: tuple[Ink, ...]
    clips: tuple[Outline, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page.

    Attributes:
        size: Width and height in points.
        items: What it draws, the lowest first.
    """

    size: tuple[float, float]
    items: tuple[Item, ...]


def joined(inner: Matrix, outer: Matrix) -> Matrix:
    """First ``inner``, then ``outer``."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k,
        e * h + f * j + m,
    )  # fmt: skip


def moved(outline: Outline, matrix: Matrix) -> Outline:
    """An outline elsewhere."""
    if matrix == UNIT:
        return outline
    a, b, c, d, e, f = matrix
    return tuple(
        (
            letter,
            tuple(
                each
                for x, y in zip(at[::2], at[1::2], strict=True)
                for each in (a * x + c * y + e, b * x + d * y + f)
            ),
        )
        for letter, at in outline
    )


def box(left: float, bottom: float, width: float, height: float) -> Outline:
    """A rectangle."""
    right, top = left + width, bottom + height
    corners = ("L", (right, bottom)), ("L", (right, top)), ("L", (left, top))
    return (("M", (left, bottom)), *corners, ("Z", ()))


# SVG

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def read_svg(data: bytes) -> Sheet:
    """The picture of an SVG."""
    root = ET.fromstring(data)  # noqa: S314 - our own file
    size = tuple(float(root.attrib[key].removesuffix("pt")) for key in ("width", "height"))
    assert root.attrib["viewBox"] == f"0 0 {size[0]:g} {size[1]:.10g}"
    named = {each.attrib["id"]: each for each in root.iter() if "id" in each.attrib}
    (body,) = root.findall(f"{SVG}g")
    assert _matrix(body.attrib["transform"]) == (1, 0, 0, -1, 0, size[1])
    join = body.attrib["stroke-linejoin"]
    items = [_svg_item(each, named, join) for each in body if each.tag != f"{SVG}defs"]
    return Sheet((size[0], size[1]), tuple(items))


def _matrix(text: str) -> Matrix:
    found = re.fullmatch(r"matrix\((.*)\)", text)
    assert found, text
    a, b, c, d, e, f = map(float, found[1].split())
    return a, b, c, d, e, f


def _svg_item(each: ET.Element, named: dict[str, ET.Element], join: str) -> Item:
    clips: list[Outline] = []
    while "clip-path" in each.attrib:
        found = re.fullmatch(r"url\(#(.*)\)", each.attrib["clip-path"])
        assert found
        clips.append(_svg_outline(named[found[1]][0].attrib["d"]))
        (each,) = each
    if each.tag == f"{SVG}path":
        return Item((_svg_shape(each, join),), tuple(clips))
    matrix, fill = _matrix(each.attrib["transform"]), _svg_colour(each, "fill")
    inks = []
    for part in each:
        if part.tag == f"{SVG}use":
            glyph = _svg_outline(named[part.attrib[HREF].removeprefix("#")].attrib["d"])
            placed = moved(glyph, joined(_matrix(part.attrib["transform"]), matrix))
        else:
            keys = ("x", "y", "width", "height")
            placed = moved(box(*(float(part.attrib[key]) for key in keys)), matrix)
        inks.append(Ink(placed, fill))
    return Item(tuple(inks), tuple(clips), each.attrib["data-words"])


def _svg_shape(each: ET.Element, join: str) -> Ink:
    said, stroke = each.attrib, _svg_colour(each, "stroke")
    line: tuple[object, ...] = ()
    if stroke:
        dashes = tuple(map(float, filter(None, said.get("stroke-dasharray", "").split(","))))
        line = (
            float(said["stroke-width"]),
            float(said.get("stroke-dashoffset", 0)),
            dashes,
            said.get("stroke-linecap", "butt"),
            said.get("stroke-linejoin", join),
        )
    return Ink(_svg_outline(said["d"]), _svg_colour(each, "fill"), stroke, line)


def _svg_colour(each: ET.Element, what: str) -> Rgba | None:
    text = each.attrib.get(what, "none")
    if text == "none":
        return None
    red, green, blue = (int(text[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue, float(each.attrib.get(f"{what}-opacity", 1))


def _svg_outline(text: str) -> Outline:
    outline: list[tuple[str, tuple[float, ...]]] = []
    here: tuple[float, ...] = ()
    for letter, rest in re.findall(r"([MLQCZ])([^MLQCZ]*)", text):
        at = tuple(map(float, rest.split()))
        if letter == "Q":
            x, y = at[:2]
            near = [each + 2 * (bend - each) / 3 for each, bend in zip(here, (x, y), strict=True)]
            far = [each + 2 * (bend - each) / 3 for each, bend in zip(at[2:], (x, y), strict=True)]
            outline.append(("C", (*near, *far, *at[2:])))
        else:
            outline.append((letter, at))
        here = at[-2:] or here
    return tuple(outline)


# Comparing


def differences(one: Sheet, other: Sheet) -> list[str]:
    """What differs between two pages, in words; nothing if they draw the same."""
    said = [] if np.allclose(one.size, other.size, atol=PLACE) else ["the sizes of the page"]
    if len(one.items) != len(other.items):
        return [*said, f"{len(one.items)} and {len(other.items)} items"]
    for number, (a, b) in enumerate(zip(one.items, other.items, strict=True)):
        what = f"item {number} ({a.words or 'a shape'})"
        said += [f"{what}: {each}" for each in _item_differences(a, b)]
    return said


def _item_differences(a: Item, b: Item) -> Iterator[str]:
    if a.words != b.words:
        yield f"words {a.words!r} and {b.words!r}"
    if not _same_outlines(a.clips, b.clips):
        yield "clips"
    if len(a.inks) != len(b.inks):
        yield f"{len(a.inks)} and {len(b.inks)} parts"
        return
    if not _same_outlines([each.outline for each in a.inks], [each.outline for each in b.inks]):
        yield "outlines"
    for one, other in zip(a.inks, b.inks, strict=True):
        for what, left, right in (
            ("fill", one.fill, other.fill),
            ("stroke", one.stroke, other.stroke),
        ):
            if (left is None) != (right is None) or not np.allclose(
                left or (), right or (), rtol=0, atol=COLOUR
            ):
                yield f"{what} {left} and {right}"
        if one.line != other.line:
            yield f"line {one.line} and {other.line}"


def _same_outlines(some: Sequence[Outline], others: Sequence[Outline]) -> bool:
    for a, b in zip_longest(some, others, fillvalue=()):
        if [letter for letter, _ in a] != [letter for letter, _ in b]:
            return False
        if not np.allclose(_places(a), _places(b), rtol=0, atol=PLACE):
            return False
    return True


def _places(outline: Outline) -> list[float]:
    return [each for _, at in outline for each in at]


def colours(sheet: Sheet) -> Iterable[Rgba | None]:
    """The colours of a page, in the order of drawing."""
    return [each for item in sheet.items for ink in item.inks for each in (ink.fill, ink.stroke)]


def uncoloured(sheet: Sheet) -> Sheet:
    """A page without its colours, but with what is filled and what has a line."""

    def plain(colour: Rgba | None) -> Rgba | None:
        return colour and (0, 0, 0, colour[3])

    return replace(
        sheet,
        items=tuple(
            replace(
                item,
                inks=tuple(
                    replace(ink, fill=plain(ink.fill), stroke=plain(ink.stroke))
                    for ink in item.inks
                ),
            )
            for item in sheet.items
        ),
    )
