"""A build folder that another process has locked, and what is half written there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from figgen.disk.leftovers import PART

HOLD = """
import sys, time
from pathlib import Path
from figgen.disk.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(out: Path) -> subprocess.Popen[str]:
    """Another process that has the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    """Kill it, as the system or a user would."""
    process.kill()
    process.communicate()


def parts(folder: Path) -> list[str]:
    """The names of the temporary files."""
    return sorted(path.name for path in folder.rglob(f"*{PART}"))
