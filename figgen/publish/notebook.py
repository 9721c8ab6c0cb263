"""Figures, graphs and equations in a notebook, each with its alt text.

After ``%load_ext figgen`` a figure function or a `Graph` at the end of a cell shows itself;
`show` does so with other parameters, and an `Equation` always does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FunctionType
from typing import Any

from figgen.core import Graph, InputError
from figgen.course.course import Entry
from figgen.course.definition import Definition, SlotName, definition_of
from figgen.course.parameters import parameters, parse_settings
from figgen.draw.canvas.theme import THEMES
from figgen.errors import BuildError, RequestError
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import Drawing, run
from figgen.pipeline.equation_without_course import equation_drawing
from figgen.pipeline.graph_without_course import graph_drawing
from figgen.pipeline.request import Asset
from figgen.vocabulary import DEFAULT_THEME

CELL = "cell"
"""What the file of a function that was written in a notebook is called."""


class NotebookError(BuildError):
    """Something that cannot be shown; a notebook tells it in one line."""

    def _render_traceback_(self) -> list[str]:
        """What IPython writes in place of a traceback."""
        return [f"Error: {self}"]


class Picture:
    """A step of a drawing in a theme, as a notebook shows it.

    Args:
        drawing: The drawing.
        step: The step; None for the last.
        theme: The theme's name.

    Attributes:
        alt: Its alt text.
        svg: The picture, whose ids no other one of this notebook has.
    """

    _numbers = count(1)

    def __init__(
        self, drawing: Drawing, step: int | None = None, theme: str = DEFAULT_THEME
    ) -> None:
        steps = drawing.canvas.steps
        if step is not None and step not in range(1, steps + 1):
            raise RequestError(f"{drawing.entry.name} has no step {step}; it has {steps}")
        if theme not in THEMES:
            raise RequestError(f"theme is {theme!r}; allowed: {', '.join(THEMES)}")
        drawing.require_claims()
        self.alt = drawing.alt(step)
        # The ids of a file begin with its name.
        name = f"{drawing.entry.name}-shown-{next(self._numbers)}"
        data = encode(drawing, Asset(name, steps, step or steps, theme, "svg")).decode()
        # In a page, what stands before is not allowed.
        self.svg = data[data.index("<svg") :]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.alt}


class Equation:
    r"""An equation that shows itself.

    Args:
        latex: LaTeX without dollars, with ``\role`` and ``\step``.
        size: The size of the letters in points.
        slot: The place on the slide.
        step: The step to show; None for the last.
        theme: The theme's name.

    Attributes:
        latex: The LaTeX without roles and steps.
        picture: What it looks like.

    Raises:
        NotebookError: If the LaTeX is wrong, with the column, or does not fit.
    """

    def __init__(
        self,
        latex: str,
        *,
        size: float = 34,
        slot: SlotName = "strip",
        step: int | None = None,
        theme: str = DEFAULT_THEME,
    ) -> None:
        with _in_one_line():
            drawing = equation_drawing(latex, size, slot)
            self.picture = Picture(drawing, step, theme)
        self.latex = drawing.canvas.equations[0].latex

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {**self.picture._repr_mimebundle_(), "text/latex": rf"$\displaystyle {self.latex}$"}


def show(
    what: Callable[..., None] | Graph,
    /,
    *,
    step: int | None = None,
    theme: str = DEFAULT_THEME,
    **values: Any,
) -> Picture:
    """A figure with other parameters, or a graph, at the end of a cell.

    Args:
        what: A figure function or a graph.
        step: The step to show; None for the last.
        theme: The theme's name.
        **values: Parameters of the figure, as values or as the text that ``--set`` takes. Of a
            graph: ``backward=True`` for the derivatives too.

    Raises:
        NotebookError: If it is neither, there is no such step, theme or parameter, or it cannot
            be drawn as it should be, a claim that fails included.
    """
    with _in_one_line():
        if isinstance(what, Graph):
            return Picture(_of_graph(what, **values), step, theme)
        definition = definition_of(what)
        if definition is None:
            raise RequestError(f"{what!r} cannot be shown; allowed: a figure function or a Graph")
        return Picture(_of_figure(what, definition, values), step, theme)


def _of_graph(graph: Graph, *, backward: bool = False, **others: object) -> Drawing:
    if others:
        name = next(iter(others))
        raise RequestError(f"no parameter of a graph is called '{name}'; there is: backward")
    return graph_drawing(graph, graph.output.name, backward=backward)


def _of_figure(
    func: Callable[..., None], definition: Definition, values: Mapping[str, Any]
) -> Drawing:
    code = func.__code__
    path = Path(code.co_filename)
    file = f"{path.parent.name}/{path.name}"
    typed = func.__module__ == "__main__"
    entry = Entry(
        name=func.__name__.replace("_", "-"),
        definition=definition,
        section="",
        section_title="",
        caption=(inspect.getdoc(func) or "").split("\n\n")[0],
        file=CELL if typed else file,
        line=code.co_firstlineno,
    )
    known = parameters(func) if values else {}
    # Text, and any name that there is not, is what the command line knows how to read or refuse.
    texts = {
        name: str(value)
        for name, value in values.items()
        if isinstance(value, str) or name not in known
    }
    try:
        folder = path.parent if path.is_absolute() else path
        return run(func, {**values, **parse_settings(func, texts)}, entry, folder)
    except BuildError as error:
        # What a notebook calls the file of a cell says nothing to anyone.
        words = str(error).replace(f"{file}:", f"{CELL}:") if typed else str(error)
        raise RequestError(words) from error


@contextmanager
def _in_one_line() -> Iterator[None]:
    """Tell what the author can mend without a traceback.

    Raises:
        NotebookError: In place of a BuildError or an InputError.
    """
    try:
        yield
    except (BuildError, InputError) as error:
        raise NotebookError(str(error)) from error


# The extension


def register(shell: Any) -> None:
    """Let every figure function and every graph show itself in ``shell``, an IPython."""

    def display(what: Any) -> None:
        if not isinstance(what, Graph) and definition_of(what) is None:
            # IPython's word for: show it as ever.
            raise NotImplementedError
        shell.display_pub.publish(data=_bundle_of(what), metadata={})

    # Not as a mime bundle, beside which IPython would print the function's address in memory.
    formatter = shell.display_formatter.ipython_display_formatter
    formatter.for_type(FunctionType, display)
    formatter.for_type(Graph, display)


def _bundle_of(what: Any) -> dict[str, str]:
    """What stands below a cell that ends with ``what``, be it the one line of an error."""
    try:
        return show(what)._repr_mimebundle_()
    except NotebookError as error:
        return {"text/plain": f"Error: {error}"}
