"""The preview: a real server of a small course, and what happens while its modules are edited."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import PATIENCE, Served, counted, course, serve
from small_course import GOOD, HEAD, SPARSE, STEPS, excused, figure_with, here

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose course nobody edits."""
    folder = course(tmp_path_factory.mktemp("served"), good=GOOD, steps=STEPS)
    with serve(folder) as found:
        found.settled()
        yield found


# What is answered


def test_a_figure_is_told_and_shown(served: Served) -> None:
    """Its picture in every step and theme, its alt text, its claims with both values."""
    pictures = {
        served.picture("two-steps", step, theme)
        for step in (1, 2)
        for theme in ("light", "dark", "print")
    }
    assert len(pictures) == 6
    assert all("<svg " in picture and "Two words." in picture for picture in pictures)
    told = served.details("good")
    assert (told["status"], told["place"], told["trouble"]) == ("good", "small/good.py:7", None)
    assert told["record"]["alt"] == ["A number. It is 1.5, by square."]
    (claim,) = told["record"]["claims"]
    assert (claim["drawn"], claim["independent"], claim["holds"], claim["line"]) == (
        1.5,
        1.5,
        True,
        9,
    )
    assert list(told["moments"]) == [
        "started", "imported", "drawn", "encoded", "noticed", "ordered", "taken",
    ]  # fmt: skip


def test_every_answer_forbids_what_is_not_from_here(served: Served) -> None:
    """No script but the page's own, no frame, no other site as reader, nothing kept."""
    for path in ("/", "/serve.css", "/serve.js", "/figure/good/1/light", "/nothing"):
        headers = served.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def raw(port: int, request: bytes) -> bytes:
    """The first line of the answer to bytes that no client would send."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    "path",
    [
        "/../small/good.py",
        "/picture/../../small/good.py",
        "/%2e%2e/small/good.py",
        "/picture/%2e%2e%2f%2e%2e%2fgood/1/light.svg",
        "/..%5c..%5cgood.py",
        "/picture/good/1/light.svg/../../../../good.py",
        "/picture/good/1/%6cight.svg",
        "/picture/good/1/light.svg?v=1&x=/etc/passwd",
        "/picture/good/1/sepia.svg",
        "/picture/good/0/light.svg",
        "/picture/good/2/light.svg",
        "/picture/nothing/1/light.svg",
        "/figure/nothing/1/light",
        "/figure/good/1/sepia",
        "/serve.html",
        "/serve.js?x",
        "/small/good.py",
        "/build/link.svg",
        "http://127.0.0.1/",
        "/" + "a" * 3000,
    ],
)
def test_other_paths_are_refused(served: Served, path: str) -> None:
    """Parents, plain or encoded, files, steps and themes that there are not: 404."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n"
    assert b" 404 " in raw(served.port, request.encode())


def test_a_link_out_of_the_build_is_refused(tmp_path: Path) -> None:
    """Neither a link beside the course nor one in it gives away what it leads to."""
    secret = tmp_path / "secret.py"
    secret.write_text("PASSWORD = 'hush'\nthis is no Python\n", encoding="utf-8")
    folder = course(tmp_path, one=HEAD + counted(1), two=HEAD)
    (folder / "two.py").unlink()
    (folder / "two.py").symlink_to(secret)
    (folder / "link.svg").symlink_to(secret)
    with serve(folder) as served:
        state = served.settled()
        assert "small/two.py" in state["problems"][0]["where"]
        assert state["problems"][0]["lines"] == []
        for path in ("/link.svg", "/small/link.svg", "/picture/link/1/light.svg", "/two.py"):
            answer = served.get(path)
            assert (answer.status, b"hush" in answer.body) == (404, False)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "",
     "127.0.0.1.evil.example:{port}", "localhost:{port}@evil.example",
     "127.0.0.1:{port}\r\nHost: evil.example"],
)  # fmt: skip
def test_a_foreign_host_is_refused(served: Served, host: str) -> None:
    """A name that somebody made to mean this machine is told apart, for every path."""
    named = host.format(port=served.port)
    for path in ("/", "/events", "/figure/good/1/light", "/picture/good/1/light.svg"):
        request = f"GET {path} HTTP/1.1\r\nHost: {named}\r\n\r\n".encode()
        assert b" 421 " in raw(served.port, request)
    assert b" 421 " in raw(served.port, b"GET / HTTP/1.1\r\n\r\n")
    for own in ("127.0.0.1", "localhost"):
        assert served.get("/", Host=f"{own}:{served.port}").status == 200


def test_other_sites_are_refused(served: Served) -> None:
    """A browser says from where it asks; no other method is there."""
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        assert served.get("/picture/good/1/light.svg", Sec_Fetch_Site=site).status == status
    for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        request = f"{method} / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n"
        assert b" 501 " in raw(served.port, request.encode())


def test_only_this_machine_is_served(served: Served) -> None:
    """Under another address of this machine nobody answers."""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", served.port), timeout=PATIENCE)


# What happens while a course is edited


@pytest.mark.parametrize("forbids", ["", "1"], ids=["python-compiles", "python-may-not-compile"])
def test_only_what_changed_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbids: str
) -> None:
    """A saved number is drawn anew at once, time after time; other figures stay as they are.

    Also in the same second and with as many bytes, where Python's own cache sees no change.
    """
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", forbids)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    folder = course(tmp_path, one=HEAD + counted(1.0) + counted(5, "other"), two=GOOD)
    with serve(folder) as served:
        served.settled()
        before = served.picture("count")
        seen = {before}
        for edit in range(1, 6):
            (folder / "one.py").write_text(HEAD + counted(1 + edit / 10) + counted(5, "other"))
            state = served.until(
                lambda state, edit=edit: state["figures"]["count"]["version"] > edit
            )
            picture = served.picture("count")
            assert f"It is {1 + edit / 10}," in picture
            seen.add(picture)
        assert len(seen) == 6
        assert state["edited"] == ["count"]
        state = served.settled()
        versions = {name: each["version"] for name, each in state["figures"].items()}
        assert versions == {"count": 6, "other": 1, "good": 1}
        # Figgen's own caches lie where Python may keep its; what is compiled is kept by none.
        kept = {path.name for path in folder.glob("__pycache__/*")}
        assert kept <= (set() if forbids else {"figgen-index", "figgen-scan"})


def test_what_a_module_imports_counts(tmp_path: Path) -> None:
    """A module without figures that another imports, at any depth; and a file that is read."""
    reading = (
        f"from pathlib import Path\n{HEAD}from . import _middle\n\n"
        + '@figure(title="T", perspective="plot", alt="A.")\ndef reads(canvas: Canvas) -> None:\n'
        + '    text = Path(__file__).with_name("words.txt").read_text()\n'
        + '    canvas.text(1, 1, f"{_middle.VALUE} {text}")\n'
        + '    canvas.describe(f"{_middle.VALUE} {text}")\n'
    )
    folder = course(tmp_path, one=reading, two=GOOD)
    (folder / "_middle.py").write_text("from small._below import VALUE\n")
    (folder / "_below.py").write_text("VALUE = 'first'\n")
    (folder / "words.txt").write_text("words")
    with serve(folder, "reads") as served:
        assert list(served.settled()["figures"]) == ["reads"]
        assert "first words" in served.picture("reads")
        (folder / "_below.py").write_text("VALUE = 'other'\n")
        served.until(lambda state: state["figures"]["reads"]["version"] == 2)
        assert "other words" in served.picture("reads")
        (folder / "words.txt").write_text("news")
        served.until(lambda state: state["figures"]["reads"]["version"] == 3)
        assert "other news" in served.picture("reads")


def test_a_broken_module_and_its_repair(tmp_path: Path) -> None:
    """A syntax error, a failing function, a claim that fails: each told with its line."""
    folder = course(tmp_path, one=HEAD + counted(1), two=GOOD)
    path = folder / "one.py"
    with serve(folder) as served:
        served.settled()
        good = served.picture("count")

        path.write_text(HEAD + counted(1) + "x = = 1\n")
        trouble = served.becomes("count", "broken")["trouble"]
        line = (HEAD + counted(1)).count("\n") + 1
        assert trouble["where"] == f"small/one.py:{line}"
        assert trouble["reason"] == "syntax error: invalid syntax"
        assert [line, "x = = 1", True] in trouble["lines"]
        assert served.picture("count") == good
        assert served.details("good")["status"] == "good"

        source = HEAD + counted(1) + figure_with("1 / 0").removeprefix(HEAD)
        path.write_text(source)
        trouble = served.becomes("bad", "broken")["trouble"]
        assert trouble["where"] == f"small/one.py:{here(source)}"
        assert "division by zero" in trouble["reason"]
        assert served.becomes("count", "good")["record"]

        wrong = 'canvas.text(1, 1, "x"), canvas.claim("one", 1, 2, "counting")'
        path.write_text(HEAD + counted(1) + figure_with(wrong).removeprefix(HEAD))
        (claim,) = served.becomes("bad", "failing")["record"]["claims"]
        assert (claim["drawn"], claim["independent"], claim["holds"]) == (1, 2, False)
        assert "<svg " in served.picture("bad")

        (folder / "__init__.py").write_text("SECTIONS = = {}\n")
        state = served.until(lambda state: state["folder"])
        assert state["folder"]["where"].endswith("__init__.py:1")
        assert served.picture("count") == good


def test_a_broken_module_of_a_course_with_an_order(tmp_path: Path) -> None:
    """Each of its figures tells the syntax error, and not that it is missing in ORDER."""
    folder = course(tmp_path, one=HEAD + counted(1) + counted(2, "other"), two=GOOD)
    with (folder / "__init__.py").open("a") as init:
        init.write('ORDER = ("count", "other", "good")\n')
    with serve(folder) as served:
        served.settled()
        (folder / "one.py").write_text(HEAD + counted(1) + counted(2, "other") + "x = = 1\n")
        for name in ("count", "other"):
            trouble = served.becomes(name, "broken")["trouble"]
            assert trouble["reason"] == "syntax error: invalid syntax"
        state = served.settled()
        assert [each["reason"] for each in state["problems"]] == ["syntax error: invalid syntax"]
        assert list(state["figures"]) == ["count", "other", "good"]
        (folder / "one.py").write_text(HEAD + counted(1) + counted(2, "another"))
        assert served.becomes("count", "good")["trouble"] is None
        trouble = served.becomes("other", "broken")["trouble"]
        assert "ORDER names 'other'; there is no such figure" in trouble["reason"]


def test_figures_that_come_and_go(tmp_path: Path) -> None:
    """One is renamed, one is removed; one that was asked for by name is missed until it is back."""
    folder = course(tmp_path, one=HEAD + counted(1) + counted(2, "other"))
    path = folder / "one.py"
    with serve(folder) as served, serve(folder, "count") as named:
        for each in (served, named):
            each.settled()
        before = named.picture("count")
        path.write_text(HEAD + counted(1, "renamed"))
        state = served.until(lambda state: set(state["figures"]) == {"renamed"})
        assert state["edited"] == ["renamed"]
        assert "<svg " in served.picture("renamed")
        trouble = named.becomes("count", "broken")["trouble"]
        assert trouble["reason"] == "no figure is called 'count' any more"
        assert named.picture("count") == before
        assert served.get("/picture/count/1/light.svg").status == 404
        path.write_text(HEAD + counted(3))
        named.becomes("count", "good")
        assert "It is 3," in named.picture("count")


def test_a_folder_that_goes_and_comes_back(tmp_path: Path) -> None:
    """A deleted course is told; what takes its place is drawn, and watched on."""
    folder = course(tmp_path)
    with serve(folder) as served:
        served.settled()
        folder.rename(tmp_path / "elsewhere")
        state = served.until(lambda state: state["folder"])
        assert "is gone" in state["folder"]["reason"] or "no such" in state["folder"]["reason"]
        assert "<svg " in served.picture("count")
        course(tmp_path, one=HEAD + counted(7))
        served.until(lambda state: not state["folder"] and state["figures"]["count"]["version"] > 1)
        assert "It is 7," in served.picture("count")
        (folder / "one.py").write_text(HEAD + counted(8))
        served.until(lambda state: state["figures"]["count"]["version"] > 2)
        assert "It is 8," in served.picture("count")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("while True: pass", "took longer than 1 s here, and was stopped"),
        ("__import__('time').sleep(600)", "took longer than 1 s here, and was stopped"),
        ("__import__('ctypes').string_at(0)", "crashed: Fatal Python error: Segmentation fault"),
        ("__import__('os')._exit(3)", "ended with code 3; see the terminal"),
    ],
)
def test_a_figure_that_ends_its_process(tmp_path: Path, body: str, reason: str) -> None:
    """One that hangs, crashes or leaves is told with its line; all others go on."""
    source = figure_with(body)
    folder = course(tmp_path, one=source, two=GOOD)
    with serve(folder, "--limit", "1") as served:
        state = served.settled()
        assert state["figures"]["good"]["status"] == "good"
        trouble = served.details("bad")["trouble"]
        assert reason in trouble["reason"]
        if "code" not in reason:
            assert trouble["where"] == f"small/one.py:{here(source)}"
        mended = excused(figure_with('canvas.text(1, 1, "x")'), *SPARSE)
        (folder / "one.py").write_text(mended)
        served.becomes("bad", "good")


def test_a_change_of_figgen_itself(tmp_path: Path) -> None:
    """A new warm process draws everything; one that cannot start is told with its line."""
    shutil.copytree(ROOT / "figgen", tmp_path / "figgen")
    folder = course(tmp_path)
    style = tmp_path / "figgen" / "draw" / "canvas" / "rc.py"
    source = style.read_text(encoding="utf-8")
    # Python looks there first.
    with serve(folder, cwd=tmp_path) as served:
        served.settled()
        before = served.picture("count")
        style.write_text(source.replace("LABEL = 20.0", "LABEL = 30.0"), encoding="utf-8")
        served.until(lambda state: state["figures"]["count"]["version"] == 2)
        assert served.picture("count") != before
        style.write_text(source + "x = = 1\n", encoding="utf-8")
        state = served.until(lambda state: state["engine"])
        assert state["engine"]["where"] == f"figgen/draw/canvas/rc.py:{source.count(chr(10)) + 1}"
        assert [each[1] for each in state["engine"]["lines"] if each[2]] == ["x = = 1"]
        style.write_text(source, encoding="utf-8")
        served.until(lambda state: not state["engine"] and state["figures"]["count"]["version"] > 2)
        assert served.picture("count") == before


# How it begins and ends


def test_two_servers_and_a_port_that_is_taken(tmp_path: Path) -> None:
    """Two serve side by side; a third on a port of theirs ends with one line."""
    folder = course(tmp_path)
    with serve(folder) as one, serve(folder) as other:
        assert one.port != other.port
        for each in (one, other):
            assert "<svg " in each.picture("count")
        command = [sys.executable, "-m", "figgen", "--figures", str(folder)]
        third = subprocess.run(
            [*command, "serve", "--port", str(one.port)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (third.returncode, third.stdout) == (1, "")
        assert third.stderr == (
            f"Error: port {one.port}: address already in use;"
            " give another with --port, or 0 for any\n"
        )
        unknown = subprocess.run(
            [*command, "serve", "cuont"], capture_output=True, text=True, check=False
        )
        assert unknown.returncode == 2
        assert unknown.stderr == "Error: no figure is called 'cuont'; did you mean count?\n"


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")


def below(pid: int) -> list[int]:
    """The processes that descend from this one."""
    found = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]
    return found + [each for child in found for each in below(child)]


def runs(pid: int) -> bool:
    """Whether a process is there, and is no mere entry that waits for its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2][1] != "Z"
    except FileNotFoundError:
        return False


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_a_server(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, a polite and an impolite kill: no process is left, not even one that hangs."""
    hangs = "__import__('pathlib').Path(__file__).with_name('drawing.txt').touch() or " + (
        "__import__('time').sleep(600)"
    )
    folder = course(tmp_path, one=figure_with(hangs))
    with serve(folder) as served:
        end = time.monotonic() + PATIENCE
        while not (folder / "drawing.txt").exists() and time.monotonic() < end:
            time.sleep(0.02)
        started = below(served.process.pid)
        assert len(started) >= 2
        # A terminal sends Ctrl-C to the whole group.
        if number == signal.SIGINT:
            os.killpg(served.process.pid, number)
        else:
            served.process.send_signal(number)
        stdout, stderr = served.process.communicate(timeout=PATIENCE)
        assert (stdout, stderr) == ("", "")
        assert served.process.returncode == (-number if number == signal.SIGKILL else 0)
        while any(map(runs, started)) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any(map(runs, started))
