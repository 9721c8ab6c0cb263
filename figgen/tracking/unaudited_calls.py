"""Calls of Python's own functions that it has no audit event for, heard of within a context."""

from __future__ import annotations

import functools
import locale
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from figgen.tracking.environment import (
    ALL_VARIABLES,
    LINK,
    THE_FOLDER,
    THE_LANGUAGE,
    THE_MACHINE,
    THE_TIME,
    THE_TIME_ZONE,
    THE_USER,
)

Notice: TypeAlias = Callable[[str, tuple[object, ...]], None]
"""Takes the name of an event and its arguments."""

_LOOKS = ("stat", "access", "lstat", "readlink")
"""The functions of `os` that look at a file without an event."""

_ASKED: dict[Any, dict[str, tuple[str, ...]]] = {
    os: {
        THE_FOLDER: ("getcwd", "getcwdb"),
        THE_MACHINE: ("uname", "cpu_count"),
        THE_USER: ("getuid", "getlogin"),
    },
    time: {
        THE_TIME: ("time", "time_ns", "monotonic", "perf_counter", "process_time"),
        THE_TIME_ZONE: ("localtime", "mktime", "tzset"),
    },
    locale: {THE_LANGUAGE: ("setlocale", "getlocale", "getpreferredencoding")},
    platform: {
        THE_MACHINE: ("uname", "node", "system", "machine", "release", "version", "platform")
    },
}
"""What is asked of the system by which functions."""


@contextmanager
def heard(notice: Notice, ask: Callable[[object], None]) -> Iterator[None]:
    """Hear of what Python has no event for: a look at a file, and what is asked of the system.

    Args:
        notice: Called with an empty event and the path for each look at a file.
        ask: Called with the name of what is asked, before it is answered.
    """
    changes: list[tuple[Any, str, Any]] = [
        *((os, name, _noticed(getattr(os, name), name, notice, ask)) for name in _LOOKS),
        *(
            (module, name, _asked(getattr(module, name), what, ask))
            for module, questions in _ASKED.items()
            for what, names in questions.items()
            for name in names
            if hasattr(module, name)
        ),
        (os._Environ, "__getitem__", _looked_up(os._Environ.__getitem__, ask)),
        (os._Environ, "__iter__", _asked(os._Environ.__iter__, ALL_VARIABLES, ask)),
    ]
    before = [getattr(owner, name) for owner, name, _ in changes]
    # `shutil` asks for the function itself.
    known = (os.supports_follow_symlinks, os.supports_dir_fd, os.supports_fd)
    added = [
        (each, new)
        for each in known
        for (_, _, new), old in zip(changes, before, strict=True)
        if old in each
    ]
    try:
        for owner, name, new in changes:
            setattr(owner, name, new)
        for each, func in added:
            each.add(func)
        yield
    finally:
        for (owner, name, _), old in zip(changes, before, strict=True):
            setattr(owner, name, old)
        for each, func in added:
            each.discard(func)


def _noticed(
    look: Callable[..., Any], name: str, notice: Notice, ask: Callable[[object], None]
) -> Callable[..., Any]:
    """A function that looks at a file, heard of."""

    @functools.wraps(look)
    def looked(path: Any, *args: Any, **options: Any) -> Any:
        # To find out where a path leads looks at every folder above it; only links count then.
        on_the_way = sys._getframe(1).f_code.co_name in {"_joinrealpath", "realpath"}
        if isinstance(path, str | bytes | os.PathLike) and not (on_the_way and name == "lstat"):
            if name in {"lstat", "readlink"}:
                ask(f"{LINK}{os.path.abspath(os.fsdecode(path))}")
            if name != "readlink":
                notice("", (path,))
        return look(path, *args, **options)

    return looked


def _asked(
    answer: Callable[..., Any], what: str, ask: Callable[[object], None]
) -> Callable[..., Any]:
    """A function that answers a question of the system's, heard of."""

    @functools.wraps(answer)
    def asked(*args: Any, **options: Any) -> Any:
        ask(what)
        return answer(*args, **options)

    return asked


def _looked_up(look_up: Callable[..., Any], ask: Callable[[object], None]) -> Callable[..., Any]:
    def looked_up(self: Any, key: Any) -> Any:
        ask(key)
        return look_up(self, key)

    return looked_up
