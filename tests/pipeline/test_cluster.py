"""A build on a Dask cluster: a real one, with processes of its own and no disk to share."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_course import GOOD, HEAD, STEPS, write_course

from figgen.cli.app import program
from figgen.course.reading import read_course
from figgen.errors import BuildError
from figgen.pipeline import cluster

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
def test_what_a_cluster_has_drawn_is_remembered(dask: Dask, course: Path) -> None:
    """The next build here draws nothing, and what has changed after that; data files count."""
    reads = "(__import__('pathlib').Path(__file__).parent / 'own.csv').read_text()"
    (course / "one.py").write_text(
        GOOD.replace("    canvas.number", f"    {reads}\n    canvas.number"), encoding="utf-8"
    )
    order = ["-t", "light", "-f", "svg"]
    for words in ("one", "two"):
        (course / "own.csv").write_text(words, encoding="utf-8")
        # The second time the workers know the course, and its functions may have cached the file.
        there = build(course, "--executor", f"dask://{dask.address}", *order)
        assert (there.returncode, there.stderr) == (0, "")
        assert build(course, *order, "-n").stdout == "0 figures to draw, 2 up to date\n"
    (course / "own.csv").write_text("three", encoding="utf-8")
    told = build(course, *order, "-n", "--why").stdout
    assert told.startswith("good: small/own.csv changed\n1 figure to draw")


@pytest.mark.cluster
def test_a_cluster_on_other_systems(
    dask: Dask, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it draws may not be what is drawn here, so that is told, and drawn again."""
    monkeypatch.chdir(course.parent)
    # The workers have begun without it.
    monkeypatch.setenv("FIGGEN_DOT", sys.executable)
    order = ["-t", "light", "-f", "svg"]
    command = ["--figures", "small", "build", "--executor", f"dask://{dask.address}", *order]
    done = CliRunner().invoke(program, command)
    assert done.exit_code == 0
    assert done.stderr == (
        "not remembered its workers have another Python or system than this machine;"
        " the next build here draws again\n"
    )
    assert build(course, *order, "-n").stdout.endswith("2 figures to draw, 0 up to date\n")


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


@pytest.mark.cluster
def test_a_cluster_with_other_versions(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes would differ, so it is refused."""
    here = cluster.versions()
    assert {"Python", "figgen", "matplotlib", "numpy"} <= set(here)
    monkeypatch.setattr(metadata, "version", lambda name: "0.1" if name == "numpy" else here[name])
    with pytest.raises(BuildError, match=r"^tcp://.*: numpy \S+ would draw other bytes than 0.1"):
        cluster.Cluster(dask.address)


def test_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BuildError, match=r"^dask://a:1: Dask is not installed; .* extra 'dask'$"):
        cluster.Cluster("a:1")


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["--executor", "tcp://a:1"], "'tcp://a:1' is no cluster; give dask://HOST:PORT"),
        (["--executor", "dask://a"], "'dask://a' is no cluster; give dask://HOST:PORT"),
        (["--executor", "dask://a:1", "-j", "2"], "-j is for this machine, and not for a cluster"),
        (["--executor", "dask://a:1", "--memory", "9"], "--memory is for this machine, and not"),
        (["--timeout", "0"], "0 is not in the range"),
        (["--memory", "0"], "0 is not in the range"),
    ],
)
def test_options_that_do_not_fit(course: Path, args: list[str], reason: str) -> None:
    """A usage error, before anything is drawn."""
    out = course.parent / "out"
    command = ["--figures", str(course), "build", "-o", str(out), *args]
    result = CliRunner().invoke(program, command)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not out.exists()


def test_a_course_travels_with_its_files(course: Path) -> None:
    """It is unpacked once, and another one takes its place."""
    (course / "data.csv").write_text("1,2\n", encoding="utf-8")
    (course / "__pycache__").mkdir(exist_ok=True)
    (course / "__pycache__" / "one.pyc").touch()
    packed = cluster.portable(read_course(course))
    there = pickle.loads(pickle.dumps(packed))  # noqa: S301 - our own
    assert there.folder != course
    assert sorted(path.name for path in there.folder.iterdir()) == [
        "__init__.py", "data.csv", "one.py", "two.py",
    ]  # fmt: skip
    again = pickle.loads(pickle.dumps(replace(packed, entries=())))  # noqa: S301 - our own
    assert again.folder == there.folder
    (course / "data.csv").write_text("3,4\n", encoding="utf-8")
    new = pickle.loads(pickle.dumps(cluster.portable(read_course(course))))  # noqa: S301 - our own
    assert (new.folder / "data.csv").read_text("utf-8") == "3,4\n"
    assert not there.folder.exists()


def test_a_task_there() -> None:
    """It is done in time, and its time is up no more when it is done."""
    assert cluster.there(pickle.dumps(partial(divmod, 7, 2)), 1.0) == (3, 1)
    assert cluster.there(pickle.dumps(partial(divmod, 7, 2)), None) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        cluster.there(pickle.dumps(partial(divmod, 7, 0)), 1.0)
    time.sleep(1.2)


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
