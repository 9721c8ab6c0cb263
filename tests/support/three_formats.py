"""The three formats of a figure beside each other: as bytes, as operators and as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import ink
import numpy as np
import pypdfium2
import resvg_py
from ink_of_pdf import read_pdf
from numpy.typing import NDArray
from PIL import Image

from figgen.draw.canvas.theme import THEMES
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing
from figgen.pipeline.request import Asset, Request, assets
from figgen.vocabulary import DPI, FORMATS

Pixels: TypeAlias = NDArray[np.uint8]
"""A picture; shape (height, width, 3)."""
Files: TypeAlias = Mapping[Asset, bytes]

STRAY = 32
"""A pixel strays if a channel is so far, of 255, from all that it and its neighbours show in the
other picture. Agg moves upright and level lines onto whole pixels, other renderers do not."""
CELL = 40
"""Pixels on the side of a cell in which strays are counted: a fifth of an inch."""
PATCH = 20
"""Pixels on the side of a patch whose mean colour is compared."""
STRAYS = {"svg": 40, "pdf": 8}
"""How many strays a cell may have."""
MEANS = {"svg": 16.0, "pdf": 19.0}
"""How far the means of a patch may be apart, of 255: a line at its edge may be moved out of it."""


def request(drawing: Drawing, themes: Iterable[str] = tuple(THEMES)) -> list[Asset]:
    """The pictures of a figure that ``figgen build`` makes, in its order."""
    return assets(drawing.entry, Request(Path(), themes=tuple(themes)), ())


def built(drawing: Drawing, themes: Iterable[str] = tuple(THEMES)) -> dict[Asset, bytes]:
    """They with their bytes, as ``figgen build`` makes them."""
    return dict(encode_all(drawing, request(drawing, themes), DPI))


# Bytes


def alone(drawing: Drawing, files: Files) -> Iterator[str]:
    """What has other bytes if it is made otherwise: by itself, in another order, at another dpi."""
    for format_ in FORMATS:
        own = [asset for asset in files if asset.format == format_]
        yield from _others(encode_all(drawing, own, DPI), files, f"{format_} alone")
    yield from _others(encode_all(drawing, reversed([*files]), DPI), files, "in another order")
    vectors = [asset for asset in files if asset.format != "png"]
    yield from _others(encode_all(drawing, vectors, DPI / 2), files, "at another dpi")
    small = dict(encode_all(drawing, files, DPI / 2))
    yield from _others(small.items(), files, "with a PNG at another dpi", "png")
    pictures = [asset for asset in files if asset.format == "png"]
    yield from _others(encode_all(drawing, pictures, DPI / 2), small, "png alone at another dpi")


def _others(
    made: Iterable[tuple[Asset, bytes]], files: Files, how: str, but: str = ""
) -> Iterator[str]:
    for asset, data in made:
        if asset.format != but and data != files[asset]:
            yield f"{asset.path}: other bytes {how}"


# Operators


def by_operators(files: Files) -> Iterator[str]:
    """What differs between the shapes of an SVG and the operators of its PDFs, page by page."""
    svgs = {asset: ink.read_svg(data) for asset, data in files.items() if asset.format == "svg"}
    for asset, data in files.items():
        if asset.format != "pdf":
            continue
        pages = read_pdf(data)
        steps = range(1, asset.steps + 1) if asset.step is None else (asset.step,)
        if len(pages) != len(steps):
            yield f"{asset.path}: {len(pages)} pages for {len(steps)} steps"
            continue
        for step, page in zip(steps, pages, strict=True):
            drawn = svgs[Asset(asset.name, asset.steps, step, asset.theme, "svg")]
            for each in ink.differences(drawn, page):
                yield f"{asset.path}, step {step}: SVG and PDF differ: {each}"


def repainted(files: Files) -> Iterator[str]:
    """What differs between the themes of a step by more than its colours.

    A colour of the light theme also becomes the same colours in a step as in the last one.
    """
    sheets = {asset: ink.read_svg(data) for asset, data in files.items() if asset.format == "svg"}
    for asset, sheet in sheets.items():
        theme, steps = asset.theme, asset.steps
        light = sheets[Asset(asset.name, steps, asset.step, "light", "svg")]
        for each in ink.differences(ink.uncoloured(light), ink.uncoloured(sheet)):
            yield f"{asset.path}: not the step in light: {each}"
        last = Asset(asset.name, steps, steps, "light", "svg")
        known = _repaintings(sheets[last], sheets[Asset(asset.name, steps, steps, theme, "svg")])
        new = _repaintings(light, sheet) - known
        if new:
            yield f"{asset.path}: colours that the last step has not: {sorted(new, key=str)}"


def _repaintings(light: ink.Sheet, other: ink.Sheet) -> set[tuple[object, object]]:
    return set(zip(ink.colours(light), ink.colours(other), strict=False))


# Pictures


def by_rendering(files: Files) -> Iterator[str]:
    """What differs between a PNG and what other programs show of the SVG and of the PDFs."""
    pdfs = {asset: _pages(data) for asset, data in files.items() if asset.format == "pdf"}
    for asset, data in files.items():
        if asset.format != "png":
            continue
        png, step = _decoded(data), int(asset.step or 0)
        of = {"name": asset.name, "steps": asset.steps, "theme": asset.theme}
        svg = files[Asset(step=step, format="svg", **of)]
        single = pdfs[Asset(step=step, format="pdf", **of)][0]
        yield from _unlike(png, _rendered(svg, png.shape), "svg", f"{asset.path} and its SVG")
        yield from _unlike(png, single, "pdf", f"{asset.path} and its PDF")
        whole = pdfs.get(Asset(step=None, format="pdf", **of))
        if whole is not None and not np.array_equal(whole[step - 1], single):
            yield f"{asset.path}: page {step} of the PDF of all steps is another picture"


def _decoded(png: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _rendered(svg: bytes, shape: tuple[int, ...]) -> Pixels:
    height, width, _ = shape
    # At 72 dpi a point is a pixel before it is scaled.
    png = resvg_py.svg_to_bytes(
        svg_string=svg.decode(), dpi=72, width=width, height=height, skip_system_fonts=True
    )
    return _decoded(png)


def _pages(pdf: bytes) -> list[Pixels]:
    document = pypdfium2.PdfDocument(pdf)
    # Sizes are rounded up; a whole number of pixels must not become one more.
    scale = DPI / POINTS_PER_INCH * (1 - 1e-6)
    try:
        return [np.asarray(page.render(scale=scale).to_pil().convert("RGB")) for page in document]
    finally:
        document.close()


def measured(one: Pixels, other: Pixels) -> tuple[int, float]:
    """How far two pictures are apart at the place where it is most.

    Returns:
        The strays in the cell that has most, and the distance of the means of a patch.
    """
    stray = (_beyond(one, other) > STRAY) | (_beyond(other, one) > STRAY)
    gap = one.astype(np.int16) - other
    means = max(float(np.abs(_cells(gap[..., c], PATCH)).max()) for c in range(3)) / PATCH**2
    return int(_cells(stray, CELL).max()), means


def _beyond(one: Pixels, other: Pixels) -> NDArray[np.uint8]:
    """How far each pixel is outside of what its neighbours in the other picture span."""
    low, high = _spread(other, np.minimum), _spread(other, np.maximum)
    return np.maximum(np.maximum(low, one) - one, one - np.minimum(high, one)).max(axis=2)


def _spread(picture: Pixels, choose: np.ufunc) -> Pixels:
    framed = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = choose(choose(framed[:-2], framed[1:-1]), framed[2:])
    found: Pixels = choose(choose(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return found


def _cells(values: NDArray[np.generic], side: int) -> NDArray[np.int64]:
    """The sum in each square of a side; those at the right and lower edge are cut off by it."""
    rows, columns = (np.arange(0, length, side) for length in values.shape)
    sums = np.add.reduceat(values.astype(np.int64), rows, axis=0)
    return np.add.reduceat(sums, columns, axis=1)


def _unlike(png: Pixels, shown: Pixels, format_: str, what: str) -> Iterator[str]:
    if png.shape != shown.shape:
        yield f"{what}: {png.shape} and {shown.shape} pixels"
        return
    strays, means = measured(png, shown)
    if strays > STRAYS[format_]:
        yield f"{what}: {strays} strays in a cell"
    if means > MEANS[format_]:
        yield f"{what}: a patch differs by {means:.1f} of 255"
