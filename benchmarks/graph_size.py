"""How the time from trace to file grows with a graph, beside what the layout engine takes alone.

Run it with ``python benchmarks/graph_size.py``. The graph has a third of its nodes as inputs; what
is timed is the DOT source, for which nothing has to fit, with all claims, and then the engine's
layout of that source.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from figgen.core import sigmoid, trace
from figgen.core.graph import Graph
from figgen.draw.graphs.graphviz_layout import engine, execute
from figgen.pipeline.graph_without_course import graph_drawing

RUNS = 3
SIZES = (10, 100, 1000)


def random_graph(nodes: int) -> Graph:
    """A trace of so many values, each made of two recent ones or squashed."""
    chance = random.Random(nodes)  # noqa: S311 - no secret

    def function(**inputs: Any) -> Any:
        values = list(inputs.values())
        unused = list(values)
        while len(values) + len(unused) < nodes + 1:
            one = unused.pop(0)
            new = sigmoid(one) if chance.random() < 1 / 2 else one + chance.choice(values[-9:])
            values.append(new)
            unused.append(new)
        total = unused[0]
        for value in unused[1:]:
            total = total + value
        return total

    inputs = {f"x{index}": index / nodes for index in range(max(nodes // 5, 1))}
    return trace(function, **inputs)


def main() -> None:
    """Print the medians by size."""
    print(f"{'nodes':>6}{'engine, ms':>12}{'figgen, ms':>12}{'ratio':>8}")
    for size in SIZES:
        ours, alone = [], []
        for _ in range(RUNS):
            start = time.perf_counter()
            graph = random_graph(size)
            source = graph_drawing(graph, "a graph", backward=True, fitted=False)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            execute.run_check(
                [engine(), "-Kdot", "-Tjson"],
                input=source.canvas.sources["dot"],
                encoding="utf-8",
                capture_output=True,
                quiet=True,
            )
            alone.append(time.perf_counter() - start)
        figgen, engine_alone = (statistics.median(times) * 1000 for times in (ours, alone))
        ratio = figgen / engine_alone
        print(f"{len(graph.nodes):>6}{engine_alone:>12.0f}{figgen:>12.0f}{ratio:>8.1f}")


if __name__ == "__main__":
    main()
