"""The one error of the numeric core."""

from __future__ import annotations


class InputError(ValueError):
    """A value that the core cannot work with.

    Args:
        what: The name of the value, as the caller knows it.
        value: The offending value.
        allowed: What would have been accepted, in words.

    Attributes:
        what: As given.
        value: As given.
        allowed: As given.
    """

    def __init__(self, what: str, value: object, allowed: str) -> None:
        self.what = what
        self.value = value
        self.allowed = allowed
        super().__init__(f"{what} is {_one_line(value)}; allowed: {allowed}")


def _one_line(value: object, limit: int = 120) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
