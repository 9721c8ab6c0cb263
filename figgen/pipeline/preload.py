"""All that drawing needs, imported once: worker processes are forked from one that imports this.

A module that a figure would import only while it is drawn is paid for by every worker, so every
module of the drawing is imported here.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil

import figgen.core
import figgen.draw
from figgen.pipeline import figure_files as maker

__all__ = ["maker"]

for package in (figgen.core, figgen.draw):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
# What is here stays for good. Not to look through it again saves each worker the time, and the
# memory that it would stop to share with the others by looking.
gc.freeze()
