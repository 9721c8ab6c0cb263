"""Each recipe is followed to the letter in a copy of the repository, and works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
BLOCK = re.compile(
    r"(?P<before>(?:[^\n]+\n)+)\n```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
PLACES = {
    "new": re.compile(r"New file `([^`]+)`:$"),
    "below": re.compile(r"In `([^`]+)`, below `(.+)`:$"),
    "end": re.compile(r"In `([^`]+)`, at the end:$"),
    "instead": re.compile(r"In `([^`]+)`, in place of `(.+)`:$"),
}


def write(folder: Path, place: str, text: str) -> None:
    """Put a block of code where the words before it say.

    Raises:
        ValueError: If they say nowhere, or the line that they name is not there once.
    """
    matches = {kind: pattern.search(place) for kind, pattern in PLACES.items()}
    kind, found = next((each for each in matches.items() if each[1]), ("", None))
    if found is None:
        raise ValueError(f"nothing says where this belongs: {place}")
    path = folder / found[1]
    if kind == "new":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    source = path.read_text(encoding="utf-8")
    if kind == "end":
        path.write_text(f"{source}\n\n{text}", encoding="utf-8")
        return
    if source.count(found[2]) != 1:
        raise ValueError(f"{found[1]} has {source.count(found[2])} times: {found[2]}")
    new = f"{found[2]}\n{text.rstrip()}" if kind == "below" else text.rstrip("\n")
    path.write_text(source.replace(found[2], new), encoding="utf-8")


def run(folder: Path, block: str) -> None:
    """Run the commands of a block; each says the lines that stand below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, *expected = part.splitlines()
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/figgen"
        answer = subprocess.run(
            [sys.executable, "-m", "figgen", *arguments],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = answer.stdout + answer.stderr
        assert "Traceback" not in said
        assert [each for each in expected if each not in said] == [], said
        assert answer.returncode == 0 or expected, said


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_works(recipe: Path, tmp_path: Path) -> None:
    """All that it says is written is written, in its order, and its commands say what it says."""
    for name in ("figgen", "figures"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", tmp_path)
    blocks = list(BLOCK.finditer(recipe.read_text(encoding="utf-8")))
    assert {each["language"] for each in blocks} == {"python", "console"}
    for each in blocks:
        if each["language"] == "console":
            run(tmp_path, each["text"])
        else:
            write(tmp_path, " ".join(each["before"].split("\n")).rstrip(), each["text"])


def test_a_recipe_that_is_wrong_is_told(tmp_path: Path) -> None:
    """A line that is gone, a place that is not said, and words that do not come."""
    (tmp_path / "one.py").write_text("a = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^one.py has 0 times: b = 2$"):
        write(tmp_path, "In `one.py`, below `b = 2`:", "c = 3\n")
    with pytest.raises(ValueError, match=r"^nothing says where this belongs: Then write:$"):
        write(tmp_path, "Then write:", "c = 3\n")
    write(tmp_path, "In `one.py`, below `a = 1`:", "c = 3\n")
    assert (tmp_path / "one.py").read_text(encoding="utf-8") == "a = 1\nc = 3\n"
    with pytest.raises(AssertionError):
        run(tmp_path, "$ .venv/bin/figgen --help\nwords that it does not say\n")
