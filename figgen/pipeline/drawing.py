"""From a figure's definition to its drawing, checked."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figgen.core import Claim
from figgen.course.course import Course, Entry
from figgen.course.parameters import ParameterError, parse_settings
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.unmarked import CanvasError, require_marked
from figgen.errors import BuildError
from figgen.pipeline.importing import ModuleError, describe_failure, load
from figgen.pipeline.unseeded_random import seeded


class FigureError(BuildError):
    """A figure that cannot be made: its name, the author's line and the reason."""


@dataclass(frozen=True)
class Drawing:
    """A figure as drawn.

    Attributes:
        entry: Its definition.
        canvas: What was drawn.
        fingerprint: Of all that it was drawn from, to travel in its files; empty if unknown.
    """

    entry: Entry
    canvas: Canvas
    fingerprint: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the figure."""
        return tuple(filed.claim for filed in self.canvas.claims)

    def alt(self, step: int | None = None) -> str:
        """The alt text of a step, by default the last: the author's sentence, then the numbers."""
        return f"{self.entry.definition.alt} {self.canvas.description(step)}".strip()

    def require_claims(self) -> None:
        """Refuse the figure if a claim does not hold.

        Raises:
            FigureError: With both numbers of every claim that fails, and the author's line.
        """
        failed = [filed for filed in self.canvas.claims if not filed.claim.holds]
        if failed:
            line = failed[0].line or self.entry.line
            reasons = "; ".join(str(filed.claim) for filed in failed)
            raise FigureError(reasons, self.entry.file, line)


def settle(
    course: Course, entry: Entry, settings: Mapping[str, str]
) -> tuple[Callable[..., None], dict[str, Any]]:
    """Load a figure function and read the settings for it, without drawing.

    Returns:
        The function and its keyword arguments.

    Raises:
        FigureError: If the module does not import or the types of the parameters do not exist.
        ParameterError: If a setting does not fit.
    """
    try:
        func = load(course, entry)
        return func, parse_settings(func, settings)
    except ParameterError as error:
        raise ParameterError(f"{entry.name}: {error}") from None
    except ModuleError as error:
        raise FigureError(error.reason, error.file, error.line) from error
    # An annotation is any expression of the author's, so it can fail in any way.
    except Exception as error:
        reason = f"the type of a parameter cannot be read: {error}"
        raise FigureError(reason, entry.file, entry.line) from error


def draw(course: Course, entry: Entry, settings: Mapping[str, str] | None = None) -> Drawing:
    """Draw a figure and hold it to the rules of the house; its claims are not judged yet.

    Args:
        course: The course that holds it.
        entry: The figure.
        settings: Parameters to change, as text.

    Returns:
        The drawing.

    Raises:
        FigureError: If the module does not import, the function fails or warns, or the drawing
            breaks a rule.
        ParameterError: If a setting does not fit.
    """
    with seeded(entry.name):
        return run(*settle(course, entry, settings or {}), entry, course.folder)


def run(
    func: Callable[..., None], values: Mapping[str, Any], entry: Entry, folder: Path
) -> Drawing:
    """Call a figure function on a canvas of its own, and check what it drew as `draw` does.

    Args:
        func: The function.
        values: Its keyword arguments.
        entry: Its definition.
        folder: The folder of the author's files, whose lines are told.

    Raises:
        FigureError: If the function fails or warns, or the drawing breaks a rule.
    """
    canvas = Canvas(entry.definition.slot, author=func.__code__.co_filename)
    try:
        # What an author prints is a message, and no part of the output of a command.
        with style(), nothing_in_silence(), redirect_stdout(sys.stderr):
            func(canvas, **values)
            require_marked(canvas.figure, canvas.marks)
    # Whatever an author's function raises, sys.exit() included, is told with the author's line,
    # and stops this figure only.
    except (Exception, SystemExit) as error:
        definition_line = entry.file, entry.line
        if isinstance(error, CanvasError):
            raise FigureError(str(error), *definition_line) from error
        raise FigureError(*describe_failure(error, folder, definition_line)) from error
    if canvas.steps != entry.definition.steps:
        raise FigureError(
            f"{entry.name} declares steps={entry.definition.steps} but draws {canvas.steps}",
            entry.file,
            entry.line,
        )
    return Drawing(entry, canvas, entry.fingerprint)


class _Refuse(logging.Handler):
    """Turns a logged warning into an error: matplotlib only logs a missing glyph."""

    def emit(self, record: logging.LogRecord) -> None:
        raise CanvasError(record.getMessage())


@contextmanager
def nothing_in_silence() -> Iterator[None]:
    """Make every warning an error, those included that matplotlib only logs."""
    handler = _Refuse(logging.WARNING)
    logger = logging.getLogger("matplotlib")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # What an old matplotlib should no longer ask of its own dependencies is not our affair.
            warnings.filterwarnings("ignore", "", DeprecationWarning, r"(matplotlib|pyparsing)\b")
            yield
    finally:
        logger.removeHandler(handler)
