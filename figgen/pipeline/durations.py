"""How long each figure took the last time: what the next build begins with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from figgen.disk.atomic_files import STATE, write
from figgen.pipeline.outcome import Outcome

NAME = f"{STATE}/times.json"
"""The file of the times, apart from the manifest, which must not differ from build to build."""


def read_times(out: Path) -> dict[str, float]:
    """The seconds of each figure, by name; none if nothing is known that can be read.

    They say in which order to draw, and nothing else hangs on them.
    """
    with suppress(OSError, ValueError, AttributeError, TypeError):
        content = json.loads((out / NAME).read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in content.items()}
    return {}


def write_times(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Enter how long figures took; those that were not drawn keep what is known of them.

    Raises:
        BuildError: If the file cannot be written.
    """
    new = {each.name: round(each.seconds, 3) for each in outcomes if each.seconds is not None}
    if new:
        content = json.dumps(read_times(out) | new, indent=1, sort_keys=True)
        write(out / NAME, f"{content}\n".encode())
