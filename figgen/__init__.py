"""figgen: lecture figures that compute themselves.

>>> from figgen import figure
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from figgen.course.definition import figure

__all__ = ["figure"]


def __getattr__(name: str) -> Any:
    """``figure``, imported when it is asked for, because no command that only reads needs it."""
    if name != "figure":
        raise AttributeError(f"module 'figgen' has no attribute '{name}'")
    from figgen.course.definition import figure  # noqa: PLC0415 - dataclasses take long to import

    return figure


def load_ipython_extension(shell: Any) -> None:
    """Let figures and graphs show themselves in a notebook: ``%load_ext figgen``."""
    # By name and only now: whatever imports figgen would otherwise import all of it.
    import_module("figgen.publish.notebook").register(shell)
