"""What an SVG and a PDF of figgen draw, each read back by itself, in points of the page.

Shares no code with the encoders: what one writes wrongly is not read wrongly too.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
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


# PDF


@dataclass
class _State:
    matrix: Matrix = UNIT
    fill: tuple[float, ...] = (0, 0, 0)
    stroke: tuple[float, ...] = (0, 0, 0)
    alphas: tuple[float, float] = (1, 1)
    width: float = 1
    offset: float = 0
    dashes: tuple[float, ...] = ()
    cap: str = "butt"
    join: str = "miter"
    clips: tuple[Outline, ...] = ()


CAPS = ("butt", "round", "square")
JOINS = ("miter", "round", "bevel")


@dataclass(frozen=True)
class _Font:
    """A font of type 3: its matrix; the advance, the outline and the words of each code."""

    matrix: Matrix
    advances: dict[int, float]
    outlines: dict[int, Outline]
    says: dict[int, str]


class _Objects:
    """The objects of a PDF, by the table of their places."""

    def __init__(self, data: bytes) -> None:
        start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", data)[0])
        places = [int(each) for each in re.findall(rb"(\d{10}) 00000 n ", data[start:])]
        ends = sorted([*places, start])
        self.objects = {
            number: data[place : ends[ends.index(place) + 1]]
            for number, place in enumerate(places, start=1)
        }
        assert all(each.startswith(b"%d 0 obj\n" % n) for n, each in self.objects.items())
        self.root = self.number(data[start:].decode("latin-1"), "Root")

    def text(self, number: int) -> str:
        """An object that is no stream."""
        return self.objects[number].decode("latin-1")

    def stream(self, number: int) -> str:
        """What a stream says."""
        head, packed = self.objects[number].split(b"stream\n", 1)
        length = re.search(rb"/Length (\d+)", head)
        assert length
        return zlib.decompress(packed[: int(length[1])]).decode("latin-1")

    @staticmethod
    def number(text: str, key: str) -> int:
        """The object that an entry refers to."""
        found = re.search(rf"/{key} (\d+) 0 R", text)
        assert found, key
        return int(found[1])


def read_pdf(data: bytes) -> list[Sheet]:
    """The pages of a PDF."""
    objects = _Objects(data)
    tree = objects.text(objects.number(objects.text(objects.root), "Pages"))
    kids = re.search(r"/Kids \[(.*?)\]", tree)
    assert kids
    return [_pdf_page(objects, int(n)) for n in re.findall(r"(\d+) 0 R", kids[1])]


def _pdf_page(objects: _Objects, number: int) -> Sheet:
    page = objects.text(number)
    size = re.search(r"/MediaBox \[ 0 0 (\S+) (\S+) \]", page)
    assert size
    resources = objects.text(objects.number(page, "Resources"))
    fonts = {
        name: _font(objects, int(n)) for name, n in re.findall(r"/(F\d+) (\d+) 0 R", resources)
    }
    states = {
        name: (float(line), float(area))
        for name, line, area in re.findall(r"/(A\S+) << /CA (\S+) /ca (\S+) >>", resources)
    }
    reader = _Reader(fonts, states)
    reader.read(objects.stream(objects.number(page, "Contents")))
    return Sheet((float(size[1]), float(size[2])), tuple(reader.items))


def _font(objects: _Objects, number: int) -> _Font:
    text = objects.text(number)

    def numbers(key: str) -> list[float]:
        found = re.search(rf"/{key} \[ ([^\]]*) \]", text)
        assert found, key
        return [float(each) for each in found[1].split()]

    first = re.search(r"/FirstChar (\d+)", text)
    differences = re.search(r"/Differences \[ ([^\]]*) \]", text)
    assert first
    assert differences
    names = dict(re.findall(r"(\d+) /(\S+)", differences[1]))
    procedures = dict(re.findall(r"/(g\d+) (\d+) 0 R", text))
    advances = dict(enumerate(numbers("Widths"), start=int(first[1])))
    outlines = {}
    for code, name in names.items():
        glyph = objects.stream(int(procedures[name]))
        head, _, rest = glyph.partition(" d1")
        assert float(head.split()[0]) == advances[int(code)], "two widths of a glyph"
        reader = _Reader({}, {})
        reader.read(rest)
        outlines[int(code)] = reader.loose[0].outline if reader.loose else ()
    cmap = objects.stream(objects.number(text, "ToUnicode"))
    says = {
        int(code, 16): bytes.fromhex(said).decode("utf-16-be")
        for code, said in re.findall("<(..)> <(....+)>", cmap)
    }
    a, b, c, d, e, f = numbers("FontMatrix")
    return _Font((a, b, c, d, e, f), advances, outlines, says)


TOKEN = re.compile(r"\[.*?\]|/\S+|[^\s\[\]]+")


@dataclass
class _Reader:
    """Runs the operators of a page."""

    fonts: dict[str, _Font]
    states: dict[str, tuple[float, float]]
    items: list[Item] = field(default_factory=list)
    loose: list[Ink] = field(default_factory=list)
    words: str = ""
    said: bool = False

    def read(self, text: str) -> None:  # noqa: C901, PLR0912, PLR0915 - a table of operators
        """Run them."""
        state, stack, operands = _State(), [], []
        path: list[tuple[str, tuple[float, ...]]] = []
        font, size, line = "", 0.0, UNIT
        for token in TOKEN.findall(text):
            if token[0] in "[/" or re.fullmatch(r"[-+.\d]+", token):
                operands.append(token)
                continue
            at = tuple(float(each) for each in operands if each[0] not in "[/")
            match token:
                case "q":
                    stack.append(replace(state))
                case "Q":
                    inks, words = tuple(self.loose), self.words
                    assert len(stack) == 1, "an item in an item"
                    # Neither letters that are blank nor areas without a place are seen.
                    self.items.append(Item(inks, state.clips, words))
                    self.loose, self.words = [], ""
                    state = stack.pop()
                case "cm":
                    state.matrix = joined((at[0], at[1], at[2], at[3], at[4], at[5]), state.matrix)
                case "gs":
                    state.alphas = self.states[operands[0][1:]]
                case "rg":
                    state.fill = at
                case "RG":
                    state.stroke = at
                case "w":
                    state.width = at[0]
                case "j":
                    state.join = JOINS[int(at[0])]
                case "J":
                    state.cap = CAPS[int(at[0])]
                case "d":
                    state.offset = at[0]
                    state.dashes = tuple(map(float, operands[0].strip("[]").split()))
                case "m" | "l" | "c":
                    path.append((token.upper(), at))
                case "h":
                    path.append(("Z", ()))
                case "re":
                    path += box(*at)
                case "W":
                    state.clips = (*state.clips, moved(tuple(path), state.matrix))
                case "n":
                    path = []
                case "f" | "S" | "B":
                    self.loose.append(_painted(token, moved(tuple(path), state.matrix), state))
                    path = []
                case "BT" | "ET":
                    pass
                case "Tf":
                    font, size = operands[0][1:], at[0]
                case "Tm":
                    line = (at[0], at[1], at[2], at[3], at[4], at[5])
                case "TJ":
                    self._show(self.fonts[font], size, line, operands[0], state)
                case _:
                    raise AssertionError(f"an operator that no page of figgen has: {token}")
            operands = []
        assert not stack
        assert not path

    def _show(self, font: _Font, size: float, line: Matrix, shown: str, state: _State) -> None:
        along = 0.0
        for codes, back in re.findall(r"<([^>]*)>|([-.\d]+)", shown):
            if back:
                along -= float(back) / 1000 * size
            for code in bytes.fromhex(codes):
                here = joined((size, 0, 0, size, along, 0), joined(line, state.matrix))
                outline = moved(font.outlines[code], joined(font.matrix, here))
                if outline:
                    self.loose.append(_painted("f", outline, state))
                said = font.says.get(code, "")
                self.words += said if said.isprintable() else " "
                along += font.advances[code] * font.matrix[0] * size


def _painted(operator: str, outline: Outline, state: _State) -> Ink:
    fill, stroke, line = None, None, ()
    if operator in "fB":
        fill = (*state.fill, state.alphas[1])
    if operator in "SB":
        stroke = (*state.stroke, state.alphas[0])
        line = (state.width, state.offset, state.dashes, state.cap, state.join)
    return Ink(outline, fill, stroke, line)


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
