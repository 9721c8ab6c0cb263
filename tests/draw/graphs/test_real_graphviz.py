"""The packaged layout engine against the real Graphviz of the version that it is a port of."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from figgen.course.reading import read_course
from figgen.draw.graphs.graphviz_layout import Size, dot_source, engine
from figgen.pipeline.drawing import draw

ROOT = Path(__file__).parents[3]
MODULES = os.environ.get("FIGGEN_NODE_MODULES", "")

pytestmark = [
    pytest.mark.graphviz,
    pytest.mark.skipif(
        not (MODULES and shutil.which("node")),
        reason="needs node, and FIGGEN_NODE_MODULES with @viz-js/viz in it; .ci/run brings both",
    ),
]


def random_source(seed: int) -> str:
    """A graph of up to a dozen nodes of our shapes and sizes, each with up to three inputs."""
    chance = random.Random(seed)
    names = [f"n{i}" for i in range(chance.randint(2, 12))]
    nodes = {
        name: Size(chance.choice(("circle", "box")), *(2 * [round(chance.uniform(0.5, 1.6), 2)]))
        for name in names
    }
    edges = [
        (chance.choice(names[:i]), name)
        for i, name in enumerate(names)
        if i
        for _ in range(chance.randint(1, 3))
    ]
    return dot_source(nodes, edges, labels={}, rank_gap=0.6, node_gap=0.5)


def sources() -> list[str]:
    """60 random graphs, and every graph of the lecture."""
    course = read_course(ROOT / "figures")
    drawn = (draw(course, entry).canvas.sources.get("dot") for entry in course.entries)
    # A source with several graphs in it is laid out graph by graph, which the module does not do.
    lecture = [source for source in drawn if source and source.count("digraph") == 1]
    assert len(lecture) >= 8
    return [random_source(seed) for seed in range(60)] + lecture


def places(layout: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Centres of the nodes and control points of the edges, as they are written."""
    return (
        [(node["name"], node["pos"]) for node in layout["objects"]],
        [(edge["tail"], edge["head"], edge["pos"]) for edge in layout.get("edges", [])],
    )


def test_the_packaged_engine_places_like_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    """Node for node and spline for spline the same numbers, of the same version."""
    monkeypatch.delenv("FIGGEN_DOT", raising=False)
    every = sources()
    script = ROOT / "tests/support/graphviz_layout.mjs"
    real = json.loads(
        subprocess.run(
            ["node", str(script), MODULES],  # noqa: S607 - node is where the user has it
            input=json.dumps(every),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    for source, theirs in zip(every, real["layouts"], strict=True):
        ours = subprocess.run(
            [engine(), "-Kdot", "-Tjson"], input=source, capture_output=True, text=True, check=True
        )
        assert places(json.loads(ours.stdout)) == places(theirs), source
    version = subprocess.run([engine(), "-V"], capture_output=True, text=True, check=True)
    assert real["version"] in version.stdout + version.stderr
