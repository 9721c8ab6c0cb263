"""The one place that turns drawings into bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from figgen.draw.canvas.rc import style
from figgen.draw.canvas.theme import THEMES, Theme
from figgen.encode import pdf, svg
from figgen.encode.png import Raster
from figgen.encode.vector_shapes import Page, VectorRecorder
from figgen.pipeline.drawing import Drawing, FigureError, nothing_in_silence
from figgen.pipeline.request import Asset
from figgen.vocabulary import DPI


class _Encoder:
    """Makes the files of one figure; what it draws for one format, every step and theme shares.

    Pixels and outlines come from one drawing where a PNG has the resolution of the slots, and
    outlines always come from a drawing at that one: so it does not matter what else is made.
    """

    def __init__(self, drawing: Drawing, dpi: float) -> None:
        self._drawing = drawing
        self._canvas = drawing.canvas
        self._dpi = dpi
        self._source = f"{drawing.entry.file}, {drawing.entry.function}"

    def encode(self, asset: Asset) -> bytes:
        """The bytes of one asset."""
        match asset.format:
            case "svg":
                return self._svg(asset)
            case "png":
                return self._png(asset)
            case "pdf":
                return self._pdf(asset)
            case source:
                return self._canvas.sources[source].encode()

    @cached_property
    def _drawn(self) -> tuple[Raster, Page]:
        shapes = VectorRecorder(self._canvas)
        raster = Raster(self._canvas, DPI, shapes)
        return raster, shapes.page(raster.roles)

    @cached_property
    def _raster(self) -> Raster:
        return self._drawn[0] if self._dpi == DPI else Raster(self._canvas, self._dpi)

    @cached_property
    def _svgs(self) -> svg.Drawn:
        return svg.Drawn(self._drawn[1])

    @cached_property
    def _pdfs(self) -> pdf.Drawn:
        return pdf.Drawn(self._drawn[1])

    def _svg(self, asset: Asset) -> bytes:
        words = svg.About(
            name=asset.stem,
            title=self._drawing.entry.definition.title,
            description=self._drawing.alt(asset.step),
            source=self._source,
            fingerprint=self._drawing.fingerprint,
        )
        prefix = f"{asset.stem}-{asset.theme}-"
        return self._svgs.svg(self._step(asset), _theme(asset), prefix, words).encode()

    def _png(self, asset: Asset) -> bytes:
        words = {
            "Title": self._drawing.entry.definition.title,
            "Description": self._drawing.alt(asset.step),
            "Source": f"{asset.stem}, {self._source}",
            "Software": "figgen",
        }
        return self._raster.png(self._step(asset), _theme(asset), words | self._fingerprint())

    def _pdf(self, asset: Asset) -> bytes:
        # Neither a date nor the version of a program: they would change the bytes.
        words = {
            "Title": self._drawing.entry.definition.title,
            "Subject": self._drawing.alt(asset.step),
            "Keywords": f"{asset.stem}, {self._source}",
            "Creator": "figgen",
        }
        steps = range(1, asset.steps + 1) if asset.step is None else (asset.step,)
        return self._pdfs.pdf(steps, _theme(asset), words | self._fingerprint())

    def _step(self, asset: Asset) -> int:
        return asset.step or self._canvas.steps

    def _fingerprint(self) -> dict[str, str]:
        return {"Fingerprint": self._drawing.fingerprint} if self._drawing.fingerprint else {}


def _theme(asset: Asset) -> Theme:
    return THEMES[asset.theme or ""]


def encode_all(
    drawing: Drawing, assets: Iterable[Asset], dpi: float = DPI
) -> Iterator[tuple[Asset, bytes]]:
    """Assets with their bytes; the same for the same drawing, on any day and in any folder.

    Also the same whichever others are made with them, and in whichever order.

    Args:
        drawing: The figure.
        assets: Which steps, themes and formats.
        dpi: Resolution of a PNG in pixels an inch.

    Yields:
        Each asset with its bytes, in the order of ``assets``.

    Raises:
        FigureError: If matplotlib cannot draw something, with the figure's place.
    """
    encoder = _Encoder(drawing, dpi)
    for asset in assets:
        try:
            with style(), nothing_in_silence():
                data = encoder.encode(asset)
        # Text is typeset only now, so an author's formula can fail here in any way.
        except Exception as error:
            reason = " ".join(str(error).split()) or repr(error)
            entry = drawing.entry
            raise FigureError(f"cannot be drawn: {reason}", entry.file, entry.line) from error
        yield asset, data


def encode(drawing: Drawing, asset: Asset, dpi: float = DPI) -> bytes:
    """The bytes of one asset, as in `encode_all`.

    Raises:
        FigureError: As in `encode_all`.
    """
    ((_, data),) = encode_all(drawing, [asset], dpi)
    return data
