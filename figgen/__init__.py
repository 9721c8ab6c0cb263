"""figgen: lecture figures that compute themselves.

>>> from figgen import figure
"""

from importlib import import_module
from typing import Any

from figgen.build.definition import figure

__all__ = ["figure"]


def load_ipython_extension(shell: Any) -> None:
    """Let figures and graphs show themselves in a notebook: ``%load_ext figgen``."""
    # By name and only now: whatever imports figgen would otherwise import all of it.
    import_module("figgen.publish.notebook").register(shell)
