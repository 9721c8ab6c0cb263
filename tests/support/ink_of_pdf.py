"""What a PDF of figgen draws, read back from its operators."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field, replace

from ink import UNIT, Ink, Item, Matrix, Outline, Sheet, box, joined, moved


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
