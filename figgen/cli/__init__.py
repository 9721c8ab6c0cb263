"""The command line: parse, call one function of the build, print.

Every command starts here, completion in the shell included, so these modules import neither
numpy nor matplotlib; a command that draws imports what it needs when it runs.
"""

from figgen.cli.app import main

__all__ = ["main"]
