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
from figgen.publish.serve.figure_drawing import PAINTING, Message, Order
from figgen.publish.serve.figure_state import Shown, View
from figgen.publish.serve.source_excerpts import death, trouble
from figgen.publish.serve.stale_figures import Reads, Sources
from figgen.publish.serve.warm_process_client import Renderer
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
        start: Callable[[Callable[[Renderer, Message], None]], Renderer] = Renderer,
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
        self._looks: list[tuple[str, View]] = []
        self._waiting: set[str] = set()
        self._running: dict[int, str] = {}
        self._figures: dict[str, Shown] = {}
        self._engine: dict[str, Any] | None = None
        self._folder: dict[str, Any] | None = None
        self._edited: list[str] = []
        self._noticed = time.time()
        self._edits = self._deaths = 0
        self._ready = self._closed = False
        with self._changed:
            self._list()
            self._renderer = start(self.receive)
            # Read before the first figure is drawn, and compared with what it is then.
            self._sources = self._compared = Sources(course.folder)
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

    def details(self, name: str, view: View) -> dict[str, Any] | None:
        """All that is known of a figure, which is looked at from now on; None if there is none."""
        with self._changed:
            if name not in self._figures:
                return None
            self._looks = [(name, view), *(look for look in self._looks if look[0] != name)]
            del self._looks[REMEMBERED:]
            self._complete(name)
            return self._figures[name].details()

    def picture(self, name: str, view: View) -> bytes | None:
        """A picture of a figure, as soon as there is one of the source as it stands.

        Returns:
            The SVG; the last good one where the source is broken; None if there is none.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_settled(name, view), self._limit)
            shown = self._figures.get(name)
            picture = shown.pictures.get(view) if shown else None
            return picture.svg if picture else None

    def _is_settled(self, name: str, view: View) -> bool:
        """Whether a picture is there, or will not come; one that is missing is ordered."""
        shown = self._figures.get(name)
        if shown is None or self._closed or self._engine or shown.has(view):
            return True
        if not 1 <= view[0] <= shown.steps:
            return True
        if not shown.working and shown.trouble is None and not shown.whole:
            self._looks = [*self._looks, (name, view)][-REMEMBERED:]
            self._complete(name)
        return not shown.working

    def _complete(self, name: str) -> None:
        """Order all pictures of a figure, if there is no such order yet."""
        shown = self._figures[name]
        # One that is being done without them is followed by another.
        if name in self._waiting or not (shown.working or shown.whole or shown.trouble):
            shown.working = shown.whole = True
            self._waiting.add(name)
            self._dispatch()

    def _first(self, name: str) -> View:
        """The step and the theme of a figure that are to be ready first."""
        theme = self._looks[0][1][1] if self._looks else DEFAULT_THEME
        return dict(self._looks).get(name) or (self._figures[name].entry.definition.steps, theme)

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
            before, self._sources = self._sources, Sources(self._course.folder, self._sources)
            if self._engine or self._sources.engine_changed(before):
                self._restart()
            present = [self._figures[name] for name in self._course.names if name in self._figures]
            # What is broken is tried again at every save: what it lacks may be anywhere.
            self._ahead = {
                shown.entry.name
                for shown in present
                if shown.entry.name not in known
                or shown.owed
                or shown.trouble
                or self._sources.rewritten(before, shown.entry)
            }
            edited = [
                shown.entry.name
                for shown in present
                if shown.entry.name not in known or self._sources.edited(before, shown.entry)
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
                figures = [(shown.entry, shown.reads) for shown in self._figures.values()]
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
            shown = old.get(name)
            if name in entries:
                self._figures[name] = shown = shown or Shown(entries[name])
                shown.come(entries[name])
            elif shown is not None:
                problem = problem_of(self._course, name, shown.entry.file)
                self._cancel(shown)
                if problem or name in self._names:
                    gone = BuildError(f"no figure is called '{name}' any more")
                    shown.go(trouble(self._course.folder, problem or gone))
                    self._figures[name] = shown
        self._waiting &= entries.keys()

    def _want(self, names: Collection[str]) -> None:
        """Have figures drawn because what they are drawn from has changed."""
        looked = {name for name, _ in self._looks}
        present = set(self._course.names)
        for name in self._figures.keys() & names:
            shown = self._figures[name]
            shown.owed = True
            if name in present:
                self._cancel(shown)
                shown.generation += 1
                shown.reads = None
                shown.working, shown.whole = True, name in looked
                self._waiting.add(name)

    def _cancel(self, shown: Shown) -> None:
        if shown.order:
            del self._running[shown.order]
            self._renderer.cancel(shown.order)
            shown.order = 0

    def _dispatch(self) -> None:
        """Order as much as may be drawn at a time: what is looked at, what was edited, the rest."""
        looked = [name for name, _ in self._looks]
        order = dict.fromkeys([*looked, *self._edited, *self._figures])
        jobs = self._jobs if self._renderer.forks else 1
        for name in [name for name in order if name in self._waiting]:
            # A place is kept free for what is looked at, and until that is seen the others wait: a
            # save must not have to share the processors with them.
            others = 0 if self._is_awaited() else max(1, jobs - 1)
            if self._engine or len(self._running) >= (jobs if name in looked else others):
                return
            shown = self._figures[name]
            self._orders += 1
            shown.order = self._orders
            self._waiting.remove(name)
            self._running[shown.order] = name
            shown.ordered = time.time()
            self._renderer.draw(
                Order(
                    number=shown.order,
                    folder=str(self._course.folder.absolute()),
                    entry=shown.entry,
                    first=self._first(name),
                    whole=shown.whole,
                    limit=self._limit,
                    nice=name not in looked,
                )
            )

    def _is_awaited(self) -> bool:
        """Whether what is looked at is being drawn, and not there yet."""
        shown = self._figures.get(self._looks[0][0]) if self._looks else None
        return bool(shown and shown.order and not shown.has(self._first(shown.entry.name)))

    # What the warm process says

    def receive(self, renderer: Renderer, message: Message) -> None:
        """Take in what a warm process says."""
        with self._changed:
            if renderer is not self._renderer or self._closed:
                return
            if "number" in message:
                shown = self._figures.get(self._running.get(message["number"], ""))
                # Of one that was cancelled, or went, nothing more is believed.
                if shown is not None:
                    self._take(message["number"], shown, message)
            elif "ready" in message:
                self._ready = True
            elif "broken" in message:
                self._give_up(BuildError(**message["broken"]))
            else:
                self._lost(message["gone"])
            self._dispatch()
            self._changed.notify_all()

    def _take(self, number: int, shown: Shown, message: Message) -> None:
        """Take in what is said of a figure."""
        match message:
            case {"picture": {"step": step, "theme": theme, "svg": svg}}:
                if "moments" in message:
                    here = {
                        "noticed": self._noticed,
                        "ordered": shown.ordered,
                        "taken": time.time(),
                    }
                    shown.moments = message["moments"] | here
                if shown.take((step, theme), svg.encode()):
                    self._tell()
            case {"drawn": record}:
                shown.describe(record)
                self._tell()
            case {"error": reason}:
                shown.fail(reason)
                self._tell()
            case {"reads": reads}:
                shown.reads = Reads.from_json(reads)
            case {"done": _}:
                self._deaths = 0
                shown.owed = False
                self._end(number, shown)
                if shown.entry.name in dict(self._looks):
                    # Since looked at, perhaps, so that its other pictures are wanted too.
                    self._complete(shown.entry.name)
                self._tell()
            case {"ended": code, "words": words}:
                # In the middle: who is done has said so, and is forgotten.
                self._end(number, shown)
                shown.owed = False
                shown.fail(death(self._course.folder, shown.entry, self._limit, code, words))
                self._tell()

    def _end(self, number: int, shown: Shown) -> None:
        """A figure is not being drawn any more."""
        del self._running[number]
        shown.order, shown.working = 0, False

    def _restart(self) -> None:
        """Start another warm process, and have done there what was being done in this one."""
        self._renderer.stop()
        self._engine, self._ready = None, False
        for name in self._running.values():
            if name in self._figures:
                self._figures[name].order = 0
                self._waiting.add(name)
        self._running.clear()
        self._renderer = self._start(self.receive)

    def _lost(self, code: int) -> None:
        """The warm process has ended, though nobody has ended it."""
        if self._engine:
            return
        if self._renderer.forks:
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
            "figures": [shown.summary() for shown in self._figures.values()],
        }

    def close(self) -> None:
        """End the warm process, and let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._renderer.stop()
            self._changed.notify_all()
