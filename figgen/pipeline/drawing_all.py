"""The build: figures to files, several at a time, and what became of each.

It draws nothing itself, so that it need not import what draws: worker processes do that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue

from figgen.course.course import Course, Entry
from figgen.disk.atomic_files import write
from figgen.errors import BuildError
from figgen.pipeline.outcome import Made, Outcome
from figgen.pipeline.request import Order
from figgen.pipeline.workers import LostError
from figgen.tracking.recorded_reads import placed, portable

IDLE = 1.0
"""After how many seconds without a figure there is time for something else."""

SHOWN = 3
"""How many of the figures that are being drawn a progress bar has room for."""


def build(
    course: Course,
    entries: Sequence[Entry],
    order: Order,
    *,
    executor: Executor | None = None,
    seconds: Mapping[str, float] | None = None,
    doing: Callable[[list[str]], None] = lambda _: None,
    done: Callable[[Outcome], None] = lambda _: None,
    idle: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Make all figures and write their files; one that fails does not stop the others.

    A figure is drawn wherever ``executor`` does it, and written here, when it is whole.

    Args:
        course: The course.
        entries: The figures to make.
        order: What to make of each.
        executor: Draws the figures; None to draw them here. It is shut down.
        seconds: How long figures took the last time, by name. The longest begin.
        doing: Called with the names of some figures that are being drawn, whenever they change.
        done: Called with each outcome as it comes, when its files are written. Those of one process
            come in the order in which it drew them.
        idle: Called whenever no outcome has come for a second.

    Returns:
        The outcomes, in the order of ``entries``.
    """
    outcomes: dict[str, Outcome] = {}
    if executor is None:
        made = _made_here(course, entries, order, doing)
    else:
        first = _longest_first(entries, seconds or {})
        made = _made_there(course, first, order, executor, doing=doing, idle=idle)
    # Closed whatever happens, so that no process goes on after an interrupt.
    with closing(made):
        for each in made:
            outcome = _written(each, order.out)
            outcomes[outcome.name] = outcome
            done(outcome)
    return [outcomes[entry.name] for entry in entries]


def _longest_first(entries: Sequence[Entry], seconds: Mapping[str, float]) -> list[Entry]:
    # The longest must not be the last to begin. One that is new may be long.
    return sorted(
        entries,
        key=lambda entry: (seconds.get(entry.name, math.inf), entry.definition.steps),
        reverse=True,
    )


def _written(made: Made, out: Path) -> Outcome:
    try:
        for path, data in made.contents.items():
            write(out / path, data)
    except BuildError as error:
        return replace(made.outcome, record=None, error=str(error))
    return made.outcome


def _made_here(
    course: Course, entries: Sequence[Entry], order: Order, doing: Callable[[list[str]], None]
) -> Generator[Made]:
    for entry in entries:
        doing([entry.name])
        yield _make(course, order, entry)


def _made_there(
    course: Course,
    entries: Sequence[Entry],
    order: Order,
    executor: Executor,
    *,
    doing: Callable[[list[str]], None],
    idle: Callable[[], None],
) -> Generator[Made]:
    # One figure needs nothing of the others, and there may be thousands to send.
    task = partial(_make, replace(course, entries=(), problems=()), order)
    try:
        futures = {executor.submit(task, entry): entry for entry in entries}
        doing(_running(futures))
        # In the order in which they are done, which `as_completed` does not keep.
        ended: SimpleQueue[Future[Made]] = SimpleQueue()
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
                made = future.result()
                reads = placed(made.outcome.reads, course.folder)
                made = replace(made, outcome=replace(made.outcome, reads=reads))
            except LostError as error:
                made = Made(Outcome(entry.name, error=f"{entry.file}:{entry.line}: {error}"))
            del future
            yield made
            doing(_running(futures))
    except BaseException:
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


def _running(futures: Mapping[Future[Made], Entry]) -> list[str]:
    # They begin in their order, so that those that run are among the first.
    first = islice(futures.items(), 4 * SHOWN)
    return [entry.name for future, entry in first if future.running()][:SHOWN]


def _make(course: Course, order: Order, entry: Entry) -> Made:
    from figgen.pipeline.figure_files import make  # noqa: PLC0415 - in the process that draws

    made = make(course, entry, order)
    # Where it was drawn, the course may lie elsewhere.
    reads = portable(made.outcome.reads, course.folder)
    return replace(made, outcome=replace(made.outcome, reads=reads))
