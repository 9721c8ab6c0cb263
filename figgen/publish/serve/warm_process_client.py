"""The warm process, as the server sees it: its beginning, orders, messages and its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, TypeAlias, cast

from figgen.publish.serve.figure_drawing import DrawingTask, Message

Receive: TypeAlias = Callable[["WarmProcess", Message], None]

_PATIENCE = 5.0
"""Seconds that the process has to end by itself."""


class WarmProcess:
    """A warm process.

    Args:
        receive: Called, in a thread of its own, with every message; the last is ``gone``.
        forks: Whether it forks a child an order. If not, it does one order and is gone.
    """

    def __init__(self, receive: Receive, *, forks: bool = hasattr(os, "fork")) -> None:
        self._receive = receive
        self._forks = forks
        self._number = 0
        self._retired = False
        script = "from figgen.publish.serve.warm_process import main; main()"
        command = [sys.executable, "-P", "-c", script, *([] if forks else ["--single"])]
        # As this process finds them, and not as its working folder has it.
        path = os.pathsep.join(each for each in sys.path if each)
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and a script of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
            # The Ctrl-C of a terminal is for the server, which ends this process then.
            start_new_session=True,
        )
        self._orders = cast("BinaryIO", self._process.stdin)
        self._messages = cast("BinaryIO", self._process.stdout)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def forks(self) -> bool:
        """Whether it forks a child for each order, and so can do several."""
        return self._forks

    def draw(self, order: DrawingTask) -> None:
        """Have a figure drawn; what becomes of it is told in messages with its number."""
        if not self._retired:
            self._number = order.number
        self._write(order.as_json())

    def cancel(self, number: int) -> None:
        """End an order."""
        if self._forks:
            self._write({"cancel": number})
        else:
            self._retire()
            self._process.kill()

    def _retire(self) -> None:
        """Say nothing any more of orders: what is given to it from now on, another has to do."""
        self._number, self._retired = 0, True

    def _write(self, data: dict[str, Any]) -> None:
        try:
            self._orders.write(json.dumps(data).encode() + b"\n")
            self._orders.flush()
        except (OSError, ValueError):
            # It has ended, and its pipe may be closed; the last message tells it.
            return

    def _listen(self) -> None:
        words = []
        for line in self._messages:
            try:
                message = json.loads(line)
            except ValueError:
                # No message, but what the process said when it was ended.
                words.append(line.decode(errors="replace"))
                continue
            self._ready = True
            if "done" in message and not self._forks:
                self._retire()
            self._receive(self, message)
        ended = self._process.wait()
        self._messages.close()
        with suppress(OSError):
            self._orders.close()
        if not self._forks and self._number:
            self._receive(self, {"number": self._number, "ended": ended, "words": "".join(words)})
        self._receive(self, {"gone": ended})

    def stop(self) -> None:
        """End the process with all that it has started."""
        if self._process.poll() is None:
            # It has children only when it is ready, and ends them when its orders end.
            if not (self._forks and self._ready):
                self._process.kill()
            # What was still to be written is for nobody.
            with suppress(OSError):
                self._orders.close()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
