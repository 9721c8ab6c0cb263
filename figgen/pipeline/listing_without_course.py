"""The listing of a function that a lecturer names, of no course."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from figgen.core import InputError
from figgen.course.course import Entry
from figgen.course.definition import Definition
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.rc import style
from figgen.draw.canvas.unmarked import CanvasError, require_marked
from figgen.draw.text.function_cuts import Docstring
from figgen.draw.text.listings import Listing
from figgen.errors import BuildError, RequestError, did_you_mean
from figgen.pipeline.drawing import Drawing, nothing_in_silence


def named_function(target: str) -> Callable[..., Any]:
    """The function that ``package.module:function`` names; its module is imported, and so runs.

    Raises:
        RequestError: If it is not written so, or there is no such module or function.
        BuildError: If the module fails when it is imported.
    """
    module_name, colon, name = target.partition(":")
    if not (colon and name.isidentifier() and all(map(str.isidentifier, module_name.split(".")))):
        raise RequestError(f"'{target}' names no function; give module:function, like"
                           " figgen.core.chains:chain_deriv_2")  # fmt: skip
    try:
        module = import_module(module_name)
    except KeyboardInterrupt:
        raise
    # A module is any code of the lecturer's, so it can fail in any way, sys.exit() included.
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and module_name.startswith(error.name or " "):
            raise RequestError(f"there is no module '{error.name}'") from None
        raise BuildError(f"{module_name} cannot be imported: {_in_words(error)}") from error
    try:
        found = getattr(module, name, None)
    except KeyboardInterrupt:
        raise
    # Its __getattr__ is such code, too.
    except BaseException as error:
        raise BuildError(f"{module_name} cannot be asked for '{name}': {_in_words(error)}"
                         ) from error  # fmt: skip
    if not callable(found):
        functions = [each for each, value in vars(module).items() if callable(value)]
        meant = did_you_mean(name, functions)
        raise RequestError(f"{module_name} has no function '{name}'{meant}")
    function: Callable[..., Any] = found
    return function


def _in_words(error: BaseException) -> str:
    """The type of an error and its words in one line, if it can say them."""
    try:
        reason = " ".join(str(error).split())
    except Exception as silent:  # noqa: BLE001 - the words of a lecturer's error can raise any
        reason = f"its words raise {type(silent).__name__}"
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


def listing_drawing(target: str, size: float, docstring: Docstring) -> Drawing:
    """Draw the listing of a function that is named as in `named_function`, in the full slot.

    Args:
        target: Its name.
        size: The size of the letters in points.
        docstring: What stays of its docstring.

    Raises:
        RequestError: As in `named_function`, and if it was not written with ``def``.
        BuildError: If it does not fit on a slide, with the lines or columns that are too many.
    """
    function = named_function(target)
    definition = Definition(target, "code", f"The Python code of {target}.")
    entry = Entry("listing", definition, "", "", "", "figgen listing", 1)
    canvas = Canvas("full")
    try:
        with style(), nothing_in_silence():
            listing = Listing(canvas, function, docstring=docstring, size=size)
    except InputError as error:
        raise RequestError(f"{target}: {error}") from None
    try:
        with style(), nothing_in_silence():
            listing.draw()
            require_marked(canvas.figure, canvas.marks)
    except (InputError, CanvasError) as error:
        raise BuildError(f"{target}: {error}") from error
    return Drawing(entry, canvas)
