"""figgen: lecture figures that compute themselves.

>>> from figgen import build, figure
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from figgen.course.definition import figure
    from figgen.pipeline.run import build

__all__ = ["build", "figure"]

_MODULES = {"build": "figgen.pipeline.run", "figure": "figgen.course.definition"}


def __getattr__(name: str) -> Any:
    """``build`` and ``figure``, imported when they are asked for: both take long to import."""
    if name not in _MODULES:
        raise AttributeError(f"module 'figgen' has no attribute '{name}'")
    return getattr(import_module(_MODULES[name]), name)


def load_ipython_extension(shell: Any) -> None:
    """Let figures and graphs show themselves in a notebook: ``%load_ext figgen``."""
    # By name and only now: whatever imports figgen would otherwise import all of it.
    import_module("figgen.publish.notebook").register(shell)
