"""Courses of a few lines, for tests of what happens around a figure."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
from figgen import figure
from figgen.core import Function, Interval, square
from figgen.draw.canvas import Canvas


"""

GOOD = (
    HEAD
    + '''\
@figure(title="A good one", perspective="math", alt="A number.")
def good(canvas: Canvas, *, value: float = 1.5, names: tuple[Function, ...] = (square,)) -> None:
    """One number, printed."""
    canvas.number(1, 1, value)
    canvas.describe(f"It is {value:g}, by {names[0].name}.")
'''
)

STEPS = (
    HEAD
    + '''\
@figure(title="Two steps", perspective="plot", alt="Two words.", steps=2, slot="half")
def two_steps(canvas: Canvas) -> None:
    """A word, and another."""
    canvas.text(1, 1, "one")
    with canvas.step(2):
        canvas.text(1, 2, "two")
'''
)


PERSPECTIVES = HEAD + "".join(
    f'''
@figure(title="As {kind}", perspective="{kind}", concept="area", alt="A word.")
def area_{kind}(canvas: Canvas) -> None:
    """A word."""
    canvas.text(1, 1, "one")

'''
    for kind in ("math", "code", "plot", "diagram")
)
"""Four figures of one concept."""


def with_concepts(folder: Path, concepts: object) -> Path:
    """The course in ``folder`` with these concepts."""
    with (folder / "__init__.py").open("a", encoding="utf-8") as init:
        init.write(f"CONCEPTS = {concepts!r}\n")
    return folder


def figure_with(body: str, definition: str = 'title="T", perspective="plot", alt="A."') -> str:
    """A module with the figure ``bad``, whose body is ``body`` on the line marked ``# here``."""
    return f"{HEAD}@figure({definition})\ndef bad(canvas: Canvas) -> None:\n    {body}  # here\n"


def here(source: str) -> int:
    """The line marked ``# here``."""
    return next(n for n, line in enumerate(source.splitlines(), start=1) if "# here" in line)


def write_course(folder: Path, **modules: str) -> Path:
    """Write a course with these modules, in this order, each a section with its name as title."""
    folder.mkdir(parents=True)
    sections = {name: name.capitalize() for name in modules}
    init = f'TITLE = "A small course"\nSECTIONS = {sections}\n'
    (folder / "__init__.py").write_text(init, encoding="utf-8")
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return folder
