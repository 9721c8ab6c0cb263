"""The one place that turns drawings into bytes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from matplotlib.backends.backend_pdf import PdfPages

from figgen.build.drawing import Drawing, FigureError, nothing_in_silence
from figgen.draw.style import style
from figgen.draw.theme import THEMES

Format: TypeAlias = Literal["svg", "pdf", "png", "dot", "tex", "mathml", "txt", "html"]

FORMATS: tuple[Format, ...] = ("svg", "pdf", "png")
"""What every figure has."""

SOURCES: tuple[Format, ...] = ("dot", "tex", "mathml", "txt", "html")
"""What only some figures have: text that other programs read, the same in every step and theme."""

DPI = 200
"""Resolution of a PNG: the full slot is 2400 pixels wide, enough for a 4K projector."""


@dataclass(frozen=True)
class Asset:
    """One file to be made: a step of a figure in a theme and a format.

    Attributes:
        name: The figure's name.
        steps: How many steps the figure has.
        step: The step, or None for a PDF with a page a step and for a source.
        theme: The theme's name; None for a source.
        format: The file format.
    """

    name: str
    steps: int
    step: int | None
    theme: str | None
    format: Format

    @property
    def stem(self) -> str:
        """The figure's name, with the step where there are several."""
        return self.name if self.steps == 1 or self.step is None else f"{self.name}-{self.step}"

    @property
    def path(self) -> Path:
        """Where the build puts it, relative to the build folder."""
        return Path(self.theme or "", self.format, f"{self.stem}.{self.format}")

    @property
    def flat_path(self) -> Path:
        """Where ``figgen render`` puts it: one folder, the theme in the name unless light."""
        suffix = "" if self.theme in {None, "light"} else f"-{self.theme}"
        return Path(f"{self.stem}{suffix}.{self.format}")


def encode(drawing: Drawing, asset: Asset, dpi: float = DPI) -> bytes:
    """The bytes of one asset; the same for the same drawing, on any day and in any folder.

    Args:
        drawing: The figure.
        asset: Which step, theme and format.
        dpi: Resolution of a PNG in pixels an inch.

    Raises:
        FigureError: If matplotlib cannot draw something, with the figure's place.
    """
    try:
        with style(), nothing_in_silence():
            if asset.theme:
                drawing.canvas.paint(THEMES[asset.theme])
            return _ENCODERS[asset.format](drawing, asset, dpi)
    # Text is typeset only now, so an author's formula can fail here in any way.
    except Exception as error:
        reason = " ".join(str(error).split()) or repr(error)
        entry = drawing.entry
        raise FigureError(f"{entry.file}:{entry.line}: cannot be drawn: {reason}") from error


def _svg(drawing: Drawing, asset: Asset, _dpi: float) -> bytes:
    buffer = io.StringIO()
    drawing.canvas.show(asset.step or drawing.canvas.steps)
    metadata: dict[str, Any] = {
        "Creator": "figgen",
        "Date": None,
        "Identifier": asset.stem,
        "Source": _source(drawing),
    }
    drawing.canvas.figure.savefig(buffer, format="svg", metadata=metadata)
    prefix = f"{asset.stem}-{asset.theme}-"
    text = own_style(unique_ids(buffer.getvalue(), prefix), prefix)
    title, desc = f"{prefix}title", f"{prefix}desc"
    label = f' role="img" aria-labelledby={quoteattr(f"{title} {desc}")}'
    words = (
        f"\n <title id={quoteattr(title)}>{escape(drawing.entry.definition.title)}</title>"
        f"\n <desc id={quoteattr(desc)}>{escape(drawing.alt(asset.step))}</desc>"
    )
    head, opening, rest = _split_at_root(text)
    return f"{head}{opening[:-1]}{label}>{words}{rest}".encode()


_ID = re.compile(r'(\bid="|\bhref="#|url\(#)')


def unique_ids(svg: str, prefix: str) -> str:
    """``svg`` with ``prefix`` before every id and every reference to one.

    So several of them can stand inline in one page, where ids must not meet.
    """
    return _ID.sub(lambda match: match.group(1) + prefix, svg)


def own_style(svg: str, prefix: str) -> str:
    """``svg`` with its one style rule held to its own elements: inline it would rule the page."""
    return svg.replace('<style type="text/css">*{', f'<style type="text/css">#{prefix}figure_1 *{{')


def _split_at_root(svg: str) -> tuple[str, str, str]:
    start = svg.index("<svg ")
    end = svg.index(">", start) + 1
    return svg[:start], svg[start:end], svg[end:]


def _png(drawing: Drawing, asset: Asset, dpi: float) -> bytes:
    buffer = io.BytesIO()
    drawing.canvas.show(asset.step or drawing.canvas.steps)
    metadata = {
        "Title": drawing.entry.definition.title,
        "Description": drawing.alt(asset.step),
        "Source": f"{asset.stem}, {_source(drawing)}",
        "Software": "figgen",
    }
    drawing.canvas.figure.savefig(buffer, format="png", dpi=dpi, metadata=metadata)
    return buffer.getvalue()


def _pdf(drawing: Drawing, asset: Asset, _dpi: float) -> bytes:
    buffer = io.BytesIO()
    steps = range(1, asset.steps + 1) if asset.step is None else (asset.step,)
    metadata: dict[str, Any] = {
        "Title": drawing.entry.definition.title,
        "Subject": drawing.alt(asset.step),
        "Keywords": f"{asset.stem}, {_source(drawing)}",
        "Creator": "figgen",
        # Neither a date nor the version of matplotlib: they would change the bytes.
        "Producer": None,
        "CreationDate": None,
    }
    with PdfPages(buffer, metadata=metadata) as pages:
        for step in steps:
            drawing.canvas.show(step)
            pages.savefig(drawing.canvas.figure)
    return buffer.getvalue()


def _text(drawing: Drawing, asset: Asset, _dpi: float) -> bytes:
    return drawing.canvas.sources[asset.format].encode()


_ENCODERS = {"svg": _svg, "png": _png, "pdf": _pdf} | dict.fromkeys(SOURCES, _text)


def _source(drawing: Drawing) -> str:
    return f"{drawing.entry.file}:{drawing.entry.line}"
