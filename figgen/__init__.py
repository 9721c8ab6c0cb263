"""figgen: lecture figures that compute themselves.

>>> from figgen import figure
"""

from figgen.build.definition import figure

__all__ = ["figure"]
