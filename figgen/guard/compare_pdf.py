"""What a PDF draws: its objects without the words about it, as structure and numbers."""

from __future__ import annotations

import re
import zlib
from itertools import zip_longest

from figgen.errors import BuildError

TOLERANCE = 2e-6
"""How far two numbers may be apart: scales and opacities stand among the places."""

_NUMBER = re.compile(r"(?<![\w/])[-+]?(?:\d+\.?\d*|\.\d+)")
_STREAM = re.compile(rb"stream\r?\n")
_OBJECT = re.compile(rb"(\d+) 0 obj\b")
_INFO = re.compile(rb"/Info (\d+) 0 R")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_LENGTH = re.compile(rb"\s*\d+\s+endobj\s*")
_LENGTHS = re.compile(r"/Length \d+( 0 R)?")


class PdfError(BuildError):
    """A file that is not a PDF of figgen."""


def pdf_differences(before: bytes, after: bytes, tolerance: float = TOLERANCE) -> list[str]:
    """What differs in what two PDF files draw, in words; nothing if they draw the same.

    Args:
        before: A file of figgen.
        after: Another.
        tolerance: How far two numbers may be apart, in the units of the file.

    Raises:
        PdfError: If one is no PDF.
    """
    if before == after:
        return []
    others, numbers, worst = 0, 0, 0.0
    for one, other in zip_longest(_contents(before), _contents(after), fillvalue=""):
        if _NUMBER.sub("0", one) != _NUMBER.sub("0", other):
            others += 1
            continue
        for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True):
            gap = abs(float(a) - float(b))
            if gap > tolerance:
                numbers, worst = numbers + 1, max(worst, gap)
    said = [f"{others} of its objects have other operators"] if others else []
    return said + ([f"{numbers} numbers changed, by up to {worst:.3g}"] if numbers else [])


def _contents(data: bytes) -> list[str]:
    """Its objects, unpacked, but for its title and the lengths of streams."""
    start = _START.search(data)
    if not data.startswith(b"%PDF-") or start is None:
        raise PdfError("not a PDF that can be read")
    info = _INFO.search(data, int(start[1]))
    # By the table of places: to search for the words would find them in packed data too.
    places = sorted(
        int(line[:10])
        for line in data[int(start[1]) :].splitlines()
        if line.rstrip().endswith(b" n")
    )
    found = []
    for place, end in zip(places, [*places[1:], int(start[1])], strict=True):
        match = _OBJECT.match(data, place)
        if match is None:
            raise PdfError("not a PDF that can be read: its table of objects is wrong")
        body = data[match.end() : end]
        if (info is None or match[1] != info[1]) and not _LENGTH.fullmatch(body):
            found.append(_unpacked(body))
    return found


def _unpacked(body: bytes) -> str:
    stream = _STREAM.search(body)
    if stream is None:
        return body.decode("latin-1")
    head = body[: stream.start()].decode("latin-1")
    packed = body[stream.end() : body.rindex(b"endstream")]
    try:
        content = zlib.decompress(packed) if "/FlateDecode" in head else packed
    except zlib.error:
        raise PdfError("not a PDF that can be read: a stream is broken") from None
    # How long it is when packed says nothing.
    return _LENGTHS.sub("", head) + content.decode("latin-1")
