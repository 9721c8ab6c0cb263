"""What the benchmarks of the lecture share: which figures it has, and how a command is timed."""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 5

_OURS = re.compile("PYTHON|MAKE|MFLAGS")
"""Variables that no command gets."""


@dataclass(frozen=True)
class Figure:
    """One figure of the lecture.

    Attributes:
        name: Its name, words joined by hyphens.
        file: Its module's file, relative to the project.
        steps: How many steps it has.
    """

    name: str
    file: str
    steps: int

    @property
    def module(self) -> str:
        """The module that holds its function."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def function(self) -> str:
        """The name of its function."""
        return self.name.replace("-", "_")

    @property
    def place(self) -> str:
        """Module and function."""
        return f"{self.module}:{self.function}"


@dataclass(frozen=True)
class Times:
    """Of a run, in seconds.

    Attributes:
        wall: By the clock on the wall.
        processor: Of all its processes that it waited for, on a processor.
    """

    wall: float
    processor: float


def environment(folder: Path = ROOT) -> dict[str, str]:
    """The variables of a command that draws with the project in ``folder``."""
    # Python as it is by itself, which keeps what it compiled; and a make that runs the benchmark
    # would be the server of the one that is timed.
    kept = {key: value for key, value in os.environ.items() if not _OURS.match(key)}
    return kept | {"PYTHONPATH": f"{folder}{os.pathsep}{Path(__file__).parent}"}


def read_options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the command line: how often all commands take their turn, and what they build."""
    parser.add_argument("--runs", type=int, default=RUNS, help="how often; an odd number")
    parser.add_argument("--section", help="only the figures of this section")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    return options


def lecture(section: str | None = None) -> list[Figure]:
    """The figures in teaching order: all of them, or those of one section."""
    command = [sys.executable, "-m", "figgen", "list", "--json"]
    command += ["--section", section] if section else []
    found = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env=environment())
    if found.returncode:
        print(found.stderr.decode().strip(), file=sys.stderr)
        sys.exit(found.returncode)
    return [Figure(each["name"], each["file"], each["steps"]) for each in json.loads(found.stdout)]


def timed(command: Sequence[str | Path], folder: Path = ROOT) -> Times:
    """Run a command in a project, and end with its last words if it fails.

    Args:
        command: What to run.
        folder: The project, or a copy of it.
    """
    # Not a pipe: its end would be that of the last process, which may outlive the command.
    with tempfile.TemporaryFile() as messages:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=environment(folder),
            stdout=messages,
            stderr=subprocess.STDOUT,
        )
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        messages.seek(0)
        lines = messages.read().decode(errors="replace").strip().splitlines()
    if done.returncode:
        said = lines[-1] if lines else "no message"
        sys.exit(f"{' '.join(map(str, command))[:80]}: exit code {done.returncode}: {said}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Times(wall, spent)
