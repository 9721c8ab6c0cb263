"""The tools that build the same figures, each in its own copy of the project.

Each draws with ``stock.py``. What a tool needs to know is written into the copy before anything is
timed: for make and Snakemake a script a figure, for doit a task a figure, for sphinx-gallery an
example a figure. A figure depends on the module that it is in, as a lecturer would say it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stock import FORMATS
from timing import Figure, timed

FIGGEN, FIRST, LOOP = "figgen -j 2", "figgen -j 2, never run before", "plain loop"
OUT = "out"
"""The folder that a tool writes to; only sphinx-gallery has a place of its own."""


@dataclass(frozen=True)
class Tool:
    """One way to build the figures.

    Attributes:
        name: As the table shows it.
        command: What builds; it is run in the copy of the project.
        write: Writes into the copy what the tool must know.
        state: What a cold build does not find, as patterns of paths.
        packages: What must be installed for it.
        only_cold: Whether no other build is timed.
        after_edit: What builds after the edit, if the command alone would not see it.
    """

    name: str
    command: Sequence[str]
    write: Callable[[Path, list[Figure]], None] = lambda *_: None
    state: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    only_cold: bool = False
    after_edit: Sequence[str] = ()


def read_modules(folder: Path, _figures: list[Figure]) -> None:
    """Let figgen read the modules of the project, as at any earlier build."""
    timed([sys.executable, "-m", "figgen", "build", "--dry-run", "-t", "light", "-o", OUT], folder)


SCRIPT = """\
from pathlib import Path

from figures.{module} import {function}
from stock import save

save({function}, Path("out"))
"""


def outputs(figure: Figure) -> list[str]:
    """The files of a figure, relative to the copy."""
    steps = range(1, figure.steps + 1)
    return [f"{OUT}/{figure.name}-{step}.{suffix}" for step in steps for suffix in FORMATS]


def write_scripts(folder: Path, figures: list[Figure]) -> None:
    """Write a script a figure."""
    (folder / "scripts").mkdir()
    for figure in figures:
        script = SCRIPT.format(module=Path(figure.file).stem, function=figure.function)
        (folder / f"scripts/{figure.name}.py").write_text(script, "utf-8")


def write_makefile(folder: Path, figures: list[Figure]) -> None:
    """Write scripts and a Makefile with a rule a figure, which makes all its files at once."""
    write_scripts(folder, figures)
    rules = [f"all: {' '.join(path for figure in figures for path in outputs(figure))}\n"]
    for figure in figures:
        script = f"scripts/{figure.name}.py"
        rules.append(
            f"{' '.join(outputs(figure))} &: {script} {figure.file}\n"
            f"\t@mkdir -p {OUT}\n\t@{sys.executable} {script}\n"
        )
    (folder / "Makefile").write_text("\n".join(rules), "utf-8")


SNAKEFILE_ALL = "rule all:\n    input: {files}\n"
SNAKEFILE_RULE = """
rule {function}:
    input: "scripts/{name}.py", "{file}"
    output: {files}
    shell: "{python} scripts/{name}.py"
"""


def write_snakefile(folder: Path, figures: list[Figure]) -> None:
    """Write scripts and a Snakefile with a rule a figure."""
    write_scripts(folder, figures)
    every = [path for figure in figures for path in outputs(figure)]
    rules = [SNAKEFILE_ALL.format(files=", ".join(map(json.dumps, every)))]
    rules += [
        SNAKEFILE_RULE.format(
            name=figure.name,
            function=figure.function,
            file=figure.file,
            files=", ".join(map(json.dumps, outputs(figure))),
            python=sys.executable,
        )
        for figure in figures
    ]
    (folder / "Snakefile").write_text("".join(rules), "utf-8")


DODO = """\
import importlib
from pathlib import Path

DOIT_CONFIG = {{"verbosity": 0}}
FIGURES = {figures}


def draw(module, function):
    # Imported in the worker: a build with nothing to do needs no matplotlib.
    import stock

    Path("out").mkdir(exist_ok=True)
    stock.save(getattr(importlib.import_module(module), function), Path("out"))


def task_draw():
    for name, module, function, file, files in FIGURES:
        yield {{
            "name": name,
            "actions": [(draw, [module, function])],
            "file_dep": [file],
            "targets": files,
        }}
"""


def write_dodo(folder: Path, figures: list[Figure]) -> None:
    """Write a ``dodo.py`` with a task a figure, which draws in doit's own processes."""
    tasks = [
        (figure.name, figure.module, figure.function, figure.file, outputs(figure))
        for figure in figures
    ]
    (folder / "dodo.py").write_text(DODO.format(figures=repr(tasks)), "utf-8")


CONF = """\
extensions = ["sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "image_scrapers": ("scraper.save_steps",),
    "reset_modules": (),
    "parallel": 2,
}
"""
SCRAPER = """\
from pathlib import Path

from sphinx_gallery.scrapers import figure_rst
from stock import save_step


def save_steps(block, block_vars, gallery_conf):
    canvas = block_vars["example_globals"].get("canvas")
    images = []
    for step in range(1, canvas.steps + 1 if canvas else 1):
        images.append(next(block_vars["image_path_iterator"]))
        save_step(canvas, step, str(Path(images[-1]).with_suffix("")))
    return figure_rst(images, gallery_conf["src_dir"])
"""
EXAMPLE = '''\
"""
{name}
{line}

A figure of the lecture.
"""

from figures.{module} import {function}
from stock import drawn

canvas = drawn({function})
'''
IMAGE = "sphx_glr_plot_"
"""What the file of a picture begins with."""


def write_gallery(folder: Path, figures: list[Figure]) -> None:
    """Write an example a figure, and a scraper that saves the steps of each."""
    for name in ("docs", "examples"):
        (folder / name).mkdir()
    (folder / "docs/conf.py").write_text(CONF, "utf-8")
    (folder / "docs/index.rst").write_text("Lecture\n=======\n\n.. toctree::\n\n   gallery/index\n")
    (folder / "scraper.py").write_text(SCRAPER, "utf-8")
    (folder / "examples/GALLERY_HEADER.rst").write_text("Figures\n=======\n", "utf-8")
    for figure in figures:
        example = EXAMPLE.format(
            name=figure.name,
            line="=" * len(figure.name),
            module=Path(figure.file).stem,
            function=figure.function,
        )
        (folder / f"examples/plot_{figure.name}.py").write_text(example, "utf-8")


def tools(figures: list[Figure], edited: Figure, section: str | None, python: str) -> list[Tool]:
    """All that is compared; figgen first, then the plain loop.

    Args:
        figures: What is built.
        edited: The figure that is edited.
        section: The section that they are, None for the whole lecture.
        python: The Python that has the peers.
    """
    names = [figure.name for figure in figures] if section else []
    build = [sys.executable, "-m", "figgen", "build", *names, "-t", "light", "-j", "2", "-o", OUT]
    places = [figure.place for figure in figures]
    # No pages: only the pictures are compared.
    sphinx = [python, "-m", "sphinx", "-q", "-b", "dummy", "docs", "pages"]
    option = "sphinx_gallery_conf"
    named = [f"{option}.run_stale_examples=True", f"{option}.filename_pattern=plot_{edited.name}"]
    return [
        Tool(FIGGEN, build, read_modules, (OUT,)),
        # Without what it knows of the modules, which it keeps with what Python has compiled.
        Tool(FIRST, build, state=(OUT, "*/__pycache__/figgen-*"), only_cold=True),
        # It always draws everything.
        Tool(LOOP, [sys.executable, "-m", "stock", *places, OUT], state=(OUT,), only_cold=True),
        Tool("make -j2", ["make", "-s", "-j2"], write_makefile, (OUT,)),
        Tool(
            "Snakemake --cores 2",
            # Its default scheduler solves an integer program, which is slower here.
            [python, "-m", "snakemake", "-q", "all", "--cores", "2", "--scheduler", "greedy"],
            write_snakefile,
            (OUT, ".snakemake"),
            ("snakemake",),
        ),
        Tool(
            "doit -n 2",
            [python, "-m", "doit", "-n", "2"],
            write_dodo,
            (OUT, ".doit.db*"),
            ("doit",),
        ),
        Tool(
            "sphinx-gallery, 2 workers",
            sphinx,
            write_gallery,
            ("docs/gallery", "docs/sg_execution_times.rst", "pages"),
            ("sphinx", "sphinx-gallery", "joblib"),
            after_edit=[*sphinx, "-D", named[0], "-D", named[1]],
        ),
    ]
