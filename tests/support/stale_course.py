"""A course in which every way to depend on something occurs once, and its first build."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from figgen.course.reading import read_course
from figgen.pipeline import manifest
from figgen.pipeline.plan import Plan
from figgen.pipeline.request import Request
from figgen.pipeline.scheduling import make_all
from figgen.pipeline.staleness import Staleness
from figgen.pipeline.workers import Workers

HEAD = """\
from figgen import figure
from figgen.core import Function, FUNCTIONS, leaky_relu, sigmoid
from figgen.draw.canvas.canvas import Canvas
"""


def a_figure(name: str, text: str, parameters: str = "", decorator: str = "") -> str:
    """The source of a figure that writes what an expression gives."""
    return (
        f'\n\n@figure(title="{name}", perspective="plot", alt="A word.")\n{decorator}'
        f'def {name}(canvas: Canvas{parameters}) -> None:\n    """The caption."""\n'
        f"    # a comment\n    words = str({text})\n    canvas.text(2, 2, words)\n"
    )


ONE = (
    '"""The first section."""\n\nfrom __future__ import annotations\n\nimport functools\n\n'
    + HEAD
    + """\
from . import _tables as tables
from ._exports import exported
from ._shapes import Square
from ._tools import helper as aid
import small._deep

LABEL = "label"
PAIR, OTHER = 1, 2
UNUSED = 5


def decorate(func):
    @functools.wraps(func)
    def inner(*args):
        return func(*args)

    return inner


@decorate
def dressed(x):
    return x


def unused():
    return UNUSED
"""
    + a_figure("constant", "LABEL")
    + a_figure("paired", "PAIR")
    + a_figure("helped", "aid(2)")
    + a_figure("tabled", "tables.ROWS[0]")
    + a_figure("shaped", "Square(2).area()")
    + a_figure("exporting", "exported()")
    + a_figure("adorned", "dressed(3)")
    + a_figure("deep", "small._deep.deeper()")
    + a_figure("sigmoidal", "function(0.0)", ", *, function: Function = sigmoid")
    + a_figure("leaky", "leaky_relu(1.0)")
    + a_figure("listed", "sorted(FUNCTIONS)[0]")
)

TWO = (
    '"""The second section."""\n\nimport sys\nfrom functools import cache\n\nimport numpy as np\n\n'
    + HEAD
    + '''\
from pathlib import Path

from ._everything import *
from . import _dynamic, _late
from ._registry import REGISTRY, entered
from figgen.draw.text.listings import Listing

HERE = Path(__file__).parent

if sys.version_info >= (3, 0):
    def chosen():
        return "new"
else:
    def chosen():
        return "old"

try:
    import no_such_module
except ImportError:
    no_such_module = None


def shadowed(LABEL):
    return LABEL


def told():
    """Words that are drawn."""
    return 1


def shown(x):
    """Words that are not drawn."""
    # a comment that is drawn
    return x + 1


@cache
def table():
    return (HERE / "shared.csv").read_text()


def names():
    import small._lazy as lazy

    return lazy.NAMES


def perhaps():
    try:
        return open(HERE / "maybe.csv").read()
    except OSError:
        return "nothing"


class Plain:
    size = 3


@entered
def first():
    return 1


@entered
def second():
    return 2
'''
    + a_figure("starred", "star_value()")
    + a_figure("chosen_one", "chosen()")
    + a_figure("tried", "no_such_module")
    + a_figure("looked_up", '_dynamic.pick("item")')
    + a_figure("registered", "[f() for f in REGISTRY]")
    + a_figure("entering", "first()")
    + a_figure("reading", '(HERE / "own.csv").read_text()')
    + a_figure("looking", 'len(list((HERE / "data").iterdir()))')
    + a_figure("optional", "perhaps()")
    + a_figure("caching", "table()")
    + a_figure("documented", "told.__doc__")
    + a_figure("lazy", "names()")
    + a_figure("late", "_late.answer()")
    + a_figure("local", "shadowed(4)")
    + a_figure("attribute", "Plain.size")
    + """

@figure(title="source", perspective="code", alt="Code.")
def sourced(canvas: Canvas) -> None:
    Listing(canvas, shown).draw()
"""
)

THREE = (
    '"""The third section."""\n\nimport operator\nimport os\nimport sqlite3\n'
    "from dataclasses import dataclass\nfrom functools import partial, singledispatch\n"
    "from importlib import resources\nfrom pathlib import Path\n\nimport numpy as np\n\n"
    + HEAD
    + """\
from . import _attributes, _cases, _rows
from ._parents import Parent

HERE = Path(__file__).parent
FLAG = True

if FLAG:
    from ._inner import exported as picked
else:
    from ._other import exported as picked


def scaled(by):
    def decorate(func):
        def inner(*args):
            return func(*args) * by
        return inner
    return decorate


@scaled(by=3)
def plain():
    return 1


def times(x, y):
    return x * y


tripled = partial(times, 3)


class Child(Parent):
    pass


def computed():
    return 4


def by_default(x=computed()):
    return x


def cased(x):
    match x:
        case _cases.TWO:
            return "two"
        case _:
            return "another"


CHOICE = {"one": lambda x: x + 1}


@dataclass
class Settings:
    width: int = 3


@singledispatch
def show(x):
    return "any"


@show.register
def _(x: int):
    return "a number"


class Keeper:
    kept = []

    @classmethod
    def keep(cls, func):
        cls.kept.append(func)
        return func


@Keeper.keep
def kept():
    return "kept"


def count():
    with sqlite3.connect(HERE / "table.db") as table:
        return table.execute("pragma user_version").fetchone()[0]
"""
    + a_figure("looked_at", '(HERE / "flag.csv").exists()')
    + a_figure("has_folder", '(HERE / "data").is_dir()')
    + a_figure("sized", 'os.path.getsize(HERE / "sub/sized.csv")')
    + a_figure("variable", 'os.environ.get("SMALL_WORD", "none")')
    + a_figure("linked", '(HERE / "link.csv").read_text()')
    + a_figure("loaded", 'np.loadtxt(HERE / "sub/numbers.csv", delimiter=",").sum()')
    + a_figure("resource", 'resources.files("small").joinpath("sub/word.txt").read_text()')
    + a_figure("queried", "count()")
    + a_figure("scaled_by", "plain()")
    + a_figure("partly", "tripled(2)")
    + a_figure("inherited", "Child.size")
    + a_figure("attributed", "_attributes.anything")
    + a_figure("defaulted", "by_default()")
    + a_figure("matched", "cased(2)")
    + a_figure("picked_one", "picked()")
    + a_figure("choosing", 'CHOICE["one"](1)')
    + a_figure("dispatched", "show(1)")
    + a_figure("classy", "[func() for func in Keeper.kept]")
    + a_figure("set_up", "Settings().width")
    + a_figure("gotten", 'operator.attrgetter("ROWS")(_rows)')
)

MODULES = {
    "__init__.py": ('TITLE = "Small"\nSECTIONS = {"one": "One", "two": "Two", "three": "Three"}\n'),
    "one.py": ONE,
    "two.py": TWO,
    "three.py": THREE,
    "_rows.py": "ROWS = [1, 2]\n",
    "_parents.py": "class Parent:\n    size = 3\n",
    "_cases.py": "TWO = 2\n",
    "_attributes.py": (
        'KNOWN = {"anything": 5}\n\n\ndef __getattr__(name):\n    return KNOWN[name]\n'
    ),
    "sub/numbers.csv": "1,2\n3,4\n",
    "sub/word.txt": "word",
    "sub/sized.csv": "four",
    "link-a.csv": "a",
    "link-b.csv": "b",
    "_tables.py": "ROWS = [1, 2]\nCOLUMNS = [3]\n",
    "_tools.py": (
        "from ._deep import base\n\n\ndef helper(x, extra=1):\n    return base(x) + extra\n"
    ),
    "_deep.py": (
        "FACTOR = 2\n\n\ndef base(x):\n    return FACTOR * x\n\n\n"
        "def deeper():\n    return [FACTOR for _ in range(2)]\n"
    ),
    "_shapes.py": (
        "from ._bases import Base\n\n\nclass Square(Base):\n    sides = 4\n\n"
        "    def __init__(self, width):\n        self.width = width\n\n"
        "    def area(self):\n        return self.scaled(self.width ** 2)\n"
    ),
    "_bases.py": "class Base:\n    def scaled(self, x):\n        return 2 * x\n",
    "_exports.py": "from ._inner import exported\nfrom ._other import spare\n",
    "_inner.py": "def exported():\n    return 'inner'\n",
    "_other.py": "def exported():\n    return 'other'\n\n\ndef spare():\n    return 0\n",
    "_everything.py": "def star_value():\n    return 'star'\n\n\ndef star_spare():\n    return 0\n",
    "_dynamic.py": (
        "def item_a():\n    return 'a'\n\n\ndef pick(name):\n    return globals()[name + '_a']()\n"
    ),
    "_registry.py": (
        "REGISTRY = []\n\n\ndef entered(func):\n    REGISTRY.append(func)\n    return func\n"
    ),
    "_lazy.py": "NAMES = ('n',)\n",
    "_late.py": "value = 1\n\n\ndef answer():\n    return value\n",
    "_patch.py": "from . import _late\n\n_late.value = 2\n",
    "_lonely.py": "def lonely():\n    return 1\n",
    "own.csv": "own",
    "shared.csv": "shared",
    "data/one.txt": "1",
}

MODULES["one.py"] = MODULES["one.py"].replace(
    "import small._deep\n", "import small._deep\nfrom . import _patch\n"
)

FIGURES = {"-".join(line.split("def ")[1].split("(")[0].split("_"))
           for source in (ONE, TWO, THREE) for line in source.splitlines()
           if line.startswith("def ") and "canvas: Canvas" in line}  # fmt: skip


def write(folder: Path) -> Path:
    """Write the course into ``folder/small``."""
    for name, source in MODULES.items():
        path = folder / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    (folder / "small/link.csv").symlink_to("link-a.csv")
    store(folder, 1)
    return folder / "small"


def store(folder: Path, number: int) -> None:
    """Write one number into the data base of the course."""
    table = sqlite3.connect(folder / "small/table.db")
    with table:
        table.execute(f"pragma user_version = {number}")
    table.close()


def staleness(folder: Path, **order: object) -> Staleness:
    """What the build folder beside the course in ``folder`` holds, compared with the course."""
    chosen = {"formats": ("svg",), "themes": ("light",)} | order
    out = folder / "build"
    course = read_course(folder / "small")
    return Staleness(course, Request(out, **chosen), manifest.read_manifest(out).figures)


def build(folder: Path, **order: object) -> Plan:
    """Bring the build folder up to date."""
    (folder / "build").mkdir(exist_ok=True)
    found = staleness(folder, **order)
    plan = found.plan()
    # In a process of its own, as a build does it: here fonts and modules may be open already.
    outcomes = make_all(found.course, plan.stale, found.request, executor=Workers(1))
    for each in outcomes:
        found.note(each)
    assert [each.error for each in outcomes if each.error] == []
    made = {each.name: each for each in outcomes if each.record}
    records = {name: each.record for name, each in made.items()}
    now = manifest.write_manifest(found.course, found.request.out, records)
    found.remember(plan, made, now)
    return plan


def stale(folder: Path, **order: object) -> dict[str, tuple[str, ...]]:
    """The stale figures, with the reasons."""
    return dict(staleness(folder, **order).plan().reasons)
