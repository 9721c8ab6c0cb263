"""A course read from the files of its folder, without running them.

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
from functools import lru_cache
from pathlib import Path

from figgen.course.course import Course, Entry, Problem, ProblemKind
from figgen.course.definition import Definition, DefinitionError
from figgen.errors import BuildError, did_you_mean

_IMPORTED = sys.stdlib_module_names | {"figgen", "matplotlib", "numpy"}
"""Names that the engine imports; a course under one of them would take its place."""

_CONCEPT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_course(folder: Path) -> Course:
    """Read the course in ``folder`` without running anything.

    Raises:
        BuildError: If the folder is no course: it does not exist, or its ``__init__.py`` cannot be
            read or does not say the order.
    """
    _require_course(folder)
    init = folder / "__init__.py"
    try:
        constants = _constants(parse(init.read_bytes(), str(init)))
    except (SyntaxError, OSError, ValueError) as error:
        raise BuildError(reason_of(error), init, getattr(error, "lineno", None)) from None
    sections = _titles(init, "SECTIONS", constants.get("SECTIONS"))
    concepts = _titles(init, "CONCEPTS", constants.get("CONCEPTS", {}))
    _require_names(init, sections, concepts)

    problems = list(_forgotten(folder, sections))
    entries: dict[str, Entry] = {}
    seen: dict[str, Entry] = {}
    for item in _read_sections(folder, sections):
        if isinstance(item, Problem):
            problems.append(item)
        elif taken := next((stem for stem in _stems(item) if stem in seen), None):
            reason = f"'{taken}' is taken by {seen[taken].file}:{seen[taken].line}"
            problems.append(_problem(ProblemKind.NAME_TAKEN, item, reason))
        else:
            seen |= dict.fromkeys(_stems(item), item)
            entries[item.name] = item
    course_title = constants.get("TITLE")
    title = course_title if isinstance(course_title, str) else folder.name
    ordered, out_of_order = _in_order(entries, constants.get("ORDER"), init)
    problems += [*out_of_order, *_one_sided(entries.values(), concepts, init)]
    return Course(folder, title, sections, concepts, ordered, tuple(problems))


def _problem(kind: ProblemKind, entry: Entry, reason: str) -> Problem:
    return Problem(kind, reason, entry.file, entry.line, entry.name)


def _titles(init: Path, name: str, constant: object) -> dict[str, str]:
    """A dictionary from name to title.

    Raises:
        BuildError: If it is none.
    """
    if isinstance(constant, dict) and all(
        isinstance(text, str) and text for pair in constant.items() for text in pair
    ):
        return constant
    allowed = {
        "SECTIONS": "{'module': 'Section title', ...}",
        "CONCEPTS": "{'concept': 'Its title', ...}",
    }
    raise BuildError(f"{name} must be a literal, {allowed[name]}", init)


def _require_names(init: Path, sections: Iterable[str], concepts: Iterable[str]) -> None:
    """Refuse names that are no part of a file name everywhere, as the gallery has them.

    Raises:
        BuildError: With the first that is none.
    """
    for name in sections:
        if not name.isidentifier():
            raise BuildError(f"SECTIONS has '{name}'; allowed: the name of a module", init)
    for name in concepts:
        if not _CONCEPT.fullmatch(name):
            allowed = "lower-case letters and digits, in words joined by hyphens"
            raise BuildError(f"CONCEPTS has '{name}'; allowed: {allowed}", init)


def _one_sided(
    entries: Collection[Entry], concepts: dict[str, str], init: Path
) -> Iterator[Problem]:
    """Concepts that only a figure names, or only ``CONCEPTS``."""
    where = f"{init.parent.name}/{init.name}"
    for entry in entries:
        concept = entry.definition.concept
        if concept and concept not in concepts:
            meant = did_you_mean(concept, concepts, "add it there")
            reason = f"{entry.name}: concept '{concept}' is not in CONCEPTS of {where}{meant}"
            yield _problem(ProblemKind.UNKNOWN_CONCEPT, entry, reason)
    named = {entry.definition.concept for entry in entries}
    for concept in concepts:
        if concept not in named:
            reason = f"CONCEPTS has '{concept}'; no figure names it"
            yield Problem(ProblemKind.UNUSED_CONCEPT, reason, where, name=concept)


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
        raise BuildError("ORDER must be a literal, ('figure-name', ...)", init)
    where = f"{init.parent.name}/{init.name}"
    missing = [
        Problem(
            ProblemKind.UNKNOWN_FIGURE,
            f"ORDER names '{name}'; there is no such figure",
            where,
            name=name,
        )
        for name in order
        if name not in entries
    ]
    forgotten = [
        _problem(
            ProblemKind.UNORDERED_FIGURE, entry, f"'{name}' is not in ORDER of {where}; add it"
        )
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
                file, line = f"{folder.name}/{path.name}", getattr(error, "lineno", None)
                yield Problem(ProblemKind.UNREADABLE_MODULE, reason_of(error), file, line)


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
        raise BuildError("no such folder; give the folder of the figure modules", folder)
    if "." in folder.name or folder.name in _IMPORTED:
        raise BuildError(
            f"a folder called '{folder.name}' cannot be imported; give it another name", folder
        )
    init = folder / "__init__.py"
    if not init.is_file():
        raise BuildError(
            "missing; it must hold TITLE = '...' and SECTIONS = {'module': 'Title'}", init
        )


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
            reason = f"not in SECTIONS of {folder.name}/__init__.py; add it where it is taught"
            yield Problem(ProblemKind.FORGOTTEN_MODULE, reason, f"{folder.name}/{path.name}")


def _read_module(
    path: Path, folder: Path, section: str, section_title: str
) -> Iterator[Entry | Problem]:
    file = f"{folder.name}/{path.name}"
    for node in parse(path.read_bytes(), str(path)).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        call = next((d for d in node.decorator_list if _is_figure(d)), None)
        if call is None:
            continue
        name = node.name.replace("_", "-")
        try:
            arguments = {
                str(keyword.arg): ast.literal_eval(keyword.value)
                for keyword in getattr(call, "keywords", [])
            }
            definition = Definition(**arguments)
        except (ValueError, DefinitionError, TypeError) as error:
            reason = str(error).replace("Definition.__init__()", "@figure")
            if isinstance(error, ValueError):
                reason = "the arguments of @figure must be literals"
            yield Problem(
                ProblemKind.WRONG_DEFINITION, f"{name}: {reason}", file, node.lineno, name
            )
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
