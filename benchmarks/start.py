"""How long figgen takes to say something, beside a click program that does nothing.

Run it with ``make bench``. The commands take turns, so that a slow moment of the machine meets all
of them; what counts is the ratio of the medians, and beside it stands what it may be at most.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from noop import NOTHING, compare, write_course, write_empty

FIGURES = 100


def main() -> None:
    """Time the commands in turn and print medians and ratios."""
    figgen = [sys.executable, "-m", "figgen"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_course(folder, FIGURES)
        # Until the times of the files are told apart from this moment.
        time.sleep(3)
        hundred = f"figgen list, {FIGURES} figures"
        commands = {
            NOTHING: write_empty(folder),
            "figgen --help": [*figgen, "--help"],
            "figgen list, the lecture": [*figgen, "list"],
            hundred: [*figgen, "--figures", "many", "list"],
        }
        limits = {"figgen list, the lecture": 1.3, hundred: 1.3}
        compare("the start", commands, NOTHING, folder, limits)


if __name__ == "__main__":
    main()
