"""Worker processes: what a task does to its own does nothing to the others."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import pytest
from lecture import COURSE
from small_course import GOOD, HEAD, STEPS, write_course

from figgen.course.course import Entry
from figgen.course.reading import read_course
from figgen.errors import BuildError
from figgen.pipeline.durations import NAME, read_times, write_times
from figgen.pipeline.figure_files import make
from figgen.pipeline.outcome import Outcome, failures
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.workers import LIMITS_MEMORY, LostError, Workers, serve

linux = pytest.mark.skipif(not LIMITS_MEMORY, reason="only Linux limits the memory of a process")


def double(number: int) -> int:
    """A task."""
    return 2 * number


def lost(future: Future[object]) -> str:
    """Why a task was lost."""
    with pytest.raises(LostError) as caught:
        future.result(timeout=60)
    return str(caught.value)


def segfault() -> None:
    """Read where nothing is."""
    ctypes.string_at(0)


def hoard(megabytes: int) -> int:
    """Take memory, and give it back."""
    return len(bytearray(megabytes * 2**20))


def loaded() -> set[str]:
    """The modules of this process."""
    return set(sys.modules)


def loaded_by(entry: Entry, request: Request) -> set[str]:
    """The modules that drawing a figure imports."""
    before = loaded()
    assert make(COURSE, entry, request).error is None
    return loaded() - before


def kill_me(number: int) -> None:
    """What the system does to a process when memory runs out."""
    os.kill(os.getpid(), number)


def children() -> list[multiprocessing.process.BaseProcess]:
    """The workers of this process."""
    return multiprocessing.active_children()


def test_every_task_has_its_result() -> None:
    """However many more tasks there are than processes; no process is left in the end."""
    before = set(children())
    with Workers(2) as workers:
        futures = {workers.submit(double, number): number for number in range(50)}
        for future in as_completed(futures, timeout=60):
            assert future.result() == 2 * futures[future]
    assert set(children()) <= before


def test_the_error_of_a_task_is_raised_here() -> None:
    """As with every executor."""
    with Workers(1) as workers, pytest.raises(ZeroDivisionError):
        workers.submit(divmod, 1, 0).result(timeout=60)


def test_every_task_has_a_process_of_its_own() -> None:
    """None does a second one."""
    with Workers(2) as workers:
        found = [workers.submit(os.getpid).result(timeout=60) for _ in range(4)]
    assert len({*found, os.getpid()}) == 5


def test_a_thread_that_a_task_leaves_running_ends_with_it() -> None:
    """Nobody waits for it."""
    before = set(children())
    with Workers(1) as workers:
        assert workers.submit(leave_running).result(timeout=60) == "done"
    assert set(children()) <= before


def leave_running() -> str:
    """Start a thread that Python would wait for."""
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "done"


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ((os._exit, 3), "ended its process with exit code 3"),
        ((os._exit, 0), "ended its process with exit code 0"),
        ((segfault,), "crashed: its process was killed by SIGSEGV"),
        ((os.abort,), "crashed: its process was killed by SIGABRT"),
        (
            (kill_me, signal.SIGKILL),
            "crashed: its process was killed by SIGKILL; was there enough memory?",
        ),
        ((time.sleep, 600), "took longer than 4 s and was stopped; --timeout allows more"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_task_that_takes_its_process_along_is_the_only_one_that_is_lost(
    task: tuple[Callable[..., object], object], reason: str, jobs: int
) -> None:
    """It says why; those before, beside and after it have their results."""
    # For the others it is long, even where the machine has much else to do.
    with Workers(jobs, timeout=4) as workers:
        before = [workers.submit(double, number) for number in range(10)]
        bad = workers.submit(*task)
        after = [workers.submit(double, number) for number in range(10)]
        assert lost(bad) == reason
        assert [future.result(timeout=60) for future in before + after] == [*range(0, 20, 2)] * 2


def test_a_time_limit_is_for_one_task_and_not_for_all() -> None:
    """Nor for the start of a process."""
    with Workers(1, timeout=2) as workers:
        futures = [workers.submit(time.sleep, 0.6) for _ in range(5)]
        assert [future.result(timeout=60) for future in futures] == [None] * 5


@linux
def test_a_task_that_takes_too_much_memory() -> None:
    """It gets an error that it can tell of; what it gave back does not count for the next."""
    with Workers(1, memory=300) as workers:
        for _ in range(4):
            assert workers.submit(hoard, 200).result(timeout=60) == 200 * 2**20
        with pytest.raises(MemoryError):
            workers.submit(hoard, 400).result(timeout=60)
        assert workers.submit(hoard, 200).result(timeout=60) == 200 * 2**20
    with Workers(1) as workers:
        assert workers.submit(hoard, 400).result(timeout=60) == 400 * 2**20


def test_a_shutdown_that_cancels_ends_all_at_once() -> None:
    """Not after the minute that a task would take."""
    before = set(children())
    workers = Workers(2)
    futures = [workers.submit(time.sleep, 60) for _ in range(5)]
    while not all(future.running() for future in futures[:2]) or len(children()) < 2:
        time.sleep(0.01)
    start = time.monotonic()
    workers.shutdown(cancel_futures=True)
    assert time.monotonic() - start < 20
    assert all(future.done() for future in futures)
    assert set(children()) <= before


def test_processes_that_do_not_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not tried for ever."""
    with Workers(1) as workers:
        monkeypatch.setattr("figgen.pipeline.workers.serve", broken)
        reason = lost(workers.submit(double, 1))
    assert reason == "no worker process starts; the last one ended its process with exit code 7"


def broken(_pipe: object, _memory: object) -> None:
    """A process that ends before it is ready."""
    os._exit(7)


def test_a_new_process_has_all_that_drawing_needs() -> None:
    """What a worker imports to draw a figure of each kind is the course, and nothing else."""
    kinds = {entry.section + entry.definition.perspective: entry for entry in COURSE.entries}
    order = Request(Path(), themes=("light",), dpi=30)
    with Workers(1, timeout=100) as workers:
        futures = [workers.submit(loaded_by, entry, order) for entry in kinds.values()]
        found = set().union(*(future.result(timeout=120) for future in futures))
    new = {name.partition(".")[0] for name in found}
    assert new <= {"figures", "encodings"}, sorted(found)


@pytest.mark.parametrize("error", [False, True])
def test_what_a_worker_does(error: bool) -> None:
    """Ready, one answer, and the end with the pipe."""
    here, there = multiprocessing.Pipe()
    worker = threading.Thread(target=serve, args=(there, 500 if LIMITS_MEMORY else None))
    worker.start()
    assert here.recv() is None
    here.send(partial(divmod, 1, 0 if error else 1))
    value, raised = here.recv()
    assert value == (None if error else (1, 0))
    assert isinstance(raised, ZeroDivisionError if error else type(None))
    here.close()
    worker.join(10)
    assert not worker.is_alive()


# In a build

TROUBLE = {
    "exits": ("__import__('os')._exit(3)", ":7: ended its process with exit code 3"),
    "crashes": (
        "__import__('ctypes').string_at(0)",
        ":7: crashed: its process was killed by SIGSEGV",
    ),
    "hangs": (
        # Nothing that grows: on a quick machine that would meet the limit of memory first.
        "any(iter(int, 1))",
        ":7: took longer than 5 s and was stopped; --timeout allows more",
    ),
    "hoards": ("bytearray(700 * 2**20)", ":8: MemoryError(); --memory allows more"),
}


@linux
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_figure_in_trouble_is_named_and_the_others_are_made(tmp_path: Path, jobs: int) -> None:
    """It exits, crashes, hangs or eats memory: a line with its place, and all others are there."""
    modules = {
        name: f'{HEAD}@figure(title="T", perspective="plot", alt="A.")\n'
        f"def {name}_it(canvas: Canvas) -> None:\n    {body}\n"
        for name, (body, _) in TROUBLE.items()
    }
    good = {f"good{n}": GOOD.replace("def good", f"def good{n}") for n in range(4)}
    folder = write_course(tmp_path / f"troubled{jobs}", **modules, **good)
    course = read_course(folder)
    order = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    workers = Workers(jobs, timeout=5, memory=500)
    outcomes = make_all(course, course.entries, order, executor=workers)
    errors = {name: str(error) for name, error in failures(outcomes).items()}
    assert errors == {
        f"{name}-it": f"troubled{jobs}/{name}.py{reason}" for name, (_, reason) in TROUBLE.items()
    }
    files = sorted(path.name for path in (tmp_path / "out").rglob("*.svg"))
    assert files == [f"good{n}.svg" for n in range(4)]


def test_the_longest_figure_begins(tmp_path: Path) -> None:
    """By the times of the last build; a new one before all, those with most steps first."""
    good = {f"good{n}": GOOD.replace("def good", f"def good{n}") for n in range(4)}
    course = read_course(write_course(tmp_path / "timed", **good, two=STEPS))
    order = Request(tmp_path / "out", formats=("svg",), themes=("light",))
    seconds = {"good0": 0.1, "good1": 0.3, "good2": 0.2}
    begun: list[str] = []
    outcomes = make_all(
        course,
        course.entries,
        order,
        executor=Recorder(begun),
        seconds=seconds,
    )
    assert begun == ["two-steps", "good3", "good1", "good2", "good0"]
    assert [outcome.name for outcome in outcomes] == list(course.names)


class Recorder(ThreadPoolExecutor):
    """One thread that notes what it is given: any executor will do."""

    def __init__(self, begun: list[str]) -> None:
        super().__init__(1)
        self.begun = begun

    def submit(self, fn: Callable[..., object], /, entry: Entry) -> Future[object]:  # type: ignore[override]
        """Note the figure."""
        self.begun.append(entry.name)
        return super().submit(fn, entry)


def test_times_are_kept(tmp_path: Path) -> None:
    """Beside the manifest and not in it; those of figures that were not drawn stay."""
    assert read_times(tmp_path) == {}
    write_times(tmp_path, [Outcome("a", seconds=1.23456), Outcome("b", seconds=2.0)])
    write_times(tmp_path, [Outcome("b", seconds=3.0), Outcome("c", error=BuildError("lost"))])
    write_times(tmp_path, [])
    assert read_times(tmp_path) == {"a": 1.235, "b": 3.0}


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", '{"a": "x"}', '{"a": null}', "\udc80"])
def test_times_that_cannot_be_read_are_no_times(tmp_path: Path, text: str) -> None:
    """Only the order hangs on them, and the next build makes them anew."""
    path = tmp_path / NAME
    path.parent.mkdir()
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert read_times(tmp_path) == {}
    write_times(tmp_path, [Outcome("a", seconds=1.0)])
    assert read_times(tmp_path) == {"a": 1.0}
