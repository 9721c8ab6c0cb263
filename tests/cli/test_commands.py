"""The command line: what each command prints and writes when all is well."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from lecture import COURSE, ROOT
from small_course import GOOD, HEAD, PERSPECTIVES, STEPS, with_concepts, write_course

from figgen.cli.app import COMMANDS, program
from figgen.core import Claim
from figgen.disk.atomic_files import STATE
from figgen.draw.canvas.theme import THEMES
from figgen.vocabulary import FORMATS

FIGGEN = [sys.executable, "-m", "figgen"]

# As the lecture counts them.
STEPS_OF_THE_FIRST_HALF = {
    "outline": 9,
    "history": 6,
    "building-blocks": 3,
    "three-perspectives": 3,
    "functions-plot": 3,
    "functions-box": 1,
    "derivative-tangent": 4,
    "derivative-box": 1,
    "derivative-error": 1,
    "sigmoid-plot": 1,
    "chain2-plot": 2,
    "chain3-plot": 2,
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two sections and two figures, in the working folder, which is tmp_path."""
    monkeypatch.chdir(tmp_path)
    return write_course(tmp_path / "small", one=GOOD, two=STEPS)


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with a concept that has all its perspectives, and a figure of none."""
    monkeypatch.chdir(tmp_path)
    folder = write_course(tmp_path / "areas", one=PERSPECTIVES, two=GOOD)
    return with_concepts(folder, {"area": "Area of a square"})


@pytest.fixture
def equations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one figure with two equations, one of them checked."""
    monkeypatch.chdir(tmp_path)
    source = (
        HEAD
        + '''\
from figgen.draw.text.equations import Line, display


@figure(
    title="T",
    perspective="math",
    alt="A.",
    excuses={"margin": "a test"},
)
def equal(canvas: Canvas) -> None:
    """Two equations."""
    lines = [Line("a &= 1 = b"), Line("z &= 3", stands="a definition")]
    display(canvas, lines, lambda _: {"a": 1.0, "b": 1.0})
'''
    )
    return write_course(tmp_path / "equal", one=source)


def run(*args: str | Path) -> Result:
    """Run figgen in this process; an exception is a failure of the test."""
    return CliRunner().invoke(program, [str(arg) for arg in args], catch_exceptions=False)


def output(*args: str | Path) -> str:
    """What figgen prints when it succeeds without a word on stderr."""
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def files_in(folder: Path) -> list[str]:
    """Every file below ``folder`` but for the state of a build, sorted."""
    files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(path.as_posix() for path in files if STATE not in path.parts)


def command_of(name: str) -> click.Command:
    """A command of the program."""
    command = program.get_command(click.Context(program), name)
    assert command is not None
    return command


# List


def test_list_knows_the_first_half_of_the_lecture() -> None:
    """The figures that the lecture needs are there, with its numbers of steps."""
    listed = {figure["name"]: figure["steps"] for figure in json.loads(output("list", "--json"))}
    assert {name: listed.get(name) for name in STEPS_OF_THE_FIRST_HALF} == STEPS_OF_THE_FIRST_HALF


def test_list_json(small: Path) -> None:
    """Every figure with all that its module says, in teaching order."""
    good, two = json.loads(output("--figures", small, "list", "--json"))
    line = GOOD.splitlines().index(next(x for x in GOOD.splitlines() if x.startswith("def "))) + 1
    assert good == {
        "name": "good",
        "title": "A good one",
        "section": "one",
        "section_title": "One",
        "perspective": "math",
        "slot": "full",
        "concept": None,
        "steps": 1,
        "alt": "A number.",
        "caption": "One number, printed.",
        "file": "small/one.py",
        "line": line,
    }
    assert (two["name"], two["steps"], two["section"]) == ("two-steps", 2, "two")


def test_list_is_a_table_with_a_heading_for_each_section(small: Path) -> None:
    """The columns stand below each other, through all sections, and the alt text below its row."""
    assert output("--figures", small, "list").splitlines() == [
        "One (one)",
        "  good       math  1 step   A good one  small/one.py:7",
        "    A number.",
        "",
        "Two (two)",
        "  two-steps  plot  2 steps  Two steps   small/two.py:7",
        "    Two words.",
    ]


def test_list_of_one_section(small: Path) -> None:
    """Only the figures of that section."""
    listed = json.loads(output("--figures", small, "list", "--section", "two", "--json"))
    assert [figure["name"] for figure in listed] == ["two-steps"]
    assert "good" not in output("--figures", small, "list", "--section", "two")


def test_list_of_one_concept(area: Path) -> None:
    """Only the figures that show it, and only those of a section if that is asked for too."""

    def listed(*options: str) -> list[tuple[str, str]]:
        figures = json.loads(output("--figures", area, "list", "--json", *options))
        return [(figure["name"], figure["concept"]) for figure in figures]

    kinds = ("math", "code", "plot", "diagram")
    assert listed("--concept", "area") == [(f"area-{kind}", "area") for kind in kinds]
    assert listed("--concept", "area", "--section", "two") == []
    assert ("good", None) in listed()
    table = output("--figures", area, "list", "--concept", "area")
    assert "area-plot" in table
    assert "good" not in table


def test_list_of_an_empty_course(tmp_path: Path) -> None:
    """A course that has no figure yet is no error."""
    folder = write_course(tmp_path / "small", one="")
    assert output("--figures", folder, "list").strip() == ""
    assert json.loads(output("--figures", folder, "list", "--json")) == []


def test_another_course_in_pyproject(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a pyproject.toml that names it, a course needs no option."""
    pyproject = "[tool.figgen]\nfigures = 'small'\n"
    (small.parent / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    (small.parent / "notes").mkdir()
    monkeypatch.chdir(small.parent / "notes")
    assert [figure["name"] for figure in json.loads(output("list", "--json"))] == [
        "good",
        "two-steps",
    ]


# Show


def test_show(small: Path) -> None:
    """Definition, parameters as --set takes them, the computed alt text, every claim."""
    shown = output("--figures", small, "show", "good")
    assert "small/one.py:7" in shown
    assert "A number. It is 1.5, by square." in shown
    assert (
        "2 parameters, for --set\n  value=1.5: a finite number\n  names=square: functions" in shown
    )
    claim = Claim(
        "the printed number 1.5", 1.5, 1.5, "decimal rounding of the computed number to 3 places"
    )
    assert f"1 claim, worst relative error 0\n  {claim}\n" in shown


def test_show_tells_the_concept(area: Path) -> None:
    """Its title, and the names of the figures in each perspective; none if there is no concept."""
    shown = output("--figures", area, "show", "area-code")
    assert re.search(r"^  concept +Area of a square \(area\)$", shown, re.MULTILINE)
    assert re.search(r"^  as math +area-math$", shown, re.MULTILINE)
    assert re.search(r"^  as diagram +area-plot, area-diagram$", shown, re.MULTILINE)
    data = json.loads(output("--figures", area, "show", "area-code", "--json"))
    assert (data["concept"], data["concept_title"]) == ("area", "Area of a square")
    assert data["perspectives"]["diagram"] == ["area-plot", "area-diagram"]
    assert "concept" not in output("--figures", area, "show", "good")
    data = json.loads(output("--figures", area, "show", "good", "--json"))
    assert data["concept"] is data["concept_title"] is data["perspectives"] is None


def test_show_says_of_every_equation_whether_it_is_checked(equations: Path) -> None:
    """With the number of claims, or the reason why there are none."""
    shown = output("--figures", equations, "show", "equal")
    assert shown.endswith(
        "\n\n2 equations\n  a = 1 = b: checked, 2 claims\n  z = 3: not checked: a definition\n"
    )
    told = json.loads(output("--figures", equations, "show", "equal", "--json"))["equations"]
    assert told == [
        {"latex": "a = 1 = b", "claims": 2, "unchecked": None},
        {"latex": "z = 3", "claims": 0, "unchecked": "a definition"},
    ]
    run("--figures", equations, "build", "-f", "svg", "-t", "light", "-o", "built")
    manifest = json.loads(Path("built/manifest.json").read_text(encoding="utf-8"))
    assert manifest["figures"][0]["equations"] == told


def test_show_json(small: Path) -> None:
    """The same for programs."""
    shown = json.loads(output("--figures", small, "show", "good", "--json"))
    assert shown["alt"] == "A number. It is 1.5, by square."
    assert shown["parameters"]["value"] == {"type": "a finite number", "default": "1.5"}
    (claim,) = shown["claims"]
    assert (claim["drawn"], claim["independent"], claim["holds"]) == (1.5, 1.5, True)
    assert claim["how"].startswith("decimal rounding")
    assert claim["relative_error"] == 0


def test_show_marks_a_claim_that_fails(small: Path) -> None:
    """Here the author looks for what is wrong, so it is shown and not refused."""
    source = GOOD.replace(
        "    canvas.describe", "    canvas.claim('c', 1.0, 1.1, 'hand')\n    canvas.describe"
    )
    (small / "one.py").write_text(source, encoding="utf-8")
    result = run("--figures", small, "show", "good")
    assert result.exit_code == 0
    assert "c: drawn 1, hand gives 1.1; relative error 0.091, allowed 1e-09: FAILS" in result.stdout


# Render


def test_render_writes_every_step_in_every_format(small: Path) -> None:
    """Without options: all steps, all formats, light, into the working folder; and says so."""
    printed = output("--figures", small, "render", "good", "two-steps").splitlines()
    names = ["good.svg", "good.pdf", "good.png", "two-steps.pdf"]
    names += [f"two-steps-{step}.{format_}" for step in (1, 2) for format_ in FORMATS]
    assert sorted(printed) == sorted(names)
    assert all((small.parent / name).is_file() for name in names)


def test_render_what_is_asked_for(small: Path) -> None:
    """A step, formats, themes, a resolution and a folder, which is made."""
    args = ["render", "two-steps", "--step", "2", "-f", "png", "-f", "svg", "-f", "png"]
    args += ["-t", "dark", "-t", "light", "--dpi", "50", "-o", "new/folder"]
    printed = output("--figures", small, *args)
    assert len(printed.splitlines()) == 4
    out = small.parent / "new" / "folder"
    assert files_in(out) == [
        "two-steps-2-dark.png",
        "two-steps-2-dark.svg",
        "two-steps-2.png",
        "two-steps-2.svg",
    ]
    header = (out / "two-steps-2.png").read_bytes()[:24]
    # The half slot is 5.8 x 5.0 inches.
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (290, 250)


def test_render_with_other_parameters(small: Path) -> None:
    """What --set changes is in the picture's own description."""
    settings = ["--set", "value=0.25", "--set", "names=tanh,square"]
    output("--figures", small, "render", "good", "-f", "svg", *settings)
    svg = (small.parent / "good.svg").read_text(encoding="utf-8")
    assert "It is 0.25, by tanh." in svg


def test_render_the_example_of_the_lecture(tmp_path: Path) -> None:
    """A chain as the lecture's figures take it."""
    settings = ["--set", "chain=tanh,square", "--set", "at=0.5"]
    output("render", "chain2-plot", "-f", "svg", "--step", "2", *settings, "-o", tmp_path)
    assert "square(tanh(x))" in (tmp_path / "chain2-plot-2.svg").read_text(encoding="utf-8")


def test_a_step_may_be_all(small: Path) -> None:
    """The default can be said."""
    output("--figures", small, "render", "two-steps", "--step", "all", "-f", "pdf")
    assert {"two-steps.pdf", "two-steps-1.pdf", "two-steps-2.pdf"} <= set(files_in(small.parent))


# Build


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_build(small: Path, jobs: str) -> None:
    """Every figure, step, format and theme, and a manifest of them; in one process or several."""
    printed = output("--figures", small, "build", "-j", jobs)
    out = small.parent / "build"
    assets = [
        f"{theme}/{format_}/{stem}.{format_}"
        for theme in THEMES
        for format_ in FORMATS
        for stem in ("good", "two-steps-1", "two-steps-2", *["two-steps"] * (format_ == "pdf"))
    ]
    assert files_in(out) == sorted([*assets, "manifest.json"])
    assert printed == f"2 figures, {len(assets)} files in build\n"
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert [figure["name"] for figure in manifest["figures"]] == ["good", "two-steps"]


def test_build_json(small: Path) -> None:
    """The summary for programs is all that there is on stdout."""
    args = ["build", "two-steps", "-j", "1", "-f", "svg", "-t", "print", "-o", "out", "--json"]
    assert json.loads(output("--figures", small, *args)) == {
        "course": "A small course",
        "figures": 1,
        "files": 2,
        "drawn": ["two-steps"],
        "reasons": {"two-steps": ["no build here has made it"]},
        "orphans": [],
        "manifest": str(Path("out", "manifest.json")),
        "failed": [],
        "problems": [],
    }
    assert files_in(small.parent / "out") == [
        "manifest.json",
        "print/svg/two-steps-1.svg",
        "print/svg/two-steps-2.svg",
    ]


def test_what_an_author_prints_is_no_output(small: Path) -> None:
    """A forgotten print in a figure leaves the JSON whole."""
    source = GOOD.replace("    canvas.number", "    print('hello')\n    canvas.number")
    (small / "one.py").write_text(source, encoding="utf-8")
    args = ["build", "good", "-j", "1", "-f", "svg", "-t", "light", "--json"]
    # In a process of its own: what a worker says does not go through Python's streams of this one.
    result = subprocess.run(
        [*FIGGEN, "--figures", str(small), *args], capture_output=True, text=True, check=True
    )
    assert json.loads(result.stdout)["figures"] == 1
    assert result.stderr == "hello\n"


# Check


def test_check_json(small: Path) -> None:
    """A few numbers, no failure, what is excused, and not one file."""
    before = files_in(small.parent)
    answer = json.loads(output("--figures", small, "check", "--json"))
    excused = answer["excused"]
    assert {(each["name"], each["rule"], each["reason"]) for each in excused} == {
        (name, rule, "a test")
        for name in ("good", "two-steps")
        for rule in ("alt-length", "balance", "margin")
    }
    assert answer == {
        "figures": 2,
        "claims": 1,
        "equations": 0,
        "checked_equations": 0,
        "failed": 0,
        "worst_relative_error": 0,
        "failures": [],
        "findings": 0,
        "look": [],
        "excused": excused,
    }
    assert [name for name in files_in(small.parent) if "__pycache__" not in name] == before


def test_check(small: Path) -> None:
    """A line for people, one for each excuse, and one for the look; names choose figures."""
    first, *excused, last = output("--figures", small, "check", "good").splitlines()
    assert first == "1 figure, 1 claim: all hold; worst relative error 0"
    assert excused[0] == "excused good: margin, the picture: a test"
    assert last == "look: 3 findings excused, 0 not"


def test_check_counts_equations(equations: Path) -> None:
    """All of them, and those that are claims."""
    assert output("--figures", equations, "check").splitlines()[0] == (
        "1 figure, 2 claims, 1 of 2 equations checked: all hold; worst relative error 0"
    )
    counts = json.loads(output("--figures", equations, "check", "--json"))
    assert (counts["equations"], counts["checked_equations"]) == (2, 1)


# Help, completion


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_an_example(command: str) -> None:
    """The help says what a command does, what every option is, and shows how to call it."""
    text = output(command, "--help")
    assert re.search(rf"Examples:\n  .*figgen {command}", text)
    for parameter in command_of(command).params:
        if isinstance(parameter, click.Option):
            assert parameter.help
    assert command_of(command).help


def test_the_examples_are_valid() -> None:
    """Each example of the help is accepted by the parser of its command."""
    pattern = r"^  (?:eval \"\$\()?figgen {}(.*?)(?:\)\" +#.*|>.*)?$"
    for name in COMMANDS:
        command = command_of(name)
        examples = re.findall(pattern.format(name), str(command.epilog), re.MULTILINE)
        assert examples
        for example in examples:
            with command.make_context(name, shlex.split(example)) as context:
                assert context.params


def test_help_of_the_program() -> None:
    """The short option works too, and the help tells how to complete."""
    assert output("-h") == output("--help")
    assert 'eval "$(figgen completion bash)"' in output("--help")
    assert output("--version") == "figgen, version 0.1.0\n"


def complete(words: str, cwd: Path = ROOT) -> list[str]:
    """What bash offers for the last of ``words``, and whether that took numpy or matplotlib."""
    script = (
        "import sys\nfrom figgen.cli.app import COMMANDS, program\n"
        "try:\n    program(prog_name='figgen')\n"
        "finally:\n    assert not {'numpy', 'matplotlib'} & set(sys.modules)\n"
    )
    count = len(words.split(" ")) - 1
    environment = {"_FIGGEN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": count}
    answer = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {key: str(value) for key, value in environment.items()},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.stderr == ""
    return [line.partition(",")[2] for line in answer.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("figgen re", ["render"]),
        ("figgen show two", ["two-steps"]),
        ("figgen render good two", ["two-steps"]),
        ("figgen build g", ["good"]),
        ("figgen check ", ["good", "two-steps"]),
        ("figgen list --section o", ["one"]),
        ("figgen list --concept ", []),
        ("figgen build -t ", ["light", "dark", "print"]),
        ("figgen render -f p", ["pdf", "png"]),
        ("figgen --figures small show g", ["good"]),
        ("figgen --figures nowhere show g", []),
    ],
)
def test_completion(small: Path, words: str, offered: list[str]) -> None:
    """Commands, figures, sections, themes and formats; quickly; silently without a course."""
    pyproject = "[tool.figgen]\nfigures = 'small'\n"
    (small.parent / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    assert complete(words, small.parent) == offered


def test_completion_of_concepts(area: Path) -> None:
    """By their names."""
    pyproject = f"[tool.figgen]\nfigures = '{area.name}'\n"
    (area.parent / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    assert complete("figgen list --concept a", area.parent) == ["area"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str) -> None:
    """The script calls figgen back with the variable that it listens to."""
    assert f"_FIGGEN_COMPLETE={shell}_complete" in run("completion", shell).stdout


# The process


def figgen(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run figgen in a process of its own."""
    return subprocess.run([*FIGGEN, *args], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["build", "--help"],
        ["equation", "--help"],
        ["list", "--concept", "sigmoid"],
    ],
)
def test_neither_numpy_nor_matplotlib_is_imported(args: list[str]) -> None:
    """What only reads is quick, because it loads nothing that draws."""
    script = (
        "import sys\nfrom figgen.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'numpy', 'matplotlib'} & set(sys.modules)), file=sys.stderr)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, *args], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout
    assert answer.stderr == "[]\n"


def test_reading_is_quick(tmp_path: Path) -> None:
    """Help and list take no longer than three times a click program that does nothing."""
    empty = tmp_path / "empty.py"
    empty.write_text("import click\nclick.command()(lambda: None)()\n", encoding="utf-8")
    programs = {
        "nothing": [sys.executable, str(empty)],
        "help": [*FIGGEN, "--help"],
        "list": [*FIGGEN, "list"],
        "list --json": [*FIGGEN, "list", "--json"],
    }
    # With compiled modules, as an installed program has them, whatever this process was told.
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(command: Sequence[str]) -> float:
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
        return time.perf_counter() - start

    # In turn, and the shortest of each: what else the machine does only ever adds. The first round
    # compiles.
    rounds = [[seconds(command) for command in programs.values()] for _ in range(6)]
    nothing, *others = map(min, zip(*rounds, strict=True))
    assert max(others) < 3 * nothing


def test_the_console_script() -> None:
    """``figgen`` is the same program."""
    script = Path(sys.executable).parent / "figgen"
    answer = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == figgen("--version").stdout


def on_a_terminal(*args: str, cwd: Path, **environment: str) -> str:
    """What figgen shows on a terminal."""
    leader, follower = pty.openpty()
    command = subprocess.Popen(
        [*FIGGEN, *args],
        stdout=follower,
        stderr=follower,
        cwd=cwd,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "60"} | environment,
    )
    os.close(follower)
    shown = b""
    # Linux ends the reading with an error, other systems with nothing.
    try:
        while piece := os.read(leader, 4096):
            shown += piece
    except OSError:
        pass
    os.close(leader)
    assert command.wait() == 0
    return shown.decode()


def test_colour_and_width_on_a_terminal_only() -> None:
    """A terminal gets headings in bold and rows cut to its width; a pipe the plain whole."""
    shown = on_a_terminal("list", cwd=ROOT)
    assert "\x1b[1m" in shown
    plain = re.sub(r"\x1b\[\d*m", "", shown)
    assert max(map(len, plain.splitlines())) == 60
    piped = figgen("list").stdout
    assert "\x1b" not in piped
    assert all(entry.definition.alt in piped for entry in COURSE.entries)
    assert "\x1b" not in on_a_terminal("list", cwd=ROOT, NO_COLOR="1")


def test_long_work_shows_a_bar_on_a_terminal_only(small: Path) -> None:
    """The bar names what is done, and is nowhere in a log."""
    assert "Checking" in on_a_terminal("--figures", "small", "check", cwd=small.parent)
    assert figgen("--figures", "small", "check", cwd=small.parent).stderr == ""


def test_a_reader_that_stops_early() -> None:
    """``figgen list | head -1`` is no error of figgen."""
    reader, writer = os.pipe()
    os.close(reader)
    # With the buffer that Python flushes once more at exit.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    answer = subprocess.run(
        [*FIGGEN, "list"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    os.close(writer)
    assert answer.stderr == ""


def test_a_locale_without_greek() -> None:
    """A terminal that has no minus sign gets its code point, and no error."""
    answer = subprocess.run(
        [*FIGGEN, "show", "functions-plot"],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert r"\u2212" in answer.stdout
