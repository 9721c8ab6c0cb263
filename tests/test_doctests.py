"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# By file, whatever room it is in: what walks packages passes over those that it cannot import.
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "figgen").rglob("*.py"))
    # To import that is to run the program.
    if path.name != "__main__.py"
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """Each ``>>>`` line of the module gives what is written under it."""
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, raise_on_error=False, verbose=False)
    assert failed == 0


def test_false_examples_fail(tmp_path: Path) -> None:
    """An example that is not true fails in every room, and in their subfolders."""
    for name in ("figgen", "tests/test_doctests.py", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    rooms = {path.parent for path in (tmp_path / "figgen").rglob("__init__.py")}
    rooms.remove(tmp_path / "figgen")
    for room in rooms:
        example = 'def nine():\n    """Nine.\n\n    >>> 3 * 3\n    10\n    """\n'
        (room / "planted.py").write_text(example, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "--noconftest", "-k", "planted",
         "tests/test_doctests.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    failed = set(re.findall(r"^FAILED \S+\[(\S+)\.planted\]", answer.stdout, re.MULTILINE))
    assert failed == {".".join(room.relative_to(tmp_path).parts) for room in rooms}, answer.stdout
    assert {"figgen.publish", "figgen.guard.look", "figgen.encode"} <= failed
