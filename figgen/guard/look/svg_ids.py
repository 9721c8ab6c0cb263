"""The rule on the ids of an SVG, which a page may hold many of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from figgen.guard.look.findings import Findings
from figgen.guard.look.limits import SVG_IDS
from figgen.guard.look.measuring import measures

_ID = re.compile(r'\sid="([^"]*)"')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]*)')


@dataclass(frozen=True)
class SvgFile:
    """A step as it is written.

    Attributes:
        step: Which step.
        text: The file.
    """

    step: int
    text: str


@measures(SVG_IDS, of=SvgFile)
def ids(svg: SvgFile) -> Findings:
    """The most often that an id is there, and references to what is not.

    >>> [str(finding) for finding in ids(SvgFile(1, '<a id="x"/><b href="#y"/>'))]
    ["step 1: svg-ids: 'y' is referred to and not there; 1"]
    """
    count = Counter(_ID.findall(svg.text))
    for name, times in count.items():
        if times > SVG_IDS.limit:
            yield SVG_IDS.broken(repr(name), f"is there {times} times", times, step=svg.step)
    for name in sorted(set(_REFERENCE.findall(svg.text)) - set(count)):
        yield SVG_IDS.broken(repr(name), "is referred to and not there", 0, step=svg.step)
