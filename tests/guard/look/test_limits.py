"""The rules as they are declared: each is measured, and a new one takes one declaration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from small_course import figure_with, write_course

from figgen.engine import ENGINE
from figgen.guard.look import judging
from figgen.guard.look.limits import ALT_DUPLICATE, EXCUSES, RULES
from figgen.guard.look.measuring import MEASURES


def test_every_rule_is_measured() -> None:
    """By a function that `judge` reaches, but for those that look at more than one drawing."""
    assert judging.MEASURED_IN
    measured = {rule.name for measures in MEASURES.values() for rule, _ in measures}
    assert measured == set(RULES) - {ALT_DUPLICATE.name, EXCUSES.name}


def test_a_name_tells_its_rule() -> None:
    """A constant is called as its rule, so that neither can be looked for in vain."""
    for name, rule in RULES.items():
        constant = name.upper().replace("-", "_")
        assert getattr(sys.modules["figgen.guard.look.limits"], constant) is rule


DECLARED = """
SHORT_TITLE = Rule("short-title", "the title fits into a table of contents", 12, "{} or less")

RULES ="""

MEASURED = '''

from figgen.guard.look.limits import SHORT_TITLE


@measures(SHORT_TITLE, of=Drawing)
def long_title(drawing: Drawing) -> Findings:
    """The letters of the title."""
    letters = len(drawing.entry.definition.title)
    if letters > SHORT_TITLE.limit:
        yield SHORT_TITLE.broken("the title", f"has {letters} letters", letters)
'''


def test_a_new_rule(tmp_path: Path) -> None:
    """Declared once and measured once, it is reported, and a definition can be excused from it."""
    engine = tmp_path / "figgen"
    shutil.copytree(ENGINE, engine, ignore=shutil.ignore_patterns("__pycache__"))
    limits = engine / "guard" / "look" / "limits.py"
    text = limits.read_text(encoding="utf-8")
    assert text.count("\nRULES =") == 1
    limits.write_text(text.replace("\nRULES =", DECLARED), encoding="utf-8")
    with (engine / "guard" / "look" / "alt_text.py").open("a", encoding="utf-8") as file:
        file.write(MEASURED)
    line = "a long line of words that fills more than half of its slot"
    body = f"canvas.text(6, 2.8, '{line}'), canvas.describe('So {{}}.')"
    words = 'title="Far too many letters", perspective="plot", alt="A long line of words, {0}."'
    excused = ', excuses={"short-title": "it is the name of a book"}'
    write_course(
        tmp_path / "small",
        one=figure_with(body.format(1), words.format(1)).replace("bad", "long_title"),
        two=figure_with(body.format(2), words.format(2) + excused).replace("bad", "excused"),
    )
    done = subprocess.run(
        [sys.executable, "-m", "figgen", "--figures", "small", "check"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    (finding,) = [each for each in done.stderr.splitlines() if each.startswith("look ")]
    assert finding == "look long-title short-title: the title has 20 letters; 12 or less"
    assert "excused excused: short-title, the title: it is the name of a book" in done.stdout
