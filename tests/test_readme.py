"""The README is true: its commands run, its code draws, its pictures exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

COMMANDS = re.findall(r"^\$ ([^#\n]+?)\s*(?:#.*)?$", README, re.MULTILINE)

# Without what the make that runs these tests hands down: its own ARGS.
HANDED_DOWN = {"ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS"}
CLEAN = {key: value for key, value in os.environ.items() if key not in HANDED_DOWN}

# What they do is this test run, or needs another one, or would destroy it.
ONLY_PARSED = {
    "make test": "it runs this test",
    "make gallery": "it draws the whole lecture, as make figures does",
    "make check": "the continuous integration runs it",
    "make baselines": "it would overwrite what the image tests compare with",
    "make bench": "it takes minutes",
    "make lock": "it asks the package index",
    "make clean": "it deletes the environment that runs this test",
}


def code_block(language: str) -> str:
    """The first code block of the README in that language."""
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no {language} block"
    return found.group(1)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's files, with the environment that is running."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".ci").mkdir()
    for name in ("Makefile", "constraints.txt", "pyproject.toml", "README.md", ".ci/locked.py"):
        shutil.copy2(ROOT / name, folder / name)
    for name in ("figgen", "figures"):
        shutil.copytree(ROOT / name, folder / name, copy_function=shutil.copy2)
    (folder / ".venv" / "bin").mkdir(parents=True)
    # The same program under the path that the README names; the environment is up to date.
    program = Path(sys.executable).parent / "figgen"
    (folder / ".venv" / "bin" / "figgen").symlink_to(program)
    (folder / ".venv" / ".ready").touch()
    return folder


# They draw the whole lecture, which all tests of figures do, too.
WHOLE_LECTURE = {"make figures", ".venv/bin/figgen check --json"}


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=[pytest.mark.slow] if command in WHOLE_LECTURE else [])
        for command in COMMANDS
        if command not in ONLY_PARSED
    ],
)
def test_every_command_runs(command: str, checkout: Path) -> None:
    """A reader who types what the README says gets what it says."""
    answer = subprocess.run(
        shlex.split(command), cwd=checkout, capture_output=True, text=True, check=False, env=CLEAN
    )
    assert answer.returncode == 0, answer.stderr
    if "-o out" in command:
        assert any((checkout / "out").iterdir())


@pytest.mark.parametrize("command", [c for c in COMMANDS if c in ONLY_PARSED])
def test_the_other_commands_exist(command: str) -> None:
    """A command that cannot run inside the tests is at least one that make knows."""
    answer = subprocess.run(
        [*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_there_are_commands() -> None:
    """The patterns above find the README's commands; an empty list would pass everything."""
    assert set(COMMANDS) >= WHOLE_LECTURE
    assert len(COMMANDS) >= 10


def test_what_comes_out_is_what_the_readme_says(checkout: Path) -> None:
    """Every file that the README names is there after a build."""
    subprocess.run(
        [sys.executable, "-m", "figgen", "build", "chain2-plot"],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    named = re.findall(r"^(build/\S+\.\w+) ", README, re.MULTILINE)
    assert len(named) >= 4
    assert [name for name in named if not (checkout / name).is_file()] == []


def test_the_pictures_exist() -> None:
    """The pictures of the README are rendered assets: baselines that the image tests compare."""
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', README)
    assert len(pictures) >= 2
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []


def test_the_figure_of_the_readme_draws(tmp_path: Path) -> None:
    """The figure that the README shows, in a course of its own, renders in both steps."""
    course = tmp_path / "course"
    course.mkdir()
    init = 'TITLE = "Mine"\nSECTIONS = {"one": "One"}\n'
    (course / "__init__.py").write_text(init, encoding="utf-8")
    (course / "one.py").write_text(code_block("python"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        code_block("toml").replace('"figures"', '"course"'), encoding="utf-8"
    )
    command = [sys.executable, "-m", "figgen", "render", "tanh-plot", "--set", "function=relu"]
    answer = subprocess.run(
        [*command, "-f", "svg"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "tanh-plot-1.svg").is_file()
    assert (tmp_path / "tanh-plot-2.svg").is_file()


def test_the_environment_is_not_the_systems() -> None:
    """The tests run in the environment that make prepared, where the README's paths point."""
    assert (Path(sys.executable).parent / "figgen").is_file() or os.name == "nt"


def test_what_a_user_has_set_does_not_reach_the_tests(tmp_path: Path) -> None:
    """For a terminal, for git and its hooks, for Python: the tests pass with it as without it."""
    hostile = {"GIT_DIR": "nowhere", "NO_COLOR": "1", "COLUMNS": "40", "PYTHONSAFEPATH": "1"}
    more = {"FIGGEN_DOT": "nowhere", "PYTHONIOENCODING": "ascii", "TERM": "dumb"}
    chosen = ["cli/test_commands.py::test_show",
              "cli/test_commands.py::test_colour_and_width_on_a_terminal_only",
              "core/test_ops.py::test_nothing_depends_on_the_hash_seed"]  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-n0", f"--mpl-results-path={tmp_path}"]
    answer = subprocess.run(
        [*command, *(str(ROOT / "tests" / each) for each in chosen)],
        cwd=ROOT,
        env=CLEAN | hostile | more,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
