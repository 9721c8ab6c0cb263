"""What is done of a build before it ends: a line a figure, for the next build if this one dies.

A line is written when all files of its figure are, and says what they are and what they were made
from. Whoever reads it believes none of that, and compares. Behind its checksum, a line that is torn
counts as nothing. A build that ends by itself has its state and its manifest, and needs none.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from figgen.disk.atomic_files import STATE

NAME = f"{STATE}/journal"

PAUSE = 1.0
"""How many seconds of work a power cut may take: to bring a line to the disk takes a while."""

_VERSION = zlib.crc32(b"figgen journal 1")


class Journal:
    """The figures that a build has made so far.

    Args:
        path: The file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[bytes] = []
        self._due = time.monotonic() + PAUSE

    def read(self) -> dict[str, dict[str, Any]]:
        """What was said last of each figure."""
        found: dict[str, dict[str, Any]] = {}
        data = b""
        with suppress(OSError):
            data = self._path.read_bytes()
        for line in data.splitlines():
            said, _, body = line.partition(b" ")
            if said == _checksum(body):
                about = json.loads(body)
                found[about["record"]["name"]] = about
        return found

    @property
    def waits(self) -> bool:
        """Whether something was noted that is not written."""
        return bool(self._lines)

    def note(self, about: Mapping[str, Any]) -> bool:
        """Have a line for a figure that is made; say whether it is time to write.

        Args:
            about: Plain data, with the figure's entry in the manifest as its ``record``.
        """
        body = json.dumps(about).encode()
        self._lines.append(_checksum(body) + b" " + body)
        return time.monotonic() >= self._due

    def write(self, *, certain: bool) -> None:
        """Write the lines that wait, or drop them if they are not certain.

        A journal that cannot be written is no reason to stop a build that can be.
        """
        lines, self._lines = self._lines, []
        if lines and certain:
            with suppress(OSError), self._path.open("ab") as file:
                # The last one of a build that was killed may have no end.
                file.write(b"\n" + b"\n".join(lines) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        self._due = time.monotonic() + PAUSE

    def take(self, path: Path) -> None:
        """Append another journal, which goes."""
        with suppress(OSError):
            self._lines = path.read_bytes().splitlines()
            self._path.parent.mkdir(exist_ok=True)
            self.write(certain=True)
            path.unlink()

    def remove(self) -> None:
        """Begin anew: all that it says is known from elsewhere."""
        with suppress(OSError):
            self._path.unlink()


def _checksum(body: bytes) -> bytes:
    return b"%08x" % zlib.crc32(body, _VERSION)
