"""What makes a figure stale, and what does not: each way to change something, planted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
import stale_course
from lecture import COURSE
from stale_course import FIGURES, MODULES

from figgen.pipeline import build_state as state
from figgen.pipeline.current_inputs import CurrentInputs
from figgen.pipeline.figure_files import make
from figgen.pipeline.importing import load
from figgen.pipeline.request import Request
from figgen.tracking import environment
from figgen.tracking import project_modules as project
from figgen.tracking.dependencies import Dependencies
from figgen.tracking.fingerprints import reached

ALL = FIGURES

Change = tuple[str, str, str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the course and its build."""
    folder = tmp_path_factory.mktemp("stale")
    stale_course.write(folder)
    stale_course.build(folder)
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    for name in ("small", "build"):
        shutil.copytree(built / name, tmp_path / name, symlinks=True)
    return tmp_path


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes a copy of figgen's source beside that of the course, to be edited and to be read."""

    def copied() -> None:
        folder = tmp_path / "figgen"
        shutil.copytree(project.ENGINE, folder, ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr(project, "ENGINE", folder)

    return copied


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the one place in a file that reads ``old``; an empty one stands for the end."""
    path = folder / (file if file.startswith("figgen/") else f"small/{file}")
    text = path.read_text(encoding="utf-8")
    if old:
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        text = text.replace(old, new)
    else:
        text += new
    path.write_text(text, encoding="utf-8")


def only(*names: str) -> set[str]:
    """Some figures."""
    assert set(names) <= ALL
    return set(names)


CODE: dict[str, tuple[str, str, str, set[str]]] = {
    "the body of a figure": (
        "one.py",
        "words = str(LABEL)",
        "words = str(LABEL) + '.'",
        only("constant"),
    ),
    "the title of a figure": ("one.py", '"constant"', '"changed"', only("constant")),
    "the alt text of a figure": (
        "one.py",
        '"paired", perspective="plot", alt="A word."',
        '"paired", perspective="plot", alt="Words."',
        only("paired"),
    ),
    "a default of a figure's parameter": (
        "one.py",
        "Function = sigmoid",
        "Function = leaky_relu",
        only("sigmoidal"),
    ),
    "the name of a figure's parameter": (
        "one.py",
        "*, function: Function = sigmoid) -> None",
        "*, function: Function = sigmoid, x: int = 1) -> None",
        only("sigmoidal"),
    ),
    "a constant": ("one.py", 'LABEL = "label"', 'LABEL = "other"', only("constant")),
    "a constant that equals it": ("_deep.py", "FACTOR = 2", "FACTOR = 2.0", only("helped", "deep")),
    "one of two constants of a statement": (
        "one.py",
        "PAIR, OTHER = 1, 2",
        "PAIR, OTHER = 3, 2",
        only("paired"),
    ),
    "a constant bound a second time": (
        "one.py",
        "UNUSED = 5",
        'UNUSED = 5\nLABEL = "again"',
        only("constant"),
    ),
    "the order of two values of a constant": (
        "one.py",
        'LABEL = "label"',
        'LABEL = "x"\nLABEL = "label"',
        only("constant"),
    ),
    "a constant that grows": ("one.py", "UNUSED = 5", 'UNUSED = 5\nLABEL += "s"', only("constant")),
    "a constant that is deleted and made": (
        "one.py",
        "UNUSED = 5",
        'UNUSED = 5\nfor LABEL in "abc": pass',
        ALL,
    ),
    "the body of a helper": ("_tools.py", "base(x) + extra", "base(x) - extra", only("helped")),
    "a default of a helper": ("_tools.py", "extra=1", "extra=2", only("helped")),
    "a keyword-only default of a helper": (
        "_tools.py",
        "x, extra=1",
        "x, *, extra=1",
        only("helped"),
    ),
    "a helper two modules away": (
        "_deep.py",
        "return FACTOR * x",
        "return FACTOR + x",
        only("helped"),
    ),
    "a function of a submodule by its full name": (
        "_deep.py",
        "range(2)",
        "range(3)",
        only("deep"),
    ),
    "a constant behind two functions": (
        "_deep.py",
        "FACTOR = 2",
        "FACTOR = 3",
        only("helped", "deep"),
    ),
    "a new decorator of a helper": (
        "_tools.py",
        "def helper",
        "@staticmethod\ndef helper",
        only("helped"),
    ),
    "the body of a decorator": (
        "one.py",
        "return func(*args)",
        "return func(*args) * 2",
        only("adorned"),
    ),
    "a decorator that goes": ("one.py", "@decorate\ndef dressed", "def dressed", only("adorned")),
    "an alias of a module": (
        "one.py",
        "import _tables as tables",
        "import _exports as tables",
        only("tabled"),
    ),
    "an alias of a name": ("one.py", "import helper as aid", "import base as aid", only("helped")),
    "two aliases that change places": (
        "one.py",
        "from ._exports import exported\n",
        "from ._exports import exported as spare, spare as exported\n",
        only("exporting"),
    ),
    "an entry of a list in another module": (
        "_tables.py",
        "ROWS = [1, 2]",
        "ROWS = [2, 2]",
        only("tabled"),
    ),
    "a method of a class": ("_shapes.py", "self.width ** 2", "self.width ** 3", only("shaped")),
    "the initialiser of a class": (
        "_shapes.py",
        "self.width = width",
        "self.width = -width",
        only("shaped"),
    ),
    "an attribute of a class": ("_shapes.py", "sides = 4", "sides = 5", only("shaped")),
    "an attribute that is drawn": ("two.py", "size = 3", "size = 4", only("attribute")),
    "a new method of a class": (
        "_shapes.py",
        "sides = 4",
        "sides = 4\n    def scaled(self, x): return x",
        only("shaped"),
    ),
    "a base class in another module": ("_bases.py", "return 2 * x", "return 3 * x", only("shaped")),
    "another base class": ("_shapes.py", "(Base)", "", only("shaped")),
    "a metaclass": ("_bases.py", "class Base:", "class Base(metaclass=type):", only("shaped")),
    "what runs for every subclass": (
        "_bases.py",
        "class Base:",
        "class Base:\n    def __init_subclass__(cls): cls.width = 1\n",
        only("shaped"),
    ),
    "what is exported again": (
        "_inner.py",
        "'inner'",
        "'changed'",
        only("exporting", "picked-one"),
    ),
    "where it is exported from": ("_exports.py", "from ._inner", "from ._other", only("exporting")),
    "an export that another follows": (
        "_exports.py",
        "import spare",
        "import spare, exported",
        only("exporting"),
    ),
    "the order of two exports": (
        "_exports.py",
        "from ._inner import exported\n",
        "from ._other import exported\nfrom ._inner import exported\n",
        only("exporting"),
    ),
    "an export as a definition": (
        "_exports.py",
        "from ._inner import exported",
        "def exported(): return 'own'",
        only("exporting"),
    ),
    "what comes with a star": ("_everything.py", "'star'", "'changed'", only("starred")),
    "what hides behind a star": (
        "_everything.py",
        "",
        "\n\ndef chosen():\n    return 'hidden'\n",
        only("chosen-one"),
    ),
    "a star behind a star": (
        "_everything.py",
        "def star_value():\n    return 'star'",
        "from ._other import *\nfrom ._other import exported as star_value",
        only("starred"),
    ),
    "the branch of a definition by condition": (
        "two.py",
        'return "new"',
        'return "newer"',
        only("chosen-one"),
    ),
    "the other branch": ("two.py", 'return "old"', 'return "older"', only("chosen-one")),
    "the condition": (
        "two.py",
        "sys.version_info >= (3, 0)",
        "sys.version_info >= (9, 0)",
        only("chosen-one"),
    ),
    "what stands in for a missing import": (
        "two.py",
        "no_such_module = None",
        "no_such_module = 0",
        only("tried"),
    ),
    "what a look-up by name finds": ("_dynamic.py", "return 'a'", "return 'b'", only("looked-up")),
    "what a look-up by name may find": (
        "_dynamic.py",
        "",
        "\n\ndef item_b():\n    return 'b'\n",
        only("looked-up"),
    ),
    "an entry of a table": (
        "two.py",
        "def second():\n    return 2",
        "def second():\n    return 3",
        only("registered"),
    ),
    "a new entry of a table": (
        "two.py",
        "@entered\ndef second",
        "@entered\ndef third():\n    return 3\n\n\n@entered\ndef second",
        only("registered"),
    ),
    "an entry that leaves a table": (
        "two.py",
        "@entered\ndef second",
        "def second",
        only("registered"),
    ),
    "the order of entries": (
        "two.py",
        "@entered\ndef first():\n    return 1\n\n\n@entered\ndef second():\n    return 2\n",
        "@entered\ndef second():\n    return 2\n\n\n@entered\ndef first():\n    return 1\n",
        only("registered"),
    ),
    "how one enters a table": (
        "_registry.py",
        "REGISTRY.append(func)",
        "REGISTRY.insert(0, func)",
        only("registered", "entering"),
    ),
    "what a table begins with": (
        "_registry.py",
        "REGISTRY = []",
        "REGISTRY = [len]",
        only("registered", "entering"),
    ),
    "an entry from a module that nobody used": (
        "_patch.py",
        "_late.value = 2",
        "_late.value = 2\nfrom ._registry import entered\n@entered\ndef more(): return 3\n",
        ALL,
    ),
    "a function beside a name set elsewhere": (
        "_late.py",
        "return value",
        "return -value",
        only("late"),
    ),
    "module-level code": ("_patch.py", "_late.value = 2", "_late.value = 3", ALL),
    "new module-level code": ("_tables.py", "", "print()\n", ALL),
    "module-level code that goes": ("_patch.py", "_late.value = 2\n", "", ALL),
    "what module-level code calls": (
        "_patch.py",
        "_late.value = 2",
        "setattr(_late, 'value', 2)",
        ALL,
    ),
    "a change of another package": (
        "_tools.py",
        "",
        "import matplotlib\nmatplotlib.rcParams['font.size'] = 3\n",
        ALL,
    ),
    "a change of another package in a constant": (
        "_tools.py",
        "",
        "import numpy\nold = numpy.seterr(all='raise')\n",
        ALL,
    ),
    "a change by a loop": ("_tools.py", "", "for each in (1, 2):\n    pass\n", ALL),
    "a module that is imported in a function": ("_lazy.py", "('n',)", "('m',)", only("lazy")),
    "a docstring that is drawn": (
        "two.py",
        "Words that are drawn",
        "Words to be drawn",
        only("documented"),
    ),
    "a comment in a listing": (
        "two.py",
        "a comment that is drawn",
        "another comment",
        only("sourced"),
    ),
    "the code in a listing": ("two.py", "return x + 1", "return x + 2", only("sourced")),
    "the layout of a listing": ("two.py", "return x + 1", "return x+1", only("sourced")),
    "getattr on a module": (
        "two.py",
        '_dynamic.pick("item")',
        'getattr(_dynamic, "item" + "_a")()',
        only("looked-up"),
    ),
    "a module's own __getattr__": (
        "_tables.py",
        "ROWS = [1, 2]",
        "def __getattr__(name): return [3]",
        only("tabled"),
    ),
    "exec": ("two.py", "return LABEL\n", "exec('x = 1')\n    return LABEL\n", only("local")),
    "sigmoid in figgen": (
        "figgen/core/functions.py",
        "e = np.exp(-np.abs(x))",
        "e = np.exp(-np.abs(x) * 1)",
        only("sigmoidal", "listed"),
    ),
    "the formula of leaky_relu in figgen": (
        "figgen/core/functions.py",
        r'r"\mathrm{leaky}({x})"',
        r'r"\mathrm{lrelu}({x})"',
        only("leaky", "listed"),
    ),
    "a derivative in figgen": (
        "figgen/core/functions.py",
        "return sigmoid(x) * (1 - sigmoid(x))",
        "return sigmoid(x)",
        only("sigmoidal", "listed"),
    ),
    "the table of functions in figgen": (
        "figgen/core/functions.py",
        "FUNCTIONS: dict[str, Function] = {}",
        "FUNCTIONS: dict[str, Function] = dict()",
        only("sigmoidal", "leaky", "listed"),
    ),
    "a colour of a theme": (
        "figgen/theme_palettes.py",
        '"forward": "#0969a8"',
        '"forward": "#0969a9"',
        ALL,
    ),
    "a setting of the style": (
        "figgen/draw/canvas/rc.py",
        '"pdf.compression": 6',
        '"pdf.compression": 5',
        ALL,
    ),
    "a size of the style": ("figgen/draw/canvas/rc.py", "LABEL = 20.0", "LABEL = 21.0", ALL),
    "the canvas": ("figgen/draw/canvas/canvas.py", "(3.2, 1.6)", "(3.2, 1.7)", ALL),
    "a unit": ("figgen/draw/canvas/units.py", "POINTS_PER_INCH = 72", "POINTS_PER_INCH = 71", ALL),
    "the listing in figgen": (
        "figgen/draw/text/listings.py",
        "GAP = 0.12",
        "GAP = 0.13",
        only("sourced"),
    ),
    "an argument of a decorator": ("three.py", "@scaled(by=3)", "@scaled(by=4)", only("scaled-by")),
    "the body of a decorator with arguments": (
        "three.py",
        "* by",
        "+ by",
        only("scaled-by"),
    ),
    "an argument of a partial": (
        "three.py",
        "partial(times, 3)",
        "partial(times, 4)",
        only("partly"),
    ),
    "the function of a partial": ("three.py", "return x * y", "return x + y", only("partly")),
    "an attribute that is inherited": ("_parents.py", "size = 3", "size = 4", only("inherited")),
    "what a module's __getattr__ looks up": (
        "_attributes.py",
        '"anything": 5',
        '"anything": 6',
        only("attributed"),
    ),
    "what a default was computed by": ("three.py", "return 4", "return 5", only("defaulted")),
    "a constant that is matched": ("_cases.py", "TWO = 2", "TWO = 3", only("matched")),
    "the condition of an import": (
        "three.py",
        "FLAG = True",
        "FLAG = not True",
        only("picked-one"),
    ),
    "a lambda in a table": ("three.py", "lambda x: x + 1", "lambda x: x - 1", only("choosing")),
    "a case of a function by type": (
        "three.py",
        'return "a number"',
        'return "another"',
        only("dispatched"),
    ),
    "an entry of a class that keeps a list": (
        "three.py",
        'return "kept"',
        'return "other"',
        only("classy"),
    ),
    "a default of a data class": ("three.py", "width: int = 3", "width: int = 4", only("set-up")),
    "an attribute by a getter": ("_rows.py", "[1, 2]", "[2, 2]", only("gotten")),
    "the resolution": ("figgen/vocabulary.py", "DPI = 200", "DPI = 201", ALL),
}


@pytest.mark.parametrize("change", CODE)
def test_a_change_of_code(copy: Path, engine: Callable[[], None], change: str) -> None:
    """It makes those figures stale that it can reach, all of them, and no other; and it is told."""
    file, old, new, expected = CODE[change]
    if file.startswith("figgen/"):
        engine()
    edit(copy, file, old, new)
    found = stale_course.stale(copy)
    assert set(found) == expected
    assert all(reason for reasons in found.values() for reason in reasons)


def test_a_function_that_changes_a_global_name(copy: Path) -> None:
    """Who uses the name is stale; others may be, because nobody knows who calls the function."""
    edit(copy, "_late.py", "", "\n\ndef change():\n    global value\n    value = 3\n")
    assert "late" in stale_course.stale(copy)


@pytest.mark.parametrize(
    "look",
    [
        'importlib.import_module("small._" + name)',
        'import_module("small._" + name)',
        'sys.modules.get("small._" + name)',
        'sys.modules["small._" + name]',
        "pkgutil.walk_packages(name)",
        "builtins.eval(name)",
        "eval(name)",
    ],
)
def test_a_module_that_only_the_run_names(copy: Path, look: str) -> None:
    """Who asks for any module reaches all, also those that nobody imports; the others do not."""
    edit(copy, "_tools.py", "", f"\n\ndef any_of(name):\n    return {look}\n")
    imports = "import builtins, importlib, pkgutil, sys\nfrom importlib import import_module\n"
    edit(copy, "_tools.py", "from ._deep", f"{imports}from ._deep")
    graph = project.Project(copy / "small").dependencies.graph
    assert "small._lonely:lonely" in reached(graph, "small._tools:any_of")
    assert "small._lonely:lonely" not in reached(graph, "small._tools:helper")


HARMLESS: dict[str, Change] = {
    "a comment above a figure": (
        "one.py",
        '\n\n@figure(title="paired"',
        '\n\n# hello\n@figure(title="paired"',
    ),
    "a comment in a figure": ("one.py", "words = str(LABEL)", "# new\n    words = str(LABEL)"),
    "a comment at the end of a line": ("one.py", "words = str(PAIR)", "words = str(PAIR)  # why"),
    "a comment at the end of a module": ("one.py", "", "\n# the end\n"),
    "a comment in a helper": ("_tools.py", "    return base", "    # hm\n    return base"),
    "a comment in figgen": (
        "figgen/core/functions.py",
        "e = np.exp(-np.abs(x))",
        "# so\n    e = np.exp(-np.abs(x))",
    ),
    "the docstring of a module": ("one.py", "The first section.", "Section one."),
    "a new docstring of a module": ("_tools.py", "from ._deep", '"""Tools."""\n\nfrom ._deep'),
    "the docstring of a helper": (
        "_tools.py",
        "    return base",
        '    """Helps."""\n    return base',
    ),
    "the docstring of a class": ("_shapes.py", "sides = 4", '"""Four."""\n    sides = 4'),
    "the docstring of a method": (
        "_bases.py",
        "        return",
        '        """Scale."""\n        return',
    ),
    "the docstring of a function in figgen": (
        "figgen/core/functions.py",
        '"""Every number times itself."""',
        '"""Squares."""',
    ),
    "a blank line in a function": ("_tools.py", "    return base", "\n    return base"),
    "blank lines between functions": ("_deep.py", "\n\n\ndef deeper", "\n\n\n\n\ndef deeper"),
    "blanks in an expression": ("_deep.py", "FACTOR * x", "FACTOR*x"),
    "parentheses": ("_deep.py", "return FACTOR * x", "return (FACTOR * x)"),
    "a line that is broken": (
        "_deep.py",
        "return FACTOR * x",
        "return (\n        FACTOR\n        * x\n    )",
    ),
    "other quotes": ("_inner.py", "'inner'", '"inner"'),
    "a string in two parts": ("_inner.py", "'inner'", "'in' 'ner'"),
    "another way to write a number": ("_deep.py", "FACTOR = 2", "FACTOR = 0x2"),
    "a trailing comma": ("_tables.py", "[1, 2]", "[1, 2,]"),
    "a constant that nobody uses": ("one.py", "UNUSED = 5", "UNUSED = 6"),
    "a function that nobody uses": ("one.py", "return UNUSED", "return -UNUSED"),
    "a new function": ("_tools.py", "", "\n\ndef new():\n    return 1\n"),
    "a new class": ("_shapes.py", "", "\n\nclass Circle(Base):\n    pass\n"),
    "a new constant": ("_tools.py", "", "\nNEW = 1\n"),
    "a new import": ("_tools.py", "from ._deep", "import math\nfrom ._deep"),
    "two functions that change places": (
        "_other.py",
        "def exported():\n    return 'other'\n\n\ndef spare():\n    return 0\n",
        "def spare():\n    return 0\n\n\ndef exported():\n    return 'other'\n",
    ),
    "a module that nobody imports": ("_lonely.py", "return 1", "return 2"),
    "what nobody takes of a star": ("_everything.py", "return 0", "return 1"),
    "the other list of a module": ("_tables.py", "COLUMNS = [3]", "COLUMNS = [4]"),
    "what is exported for others": ("_other.py", "return 0", "return 1"),
    "the command line": (
        "figgen/cli/output.py",
        'return f"{number} {thing}"',
        'return f"{number:d} {thing}"',
    ),
    "a semicolon": ("_tables.py", "ROWS = [1, 2]\n", "ROWS = [1, 2];\n"),
    "a main program": ("_tools.py", "", '\n\nif __name__ == "__main__":\n    print(helper(2))\n'),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_a_change_that_is_none(copy: Path, engine: Callable[[], None], change: str) -> None:
    """What cannot change a picture makes none stale."""
    if HARMLESS[change][0].startswith("figgen/"):
        engine()
    edit(copy, *HARMLESS[change])
    assert stale_course.stale(copy) == {}


def test_there_are_enough_changes() -> None:
    """Every kind of change that the project promises to notice, and to ignore, is planted."""
    assert len(CODE) >= 60
    assert len(HARMLESS) >= 30


# Files


def _remove(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    path.write_bytes(b"")


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _other_letter(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])


def _disguised(path: Path) -> None:
    """Edited in place with the same size, and the time set back."""
    before = path.stat()
    _other_letter(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced(path: Path) -> None:
    """Another file of the same size and time in its place."""
    before = path.stat()
    new = path.with_suffix(".new")
    new.write_bytes(path.read_bytes())
    _other_letter(new)
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = (_remove, _truncate, _halve, _other_letter, _disguised, _replaced, _folder)


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_output_that_is_not_as_it_was_left(copy: Path, damage: Callable[[Path], None]) -> None:
    """Deleted, truncated or edited by hand, it is stale; also if its time was set back."""
    # As if it had lain there for long: its status has settled.
    stale_course.build(copy)
    damage(copy / "build/light/svg/leaky.svg")
    found = stale_course.stale(copy)
    assert set(found) == {"leaky"}
    word = "deleted" if damage is _remove else "edited"
    assert word in found["leaky"][0] or damage is _folder


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("own.csv", {"reading"}),
        ("shared.csv", {"caching"}),
    ],
)
@pytest.mark.parametrize("damage", [_remove, _truncate, _other_letter, _disguised, _replaced])
def test_a_data_file(
    copy: Path, damage: Callable[[Path], None], file: str, names: set[str]
) -> None:
    """A file that a figure has read counts for that figure, and for nobody else."""
    damage(copy / "small" / file)
    found = stale_course.stale(copy)
    assert set(found) == names
    assert all(reasons[0].startswith(f"small/{file} ") for reasons in found.values())


def test_a_data_file_that_comes(copy: Path) -> None:
    """A file that a figure has looked for in vain counts when it is there."""
    (copy / "small/maybe.csv").write_text("here", encoding="utf-8")
    assert stale_course.stale(copy) == {"optional": ("small/maybe.csv is there now",)}


def test_a_folder_of_data(copy: Path) -> None:
    """A figure that lists a folder is stale when a file is added."""
    (copy / "small/data/two.txt").write_text("2", encoding="utf-8")
    assert set(stale_course.stale(copy)) == {"looking"}


def test_a_module_that_hides_another(copy: Path) -> None:
    """A new package takes the place of what was imported before."""
    (copy / "small/_late").mkdir()
    (copy / "small/_late/__init__.py").write_text("def answer():\n    return 3\n", encoding="utf-8")
    assert "late" in stale_course.stale(copy)


def _appears(folder: Path) -> None:
    (folder / "small/flag.csv").touch()


def _link(folder: Path) -> None:
    (folder / "small/link.csv").unlink()
    (folder / "small/link.csv").symlink_to("link-b.csv")


def _longer(file: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder, file, "", "5\n")


LOOKS: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "a file that is only looked for": (_appears, only("looked-at")),
    "a folder that is only looked for": (
        lambda folder: shutil.rmtree(folder / "small/data"),
        only("looking", "has-folder"),
    ),
    "the size of a file": (_longer("sub/sized.csv"), only("sized")),
    "where a link points": (_link, only("linked")),
    "a table in a sub-folder": (_longer("sub/numbers.csv"), only("loaded")),
    "a resource": (_longer("sub/word.txt"), only("resource")),
    "a data base": (lambda folder: stale_course.store(folder, 2), only("queried")),
}


@pytest.mark.parametrize("change", LOOKS)
def test_what_a_figure_looks_at(copy: Path, change: str) -> None:
    """However it does so; a folder that it only looks for may get more files."""
    make, names = LOOKS[change]
    make(copy)
    assert set(stale_course.stale(copy)) == names


@pytest.mark.usefixtures("unmeasured")
def test_a_variable_of_the_environment(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts for the figure that asks for it, when it comes, changes and goes; others do not."""
    monkeypatch.setenv("ANOTHER_WORD", "one")
    assert stale_course.stale(copy) == {}
    monkeypatch.setenv("SMALL_WORD", "secret")
    assert stale_course.stale(copy) == {"variable": ("$SMALL_WORD changed",)}
    # As a lecturer does: the server that starts workers for the tests knows no new variable.
    build = [sys.executable, "-m", "figgen", "--figures", "small", "build", "-t", "light", "-f"]
    subprocess.run([*build, "svg"], cwd=copy, check=True, capture_output=True)
    assert stale_course.stale(copy) == {}
    assert b"secret" not in (copy / "build/.figgen/state").read_bytes()
    same = state.StateKey(str(copy / "small"), ("svg",), ("light",), 200)
    assert state.nothing_to_do(str(copy / "build"), same, ()) is not None
    monkeypatch.delenv("SMALL_WORD")
    assert state.nothing_to_do(str(copy / "build"), same, ()) is None
    assert set(stale_course.stale(copy)) == only("variable")


# What is not of the project


@pytest.mark.parametrize("package", environment.PACKAGES)
def test_another_version_of_a_package(
    copy: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every package that has a part in a picture counts, by its version."""
    name = package.replace("-", "_")
    (copy / f"packages/{name}-99.0.dist-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(copy / "packages"), *sys.path])
    found = stale_course.stale(copy)
    assert set(found) == ALL
    assert found["leaky"][0].startswith(f"{package} ")
    assert found["leaky"][0].endswith(" became 99.0")


@pytest.mark.parametrize("left", ["{}.egg-info", "{}-99.0.dist-info", "{}-99.0-py3.11.egg-info"])
def test_what_an_installation_leaves_of_the_project(
    copy: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The definitions of figgen count, and not what an installer says of it, wherever it lies."""
    (copy / "packages" / left.format("figgen")).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(copy / "packages"), *sys.path])
    assert stale_course.stale(copy) == {}


def test_what_lies_beside_the_source_of_a_package(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An egg-info without a version says nothing of what is installed."""
    (copy / "packages" / "numpy.egg-info").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(copy / "packages"), *sys.path])
    assert stale_course.stale(copy) == {}


def test_another_python(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of Python counts."""
    monkeypatch.setattr(sys, "version", "9.9")
    assert set(stale_course.stale(copy)) == ALL


def test_another_layout_engine(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FIGGEN_DOT counts when it comes, and when the program that it names is another."""
    program = copy / "dot"
    program.write_text("one", encoding="utf-8")
    monkeypatch.setenv("FIGGEN_DOT", str(program))
    assert set(stale_course.stale(copy)) == ALL
    found = environment.environment()
    program.write_text("two!", encoding="utf-8")
    assert environment.environment() != found


def test_a_font_file(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font whose file is another makes every figure stale, whatever its package's version."""
    digest = CurrentInputs.digest
    monkeypatch.setattr(
        CurrentInputs,
        "digest",
        lambda self, path: (
            "0" if path.endswith("SourceSansPro-Regular.ttf") else digest(self, path)
        ),
    )
    assert set(stale_course.stale(copy)) == ALL


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"themes": ("light", "dark")}, "new theme dark"),
        ({"formats": ("svg", "pdf")}, "new format pdf"),
        ({"dpi": 100.0}, "the resolution of a PNG 200 became 100"),
        ({"settings": {"at": "2"}}, "--set at none became 2"),
    ],
)
def test_another_order(copy: Path, order: dict[str, object], reason: str) -> None:
    """What was not asked for before is not there."""
    found = stale_course.stale(copy, **order)
    assert set(found) == ALL
    assert set(found.values()) == {(reason,)}


@pytest.mark.slow
def test_a_smaller_order(copy: Path) -> None:
    """What was asked for before and is not now harms nobody."""
    stale_course.build(copy, themes=("light", "dark"))
    assert stale_course.stale(copy, themes=("dark",)) == {}


# The manifest and the state


def test_a_manifest_that_was_edited(copy: Path) -> None:
    """A number in the manifest that was edited by hand is drawn anew."""
    path = copy / "build/manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    next(each for each in content["figures"] if each["name"] == "deep")["alt"] = "Another."
    path.write_text(json.dumps(content), encoding="utf-8")
    assert stale_course.stale(copy) == {"deep": ("manifest.json was edited",)}


def test_a_manifest_that_was_deleted(copy: Path) -> None:
    """Without the manifest, everything is drawn."""
    (copy / "build/manifest.json").unlink()
    assert set(stale_course.stale(copy)) == ALL


@pytest.mark.parametrize("data", [b"", b"torn", b"figgen 1 other 0\n"])
def test_a_state_that_is_none(copy: Path, data: bytes) -> None:
    """Torn, empty or of another version: everything is drawn."""
    (copy / "build/.figgen/state").write_bytes(data)
    assert set(stale_course.stale(copy)) == ALL


@pytest.mark.slow
def test_a_state_with_a_bit_that_fell_over(copy: Path) -> None:
    """Wherever it is torn, it is never half believed."""
    path = copy / "build/.figgen/state"
    whole = path.read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 64]) + whole[place + 1 :])
        assert set(stale_course.stale(copy)) == ALL


@pytest.mark.slow
def test_the_guard_is_awake(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An analysis that sees no uses misses the change: the test above would tell."""
    edit(copy, "_deep.py", "return FACTOR * x", "return FACTOR + x")
    assert set(stale_course.stale(copy)) == {"helped"}
    monkeypatch.setattr(Dependencies, "_uses", lambda *_: ())
    stale_course.build(copy)
    edit(copy, "_deep.py", "return FACTOR + x", "return FACTOR - x")
    assert stale_course.stale(copy) == {}


def test_only_the_course_of_the_table_is_tested() -> None:
    """Every figure of the course is named by some change, or by all of them."""
    named = {name for *_, names in CODE.values() if names != ALL for name in names}
    named |= {name for _, names in LOOKS.values() for name in names}
    assert ALL - named <= {"reading", "optional", "caching", "variable"}
    assert set(MODULES) > {"one.py", "two.py"}


@pytest.mark.parametrize("name", ["sigmoid-code", "chain2-diagram", "matrix-math", "xor-decision"])
def test_what_ran_is_in_the_static_reach(name: str) -> None:
    """Every function of the project that runs while a figure is made is one that it reaches."""
    found = project.Project(COURSE.folder)
    entry = COURSE.find(name)
    load(COURSE, entry)
    ran: set[tuple[str, int]] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        outcome = make(COURSE, entry, Request(Path(os.devnull), themes=("light",)))
    finally:
        sys.setprofile(before)
    assert outcome.error is None
    reach = reached(found.dependencies.graph, found.node(entry.file, entry.function))
    seen = {node for path, line in ran for node in found.nodes_at(path, line)}
    assert len(seen) > 30
    assert seen - reach == set()
