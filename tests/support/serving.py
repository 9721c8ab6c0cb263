"""A preview's server in another process, and what a page would ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from small_course import HEAD, SPARSE, write_course

EVIL = "<script>document.title = 'evil'</script>"


def counted(value: float, name: str = "count") -> str:
    """A figure that prints a number."""
    return (
        f'@figure(title="A number", perspective="math", alt="A number.", excuses={SPARSE})\n'
        f"def {name}(canvas: Canvas) -> None:\n"
        f'    """{EVIL}"""\n'
        f"    canvas.number(1, 1, {value})\n"
        f'    canvas.describe("It is {value}, {EVIL}")\n\n\n'
    )


def course(folder: Path, **modules: str) -> Path:
    """A small course."""
    return write_course(folder / "small", **(modules or {"one": HEAD + counted(1.5)}))


PATIENCE = 25
"""Seconds after which a test gives up; nothing takes a tenth of it on a machine that is idle."""

State = dict[str, Any]


class Served:
    """A server that runs.

    Attributes:
        process: Its process.
        port: Where it listens.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask for a path, as it is; the answer is read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.putrequest("GET", path, skip_host="Host" in headers)
        for key, value in named.items():
            connection.putheader(key, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def details(self, name: str, step: int = 1, theme: str = "light") -> State:
        """What is known of a figure."""
        found: State = json.loads(self.get(f"/figure/{name}/{step}/{theme}").body)
        return found

    def picture(self, name: str, step: int = 1, theme: str = "light") -> str:
        """A picture of a figure."""
        answer = self.get(f"/picture/{name}/{step}/{theme}.svg?v=1")
        assert answer.status == 200
        return answer.body.decode()

    def until(self, fits: Callable[[State], bool]) -> State:
        """The first state that fits; figures are by their names."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", "/events")
        end = time.monotonic() + PATIENCE
        state: State = {}
        with connection.getresponse() as answer:
            while time.monotonic() < end:
                line = answer.readline()
                if line.startswith(b"data: "):
                    state = json.loads(line.removeprefix(b"data: "))
                    state["figures"] = {each["name"]: each for each in state["figures"]}
                    if fits(state):
                        connection.close()
                        return state
        raise AssertionError(state)

    def settled(self) -> State:
        """The state as soon as nothing is to be drawn."""
        return self.until(
            lambda state: not any(each["working"] for each in state["figures"].values())
        )

    def becomes(self, name: str, status: str) -> State:
        """What is known of a figure as soon as it has a status."""
        self.until(
            lambda state: (
                name in state["figures"]
                and state["figures"][name]["status"] == status
                and not state["figures"][name]["working"]
            )
        )
        return self.details(name)


@contextmanager
def serve(folder: Path, *args: str, cwd: Path | None = None) -> Iterator[Served]:
    """Serve a course; the server is ended as Ctrl-C does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "figgen", "--figures", str(folder), "serve", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=cwd,
        # A copy of figgen elsewhere is none that is measured.
        env={key: value for key, value in os.environ.items() if not (cwd and "COVERAGE" in key)},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield Served(process, int(line.rstrip("/\n").rpartition(":")[2]))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
