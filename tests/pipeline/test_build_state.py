"""A build with nothing to do, its reasons, its orphans, and the index of a course."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_course import GOOD, HEAD, STEPS, write_course

from figgen.cli.app import program
from figgen.course import course, definition, index, reading
from figgen.course.index import listing, read_indexed, read_listing
from figgen.course.reading import read_course
from figgen.disk import cache_files as statefile
from figgen.disk import file_status as signatures
from figgen.disk.atomic_files import STATE
from figgen.pipeline import build_state as state
from figgen.pipeline import run as pipeline_run

FAST = ("-t", "light", "-f", "svg", "-j", "1")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small course and its build."""
    folder = tmp_path_factory.mktemp("noop")
    write_course(folder / "small", one=GOOD, two=STEPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run("build", *FAST).exit_code == 0
    return folder


@pytest.fixture
def built(first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which is the working folder, and which has settled."""
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert run("build", *FAST).stdout.endswith("none drawn, the others are up to date\n")
    return tmp_path


def run(*args: str) -> Result:
    """Run the command line on the course in the working folder."""
    return CliRunner().invoke(program, ["--figures", "small", *args])


def edit(folder: Path, old: str, new: str, module: str = "one") -> None:
    """Edit a module of the course."""
    path = folder / f"small/{module}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.usefixtures("unmeasured")
def test_a_build_with_nothing_to_do_imports_nothing(built: Path) -> None:
    """Neither numpy nor matplotlib nor the reading of the course, nor what builds."""
    assert imported_by(built, "build", *FAST) == (
        "2 figures, 3 files in build; none drawn, the others are up to date\n[]\n"
    )


@pytest.mark.usefixtures("unmeasured")
def test_a_list_from_the_index_imports_nothing(built: Path) -> None:
    """It is printed as it is kept; but part of it comes from the course itself."""
    run("list")
    assert imported_by(built, "list").endswith("\n[]\n")
    told = imported_by(built, "list", "--section", "one").splitlines()[-1]
    assert "'dataclasses', 'figgen.course.course'" in told


SLOW = {
    "numpy", "matplotlib",
    "figgen.course.course", "figgen.course.definition", "figgen.pipeline.run",
    "dataclasses", "json", "pickle", "shutil", "tomllib",
}  # fmt: skip
"""Modules that take longer to import than a command that only reads may take."""


def imported_by(folder: Path, *args: str) -> str:
    """What a command prints, and which of the modules that take long it has imported."""
    script = (
        "import sys\nfrom figgen.cli.app import program\n"
        f"program(['--figures', 'small', *{args}], standalone_mode=False)\n"
        f"print(sorted({SLOW} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=folder
    )
    return done.stdout


def test_after_a_comment_nothing_is_drawn_and_the_line_is_right(built: Path) -> None:
    """The manifest follows the source where the picture need not."""
    before = (built / "build/light/svg/good.svg").stat()
    edit(built, "@figure", "# one more line\n@figure")
    assert "none drawn" in run("build", *FAST).stdout
    assert (built / "build/light/svg/good.svg").stat() == before
    figures = json.loads((built / "build/manifest.json").read_text(encoding="utf-8"))["figures"]
    course = read_course(built / "small")
    assert [(each["name"], each["line"]) for each in figures] == [
        (entry.name, entry.line) for entry in course.entries
    ]


def test_after_an_edit_one_figure_is_drawn(built: Path) -> None:
    """One figure function, one figure; --why says which definition it was."""
    edit(built, "It is {value:g}", "It was {value:g}")
    told = run("build", *FAST, "--dry-run", "--why")
    assert told.stdout == "good: `good` in small/one.py changed\n1 figure to draw, 1 up to date\n"
    done = run("build", *FAST, "--why")
    assert done.stdout == (
        "good: `good` in small/one.py changed\n"
        "2 figures, 3 files in build; 1 drawn, the others are up to date\n"
    )
    assert run("build", *FAST, "-n").stdout == "0 figures to draw, 2 up to date\n"


def test_what_is_incremental_is_what_is_cold(built: Path) -> None:
    """After an edit, every byte is that of a build from nothing."""
    edit(built, "It is {value:g}", "It was {value:g}")
    run("build", *FAST)
    run("build", *FAST, "-o", "cold")
    for path in (built / "cold").rglob("*"):
        if path.is_file() and STATE not in path.parts:
            assert (
                path.read_bytes()
                == (built / "build" / path.relative_to(built / "cold")).read_bytes()
            )


@pytest.mark.usefixtures("built")
def test_force_and_json() -> None:
    """--force draws what it is told to; --json says what was drawn, and why."""
    nothing = json.loads(run("build", *FAST, "--json").stdout)
    done = json.loads(run("build", "good", *FAST, "--force", "--json").stdout)
    assert (done["drawn"], done["reasons"], done["figures"]) == (["good"], {"good": ["--force"]}, 1)
    assert nothing["drawn"] == []
    assert nothing.keys() == done.keys()
    assert json.loads(run("build", *FAST, "-n", "--force", "--json").stdout) == {
        "good": ["--force"],
        "two-steps": ["--force"],
    }


def test_orphans_are_told_and_pruned(built: Path) -> None:
    """Files of a figure that is gone stay until --prune, and nothing else is removed."""
    edit(built, "two_steps", "renamed", "two")
    done = run("build", *FAST)
    assert "orphans build/light/svg/two-steps-1.svg and 1 more" in done.stderr
    assert "orphans" in run("build", *FAST).stderr
    (built / "build/light/svg/mine.svg").write_text("mine", encoding="utf-8")
    assert "removed build/light/svg/two-steps-2.svg" in run("build", *FAST, "--prune").stderr
    left = sorted(path.name for path in (built / "build/light/svg").iterdir())
    assert left == ["good.svg", "mine.svg", "renamed-1.svg", "renamed-2.svg"]
    assert run("build", *FAST).stderr == ""


def test_a_manifest_cannot_have_other_files_pruned(built: Path) -> None:
    """An orphan is a file that a build has put into its folder, whatever a manifest says."""
    others = ["lib/figgen/core/trace.py", "lib/svg", "svg.svg", "lib/a/svg/b.svg"]
    for name in others:
        (built / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (built / "build" / name).write_text("mine", encoding="utf-8")
    path = built / "build/manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["orphans"] = ["../small/one.py", str(built / "small/two.py"), *others]
    path.write_text(json.dumps(content), encoding="utf-8")
    done = run("build", *FAST, "--prune")
    assert (done.exit_code, done.stderr) == (0, "")
    assert (built / "small/one.py").exists()
    assert (built / "small/two.py").exists()
    assert all((built / "build" / name).is_file() for name in others)


def test_what_others_put_into_the_build_folder(built: Path) -> None:
    """The wheel that was built there: it is not listed, counted or deleted, nor makes it stale."""
    root = Path(index.__file__).parents[2]
    shutil.copytree(root / "figgen" / "core", built / "build/lib/figgen/core")
    for name in (
        "bdist.linux/wheel/figgen/light/svg/good.svg",
        "lib/.figgen/state",
        "lib/svg/a.svg",
    ):
        (built / "build" / name).parent.mkdir(parents=True)
        (built / "build" / name).write_text("theirs", encoding="utf-8")
    whose = ("lib", "bdist.linux")
    theirs = {path: path.read_bytes() for name in whose
              for path in (built / "build" / name).rglob("*") if path.is_file()}  # fmt: skip
    unchanged = "2 figures, 3 files in build; none drawn, the others are up to date\n"
    assert run("build", *FAST).stdout == unchanged
    done = run("build", *FAST, "--prune", "--why")
    assert (done.stdout, done.stderr) == (unchanged, "")
    done = run("build", *FAST, "--force", "--json")
    told = json.loads(done.stdout)
    assert (told["files"], told["orphans"], done.stderr) == (3, [], "")
    done = run("diff", "--against", "build", "-j", "1")
    assert (done.exit_code, done.output) == (0, "2 figures compared with build: no change\n")
    content = (built / "build/manifest.json").read_text(encoding="utf-8")
    assert not any(f"{name}/" in content for name in whose)
    assert all(path.read_bytes() == data for path, data in theirs.items())


def test_a_figure_that_fails_is_stale_until_it_does_not(built: Path) -> None:
    """Its old files stay, and it is drawn each time."""
    edit(built, "canvas.number(1, 1, value)", "canvas.number(1, 1, 1 / 0)")
    assert run("build", *FAST).exit_code == 1
    again = run("build", *FAST, "--why")
    assert again.exit_code == 1
    assert again.stdout.startswith("good: `good` in small/one.py changed\n")
    edit(built, "canvas.number(1, 1, 1 / 0)", "canvas.number(1, 1, value)")
    assert run("build", *FAST, "-n").stdout == "0 figures to draw, 2 up to date\n"


def test_a_figure_that_was_not_asked_for_stays_stale(built: Path) -> None:
    """What is true of one figure is not of the other."""
    edit(built, "It is {value:g}", "It was {value:g}")
    edit(built, '"two"', '"three"', "two")
    run("build", "good", *FAST)
    told = run("build", *FAST, "-n", "--why").stdout
    assert told.startswith("two-steps: `two_steps` in small/two.py changed\n1 figure")


def test_an_edit_within_a_tick_of_the_clock(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was changed just before it was looked at is read, whatever its status says."""
    path = built / "small/one.py"
    known = path.read_bytes()
    path.write_bytes(known)
    run("build", *FAST, "--force")
    frozen = signatures.status([str(path)])
    path.write_bytes(known.replace(b"It is", b"It was")[: len(known)])
    monkeypatch.setattr(
        signatures,
        "status",
        lambda paths, real=signatures.status: [
            number for each in paths for number in (frozen if each == str(path) else real([each]))
        ],
    )
    assert "1 figure to draw" in run("build", *FAST, "-n").stdout


@pytest.mark.parametrize("jump", [-(10**9), 10**9])
def test_a_clock_that_jumps(built: Path, monkeypatch: pytest.MonkeyPatch, jump: int) -> None:
    """Whatever the clock says, an edit is found, and nothing else is."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + jump * 10**9)
    run("build", *FAST, "--force")
    assert "0 figures to draw" in run("build", *FAST, "-n").stdout
    edit(built, "It is", "It was")
    os.utime(built / "small/one.py", (1, 1))
    assert "1 figure to draw" in run("build", *FAST, "-n").stdout


def test_a_module_that_changes_during_the_build(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what was drawn then, so it is drawn again."""
    real = pipeline_run.make_all

    def slow(*args: object, **options: object) -> object:
        outcomes = real(*args, **options)
        edit(built, "It was", "It will be")
        edit(built, "It will be", "It was")
        edit(built, "It was", "It is")
        return outcomes

    edit(built, "It is", "It was")
    monkeypatch.setattr(pipeline_run, "make_all", slow)
    run("build", *FAST)
    monkeypatch.setattr(pipeline_run, "make_all", real)
    assert "1 figure to draw" in run("build", *FAST, "-n").stdout


def test_a_part_of_the_course_with_nothing_to_do(built: Path) -> None:
    """It ends as early, though the other figures are stale or were never made; they still count."""
    same = state.StateKey(str(built / "small"), ("svg",), ("light",), 200)
    for out in ("build", "other"):
        edit(built, "It is", "It was")
        edit(built, '"two"', '"zwei"', module="two")
        assert run("build", "good", *FAST, "-o", out).exit_code == 0
        assert state.nothing_to_do(out, same, ("good",)) == ("A small course", 1, 1, ())
        assert state.nothing_to_do(out, same, ("good", "two-steps")) is None
        assert state.nothing_to_do(out, same, ()) is None
        edit(built, "It was", "It is")
        edit(built, '"zwei"', '"two"', module="two")
        assert state.nothing_to_do(out, same, ("good",)) is None


def test_a_state_that_cannot_be_written(built: Path) -> None:
    """The build goes on, and says what that means."""
    (built / "build" / state.FILE).unlink()
    (built / "build" / state.FILE).mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "figgen", "--figures", "small", "build", *FAST],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "the next build draws everything" in done.stderr


# The index


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the index."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "caches"))
    return tmp_path / "caches"


def _refuse(*_: object) -> None:
    raise AssertionError("the course was parsed")


def listed(folder: Path) -> index.Listing:
    """The listing of a course as its modules say it now."""
    now = read_course(folder)
    return listing(now, now.entries)


def test_a_course_is_read_once(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time it comes from the index, the same in every part."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    first = read_indexed(folder)
    assert first == read_course(folder)
    told = listed(folder)
    assert [each["name"] for each in told.figures] == ["good", "two-steps"]
    monkeypatch.setattr(reading, "read_course", _refuse)
    assert read_indexed(folder) == first
    assert read_listing(folder) == told
    with pytest.raises(AssertionError, match="the course was parsed"):
        read_indexed(folder / ".." / "small")
    assert [path.name for path in caches.rglob("*") if path.is_file()] == [index.NAME]


@pytest.mark.parametrize("spoil", [b"", b"nonsense", b"figgen 1 other\n"])
def test_an_index_that_is_none(tmp_path: Path, caches: Path, spoil: bytes) -> None:
    """Torn or foreign: the course is read anew."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    read_indexed(folder)
    for path in caches.rglob(index.NAME):
        path.write_bytes(spoil)
    assert read_indexed(folder) == read_course(folder)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_index_with_a_torn_part(tmp_path: Path, caches: Path, part: int) -> None:
    """Whichever part is not as it was written: the course is read anew."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    read_indexed(folder)
    (path,) = caches.rglob(index.NAME)
    data = path.read_bytes()
    pieces = [statefile.pack(statefile.unpack(data, each)) for each in range(3)]
    start = len(statefile.pack())
    at = start + sum(len(piece) - start for piece in pieces[: part + 1]) - 1
    path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert read_indexed(folder) == read_course(folder)
    path.write_bytes(data[:at])
    assert read_listing(folder) == listed(folder)


def test_an_index_follows_its_course(tmp_path: Path, caches: Path) -> None:
    """An edit, a new module, one that goes: always what the files say."""
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS)
    assert not list(caches.rglob("*"))
    read_indexed(folder)
    for change in (
        lambda: (folder / "one.py").write_text(GOOD.replace("A good one", "A bad one")),
        lambda: (folder / "two_more.py").write_text(
            f'{HEAD}@figure(title="M", perspective="math", alt="A.")\ndef more(canvas): ...\n'
        ),
        (folder / "two.py").unlink,
        lambda: (folder / "__init__.py").write_text('SECTIONS = {"one": "Changed"}\n'),
    ):
        change()
        assert read_listing(folder) == listed(folder)
        assert read_indexed(folder) == read_course(folder)


def test_a_listing_tells_an_edit_within_a_tick_of_the_clock(
    tmp_path: Path, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that was changed just before it was looked at is read, whatever its status says."""
    folder = write_course(tmp_path / "small", one=GOOD)
    read_listing(folder)
    assert list(caches.rglob(index.NAME))
    path = folder / "one.py"
    frozen = signatures.status([str(path)])
    path.write_text(GOOD.replace("A good one", "A best one"), encoding="utf-8")
    monkeypatch.setattr(
        signatures,
        "status",
        lambda paths, real=signatures.status: [
            number for each in paths for number in (frozen if each == str(path) else real([each]))
        ],
    )
    assert read_listing(folder) == listed(folder)


def test_an_index_follows_what_reads_a_course(tmp_path: Path, caches: Path) -> None:
    """Another version of the reading, or of what is kept, is another course."""
    folder = write_course(tmp_path / "small", one=GOOD)
    read_indexed(folder)
    (path,) = caches.rglob(index.NAME)
    known = signatures.digests_in(statefile.unpack(path.read_bytes())["files"])
    for module in (course, definition, index, reading):
        assert known[str(module.__file__)] == signatures.digest(str(module.__file__))


@pytest.mark.usefixtures("caches")
def test_an_index_of_another_figgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it knows may be called otherwise here, so that the course is read again."""
    folder = write_course(tmp_path / "small", one=GOOD)
    with monkeypatch.context() as other:
        other.setattr(index, "_READERS", (*index._READERS, str(folder / "one.py")))
        index.read_indexed(folder)
    monkeypatch.setattr("pickle.loads", lambda _: pytest.fail("read what another one wrote"))
    assert index.read_indexed(folder).names == ("good",)


def test_an_index_of_another_folder(tmp_path: Path, caches: Path) -> None:
    """A course that is moved is read anew."""
    folder = write_course(tmp_path / "small", one=GOOD)
    read_indexed(folder)
    (found,) = caches.rglob(index.NAME)
    other = write_course(tmp_path / "other", two=STEPS)
    place = Path(statefile.cache_file(str(other), index.NAME))
    place.parent.mkdir(parents=True)
    shutil.copy(found, place)
    assert read_indexed(other) == read_course(other)


def test_without_a_place_for_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is silently done without."""
    folder = write_course(tmp_path / "small", one=GOOD)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "file"))
    assert read_indexed(folder) == read_course(folder)


def test_where_caches_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """With Python's, or with the user's where Python may keep none."""
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert statefile.cache_file("/a", "n") == str(Path("/a/__pycache__/n"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert statefile.cache_file("/a", "n").startswith(str(Path("/caches/figgen")))


def test_a_quick_look_needs_the_same_request(built: Path) -> None:
    """Another theme, format, resolution or course is no reason to be quick."""
    same = state.StateKey(str(built / "small"), ("svg",), ("light",), 200)
    assert state.nothing_to_do("build", same, ()) is not None
    assert state.nothing_to_do("build", same, ("good",)) == ("A small course", 1, 1, ())
    for other in (
        same._replace(course="/elsewhere"),
        same._replace(formats=("pdf",)),
        same._replace(themes=("dark",)),
        same._replace(dpi=100),
    ):
        assert state.nothing_to_do("build", other, ()) is None
    assert state.nothing_to_do("build", same, ("nobody",)) is None


# The first part of the state alone


def test_the_head_of_a_file_is_its_first_part(tmp_path: Path) -> None:
    """No more of it is read than that."""
    path = tmp_path / "state"
    path.write_bytes(statefile.pack({"a": 1}, {"b": [2]}))
    head = statefile.head(str(path))
    assert head == statefile.pack({"a": 1})
    assert (statefile.unpack(head), statefile.unpack(head, 1)) == ({"a": 1}, None)
    assert statefile.head(str(tmp_path / "none")) == b""
    path.write_bytes(b"nonsense" * 100)
    assert statefile.unpack(statefile.head(str(path))) is None


def test_a_length_that_is_not_true(tmp_path: Path) -> None:
    """A damaged length does not ask for all the memory there is; nor is a torn part read."""
    path = tmp_path / "state"
    whole = statefile.pack({"a": 1})
    start = len(statefile.pack())
    path.write_bytes(whole[:start] + b"\x7f" + whole[start + 1 :])
    assert statefile.unpack(statefile.head(str(path))) is None
    path.write_bytes(whole[:-1])
    assert statefile.unpack(statefile.head(str(path))) is None


def test_a_state_that_another_build_replaces_is_left_to_it(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who only notes new times does not write over what a build has left meanwhile."""
    same = state.StateKey(str(built / "small"), ("svg",), ("light",), 200)
    path = built / "build" / state.FILE
    older = statefile.head(str(path))
    (built / "small/one.py").touch()
    with monkeypatch.context() as patch:
        patch.setattr(statefile, "head", lambda _: older)
        first, last = state.load("build")
        state.save("build", first | {"title": "Newer", "figures": {"good": 1}}, last)
        newer = path.read_bytes()
        assert state.nothing_to_do("build", same, ()) is not None
        assert path.read_bytes() == newer
    assert state.nothing_to_do("build", same, ()) == ("Newer", 1, 1, ())
    assert path.read_bytes() != newer


def test_a_part_of_the_course_settles_too(built: Path) -> None:
    """New times of files are noted for it as well, and what is stale stays stale."""
    same = state.StateKey(str(built / "small"), ("svg",), ("light",), 200)
    edit(built, '"two"', '"zwei"', module="two")
    run("build", "good", *FAST)
    (built / "small/one.py").touch()
    before = (built / "build" / state.FILE).read_bytes()
    assert state.nothing_to_do("build", same, ("good",)) is not None
    assert (built / "build" / state.FILE).read_bytes() != before
    assert state.load("build")[0]["stale"] == {"two-steps"}
    assert state.nothing_to_do("build", same, ()) is None


def test_counts_that_are_torn(built: Path) -> None:
    """The second part says how many files a figure has; without it, the build looks closer."""
    same = state.StateKey(str(built / "small"), ("svg",), ("light",), 200)
    path = built / "build" / state.FILE
    path.write_bytes(statefile.head(str(path)))
    assert state.nothing_to_do("build", same, ()) == ("A small course", 2, 3, ())
    assert state.nothing_to_do("build", same, ("good",)) is None
    assert state.load("build") == ({}, {})
