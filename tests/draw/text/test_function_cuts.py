"""The cuts of a listing: what must come of each source, and faults that the comparison stops."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from figgen.core import InputError
from figgen.draw.text.function_cuts import _Source, body_lines, function_text

BODY = "    return x"

CASES = [
    ("def f(x):\n    return x", f"def f(x):\n{BODY}"),
    ('def f(x):\n    """Half it."""; y = x / 2\n    return y', "def f(x):\n    y = x / 2\n"
     "    return y"),
    ('def f(x):\n    """Doc.""";\n    return x', f"def f(x):\n{BODY}"),
    ('def f(x):\n    """Doc."""  # why\n    return x', f"def f(x):\n{BODY}"),
    ('def f(x):\n    """Doc.\n\n    More.\n    """\n    return x', f"def f(x):\n{BODY}"),
    ('def f(x):\n    """Doc.\n    """; y = x; return y', "def f(x):\n    y = x; return y"),
    ('def f(x):\n    ("Doc."\n     " More.")\n    return x', f"def f(x):\n{BODY}"),
    ("def f(x):\n    'Doc.'\n\n    return x", f"def f(x):\n\n{BODY}"),
    ('def f(a, b): "Add."; return a + b', "def f(a, b): return a + b"),
    ('def f(x):\n    "Doc." \\\n    ; return x', "def f(x):\n    return x"),
    ("def f(x) -> (\n    tuple[int, int]\n):\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x) -> ((int)):\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x) -> '-> (':\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x)->int:\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x) \\\n  -> int:\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x) -> (  # why\n    int  # so\n):\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x: (int | None) = None):\n    return x", f"def f(x=None):\n{BODY}"),
    ("def f(x: int=1, y:int =2):\n    return x", f"def f(x=1, y=2):\n{BODY}"),
    ("def f(x: '=' = '-> :'):\n    return x", f"def f(x='-> :'):\n{BODY}"),
    ("def f(x: str = ') -> int:') -> str:\n    return x", f"def f(x=') -> int:'):\n{BODY}"),
    ("def f(x: lambda a, b=1: a = 3):\n    return x", f"def f(x=3):\n{BODY}"),
    ("def f(x: dict = {1: 2}, *, y: list = [1]):\n    return x",
     f"def f(x={{1: 2}}, *, y=[1]):\n{BODY}"),
    ("def f(x: int, /, *y: int, z: int, **w: int):\n    return x",
     f"def f(x, /, *y, z, **w):\n{BODY}"),
    ("def f(x, *y: *tuple[int, ...]):\n    return x", f"def f(x, *y):\n{BODY}"),
    ("def f(\n    x: int,  # the (x: int) -> y\n    y: int = 2,\n):\n    return x",
     f"def f(\n    x,  # the (x: int) -> y\n    y=2,\n):\n{BODY}"),
    ("def f(x: 'é' = 'é') -> 'é':\n    return x", f"def f(x='é'):\n{BODY}"),
    ("def f(ü: int) -> int:\n    ä: int = ü\n    return ä", "def f(ü):\n    ä = ü\n    return ä"),
    ("def f(x):\n    y: int = x\n    return y", "def f(x):\n    y = x\n    return y"),
    ("def f(x):\n    y: (\n        int\n    ) = x\n    return y",
     "def f(x):\n    y = x\n    return y"),
    ("def f(x):\n    (y): int = x\n    return y", "def f(x):\n    (y) = x\n    return y"),
    ("def f(x):\n    x.y: int = 1\n    return x", f"def f(x):\n    x.y = 1\n{BODY}"),
    ("def f(x):\n    x[1:2]: int = 1\n    return x", f"def f(x):\n    x[1:2] = 1\n{BODY}"),
    ("def f(x):\n    y: int\n    return x", f"def f(x):\n    y: int\n{BODY}"),
    ("def f(x):\n    def g(y: int) -> int:\n        'Doc.'\n        return y\n    return g",
     "def f(x):\n    def g(y):\n        'Doc.'\n        return y\n    return g"),
    ("def f(x):\n    class A:\n        y: int = 1\n        def g(self, z: int): pass\n    return A",
     "def f(x):\n    class A:\n        y: int = 1\n        def g(self, z): pass\n    return A"),
    ("def f(x):\n    return lambda y=': ->': y", "def f(x):\n    return lambda y=': ->': y"),
    ("async def f(x: int) -> int:\n    return await x", "async def f(x):\n    return await x"),
    ("class A:\n    def f(self, x: int):\n        'Doc.'\n        return x",
     f"def f(self, x):\n{BODY}"),
    ("class A:\n    def f(x):\n# left\n        # in\n        return x",
     f"def f(x):\n# left\n    # in\n{BODY}"),
    ("class A:\n    def f(x):\n        y = '''a\n    b\n\n  c'''\n        return x",
     f"def f(x):\n    y = '''a\n    b\n\n  c'''\n{BODY}"),
    ("class A:\n    def f(x,\n  y: int):\n        return x", f"def f(x,\ny):\n{BODY}"),
    ("if 1:\n  def f(x):\n    return x", "def f(x):\n  return x"),
    ("@f(\n    1)\n@g\ndef f(x: int):\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x):\n\tif x:\n\t\treturn x", "def f(x):\n\tif x:\n\t\treturn x"),
    ("def f(x):\n    return x  # kept", f"def f(x):\n{BODY}  # kept"),
    ("def f(x):\n    return x;\n\ny = 1", f"def f(x):\n{BODY};"),
    ("def f(x):\n    return x \\\n        + 1", f"def f(x):\n{BODY} \\\n        + 1"),
    ("def f(x):\n    y = 'def f(x): -> int'\n    return x",
     f"def f(x):\n    y = 'def f(x): -> int'\n{BODY}"),
    ("def f(x):\n    f'{x!r:>{x}}'\n    return x", f"def f(x):\n    f'{{x!r:>{{x}}}}'\n{BODY}"),
    ("s = '\u2028\x0c'\n\x0c\ndef f(x: int):\n    return x", f"def f(x):\n{BODY}"),
    ("def f(x): return x", "def f(x): return x"),
    ("def f(x): ...", "def f(x): ..."),
]  # fmt: skip
"""Sources and what must be left of each f."""

REFUSED = [
    ('def f(x):\n    """Only words."""', "compiles by itself"),
    ('def f(x): "Only words."', "compiles by itself"),
    ("def f(x):\n    return '\u2028'", "form feeds or separators"),
    ("def f(x):\n    # a\u2029b\n    return x", "form feeds or separators"),
    ("def f(x):\n    y = x\n\x0c\n    return y", "form feeds or separators"),
    ("def f(x):\n    return '\x85'", "form feeds or separators"),
    ("def f(x):\n    # \x1c\n    return x", "form feeds or separators"),
    ("def g():\n    y = 1\n    def f(x):\n        nonlocal y\n    return f",
     "no binding for nonlocal"),
    ("f = lambda x: x", "written with def"),
    ("def f(x:\n    return x", "compiles by itself"),
    ("f = 1", "written with def"),
    ("def f(x):\n    return '\0'", "compiles by itself"),
    ("def f(x):\n    return " + "-" * 50_000 + "x", "compiles by itself"),
]  # fmt: skip
"""Sources that have no listing, and a part of why."""

FIRST_LINES = [
    ('def f(x):\n    """One.\n\n    Two.\n    """\n    return x',
     f'def f(x):\n    """One."""\n{BODY}'),
    ('def f(x):\n    """One."""; return x', 'def f(x):\n    """One."""; return x'),
    ("def f(x):\n    'One. \\\n    Two.'\n    return x", None),
    ('def f(x):\n    """Say "a"\n    Two."""\n    return x', None),
    ('def f(x):\n    """Only words."""', 'def f(x):\n    """Only words."""'),
    ('def f(x):\n    ("One."\n     "Two.")\n    return x', None),
    ('def f(x: int):\n    r"""One.\n    Two."""; return x', 'def f(x):\n    r"""One."""; return x'),
]  # fmt: skip


def cut(source: str, docstring: Any = "none") -> str:
    """The listing of the first f of a source."""
    line = 1
    try:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "f":
                line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                break
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return function_text(source, line, "f", "taught.py", docstring)


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_what_is_left(source: str, expected: str) -> None:
    """All but decorators, docstring and annotations, letter by letter."""
    assert cut(source) == expected


@pytest.mark.parametrize(("source", "why"), REFUSED)
def test_what_has_no_listing_is_refused_in_one_line(source: str, why: str) -> None:
    """With the file and the line of the function."""
    with pytest.raises(InputError) as caught:
        cut(source)
    assert why in str(caught.value)
    assert re.search(r"f at taught\.py:\d", str(caught.value))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(("source", "expected"), FIRST_LINES)
def test_the_first_line_of_a_docstring(source: str, expected: str | None) -> None:
    """Alone stays, in its quotes; where it cannot, there is no listing."""
    if expected is None:
        with pytest.raises(InputError, match=r"f at taught\.py:1"):
            cut(source, "first line")
    else:
        assert cut(source, "first line") == expected


def test_the_lines_of_a_body() -> None:
    """Begin behind the head's own colon."""
    assert body_lines("def f(x={1: 2},\n  y=lambda: 3): return x") == ["return x"]
    assert body_lines("def f(x):  # why\n    y = x\n\n    return y") == [
        "    y = x",
        "    return y",
    ]


HINTS = st.sampled_from(
    ["", "int", "(int)", "(\n        int | None\n    )", "'a: b = ) -> c'", "dict[str, int]",
     "lambda a, b=1: (a, b)", "(  # why\n  (int))", "Callable[[int], 'é']"]
)  # fmt: skip
DEFAULTS = st.sampled_from(["", "None", "'-> int:'", "{1: 2}", "(1, [2])", "lambda a=1: a", "'é'"])
WORDS = st.sampled_from(["", '"""Doc."""', "'Doc: -> x'", '"""Doc.\n\nMore.\n"""', '("a"\n "b")'])
STATEMENTS = st.sampled_from(
    ["y = x", "y: int = x", "y: (\n  int) = x", "z = '''a\n  b'''", "g = lambda a=':': a",
     "def g(a: int = 1) -> int: return a", "if x: y = 1", "y = x \\\n  + 1", "# why: int", "pass"]
)  # fmt: skip


@st.composite
def functions(draw: st.DrawFn) -> tuple[str, str]:
    """A function with hints, docstring and decorators, and the same one without."""
    heads: list[tuple[str, str]] = []
    for name in ("x", "y", "*", "z"):
        if name == "*":
            heads.append((name, name))
            continue
        hint, default = draw(HINTS), draw(DEFAULTS) or "0"
        heads.append((f"{name}{f': {hint}' if hint else ''} = {default}", f"{name}={default}"))
    returns, words = draw(HINTS), draw(WORDS)
    separator = draw(st.sampled_from(["; ", "\n    ", "  # noqa\n    "])) if words else ""
    body = [*draw(st.lists(STATEMENTS, max_size=4)), "return x"]
    arrow = f" -> {returns}" if returns else ""
    # After a semicolon stands no compound statement.
    lines = "\n    ".join(["pass", *body])
    full = f"def f({', '.join(a for a, _ in heads)}){arrow}:\n    {words}{separator}{lines}\n"
    plain = f"def f({', '.join(b for _, b in heads)}):\n    {lines}\n"
    return full, plain


class _Bare(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return ast.Assign([node.target], self.visit(node.value))


@given(functions(), st.sampled_from(["", "@d\n", "@d(1,\n   2)\n"]), st.booleans())
def test_a_random_function_survives(each: tuple[str, str], decorators: str, inner: bool) -> None:
    """At the top of a file and in a class: what is left is the function written without hints."""
    full, plain = each
    source = f"{decorators}{full}"
    if inner and "'''" not in full and '"""' not in full:
        source = "class A:\n" + "".join(f"    {line}\n" for line in source.splitlines())
    left = ast.parse(cut(source))
    assert ast.dump(left) == ast.dump(_Bare().visit(ast.parse(plain)))


SAMPLE = '''class A:
    def f(self, x: int = 1) -> int:
        """Doc."""
        y: int = x
        z = """a
        b"""
        return y + len(z)
'''


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("_docstring", lambda cuts: [(first, last + 18) for first, last in cuts]),
        ("_docstring", lambda cuts: cuts[:0]),
        ("_docstring", lambda cuts: [(first, last + 6) for first, last in cuts]),
        ("_hints", lambda cuts: cuts[:0]),
        ("_hints", lambda cuts: cuts[1:]),
        ("_hints", lambda cuts: [(first - 1, last) for first, last in cuts]),
        ("_hints", lambda cuts: [(first, last + 1) for first, last in cuts]),
        ("_hints", lambda cuts: [(first, last + 4) for first, last in cuts]),
        ("_indents", lambda cuts: cuts[:-1]),
        ("_indents", lambda cuts: [*cuts, (cuts[-1][1] + 4, cuts[-1][1] + 11)]),
        ("_indents", lambda cuts: [*cuts, (SAMPLE.index("    b"), SAMPLE.index('b"""'))]),
        ("_indents", lambda cuts: [*cuts, (SAMPLE.index("y + "), SAMPLE.index("len(z)"))]),
        ("_indents", lambda cuts: [*cuts, (SAMPLE.index("    z ="), SAMPLE.index("    return"))]),
    ],
)  # fmt: skip
def test_a_planted_fault_in_the_cutting_is_refused(
    part: str, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is cut too much or too little, the text no longer defines the function."""
    whole = getattr(_Source, part)

    def planted(self: _Source, *args: Any) -> Iterator[tuple[int, int]]:
        yield from fault(list(whole(self, *args)))

    function_text(SAMPLE, 2, "f", "taught.py", "none")
    # The parts for inner nodes are asked as the whole is, so the fault is planted at the top.
    if part == "_hints":
        cuts = list(_Source(SAMPLE)._hints(ast.parse(SAMPLE).body[0].body[0]))  # type: ignore[attr-defined]
        monkeypatch.setattr(_Source, part, lambda *_: fault(cuts))
    else:
        monkeypatch.setattr(_Source, part, planted)
    with pytest.raises(InputError, match=r"f at taught\.py:2"):
        function_text(SAMPLE, 2, "f", "taught.py", "none")
