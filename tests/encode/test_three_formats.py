"""SVG, PDF and PNG of every figure: the same bytes however they are asked for, and one picture."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
import three_formats
from lecture import COURSE, ROOT, drawing_of

from figgen.draw.canvas.theme import THEMES
from figgen.vocabulary import FORMATS

every_figure = pytest.mark.parametrize("name", COURSE.names)


@every_figure
def test_light_is_one_picture_in_three_formats(name: str) -> None:
    """Every step of the light theme, shown by other programs: the PNG, in all places."""
    assert [*three_formats.by_rendering(three_formats.built(drawing_of(name), ["light"]))] == []


@every_figure
def test_every_theme_has_the_same_operators(name: str) -> None:
    """PDFs draw what the SVGs draw, page by page; and a theme changes nothing but the colours."""
    files = three_formats.built(drawing_of(name))
    found = chain(three_formats.by_operators(files), three_formats.repainted(files))
    assert [*found] == []


@every_figure
def test_a_format_is_the_same_alone_and_among_all(name: str) -> None:
    """In the light theme: alone, in another order, and at another dpi; byte for byte."""
    drawing = drawing_of(name)
    assert [*three_formats.alone(drawing, three_formats.built(drawing, ["light"]))] == []


@pytest.mark.slow
@every_figure
def test_every_theme_is_one_picture_with_the_same_bytes(name: str) -> None:
    """As the light theme alone is in the tests before."""
    drawing = drawing_of(name)
    files = three_formats.built(drawing)
    found = chain(three_formats.by_rendering(files), three_formats.alone(drawing, files))
    assert [*found] == []


def figgen(out: Path, *arguments: str) -> dict[str, bytes]:
    """Run a command that writes pictures into a folder.

    Returns:
        The pictures, by their name.
    """
    subprocess.run(
        [sys.executable, "-m", "figgen", *arguments, "--out", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return {path.name: path.read_bytes() for path in out.rglob("*.*") if path.suffix[1:] in FORMATS}


@pytest.mark.slow
def test_render_and_build_write_the_same_bytes(tmp_path: Path) -> None:
    """All formats at once, or one after the other, the second time at another dpi."""
    name = "chain2-plot"
    together = figgen(tmp_path / "all", "build", name, "-t", "light")
    rendered = figgen(tmp_path / "render", "render", name)
    assert sorted(rendered) == sorted(together)
    for key in (key for key in rendered if key.endswith("svg")):
        # Only a build knows what a figure was made from.
        bare = re.sub(rb' data-fingerprint="\w+"', b"", together[key])
        assert rendered[key] == bare
    for format_ in FORMATS:
        own = {key: data for key, data in together.items() if key.endswith(format_)}
        command = "build", name, "-t", "light", "-f", format_
        assert own
        assert figgen(tmp_path / format_, *command) == own
        own = {key: data for key, data in rendered.items() if key.endswith(format_)}
        dpi = ("--dpi", "100") * (format_ != "png")
        assert figgen(tmp_path / f"{format_}-alone", "render", name, "-f", format_, *dpi) == own


@pytest.mark.slow
def test_a_build_of_one_format_writes_the_bytes_of_the_whole_build(tmp_path: Path) -> None:
    """All figures in every theme: three builds of a format make what the default build makes."""
    for theme in THEMES:
        together = figgen(tmp_path / theme / "all", "build", "-t", theme)
        apart: dict[str, bytes] = {}
        for format_ in FORMATS:
            apart |= figgen(tmp_path / theme / format_, "build", "-t", theme, "-f", format_)
        assert together
        assert apart == together
