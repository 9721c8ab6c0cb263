"""The preview's server: a page on the loopback, and nothing else.

It answers a handful of paths, from memory: no path of a request ever becomes one of a file. Other
sites that the browser shows cannot ask it anything: they come with a foreign Host, or say so.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from figgen.draw.canvas.slots import SLOTS
from figgen.draw.canvas.theme import THEMES
from figgen.errors import BuildError
from figgen.pages.templates import environment
from figgen.publish.serve.figure_state import StepTheme
from figgen.publish.serve.preview import Preview

HOST = "127.0.0.1"

HEARTBEAT = 10.0
"""Seconds after which something is sent to a page, to find out whether it is still there."""

SLIDE = (13.33, 7.5)
"""Width and height of a slide in inches; a projector shows it with 1920 by 1080 pixels."""

SLOT_POSITIONS = {
    "full": ((0.665, 1.4),),
    "half": ((0.665, 1.7), (6.865, 1.7)),
    "strip": ((0.665, 1.4), (0.665, 4.3)),
}
"""Where a slot is on the slide, below the title, and where another of its kind is: left and top."""

_VIEW = r"/(?P<name>[a-z0-9-]{1,200})/(?P<step>[1-9][0-9]{0,2})/(?P<theme>[a-z]{1,10})"
_FIGURE = re.compile(rf"/figure{_VIEW}")
_PICTURE = re.compile(rf"/picture{_VIEW}\.svg(\?v=[0-9]{{1,9}})?")

# Scripts, styles, pictures and events from here; nothing from elsewhere, nothing inline.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


class Server(ThreadingHTTPServer):
    """The server of one preview.

    Args:
        port: Where; 0 for any that is free.
        start: Gives the preview, once the port is had.

    Raises:
        BuildError: If the port cannot be had.
    """

    daemon_threads = True
    # Elsewhere it would let a second server take the port of the first.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, start: Callable[[], Preview]) -> None:
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise BuildError(
                f"port {port}: {reason}; give another with --port, or 0 for any"
            ) from None
        self.pages = _pages()
        self.preview = start()
        self.hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}

    @property
    def port(self) -> int:
        """The port that it listens to."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self.port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a browser go that has hung up; tell anything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _pages() -> dict[str, tuple[str, bytes]]:
    """The content type and the bytes of what does not change, by its path."""
    templates = environment("figgen.publish.serve")
    constants = {
        "slots": {name: [width, height] for name, (width, height) in SLOTS.items()},
        "slide": SLIDE,
        "positions": SLOT_POSITIONS,
        "papers": {
            name: [theme.colours["paper"], theme.colours["ink"]] for name, theme in THEMES.items()
        },
        "media": {name: theme.media for name, theme in THEMES.items()},
    }
    texts = {
        kind: templates.get_template(f"serve.{kind}").render(constants=constants).encode()
        for kind in _TYPES
    }
    paths = {"html": "/", "css": "/serve.css", "js": "/serve.js"}
    return {paths[kind]: (_TYPES[kind], text) for kind, text in texts.items()}


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "figgen"
    sys_version = ""
    # A browser that sends half a request does not keep a thread for good.
    timeout = 30
    # An answer is two small writes; together with the other side's delay they would take 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer a request, if it is one of the page's."""
        if not self._is_own():
            return
        if (page := self.server.pages.get(self.path)) is not None:
            self._answer(*page)
        elif self.path == "/events":
            self._stream()
        elif (match := _FIGURE.fullmatch(self.path)) and match["theme"] in THEMES:
            details = self.server.preview.details(match["name"], _view(match))
            body = None if details is None else json.dumps(details).encode()
            self._answer_or_miss("application/json", body)
        elif (match := _PICTURE.fullmatch(self.path)) and match["theme"] in THEMES:
            picture = self.server.preview.picture(match["name"], _view(match))
            self._answer_or_miss("image/svg+xml", picture)
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _is_own(self) -> bool:
        """Whether a request comes from the page, or from who types its address; else refuse it."""
        # A site whose name was made to mean this machine still sends its own name.
        if self.headers.get_all("Host", []) not in [[host] for host in self.server.hosts]:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            self.send_error(HTTPStatus.FORBIDDEN)
        else:
            return True
        return False

    def _answer_or_miss(self, kind: str, body: bytes | None) -> None:
        if body is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._answer(kind, body)

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind if "json" in kind else f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        """Send the state of the preview whenever it changes, as long as the page is there."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        seen = 0
        preview = self.server.preview
        while not preview.closed:
            news = preview.wait(seen, HEARTBEAT)
            if news is None:
                self.wfile.write(b":\n\n")
                continue
            seen, state = news
            self.wfile.write(b"data: " + json.dumps(state).encode() + b"\n\n")

    def end_headers(self) -> None:
        """End the headers with what every answer says."""
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for what the author prints."""


def _view(match: re.Match[str]) -> StepTheme:
    return int(match["step"]), match["theme"]
