"""What a killed process was writing goes with the next build, or the next that writes there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from held_folder import end, hold, parts
from small_course import GOOD, write_course

from figgen.disk import cache_files, leftovers
from figgen.disk.atomic_files import STATE
from figgen.disk.leftovers import PART
from figgen.disk.locks import locked


def test_what_a_killed_build_was_writing_goes(tmp_path: Path) -> None:
    """With the next build; not what a process that lives is writing, and nothing else."""
    process = hold(tmp_path)
    folder = tmp_path / "light" / "svg"
    folder.mkdir(parents=True)
    dead = f".a.svg.{process.pid}{PART}"
    alive = f".b.svg.{os.getppid()}{PART}"
    again = f".c.svg.{os.getpid()}{PART}"
    far = f".d.svg.{2**70}{PART}"
    other = [f"mine{PART}", f".mine{PART}"]
    for name in (dead, alive, again, far, *other):
        (folder / name).write_bytes(b"half")
    end(process)
    with locked(tmp_path):
        assert parts(tmp_path) == sorted([alive, *other])
    # Not forgotten: the process may be another with the number of one that is gone.
    gone = hold(tmp_path / "elsewhere")
    end(gone)
    (folder / alive).rename(folder / f".b.svg.{gone.pid}{PART}")
    with locked(tmp_path):
        assert parts(tmp_path) == sorted(other)
    # After a build that ended by itself there is nothing to look for.
    (folder / dead).write_bytes(b"half")
    with locked(tmp_path):
        assert dead in parts(tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
from figgen.course import index
from figgen.disk import atomic_files
from figgen.pipeline import build_state
kind, folder = sys.argv[1], Path(sys.argv[2])
Path.replace = os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if kind == "file":
    atomic_files.write(folder / "build" / "page.html", b"whole")
elif kind == "state":
    build_state.save(str(folder / "build"), {"figures": {}}, {})
else:
    index.read_indexed(folder / "small")
"""


def killed(kind: str, folder: Path, caches: str) -> list[str]:
    """What a process leaves that is killed where its file would get its name."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, kind, str(folder)],
        env=os.environ | {"PYTHONPYCACHEPREFIX": caches},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return parts(folder)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("kind", ["file", "state", "cache"])
def test_whatever_a_killed_process_was_writing_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A file, the state of a build, a cache, in a build or out of it: with the next that writes."""
    write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "build" / STATE).mkdir(parents=True)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "caches"))
    (left,) = killed(kind, tmp_path, str(tmp_path / "caches"))
    if kind != "cache":
        # A build that did not end by itself was at work.
        (tmp_path / "build" / STATE / "lock").write_bytes(b"1\n")
        with locked(tmp_path / "build"):
            assert parts(tmp_path) == []
        (left,) = killed(kind, tmp_path, str(tmp_path / "caches"))
    (path,) = tmp_path.rglob(left)
    target = path.with_name(left.removeprefix(".").rpartition(".")[0].rpartition(".")[0])
    # The process may be one of another machine that has the folder, too.
    monkeypatch.setattr(leftovers, "_swept", set())
    assert cache_files.keep(str(target), b"new")
    assert parts(tmp_path) == [left]
    os.utime(path, (0, 0))
    monkeypatch.setattr(leftovers, "_swept", set())
    assert cache_files.keep(str(target), b"newer")
    assert parts(tmp_path) == []
    assert target.read_bytes() == b"newer"
