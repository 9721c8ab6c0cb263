"""Where figures are drawn: processes of this machine, or a cluster; light until they are needed."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from figgen.errors import RequestError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from figgen.pipeline.cluster import Cluster

TIMEOUT = 120.0
"""How many seconds a figure may take. None of ours takes two; a slow machine shall not matter."""

MEMORY = 2048
"""How many megabytes a figure may take. None of ours takes 200."""


class Machines:
    """Where figures are drawn, and how much each may take there.

    Args:
        jobs: How many processes to use; None for one a processor.
        cluster: HOST:PORT of the scheduler of a Dask cluster; None for this machine.
        timeout: How many seconds a figure may take.
        memory: How many megabytes a figure may take; None for `MEMORY` where the system can limit
            it, and any number elsewhere.

    Raises:
        RequestError: If a limit is for other machines.
    """

    def __init__(
        self,
        jobs: int | None = None,
        cluster: str | None = None,
        timeout: float = TIMEOUT,
        memory: int | None = None,
    ) -> None:
        if cluster and (jobs or memory):
            option = "-j" if jobs else "--memory"
            raise RequestError(f"{option} is for this machine, and not for a cluster; leave it")
        if memory:
            from figgen.pipeline.workers import LIMITS_MEMORY  # noqa: PLC0415 - starts processes

            if not LIMITS_MEMORY:
                reason = "this system cannot limit the memory of a process; leave it"
                raise RequestError(f"--memory: {reason}")
        self._jobs = jobs or os.cpu_count() or 1
        self._cluster = cluster
        self._timeout = timeout
        self._memory = memory

    def connected(self) -> AbstractContextManager[Cluster | None]:
        """A context with the connected cluster, or with None if this machine draws.

        Raises:
            BuildError: If the cluster cannot be used.
        """
        if not self._cluster:
            return nullcontext()
        from figgen.pipeline.cluster import Cluster  # noqa: PLC0415 - an extra

        return Cluster(self._cluster, timeout=self._timeout)

    def warm_up(self) -> None:
        """Begin to start the process that workers come from, and return without waiting."""
        if not self._cluster:
            from figgen.pipeline.workers import warm  # noqa: PLC0415 - starts a process

            warm()

    def workers(self) -> Executor:
        """Processes of this machine."""
        from figgen.pipeline.workers import LIMITS_MEMORY, Workers  # noqa: PLC0415 - as above

        memory = self._memory or (MEMORY if LIMITS_MEMORY else None)
        return Workers(self._jobs, timeout=self._timeout, memory=memory)
