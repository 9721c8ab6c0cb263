"""A figure is drawn as if it were the only one: what others do to their process is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from small_course import HEAD, write_course

from figgen.course.reading import read_course
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.workers import Workers

INTERFERENCE = {
    "counts": 'STATE["n"] += 1; words = str(STATE["n"])',
    "patches": "words = str(Canvas.text.__doc__)[:5]; Canvas.text.__doc__ = 'patched'",
    "matplotlib": "import matplotlib.text as mt; words = str(hasattr(mt.Text, 'leak'));"
    " mt.Text.leak = 1",
    "builtin": "import builtins; words = str(builtins.eval is None); builtins.eval = None",
    "legacy": "words = str(np.random.rand())",
    "generator": "words = str(np.random.default_rng().random())",
    "chance": "words = str(random.random())",
    "own_chance": "words = str(random.Random().random())",
    "identifier": "import uuid; words = str(uuid.uuid4())[:8]",
    "printing": "words = str(np.array([1.23456789])); np.set_printoptions(precision=2)",
    "settings": "import matplotlib as mpl; words = str(mpl.rcParams['lines.linewidth']);"
    " mpl.rcParams['lines.linewidth'] = 9",
    "folder": "import os; words = os.path.basename(os.getcwd()) or '-'; os.chdir('/')",
    "variable": "import os; words = os.environ.get('FIGGEN_LEAK', 'no');"
    " os.environ['FIGGEN_LEAK'] = 'yes'",
    "path": "import sys; words = str('/leak' in sys.path); sys.path.insert(0, '/leak')",
    "filters": "import warnings; warnings.simplefilter('ignore')",
    "thread": "import threading, time; words = str(threading.active_count());"
    " threading.Thread(target=time.sleep, args=(600,)).start()",
    "garbage": "import gc; words = str(gc.isenabled()); gc.disable()",
    "language": "import locale; words = locale.setlocale(locale.LC_NUMERIC);"
    " locale.setlocale(locale.LC_NUMERIC, 'C')",
}
"""What a figure does to its process, and what it draws of what others have done."""

SHARED = "from ._state import STATE\nimport random\nimport numpy as np\n"


def figure(name: str, body: str) -> str:
    """The source of a figure that draws some words."""
    return (
        f'\n\n@figure(title="{name}", perspective="plot", alt="A word.")\n'
        f'def {name}(canvas: Canvas) -> None:\n    words = "untouched"\n    {body}\n'
        "    canvas.text(2, 2, words)\n"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course in which every figure interferes with the others."""
    source = HEAD + SHARED + "".join(figure(*each) for each in INTERFERENCE.items())
    found = write_course(tmp_path_factory.mktemp("alone") / "alone", one=source)
    (found / "_state.py").write_text('STATE = {"n": 0}\n', encoding="utf-8")
    return found


def drawn(folder: Path, out: Path, names: Sequence[str], jobs: int) -> dict[str, bytes]:
    """The files of some figures, drawn in that order."""
    course = read_course(folder)
    entries = [course.find(name) for name in names]
    request = Request(out, formats=("svg", "png"), themes=("light",), dpi=40)
    seconds = {name: float(len(names) - place) for place, name in enumerate(names)}
    outcomes = make_all(course, entries, request, executor=Workers(jobs), seconds=seconds)
    assert [each.error for each in outcomes if each.error] == []
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_no_figure_sees_another(folder: Path, tmp_path: Path) -> None:
    """Drawn alone, in any order, with one process or two: the same bytes."""
    names = [*read_course(folder).names]
    alone: dict[str, bytes] = {}
    for name in names:
        alone |= drawn(folder, tmp_path / f"alone-{name}", [name], 1)
    assert len(alone) == 2 * len(INTERFERENCE)
    for jobs in (1, 2):
        for order in (names, names[::-1]):
            out = tmp_path / f"{jobs}-{order[0]}"
            assert drawn(folder, out, order, jobs) == alone


def test_numbers_of_chance_differ_from_figure_to_figure(folder: Path, tmp_path: Path) -> None:
    """Their seed is the figure's name, and each generator has its own."""
    names = ["legacy", "generator", "chance", "own-chance"]
    files = drawn(folder, tmp_path, names, 1)
    assert len({files[f"{name}.svg"].split(b"<desc")[1] for name in names}) == len(names)
