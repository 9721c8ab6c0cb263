"""How long a build takes that has nothing to do, beside an empty click program, make and ninja.

Run it with ``make bench``. The lecture is built once in all themes and once in one; then many small
figures, whose files are made without drawing them, because only the status of files matters here.
ninja is measured if it is installed. The commands take turns; what counts is the ratio of medians,
and beside it stands what it may be at most.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figgen.course.reading import read_course
from figgen.disk.file_status import digest
from figgen.pipeline.manifest import read_manifest, write_manifest
from figgen.pipeline.outcome import Outcome
from figgen.pipeline.request import Request, assets
from figgen.pipeline.staleness import Staleness

RUNS = 11
# With compiled modules, as an installed program has them, whatever this process was told.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
NOTHING = "an empty click program"
EMPTY = "import click\n\n@click.command()\ndef main(): pass\n\nmain()\n"
FIGURE = (
    '\n\n@figure(title="T", perspective="plot", alt="A.")\n'
    'def f{number}(canvas: Canvas) -> None:\n    canvas.text(1, 1, "{number}")\n'
)
HEAD = "from figgen import figure\nfrom figgen.draw.canvas.canvas import Canvas\n"
A_MODULE = 100
"""Figures a module."""


def seconds(command: list[str], folder: Path) -> float:
    """The wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=ENVIRONMENT)
    return time.perf_counter() - start


def compare(
    title: str,
    commands: Mapping[str, list[str]],
    base: str,
    folder: Path,
    limits: Mapping[str, float],
) -> None:
    """Time commands in turn, after one run of each, and print medians, ratios and their limits."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(RUNS + 1):
        for name, command in commands.items():
            spent = seconds(command, folder)
            if turn:
                times[name].append(spent)
    whole = statistics.median(times[base])
    print(f"{title:<36}{'ms':>8}{'ratio':>8}{'at most':>9}")
    for name, values in times.items():
        median = statistics.median(values)
        limit = f"{limits[name]:>9.2f}" if name in limits else ""
        print(f"  {name:<34}{median * 1000:>8.0f}{median / whole:>8.2f}{limit}")


def write_empty(folder: Path) -> list[str]:
    """Write a click program that does nothing, and give the command that runs it."""
    path = folder / "empty.py"
    path.write_text(EMPTY, encoding="utf-8")
    return [sys.executable, str(path)]


def write_course(folder: Path, count: int) -> None:
    """Write a course of ``count`` figures, and what make and ninja need to know of them."""
    sections = {f"s{number}": "S" for number in range(-(-count // A_MODULE))}
    (folder / "many").mkdir()
    (folder / "many/__init__.py").write_text(f"SECTIONS = {sections}\n", encoding="utf-8")
    ninja, make = ["rule draw\n  command = touch $out\n"], []
    for section in range(len(sections)):
        numbers = range(section * A_MODULE, min(count, (section + 1) * A_MODULE))
        source = HEAD + "".join(FIGURE.format(number=number) for number in numbers)
        (folder / f"many/s{section}.py").write_text(source, encoding="utf-8")
        for number in numbers:
            edge = f"build/light/svg/f{number}.svg: "
            ninja.append(f"build {edge}draw many/s{section}.py\n")
            make.append(edge + f"many/s{section}.py\n\ttouch $@\n")
    names = " ".join(f"build/light/svg/f{number}.svg" for number in range(count))
    (folder / "build.ninja").write_text("".join(ninja), encoding="utf-8")
    (folder / "Makefile").write_text(f"all: {names}\n{''.join(make)}", encoding="utf-8")


def pretend(folder: Path) -> None:
    """Leave the build folder as if every figure had been drawn."""
    out = folder / "build"
    course = read_course(folder / "many")
    order = Request(out, formats=("svg",), themes=("light",))
    outcomes = []
    for entry in course.entries:
        files: list[dict[str, Any]] = []
        for asset in assets(entry, order, ()):
            path = out / order.path_of(asset)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(entry.name, encoding="utf-8")
            digits = digest(str(path)).hex() * 2
            files.append({"path": order.path_of(asset).as_posix(), "sha256": digits})
        outcomes.append(
            Outcome(entry.name, record=entry.as_json() | {"sources": [], "files": files})
        )
    staleness = Staleness(course, order, read_manifest(out).figures)
    plan = staleness.plan()
    made = {each.name: each for each in outcomes}
    records = {name: each.record for name, each in made.items()}
    staleness.remember(plan, made, write_manifest(course, out, records))


def main() -> None:
    """Measure the lecture, and courses of growing size."""
    figgen = [sys.executable, "-m", "figgen"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        builds = {
            "figgen build": [*figgen, "build"],
            "figgen build, one theme": [*figgen, "build", "--theme", "light", "--out", "one"],
        }
        for command in builds.values():
            seconds(command, folder)
        # Until the times of the files are told apart from this moment.
        time.sleep(3)
        limits = dict.fromkeys(builds, 1.5)
        compare("the lecture", {NOTHING: write_empty(folder)} | builds, NOTHING, folder, limits)
    for count in (100, 1_000, 10_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_course(folder, count)
            pretend(folder)
            # As above; and their times are in order for the others, too.
            time.sleep(3)
            fast = ["--theme", "light", "--format", "svg"]
            commands = {
                NOTHING: write_empty(folder),
                "figgen build": [*figgen, "--figures", "many", "build", *fast],
            }
            peers = {"make": ["make", "-s"], "ninja": ["ninja"]}
            commands |= {peer: args for peer, args in peers.items() if shutil.which(peer)}
            base = "ninja" if "ninja" in commands else NOTHING
            limits = {"figgen build": 3.0} if (base, count) == ("ninja", 10_000) else {}
            compare(f"{count} figures", commands, base, folder, limits)


if __name__ == "__main__":
    main()
