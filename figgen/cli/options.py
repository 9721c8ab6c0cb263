"""What several commands take: figures, formats, themes, a step; each with its completion."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import click

from figgen.course.course_folder import find_course
from figgen.errors import BuildError, RequestError
from figgen.vocabulary import DEFAULT_THEME, FORMATS, SOURCES, THEMES, Format

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from figgen.course.course import Course
    from figgen.course.index import Listing

ALL = "all"

MAX_DIGITS = 9
"""How many digits a count has at most."""

MAX_SWEEP = 1000
"""How many values a sweep has at most."""


C = TypeVar("C", bound=Callable[..., object])


def open_course(ctx: click.Context) -> Course:
    """Read the course that the command line is about.

    Raises:
        BuildError: If there is none, or the working folder was deleted.
    """
    from figgen.course.index import read_indexed

    return read_indexed(course_folder(ctx))


def open_listing(ctx: click.Context, section: str | None, concept: str | None) -> Listing:
    """What is printed of the course that the command line is about, or of a part of it.

    Raises:
        BuildError: As `open_course` does.
        UnknownNameError: If there is no such section or concept.
    """
    from figgen.course.index import listing, read_listing

    if section is None and concept is None:
        return read_listing(course_folder(ctx))
    course = open_course(ctx)
    return listing(course, course.select((), section, concept))


def course_folder(ctx: click.Context) -> Path:
    """The folder of the course that the command line is about.

    Raises:
        BuildError: If the working folder was deleted.
    """
    try:
        start = Path.cwd()
    except OSError as error:
        raise BuildError(f"the working folder is gone: {error.strerror}; go to another") from None
    return find_course(ctx.find_root().params.get("figures"), start)


def figure_names(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a figure."""
    from click.shell_completion import CompletionItem

    course = _course_or_none(ctx)
    return [
        CompletionItem(entry.name, help=entry.definition.title)
        for entry in (course.entries if course else ())
        if entry.name.startswith(incomplete)
    ]


def section_names(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a section."""
    from click.shell_completion import CompletionItem

    course = _course_or_none(ctx)
    return [
        CompletionItem(section, help=title)
        for section, title in (course.sections if course else {}).items()
        if section.startswith(incomplete)
    ]


def concept_names(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a concept."""
    from click.shell_completion import CompletionItem

    course = _course_or_none(ctx)
    return [
        CompletionItem(concept, help=title)
        for concept, title in (course.concepts if course else {}).items()
        if concept.startswith(incomplete)
    ]


def _course_or_none(ctx: click.Context) -> Course | None:
    # While the user types, an error has no place to be told; the command will tell it.
    try:
        return open_course(ctx)
    except (BuildError, OSError):
        return None


class Step(click.ParamType[int | None, str]):
    """A step from 1 up, or None for all."""

    name = "step"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """The number that ``value`` is."""
        if value == ALL:
            return None
        try:
            step = int(value)
        except ValueError:
            step = 0
        if step < 1:
            self.fail(f"{value!r} is no step; give a number from 1 up, or '{ALL}'", param, ctx)
        return step


class Finite(click.ParamType[float, str]):
    """A finite number, in a range if one is given.

    Args:
        low: The lowest that is allowed; None for any.
        high: The highest; None for any.
        above_low: Whether ``low`` itself is not allowed.
    """

    name = "float"

    def __init__(
        self, low: float | None = None, high: float | None = None, *, above_low: bool = False
    ) -> None:
        self._range = click.FloatRange(low, high, min_open=above_low)

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number that ``value`` is."""
        number: float = self._range(value, param, ctx)
        # A range lets nan through, and an open one infinity.
        if not math.isfinite(number):
            self.fail(f"{value!r} is no finite number", param, ctx)
        return number


class Cluster(click.ParamType[str, str]):
    """``dask://HOST:PORT``."""

    name = "dask://HOST:PORT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """HOST:PORT."""
        match = re.fullmatch(r"dask://(\S+:\d+)/?", value)
        if match is None:
            self.fail(f"{value!r} is no cluster; give dask://HOST:PORT of a scheduler", param, ctx)
        return match[1]


class Shard(click.ParamType[tuple[int, int], str]):
    """``K/N``."""

    name = "K/N"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Which part of how many."""
        match = re.fullmatch(r"(\d+)/(\d+)", value, re.ASCII)
        # Python refuses to read very many digits, and no one has that many machines.
        readable = match and max(map(len, match.groups())) <= MAX_DIGITS
        number, count = (int(match[1]), int(match[2])) if match and readable else (0, 0)
        if not 1 <= number <= count:
            self.fail(f"{value!r} is no part; give K/N, like 2/8", param, ctx)
        return number, count


class Setting(click.ParamType[tuple[str, str], str]):
    """``key=value``."""

    name = "key=value"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Key and value."""
        key, equals, text = value.partition("=")
        if not key or not equals:
            self.fail(f"{value!r} is no setting; give key=value, like at=0.5", param, ctx)
        return key.strip(), text


class Range(click.ParamType[tuple[str, float, float, int], str]):
    """``key=start:stop:count``."""

    name = "key=start:stop:count"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float, float, int]:
        """Key, first value, last value, and how many values."""
        key, _, text = value.partition("=")
        try:
            start, stop, count = text.split(":")
            swept = key.strip(), float(start), float(stop), int(count)
        except ValueError:
            swept = "", 0.0, 0.0, 0
        finite = math.isfinite(swept[1]) and math.isfinite(swept[2])
        if not (swept[0] and finite and 1 < swept[3] <= MAX_SWEEP):
            allowed = (
                f"give key=start:stop:count with a count from 2 to {MAX_SWEEP},"
                " like delta=1:0.01:40"
            )
            self.fail(f"{value!r} is no sweep; {allowed}", param, ctx)
        return swept


def _each_once(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def once(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The settings by their keys.

    Raises:
        BadParameter: If a key is set twice.
    """
    keys = [key for key, _ in settings]
    for key in keys:
        if keys.count(key) > 1:
            raise click.BadParameter(f"{key} is set twice", param_hint="--set")
    return dict(settings)


def formats(*more: str, words: str = "") -> Callable[[C], C]:
    """Add ``-f``, with ``more`` formats than all commands have, and ``words`` about them."""
    return click.option(
        "-f",
        "--format",
        "formats",
        type=click.Choice((*FORMATS, *SOURCES, *more)),
        multiple=True,
        default=FORMATS,
        callback=_each_once,
        help="A file format; may be given several times. By default svg, pdf and png; dot is the"
        f" source of a graph, tex and mathml of an equation, txt and html of a listing{words}.",
    )


def themes(default: tuple[str, ...], words: str) -> Callable[[C], C]:
    """Add ``-t``; ``words`` say what the default is."""
    return click.option(
        "-t",
        "--theme",
        "themes",
        type=click.Choice(THEMES),
        multiple=True,
        default=default,
        callback=_each_once,
        help=f"A theme; may be given several times. By default {words}.",
    )


def out(default: str) -> Callable[[C], C]:
    """Add ``-o``."""
    return click.option(
        "-o",
        "--out",
        # Without any check: the writer knows what it needs, and says so.
        type=click.Path(path_type=Path, readable=False),
        default=default,
        show_default=True,
        metavar="DIR",
        help="The folder to write to; it is made if there is none.",
    )


def theme(command: C) -> C:
    """Add ``-t`` for one theme."""
    return click.option(
        "-t",
        "--theme",
        type=click.Choice(THEMES),
        default=DEFAULT_THEME,
        show_default=True,
        help="The theme to paint it in.",
    )(command)


def one_file(default: str, endings: str) -> Callable[[C], C]:
    """Add ``-o`` for a file whose ending says its format."""
    return click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path),
        default=default,
        show_default=True,
        metavar="FILE",
        help=f"The file to write; its ending says the format: {endings}.",
    )


def ending(path: Path, *texts: str) -> Format:
    """The format that the name of a file says, one of the pictures' or of ``texts``.

    Raises:
        RequestError: If it is none of them.
    """
    suffix = path.suffix.removeprefix(".")
    allowed = (*FORMATS, *texts)
    if suffix not in allowed:
        named = ", ".join(f".{each}" for each in allowed)
        raise RequestError(f"no such format; the ending must be one of {named}", path)
    return cast("Format", suffix)


def as_json(command: C) -> C:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def jobs(command: C) -> C:
    """Add ``-j``."""
    return click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="How many processes to use. By default one a processor.",
    )(command)
