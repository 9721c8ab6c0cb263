"""Courses of a few lines, for tests of what happens around a figure."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
from figgen import figure
from figgen.core import Function, Interval, square
from figgen.draw.canvas.canvas import Canvas


"""


def excused(source: str, *rules: str) -> str:
    """A module whose first figure need not keep some rules of the look."""
    excuses = ", ".join(f'"{rule}": "a test"' for rule in rules)
    return source.replace("@figure(", f"@figure(excuses={{{excuses}}}, ", 1)


GOOD = excused(
    HEAD
    + '''\
@figure(title="A good one", perspective="math", alt="A number.")
def good(canvas: Canvas, *, value: float = 1.5, names: tuple[Function, ...] = (square,)) -> None:
    """One number, printed."""
    canvas.number(1, 1, value)
    canvas.describe(f"It is {value:g}, by {names[0].name}.")
''',
    "alt-length",
    "balance",
    "margin",
)

STEPS = excused(
    HEAD
    + '''\
@figure(title="Two steps", perspective="plot", alt="Two words.", steps=2, slot="half")
def two_steps(canvas: Canvas) -> None:
    """A word, and another."""
    canvas.text(1, 1, "one")
    with canvas.step(2):
        canvas.text(1, 2, "two")
''',
    "alt-length",
    "balance",
    "margin",
)


SPARSE = dict.fromkeys(("alt-length", "balance", "margin"), "a test")
"""What a figure of one word is to be excused from."""

PERSPECTIVES = HEAD + "".join(
    f'''
@figure(
    title="As {kind}", perspective="{kind}", concept="area", alt="A word, as {kind}.",
    excuses={SPARSE},
)
def area_{kind}(canvas: Canvas) -> None:
    """A word."""
    canvas.text(1, 1, "one")

'''
    for kind in ("math", "code", "plot", "diagram")
)
"""Four figures of one concept."""


HOSTILE = """<script>alert('1')</script> & "two\" </title>-->"""
"""What must stand in a page as it is."""

LESSON = """\
from figgen import figure
from figgen.core import sigmoid, square, trace
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.text.listings import Listing
from figgen.draw.text.equations import Line, display
from figgen.draw.graphs.traced_graphs import GraphDrawing
from figgen.draw.canvas.planes import Box


def colour(x):
    return "#ff0000 #1A1D21 <script>" * len(x)


@figure(title=HOSTILE, perspective="code", concept="area", alt="Code." HOSTILE)
def area_code(canvas: Canvas) -> None:
    HOSTILE
    Listing(canvas, colour).draw()


@figure(title="A graph", perspective="diagram", concept="area", alt="A graph.", steps=3)
def area_diagram(canvas: Canvas) -> None:
    \"\"\"A number, and its square.\"\"\"
    drawing = GraphDrawing(canvas, trace(lambda x: sigmoid(square(x)), x=1.2))
    drawing.draw(Box(0.1, 1.5, 11.8, 3.0))
    drawing.describe("x")
    for step, word in ((2, "Two"), (3, "Three")):
        with canvas.step(step):
            canvas.text(3 * step, 0.7, word)
            canvas.describe(f"{word}.")


@figure(title="An equation", perspective="math", concept="area", alt="An equation.", slot="half")
def area_math(canvas: Canvas) -> None:
    \"\"\"One side is the other.\"\"\"
    display(canvas, [Line("a < b^2", stands="it is an example")])
""".replace("HOSTILE", repr(HOSTILE))
"""A concept as code, as a diagram with three steps and as maths, with text that means harm."""

ODD = (
    HEAD
    + '''\
@figure(title="Main", perspective="plot", alt="A word.")
def main(canvas: Canvas) -> None:
    """Its name is a word that pages like to use."""
    canvas.text(1, 1, "main")


@figure(title="Title main", perspective="plot", alt="A word.")
def title_main(canvas: Canvas) -> None:
    """So is this one."""
    canvas.text(1, 1, "title-main")
'''
)
"""Figures whose names meet the ids of a page that is careless."""


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
