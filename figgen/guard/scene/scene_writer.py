"""The scene: a canonical text of what is drawn, small and made to be read in a review.

All steps of a figure are one drawing, so there is one text for all of them. It is made of blocks
with a line for each property: the canvas and its axes, every mark in the order of drawing, the
claims, the sentences of the alt text, and the other forms of the drawing. What has its usual value
is left out. Colours are roles; what the roles look like is another text, that of `themes_as_text`.

Places are in the units of the axes a mark is drawn in; those of the page, ``axes 0``, are inches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.path import Path
from matplotlib.text import Text

from figgen.core import Array, Claim
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.rc import FAMILY
from figgen.draw.canvas.theme import Theme
from figgen.matplotlib_private import dash_patterns, draw_head_at_one, line_spacing

SAMPLES = 24
"""How many points of a curve are written out; a digest stands for the others."""
RANGE_DIGITS = 5
"""A place is written to this power of ten below the range of its axes."""
CLAIM_DIGITS = 7
"""Digits of a claimed number: its meaning, without the last bits of another processor."""
WHOLE_SOURCES = ("dot", "tex", "txt")
"""The other forms of a drawing that a reviewer reads; of the rest a digest will do."""

KINDS: dict[type[Artist], str] = {
    Line2D: "line",
    Text: "text",
    Patch: "patch",
    Collection: "collection",
}
"""The name of a kind of mark; matplotlib's names of classes differ between its versions."""

Properties = Iterator[tuple[str, object]]


def scene(canvas: Canvas, opening: str = "") -> str:
    """What is drawn, as text; the same whatever step and theme the canvas shows now.

    Args:
        canvas: The drawing.
        opening: The sentence with which the author opens the alt text; none if empty.

    Returns:
        Blocks of lines, an empty line between two.
    """
    every_axes = canvas.figure.axes
    sentences = [*([(1, None, " ".join(opening.split()))] if opening else []), *canvas.sentences]
    blocks = [
        _block("canvas", canvas.slot, _of_canvas(canvas)),
        *(_block("axes", str(n), _of_axes(canvas, axes)) for n, axes in enumerate(every_axes)),
        *(_of_mark(mark, every_axes) for mark in canvas.marks),
        _block("measured", "", _of_measured(canvas)),
        *(_block("claim", filed.claim.what, _of_claim(filed.claim)) for filed in canvas.claims),
        *(
            _block("sentence", words, [("steps", _span(first, last))])
            for first, last, words in sentences
        ),
        *(_block("source", kind, _of_source(kind, text)) for kind, text in canvas.sources.items()),
    ]
    return "\n".join(blocks)


def themes_as_text(themes: Mapping[str, Theme]) -> str:
    """What the roles look like, as text: a block a theme, a line a role."""
    blocks = (_block("theme", name, theme.colours.items()) for name, theme in themes.items())
    return "\n".join(blocks)


def _block(kind: str, title: str, properties: Iterable[tuple[str, object]]) -> str:
    """A line that says what it is, and one for each property that is not empty."""
    lines = [f"{kind} {_in_one_line(title)}".rstrip()]
    lines += [f"  {key} {value}" for key, value in properties if value not in ("", None)]
    return "\n".join(lines) + "\n"


def _in_one_line(words: str) -> str:
    return words.replace("\n", "\N{RETURN SYMBOL}")


def _span(first: int, last: int | None) -> str:
    return f"{first} on" if last is None else f"{first} to {last}"


# Parts of the text


def _of_canvas(canvas: Canvas) -> Properties:
    yield "steps", canvas.steps


def _of_measured(canvas: Canvas) -> Properties:
    """The texts whose size had a say in where something stands."""
    for (words, size), (width, height) in canvas.measured.items():
        yield "|", f"{_number(width, 4)} {_number(height, 4)} {size:g} {_in_one_line(words)}"


def _of_axes(canvas: Canvas, axes: Axes) -> Properties:
    box = axes.get_position()
    across, up = canvas.width, canvas.height
    rectangle = (box.x0 * across, box.y0 * up, box.width * across, box.height * up)
    yield "at", " ".join(_number(value, 4) for value in rectangle)
    for name, axis, limits in (
        ("x", axes.xaxis, axes.get_xlim()),
        ("y", axes.yaxis, axes.get_ylim()),
    ):
        yield name, " ".join(_number(end, 6) for end in limits)
        yield f"{name}scale", "" if axis.get_scale() == "linear" else axis.get_scale()


def _of_mark(mark: Mark, every_axes: list[Axes]) -> str:
    artist = mark.artist
    kind = next(name for base, name in KINDS.items() if isinstance(artist, base))
    number = every_axes.index(_axes(artist))

    def properties() -> Properties:
        if number:
            yield "axes", number
        if isinstance(artist, Text):
            yield "name", mark.name
        yield "steps", _span(mark.first, mark.last)
        yield "stroke", mark.stroke
        # Only the markers of a line are filled.
        if mark.fill and not (isinstance(artist, Line2D) and not _has_markers(artist)):
            yield "fill", mark.fill
            yield "tint", f"{mark.tint:g}"
        yield "height", f"{artist.get_zorder():g}"
        yield "alpha", artist.get_alpha()
        match artist:
            case Text():
                yield from _of_text(artist)
            case Line2D():
                yield from _of_line(artist)
            case Patch():
                yield from _of_patch(artist)
            case Collection():
                yield from _of_collection(artist)

    title = artist.get_text() if isinstance(artist, Text) else mark.name
    return _block(kind, title, properties())


def _of_claim(claim: Claim) -> Properties:
    drawn, _ = claim.values
    yield "by", _in_one_line(claim.how)
    yield "within", f"{claim.tolerance:g}"
    # Nothing below what the claim promises: of a number that should be 0 that would be noise.
    largest = float(np.abs(drawn[np.isfinite(drawn)]).max(initial=0.0))
    finest = max(largest * 10.0**-CLAIM_DIGITS, claim.tolerance * claim.scale / 10)
    digits = -int(np.floor(np.log10(finest))) if finest else CLAIM_DIGITS
    values = [_number(float(value), digits) for value in drawn.ravel()]
    yield from _sampled(values, "drawn")


def _of_source(kind: str, text: str) -> Properties:
    if kind not in WHOLE_SOURCES:
        yield "length", len(text)
        yield "digest", _digest(text)
        return
    for line in text.splitlines():
        yield "|", line


# Artists


def _of_text(text: Text) -> Properties:
    yield "size", f"{text.get_fontsize():g}"
    yield "weight", _unless(text.get_fontweight(), "regular")
    yield "family", _unless(", ".join(text.get_fontfamily()), FAMILY)
    yield "slant", _unless(text.get_fontstyle(), "normal")
    yield "align", f"{text.get_horizontalalignment()} {text.get_verticalalignment()}"
    yield "rotation", _unless(f"{text.get_rotation():g}", "0")
    if "\n" in text.get_text():
        yield "spacing", line_spacing(text)
    axes = _axes(text)
    yield "at", _places(_in_units(text, np.array([text.get_position()])), axes)[0]


def _of_line(line: Line2D) -> Properties:
    if line.get_linestyle() != "None":
        yield "width", f"{line.get_linewidth():g}"
        yield "dash", _dash(line)
        yield "ends", f"{line.get_solid_capstyle()} {line.get_solid_joinstyle()}"
    if _has_markers(line):
        edge = line.get_markeredgewidth()
        yield "marker", f"{line.get_marker()} {line.get_markersize():g} edge {edge:g}"
    yield "clipped", _clip(line)
    yield from _of_points(line, Path(line.get_xydata()))


def _has_markers(line: Line2D) -> bool:
    return line.get_marker() not in {"None", "none", "", None}


def _of_patch(patch: Patch) -> Properties:
    yield "width", f"{patch.get_linewidth():g}"
    yield "dash", _dash(patch)
    yield "ends", f"{patch.get_capstyle()} {patch.get_joinstyle()}"
    yield "hatch", patch.get_hatch()
    if isinstance(patch, FancyArrowPatch):
        # It would keep the resolution that it was last drawn in.
        draw_head_at_one(patch)
        yield "head", _arrow_style(patch)
    yield "clipped", _clip(patch)
    yield from _of_points(patch, patch.get_path())


def _arrow_style(patch: FancyArrowPatch) -> str:
    style = patch.get_arrowstyle()
    sizes = [
        f"{key} {getattr(style, key):g}"
        for key in ("head_length", "head_width", "tail_width")
        if hasattr(style, key)
    ]
    shape = getattr(style, "arrow", type(style).__name__.lower())
    return " ".join([shape, *sizes, "times", f"{patch.get_mutation_scale():g}"])


def _of_collection(collection: Collection) -> Properties:
    widths = sorted({float(width) for width in np.ravel(collection.get_linewidth())})
    yield "width", " ".join(f"{width:g}" for width in widths)
    yield "dash", _dash(collection)
    yield "hatch", collection.get_hatch()
    yield "clipped", _clip(collection)
    paths = collection.get_paths()
    yield "paths", len(paths)
    yield from _of_points(collection, Path.make_compound_path(*paths))
    offsets = np.asarray(collection.get_offsets())
    if len(offsets) > 1 or offsets.any():
        axes = _axes(collection)
        yield from _sampled(_places(offsets, axes), "offsets")


def _of_points(artist: Artist, path: Path) -> Properties:
    """The points of a line or an outline, control points included."""
    axes = _axes(artist)
    vertices, codes = np.asarray(path.vertices, dtype=np.float64), ""
    if path.codes is not None:
        kinds = np.asarray(path.codes)
        # Where an outline is closed its point means nothing.
        vertices = vertices[kinds != Path.CLOSEPOLY]
        codes = ",".join(str(kind) for kind in kinds)
    points = _in_units(artist, vertices)
    if len(points) > SAMPLES:
        finite = points[np.isfinite(points).all(axis=1)]
        corners = np.array([finite.min(axis=0), finite.max(axis=0), finite.mean(axis=0)])
        low, high, mean = _places(corners, axes)
        yield "box", f"{low} {high}"
        yield "mean", mean
    yield from _sampled(_places(points, axes), "points", codes)


def _sampled(values: list[str], name: str, codes: str = "") -> Properties:
    """How many there are, a digest of all, and some of them in full: the first and the last too."""
    count = len(values)
    if count == 1 and not codes:
        yield name, values[0]
        return
    chosen = np.linspace(0, count - 1, min(count, SAMPLES)).round().astype(int)
    if count > SAMPLES or codes:
        yield "count", count
        yield "digest", _digest(" ".join(values) + codes)
    yield name, " ".join(values[index] for index in chosen)


def _axes(artist: Artist) -> Axes:
    return cast(Axes, artist.axes)  # the canvas takes no mark without


def _in_units(artist: Artist, points: Array) -> Array:
    """Points of an artist in the units of its axes, whatever its own units are."""
    transform = artist.get_transform() - _axes(artist).transData
    return np.asarray(transform.transform(points))


def _dash(artist: Any) -> str:
    """Dash and gap in multiples of the width; nothing for a solid line."""
    patterns = dash_patterns(artist)
    found = {" ".join(f"{length:g}" for length in dashes or ()) for _, dashes in patterns}
    return ", ".join(sorted(found))


def _clip(artist: Artist) -> str:
    """What an artist is cut off by, if that is not its axes."""
    if not artist.get_clip_on():
        return "never"
    clip: Any = artist.get_clip_path()
    if clip is None:
        return ""
    path, affine = clip.get_transformed_path_and_affine()
    corners = affine.transform_path(path).get_extents().get_points()
    axes = _axes(artist)
    return " ".join(_places(axes.transData.inverted().transform(corners), axes))


def _unless(value: object, usual: str) -> str:
    return "" if str(value) == usual else str(value)


# Numbers


def _places(points: Array, axes: Axes) -> list[str]:
    """Points as text, each rounded with regard to the range of its axes."""
    digits = [
        _digits(axis.get_scale(), limits)
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
    ]
    return [
        ",".join(_number(float(value), places) for value, places in zip(point, digits, strict=True))
        for point in points
    ]


def _digits(scale: str, limits: tuple[float, float]) -> int:
    if scale != "linear":
        return 2 * RANGE_DIGITS
    return RANGE_DIGITS - int(np.floor(np.log10(abs(limits[1] - limits[0]))))


def _number(value: float, digits: int) -> str:
    """A number to so many decimals, without idle zeros."""
    # Twice: a half, which the last bit of a computation would push up or down, stays a half.
    value = round(round(value, digits + 4), digits) + 0.0
    text = f"{value:.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
