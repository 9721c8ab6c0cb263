"""The command line: parse, call one function of the build, print.

Every command starts here, completion in the shell included, so these modules import neither
numpy nor matplotlib; a command that draws imports what it needs when it runs.
"""

import os
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit."""
    # Before the program begins and when it has ended, there is nothing to lose, and Ctrl-C would
    # come out as a traceback from the depths of an import or of Python's own end.
    _quietly()
    from figgen.cli.app import run

    try:
        run()
    finally:
        _quietly()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _quietly() -> None:
    # A shell lets what runs in the background ignore it, and so it shall stay.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)


def _leave(*_: object) -> None:
    os._exit(130)
