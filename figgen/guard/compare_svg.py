"""A vector file as structure and numbers, and what differs between two of them, in words.

The normal form of an SVG is an SVG without what says nothing about the picture: title, description,
metadata, fingerprint and the prefix of ids. It is what the baselines keep. Of two files the
structure must be the same exactly, the numbers within a tolerance.
"""

from __future__ import annotations

import difflib
import re
import xml.etree.ElementTree as ET  # only files that figgen itself wrote are read
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from xml.sax.saxutils import escape, quoteattr

from figgen.errors import BuildError

TOLERANCE = 1.5e-3
"""How far two places may be apart, in points: the writer writes three decimals, and the last may be
rounded the other way by another processor."""
_FINER = 1e-3
"""The share of `TOLERANCE` for what scales and turns, of which the writer writes six decimals."""

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_WORDS = "data-words"
_WORDLESS = {"title", "desc", "metadata"}
_UNUSED = {"role", "aria-labelledby", "data-fingerprint"}
_NUMBER = re.compile(r"#[0-9a-fA-F]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_MATRIX = re.compile(r"matrix\((\S+ \S+ \S+ \S+) (\S+ \S+)\)")

_SHORT = 30


class SvgError(BuildError):
    """A file that is not an SVG of figgen."""


# The normal form


def normal_svg(svg: str) -> str:
    """The normal form of an SVG: the same picture, an element a line.

    Args:
        svg: A file as the writer makes it, or a normal form.

    Raises:
        SvgError: If it is no SVG.
    """
    root = _parse(svg)
    labels = root.get("aria-labelledby", "").split() or [""]
    return "\n".join(_lines(root, labels[-1].removesuffix("desc"), 0)) + "\n"


def _parse(svg: str) -> ET.Element:
    try:
        root = ET.fromstring(svg)  # noqa: S314 - our own files
    except ET.ParseError as error:
        raise SvgError(f"not an SVG that can be read: {error}") from None
    if root.tag != f"{_SVG}svg":
        raise SvgError(f"not an SVG: its first element is {root.tag!r}")
    return root


def _lines(element: ET.Element, prefix: str, depth: int) -> Iterator[str]:
    indent = " " * depth
    tag = element.tag.removeprefix(_SVG)
    if tag in _WORDLESS:
        return
    attributes = "".join(
        f" {name}={quoteattr(value)}" for name, value in _attributes(element, prefix, depth)
    )
    text = (element.text or "").strip()
    children = [line for child in element for line in _lines(child, prefix, depth + 1)]
    if children:
        yield f"{indent}<{tag}{attributes}>"
        yield from children
        yield f"{indent}</{tag}>"
    elif text:
        yield f"{indent}<{tag}{attributes}>{escape(text)}</{tag}>"
    else:
        yield f"{indent}<{tag}{attributes}/>"


def _attributes(element: ET.Element, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth == 0:
        yield "xmlns", _SVG.strip("{}")
        yield "xmlns:xlink", _LINK[1:].partition("}")[0]
    for name, value in element.attrib.items():
        if name in _UNUSED:
            continue
        if name == "id":
            yield name, value.removeprefix(prefix)
        elif name == _LINK:
            yield "xlink:href", value.replace(f"#{prefix}", "#", 1)
        else:
            yield name, value.replace(f"url(#{prefix}", "url(#")


# Two of them


@dataclass
class _Part:
    """One element of an artist: its structure, with the numbers taken out."""

    tag: str
    structure: dict[str, str]
    numbers: dict[str, list[float]]


@dataclass
class _Artist:
    """One shape or line of words, with what limits it."""

    kind: str
    number: int = 0
    words: str = ""
    parts: list[_Part] = field(default_factory=list)

    @cached_property
    def structure(self) -> str:
        return repr([self.kind, *((part.tag, part.structure) for part in self.parts)])

    @cached_property
    def content(self) -> str:
        return self.structure + repr([part.numbers for part in self.parts])

    def __str__(self) -> str:
        return f"{self.kind} {self.words!r}" if self.words else f"{self.kind} {self.number}"


def svg_differences(before: str, after: str, tolerance: float = TOLERANCE) -> list[str]:
    """What differs between two SVG files, in words; nothing if they show the same.

    Args:
        before: A file of figgen, or its normal form.
        after: Likewise.
        tolerance: How far two places may be apart, in points.

    Returns:
        A sentence for each artist that differs, in the order of drawing.

    Raises:
        SvgError: If one is no SVG.
    """
    if before == after:
        return []
    old, new = _artists(normal_svg(before)), _artists(normal_svg(after))
    found: list[str] = []
    # First those that are the same in every number, so that one of nine ticks that vanished is told
    # as gone, and not as eight that moved.
    for same, some, others in _aligned(old, new, lambda artist: artist.content):
        if same:
            continue
        for alike, few, many in _aligned(some, others, lambda artist: artist.structure):
            if alike:
                moves = (_moved(a, b, tolerance) for a, b in zip(few, many, strict=True))
                found += [move for move in moves if move]
            else:
                found += _replaced(few, many)
    return found


def _aligned(
    before: Sequence[_Artist], after: Sequence[_Artist], key: Callable[[_Artist], str]
) -> Iterator[tuple[bool, Sequence[_Artist], Sequence[_Artist]]]:
    """Runs of both, in order: whether their keys are equal, and the artists."""
    matcher = difflib.SequenceMatcher(None, [*map(key, before)], [*map(key, after)], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        yield tag == "equal", before[i:j], after[k:m]


def _artists(svg: str) -> list[_Artist]:
    root = _parse(svg)
    named = {name: element for element in root.iter() if (name := element.get("id"))}
    counts: Counter[str] = Counter()
    canvas = _Artist("canvas", 1)
    artists = [canvas]

    def walk(element: ET.Element, depth: int) -> None:
        if element.tag == f"{_SVG}defs":
            # Said where it is used, so that it does not matter who uses it first.
            return
        # The file, and in it what turns all upside down.
        if depth < 2 and len(element):  # noqa: PLR2004
            canvas.parts.append(_part(element, named))
            for child in element:
                walk(child, depth + 1)
            return
        inner = element
        while inner.get("clip-path") and len(inner):
            inner = inner[0]
        drawn = "line" if inner.get("fill") == "none" else "area"
        kind = drawn if inner.tag == f"{_SVG}path" else "text"
        counts[kind] += 1
        parts = [_part(each, named) for each in element.iter()]
        artists.append(_Artist(kind, counts[kind], inner.get(_WORDS, ""), parts))

    walk(root, 0)
    return artists


def _part(element: ET.Element, named: dict[str, ET.Element]) -> _Part:
    """An element with all that it refers to."""
    part = _Part(element.tag.removeprefix(_SVG), {}, {})
    for name, value in element.attrib.items():
        if name in {"id", _WORDS}:
            continue
        if name == _LINK and value.startswith("#"):
            _refer(part, "glyph", value[1:], named)
        elif reference := _REFERENCE.fullmatch(value):
            _refer(part, name, reference[1], named)
        elif matrix := _MATRIX.fullmatch(value):
            _enter(part, "transform", matrix[1])
            _enter(part, "place", matrix[2])
        else:
            _enter(part, {"d": "path"}.get(name, name), value)
    return part


def _enter(part: _Part, name: str, value: str) -> None:
    numbers: list[float] = []

    def take(match: re.Match[str]) -> str:
        if match[0].startswith("#"):
            return match[0]
        numbers.append(float(match[0]))
        return "0"

    part.structure[name] = _NUMBER.sub(take, value)
    part.numbers[name] = numbers


def _refer(part: _Part, name: str, target: str, named: dict[str, ET.Element]) -> None:
    if target not in named:
        raise SvgError(f"not a whole SVG: it refers to {target!r}, which it does not have")
    for depth, element in enumerate(named[target].iter()):
        inner = _part(element, named)
        place = f"{name} {depth}" if depth else name
        part.structure[place] = inner.tag
        part.structure |= {f"{place}, {key}": text for key, text in inner.structure.items()}
        part.numbers |= {f"{place}, {key}": numbers for key, numbers in inner.numbers.items()}


def _moved(before: _Artist, after: _Artist, tolerance: float) -> str:
    """What the numbers of two artists of one structure say; empty if they agree."""
    values: dict[str, list[tuple[float, float]]] = {}
    for old, new in zip(before.parts, after.parts, strict=True):
        for name, numbers in old.numbers.items():
            values.setdefault(name, []).extend(zip(numbers, new.numbers[name], strict=True))
    said = []
    for name, pairs in values.items():
        most = tolerance * _FINER if name == "transform" else tolerance
        apart = [(a, b) for a, b in pairs if abs(a - b) > most]
        if len(apart) == 1:
            said.append("{}: {:.7g} became {:.7g}".format(name, *apart[0]))
        elif apart:
            furthest = max(abs(a - b) for a, b in apart)
            some = f"{len(apart)} of {len(pairs)} numbers"
            said.append(f"{name}: {some} changed, by up to {furthest:.3g}")
    return f"{after}: {'; '.join(said)}" if said else ""


def _replaced(before: Sequence[_Artist], after: Sequence[_Artist]) -> list[str]:
    """Artists in place of others: those of a kind are told in pairs, the rest as gone and new."""
    found = []
    kinds = dict.fromkeys(artist.kind for artist in (*before, *after))
    for kind in kinds:
        old = [artist for artist in before if artist.kind == kind]
        new = [artist for artist in after if artist.kind == kind]
        if len(old) == len(new):
            found += [_changed(a, b) for a, b in zip(old, new, strict=True)]
        else:
            found += [f"{artist} is gone" for artist in old]
            found += [f"{artist} is new" for artist in new]
    return found


def _changed(before: _Artist, after: _Artist) -> str:
    """Two artists of a kind and of another structure."""
    if before.words != after.words:
        return f"{before} became {after.words!r}"
    if len(before.parts) != len(after.parts):
        return f"{after}: {len(before.parts)} elements became {len(after.parts)}"
    said = {}
    for old, new in zip(before.parts, after.parts, strict=True):
        for name in dict.fromkeys([*old.structure, *new.structure]):
            a, b = (_value(part, name) for part in (old, new))
            if old.structure.get(name) != new.structure.get(name):
                said[name] = f"{name}: {a} became {b}"
    return f"{after}: {'; '.join(said.values())}"


def _value(part: _Part, name: str) -> str:
    """A value as a reader wants it: whole if it is short, a path by the number of its commands."""
    structure = part.structure.get(name)
    if structure is None:
        return "nothing"
    numbers = iter(part.numbers.get(name, ()))
    whole = re.sub("0", lambda _: f"{next(numbers, 0):g}", structure)
    if len(whole) <= _SHORT:
        return whole
    return f"{len(re.findall('[A-Za-z]+', structure))} commands"
