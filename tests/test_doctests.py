"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import figgen

MODULES = [
    "figgen",
    *(
        module.name
        for module in pkgutil.walk_packages(figgen.__path__, "figgen.")
        # To import that is to run the program.
        if module.name != "figgen.__main__"
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """Each ``>>>`` line of the module gives what is written under it."""
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, raise_on_error=False, verbose=False)
    assert failed == 0


def test_examples_are_found() -> None:
    """The finder sees them, so that the test above can fail."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    ]
    assert len(found) >= 5
