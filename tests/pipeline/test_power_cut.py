"""A power cut at any moment of a build: what had not reached the disk by then is gone.

The operations of a real build are recorded, and played up to each of them into another folder, as
the worst disk would have it: of a file, only what was synchronised before is there, and the last
names that files were given may be lost although later ones are not.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_course import GOOD, STEPS, write_course

from figgen.cli.app import program
from figgen.course.reading import read_course
from figgen.disk import atomic_files as files
from figgen.disk.atomic_files import STATE
from figgen.disk.leftovers import PART
from figgen.pipeline import journal, manifest
from figgen.pipeline.journal import Journal
from figgen.pipeline.manifest import read_manifest
from figgen.pipeline.request import Request
from figgen.pipeline.staleness import Staleness

FAST = ("-t", "light", "-f", "svg", "-j", "1")

Tree = dict[str, bytes]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="asks the system for the name of an open file"
)


@dataclass(frozen=True)
class Operation:
    """Something that was done to a file.

    Attributes:
        kind: "sync", "rename" or "unlink".
        path: The file, relative to the build folder; what it is called after a rename.
        number: Which file, whatever it is called.
        data: What a "sync" brought to the disk.
    """

    kind: str
    path: str
    number: int = 0
    data: bytes = b""


class Disk:
    """Records what is done to the files of a folder."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder.resolve()
        self.done: list[Operation] = []
        real = os.fsync, os.replace, os.unlink

        def sync(number: int) -> None:
            real[0](number)
            path = Path(f"/proc/self/fd/{number}").readlink()
            self.note("sync", path, path.stat().st_ino, path.read_bytes())

        def rename(old: str | Path, new: str | Path) -> None:
            number = Path(old).stat().st_ino
            real[1](old, new)
            self.note("rename", Path(new), number)

        def unlink(path: str | Path) -> None:
            real[2](path)
            self.note("unlink", Path(path))

        patch.setattr(os, "fsync", sync)
        patch.setattr(os, "replace", rename)
        patch.setattr(os, "unlink", unlink)

    def note(self, kind: str, path: Path, number: int = 0, data: bytes = b"") -> None:
        """Keep an operation, if it is on a file of the folder."""
        path = path.absolute()
        if path.is_relative_to(self.folder):
            name = path.relative_to(self.folder).as_posix()
            self.done.append(Operation(kind, name, number, data))


def left(old: Tree, done: list[Operation], lost: int | None = None) -> Tree:
    """What is on the disk after some operations, one of which may have been lost."""
    found = dict(old)
    synced: dict[int, bytes] = {}
    for place, each in enumerate(done):
        if each.kind == "sync":
            synced[each.number] = each.data
            if not each.path.endswith(PART):
                found[each.path] = each.data
        elif place != lost and each.kind == "rename":
            found[each.path] = synced.get(each.number, b"")
        elif place != lost:
            found.pop(each.path, None)
    return found


def tree(out: Path) -> Tree:
    """Every file by its path."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }


def figures_of(found: Tree) -> dict[str, list[str]]:
    """The files of each figure, by its name."""
    content = json.loads(found[manifest.NAME])
    return {each["name"]: [file["path"] for file in each["files"]] for each in content["figures"]}


def faults(folder: Path, found: Tree, old: Tree, new: Tree) -> list[str]:
    """The files that are torn, and the figures that the next build would leave though not new."""
    made = {name: data for name, data in found.items() if not name.startswith(STATE)}
    torn = [name for name, data in made.items() if data not in (old.get(name), new.get(name))]
    out = folder / "build"
    shutil.rmtree(out)
    for name, data in found.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(data)
    (out / STATE).mkdir(parents=True, exist_ok=True)
    order = Request(out, formats=("svg",), themes=("light",))
    known = Journal(out / journal.NAME)
    plan = Staleness(read_course(folder / "small"), order, read_manifest(out).figures, known).plan()
    kept = [name for name in (*plan.fresh, *plan.recovered)
            if any(found.get(path) != new[path] for path in figures_of(new)[name])]  # fmt: skip
    return torn + kept


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Tree, Tree, Disk]:
    """A build of a course that was edited: the files before and after, and what was done."""
    monkeypatch.chdir(tmp_path)
    folder = write_course(tmp_path / "small", one=GOOD, two=STEPS, three=GOOD.replace("good", "my"))
    command = ["--figures", "small", "build", *FAST]
    assert CliRunner().invoke(program, command).exit_code == 0
    old = tree(tmp_path / "build")
    for name, words in (("one", "1.5"), ("three", "1.5"), ("two", '"one"')):
        path = folder / f"{name}.py"
        text = path.read_text(encoding="utf-8").replace(words, words.replace("1", "2") + " * 1")
        path.write_text(text, encoding="utf-8")
    # A line of the journal for each figure.
    monkeypatch.setattr(journal, "PAUSE", 0.0)
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(tmp_path / "build", patch)
        assert CliRunner().invoke(program, command).exit_code == 0
    new = tree(tmp_path / "build")
    assert all(old[name] != new[name] for name in new if name.endswith(".svg"))
    return old, new, disk


def test_a_power_cut_loses_nothing(tmp_path: Path, recorded: tuple[Tree, Tree, Disk]) -> None:
    """At any moment every file is old or new, and the next build draws all that is not new."""
    old, new, disk = recorded
    done = disk.done
    written = [each.path for each in done if each.kind == "rename" and each.path.endswith(".svg")]
    assert len(written) == 4
    assert {journal.NAME, manifest.NAME} <= {each.path for each in done}
    for count in range(len(done) + 1):
        assert faults(tmp_path, left(old, done[:count]), old, new) == []
    for lost, each in enumerate(done):
        if each.kind != "sync":
            assert faults(tmp_path, left(old, done, lost), old, new) == []
    # What the journal saved is not drawn again: in the end, before the manifest, that is all.
    last = max(place for place, each in enumerate(done) if each.path == journal.NAME
               and each.kind == "sync")  # fmt: skip
    assert faults(tmp_path, left(old, done[: last + 1]), old, new) == []
    order = Request(tmp_path / "build", formats=("svg",), themes=("light",))
    known = Journal(tmp_path / "build" / journal.NAME)
    course = read_course(tmp_path / "small")
    assert Staleness(course, order, {}, known).plan().recovered.keys() == {*course.names}


def test_a_build_that_synchronises_nothing_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above would tell: a file that has its name before its content is torn."""
    out = tmp_path / "build"
    with pytest.MonkeyPatch.context() as patch:
        disk = Disk(out, patch)
        files.write(out / "a.svg", b"new")
        sound = disk.done[:]
        disk.done.clear()
        monkeypatch.setattr(os, "fsync", lambda _: None)
        files.write(out / "a.svg", b"new")
    old = {"a.svg": b"old"}
    assert [left(old, sound[:count])["a.svg"] for count in range(3)] == [b"old", b"old", b"new"]
    assert left(old, disk.done) == {"a.svg": b""}
