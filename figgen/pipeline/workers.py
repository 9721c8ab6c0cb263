"""Worker processes: each does one task, and takes no other task along when it dies.

What a task changes in its process ends with it: a figure is drawn as if it were the only one. To
start a process takes some 15 ms where it is forked from one that has imported all.

An executor of the standard library gives up all its tasks when one process dies, and has no time
limit. Pebble's has one, but its processes read and write shared pipes under shared locks, and one
that is killed in the middle of a message leaves them torn. Here every process has its own pipe, and
a thread that waits for it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
"""How often a process may die before it is ready, until no other is started."""

LIMITS_MEMORY = sys.platform == "linux"
"""Whether this system can hold a process to an amount of memory; others only know its addresses."""


class LostError(Exception):
    """A task whose process is gone, and why."""


class Workers(ThreadPoolExecutor):
    """Processes behind the interface of an executor.

    Every task has a process of its own. One that ends its process, or takes longer than it may, has
    a `LostError` for its result; the other tasks notice nothing. A task that asks for more memory
    than it may gets a `MemoryError`.

    Args:
        jobs: How many processes to use at a time.
        timeout: How many seconds a task may take; None for any number.
        memory: How many megabytes a task may take beyond what its process has when it begins;
            None for any number.
    """

    def __init__(
        self, jobs: int, *, timeout: float | None = None, memory: int | None = None
    ) -> None:
        super().__init__(jobs, thread_name_prefix="figgen-worker")
        self._timeout = timeout
        self._memory = memory
        self._context = warm()
        # The module that starts and joins processes is not made for several threads, so it is done
        # under the lock.
        self._all: dict[BaseProcess, Connection] = {}
        self._lock = threading.Lock()
        self._stopped = False

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Call ``fn`` in one of the processes; all that goes there and back is pickled."""
        return super().submit(self._run, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after their tasks, or at once if the tasks are cancelled."""
        if cancel_futures:
            with self._lock:
                self._stopped = True
                for process in self._all:
                    process.kill()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _run(self, task: Callable[[], R]) -> R:
        process, pipe = self._process()
        try:
            pipe.send(task)
            if not connection.wait([pipe, process.sentinel], self._timeout):
                raise LostError(
                    f"took longer than {self._timeout:g} s and was stopped; --timeout allows more"
                )
            # If it is only the sentinel that is ready, this is the end of the file.
            value, error = pipe.recv()
        except (EOFError, OSError):
            raise LostError(_cause(self._end(process))) from None
        finally:
            # At once: nothing that it has begun may go on.
            self._end(process)
        if error is not None:
            raise error
        result: R = value
        return result

    def _process(self) -> tuple[BaseProcess, Connection]:
        """A new process, ready for a task."""
        for _ in range(ATTEMPTS):
            pipe, its_pipe = self._context.Pipe()
            with self._lock:
                if self._stopped:
                    raise LostError("was not begun")
                # The types of `multiprocessing` leave out what all contexts have.
                process = self._context.Process(target=serve, args=(its_pipe, self._memory))  # type: ignore[attr-defined]
                process.start()
                self._all[process] = pipe
            its_pipe.close()
            try:
                pipe.recv()
            except (EOFError, OSError):
                code = self._end(process)
            else:
                return process, pipe
        raise LostError(f"no worker process starts; the last one {_cause(code)}")

    def _end(self, process: BaseProcess) -> int:
        """End a process for good and return its exit code."""
        with self._lock:
            if process in self._all:
                process.kill()
                process.join()
                self._all.pop(process).close()
        return process.exitcode or 0


def _cause(code: int) -> str:
    if code >= 0:
        return f"ended its process with exit code {code}"
    name = signal.Signals(-code).name
    # What the system does when memory runs out, among others.
    hint = "; was there enough memory?" if name == "SIGKILL" else ""
    return f"crashed: its process was killed by {name}{hint}"


def warm() -> BaseContext:
    """Begin to start the process that workers are forked from, and return without waiting.

    It has imported all that drawing needs and drawn nothing: to fork it is as quick as to fork
    this process, and without the locks, threads and font handles that this one may hold. Where the
    system does not know such a process, every worker starts from nothing.

    Returns:
        What starts workers.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver  # noqa: PLC0415 - Windows has none

    context = multiprocessing.get_context("forkserver")
    # The program itself too, which every worker would run again up to its last line but one.
    context.set_forkserver_preload(["__main__", "figgen.pipeline.preload"])
    # First, because to start the tracker unblocks.
    resource_tracker.ensure_running()
    # A terminal sends Ctrl-C to every process of the program. It is the first one's to answer; the
    # server and all workers inherit here that it is blocked.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return context


# In a worker


def serve(pipe: Connection, memory: int | None = None) -> None:
    """Do the task that comes through ``pipe`` and send back its result.

    Args:
        pipe: Gives a function of no arguments; takes None once all is ready, and then the result of
            the task and its error, of which one is None.
        memory: How many megabytes the task may take.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    # No pipe, no build: there is nobody to tell.
    with suppress(EOFError, OSError):
        pipe.send(None)
        pipe.send(_done(pipe.recv(), memory))
        # The other side ends this process, with all that the task has left running.
        pipe.recv()


def _done(task: Callable[[], Any], memory: int | None) -> tuple[Any, Exception | None]:
    """The result of a task, or its error, which the other process raises."""
    try:
        with _at_most(memory):
            return task(), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the task
        return None, error


def _follow_parent() -> None:
    """End in the middle of a task when the build was killed; nothing else would tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _at_most(memory: int | None) -> Iterator[None]:
    """Let this process take at most ``memory`` megabytes more than it has."""
    if memory is None:
        yield
        return
    import resource  # noqa: PLC0415 - Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmData:"))
    limit = int(line.split()[1]) * 1024 + memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (_smallest(soft, hard, limit), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _smallest(*limits: int) -> int:
    # No limit is -1.
    return min(limit for limit in limits if limit >= 0)
