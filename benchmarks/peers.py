"""How long the lecture takes, beside the tools that others build their figures with.

Run it with ``make bench``. Each tool builds its own copy of the project: cold, with nothing to do,
and after one edit of one figure function. All make every step in SVG, PDF and PNG, in the light
theme; all but figgen draw with ``stock.py``. Before a time counts it is checked what became of the
files: all are there, those of the peers show the same pictures as those of the plain loop, a build
with nothing to do wrote none, and the edited figure was drawn anew. The commands take turns, so
that a slow moment of the machine meets all of them; what counts are the ratios of the medians.

The peers are installed into an environment of their own, which sees the packages of the project.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import re
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from peer_tools import FIGGEN, FIRST, IMAGE, LOOP, OUT, Tool, tools
from stock import FORMATS
from timing import ROOT, Figure, lecture, read_options, timed

from figgen.draw.graphs.graphviz_layout import PACKAGED_ENGINE

EDITED = "functions-plot"
"""Its module holds four figures; the mean over the lecture is five."""
SITUATIONS = ("cold", "no-op", "one edit")

File = tuple[str, int, str]
"""A figure, a step and a format."""


class Workplace:
    """A tool in its own copy of the project.

    Args:
        tool: The tool.
        folder: Where to put the copy.
        figures: What it builds.
        edited: The figure that is edited.

    Attributes:
        tool: As given.
        drawn: How many figures the last build drew.
    """

    def __init__(self, tool: Tool, folder: Path, figures: list[Figure], edited: Figure) -> None:
        self.tool = tool
        self.drawn = 0
        self._folder = folder
        self._edited = edited
        self._steps = {figure.name: figure.steps for figure in figures}
        for name in ("figgen", "figures"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "benchmarks/stock.py", folder)
        # No tool is to pay for what Python does once.
        compiled = [sys.executable, "-m", "compileall", "-q", "."]
        subprocess.run(compiled, check=True, cwd=folder)
        self._source = (folder / edited.file).read_text("utf-8")
        tool.write(folder, figures)

    def measure(self, situation: str, run: int) -> float:
        """Bring about a situation, build, and check what became of the files.

        Args:
            situation: One of `SITUATIONS`, in this order.
            run: The number of the run, for an edit that was not there before.

        Returns:
            The seconds that the build took.
        """
        command = self.tool.command
        if situation == "cold":
            self._clean()
            if self._files():
                self._fail("cold: files of an earlier build are left")
        if situation == "one edit":
            self._write(edit(self._source, self._edited.function, run))
            if self.tool.after_edit:
                self._require_missed()
                command = self.tool.after_edit
        before = self._times()
        seconds = timed(command, self._folder).wall
        after = self._times()
        changed = {key for key in after if after[key] != before.get(key)}
        self.drawn = len({name for name, _, _ in changed})
        self._judge(situation, changed, set(after))
        return seconds

    def pictures(self) -> dict[tuple[str, int], str]:
        """The digest of the PNG of every step."""
        return {
            (name, step): hashlib.sha256(path.read_bytes()).hexdigest()
            for (name, step, suffix), path in self._files().items()
            if suffix == "png"
        }

    def _clean(self) -> None:
        self._write(self._source)
        for pattern in self.tool.state:
            for path in self._folder.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _write(self, source: str) -> None:
        path = self._folder / self._edited.file
        if path.read_text("utf-8") != source:
            path.write_text(source, "utf-8")

    def _files(self) -> dict[File, Path]:
        """The files that were made, by figure, step and format."""
        found = {}
        places = [self._folder / OUT, self._folder / "docs/gallery/images"]
        for path in (path for place in places for path in place.rglob("*")):
            match = re.fullmatch(rf"({IMAGE})?(.+?)([-_](\d+))?", path.stem)
            suffix = path.suffix.removeprefix(".")
            if match and suffix in FORMATS:
                name, step = match[2], int(match[4] or 1)
                # A PDF of all steps has no number; that only figgen makes it is no merit here.
                if match[4] or self._steps.get(name) == 1:
                    found[name, step, suffix] = path
        return found

    def _times(self) -> dict[File, int]:
        return {key: path.stat().st_mtime_ns for key, path in self._files().items()}

    def _require_missed(self) -> None:
        """Fail if the command alone sees the edit, because then it is what should be timed."""
        before = self._times()
        timed(self.tool.command, self._folder)
        if self._times() != before:
            self._fail("sees the edit without being told; time its plain command")

    def _judge(self, situation: str, changed: set[File], found: set[File]) -> None:
        wanted = {
            (name, step, suffix)
            for name, steps in self._steps.items()
            for step in range(1, steps + 1)
            for suffix in FORMATS
        }
        of_edited = {key for key in wanted if key[0] == self._edited.name}
        if found != wanted:
            odd = ", ".join(map(str, sorted(found ^ wanted)[:3]))
            self._fail(f"{situation}: made {len(found)} files, not {len(wanted)}: {odd}")
        if situation == "no-op" and changed:
            self._fail(f"no-op: wrote {len(changed)} files")
        if situation == "one edit" and not of_edited <= changed:
            self._fail(f"one edit: did not draw {self._edited.name}")
        if situation == "one edit" and self.tool.name == FIGGEN and changed != of_edited:
            self._fail(f"one edit: drew more than {self._edited.name}")

    def _fail(self, reason: str) -> NoReturn:
        sys.exit(f"{self.tool.name}: {reason}")


def edit(source: str, function: str, number: int) -> str:
    """Let a figure function draw one text more, at its end.

    Args:
        source: Of its module.
        function: Its name.
        number: The text.
    """
    (found,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    lines = source.splitlines(keepends=True)
    lines.insert(found.end_lineno or 0, f'    canvas.text(0.3, 0.2, "{number}", ha="left")\n')
    return "".join(lines)


def available(tools_: list[Tool], folder: Path) -> Iterator[Tool]:
    """Install the peers, and say which of them cannot be had.

    Args:
        tools_: What is to be measured.
        folder: Their environment; it is made if there is none.

    Yields:
        The tools that can be measured.
    """
    for tool in tools_:
        reason = None
        if tool.packages:
            reason = install(tool.packages, folder)
        elif not shutil.which(tool.command[0]):
            reason = f"there is no {tool.command[0]}; install it"
        if reason is None:
            yield tool
        else:
            print(f"{tool.name} is not measured: {reason}", file=sys.stderr)


def install(packages: Sequence[str], folder: Path) -> str | None:
    """Install packages in the versions of ``peers.txt``; say why it is not possible."""
    if not (folder / "bin/python").exists():
        print("installing the peers takes a minute", file=sys.stderr)
        venv.create(folder, with_pip=True)
        # What the project has is not installed a second time, and draws for all.
        (site,) = folder.glob("lib/python*/site-packages")
        (site / "project.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
        # The layout engine is a program beside Python.
        engine = Path(sysconfig.get_path("scripts"), PACKAGED_ENGINE)
        (folder / "bin" / PACKAGED_ENGINE).symlink_to(engine)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check"]
    versions = ["-c", str(ROOT / "benchmarks/peers.txt")]
    done = subprocess.run([*pip, *versions, *packages], capture_output=True, check=False)
    if done.returncode == 0:
        return None
    errors = [line for line in done.stderr.decode().splitlines() if line.startswith("ERROR")]
    return errors[-1].removeprefix("ERROR: ") if errors else f"pip failed ({done.returncode})"


def table(seconds: dict[str, dict[str, list[float]]], drawn: dict[str, int]) -> list[str]:
    """The medians as ratios to the plain loop, in Markdown.

    Args:
        seconds: Of every run, by tool and situation; not all tools are in every situation.
        drawn: How many figures each tool drew after the edit.
    """
    medians = {
        tool: {situation: statistics.median(runs) for situation, runs in times.items()}
        for tool, times in seconds.items()
    }
    whole = medians[LOOP]["cold"]
    lines = [
        f"| ratio to the plain loop | {' | '.join(SITUATIONS)} | figures drawn after the edit |",
        "|---|--:|--:|--:|--:|",
    ]
    for tool, times in medians.items():
        cells = [
            f"{times[situation] / whole:.3g}" if situation in times else "–"
            for situation in SITUATIONS
        ]
        edited = drawn[tool] if SITUATIONS[-1] in times else "–"
        lines.append(f"| {tool} | {' | '.join(cells)} | {edited} |")
    cells = [f"{medians[FIGGEN][situation]:.3g} s" for situation in SITUATIONS]
    return [*lines, f"| {FIGGEN}, in seconds | {' | '.join(cells)} | |"]


def measure(places: list[Workplace], runs: int) -> list[str]:
    """Let the tools take turns in every situation, check that they draw the same, and tell it."""
    seconds: dict[str, dict[str, list[float]]] = {place.tool.name: {} for place in places}
    for run in range(runs):
        for situation in SITUATIONS:
            for place in places:
                tool = place.tool
                if tool.only_cold and situation != "cold":
                    continue
                spent = place.measure(situation, run)
                print(f"{run + 1}  {situation:<10}{tool.name:<32}{spent:>8.2f} s", file=sys.stderr)
                seconds[tool.name].setdefault(situation, []).append(spent)
            if situation == "cold":
                require_same(places)
    return table(seconds, {place.tool.name: place.drawn for place in places})


def require_same(places: list[Workplace]) -> None:
    """Stop unless all that draw with stock ``savefig`` have drawn the same pictures."""
    stock = [place for place in places if place.tool.name not in (FIGGEN, FIRST)]
    for place in stock:
        if place.pictures() != stock[0].pictures():
            sys.exit(f"{place.tool.name} draws other pictures than {stock[0].tool.name}")


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description="Time the build beside other tools.")
    peers = ("make", "Snakemake", "doit", "sphinx-gallery")
    parser.add_argument("--peer", choices=peers, action="append", help="only this, or these")
    parser.add_argument("--venv", type=Path, help="a folder to keep the installed peers in")
    options = read_options(parser)
    figures = lecture(options.section)
    edited = next((figure for figure in figures if figure.name == EDITED), figures[0])
    with tempfile.TemporaryDirectory() as scratch:
        kept = (options.venv or Path(scratch, "venv")).absolute()
        chosen = [
            tool
            for tool in tools(figures, edited, options.section, str(kept / "bin/python"))
            if tool.name in (FIGGEN, FIRST, LOOP)
            or tool.name.startswith(tuple(options.peer or peers))
        ]
        places = [
            Workplace(tool, Path(scratch, f"copy{number}"), figures, edited)
            for number, tool in enumerate(available(chosen, kept))
        ]
        lines = measure(places, options.runs)
    steps = sum(figure.steps for figure in figures)
    print(f"{len(figures)} figures, {steps} steps, three formats; medians of {options.runs} runs\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
