"""The figures of a git revision, drawn by the code of that revision."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from figgen.course.course import Course
from figgen.engine import ENGINE
from figgen.errors import BuildError, RequestError
from figgen.guard.diff import EarlierBuild, earlier_build

FORMATS = ("svg", "png")
"""What is drawn to be compared: what can be looked at."""

_HOOK = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_WORK_TREE"}

# Printed by the revision's own code; null if it is so old that it knows no scenes.
_SCENES = """
import json, sys
from importlib import import_module
from pathlib import Path
import figgen
# Where a revision has them: today's place first, then those of earlier ones. An editable install of
# today's figgen offers its own module where the revision has none.
def named(name, *modules):
    for module in modules:
        try:
            found = import_module(module)
        except ImportError:
            continue
        if Path(found.__file__).is_relative_to(Path(figgen.__file__).parent):
            return getattr(found, name)
scene = named("scene", "figgen.guard.scene.scene_writer", "figgen.draw.scene")
if scene is None:
    print("null")
else:
    read_course = named(
        "read_course", "figgen.course.reading", "figgen.course.course", "figgen.build.course"
    )
    draw = named("draw", "figgen.pipeline.drawing", "figgen.build.drawing")
    course = read_course(Path(sys.argv[1]))
    entries = [course.find(name) for name in sys.argv[2:]]
    found = {each.name: scene(draw(course, each).canvas, each.definition.alt) for each in entries}
    print(json.dumps(found))
"""


def revision_build(
    course: Course, names: Sequence[str], revision: str, folder: Path, jobs: int
) -> EarlierBuild:
    """Draw the figures of a revision with its own code.

    Args:
        course: The course, in a git repository.
        names: The figures that are wanted; those that the revision does not have are left out.
        revision: As git calls it, like ``HEAD~3``.
        folder: An empty folder for its source and its figures.
        jobs: How many processes to use.

    Raises:
        RequestError: If there is no such revision.
        BuildError: If there is no git or no repository, or that code cannot draw a figure.
    """
    top = Path(_git(course.folder, "rev-parse", "--show-toplevel").decode().strip())
    inside = course.folder.resolve().relative_to(top.resolve())
    try:
        commit = _git(
            top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
    except BuildError:
        reason = "no folder and no git revision has this name"
        raise RequestError(f"--against {revision}: {reason}; 'git log' shows them") from None
    source, out = folder / "source", folder / "build"
    # Not a worktree: that would write into the repository. Not an archive: to unpack one safely
    # takes Python 3.11.4, while git itself keeps all that it checks out in its place.
    index = {"GIT_INDEX_FILE": str(folder.resolve() / "index")}
    _git(top, "read-tree", commit.decode().strip(), environment=index)
    prefix = f"--prefix={source.resolve()}/"
    _git(top, "checkout-index", "--all", "--quiet", prefix, environment=index)
    if not (source / inside / "__init__.py").is_file():
        raise BuildError(f"{revision}: it has no course in {inside}")
    listed = json.loads(_figgen(revision, source, inside, "list", "--json"))
    known = {figure["name"] for figure in listed}
    there = [name for name in names if name in known]
    if not there:
        return EarlierBuild(out, revision)
    formats = [word for format_ in FORMATS for word in ("-f", format_)]
    _figgen(revision, source, inside, "build", *there, *formats, "-j", str(jobs), "-o", str(out))
    scenes = json.loads(_python(revision, source, "-c", _SCENES, str(inside), *there))
    return earlier_build(out, revision, scenes)


def _git(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise BuildError("git is not installed, so that no revision can be drawn; install it")
    # A hook of git is told of its repository; here the one of the folder is meant, in English.
    inherited = {key: value for key, value in os.environ.items() if key not in _HOOK}
    done = subprocess.run(  # noqa: S603 - no shell; a revision cannot be taken for an option
        [git, "-C", str(folder), *arguments],
        env=inherited | {"LC_ALL": "C"} | dict(environment or {}),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise BuildError(f"{folder}: {reason[-1] if reason else 'git failed'}")
    return done.stdout


def _figgen(revision: str, source: Path, course: Path, *arguments: str) -> str:
    return _python(revision, source, "-m", "figgen", "--figures", str(course), *arguments)


def _python(revision: str, source: Path, *arguments: str) -> str:
    # Its own engine, if it has one; if not, this one.
    path = os.pathsep.join((str(source), str(ENGINE.parent)))
    environment = os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"}
    done = subprocess.run(  # noqa: S603 - to run the code of that revision is what is asked for
        [sys.executable, *arguments], cwd=source, env=environment, capture_output=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise BuildError(f"{revision}: its own code cannot draw: {reason}")
    return done.stdout.decode()
