"""What the tests share: the repository's course, and its figures, each drawn once a process."""

from __future__ import annotations

import os
import re
import signal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from figgen.build.course import Course, read_course
from figgen.build.drawing import Drawing, draw
from figgen.draw.canvas import Canvas

ROOT = Path(__file__).parents[1]
COURSE = read_course(ROOT / "figures")

# What a user, or a hook of git that runs the tests, has set for other programs is not for those of
# the tests, which say themselves what is set.
SET_FOR_OTHERS = re.compile(
    "FIGGEN_DOT|GIT_.*|MPLBACKEND|MATPLOTLIBRC|NO_COLOR|FORCE_COLOR|CLICOLOR.*|COLUMNS|LINES"
    "|PYTHON(IOENCODING|WARNINGS|SAFEPATH|OPTIMIZE|DEVMODE)"
)
for variable in filter(SET_FOR_OTHERS.fullmatch, [*os.environ]):
    del os.environ[variable]

# What a shell starts in the background ignores Ctrl-C, and so would every program of the tests.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples on every run: a red test stays red until it is mended.
settings.register_profile("figgen", derandomize=True, database=None, deadline=None)
settings.load_profile("figgen")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a figure in one process, so that it is drawn once."""
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None and call.params.get("name") in COURSE.names:
            item.add_marker(pytest.mark.xdist_group(call.params["name"]))


@cache
def drawing_of(name: str) -> Drawing:
    """One figure of the repository's course, drawn once; steps and themes share it, as they must.

    Whoever takes it shows and paints it first.
    """
    return draw(COURSE, COURSE.find(name))


def drawn_latex(name: str) -> list[str]:
    """Every formula of a figure, as it is kept."""
    tex = drawing_of(name).canvas.sources["tex"]
    return re.findall(r"\\\[\n(.*?)\n\\\]", tex, re.DOTALL)


NAMES = {
    r"\alpha": "α", r"\gamma": "γ", r"\sigma": "σ", r"\Lambda": "Λ", r"\Delta": "Δ",
    r"\max": "max", r"\lim": "lim",
}  # fmt: skip


def readable(latex: str) -> str:
    """The letters that a source asks for, by a way that shares nothing with the engine."""
    text = re.sub(r"\\(begin|end)\{\w+\}", " ", latex)
    text = re.sub(r"\\(text|mathbf)\{", "{", text)
    for command, shown in NAMES.items():
        text = re.sub(re.escape(command) + r"(?![A-Za-z])", shown, text)
    return re.sub(r"\\[A-Za-z]+", " ", text)


@pytest.fixture(scope="session")
def course() -> Course:
    """The repository's course."""
    return COURSE


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are started are not measured: what measures them would import and write."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def canvas() -> Canvas:
    """An empty canvas whose author is the test module that draws on it."""
    return Canvas()
