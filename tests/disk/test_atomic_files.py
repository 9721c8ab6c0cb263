"""One place writes files, whole or not at all; a full disk tears nothing."""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from held_folder import parts
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.disk.atomic_files import prepare, write
from figgen.errors import BuildError

FIGGEN = [sys.executable, "-m", "figgen"]

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
