"""The figures being worked on: which are stale, what is drawn next, and what the page is told.

One lock guards everything; who waits for a change waits on it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection
from typing import Any

from figgen.course.course import Course
from figgen.course.reading import read_course
from figgen.engine import ENGINE
from figgen.errors import BuildError
from figgen.publish.serve.course_changes import merged, problem_of, root_causes
from figgen.publish.serve.figure_drawing import PAINTING, DrawingTask, Message
from figgen.publish.serve.figure_state import FigureState, StepTheme
from figgen.publish.serve.source_excerpts import death, trouble
from figgen.publish.serve.stale_figures import Reads, SavedSources
from figgen.publish.serve.warm_process_client import WarmProcess
from figgen.vocabulary import DEFAULT_THEME

REMEMBERED = 4
"""Of how many figures that were looked at last all pictures are kept ready."""

DEATHS = 3
"""How often in a row the warm process may end by itself before nobody tries again."""


class Preview:
    """The state behind the page.

    Args:
        course: The course as it is now.
        names: The figures to show; all of the course if there are none.
        limit: Seconds that a figure may take.
        start: Starts a warm process.
        jobs: How many figures may be drawn at a time.
    """

    def __init__(
        self,
        course: Course,
        names: Collection[str] = (),
        *,
        limit: float,
        start: Callable[[Callable[[WarmProcess, Message], None]], WarmProcess] = WarmProcess,
        jobs: int = max(2, min(os.cpu_count() or 1, 4)),
    ) -> None:
        self._course = course
        self._names = list(names)
        self._limit = limit
        self._start = start
        self._jobs = jobs
        self._changed = threading.Condition()
        self._serial = 1
        self._orders = 0
        self._viewed: list[tuple[str, StepTheme]] = []
        self._waiting: set[str] = set()
        self._running: dict[int, str] = {}
        self._figures: dict[str, FigureState] = {}
        self._engine: dict[str, Any] | None = None
        self._folder: dict[str, Any] | None = None
        self._edited: list[str] = []
        self._noticed = time.time()
        self._edits = self._deaths = 0
        self._ready = self._closed = False
        with self._changed:
            self._list()
            self._process = start(self.receive)
            # Read before the first figure is drawn, and compared with what it is then.
            self._sources = self._compared = SavedSources(course.folder)
            self._ahead: set[str] = set()
            self._want(self._figures)
            self._dispatch()
        threading.Thread(target=self._compare, daemon=True).start()

    # What the page asks

    def wait(self, seen: int, timeout: float) -> tuple[int, dict[str, Any]] | None:
        """The state as soon as it is another than the one with the number ``seen``.

        Returns:
            Its number and the state; None if nothing changed in ``timeout`` seconds, or it is over.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._serial != seen or self._closed, timeout)
            return None if self._serial == seen or self._closed else (self._serial, self._state())

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return self._closed

    def details(self, name: str, view: StepTheme) -> dict[str, Any] | None:
        """All that is known of a figure, which is looked at from now on; None if there is none."""
        with self._changed:
            if name not in self._figures:
                return None
            self._viewed = [(name, view), *(look for look in self._viewed if look[0] != name)]
            del self._viewed[REMEMBERED:]
            self._complete(name)
            return self._figures[name].details()

    def picture(self, name: str, view: StepTheme) -> bytes | None:
        """A picture of a figure, as soon as there is one of the source as it stands.

        Returns:
            The SVG; the last good one where the source is broken; None if there is none.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_settled(name, view), self._limit)
            state = self._figures.get(name)
            picture = state.pictures.get(view) if state else None
            return picture.svg if picture else None

    def _is_settled(self, name: str, view: StepTheme) -> bool:
        """Whether a picture is there, or will not come; one that is missing is ordered."""
        state = self._figures.get(name)
        if state is None or self._closed or self._engine or state.has(view):
            return True
        if not 1 <= view[0] <= state.steps:
            return True
        if not state.working and state.trouble is None and not state.whole:
            self._viewed = [*self._viewed, (name, view)][-REMEMBERED:]
            self._complete(name)
        return not state.working

    def _complete(self, name: str) -> None:
        """Order all pictures of a figure, if there is no such order yet."""
        state = self._figures[name]
        # One that is being done without them is followed by another.
        if name in self._waiting or not (state.working or state.whole or state.trouble):
            state.working = state.whole = True
            self._waiting.add(name)
            self._dispatch()

    def _first(self, name: str) -> StepTheme:
        """The step and the theme of a figure that are to be ready first."""
        theme = self._viewed[0][1][1] if self._viewed else DEFAULT_THEME
        return dict(self._viewed).get(name) or (self._figures[name].entry.definition.steps, theme)

    # What has changed

    def refresh(self) -> None:
        """Draw what a change of files has changed.

        A figure whose own function is another is drawn at once; which others are to be drawn, too,
        takes a moment to find out, and is found out as soon as what is looked at is there.
        """
        with self._changed:
            self._noticed = time.time()
            try:
                self._course = read_course(self._course.folder)
            except BuildError as error:
                self._folder = trouble(self._course.folder, error)
                self._tell()
                return
            self._folder = None
            known = set(self._figures)
            self._list()
            before, self._sources = self._sources, SavedSources(self._course.folder, self._sources)
            if self._engine or self._sources.engine_changed(before):
                self._restart()
            present = [self._figures[name] for name in self._course.names if name in self._figures]
            # What is broken is tried again at every save: what it lacks may be anywhere.
            self._ahead = {
                state.entry.name
                for state in present
                if state.entry.name not in known
                or state.owed
                or state.trouble
                or self._sources.rewritten(before, state.entry)
            }
            edited = [
                state.entry.name
                for state in present
                if state.entry.name not in known or self._sources.edited(before, state.entry)
            ]
            if edited:
                self._edited, self._edits = edited, self._edits + 1
            self._want(self._ahead)
            self._dispatch()
            self._tell()

    def _compare(self) -> None:
        """Find out what the latest save has changed, as often as there is one."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._is_to_compare())
                if self._closed:
                    return
                # The picture has just been sent: to compare would keep the page from showing it.
                self._changed.wait(PAINTING)
                before, now = self._compared, self._sources
                figures = [(state.entry, state.reads) for state in self._figures.values()]
            stale = now.stale(before, figures)
            with self._changed:
                # Else there was another save meanwhile, which is compared with the same.
                if now is self._sources:
                    self._compared = now
                    if more := stale - self._ahead:
                        self._want(more)
                        self._dispatch()
                        self._tell()

    def _is_to_compare(self) -> bool:
        return self._compared is not self._sources and not self._is_awaited()

    def lose(self, reason: str) -> None:
        """Tell that the folder of the course cannot be watched, and why."""
        with self._changed:
            self._folder = trouble(self._course.folder, BuildError(reason))
            self._tell()

    def _list(self) -> None:
        """Bring the list of the figures up to date with the course."""
        entries = {entry.name: entry for entry in self._course.entries}
        old, self._figures = self._figures, {}
        # One that is gone keeps its place, as long as somebody says why.
        for name in self._names or merged(list(entries), list(old)):
            state = old.get(name)
            if name in entries:
                self._figures[name] = state = state or FigureState(entries[name])
                state.set_present(entries[name])
            elif state is not None:
                problem = problem_of(self._course, name, state.entry.file)
                self._cancel(state)
                if problem or name in self._names:
                    gone = BuildError(f"no figure is called '{name}' any more")
                    state.set_absent(trouble(self._course.folder, problem or gone))
                    self._figures[name] = state
        self._waiting &= entries.keys()

    def _want(self, names: Collection[str]) -> None:
        """Have figures drawn because what they are drawn from has changed."""
        looked = {name for name, _ in self._viewed}
        present = set(self._course.names)
        for name in self._figures.keys() & names:
            state = self._figures[name]
            state.owed = True
            if name in present:
                self._cancel(state)
                state.generation += 1
                state.reads = None
                state.working, state.whole = True, name in looked
                self._waiting.add(name)

    def _cancel(self, state: FigureState) -> None:
        if state.order:
            del self._running[state.order]
            self._process.cancel(state.order)
            state.order = 0

    def _dispatch(self) -> None:
        """Order as much as may be drawn at a time: what is looked at, what was edited, the rest."""
        looked = [name for name, _ in self._viewed]
        order = dict.fromkeys([*looked, *self._edited, *self._figures])
        jobs = self._jobs if self._process.forks else 1
        for name in [name for name in order if name in self._waiting]:
            # A place is kept free for what is looked at, and until that is seen the others wait: a
            # save must not have to share the processors with them.
            others = 0 if self._is_awaited() else max(1, jobs - 1)
            if self._engine or len(self._running) >= (jobs if name in looked else others):
                return
            state = self._figures[name]
            self._orders += 1
            state.order = self._orders
            self._waiting.remove(name)
            self._running[state.order] = name
            state.ordered = time.time()
            self._process.draw(
                DrawingTask(
                    number=state.order,
                    folder=str(self._course.folder.absolute()),
                    entry=state.entry,
                    first=self._first(name),
                    whole=state.whole,
                    limit=self._limit,
                    nice=name not in looked,
                )
            )

    def _is_awaited(self) -> bool:
        """Whether what is looked at is being drawn, and not there yet."""
        state = self._figures.get(self._viewed[0][0]) if self._viewed else None
        return bool(state and state.order and not state.has(self._first(state.entry.name)))

    # What the warm process says

    def receive(self, process: WarmProcess, message: Message) -> None:
        """Take in what a warm process says."""
        with self._changed:
            if process is not self._process or self._closed:
                return
            if "number" in message:
                state = self._figures.get(self._running.get(message["number"], ""))
                # Of one that was cancelled, or went, nothing more is believed.
                if state is not None:
                    self._take(message["number"], state, message)
            elif "ready" in message:
                self._ready = True
            elif "broken" in message:
                self._give_up(BuildError(**message["broken"]))
            else:
                self._lost(message["gone"])
            self._dispatch()
            self._changed.notify_all()

    def _take(self, number: int, state: FigureState, message: Message) -> None:
        """Take in what is said of a figure."""
        match message:
            case {"picture": {"step": step, "theme": theme, "svg": svg}}:
                if "moments" in message:
                    here = {
                        "noticed": self._noticed,
                        "ordered": state.ordered,
                        "taken": time.time(),
                    }
                    state.moments = message["moments"] | here
                if state.add_picture((step, theme), svg.encode()):
                    self._tell()
            case {"drawn": record}:
                state.set_record(record)
                self._tell()
            case {"error": reason}:
                state.set_trouble(reason)
                self._tell()
            case {"reads": reads}:
                state.reads = Reads.from_json(reads)
            case {"done": _}:
                self._deaths = 0
                state.owed = False
                self._end(number, state)
                if state.entry.name in dict(self._viewed):
                    # Since looked at, perhaps, so that its other pictures are wanted too.
                    self._complete(state.entry.name)
                self._tell()
            case {"ended": code, "words": words}:
                # In the middle: who is done has said so, and is forgotten.
                self._end(number, state)
                state.owed = False
                state.set_trouble(death(self._course.folder, state.entry, self._limit, code, words))
                self._tell()

    def _end(self, number: int, state: FigureState) -> None:
        """A figure is not being drawn any more."""
        del self._running[number]
        state.order, state.working = 0, False

    def _restart(self) -> None:
        """Start another warm process, and have done there what was being done in this one."""
        self._process.stop()
        self._engine, self._ready = None, False
        for name in self._running.values():
            if name in self._figures:
                self._figures[name].order = 0
                self._waiting.add(name)
        self._running.clear()
        self._process = self._start(self.receive)

    def _lost(self, code: int) -> None:
        """The warm process has ended, though nobody has ended it."""
        if self._engine:
            return
        if self._process.forks:
            self._deaths += 1
        if self._deaths >= DEATHS or not self._ready:
            reason = f"the process that draws ended with code {code}; see the terminal"
            self._give_up(BuildError(reason))
        else:
            self._restart()

    def _give_up(self, reason: BuildError) -> None:
        """Draw nothing until figgen is changed."""
        self._engine = trouble(ENGINE, reason)
        self._tell()

    # What the page is told

    def _tell(self) -> None:
        self._serial += 1
        self._changed.notify_all()

    def _state(self) -> dict[str, Any]:
        course = self._course
        return {
            "title": course.title,
            "problems": [
                trouble(course.folder, problem) for problem in root_causes(course, self._figures)
            ],
            "engine": self._engine,
            "folder": self._folder,
            "edits": self._edits,
            "edited": self._edited,
            "figures": [state.summary() for state in self._figures.values()],
        }

    def close(self) -> None:
        """End the warm process, and let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._process.stop()
            self._changed.notify_all()
