"""The pages name every room, format, theme and look rule, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from figgen.guard.look.limits import RULES
from figgen.vocabulary import FORMATS, SOURCES, THEMES

ROOT = Path(__file__).parent.parent
FIGGEN = ROOT / "figgen"
PAGES = [
    ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")),
]  # fmt: skip
ROOMS = [
    path.relative_to(FIGGEN).with_suffix("").as_posix()
    for path in (*(each.parent for each in FIGGEN.rglob("*/__init__.py")), *FIGGEN.glob("*.py"))
    if not path.stem.startswith("__")
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def said_in(folder: Path) -> set[str]:
    """All that stands between backticks in the pages of a folder, without a last slash."""
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob("*.md"))
    return {word.rstrip("/") for text in texts for word in re.findall(r"`([^`\n]+)`", text)}


def not_named(names: list[str], said: set[str]) -> list[str]:
    """Which names the pages do not have."""
    return [name for name in names if name not in said]


def broken_links(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    local = [each.partition("#")[0] for each in targets if not re.match(r"https?:|#", each)]
    return [each for each in local if not (page.parent / each).exists()]


@pytest.mark.parametrize(
    "names",
    [ROOMS, [*FORMATS, *SOURCES], [*THEMES], [*RULES]],
    ids=["rooms", "formats", "themes", "rules"],
)
def test_everything_is_named(names: list[str]) -> None:
    """What is not in the pages of docs/ is not known to a newcomer."""
    assert len(names) >= 3
    assert not_named(names, said_in(ROOT / "docs")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link is a file of the repository."""
    assert broken_links(page) == []


def test_the_files_that_are_named_exist() -> None:
    """A path in the table of promises is there."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`([a-z_]+/[\w/]*(?:\.py)?)`", page)) - {"figures/"}
    assert len(paths) > 15
    assert [path for path in paths if not (FIGGEN / path).exists()] == ["tests/test_contracts.py"]


def test_a_gap_and_a_broken_link_are_found(tmp_path: Path) -> None:
    """A name that is a part of another one, or stands without backticks, is not named."""
    page = tmp_path / "page.md"
    page.write_text("`core/ops`, draw, `disk/`, [a](page.md#top), [b](gone.md)", encoding="utf-8")
    assert not_named(["core", "draw", "disk"], said_in(tmp_path)) == ["core", "draw"]
    assert broken_links(page) == ["gone.md"]
