"""A copy of figgen that a test may change, and programs that run with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from figgen.engine import ENGINE


def engine_with(folder: Path, file: str, more: str) -> Path:
    """A copy of figgen in ``folder`` in which ``more`` stands at the end of a file; the folder."""
    shutil.copytree(ENGINE, folder / "figgen", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "figgen" / file).open("a", encoding="utf-8") as changed:
        changed.write(more)
    return folder


def run_with(folder: Path, *arguments: str) -> str:
    """What Python prints with the figgen of ``folder``, run in that folder."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
