"""What a figure reads while it is drawn: data files, folders, fonts, and sources that it lists."""

from __future__ import annotations

import functools
import linecache
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from figgen.build.signatures import digest

FONTS = (".ttf", ".otf", ".ttc", ".afm", ".pfb")


@dataclass(frozen=True, order=True)
class Read:
    """A file or folder that was read.

    Attributes:
        kind: "file", "folder", "font", or "source" for a module whose lines were read.
        path: Its absolute path; it need not exist.
        digest: Of what was there when it was opened, in hexadecimal digits.
        by: Where in the course: files and lines of all functions that were running.
        at_import: Whether that was when a module was imported, so that all figures share it.
    """

    kind: str
    path: str
    digest: str = ""
    by: tuple[tuple[str, int], ...] = ()
    at_import: bool = False


class _Watch:
    """Hears of every file that this process opens; Python cannot be made deaf again."""

    def __init__(self) -> None:
        self.folder = ""
        self.reads: set[Read] = set()
        self.imported: set[Read] = set()
        self.written: set[str] = set()
        self.installed = False
        self.busy = False

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """An audit event of Python's."""
        if self.busy or not self.folder or event not in {"open", "os.listdir", "os.scandir"}:
            return
        given = args[0]
        if not isinstance(given, str | bytes | os.PathLike) and given is not None:
            return
        path = os.path.abspath(os.fsdecode(given or "."))  # noqa: PTH100 - links stay links
        if event == "open" and _writes(args[1], args[2]):
            self.written.add(path)
        elif path not in self.written:
            # It opens the file itself, to know what the figure is about to read.
            self.busy = True
            try:
                self.read(path, event, sys._getframe(1))
            finally:
                self.busy = False

    def read(self, path: str, event: str, frame: FrameType | None) -> None:
        """Note a file or folder that was read, if a figure can depend on it."""
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            return
        by: list[tuple[str, int]] = []
        at_import = False
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(self.folder):
                module = code.co_name == "<module>"
                by.append((code.co_filename, frame.f_lineno if module else code.co_firstlineno))
                at_import = at_import or module
            frame = frame.f_back
        if path.endswith(FONTS):
            self.reads.add(Read("font", path, digest(path).hex()))
        elif path.endswith(".py") and path.startswith((self.folder, _ENGINE)):
            self.reads.add(Read("source", path))
        elif by and not path.startswith(_foreign()):
            kind = "file" if event == "open" else "folder"
            found = Read(kind, path, digest(path).hex(), tuple(by), at_import)
            (self.imported if at_import else self.reads).add(found)


_ENGINE = str(Path(__file__).parents[1]) + os.sep


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
    _watch.folder = str(folder.resolve()) + os.sep
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
        yield found
    finally:
        found += sorted(_watch.reads | _watch.imported)
