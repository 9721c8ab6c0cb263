"""One build at a time in a folder; what a killed one left goes; a full disk tears nothing."""

from __future__ import annotations

import ast
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.disk import atomic_files, cache_files
from figgen.disk.atomic_files import PART, STATE, prepare, write
from figgen.disk.locks import locked
from figgen.errors import BuildError

FIGGEN = [sys.executable, "-m", "figgen"]

HOLD = """
import sys, time
from pathlib import Path
from figgen.disk.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(out: Path) -> subprocess.Popen[str]:
    """Another process that has the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    """Kill it, as the system or a user would."""
    process.kill()
    process.communicate()


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


def parts(folder: Path) -> list[str]:
    """The names of the temporary files."""
    return sorted(path.name for path in folder.rglob(f"*{PART}"))


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


WRITERS = {
    "figgen/disk/atomic_files.py": "the one that writes",
    "figgen/pipeline/journal.py": "appends lines that each have a checksum",
    "figgen/disk/locks.py": "the lock is on the file that is open",
    "figgen/publish/serve/warm_process.py": "writes into pipes",
    "figgen/cli/app.py": "opens the null device where a stream is closed",
}


def writes(call: ast.Call) -> bool:
    """Whether a call may change a file: by its name, its mode, or a replacement of another."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if name in {"open", "fdopen"}:
        given = [*call.args, *(each.value for each in call.keywords)]
        return any(re.fullmatch("r?[wax+]+[bt+]*|r[bt]?[+]", str(each.value))
                   for each in given if isinstance(each, ast.Constant))  # fmt: skip
    if name in {"replace", "rename"} and isinstance(call.func, ast.Attribute):
        # A path gives way to one other; a word, or a part of a value, has two.
        return owner == "os" or (len(call.args) == 1 and not call.keywords)
    return name in {"write_bytes", "write_text"}


def test_one_place_writes_files() -> None:
    """Files are whole, and what is left of them is swept, only if all are written by it."""
    root = Path(__file__).parents[2]
    found = {
        path.relative_to(root).as_posix()
        for path in root.glob("figgen/**/*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and writes(node)
    }
    assert found == WRITERS.keys()


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
    monkeypatch.setattr(atomic_files, "_swept", set())
    assert cache_files.keep(str(target), b"new")
    assert parts(tmp_path) == [left]
    os.utime(path, (0, 0))
    monkeypatch.setattr(atomic_files, "_swept", set())
    assert cache_files.keep(str(target), b"newer")
    assert parts(tmp_path) == []
    assert target.read_bytes() == b"newer"


def test_a_place_that_cannot_be_locked(tmp_path: Path) -> None:
    """A file in the way of the state."""
    (tmp_path / STATE).write_bytes(b"")
    with pytest.raises(BuildError, match="lock: cannot be written: "), locked(tmp_path):
        pytest.fail("locked")


# A disk that is full


def limited(size: int) -> subprocess.CompletedProcess[str]:
    """Build where no file can have more than ``size`` bytes, by a limit of the system."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [*FIGGEN, "--figures", "small", "build", "-f", "svg", "-t", "light", "-o", "out"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


@pytest.mark.usefixtures("unmeasured")
def test_files_that_cannot_be_written_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system stops each in the middle: the old ones stay whole, and the next build mends it."""
    monkeypatch.chdir(tmp_path)
    course = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    assert limited(2**30).returncode == 0
    old = {path: path.read_bytes() for path in Path("out", "light").rglob("*.svg")}
    (course / "one.py").write_text(GOOD.replace("1.5", "2.25"), encoding="utf-8")
    done = limited(1500)
    assert done.returncode == 1
    assert "failed good: out/light/svg/good.svg: cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in old} == old
    assert parts(Path("out")) == []
    assert limited(2**30).returncode == 0
    good = Path("out/light/svg/good.svg")
    assert good.read_bytes() != old[good]


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real one, of a few kilobytes: what was there stays, no half file takes its room."""
    monkeypatch.chdir(tmp_path)
    Path("out").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "out"]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount a small disk")
    try:
        write(Path("out/old.svg"), b"old")
        with pytest.raises(BuildError, match="cannot be written: No space left on device"):
            write(Path("out/old.svg"), bytes(2**17))
        assert Path("out/old.svg").read_bytes() == b"old"
        assert parts(Path("out")) == []
        write(Path("out/new.svg"), bytes(2**15))
    finally:
        subprocess.run(["umount", "out"], check=True)  # noqa: S607 - where it is, systems differ in


def test_a_folder_that_vanishes(tmp_path: Path) -> None:
    """While a figure is drawn: the build goes on, and the next one makes what went with it."""
    script = "__import__('pathlib').Path('drawing').touch() or __import__('time').sleep(2)"
    write_course(tmp_path / "small", one=GOOD, two=figure_with(script))
    command = [*FIGGEN, "--figures", "small", "build", "-f", "svg", "-t", "light", "-j", "1"]
    build = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "drawing").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (tmp_path / "build").rename(tmp_path / "gone")
    _, stderr = build.communicate(timeout=60)
    assert "Traceback" not in stderr
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made = sorted(path.name for path in (tmp_path / "build").rglob("*.svg"))
    assert made == ["bad.svg", "good.svg"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """Told before anything is drawn."""
    tmp_path.chmod(0o500)
    with pytest.raises(BuildError, match="cannot be written: Permission denied"):
        prepare(tmp_path)
