"""A course: a folder of figure modules, read without running them.

The folder's ``__init__.py`` holds ``TITLE`` and ``SECTIONS``, a dictionary from section to title
in teaching order. The figures of the section ``nested`` are in ``nested.py``, and if that grows
long in ``nested_plots.py`` and the like. ``ORDER`` may name all figures in teaching order; without
it they stand as in their modules. ``CONCEPTS`` may be a dictionary from concept to title: each is
shown as maths, as code and as a diagram, by the figures that name it.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from figgen.course.definition import Definition, DefinitionError, Perspective
from figgen.errors import BuildError, UnknownNameError


@dataclass(frozen=True)
class Entry:
    """One figure as its module declares it.

    Attributes:
        name: The figure's name, lower-case words joined by hyphens.
        definition: What ``@figure(...)`` says.
        section: The section's name, which its modules begin with.
        section_title: The section's title.
        caption: The first paragraph of the function's docstring.
        file: The module's file, relative to the folder that holds the course.
        line: The line of the function's ``def``.
        fingerprint: Of every definition that it reaches; empty until a build has looked.
    """

    name: str
    definition: Definition
    section: str
    section_title: str
    caption: str
    file: str
    line: int
    fingerprint: str = ""

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
            "concept": self.definition.concept or None,
            "steps": self.definition.steps,
            "alt": self.definition.alt,
            "caption": self.caption,
            "file": self.file,
            "line": self.line,
        }


PERSPECTIVES: dict[str, tuple[Perspective, ...]] = {
    "math": ("math",),
    "code": ("code",),
    "diagram": ("diagram", "plot"),
}
"""The three perspectives of a concept, and what a figure that shows it in one may be."""


@dataclass(frozen=True)
class Problem:
    """Something that is wrong in a course, and where.

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
        concepts: Titles of the concepts by name, in teaching order.
        entries: The figures in teaching order.
        problems: Broken or forgotten modules, wrong definitions, concepts in one place only.
    """

    folder: Path
    title: str
    sections: dict[str, str]
    concepts: dict[str, str]
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

    def perspectives(self, concept: str) -> dict[str, list[str]]:
        """The names of the figures that show a concept, by perspective: math, code, diagram."""
        return {
            perspective: [
                entry.name
                for entry in self.entries
                if entry.definition.concept == concept and entry.definition.perspective in kinds
            ]
            for perspective, kinds in PERSPECTIVES.items()
        }

    def select(
        self, names: Iterable[str], section: str | None = None, concept: str | None = None
    ) -> tuple[Entry, ...]:
        """The figures with these names, each once and in teaching order; all if there are none.

        Args:
            names: Of figures.
            section: Only those of this section.
            concept: Only those of this concept.

        Raises:
            UnknownNameError: If a name, the section or the concept does not exist.
        """
        if section is not None and section not in self.sections:
            known = ", ".join(self.sections)
            raise UnknownNameError(f"no section is called '{section}'; there are: {known}")
        if concept is not None and concept not in self.concepts:
            known = f"there are: {', '.join(self.concepts) or 'none'}"
            meant = _nearest(concept, self.concepts, otherwise=known)
            raise UnknownNameError(f"no concept is called '{concept}'{meant}")
        wanted = {self.find(name).name for name in names} or set(self.names)
        return tuple(
            entry
            for entry in self.entries
            if entry.name in wanted
            and section in (None, entry.section)
            and concept in (None, entry.definition.concept)
        )


def _nearest(
    name: str, names: Iterable[str], otherwise: str = "'figgen list' shows them all"
) -> str:
    import difflib  # noqa: PLC0415 - only for those who mistype

    close = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; {otherwise}"


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
        raise BuildError(f"{_where(init, error)}: {reason_of(error)}") from None
    sections = _titles(constants.get("SECTIONS"))
    if sections is None:
        raise BuildError(f"{init}: SECTIONS must be a literal, {{'module': 'Section title', ...}}")
    concepts = _titles(constants.get("CONCEPTS", {}))
    if concepts is None:
        raise BuildError(f"{init}: CONCEPTS must be a literal, {{'concept': 'Its title', ...}}")
    _require_names(init, sections, concepts)

    problems = list(_forgotten(folder, sections))
    entries: dict[str, Entry] = {}
    seen: dict[str, str] = {}
    for item in _read_sections(folder, sections):
        if isinstance(item, Problem):
            problems.append(item)
            continue
        where = f"{item.file}:{item.line}"
        taken = next((stem for stem in _stems(item) if stem in seen), None)
        if taken:
            problems.append(Problem(where, f"'{taken}' is taken by {seen[taken]}"))
        else:
            seen |= dict.fromkeys(_stems(item), where)
            entries[item.name] = item
    course_title = constants.get("TITLE")
    title = course_title if isinstance(course_title, str) else folder.name
    ordered, out_of_order = _in_order(entries, constants.get("ORDER"), init)
    problems += [*out_of_order, *_one_sided(entries.values(), concepts, init)]
    return Course(folder, title, sections, concepts, ordered, tuple(problems))


def _titles(constant: object) -> dict[str, str] | None:
    """A dictionary from name to title, or None if it is none."""
    if isinstance(constant, dict) and all(
        isinstance(text, str) and text for pair in constant.items() for text in pair
    ):
        return constant
    return None


_CONCEPT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _require_names(init: Path, sections: Iterable[str], concepts: Iterable[str]) -> None:
    """Refuse names that are no part of a file name everywhere, as the gallery has them.

    Raises:
        BuildError: With the first that is none.
    """
    for name in sections:
        if not name.isidentifier():
            raise BuildError(f"{init}: SECTIONS has '{name}'; allowed: the name of a module")
    for name in concepts:
        if not _CONCEPT.fullmatch(name):
            allowed = "lower-case letters and digits, in words joined by hyphens"
            raise BuildError(f"{init}: CONCEPTS has '{name}'; allowed: {allowed}")


def _one_sided(
    entries: Collection[Entry], concepts: dict[str, str], init: Path
) -> Iterator[Problem]:
    """Concepts that only a figure names, or only ``CONCEPTS``."""
    where = f"{init.parent.name}/{init.name}"
    for entry in entries:
        concept = entry.definition.concept
        if concept and concept not in concepts:
            meant = _nearest(concept, concepts, otherwise="add it there")
            reason = f"{entry.name}: concept '{concept}' is not in CONCEPTS of {where}{meant}"
            yield Problem(f"{entry.file}:{entry.line}", reason)
    named = {entry.definition.concept for entry in entries}
    for concept in concepts:
        if concept not in named:
            yield Problem(where, f"CONCEPTS has '{concept}'; no figure names it")


def _in_order(
    entries: dict[str, Entry], order: object, init: Path
) -> tuple[tuple[Entry, ...], list[Problem]]:
    """The figures in the order of ``ORDER``, and what is in only one of the two.

    Without an ``ORDER`` they stand as they are read.

    Raises:
        BuildError: If it is no tuple of names.
    """
    if order is None:
        return tuple(entries.values()), []
    if not isinstance(order, tuple) or not all(isinstance(name, str) for name in order):
        raise BuildError(f"{init}: ORDER must be a literal, ('figure-name', ...)")
    where = f"{init.parent.name}/{init.name}"
    missing = [Problem(where, f"ORDER names '{name}'; there is no such figure") for name in order
               if name not in entries]  # fmt: skip
    forgotten = [
        Problem(f"{entry.file}:{entry.line}", f"'{name}' is not in ORDER of {where}; add it")
        for name, entry in entries.items()
        if name not in order
    ]
    return tuple(entries[name] for name in order if name in entries), missing + forgotten


def _read_sections(folder: Path, sections: dict[str, str]) -> Iterator[Entry | Problem]:
    for section, title in sections.items():
        for path in _modules_of(folder, section, sections):
            try:
                # All of a module before the first: one that breaks off says nothing.
                yield from list(_read_module(path, folder, section, title))
            except (SyntaxError, OSError, ValueError) as error:
                yield Problem(_where(path, error, folder), reason_of(error))


def _modules_of(folder: Path, section: str, sections: dict[str, str]) -> list[Path]:
    """The modules of a section: the one of its name, then those that add an ending to it."""
    more = [path for path in sorted(folder.glob(f"{section}_*.py")) if path.stem not in sections]
    return [folder / f"{section}.py", *more]


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
    return parse(path.read_bytes(), str(path))


# A preview reads a course at every change, and all its modules but one are the same.
@lru_cache(maxsize=256)
def parse(source: bytes, filename: str) -> ast.Module:
    """The tree of a module, which is shared and must not be changed.

    Raises:
        SyntaxError: Also for what Python only warns of.
        ValueError: If it is no text.
    """
    # A warning is an error, with its line: "\sigma" in place of r"\sigma" is one letter away from
    # a formula that is silently another.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return ast.parse(source, filename=filename)


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
    known = {path for section in sections for path in _modules_of(folder, section, sections)}
    for path in sorted(folder.glob("*.py")):
        if path not in known and not path.stem.startswith("_"):
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


def reason_of(error: Exception) -> str:
    """Why a module cannot be read, in a few words."""
    match error:
        case FileNotFoundError():
            return "named in SECTIONS, but there is no such file"
        case SyntaxError():
            return f"syntax error: {error.msg}"
        case OSError():
            return f"cannot be read: {error.strerror}"
        case _:
            return f"cannot be read: {error}"
