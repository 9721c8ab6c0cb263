"""A real browser without a window, driven through its DevTools pipe, without a package."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)

_PATIENCE = 60


class Browser:
    """One page of Chromium.

    Attributes:
        requested: The address of everything that it asked for since it was opened.
        errors: What scripts complained of, and what the page's policy forbade.
    """

    def __init__(self, profile: Path, width: int = 1280, height: int = 900) -> None:
        assert PROGRAM is not None
        self.requested: list[str] = []
        self.errors: list[str] = []
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        # Chromium reads its orders from descriptor 3 and answers on 4.
        theirs_in, self._orders = os.pipe()
        self._answers, theirs_out = os.pipe()
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (theirs_in, theirs_out)]
        self._process = os.posix_spawn(
            PROGRAM,
            [PROGRAM, *_OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs[0], 3),
                (os.POSIX_SPAWN_DUP2, theirs[1], 4),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            # A group of its own, which is ended with its helpers, and nobody else with it.
            setpgroup=0,
        )
        for end in (theirs_in, theirs_out, *theirs):
            os.close(end)
        try:
            self._attach()
        except BaseException:
            self.__exit__()
            raise

    def _attach(self) -> None:
        pages = self._call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in pages if each["type"] == "page")
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._orders)
        os.close(self._answers)

    def open(self, address: str) -> None:
        """Go to a page and wait until all of it is loaded."""
        self.requested.clear()
        self.errors.clear()
        self.call("Page.navigate", url=address)
        with _patience():
            while self._read().get("method") != "Page.loadEventFired":
                pass

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key."""
        text = {"text": key} if len(key) == 1 else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save what is seen as a PNG, or all of the page."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol on the page."""
        return self._call(method, self._session, **parameters)

    def _call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            order["sessionId"] = session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        with _patience():
            while True:
                answer = self._read()
                if answer.get("id") == self._number:
                    assert "error" not in answer, answer
                    found: dict[str, Any] = answer["result"]
                    return found

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._answers, 1 << 20)
            assert data, "the browser ended"
            self._rest += data
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        match message:
            # Its own pages, like the one it begins with, are asked of nobody.
            case {"method": "Network.requestWillBeSent", "params": {"request": {"url": url}}} if (
                not url.startswith("chrome://")
            ):
                self.requested.append(url)
            case {"method": "Log.entryAdded", "params": {"entry": entry}}:
                self.errors.append(entry["text"])
            case {"method": "Runtime.exceptionThrown", "params": {"exceptionDetails": details}}:
                self.errors.append(details["text"])
        return message


def emulate(browser: Browser, scheme: str = "light", media: str = "screen") -> None:
    """Set the reader's scheme and medium."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", media=media, features=features)


@contextmanager
def _patience() -> Iterator[None]:
    """A browser that hangs fails the test, and does not hang it."""

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError("the browser does not answer")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
