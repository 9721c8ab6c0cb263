"""Parts of a build: every figure in one, all about as heavy, and together the whole build."""

from __future__ import annotations

import json
import shutil
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lecture import COURSE
from small_course import GOOD, STEPS, write_course

from figgen.cli.app import program
from figgen.disk.atomic_files import STATE
from figgen.pipeline.shards import Shard

ORDER = ["-f", "svg", "-f", "pdf", "-t", "light", "-j", "1"]


def run(*args: str | Path) -> Result:
    """Run figgen in this process."""
    return CliRunner().invoke(program, [str(arg) for arg in args], catch_exceptions=False)


def tree(out: Path) -> dict[str, bytes]:
    """Every file of a build by its path, but for the state of the build."""
    paths = (path for path in out.rglob("*") if path.is_file() and STATE not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("count", [1, 2, 3, 8, 100])
def test_every_figure_is_in_one_part(count: int) -> None:
    """In teaching order, and the heaviest part is one figure heavier at most than the lightest."""
    parts = [Shard(number, count).select(COURSE.entries) for number in range(1, count + 1)]
    names = [[entry.name for entry in part] for part in parts]
    assert sorted(chain(*names)) == sorted(COURSE.names)
    for part in names:
        assert part == [name for name in COURSE.names if name in part]
    loads = [sum(entry.definition.steps + 1 for entry in part) for part in parts]
    heaviest = max(entry.definition.steps + 1 for entry in COURSE.entries)
    assert max(loads) - min(loads) <= heaviest


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of four figures, beside which the tests run."""
    monkeypatch.chdir(tmp_path)
    modules = {f"m{n}": GOOD.replace("def good", f"def good{n}") for n in range(3)}
    return write_course(tmp_path / "small", **modules, two=STEPS)


def build_parts(small: Path, count: int) -> None:
    """Build each part in a folder of its own and copy all into ``out``."""
    for number in range(1, count + 1):
        place = f"part{number}"
        shard = f"{number}/{count}"
        result = run("--figures", small, "build", "--shard", shard, "-o", place, *ORDER)
        assert (result.exit_code, result.stderr) == (0, "")
        shutil.copytree(place, "out", dirs_exist_ok=True)


def test_parts_together_are_the_whole_build(small: Path) -> None:
    """Byte for byte, manifest included, and nothing of the parts is left."""
    build_parts(small, 3)
    merged = run("--figures", small, "merge", "-o", "out")
    assert (merged.exit_code, merged.output) == (0, "4 figures in out\n")
    assert run("--figures", small, "build", "-o", "whole", *ORDER).exit_code == 0
    assert tree(Path("out")) == tree(Path("whole"))


def test_what_parts_have_drawn_is_remembered(small: Path) -> None:
    """The next build of the whole course draws nothing, but what changed since."""
    build_parts(small, 2)
    assert run("--figures", small, "merge", "-o", "out").exit_code == 0
    edited = (small / "m1.py").read_text(encoding="utf-8").replace("1.5", "2.5")
    (small / "m1.py").write_text(edited, encoding="utf-8")
    done = json.loads(run("--figures", small, "build", "-o", "out", "--json", *ORDER).stdout)
    assert done["drawn"] == ["good1"]
    again = run("--figures", small, "build", "-o", "out", *ORDER).stdout
    assert "none drawn, the others are up to date" in again


def test_a_part_has_its_own_figures_only(small: Path) -> None:
    """Of those that are asked for; its manifest forgets a figure that another part has now."""
    build_parts(small, 2)
    parts = [json.loads(Path("out", Shard(n, 2).manifest).read_text("utf-8")) for n in (1, 2)]
    names = [[figure["name"] for figure in part["figures"]] for part in parts]
    assert sorted(chain(*names)) == ["good0", "good1", "good2", "two-steps"]
    result = run("--figures", small, "build", *names[0], "--shard", "2/2", "-o", "none", *ORDER)
    assert (result.exit_code, result.output) == (0, "0 figures, 0 files in none\n")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            lambda: Path("out", "manifest-2-of-3.json").unlink(),
            "out/manifest-2-of-3.json: missing; build it with --shard 2/3",
        ),
        (
            lambda: Path("out/light/svg/two-steps-1.svg").write_bytes(b"<svg/>"),
            "out/light/svg/two-steps-1.svg: not what out/manifest-1-of-3.json says;"
            " build that part again",
        ),
        (
            lambda: Path("out/light/svg/two-steps-1.svg").unlink(),
            "out/light/svg/two-steps-1.svg: cannot be read: No such file or directory;"
            " out/manifest-1-of-3.json names it",
        ),
        (
            lambda: shutil.copy("out/manifest-1-of-3.json", "out/manifest-3-of-3.json"),
            "out/manifest-3-of-3.json: another part has two-steps too; build both again",
        ),
        (
            lambda: shutil.copy("out/manifest-1-of-3.json", "out/manifest-1-of-2.json"),
            "out: parts of splits into 2 and 3; give the folder with all parts of one split",
        ),
        (
            lambda: shutil.rmtree("out") or Path("out").mkdir(),
            "out: no part of a build; give the folder with all parts of one split",
        ),
        (
            lambda: shutil.rmtree("out"),
            "out: no such folder; give the one with all parts with -o",
        ),
    ],
)
def test_parts_that_do_not_fit(small: Path, fault: object, reason: str) -> None:
    """One line says which file; no manifest is made."""
    build_parts(small, 3)
    assert callable(fault)
    fault()
    merged = run("--figures", small, "merge", "-o", "out")
    assert (merged.exit_code, merged.output) == (1, f"Error: {reason}\n")
    assert not Path("out/manifest.json").exists()


def test_a_figure_that_is_in_no_part(small: Path) -> None:
    """It failed in its part, say: the others are merged, and the exit code is 1."""
    build_parts(small, 3)
    new = GOOD.replace("def good", "def good3")
    (small / "m2_more.py").write_text(new, encoding="utf-8")
    merged = run("--figures", small, "merge", "-o", "out")
    assert merged.exit_code == 1
    assert merged.stderr == "failed good3: in no part\n"
    assert merged.stdout == "4 figures in out\n"
    assert len(json.loads(Path("out/manifest.json").read_text("utf-8"))["figures"]) == 4


@pytest.mark.parametrize("value", ["0/3", "4/3", "2", "2/", "a/b", "-1/3", "٢/٣"])
def test_no_part(small: Path, value: str) -> None:
    """A usage error that says what a part is."""
    result = run("--figures", small, "build", "--shard", value)
    assert result.exit_code == 2
    assert "is no part; give K/N, like 2/8" in result.stderr
