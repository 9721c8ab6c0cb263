"""One build at a time in a folder, whatever becomes of the one before."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from held_folder import end, hold
from small_course import GOOD, write_course

from figgen.disk.atomic_files import STATE
from figgen.disk.locks import locked
from figgen.errors import BuildError

FIGGEN = [sys.executable, "-m", "figgen"]


def test_a_second_build_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    """Whatever the first does, until it ends."""
    process = hold(tmp_path)
    try:
        reason = (
            f"{tmp_path}: another build is at work there (process {process.pid});"
            " wait for it, or write to another folder with -o"
        )
        with pytest.raises(BuildError, match=f"^{re.escape(reason)}$"), locked(tmp_path):
            pytest.fail("two builds at once")
    finally:
        end(process)
    with locked(tmp_path):
        pass


def test_two_commands_at_once(tmp_path: Path) -> None:
    """The second says one line and 1, and touches nothing."""
    course = write_course(tmp_path / "small", one=GOOD)
    process = hold(tmp_path / "out")
    try:
        for command in ("build", "merge"):
            done = subprocess.run(
                [*FIGGEN, "--figures", str(course), command, "-o", "out"],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.startswith("Error: out: another build is at work there (process ")
            assert done.stderr.count("\n") == 1
    finally:
        end(process)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [STATE]


def test_a_build_that_ends_leaves_no_number(tmp_path: Path) -> None:
    """Also when it ends with an error; the next one need not clean up then."""
    seen = []

    def build() -> None:
        with locked(tmp_path):
            seen.append((tmp_path / STATE / "lock").read_text("ascii"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build()
    assert seen == [f"{os.getpid()}\n"]
    assert (tmp_path / STATE / "lock").read_bytes() == b""


def test_a_place_that_cannot_be_locked(tmp_path: Path) -> None:
    """A file in the way of the state."""
    (tmp_path / STATE).write_bytes(b"")
    with pytest.raises(BuildError, match="lock: cannot be written: "), locked(tmp_path):
        pytest.fail("locked")
