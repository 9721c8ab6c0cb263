"""Builds that are killed at random moments: every file stays whole, and the next build completes.

Each round begins with the whole output of one version of a course, kills a build of the other
version, looks at what is there, and builds again without a disturbance.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_course import GOOD, STEPS, write_course

from figgen.cli.app import program
from figgen.disk.atomic_files import STATE
from figgen.disk.leftovers import PART
from figgen.pipeline.manifest import NAME
from figgen.pipeline.workers import LIMITS_MEMORY

KILLS = 200
A_ROUND = 6
"""How often to kill in one build: workers, and the build itself in the end."""

ORDER = ["-j", "2", "-f", "svg", "-f", "pdf", "-o", "out"]

pytestmark = pytest.mark.skipif(not LIMITS_MEMORY, reason="looks into /proc")

Tree = dict[str, bytes]


def tree(out: Path) -> Tree:
    """Every file by its path, temporary ones included, but for the state of the build."""
    paths = (path for path in out.rglob("*") if path.is_file() and STATE not in path.parts)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}


def harm(found: Tree, old: Tree, new: Tree) -> list[str]:
    """The files that are missing, or neither as they were nor as they shall be.

    In the manifest that holds for each figure.
    """
    manifests = [figures(each) for each in (found, old, new)]
    return [
        name for name in new if name != NAME and found.get(name) not in (old[name], new[name])
    ] + [
        f"{NAME}: {name}"
        for name in manifests[2]
        if manifests[0].get(name) not in (manifests[1][name], manifests[2][name])
    ]


def figures(found: Tree) -> dict[str, object]:
    """The figures of a manifest by name; it is whole."""
    return {figure["name"]: figure for figure in json.loads(found[NAME])["figures"]}


def test_harm_is_seen() -> None:
    """A file that is torn, and one that is lost; not one that is old or new."""

    def manifest(**steps: int) -> bytes:
        entries = [{"name": name, "steps": number} for name, number in steps.items()]
        return json.dumps({"figures": entries}).encode()

    old = {"a": b"old", "b": b"old", "c": b"old", "d": b"old", NAME: manifest(x=1, y=1, z=1)}
    new = dict.fromkeys(old, b"new and longer") | {NAME: manifest(x=2, y=2, z=2)}
    found = {"a": b"old", "b": b"new and longer", "c": b"new and", NAME: manifest(x=1, y=2)}
    assert harm(found, old, new) == ["c", "d", f"{NAME}: z"]
    with pytest.raises(ValueError, match="Unterminated string"):
        harm(found | {NAME: manifest(x=1)[:-8]}, old, new)


def build(version: str) -> Tree:
    """What one version of the course makes, undisturbed."""
    result = CliRunner().invoke(program, ["--figures", f"{version}/small", "build", *ORDER])
    assert (result.exit_code, result.stderr) == (0, "")
    return tree(Path("out"))


def session(pid: int) -> list[int]:
    """The processes of the session that ``pid`` leads, as long as they are no zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in found.split()]


def workers(pid: int) -> list[int]:
    """The worker processes of a build, which a server starts for it."""
    return [worker for server in children(pid) for worker in children(server)]


def kill(pid: int, number: int) -> bool:
    """Kill a process if it is there."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def disturb(version: str, moments: random.Random, seconds: float) -> int:
    """Build, kill workers on the way and the build in the end; return how often that hit."""
    command = subprocess.Popen(
        [sys.executable, "-m", "figgen", "--figures", f"{version}/small", "build", *ORDER],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # Most of a build is its start, when there is nothing to lose.
    wait = moments.random() < 0.8
    while wait and command.poll() is None and not workers(command.pid):
        time.sleep(0.02)
    hits = 0
    pauses = [moments.uniform(0, seconds / A_ROUND) for _ in range(A_ROUND)]
    for pause in pauses[:-1]:
        time.sleep(pause)
        found = workers(command.pid)
        hits += bool(found) and kill(moments.choice(found), signal.SIGKILL)
    time.sleep(pauses[-1])
    number = moments.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
    in_time = command.poll() is None
    if in_time:
        (os.killpg if moments.random() < 0.5 else kill)(command.pid, number)
        hits += 1
    _, stderr = command.communicate(timeout=60)
    # Until `figgen.cli.main` is called, nothing of ours has begun that could catch Ctrl-C: Python
    # and its imports tell it in their own way, and end.
    ours = number != signal.SIGINT or "figgen/cli" in stderr
    assert "Traceback" not in stderr or not ours, stderr
    if in_time and number == signal.SIGKILL:
        assert command.returncode in (-signal.SIGKILL, 0, 1)
    deadline = time.monotonic() + 20
    while session(command.pid):
        assert time.monotonic() < deadline, "a process of a killed build goes on"
        time.sleep(0.05)
    return hits


@pytest.mark.slow
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("half", [1, 2])
def test_killed_builds_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, half: int
) -> None:
    """A hundred kills: no file torn, none lost, and the next build is that of a quiet day."""
    monkeypatch.chdir(tmp_path)
    for version, value in (("a", "1.5"), ("b", "2.25")):
        goods = {f"m{n}": GOOD.replace("good", f"good{n}") for n in range(6)}
        modules = {name: source.replace("1.5", value) for name, source in goods.items()}
        words = STEPS.replace('"one"', f'"one {value}"')
        write_course(Path(version, "small"), **modules, two=words)
    start = time.monotonic()
    whole = {version: build(version) for version in "bab"}
    seconds = (time.monotonic() - start) / 3
    assert all(whole["a"][name] != whole["b"][name] for name in whole["a"])
    moments = random.Random(half)
    kills = rounds = 0
    while kills < KILLS // 2:
        old, new = "ba" if rounds % 2 == 0 else "ab"
        kills += disturb(new, moments, seconds)
        assert harm(tree(Path("out")), whole[old], whole[new]) == []
        times = Path("out", STATE, "times.json")
        assert json.loads(times.read_text(encoding="utf-8"))
        assert build(new) == whole[new]
        assert not list(Path("out").rglob(f"*{PART}"))
        rounds += 1
