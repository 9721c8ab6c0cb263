"""The ``@figure`` decorator: what an author says about a figure before it is drawn.

This module imports neither numpy nor matplotlib, because ``figgen list`` reads definitions
without running them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from figgen.errors import BuildError

Perspective: TypeAlias = Literal["plot", "diagram", "math", "code"]
SlotName: TypeAlias = Literal["full", "half", "strip"]

F = TypeVar("F", bound=Callable[..., None])


class DefinitionError(BuildError):
    """An ``@figure(...)`` that says too little or something that does not exist."""


@dataclass(frozen=True)
class Definition:
    """What ``@figure(...)`` says.

    Attributes:
        title: A short title, as in a table of contents.
        perspective: Which of the lecture's perspectives it is.
        alt: The sentence that opens the alt text: what kind of picture this is, and of what.
            The helpers that draw add the numbers.
        steps: How many reveal steps it has.
        slot: The place on the slide.
        concept: The concept that it is a perspective of; empty if of none.
        excuses: Rules of the look that it may break: the rule's name, and why.

    Raises:
        DefinitionError: If a value is missing, empty or not allowed.
    """

    title: str
    perspective: Perspective
    alt: str
    steps: int = 1
    slot: SlotName = "full"
    concept: str = ""
    excuses: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("title", "alt"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise DefinitionError(f"{name} is {text!r}; every figure needs one, in words")
            if any(unicodedata.category(each) in {"Cc", "Cs"} and each != "\n" for each in text):
                raise DefinitionError(
                    f"{name} is {text!r}; it holds a control character: a backslash needs a raw"
                    " string, r'...'"
                )
        for name, values in (("perspective", get_args(Perspective)), ("slot", get_args(SlotName))):
            if getattr(self, name) not in values:
                allowed = ", ".join(values)
                raise DefinitionError(f"{name} is {getattr(self, name)!r}; allowed: {allowed}")
        if not isinstance(self.steps, int) or isinstance(self.steps, bool) or self.steps < 1:
            raise DefinitionError(f"steps is {self.steps!r}; allowed: 1 or more")
        if not isinstance(self.concept, str):
            raise DefinitionError(f"concept is {self.concept!r}; allowed: a concept's name")
        if not isinstance(self.excuses, dict) or not all(
            isinstance(text, str) and text.strip() for pair in self.excuses.items() for text in pair
        ):
            raise DefinitionError(f"excuses is {self.excuses!r}; allowed: {{'rule': 'reason'}}")


DEFINITION = "__figgen_definition__"
"""The attribute of a figure function that holds its `Definition`."""


def figure(
    *,
    title: str,
    perspective: Perspective,
    alt: str,
    steps: int = 1,
    slot: SlotName = "full",
    concept: str = "",
    excuses: Mapping[str, str] | None = None,
) -> Callable[[F], F]:
    """Make a function a figure.

    The function draws on the canvas that it is given; its keyword parameters are what
    ``figgen render --set`` can change; its docstring is the caption; its name, with hyphens, is
    the name of the figure. The arguments here must be literals, because ``figgen list`` reads
    them without running the module.

    Args:
        title: As in `Definition`.
        perspective: As in `Definition`.
        alt: As in `Definition`.
        steps: As in `Definition`.
        slot: As in `Definition`.
        concept: As in `Definition`.
        excuses: As in `Definition`.

    Returns:
        A decorator that leaves the function as it is.

    Raises:
        DefinitionError: As in `Definition`.
    """
    definition = Definition(title, perspective, alt, steps, slot, concept, excuses or {})

    def enter(func: F) -> F:
        setattr(func, DEFINITION, definition)
        return func

    return enter


def definition_of(func: Callable[..., Any]) -> Definition | None:
    """The definition of a figure function, or None if it is none."""
    found = getattr(func, DEFINITION, None)
    return found if isinstance(found, Definition) else None
