"""The processes that a build uses, and how they stop when it is stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, resource_tracker
from multiprocessing.context import BaseContext
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def run_each(
    func: Callable[[T], R], tasks: Sequence[T], jobs: int, preload: str
) -> Generator[tuple[T, R | None]]:
    """Call ``func`` with each task in another process, ``jobs`` at a time.

    Whatever ends the loop early, Ctrl-C above all, stops the processes at once, and without a
    temporary file left behind.

    Args:
        func: What to call; a function of a module, or a partial of one.
        tasks: Its arguments.
        jobs: How many processes to use.
        preload: The module that every process needs.

    Yields:
        A task and its result, in the order in which they are done; None if its process died.
    """
    before = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, mp_context=_context(preload), initializer=_start)
    try:
        with _interrupt_later():
            futures = {pool.submit(partial(_work, func), task): task for task in tasks}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None
    except BaseException:
        for process in set(multiprocessing.active_children()).difference(before):
            process.terminate()
        raise
    finally:
        pool.shutdown()


def _context(preload: str) -> BaseContext:
    # A server that has imported matplotlib and drawn nothing is forked for each worker: as quick
    # as a fork of this process, and without the locks and font handles that this one may hold.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    return context


@contextmanager
def _interrupt_later() -> Iterator[None]:
    """Keep a Ctrl-C until all processes run: one that is half started dies with a traceback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number))
    try:
        _start_server()
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        raise KeyboardInterrupt


def _start_server() -> None:
    # A terminal sends Ctrl-C to every process of the program. It is the first one's to answer;
    # the server and all workers inherit here that it is blocked.
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver  # noqa: PLC0415 - Windows has none

        # First, because to start the tracker unblocks.
        resource_tracker.ensure_running()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


# In a worker


class _Stopped(BaseException):
    """The worker is to stop; no Exception, because an author's code may catch those."""


def _start() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """Stop when the build was killed: its queue stays open, so that nothing else would tell."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


def _work(func: Callable[[T], R], task: T) -> R:
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        return func(task)
    except _Stopped:
        # Everything above has cleaned up; there is nobody to return to.
        os._exit(1)
    finally:
        signal.signal(signal.SIGTERM, before)
