"""A build on a Dask cluster: a real one, with processes of its own and no disk to share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_course import GOOD, HEAD, STEPS, write_course

FIGGEN = [sys.executable, "-m", "figgen"]
ORDER = ["-t", "light", "-t", "dark"]

EXITS = (
    HEAD
    + '''\
@figure(title="T", perspective="plot", alt="A.")
def exits(canvas: Canvas) -> None:
    """Takes its process along."""
    __import__("os")._exit(3)


@figure(title="T", perspective="plot", alt="A.")
def hangs(canvas: Canvas) -> None:
    """Never ends."""
    while True:
        pass


@figure(title="T", perspective="plot", alt="A.")
def tells(canvas: Canvas) -> None:
    """Says where it is."""
    raise ValueError(__file__)
'''
)


@dataclass
class Dask:
    """A scheduler and its workers."""

    address: str
    processes: list[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler and two workers with two threads each, on ports that the system chooses."""
    pytest.importorskip("distributed", reason="Dask is an extra of figgen that is not installed")
    place = tmp_path_factory.mktemp("dask")
    said = place / "scheduler.json"
    environment = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    options = {"cwd": place, "env": environment, "stderr": subprocess.DEVNULL}
    run = [sys.executable, "-m", "distributed.cli.dask_"]
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    scheduler = [f"{run[2]}scheduler", "--port", "0", "--scheduler-file", str(said), *local]
    worker = [f"{run[2]}worker", "--scheduler-file", str(said), "--nworkers", "2"]
    processes = [
        subprocess.Popen([sys.executable, "-m", *each], start_new_session=True, **options)  # type: ignore[call-overload]
        for each in (scheduler, [*worker, "--nthreads", "2", *local])
    ]
    deadline = time.monotonic() + 60
    while not said.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    match = re.search(r"tcp://(127\.0\.0\.1:\d+)", said.read_text(encoding="utf-8"))
    assert match
    wait_for_workers(match[1])
    yield Dask(match[1], processes)
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_workers(address: str) -> None:
    """Until both are there."""
    from distributed import Client  # noqa: PLC0415 - an extra

    with Client(f"tcp://{address}", set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)


def build(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run ``figgen build`` beside the course."""
    return subprocess.run(
        [*FIGGEN, "--figures", str(folder), "build", *args],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def tree(out: Path) -> dict[str, bytes]:
    """Every file of a build by its path, but for the state of the build."""
    paths = (path for path in out.rglob("*") if path.is_file() and ".figgen" not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A small course."""
    return write_course(tmp_path / "small", one=GOOD, two=STEPS)


@pytest.mark.cluster
def test_a_cluster_makes_the_same_bytes(dask: Dask, course: Path) -> None:
    """Manifest included."""
    there = build(course, "--executor", f"dask://{dask.address}", "-o", "there", *ORDER)
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == "2 figures, 20 files in there\n"
    assert build(course, "-j", "2", "-o", "here", *ORDER).returncode == 0
    assert tree(course.parent / "there") == tree(course.parent / "here")
    assert len(tree(course.parent / "here")) == 21


@pytest.mark.cluster
def test_a_figure_in_trouble_is_named_and_the_others_are_made(dask: Dask, course: Path) -> None:
    """One that ends its worker, one that hangs, and one that shows where the course is there."""
    (course / "three.py").write_text(EXITS, encoding="utf-8")
    init = course / "__init__.py"
    init.write_text(
        init.read_text(encoding="utf-8").replace("{", "{'three': 'Three', "), encoding="utf-8"
    )
    done = build(course, "--executor", f"dask://{dask.address}", "-f", "svg", "--timeout", "5")
    assert done.returncode == 1
    assert done.stdout == "2 figures, 9 files in build; 3 figures failed\n"
    reason = "crashed every worker that tried it, or took longer than 5 s"
    exits, hangs, tells = done.stderr.splitlines()
    assert exits == f"failed exits: small/three.py:7: {reason}"
    assert hangs == f"failed hangs: small/three.py:13: {reason}"
    assert re.fullmatch(
        r"failed tells: small/three.py:22: ValueError: \S+/figgen-\w+/small/three.py", tells
    )
    # It was taken along, and not read from the disk of the build.
    assert str(course) not in tells


def test_a_cluster_that_does_not_answer(course: Path) -> None:
    """One line, and nothing is written."""
    pytest.importorskip("distributed", reason="Dask is an extra of figgen that is not installed")
    done = build(course, "--executor", "dask://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Error: dask://127.0.0.1:1: nothing answers within 10 s;"
        " is 'dask scheduler' running there?\n"
    )
    assert not (course.parent / "build").exists()
