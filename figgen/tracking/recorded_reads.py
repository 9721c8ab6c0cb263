"""What a figure reads while it is drawn: data files, folders, fonts, and sources that it lists.

Also what it only looks at, as `Path.exists` does, what it asks of the system, as a variable of the
environment, and the code outside the course that it runs, whichever way that is loaded.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from figgen.disk.file_status import digest
from figgen.engine import ENGINE
from figgen.errors import BuildError
from figgen.tracking.environment import THE_FOLDER, THE_MACHINE, variable
from figgen.tracking.unaudited_calls import heard

FONTS = (".ttf", ".otf", ".ttc", ".afm", ".pfb")


@dataclass(frozen=True, order=True)
class Read:
    """A file or folder that was read.

    Attributes:
        kind: "file", "folder", "font", "source" for a module whose lines were read, or "variable"
            for what is asked of the system.
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


OPENED = {
    "open": "file",
    "sqlite3.connect": "file",
    "ctypes.dlopen": "file",
    "os.listdir": "folder",
    "os.scandir": "folder",
}
"""Python's own events, and what they are about."""

STARTS = frozenset(
    {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}
)
"""The events of what starts a process, whose reads nobody hears of."""


class StartError(BuildError):
    """A figure that starts a process."""


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
        # Whether a figure is drawn: what else this process does is no affair of figgen's.
        self.drawing = False
        # How often the code of a file was run, and the modules that were there before all.
        self.run: Counter[str] = Counter()
        self.before: frozenset[str] = frozenset()

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """An audit event of Python's."""
        if not self.folder or self.busy:
            return
        if event in OPENED:
            self.notice(event, args)
        elif event == "exec":
            code: Any = args[0]
            if getattr(code, "co_name", "") == "<module>":
                self.run[code.co_filename] += 1
        elif event == "socket.gethostname":
            self.ask(THE_MACHINE)
        elif self.drawing and event in STARTS and self.asker() is not None:
            raise StartError(
                "starts a process, and nobody hears what that reads; run it before the build and"
                " read what it writes"
            )

    def notice(self, event: str, args: tuple[object, ...]) -> None:
        """Note what an event is about, if it is something that a figure can depend on."""
        given = args[0]
        if not isinstance(given, str | bytes | os.PathLike) and given is not None:
            return
        name = os.fsdecode(given or ".")
        if event == "sqlite3.connect":
            name = _data_base(name)
        elif event == "ctypes.dlopen" and os.sep not in name:
            # A library of the system.
            return
        path = os.path.abspath(name)
        writes, reads = _directions(*args[1:3]) if event == "open" else (False, True)
        if reads and path not in self.written:
            # It opens the file itself, to know what the figure is about to read.
            self.busy = True
            try:
                self.read(path, event, sys._getframe(2))
                if event == "sqlite3.connect":
                    self.read(f"{path}-wal", event, sys._getframe(2))
            finally:
                self.busy = False
            if not os.path.isabs(name):
                self.ask(THE_FOLDER)
        if writes:
            self.written.add(path)

    def notice_look(self, event: str, args: tuple[object, ...]) -> None:
        """Note a look at a file, which Python has no event for."""
        if not self.busy:
            self.notice(event, args)

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

    def asker(self) -> FrameType | None:
        """What of the course, or of code beside it, asks; None if it is a package that does so."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and _is_pythons(frame.f_code.co_filename):
            frame = frame.f_back
        return frame if frame is not None and self._is_own(frame.f_code.co_filename) else None

    def _is_own(self, file: str) -> bool:
        if file.startswith(self.folder):
            return True
        return os.path.isabs(file) and not file.startswith((*_foreign(), _ENGINE))

    def ask(self, name: object) -> None:
        """Note what is asked of the system, if the course does so itself."""
        if not self.busy and (frame := self.asker()) is not None:
            self.busy = True
            try:
                known = os.fsdecode(name) if isinstance(name, bytes) else str(name)
                self._keep("variable", known, frame)
            finally:
                self.busy = False

    def _keep(self, kind: str, path: str, frame: FrameType | None) -> None:
        by: list[tuple[str, int]] = []
        at_import = False
        # Code of its own in a thread of its own may have called Python at once.
        own = threading.current_thread() is not threading.main_thread()
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(_MAKING):
                own = bool(by)
                break
            if code.co_filename.startswith(self.folder):
                module = code.co_name == "<module>"
                by.append((code.co_filename, frame.f_lineno if module else code.co_firstlineno))
                at_import = at_import or module
            own = own or self._is_own(code.co_filename)
            frame = frame.f_back
        if by or own:
            said = variable(path) if kind == "variable" else digest(path).hex()
            read = Read(kind, path, said, tuple(by), at_import)
            (self.imported if at_import else self.reads).add(read)

    def code(self) -> set[Read]:
        """The files of code that ran and that no name of the course stands for."""
        run = self.run.copy()
        for name, module in [*sys.modules.items()]:
            file = getattr(module, "__file__", None)
            if not isinstance(file, str):
                continue
            if file.endswith(".py") and name == _name_in(self.folder, file):
                # Read definition by definition, unless it ran another time.
                run[file] -= 1
            elif name not in self.before:
                run[file] += 1
        files = {
            _container(file) for file, count in run.items() if count > 0 and self._is_own(file)
        }
        return {Read("file", file, digest(file).hex()) for file in files - {""}}


_ENGINE = str(ENGINE) + os.sep

_MAKING = (os.path.join(_ENGINE, "pipeline", ""), os.path.join(_ENGINE, "publish", ""))
"""Whoever stands above these on the stack has a figure drawn, and is no part of it."""

_PYTHON = os.path.join(os.path.dirname(os.__file__), "")


def _is_pythons(file: str) -> bool:
    """Whether a file is of Python's own library, or of this room, which stands between."""
    if file.startswith(("<frozen", os.path.dirname(__file__))):
        return True
    return file.startswith(_PYTHON) and "-packages" not in file


def _name_in(folder: str, file: str) -> str:
    """The name of a module of the course by its file; empty for another file."""
    if not file.startswith(folder):
        return ""
    parts = file.removeprefix(folder).removesuffix(".py").split(os.sep)
    own = [os.path.basename(folder.rstrip(os.sep)), *parts]
    return ".".join(own[:-1] if own[-1] == "__init__" else own)


def _container(file: str) -> str:
    """The file that holds a module: itself, or the archive that it is in; empty for none."""
    while file and not os.path.exists(file):
        above = os.path.dirname(file)
        file = above if above != file else ""
    return file if os.path.isfile(file) else ""


def _data_base(name: str) -> str:
    """The path in the name of a data base, which may be a URI."""
    if not name.startswith("file:"):
        return name
    parts = urlsplit(name)
    return unquote(parts.path)


@functools.cache
def _foreign() -> tuple[str, ...]:
    """Where files lie that belong to Python and its packages, whose versions count instead."""
    own = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(os.__file__).parent), _ENGINE}
    packages = {folder for folder in sys.path if folder.endswith("-packages")}
    return (*(f"{each.rstrip(os.sep)}{os.sep}" for each in own | packages), "/proc/", "/dev/")


def _directions(mode: object, flags: object) -> tuple[bool, bool]:
    """Whether a file is opened to write to it, and whether what it holds can be read."""
    if isinstance(mode, str):
        writes = any(letter in mode for letter in "wax+")
        return writes, "r" in mode
    if not isinstance(flags, int):
        return False, True
    writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    emptied = bool(flags & (os.O_WRONLY | os.O_TRUNC | os.O_EXCL))
    return writes, not emptied


_watch = _Watch()


def watch(folder: Path) -> None:
    """Begin to note what the course in ``folder`` reads when its modules are imported."""
    place = str(folder.resolve()) + os.sep
    if place != _watch.folder:
        # What another course has read is none of this one's.
        _watch.imported = set()
        _watch.fonts = {read for read in _watch.fonts if not read.path.startswith(_watch.folder)}
        _watch.folder = place
        _watch.run.clear()
        _watch.before = frozenset(sys.modules)
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
    _watch.drawing = True
    try:
        with heard(_watch.notice_look, _watch.ask):
            yield found
    finally:
        _watch.drawing = False
        found += sorted(_watch.reads | _watch.imported | _watch.fonts | _watch.code())


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
