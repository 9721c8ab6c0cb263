"""One lock file, of which each target installs what it needs."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "constraints.txt").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {"project": PROJECT["project"]["dependencies"], **PROJECT["dependency-groups"]}
PINNED = re.compile(r"^([\w.-]+)==", re.MULTILINE)


def load_script() -> Any:
    """The script that the Makefile runs, which is of no package."""
    spec = importlib.util.spec_from_file_location("locked", ROOT / ".ci" / "locked.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


SCRIPT = load_script()


def names_of(*groups: str) -> set[str]:
    """The packages that are installed for groups."""
    wanted = {SCRIPT.name_of(each) for group in groups for each in GROUPS[group]}
    return set(PINNED.findall(SCRIPT.locked(LOCK, wanted)))


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_complete(group: str) -> None:
    """Whatever a package of the group says it needs on this machine is in the group, too."""
    installed = {SCRIPT.name_of(each.name): each for each in distributions()}
    names = names_of(group)
    needed = {
        SCRIPT.name_of(requirement.name)
        for name in names & installed.keys()
        for requirement in map(Requirement, installed[name].requires or ())
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert needed - names == set()


def test_the_groups_are_the_lock() -> None:
    """Nothing is locked that no group installs."""
    assert names_of(*GROUPS) == set(PINNED.findall(LOCK))


def test_rendering_installs_no_tools() -> None:
    """What tests and lints is not installed where only figures are made."""
    names = names_of("project", "build")
    assert names >= {"matplotlib", "numpy", "setuptools", "anyio"}
    assert names & {"pytest", "hypothesis", "autograd", "mypy", "ruff", "import-linter"} == set()


def test_every_entry_has_hashes() -> None:
    """A hash stands under each version, and no index or path is named."""
    entries = re.split(r"^(?=\w)", LOCK, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"https?:|file:|^--|/", LOCK, re.MULTILINE)


def test_a_lock_that_was_not_renewed_is_told() -> None:
    """A package that the lock file does not know, yet, is named with what to do."""
    with pytest.raises(LookupError, match=r"^constraints.txt lacks seaborn; run: make lock$"):
        SCRIPT.locked(LOCK, {"numpy", "seaborn"})
    # Names are compared as indexes do.
    assert SCRIPT.name_of("Font_Source.Sans-Pro>=1") == "font-source-sans-pro"
