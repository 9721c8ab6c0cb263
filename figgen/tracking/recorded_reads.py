"""What a figure reads while it is drawn: data files, folders, fonts, and sources that it lists.

Also what it only looks at, as `Path.exists` does, and the variables of the environment that it asks
for.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from figgen.disk.file_status import digest
from figgen.engine import ENGINE
from figgen.tracking.environment import variable

FONTS = (".ttf", ".otf", ".ttc", ".afm", ".pfb")


@dataclass(frozen=True, order=True)
class Read:
    """A file or folder that was read.

    Attributes:
        kind: "file", "folder", "font", "source" for a module whose lines were read, or "variable".
        path: Its absolute path; it need not exist. That of a folder ends with a separator if it was
            only looked at. For a variable its name.
        digest: Of what was there when it was opened, in hexadecimal digits.
        by: Where in the course: files and lines of all functions that were running.
        at_import: Whether that was when a module was imported, so that all figures share it.
    """

    kind: str
    path: str
    digest: str = ""
    by: tuple[tuple[str, int], ...] = ()
    at_import: bool = False


OPENED = {"open": "file", "sqlite3.connect": "file", "os.listdir": "folder", "os.scandir": "folder"}
"""Python's own events, and what they are about."""


class _Watch:
    """Hears of every file that this process opens; Python cannot be made deaf again."""

    def __init__(self) -> None:
        self.folder = ""
        self.reads: set[Read] = set()
        self.imported: set[Read] = set()
        # A process opens a font once, for all figures.
        self.fonts: set[Read] = set()
        self.written: set[str] = set()
        self.installed = False
        self.busy = False

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """An audit event of Python's."""
        if event in OPENED and self.folder and not self.busy:
            self.notice(event, args)

    def notice(self, event: str, args: tuple[object, ...]) -> None:
        """Note what an event is about, if it is something that a figure can depend on."""
        given = args[0]
        if not isinstance(given, str | bytes | os.PathLike) and given is not None:
            return
        path = os.path.abspath(os.fsdecode(given or "."))
        if event == "open" and _writes(args[1], args[2]):
            self.written.add(path)
        elif path not in self.written:
            # It opens the file itself, to know what the figure is about to read.
            self.busy = True
            try:
                self.read(path, event, sys._getframe(2))
            finally:
                self.busy = False

    def read(self, path: str, event: str, frame: FrameType | None) -> None:
        """Note a file or folder that was read, if a figure can depend on it."""
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            return
        kind = OPENED.get(event, "look")
        if path.endswith(".py") and path.startswith((self.folder, _ENGINE)):
            if kind == "file":
                self.reads.add(Read("source", path))
        elif path.endswith(FONTS) and kind == "file":
            self.fonts.add(Read("font", path, digest(path).hex()))
        elif not path.startswith(_foreign()):
            if kind == "look" and os.path.isdir(path):
                path = os.path.join(path, "")
            self._keep("file" if kind == "look" else kind, path, frame)

    def look_up(self, name: object) -> None:
        """Note a variable of the environment, if the course asks for it itself."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename in _MAPPINGS:
            frame = frame.f_back
        if frame is not None and frame.f_code.co_filename.startswith(self.folder):
            self._keep("variable", str(name), frame)

    def _keep(self, kind: str, path: str, frame: FrameType | None) -> None:
        by: list[tuple[str, int]] = []
        at_import = False
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(self.folder):
                module = code.co_name == "<module>"
                by.append((code.co_filename, frame.f_lineno if module else code.co_firstlineno))
                at_import = at_import or module
            frame = frame.f_back
        if by:
            said = variable(path) if kind == "variable" else digest(path).hex()
            read = Read(kind, path, said, tuple(by), at_import)
            (self.imported if at_import else self.reads).add(read)


_ENGINE = str(ENGINE) + os.sep


_MAPPINGS = {os.__file__, "<frozen os>", "<frozen _collections_abc>"}
"""Where the methods of the environment are that end in a look-up."""


@functools.cache
def _foreign() -> tuple[str, ...]:
    """Where files lie that belong to Python and its packages, whose versions count instead."""
    own = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(os.__file__).parent), _ENGINE}
    packages = {folder for folder in sys.path if folder.endswith("-packages")}
    return (*(f"{each.rstrip(os.sep)}{os.sep}" for each in own | packages), "/proc/", "/dev/")


def _writes(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


_watch = _Watch()


def watch(folder: Path) -> None:
    """Begin to note what the course in ``folder`` reads when its modules are imported."""
    place = str(folder.resolve()) + os.sep
    if place != _watch.folder:
        # What another course has read is none of this one's.
        _watch.imported = set()
        _watch.fonts = {read for read in _watch.fonts if not read.path.startswith(_watch.folder)}
        _watch.folder = place
    if not _watch.installed:
        _watch.installed = True
        sys.addaudithook(_watch.hear)


@contextmanager
def recorded(folder: Path) -> Iterator[list[Read]]:
    """Note what a figure of the course in ``folder`` reads within the context.

    Yields:
        A list that is filled when the context ends, in order; it holds what the modules of the
        course have read by then, too.
    """
    watch(folder)
    _watch.reads = set()
    # What was written before is no work of this figure's: a course that was edited here, say.
    _watch.written = set()
    # A source that is in the cache would not be opened again.
    linecache.clearcache()
    found: list[Read] = []
    try:
        with _looks_noticed():
            yield found
    finally:
        found += sorted(_watch.reads | _watch.imported | _watch.fonts)


@contextmanager
def _looks_noticed() -> Iterator[None]:
    """Hear of what Python has no event for: a look at a file, and one at the environment."""
    stat, access, look_up = os.stat, os.access, os._Environ.__getitem__

    def noticed(look: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(look)
        def looked(path: Any, *args: Any, **options: Any) -> Any:
            if not _watch.busy:
                _watch.notice("", (path,))
            return look(path, *args, **options)

        return looked

    def looked_up(self: Any, key: Any) -> Any:
        _watch.look_up(key)
        return look_up(self, key)

    changes = {"stat": noticed(stat), "access": noticed(access)}
    # `shutil` asks for the function itself.
    known = (os.supports_follow_symlinks, os.supports_dir_fd, os.supports_fd)
    added = [(each, changes[name]) for each in known for name in changes
             if getattr(os, name) in each]  # fmt: skip
    try:
        vars(os).update(changes)
        for each, func in added:
            each.add(func)
        os._Environ.__getitem__ = looked_up  # type: ignore[method-assign]
        yield
    finally:
        os.stat, os.access = stat, access
        os._Environ.__getitem__ = look_up  # type: ignore[method-assign]
        for each, func in added:
            each.discard(func)


# On a cluster, the course lies elsewhere


def portable(reads: Iterable[Read], folder: Path) -> tuple[Read, ...]:
    """What was read, with the paths in the course relative to its folder."""
    here = {str(folder.absolute()), str(folder.resolve())}

    def relative(path: str) -> str:
        for each in here:
            if path.startswith(each + os.sep):
                return path[len(each) + 1 :] or f".{os.sep}"
        return "." if path in here else path

    return tuple(_moved(read, relative) for read in reads)


def placed(reads: Iterable[Read], folder: Path) -> tuple[Read, ...]:
    """What `portable` gives, where the course lies in ``folder``."""
    place = folder.absolute()

    def absolute(path: str) -> str:
        whole = str(place / path)
        return os.path.join(whole, "") if path.endswith(os.sep) else whole

    return tuple(_moved(read, absolute) for read in reads)


def _moved(read: Read, move: Callable[[str], str]) -> Read:
    path = read.path if read.kind == "variable" else move(read.path)
    return replace(read, path=path, by=tuple((move(where), line) for where, line in read.by))
