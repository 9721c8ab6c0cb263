"""A build that has something to do: what is stale, drawn and written; and ``figgen merge``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from figgen.cli.build import complain_of_orphans, summed_up
from figgen.cli.options import MEMORY, TIMEOUT, open_course, out
from figgen.cli.output import complain, complain_of_problems, counted, print_json
from figgen.cli.render import complain_of_failures, make
from figgen.errors import BuildError, RequestError
from figgen.vocabulary import Format

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from figgen.course.course import Course, Entry
    from figgen.pipeline.build_state import Request
    from figgen.pipeline.cluster import Cluster as Dask
    from figgen.pipeline.manifest import Manifest
    from figgen.pipeline.outcome import Outcome
    from figgen.pipeline.plan import Plan
    from figgen.pipeline.staleness import Staleness


@dataclass(frozen=True)
class Machines:
    """Where figures are drawn.

    Attributes:
        jobs: How many processes to use; None for one a processor.
        cluster: Where the scheduler of a cluster is; None for this machine.
        timeout: How many seconds a figure may take.
        memory: How many megabytes a figure may take; None for the usual.

    Raises:
        RequestError: If an option is for other machines.
    """

    jobs: int | None = None
    cluster: str | None = None
    timeout: float = TIMEOUT
    memory: int | None = None

    def __post_init__(self) -> None:
        if self.cluster and (self.jobs or self.memory):
            option = "-j" if self.jobs else "--memory"
            raise RequestError(f"{option} is for this machine, and not for a cluster; leave it")
        if self.memory:
            from figgen.pipeline.workers import LIMITS_MEMORY

            if not LIMITS_MEMORY:
                reason = "this system cannot limit the memory of a process; leave it"
                raise RequestError(f"--memory: {reason}")

    def reached(self) -> AbstractContextManager[Dask | None]:
        """The cluster, if it is one, until the context ends.

        Raises:
            BuildError: If the cluster cannot be used.
        """
        if not self.cluster:
            return nullcontext()
        from figgen.pipeline.cluster import Cluster as Dask

        return Dask(self.cluster, timeout=self.timeout)

    def workers(self) -> Executor:
        """Processes of this machine."""
        from figgen.pipeline.workers import LIMITS_MEMORY, Workers

        return Workers(
            self.jobs or os.cpu_count() or 1,
            timeout=self.timeout,
            memory=self.memory or (MEMORY if LIMITS_MEMORY else None),
        )

    def sendable(self, course: Course) -> Course:
        """The course in a form in which it gets to where it is drawn."""
        if not self.cluster:
            return course
        from figgen.pipeline.cluster import portable

        return portable(course)


@dataclass(frozen=True)
class Result:
    """What became of a build.

    Attributes:
        course: The course.
        entries: The figures that were asked for.
        drawn: The names of those that were drawn.
        failed: What became of those that failed.
        reasons: Why each was drawn.
        files: How many files there are of all that did not fail.
        manifest: The manifest as it is now.
        place: Where it is.
    """

    course: Course
    entries: Sequence[Entry]
    drawn: Sequence[str]
    failed: Sequence[Outcome]
    reasons: Mapping[str, Sequence[str]]
    files: int
    manifest: Manifest
    place: Path

    @property
    def complete(self) -> bool:
        """Whether nothing failed and no module of the course is broken or forgotten."""
        return not (self.failed or self.course.problems)

    def tell(self, out: Path, *, as_json: bool) -> None:
        """Print it."""
        whole = len(self.entries) - len(self.failed)
        if as_json:
            print_json(
                {
                    "course": self.course.title,
                    "figures": whole,
                    "files": self.files,
                    "drawn": self.drawn,
                    "reasons": self.reasons,
                    "orphans": self.manifest.orphans,
                    "manifest": str(self.place),
                    "failed": [{"name": each.name, "error": each.error} for each in self.failed],
                    "problems": [problem.as_json() for problem in self.course.problems],
                }
            )
            return
        words = [summed_up(whole, self.files, out, drawn=len(self.drawn))]
        if self.failed:
            words.append(f"{counted(len(self.failed), 'figure')} failed")
        if self.course.problems:
            words.append(f"{counted(len(self.course.problems), 'problem')} in the course")
        click.echo("; ".join(words))


@dataclass(frozen=True)
class Build:
    """A build that has something to do, or has to look closer.

    Attributes:
        request: What is asked for.
        out: The folder to write to.
        machines: Where figures are drawn.
        shard: Which part of how many to make; None for all.
        why: Whether to say what has changed.
        force: Whether to draw what is not stale too.
        prune: Whether to remove the files of figures that are gone.
        as_json: Whether what is printed is for programs.
    """

    request: Request
    out: Path
    machines: Machines
    shard: tuple[int, int] | None = None
    why: bool = False
    force: bool = False
    prune: bool = False
    as_json: bool = False

    def select(self, course: Course, names: Sequence[str]) -> tuple[Entry, ...]:
        """The figures that are asked for."""
        entries = course.select(names)
        if self.shard:
            from figgen.pipeline.shards import Shard as Part

            part = Part(*self.shard).select(course.entries)
            entries = tuple(entry for entry in entries if entry in part)
        return entries

    @property
    def _journal(self) -> str:
        if self.shard:
            from figgen.pipeline.shards import Shard as Part

            return Part(*self.shard).journal
        from figgen.pipeline.journal import NAME

        return NAME

    def _plan(self, course: Course, entries: Sequence[Entry]) -> tuple[Staleness, Plan]:
        from figgen.pipeline.journal import Journal
        from figgen.pipeline.manifest import read_manifest
        from figgen.pipeline.request import Order
        from figgen.pipeline.staleness import Staleness

        formats = cast("tuple[Format, ...]", self.request.formats)
        order = Order(out=self.out, formats=formats, themes=self.request.themes)
        journal = None if self.machines.cluster else Journal(self.out / self._journal)
        staleness = Staleness(course, order, read_manifest(self.out).figures, journal)
        wanted = {entry.name for entry in entries}
        # A part is made whole wherever it is made, so that all parts are what one build makes.
        return staleness, staleness.plan(force=wanted if self.force or self.shard else ())

    def tell_plan(self, course: Course, entries: Sequence[Entry]) -> None:
        """Say what would be drawn, and draw nothing."""
        _, plan = self._plan(course, entries)
        stale = _among(plan.stale, entries)
        _explain(stale, plan, why=self.why, as_json=self.as_json)
        complain_of_problems(course)
        if not self.as_json:
            fresh = len(entries) - len(stale)
            click.echo(f"{counted(len(stale), 'figure')} to draw, {fresh} up to date")

    def run(self, course: Course, entries: Sequence[Entry]) -> Result:
        """Draw what is stale; figures that fail are complained of and do not stop the others.

        Raises:
            BuildError: If the folder cannot be written to, another build is at work in it, or the
                cluster cannot be used.
        """
        from figgen.disk.atomic_files import prepare
        from figgen.disk.locks import locked

        # What would make the work useless is told before it and not after it.
        with self.machines.reached() as cluster:
            prepare(self.out)
            with locked(self.out):
                return self._draw(course, entries, cluster)

    def _draw(self, course: Course, entries: Sequence[Entry], cluster: Dask | None) -> Result:
        from figgen.pipeline.durations import read_times, write_times
        from figgen.pipeline.plan import Made

        if self.shard:
            from figgen.pipeline.journal import Journal

            # Its figures are all made anew.
            Journal(self.out / self._journal).remove()
        # First, because the process that workers come from imports all that draws, while this one
        # finds out what is stale; a build that gets here has as a rule something to draw.
        executor = cluster or self.machines.workers()
        staleness, plan = self._plan(course, entries)
        stale = _among(plan.stale, entries)
        if self.why:
            _explain(stale, plan, why=True, as_json=self.as_json)
        outcomes: list[Outcome] = []

        def note(outcome: Outcome) -> None:
            staleness.note(outcome.name, outcome.record, outcome.reads)

        if stale:
            drawn = self.machines.sendable(course)
            try:
                outcomes = make(
                    drawn,
                    stale,
                    staleness.order,
                    executor,
                    read_times(self.out),
                    done=note,
                    idle=staleness.keep,
                )
            finally:
                staleness.keep()
        complain_of_problems(course)
        failed = complain_of_failures(outcomes)
        write_times(self.out, outcomes)
        made = {each.name: Made(each.record, each.reads) for each in outcomes if each.record}
        known = {**plan.recovered, **made}
        place, now = self._enter(course, {name: each.record for name, each in known.items()})
        # A part is to be merged: the next build after that looks into its journal.
        if cluster is not None and not cluster.alike:
            other = "its workers have another Python or system than this machine"
            complain("not remembered", f"{other}; the next build here draws again")
        elif not self.shard:
            staleness.remember(plan, known, now)
        complain_of_orphans(now.orphans, self.out)
        missing = {each.name for each in failed}
        return Result(
            course=course,
            entries=entries,
            drawn=[*made],
            failed=failed,
            reasons={entry.name: plan.reasons[entry.name] for entry in stale},
            files=sum(staleness.count(each, now) for each in entries if each.name not in missing),
            manifest=now,
            place=place,
        )

    def _enter(
        self, course: Course, records: Mapping[str, dict[str, Any]]
    ) -> tuple[Path, Manifest]:
        """Enter what was made into its manifest, without the files of figures that are gone."""
        from figgen.pipeline import manifest
        from figgen.pipeline.build_state import MANIFEST

        name = MANIFEST
        if self.shard:
            from figgen.pipeline.shards import Shard as Part

            part = Part(*self.shard)
            name, course = part.manifest, replace(course, entries=part.select(course.entries))
        now = manifest.write_manifest(course, self.out, records, name)
        if self.prune:
            removed, now = now.orphans, manifest.prune(course, self.out, now)
            for orphan in removed:
                click.echo(f"removed {self.out / orphan}", err=True)
        return self.out / name, now


def _among(stale: Sequence[Entry], entries: Sequence[Entry]) -> list[Entry]:
    """Those of the stale figures that are wanted."""
    wanted = {entry.name for entry in entries}
    return [entry for entry in stale if entry.name in wanted]


def _explain(stale: Sequence[Entry], plan: Plan, *, why: bool, as_json: bool) -> None:
    if as_json and not why:
        print_json({entry.name: plan.reasons[entry.name] for entry in stale})
        return
    for entry in stale:
        reasons = f": {'; '.join(plan.reasons[entry.name])}" if why else ""
        click.echo(f"{entry.name}{reasons}", err=as_json)


@click.command(
    epilog="""\b
Examples:
  figgen merge
  figgen merge -o all-parts
"""
)
@out("build")
@click.pass_context
def merge(ctx: click.Context, *, out: Path) -> None:
    """Put together what 'figgen build --shard' made.

    Copy the files of all parts into the folder OUT first. Each is compared with the manifest of its
    part; then there is one manifest, as if one build had made all. The exit code is 1 if a figure
    is in no part.
    """
    course = open_course(ctx)

    from figgen.disk.locks import locked
    from figgen.pipeline.shards import merge as merge_parts

    if not out.is_dir():
        raise BuildError(f"{out}: no such folder; give the one with all parts with -o")
    with locked(out):
        outcomes = merge_parts(course, out)
    failed = complain_of_failures(outcomes)
    click.echo(f"{counted(len(outcomes) - len(failed), 'figure')} in {out}")
    if failed:
        ctx.exit(1)
