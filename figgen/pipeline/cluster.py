"""A build on a cluster: the workers of Dask in place of processes of this machine.

They need not share a disk with the build: the course travels with each task, and the files come
back as bytes. They do need the same packages, because other versions draw other bytes.
"""

from __future__ import annotations

import atexit
import faulthandler
import io
import pickle
import platform
import re
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from figgen.course.course import Course
from figgen.errors import BuildError
from figgen.pipeline.workers import LostError
from figgen.tracking.environment import environment

P = ParamSpec("P")
R = TypeVar("R")

PATIENCE = 10
"""How many seconds a scheduler has to answer."""


@dataclass(frozen=True)
class _Task:
    """A function call on its way to a worker.

    Attributes:
        payload: A function of no arguments, pickled.
        result: The future that gets what the call returns or raises.
        alone: Whether nothing else runs on the cluster meanwhile.
    """

    payload: bytes
    result: Future[Any]
    alone: bool = False


class Cluster(Executor):
    """The workers of a Dask cluster behind the interface of an executor.

    Dask gives the task of a worker that dies to another, and gives it up when that has died too,
    a few times over. Each time it suspects every task that the worker had. So a task that is given
    up is tried once more in the end, when no other is there to be blamed for; if its workers die
    again, its result is a `LostError`. The memory of a worker is limited by the cluster.

    Args:
        address: HOST:PORT of the scheduler.
        timeout: How many seconds a task may take, until its worker is ended; None for any number.

    Attributes:
        alike: Whether all that pictures come from is the same there as here, and not only versions.

    Raises:
        BuildError: If Dask is not installed, nothing answers, there are no workers, or they have
            other versions than this machine.
    """

    def __init__(self, address: str, *, timeout: float | None = None) -> None:
        try:
            from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra
        except ImportError:
            raise BuildError(
                f"dask://{address}: Dask is not installed; install figgen with its extra 'dask'"
            ) from None
        self._timeout = timeout
        self._lock = threading.Lock()
        self._open = 0
        self._suspects: list[_Task] = []
        self._killed: type[Exception] = KilledWorker
        try:
            self._client = Client(f"tcp://{address}", timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            reason = f"nothing answers within {PATIENCE} s; is 'dask scheduler' running there?"
            raise BuildError(f"dask://{address}: {reason}") from error
        try:
            self._require_the_same(address)
        except BaseException:
            self._client.close()
            raise

    def _require_the_same(self, address: str) -> None:
        try:
            found: dict[str, dict[str, str]] = self._client.run(versions)
        # Whatever keeps a worker from a function that is there: figgen is not, or is older.
        except Exception as error:
            raise BuildError(
                f"dask://{address}: its workers cannot run figgen: {error}; install it there"
            ) from error
        if not found:
            raise BuildError(f"dask://{address}: it has no workers; start 'dask worker' for it")
        self.alike = all(there == environment() for there in self._client.run(environment).values())
        here = versions()
        for worker, there in found.items():
            for package, version in here.items():
                if there.get(package) != version:
                    raise BuildError(
                        f"{worker}: {package} {there.get(package)} would draw other bytes than"
                        f" {version} here; install the same"
                    )

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Call ``fn`` on one of the workers; all that goes there and back is pickled."""
        # Only a worker looks into it; the scheduler has no use for a course.
        payload = pickle.dumps(partial(fn, *args, **kwargs))
        result: Future[R] = Future()
        result.set_running_or_notify_cancel()
        self._begin(_Task(payload, result))
        return result

    def _begin(self, task: _Task) -> None:
        with self._lock:
            self._open += 1
        executor = self._client.get_executor(pure=False)
        future = executor.submit(there, task.payload, self._timeout)
        future.add_done_callback(partial(self._settle, task))

    def _settle(self, task: _Task, future: Future[Any]) -> None:
        killed = not future.cancelled() and isinstance(future.exception(), self._killed)
        if future.cancelled():
            reason = LostError("was given up by the cluster; does it still run?")
            task.result.set_exception(reason)
        elif killed and task.alone:
            limit = "" if self._timeout is None else f", or took longer than {self._timeout:g} s"
            reason = LostError(f"crashed every worker that tried it{limit}")
            task.result.set_exception(reason)
        elif error := None if killed else future.exception():
            task.result.set_exception(error)
        elif not killed:
            task.result.set_result(future.result())
        with self._lock:
            self._open -= 1
            if killed and not task.alone:
                self._suspects.append(replace(task, alone=True))
            again = self._suspects.pop(0) if self._suspects and not self._open else None
        if again:
            self._begin(again)

    def shutdown(
        self,
        wait: bool = True,  # noqa: ARG002 - the interface has it; there is nothing to wait for
        *,
        cancel_futures: bool = False,  # noqa: ARG002 - likewise; they are always given up
    ) -> None:
        """Leave the cluster; tasks that are not done are given up."""
        self._client.close()


def versions() -> dict[str, str]:
    """The versions of Python, figgen and what figgen depends on."""
    needed = [line for line in metadata.requires("figgen") or [] if "extra ==" not in line]
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed]
    return {"Python": platform.python_version()} | {
        name: metadata.version(name) for name in ["figgen", *sorted(names)]
    }


# The course, on its way


@dataclass(frozen=True)
class PortableCourse(Course):
    """A course that takes its folder along when it is pickled.

    Attributes:
        archive: All files of the folder, as a ZIP.
        build: What no other build has. Each imports the course anew, because what its functions
            keep in a cache from the build before, nobody would see them read.
    """

    archive: bytes
    build: str

    def __reduce__(self) -> tuple[Callable[..., Course], tuple[Any, ...]]:
        return _unpacked, (self.folder.name, self.title, self.archive, self.build)


def portable(course: Course) -> PortableCourse:
    """``course`` with all files of its folder.

    Raises:
        BuildError: If a file cannot be read.
    """
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(course.folder.rglob("*")):
                inside = path.relative_to(course.folder)
                if path.is_file() and "__pycache__" not in inside.parts:
                    archive.writestr(inside.as_posix(), path.read_bytes())
    except OSError as error:
        raise BuildError(f"{error.filename}: cannot be read: {error.strerror}") from error
    return PortableCourse(**vars(course), archive=buffer.getvalue(), build=uuid4().hex)


# On a worker

_ALONE = threading.Lock()
"""A worker may have several threads, and matplotlib draws in one."""

_COURSES: dict[str, Course] = {}
"""The course that was drawn last, by its build."""


def there(payload: bytes, timeout: float | None) -> Any:
    """Do a task, which ends this process if it takes longer than ``timeout`` seconds."""
    with _ALONE:
        if timeout is not None:
            # Nothing gentler stops a task that does not return from C.
            faulthandler.dump_traceback_later(timeout, exit=True)
        try:
            return pickle.loads(payload)()  # noqa: S301 - from the build that this worker serves
        finally:
            faulthandler.cancel_dump_traceback_later()


def _unpacked(name: str, title: str, archive: bytes, build: str) -> Course:
    if build not in _COURSES:
        _forget()
        path = Path(tempfile.mkdtemp(prefix="figgen-"), name)
        _COURSES[build] = Course(path, title, {}, {}, (), ())
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            packed.extractall(path)
    return _COURSES[build]


@atexit.register
def _forget() -> None:
    for course in _COURSES.values():
        shutil.rmtree(course.folder.parent, ignore_errors=True)
    _COURSES.clear()
