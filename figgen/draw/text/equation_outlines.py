"""The answer of the equation engine, an SVG, as outlines that matplotlib draws."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from figgen.core import InputError

EM = 1000.0
"""Units of the engine in the size of the font."""

_SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Shape:
    """One glyph or rule: what it is, its outline in ems, its size in ems and its colour."""

    glyph: str
    path: Path
    scale: float
    fill: str | None

    def same(self, other: Shape) -> bool:
        """Whether the other one is the same letter in the same size, wherever it is."""
        return (self.glyph, self.scale) == (other.glyph, other.scale)


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - written a moment ago, by the engine in this process


def view_box(svg: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of the drawing in ems; the baseline is at 0, and up is minus."""
    left, top, width, height = map(float, _parsed(svg).attrib["viewBox"].split())
    return left / EM, top / EM, width / EM, height / EM


def shapes(svg: str) -> Iterator[Shape]:
    """Every glyph and rule of the drawing, in its order; up is plus.

    Raises:
        InputError: If there is anything else in it.
    """
    root = _parsed(svg)
    glyphs = {path.attrib["id"]: outline(path.attrib["d"]) for path in root.iter(f"{_SVG}path")}
    drawn = root.find(f"{_SVG}g")
    return _abutting(list(_items(drawn if drawn is not None else (), glyphs)))


def _items(drawn: Iterable[ET.Element], glyphs: Mapping[str, Path]) -> Iterator[Shape]:
    for item in drawn:
        kind, fill = item.tag.removeprefix(_SVG), item.get("fill")
        if kind == "use":
            name = item.attrib["href"].removeprefix("#")
            path = _placed(item, glyphs[name])
            yield Shape(name.rpartition("-")[2], path, _scale(item), fill)
        elif kind == "rect":
            x, y, width, height = (float(item.attrib[key]) for key in ("x", "y", "width", "height"))
            corners = Affine2D().scale(width, height).translate(x, y)
            yield Shape("rect", Path.unit_rectangle().transformed(corners + _SHRINK), 1.0, fill)
        else:
            raise InputError("element of the engine's answer", kind, "use or rect")


def _abutting(drawn: Sequence[Shape]) -> Iterator[Shape]:
    """The same, but the pieces of a tall bracket or a wide brace end where the next begins.

    The engine lets them overlap, and the pixels along their edges would be covered twice there: a
    seam. What repeats is a bar as thick as the straight ends of its neighbours, so it can be cut.
    """
    for before, shape, after in zip([None, *drawn], drawn, [*drawn[1:], None], strict=False):
        if not _is_bar(shape):
            yield shape
            continue
        corners = np.array(shape.path.vertices)
        if before and (axis := _overlap(shape, before)) is not None:
            corners[:, axis] = np.maximum(corners[:, axis], _box(before)[1, axis])
        if after and not _is_bar(after) and (axis := _overlap(shape, after)) is not None:
            corners[:, axis] = np.minimum(corners[:, axis], _box(after)[0, axis])
        yield replace(shape, path=Path(corners, shape.path.codes))


_RECTANGLE = np.array(Path.unit_rectangle().codes)


def _is_bar(shape: Shape) -> bool:
    # Most shapes are letters, which their number of places already tells.
    corners = np.asarray(shape.path.vertices)[:-1]
    if not np.array_equal(np.asarray(shape.path.codes), _RECTANGLE):
        return False
    return bool(((corners == corners.min(axis=0)) | (corners == corners.max(axis=0))).all())


def _box(shape: Shape) -> NDArray[np.float64]:
    """The lower left and the upper right corner."""
    return np.array(shape.path.get_extents().get_points())


def _overlap(bar: Shape, other: Shape) -> int | None:
    """Along which axis a bar goes on into another piece that it overlaps, flush with its side."""
    here, there = _box(bar), _box(other)
    if not ((here[0] < there[1]) & (there[0] < here[1])).all():
        return None
    flush = np.isclose(here, there)
    across, along = bool(flush[:, 0].any()), bool(flush[:, 1].any())
    return None if across == along else int(across)


_SHRINK = Affine2D().scale(1 / EM)
_TRANSFORM = re.compile(r"translate\((\S+) (\S+)\)(?: scale\((\S+)\))?")


def _scale(item: ET.Element) -> float:
    found = _TRANSFORM.fullmatch(item.get("transform", ""))
    return float(found[3]) if found and found[3] else 1.0


def _placed(item: ET.Element, glyph: Path) -> Path:
    found = _TRANSFORM.fullmatch(item.get("transform", ""))
    x, y = (found[1], found[2]) if found else (item.get("x", "0"), item.get("y", "0"))
    place = Affine2D().scale(_scale(item)).translate(float(x), float(y))
    return glyph.transformed(place + _SHRINK)


_OUTLINE = re.compile(r"([MLCQZ])((?:\s*-?[\d.]+)*)\s*")
_CODES = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3, "C": Path.CURVE4}


def outline(d: str) -> Path:
    """The outline that the ``d`` of an SVG path describes, in its absolute commands M L Q C Z.

    Raises:
        InputError: If there is another command in it.
    """
    vertices: list[tuple[float, float]] = []
    codes: list[int] = []
    end = 0
    for match in _OUTLINE.finditer(d):
        if match.start() != end:
            break
        end = match.end()
        command, numbers = match[1], [float(number) for number in match[2].split()]
        if command == "Z":
            vertices.append((0.0, 0.0))
            codes.append(int(Path.CLOSEPOLY))
            continue
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        vertices += points
        codes += [int(_CODES[command])] * len(points)
    if end != len(d):
        raise InputError("outline", d[end : end + 20], "absolute M, L, Q, C and Z")
    return Path(np.array(vertices), codes)
