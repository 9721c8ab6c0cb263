"""One function on many figures: in this process, in workers, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor, Future
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

from figgen.course.course import Entry
from figgen.errors import BuildError
from figgen.pipeline.workers import LostError, Workers

R = TypeVar("R")

IDLE = 1.0
"""How many seconds without a result pass until ``idle`` is called."""

NAMED = 3
"""How many of the figures that are being worked on a progress bar has room for."""


def figure_results(
    func: Callable[[Entry], R],
    entries: Sequence[Entry],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    doing: Callable[[list[str]], None] = lambda _: None,
    idle: Callable[[], None] = lambda: None,
) -> Generator[tuple[Entry, R | BuildError]]:
    """Call a function with each figure, in other processes if that is quicker.

    Close the generator whatever happens, so that no process goes on after an interrupt.

    Args:
        func: What to call; a function of a module, or a partial of one. What it raises is raised.
        entries: The figures.
        jobs: How many processes of this machine to use, at most one a figure; 1 for this one.
        executor: What calls the function, in place of those processes. It is shut down.
        doing: Called with the names of some figures that are worked on, whenever they change.
        idle: Called whenever there was no result for a second.

    Yields:
        A figure and its result, in the order in which they are done, or an error at the figure's
        line if the process that had it was lost.
    """
    if executor is None and min(jobs, len(entries)) > 1:
        executor = Workers(min(jobs, len(entries)))
    if executor is None:
        for entry in entries:
            doing([entry.name])
            yield entry, func(entry)
        return
    try:
        futures = {executor.submit(func, entry): entry for entry in entries}
        doing(_running(futures))
        # In the order in which they are done, which `as_completed` does not keep.
        ended: SimpleQueue[Future[R]] = SimpleQueue()
        for future in futures:
            future.add_done_callback(ended.put)
        while futures:
            try:
                future = ended.get(timeout=IDLE)
            except Empty:
                idle()
                continue
            # Not kept: the bytes of all figures together may be more than the memory holds.
            entry = futures.pop(future)
            try:
                result: R | BuildError = future.result()
            except LostError as error:
                result = BuildError(str(error), entry.file, entry.line)
            del future
            yield entry, result
            doing(_running(futures))
    except BaseException:
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


def _running(futures: Mapping[Future[R], Entry]) -> list[str]:
    # They begin in their order, so that those that run are among the first.
    first = islice(futures.items(), 4 * NAMED)
    return [entry.name for future, entry in first if future.running()][:NAMED]
