"""Reading a course, finding it, and importing its modules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from lecture import COURSE, ROOT
from small_course import (
    GOOD,
    HEAD,
    PERSPECTIVES,
    STEPS,
    figure_with,
    here,
    with_concepts,
    write_course,
)

import figgen
from figgen.course.course_folder import find_course
from figgen.course.definition import Definition, definition_of, figure
from figgen.course.reading import read_course
from figgen.errors import BuildError, UnknownNameError
from figgen.pipeline.importing import ModuleError, load, load_module


def only_problem(folder: Path) -> str:
    """The one problem of a course, as it is told."""
    (problem,) = read_course(folder).problems
    return str(problem)


# Reading


def test_what_is_read(tmp_path: Path) -> None:
    """Everything that ``@figure`` and the docstring say, the place included."""
    course = read_course(write_course(tmp_path / "small", one=GOOD, two=STEPS))
    assert course.title == "A small course"
    assert course.sections == {"one": "One", "two": "Two"}
    assert course.names == ("good", "two-steps")
    assert course.problems == ()
    entry = course.find("two-steps")
    excuses = dict.fromkeys(("alt-length", "balance", "margin"), "a test")
    assert entry.definition == Definition(
        "Two steps", "plot", "Two words.", steps=2, slot="half", excuses=excuses
    )
    assert (entry.section, entry.section_title) == ("two", "Two")
    assert entry.caption == "A word, and another."
    assert entry.file == "small/two.py"
    lines = STEPS.splitlines()
    assert lines[entry.line - 1].startswith("def two_steps(")


def test_the_order_is_that_of_sections_and_of_the_module(tmp_path: Path) -> None:
    """Neither the alphabet nor the folder orders the figures."""
    second = GOOD.replace("def good", "def alpha")
    module = STEPS + GOOD.removeprefix(HEAD)
    course = read_course(write_course(tmp_path / "small", zeta=module, beta=second))
    assert course.names == ("two-steps", "good", "alpha")


def test_reading_runs_nothing(tmp_path: Path) -> None:
    """A module that would fail when it runs is listed all the same."""
    folder = write_course(tmp_path / "small", one=GOOD + "\nraise RuntimeError('it ran')\n")
    assert read_course(folder).names == ("good",)


def test_a_module_that_other_programs_wrote(tmp_path: Path) -> None:
    """A byte order mark or another declared encoding is Python too."""
    folder = write_course(tmp_path / "small", one="", two="")
    (folder / "one.py").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    latin = STEPS.replace("Two words", "Zwei Wörter")
    (folder / "two.py").write_bytes(b"# coding: latin-1\n" + latin.encode("latin-1"))
    course = read_course(folder)
    assert course.problems == ()
    assert course.find("two-steps").definition.alt == "Zwei Wörter."


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def broken(:\n", "small/one.py:1: syntax error: invalid syntax"),
        ("x = 1\nfigure = (\n", "small/one.py:2: syntax error: '(' was never closed"),
        ("x = '\\sigma'\n", r"small/one.py:1: syntax error: invalid escape sequence '\s"),
    ],
)
def test_a_module_that_is_no_python(tmp_path: Path, source: str, reason: str) -> None:
    """It is reported with line and reason, and the others are read.

    An invalid escape is refused like a syntax error: the author meant LaTeX, and with other letters
    Python would take it for something else without a word.
    """
    folder = write_course(tmp_path / "small", one=source, two=GOOD)
    assert only_problem(folder).startswith(reason)
    assert read_course(folder).names == ("good",)


def test_a_module_that_is_no_text(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are reported, and the others are read."""
    folder = write_course(tmp_path / "small", one="", two=GOOD)
    (folder / "one.py").write_bytes(b"x = '\xff'\n")
    assert only_problem(folder).startswith("small/one.py")
    assert "can't decode" in only_problem(folder)
    assert read_course(folder).names == ("good",)


def test_a_module_that_is_missing(tmp_path: Path) -> None:
    """A section without its file is reported."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    (folder / "one.py").unlink()
    assert only_problem(folder) == "small/one.py: named in SECTIONS, but there is no such file"
    assert read_course(folder).names == ("two-steps",)


def test_a_module_that_was_forgotten(tmp_path: Path) -> None:
    """A file that no section names is reported, unless its name begins with an underscore."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (folder / "_shared.py").touch()
    assert read_course(folder).problems == ()
    (folder / "two.py").write_text(STEPS, encoding="utf-8")
    assert only_problem(folder) == (
        "small/two.py: not in SECTIONS of small/__init__.py; add it where it is taught"
    )


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ('title="T", perspective="plot"', "missing 1 required positional argument: 'alt'"),
        ('title="T", perspective="plot", alt=" "', "alt is ' '; every figure needs one, in words"),
        ('title="", perspective="plot", alt="A."', "title is ''; every figure needs one, in words"),
        ('title="T", perspective="photo", alt="A."', "perspective is 'photo'; allowed: plot, dia"),
        ('title="T", perspective="plot", alt="A.", slot="big"', "slot is 'big'; allowed: full, ha"),
        ('title="T", perspective="plot", alt="A.", steps=0', "steps is 0; allowed: 1 or more"),
        ('title="T", perspective="plot", alt="A.", steps=True', "steps is True; allowed: 1 or"),
        ('title="T", perspective="plot", alt="A.", step=2', "unexpected keyword argument 'step'"),
        ('title=str(1), perspective="plot", alt="A."', "the arguments of @figure must be literals"),
        ("**WORDS", "the arguments of @figure must be literals"),
        ('"T", "plot", "A."', "missing 3 required positional arguments"),
    ],
)
def test_a_definition_that_is_wrong(tmp_path: Path, definition: str, reason: str) -> None:
    """It is reported with the figure, its line and what is allowed; the others are read."""
    folder = write_course(tmp_path / "small", one=figure_with("pass", definition), two=GOOD)
    problem = only_problem(folder)
    line = here(figure_with("pass")) - 1
    assert problem.startswith(f"small/one.py:{line}: bad: ")
    assert reason in problem
    assert read_course(folder).names == ("good",)


@pytest.mark.parametrize("decorator", ["@figure", "@figgen.figure"])
def test_a_decorator_that_is_not_called(tmp_path: Path, decorator: str) -> None:
    """It is a figure without a definition, and not a function to pass over."""
    source = f"{HEAD}{decorator}\ndef bad(canvas: Canvas) -> None:\n    pass\n"
    problem = only_problem(write_course(tmp_path / "small", one=source))
    assert "bad: @figure missing 3 required positional arguments" in problem


def test_other_functions_are_no_figures(tmp_path: Path) -> None:
    """Only what carries the decorator is a figure."""
    extra = (
        "\n\ndef helper() -> None:\n    pass\n\n\n@staticmethod\ndef other() -> None:\n    pass\n"
    )
    assert read_course(write_course(tmp_path / "small", one=GOOD + extra)).names == ("good",)


def test_two_figures_of_one_name(tmp_path: Path) -> None:
    """The second is reported with the place of the first, in whatever module it is."""
    folder = write_course(tmp_path / "small", one=GOOD, two=GOOD)
    line = read_course(folder).find("good").line
    assert only_problem(folder) == f"small/two.py:{line}: 'good' is taken by small/one.py:{line}"


@pytest.mark.parametrize(
    ("init", "reason"),
    [
        ("", "__init__.py: SECTIONS must be a literal"),
        ("SECTIONS = ['one']\n", "__init__.py: SECTIONS must be a literal"),
        ("SECTIONS = {'one': 1}\n", "__init__.py: SECTIONS must be a literal"),
        ("SECTIONS = {[]: 'One'}\n", "__init__.py: SECTIONS must be a literal"),
        ("SECTIONS = dict(one='One')\n", "__init__.py: SECTIONS must be a literal"),
        ("SECTIONS = {\n", "__init__.py:1: syntax error: '{' was never closed"),
    ],
)
def test_a_folder_that_does_not_say_the_order(tmp_path: Path, init: str, reason: str) -> None:
    """There is no course without its order, and the error shows how to write one."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (folder / "__init__.py").write_text(init, encoding="utf-8")
    with pytest.raises(BuildError) as caught:
        read_course(folder)
    assert reason in str(caught.value)


def test_sections_with_a_type(tmp_path: Path) -> None:
    """An annotated SECTIONS is read too; a course without a title is called like its folder."""
    folder = write_course(tmp_path / "small", one=GOOD)
    init = "SECTIONS: dict[str, str] = {'one': 'One'}\n"
    (folder / "__init__.py").write_text(init, encoding="utf-8")
    course = read_course(folder)
    assert (course.title, course.names) == ("small", ("good",))


def test_a_folder_that_is_no_course(tmp_path: Path) -> None:
    """A folder that is not there, or has no ``__init__.py``, is named, with what to do."""
    with pytest.raises(BuildError, match="nowhere: no such folder; give the folder of the figure"):
        read_course(tmp_path / "nowhere")
    with pytest.raises(
        BuildError, match=r"__init__\.py: missing; it must hold TITLE = '\.\.\.' an"
    ):
        read_course(tmp_path)


@pytest.mark.parametrize("name", ["numpy", "statistics", "figgen", "week.1"])
def test_a_folder_whose_name_is_taken(tmp_path: Path, name: str) -> None:
    """A course never takes the place of a module that the engine imports."""
    with pytest.raises(BuildError, match="cannot be imported; give it another name"):
        read_course(write_course(tmp_path / name, one=GOOD))


# Choosing


def test_select_keeps_the_teaching_order(tmp_path: Path) -> None:
    """Each figure once, in teaching order, whatever the order asked for; no name means all."""
    course = read_course(write_course(tmp_path / "small", one=GOOD, two=STEPS))

    def names(*wanted: str, section: str | None = None) -> list[str]:
        return [entry.name for entry in course.select(wanted, section)]

    assert names() == ["good", "two-steps"]
    assert names("two-steps", "good", "two-steps") == ["good", "two-steps"]
    assert names("two-steps") == ["two-steps"]
    assert names(section="two") == ["two-steps"]
    assert names("good", section="two") == []


def test_unknown_names_suggest_the_nearest() -> None:
    """A slip is answered with the names that were meant; nonsense with where to look."""
    with pytest.raises(UnknownNameError, match="called 'chain2plot'; did you mean chain2-plot or"):
        COURSE.find("chain2plot")
    with pytest.raises(UnknownNameError, match="no figure is called 'qqq'; 'figgen list' shows"):
        COURSE.select(["qqq"])
    with pytest.raises(UnknownNameError, match="no section is called 'x'; there are: background, "):
        COURSE.select([], "x")


# Finding


def test_the_named_folder_comes_first(tmp_path: Path) -> None:
    """What the command line names is taken, relative to where the user is."""
    (tmp_path / "pyproject.toml").write_text("[tool.figgen]\nfigures = 'b'\n", encoding="utf-8")
    assert find_course(Path("a"), tmp_path) == tmp_path / "a"
    assert find_course(tmp_path / "c", tmp_path) == tmp_path / "c"
    assert find_course(Path(), tmp_path) == tmp_path
    assert find_course(Path(".."), tmp_path / "sub").name == tmp_path.name


@pytest.mark.parametrize(
    "text",
    [
        "[tool.figgen]\nfigures = 'b'\n",
        "[ tool . 'figgen' ]\nfigures = 'b'\n",
        "[tool]\n\nfiggen = {figures = 'b'}\n",
        "[tool]\nfiggen.figures = 'b'\n",
        "tool.figgen.figures = 'b'\n",
        "tool = {figgen = {figures = 'b'}}\n",
        "[project]\nname = 'x'\n\n[tool.ruff]\n\n[tool.figgen]\nfigures = 'b'\n",
    ],
)
def test_every_way_to_write_the_table(tmp_path: Path, text: str) -> None:
    """TOML has several."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert find_course(None, tmp_path) == tmp_path / "b"


def test_pyproject_is_relative_to_itself(tmp_path: Path) -> None:
    """From any folder below, the nearest pyproject.toml that names a course does."""
    inner = tmp_path / "paper" / "sections"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.figgen]\nfigures = 'b'\n", encoding="utf-8")
    (tmp_path / "paper" / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert find_course(None, inner) == tmp_path / "b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool.figgen\n", "pyproject.toml: not valid TOML: "),
        ("[tool.figgen]\nfigures = 3\n", "[tool.figgen] is {'figures': 3}; allowed: figures = 'PA"),
        ("[tool.figgen]\nfigure = 'a'\n", "[tool.figgen] is {'figure': 'a'}; allowed: figures ="),
        ("[tool]\nfiggen = 'a'\n", "[tool.figgen] is 'a'; allowed: figures = 'PATH'"),
    ],
)
def test_a_wrong_pyproject(tmp_path: Path, text: str, reason: str) -> None:
    """What is wrong with it is told, and not passed over for another course."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError) as caught:
        find_course(None, tmp_path)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text", ["tool = 1 # figgen\n", "[project]\nname = 'figgen'\n", "[nonsense"]
)
def test_a_pyproject_of_something_else(tmp_path: Path, text: str) -> None:
    """A pyproject.toml that says nothing to figgen is none of its business, even a broken one."""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert find_course(None, tmp_path) == ROOT / "figures"


def test_the_folder_here_then_the_one_that_comes_along(tmp_path: Path) -> None:
    """``./figures`` is taken if it is a package, and not if it holds the pictures of a paper."""
    (tmp_path / "figures").mkdir()
    assert find_course(None, tmp_path) == ROOT / "figures"
    (tmp_path / "figures" / "__init__.py").touch()
    assert find_course(None, tmp_path) == tmp_path / "figures"


# Running


def test_the_function_that_was_read_is_the_one_that_runs(tmp_path: Path) -> None:
    """What is loaded carries the definition that was read."""
    course = read_course(write_course(tmp_path / "small", one=GOOD))
    entry = course.find("good")
    assert definition_of(load(course, entry)) == entry.definition


@pytest.mark.parametrize("after", ["good = 1", "def good(canvas): pass", "del good"])
def test_a_figure_that_is_rebound(tmp_path: Path, after: str) -> None:
    """A picture of something else than what was listed is refused."""
    course = read_course(write_course(tmp_path / "small", one=f"{GOOD}\n\n{after}\n"))
    with pytest.raises(ModuleError, match=r"small/one\.py:\d+: good is not what its source says"):
        load(course, course.find("good"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("from figgen.core import cosine", "ImportError: cannot import name 'cosine'"),
        ("raise KeyError('k')", "KeyError: 'k'"),
        ("raise SystemExit", "SystemExit()"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_does_not_import(tmp_path: Path, line: str, reason: str) -> None:
    """The error is one line: file, line and reason."""
    source = f"{GOOD}\n\n{line}  # here\n"
    course = read_course(write_course(tmp_path / "small", one=source))
    with pytest.raises(ModuleError) as caught:
        load_module(course, "one")
    assert str(caught.value).startswith(f"small/one.py:{here(source)}: {reason}")


def test_a_broken_module_that_another_needs(tmp_path: Path) -> None:
    """The innermost file of the course is named: that is where to mend it."""
    folder = write_course(tmp_path / "small", one="from small._shared import x\n\n\n" + GOOD)
    (folder / "_shared.py").write_text("\nx = (\n", encoding="utf-8")
    course = read_course(folder)
    with pytest.raises(ModuleError, match=r"small/_shared\.py:2: syntax error: '\(' was never cl"):
        load_module(course, "one")


def test_a_broken_package(tmp_path: Path) -> None:
    """An ``__init__.py`` that fails is named, and leaves nothing half imported behind."""
    folder = write_course(tmp_path / "small", one=GOOD)
    init = folder / "__init__.py"
    init.write_text(init.read_text(encoding="utf-8") + "import nowhere_at_all\n", encoding="utf-8")
    course = read_course(folder)
    for _ in range(2):
        with pytest.raises(ModuleError, match=r"small/__init__\.py:3: ModuleNotFoundError"):
            load_module(course, "one")
    assert "small" not in sys.modules


def test_what_a_module_prints_is_not_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A forgotten print in a module does not spoil what a program reads from figgen."""
    course = read_course(write_course(tmp_path / "small", one="print('hello')\n"))
    load_module(course, "one")
    assert capsys.readouterr() == ("", "hello\n")


def test_two_courses_whose_folders_have_the_same_name(tmp_path: Path) -> None:
    """One process can work with both, in turn."""
    courses = [
        read_course(
            write_course(tmp_path / name / "small", one=GOOD.replace("A good one", f"From {name}"))
        )
        for name in ("here", "there")
    ]
    for _ in range(2):
        for course, title in zip(courses, ("From here", "From there"), strict=True):
            entry = course.find("good")
            definition = definition_of(load(course, entry))
            assert definition is not None
            assert definition.title == title


# Sections of several modules, and the order of the figures


def one_figure(name: str) -> str:
    """A module with one figure of that name."""
    return GOOD.replace("def good", f"def {name}")


def with_init(folder: Path, sections: dict[str, str], order: object) -> Path:
    """The course in ``folder`` with other sections and an ``ORDER``."""
    init = f'TITLE = "T"\nSECTIONS = {sections}\nORDER = {order}\n'
    (folder / "__init__.py").write_text(init, encoding="utf-8")
    return folder


def test_a_section_may_have_several_modules(tmp_path: Path) -> None:
    """The module of its name comes first; those that add an ending belong to it."""
    folder = write_course(tmp_path / "small", one_more=one_figure("beta"), one=one_figure("alpha"))
    course = read_course(with_init(folder, {"one": "One"}, None))
    assert course.problems == ()
    assert [(entry.name, entry.section, entry.file) for entry in course.entries] == [
        ("alpha", "one", "small/one.py"),
        ("beta", "one", "small/one_more.py"),
    ]
    assert callable(load(course, course.find("beta")))


def test_order_rules_the_figures(tmp_path: Path) -> None:
    """With an ORDER they stand in it, whatever their modules; what is in one only is told."""
    modules = {"one": GOOD + one_figure("gamma").removeprefix(HEAD), "two": one_figure("beta")}
    folder = write_course(tmp_path / "small", **modules)
    sections = {"one": "One", "two": "Two"}
    course = read_course(with_init(folder, sections, ("beta", "good", "delta")))
    assert course.names == ("beta", "good")
    reasons = sorted(str(problem) for problem in course.problems)
    assert len(reasons) == 2
    assert "ORDER names 'delta'" in reasons[0]
    assert "'gamma' is not in ORDER" in reasons[1]


def test_an_order_that_is_none_is_refused(tmp_path: Path) -> None:
    """It must be a tuple of names."""
    folder = with_init(write_course(tmp_path / "small", one=GOOD), {"one": "One"}, 3)
    with pytest.raises(BuildError, match="ORDER must be a literal"):
        read_course(folder)


# Concepts


def test_a_concept_is_shown_in_three_perspectives(tmp_path: Path) -> None:
    """Figures name it, the course has its title; a plot is a diagram, too."""
    folder = with_concepts(write_course(tmp_path / "small", one=PERSPECTIVES), {"area": "Area"})
    course = read_course(folder)
    assert course.problems == ()
    assert course.concepts == {"area": "Area"}
    assert course.perspectives("area") == {
        "math": ["area-math"],
        "code": ["area-code"],
        "diagram": ["area-plot", "area-diagram"],
    }
    assert course.perspectives("volume") == {"math": [], "code": [], "diagram": []}


def test_a_course_needs_no_concepts(tmp_path: Path) -> None:
    """Neither has it any then, nor is it wrong."""
    course = read_course(write_course(tmp_path / "small", one=GOOD))
    assert (course.concepts, course.problems) == ({}, ())


@pytest.mark.parametrize(
    ("concepts", "hint"),
    [({"aera": "Area"}, "did you mean aera?"), ({"x": "X"}, "add it there"), ({}, "add it there")],
)
def test_a_concept_that_the_course_does_not_have(
    tmp_path: Path, concepts: dict[str, str], hint: str
) -> None:
    """Each figure that names it is told, with the nearest; so is a concept that none names."""
    folder = with_concepts(write_course(tmp_path / "small", one=PERSPECTIVES), concepts)
    course = read_course(folder)
    told = [str(problem) for problem in course.problems]
    entry = course.find("area-math")
    assert told[0] == (
        f"small/one.py:{entry.line}: area-math: concept 'area' is not in CONCEPTS of"
        f" small/__init__.py; {hint}"
    )
    assert told[4:] == [
        f"small/__init__.py: CONCEPTS has '{concept}'; no figure names it" for concept in concepts
    ]


@pytest.mark.parametrize("concepts", [["area"], {"area": 1}, {"area": ""}, {"": "Area"}, 3])
def test_concepts_that_are_none_are_refused(tmp_path: Path, concepts: object) -> None:
    """It must be a dictionary from name to title."""
    folder = with_concepts(write_course(tmp_path / "small", one=GOOD), concepts)
    with pytest.raises(BuildError, match="CONCEPTS must be a literal"):
        read_course(folder)


@pytest.mark.parametrize("name", ["A", "a b", "a_b", "../a", "a/b", "ä", "-a", "a--b", "", "a.b"])
def test_the_name_of_a_concept_is_part_of_a_file_name(tmp_path: Path, name: str) -> None:
    """Of any file system and any link."""
    folder = with_concepts(write_course(tmp_path / "small", one=GOOD), {name: "A title"})
    with pytest.raises(BuildError, match=r"CONCEPTS (has|must)"):
        read_course(folder)


@pytest.mark.parametrize("name", ["a b", "../a", "a-b", "1a"])
def test_the_name_of_a_section_is_that_of_a_module(tmp_path: Path, name: str) -> None:
    """It cannot lead anywhere else."""
    folder = write_course(tmp_path / "small" / "course", **{name: GOOD})
    with pytest.raises(BuildError, match=f"SECTIONS has '{name}'; allowed: the name of a module"):
        read_course(folder)


def test_select_by_concept(tmp_path: Path) -> None:
    """Together with a section, too; an unknown one is answered with the nearest or with all."""
    folder = write_course(tmp_path / "small", one=PERSPECTIVES, two=GOOD)
    course = read_course(with_concepts(folder, {"area": "Area"}))
    names = [entry.name for entry in course.select((), concept="area")]
    assert names == ["area-math", "area-code", "area-plot", "area-diagram"]
    assert course.select((), "two", "area") == ()
    assert [entry.name for entry in course.select(["good", "area-code"], "one", "area")] == [
        "area-code"
    ]
    with pytest.raises(UnknownNameError, match=r"no concept is called 'aera'; did you mean area\?"):
        course.select((), concept="aera")
    with pytest.raises(UnknownNameError, match="no concept is called 'q'; there are: area"):
        course.select((), concept="q")
    with pytest.raises(UnknownNameError, match="no concept is called 'q'; there are: none"):
        read_course(write_course(tmp_path / "b" / "small", one=GOOD)).select((), concept="q")


def test_every_concept_of_the_lecture_has_three_perspectives() -> None:
    """And every figure of mathematics or code belongs to one."""
    assert COURSE.problems == ()
    assert len(COURSE.concepts) == 14
    for concept in COURSE.concepts:
        assert all(COURSE.perspectives(concept).values()), concept
    for entry in COURSE.entries:
        if entry.definition.perspective in {"math", "code"}:
            assert entry.definition.concept, entry.name
    first = [
        next(each.name for each in COURSE.entries if each.definition.concept == concept)
        for concept in COURSE.concepts
    ]
    assert first == sorted(first, key=COURSE.names.index)


def test_the_package_gives_its_one_name() -> None:
    """The decorator is there when it is asked for, and a name that is none is told as such."""
    assert figgen.figure is figure
    with pytest.raises(ImportError, match="cannot import name 'figures'"):
        from figgen import figures  # noqa: F401, PLC0415 - refused
