"""The rule on the ids of an SVG."""

from __future__ import annotations

from figgen.guard.look.svg_ids import SvgFile, ids


def test_a_reference_to_nothing_is_found() -> None:
    """And one to something is not."""
    svg = '<svg><a id="x"/><use xlink:href="#x"/><use clip-path="url(#y)"/></svg>'
    (finding,) = ids(SvgFile(1, svg))
    assert "'y' is referred to and not there" in str(finding)


def test_an_id_that_is_there_twice_is_found() -> None:
    """Once for all of its places, with their number."""
    (finding,) = ids(SvgFile(2, '<svg><a id="x"/><b id="x"/><b id="x"/></svg>'))
    assert str(finding) == "step 2: svg-ids: 'x' is there 3 times; 1"
