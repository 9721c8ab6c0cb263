"""Figure modules, run: the import of a course that was read, and its errors in one line."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

from figgen.course.course import Course, Entry
from figgen.course.definition import definition_of
from figgen.course.reading import reason_of
from figgen.errors import BuildError
from figgen.tracking.recorded_reads import watch


class ModuleError(BuildError):
    """A figure module that does not import, with file, line and reason."""


def load(course: Course, entry: Entry) -> Callable[..., None]:
    """Import the module of ``entry`` and return the figure function.

    Raises:
        ModuleError: If the module does not import, or the function is not the one that was read.
    """
    module = load_module(course, Path(entry.file).stem)
    func = getattr(module, entry.function, None)
    if not callable(func) or definition_of(func) != entry.definition:
        raise ModuleError(
            f"{entry.function} is not what its source says; do not rebind a figure function",
            entry.file,
            entry.line,
        )
    found: Callable[..., None] = func
    return found


def load_module(course: Course, name: str) -> ModuleType:
    """Import one module of the course, as a submodule of the course's folder.

    Raises:
        ModuleError: If it does not import.
    """
    package = course.folder.name
    watch(course.folder)
    try:
        # What a module prints is a message, and no part of the output of a command.
        with redirect_stdout(sys.stderr):
            _load_package(course.folder)
            return importlib.import_module(f"{package}.{name}")
    # Whatever a figure module raises, sys.exit() included, is told with the module's line.
    except (Exception, SystemExit) as error:
        raise ModuleError(*describe_failure(error, course.folder)) from error


def _load_package(folder: Path) -> None:
    name, path = folder.name, str(folder.resolve())
    loaded = sys.modules.get(name)
    if loaded is not None and list(getattr(loaded, "__path__", [])) == [path]:
        return
    # Another course under the same name: forget it, with its modules.
    for known in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[known]
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location(
        name, f"{path}/__init__.py", submodule_search_locations=[path]
    )
    if spec is None or spec.loader is None:
        raise ModuleError("cannot be imported as a package", folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    try:
        spec.loader.exec_module(package)
    except BaseException:
        del sys.modules[name]
        raise


def describe_failure(
    error: BaseException, folder: Path, default: tuple[str, int] | None = None
) -> tuple[str, str, int | None]:
    """The reason of an error from a course, with file and line of its innermost line there.

    Args:
        error: What was raised.
        folder: The folder of the course.
        default: The file and the line to name if no line of the course had a part in it.
    """
    root = str(folder.resolve())
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(root):
        return reason_of(error), f"{folder.name}/{Path(error.filename).name}", error.lineno
    file, line = default or (folder.name, None)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(root):
            file = f"{folder.name}/{Path(frame.filename).relative_to(root)}"
            line = frame.lineno
    reason = " ".join(str(error).split())
    return f"{type(error).__name__}: {reason}" if reason else repr(error), file, line
