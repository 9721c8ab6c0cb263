"""Imports go one way: each contract of pyproject.toml refuses what it forbids."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
LAYERS, OF_DRAW = (
    [each.split(" | ") for each in contract["layers"]]
    for contract in CONTRACTS
    if contract["type"] == "layers"
)
LIGHT = CONTRACTS[-1]["source_modules"]

# Upwards between each two neighbours; rooms of one layer do not know each other, either.
UPWARDS = [
    (lower, upper) for uppers, lowers in pairwise(LAYERS) for lower in lowers for upper in uppers
]
SIDEWAYS = [pair for layer in LAYERS for pair in pairwise(layer)]
IN_DRAW = [
    (f"figgen.draw.{lower}", f"figgen.draw.{upper}")
    for uppers, lowers in pairwise(OF_DRAW)
    for lower in lowers
    for upper in uppers
]
FIGURES = [
    ("figures.planted", name)
    for name in (*(each for layer in LAYERS for each in layer), "figgen.course.definition")
    if name not in {"figgen.core", "figgen.draw"}
]
OTHERS = [
    ("figgen.core", "matplotlib"),
    ("figgen.core", "graphviz"),
    ("figgen.core", "click"),
    ("figgen.draw.plots", "figures"),
    ("figgen.cli", "figures.nested"),
    *((module, heavy) for module in LIGHT for heavy in ("numpy", "matplotlib")),
]


READ_IMPORTS = """
import grimp, json
graph = grimp.build_graph("figgen", "figures", cache_dir=None)
imports = {each: sorted(graph.find_modules_directly_imported_by(each)) for each in graph.modules}
print(json.dumps(imports))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all code that the contracts are about."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copy2(ROOT / "pyproject.toml", folder)
    for name in ("figgen", "figures"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def file_to_plant(folder: Path, module: str) -> Path:
    """A module's own file, or a new one in a package."""
    path = folder.joinpath(*module.split("."))
    if module in LIGHT and path.is_dir():
        return path / "__init__.py"
    return path / "planted.py" if path.is_dir() else path.with_suffix(".py")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """The answer of a program that reads the code in a folder."""
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the code in a folder."""
    program = str(Path(sys.executable).parent / "lint-imports")
    return run(folder, program, "--no-cache")


def circle_in(folder: Path) -> list[str]:
    """The modules of one circle of imports, or none.

    Every import counts: at the top, in a function, and for type checkers alone.
    """
    answer = run(folder, sys.executable, "-c", READ_IMPORTS)
    imports: dict[str, list[str]] = json.loads(answer.stdout)
    assert "figgen.core.functions" in imports["figgen.core.chains"]
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


def test_the_contracts_hold() -> None:
    """The code as it is breaks none."""
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(("module", "imported"), [*UPWARDS, *SIDEWAYS, *IN_DRAW, *FIGURES, *OTHERS])
def test_a_forbidden_import_is_refused(module: str, imported: str, checkout: Path) -> None:
    """One planted import breaks a contract, whose report names it."""
    path = file_to_plant(checkout, module)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\nimport {imported}\n", encoding="utf-8")
    try:
        answer = lint(checkout)
    finally:
        path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert answer.returncode == 1, answer.stdout
    importer = ".".join(path.relative_to(checkout).with_suffix("").parts)
    assert f"{importer.removesuffix('.__init__')} -> {imported} (l." in answer.stdout


def test_every_room_has_its_place() -> None:
    """No folder and no module of figgen is without a layer, or its imports were nobody's."""
    rooms = {
        f"figgen.{path.stem}"
        for path in (ROOT / "figgen").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert rooms - {"figgen.__init__", "figgen.__main__"} == {
        each for row in LAYERS for each in row
    }
    of_draw = {path.parent.name for path in (ROOT / "figgen" / "draw").glob("*/__init__.py")}
    assert of_draw == {each for row in OF_DRAW for each in row}


def test_no_module_imports_itself_through_others() -> None:
    """There is no circle of imports."""
    assert circle_in(ROOT) == []


def test_a_circle_is_found(checkout: Path) -> None:
    """Two modules that import each other are, even where one waits until a function runs."""
    room = checkout / "figgen" / "disk"
    one, other = room / "one.py", room / "other.py"
    one.write_text("from figgen.disk import other\n", encoding="utf-8")
    other.write_text("def late():\n    import figgen.disk.one\n", encoding="utf-8")
    try:
        assert set(circle_in(checkout)) == {"figgen.disk.one", "figgen.disk.other"}
    finally:
        one.unlink()
        other.unlink()
