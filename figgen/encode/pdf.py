"""PDF: the shapes and words of a canvas as pages, written once and painted for each theme.

Fonts are of type 3, outlines that every viewer draws alike, with the characters that they stand
for, so that words can be selected and searched.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontPath

from figgen.draw.canvas.theme import Theme
from figgen.encode.recorder import RGBA, hexadecimal, shown
from figgen.encode.svg import number
from figgen.encode.vector_shapes import Glyph, Page, Pen, Placed, Segment, Shape, Words, outline

COMPRESSION = 6
CODES = 256
"""How many glyphs a font of type 3 can have."""

Code: TypeAlias = tuple[int, int]
"""The number of a font in the PDF, and that of a glyph in it."""

CAPS = {"butt": 0, "round": 1, "projecting": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}


@dataclass(frozen=True)
class _Piece:
    """The operators of an item.

    Attributes:
        text: The operators, with ``@rrggbb`` for a colour.
        codes: The glyphs in it.
        alphas: The opacities in it, of lines and areas.
    """

    text: str
    codes: frozenset[Code]
    alphas: tuple[float, float]


class Drawn:
    """All PDFs of a canvas.

    Args:
        page: What it draws.
    """

    def __init__(self, page: Page) -> None:
        self._drawn = page
        self._glyphs: dict[FontPath, dict[Glyph, int]] = {}
        self._pieces = [(item.mark, self._piece(item)) for item in page.items]
        self._pages: dict[tuple[int, str], bytes] = {}

    def pdf(self, steps: Sequence[int], theme: Theme, words: Mapping[str, str]) -> bytes:
        """A PDF with a page a step.

        Args:
            steps: The steps to show.
            theme: The theme.
            words: Its information dictionary.
        """
        pieces = [piece for mark, piece in self._pieces if any(shown(mark, step) for step in steps)]
        file = _File()
        fonts = self._fonts(file, sorted({code for piece in pieces for code in piece.codes}))
        alphas = sorted({piece.alphas for piece in pieces} - {(1.0, 1.0)})
        states = "".join(
            f"/{_state(pair)} << /CA {number(pair[0])} /ca {number(pair[1])} >> " for pair in alphas
        )
        resources = file.add(f"<< /Font << {fonts}>> /ExtGState << {states}>> >>")
        tree = file.reserve()
        box = f"[ 0 0 {number(self._drawn.width)} {number(self._drawn.height)} ]"
        pages = []
        for step in steps:
            contents = file.add_packed(self._page(step, theme))
            pages.append(
                file.add(
                    f"<< /Type /Page /Parent {tree} 0 R /Resources {resources} 0 R"
                    f" /MediaBox {box} /Contents {contents} 0 R >>"
                )
            )
        kids = " ".join(f"{page} 0 R" for page in pages)
        file.set(tree, f"<< /Type /Pages /Kids [ {kids} ] /Count {len(pages)} >>")
        catalog = file.add(f"<< /Type /Catalog /Pages {tree} 0 R >>")
        return file.closed(catalog, words)

    def _page(self, step: int, theme: Theme) -> bytes:
        """The packed operators of a step: a page in the PDF of the step and in that of all."""
        page = self._pages.get((step, theme.name))
        if page is None:
            seen = {
                hexadecimal(role)[1:]: _components(colour)
                for role, colour in self._drawn.roles.seen_in(theme).items()
            }
            text = "\n".join(piece.text for mark, piece in self._pieces if shown(mark, step))
            painted = re.sub(
                "@(......)", lambda found: seen.get(found[1]) or _components(found[1]), text
            )
            page = self._pages[step, theme.name] = zlib.compress(painted.encode(), COMPRESSION)
        return page

    def _piece(self, item: Shape | Words) -> _Piece:
        codes: set[Code] = set()
        if isinstance(item, Words):
            text, alphas = self._words(item, codes), (item.colour[3], item.colour[3])
        else:
            text = _shape(item)
            alphas = item.pen.colour[3] if item.pen else 1.0, item.fill[3] if item.fill else 1.0
        clips = "".join(f"{_path(clip.segments)} W n " for clip in item.clips)
        state = "" if alphas == (1, 1) else f"/{_state(alphas)} gs "
        return _Piece(f"q {clips}{state}{text} Q", frozenset(codes), alphas)

    def _words(self, item: Words, codes: set[Code]) -> str:
        text = [f"@{hexadecimal(item.colour)[1:]} rg"]
        text.append(" ".join(number(each, 6) for each in item.matrix) + " cm")
        coded = [(self._code(placed.glyph), placed) for placed in item.glyphs]
        codes |= {code for code, _ in coded}
        if coded:
            text.append("BT")
            for (font, size, y), run in groupby(
                coded, lambda pair: (pair[0][0], pair[1].size, pair[1].y)
            ):
                line = [(code, placed) for (_, code), placed in run]
                text.append(
                    f"/F{font} {number(size)} Tf 1 0 0 1 {number(line[0][1].x)} {number(y)} Tm"
                )
                text.append(_shown_at(line))
            text.append("ET")
        text += [" ".join(map(number, bar)) + " re f" for bar in item.bars]
        return " ".join(text)

    def _code(self, glyph: Glyph) -> Code:
        known = self._glyphs.setdefault(glyph.font, {})
        place = known.setdefault(glyph, len(known))
        # A file of a font gives one font of type 3 for every 256 glyphs.
        return list(self._glyphs).index(glyph.font) + 1000 * (place // CODES), place % CODES

    def _fonts(self, file: _File, codes: Sequence[Code]) -> str:
        """Add the fonts, each with the glyphs that are there; their entries in the resources."""
        glyphs = {self._code(glyph): glyph for known in self._glyphs.values() for glyph in known}
        entries = ""
        for font, own in groupby(codes, lambda code: code[0]):
            number_ = file.add_font({code: glyphs[font, code] for _, code in own})
            entries += f"/F{font} {number_} 0 R "
        return entries


class _File:
    """A PDF that is being written: its objects, numbered from 1."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        """The number of an object that is set later."""
        self._objects.append(b"")
        return len(self._objects)

    def set(self, number_: int, data: str | bytes) -> None:
        """Say what a reserved object is."""
        self._objects[number_ - 1] = data if isinstance(data, bytes) else data.encode("ascii")

    def add(self, data: str | bytes) -> int:
        """Add an object; its number."""
        number_ = self.reserve()
        self.set(number_, data)
        return number_

    def add_packed(self, packed: bytes) -> int:
        """Add a stream that is compressed already; its number."""
        head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        return self.add(head + packed + b"\nendstream")

    def add_font(self, glyphs: Mapping[int, Glyph]) -> int:
        """Add a font of type 3.

        Args:
            glyphs: At their codes.

        Returns:
            Its number.
        """
        outlines = {code: outline(glyph) for code, glyph in glyphs.items()}
        procedures = {code: self.add_packed(_procedure(glyph)) for code, glyph in glyphs.items()}
        some = next(iter(outlines.values()))
        first, last = min(glyphs), max(glyphs)
        widths = [
            outlines[code].advance if code in glyphs else 0 for code in range(first, last + 1)
        ]
        boxes = list(zip(*(each.box for each in outlines.values()), strict=True))
        box = [min(boxes[0]), min(boxes[1]), max(boxes[2]), max(boxes[3])]
        says = {code: each.character for code, each in outlines.items() if each.character}
        unicode = self.add_packed(zlib.compress(_characters(says), COMPRESSION))
        scale = f"{1 / some.em:.10f}"
        return self.add(
            f"<< /Type /Font /Subtype /Type3 /Name /{re.sub('[^A-Za-z0-9-]', '', some.name)}"
            f" /FontBBox [ {' '.join(map(str, box))} ]"
            f" /FontMatrix [ {scale} 0 0 {scale} 0 0 ] /FirstChar {first} /LastChar {last}"
            f" /Widths [ {' '.join(map(str, widths))} ] /Resources << >>"
            f" /CharProcs << {' '.join(f'/g{c} {n} 0 R' for c, n in procedures.items())} >>"
            " /Encoding << /Type /Encoding"
            f" /Differences [ {' '.join(f'{code} /g{code}' for code in glyphs)} ] >>"
            f" /ToUnicode {unicode} 0 R >>"
        )

    def closed(self, catalog: int, words: Mapping[str, str]) -> bytes:
        """The whole file."""
        entries = b" ".join(
            b"/%s %s" % (key.encode(), _string(text)) for key, text in words.items()
        )
        info = self.add(b"<< " + entries + b" >>")
        # Four bytes over 127 in the second line tell that it is no text.
        data = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number_, each in enumerate(self._objects, start=1):
            places.append(len(data))
            data += b"%d 0 obj\n%s\nendobj\n" % (number_, each)
        table = "".join(f"{place:010d} 00000 n \n" for place in places)
        size = len(self._objects) + 1
        end = (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {size} /Root {catalog} 0 R /Info {info} 0 R >>\n"
            f"startxref\n{len(data)}\n%%EOF\n"
        )
        return bytes(data) + end.encode()


def _state(alphas: tuple[float, float]) -> str:
    """The name of a graphics state with the opacities of lines and of areas.

    >>> _state((1.0, 0.25))
    'A1-0_25'
    """
    return "A" + "-".join(number(alpha).replace(".", "_") for alpha in alphas)


def _components(colour: str | RGBA) -> str:
    """The operands of a colour.

    >>> _components("ff8000"), _components((1.0, 0.5, 0.0, 0.25))
    ('1 0.502 0', '1 0.5 0')
    """
    rgb = to_rgb(f"#{colour}") if isinstance(colour, str) else colour[:3]
    return " ".join(number(each, 4) for each in rgb)


def _shape(item: Shape) -> str:
    fill = f"@{hexadecimal(item.fill)[1:]} rg " if item.fill else ""
    pen = f"{_pen(item.pen)} " if item.pen else ""
    paint = {(True, True): "B", (True, False): "f", (False, True): "S"}
    return f"{fill}{pen}{_path(item.segments)} {paint[bool(fill), bool(pen)]}"


def _pen(pen: Pen) -> str:
    """The operators that set a line's colour, width, join, cap and dashes.

    >>> _pen(Pen((0.0, 0.0, 0.0, 1.0), 2.0, (1.0, (4.0, 3.0)), "round", "bevel"))
    '@000000 RG 2 w 2 j 1 J [4 3] 1 d'
    """
    text = f"@{hexadecimal(pen.colour)[1:]} RG {number(pen.width)} w {JOINS[pen.join]} j"
    if pen.cap != "butt":
        text += f" {CAPS[pen.cap]} J"
    if pen.dashes:
        offset, lengths = pen.dashes
        text += f" [{' '.join(map(number, lengths))}] {number(offset)} d"
    return text


_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def _path(segments: Iterable[Segment]) -> str:
    """The operators of an outline.

    >>> _path([("M", (0.0, 0.0)), ("L", (3.0, 1.5)), ("Z", ())])
    '0 0 m 3 1.5 l h'
    >>> _path([("M", (0.0, 0.0)), ("Q", (3.0, 3.0, 6.0, 0.0))])
    '0 0 m 2 2 4 2 6 0 c'
    """
    text = []
    here: tuple[float, ...] = (0.0, 0.0)
    for letter, places in segments:
        cubic = letter, places
        if letter == "Q":
            # PDF knows no quadratic curves; each is a cubic one.
            middle, end = places[:2], places[2:]
            near = [
                tuple(
                    point + 2 / 3 * (bend - point) for point, bend in zip(at, middle, strict=True)
                )
                for at in (here, end)
            ]
            cubic = "C", tuple(round(each, 3) for each in (*near[0], *near[1], *end))
        text.append(" ".join([*(f"{each:.10g}" for each in cubic[1]), _OPERATORS[cubic[0]]]))
        here = places[-2:] or here
    return " ".join(text)


def _shown_at(line: Sequence[tuple[int, Placed]]) -> str:
    """Show glyphs of one font and size at their places on a line, kerned where they need it."""
    parts = ["[<"]
    pen = line[0][1].x
    for code, placed in line:
        # Kerning is in thousandths of the size, to the left.
        back = round((pen - placed.x) / placed.size * 1000, 1)
        if back:
            parts.append(f">{back:.10g}<")
            pen -= back * placed.size / 1000
        parts.append(f"{code:02x}")
        found = outline(placed.glyph)
        pen += found.advance / found.em * placed.size
    return "".join(parts) + ">] TJ"


@lru_cache(maxsize=4096)
def _procedure(glyph: Glyph) -> bytes:
    """The packed operators that draw a glyph."""
    found = outline(glyph)
    text = f"{found.advance} 0 {' '.join(map(str, found.box))} d1"
    if found.segments:
        text += f" {_path(found.segments)} f"
    return zlib.compress(text.encode(), COMPRESSION)


def _characters(says: Mapping[int, str]) -> bytes:
    """The CMap that tells what each code stands for."""
    pairs = [f"<{code:02x}> <{text.encode('utf-16-be').hex()}>" for code, text in says.items()]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<00> <ff>\nendcodespacerange\n"
        f"{body}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode()


_ESCAPED = {b: f"\\{chr(b)}".encode() for b in b"\\()"} | {10: b"\\n", 13: b"\\r"}


def _string(text: str) -> bytes:
    r"""A string of a PDF: ASCII where that is enough, else UTF-16 behind its mark.

    >>> _string("f(x) \\ g")
    b'(f\\(x\\) \\\\ g)'
    >>> _string("σ")
    b'(\xfe\xff\x03\xc3)'
    """
    try:
        raw = text.encode("ascii")
    except UnicodeEncodeError:
        raw = b"\xfe\xff" + text.encode("utf-16-be")
    return b"(" + b"".join(_ESCAPED.get(byte, bytes([byte])) for byte in raw) + b")"
