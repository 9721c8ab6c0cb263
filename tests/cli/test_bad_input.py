"""Input that no one means: one line, exit 2, and nothing that steers a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_course import GOOD, write_course

from figgen.cli.app import program
from figgen.course.definition import Definition, DefinitionError

USAGE = 2

REFUSED = {
    "a size that is no number": ["equation", "a", "--size", "nan"],
    "a listing's size that is no number": ["listing", "figgen.core.chains:chain", "--size", "nan"],
    "a time that is no number": ["build", "--timeout", "nan"],
    "an endless time": ["build", "--timeout", "inf"],
    "an input that is no number": ["chain", "square", "--at", "nan"],
    "more memory than 64 bits": ["build", "--memory", "9" * 30],
    "a part beyond 64 bits": ["build", "--shard", f"1/{'9' * 30}"],
    "a part of too many digits": ["build", "--shard", f"1/{'9' * 5000}"],
    "an endless sweep": ["render", "a", "--animate", "--sweep", "at=0:1:99999999999"],
    "a long argument": ["build", "a", "--shard", "x" * 100_000],
    "an escape": ["build", "--\x1b[31m"],
    "a newline": ["listing", "a", "-o", "a\nb"],
}


@pytest.mark.parametrize("args", REFUSED.values(), ids=REFUSED)
def test_one_line_and_exit_2(
    args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is told in one line that is cut and holds no control character."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(program, args, catch_exceptions=False)
    assert result.exit_code == USAGE
    *_, told = re.split(r"(?m)^(?=Error: )", result.stderr)
    assert told.startswith("Error: ")
    assert told.count("\n") == 1
    assert told.strip().isprintable()
    assert len(told) < 1200


@pytest.mark.parametrize("text", ["$\frac{1}{2}$", "a\x1b[31m", "a\0", "a\ud800"], ids=ascii)
@pytest.mark.parametrize("name", ["title", "alt"])
def test_control_characters_want_a_raw_string(name: str, text: str) -> None:
    r"""``"\frac"`` in a plain string is a form feed, and never reaches a page or a file."""
    words = {"title": "A title", "alt": "A picture.", name: text}
    with pytest.raises(DefinitionError, match="raw string"):
        Definition(perspective="plot", **words)


def test_it_builds_without_a_stream_for_errors(tmp_path: Path) -> None:
    """``2>&-`` closes it; all files are written nonetheless."""
    course = write_course(tmp_path / "small", one=GOOD)
    command = f"'{sys.executable}' -m figgen --figures '{course}' build -j 1 -f svg -t light 2>&-"
    result = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=False)
    assert result.returncode == 0
    assert (tmp_path / "build/light/svg/good.svg").is_file()
