"""The canvas: one drawing in a slot of the slide, with its steps, claims and alt text.

Everything that is visible is a *mark*: a matplotlib artist with the steps in which it shows and
the roles in which it is painted. All steps and all themes are the same drawing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal, TypeAlias, TypeVar, get_args

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike

from figgen.core import Claim, InputError
from figgen.core.printed_numbers import printed, read, rounded
from figgen.draw.canvas.filed import Equation, Filed
from figgen.draw.canvas.marks import Letters, Mark, require_plain
from figgen.draw.canvas.mathtext import MATHTEXT
from figgen.draw.canvas.rc import LABEL, SMALL, style
from figgen.draw.canvas.slots import SLOTS, Slot
from figgen.draw.canvas.theme import ROLES, TINT, Role, Theme
from figgen.draw.canvas.units import POINTS_PER_INCH

DASHES: tuple[float, tuple[float, ...]] = (0, (3.2, 1.6))
"""Dash and gap of a dashed line, in multiples of its width."""

_FORMULA = re.compile(r"\$[^$]*\$")

A = TypeVar("A", bound=Artist)
Weight: TypeAlias = Literal["regular", "semibold", "bold"]
Horizontal: TypeAlias = Literal["left", "center", "right"]
Vertical: TypeAlias = Literal["top", "center", "bottom", "baseline", "center_baseline"]


class _FixedAxes(Axes):
    """Axes whose limits are given: nothing is measured that could only change them."""

    def add_patch(self, p: Patch) -> Patch:
        """Add a patch; matplotlib would find the ends of all its curves first."""
        self.add_artist(p)
        return p


class Canvas:
    """One figure being drawn.

    Args:
        slot: The place on the slide.
        author: The file whose lines the claims are traced back to.

    Attributes:
        slot: As given.
        width: Width in inches.
        height: Height in inches.
        figure: The matplotlib figure.
        page: Axes over the whole canvas, in inches from the lower left corner.
        marks: Everything that is visible, in the order of drawing.
        claims: Every claim filed so far.
        equations: Every equation written so far.
        measured: Width and height in inches of every text that was measured, by its words and size.
        sources: Other forms of what is drawn, by file extension: ``dot`` for a graph.
        named: Texts, each with what it names.

    Raises:
        InputError: If there is no such slot.
    """

    def __init__(self, slot: Slot = "full", author: str | None = None) -> None:
        if slot not in SLOTS:
            raise InputError("slot", slot, ", ".join(get_args(Slot)))
        self.slot = slot
        self.width, self.height = SLOTS[slot]
        self.marks: list[Mark] = []
        self.claims: list[Filed] = []
        self.equations: list[Equation] = []
        self.sources: dict[str, str] = {}
        self.measured: dict[tuple[str, float], tuple[float, float]] = {}
        self.named: list[tuple[Text, tuple[Artist, ...]]] = []
        self._author = author
        self._sentences: list[tuple[int, int | None, str]] = []
        self._now: tuple[int, int | None] = (1, None)
        self._declared = 1
        with style():
            self.figure = Figure(figsize=(self.width, self.height), dpi=POINTS_PER_INCH)
            renderer = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
            # What is measured here is parsed for SVG and PDF too. Before 3.11 this renderer wanted
            # pixels of a formula and not its outlines.
            if mpl.__version_info__ >= (3, 11):
                renderer.mathtext_parser = MATHTEXT
            self.page = self.axes(0, 0, self.width, self.height)
            self.page.set(xlim=(0, self.width), ylim=(0, self.height))

    # Steps

    @contextmanager
    def step(self, first: int, last: int | None = None) -> Iterator[None]:
        """What is drawn inside appears in step ``first``.

        Args:
            first: 1 or more.
            last: The last step in which it shows; None, as a rule, for good.

        Raises:
            InputError: If the steps are not whole numbers in order, from 1 up.
        """
        whole = all(isinstance(step, int) for step in (first, last) if step is not None)
        if not whole or first < 1 or (last is not None and last < first):
            raise InputError("step", (first, last), "whole numbers, 1 <= first <= last")
        before, self._now = self._now, (first, last)
        self._declared = max(self._declared, first)
        try:
            yield
        finally:
            self._now = before

    @property
    def span(self) -> tuple[int, int | None]:
        """The first and the last step of what is drawn now; None for no last one."""
        return self._now

    @property
    def steps(self) -> int:
        """The number of steps drawn."""
        return self._declared

    def show(self, step: int) -> None:
        """Make visible what ``step`` shows, and hide the rest.

        Raises:
            InputError: If there is no such step.
        """
        if not 1 <= step <= self.steps:
            raise InputError("step", step, f"1 to {self.steps}")
        for mark in self.marks:
            mark.artist.set_visible(mark.shows_in(step))

    def paint(self, theme: Theme) -> None:
        """Give every mark the colours of ``theme``."""
        self.figure.set_facecolor(theme.colour("paper"))
        for mark in self.marks:
            mark.paint(theme)

    # Marks

    def mark(
        self,
        artist: A,
        stroke: Role | None = None,
        fill: Role | None = None,
        tint: float = TINT,
        *,
        name: str = "",
        letters: Letters | None = None,
    ) -> A:
        """Enter an artist of your own: in the current step, in these roles.

        Args:
            artist: A line, a patch, a text or a collection, already added to axes.
            stroke: The role of its line, edge or letters.
            fill: The role of its area.
            tint: How much of the fill's colour the area holds.
            name: What it is, so that a change of it can be told in words: "edge x → y".
            letters: What the area says, if it is the outline of letters.

        Returns:
            The artist.

        Raises:
            InputError: If a role does not exist, there is none, or the artist is of another kind.
        """
        for role in (stroke, fill):
            if role is not None and role not in ROLES:
                raise InputError("role", role, ", ".join(ROLES))
        if stroke is None and fill is None:
            raise InputError("roles", (stroke, fill), "a stroke, a fill or both")
        if not isinstance(artist, Line2D | Patch | Text | Collection):
            raise InputError("artist", artist, "a line, a patch, a text or a collection")
        if artist.axes is None or artist.get_figure() is not self.figure:
            raise InputError("artist", artist, "one that was added to axes of this canvas")
        if any(mark.artist is artist for mark in self.marks):
            raise InputError("artist", artist, "one that is not marked yet")
        if isinstance(artist, Text):
            require_plain(artist, stroke)
        self.marks.append(Mark(artist, *self._now, stroke, fill, tint, name, letters))
        return artist

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes without any furniture, at a place on the canvas in inches.

        Raises:
            InputError: If they reach beyond the canvas.
        """
        inside = left >= 0 and bottom >= 0 and width > 0 and height > 0
        if not inside or left + width > self.width + 1e-9 or bottom + height > self.height + 1e-9:
            allowed = f"a place on the canvas of {self.width} x {self.height} inches"
            raise InputError(
                "axes (left, bottom, width, height)", (left, bottom, width, height), allowed
            )
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        with style():
            axes = self.figure.add_axes(box, axes_class=_FixedAxes)
        axes.set_axis_off()
        axes.set_autoscale_on(False)
        axes.margins(0)
        return axes

    def names(self, text: Text, *artists: Artist) -> None:
        """Say what a text stands beside because it is its name: it may not be far from it.

        Args:
            text: A text that is marked.
            artists: What it names: marked lines, patches or collections.
        """
        self.named.append((text, artists))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        role: Role = "ink",
        *,
        size: float = LABEL,
        weight: Weight = "regular",
        ha: Horizontal = "center",
        va: Vertical = "center",
        axes: Axes | None = None,
        family: str | None = None,
        linespacing: float = 1.15,
    ) -> Text:
        """Write ``words``, with ``$...$`` for maths.

        Args:
            x: Place, in inches on the page or in the units of ``axes``.
            y: Likewise.
            words: The text.
            role: Its colour.
            size: Its size in points.
            weight: How bold it is.
            ha: What ``x`` is: the left end, the centre or the right end.
            va: What ``y`` is.
            axes: Where to write; the page if not given.
            family: A font family in place of the sans serif.
            linespacing: The distance of two baselines, relative to the size.

        Returns:
            The text.

        Raises:
            InputError: If the text is too small to be read from the back of the hall.
        """
        if size < SMALL:
            raise InputError("text size", size, f"{SMALL:g} points or more")
        # mathtext raises the prime of STIX, which is raised already, once more.
        words = _FORMULA.sub(lambda formula: formula[0].replace("'", "\N{PRIME}"), words)
        with style():
            text = (axes or self.page).text(
                x, y, words, fontsize=size, fontweight=weight, ha=ha, va=va, linespacing=linespacing
            )
            if family:
                text.set_fontfamily(family)
        return self.mark(text, stroke=role)

    def number(
        self,
        x: float,
        y: float,
        value: float,
        role: Role = "ink",
        *,
        places: int = 3,
        before: str = "",
        size: float = LABEL,
        weight: Weight = "regular",
        ha: Horizontal = "center",
        va: Vertical = "center",
        axes: Axes | None = None,
    ) -> Text:
        """Write a number, and claim that its printed digits are the computed ones.

        Args:
            x: As in `text`.
            y: As in `text`.
            value: The number.
            role: As in `text`.
            places: The decimals to print; idle zeros are left out.
            before: What is written before it, like ``"$f(a)$ = "``.
            size: As in `text`.
            weight: As in `text`.
            ha: As in `text`.
            va: As in `text`.
            axes: As in `text`.

        Returns:
            The text.
        """
        digits = self.digits(value, places, before)
        words = before + digits
        return self.text(x, y, words, role, size=size, weight=weight, ha=ha, va=va, axes=axes)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        role: Role = "ink",
        *,
        width: float = 1.6,
        dashed: bool = False,
    ) -> Line2D:
        """Draw a straight line on the page, from one place in inches to another."""
        (line,) = self.page.plot(
            *zip(start, end, strict=True), linewidth=width, linestyle=DASHES if dashed else "-"
        )
        return self.mark(line, stroke=role)

    def measure(self, text: Text) -> tuple[float, float]:
        """Width and height of a text in inches, as it will be drawn."""
        room = self.room(text)
        return float(room.width), float(room.height)

    def room(self, text: Text) -> Bbox:
        """What a text takes up in inches, as it will be drawn; noted in `measured`."""
        with style():
            box = text.get_window_extent()
        dpi = self.figure.dpi
        room = Bbox.from_extents(*(float(end) / dpi for end in box.extents))
        self.measured[text.get_text(), float(text.get_fontsize())] = (room.width, room.height)
        return room

    # Claims and words

    def claim(
        self,
        what: str,
        drawn: ArrayLike,
        independent: ArrayLike,
        how: str,
        *,
        tolerance: float = 1e-9,
        scale: float = 1.0,
    ) -> None:
        """File a claim about what is drawn; the arguments are those of `figgen.core.Claim`."""
        self.file(Claim(what, drawn, independent, how, tolerance, scale))

    def file(self, claim: Claim) -> None:
        """File a claim that was made elsewhere."""
        self.claims.append(Filed(claim, self._author_line()))

    def digits(self, value: float, places: int = 3, before: str = "") -> str:
        """A number as it is printed, with the claim that its digits are the computed ones.

        Args:
            value: The number.
            places: The decimals to print; idle zeros are left out.
            before: What is written before it; only for the claim's words.

        Returns:
            The digits, with a true minus sign.
        """
        digits = printed(value, places)
        self.claim(
            f"the printed number {before}{digits}",
            read(digits),
            rounded(value, places),
            f"decimal rounding of the computed number to {places} places",
        )
        return digits

    def describe(self, sentence: str) -> None:
        """Add a sentence to the alt text, from the current step on.

        Raises:
            InputError: If it is empty.
        """
        sentence = " ".join(sentence.split())
        if not sentence:
            raise InputError("sentence of the alt text", sentence, "some words")
        self._sentences.append((*self._now, sentence))

    @property
    def sentences(self) -> tuple[tuple[int, int | None, str], ...]:
        """The sentences of the alt text, each with its first and its last step."""
        return tuple(self._sentences)

    def description(self, step: int | None = None) -> str:
        """What ``step`` shows, in sentences; by default the last step."""
        step = self.steps if step is None else step
        return " ".join(
            sentence
            for first, last, sentence in self._sentences
            if first <= step and (last is None or step <= last)
        )

    def _author_line(self) -> int | None:
        # Not inspect.stack(): it reads source files, and is a hundred times slower.
        frame: FrameType | None = inspect.currentframe()
        while frame is not None:
            if frame.f_code.co_filename == self._author:
                return frame.f_lineno
            frame = frame.f_back
        return None
