"""How long a graph of 40 nodes takes from its trace to three files, beside plain matplotlib.

Run it with ``make bench``. The plain figure has the same artists at the same places, drawn and
saved by stock matplotlib: what is compared is the trace, the claims, the measuring, the layout and
the writer. Both run in one process, in turn.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from figgen.core import Array, sigmoid, trace
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.canvas.rc import style
from figgen.draw.graphs.traced_graphs import GraphDrawing
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import Drawing
from figgen.pipeline.graph_without_course import graph_entry
from figgen.pipeline.request import Asset

RUNS = 7
INPUTS = [f"x{i}" for i in range(1, 6)]


def rows(**values: Array) -> Array:
    """Five inputs, each squashed six times, and their sum: 39 values and the result's circle."""
    total = None
    for value in values.values():
        for _ in range(6):
            value = sigmoid(value)  # noqa: PLW2901 - the chain grows
        total = value if total is None else total + value
    return total


def by_figgen() -> Canvas:
    """Trace, claim, measure, lay out, draw and encode."""
    graph = trace(rows, **{name: i / 4 for i, name in enumerate(INPUTS, start=-2)})
    canvas = Canvas("full")
    with style():
        drawing = GraphDrawing(
            canvas, graph, captions={n.name: "" for n in graph.nodes if n.op}, smallest=0.5
        )
        drawing.draw(Box(0, 0, canvas.width, canvas.height), rank_gap=0.22, node_gap=0.1)
    made = Drawing(graph_entry("five rows"), canvas)
    made.require_claims()
    for format_ in ("svg", "pdf", "png"):
        encode(made, Asset("graph", 1, None, "light", format_))
    return canvas


def by_matplotlib(model: Canvas) -> None:
    """The same artists by hand."""
    with style():
        figure = Figure((model.width, model.height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, model.width), ylim=(0, model.height))
        axes.set_axis_off()
        for mark in model.marks:
            artist = mark.artist
            match artist:
                case FancyArrowPatch():
                    path = artist._path_original
                    style_ = "-|>,head_length=5,head_width=2.6"
                    axes.add_patch(FancyArrowPatch(path=path, arrowstyle=style_, lw=2))
                case Circle():
                    axes.add_patch(Circle(artist.center, artist.radius, lw=2))
                case FancyBboxPatch():
                    box = artist.get_x(), artist.get_y()
                    axes.add_patch(
                        FancyBboxPatch(box, artist.get_width(), artist.get_height(), "round,pad=0")
                    )
                case _:
                    axes.text(*artist.get_position(), artist.get_text(), fontsize=24)
        for suffix in ("svg", "pdf", "png"):
            figure.savefig(io.BytesIO(), format=suffix, dpi=200)


def seconds(call: Callable[..., object], *arguments: object) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def main() -> None:
    """Time both in turn and print medians and their ratio."""
    model = by_figgen()
    by_matplotlib(model)
    times = [(seconds(by_figgen), seconds(by_matplotlib, model)) for _ in range(RUNS)]
    ours, plain = (statistics.median(column) for column in np.transpose(times))
    print(f"{'median of ' + str(RUNS):<28}{'ms':>8}{'ratio':>8}")
    print(f"{'plain matplotlib':<28}{plain * 1000:>8.0f}{1:>8.2f}")
    print(f"{'figgen, 40 nodes':<28}{ours * 1000:>8.0f}{ours / plain:>8.2f}")


if __name__ == "__main__":
    main()
