"""The incremental build: what is stale is drawn and written, and the rest is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from figgen.course.course import Course, Entry
from figgen.course.index import read_indexed
from figgen.disk.atomic_files import prepare
from figgen.disk.locks import locked
from figgen.errors import BuildError
from figgen.pipeline.build_state import MANIFEST
from figgen.pipeline.cluster import portable
from figgen.pipeline.durations import read_times, write_times
from figgen.pipeline.journal import NAME as JOURNAL
from figgen.pipeline.journal import Journal
from figgen.pipeline.machines import Machines
from figgen.pipeline.manifest import Manifest, prune_orphans, read_manifest, write_manifest
from figgen.pipeline.outcome import Outcome, failures
from figgen.pipeline.plan import Plan
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import NoProgress, Progress, make_all
from figgen.pipeline.shards import Shard
from figgen.pipeline.staleness import Staleness

Watched: TypeAlias = Callable[[Plan], AbstractContextManager[Progress]]

REQUEST = Request(Path("build"))
"""All formats in all themes, to the folder ``build``."""


@dataclass(frozen=True)
class Result:
    """What became of a build.

    Attributes:
        course: The course, with the problems that kept figures out of it.
        entries: The figures that were asked for.
        drawn: The names of those that were drawn.
        fresh: The names of those that were as they should be.
        failed: Why others could not be drawn, by name; their old files are still there.
        reasons: Why figures were stale, by the names of those that were.
        files: How many files there are of all that did not fail.
        manifest: The manifest as it is now.
        manifest_file: Where it is.
        removed: The orphans that were removed.
        remembered: Whether the next build here knows what was drawn: not what workers drew that
            have another Python or system than this machine.
    """

    course: Course
    entries: tuple[Entry, ...]
    drawn: tuple[str, ...]
    fresh: tuple[str, ...]
    failed: Mapping[str, BuildError]
    reasons: Mapping[str, tuple[str, ...]]
    files: int
    manifest: Manifest
    manifest_file: Path
    removed: tuple[str, ...] = ()
    remembered: bool = True

    @property
    def orphans(self) -> tuple[str, ...]:
        """The files in the build folder that no figure of the course has any more."""
        return self.manifest.orphans

    @property
    def complete(self) -> bool:
        """Whether nothing failed and no module of the course is broken or forgotten."""
        return not (self.failed or self.course.problems)


def plan(
    course: Course | Path | str,
    names: Iterable[str] = (),
    request: Request = REQUEST,
    *,
    shard: Shard | None = None,
    force: bool = False,
) -> Plan:
    """What `build` would draw of the figures that are asked for, and why.

    Args:
        course: As for `build`.
        names: As for `build`.
        request: As for `build`.
        shard: As for `build`.
        force: As for `build`.
    """
    course = _opened(course)
    entries = _selected(course, names, shard)
    _, found = _compared(course, entries, request, shard, force=force)
    return replace(found, fresh=_fresh(found, entries))


def build(
    course: Course | Path | str,
    names: Iterable[str] = (),
    request: Request = REQUEST,
    *,
    machines: Machines | None = None,
    shard: Shard | None = None,
    force: bool = False,
    prune: bool = False,
    watched: Watched = lambda _: nullcontext(NoProgress()),
) -> Result:
    """Make what is stale of a course; a figure that fails does not stop the others.

    Example::

        from pathlib import Path
        from figgen import build
        from figgen.pipeline.request import Request

        result = build("figures", ["chain2-plot"], Request(Path("slides"), formats=("svg",)))
        for name in result.drawn:
            print(name, "was drawn:", "; ".join(result.reasons[name]))
        for name, error in result.failed.items():
            print(name, "failed at", error.file, error.line, error.reason)

    Args:
        course: The course, or its folder.
        names: The figures that are asked for; none for all.
        request: What to make of each, and where.
        machines: Where to draw; None for one process a processor.
        shard: The part of the course to make; None for all of it.
        force: Whether to draw what is not stale too.
        prune: Whether to remove the files of figures that are gone.
        watched: Called with what is to be drawn, if there is something; the context that it gives
            lasts as long as the drawing, and shows how far it is.

    Returns:
        What became of each figure.

    Raises:
        UnknownNameError: If a name is that of no figure.
        BuildError: If the folder is no course, the request's folder cannot be written to or another
            build is at work in it, or the cluster cannot be used.
    """
    course = _opened(course)
    entries = _selected(course, names, shard)
    machines = machines or Machines()
    # What would make the work useless is said before it and not after it.
    with machines.connected() as cluster:
        prepare(request.out)
        with locked(request.out):
            if shard:
                # Its figures are all made anew.
                Journal(request.out / shard.journal).remove()
            # First, because the process that workers come from imports all that draws, while this
            # one finds out what is stale; a build that gets here has as a rule something to draw.
            executor = cluster or machines.workers()
            staleness, found = _compared(
                course, entries, request, shard, force=force, journaled=cluster is None
            )
            outcomes: list[Outcome] = []
            if found.stale:
                with watched(found) as progress:
                    try:
                        outcomes = make_all(
                            portable(course) if cluster else course,
                            found.stale,
                            request,
                            executor=executor,
                            seconds=read_times(request.out),
                            progress=progress,
                            note=staleness.note,
                            idle=staleness.keep,
                        )
                    finally:
                        staleness.keep()
            write_times(request.out, outcomes)
            made = {**found.recovered, **{each.name: each for each in outcomes if each.record}}
            records = {name: each.record for name, each in made.items()}
            name, manifest, removed = _entered(course, request.out, records, shard, prune=prune)
            remembered = cluster is None or cluster.alike
            # A part is to be merged: the next build after that looks into its journal.
            if remembered and not shard:
                staleness.remember(found, made, manifest)
    failed = failures(outcomes)
    return Result(
        course=course,
        entries=entries,
        drawn=tuple(each.name for each in outcomes if each.record),
        fresh=_fresh(found, entries),
        failed=failed,
        reasons=found.reasons_of_stale,
        files=sum(
            staleness.count(entry, manifest) for entry in entries if entry.name not in failed
        ),
        manifest=manifest,
        manifest_file=request.out / name,
        removed=removed,
        remembered=remembered,
    )


def _opened(course: Course | Path | str) -> Course:
    return course if isinstance(course, Course) else read_indexed(Path(course))


def _selected(course: Course, names: Iterable[str], shard: Shard | None) -> tuple[Entry, ...]:
    """The figures that are asked for."""
    part = shard.select(course.entries) if shard else course.entries
    return _among(part, course.select(names))


def _among(found: Sequence[Entry], wanted: Sequence[Entry]) -> tuple[Entry, ...]:
    """The figures of ``found`` that are in ``wanted`` too, in their order."""
    names = {entry.name for entry in wanted}
    return tuple(entry for entry in found if entry.name in names)


def _fresh(found: Plan, entries: Sequence[Entry]) -> tuple[str, ...]:
    stale = {entry.name for entry in found.stale}
    return tuple(entry.name for entry in entries if entry.name not in stale)


def _compared(
    course: Course,
    entries: Sequence[Entry],
    request: Request,
    shard: Shard | None,
    *,
    force: bool,
    journaled: bool = True,
) -> tuple[Staleness, Plan]:
    """The build folder compared with the course, and which of ``entries`` are to be drawn."""
    journal = Journal(request.out / (shard.journal if shard else JOURNAL)) if journaled else None
    staleness = Staleness(course, request, read_manifest(request.out).figures, journal)
    # A part is made whole wherever it is made, so that all parts are what one build makes.
    forced = {entry.name for entry in entries} if force or shard else set()
    found = staleness.plan(forced)
    return staleness, replace(found, stale=_among(found.stale, entries))


def _entered(
    course: Course,
    out: Path,
    records: Mapping[str, dict[str, Any]],
    shard: Shard | None,
    *,
    prune: bool,
) -> tuple[str, Manifest, tuple[str, ...]]:
    """The name of the manifest, the manifest with what was drawn, and the orphans removed."""
    name = MANIFEST
    if shard:
        name, course = shard.manifest, replace(course, entries=shard.select(course.entries))
    manifest = write_manifest(course, out, records, name)
    if prune:
        return name, prune_orphans(course, out, manifest), manifest.orphans
    return name, manifest, ()
