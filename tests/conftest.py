"""What the tests share: fixtures, and the settings under which they run."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Generator

import pytest
from hypothesis import settings
from lecture import COURSE

from figgen.course.course import Course
from figgen.draw.canvas.canvas import Canvas

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


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One process more than there are cores: many tests wait for what they started."""
    return (yield) + 1


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a figure in one process, so that it is drawn once; long tests first.

    One that began last would run alone at the end.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        call = getattr(item, "callspec", None)
        if call is not None and call.params.get("name") in COURSE.names:
            item.add_marker(pytest.mark.xdist_group(call.params["name"]))


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
