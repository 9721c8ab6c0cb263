"""matplotlib's private names: all in one module, each with its purpose, and all there."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

import figgen
from figgen import matplotlib_private
from figgen.matplotlib_private import PRIVATE, Private

ROOM = Path(figgen.__file__).parent
MODULE = Path(matplotlib_private.__file__)
NAMES = {private.name for private in PRIVATE}


def require(private: Private) -> None:
    """Fail by name if the installed matplotlib lacks it."""
    if not hasattr(private.owner(), private.name):
        pytest.fail(f"matplotlib has no {private.name} any more: {private.purpose}", pytrace=False)


@pytest.mark.parametrize("private", PRIVATE, ids=lambda each: f"{each.name}: {each.purpose}")
def test_matplotlib_has_every_private_name(private: Private) -> None:
    """Each is told with its purpose; one that a later matplotlib drops fails by its name."""
    require(private)
    with pytest.raises(
        pytest.fail.Exception, match=re.escape(f"no _gone any more: {private.purpose}")
    ):
        require(replace(private, name="_gone"))


def private_names(path: Path) -> set[str]:
    """The names of `PRIVATE` that a module mentions, as a name or as a whole string."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(value=ast.Name(id="self")):
                continue
            case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name):
                found.add(name)
    return found & NAMES


def test_no_other_module_uses_them() -> None:
    """What the module needs is in the table, and what is in the table is in no other module."""
    assert private_names(MODULE) == NAMES
    others = {path: private_names(path) for path in ROOM.rglob("*.py") if path != MODULE}
    assert {path: names for path, names in others.items() if names} == {}
