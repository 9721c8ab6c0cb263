"""The command line when something is wrong: one line, the right exit code, nothing lost."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lecture import ROOT
from small_course import (
    GOOD,
    PERSPECTIVES,
    STEPS,
    figure_with,
    here,
    with_concepts,
    write_course,
)

from figgen.cli import app
from figgen.cli.app import program
from figgen.disk.atomic_files import STATE

FIGGEN = [sys.executable, "-m", "figgen"]
ONE_FILE = ["-j", "1", "-f", "svg", "-t", "light"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*args: str | Path) -> Result:
    """Run figgen in this process; an exception is a failure of the test."""
    return CliRunner().invoke(program, [str(arg) for arg in args], catch_exceptions=False)


def course_with(tmp_path: Path, bad: str) -> Path:
    """A course with a module that holds something bad between two good ones."""
    return write_course(tmp_path / "small", one=GOOD, two=bad, three=STEPS)


def build_beside(tmp_path: Path, bad: str) -> str:
    """Build a course with something bad in it; the one line that tells it."""
    result = run("--figures", course_with(tmp_path, bad), "build", *ONE_FILE)
    assert result.exit_code == 1
    assert "2 figures, 3 files in build; " in result.stdout
    assert written(tmp_path / "build") == [
        "light/svg/good.svg",
        "light/svg/two-steps-1.svg",
        "light/svg/two-steps-2.svg",
        "manifest.json",
    ]
    (line,) = result.stderr.splitlines()
    return line


def written(folder: Path) -> list[str]:
    """Every file below ``folder``, temporary ones included, but for the state of a build."""
    files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(path.as_posix() for path in files if STATE not in path.parts)


# A figure that fails does not stop the others


def test_a_claim_that_is_a_thousandth_off(tmp_path: Path) -> None:
    """The figure is refused with both numbers and the author's line; the others are written."""
    bad = figure_with("canvas.claim('the slope', 2.002, 2.0, 'differences')")
    assert build_beside(tmp_path, bad) == (
        f"failed bad: small/two.py:{here(bad)}: the slope: drawn 2.002, differences gives 2;"
        " relative error 0.001, allowed 1e-09: FAILS"
    )


def test_a_claim_that_a_helper_makes(tmp_path: Path) -> None:
    """A number that a helper prints with too few digits is laid to the author's line."""
    bad = figure_with(
        "[canvas.claim('c', [1.0, 2.0], [1.0, 2.0], 'hand'), canvas.number(1, 1, float('nan'))]"
    )
    line = build_beside(tmp_path, bad)
    assert line.startswith(f"failed bad: small/two.py:{here(bad)}: InputError: printed number is ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit('gone')", "SystemExit: gone"),
        ("canvas.text(1, 1, 'a', size=3)", "InputError: text size is 3; allowed: "),
        ("__import__('warnings').warn('careful')", "UserWarning: careful"),
        ("canvas.step(0).__enter__()", "InputError: step is "),
    ],
)
def test_a_figure_that_raises(tmp_path: Path, body: str, reason: str) -> None:
    """Whatever it raises, a warning too, is told with the author's line."""
    bad = figure_with(body)
    assert build_beside(tmp_path, bad).startswith(f"failed bad: small/two.py:{here(bad)}: {reason}")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("canvas.step(2).__enter__()", "bad declares steps=1 but draws 2"),
        ("canvas.page.plot([1, 2], [1, 2])", "was drawn without a role: pass it to canvas.mark(a"),
        ("canvas.text(1, 1, '\\u4e2d')", "cannot be drawn: Glyph 20013"),
        ("canvas.text(1, 1, r'$\\frac{$')", "cannot be drawn: "),
    ],
)
def test_a_drawing_that_breaks_a_rule(tmp_path: Path, body: str, reason: str) -> None:
    """Undeclared steps, an artist without a role, a missing glyph, maths that does not parse."""
    bad = figure_with(body)
    line = build_beside(tmp_path, bad)
    assert line.startswith(f"failed bad: small/two.py:{here(bad) - 1}: ")
    assert reason in line


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("canvas: Canvas, at: float", "TypeError: bad() missing 1 required positional argument"),
        ("canvas: Canvas, *, at: Nowhere = 1", "the type of a parameter cannot be read: name 'No"),
    ],
)
def test_a_signature_that_cannot_be_called(tmp_path: Path, signature: str, reason: str) -> None:
    """The figure is named with its own line."""
    future = "from __future__ import annotations\n\n"
    bad = future + figure_with("pass").replace("canvas: Canvas", signature)
    line = build_beside(tmp_path, bad)
    assert line.startswith(f"failed bad: small/two.py:{here(bad) - 1}: {reason}")


def test_a_figure_without_alt_text(tmp_path: Path) -> None:
    """It is a problem of the course, and the rest is built."""
    bad = figure_with("pass", 'title="T", perspective="plot", alt=""')
    line = build_beside(tmp_path, bad)
    reason = "bad: alt is ''; every figure needs one, in words"
    assert line == f"problem small/two.py:{here(bad) - 1}: {reason}"


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("x = 1\ndef broken(:\n", "problem small/two.py:2: syntax error: invalid syntax"),
        (
            f"{figure_with('pass')}\nimport nowhere_at_all\n",
            "failed bad: small/two.py:10: ModuleNotFoundError: No module named 'nowhere_at_all'",
        ),
    ],
)
def test_a_module_that_does_not_import(tmp_path: Path, bad: str, told: str) -> None:
    """It is told with file, line and reason, and the rest is built."""
    assert build_beside(tmp_path, bad) == told


def test_a_module_that_is_missing_or_forgotten(tmp_path: Path) -> None:
    """Both are told, and neither is passed over: exit code 1 although every figure is made."""
    folder = write_course(tmp_path / "small", one=GOOD, two="", three=STEPS)
    (folder / "two.py").rename(folder / "four.py")
    result = run("--figures", folder, "build", *ONE_FILE)
    assert result.exit_code == 1
    assert result.stdout == "2 figures, 3 files in build; 2 problems in the course\n"
    assert result.stderr.splitlines() == [
        "problem small/four.py: not in SECTIONS of small/__init__.py; add it where it is taught",
        "problem small/two.py: named in SECTIONS, but there is no such file",
    ]


def test_failures_as_json(tmp_path: Path) -> None:
    """Programs get the names and the reasons."""
    bad = figure_with("1 / 0")
    folder = course_with(tmp_path, bad)
    (folder / "four.py").touch()
    result = run("--figures", folder, "build", *ONE_FILE, "--json")
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    reason = f"small/two.py:{here(bad)}: ZeroDivisionError: division by zero"
    assert summary["failed"] == [{"name": "bad", "error": reason}]
    assert summary["problems"] == [
        {
            "kind": "module in no section",
            "reason": "not in SECTIONS of small/__init__.py; add it where it is taught",
            "file": "small/four.py",
            "line": None,
            "where": "small/four.py",
        }
    ]
    assert summary["figures"] == 2


def test_failures_in_several_processes(tmp_path: Path) -> None:
    """An error is told of its figure, in the end."""
    folder = course_with(tmp_path, figure_with("1 / 0"))
    result = run("--figures", folder, "build", "-f", "svg", "-t", "light", "-j", "2")
    assert result.exit_code == 1
    assert "failed bad: small/two.py:" in result.stderr
    assert "2 figures, 3 files in build; 1 figure failed" in result.stdout


def test_render_makes_the_others_too(tmp_path: Path) -> None:
    """A figure that fails is told, the other is written, and the exit code is 1."""
    folder = course_with(tmp_path, figure_with("1 / 0"))
    result = run("--figures", folder, "render", "bad", "good", "-f", "svg")
    assert result.exit_code == 1
    assert result.stdout == "good.svg\n"
    assert "failed bad: small/two.py:" in result.stderr


def test_a_failing_figure_keeps_its_old_files(tmp_path: Path) -> None:
    """What was built before stays, byte for byte, and in the manifest."""
    folder = write_course(tmp_path / "small", one=GOOD)
    assert run("--figures", folder, "build", *ONE_FILE).exit_code == 0
    old = {name: (tmp_path / "build" / name).read_bytes() for name in written(tmp_path / "build")}
    broken = write_course(
        tmp_path / "broken",
        one=GOOD.replace("    canvas.describe", "    1 / 0\n    canvas.describe"),
    )
    assert run("--figures", broken, "build", *ONE_FILE).exit_code == 1
    assert written(tmp_path / "build") == sorted(old)
    assert (tmp_path / "build/light/svg/good.svg").read_bytes() == old["light/svg/good.svg"]
    assert b'"good"' in (tmp_path / "build/manifest.json").read_bytes()


# Check


def test_check_fails(tmp_path: Path) -> None:
    """Claims, figures and modules that fail are counted, told and make the exit code 1."""
    bad = figure_with("[canvas.claim('c', 1.0, 1.1, 'hand'), canvas.claim('d', 1.0, 1.0, 'hand')]")
    folder = course_with(tmp_path, bad)
    (folder / "three.py").write_text(figure_with("1 / 0").replace("bad", "worse"), encoding="utf-8")
    (folder / "four.py").touch()
    result = run("--figures", folder, "check", "--json")
    assert result.exit_code == 1
    summary = json.loads(result.stdout)
    assert summary.pop("worst_relative_error") == pytest.approx(0.1 / 1.1)
    failures = summary.pop("failures")
    assert {each["name"] for each in summary.pop("excused")} == {"good"}
    assert summary == {
        "figures": 3,
        "claims": 3,
        "equations": 0,
        "checked_equations": 0,
        "failed": 3,
        "findings": 0,
        "look": [],
    }
    assert [failure["name"] for failure in failures] == ["bad", "worse", None]
    assert len(result.stderr.splitlines()) == 3
    people = run("--figures", folder, "check")
    assert people.exit_code == 1
    said = people.stdout.splitlines()[0]
    assert said == "3 figures, 3 claims: 3 failed; worst relative error 0.091"


@pytest.mark.parametrize(
    ("kind", "lacks", "left"),
    [("math", "math", "code, plot, diagram"), ("code", "code", "math, plot, diagram")],
)
def test_check_fails_on_a_concept_that_lacks_a_perspective(
    tmp_path: Path, kind: str, lacks: str, left: str
) -> None:
    """One line that says which one and what there is; a figure of another concept does not care."""
    source = PERSPECTIVES.replace(f'perspective="{kind}", concept="area"', f'perspective="{kind}"')
    folder = write_course(tmp_path / "small", one=source, two=GOOD)
    with_concepts(folder, {"area": "Area of a square"})
    has = ", ".join(f"area-{each}" for each in left.split(", "))
    told = f"area (Area of a square) has no figure as {lacks}; it has {has}"
    result = run("--figures", folder, "check")
    assert (result.exit_code, result.stderr) == (1, f"failed concept {told}\n")
    assert "1 failed" in result.stdout
    summary = json.loads(run("--figures", folder, "check", "area-plot", "--json").stdout)
    assert (summary["failed"], summary["failures"]) == (1, [{"name": None, "error": told}])
    assert run("--figures", folder, "check", "good").exit_code == 0


def test_a_function_of_forty_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its listing is refused in one line, with the lines that are too many."""
    body = "    x += 1\n" * 38
    (tmp_path / "forty.py").write_text(f"def long(x):\n{body}    return x\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    result = run("listing", "forty:long")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: forty:long: lines of the listing of long is 40;")
    assert "26 fewer" in result.stderr
    assert result.stderr.count("\n") == 1


def test_show_a_concept_that_lacks_a_perspective(tmp_path: Path) -> None:
    """A plot alone is a diagram, but nothing else yet."""
    source = figure_with(
        'canvas.text(1, 1, "a")', 'title="T", perspective="plot", alt="A.", concept="area"'
    )
    folder = with_concepts(write_course(tmp_path / "small", one=source), {"area": "Area"})
    shown = run("--figures", folder, "show", "bad").stdout
    assert re.search(r"^  as math +nothing yet$", shown, re.MULTILINE)
    told = "area (Area) has no figure as math and code; it has bad"
    assert told in run("--figures", folder, "check").stderr


def test_check_of_a_concept_without_a_title(tmp_path: Path) -> None:
    """A figure whose concept the course does not have is told once, and drawn all the same."""
    folder = write_course(tmp_path / "small", one=PERSPECTIVES)
    result = run("--figures", folder, "check")
    assert result.exit_code == 1
    assert "4 figures, 0 claims: 4 failed" in result.stdout
    assert all("concept 'area' is not in CONCEPTS" in line for line in result.stderr.splitlines())
    shown = run("--figures", folder, "show", "area-math")
    assert shown.exit_code == 0


def test_check_of_what_is_not_finite(tmp_path: Path) -> None:
    """An infinite error is null in JSON, which has no infinity, and a word for people."""
    folder = write_course(
        tmp_path / "small", one=figure_with("canvas.claim('c', float('inf'), 1.0, 'hand')")
    )
    result = run("--figures", folder, "check", "--json")
    summary = json.loads(result.stdout)
    assert (summary["failed"], summary["worst_relative_error"]) == (1, None)
    assert run("--figures", folder, "check").stdout.splitlines()[0].endswith("infinite")


def test_other_commands_tell_problems_too(tmp_path: Path) -> None:
    """A module with a syntax error is told by whatever reads the course; the rest works."""
    folder = write_course(tmp_path / "small", one=GOOD, two="(")
    for command in (["list"], ["list", "--json"], ["show", "good"], ["render", "good"]):
        result = run("--figures", folder, *command)
        assert result.exit_code == 0
        assert result.stderr == "problem small/two.py:1: syntax error: '(' was never closed\n"


def test_show_a_figure_that_fails(tmp_path: Path) -> None:
    """One line, as in a build."""
    bad = figure_with("1 / 0")
    result = run("--figures", course_with(tmp_path, bad), "show", "bad")
    assert result.exit_code == 1
    assert (
        result.stderr == f"Error: small/two.py:{here(bad)}: ZeroDivisionError: division by zero\n"
    )


# Misuse: exit code 2, and nothing is made


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["render", "god"], "no figure is called 'god'; did you mean good?"),
        (["show", "qqqqq"], "no figure is called 'qqqqq'; 'figgen list' shows them all"),
        (["build", "good", "two_step"], "no figure is called 'two_step'; did you mean two-steps?"),
        (["check", "goood"], "no figure is called 'goood'; did you mean good?"),
        (["list", "--concept", "four"], "no concept is called 'four'; there are: none"),
        (["list", "--section", "four"], "no section is called 'four'; there are: one, two"),
        (["render", "two-steps", "--step", "3"], "two-steps has no step 3; it has 2"),
        (["render", "two-steps", "good", "--step", "2"], "good has no step 2; it has 1"),
        (
            ["render", "good", "--set", "at=1"],
            "good: no parameter is called 'at'; there are: value, names",
        ),
        (
            ["render", "good", "--set", "value=x"],
            "good: value=x is not allowed: give a finite number",
        ),
        (
            ["render", "good", "two-steps", "--set", "value=1"],
            "two-steps: no parameter is called 'value'; there are: none",
        ),
    ],
)
def test_what_does_not_exist(tmp_path: Path, args: list[str], told: str) -> None:
    """One line with what there is; nothing is drawn, not even what would have fitted."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    result = run("--figures", folder, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {told}\n"
    assert all(name.startswith("small/") for name in written(tmp_path))


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["render"], "Missing argument 'NAME...'"),
        (["show"], "Missing argument 'NAME'"),
        (["render", "good", "-f", "bmp"], "'bmp' is not one of 'svg', 'pdf', 'png'"),
        (["build", "-t", "blue"], "'blue' is not one of 'light', 'dark', 'print'"),
        (["render", "good", "--step", "0"], "'0' is no step; give a number from 1 up, or 'all'"),
        (["render", "good", "--step", "last"], "'last' is no step"),
        (["render", "good", "--dpi", "0"], "0 is not in the range 20<=x<=1200"),
        (["render", "good", "--dpi", "100000"], "100000 is not in the range 20<=x<=1200"),
        (["render", "good", "--dpi", "nan"], "'nan' is not a valid integer range"),
        (["render", "good", "--set", "value"], "'value' is no setting; give key=value"),
        (["render", "good", "--set", "=1"], "'=1' is no setting; give key=value"),
        (
            ["render", "good", "--set", "value=1", "--set", "value=2"],
            "Invalid value for --set: value is set twice",
        ),
        (["build", "-j", "0"], "0 is not in the range x>=1"),
        (["completion", "tcsh"], "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
        (["draw"], "No such command 'draw'"),
        (["build", "--fast"], "No such option '--fast'"),
    ],
)
def test_a_command_line_that_makes_no_sense(tmp_path: Path, args: list[str], told: str) -> None:
    """The usage, and what is wrong with the word."""
    result = run("--figures", write_course(tmp_path / "small", one=GOOD), *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert all(name.startswith("small/") for name in written(tmp_path))


def test_a_value_that_the_figure_refuses(tmp_path: Path) -> None:
    """A value of the right type that the figure cannot draw fails as the figure does."""
    folder = write_course(tmp_path / "small", one=GOOD.replace("names[0]", "names[1]"))
    result = run("--figures", folder, "render", "good", "--set", "names=tanh")
    assert result.exit_code == 1
    assert "failed good: small/one.py:" in result.stderr
    assert "IndexError" in result.stderr


# Folders and disks


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ("nowhere", "no such folder; give the folder of the figure modules"),
        ("file", "no such folder; give the folder of the figure modules"),
        ("empty", "missing; it must hold TITLE"),
    ],
)
def test_a_folder_that_is_no_course(tmp_path: Path, figures: str, told: str) -> None:
    """One line, whatever the command."""
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for command in ("list", "build", "check"):
        result = run("--figures", figures, command)
        assert (result.exit_code, result.stdout) == (1, "")
        (line,) = result.stderr.splitlines()
        assert line.startswith(f"Error: {tmp_path / figures}")
        assert told in line


@pytest.mark.parametrize("command", ["render", "build"])
@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_file_where_a_folder_should_be(tmp_path: Path, command: str, out: str) -> None:
    """One line before anything is drawn, and the file is as it was."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    result = run("--figures", folder, command, "good", "-o", out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {out}: cannot be written: Not a directory; what was there is kept\n"
    )
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", ["render", "build"])
def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line before anything is drawn."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "out").mkdir(mode=0o500)
    # An administrator may write everywhere, so the answer of the system is given here.
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != Path("out"))
    result = run("--figures", folder, command, "good", "-o", "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: out: cannot be written: Permission denied; what was there is kept\n"
    )
    assert written(tmp_path / "out") == []


@pytest.mark.parametrize("command", ["render", "build"])
def test_a_full_disk(tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a figure; what was there is whole, and no temporary file is left."""
    folder = write_course(tmp_path / "small", one=GOOD)
    assert run("--figures", folder, command, "good", "-f", "svg", "-o", "out").exit_code == 0
    old = {name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path / "out")}

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    args = ["--set", "value=3"] if command == "render" else ["-j", "1", "--force"]
    result = run("--figures", folder, command, "good", "-f", "svg", "-o", "out", *args)
    assert result.exit_code == 1
    assert "cannot be written: No space left on device; what was there is kept" in result.stderr
    assert "Traceback" not in result.stderr
    assert {
        name: (tmp_path / "out" / name).read_bytes() for name in written(tmp_path / "out")
    } == old


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    """It is told before the work, and left alone."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "manifest.json").write_text("{", encoding="utf-8")
    result = run("--figures", folder, "build")
    assert result.exit_code == 1
    assert "manifest.json: not a manifest of figgen; delete it and build again" in result.stderr
    assert written(tmp_path / "build") == ["manifest.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("args", [["list"], ["list", "--json"], ["--help"]])
def test_an_output_that_is_full(args: list[str]) -> None:
    """``figgen list > file`` on a full disk: one line, exit code 1."""
    # With the buffer that Python flushes once more at exit.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        answer = subprocess.run(
            [*FIGGEN, *args],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
            env=environment,
        )
    assert answer.returncode == 1
    assert answer.stderr == "Error: standard output: No space left on device\n"


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """Even without a working folder there is a line and no traceback."""
    (tmp_path / "gone").mkdir()
    script = "import os, sys; os.rmdir(os.getcwd()); os.execv(sys.executable, sys.argv[1:])"
    answer = subprocess.run(
        [sys.executable, "-c", script, *FIGGEN, "list"],
        cwd=tmp_path / "gone",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr == (
        "Error: the working folder is gone: No such file or directory; go to another\n"
    )


# Interruption

SLOW = "[__import__('pathlib').Path('drawing').touch(), __import__('time').sleep(60)]"


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")


def children_of(pid: int) -> list[int]:
    """The processes that descend from this one."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in found.read_text(encoding="ascii").split()]
    return children + [below for child in children for below in children_of(child)]


def start_build(folder: Path, *args: str) -> subprocess.Popen[str]:
    """Start a build in a session of its own, as if it had a terminal to itself."""
    return subprocess.Popen(
        [*FIGGEN, "--figures", "small", "build", "-o", "out", *args],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def assert_interrupted(command: subprocess.Popen[str]) -> None:
    """The build ended with one line and 130."""
    stdout, stderr = command.communicate(timeout=20)
    assert (command.returncode, stdout) == (130, "")
    assert stderr == "Error: interrupted; every file is whole, old or new\n"


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("whom", ["everyone", "the first"])
def test_interruption(tmp_path: Path, jobs: str, whom: str) -> None:
    """Ctrl-C ends at once with one line and 130; no process, no half file is left.

    A terminal sends it to every process of the program, ``kill -INT`` to the first.
    """
    course_with(tmp_path, figure_with(SLOW))
    command = start_build(tmp_path, "-j", jobs)
    wait_for((tmp_path / "drawing").exists)
    started = children_of(command.pid)
    # The tracker of shared resources, the server of processes, and the figure's own.
    assert len(started) >= 3
    (os.killpg if whom == "everyone" else os.kill)(command.pid, signal.SIGINT)
    assert_interrupted(command)
    assert not [name for name in written(tmp_path / "out") if name.endswith(".part")]
    wait_for(lambda: not any(map(runs, started)))


@linux
def test_interruption_while_the_processes_start(tmp_path: Path) -> None:
    """None of them, importing what it needs, answers Ctrl-C with a traceback."""
    course_with(tmp_path, figure_with(SLOW))
    command = start_build(tmp_path, "-j", "2")
    # The tracker of shared resources and the server of processes.
    wait_for(lambda: len(children_of(command.pid)) == 2)
    time.sleep(0.2)
    os.killpg(command.pid, signal.SIGINT)
    assert_interrupted(command)


LATE = """
import time
from figgen.cli import app, main

class Late:
    def __del__(self):
        raise KeyboardInterrupt

def late():
    Late()
    time.sleep(30)

app.program = app.Program("late", invoke_without_command=True, callback=late)
main()
"""

EARLY = """
import os, signal, sys
{ignored}

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{where}":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
import atexit
atexit.register(lambda: "{where}" or os.kill(os.getpid(), signal.SIGINT))
sys.argv = ["figgen", "--version"]
from figgen.cli import main
main()
"""


@linux
@pytest.mark.parametrize("where", ["figgen.cli.app", "click", ""])
def test_interruption_before_the_program_and_after_it(where: str) -> None:
    """While it is imported, and while Python ends: no traceback, because there is nothing to tell.

    A shell that starts it in the background has it ignored, and so it stays.
    """
    for ignored in ("", "signal.signal(signal.SIGINT, signal.SIG_IGN)"):
        script = EARLY.format(where=where, ignored=ignored)
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0 if ignored else 130, "")


@linux
def test_interruption_where_python_cannot_raise_it() -> None:
    """It comes again, and is not lost in a traceback that nobody asked for."""
    done = subprocess.run(
        [sys.executable, "-c", LATE], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == 130
    assert done.stderr == "Error: interrupted; every file is whole, old or new\n"


@pytest.mark.parametrize("stage", ["make_context", "main"])
def test_interruption_beside_a_command(
    stage: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While it is looked for, or while its end is told: one line and 130 too."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM), sys.unraisablehook
    monkeypatch.setattr(app.click.Group, stage, interrupt)
    try:
        with pytest.raises(SystemExit) as ended:
            app.run()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        sys.unraisablehook = before[1]
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Error: interrupted\n"


@linux
def test_the_death_of_the_build(tmp_path: Path) -> None:
    """A build that is killed takes its processes along, and leaves no half file."""
    course_with(tmp_path, figure_with(SLOW))
    # This one only: to be killed while another is written is another matter, of `test_kills`.
    command = start_build(tmp_path, "-j", "2", "bad")
    wait_for((tmp_path / "drawing").exists)
    started = children_of(command.pid)
    command.kill()
    command.communicate()
    wait_for(lambda: not any(map(runs, started)))
    assert not [name for name in written(tmp_path / "out") if name.endswith(".part")]


def runs(pid: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
