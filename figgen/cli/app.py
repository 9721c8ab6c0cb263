"""The program: its commands, and how it ends."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from figgen.errors import BuildError, RequestError, readable

AGAIN = 0.02
"""After how many seconds an interrupt comes again."""


class Failure(click.ClickException):
    """Something failed."""

    exit_code = 1


class Misuse(click.ClickException):
    """What was asked for does not exist."""

    exit_code = 2


class Interruption(click.ClickException):
    """Ctrl-C."""

    exit_code = 130


COMMANDS = {
    "accept": "diff_and_accept:accept",
    "build": "build:build",
    "chain": "graph_and_chain:chain",
    "check": "check:check",
    "completion": "completion:completion",
    "diff": "diff_and_accept:diff",
    "equation": "equation:equation",
    "gallery": "gallery:gallery",
    "graph": "graph_and_chain:graph",
    "list": "list_and_show:list_figures",
    "listing": "listing:listing",
    "merge": "merge:merge",
    "render": "render:render",
    "serve": "serve:serve",
    "show": "list_and_show:show",
}
"""Where each command is; it is imported when it is asked for."""


class Program(click.Group):
    """A group of commands that tells every error in one line."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of all commands."""
        return [*COMMANDS]

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, if there is one."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"figgen.cli.{module}"), name)
        return command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line.

        Raises:
            ClickException: In place of Ctrl-C.
        """
        try:
            return super().make_context(*args, **extra)
        except click.ClickException as error:
            _make_readable(error)
            raise
        except KeyboardInterrupt as error:
            raise Interruption("interrupted") from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that ``ctx`` holds.

        Raises:
            ClickException: In place of what the user can mend, and of Ctrl-C.
        """
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            _make_readable(error)
            raise
        except RequestError as error:
            raise Misuse(readable(str(error))) from error
        except BuildError as error:
            raise Failure(readable(str(error))) from error
        except KeyboardInterrupt as error:
            raise Interruption("interrupted; every file is whole, old or new") from error


@click.group(
    "figgen",
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  figgen list
  figgen render functions-plot -f png -o slides
  figgen build
  figgen --figures ../other-course/figures list

\b
Completion of commands, figures, sections and themes in your shell:
  eval "$(figgen completion bash)"
""",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path),
    help="The folder of the course. By default: [tool.figgen] figures = 'PATH' in the nearest"
    " pyproject.toml, then ./figures, then the course that comes with figgen.",
)
@click.version_option(package_name="figgen")
@click.pass_context
def program(ctx: click.Context, figures: Path | None) -> None:  # noqa: ARG001 - the commands read it
    """Lecture figures that compute themselves.

    Numbers are checked, steps never move, and every file carries its own description.
    """
    # https://no-color.org; on anything but a terminal, click leaves colour out by itself.
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def run() -> None:
    """Run the command line and exit."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no σ shows its code point, and not an error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Who stops a program by its number wants what Ctrl-C does, and the cursor of the terminal back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.unraisablehook = _tell_later
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        program(prog_name="figgen")
    # While the end of a command is told.
    except KeyboardInterrupt:
        click.echo("Error: interrupted", err=True)
        sys.exit(Interruption.exit_code)
    # An output that is full, say; click ends quietly by itself when the reader of the output, like
    # head, has seen enough.
    except OSError as error:
        if error.filename is None:
            # What could not be written stays in the buffer; Python would try again at exit.
            sys.stdout = io.StringIO()
        reason = error.strerror or error
        click.echo(f"Error: {error.filename or 'standard output'}: {reason}", err=True)
        sys.exit(Failure.exit_code)


def _make_readable(error: click.ClickException) -> None:
    # Click means it to be final; only what is quoted in it changes.
    vars(error)["message"] = readable(error.message)


def _open_closed_streams() -> None:
    """Have the first three descriptors open, so that no file is taken for the output of errors."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - that of stderr
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _tell_later(told: sys.UnraisableHookArgs) -> None:
    """Have an interrupt again that fell where Python cannot raise it: while it cleans up, say.

    Python would print it, with a traceback, and go on as if nobody had pressed Ctrl-C.
    """
    if isinstance(told.exc_value, KeyboardInterrupt):
        # By the system, so that it also wakes what waits; where it cannot, it ends the process.
        threading.Timer(AGAIN, os.kill, (os.getpid(), signal.SIGINT)).start()
    else:
        sys.__unraisablehook__(told)
