"""The errors that a user reads, in one line each: what is wrong, where, and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable


class BuildError(Exception):
    """Something that the user can mend.

    Args:
        reason: What is wrong and what to do.
        file: The file or folder that it is in; None if it is in none.
        line: The line of the file; None if it is in none.

    Attributes:
        reason: As given.
        file: As given, as text.
        line: As given.
    """

    def __init__(
        self, reason: str, file: str | os.PathLike[str] | None = None, line: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.file = None if file is None else os.fspath(file)
        self.line = line

    def __str__(self) -> str:
        return one_line(self.reason, self.file, self.line)


class RequestError(BuildError):
    """A request that cannot be met as it was put: a step or a value that does not exist."""


class UnknownNameError(RequestError):
    """A name that does not exist, with the names that do."""


def one_line(reason: str, file: str | None = None, line: int | None = None) -> str:
    """A reason behind the place that it is about.

    >>> one_line("no such name", "figures/graphs.py", 7)
    'figures/graphs.py:7: no such name'
    >>> one_line("no such folder", "figures"), one_line("interrupted")
    ('figures: no such folder', 'interrupted')
    """
    place = ":".join(str(part) for part in (file, line) if part)
    return f"{place}: {reason}" if place else reason


MAX_LENGTH = 1000
"""How many characters of a message are shown at most."""


def readable(message: str) -> str:
    r"""A message as a terminal may show it: cut, and without control characters and newlines.

    >>> readable("no figure '\x1b[31m'; a\nb")
    "no figure '\\x1b[31m'; a\\nb"
    >>> len(readable("a" * 100_000))
    1000
    """
    if len(message) > MAX_LENGTH:
        half = MAX_LENGTH // 2
        message = f"{message[: half - 1]}…{message[-half:]}"
    return "".join(
        each if each.isprintable() or each == " " else each.encode("unicode_escape").decode()
        for each in message
    )


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The end of the message that a name is unknown: those that are nearly the same.

    Args:
        name: What was given.
        known: The names that there are.
        otherwise: What to say if none is near.

    >>> did_you_mean("sigmoyd", ["relu", "sigmoid"])
    '; did you mean sigmoid?'
    >>> did_you_mean("x", ["relu"], "'figgen list' shows them all")
    "; 'figgen list' shows them all"
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only for those who mistype

    close = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; {otherwise}" * bool(otherwise)
