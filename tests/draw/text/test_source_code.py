"""Sources of functions in files, and of what is no such function."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from figgen.cli.listing import listing as listing_command
from figgen.core import InputError
from figgen.draw.text.source_code import run, source_of
from figgen.errors import BuildError, RequestError

Import = Callable[[str], ModuleType]


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Imports a module of a text."""
    monkeypatch.syspath_prepend(tmp_path)

    def load(text: str) -> ModuleType:
        name = f"taught_{uuid4().hex}"
        (tmp_path / f"{name}.py").write_bytes(text.encode())
        return import_module(name)

    return load


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_read_as_python_reads_it(imported: Import, separator: str) -> None:
    """Also behind a byte order mark, a form feed and a line separator in a string."""
    text = "\ufeffs = '\u2028'\n\x0c\ndef f(x: int) -> int:\n    '''Doc.'''; y = x\n    return y\n"
    f = imported(text.replace("\n", separator)).f
    assert source_of(f) == "def f(x):\n    y = x\n    return y"
    assert run(source_of(f), f)(3) == 3


def test_a_method_is_listed_bound_or_not(imported: Import) -> None:
    """Of an object and of a class."""
    module = imported(
        "class A:\n    def f(self, x: int):\n        return x\n\n"
        "    @classmethod\n    def g(cls, x: int):\n        return x\n"
    )
    assert source_of(module.A.f) == source_of(module.A().f) == "def f(self, x):\n    return x"
    assert source_of(module.A.g) == "def g(cls, x):\n    return x"


def test_a_decorator_that_returns_its_function_is_left_out(imported: Import) -> None:
    """What runs stands below it."""
    module = imported("def d(f):\n    return f\n\n\n@d\n@d\ndef f(x):\n    return x\n")
    assert source_of(module.f) == "def f(x):\n    return x"


def test_a_function_in_a_function_sees_what_is_around_it(imported: Import) -> None:
    """With its hints cut and its indentation taken off."""
    module = imported(
        "def g(y):\n    def f(x: int) -> int:\n        return x + y\n    return f\n\n\nf = g(2)\n"
    )
    assert run(source_of(module.f), module.f)(3) == 5


def test_a_function_that_moved_in_its_file_is_refused(imported: Import) -> None:
    """Python knows the line at which it read it, and no other."""
    module = imported("def f(x):\n    return x\n")
    Path(str(module.__file__)).write_text("\n\ndef f(x):\n    return x\n", encoding="utf-8")
    with pytest.raises(InputError, match="as it was when Python read it"):
        source_of(module.f)


class _Raises:
    """Raises whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError

    def __call__(self) -> None:
        """Nothing."""


def test_an_object_that_raises_is_refused() -> None:
    """Without being asked."""
    with pytest.raises(InputError, match="one that is written with def"):
        source_of(_Raises())


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("raise GeneratorExit", BuildError, "cannot be imported: GeneratorExit"),
        ("class E(BaseException): pass\nraise E('a\\nb')", BuildError, "imported: E: a b"),
        ("class E(Exception):\n def __str__(self): return 1 / 0\nraise E", BuildError, ": E"),
        ("def __getattr__(name): raise RuntimeError(name)", BuildError, "RuntimeError: f"),
        ("def f(): pass\nf.__wrapped__ = f", RequestError, "written with def"),
        ("f = lambda x: x", RequestError, "written with def"),
        ("def f():\n    return '\u2028'", RequestError, r"f at \w+\.py:1"),
        ("def f():\n    x = 1\n\x0c\n    return x", RequestError, r"f at \w+\.py:1"),
        ("def f():\n\treturn 1", BuildError, "indented with blanks"),
        ("def f(): 'Only words.'", RequestError, r"f at \w+\.py:1"),
        ("class f:\n def __call__(self): 0\n def __getattr__(s, n): 1 / 0\nf = f()", RequestError,
         "written with def"),
    ],
)  # fmt: skip
def test_a_module_that_cannot_be_listed_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    error: type[Exception],
    words: str,
) -> None:
    """Whatever it raises, and wherever."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"shown_{uuid4().hex}"
    (tmp_path / f"{name}.py").write_text(f"{text}\n", encoding="utf-8")
    out = tmp_path / "code.svg"
    result = CliRunner().invoke(listing_command, [f"{name}:f", "-o", str(out)])
    assert type(result.exception) is error
    assert re.search(words, str(result.exception))
    assert len(str(result.exception).splitlines()) == 1
    assert not out.exists()
