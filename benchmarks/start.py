"""How long figgen takes to say something, beside a click program that does nothing.

Run it with ``make bench``. The commands take turns, so that a slow moment of the machine meets all
of them; what counts is the ratio of the medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 15
EMPTY = "import click\n\n@click.command()\ndef main(): pass\n\nmain()\n"


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Time the commands in turn and print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "empty.py")
        empty.write_text(EMPTY, encoding="utf-8")
        figgen = [sys.executable, "-m", "figgen"]
        commands = {
            "an empty click program": [sys.executable, str(empty)],
            "figgen --help": [*figgen, "--help"],
            "figgen list": [*figgen, "list"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(seconds(command))
    base = statistics.median(times["an empty click program"])
    print(f"{'median of ' + str(RUNS):<26}{'ms':>8}{'ratio':>8}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<26}{median * 1000:>8.0f}{median / base:>8.2f}")


if __name__ == "__main__":
    main()
