"""Every mark drawn once for all steps and all themes.

A recorder is a renderer for matplotlib that draws nothing. It keeps what it is told to draw, with
the mark that it belongs to, in colours that only stand for roles. A picture is then put together
from the pieces of its step, in the colours of its theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2DBase

from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.fonts import line_metrics
from figgen.draw.canvas.marks import Mark
from figgen.draw.canvas.theme import Role, Theme
from figgen.draw.canvas.unmarked import CanvasError
from figgen.matplotlib_private import LineMetrics, MeasuringRenderer, measures, restore

RGBA: TypeAlias = tuple[float, ...]
"""Red, green and blue from 0 to 1, as a rule with alpha."""


@dataclass(frozen=True)
class Roles(Theme):
    """A theme that no one sees: each of its colours stands for a role with a tint.

    Attributes:
        meanings: What each colour stands for.
    """

    name: str = "roles"
    colours: Mapping[Role, str] = field(default_factory=dict)
    meanings: dict[tuple[Role, float], str] = field(default_factory=dict)

    def colour(self, role: Role, tint: float = 1.0) -> str:
        """A colour for the role, the same whenever it is asked for; no theme has one like it."""
        return self.meanings.setdefault((role, tint), f"#fed{len(self.meanings):03x}")

    def seen_in(self, theme: Theme) -> dict[tuple[float, ...], tuple[float, ...]]:
        """Red, green and blue in ``theme`` for each of these colours."""
        return {
            to_rgb(colour): to_rgb(theme.colour(*meaning))
            for meaning, colour in self.meanings.items()
        }


class Recorder(MeasuringRenderer):
    """A renderer that knows which mark is being drawn.

    Attributes:
        mark: The mark; None for the paper.
        dpi: Pixels an inch.
    """

    dpi: float
    mark: Mark | None = None
    _marks: Mapping[str, Mark]

    def record(self, canvas: Canvas, dpi: float) -> Roles:
        """Draw all marks of a canvas, those of every step.

        Args:
            canvas: The canvas.
            dpi: Pixels an inch, on which places and sizes depend.

        Returns:
            The colours in which they were drawn.
        """
        figure, before = canvas.figure, canvas.figure.dpi
        gids = [mark.artist.get_gid() for mark in canvas.marks]
        kept = measures(figure.findobj())
        roles = Roles()
        canvas.paint(roles)
        self._marks = {f"mark {number}": mark for number, mark in enumerate(canvas.marks)}
        try:
            for gid, mark in self._marks.items():
                mark.artist.set_visible(True)
                mark.artist.set_gid(gid)
            figure.set_dpi(dpi)
            figure.draw(self)
        finally:
            figure.set_dpi(before)
            for mark, old in zip(canvas.marks, gids, strict=True):
                mark.artist.set_gid(old)
            restore(kept)
        return roles

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Told by matplotlib before it draws an artist; what is inside a mark belongs to it."""
        del s
        self.mark = self._marks.get(gid or "", self.mark)

    def start_filter(self) -> NoReturn:
        """Refuse what would draw past the record.

        Raises:
            CanvasError: Always.
        """
        raise CanvasError(f"{self._drawn()} has a filter, which only pixels can have")

    def stop_filter(self, *_args: object) -> None:
        """Nothing was begun; matplotlib ends it after an error too."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | str
    ) -> tuple[float, float, float]:
        """Measure a line of text, in pixels.

        Raises:
            CanvasError: If it is to be set by TeX, which not every machine has.
        """
        if ismath == "TeX":
            raise CanvasError(f"{self._drawn()} asks for TeX; write LaTeX with an equation")
        return super().get_text_width_height_descent(s, prop, bool(ismath))

    def line_metrics(self, prop: FontProperties) -> LineMetrics:
        """Ascent, descent and gap of a line, in pixels."""
        return line_metrics(prop, self.dpi)

    def _drawn(self) -> str:
        return str(self.mark.artist) if self.mark else "the figure"


def shown(mark: Mark | None, step: int) -> bool:
    """Whether what belongs to ``mark`` is seen in ``step``; the paper always is."""
    return mark is None or mark.shows_in(step)


def repainted(colour: Any, seen: Mapping[RGBA, RGBA]) -> Any:
    """A colour as it is seen, with its own alpha; one that stands for no role stays.

    >>> repainted((1.0, 0.0, 0.0, 0.5), {(1.0, 0.0, 0.0): (0.0, 0.0, 1.0)})
    (0.0, 0.0, 1.0, 0.5)
    >>> repainted((0.0, 1.0, 0.0, 0.5), {(1.0, 0.0, 0.0): (0.0, 0.0, 1.0)})
    (0.0, 1.0, 0.0, 0.5)
    """
    if colour is None:
        return None
    rgb, alpha = tuple(map(float, colour[:3])), tuple(colour[3:])
    return (*seen.get(rgb, rgb), *alpha)


def clip_of(gc: GraphicsContextBase) -> tuple[Path | None, Affine2DBase | None]:
    """The path that limits what is drawn, and its transform; neither if there is none."""
    found: Any = gc.get_clip_path()
    path, transform = found
    return path, transform


def hexadecimal(colour: RGBA) -> str:
    """A colour as ``#rrggbb``, without its alpha.

    >>> hexadecimal((1.0, 0.5, 0.0, 0.25))
    '#ff8000'
    """
    return to_hex((colour[0], colour[1], colour[2]))
