"""How much memory a worker takes, from the first to the last of 1,000 small figures.

Run it with ``make bench``. A course of as many figures is made up and built by two workers, and
their resident memory is read twice a second. What counts is the peak, and that the end is no
higher than the middle: a cache without a bound, or figures that stay alive, would show there.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

FIGURES = 1000
MODULES = 20
PAUSE = 0.5

HEAD = """\
from figgen import figure
from figgen.core import Interval, sigmoid
from figgen.draw.canvas.canvas import Canvas
from figgen.draw.canvas.planes import Box
from figgen.draw.plots.plots import Plot
"""
FIGURE = '''

@figure(title="Figure {n}", perspective="plot", alt="A curve and a number.", slot="half")
def figure_{n}(canvas: Canvas) -> None:
    """A curve, a formula and a number."""
    plot = Plot(canvas, Box(0.5, 1, 4.5, 3), Interval(-3, 3), Interval(-1, 1))
    plot.frame((-3, 3), (-1, 1))
    plot.curve(sigmoid, "forward", name=r"\\sigma_{{{n}}}")
    canvas.number(1, 0.5, {n} / 7)
'''


def write_course(folder: Path) -> None:
    """Make the course up."""
    folder.mkdir()
    names = [f"part{number}" for number in range(MODULES)]
    sections = {name: name.capitalize() for name in names}
    (folder / "__init__.py").write_text(f'TITLE = "Many"\nSECTIONS = {sections}\n', "utf-8")
    for number, name in enumerate(names):
        figures = (FIGURE.format(n=n) for n in range(number, FIGURES, MODULES))
        (folder / f"{name}.py").write_text(HEAD + "".join(figures), "utf-8")


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def megabytes(pid: int) -> float | None:
    """The resident memory of a process; None if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")]
    return found[0] if found else None


def main() -> None:
    """Build, look, and print."""
    with tempfile.TemporaryDirectory() as place:
        write_course(Path(place, "many"))
        command = [sys.executable, "-m", "figgen", "--figures", f"{place}/many", "build", "-j", "2"]
        seen: dict[int, list[float]] = defaultdict(list)
        start = time.perf_counter()
        with subprocess.Popen([*command, "-t", "light", "-o", f"{place}/out"]) as build:
            while build.poll() is None:
                workers = [each for server in children(build.pid) for each in children(server)]
                for pid in (build.pid, *workers):
                    if (size := megabytes(pid)) is not None:
                        seen[pid].append(size)
                time.sleep(PAUSE)
        seconds = time.perf_counter() - start
    if build.returncode != 0:
        sys.exit(build.returncode)
    print(f"{FIGURES} figures in {seconds:.0f} s")
    print(f"{'megabytes':<16}{'first 10 %':>12}{'middle':>12}{'last 10 %':>12}{'peak':>12}")
    for pid, sizes in seen.items():
        tenth = max(1, len(sizes) // 10)
        middle = sizes[len(sizes) // 2 - tenth // 2 :][:tenth]
        medians = [statistics.median(part) for part in (sizes[:tenth], middle, sizes[-tenth:])]
        row = "".join(f"{value:>12.0f}" for value in (*medians, max(sizes)))
        print(f"{'the build' if pid == build.pid else 'a worker':<16}{row}")


if __name__ == "__main__":
    main()
