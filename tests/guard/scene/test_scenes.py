"""Every figure against its stored scene; and the scene itself, with planted faults.

A new figure is guarded without a line here: its scene is missing until somebody accepts it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from lecture import COURSE, ROOT, drawing_of
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, FancyArrowPatch
from small_course import write_course

from figgen.course.reading import read_course
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.theme import LIGHT, THEMES
from figgen.guard.baselines import Baselines
from figgen.guard.scene.scene_changes import Change, changes
from figgen.guard.scene.scene_writer import scene, themes_as_text
from figgen.pipeline.asset_bytes import encode
from figgen.pipeline.drawing import draw
from figgen.pipeline.request import Asset

BASELINES = Baselines(ROOT / "tests" / "baseline")


def report(name: str, found: Sequence[Change]) -> str:
    """What a failing test says: the changes, and what to do about them."""
    lines = [f"{name} changed:", *(f"  {change}" for change in found)]
    return "\n".join([*lines, f"See it: figgen diff {name}. If it is meant: figgen accept {name}"])


def judge(name: str, now: str, baselines: Baselines) -> None:
    """Fail if a scene is not the stored one; with other versions than drew it, if it is not near.

    Raises:
        pytest.fail.Exception: With the changes in words.
    """
    path = baselines.folder / "scenes" / f"{name}.scene"
    if not path.exists():
        pytest.fail(f"{name} has no scene. See it: figgen show {name}. Then: figgen accept {name}")
    stored = path.read_text(encoding="utf-8")
    if found := changes(stored, now, exact=not baselines.other_versions()):
        pytest.fail(report(name, found), pytrace=False)


@pytest.mark.parametrize("name", COURSE.names)
def test_scene(name: str) -> None:
    """What is drawn is what was looked at."""
    drawing = drawing_of(name)
    judge(name, scene(drawing.canvas, drawing.entry.definition.alt), BASELINES)


def test_no_scene_is_left_over() -> None:
    """Each scene belongs to a figure, so that one that was renamed leaves nothing behind."""
    stored = {path.stem for path in (BASELINES.folder / "scenes").iterdir()}
    assert stored <= set(COURSE.names)


def test_look() -> None:
    """The roles look as they did, in every theme."""
    stored = BASELINES.themes_path.read_text(encoding="utf-8")
    found = [str(change) for change in changes(stored, themes_as_text(THEMES))]
    assert not found, f"{found}; if they are meant: figgen accept --all"


# The guard itself

HEAD = """\
from figgen import figure
from figgen.core import Interval, square, tanh
from figgen.draw.graphs.diagrams import Diagram
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.plots import Plot
"""
LESSON = """

@figure(title="A lesson", perspective="plot", alt="A parabola.", steps=3)
def lesson(canvas):
    "A parabola, its tangent, and a graph."
    plot = Plot(canvas, Box(0.6, 0.5, 4.2, 3.6), Interval(-2, 2), Interval(-1, 4))
    plot.frame((-1, 1), (2, 4))
    plot.curve(square, "forward", name="x^2")
    plot.line([-1, 0, 1], [0, 1, 3], "muted", width=2, dashed=True, name="rule")
    canvas.text(2.7, 5.2, "one", "ink")
    canvas.text(4.2, 5.2, "two", "ink")
    canvas.number(1, 5.2, 0.82, "forward")
    canvas.line((6, 5.2), (7, 5.2), "forward")
    canvas.text(8.5, 5.2, "legend")
    canvas.claim("the sum", 3.0, 3.0, "counting")
    graph = Diagram(canvas)
    for name in ("x", "W"):
        graph.node(name, f"${name}$", "input")
    graph.node("N", "$N$", "operation")
    first = graph.edge("x", "N")
    second = graph.edge("W", "N")
    graph.above(second, "$W$")
    with canvas.step(2):
        plot.points(square, (1,), "highlight")
        plot.tangent(square, 1, "backward")
        graph.below(first, "$W^T$")
    with canvas.step(3):
        canvas.text(10, 5.2, "end")
    graph.draw(Box(6, 0.3, 5.8, 4))
"""


class Fault(NamedTuple):
    """What is planted, and what must be said of it."""

    right: str
    wrong: str
    words: str


STEPS = "steps 1, 2, 3: "
FAULTS = {
    "label changed": Fault('"one"', '"won"', STEPS + "label `one` became `won`"),
    "labels swapped": Fault('2.7, 5.2, "one"', '5.6, 5.2, "one"', "label `one` moved by (2.9, 0)"),
    "W for its transpose": Fault('"$W^T$"', '"$W$"', "label `$W^T$` became `$W$`"),
    "digit changed": Fault("0.82", "0.83", STEPS + "label `0.82` became `0.83`"),
    "role swapped": Fault('0.82, "forward"', '0.82, "backward"', "label `0.82` is backward, was"),
    "role of a curve": Fault('square, "forward"', 'square, "output"', "curve square(x) is output"),
    "width": Fault("width=2", "width=2.5", STEPS + "rule: line width 2 became 2.5"),
    "dashes": Fault("dashed=True", "dashed=False", "rule: dash pattern 3.2 1.6 became solid"),
    "font size": Fault('"one", "ink"', '"one", "ink", size=19', "`one`: font size 20 became 19"),
    "weight": Fault('"one", "ink"', '"one", "ink", weight="bold"', "weight regular became bold"),
    "tick missing": Fault("(2, 4))", "(2,))", STEPS + "tick on the y axis is missing"),
    "curve missing": Fault(
        '    plot.curve(square, "forward", name="x^2")\n', "", "curve square(x) is missing"
    ),
    "another curve": Fault("curve(square", "curve(tanh", "curve square(x) became curve tanh(x)"),
    "curve half a percent off": Fault("[0, 1, 3]", "[0, 1.005, 3]", "rule moved by up to 0.005 at"),
    "sign of a slope": Fault("square, 1, ", "square, -1, ", "tangent of square(x) moved by up to"),
    "edge dropped": Fault(
        '    second = graph.edge("W", "N")\n    graph.above(second, "$W$")\n',
        "",
        "edge W → N is missing",
    ),
    "edge reversed": Fault('edge("x", "N")', 'edge("N", "x")', "edge x → N is reversed"),
    "one step early": Fault(
        'step(3):\n        canvas.text(10, 5.2, "end")',
        'step(2):\n        canvas.text(10, 5.2, "end")\n    with canvas.step(3):\n        pass',
        "step 2: label `end` appears in step 2, not 3",
    ),
    "gone too soon": Fault("step(2)", "step(2, 2)", "step 3: tangent of square(x) shows to step 2"),
    "legend gone": Fault('    canvas.text(8.5, 5.2, "legend")\n', "", "label `legend` is missing"),
    "something new": Fault(
        '"end")', '"end")\n        canvas.text(10, 4.7, "more")', "`more` is new"
    ),
    "range of an axis": Fault(
        "Interval(-1, 4))", "Interval(-1, 4.1))", "axes 1: range of y -1 4 became -1 4.1"
    ),
    "place of a plot": Fault("Box(0.6, ", "Box(0.4, ", "axes 1: place in inches 0.6 0.5"),
    "claim weakened": Fault(
        '"counting")', '"counting", tolerance=0.1)', "claim: the sum: within 1e-09 became 0.1"
    ),
    "claimed number": Fault("3.0, 3.0", "3.00001, 3.00001", "the sum: drawn 3 became 3.00001"),
}
"""Faults by what they are, and what must be said of each."""

NAMES = {fault: f"fault-{number}" for number, fault in enumerate(FAULTS)}


def write_lessons(folder: Path) -> Path:
    """A course with the right lesson, and one more for each fault."""
    module = HEAD + LESSON
    for fault, (right, wrong, _) in FAULTS.items():
        assert LESSON.count(right) == 1, fault
        name = NAMES[fault].replace("-", "_")
        module += LESSON.replace(right, wrong).replace("lesson(", f"{name}(")
    return write_course(folder, one=module)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The scenes of the right lesson and of all the wrong ones."""
    course = read_course(write_lessons(tmp_path_factory.mktemp("lessons") / "course"))
    assert not course.problems
    return {
        entry.name: scene(draw(course, entry).canvas, entry.definition.alt)
        for entry in course.entries
    }


def told(before: str, after: str, *, exact: bool = True) -> list[str]:
    """The changes between two scenes as text."""
    return [str(change) for change in changes(before, after, exact=exact)]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told(fault: str, exact: bool, faulty: dict[str, str]) -> None:
    """Each planted fault is found and told in the right words, whatever drew the baseline."""
    found = changes(faulty["lesson"], faulty[NAMES[fault]], exact=exact)
    assert any(FAULTS[fault].words in str(change) for change in found), list(map(str, found))
    sizes = [change.size for change in found]
    assert sizes == sorted(sizes, reverse=True)


def test_nothing_is_told_of_nothing(faulty: dict[str, str]) -> None:
    """Two scenes that are the same have no changes, exact or not."""
    for exact in (True, False):
        assert not told(faulty["lesson"], faulty["lesson"], exact=exact)


PAGE = """\
canvas full
  steps 2

axes 0
  at 0 0 12 5.6
  x 0 12
  y 0 5.6

axes 1
  at 1 1 4 3
  x 0 2
  y 0 1

text word
  steps 1 on
  stroke ink
  size 20
  at 2,3

line curve square(x)
  axes 1
  steps 1 to 2
  stroke forward
  width 3.2
  count 401
  digest 0123456789ab
  box 0,0 2,1
  mean 1,0.5
  points 0,0 1,0.25 2,1

patch
  steps 1 on
  stroke ink
  fill ink
  tint 1
  head -|> head_length 5 head_width 2 times 2
  points 3,3 4,4

collection areas
  axes 1
  steps 2 on
  fill positive
  tint 0.25
  paths 2
  points 0,0 1,1
  offsets 0,0 1,1

measured
  | 1.5 0.4 20 word

claim the sum
  by counting
  within 1e-09
  count 30
  digest 0123456789ab
  drawn 1 2 3

sentence It rises.
  steps 1 on

source dot
  | a [label="$5$" height=1.2000 width=1.2000]
  | a -> b

source html
  length 100
  digest 0123456789ab
"""

EXACT = {
    "moved a little": (
        "at 2,3",
        "at 2.01,3",
        "label `word` moved by (0.01, 0) inches to (2.01, 3)",
    ),
    "between the samples": (
        "3.2\n  count 401\n  digest 0",
        "3.2\n  count 401\n  digest 1",
        "curve square(x) differs by less than what is written out",
    ),
    "line spacing": (
        "stroke ink\n  size 20",
        "stroke ink\n  spacing 1.2\n  size 20",
        "label `word`: spacing none became 1.2",
    ),
    "room of a text": ("1.5 0.4 20", "1.5 0.5 20", "`word` in 20 points measures 1.5 x 0.5"),
    "not measured": ("\n  | 1.5 0.4 20 word", "", "`word` in 20 points measures nothing"),
    "size in the graph": (
        "height=1.2000 w",
        "height=1.2001 w",
        'the dot: `a [label="$5$" height=1.2',
    ),
    "order of lines": (
        "stroke ink\n  size 20",
        "size 20\n  stroke ink",
        "the text of the scene differs",
    ),
}
"""Differences that count with the pinned versions only: what to replace by what, and the words."""

ALWAYS = {
    "slot": ("canvas full", "canvas half", "slot full became half"),
    "steps": ("full\n  steps 2", "full\n  steps 1", "it has 1 steps, had 2"),
    "axes gone": ("\n\naxes 1\n  at 1 1 4 3\n  x 0 2\n  y 0 1", "", "axes 1 are missing"),
    "axes new": (
        "\n\ntext",
        "\n\naxes 2\n  at 0 0 1 1\n  x 0 1\n  y 0 1\n\ntext",
        "axes 2 are new",
    ),
    "scale": ("y 0 1\n", "y 0 1\n  yscale log\n", "axes 1: scale of y linear became log"),
    "other axes": ("areas\n  axes 1", "areas\n  axes 0", "areas is in axes 0, was in 1"),
    "another kind": ("collection areas", "patch areas", "areas is missing"),
    "name of a text": (
        "text word\n",
        "text word\n  name title\n",
        "label `word` is title, was nameless",
    ),
    "arrow's role": ("stroke ink\n  fill ink", "stroke muted\n  fill muted", "is muted, was ink"),
    "fill": ("fill positive", "fill negative", "areas is filled in negative, was in positive"),
    "tint": ("tint 0.25", "tint 0.5", "areas has tint 0.5, had 0.25"),
    "head": (
        "head_width 2",
        "head_width 3",
        "arrow head -|> head_length 5 head_width 2 times 2 bec",
    ),
    "shown longer": (
        "steps 1 to 2",
        "steps 1 on",
        "curve square(x) shows to the end, not to step 2",
    ),
    "shown later": ("steps 1 to 2", "steps 2 on", "appears in step 2, not 1 and shows to the end"),
    "parts": ("paths 2", "paths 1", "areas has 1 parts, had 2"),
    "points": ("count 401", "count 400", "curve square(x) has 400 points, had 401"),
    "fewer points": ("points 3,3 4,4", "points 3,3", "runs through 1 points, ran through 2"),
    "reversed": ("points 3,3 4,4", "points 4,4 3,3", "the ink patch around (3.5, 3.5) is reversed"),
    "moved as a whole": ("points 3,3 4,4", "points 3,4 4,5", "moved by (0, 1) inches"),
    "half a percent": (
        "1,0.25 2,1\n",
        "1,0.255 2,1\n",
        "curve square(x) moved by up to 0.005 at x = 1",
    ),
    "gap": ("1,0.25 2,1\n", "1,nan 2,1\n", "curve square(x) has a gap"),
    "extent": ("box 0,0 2,1", "box 0,0 2,1.1", "its extent 0,0 2,1 became 0,0 2,1.1"),
    "middle": ("mean 1,0.5", "mean 1,0.6", "its middle 1,0.5 became 1,0.6"),
    "places": ("offsets 0,0 1,1", "offsets 0,0 1,2", "its places 0,0 1,1 became 0,0 1,2"),
    "no places": ("\n  offsets 0,0 1,1", "", "areas: its places 0,0 1,1 became nothing"),
    "claimed": ("drawn 1 2 3", "drawn 1 2 3.1", "claim: the sum: drawn 1 2 3 became 1 2 3.1"),
    "claim by": ("by counting", "by guessing", "claim: the sum: by counting became guessing"),
    "other claim": ("claim the sum", "claim the sun", "claim: `the sum` became `the sun`"),
    "claim gone": ("claim the sum", "claim XYZ", "claim is missing: the sum"),
    "claim new": ("claim the sum", "claim XYZ", "claim is new: XYZ"),
    "alt text": ("It rises.", "It falls.", "steps 1, 2: alt text: `It rises.` became `It falls.`"),
    "alt text later": (
        "rises.\n  steps 1 on",
        "rises.\n  steps 2 on",
        "`It rises.` is said in step 2 on, was in 1 on",
    ),
    "number in the graph": ("$5$", "$6$", 'the dot: `a [label="$5$"'),
    "edge in the graph": ("a -> b", "b -> a", "the dot: `a -> b` became `b -> a`"),
    "source gone": ("source dot", "source tex", "the dot is missing"),
    "source new": ("source dot", "source tex", "the tex is new"),
    "source without words": (
        "length 100",
        "length 101",
        "the html: `length 100` became `length 101`",
    ),
}
"""Differences that count with any versions."""


@pytest.mark.parametrize("edit", EXACT | ALWAYS)
def test_differences_are_told(edit: str) -> None:
    """Each property that differs is told; with other versions too, unless text is measured."""
    right, wrong, words = (EXACT | ALWAYS)[edit]
    assert PAGE.count(right) == 1
    before, after = PAGE, PAGE.replace(right, wrong)
    assert any(words in change for change in told(before, after)), told(before, after)
    # Another matplotlib, to which the word is wider by a fifth of a millimetre.
    wider = after.replace("1.5 0.4 20", "1.508 0.4 20")
    found = told(before, wider, exact=False)
    assert any(words in change for change in found) == (edit in ALWAYS), found


def test_order_is_told() -> None:
    """Of two things, the later covers the other."""
    head, *blocks = PAGE.split("\n\n")
    blocks[2], blocks[3] = blocks[3], blocks[2]
    assert told(PAGE, "\n\n".join([head, *blocks])) == [
        "steps 1, 2: label `word` is drawn at another place in the order"
    ]


def test_what_is_measured_bounds_what_may_move() -> None:
    """With other versions a place may move by twice what a text grew, and never far."""
    for wider, moved, seen in (
        ("1.5", "2.01", True),
        ("1.51", "2.02", False),
        ("1.51", "2.03", True),
        ("1.9", "2.149", False),
        ("1.9", "2.16", True),
    ):
        after = PAGE.replace("at 2,3", f"at {moved},3").replace("| 1.5 ", f"| {wider} ")
        assert bool(told(PAGE, after, exact=False)) == seen, (wider, moved)


def test_a_role_that_looks_otherwise_is_told() -> None:
    """What the roles look like is one text for all figures."""
    before = themes_as_text(THEMES)
    assert told(before, before.replace("forward #0969a8", "forward #0969a9")) == [
        "theme light: forward #0969a8 became #0969a9"
    ]
    assert "theme print: ink #000000 became nothing" in told(
        before, themes_as_text({"light": LIGHT})
    )


# The text


def test_a_scene_is_that_of_no_step_theme_or_resolution() -> None:
    """It stays the same whatever was drawn of the figure before."""
    drawing = draw(COURSE, COURSE.find("chain2-diagram"))
    before = scene(drawing.canvas)
    for theme in THEMES:
        encode(drawing, Asset("chain2-diagram", 3, 1, theme, "png"), 150)
    assert scene(drawing.canvas) == before


def test_what_an_author_draws_with_matplotlib_itself() -> None:
    """Scattered points, an empty collection, a logarithmic axis, a hatch, a mask and an arrow."""
    canvas = Canvas("half")
    axes = canvas.axes(1, 1, 4, 3)
    axes.set(xscale="log", xlim=(1, 100), ylim=(0, 1))
    canvas.mark(axes.scatter([1, 10], [0, 0.5], s=9), fill="ink", name="dots")
    canvas.mark(axes.add_collection(LineCollection([])), stroke="ink")
    disc = Circle((2, 2), 1, hatch="/")
    canvas.mark(canvas.page.add_patch(disc), stroke="ink")
    line = canvas.line((0, 0), (5.8, 5), dashed=True)
    line.set_clip_path(disc)
    arrow = FancyArrowPatch((1, 1), (2, 2), arrowstyle="simple")
    canvas.mark(canvas.page.add_patch(arrow), fill="ink", name="arrow")
    text = scene(canvas)
    for part in (
        "xscale log",
        "  paths 1\n",
        "  offsets 1,0 10,0.5\n",
        "  paths 0\n",
        "  hatch /\n",
        "  dash 3.2 1.6\n",
        "  clipped 1,1 3,3\n",
        "  head simple head_length 0.5 head_width 0.5 tail_width 0.2 times 1\n",
    ):
        assert part in text, part
    moved = text.replace("offsets 1,0 10", "offsets 1,0 11")
    assert told(text, moved) == ["step 1: dots: its places 1,0 10,0.5 became 1,0 11,0.5"]
    gone = text.replace("\ncollection\n", "\npatch\n")
    assert "step 1: an empty ink collection is missing" in told(text, gone)


def test_a_scene_is_that_of_no_place_or_language(tmp_path: Path) -> None:
    """Another folder, locale, hash seed and number of threads make the same text."""
    script = ROOT / "tests/support/scenes_of_course.py"
    source = write_lessons(tmp_path / "elsewhere")
    (source / "one.py").write_text(HEAD + LESSON, encoding="utf-8")
    texts = []
    for seed, language in (("1", "C"), ("2", "tr_TR.UTF-8")):
        out = tmp_path / seed
        out.mkdir()
        more = {"PYTHONHASHSEED": seed, "LC_ALL": language, "OMP_NUM_THREADS": seed}
        command = [sys.executable, str(script), str(source), str(out)]
        subprocess.run(command, check=True, cwd=out, env=os.environ | more)
        texts.append((out / "lesson.scene").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_the_scenes_are_small() -> None:
    """A repository can hold them, and a review too."""
    sizes = [path.stat().st_size for path in (BASELINES.folder / "scenes").iterdir()]
    assert sum(sizes) < 1_000_000
    assert max(sizes) < 60_000


# The failing test


def test_a_failing_test_says_what_to_do(tmp_path: Path) -> None:
    """It names what changed and the two commands; a missing scene fails."""
    baselines = Baselines(tmp_path)
    with pytest.raises(pytest.fail.Exception, match=r"lesson has no scene.*figgen accept lesson"):
        judge("lesson", PAGE, baselines)
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "lesson.scene").write_text(PAGE, encoding="utf-8")
    baselines.write_versions()
    judge("lesson", PAGE, baselines)
    with pytest.raises(pytest.fail.Exception) as failed:
        judge("lesson", PAGE.replace("at 2,3", "at 2.01,3"), baselines)
    message = str(failed.value)
    assert "label `word` moved by (0.01, 0) inches" in message
    assert "figgen diff lesson" in message
    assert "figgen accept lesson" in message


# Other versions of matplotlib

OTHERS = [path for path in os.environ.get("FIGGEN_OTHER_MATPLOTLIB", "").split(os.pathsep) if path]
VERSION = "import matplotlib; print(matplotlib.__version__)"


@pytest.fixture(scope="module", params=OTHERS)
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter of another version."""
    command = [request.param, "-c", VERSION]
    version = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pinned = BASELINES.read_versions()["matplotlib"]
    assert version.split(".")[:2] != pinned.split(".")[:2]
    return str(request.param)


def scenes_by(python: str, course: Path, out: Path) -> dict[str, str]:
    """The scenes of a course, drawn by an interpreter."""
    out.mkdir()
    script = ROOT / "tests/support/scenes_of_course.py"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([python, str(script), str(course), str(out)], check=True, env=environment)
    return {path.stem: path.read_text(encoding="utf-8") for path in out.iterdir()}


@pytest.mark.matplotlib
@pytest.mark.skipif(not OTHERS, reason="FIGGEN_OTHER_MATPLOTLIB names no other interpreter")
def test_no_false_alarm_with_another_matplotlib(python: str, tmp_path: Path) -> None:
    """Nothing has changed in the whole lecture."""
    drawn = scenes_by(python, ROOT / "figures", tmp_path / "out")
    assert set(drawn) == set(COURSE.names)
    for name, now in drawn.items():
        stored = (BASELINES.folder / "scenes" / f"{name}.scene").read_text(encoding="utf-8")
        assert told(stored, now, exact=False) == [], name


@pytest.mark.matplotlib
@pytest.mark.skipif(not OTHERS, reason="FIGGEN_OTHER_MATPLOTLIB names no other interpreter")
def test_same_power_with_another_matplotlib(
    python: str, tmp_path: Path, faulty: dict[str, str]
) -> None:
    """Each planted fault is told in the same words, and the right lesson has none."""
    drawn = scenes_by(python, write_lessons(tmp_path / "course"), tmp_path / "out")
    assert told(faulty["lesson"], drawn["lesson"], exact=False) == []
    for fault, (_, _, words) in FAULTS.items():
        found = told(faulty["lesson"], drawn[NAMES[fault]], exact=False)
        assert any(words in change for change in found), (fault, found)
