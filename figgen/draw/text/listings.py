"""Listings on a slide: functions as they run, and calls of them with what they give."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from figgen.core import Function, InputError
from figgen.core.arrays import as_floats
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.cards import card
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import LABEL, SMALL
from figgen.draw.canvas.theme import Role
from figgen.draw.canvas.units import POINTS_PER_INCH
from figgen.draw.text.example_calls import Call, numbers_in, run_call
from figgen.draw.text.function_cuts import Docstring, body_lines
from figgen.draw.text.source_code import ADVANCE, code_of, run, source_of
from figgen.draw.text.syntax_colours import as_html, runs, write_run

Place: TypeAlias = Literal["below", "beside"]

TIGHTEST, LOOSEST = 1.3, 1.55
"""Distance of two lines, relative to the size: as loose as there is room, within these."""
BLANK = 0.5
"""Height of a blank line, relative to that of a line."""
CAPITALS, DESCENT = 0.729, 0.236
"""How far the monospaced letters reach above and below their line, relative to the size."""
MARGIN = 0.36
"""Between the left and right edges of a card and its code, in inches."""
NARROWEST, WIDEST = 0.14, 0.34
"""Between the upper and lower edges of a card and its code, in inches: likewise."""
EDGE = 0.1
"""Between the edge of a card and what is marked or set in it, in inches."""
GAP = 0.12
"""Between the card of the code and the card of the calls, in inches."""
BAND = 0.08
"""How much of its role's colour a band behind lines holds, so that grey letters stay legible."""

DIGITS = 4
"""The decimals to which the calls on a slide round."""
WITHIN = 0.5 * 10.0**-DIGITS + 1e-5
"""What a printed number may be off: its rounding, and what a difference with step 0.001 leaves."""

BY_CLOSED_FORM = "the closed form of the derivative"
BY_GRAPH = "the backward pass over the traced graph"


@dataclass(frozen=True)
class _Band:
    paragraph: int
    role: Role
    span: tuple[int, int | None]


class Listing:
    """Functions as they run in a card, and calls of them in another.

    The code is never scaled and never cut: what has no room is an error.

    Args:
        canvas: Where to draw.
        functions: The functions, in the order in which they are shown.
        using: What other functions the calls may name; they know numpy as ``np`` anyway.
        docstring: What stays of the docstrings.
        size: The size of all letters, in points.
        box: The place; the whole canvas if not given.
        calls: Where the calls stand: in a card below the code, or beside its lower lines.

    Raises:
        InputError: If a function has no source, or the letters are too small.
    """

    def __init__(
        self,
        canvas: Canvas,
        *functions: Callable[..., Any],
        using: Sequence[Function] = (),
        docstring: Docstring = "none",
        size: float = LABEL,
        box: Box | None = None,
        calls: Place = "below",
    ) -> None:
        if size < SMALL:
            raise InputError("text size", size, f"{SMALL:g} points or more")
        self.canvas = canvas
        self.size = size
        self.box = box or Box(0.02, 0.02, canvas.width - 0.04, canvas.height - 0.04)
        self.functions = functions
        self.advance = ADVANCE * size / POINTS_PER_INCH
        self._padding = NARROWEST
        self._beside = calls == "beside"
        sources = [source_of(function, docstring) for function in functions]
        self.code = "\n\n".join(sources)
        given = {"np": np, **{function.name: function for function in using}}
        # The calls run what is printed; that it is what runs elsewhere is a claim.
        self._printed = dict(given)
        self._running = dict(given)
        for function, source in zip(functions, sources, strict=True):
            name = code_of(function).__name__
            self._printed[name] = run(source, function)
            self._running[name] = function
        self._calls: list[Call] = []
        self._bands: list[_Band] = []

    @property
    def name(self) -> str:
        """The names of the functions."""
        return ", ".join(code_of(function).__name__ for function in self.functions)

    # What is shown

    def call(
        self,
        code: str,
        expected: ArrayLike | None = None,
        how: str = "",
        *,
        within: float = WITHIN,
        raises: type[Exception] | None = None,
    ) -> Any:
        """Run a line below the listing, and show it with what it gives.

        Args:
            code: A statement or an expression; may have several lines.
            expected: The numbers that it must print, by another way; any shape.
            how: That other way.
            within: How far a printed number may be off.
            raises: The error that it must raise, where that is what it shows.

        Returns:
            The value of an expression.

        Raises:
            InputError: If it does not raise what it must.
        """
        value, output = run_call(code, self._printed, raises)
        if raises:
            room = int((self.box.width - 2 * MARGIN) / self.advance)
            output = textwrap.fill(output, room, subsequent_indent="    ")
        call = Call(code, output, self.canvas.span)
        self._calls.append(call)
        printed = [] if raises else numbers_in(output)
        what = f"what {call.said} prints"
        _, other = run_call(code, self._running, raises)
        if output:
            same = float(other.split() == output.split())
            self.canvas.claim(f"{what}: the same", same, 1, "the function that runs", tolerance=0)
        if expected is not None:
            independent = as_floats(expected, what).ravel()
            # An error counts in units of the largest number, but a printed digit does not.
            largest = max(1.0, float(np.abs(independent).max(initial=0)))
            self.canvas.claim(what, printed, independent, how, tolerance=within / largest)
        return value

    def random(self, seed: int, **shapes: tuple[int, int]) -> None:
        """Show how random matrices are made, for the calls that follow.

        Args:
            seed: Of numpy's legacy generator, whose numbers never change.
            shapes: The shape of each matrix by its name, in the order in which they are drawn.
        """
        broken = "\n    " if self._beside else ""
        self.call(f"randn = np.random.RandomState({broken}{seed}).randn")
        drawn = (f"randn({rows}, {columns})" for rows, columns in shapes.values())
        self.call(f"{', '.join(shapes)} = {', '.join(drawn)}")

    def band(self, paragraph: int, role: Role) -> None:
        """Mark the lines of a paragraph, from the current step on; they do not move.

        Args:
            paragraph: Its number, from 1; blank lines separate paragraphs.
            role: The colour of the band behind the lines and of the bar at its left.

        Raises:
            InputError: If there is no such paragraph.
        """
        count = len(_paragraphs(self.code))
        if not 1 <= paragraph <= count:
            raise InputError("paragraph of the listing", paragraph, f"1 to {count}")
        self._bands.append(_Band(paragraph, role, self.canvas.span))

    def passes(self) -> None:
        """Mark the last paragraph but one as the forward pass, and the last as the backward one."""
        last = len(_paragraphs(self.code))
        self.band(last - 1, "forward")
        self.band(last, "backward")

    # Drawing

    def draw(self) -> None:
        """Draw the listing and the calls, and tell them.

        Raises:
            InputError: If they have no room, with the lines or columns that are too many.
        """
        session = "\n".join(call.session for call in self._calls)
        self._require_columns(self.code, self.box.width)
        leading = self._leading(session)
        code_height = self._height(self.code, leading)
        session_height = self._height(session, leading) if session else 0.0
        if self._beside:
            place = self.box
        else:
            free = self.box.height - code_height - session_height - GAP * bool(session)
            bottom = self.box.bottom + free / 2
            over = bottom + session_height + GAP * bool(session)
            place = Box(self.box.left, over, self.box.width, code_height)
        card(self.canvas, place, None, "muted", tint=0.06, zorder=0.5)
        right = place.left + place.width
        if session:
            frame = Box(place.left, place.bottom - GAP - session_height, place.width,
                        session_height)  # fmt: skip
            if self._beside:
                frame = self._inset(session, session_height, leading)
                right = frame.left
            self._require_columns(session, frame.width)
            card(self.canvas, frame, "muted", "paper", tint=1, zorder=2)
            self._write_calls(frame, leading)
        self._draw_bands(place, right - EDGE, leading)
        self._write(self.code, place, leading)
        self._tell()
        self.canvas.sources["txt"] = f"{self.code}\n" + (f"\n{session}\n" if session else "")
        self.canvas.sources["html"] = as_html(self.code, session)

    def _require_columns(self, text: str, width: float) -> None:
        columns = max(map(len, text.splitlines()))
        room = int((width - 2 * MARGIN) / self.advance)
        if columns > room:
            allowed = (
                f"at most {room} in {width:.2f} inches at {self.size:g} points,"
                f" {columns - room} fewer"
            )
            raise InputError(f"columns of the listing of {self.name}", columns, allowed)

    def _leading(self, session: str) -> float:
        """The distance of two lines in inches, as large as fits."""
        texts = [self.code] if self._beside or not session else [self.code, session]
        rows = sum(_offsets(text)[-1] for text in texts)
        line = self.size / POINTS_PER_INCH
        edges = (CAPITALS + DESCENT) * line * len(texts) + GAP * (len(texts) - 1)
        tight, loose = (
            edges + 2 * padding * len(texts) + rows * leading * line
            for padding, leading in ((NARROWEST, TIGHTEST), (WIDEST, LOOSEST))
        )
        if tight > self.box.height:
            excess = math.ceil((tight - self.box.height) / (TIGHTEST * line))
            lines = sum(len(text.splitlines()) for text in texts)
            allowed = (
                f"at most {lines - excess} in {self.box.height:.2f} inches at {self.size:g}"
                f" points, {excess} fewer"
            )
            raise InputError(f"lines of the listing of {self.name}", lines, allowed)
        looseness = min(1.0, (self.box.height - tight) / (loose - tight))
        self._padding = NARROWEST + looseness * (WIDEST - NARROWEST)
        return (TIGHTEST + looseness * (LOOSEST - TIGHTEST)) * line

    def _height(self, text: str, leading: float) -> float:
        letters = (CAPITALS + DESCENT) * self.size / POINTS_PER_INCH
        return 2 * self._padding + letters + _offsets(text)[-1] * leading

    def _inset(self, session: str, height: float, leading: float) -> Box:
        """The place of the calls in the lower right corner of the code's card."""
        width = max(map(len, session.splitlines())) * self.advance + 2 * MARGIN
        right = self.box.left + self.box.width
        inset = Box(right - width - EDGE, self.box.bottom + EDGE, width, height)
        for line, offset in zip(self.code.splitlines(), _offsets(self.code), strict=True):
            end = self.box.left + MARGIN + len(line) * self.advance
            foot = self._baseline(self.box, offset, leading)
            if foot < inset.bottom + height + 0.1 and end + 0.1 > inset.left:
                columns = math.ceil((end + 0.1 - inset.left) / self.advance)
                allowed = f"one with room beside it, {columns} columns more"
                raise InputError(f"line of the listing of {self.name}", line, allowed)
        return inset

    def _baseline(self, place: Box, offset: float, leading: float) -> float:
        top = place.bottom + place.height
        first = top - self._padding - CAPITALS * self.size / POINTS_PER_INCH
        return first - offset * leading

    def _write(self, code: str, place: Box, leading: float) -> None:
        for line, offset in zip(runs(code), _offsets(code), strict=True):
            start = place.left + MARGIN, self._baseline(place, offset, leading)
            for each in line:
                write_run(self.canvas, start, each, self.size)

    def _write_calls(self, place: Box, leading: float) -> None:
        offsets = iter(_offsets("\n".join(call.session for call in self._calls)))
        for call in self._calls:
            with self.canvas.step(*call.span):
                for line in runs(call.session, session=True):
                    start = place.left + MARGIN, self._baseline(place, next(offsets), leading)
                    for each in line:
                        write_run(self.canvas, start, each, self.size)

    def _draw_bands(self, place: Box, right: float, leading: float) -> None:
        offsets = _offsets(self.code)
        above = (leading + (CAPITALS - DESCENT) * self.size / POINTS_PER_INCH) / 2
        for band in self._bands:
            first, last = _paragraphs(self.code)[band.paragraph - 1]
            top = self._baseline(place, offsets[first], leading) + above
            bottom = self._baseline(place, offsets[last], leading) + above - leading
            with self.canvas.step(*band.span):
                left = place.left + EDGE
                behind = Box(left, bottom, right - left, top - bottom)
                card(self.canvas, behind, None, band.role, tint=BAND, radius=0.06, zorder=0.7)
                bar = Box(left, bottom, 0.08, top - bottom)
                card(self.canvas, bar, None, band.role, tint=1, radius=0.04, zorder=0.8)

    def _tell(self) -> None:
        for function in self.functions:
            name = code_of(function).__name__
            *inputs, end = inspect.signature(code_of(function)).parameters or ("nothing",)
            takes = f"{', '.join(inputs)} and {end}" if inputs else end
            body = [line.strip() for line in body_lines(source_of(function))]
            count = f"{len(body)} line{'s' * (len(body) != 1)}"
            self.canvas.describe(f"The function {name} takes {takes}; {count}: {'; '.join(body)}.")
        for band in self._bands:
            first, last = _paragraphs(self.code)[band.paragraph - 1]
            line = self.code.splitlines()[first].strip().removeprefix("# ")
            with self.canvas.step(*band.span):
                self.canvas.describe(
                    f"Marked as {band.role}: {last - first + 1} lines from '{line}' on."
                )
        for call in self._calls:
            gives = " ".join(call.output.split())
            told = f"{call.said} gives {gives}." if gives else f"Then {call.said}."
            with self.canvas.step(*call.span):
                self.canvas.describe(told)


def _offsets(text: str) -> list[float]:
    """How far each line stands below the first, in lines; a blank one is not as high."""
    heights = [1.0 if line.strip() else BLANK for line in text.splitlines()]
    return [0.0, *accumulate(heights[1:])] if heights else [0.0]


def _paragraphs(code: str) -> list[tuple[int, int]]:
    """The first and the last line of every paragraph, from 0."""
    numbered = list(enumerate(code.splitlines()))
    groups = groupby(numbered, key=lambda each: bool(each[1].strip()))
    found = [[number for number, _ in group] for filled, group in groups if filled]
    return [(each[0], each[-1]) for each in found]
