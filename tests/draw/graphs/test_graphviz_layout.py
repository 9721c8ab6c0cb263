"""The layout of graphs: what Graphviz is told, what it answers, and what is made of it."""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from figgen.core import InputError
from figgen.draw.graphs import graphviz_layout as module
from figgen.draw.graphs.graphviz_layout import (
    ENGINE_VARIABLE,
    Layout,
    LayoutError,
    Size,
    dot_source,
    place,
)
from figgen.draw.graphs.straightening import CLOSE, centred, columns, landed, mirrored, respaced

CIRCLE, BOX = Size("circle", 1.0, 1.0), Size("box", 1.5, 1.2)
CHAIN = {"x": CIRCLE, "f": BOX, "g": BOX, "y": CIRCLE}
CHAIN_EDGES = [("x", "f"), ("f", "g"), ("g", "y")]
JOIN = {"x": CIRCLE, "y": CIRCLE, "a": BOX, "s": CIRCLE}
JOIN_EDGES = [("x", "a"), ("y", "a"), ("a", "s")]


def source_of(
    nodes: dict[str, Size], edges: Sequence[tuple[str, str]], labels: dict[str, str] | None = None
) -> str:
    """The DOT source with gaps that suit the tests."""
    return dot_source(nodes, edges, labels=labels or {}, rank_gap=1.0, node_gap=0.5)


def placed(nodes: dict[str, Size], edges: Sequence[tuple[str, str]]) -> Layout:
    """The layout that the engine answers."""
    return place(source_of(nodes, edges), nodes, edges)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script that takes the place of the engine, empty as yet."""
    path = tmp_path / "dot"
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv(ENGINE_VARIABLE, str(path))
    return path


# The source


@pytest.mark.parametrize(
    "label",
    [
        "<b>",
        "<<TABLE><TR><TD>x</TD></TR></TABLE>>",
        '"',
        '\\"',
        "\\N",
        "\\G \\E \\T",
        "a:b",
        '", URL="file:///etc/passwd',
        '"]; node [image="/etc/passwd',
        "x\\",
        "&amp;",
        "{a|b}",
        "two\nlines",
        "$\\frac{\\partial N}{\\partial x_1}$",
        "σ′ Δ −",
    ],
)
def test_labels_stay_labels(label: str) -> None:
    """No text adds an attribute, HTML, a port or a file: Graphviz gives back one plain label."""
    nodes = {"x": BOX, "y": BOX}
    source = source_of(nodes, [("x", "y")], {"x": label})
    answer = module.execute.run_check(
        [module.engine(), "-Kdot", "-Tjson"],
        input=source,
        encoding="utf-8",
        capture_output=True,
        quiet=True,
    ).stdout
    first, second = module.json.loads(answer)["objects"]
    own = {"_gvid", "name", "label", "pos", "_draw_", "_ldraw_"}
    assert {key: first[key] for key in first.keys() - own} == {
        key: second[key] for key in second.keys() - own
    }
    # Graphviz keeps the escapes of a label; every backslash in it must be escaped.
    assert re.sub(r"\\(.)", r"\1", first["label"]) == label
    assert place(source, nodes, [("x", "y")]) == placed(nodes, [("x", "y")])


@pytest.mark.parametrize("name", ["", "a:b", 'x"', "x\\", "<b>", "1x", "a b", "x; evil"])
def test_a_name_that_dot_would_read_otherwise_is_refused(name: str) -> None:
    """A colon would be a port, a backslash at the end would eat the quote."""
    with pytest.raises(InputError, match="name of a node"):
        source_of({name: BOX}, [])


@pytest.mark.parametrize("name", ["node", "graph", "strict", "σ", "x1", "_"])
def test_keywords_and_greek_letters_are_names(name: str) -> None:
    """What can be a variable can be a node."""
    assert name in placed({name: BOX, "y": CIRCLE}, [(name, "y")]).nodes


def test_the_source_is_read_by_any_graphviz() -> None:
    """It is one digraph of plain attributes, in inches and in the order of drawing."""
    source = source_of(JOIN, JOIN_EDGES)
    assert source.startswith("digraph {")
    assert "rankdir=LR" in source
    assert re.findall(r"^\t(\w+) \[", source, re.MULTILINE) == [*("graph", "node", "edge"), *JOIN]
    assert re.findall(r"(\w+) -> (\w+)", source) == JOIN_EDGES
    assert "a [label=a height=1.2000 shape=box width=1.5000]" in source


# The engine


def test_a_chain_is_a_straight_line() -> None:
    """Nodes and edges of a chain are at one height, to the last bit."""
    layout = mirrored(placed(CHAIN, CHAIN_EDGES), CHAIN_EDGES)
    heights = {y for _, y in layout.nodes.values()} | {y for e in layout.edges for _, y in e}
    assert max(heights) - min(heights) < 1e-12
    assert columns(layout) == sorted(columns(layout))
    assert len(columns(layout)) == 4


def test_two_inputs_are_mirror_images() -> None:
    """Both inputs and both edges, about the height of the operation."""
    layout = mirrored(placed(JOIN, JOIN_EDGES), JOIN_EDGES)
    axis = layout.nodes["a"][1]
    (x, upper), (u, lower) = layout.nodes["x"], layout.nodes["y"]
    assert x == u
    assert upper - axis == pytest.approx(axis - lower, abs=1e-12)
    for (x, y), (u, v) in zip(layout.edges[0], layout.edges[1], strict=True):
        assert (x, y - axis) == pytest.approx((u, axis - v), abs=1e-12)


def test_nodes_of_two_widths_keep_their_edges() -> None:
    """Their heights mirror each other, their borders do not."""
    nodes = {"x": CIRCLE, "y": Size("circle", 1.6, 1.6), "a": BOX}
    edges = [("x", "a"), ("y", "a")]
    layout = mirrored(placed(nodes, edges), edges)
    for curve, (tail, _) in zip(layout.edges, edges, strict=True):
        away = np.hypot(*np.subtract(curve[0], layout.nodes[tail]))
        assert away == pytest.approx(nodes[tail].width / 2, abs=CLOSE)


def test_operands_are_placed_in_their_order() -> None:
    """The first input of an operation is above the second, whichever was computed first."""
    for edges in (JOIN_EDGES, [("y", "a"), ("x", "a"), ("a", "s")]):
        layout = placed(JOIN, edges)
        first, second = edges[0][0], edges[1][0]
        assert layout.nodes[first][1] > layout.nodes[second][1]


def test_edges_come_back_in_the_order_given() -> None:
    """Graphviz lists them by their tails; each must still go from its own tail to its own head."""
    nodes = dict.fromkeys("xwb", CIRCLE) | dict.fromkeys("mas", BOX)
    edges = [("b", "a"), ("m", "a"), ("w", "m"), ("x", "m"), ("a", "s"), ("x", "s")]
    layout = placed(nodes, edges)
    for curve, (tail, head) in zip(layout.edges, edges, strict=True):
        for end, name in ((curve[0], tail), (curve[-1], head)):
            x, y = layout.nodes[name]
            size = nodes[name]
            assert abs(end[0] - x) <= size.width / 2 + CLOSE
            assert abs(end[1] - y) <= size.height / 2 + CLOSE


def test_columns_are_as_far_apart_as_asked() -> None:
    """The gaps are those between the borders, and edges still end at them."""
    layout = mirrored(placed(CHAIN, CHAIN_EDGES), CHAIN_EDGES)
    widths = {name: size.width for name, size in CHAIN.items()}
    wider = respaced(layout, widths, [2.0, 0.5, 1.25])
    centres = [wider.nodes[name][0] for name in CHAIN]
    borders = [
        (x - widths[name] / 2, x + widths[name] / 2) for name, x in zip(CHAIN, centres, strict=True)
    ]
    gaps = [after[0] - before[1] for before, after in pairwise(borders)]
    assert gaps == pytest.approx([2.0, 0.5, 1.25])
    for curve, (before, after) in zip(wider.edges, pairwise(borders), strict=True):
        assert curve[0][0] == pytest.approx(before[1], abs=CLOSE)
        assert curve[-1][0] == pytest.approx(after[0], abs=CLOSE)


def test_an_operation_is_level_with_the_middle_of_its_inputs() -> None:
    """Graphviz may choose any height between them."""
    names = [f"{letter}{number}" for number in (1, 2, 3) for letter in "xw"]
    nodes = dict.fromkeys(names, CIRCLE) | dict.fromkeys(["p1", "p2", "p3", "sum"], BOX)
    edges = [(name, f"p{name[1]}") for name in names] + [(f"p{n}", "sum") for n in (1, 2, 3)]
    layout = centred(placed(nodes, edges), nodes, edges, 0.5)
    for number in (1, 2, 3):
        heights = [layout.nodes[f"{letter}{number}"][1] for letter in "xw"]
        assert layout.nodes[f"p{number}"][1] == pytest.approx(sum(heights) / 2, abs=1e-12)
        # Its edges came along.
        into = layout.edges[edges.index((f"x{number}", f"p{number}"))]
        assert abs(into[-1][1] - layout.nodes[f"p{number}"][1]) <= BOX.height / 2 + CLOSE


def test_a_node_whose_input_goes_elsewhere_too_stays_where_it_is() -> None:
    """Two functions of one value cannot both be level with it."""
    nodes = {"x": CIRCLE, "f": BOX, "g": BOX, "a": BOX}
    edges = [("x", "f"), ("x", "g"), ("f", "a"), ("g", "a")]
    before = placed(nodes, edges)
    after = centred(before, nodes, edges, 0.5)
    assert after.nodes["f"] == before.nodes["f"]
    assert after.nodes["g"] == before.nodes["g"]


def test_edges_end_on_the_left_side_of_a_box_off_its_round_corners() -> None:
    """Steep edges would else end where the corner is cut off."""
    nodes = {"x": CIRCLE, "y": CIRCLE, "a": BOX}
    edges = [("x", "a"), ("y", "a")]
    far = dot_source(nodes, edges, labels={}, rank_gap=0.8, node_gap=4.0)
    layout = landed(place(far, nodes, edges), nodes, edges, 0.2)
    x, y = layout.nodes["a"]
    for curve in layout.edges:
        assert curve[-1][0] == pytest.approx(x - BOX.width / 2)
        assert abs(curve[-1][1] - y) <= BOX.height / 2 - 0.2 + 1e-9


def test_edges_into_a_tall_box_are_level() -> None:
    """Each keeps the height of the node that it comes from."""
    nodes = {"x": CIRCLE, "y": CIRCLE, "a": Size("box", 1.0, 4.0)}
    edges = [("x", "a"), ("y", "a")]
    layout = landed(placed(nodes, edges), nodes, edges, 0.2)
    for curve, (tail, _) in zip(layout.edges, edges, strict=True):
        x, y = layout.nodes[tail]
        assert {height for _, height in curve} == {y}
        assert curve[0][0] == pytest.approx(x + 0.5)
        assert curve[-1][0] == pytest.approx(layout.nodes["a"][0] - 0.5)


def test_a_value_used_twice_has_two_edges() -> None:
    """``x + x`` is drawn as two edges that do not lie on each other."""
    edges = [("x", "a"), ("x", "a")]
    layout = mirrored(placed({"x": CIRCLE, "a": BOX}, edges), edges)
    layout = landed(layout, {"x": CIRCLE, "a": BOX}, edges, 0.2)
    one, other = layout.edges
    assert max(abs(y - v) for (_, y), (_, v) in zip(one, other, strict=True)) > 0.1


# Engines of the user's choice


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variable to mend."""
    monkeypatch.setenv(ENGINE_VARIABLE, "/no/such/dot")
    with pytest.raises(LayoutError, match=f"{ENGINE_VARIABLE}=/no/such/dot: no such program"):
        placed(CHAIN, CHAIN_EDGES)


def test_an_engine_that_is_no_program_is_refused(program: Path) -> None:
    """A file that may not be run is as good as none."""
    program.chmod(0o600)
    with pytest.raises(LayoutError, match="no such program"):
        placed(CHAIN, CHAIN_EDGES)


def test_an_engine_that_cannot_be_started_is_refused(program: Path) -> None:
    """An executable file need not be a program."""
    program.write_bytes(b"\x7fELF, but not really")
    with pytest.raises(LayoutError, match="cannot be run"):
        placed(CHAIN, CHAIN_EDGES)


def test_an_engine_that_fails_is_quoted(program: Path) -> None:
    """Its exit code and what it said are in one line."""
    program.write_text("#!/bin/sh\necho 'syntax error' >&2\necho 'near line 1' >&2\nexit 3\n")
    with pytest.raises(LayoutError, match=r"exit code 3: syntax error near line 1$"):
        placed(CHAIN, CHAIN_EDGES)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "not JSON",
        "[]",
        "7",
        '"text"',
        "{}",
        '{"bb": "0,0,1"}',
        '{"bb": "0,0,1,1", "objects": 3}',
        '{"bb": "0,0,1,1", "objects": []}',
        '{"bb": "0,0,1,1", "objects": [{"name": "x", "pos": "here"}]}',
        '{"bb": "0,0,1,1", "objects": [{"name": "x", "pos": "0,0"}], "edges": [{}]}',
    ],
)
def test_an_engine_that_answers_nonsense_is_refused(program: Path, answer: str) -> None:
    """Whatever it is, the message names the program."""
    program.write_text(f"#!/bin/sh\ncat >/dev/null\ncat <<'EOF'\n{answer}\nEOF\n")
    with pytest.raises(LayoutError, match="answered"):
        placed(CHAIN, CHAIN_EDGES)


def test_an_engine_that_never_answers_is_given_up(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build does not hang for ever."""
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    program.write_text("#!/bin/sh\nexec sleep 5\n")
    with pytest.raises(LayoutError, match="cannot be run"):
        placed(CHAIN, CHAIN_EDGES)


def test_the_packaged_engine_comes_with_figgen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the message says what to do."""
    monkeypatch.delenv(ENGINE_VARIABLE, raising=False)
    assert Path(module.engine()).is_file()
    monkeypatch.setattr(module, "PACKAGED_ENGINE", "gone")
    with pytest.raises(LayoutError, match="install figgen again"):
        module.engine()


@pytest.mark.skipif(shutil.which("dot") is None, reason="no Graphviz in the system")
def test_a_dot_of_the_system_works_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own look, but with the same symmetry."""
    monkeypatch.setenv(ENGINE_VARIABLE, "dot")
    test_a_chain_is_a_straight_line()
    test_two_inputs_are_mirror_images()
    test_edges_into_a_tall_box_are_level()


def test_a_stretched_curve_has_no_kink() -> None:
    """At every joint of a chain of Bezier curves the two handles lie on one line."""
    nodes = {name: Size("box", 1, 1) for name in "abcd"}
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]
    layout = placed(nodes, edges)
    wide = respaced(layout, dict.fromkeys(nodes, 1.0), [0.6, 2.5, 1.2])
    long = max(wide.edges, key=len)
    assert len(long) >= 7
    for joint in range(3, len(long) - 1, 3):
        (x0, y0), (x1, y1), (x2, y2) = long[joint - 1 : joint + 2]
        assert (x1 - x0) * (y2 - y1) == pytest.approx((y1 - y0) * (x2 - x1), abs=1e-9)
