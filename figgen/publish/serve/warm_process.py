"""The warm process: it has imported numpy, matplotlib and all of figgen, and no course.

For every order it forks a child, which imports the course anew and draws one figure; so every
picture is that of the source as it stands, and nothing has to be reloaded. While there is nothing
to do it keeps one child in readiness, so that a save need not wait for the fork. Orders come in and
messages go out as lines of JSON. Where there is no fork it does one order itself and ends; its
owner has the next one started by then.

It belongs to the server: when the server ends, in whatever way, its input ends, and with it all of
its processes.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from figgen.engine import ENGINE
from figgen.vocabulary import DEFAULT_THEME

if TYPE_CHECKING:
    from figgen.draw.canvas.canvas import Weight

_WEIGHTS: tuple[Weight, ...] = ("regular", "semibold", "bold")


def main() -> None:
    """Serve orders from standard input until it ends."""
    # What is written there by others, like an author's print, is no message.
    messages = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # A cached module is told from a changed one by the second and the size; both may be the same.
    sys.dont_write_bytecode = True
    try:
        _warm_up()
    except Exception as error:  # noqa: BLE001 - any module of the engine may be broken, in any way
        _send(messages, {"broken": place_of_error(error)})
        return
    _send(messages, {"ready": True})
    # From now on, only the course is imported: from its source.
    sys.pycache_prefix = os.devnull
    if "--single" in sys.argv:
        line = sys.stdin.buffer.readline()
        if line:
            _draw(json.loads(line), messages)
    else:
        _Forker(messages).serve()


def _warm_up() -> None:
    """Import all that a figure may need, and fill matplotlib's caches with a first picture."""
    for name in ("figgen.core", "figgen.draw"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    importlib.import_module("figgen.publish.serve.figure_drawing")
    _rehearse()
    # What is there now stays; a collection would only copy its pages into every child.
    gc.collect()
    gc.freeze()


def _rehearse() -> None:
    """Draw a picture for nobody."""
    # Not at the top: a module that is broken is told of, and mended.
    from figgen.core import Interval, sigmoid
    from figgen.course.course import Entry
    from figgen.course.definition import Definition
    from figgen.draw.canvas.canvas import Canvas
    from figgen.draw.canvas.planes import Box
    from figgen.draw.plots.plots import Plot
    from figgen.pipeline.asset_bytes import encode
    from figgen.pipeline.drawing import Drawing
    from figgen.pipeline.request import Asset

    definition = Definition(title="A", perspective="plot", alt="A.")
    entry = Entry("warm", definition, "", "", "", "warm.py", 1)
    canvas = Canvas()
    for place, weight in enumerate(_WEIGHTS, start=1):
        canvas.text(6, place, "0123456789 abcdefghijklmnopqrstuvwxyz −+=()", weight=weight)
    canvas.text(6, 4, r"$f'(x) = \frac{\partial y}{\partial x} \cdot 0.123456789^{2}_{i}$")
    plot = Plot(canvas, Box(1, 0.7, 8.5, 4), Interval(-3, 3), Interval(-1, 1))
    plot.frame((-3, 3), (-1, 1))
    plot.curve(sigmoid, "forward")
    encode(Drawing(entry, canvas), Asset("warm", 1, 1, DEFAULT_THEME, "svg"))


def place_of_error(error: Exception) -> dict[str, Any]:
    """The innermost line of the engine that an error comes from, and the reason."""
    if isinstance(error, SyntaxError) and error.filename:
        file, line, reason = error.filename, error.lineno, f"syntax error: {error.msg}"
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        for each in traceback.extract_tb(error.__traceback__):
            if Path(each.filename).is_relative_to(ENGINE):
                frame = each
        file, line = frame.filename, frame.lineno
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    file = file.removeprefix(f"{ENGINE.parent}{os.sep}")
    return {"reason": reason, "file": file, "line": line}


def _send(out: BinaryIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message).encode() + b"\n")
    out.flush()


def _draw(data: dict[str, Any], out: BinaryIO) -> None:
    """Do one order; if it hangs, end this process and say on ``out`` where it hung."""
    from figgen.publish.serve.figure_drawing import DrawingTask, render

    order = DrawingTask.from_json(data)
    if order.nice and hasattr(os, "nice"):
        os.nice(10)
    # In C and without the interpreter's lock, so that nothing can keep it from ending the process.
    faulthandler.enable(out)
    faulthandler.dump_traceback_later(order.limit, exit=True, file=out)
    for message in render(order):
        _send(out, message | {"number": order.number})
        faulthandler.dump_traceback_later(order.limit, exit=True, file=out)
    faulthandler.cancel_dump_traceback_later()


@dataclass
class _Child:
    """A child: its process, where it takes its order, which it has, and what it has begun to say.

    The number of its order is 0 as long as it has none.
    """

    pid: int
    orders: int
    number: int = 0
    rest: bytes = b""


class _Forker:
    """Forks a child an order, and passes on what each of them says, line by line."""

    def __init__(self, messages: BinaryIO) -> None:
        self._messages = messages
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._rest = b""

    def serve(self) -> None:
        self._selector.register(0, selectors.EVENT_READ)
        try:
            while True:
                if not self._children:
                    self._fork(rehearse=True)
                for key, _ in self._selector.select():
                    if key.fd == 0:
                        self._take()
                    else:
                        self._pass_on(key.fd)
        except (EOFError, BrokenPipeError):
            # The server has ended.
            return
        finally:
            for child in self._children.values():
                _kill(child.pid)

    def _take(self) -> None:
        data = os.read(0, 1 << 16)
        if not data:
            raise EOFError
        *lines, self._rest = (self._rest + data).split(b"\n")
        for order in map(json.loads, lines):
            if "cancel" in order:
                for child in self._children.values():
                    if child.number == order["cancel"]:
                        _kill(child.pid)
            else:
                ready = (child for child in self._children.values() if not child.number)
                child = next(ready, None) or self._fork(rehearse=False)
                child.number = order["number"]
                with suppress(BrokenPipeError), os.fdopen(child.orders, "wb") as orders:
                    orders.write(json.dumps(order).encode())

    def _fork(self, *, rehearse: bool) -> _Child:
        """Fork a child that takes one order.

        Args:
            rehearse: Whether there is time to draw a picture first, for nobody: what that touches
                is copied from this process then, and not when it counts.
        """
        theirs, ours = os.pipe()
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                # Its own group, so that what it starts ends with it; and not the server's orders.
                os.setpgid(0, 0)
                os.close(theirs)
                os.close(writing)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                if rehearse:
                    _rehearse()
                with os.fdopen(reading, "rb") as orders:
                    order = orders.read()
                if order:
                    _draw(json.loads(order), os.fdopen(ours, "wb"))
                status = 0
            except BrokenPipeError:
                # Nobody listens any more.
                status = 0
            except BaseException:  # noqa: BLE001 - a forked process ends here, whatever happened
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(ours)
        os.close(reading)
        child = self._children[theirs] = _Child(pid, writing)
        self._selector.register(theirs, selectors.EVENT_READ)
        return child

    def _pass_on(self, fd: int) -> None:
        child = self._children[fd]
        data = os.read(fd, 1 << 20)
        *lines, child.rest = (child.rest + data).split(b"\n")
        # What is no message is what the process said when it was ended.
        messages = [line for line in lines if line.startswith(b"{")]
        child.rest = b"\n".join([line for line in lines if line not in messages] + [child.rest])
        for line in messages:
            self._messages.write(line + b"\n")
        if not data:
            self._selector.unregister(fd)
            os.close(fd)
            del self._children[fd]
            _kill(child.pid)
            _, status = os.waitpid(child.pid, 0)
            ended = os.waitstatus_to_exitcode(status)
            words = child.rest.decode(errors="replace")
            # One without an order, that somebody has ended, is nobody's loss.
            if child.number:
                _send(self._messages, {"number": child.number, "ended": ended, "words": words})
            else:
                os.close(child.orders)
        self._messages.flush()


def _kill(pid: int) -> None:
    """End a child and whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    # Its group may not be there yet. One that has ended keeps its number until it is waited for.
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
