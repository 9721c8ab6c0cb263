"""Files in which figgen keeps for itself what it has found out, to be read quickly.

They hold plain data in Python's own marshal format, behind a checksum: what is torn, foreign or of
another version counts as nothing.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from pathlib import Path
from typing import Any

from figgen.disk.atomic_files import replace

_MAGIC = f"figgen 3 {sys.implementation.cache_tag} {sys.hexversion:x}\n".encode()
_NUMBER = 8


def pack(*parts: Any) -> bytes:
    """Plain data as bytes, each part to be read alone."""
    data = [_MAGIC]
    for part in parts:
        body = marshal.dumps(part)
        data += [
            len(body).to_bytes(_NUMBER, "big"),
            zlib.crc32(body).to_bytes(_NUMBER, "big"),
            body,
        ]
    return b"".join(data)


def unpack(data: bytes, number: int = 0) -> Any:
    """One part of what `pack` made; None if it is nothing of this version."""
    if not data.startswith(_MAGIC):
        return None
    start = len(_MAGIC)
    while True:
        header = data[start : start + 2 * _NUMBER]
        size = int.from_bytes(header[:_NUMBER], "big")
        body = data[start + 2 * _NUMBER : start + 2 * _NUMBER + size]
        if len(header) < 2 * _NUMBER or len(body) < size:
            return None
        if number == 0:
            break
        number -= 1
        start += 2 * _NUMBER + size
    if zlib.crc32(body) != int.from_bytes(header[_NUMBER:], "big"):
        return None
    return marshal.loads(body)  # noqa: S302 - what figgen has written, by its checksum


def read(path: str) -> bytes:
    """The bytes of a file; none if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return b""


def head(path: str) -> bytes:
    """The bytes of a file to the end of its first part; none if it cannot be read."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(_MAGIC) + 2 * _NUMBER)
            size = int.from_bytes(start[len(_MAGIC) : -_NUMBER], "big")
            # A length that is not true must not ask for all the memory there is.
            return start + file.read(min(size, os.fstat(file.fileno()).st_size))
    except (OSError, ValueError):
        return b""


def keep(path: str, data: bytes) -> bool:
    """Write a cache file whole or not at all; False if it cannot be written, which is no error."""
    try:
        # Its checksum tells what a power cut has torn.
        replace(Path(path), data, durable=False)
    except (OSError, ValueError):
        return False
    return True


def cache_file(folder: str, name: str) -> str:
    """Where to keep what was found out about a folder: with Python's own caches.

    Those who want no such files beside their sources have them where all caches of a user are.
    """
    if sys.pycache_prefix:
        return f"{sys.pycache_prefix}{folder}/{name}"
    if not sys.dont_write_bytecode:
        return os.path.join(folder, "__pycache__", name)
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(caches, "figgen", f"{zlib.crc32(folder.encode()):08x}-{name}")
