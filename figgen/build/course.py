"""A course: a folder of figure modules, read without running them.

The folder's ``__init__.py`` holds ``TITLE`` and ``SECTIONS``, a dictionary from module name to
section title in teaching order. Each module holds figure functions, in teaching order too.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from figgen.build.definition import Definition, DefinitionError, definition_of
from figgen.build.errors import BuildError, UnknownNameError


@dataclass(frozen=True)
class Entry:
    """One figure as its module declares it.

    Attributes:
        name: The figure's name, lower-case words joined by hyphens.
        definition: What ``@figure(...)`` says.
        section: The module's name.
        section_title: The section's title.
        caption: The first paragraph of the function's docstring.
        file: The module's file, relative to the folder that holds the course.
        line: The line of the function's ``def``.
    """

    name: str
    definition: Definition
    section: str
    section_title: str
    caption: str
    file: str
    line: int

    @property
    def function(self) -> str:
        """The name of the function."""
        return self.name.replace("-", "_")

    def as_json(self) -> dict[str, object]:
        """The entry as plain data."""
        return {
            "name": self.name,
            "title": self.definition.title,
            "section": self.section,
            "section_title": self.section_title,
            "perspective": self.definition.perspective,
            "slot": self.definition.slot,
            "steps": self.definition.steps,
            "alt": self.definition.alt,
            "caption": self.caption,
            "file": self.file,
            "line": self.line,
        }


@dataclass(frozen=True)
class Problem:
    """Something in a course that keeps a figure or a module out, and where.

    Attributes:
        where: File and line, or the folder.
        reason: What is wrong and what to do.
    """

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True)
class Course:
    """All figures of a course in teaching order, and what kept others out.

    Attributes:
        folder: The package that holds the figure modules.
        title: The course's title.
        sections: Section titles by module name, in teaching order.
        entries: The figures in teaching order.
        problems: Broken or forgotten modules and wrong definitions.
    """

    folder: Path
    title: str
    sections: dict[str, str]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all figures, in teaching order."""
        return tuple(entry.name for entry in self.entries)

    def find(self, name: str) -> Entry:
        """The figure called ``name``.

        Raises:
            UnknownNameError: If there is none, with the nearest names.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise UnknownNameError(f"no figure is called '{name}'{_nearest(name, self.names)}")

    def select(self, names: Iterable[str], section: str | None = None) -> tuple[Entry, ...]:
        """The figures with these names, each once and in teaching order; all if there are none.

        Raises:
            UnknownNameError: If a name or the section does not exist.
        """
        if section is not None and section not in self.sections:
            known = ", ".join(self.sections)
            raise UnknownNameError(f"no section is called '{section}'; there are: {known}")
        wanted = {self.find(name).name for name in names} or set(self.names)
        return tuple(
            entry
            for entry in self.entries
            if entry.name in wanted and section in (None, entry.section)
        )


def _nearest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else "; 'figgen list' shows them all"


# Reading

_TAKEN = sys.stdlib_module_names | {"figgen", "matplotlib", "numpy"}
"""Names that the engine imports; a course under one of them would take its place."""


def read_course(folder: Path) -> Course:
    """Read the course in ``folder`` without running anything.

    Raises:
        BuildError: If the folder is no course: it does not exist, or its ``__init__.py`` cannot be
            read or does not say the order.
    """
    _require_course(folder)
    init = folder / "__init__.py"
    try:
        constants = _constants(_parse(init))
    except (SyntaxError, OSError, ValueError) as error:
        raise BuildError(f"{_where(init, error)}: {_reason(error)}") from None
    sections = constants.get("SECTIONS")
    if not isinstance(sections, dict) or not all(
        isinstance(text, str) for pair in sections.items() for text in pair
    ):
        raise BuildError(f"{init}: SECTIONS must be a literal, {{'module': 'Section title', ...}}")

    entries: list[Entry] = []
    problems = list(_forgotten(folder, sections))
    seen: dict[str, str] = {}
    for module, title in sections.items():
        path = folder / f"{module}.py"
        try:
            found = list(_read_module(path, folder, module, title))
        except (SyntaxError, OSError, ValueError) as error:
            problems.append(Problem(_where(path, error, folder), _reason(error)))
            continue
        for item in found:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            where = f"{item.file}:{item.line}"
            taken = next((stem for stem in _stems(item) if stem in seen), None)
            if taken:
                problems.append(Problem(where, f"'{taken}' is taken by {seen[taken]}"))
            else:
                seen |= dict.fromkeys(_stems(item), where)
                entries.append(item)
    course_title = constants.get("TITLE")
    title = course_title if isinstance(course_title, str) else folder.name
    return Course(folder, title, sections, tuple(entries), tuple(problems))


def _stems(entry: Entry) -> list[str]:
    """What the names of its files begin with: its own name, and that of each of several steps."""
    steps = entry.definition.steps
    return [entry.name, *(f"{entry.name}-{step}" for step in range(1, steps + 1) if steps > 1)]


def _require_course(folder: Path) -> None:
    if not folder.is_dir():
        raise BuildError(f"{folder}: no such folder; give the folder of the figure modules")
    if "." in folder.name or folder.name in _TAKEN:
        raise BuildError(
            f"{folder}: a folder called '{folder.name}' cannot be imported; give it another name"
        )
    init = folder / "__init__.py"
    if not init.is_file():
        raise BuildError(
            f"{init}: missing; it must hold TITLE = '...' and SECTIONS = {{'module': 'Title'}}"
        )


def _parse(path: Path) -> ast.Module:
    # A warning is an error, with its line: "\sigma" in place of r"\sigma" is one letter away from
    # a formula that is silently another.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ast.parse(path.read_bytes(), filename=str(path))


def _constants(tree: ast.Module) -> dict[str, object]:
    """The top-level names of a module that are bound to literals."""
    constants: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    constants[target.id] = ast.literal_eval(value)
                except (ValueError, TypeError):
                    continue
    return constants


def _forgotten(folder: Path, sections: dict[str, str]) -> Iterator[Problem]:
    for path in sorted(folder.glob("*.py")):
        if path.stem not in sections and not path.stem.startswith("_"):
            yield Problem(
                f"{folder.name}/{path.name}",
                f"not in SECTIONS of {folder.name}/__init__.py; add it where it is taught",
            )


def _read_module(
    path: Path, folder: Path, section: str, section_title: str
) -> Iterator[Entry | Problem]:
    file = f"{folder.name}/{path.name}"
    for node in _parse(path).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        call = next((d for d in node.decorator_list if _is_figure(d)), None)
        if call is None:
            continue
        name = node.name.replace("_", "-")
        where = f"{file}:{node.lineno}"
        try:
            arguments = {
                str(keyword.arg): ast.literal_eval(keyword.value)
                for keyword in getattr(call, "keywords", [])
            }
            definition = Definition(**arguments)
        except ValueError:
            yield Problem(where, f"{name}: the arguments of @figure must be literals")
        except (DefinitionError, TypeError) as error:
            reason = str(error).replace("Definition.__init__()", "@figure")
            yield Problem(where, f"{name}: {reason}")
        else:
            caption = inspect.cleandoc(ast.get_docstring(node) or "").split("\n\n")[0]
            yield Entry(
                name=name,
                definition=definition,
                section=section,
                section_title=section_title,
                caption=" ".join(caption.split()),
                file=file,
                line=node.lineno,
            )


def _is_figure(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(target, ast.Name) and target.id == "figure") or (
        isinstance(target, ast.Attribute) and target.attr == "figure"
    )


def _where(path: Path, error: Exception, folder: Path | None = None) -> str:
    shown = f"{folder.name}/{path.name}" if folder else str(path)
    line = getattr(error, "lineno", None)
    return f"{shown}:{line}" if line else shown


def _reason(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "named in SECTIONS, but there is no such file"
        case SyntaxError():
            return f"syntax error: {error.msg}"
        case OSError():
            return f"cannot be read: {error.strerror}"
        case _:
            return f"cannot be read: {error}"


# Running


class ModuleError(BuildError):
    """A figure module that does not import, with file, line and reason."""


def load(course: Course, entry: Entry) -> Callable[..., None]:
    """Import the module of ``entry`` and return the figure function.

    Raises:
        ModuleError: If the module does not import, or the function is not the one that was read.
    """
    module = load_module(course, entry.section)
    func = getattr(module, entry.function, None)
    if not callable(func) or definition_of(func) != entry.definition:
        raise ModuleError(
            f"{entry.file}:{entry.line}: {entry.function} is not what its source says;"
            " do not rebind a figure function"
        )
    found: Callable[..., None] = func
    return found


def load_module(course: Course, section: str) -> ModuleType:
    """Import one module of the course, as a submodule of the course's folder.

    Raises:
        ModuleError: If it does not import.
    """
    package = course.folder.name
    try:
        # What a module prints is a message, and no part of the output of a command.
        with redirect_stdout(sys.stderr):
            _load_package(course.folder)
            return importlib.import_module(f"{package}.{section}")
    # Whatever a figure module raises, sys.exit() included, is told with the module's line.
    except (Exception, SystemExit) as error:
        raise ModuleError(describe_failure(error, course.folder)) from error


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
        raise ModuleError(f"{folder}: cannot be imported as a package")
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    try:
        spec.loader.exec_module(package)
    except BaseException:
        del sys.modules[name]
        raise


def describe_failure(error: BaseException, folder: Path, default: str | None = None) -> str:
    """An error from a course in one line: the innermost line of the course, and the reason.

    Args:
        error: What was raised.
        folder: The folder of the course.
        default: The place to tell if no line of the course had a part in it.
    """
    root = str(folder.resolve())
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(root):
        return f"{folder.name}/{Path(error.filename).name}:{error.lineno}: {_reason(error)}"
    where = default or folder.name
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(root):
            where = f"{folder.name}/{Path(frame.filename).relative_to(root)}:{frame.lineno}"
    reason = " ".join(str(error).split())
    return f"{where}: {type(error).__name__}: {reason}" if reason else f"{where}: {error!r}"
