"""What a figure is drawn from outside the course's modules: code and data, each way planted."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import stale_course
from small_course import HEAD

from figgen.course.reading import read_course
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.workers import Workers

START = (
    "import ctypes, glob, importlib.util, mmap, os, runpy, sqlite3, sys, threading, time\n"
    "from pathlib import Path\nimport numpy as np\n\n"
    "HERE = Path(__file__).parent\nBESIDE = HERE.parent / 'beside'\n"
    "sys.path.insert(0, str(BESIDE))\nsys.path.insert(0, str(BESIDE / 'packed.zip'))\n\n\n"
    "def by_spec(path):\n"
    "    spec = importlib.util.spec_from_file_location('by_spec', path)\n"
    "    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n"
    "    return module\n\n\n"
    "def threaded(call, *args):\n    found = []\n"
    "    thread = threading.Thread(target=lambda: found.append(call(*args)))\n"
    "    thread.start()\n    thread.join()\n    return found[0]\n\n\n"
)

READS: dict[str, tuple[str, str]] = {
    "on_path": ("__import__('plain').VALUE", "plain.py"),
    "by_function": ("__import__('plain_too').value()", "plain_too.py"),
    "in_package": ("__import__('pack.inner', fromlist=['x']).VALUE", "pack/inner.py"),
    "of_package": ("__import__('pack.inner', fromlist=['x']).BASE", "pack/__init__.py"),
    "from_spec": ("by_spec(BESIDE / 'spec.py').VALUE", "spec.py"),
    "run_by_path": ("runpy.run_path(str(BESIDE / 'run.py'))['VALUE']", "run.py"),
    "executed": ("(exec((BESIDE / 'text.py').read_text(), found := {}), found['VALUE'])[1]",
                 "text.py"),
    "zipped": ("__import__('zipped').VALUE", "packed.zip"),
    "to_update": ("open(BESIDE / 'update.csv', 'r+').read()", "update.csv"),
    "low_level": ("os.read(os.open(BESIDE / 'low.csv', os.O_RDWR), 9)", "low.csv"),
    "mapped": ("bytes(np.memmap(BESIDE / 'mapped.bin', dtype='u1'))", "mapped.bin"),
    "in_thread": ("threaded((BESIDE / 'thread.csv').read_text)", "thread.csv"),
    "globbed": ("glob.glob(str(BESIDE / 'g*' / 'last.csv'))", "glob/last.csv"),
    "own_spec": ("by_spec(HERE / '_own.py').VALUE", "../small/_own.py"),
}  # fmt: skip
"""What a figure draws, and the file in the folder beside the course that it comes from."""

ASKS: dict[str, str] = {
    "home": "Path.home()",
    "expanded": "os.path.expandvars('$FIGGEN_A_WORD')",
    "iterated": "sorted(os.environ)[:2]",
    "copied": "len(os.environ.copy())",
    "as_bytes": "os.environb.get(b'FIGGEN_A_WORD')",
    "link": "os.readlink(BESIDE / 'link')",
    "is_link": "os.path.islink(BESIDE / 'link')",
    "data_base": "sqlite3.connect(f'file:{BESIDE}/table.db?mode=ro', uri=True)"
    ".execute('pragma user_version').fetchone()",
    "in_folder": "Path.cwd().name",
    "now": "time.time() > 0",
}
"""What a figure draws of what it asks of the system."""


def figure(name: str, words: str) -> str:
    """The source of a figure that draws what an expression gives."""
    return (
        f'\n\n@figure(title="{name}", perspective="plot", alt="A word.")\n'
        f"def {name}(canvas: Canvas) -> None:\n    words = str({words})\n"
        '    canvas.text(2, 2, words[:9] or "-")\n'
    )


def write(folder: Path) -> None:
    """Write the course, and the folder beside it."""
    beside = folder / "beside"
    (beside / "pack").mkdir(parents=True)
    (beside / "glob").mkdir()
    for name in ("plain", "plain_too", "pack/__init__", "pack/inner", "spec", "run", "text"):
        source = "VALUE = 1\n\n\ndef value():\n    return VALUE\n"
        (beside / f"{name}.py").write_text(source, encoding="utf-8")
    (beside / "pack/__init__.py").write_text("BASE = 1\n", encoding="utf-8")
    (beside / "pack/inner.py").write_text("from pack import BASE\nVALUE = 1\n", encoding="utf-8")
    with zipfile.ZipFile(beside / "packed.zip", "w") as archive:
        archive.writestr("zipped.py", "VALUE = 1\n")
    for name in ("update.csv", "low.csv", "mapped.bin", "thread.csv", "glob/last.csv", "a", "b"):
        (beside / name).write_text("1", encoding="utf-8")
    (beside / "link").symlink_to("a")
    sqlite3.connect(beside / "table.db").close()
    store(beside, 1)
    source = HEAD + START
    source += "".join(figure(name, words) for name, (words, _) in READS.items())
    source += "".join(figure(name, words) for name, words in ASKS.items())
    (folder / "small").mkdir()
    (folder / "small/__init__.py").write_text(
        'TITLE = "Small"\nSECTIONS = {"one": "One"}\n', encoding="utf-8"
    )
    (folder / "small/_own.py").write_text("VALUE = 1\n", encoding="utf-8")
    (folder / "small/one.py").write_text(source, encoding="utf-8")


def store(beside: Path, number: int) -> None:
    """Write a number into the data base."""
    table = sqlite3.connect(beside / "table.db")
    with table:
        table.execute(f"pragma user_version = {number}")
    table.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the course, what lies beside it, and its build."""
    folder = tmp_path_factory.mktemp("elsewhere")
    write(folder)
    stale_course.build(folder)
    return folder


def stale(folder: Path) -> set[str]:
    """The stale figures, without those that ask for the time, or for variables that pytest sets."""
    return set(stale_course.stale(folder)) - {"now", "iterated", "copied"}


@pytest.mark.parametrize("name", READS)
def test_code_and_data_beside_the_course(built: Path, name: str) -> None:
    """However they are found, loaded and read: another file is another picture."""
    path = built / "beside" / READS[name][1]
    before = path.read_bytes()
    assert stale(built) == set()
    path.write_bytes(before.replace(b"1", b"2") if path.suffix != ".zip" else before + b"2")
    if name == "globbed":
        path.unlink()
    try:
        assert name.replace("_", "-") in stale(built)
    finally:
        path.write_bytes(before)


def _relink(folder: Path, target: str) -> None:
    (folder / "beside/link").unlink()
    (folder / "beside/link").symlink_to(target)


CHANGES: dict[str, tuple[Callable[[Path, pytest.MonkeyPatch], object], set[str]]] = {
    "home": (lambda _, patch: patch.setenv("HOME", "/elsewhere"), {"home"}),
    "a word": (
        lambda _, patch: patch.setenv("FIGGEN_A_WORD", "new"),
        {"expanded", "as-bytes"},
    ),
    "a link": (lambda folder, _: _relink(folder, "b"), {"link", "is-link"}),
    "a data base": (lambda folder, _: store(folder / "beside", 2), {"data-base"}),
    "the working folder": (lambda folder, patch: patch.chdir(folder), {"in-folder"}),
}


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_asked_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Directly, through Python's library, as bytes, one by one or all."""
    write(tmp_path)
    stale_course.build(tmp_path)
    make, names = CHANGES[change]
    make(tmp_path, monkeypatch)
    assert names <= stale(tmp_path)


def test_a_figure_that_asks_for_the_time_is_drawn_each_time(built: Path) -> None:
    """Its picture is another one each time, for all that is known; --why says so."""
    assert stale_course.stale(built)["now"] == ("$the time changed",)


@pytest.mark.usefixtures("unmeasured")
def test_who_goes_through_all_variables_asks_for_all(tmp_path: Path) -> None:
    """One more makes the picture another."""
    write(tmp_path)
    command = [sys.executable, "-m", "figgen", "--figures", "small", "build", "-t", "light"]
    names = ("iterated", "copied")
    told = []
    for more in ({}, {}, {"FIGGEN_A_WORD": "new"}):
        done = subprocess.run(
            [*command, "-f", "svg", "--why", *names],
            cwd=tmp_path,
            env=os.environ | more,
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(done.stdout.count("$all variables changed"))
    assert told == [0, 0, 2]


def test_a_figure_that_starts_a_process_is_refused(tmp_path: Path) -> None:
    """Nobody hears what a process reads."""
    (tmp_path / "data.txt").write_text("1", encoding="utf-8")
    source = f"{HEAD}import os, subprocess\n" + figure(
        "started", "subprocess.run(['cat', 'data.txt'])"
    )
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "__init__.py").write_text('SECTIONS = {"one": "One"}\n', encoding="utf-8")
    (folder / "one.py").write_text(source, encoding="utf-8")
    course = read_course(folder)
    request = Request(tmp_path / "build", formats=("svg",), themes=("light",))
    (outcome,) = make_all(course, course.entries, request, executor=Workers(1))
    assert not outcome.record
    assert "one.py:" in str(outcome.error)
    assert "starts a process" in str(outcome.error)
