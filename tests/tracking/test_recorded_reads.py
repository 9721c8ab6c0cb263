"""What is heard of a figure while it is drawn, and that nothing of that is left behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from figgen.tracking.recorded_reads import Read, placed, portable, recorded, watch


def function_of(folder: Path, body: str) -> Callable[[], Any]:
    """A function of a module in ``folder``."""
    names: dict[str, Any] = {"HERE": folder}
    source = f"import os, shutil\n\ndef func():\n    return {body}\n"
    exec(compile(source, str(folder / "module.py"), "exec"), names)  # noqa: S102 - our own
    found: Callable[[], Any] = names["func"]
    return found


def heard(folder: Path, body: str) -> list[tuple[str, str]]:
    """What is heard of an expression: the kind of each read, and its path in the folder."""
    func = function_of(folder, body)
    with recorded(folder) as reads:
        func()
    return [(read.kind, os.path.relpath(read.path, folder if read.kind != "variable" else "."))
            # A process goes on knowing the fonts that figures before this one have opened.
            for read in reads if read.kind != "font"]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a course, with a file and a folder."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "data.csv").write_text("1", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("(HERE / 'data.csv').exists()", [("file", "data.csv")]),
        ("(HERE / 'none.csv').is_file()", [("file", "none.csv")]),
        ("os.path.getsize(HERE / 'data.csv')", [("file", "data.csv")]),
        ("os.access(HERE / 'data.csv', os.R_OK)", [("file", "data.csv")]),
        ("(HERE / 'sub').is_dir()", [("file", "sub")]),
        ("os.listdir(HERE / 'sub')", [("folder", "sub")]),
        ("os.environ.get('HOME')", [("variable", "HOME")]),
        ("'HOME' in os.environ", [("variable", "HOME")]),
        ("os.getenv('NO_SUCH', '1')", [("variable", "NO_SUCH")]),
        # To find out where a link leads looks at every folder above it, up to the root.
        ("HERE.resolve()", []),
        ("(HERE / 'module.py').exists()", []),
        ("os.stat(os.__file__)", []),
    ],
)
def test_what_is_heard(folder: Path, body: str, found: list[tuple[str, str]]) -> None:
    """Looks as well as reads; not those at Python and its packages."""
    assert [each for each in heard(folder, body) if each != ("file", ".")] == found


def test_a_variable_that_others_ask_for(folder: Path) -> None:
    """What Python asks for in the name of the course counts."""
    assert heard(folder, "os.path.expanduser('~')") == [("variable", "HOME")]


def test_nothing_is_left_behind(folder: Path) -> None:
    """Python's own functions are in their places again, also after an error."""
    get = os._Environ.__getitem__
    before = (os.stat, os.access, get, set(os.supports_follow_symlinks))
    with pytest.raises(KeyError), recorded(folder):
        _ = {}["an error"]
    after = (os.stat, os.access, os._Environ.__getitem__, set(os.supports_follow_symlinks))
    assert after == before


def test_who_asks_for_the_function_itself_finds_it(folder: Path) -> None:
    """`shutil` looks up whether it can do without following links."""
    (folder / "link").symlink_to("data.csv")
    heard(folder, "shutil.copy2(HERE / 'link', HERE / 'new', follow_symlinks=False)")
    assert (folder / "new").is_symlink()


def test_reads_move_with_the_course(tmp_path: Path) -> None:
    """What was read of a course elsewhere, also behind a link, was read here."""
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    by = ((str(tmp_path / "there/one.py"), 3),)
    reads = [
        Read("file", str(tmp_path / "there/a.csv"), "1", by),
        Read("file", str(tmp_path / "link/b.csv"), "2", by),
        Read("file", f"{tmp_path}/there/sub/", "3", by),
        Read("file", f"{tmp_path}/there/", "3", by),
        Read("folder", str(tmp_path / "there"), "4", by),
        Read("file", "/elsewhere/c.csv", "5", by),
        Read("variable", "HOME", "6", by),
    ]
    here = tmp_path / "here"
    found = placed(portable(reads, tmp_path / "link"), here)
    paths = [
        f"{here}/a.csv",
        f"{here}/b.csv",
        f"{here}/sub/",
        f"{here}/",
        f"{here}",
        "/elsewhere/c.csv",
    ]
    assert [read.path for read in found] == [*paths, "HOME"]
    assert {read.by for read in found} == {((f"{here}/one.py", 3),)}


def test_another_course_begins_anew(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a process that serves several builds, what one imported and read is not the next one's."""
    source = "text = (HERE / 'data.csv').read_text()"
    with recorded(folder) as first:
        exec(compile(source, str(folder / "m.py"), "exec"), {"HERE": folder})  # noqa: S102 - as above
    with recorded(folder) as second:
        pass
    assert [read.at_import for read in first if read.kind != "font"] == [True]
    assert second == first
    watch(tmp_path_factory.mktemp("other"))
    with recorded(folder) as third:
        pass
    assert [read for read in third if read.kind != "font"] == []
    shutil.rmtree(folder)
