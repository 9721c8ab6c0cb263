"""What a further theme, a further step and one single figure cost, beside stock matplotlib.

Run it with ``make bench``; ``--section nested`` takes only that section. The commands take turns,
so that a slow moment of the machine meets all of them; what counts are the ratios of the medians,
of wall time and, for a machine that is shared, of the processor's time. That of a build is not
told: its workers belong to a server that outlives it. ``peers.py`` compares the build itself.

All calls of stock ``savefig`` are those of ``stock.py``. figgen also checks all claims, writes the
alt texts and replaces files atomically.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile

from timing import Figure, Times, lecture, read_options, timed

STEPS = "chain3-passes"
"""A figure of six steps."""
ONE = "sigmoid-plot"
FIRST, THEMES = "build -j 1", "build -j 1, three themes"

SCRIPT = """
import sys
from pathlib import Path

import matplotlib.pyplot
from figures.nested import sigmoid_plot
from stock import save

save(sigmoid_plot, Path(sys.argv[-1]))
"""


def commands(figures: list[Figure]) -> dict[str, list[str]]:
    """What is timed, by its name; the folder to write to comes last."""
    figgen = [sys.executable, "-m", "figgen"]
    build = [*figgen, "build", *(figure.name for figure in figures), "-j", "1"]
    render = [*figgen, "render", "-t", "light"]
    return {
        FIRST: [*build, "-t", "light", "-o"],
        THEMES: [*build, "-o"],
        "render, one step of six": [*render, STEPS, "--step", "6", "-o"],
        "render, all six steps": [*render, STEPS, "-o"],
        "script of one figure": [sys.executable, "-c", SCRIPT],
        "render of one figure": [*render, ONE, "-o"],
    }


def ratios(seconds: dict[str, float]) -> dict[str, tuple[float, float]]:
    """What must be shown, with the most that it may be; of builds only if they are given."""
    found = {
        "six steps / one": (
            seconds["render, all six steps"] / seconds["render, one step of six"],
            1.5,
        ),
        "render / script": (
            seconds["render of one figure"] / seconds["script of one figure"],
            1.15,
        ),
    }
    if FIRST in seconds:
        first = seconds[FIRST]
        found["a further theme / the first"] = ((seconds[THEMES] - first) / 2 / first, 0.5)
    return found


def main() -> None:
    """Time all commands in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description="Time themes, steps and a single figure.")
    options = read_options(parser)
    timed_commands = commands(lecture(options.section) if options.section else [])
    times: dict[str, list[Times]] = {name: [] for name in timed_commands}
    for _ in range(options.runs):
        for name, command in timed_commands.items():
            with tempfile.TemporaryDirectory() as folder:
                times[name].append(timed([*command, folder]))
    wall = {name: statistics.median(run.wall for run in runs) for name, runs in times.items()}
    cpu = {
        name: statistics.median(run.processor for run in runs)
        for name, runs in times.items()
        if name not in (FIRST, THEMES)
    }
    print(f"{'seconds':<28}{'wall':>8}{'cpu':>8}")
    for name in times:
        print(f"{name:<28}{wall[name]:>8.2f}{told(cpu.get(name))}")
    print(f"\n{'ratio':<28}{'wall':>8}{'cpu':>8}{'at most':>9}")
    spent = {name: ratio for name, (ratio, _) in ratios(cpu).items()}
    for name, (ratio, most) in ratios(wall).items():
        print(f"{name:<28}{ratio:>8.2f}{told(spent.get(name))}{most:>9.2f}")


def told(value: float | None) -> str:
    """A number in its column."""
    return f"{'–':>8}" if value is None else f"{value:>8.2f}"


if __name__ == "__main__":
    main()
