"""All that drawing needs, imported and used once: figures are drawn in forks of this process.

A module that a figure would import only while it is drawn, a font that it would open, a table that
a library makes when it is first asked, is paid for by every figure. So every module of the drawing
is imported here, and one drawing of each kind made for nobody.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import figgen.core
import figgen.draw
from figgen.core import Interval, sigmoid, square, trace
from figgen.course.course import Entry
from figgen.course.definition import Definition
from figgen.draw.canvas.canvas import Canvas, Weight
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.plots import Plot
from figgen.errors import BuildError
from figgen.pipeline import figure_files as maker
from figgen.pipeline.asset_bytes import encode_all
from figgen.pipeline.drawing import Drawing
from figgen.pipeline.equation_without_course import equation_drawing
from figgen.pipeline.graph_without_course import graph_drawing
from figgen.pipeline.listing_without_course import listing_drawing
from figgen.pipeline.request import Asset
from figgen.pipeline.unseeded_random import seeded
from figgen.tracking.recorded_reads import watch

__all__ = ["maker"]

_WEIGHTS: tuple[Weight, ...] = ("regular", "semibold", "bold")


def rehearse() -> None:
    """Make the files of one drawing of each kind, and keep none."""
    with seeded("a"):
        for drawing in _drawings():
            assets = [Asset("a", 1, 1, "light", format_) for format_ in ("svg", "png", "pdf")]
            for _ in encode_all(drawing, assets):
                pass


def _drawings() -> Iterator[Drawing]:
    canvas = Canvas()
    for line, weight in enumerate(_WEIGHTS, start=1):
        canvas.text(6, line, "0123456789 abcdefghijklmnopqrstuvwxyz −+=()", weight=weight)
    plot = Plot(canvas, Box(1, 0.7, 8.5, 4), Interval(-3, 3), Interval(-1, 1))
    plot.frame((-3, 3), (-1, 1))
    plot.curve(sigmoid, "forward")
    definition = Definition(title="A", perspective="plot", alt="A.")
    yield Drawing(Entry("a", definition, "", "", "", "a.py", 1), canvas)
    yield equation_drawing(r"f'(x) = \frac{\partial y}{\partial x} \cdot 0.5^{2}_{i}", 32, "full")
    yield listing_drawing("figgen.core.chains:chain_deriv_2", 20, "none")
    yield graph_drawing(trace(lambda x: sigmoid(square(x)), x=1.2), "a", backward=True)


for package in (figgen.core, figgen.draw):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
# The fonts that are opened here are those of every figure.
watch(Path(__file__).parent)
# What cannot be drawn here, because there is no Graphviz say, a figure says with its line.
with suppress(BuildError):
    rehearse()
gc.collect()
# What is here stays for good. Not to look through it again saves each figure the time, and the
# memory that it would stop to share with the others by looking.
gc.freeze()
