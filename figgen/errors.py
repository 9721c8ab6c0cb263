"""The errors that the build tells its user about, in one line each."""

from __future__ import annotations


class BuildError(Exception):
    """Something that the user can mend: what is wrong, where, and what to do."""


class RequestError(BuildError):
    """A request that cannot be met as it was put: a step or a value that does not exist."""


class UnknownNameError(RequestError):
    """A name that does not exist, with the names that do."""
