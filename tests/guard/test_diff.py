"""``figgen diff`` and ``figgen accept``: what changed, against what, and new baselines."""

from __future__ import annotations

import json
import lzma
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_course import GOOD, STEPS, figure_with, write_course

from figgen.cli.app import program
from figgen.course.reading import read_course
from figgen.guard.baselines import Baselines

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a course of two figures, three steps in all."""
    write_course(tmp_path / "drawn", one=GOOD, two=STEPS)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in that folder."""
    monkeypatch.chdir(folder)
    # A source that is changed within a second, to one as long, looks compiled.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    def run(*arguments: str) -> Result:
        for name in [name for name in sys.modules if name.partition(".")[0] in {"drawn", "course"}]:
            del sys.modules[name]
        return CliRunner().invoke(program, ["--figures", "drawn", *arguments])

    return run


@pytest.fixture
def accepted(run: Run) -> Run:
    """The same, with baselines."""
    assert run("accept", "--all", "-j1").exit_code == 0
    return run


def change(folder: Path, module: str, old: str, new: str) -> None:
    """Change the source of a module."""
    path = folder / "drawn" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def baselines_in(folder: Path) -> dict[str, bytes]:
    """Every baseline."""
    place = folder / "tests" / "baseline"
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


# accept


def test_accept_writes_what_a_figure_needs_and_says_so(run: Run, folder: Path) -> None:
    """Pictures, scene and vector files of the figures named; then there is nothing to do."""
    done = run("accept", "two-steps", "-j1")
    assert done.exit_code == 0, done.output
    files = baselines_in(folder)
    assert set(files) == {
        "look.txt",
        "scenes/two-steps.scene",
        "two-steps-1-light.png",
        "two-steps-2-dark.png",
        "two-steps-2-light.png",
        "two-steps-2-print.png",
        "vectors/two-steps.xz",
        "versions.json",
    }
    assert set(done.stdout.splitlines()) == {
        *(f"wrote {folder / 'tests' / 'baseline' / name}" for name in files),
        "1 figure accepted: 8 files changed",
    }
    again = run("accept", "two-steps", "-j1")
    assert again.stdout == "1 figure accepted: nothing to change\n"
    assert baselines_in(folder) == files


def test_accept_makes_the_same_bytes_in_several_processes(accepted: Run, folder: Path) -> None:
    """And in another folder of the same course."""
    one = baselines_in(folder)
    shutil.rmtree(folder / "tests")
    assert accepted("accept", "--all", "-j2").exit_code == 0
    assert baselines_in(folder) == one


def test_accept_leaves_alone_what_was_not_looked_at(accepted: Run, folder: Path) -> None:
    """A figure that changed too keeps its old baselines."""
    before = baselines_in(folder)
    change(folder, "one", "1.5", "1.25")
    change(folder, "two", '"two")', '"too")')
    assert accepted("accept", "good", "-j1").exit_code == 0
    after = baselines_in(folder)
    assert {name for name in after if after[name] != before[name]} == {
        "good-1-dark.png",
        "good-1-light.png",
        "good-1-print.png",
        "scenes/good.scene",
        "vectors/good.xz",
    }
    assert accepted("diff", "good", "-j1").exit_code == 0
    assert accepted("diff", "two-steps", "-j1").exit_code == 1


def test_accept_refuses_a_figure_whose_claims_fail(accepted: Run, folder: Path) -> None:
    """Its baselines stay, those of the others are renewed, and the exit code is 1."""
    before = baselines_in(folder)
    change(folder, "one", "canvas.number(1, 1, value)", "canvas.claim('it', 1, 2, 'hand')")
    change(folder, "two", '"two")', '"too")')
    done = accepted("accept", "--all", "-j1")
    assert done.exit_code == 1
    assert "refused good: drawn/one.py:" in done.stderr
    assert "it: drawn 1, " in done.stderr
    assert "1 figure accepted: " in done.stdout
    after = baselines_in(folder)
    assert all(after[name] == before[name] for name in after if "good" in name)
    assert after["vectors/two-steps.xz"] != before["vectors/two-steps.xz"]


def test_accept_removes_what_is_left_over(accepted: Run, folder: Path) -> None:
    """The baselines of a step and of a figure that are no more; none while a module is broken."""
    source = (folder / "drawn" / "one.py").read_text(encoding="utf-8")
    (folder / "drawn" / "one.py").write_text("broken(", encoding="utf-8")
    assert accepted("accept", "two-steps", "-j1").exit_code == 0
    assert "good-1-light.png" in baselines_in(folder)
    assert accepted("diff", "-j1").exit_code == 1
    (folder / "drawn" / "one.py").write_text(source.replace("def good", "def better"))
    done = accepted("diff", "-j1")
    assert "good\n  is gone; the baseline has it" in done.stdout
    assert "better\n  is new; the baseline has none" in done.stdout
    done = accepted("accept", "--all", "-j1")
    assert f"removed {folder / 'tests' / 'baseline' / 'good-1-dark.png'}" in done.stdout
    assert not any("good" in name for name in baselines_in(folder))
    assert accepted("diff", "-j1").exit_code == 0


def test_accept_wants_names_or_all(run: Run) -> None:
    """Nobody has looked at figures that are not named."""
    for arguments in ((), ("good", "--all")):
        done = run("accept", *arguments)
        assert done.exit_code == 2
        assert "Give the figures that you looked at, or --all." in done.stderr


def test_baselines_of_several_versions_are_not_mixed(accepted: Run, folder: Path) -> None:
    """Another matplotlib renews all of them or none."""
    versions = folder / "tests" / "baseline" / "versions.json"
    true = versions.read_text()
    versions.write_text(true.replace('"matplotlib": "', '"matplotlib": "0.'))
    done = accepted("accept", "good", "-j1")
    assert done.exit_code == 1
    assert "other versions than the installed ones drew these (matplotlib " in done.stderr
    assert done.stderr.endswith("renew all of them: figgen accept --all\n")
    change(folder, "one", "canvas.number(1, 1, value)", "canvas.claim('it', 1, 2, 'hand')")
    done = accepted("accept", "--all", "-j1")
    assert (done.exit_code, "mend good first: drawn/one.py:" in done.stderr) == (1, True)
    change(folder, "one", "canvas.claim('it', 1, 2, 'hand')", "canvas.number(1, 1, value)")
    assert accepted("accept", "--all", "-j1").exit_code == 0
    assert versions.read_text() == true


def test_the_baselines_may_be_elsewhere(accepted: Run, folder: Path) -> None:
    """Where ``[tool.figgen] baseline`` says; the course is where it was."""
    (folder / "tests" / "baseline").rename(folder / "looked-at")
    done = accepted("diff", "-j1")
    assert done.exit_code == 1
    assert done.stderr.endswith("no baselines there yet; make them: figgen accept --all\n")
    (folder / "pyproject.toml").write_text('[tool.figgen]\nbaseline = "looked-at"\n')
    assert accepted("diff", "-j1").exit_code == 0


# diff


def test_diff_says_in_one_line_that_nothing_changed(accepted: Run) -> None:
    """And exits with 0."""
    done = accepted("diff", "-j1")
    assert done.exit_code == 0
    assert done.output == "2 figures compared with the baseline: no change\n"


def test_diff_tells_what_changed_worst_first(accepted: Run, folder: Path) -> None:
    """In words, for each level: what is drawn, the pixels, the vector file."""
    change(folder, "one", "canvas.number(1, 1, value)", "canvas.number(1, 1.5, value)")
    change(folder, "two", '"two")', '"a much longer text than before")')
    done = accepted("diff", "-j2")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    first, second = lines.index("two-steps"), lines.index("good")
    assert first < second
    told = "\n".join(lines[first:second])
    assert "step 2: label `two` became `a much longer text than before`" in told
    assert "step 2, light, svg: text 'two' became 'a much longer text than before'" in told
    assert "step 2, light, png: " in told
    assert "pixels in " in told
    assert "step 1, " not in told
    assert lines[-1] == "2 figures compared with the baseline: 2 differ; to see them: --html FILE"
    data = json.loads(accepted("diff", "good", "--json", "-j1").stdout)
    (good,) = data["figures"]
    assert (good["name"], good["differs"], good["error"]) == ("good", True, None)
    assert {(file["theme"], file["format"]) for file in good["files"]} == {
        (theme, format_) for theme in ("light", "dark", "print") for format_ in ("png", "svg")
    }


def test_diff_writes_a_page_also_when_nothing_changed(accepted: Run, folder: Path) -> None:
    """So that an old page does not tell what is mended."""
    change(folder, "one", "1.5", "1.25")
    done = accepted("diff", "good", "--html", "new/diff.html", "-j1")
    assert done.stdout.endswith("with the baseline: 1 differs; new/diff.html shows them\n")
    page = folder / "new" / "diff.html"
    assert 'id="good"' in page.read_text(encoding="utf-8")
    change(folder, "one", "1.25", "1.5")
    done = accepted("diff", "good", "--html", "new/diff.html", "-j1")
    assert (done.exit_code, "no change" in done.stdout) == (0, True)
    assert 'id="good"' not in page.read_text(encoding="utf-8")


def test_diff_tells_a_figure_that_cannot_be_drawn(accepted: Run, folder: Path) -> None:
    """With the author's line; it stands before all others."""
    change(folder, "one", "canvas.number(1, 1, value)", "canvas.number(1, 1.5, value)")
    (folder / "drawn" / "two.py").write_text(STEPS.replace("with canvas.step(2)", "1 / 0"))
    done = accepted("diff", "-j1")
    assert done.exit_code == 1
    (folder / "drawn" / "two.py").write_text(STEPS.replace("canvas.text(1, 1", "1 / 0 + (1, 1"))
    done = accepted("diff", "-j1")
    assert done.exit_code == 1
    assert done.stdout.startswith("two-steps\n  drawn/two.py:")
    assert "ZeroDivisionError" in done.stdout


def test_diff_names_a_baseline_that_is_broken(accepted: Run, folder: Path) -> None:
    """With its file and how to mend it, or with the figure."""
    place = folder / "tests" / "baseline"
    (place / "good-1-light.png").write_bytes(b"GIF?")
    assert "good, step 1, light, png: not a PNG that can be read" in accepted("diff", "-j1").stdout
    for data in (b"x", lzma.compress(b"x")):
        (place / "vectors" / "good.xz").write_bytes(data)
        told = accepted("diff", "good", "-j1").stdout
        assert "good.xz: cannot be read; renew it: figgen accept good" in told
    (place / "versions.json").write_text("[]")
    done = accepted("diff", "-j1")
    assert done.exit_code == 1
    assert done.stderr.endswith("versions.json: cannot be read; renew it: figgen accept --all\n")


def test_what_other_versions_draw_is_reported_and_only_the_scene_judges(
    accepted: Run, folder: Path
) -> None:
    """Other pixels are told and pass; another label fails as ever."""
    place = folder / "tests" / "baseline"
    versions = place / "versions.json"
    versions.write_text(versions.read_text().replace('"matplotlib": "', '"matplotlib": "0.'))
    shutil.copy(place / "good-1-light.png", place / "good-1-print.png")
    shutil.copy(place / "good-1-dark.png", place / "good-1-light.png")
    done = accepted("diff", "-j1")
    assert done.exit_code == 0
    assert "good (only reported)\n  step 1, light, png: " in done.stdout
    assert "no change; 1 drawn otherwise, by other versions" in done.stdout
    change(folder, "one", "1.5", "1.25")
    assert accepted("diff", "-j1").exit_code == 1


def test_a_missing_scene_or_step_is_told(accepted: Run, folder: Path) -> None:
    """A baseline that is not there is a difference, whatever else is the same."""
    (folder / "tests" / "baseline" / "scenes" / "good.scene").unlink()
    (folder / "tests" / "baseline" / "two-steps-1-light.png").unlink()
    told = accepted("diff", "-j1").stdout
    assert "its scene is new" in told
    assert "step 1, light, png: is new" in told


# Against a build


def test_diff_against_a_build(run: Run, folder: Path) -> None:
    """Every file of every theme, those of several pages and the sources too."""
    assert run("build", "-j1", "-o", "old").exit_code == 0
    done = run("diff", "--against", "old", "-j1")
    assert (done.exit_code, done.output) == (0, "2 figures compared with old: no change\n")
    change(folder, "two", '"two")', '"too")')
    done = run("diff", "--against", "old", "--json", "-j1")
    assert done.exit_code == 1
    (figure,) = json.loads(done.stdout)["figures"]
    assert {(file["step"], file["format"]) for file in figure["files"]} == {
        (2, "png"),
        (2, "svg"),
        (2, "pdf"),
        (None, "pdf"),
    }


def test_a_source_is_compared_line_by_line(folder: Path, run: Run) -> None:
    """Such as the text of a listing: one line that changed is told whole."""
    body = 'canvas.text(1, 1, "a"); canvas.sources["txt"] = "one\\ntwo\\n"'
    write_course(folder / "course", one=figure_with(body))
    assert run("--figures", "course", "build", "-j1", "-f", "txt", "-o", "old").exit_code == 0
    for new, words in (
        ("one\\n2\\n", "`two` became `2`"),
        ("one\\n", "1 lines are gone, 0 are new"),
        ("one\\r\\ntwo\\r\\n", "other line ends"),
    ):
        text = figure_with(body.replace("one\\ntwo\\n", new))
        (folder / "course" / "one.py").write_text(text, encoding="utf-8")
        done = run("--figures", "course", "diff", "--against", "old", "-j1")
        assert f"txt: {words}" in done.stdout, done.output


def test_a_folder_that_is_no_build_is_refused(run: Run, folder: Path) -> None:
    """Also one whose manifest does not say enough, or whose files are gone."""
    done = run("diff", "--against", "drawn")
    assert done.exit_code == 1
    assert done.stderr == "Error: drawn: no build of figgen: it has no manifest.json\n"
    assert run("build", "-j1", "-o", "old", "-f", "png").exit_code == 0
    (folder / "old" / "light" / "png" / "good.png").unlink()
    done = run("diff", "--against", "old", "-j1")
    assert "good.png: cannot be read: No such file or directory; build that" in done.stdout
    for file in ({}, {"path": "good.png", "sha256": ""}):
        manifest = {"figures": [{"name": "good", "files": [file]}]}
        (folder / "old" / "manifest.json").write_text(json.dumps(manifest))
        done = run("diff", "--against", "old")
        reason = "not a manifest of figgen; delete it and build again"
        assert done.stderr == f"Error: old/manifest.json: {reason}\n"


# Against a revision


def git(folder: Path, *arguments: str) -> None:
    """Run git in ``folder``, without the user's settings."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    user = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    program = str(shutil.which("git"))
    subprocess.run([program, *user, *arguments], cwd=folder, env=environment, check=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_diff_against_a_revision(run: Run, folder: Path) -> None:
    """Its own code draws it; the working folder and its changes stay as they are."""
    git(folder, "init", "-q")
    # What an author keeps elsewhere, and what a file system may have: neither is a reason to stop.
    (folder / "elsewhere.csv").symlink_to(folder.parent / "elsewhere.csv")
    (folder / "drawn" / "two words.txt").write_text("ä", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    staged = (folder / ".git" / "index").read_bytes()
    done = run("diff", "--against", "HEAD", "-j1")
    assert (done.exit_code, done.output) == (0, "2 figures compared with HEAD: no change\n")
    assert (folder / ".git" / "index").read_bytes() == staged
    change(folder, "two", '"two")', '"too")')
    before = sorted(path for path in folder.rglob("*") if ".git" not in path.parts)
    done = run("diff", "two-steps", "--against", "HEAD", "-j1")
    assert done.exit_code == 1
    assert "label `two` became `too`" in done.stdout
    assert sorted(path for path in folder.rglob("*") if ".git" not in path.parts) == before

    done = run("diff", "--against", "no-such")
    assert done.exit_code == 2
    reason = "no folder and no git revision has this name; 'git log' shows them"
    assert done.stderr == f"Error: --against no-such: {reason}\n"
    done = run("diff", "--against=--output=x")
    assert done.exit_code == 2
    assert not (folder / "x").exists()

    change(folder, "two", '"too")', "1 / 0)")
    git(folder, "commit", "-qam", "broken")
    done = run("diff", "--against", "HEAD", "-j1")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: HEAD: its own code cannot draw: ")
    assert "drawn/two.py:" in done.stderr
    assert done.stderr.count("\n") == 1

    git(folder, "mv", "drawn", "elsewhere")
    git(folder, "commit", "-qm", "moved")
    git(folder, "mv", "elsewhere", "drawn")
    done = run("diff", "--against", "HEAD")
    assert done.stderr == "Error: HEAD: it has no course in drawn\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_hook_of_git_may_compare(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is handed down a repository, whose place is relative, and an index that must stay."""
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    index = (folder / ".git" / "index").read_bytes()
    for name, value in {"DIR": ".git", "INDEX_FILE": ".git/index", "PREFIX": ""}.items():
        monkeypatch.setenv(f"GIT_{name}", value)
    done = run("diff", "good", "--against", "HEAD", "-j1")
    assert (done.exit_code, done.output) == (0, "1 figure compared with HEAD: no change\n")
    assert (folder / ".git" / "index").read_bytes() == index


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_revision_that_knows_no_scenes_is_compared_by_its_files(run: Run, folder: Path) -> None:
    """The code of the revision is what draws; a figure that it does not have is new."""
    engine = folder / "figgen"
    installed = Path(sys.modules["figgen"].__path__[0])
    shutil.copytree(installed, engine, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(engine / "guard")
    style = engine / "draw" / "canvas" / "rc.py"
    style.write_text(style.read_text().replace("LABEL = 20.0", "LABEL = 21.0"))
    (folder / "drawn" / "two.py").rename(folder / "two.py")
    (folder / "drawn" / "two.py").write_text("")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "old")
    (folder / "two.py").rename(folder / "drawn" / "two.py")
    done = run("diff", "--against", "HEAD", "-j1")
    assert done.exit_code == 1, done.output
    assert "step 1, light, png: " in done.stdout
    assert "label" not in done.stdout
    assert "two-steps\n  is new; HEAD has none" in done.stdout


def test_no_git_and_no_repository_are_told(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line each."""
    if shutil.which("git"):
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
        done = run("diff", "--against", "HEAD")
        assert done.exit_code == 1
        assert "not a git repository" in done.stderr
        assert done.stderr.count("\n") == 1
    monkeypatch.setenv("PATH", "")
    done = run("diff", "--against", "HEAD")
    assert done.exit_code == 1
    assert "git is not installed, so that no revision can be drawn; install it" in done.stderr


def test_a_file_that_cannot_be_read_or_removed_is_named(accepted: Run, folder: Path) -> None:
    """A folder in the place of a baseline."""
    place = folder / "tests" / "baseline"
    (place / "scenes" / "good.scene").unlink()
    (place / "scenes" / "good.scene").mkdir()
    assert "good.scene: cannot be read: Is a directory" in accepted("diff", "-j1").stdout
    (place / "scenes" / "good.scene").rmdir()
    (place / "scenes" / "old.scene").mkdir()
    done = accepted("accept", "good", "-j1")
    assert "old.scene: cannot be removed: " in done.stderr


def test_the_baselines_are_read_as_they_were_written(accepted: Run, folder: Path) -> None:  # noqa: ARG001
    """Steps and themes, each with its own file."""
    course = read_course(folder / "drawn")
    vectors = Baselines(folder / "tests" / "baseline").read_vectors(course.find("two-steps"))
    assert list(vectors) == [(1, "light"), (2, "light"), (2, "dark"), (2, "print")]
    assert len(set(vectors.values())) == 4
