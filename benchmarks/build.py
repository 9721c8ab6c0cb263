"""How long the whole lecture takes, beside a plain loop that saves the same figures one by one.

Run it with ``make bench``. The plain loop draws every figure once, as its function says, and then
calls stock ``savefig`` for every step and format of the light theme, as a script that a lecturer
writes would. figgen also checks all claims, writes the alt texts and replaces files atomically.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
LOOP = """
import sys
from pathlib import Path

from figgen.build.course import read_course
from figgen.build.drawing import draw
from figgen.draw.style import style
from figgen.draw.theme import LIGHT

course, out = read_course(Path("figures")), Path(sys.argv[1])
for entry in course.entries:
    canvas = draw(course, entry).canvas
    canvas.paint(LIGHT)
    for step in range(1, entry.definition.steps + 1):
        canvas.show(step)
        for suffix in ("svg", "pdf", "png"):
            with style():
                canvas.figure.savefig(out / f"{entry.name}-{step}.{suffix}", dpi=200)
"""


def seconds(command: list[str]) -> float:
    """The wall time of one run in a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([*command, folder], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def main() -> None:
    """Time both in turn and print medians and ratios."""
    figgen = [sys.executable, "-m", "figgen", "build", "-t", "light"]
    commands = {
        "a plain loop, one process": [sys.executable, "-c", LOOP],
        "figgen build -j 1": [*figgen, "-j", "1", "-o"],
        f"figgen build -j {os.cpu_count()}": [*figgen, "-j", str(os.cpu_count()), "-o"],
    }
    os.chdir(Path(__file__).parent.parent)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            times[name].append(seconds(command))
    base = statistics.median(times["a plain loop, one process"])
    print(f"{'median of ' + str(RUNS):<28}{'s':>8}{'ratio':>8}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<28}{median:>8.1f}{median / base:>8.2f}")


if __name__ == "__main__":
    main()
