"""How long the lecture takes, beside a plain loop that saves the same figures one by one.

Run it with ``make bench``; ``--quick`` takes one section, and each command once. The commands take
turns, so that a slow moment of the machine meets all of them; what counts are the ratios of the
medians, of wall time and, for a machine that is shared, of the processor's time (which leaves out
the workers of ``-j 2``: they belong to a server that outlives the build).

The plain loop draws every figure once, as its function says, and then calls stock ``savefig`` for
every step and format of the light theme, as a script that a lecturer writes would. figgen also
checks all claims, writes the alt texts and replaces files atomically.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
QUICK = "nested"
STEPS = "chain3-passes"
"""A figure of six steps."""
ONE = "sigmoid-plot"

LOOP = """
import sys
from pathlib import Path

from figgen.build.course import read_course
from figgen.build.drawing import draw
from figgen.draw.style import style
from figgen.draw.theme import LIGHT

course, out = read_course(Path("figures")), Path(sys.argv[-1])
for name in sys.argv[1:-1] or course.names:
    entry = course.find(name)
    canvas = draw(course, entry).canvas
    canvas.paint(LIGHT)
    for step in range(1, entry.definition.steps + 1):
        canvas.show(step)
        for suffix in ("svg", "pdf", "png"):
            with style():
                canvas.figure.savefig(out / f"{entry.name}-{step}.{suffix}", dpi=200)
"""

SCRIPT = """
import sys
from pathlib import Path

import matplotlib.pyplot
from figgen.draw.canvas import Canvas
from figgen.draw.style import style
from figgen.draw.theme import LIGHT
from figures.nested import sigmoid_plot

canvas = Canvas()
sigmoid_plot(canvas)
canvas.paint(LIGHT)
for suffix in ("svg", "pdf", "png"):
    with style():
        canvas.figure.savefig(Path(sys.argv[-1], f"sigmoid-plot.{suffix}"), dpi=200)
"""

Times = tuple[float, float]
"""Of a run: by the clock on the wall, and of all its processes on a processor, in seconds."""


def run(command: list[str]) -> Times:
    """Time one run in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([*command, folder], check=True, stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(names: list[str]) -> dict[str, list[str]]:
    """What is timed, by its name; the folder to write to comes last."""
    figgen = [sys.executable, "-m", "figgen"]
    build = [*figgen, "build", *names]
    render = [*figgen, "render", "-t", "light"]
    return {
        "plain loop": [sys.executable, "-c", LOOP, *names],
        "build -j 1": [*build, "-t", "light", "-j", "1", "-o"],
        "build -j 2": [*build, "-t", "light", "-j", "2", "-o"],
        "build -j 1, three themes": [*build, "-j", "1", "-o"],
        "render, one step of six": [*render, STEPS, "--step", "6", "-o"],
        "render, all six steps": [*render, STEPS, "-o"],
        "script of one figure": [sys.executable, "-c", SCRIPT],
        "render of one figure": [*render, ONE, "-o"],
    }


def ratios(seconds: dict[str, float]) -> dict[str, tuple[float, float]]:
    """What must be shown, with the most that it may be."""
    first, themes = seconds["build -j 1"], seconds["build -j 1, three themes"]
    return {
        # Two workers take 0.55 of the time of one process.
        "build -j 1 / plain loop": (first / seconds["plain loop"], 0.4),
        "build -j 2 / plain loop": (seconds["build -j 2"] / seconds["plain loop"], 0.22),
        "a further theme / the first": ((themes - first) / 2 / first, 0.5),
        "six steps / one": (
            seconds["render, all six steps"] / seconds["render, one step of six"],
            1.5,
        ),
        "render / script": (
            seconds["render of one figure"] / seconds["script of one figure"],
            1.15,
        ),
    }


def main() -> None:
    """Time all commands in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description="Time the build beside a plain loop.")
    parser.add_argument("--quick", action="store_true", help="one section, and once")
    parser.add_argument("--runs", type=int, default=RUNS, help="how often; an odd number")
    options = parser.parse_args()
    os.chdir(Path(__file__).parent.parent)
    names = []
    if options.quick:
        found = subprocess.run(
            [sys.executable, "-m", "figgen", "list", "--section", QUICK, "--json"],
            check=True,
            capture_output=True,
            text=True,
        )
        names = [figure["name"] for figure in json.loads(found.stdout)]
    timed = commands(names)
    times: dict[str, list[Times]] = {name: [] for name in timed}
    for _ in range(1 if options.quick else options.runs):
        for name, command in timed.items():
            times[name].append(run(command))
    wall, processor = (
        {name: statistics.median(each[which] for each in runs) for name, runs in times.items()}
        for which in (0, 1)
    )
    print(f"{'seconds':<28}{'wall':>8}{'cpu':>8}")
    for name in timed:
        print(f"{name:<28}{wall[name]:>8.2f}{processor[name]:>8.2f}")
    print(f"\n{'ratio':<28}{'wall':>8}{'cpu':>8}{'at most':>9}")
    cpu = ratios(processor)
    for name, (ratio, most) in ratios(wall).items():
        print(f"{name:<28}{ratio:>8.2f}{cpu[name][0]:>8.2f}{most:>9.2f}")


if __name__ == "__main__":
    main()
